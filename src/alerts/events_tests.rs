use super::*;

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn run(day: &str, result: Ending, minutes: i64) -> Run {
    let scheduled = instant(&format!("2026-01-{day}T21:20:00Z"));
    Run {
        job: "daily".into(),
        scheduled,
        started: scheduled,
        ended: Some(scheduled + chrono::TimeDelta::minutes(minutes)),
        result,
        detail: "collect: account U1234567 says 105,000".into(),
    }
}

#[test]
fn one_failure_is_no_news_and_two_are() {
    use Ending::{Done, Failed, Running};
    let said = |runs: &[Run]| of_runs(runs, false).into_iter().map(|event| event.title).collect::<Vec<_>>();
    assert!(said(&[run("26", Done, 1), run("27", Failed, 1)]).is_empty());
    assert_eq!(said(&[run("26", Failed, 1), run("27", Failed, 1)]), ["daily has failed twice"]);
    assert!(said(&[run("26", Failed, 1), run("27", Failed, 1), run("28", Done, 1)]).is_empty(), "it clears");
    // While the next one runs nothing has cleared yet.
    assert_eq!(said(&[run("26", Failed, 1), run("27", Failed, 1), run("28", Running, 1)]).len(), 1);
}

#[test]
fn a_wait_is_reported_once_a_restart_would_be_over() {
    let waits = |minutes| of_runs(&[run("27", Ending::Waiting, minutes)], false);
    assert!(waits(20).is_empty());
    assert_eq!(waits(30)[0].title, "daily waits: log in to Gateway");
}

#[test]
fn what_went_wrong_is_only_in_messages_that_may_hold_amounts() {
    let runs = [run("26", Ending::Failed, 1), run("27", Ending::Failed, 1)];
    let text = |shows| of_runs(&runs, shows)[0].text.clone();
    assert!(text(true).contains("105,000"));
    assert!(!text(false).contains("105,000") && !text(false).contains("U1234567"), "{}", text(false));
}

#[test]
fn a_session_without_a_snapshot_is_missed_from_the_time_on() {
    let text = "[[alert]]\nname = \"a\"\nto = \"ntfy\"\nsnapshot_by = \"23:00 Europe/London\"\n";
    let alert = &crate::config::parse(text, "c".as_ref()).unwrap().alert[0];
    let missing = |newest: &str, now: &str| {
        let newest = newest.parse().ok();
        of_clock(alert, newest, Exchange::NEW_YORK, instant(now)).map(|event| event.title)
    };
    // Tuesday the 27th closes at 21:00 UTC; at 23:00 in London its snapshot has to be there.
    assert_eq!(missing("2026-01-26", "2026-01-27T22:59:00Z"), None);
    assert_eq!(missing("2026-01-26", "2026-01-27T23:00:00Z").as_deref(), Some("No snapshot of 2026-01-27"));
    assert_eq!(missing("2026-01-27", "2026-01-27T23:00:00Z"), None);
    assert_eq!(missing("", "2026-01-27T23:00:00Z").as_deref(), Some("No snapshot of 2026-01-27"));
    // On Sunday Friday's counts.
    assert_eq!(missing("2026-01-29", "2026-02-01T12:00:00Z").as_deref(), Some("No snapshot of 2026-01-30"));
    assert_eq!(missing("2026-01-30", "2026-02-01T12:00:00Z"), None);
}

#[test]
fn a_time_before_the_close_is_meant_of_the_next_morning() {
    let text = "[[alert]]\nname = \"a\"\nto = \"ntfy\"\nsnapshot_by = \"08:00 Europe/London\"\n";
    let alert = &crate::config::parse(text, "c".as_ref()).unwrap().alert[0];
    let missing = |now: &str| of_clock(alert, "2026-01-26".parse().ok(), Exchange::NEW_YORK, instant(now)).is_some();
    assert!(!missing("2026-01-27T22:00:00Z") && !missing("2026-01-28T07:59:00Z"));
    assert!(missing("2026-01-28T08:00:00Z"));
}

/// The demo's record: live from January 2018, with a corporate action or two, and a signal a month.
#[test]
fn no_amount_of_the_demo_is_in_what_is_sent_unless_it_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let site = crate::SiteDir::new(folder.path());
    crate::demo::write(&site).unwrap();
    let config = crate::config::load(&site, []).unwrap();
    let now = instant("2026-01-27T12:00:00Z");
    let record = crate::record::load::load(&site, &config, now.date_naive());
    let text = "[[alert]]\nname = \"a\"\nto = \"ntfy\"\ndrawdown = 0.0001\n";
    let mut alert = crate::config::parse(text, "c".as_ref()).unwrap().alert.remove(0);
    let events = of_record(&alert, &record, &[], &config, now);
    let months = events.iter().filter(|event| event.topic == Topic::Month).count();
    assert!(months > 60, "{months}");
    let ends = record.snapshots.last().unwrap().net_liquidation.trunc().to_string();
    let all: String = events.iter().map(|event| format!("{} {}\n", event.title, event.text)).collect();
    assert!(!all.contains(&ends), "{ends} in {all}");
    let keys: BTreeSet<&String> = events.iter().map(|event| &event.key).collect();
    assert_eq!(keys.len(), events.len(), "each event has a name of its own");
    alert.private = true;
    assert_eq!(of_record(&alert, &record, &[], &config, now).len(), events.len());
}
