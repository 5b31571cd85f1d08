use super::*;
use crate::digest::Digest;
use crate::proof::entry::fields;
use crate::proof::log::Log;

/// A log with entries of these kinds, dates and fields, read as pages read it.
fn told(entries: &[(Kind, &str, Fields)]) -> (Told, Log) {
    let mut log = Log::default();
    let mut all = Vec::new();
    for (at, (kind, date, says)) in entries.iter().enumerate() {
        let made_at = format!("2026-02-{:02}T12:00:00Z", at + 1);
        let mut says = says.clone();
        says.extend(fields([("prev", log.head().to_string().into()), ("made_at", made_at.into())]));
        let entry = Entry(says);
        let digest = Digest::of(&entry.to_bytes());
        let line = Line { digest, seq: at + 1, kind: *kind, date: date.parse().unwrap() };
        log.push(line);
        all.push((line, entry));
    }
    let read = all.iter().map(|(line, entry)| (line, entry, line.kind != Kind::Plan));
    (Told::of(read, &log.head().to_string()), log)
}

fn day(index: &str) -> Fields {
    fields([("index", index.into())])
}

fn correction(seq: usize, old: &str, new: Value) -> Fields {
    fields([("corrects", seq.into()), ("old", day(old).into()), ("new", new)])
}

#[test]
fn what_was_recorded_first_stands_beside_what_stands_now() {
    let (told, _) = told(&[
        (Kind::Charter, "2026-01-26", Fields::new()),
        (Kind::Day, "2026-01-27", day("1")),
        (Kind::Day, "2026-01-28", day("1.02")),
        (Kind::Day, "2026-01-29", day("1.03")),
        (Kind::Correction, "2026-02-01", correction(3, "1.02", day("1.01").into())),
        (Kind::Correction, "2026-02-01", correction(3, "1.01", day("1.005").into())),
        (Kind::Correction, "2026-02-01", correction(4, "1.03", Value::Null)),
        (Kind::Gap, "2026-02-01", fields([("days", vec!["2026-01-30".to_owned(), "2026-01-31".to_owned()].into())])),
    ]);
    assert_eq!((told.corrections, told.gaps), (3, 2));
    let index: Vec<Twice> = told.index.into_values().collect();
    let twice = |first, now| Twice { first, now };
    assert_eq!(index, [twice(1.0, Some(1.0)), twice(1.02, Some(1.005)), twice(1.03, None)]);
}

#[test]
fn a_witness_is_what_head_and_sha256sum_print_of_the_log() {
    let (told, log) = told(&[
        (Kind::Charter, "2026-01-26", Fields::new()),
        (Kind::Book, "2026-01-30", fields([("month", "2026-01".into())])),
        (Kind::Plan, "2026-01-30", Fields::new()),
        (Kind::Day, "2026-02-02", day("1")),
    ]);
    let of = |count: usize| {
        let lines: String = log.text().split_inclusive('\n').take(count).collect();
        Some(Witness::new(count, &Digest::of(lines.as_bytes()).to_string()))
    };
    assert_eq!([told.newest(), told.of_month("2026-01"), told.line(3)], [of(4), of(2), of(3)]);
    let months = ["2025-12", "2026-01", "2026-02"].map(|month| month.parse::<YearMonth>().unwrap());
    let found: Vec<_> = told.months(months.into_iter()).into_iter().collect();
    // A month before the first book is none of those that are still to come.
    assert_eq!(found, [(months[1], of(2).unwrap()), (months[2], of(4).unwrap())]);
    assert_eq!([told.of_month("2026-02"), told.line(0), told.line(5)], [None, None, None]);
    let made_before = |time: &str| told.made_before(time.parse().unwrap());
    assert_eq!(made_before("2026-02-01T12:00:00Z"), None);
    assert_eq!(made_before("2026-02-02T12:00:00Z"), of(1));
    // When the third was made is not published.
    assert_eq!(made_before("2026-02-04T12:00:00Z"), of(2));
    let witness = of(2).unwrap();
    assert_eq!(witness.to_string(), format!("entry 2 · {}", &told.lines[1].head[..16]));
}

#[test]
fn rows_that_stand_on_one_side_only_are_counted_as_often_as_they_do() {
    let rows = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
    assert_eq!(rows_of_one_only(&rows(&["a", "b", "b"]), &rows(&["b", "b", "a"])), 0);
    assert_eq!(rows_of_one_only(&rows(&["a", "b", "b"]), &rows(&["b", "c"])), 3);
}
