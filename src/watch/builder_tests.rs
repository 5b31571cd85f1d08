use std::cell::Cell;

use chrono::NaiveDate;
use tokio::sync::mpsc::UnboundedReceiver;

use super::*;
use crate::build::testing::TestSite;
use crate::build::typesetting::Typesetting;
use crate::watch::folders;

/// A builder whose every step is made by the test.
struct Bench {
    site: TestSite,
    builder: Builder,
    current: watch::Receiver<Arc<Generation>>,
    noticed: UnboundedReceiver<Notice>,
    jobs: Receiver<Box<Typesetting>>,
}

thread_local! {
    static IS_BROKEN: Cell<bool> = const { Cell::new(false) };
}

fn today() -> NaiveDate {
    assert!(!IS_BROKEN.get(), "a fault of calendars");
    "2100-01-01".parse().unwrap()
}

const ALL: Look = Look { paths: None, is_late: false };
const FOOT: &str = "templates/foot.html";

impl Bench {
    /// With a site that is built.
    fn new() -> Self {
        let site = TestSite::new();
        let (wake, _woken) = std::sync::mpsc::channel();
        let watched = folders::watch(site.dir().root(), true, wake).unwrap();
        let (generations, current) = watch::channel(Arc::default());
        let (notices, noticed) = mpsc::unbounded_channel();
        let (typesetter, jobs) = Typesetter::idle();
        let sources = Sources { environment: Vec::new(), today };
        let builder = Builder::new(site.dir(), sources, generations, notices, Arc::default(), watched, typesetter);
        let mut bench = Self { site, builder, current, noticed, jobs };
        bench.builder.look(ALL);
        assert_eq!(bench.now().reports, Reports::Coming);
        bench
    }

    fn now(&self) -> Arc<Generation> {
        self.current.borrow().clone()
    }

    /// Looks until what was wrong is shown.
    fn look_twice(&mut self) {
        self.builder.look(ALL);
        self.builder.look(ALL);
    }

    fn typeset(&mut self) -> Result<TypesetReports> {
        self.builder.typeset();
        self.jobs.try_recv().unwrap().run()
    }

    /// The failures that were said on the terminal.
    fn said(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        while let Ok(notice) = self.noticed.try_recv() {
            if let Notice::Failed(failure) = notice {
                said.push(failure.error.message().to_owned());
            }
        }
        said
    }
}

#[test]
fn reports_that_are_finished_leave_the_error_of_the_pages_standing() {
    let mut bench = Bench::new();
    let reports = bench.typeset();
    bench.site.write(FOOT, "{{ x | no_such_filter }}");
    bench.look_twice();
    let failure = bench.now().failure.clone().unwrap();
    assert!(failure.contains("templates/foot.html:1"), "{failure}");
    // They are of the last good pages, and will come.
    assert_eq!(bench.now().reports, Reports::Coming);
    bench.builder.take(reports);
    assert_eq!(bench.now().reports, Reports::Settled);
    assert!(bench.now().files.as_ref().unwrap().contains_key("months/2022-07.pdf"));
    assert_eq!(bench.now().failure, Some(failure));
    std::fs::remove_file(bench.site.path(FOOT)).unwrap();
    bench.builder.look(ALL);
    assert_eq!(bench.now().failure, None);
}

#[test]
fn reports_that_are_not_typeset_yet_are_not_waited_for_behind_an_error() {
    let mut bench = Bench::new();
    bench.site.write(FOOT, "{{ x | no_such_filter }}");
    bench.look_twice();
    assert_eq!(bench.now().reports, Reports::Settled);
    std::fs::remove_file(bench.site.path(FOOT)).unwrap();
    bench.builder.look(ALL);
    assert_eq!(bench.now().reports, Reports::Coming);
}

#[test]
fn a_typesetter_that_fails_is_said_once_and_keeps_nobody_waiting() {
    let mut bench = Bench::new();
    for _ in 0..2 {
        let _ = bench.typeset();
        bench.builder.take(caught("the reports", || panic!("a fault of fonts")));
        let Reports::Failed(words) = bench.now().reports.clone() else { panic!("{:?}", bench.now().reports) };
        assert!(words.contains("a fault of fonts"), "{words}");
        let failure = bench.now().failure.clone().unwrap();
        assert!(failure.contains("reports cannot be typeset") && failure.contains("a fault of fonts"), "{failure}");
        // New pages are shown, and the error stays until their reports are there.
        bench.site.replace("content/about.md", "\n", "\n\n");
        bench.builder.look(ALL);
        assert_eq!((bench.now().reports.clone(), bench.now().failure.clone()), (Reports::Coming, Some(failure)));
    }
    assert_eq!(bench.said(), ["the program failed while it made the reports"]);
    let reports = bench.typeset();
    bench.builder.take(reports);
    assert_eq!((bench.now().reports.clone(), bench.now().failure.clone()), (Reports::Settled, None));
}

#[test]
fn a_fault_of_the_builder_is_said_once_and_the_next_change_is_tried() {
    let mut bench = Bench::new();
    let files = bench.now().files.clone().unwrap();
    IS_BROKEN.set(true);
    bench.site.replace("content/about.md", "\n", "\n\n");
    bench.look_twice();
    let number = bench.now().number;
    assert!(bench.now().failure.as_ref().unwrap().contains("a fault of calendars"));
    assert_eq!(bench.now().files.as_ref().unwrap().len(), files.len());
    bench.look_twice();
    assert_eq!((bench.now().number, bench.said().len()), (number, 1));
    IS_BROKEN.set(false);
    bench.site.replace("content/about.md", "\n", "\n\n");
    bench.builder.look(ALL);
    assert_eq!(bench.now().failure, None);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_looked_at_is_said_once() {
    let mut bench = Bench::new();
    let link = bench.site.path("content/loop.md");
    std::os::unix::fs::symlink("loop.md", &link).unwrap();
    bench.look_twice();
    let number = bench.now().number;
    assert!(bench.now().failure.as_ref().unwrap().contains("content/loop.md"));
    bench.look_twice();
    assert_eq!((bench.now().number, bench.said().len()), (number, 1));
    std::fs::remove_file(link).unwrap();
    bench.builder.look(ALL);
    assert_eq!(bench.now().failure, None);
}

#[test]
fn a_half_saved_file_is_no_error_if_it_is_whole_at_the_next_look() {
    let mut bench = Bench::new();
    bench.site.write("content/later.md", "+++\ntitle = \"La");
    bench.builder.look(ALL);
    assert_eq!(bench.now().failure, None);
    bench.site.write("content/later.md", "+++\ntitle = \"Later\"\n+++\nWords.\n");
    bench.builder.look(ALL);
    assert_eq!(bench.now().failure, None);
    assert!(bench.now().files.as_ref().unwrap().contains_key("later/index.html"));
    assert_eq!(bench.said(), [""; 0]);
    assert_eq!(bench.now().edited.as_ref().unwrap().file, "later.md");
}
