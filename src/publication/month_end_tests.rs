use std::collections::BTreeMap;

use crate::analysis::periods::UsualPeriod;
use crate::calendar::YearMonth;
use crate::config::{self, Config, PrivacyLevel};
use crate::publication::{MonthEnd, Publication, Published, redact};
use crate::record::{ExecId, Record, load};
use crate::{SiteDir, demo};

fn the_demo() -> (Record, Config) {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    demo::write(&site).unwrap();
    let mut config = config::load(&site, []).unwrap();
    config.privacy.precision = PrivacyLevel::Fine;
    (load::load(&site, &config, "2100-01-01".parse().unwrap()), config)
}

fn figure(publication: &Publication, id: &str) -> Option<f64> {
    publication
        .figures
        .iter()
        .flat_map(|group| &group.figures)
        .find(|figure| figure.id == id)
        .unwrap()
        .value
        .map(Published::get)
}

#[test]
fn a_months_end_is_what_a_publication_made_then_would_have_said() {
    let (record, config) = the_demo();
    let now = redact(&record, &config).unwrap();
    assert_eq!(now.month_ends.len(), now.months.len());
    for month in ["2015-02", "2017-09", "2020-03", "2022-12"] {
        let month: YearMonth = month.parse().unwrap();
        let then = redact(&record.until(month.last_day()), &config).unwrap();
        let end: &MonthEnd = &now.month_ends[&month];
        assert_eq!(end.periods, then.periods);
        assert_eq!(end.volatility.map(Published::get), figure(&then, "risk.volatility"));
        assert_eq!(end.sharpe.map(Published::get), figure(&then, "risk.sharpe"));
        assert_eq!(end.max_drawdown.map(Published::get), figure(&then, "drawdown.max"));
        assert_eq!(end.drawdown, then.days.last().map(|day| day.drawdown));
        assert_eq!(
            (end.as_of, end.observations, end.calendar_days),
            (then.facts.as_of, then.facts.observations, then.facts.calendar_days)
        );
        assert_eq!((&end.positions, end.cash_weight), (&then.positions, then.cash_weight));
        assert_eq!(end, &then.month_ends[&month]);
    }
}

#[test]
fn by_the_month_periods_say_no_more_than_months_and_the_index_do() {
    let (record, mut config) = the_demo();
    config.privacy.precision = PrivacyLevel::Monthly;
    let publication = redact(&record, &config).unwrap();
    let months: BTreeMap<YearMonth, f64> =
        publication.months.iter().map(|month| (month.month, month.value.get())).collect();
    let (mut years, mut longer) = (0, 0);
    for (month, end) in &publication.month_ends {
        let value =
            |wanted| end.periods.iter().find(|period| period.period == wanted).unwrap().value.map(Published::get);
        let is_multiple = |value: f64, step: f64| (value / step - (value / step).round()).abs() < 1e-6;
        assert_eq!(value(UsualPeriod::MonthToDate), Some(months[month]));
        let to_date = value(UsualPeriod::YearToDate).unwrap();
        let january = month.minus(month.month() - 1);
        let compound = months.range(january..=*month).map(|(_, value)| 1.0 + value).product::<f64>() - 1.0;
        let year = publication.years.iter().find(|year| year.year == month.year()).unwrap().value.get();
        match month.month() {
            _ if month.year() == 2015 => {}
            12 if month.year() < 2022 => {
                years += 1;
                assert!((to_date - year).abs() < 1e-12, "the whole year is the year: {month} {to_date} {year}");
            }
            _ => assert!((to_date - compound).abs() < 1e-6, "{month} {to_date} {compound}"),
        }
        assert!((to_date - compound).abs() < 0.01, "{month} {to_date} {compound}");
        if let Some(one_year) = value(UsualPeriod::OneYear) {
            assert!(is_multiple(one_year, 0.01) || one_year == to_date, "{month} {one_year}");
        }
        for (period, years) in [(UsualPeriod::ThreeYears, 3), (UsualPeriod::FiveYears, 5)] {
            let Some(rate) = value(period) else { continue };
            // 7.2 % a year for three years are 23.2 %, which is 23 % and 7.1 % a year.
            let total = ((1.0 + rate).powi(years) * 100.0).round() / 100.0;
            let again = total.powf(1.0 / f64::from(years)) - 1.0;
            assert!(is_multiple(rate, 0.001) && (again - rate).abs() < 0.000_501, "{month} {rate} {again}");
            longer += 1;
        }
    }
    assert_eq!(years, 6);
    assert!(longer > 80, "{longer}");
}

#[test]
fn a_hole_in_the_data_is_named_in_its_month_and_in_no_other() {
    let (mut record, config) = the_demo();
    let gone: Vec<chrono::NaiveDate> = ["2019-05-15", "2019-05-31"].map(|day| day.parse().unwrap()).into();
    record.snapshots.retain(|snapshot| !gone.contains(&snapshot.date));
    // Money that came from nowhere for a day, and a fill that was taken back.
    let at = record.snapshots.iter().position(|snapshot| snapshot.date.to_string() == "2019-05-08").unwrap();
    let (whole, part) = (record.snapshots[at].net_liquidation, rust_decimal::Decimal::new(101, 2));
    record.snapshots[at].net_liquidation = whole * part;
    let mut taken_back = record.executions[0].clone();
    taken_back.time = "2019-05-20T15:00:00Z".parse().unwrap();
    taken_back.exec_id = ExecId::new(format!("{}.00", taken_back.exec_id.fill()));
    record.superseded.push(taken_back);
    let publication = redact(&record, &config).unwrap();
    let said = |month: &str| publication.month_ends[&month.parse::<YearMonth>().unwrap()].data_quality.join("\n");
    let may = said("2019-05");
    assert!(may.contains("2 trading days in New York have no valuation (15 May, 31 May)"), "{may}");
    // A hundredth of that day's value, in basis points of the day before's.
    let values = &record.snapshots;
    let left = (whole * part - whole) / values[at - 1].net_liquidation * rust_decimal::Decimal::from(10_000);
    assert!(may.contains(&format!("most is left on 8 May 2019: +{} bps", left.round_dp(1))), "{left} in {may}");
    assert!(may.contains("1 fill was corrected or cancelled by the broker"), "{may}");
    let june = said("2019-06");
    assert!(june.contains("The month's first return starts on 30 May 2019"), "{june}");
    assert!(!june.contains("corrected") && !june.contains("15 May"), "{june}");
    assert!(said("2019-04").contains("to less than 0.1 bps"), "{}", said("2019-04"));
}

#[test]
fn what_is_held_back_is_not_in_a_months_end() {
    let (record, mut config) = the_demo();
    config.privacy.delay_days = 60;
    let publication = redact(&record, &config).unwrap();
    let last = publication.month_ends.values().last().unwrap();
    assert!(last.positions_as_of.unwrap() <= publication.facts.positions_as_of);
    // 29 October was a Saturday.
    assert_eq!(last.held_back_after, "2022-10-28".parse().ok());
    assert_eq!(last.held_back_after, Some(publication.facts.trades_until));
    assert!(last.data_quality.join(" ").contains("are held back"), "{:?}", last.data_quality);
    let earlier = &publication.month_ends[&"2022-06".parse::<YearMonth>().unwrap()];
    assert_eq!(earlier.positions_as_of, Some(earlier.as_of));
    assert!(!earlier.data_quality.join(" ").contains("held back"));
}

#[test]
fn the_last_month_ends_with_the_figures_of_the_record() {
    let publication = crate::publication::testing::publication();
    let end = publication.month_ends.values().last().unwrap();
    let value = |id| publication.value(id);
    assert_eq!(end.beta.map(Published::get), value("benchmark.beta"));
    assert_eq!(end.r_squared.map(Published::get), value("benchmark.r_squared"));
    assert_eq!(end.worst_fall.as_ref(), publication.drawdowns.first());
    assert_eq!(end.year_drawdown, publication.years.last().unwrap().max_drawdown);
    let facts = &publication.facts;
    assert_eq!((end.missing_sessions, end.is_daily), (facts.missing_sessions, facts.is_daily));
    assert_eq!((end.periods_a_year, end.after_costs, end.lacks.as_deref()), (facts.periods, facts.after_costs, None));
}

#[test]
fn the_first_month_says_what_its_figures_lack() {
    let publication = crate::publication::testing::publication();
    let end = publication.month_ends.values().next().unwrap();
    assert_eq!(end.lacks.as_deref(), Some(format!("needs 63 returns, has {}", end.observations).as_str()));
    assert_eq!((end.volatility, end.sharpe, end.beta), (None, None, None));
    assert!(end.worst_fall.as_ref().unwrap().peak.to_string().as_str() < "2015-03-01");
}
