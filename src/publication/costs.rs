//! What trading cost, as a band for each full year.
//!
//! The sum over a known number of orders that each paid a known minimum would give the account's size away.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::disclosure::Disclosure;
use super::view::YearOfCosts;
use crate::analysis::fx::Rates;
use crate::analysis::instruments::is_trade;
use crate::config::Config;
use crate::record::{FlowKind, Record};

/// The upper ends of the bands, in percent of the account's mean value.
const BANDS: [f64; 7] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

/// Whether a record holds a commission or a fee, so that its returns are after costs.
pub fn are_in(record: &Record) -> bool {
    first_in(record).is_some()
}

/// The date of the first commission or fee.
pub fn first_in(record: &Record) -> Option<NaiveDate> {
    let commissions = record.executions.iter().filter_map(|fill| Some((fill.utc_date(), fill.commission?)));
    let fees = record.income.iter().filter(|row| row.kind == FlowKind::Fee).map(|row| (row.date, row.amount));
    commissions.chain(fees).filter(|(_, cost)| !cost.is_zero()).map(|(date, _)| date).min()
}

/// The band of each calendar year that has ended by a date, oldest first; a year with an unknown commission has none.
pub fn bands(record: &Record, config: &Config, disclosure: &Disclosure, until: NaiveDate) -> Vec<YearOfCosts> {
    if !disclosure.shows_cost_bands() {
        return Vec::new();
    }
    let ended = |year: i32| {
        let last = NaiveDate::from_ymd_opt(year, 12, 31);
        last.is_some_and(|last| record.exchange.session_on_or_before(last) <= until)
    };
    let rates = Rates::new(config.account.base_currency, &record.snapshots);
    let mut paid: BTreeMap<i32, Option<Decimal>> = BTreeMap::new();
    for snapshot in &record.snapshots {
        paid.entry(snapshot.date.year()).or_insert(Some(Decimal::ZERO));
    }
    for fill in record.executions.iter().filter(|fill| is_trade(fill)) {
        let sum = paid.entry(fill.utc_date().year()).or_insert(Some(Decimal::ZERO));
        *sum = sum.zip(rates.commission(fill)).and_then(|(sum, cost)| sum.checked_add(cost));
    }
    let of_year = |(year, paid): (i32, Option<Decimal>)| {
        let share = paid?.checked_div(mean_value(record, year)?)?.to_f64()?;
        Some(YearOfCosts { year, band: band(share * 100.0) })
    };
    paid.into_iter().filter(|(year, _)| ended(*year)).filter_map(of_year).collect()
}

fn mean_value(record: &Record, year: i32) -> Option<Decimal> {
    let values = record.snapshots.iter().filter(|snapshot| snapshot.date.year() == year);
    let (sum, count) = values.fold((Decimal::ZERO, 0u32), |(sum, count), snapshot| {
        (sum.saturating_add(snapshot.net_liquidation), count + 1)
    });
    sum.checked_div(count.into()).filter(|mean| *mean > Decimal::ZERO)
}

fn band(percent: f64) -> String {
    match BANDS.iter().find(|end| percent < **end) {
        Some(end) => format!("under {end} %"),
        None => "5 % or more".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_in_the_narrowest_band_that_it_is_under() {
        let bands = [0.0, 0.0499, 0.05, 0.19, 0.3, 4.9, 5.0].map(band);
        let wanted =
            ["under 0.05 %", "under 0.05 %", "under 0.1 %", "under 0.2 %", "under 0.5 %", "under 5 %", "5 % or more"];
        assert_eq!(bands, wanted);
    }
}
