use super::*;
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn without_jobs_there_are_two_on_the_exchange_of_the_account() {
    let jobs = planned(&Config::default(), Exchange::from_mic("XLON").unwrap());
    let shown: Vec<String> = jobs.iter().map(|job| format!("{}: {}", job.name, job.timing)).collect();
    assert_eq!(shown, ["daily: XLON close + 20m", "signal: XLON first session of month open - 1h"]);
    assert_eq!(jobs[0].steps, [Step::Collect, Step::Build]);
    assert_eq!(jobs[1].steps, [Step::Prices, Step::Signal, Step::List, Step::Build]);
    let mut config = Config::default();
    config.publish.remote = "git@github.com:n/r.git".into();
    assert_eq!(planned(&config, Exchange::NEW_YORK)[0].steps, [Step::Collect, Step::Build, Step::Publish]);
}

#[test]
fn where_hours_are_not_known_the_evening_of_each_weekday_will_do() {
    let there = Exchange::from_mic("XHKG").unwrap().or_weekdays_in(chrono_tz::Asia::Hong_Kong);
    let jobs = planned(&Config::default(), there);
    let next = jobs[0].timing.next("2026-01-30T11:00:00Z".parse().unwrap());
    assert_eq!(next, Some("2026-02-02T10:00:00Z".parse().unwrap()), "Monday at 18:00 there");
}

#[test]
fn a_time_that_clocks_skip_comes_an_hour_later_and_one_that_comes_twice_comes_first() {
    let at = |day: &str, zone| instant(date(day), NaiveTime::from_hms_opt(1, 30, 0).unwrap(), zone).unwrap();
    assert_eq!(at("2026-03-29", Tz::Europe__London).to_rfc3339(), "2026-03-29T01:30:00+00:00");
    assert_eq!(at("2026-10-25", Tz::Europe__London).to_rfc3339(), "2026-10-25T00:30:00+00:00");
}

proptest! {
    /// The next time is after now, and just before it the last time is the one up to now.
    #[test]
    fn last_and_next_hold_now_between_them(seconds in 1_100_000_000_i64..1_840_000_000, which in 0_usize..4) {
        let texts = ["XLON close + 20m", "XNYS open - 24h", "XTKS first session of month open", "XETR 02:30 Europe/Berlin"];
        let config = format!("[[job]]\nname = \"a\"\nat = \"{}\"\nrun = [\"build\"]\n", texts[which]);
        let config = crate::config::parse(&config, "c".as_ref()).unwrap();
        let timing = planned(&config, Exchange::NEW_YORK).remove(0).timing;
        let now = DateTime::from_timestamp(seconds, 0).unwrap();
        let (last, next) = (timing.last(now).unwrap(), timing.next(now).unwrap());
        prop_assert!(last <= now && now < next);
        prop_assert_eq!(timing.last(next - TimeDelta::seconds(1)), Some(last));
        prop_assert_eq!(timing.last(next), Some(next));
        prop_assert_eq!(timing.next(last - TimeDelta::seconds(1)), Some(last));
    }
}
