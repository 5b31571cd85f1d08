use super::*;
use crate::digest::Digest;
use crate::proof::entry::fields;
use crate::proof::log::Log;
use crate::proof::stamping::token::answer_of;
use crate::proof::stamps::file_of;

/// A log of these entries, the charter first, and stamps over so many lines at these times.
fn timings(entries: &[(Kind, &str, Fields)], stamped: &[(usize, &str)]) -> Timings {
    timings_with(entries, stamped, &ItemStamps::default())
}

fn timings_with(entries: &[(Kind, &str, Fields)], stamped: &[(usize, &str)], alone: &ItemStamps) -> Timings {
    let mut log = Log::default();
    let charter = (Kind::Charter, "2026-01-26", fields([("exchange", "XNYS".into())]));
    let mut all = Vec::new();
    for (kind, date, says) in std::iter::once(&charter).chain(entries) {
        let entry = Entry(says.clone());
        let line =
            Line { digest: Digest::of(&entry.to_bytes()), seq: log.next(), kind: *kind, date: date.parse().unwrap() };
        log.push(line);
        all.push((line, entry));
    }
    let stamp = |(lines, time): &(usize, &str)| {
        let start: String = log.text().split_inclusive('\n').take(*lines).collect();
        (file_of(*lines, 0), answer_of(start.as_bytes(), time, "A"))
    };
    let stamps = Stamps::of(stamped.iter().map(stamp).collect(), &log).unwrap();
    Timings::of(all.iter().map(|(line, entry)| (line, entry)), &stamps, alone)
}

fn day(date: &str) -> (Kind, &str, Fields) {
    (Kind::Day, date, Fields::new())
}

fn order(date: &str, symbol: &str, side: &str, time: &str) -> (Kind, &'static str, Fields) {
    let order = fields([("symbol", symbol.into()), ("side", side.into()), ("first_fill", time.into())]);
    assert!(time.starts_with(date));
    (Kind::Trades, "2026-01-27", fields([("orders", Value::List(vec![order.into()]))]))
}

fn of(timings: &Timings) -> Vec<Timing> {
    timings.entries.iter().map(Dated::timing).collect()
}

#[test]
fn a_day_is_on_time_until_the_next_session_opens() {
    // A Friday: New York closes at 21:00 UTC and opens on Monday at 14:30.
    let friday = [day("2026-01-30")];
    assert_eq!(of(&timings(&friday, &[(2, "20260202142959Z")])), [Timing::OnTime]);
    assert_eq!(of(&timings(&friday, &[(2, "20260202143000Z")])), [Timing::Late]);
    assert_eq!(of(&timings(&friday, &[(1, "20260130220000Z")])), [Timing::Unstamped]);
    let late = timings(&friday, &[(2, "20260202143000Z")]);
    assert_eq!(late.entries[0].lag(), Some(TimeDelta::minutes((2 * 24 + 17) * 60 + 30)));
    assert_eq!(late.worst().map(|worst| worst.seq), Some(2));
    let sealed = timings(&[(Kind::Sealed, "2026-01-30", Fields::new())], &[(2, "20260202142959Z")]);
    assert_eq!(sealed.counts(Kind::Sealed), Counts { on_time: 1, ..Counts::default() });
    // The half day after Thanksgiving closes at 13:00 in New York.
    let half = timings(&[day("2026-11-27")], &[(2, "20261127181000Z")]);
    assert_eq!(half.entries[0].lag(), Some(TimeDelta::minutes(10)));
}

#[test]
fn what_was_imported_is_late_and_told_from_what_came_late() {
    let entries = [day("2025-06-02"), day("2026-01-27"), day("2026-01-28")];
    let found = timings(&entries, &[(4, "20260129140000Z")]);
    assert_eq!(of(&found), [Timing::Late, Timing::Late, Timing::OnTime]);
    assert_eq!(found.counts(Kind::Day), Counts { on_time: 1, late: 1, earlier: 1, ..Counts::default() });
    assert_eq!(found.worst().map(|worst| worst.seq), Some(3));
}

#[test]
fn a_thesis_is_on_time_before_the_first_fill_that_follows_it() {
    let thesis = |side: Option<&str>, written: &str| {
        let says =
            [("id", "n1".into()), ("symbol", "SPY".into()), ("side", side.into()), ("written_at", written.into())];
        (Kind::Thesis, "2026-01-27", fields(says))
    };
    let buy = thesis(Some("BUY"), "2026-01-27T13:00:00Z");
    let fill = order("2026-01-27", "SPY", "BUY", "2026-01-27T15:00:00Z");
    let entries = [buy.clone(), fill];
    let found = timings(&entries, &[(2, "20260127145959Z"), (3, "20260128000000Z")]);
    assert_eq!(of(&found), [Timing::OnTime, Timing::OnTime]);
    let dated = found.entries.iter().find(|dated| dated.kind == Kind::Thesis).unwrap();
    assert_eq!(dated.lag(), Some(TimeDelta::seconds(-1)));
    assert_eq!(of(&timings(&entries, &[(2, "20260127150000Z")]))[0], Timing::Late);
    // Another side, another symbol and an earlier fill are none of it.
    for other in [
        order("2026-01-27", "SPY", "SELL", "2026-01-27T15:00:00Z"),
        order("2026-01-27", "QQQ", "BUY", "2026-01-27T15:00:00Z"),
        order("2026-01-27", "SPY", "BUY", "2026-01-27T12:59:59Z"),
    ] {
        assert_eq!(of(&timings(&[buy.clone(), other], &[(3, "20260128000000Z")]))[0], Timing::Open);
    }
    let any = thesis(None, "2026-01-27T13:00:00Z");
    let sold = order("2026-01-27", "SPY", "SELL", "2026-01-27T15:00:00Z");
    assert_eq!(of(&timings(&[any, sold], &[(3, "20260128000000Z")]))[0], Timing::Late);
}

#[test]
fn a_plan_is_on_time_before_the_first_fill_of_any_of_its_trades() {
    let trade = |symbol: &str| Value::from(fields([("symbol", symbol.into()), ("side", "BUY".into())]));
    let says = [
        ("trades", Value::List(vec![trade("QQQ"), trade("SPY")])),
        ("saved_at", Value::Null),
        ("as_of", "2026-01-27".into()),
    ];
    let plan = (Kind::Plan, "2026-01-27", fields(says));
    let entries = [
        plan,
        order("2026-01-27", "QQQ", "BUY", "2026-01-27T16:00:00Z"),
        order("2026-01-27", "SPY", "BUY", "2026-01-27T15:00:00Z"),
    ];
    assert_eq!(of(&timings(&entries, &[(2, "20260127145959Z")]))[0], Timing::OnTime);
    assert_eq!(of(&timings(&entries, &[(2, "20260127153000Z")]))[0], Timing::Late);
}

#[test]
fn a_stretch_bears_a_late_week_and_no_more() {
    let dates: Vec<String> = (2..=20).map(|day| format!("2026-03-{day:02}")).collect();
    let sessions: Vec<&str> = dates
        .iter()
        .map(String::as_str)
        .filter(|date| Exchange::NEW_YORK.is_session(date.parse().unwrap()))
        .collect();
    assert_eq!(sessions.len(), 15);
    let entries: Vec<_> = sessions.iter().map(|date| day(date)).collect();
    // Stamped each evening but for these.
    let without = |late: std::ops::Range<usize>| {
        let kept = (0..sessions.len()).filter(|at| !late.contains(at));
        let stamps: Vec<(usize, String)> =
            kept.map(|at| (at + 2, format!("{}220000Z", sessions[at].replace('-', "")))).collect();
        let stamps: Vec<(usize, &str)> = stamps.iter().map(|(lines, time)| (*lines, time.as_str())).collect();
        timings(&entries, &stamps).stretch().unwrap()
    };
    let whole = without(3..8);
    assert_eq!((whole.first.to_string(), whole.days, whole.on_time), ("2026-03-02".to_owned(), 15, 10));
    let half = without(3..9);
    assert_eq!((half.first.to_string(), half.days, half.on_time), (sessions[9].to_owned(), 6, 6));
}

#[test]
fn a_thesis_that_was_sealed_is_on_time_by_its_own_stamp() {
    let says = [("id", "n1"), ("symbol", "AAA"), ("side", "BUY"), ("written_at", "2026-01-27T14:00:00Z")];
    let thesis = fields(says.map(|(name, value)| (name, value.into())));
    let mut item = thesis.clone();
    let envelope = [("kind", "thesis"), ("date", "2026-01-27"), ("nonce", "5e"), ("made_at", "2026-01-27T14:01:00Z")];
    item.extend(fields(envelope.map(|(name, value)| (name, value.into()))));
    let entries = |shown: Fields| {
        [
            (Kind::Sealed, "2026-01-27", fields([("items", Value::List(vec![item.clone().into()]))])),
            order("2026-01-27", "AAA", "BUY", "2026-01-27T15:00:00Z"),
            (Kind::Thesis, "2026-01-27", shown),
        ]
    };
    // The session was sealed after its close, and shown a month later.
    let stamped = [(2, "20260127220000Z"), (4, "20260227220000Z")];
    let text = Value::from(item.clone()).to_string();
    let answer = |time: &str| {
        let file = crate::proof::item_stamps::file_of(Digest::of(text.as_bytes()), 0);
        ItemStamps::of(&[(file, answer_of(text.as_bytes(), time, "A"))]).unwrap()
    };
    let of_thesis = |shown: Fields, alone: &ItemStamps| {
        let found = timings_with(&entries(shown), &stamped, alone);
        let dated = found.entries.into_iter().find(|dated| dated.kind == Kind::Thesis).unwrap();
        (dated.timing(), dated.stamped.unwrap().to_string())
    };
    let early = answer("20260127140100Z");
    let seal = (Timing::Late, "2026-01-27 22:00:00 UTC".to_owned());
    assert_eq!(of_thesis(thesis.clone(), &early), (Timing::OnTime, "2026-01-27 14:01:00 UTC".to_owned()));
    assert_eq!(of_thesis(thesis.clone(), &ItemStamps::default()), seal);
    assert_eq!(of_thesis(thesis.clone(), &answer("20260128140100Z")), seal);
    // Another text than was sealed counts from when it was recorded itself.
    let mut other = thesis;
    other.insert("thesis".to_owned(), "It falls.".into());
    assert_eq!(of_thesis(other, &early), (Timing::Late, "2026-02-27 22:00:00 UTC".to_owned()));
}
