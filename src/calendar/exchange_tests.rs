use super::*;
use crate::digest::sha256;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn exchange(mic: &str) -> Exchange {
    Exchange::from_mic(mic).unwrap()
}

fn close(mic: &str, day: &str) -> Option<String> {
    exchange(mic).close(date(day)).map(|close| close.format("%H:%M").to_string())
}

/// How many sessions from 2005 to 2028, and the digest of all their closes, by `exchange_calendars` 4.13.
#[test]
fn every_close_of_24_years_is_that_of_the_library() {
    for (mic, count, digest) in [
        ("XNYS", 6036, "848185e354299508"),
        ("XLON", 6063, "9d5a330b84b2a6c7"),
        ("XETR", 6099, "4657ebc1b74fb928"),
        ("XPAR", 6145, "a5d5a083751aa630"),
        ("XAMS", 6145, "a5d5a083751aa630"),
        ("XSWX", 6033, "0dade5fa4bec2f91"),
        ("XTKS", 5871, "b1bdffe9d31f331e"),
    ] {
        let exchange = exchange(mic);
        let sessions = exchange.sessions(date("2005-01-01")..=date("2028-12-31"));
        let closes: Vec<String> = sessions
            .map(|session| exchange.close(session).unwrap().format("%Y-%m-%dT%H:%M:%SZ\n").to_string())
            .collect();
        assert_eq!((closes.len(), sha256(closes.concat().as_bytes(), 16)), (count, digest.to_owned()), "{mic}");
    }
}

#[test]
fn closures_that_no_rule_gives_are_known() {
    for (mic, days) in [
        ("XNYS", &["2001-09-11", "2007-01-02", "2012-10-29", "2012-10-30", "2018-12-05", "2025-01-09"][..]),
        ("XLON", &["2011-04-29", "2012-06-05", "2020-05-08", "2022-06-03", "2022-09-19", "2023-05-08"]),
        ("XETR", &["2017-10-31", "2021-05-24"]),
        ("XTKS", &["2019-04-30", "2019-05-02", "2019-10-22", "2020-07-24", "2020-10-01", "2021-08-09", "2026-09-22"]),
    ] {
        for day in days {
            assert!(is_weekday(date(day)) && !exchange(mic).is_session(date(day)), "{mic} {day}");
        }
    }
    for (mic, days) in [
        ("XLON", &["2020-05-04", "2022-05-30"][..]),
        ("XETR", &["2022-06-06", "2022-10-03"]),
        ("XTKS", &["2020-10-12", "2019-12-23"]),
    ] {
        assert!(days.iter().all(|day| exchange(mic).is_session(date(day))), "{mic}");
    }
}

#[test]
fn half_days_close_early_and_summer_time_is_kept() {
    let at = |time: &str| Some(time.to_owned());
    assert_eq!(close("XNYS", "2024-11-29"), at("18:00"));
    assert_eq!(close("XNYS", "2024-11-27"), at("21:00"));
    assert_eq!(close("XNYS", "2024-07-03"), at("17:00"));
    assert_eq!(close("XNYS", "2024-07-02"), at("20:00"));
    assert_eq!(close("XNYS", "2024-07-04"), None);
    assert_eq!(close("XLON", "2022-12-23"), at("12:30"));
    assert_eq!(close("XLON", "2024-06-03"), at("15:30"));
    assert_eq!(close("XETR", "2023-12-29"), at("13:00"));
    assert_eq!(close("XPAR", "2024-12-24"), at("13:05"));
    assert_eq!(close("XSWX", "2024-12-23"), at("16:30"));
    assert_eq!(close("XTKS", "2024-11-01"), at("06:00"));
    assert_eq!(close("XTKS", "2024-11-05"), at("06:30"));
    assert_eq!(close("XTKS", "2024-11-09"), None, "a Saturday");
}

#[test]
fn other_exchanges_are_weekdays_and_say_so() {
    let hong_kong = exchange("XHKG");
    assert!(!hong_kong.has_calendar() && exchange("ARCX").has_calendar());
    assert!(hong_kong.is_session(date("2024-12-25")) && !hong_kong.is_session(date("2024-12-28")));
    assert_eq!(hong_kong.close(date("2024-12-24")), None);
    // Without hours a day is over when its date is, in the zone that is given.
    let there = hong_kong.or_weekdays_in(Tz::Asia__Hong_Kong);
    assert_eq!(there.last_closed(instant("2024-12-24T15:00:00Z")), date("2024-12-23"));
    assert_eq!(there.last_closed(instant("2024-12-24T17:00:00Z")), date("2024-12-24"));
    assert_eq!(exchange("XNAS").or_weekdays_in(Tz::UTC).zone(), Tz::America__New_York);
    for wrong in ["", "xnys", "NYSE!", "XNY", "XNYS "] {
        assert_eq!(Exchange::from_mic(wrong), None, "{wrong}");
    }
}

#[test]
fn a_session_holds_until_the_next_begins() {
    let new_york = exchange("XNYS");
    for (time, session) in [
        ("2026-01-27T14:00:00Z", "2026-01-27"),
        ("2026-01-28T03:00:00Z", "2026-01-27"), // the evening
        ("2026-01-28T08:59:00Z", "2026-01-27"), // before four in the morning
        ("2026-01-28T09:00:00Z", "2026-01-28"),
        ("2026-01-31T15:00:00Z", "2026-01-30"), // a Saturday
        ("2026-01-19T15:00:00Z", "2026-01-16"), // a holiday on a Monday
    ] {
        assert_eq!(new_york.session_of(instant(time)), date(session), "{time}");
    }
    assert_eq!(exchange("XTKS").session_of(instant("2026-01-26T20:00:00Z")), date("2026-01-27"));
}

#[test]
fn the_last_close_is_before_the_instant() {
    let new_york = exchange("XNYS");
    assert_eq!(new_york.last_closed(instant("2026-01-27T20:59:59Z")), date("2026-01-26"));
    assert_eq!(new_york.last_closed(instant("2026-01-27T21:00:00Z")), date("2026-01-27"));
    assert_eq!(new_york.last_closed(instant("2026-01-19T23:00:00Z")), date("2026-01-16"));
    assert_eq!(new_york.last_closed(instant("2024-11-29T18:00:00Z")), date("2024-11-29"), "a half day");
}

#[test]
fn sessions_are_counted_over_holidays() {
    let new_york = exchange("XNYS");
    // Thursday 2024-03-28 to Monday 2024-04-01, over Good Friday.
    assert_eq!(new_york.age(date("2024-03-28"), date("2024-04-01")), 1);
    assert_eq!(new_york.age(date("2024-03-28"), date("2024-03-31")), 0);
    assert_eq!(new_york.sessions_between(date("2024-03-28"), date("2024-04-01")).count(), 0);
    let between: Vec<_> = new_york.sessions_between(date("2024-03-27"), date("2024-04-02")).collect();
    assert_eq!(between, [date("2024-03-28"), date("2024-04-01")]);
    assert_eq!(new_york.sessions_between(date("2024-04-01"), date("2024-03-27")).count(), 0);
    assert_eq!(new_york.next_session(date("2024-03-28")), date("2024-04-01"));
    assert_eq!(new_york.previous_session(date("2024-04-01")), date("2024-03-28"));
    assert_eq!(new_york.session_on_or_before(date("2024-03-31")), date("2024-03-28"));
    assert_eq!(new_york.session_on_or_before(date("2024-03-28")), date("2024-03-28"));
}

#[test]
fn an_exchange_is_written_as_its_code() {
    let read: Exchange = serde_json::from_str("\"XLON\"").unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), "\"XLON\"");
    for (name, mic) in [("NYSE", "XNYS"), ("LSEETF", "XLON"), ("TSEJ", "XTKS"), ("XHKG", "XHKG")] {
        assert_eq!(name.parse::<Exchange>().unwrap(), exchange(mic), "a broker's name of it: {name}");
    }
    assert!("London".parse::<Exchange>().unwrap_err().contains("XLON"));
}
