//! The attacks of the page Proof, acted out: each is seen, or it is said that it is not.

use std::collections::BTreeMap;

use super::*;
use crate::build::testing::TestSite;
use crate::calendar::last_possible_date;
use crate::digest::Digest;
use crate::proof::entry::{Fields, fields};
use crate::proof::testing::now;
use crate::proof::{Seed, files_to_publish, init, record};
use crate::publication::redact;
use crate::record::load;
use crate::render::tables;

/// A published site with its proof, as a stranger has it.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn of(site: &TestSite) -> Self {
        let (dir, config) = (site.dir(), site.config());
        let copy = Self { folder: tempfile::tempdir().unwrap() };
        let published = files_to_publish(&dir, &config).unwrap().unwrap();
        published.files.iter().for_each(|(path, content)| copy.write(path, content));
        let publication = redact(&load::load(&dir, &config, last_possible_date(now())), &config).unwrap();
        for (path, content) in tables::all(&publication).iter().flat_map(|table| table.files().unwrap()) {
            copy.write(&path, &content);
        }
        copy
    }

    fn demo() -> Self {
        Self::of(&site())
    }

    fn write(&self, path: &str, content: &[u8]) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    fn log(&self) -> Log {
        Log::parse(&self.read("proof/log")).unwrap()
    }

    fn line(&self, kind: Kind) -> Line {
        *self.log().lines().iter().find(|line| line.kind == kind).unwrap()
    }

    fn path(line: &Line) -> String {
        format!("proof/entries/{}", line.file_name())
    }

    fn verified(&self) -> Verified {
        verify(self.folder.path(), &Options::default()).unwrap()
    }

    fn broken(&self) -> Broken {
        self.verified().broken.expect("it is broken")
    }

    /// All of its entries, and a log of others in their place: what an author does who rebuilds everything.
    fn rebuilt(&self, change: impl FnOnce(&mut Vec<(Kind, NaiveDate, Fields)>)) {
        let log = self.log();
        let entry = |line: &Line| Entry::parse(self.read(&Self::path(line)).as_bytes()).unwrap().0;
        let mut entries = log.lines().iter().map(|line| (line.kind, line.date, entry(line))).collect();
        std::fs::remove_dir_all(self.folder.path().join("proof/entries")).unwrap();
        change(&mut entries);
        let (mut log, mut bundle) = (Log::default(), Vec::new());
        for (kind, date, mut says) in entries {
            let seq = log.next();
            says.extend(fields([("seq", seq.into()), ("prev", log.head().to_string().into())]));
            says.extend(fields([("kind", kind.as_str().into()), ("date", date.to_string().into())]));
            let bytes = Entry(says).to_bytes();
            let line = Line { digest: Digest::of(&bytes), seq, kind, date };
            self.write(&Self::path(&line), &bytes);
            bundle.extend(bytes);
            log.push(line);
        }
        self.write("proof/log", log.text().as_bytes());
        self.write("proof/entries.jsonl", &bundle);
    }
}

fn site() -> TestSite {
    let site = TestSite::new();
    let seed: Seed = "5e".repeat(32).parse().unwrap();
    seed.write(&site.dir()).unwrap();
    init(&site.dir(), &site.config(), now()).unwrap();
    site
}

fn assert_broken(copy: &Copy, line: Option<usize>, what: &str) {
    let broken = copy.broken();
    assert!(broken.what.contains(what), "{}", broken.what);
    assert_eq!(broken.line, line, "{}", broken.what);
}

#[test]
fn an_honest_site_is_in_order_and_what_is_not_proven_is_said() {
    let copy = Copy::demo();
    let verified = copy.verified();
    assert_eq!(verified.broken, None);
    assert_eq!((verified.held_back, verified.corrections), (0, 0));
    assert_eq!(verified.head, Digest::of(copy.read("proof/log").as_bytes()).to_string());
    assert!(verified.checked.iter().any(|what| what.contains("data/daily.csv")), "{:?}", verified.checked);
    assert!(
        verified.checked.iter().any(|what| what.contains("no session between them is missing (New York)")),
        "{:?}",
        verified.checked
    );
    assert!(verified.unchecked.iter().any(|what| what.starts_with("when anything was recorded")));
    let alone = verify(&copy.folder.path().join("proof"), &Options::default()).unwrap();
    assert_eq!(alone.broken, None);
    for what in ["published figures", "who made the log: it names no key"] {
        assert!(alone.unchecked.iter().any(|said| said.starts_with(what)), "{:?}", alone.unchecked);
    }
    assert!(verify(&copy.folder.path().join("data"), &Options::default()).is_err());
}

#[test]
fn an_entry_that_was_edited_is_seen_and_so_is_the_line_that_hides_it() {
    let copy = Copy::demo();
    let line = copy.line(Kind::Day);
    let edited = copy.read(&Copy::path(&line)).replace("\"source\":\"demo\"", "\"source\":\"flex\"");
    copy.write(&Copy::path(&line), edited.as_bytes());
    assert_broken(&copy, Some(line.seq), "SHA-256 is another one");
    let digest = Digest::of(edited.as_bytes()).to_string();
    copy.write("proof/log", copy.read("proof/log").replace(&line.digest.to_string(), &digest).as_bytes());
    assert_broken(&copy, Some(line.seq + 1), "its `prev` is not");
}

#[test]
fn lines_that_were_dropped_exchanged_doubled_or_renamed_are_seen() {
    let good = Copy::demo().read("proof/log");
    let lines: Vec<&str> = good.split_inclusive('\n').collect();
    let with = |order: &[usize]| order.iter().map(|at| lines[*at]).collect::<String>();
    let rest: Vec<usize> = (4..lines.len()).collect();
    for (start, line) in [(vec![0, 1, 3], 3), (vec![0, 2, 1, 3], 2), (vec![0, 1, 1, 2, 3], 3)] {
        let copy = Copy::demo();
        copy.write("proof/log", with(&[start, rest.clone()].concat()).as_bytes());
        assert_broken(&copy, Some(line), "its file has the number");
    }
    let copy = Copy::demo();
    let renamed = good.replacen(&lines[1][66..], &lines[1][66..].replace("000002-", "000003-"), 1);
    copy.write("proof/log", renamed.as_bytes());
    assert_broken(&copy, Some(2), "its file has the number 3");
    let copy = Copy::demo();
    let line = copy.line(Kind::Day);
    let (from, to) = (Copy::path(&line), Copy::path(&Line { kind: Kind::Book, ..line }));
    std::fs::rename(copy.folder.path().join(from), copy.folder.path().join(to)).unwrap();
    copy.write(
        "proof/log",
        good.replace(&line.file_name(), &Line { kind: Kind::Book, ..line }.file_name()).as_bytes(),
    );
    assert_broken(&copy, Some(line.seq), "its `kind` is not book");
}

#[test]
fn a_file_that_is_missing_or_in_no_line_is_seen() {
    let copy = Copy::demo();
    copy.write("proof/entries/000002-day-2030-01-01.json", b"{}\n");
    assert_broken(&copy, None, "no line of the log names");
    let copy = Copy::demo();
    let line = copy.line(Kind::Trades);
    std::fs::remove_file(copy.folder.path().join(Copy::path(&line))).unwrap();
    assert_broken(&copy, Some(line.seq), "is missing, and nothing says");
}

#[test]
fn a_key_that_stands_twice_is_seen_though_every_digest_is_right() {
    let copy = Copy::demo();
    let line = *copy.log().lines().last().unwrap();
    let doubled = copy.read(&Copy::path(&line)).replacen("\"date\":", "\"date\":\"2000-01-01\",\"date\":", 1);
    copy.write(&Copy::path(&line), doubled.as_bytes());
    let digest = Digest::of(doubled.as_bytes()).to_string();
    copy.write("proof/log", copy.read("proof/log").replace(&line.digest.to_string(), &digest).as_bytes());
    assert_broken(&copy, Some(line.seq), "`date` stands twice");
}

#[test]
fn a_figure_or_an_order_that_was_not_recorded_so_is_seen() {
    let good = Copy::demo();
    for (table, row, change, what) in [
        ("data/daily.csv", 3, Some(("2022-", "2023-")), "was not recorded"),
        ("data/daily.csv", 3, None, "does not have it"),
        ("data/orders.csv", 1, Some(("BUY", "SELL")), "was not recorded like this"),
        ("data/orders.csv", 1, Some(("SELL", "BUY")), "was not recorded like this"),
        ("data/orders.csv", 1, None, "does not have like this"),
    ] {
        let copy = Copy::demo();
        let text = good.read(table);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        match change {
            Some((from, _)) if !lines[row].contains(from) => continue,
            Some((from, to)) => lines[row] = lines[row].replacen(from, to, 1),
            None => drop(lines.remove(row)),
        }
        copy.write(table, (lines.join("\n") + "\n").as_bytes());
        assert!(copy.broken().what.contains(what), "{table} {row}: {}", copy.broken().what);
    }
    let copy = Copy::demo();
    let day = copy.log().lines().iter().filter(|line| line.kind == Kind::Day).nth(5).copied().unwrap();
    let index = Entry::parse(copy.read(&Copy::path(&day)).as_bytes()).unwrap().text("index").unwrap().to_owned();
    copy.write("data/daily.csv", good.read("data/daily.csv").replacen(&index, "1.5", 1).as_bytes());
    assert!(copy.broken().what.contains("on the site, but"), "{}", copy.broken().what);
}

#[test]
fn a_day_that_is_left_out_of_a_rebuilt_log_is_missed() {
    let copy = Copy::demo();
    let at = |entries: &[(Kind, NaiveDate, Fields)]| {
        entries.iter().enumerate().filter(|(_, (kind, ..))| *kind == Kind::Day).nth(5).unwrap().0
    };
    copy.rebuilt(|entries| drop(entries.remove(at(entries))));
    assert!(copy.broken().what.contains("the day before"), "{}", copy.broken().what);
    let copy = Copy::demo();
    copy.rebuilt(|entries| {
        let at = at(entries);
        let before = entries.remove(at).2["since"].clone();
        let next = entries.iter_mut().skip(at).find(|(kind, ..)| *kind == Kind::Day).unwrap();
        next.2.insert("since".to_owned(), before);
    });
    assert!(copy.broken().what.contains("has neither a day nor a gap"), "{}", copy.broken().what);
}

#[test]
fn what_a_rebuilt_log_cannot_say_is_refused() {
    type Change = fn(&mut Vec<(Kind, NaiveDate, Fields)>);
    let correction = |old: &str| {
        fields([("corrects", 2usize.into()), ("old", fields([("source", old.into())]).into()), ("new", Value::Null)])
    };
    let changes: [(Change, &str); 6] = [
        (|entries| entries.push(entries[0].clone()), "the only one of its kind"),
        (|entries| drop(entries.remove(0)), "a charter is the first entry"),
        (|entries| entries.push(entries[3].clone()), "was recorded before"),
        (
            |entries| drop(entries.last_mut().unwrap().2.insert("made_at".into(), "2020-01-01T00:00:00Z".into())),
            "before that of an earlier entry",
        ),
        (|entries| entries.last_mut().unwrap().1 = "2031-01-01".parse().unwrap(), "still to come"),
        (|entries| drop(entries.last_mut().unwrap().2.insert("v".into(), Value::Number(2))), "`v` is not 1"),
    ];
    for (change, what) in changes {
        let copy = Copy::demo();
        copy.rebuilt(change);
        assert!(copy.broken().what.contains(what), "{what}: {}", copy.broken().what);
    }
    for (old, what) in [("flex", Some("`source` was something else")), ("demo", None)] {
        let copy = Copy::demo();
        copy.rebuilt(|entries| {
            let mut says = entries.last().unwrap().2.clone();
            says.retain(|name, _| ["v", "made_at", "nonce"].contains(&name.as_str()));
            says.extend(correction(old));
            let seq = entries.iter().position(|(kind, ..)| *kind == Kind::Day).unwrap() + 1;
            says.insert("corrects".to_owned(), seq.into());
            says.insert("new".to_owned(), fields([("source", "csv".into())]).into());
            entries.push((Kind::Correction, now().date_naive(), says));
        });
        let broken = copy.verified().broken;
        assert_eq!(broken.is_some(), what.is_some(), "{broken:?}");
        assert!(what.is_none_or(|what| broken.unwrap().what.contains(what)));
    }
}

/// What is not seen without a copy is not claimed: all of it was made anew, and only the digest says so.
#[test]
fn a_log_rebuilt_as_a_whole_is_in_order_and_another_one() {
    let copy = Copy::demo();
    let kept = copy.verified();
    copy.rebuilt(|entries| {
        let charter = &mut entries[0].2;
        charter.insert("author".to_owned(), "Somebody else".into());
    });
    let rebuilt = copy.verified();
    assert_eq!(rebuilt.broken, None);
    assert_ne!(rebuilt.head, kept.head);
    assert!(rebuilt.unchecked.iter().any(|what| what.contains("compare its digest")));
}

#[test]
fn a_note_that_is_dated_ahead_does_not_break_the_log() {
    let site = site();
    let note = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2026-01-29T03:00:00Z\n[pre_trade]\nthesis = \"Why\"\n+++\n";
    site.write("content/trades/n1.md", note);
    // It is the 29th somewhere already.
    let now: DateTime<Utc> = "2026-01-28T11:00:00Z".parse().unwrap();
    record(&site.dir(), &site.config(), now).unwrap();
    let copy = Copy::of(&site);
    assert_eq!(copy.verified().broken, None);
    let last = *copy.log().lines().last().unwrap();
    assert_eq!((last.kind, last.date), (Kind::Thesis, now.date_naive()));
    assert_eq!(record(&site.dir(), &site.config(), now).unwrap().unwrap().new, 0);
}

#[test]
fn what_is_corrected_and_missing_later_stays_in_order() {
    let site = site();
    std::fs::remove_file(site.path("data/snapshots/2022-07-13.json")).unwrap();
    let recorded = record(&site.dir(), &site.config(), now()).unwrap().unwrap();
    assert!(recorded.new > 1, "{recorded:?}");
    let verified = Copy::of(&site).verified();
    assert_eq!(verified.broken, None);
    assert_eq!(verified.gaps, 1);
    let said = "1 session between them (New York) has no entry, and a gap names it";
    assert!(verified.checked.iter().any(|what| what == said), "{:?}", verified.checked);
    assert!(verified.corrections > 0);
}

#[test]
fn entries_that_are_held_back_because_the_site_is_coarser_now_are_counted() {
    let site = site();
    site.replace("config/config.toml", "[privacy]", "[privacy]\nprecision = \"monthly\"");
    let config = site.config();
    record(&site.dir(), &config, now()).unwrap();
    let published = files_to_publish(&site.dir(), &config).unwrap().unwrap();
    let copy = Copy { folder: tempfile::tempdir().unwrap() };
    published.files.iter().for_each(|(path, content)| copy.write(path, content));
    let verified = copy.verified();
    assert_eq!((verified.broken, verified.held_back), (None, published.held_back));
    assert!(verified.unchecked.iter().any(|what| what.contains("held back")));
    let names: BTreeMap<&String, usize> =
        published.files.iter().map(|(path, content)| (path, content.len())).collect();
    assert!(names.len() < verified.entries);
}
