use super::*;
use crate::config::{Config, parse};
use crate::schedule::occurrences::planned;

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn jobs(text: &str) -> Vec<Planned> {
    let config: Config = parse(text, "config.toml".as_ref()).unwrap();
    planned(&config, Exchange::NEW_YORK)
}

/// A computer that looks every five minutes by a clock that the test turns.
struct Computer {
    jobs: Vec<Planned>,
    runs: Vec<Run>,
    started: Vec<String>,
}

impl Computer {
    fn new(config: &str) -> Self {
        Self { jobs: jobs(config), runs: Vec::new(), started: Vec::new() }
    }

    /// Looks once; each run takes a minute and ends so.
    fn look(&mut self, now: DateTime<Utc>, result: Ending) {
        settle(&self.jobs, &mut self.runs, now);
        for job in &self.jobs {
            if let Standing::Due { scheduled, attempt } = standing(job, &self.runs, now) {
                begin(&mut self.runs, job, scheduled, attempt, now);
                self.started.push(format!("{} {}", job.name, scheduled.format("%m-%d %H:%M")));
                end(&mut self.runs, &job.name, scheduled, now + TimeDelta::minutes(1), result, "");
            }
        }
    }

    fn live(&mut self, from: &str, to: &str) {
        let mut now = instant(from);
        while now < instant(to) {
            self.look(now, Ending::Done);
            now += TimeDelta::minutes(5);
        }
    }
}

/// New York's clocks went forward on 8 March 2026, London's on the 29th; Good Friday was 3 April.
#[test]
fn a_job_after_the_close_follows_the_clocks_of_its_exchange() {
    let mut computer = Computer::new(
        "[[job]]\nname = \"us\"\nat = \"XNYS close + 30m\"\nrun = [\"build\"]\n\
         [[job]]\nname = \"uk\"\nat = \"XLON close + 20m\"\nrun = [\"build\"]\n",
    );
    computer.live("2026-03-02T00:00:00Z", "2026-05-01T00:00:00Z");
    let own = |name: &str| -> Vec<String> {
        computer.started.iter().filter_map(|run| run.strip_prefix(name)).map(|run| run.trim().to_owned()).collect()
    };
    let us = own("us");
    // The Friday before is caught up with once; then 22 sessions of March and 21 of April.
    assert_eq!(us.len(), 1 + 22 + 21, "{us:?}");
    assert_eq!(us[..6], ["02-27 21:30", "03-02 21:30", "03-03 21:30", "03-04 21:30", "03-05 21:30", "03-06 21:30"]);
    assert_eq!(us[6], "03-09 20:30", "an hour earlier in UTC");
    assert!(us.iter().all(|run| !run.starts_with("04-03")), "Good Friday");
    let uk = own("uk");
    // 22 sessions of March; April has 22 weekdays less Good Friday and Easter Monday.
    assert_eq!(uk.len(), 1 + 22 + 20, "{uk:?}");
    assert!(uk.contains(&"03-27 16:50".to_owned()) && uk.contains(&"03-30 15:50".to_owned()));
    assert!(uk.iter().all(|run| !run.starts_with("04-06")), "Easter Monday");
}

/// New York's clocks went back on 1 November 2026, London's on 25 October; the day after Thanksgiving closes at one.
#[test]
fn a_half_day_is_over_early_and_the_first_session_of_a_month_is_found() {
    let mut computer = Computer::new(
        "[[job]]\nname = \"us\"\nat = \"XNYS close + 30m\"\nrun = [\"build\"]\n\
         [[job]]\nname = \"month\"\nat = \"XLON first session of month 08:00 Europe/London\"\nrun = [\"signal\"]\n",
    );
    computer.live("2026-10-20T00:00:00Z", "2026-12-20T00:00:00Z");
    let has = |run: &str| computer.started.contains(&run.to_owned());
    assert!(has("us 10-30 20:30") && has("us 11-02 21:30"), "{:?}", computer.started);
    assert!(has("us 11-27 18:30") && has("us 11-30 21:30") && !has("us 11-26 21:30"));
    let month: Vec<&String> = computer.started.iter().filter(|run| run.starts_with("month")).collect();
    assert_eq!(month, ["month 10-01 07:00", "month 11-02 08:00", "month 12-01 08:00"]);
}

#[test]
fn a_pattern_comes_once_a_day_whatever_the_clocks_do() {
    // 01:30 in London comes twice on 25 October 2026 and not at all on 29 March 2026; 02:30 the same in New York.
    for (zone, times) in [("Europe/London", "30 1 * * *"), ("America/New_York", "30 2 * * *")] {
        let config = format!("[[job]]\nname = \"a\"\ncron = \"{times}\"\nzone = \"{zone}\"\nrun = [\"build\"]\n");
        for (from, to) in
            [("2026-03-01T12:00:00Z", "2026-05-01T12:00:00Z"), ("2026-10-01T12:00:00Z", "2026-12-01T12:00:00Z")]
        {
            let mut computer = Computer::new(&config);
            computer.live(from, to);
            let mut days: Vec<&str> = computer.started.iter().map(|run| &run[2..7]).collect();
            assert_eq!(days.len(), 62, "{zone}: one a day, and the one before the first look: {days:?}");
            days.dedup();
            assert_eq!(days.len(), 62, "{zone} {from}: none twice");
        }
    }
}

#[test]
fn weekdays_of_patterns_are_those_of_posix() {
    let job = &jobs("[[job]]\nname = \"a\"\ncron = \"35 16 * * 1-5\"\nzone = \"UTC\"\nrun = [\"build\"]\n")[0];
    // A Friday, and the Monday after it.
    assert_eq!(job.timing.next(instant("2026-01-30T16:00:00Z")), Some(instant("2026-01-30T16:35:00Z")));
    assert_eq!(job.timing.next(instant("2026-01-30T16:35:00Z")), Some(instant("2026-02-02T16:35:00Z")));
    assert_eq!(job.timing.last(instant("2026-02-02T16:34:59Z")), Some(instant("2026-01-30T16:35:00Z")));
    assert_eq!(job.timing.last(instant("2026-02-02T16:35:00Z")), Some(instant("2026-02-02T16:35:00Z")));
}

const DAILY: &str = "[[job]]\nname = \"us\"\nat = \"XNYS close + 30m\"\nrun = [\"build\"]\n";

#[test]
fn what_a_sleeping_computer_missed_runs_once() {
    let mut computer = Computer::new(DAILY);
    computer.live("2026-01-26T22:00:00Z", "2026-01-26T23:00:00Z");
    // It sleeps from Monday evening to Friday noon: of Tuesday, Wednesday and Thursday only the last is of use.
    computer.live("2026-01-30T12:00:00Z", "2026-01-30T22:00:00Z");
    assert_eq!(computer.started, ["us 01-26 21:30", "us 01-29 21:30", "us 01-30 21:30"]);
}

#[test]
fn what_is_too_late_does_not_run() {
    let mut computer = Computer::new(&format!("{DAILY}deadline = \"6h\"\n"));
    computer.live("2026-01-26T12:00:00Z", "2026-01-26T22:00:00Z");
    computer.live("2026-01-28T12:00:00Z", "2026-01-28T13:00:00Z");
    assert_eq!(computer.started, ["us 01-26 21:30"]);
    let missed = standing(&computer.jobs[0], &computer.runs, instant("2026-01-28T13:00:00Z"));
    assert_eq!(missed, Standing::Missed { scheduled: instant("2026-01-27T21:30:00Z") });
    // Just within the deadline.
    computer.look(instant("2026-01-29T03:30:00Z"), Ending::Done);
    assert_eq!(computer.started.len(), 2);
}

#[test]
fn a_clock_set_back_runs_nothing_twice() {
    let mut computer = Computer::new(DAILY);
    computer.live("2026-01-26T12:00:00Z", "2026-01-30T22:00:00Z");
    let before = computer.started.clone();
    assert_eq!(before.len(), 1 + 5);
    // An hour back, three days back, and a battery that forgot the year.
    computer.live("2026-01-30T21:00:00Z", "2026-01-30T22:00:00Z");
    computer.live("2026-01-27T00:00:00Z", "2026-01-30T22:00:00Z");
    computer.live("2020-01-01T00:00:00Z", "2020-01-06T00:00:00Z");
    assert_eq!(computer.started, before);
    let standing = standing(&computer.jobs[0], &computer.runs, instant("2020-01-06T00:00:00Z"));
    assert_eq!(standing, Standing::ClockBack { scheduled: instant("2026-01-30T21:30:00Z") });
    computer.live("2026-02-02T21:00:00Z", "2026-02-02T22:00:00Z");
    assert_eq!(computer.started.len(), before.len() + 1);
}

#[test]
fn a_gateway_without_a_log_in_is_asked_every_ten_minutes_until_the_next_session_opens() {
    let mut computer = Computer::new(DAILY);
    // Friday's close; the gateway asks for a log-in from Sunday on, and nobody comes before Monday's open at 14:30.
    let mut now = instant("2026-01-30T21:30:00Z");
    while now < instant("2026-02-02T20:00:00Z") {
        computer.look(now, Ending::Waiting);
        now += TimeDelta::minutes(5);
    }
    assert_eq!(computer.started.len(), 65 * 6, "sixty-five hours, six tries in each");
    assert_eq!((computer.runs.len(), computer.runs[0].result), (1, Ending::Failed));
    assert_eq!(computer.runs[0].started, instant("2026-01-30T21:30:00Z"));
    // The next day is a day of its own.
    computer.look(instant("2026-02-02T21:30:00Z"), Ending::Done);
    assert_eq!(computer.runs.len(), 2);
}

#[test]
fn a_log_in_ends_the_wait() {
    let mut computer = Computer::new(DAILY);
    computer.look(instant("2026-01-30T21:30:00Z"), Ending::Waiting);
    let waits = standing(&computer.jobs[0], &computer.runs, instant("2026-01-30T21:35:00Z"));
    let (scheduled, again) = (instant("2026-01-30T21:30:00Z"), instant("2026-01-30T21:40:00Z"));
    assert_eq!(waits, Standing::Waits { scheduled, again });
    // A list settles nothing: once Monday's session is open, it says by itself that the wait is over.
    let opened = standing(&computer.jobs[0], &computer.runs, instant("2026-02-02T14:30:00Z"));
    assert_eq!(opened, Standing::Settled);
    computer.look(instant("2026-01-30T21:40:00Z"), Ending::Done);
    computer.live("2026-01-30T21:45:00Z", "2026-02-02T20:00:00Z");
    assert_eq!((computer.started.len(), computer.runs[0].result), (2, Ending::Done));
}

#[test]
fn a_run_that_was_cut_short_is_made_again_once() {
    let jobs = jobs(DAILY);
    let (scheduled, now) = (instant("2026-01-30T21:30:00Z"), instant("2026-01-30T21:40:00Z"));
    let mut runs = Vec::new();
    begin(&mut runs, &jobs[0], scheduled, Attempt::First, scheduled);
    assert!(!settle(&jobs, &mut runs, now));
    assert_eq!(standing(&jobs[0], &runs, now), Standing::Due { scheduled, attempt: Attempt::Again });
    begin(&mut runs, &jobs[0], scheduled, Attempt::Again, now);
    assert!(settle(&jobs, &mut runs, now));
    assert_eq!((standing(&jobs[0], &runs, now), runs.len()), (Standing::Settled, 1));
    assert_eq!(runs[0].result, Ending::Failed);
    assert!(runs[0].detail.contains("ended twice"));
}

#[test]
fn a_run_that_nobody_went_on_with_has_failed_once_the_job_comes_again() {
    let jobs = jobs(DAILY);
    let scheduled = instant("2026-01-29T21:30:00Z");
    let mut runs = Vec::new();
    begin(&mut runs, &jobs[0], scheduled, Attempt::First, scheduled);
    assert!(!settle(&jobs, &mut runs, instant("2026-01-30T21:29:00Z")));
    assert!(settle(&jobs, &mut runs, instant("2026-01-30T21:30:00Z")));
    assert_eq!(runs[0].result, Ending::Failed);
}

#[test]
fn one_that_was_asked_to_stop_runs_again() {
    let jobs = jobs(DAILY);
    let (scheduled, now) = (instant("2026-01-30T21:30:00Z"), instant("2026-01-30T21:40:00Z"));
    let mut runs = Vec::new();
    for _ in 0..5 {
        begin(&mut runs, &jobs[0], scheduled, Attempt::First, now);
        end(&mut runs, "us", scheduled, now, Ending::Stopped, "");
        assert_eq!(standing(&jobs[0], &runs, now), Standing::Due { scheduled, attempt: Attempt::First });
    }
    assert_eq!(runs.len(), 1);
}
