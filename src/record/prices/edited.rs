//! Prices that contradict each other: edited by hand, or adjusted and unadjusted ones in one file.
//!
//! An adjusted close is the close less what was paid out later, so its share of the close rises from one day to the next and
//! never falls. A close that was changed alone, or rows of another origin, make it fall somewhere.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::error::Place;
use crate::record::{Bar, Finding, FindingKind, PriceSeries, Severity, Subject};

/// How far prices may contradict each other for rounding, as a part of them.
const ROUNDING: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// What the bars of a series contradict each other in.
pub(super) fn findings(series: &PriceSeries, place: &Place) -> Vec<Finding> {
    let bars = series.bars();
    let of = |wrong: Vec<NaiveDate>, what: &str, next: &str| {
        let first = wrong.first()?;
        let more = match wrong.len() {
            1 => String::new(),
            2 => " and on one more day".to_owned(),
            days => format!(" and on {} more days", days - 1),
        };
        let message = format!("{what} on {first}{more}");
        let finding = Finding::new(Severity::Warning, FindingKind::EditedPrices, message, next);
        Some(finding.headed(Subject::Prices(series.symbol.clone())).about_dates(&wrong).at(place.clone()))
    };
    let again =
        "compare with the source; delete the file and collect its prices again, or bring all rows from one source";
    let with = bars.iter().filter(|bar| bar.adj_close.is_some()).count();
    let without = bars.iter().filter(|bar| bar.adj_close.is_none() && with > 0).map(|bar| bar.date).collect();
    let falls = bars.iter().zip(bars.iter().skip(1)).filter(|(one, next)| falls(one, next));
    let outside = bars.iter().filter(|bar| is_outside(bar)).map(|bar| bar.date).collect();
    [
        of(without, "adjusted and unadjusted prices are mixed: there is no adjusted close", again),
        of(
            falls.map(|(_, next)| next.date).collect(),
            "close and adjusted close contradict the days around them, as an edited price does,",
            again,
        ),
        of(outside, "the close is outside the low and high, as an edited price is,", again),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether the adjusted close is a smaller share of the close than the day before.
fn falls(one: &Bar, next: &Bar) -> bool {
    let share = |bar: &Bar| bar.adj_close.and_then(|adjusted| adjusted.checked_div(bar.close));
    let least = share(one).and_then(|share| share.checked_mul(Decimal::ONE.saturating_sub(ROUNDING)));
    share(next).zip(least).is_some_and(|(share, least)| share < least)
}

fn is_outside(bar: &Bar) -> bool {
    let slack = bar.close.checked_mul(ROUNDING).unwrap_or_default();
    bar.high.is_some_and(|high| bar.close.saturating_sub(slack) > high)
        || bar.low.is_some_and(|low| bar.close.saturating_add(slack) < low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::PriceSymbol;

    /// Days with close and adjusted close.
    fn found(rows: &[(&str, &str, Option<&str>)]) -> Vec<String> {
        let bar = |(day, close, adjusted): &(&str, &str, Option<&str>)| Bar {
            date: day.parse().unwrap(),
            open: None,
            high: None,
            low: None,
            close: close.parse().unwrap(),
            adj_close: adjusted.map(|text| text.parse().unwrap()),
            volume: None,
            currency: "USD".into(),
        };
        let series = PriceSeries::new(PriceSymbol::new("X"), rows.iter().map(bar).collect()).unwrap();
        findings(&series, &Place::file("x.csv")).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn dividends_make_the_share_rise_and_an_edited_close_makes_it_fall() {
        let sound = [
            ("2026-01-05", "100", Some("97")),
            ("2026-01-06", "100", Some("98")),
            ("2026-01-07", "50", Some("49.5")),
            ("2026-01-08", "51", Some("51")),
        ];
        assert!(found(&sound).is_empty(), "{:?}", found(&sound));
        let mut edited = sound;
        edited[2].1 = "55";
        assert_eq!(
            found(&edited),
            ["close and adjusted close contradict the days around them, as an edited price does, on 2026-01-07"]
        );
    }

    #[test]
    fn rows_without_an_adjusted_close_among_others_are_named() {
        let mixed = [("2026-01-05", "100", None), ("2026-01-06", "100", None), ("2026-01-07", "100", Some("99"))];
        assert_eq!(
            found(&mixed),
            [
                "adjusted and unadjusted prices are mixed: there is no adjusted close on 2026-01-05 and on one more day"
            ]
        );
        assert!(found(&[("2026-01-05", "100", None), ("2026-01-06", "1", None)]).is_empty(), "none has one");
    }
}
