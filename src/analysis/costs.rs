//! What a record cost and traded in each calendar year, and its return before what it cost to trade.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::fx::Rates;
use super::instruments::is_trade;
use super::periods;
use super::returns::{Interval, ReturnSeries, intervals, with_returns};
use super::statistics::{compounded, finite};
use crate::config::FlowTiming;
use crate::error::Error;
use crate::record::{CashFlow, Currency, FlowKind, Record, Side};

/// A calendar year of a record. Every cost is a fraction of the mean net liquidation value of the year's snapshots, above zero
/// where it was paid; undefined where an amount is not known in the base currency.
#[derive(Debug, Clone, PartialEq)]
pub struct YearOfCosts {
    /// The calendar year.
    pub year: i32,
    /// Commissions of trades.
    pub commissions: Option<f64>,
    /// Charges that belong to no trade.
    pub fees: Option<f64>,
    /// Tax withheld, refunds deducted.
    pub tax: Option<f64>,
    /// Interest paid, less what was received.
    pub interest: Option<f64>,
    /// The smaller of what was bought and what was sold.
    pub turnover: Option<f64>,
    /// The year's return as it would have been without commissions and fees.
    pub gross: Option<f64>,
}

/// Every year of a record with a snapshot, ascending.
///
/// # Errors
/// As [`intervals`] and [`with_returns`].
pub fn by_year(record: &Record, base: Currency, timing: FlowTiming) -> Result<Vec<YearOfCosts>, Error> {
    let rates = Rates::new(base, &record.snapshots);
    let gross = gross_returns(record, base, timing)?.map(|series| periods::by_year(&series)).unwrap_or_default();
    let years: BTreeSet<i32> = record.snapshots.iter().map(|snapshot| snapshot.date.year()).collect();
    let year = |year: i32| {
        let mean = mean_value(record, year);
        let share = |amount: Option<Decimal>| amount?.checked_div(mean?)?.to_f64();
        let inside = |date: NaiveDate| date.year() == year;
        YearOfCosts {
            year,
            commissions: share(commissions(record, &rates, inside)),
            fees: share(paid(record, &rates, FlowKind::Fee, inside)),
            tax: share(paid(record, &rates, FlowKind::Tax, inside)),
            interest: share(paid(record, &rates, FlowKind::Interest, inside)),
            turnover: share(turned_over(record, &rates, inside)),
            gross: gross.get(&year).copied(),
        }
    };
    Ok(years.into_iter().map(year).collect())
}

/// The returns of a record as they would have been without commissions and fees: what was paid between two valuations is added to
/// the later one, `(V_t + W_t + K_t) / (V_{t-1} + C_t) - 1` where money comes in at the start of the day and leaves at its end.
/// `None` where a commission or fee is not known in the base currency.
///
/// Interest and taxes stay in: they are no price of trading. Source: GIPS 2020, gross and net returns.
///
/// # Errors
/// As [`with_returns`].
pub fn gross_returns(record: &Record, base: Currency, timing: FlowTiming) -> Result<Option<ReturnSeries>, Error> {
    let rates = Rates::new(base, &record.snapshots);
    let Some(costs) = costs_by_date(record, &rates) else { return Ok(None) };
    let add = |interval: Interval| {
        let paid = costs.range(..=interval.date).rev().take_while(|(date, _)| **date > interval.since);
        let after = paid.fold(interval.after, |after, (_, cost)| after.saturating_add(*cost));
        // An emptied account has nothing that could have been more.
        if interval.after.is_zero() { interval } else { Interval { after, ..interval } }
    };
    let all = intervals(&record.snapshots, &record.flows, base)?.into_iter().map(add).collect();
    with_returns(all, timing).map(|(_, series)| Some(series))
}

/// The total return of a series; undefined without returns.
pub fn total(series: &ReturnSeries) -> Option<f64> {
    compounded(&series.values()).and_then(finite)
}

/// Commissions and fees by the day they belong to; `None` where one is not known.
fn costs_by_date(record: &Record, rates: &Rates) -> Option<BTreeMap<NaiveDate, Decimal>> {
    let mut costs: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
    let commissions = record.executions.iter().filter(|fill| is_trade(fill));
    let commissions = commissions.map(|fill| Some((fill.utc_date(), rates.commission(fill)?)));
    let fees = record.income.iter().filter(|row| row.kind == FlowKind::Fee);
    let fees = fees.map(|row| Some((row.date, -in_base(row, rates)?)));
    for cost in commissions.chain(fees) {
        let (date, amount) = cost?;
        let sum = costs.entry(date).or_default();
        *sum = sum.checked_add(amount)?;
    }
    Some(costs)
}

fn in_base(row: &CashFlow, rates: &Rates) -> Option<Decimal> {
    row.in_base(rates.base()).or_else(|| row.amount.checked_mul(rates.on(row.currency, row.date)?))
}

fn commissions(record: &Record, rates: &Rates, inside: impl Fn(NaiveDate) -> bool) -> Option<Decimal> {
    let fills = record.executions.iter().filter(|fill| is_trade(fill) && inside(fill.utc_date()));
    fills.map(|fill| rates.commission(fill)).sum()
}

/// What was paid of a kind, above zero.
fn paid(record: &Record, rates: &Rates, kind: FlowKind, inside: impl Fn(NaiveDate) -> bool) -> Option<Decimal> {
    let rows = record.income.iter().filter(|row| row.kind == kind && inside(row.date));
    rows.map(|row| in_base(row, rates).map(|amount| -amount)).sum()
}

/// The smaller of what was bought and what was sold; undefined where a fill has no rate.
fn turned_over(record: &Record, rates: &Rates, inside: impl Fn(NaiveDate) -> bool) -> Option<Decimal> {
    let (mut bought, mut sold) = (Decimal::ZERO, Decimal::ZERO);
    for fill in record.executions.iter().filter(|fill| is_trade(fill) && inside(fill.utc_date())) {
        let traded = if fill.side == Side::Buy { &mut bought } else { &mut sold };
        *traded = traded.checked_add(rates.notional(fill)?)?;
    }
    Some(bought.min(sold))
}

/// The mean net liquidation value of a year's snapshots, above zero.
fn mean_value(record: &Record, year: i32) -> Option<Decimal> {
    let values = record.snapshots.iter().filter(|snapshot| snapshot.date.year() == year);
    let (sum, count) = values.fold((Decimal::ZERO, 0u32), |(sum, count), snapshot| {
        (sum.saturating_add(snapshot.net_liquidation), count + 1)
    });
    sum.checked_div(count.into()).filter(|mean| *mean > Decimal::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{close, flow, snapshots, usd};
    use crate::analysis::trade_samples::Fill;

    fn income(kind: FlowKind, date: &str, amount: i64) -> CashFlow {
        CashFlow { kind, ..flow(date.parse().unwrap(), amount.into()) }
    }

    /// 1,000 that lose 10 and then 9.9 with a commission of 5 on the first day and a fee of 9.9 on the second.
    fn record() -> Record {
        Record {
            snapshots: snapshots("2025-03-03", &["1000", "990", "980.1"]),
            executions: vec![Fill::buy("X", 10, 50).on("2025-03-04").commission("5", "USD").done()],
            income: vec![
                CashFlow { amount: "-9.9".parse().unwrap(), ..income(FlowKind::Fee, "2025-03-05", -1) },
                income(FlowKind::Interest, "2025-03-05", 2),
                income(FlowKind::Tax, "2025-03-05", -3),
                income(FlowKind::Tax, "2025-03-05", 1),
            ],
            ..Record::default()
        }
    }

    #[test]
    fn a_year_by_hand() {
        let [year] = by_year(&record(), usd(), FlowTiming::Split).unwrap().try_into().unwrap();
        let mean = (1000.0 + 990.0 + 980.1) / 3.0;
        close(year.commissions, 5.0 / mean);
        close(year.fees, 9.9 / mean);
        close(year.tax, 2.0 / mean);
        close(year.interest, -2.0 / mean);
        // Bought 500 and sold nothing.
        close(year.turnover, 0.0);
        // 995 of 1,000, then 990 of 990.
        close(year.gross, -0.005);
    }

    #[test]
    fn a_deposit_is_no_gross_return_either() {
        let mut record = record();
        record.snapshots = snapshots("2025-03-03", &["1000", "990", "1980.1"]);
        record.flows = vec![flow("2025-03-05".parse().unwrap(), 1000.into())];
        let series = gross_returns(&record, usd(), FlowTiming::Split).unwrap().unwrap();
        // 1,990 of 1,990 on the second day.
        close(total(&series), -0.005);
    }

    #[test]
    fn what_is_not_known_leaves_the_gross_return_open_and_costs_of_other_kinds_known() {
        let mut record = record();
        record.executions[0].commission = None;
        let [year] = by_year(&record, usd(), FlowTiming::Split).unwrap().try_into().unwrap();
        assert_eq!((year.commissions, year.gross), (None, None));
        assert!(year.fees.is_some() && year.turnover.is_some());
    }

    #[test]
    fn years_are_those_with_a_snapshot_and_turnover_is_the_smaller_side() {
        let mut record = record();
        record.snapshots = snapshots("2024-12-31", &["1000", "1000"]);
        record.income.clear();
        record.executions = vec![
            Fill::buy("X", 10, 50).on("2025-01-01").commission("0", "USD").done(),
            Fill::sell("X", 4, 50).on("2025-01-01").commission("0", "USD").done(),
        ];
        let years = by_year(&record, usd(), FlowTiming::Split).unwrap();
        assert_eq!(years.iter().map(|year| year.year).collect::<Vec<_>>(), [2024, 2025]);
        close(years[1].turnover, 0.2);
        assert_eq!((years[0].turnover, years[0].gross), (Some(0.0), None));
    }
}
