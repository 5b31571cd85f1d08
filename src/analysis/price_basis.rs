//! Prices on one basis: stored closes are adjusted for every later split, fills are in the units of their day.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::lineage::Lineage;
use super::split_sources::SAME_SPLIT_DAYS;
use crate::record::{Execution, PriceSeries, PriceSymbol, Ratio, Record, action_rows};

/// A split at least this far from 1 shows in the price itself, whether or not the source has adjusted for it.
const VISIBLE: Decimal = Decimal::from_parts(15, 0, 0, false, 1);

/// A split that a price source reports of one of its own symbols.
#[derive(Debug, Clone, PartialEq)]
struct OfSymbol {
    symbol: PriceSymbol,
    time: DateTime<Utc>,
    date: NaiveDate,
    factor: Decimal,
}

/// All splits of a record.
#[derive(Debug, Clone, Default)]
pub struct Splits<'a> {
    lineage: Lineage<'a>,
    /// Those of the price source, for instruments that go by another ticker there.
    of_symbols: Vec<OfSymbol>,
}

impl<'a> Splits<'a> {
    /// The splits that statements, price sources and the owner report, each once, by the source that counts.
    pub fn of(record: &'a Record) -> Self {
        let public = action_rows::in_force(&record.actions).into_iter().filter(|row| row.account.is_none());
        let of_symbols = public.filter(|row| row.kind.is_split()).filter_map(|row| {
            Some(OfSymbol {
                symbol: PriceSymbol::new(row.symbol.as_str()),
                time: row.effective(),
                date: row.date,
                factor: row.ratio.map(Ratio::factor)?,
            })
        });
        Self { lineage: Lineage::of(record), of_symbols: of_symbols.collect() }
    }

    /// What one unit of a fill has become in the units of the stored prices: a close times this is a price of the fill's
    /// own day.
    pub fn factor(&self, fill: &Execution, series: &PriceSeries, close: Decimal) -> Decimal {
        let mut counted: Vec<NaiveDate> = Vec::new();
        let mut factor = Decimal::ONE;
        let mut current = self.lineage.instruments.of_fill(fill);
        let until = series.adjusted_until();
        for step in self.lineage.steps.iter().filter(|step| step.time > fill.time) {
            if step.from != current {
                continue;
            }
            if step.is_in_prices {
                counted.push(step.date);
                if step.date <= until {
                    factor = factor.checked_mul(step.factor).unwrap_or(factor);
                }
            }
            current = step.to.clone();
        }
        for split in self.of_symbols.iter().filter(|split| split.symbol == series.symbol) {
            let is_new = counted.iter().all(|date| (*date - split.date).num_days().abs() > SAME_SPLIT_DAYS);
            if split.time > fill.time && split.date <= until && is_new {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::prices;
    use crate::analysis::trade_samples::{Fill, date, dec};
    use crate::record::testing::split;
    use crate::record::{AccountId, CorporateAction, Ticker};

    /// What a close of 100 on 6 January is worth for a fill at this price, where prices reach to this day.
    fn factor(price: &str, reach: &str, rows: &[CorporateAction]) -> Decimal {
        let series = prices("SXLK.L", &[(date("2026-01-06"), 100.into()), (date(reach), 100.into())]);
        let fill = Execution { conid: Some(1), ..Fill::buy("SXLK", 1, dec(price)).on("2026-01-06").done() };
        let record = Record { actions: rows.to_vec(), executions: vec![fill.clone()], ..Record::default() };
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

    #[test]
    fn of_two_sources_that_differ_the_more_trusted_one_counts_whatever_comes_first() {
        let reported = |id: &str, ratio: &str, account: Option<&str>, day: &str| CorporateAction {
            id: id.into(),
            event: id.into(),
            date: date(day),
            time: None,
            account: account.map(AccountId::new),
            source: if account.is_some() { "manual" } else { "yahoo" }.into(),
            quantity: None,
            ratio: ratio.parse().ok(),
            conid: None,
            ..split("", "0")
        };
        let (yahoo, by_hand) =
            (reported("yahoo", "3:1", None, "2026-01-08"), reported("hand", "4:1", Some("U1"), "2026-01-09"));
        for rows in [[&yahoo, &by_hand], [&by_hand, &yahoo]] {
            assert_eq!(factor("401", "2026-01-12", &rows.map(Clone::clone)), dec("4"));
        }
        let of_statement = CorporateAction { account: Some(AccountId::new("U1")), ..split("1", "30") };
        for rows in [[&yahoo, &of_statement], [&of_statement, &yahoo]] {
            assert_eq!(factor("401", "2026-01-12", &rows.map(Clone::clone)), dec("4"));
        }
        // 5 % more as a dividend: prices are in the new units where their source says so too.
        let dividend = CorporateAction {
            kind: "SD".into(),
            text: "SXLK(US0000000001) STOCK DIVIDEND US0000000001 1 FOR 20 (SXLK, SXLK INC, US0000000001)".into(),
            ..split("1", "1")
        };
        assert_eq!(factor("105", "2026-01-12", std::slice::from_ref(&dividend)), dec("1"));
        let yahoo = reported("yahoo", "21:20", None, "2026-01-09");
        assert_eq!(factor("105", "2026-01-12", &[dividend, yahoo]), dec("1.05"));
    }
}
