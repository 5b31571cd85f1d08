use super::*;

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn alert(more: &str) -> Alert {
    let text = format!("[[alert]]\nname = \"phone\"\nto = \"ntfy\"\n{more}");
    crate::config::parse(&text, "c".as_ref()).unwrap().alert.remove(0)
}

fn event(topic: Topic, key: &str, lasts: bool) -> Event {
    Event { topic, key: key.to_owned(), lasts, title: key.to_owned(), text: String::new(), file: None }
}

/// Sends whatever is to be sent, and says it.
fn send(rows: &mut Vec<Row>, alert: &Alert, now: DateTime<Utc>) -> Vec<(String, Phase)> {
    let mut said = Vec::new();
    for place in to_send(rows, alert, now) {
        said.push((rows[place].event.clone(), rows[place].phase().unwrap()));
        sent(&mut rows[place], now);
    }
    forget(rows, std::slice::from_ref(alert));
    said
}

const ALL: &[Topic] = &Topic::ALL;

#[test]
fn an_event_is_said_once_until_it_clears_and_then_once_more() {
    let (alert, mut rows) = (alert(""), Vec::new());
    let failed = [event(Topic::Failed, "failed:daily", true)];
    let mut said = Vec::new();
    for minute in 0..10 {
        let now = instant("2026-01-27T12:00:00Z") + TimeDelta::minutes(minute);
        take_in(&mut rows, &alert, ALL, if minute < 5 { &failed } else { &[] }, now);
        said.extend(send(&mut rows, &alert, now));
    }
    let name = || "failed:daily".to_owned();
    assert_eq!(said, [(name(), Phase::Came), (name(), Phase::Cleared)]);
    assert_eq!(rows.len(), 1, "only that the alert is known: {rows:?}");
    // It comes again, and that is news again.
    let now = instant("2026-01-28T12:00:00Z");
    take_in(&mut rows, &alert, ALL, &failed, now);
    assert_eq!(send(&mut rows, &alert, now), [(name(), Phase::Came)]);
}

#[test]
fn what_was_not_looked_at_is_not_cleared() {
    let (alert, mut rows) = (alert(""), Vec::new());
    let now = instant("2026-01-27T12:00:00Z");
    take_in(&mut rows, &alert, ALL, &[event(Topic::NetValue, "net-value:a", true)], now);
    send(&mut rows, &alert, now);
    take_in(&mut rows, &alert, &[Topic::Failed, Topic::Snapshot], &[], now);
    assert_eq!(send(&mut rows, &alert, now), []);
}

#[test]
fn what_happened_before_the_alert_is_no_news() {
    let (alert, mut rows) = (alert(""), Vec::new());
    let now = instant("2026-01-27T12:00:00Z");
    let month = |name: &str| event(Topic::Month, name, false);
    // The runs are looked at first; only then the record.
    take_in(&mut rows, &alert, &[Topic::Failed], &[], now);
    take_in(&mut rows, &alert, ALL, &[month("month:2025-11"), month("month:2025-12")], now);
    assert_eq!(send(&mut rows, &alert, now), []);
    let months = [month("month:2025-11"), month("month:2025-12"), month("month:2026-01")];
    take_in(&mut rows, &alert, ALL, &months, now);
    assert_eq!(send(&mut rows, &alert, now), [("month:2026-01".to_owned(), Phase::Came)]);
    take_in(&mut rows, &alert, ALL, &months, now);
    assert_eq!(send(&mut rows, &alert, now), [], "and never again");
}

#[test]
fn quiet_hours_hold_back_and_drop_nothing() {
    let (alert, mut rows) = (alert("quiet = \"22:00-07:00 UTC\"\n"), Vec::new());
    let events = [event(Topic::Failed, "failed:a", true), event(Topic::Failed, "failed:b", true)];
    let night = instant("2026-01-27T23:00:00Z");
    take_in(&mut rows, &alert, ALL, &events, night);
    assert_eq!(send(&mut rows, &alert, night), []);
    // One of them is over before anybody was told.
    take_in(&mut rows, &alert, ALL, &events[1..], instant("2026-01-28T03:00:00Z"));
    let morning = instant("2026-01-28T07:00:00Z");
    let said = send(&mut rows, &alert, morning);
    assert_eq!(said, [("failed:a".to_owned(), Phase::CameAndCleared), ("failed:b".to_owned(), Phase::Came)]);
    assert_eq!(send(&mut rows, &alert, morning), []);
}

#[test]
fn one_that_comes_back_before_anybody_heard_that_it_went_never_went() {
    let (alert, mut rows) = (alert("quiet = \"22:00-07:00 UTC\"\n"), Vec::new());
    let failed = [event(Topic::Failed, "failed:a", true)];
    let evening = instant("2026-01-27T20:00:00Z");
    take_in(&mut rows, &alert, ALL, &failed, evening);
    assert_eq!(send(&mut rows, &alert, evening).len(), 1);
    take_in(&mut rows, &alert, ALL, &[], instant("2026-01-27T23:00:00Z"));
    take_in(&mut rows, &alert, ALL, &failed, instant("2026-01-28T01:00:00Z"));
    assert_eq!(send(&mut rows, &alert, instant("2026-01-28T08:00:00Z")), []);
}

#[test]
fn a_service_that_asks_for_patience_gets_it_and_a_clock_set_back_does_not_lengthen_it() {
    let (alert, mut rows) = (alert(""), Vec::new());
    let now = instant("2026-01-27T12:00:00Z");
    take_in(&mut rows, &alert, ALL, &[event(Topic::Failed, "failed:a", true)], now);
    let place = rows.iter().position(|row| row.event == "failed:a").unwrap();
    rows[place].not_before = Some(now + TimeDelta::hours(1));
    assert!(to_send(&rows, &alert, now + TimeDelta::minutes(59)).is_empty());
    assert_eq!(to_send(&rows, &alert, now + TimeDelta::minutes(60)), [place]);
    assert_eq!(to_send(&rows, &alert, instant("2020-01-01T00:00:00Z")), [place]);
}

#[test]
fn rows_come_back_from_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    let (alert, mut rows) = (alert(""), Vec::new());
    take_in(
        &mut rows,
        &alert,
        ALL,
        &[event(Topic::NetValue, "net-value:a, \"b\"", true)],
        instant("2026-01-27T12:00:00Z"),
    );
    write(&site, &rows).unwrap();
    assert_eq!(read(&site).unwrap(), rows);
    write(&site, &[]).unwrap();
    assert_eq!(read(&site).unwrap(), []);
}
