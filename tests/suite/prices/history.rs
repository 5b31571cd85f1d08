//! What is asked for, what is added, and what becomes of stored prices.

use super::*;

#[test]
fn a_first_collection_stores_all_and_a_second_adds_nothing() {
    let fake = FakeYahoo::of(vec![calm("SXLK.L")]);
    let desk = Desk::new(&fake);
    let report = desk.collect(&["SXLK.L"], FRIDAY);
    assert!(report.is_complete(), "{}", said(&report));
    assert_eq!((report.added.new, desk.rows("SXLK.L").len()), (277, 277));
    assert_eq!(desk.rows("SXLK.L")[0], "2025-01-02,179.34875,182.0525,178.4475,180.25,180.25,1000,USD");
    let files = desk.files();
    let again = desk.collect(&["SXLK.L", "SXLK.L"], FRIDAY);
    assert!(again.findings.is_empty(), "{}", said(&again));
    assert_eq!((again.added.new, again.added.known), (0, 24));
    assert_eq!(desk.files(), files);
}

#[test]
fn the_newest_part_is_asked_for_with_an_overlap() {
    let fake = FakeYahoo::of(vec![calm("SXLK.L")]);
    let desk = Desk::new(&fake);
    desk.collect(&["SXLK.L"], FRIDAY);
    let report = desk.collect(&["SXLK.L"], MONDAY);
    assert_eq!(report.added.new, 1);
    assert_eq!(desk.dates("SXLK.L").last().unwrap(), "2026-01-26");
    let seconds: Vec<i64> = fake.asked("SXLK.L").iter().filter_map(|request| request.seconds("period1")).collect();
    let midnight =
        |date: &str| format!("{date}T00:00:00Z").parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
    assert_eq!(seconds, [midnight("2025-01-01"), midnight("2025-12-22")]);
}

#[test]
fn an_earlier_start_is_fetched_and_a_young_symbol_is_not_asked_twice() {
    let young = Listing::new("NEW.L", "USD").closes("2025-10-01", (0..80).map(|day| 10.0 + f64::from(day) * 0.01));
    let fake = FakeYahoo::of(vec![calm("SXLK.L"), young]);
    let desk = Desk::new(&fake);
    desk.collect_from(&["SXLK.L"], "2025-09-01", FRIDAY);
    assert_eq!(desk.dates("SXLK.L")[0], "2025-09-01");
    let report = desk.collect(&["SXLK.L", "NEW.L"], FRIDAY);
    assert!(report.is_complete(), "{}", said(&report));
    assert_eq!(desk.dates("SXLK.L")[0], "2025-01-02");
    desk.collect(&["NEW.L"], MONDAY);
    assert_eq!(fake.asked("NEW.L").len(), 2);
    let raw = desk.files().keys().filter(|name| name.starts_with("raw/")).count();
    assert_eq!(raw, 0, "nothing stored has changed");
}

#[test]
fn a_dividend_changes_the_adjusted_history_and_the_rows_before_are_kept() {
    let fake = FakeYahoo::of(vec![calm("SXLK.L")]);
    let desk = Desk::new(&fake);
    desk.collect(&["SXLK.L"], FRIDAY);
    let before = desk.site.read("data/prices/SXLK.L.csv");
    let fake = FakeYahoo::of(vec![calm("SXLK.L").dividend("2026-01-26", 0.97)]);
    let desk = desk.moved_to(&fake);
    let report = desk.collect(&["SXLK.L"], MONDAY);
    assert!(report.is_complete(), "{}", said(&report));
    assert!(said(&report).contains("SXLK.L: all prices were fetched again: a dividend of 0.97 USD on 2026-01-26"));
    assert_eq!((report.added.new, fake.asked("SXLK.L").len()), (1, 2));
    // 194.05 before the ex-date: 1 - 0.97 / 194.05 = 0.99500...
    assert!(desk.rows("SXLK.L")[276].contains(",194.05,193.08,"), "{}", desk.rows("SXLK.L")[276]);
    assert!(desk.rows("SXLK.L")[277].contains(",194.1,194.1,"), "{}", desk.rows("SXLK.L")[277]);
    let files = desk.files();
    let raw: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("raw/")).collect();
    assert_eq!(raw.len(), 1);
    assert_eq!(String::from_utf8_lossy(raw[0].1), before);
    let again = desk.collect(&["SXLK.L"], MONDAY);
    assert!(again.findings.is_empty(), "{}", said(&again));
    assert_eq!(desk.files(), files);
}

#[test]
fn a_split_changes_all_earlier_prices() {
    let before =
        FakeYahoo::of(vec![Listing::new("AAPL", "USD").closes("2026-01-19", [400.0, 404.0, 408.0, 402.0, 400.0])]);
    let desk = Desk::new(&before);
    desk.collect(&["AAPL"], FRIDAY);
    let split = Listing::new("AAPL", "USD").closes("2026-01-19", [400.0, 404.0, 408.0, 402.0, 400.0, 101.0]).split(
        "2026-01-26",
        4.0,
        1.0,
    );
    let after = FakeYahoo::of(vec![split]);
    let desk = desk.moved_to(&after);
    let report = desk.collect(&["AAPL"], MONDAY);
    assert!(report.is_complete(), "{}", said(&report));
    assert!(said(&report).contains("a split on 2026-01-26, 4 for 1"), "{}", said(&report));
    let closes: Vec<String> = desk.closes("AAPL").into_iter().map(|(_, close)| close).collect();
    assert_eq!(closes, ["100", "101", "102", "100.5", "100", "101"]);
}

#[test]
fn a_bar_is_stored_when_its_day_is_over() {
    let fake = FakeYahoo::of(vec![calm("SXLK.L")]);
    let desk = Desk::new(&fake);
    let last = |now: &str| {
        desk.collect(&["SXLK.L"], now);
        desk.dates("SXLK.L").pop().unwrap()
    };
    assert_eq!(last("2026-01-23T12:00:00Z"), "2026-01-22");
    assert_eq!(last("2026-01-23T16:59:00Z"), "2026-01-22");
    assert_eq!(last("2026-01-23T17:00:00Z"), "2026-01-23");
    assert_eq!(last("2026-01-26T07:00:00Z"), "2026-01-23");
}

#[test]
fn the_exchange_decides_the_date() {
    let asia = Listing::new("WSKT.JK", "IDR")
        .at(chrono_tz::Asia::Jakarta, "00:00", "16:00")
        .closes("2026-01-20", [1505.0, 1510.0]);
    let pound = Listing::new("GBPUSD=X", "USD")
        .at(chrono_tz::Europe::London, "00:00", "23:59")
        .closes("2025-07-14", [1.342_515, 1.339_064]);
    let york = Listing::new("^GSPC", "USD")
        .at(chrono_tz::America::New_York, "19:00", "20:00")
        .closes("2026-01-20", [6796.86, 6875.62]);
    let fake = FakeYahoo::of(vec![asia, pound, york]);
    let desk = Desk::new(&fake);
    let report = desk.collect(&["WSKT.JK", "GBPUSD=X", "^GSPC"], FRIDAY);
    assert_eq!(desk.dates("WSKT.JK"), ["2026-01-20", "2026-01-21"]);
    assert_eq!(desk.dates("^GSPC"), ["2026-01-20", "2026-01-21"]);
    let pounds = [("2025-07-14", "1.342515"), ("2025-07-15", "1.339064")];
    assert_eq!(desk.closes("GBPUSD=X"), pounds.map(|(date, close)| (date.to_owned(), close.to_owned())));
    assert!(said(&report).contains("GBPUSD=X: no price since 2025-07-15: suspended, delisted or renamed?"));
}

#[test]
fn a_history_that_shrank_does_not_take_the_place_of_the_stored_one() {
    let fake = FakeYahoo::of(vec![calm("SXLK.L")]);
    let desk = Desk::new(&fake);
    desk.collect(&["SXLK.L"], FRIDAY);
    let stored = desk.rows("SXLK.L");
    // Only the last days came, and with other prices.
    let young = Listing::new("SXLK.L", "USD").closes("2026-01-20", [90.0, 91.0, 92.0, 93.0, 94.0]);
    let desk = desk.moved_to(&FakeYahoo::of(vec![young]));
    let report = desk.collect(&["SXLK.L"], MONDAY);
    assert!(!report.is_complete());
    assert!(said(&report).contains("not believed: Yahoo corrected its prices of 2026-01-20 to 2026-01-23, and 273 stored days are missing; using prices up to 2026-01-23"), "{}", said(&report));
    assert_eq!(desk.rows("SXLK.L"), stored);
    assert_eq!(desk.held("SXLK.L").len(), 1, "{:?}", desk.held("SXLK.L"));
}

#[test]
fn a_corrected_close_takes_the_place_of_the_stored_one() {
    let fake = FakeYahoo::of(vec![calm("SXLK.L").close("2026-01-23", 190.0)]);
    let desk = Desk::new(&fake);
    desk.collect(&["SXLK.L"], FRIDAY);
    let desk = desk.moved_to(&FakeYahoo::of(vec![calm("SXLK.L")]));
    let report = desk.collect(&["SXLK.L"], MONDAY);
    assert!(said(&report).contains("Yahoo corrected its prices of 2026-01-23"), "{}", said(&report));
    assert_eq!(desk.closes("SXLK.L")[276].1, "194.05");
}

#[test]
fn a_day_that_yahoo_forgets_stays() {
    let fake = FakeYahoo::of(vec![calm("SXLK.L")]);
    let desk = Desk::new(&fake);
    desk.collect(&["SXLK.L"], FRIDAY);
    // One day is empty now, and the last one corrected, so that everything is fetched again.
    let listing = calm("SXLK.L").close("2026-01-14", None).close("2026-01-23", 194.5);
    let desk = desk.moved_to(&FakeYahoo::of(vec![listing]));
    let report = desk.collect(&["SXLK.L"], MONDAY);
    assert!(said(&report).contains("SXLK.L: Yahoo has no price of 2026-01-14"), "{}", said(&report));
    assert!(desk.dates("SXLK.L").contains(&"2026-01-14".to_owned()));
    assert!(report.is_complete());
}

/// A second collection changes history, mends a bar and finds another that is suspicious.
fn eventful() -> (Desk, FakeYahoo) {
    let fake = FakeYahoo::of(vec![calm("SXLK.L").close("2026-01-14", 19_300.0)]);
    let desk = Desk::new(&fake);
    desk.collect(&["SXLK.L"], FRIDAY);
    let later = calm("SXLK.L").dividend("2026-01-26", 0.97).close("2026-01-08", 19_200.0);
    let fake = FakeYahoo::of(vec![later.clone()]);
    (desk.moved_to(&fake), fake)
}

#[test]
fn an_interrupted_write_is_completed_by_the_next_run() {
    let (desk, _fake) = eventful();
    let before = desk.files();
    desk.collect(&["SXLK.L"], MONDAY);
    let after = desk.files();
    let (main, aside) = ("prices/SXLK.L.csv", "prices/suspicious/SXLK.L.csv");
    let kept: Vec<&str> = after.keys().filter(|name| name.starts_with("raw/")).map(String::as_str).collect();
    let kept_of = |kind: &str| kept.iter().copied().find(|name| name.contains(kind)).unwrap();
    assert_ne!((&before[main], &before[aside]), (&after[main], &after[aside]));
    // What is on the disk when the writer is killed after one, two ... of its writes.
    let (main_kept, aside_kept) = (kept_of("-prices-"), kept_of("-suspicious-"));
    for done in [
        vec![],
        vec![main_kept],
        vec![main_kept, main],
        vec![main_kept, main, aside_kept],
        vec![main_kept, main, aside_kept, aside],
    ] {
        for name in after.keys().filter(|name| !before.contains_key(*name)) {
            std::fs::remove_file(desk.site.path("data").join(name)).unwrap_or_default();
        }
        for (name, bytes) in &before {
            let bytes = if done.contains(&name.as_str()) { &after[name] } else { bytes };
            desk.site.put(&format!("data/{name}"), bytes);
        }
        for name in done.iter().filter(|name| name.starts_with("raw/")) {
            desk.site.put(&format!("data/{name}"), &after[*name]);
        }
        desk.collect(&["SXLK.L"], MONDAY);
        assert_eq!(desk.files(), after, "{done:?}");
    }
}

#[test]
fn two_collectors_at_once_store_what_one_would() {
    let (desk, _fake) = eventful();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| desk.collect(&["SXLK.L"], MONDAY));
        }
    });
    let files = desk.files();
    let (alone, _fake) = eventful();
    alone.collect(&["SXLK.L"], MONDAY);
    assert_eq!(files, alone.files());
}
