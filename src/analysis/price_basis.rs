//! Prices on one basis: stored closes are adjusted for every later split, fills are in the units of their day.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::action_text;
use super::instruments::same_ticker;
use crate::record::{Currency, Execution, PriceSeries, PriceSymbol, Ratio, Record, Ticker, action_rows};

/// Two sources that report a split of one instrument within so many days mean the same one.
const SAME_SPLIT_DAYS: i64 = 3;

/// A split at least this far from 1 shows in the price itself, whether or not the source has adjusted for it.
const VISIBLE: Decimal = Decimal::from_parts(15, 0, 0, false, 1);

/// A split, as far as prices are concerned.
#[derive(Debug, Clone, PartialEq)]
struct Split {
    symbol: Ticker,
    conid: Option<u64>,
    currency: Option<Currency>,
    time: DateTime<Utc>,
    date: NaiveDate,
    factor: Decimal,
}

/// All splits of a record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Splits(Vec<Split>);

impl Splits {
    /// The splits that statements, price sources and the owner report.
    pub fn of(record: &Record) -> Self {
        let splits = action_rows::in_force(&record.actions).into_iter().filter(|row| row.kind.is_split());
        let splits = splits.filter_map(|row| {
            Some(Split {
                symbol: row.symbol.clone(),
                conid: row.conid,
                currency: row.currency,
                time: row.effective(),
                date: row.date,
                factor: row.ratio.or_else(|| action_text::ratio(&row.text)).map(Ratio::factor)?,
            })
        });
        Self(splits.collect())
    }

    /// What one unit of a fill has become in the units of the stored prices: a close times this is a price of the fill's
    /// own day.
    pub fn factor(&self, fill: &Execution, series: &PriceSeries, close: Decimal) -> Decimal {
        let mut counted: Vec<NaiveDate> = Vec::new();
        let mut factor = Decimal::ONE;
        for split in self.0.iter().filter(|split| split.is_of(fill, &series.symbol)) {
            let is_later = split.time > fill.time && split.date <= series.adjusted_until();
            let is_new = counted.iter().all(|date| (*date - split.date).num_days().abs() > SAME_SPLIT_DAYS);
            if is_later && is_new {
                counted.push(split.date);
                factor = factor.checked_mul(split.factor).unwrap_or(factor);
            }
        }
        // Prices that were stored before a split may wait for their revision.
        let is_visible = factor >= VISIBLE || factor.checked_mul(VISIBLE).is_some_and(|large| large <= Decimal::ONE);
        let apart = |factor: Decimal| {
            let ratio = fill.price.checked_div(close.checked_mul(factor)?)?;
            if ratio < Decimal::ONE { Decimal::ONE.checked_div(ratio) } else { Some(ratio) }
        };
        match (apart(factor), apart(Decimal::ONE)) {
            (Some(adjusted), Some(plain)) if is_visible && plain < adjusted => Decimal::ONE,
            _ => factor,
        }
    }
}

impl Split {
    fn is_of(&self, fill: &Execution, series: &PriceSymbol) -> bool {
        if self.symbol.as_str() == series.as_str() {
            return true;
        }
        match (self.conid, fill.conid) {
            (Some(one), Some(other)) => one == other,
            _ => {
                same_ticker(self.symbol.as_str(), fill.symbol.as_str())
                    && self.currency.is_none_or(|currency| currency == fill.currency)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::prices;
    use crate::analysis::trade_samples::{Fill, date, dec};
    use crate::record::CorporateAction;
    use crate::record::testing::split;

    /// What a close of 100 on 6 January is worth for a fill at this price, where prices reach to this day.
    fn factor(price: &str, reach: &str, rows: &[CorporateAction]) -> Decimal {
        let series = prices("SXLK.L", &[(date("2026-01-06"), 100.into()), (date(reach), 100.into())]);
        let fill = Execution { conid: Some(1), ..Fill::buy("SXLK", 1, dec(price)).on("2026-01-06").done() };
        let record = Record { actions: rows.to_vec(), ..Record::default() };
        Splits::of(&record).factor(&fill, &series, dec("100"))
    }

    #[test]
    fn a_close_before_a_split_is_worth_as_many_times_more_unless_it_waits_for_its_revision() {
        let rows = [split("1", "30")];
        assert_eq!(factor("401", "2026-01-12", &rows), dec("4"));
        assert_eq!(factor("101", "2026-01-12", &rows), dec("1"), "the stored prices are not adjusted yet");
        assert_eq!(factor("401", "2026-01-08", &rows), dec("1"), "the prices end before the split");
        assert_eq!(factor("401", "2026-01-12", &[]), dec("1"));
    }

    #[test]
    fn one_split_from_two_sources_counts_once_and_two_splits_multiply() {
        let yahoo = CorporateAction {
            id: "yahoo".into(),
            event: "yahoo".into(),
            account: None,
            symbol: Ticker::new("SXLK.L"),
            conid: None,
            quantity: None,
            ratio: Some("4:1".parse().unwrap()),
            time: None,
            ..split("1", "30")
        };
        assert_eq!(factor("401", "2026-01-12", &[split("1", "30"), yahoo.clone()]), dec("4"));
        let second = CorporateAction { date: date("2026-03-02"), ..yahoo.clone() };
        assert_eq!(factor("1601", "2026-03-12", &[second, yahoo.clone()]), dec("16"));
        let other = CorporateAction { symbol: Ticker::new("OTHER"), ..yahoo };
        assert_eq!(factor("401", "2026-01-12", &[other]), dec("1"));
    }
}
