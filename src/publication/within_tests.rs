use super::*;
use crate::config::PrivacyLevel;
use crate::publication::testing::{self, fine};

/// November 2021 to February 2022, with returns that can be multiplied by hand.
fn four_months() -> Publication {
    let mut publication = testing::publication();
    let keep = |month: &str| ["2021-11", "2021-12", "2022-01", "2022-02"].contains(&month);
    publication.months.retain(|month| keep(&month.month.to_string()));
    publication.years.retain(|year| year.year >= 2021);
    for (month, value) in publication.months.iter_mut().zip([0.02, -0.01, 0.10, -0.50]) {
        (month.value, month.benchmark) = (fine().period(value), Some(fine().market(value / 2.0)));
    }
    for (year, value) in publication.years.iter_mut().zip([0.0099, -0.4501]) {
        year.value = fine().period(value);
    }
    (publication.facts.inception, publication.facts.as_of) = (day("2021-10-29"), day("2022-02-28"));
    publication
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn of(publication: &Publication, from: &str, to: &str) -> Result<f64> {
    let bound = |text: &str| Some(text).filter(|text| !text.is_empty()).map(str::parse).transpose();
    Within::new(publication, bound(from)?, bound(to)?)?.total_return(Whose::Account)
}

fn said(publication: &Publication, from: &str, to: &str) -> String {
    let error = of(publication, from, to).unwrap_err();
    format!("{error}; {}", error.next_step().unwrap())
}

#[test]
fn months_are_multiplied_and_what_the_site_shows_itself_is_taken_from_there() {
    let publication = four_months();
    let of = |from, to| (of(&publication, from, to).unwrap() * 1e6).round() / 1e6;
    // One month; 0.99 x 1.1; a calendar year as its row has it, which rounding sets apart from 1.1 x 0.5.
    assert_eq!(of("2022-01", "2022-01"), 0.10);
    assert_eq!(of("2021-12", "2022-01"), 0.089);
    assert_eq!((of("2022-01", ""), of("2022-01", "2022-02"), of("2021-11", "2021-12")), (-0.4501, -0.4501, 0.0099));
    // All of it is the figure, however it is asked for.
    let total = publication.figures[0].figures[0].value.unwrap().get();
    for (from, to) in [("", ""), ("2021-10", "2022-02"), ("2021-10", ""), ("2021-10-29", "2022-02-28")] {
        assert_eq!(of(from, to), total, "{from} {to}");
    }
}

#[test]
fn between_days_the_index_says_it_and_its_day_before_counts() {
    let publication = testing::at(PrivacyLevel::Daily, None);
    let index = |date: &str| publication.days.iter().find(|row| row.date == day(date)).unwrap().index.get();
    assert_eq!(
        of(&publication, "2022-03-02", "2022-03-03").unwrap(),
        index("2022-03-03") / index("2022-03-01") - 1.0
    );
    // A Sunday has no valuation: what came before it is Friday's.
    assert_eq!(
        of(&publication, "2022-03-06", "2022-03-13").unwrap(),
        index("2022-03-11") / index("2022-03-04") - 1.0
    );
    let days = Within::new(&publication, Some(Bound::Day(day("2022-03-02"))), None).unwrap().days().unwrap();
    assert_eq!((days[0].date, days[0].index.get()), (day("2022-03-01"), 1.0));
    assert_eq!(days[2].index.get(), index("2022-03-03") / index("2022-03-01"));
    assert_eq!(days[2].drawdown, publication.days.iter().find(|row| row.date == day("2022-03-03")).unwrap().drawdown);
}

#[test]
fn what_is_no_part_of_the_record_is_refused_with_what_there_is() {
    let publication = four_months();
    assert_eq!(
        said(&publication, "2019-01", ""),
        "2019-01 is outside the record; the record goes from 2021-10-29 to 2022-02-28"
    );
    assert!(said(&publication, "2022-03-01", "").starts_with("2022-03-01 is outside"));
    assert_eq!(said(&publication, "2022-02", "2021-12"), "2022-02 is after 2021-12; exchange the two");
    assert!(said(&publication, "2022-13", "").starts_with("`2022-13` is neither a month nor a day"));
    assert!(said(&publication, "12022-01-01", "").contains("neither"));
    assert!(said(&publication, "", "2021-10").starts_with("the account has no return from 2021-10-29 to 2021-10"));
    let monthly = testing::at(PrivacyLevel::Monthly, None);
    assert_eq!(
        said(&monthly, "2022-03-02", ""),
        "single days are not published at this `[privacy] precision`; name the month: 2022-03"
    );
}

#[test]
fn nothing_is_said_more_finely_than_months_are_published() {
    for level in [PrivacyLevel::Daily, PrivacyLevel::Monthly, PrivacyLevel::Coarse] {
        let publication = testing::two_years(level);
        let grown: f64 = publication.months[2..5].iter().map(|month| 1.0 + month.value.get()).product();
        assert_eq!(of(&publication, "2020-03", "2020-05").unwrap(), grown - 1.0);
    }
}

#[test]
fn the_benchmark_is_told_over_the_same_months() {
    let mut publication = four_months();
    let of = |publication: &Publication| {
        let [from, to] = ["2021-12", "2022-01"].map(|text| Some(text.parse().unwrap()));
        Within::new(publication, from, to).unwrap().total_return(Whose::Benchmark)
    };
    // 0.995 x 1.05.
    assert!((of(&publication).unwrap() - 0.044_75).abs() < 1e-12);
    publication.months[2].benchmark = None;
    assert!(of(&publication).unwrap_err().to_string().starts_with("the benchmark has no return"));
}
