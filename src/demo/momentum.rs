//! The 12-1 momentum rule: which instruments to hold, from month-end prices alone.
//!
//! Source: Jegadeesh and Titman (1993), "prior 2-12" returns.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;

use crate::calendar::YearMonth;
use crate::record::{PriceSeries, Symbol};

/// A month-end price older than this many calendar days does not count.
pub const STALE_DAYS: i64 = 7;

/// The parameters of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// How many months before formation the measured return starts.
    pub lookback_months: u32,
    /// How many of the most recent months are left out of it.
    pub skip_months: u32,
    /// How many instruments are held.
    pub top_n: usize,
}

/// The rule's answer at one date.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The last complete month on or before the date asked for.
    pub formation: YearMonth,
    /// Every instrument with a momentum, best first; equal ones by symbol.
    pub ranking: Vec<Ranked>,
    /// Instruments without one, and why, in the order asked for.
    pub skipped: Vec<(Symbol, String)>,
}

/// One instrument's place in the ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The instrument.
    pub symbol: Symbol,
    /// `P(T - skip) / P(T - lookback) - 1`, as a fraction.
    pub momentum: f64,
    /// Whether it is among the `top_n`.
    pub selected: bool,
}

impl Signal {
    /// The instruments to hold, best first; each gets the weight `1 / top_n`, the rest is cash.
    pub fn selected(&self) -> impl Iterator<Item = &Symbol> {
        self.ranking.iter().filter(|ranked| ranked.selected).map(|ranked| &ranked.symbol)
    }
}

/// Ranks `universe` by the prices known at `as_of`; later prices are never looked at.
pub fn signal(prices: &BTreeMap<Symbol, PriceSeries>, universe: &[Symbol], as_of: NaiveDate, rule: Rule) -> Signal {
    let formation = last_complete_month(as_of);
    let mut ranking = Vec::new();
    let mut skipped = Vec::new();
    for symbol in universe {
        match momentum(prices.get(symbol), formation, rule) {
            Ok(momentum) => ranking.push(Ranked { symbol: symbol.clone(), momentum, selected: false }),
            Err(reason) => skipped.push((symbol.clone(), reason)),
        }
    }
    ranking.sort_by(|a, b| b.momentum.total_cmp(&a.momentum).then_with(|| a.symbol.cmp(&b.symbol)));
    for ranked in ranking.iter_mut().take(rule.top_n) {
        ranked.selected = true;
    }
    Signal { formation, ranking, skipped }
}

/// The month that ends on `date` or, within a month, the one before.
fn last_complete_month(date: NaiveDate) -> YearMonth {
    let month = YearMonth::of(date);
    if date == month.last_day() { month } else { month.previous() }
}

/// The return from the end of month `T - lookback` to the end of month `T - skip`, as a fraction.
fn momentum(series: Option<&PriceSeries>, formation: YearMonth, rule: Rule) -> Result<f64, String> {
    let series = series.ok_or("no prices")?;
    let start = month_end_price(series, formation.minus(rule.lookback_months))?;
    let end = month_end_price(series, formation.minus(rule.skip_months))?;
    Ok(end / start - 1.0)
}

/// The last adjusted close on or before the last calendar day of `month`.
fn month_end_price(series: &PriceSeries, month: YearMonth) -> Result<f64, String> {
    let end = month.last_day();
    let bar = series.on_or_before(end).ok_or_else(|| format!("no price at the end of {}", month.in_words()))?;
    if (end - bar.date).num_days() > STALE_DAYS {
        return Err(format!("the last price before the end of {} is of {}", month.in_words(), bar.date));
    }
    bar.adjusted_close()
        .to_f64()
        .filter(|price| *price > 0.0)
        .ok_or_else(|| format!("the price of {} is not above zero", bar.date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Bar;

    const RULE: Rule = Rule { lookback_months: 12, skip_months: 1, top_n: 2 };

    fn series(symbol: &str, closes: &[(&str, &str)]) -> (Symbol, PriceSeries) {
        let bar = |(date, close): &(&str, &str)| Bar {
            date: date.parse().unwrap(),
            open: None,
            high: None,
            low: None,
            close: "1".parse().unwrap(),
            adj_close: Some(close.parse().unwrap()),
            volume: None,
            currency: "USD".into(),
        };
        let symbol = Symbol::new(symbol);
        (symbol.clone(), PriceSeries::new(symbol, closes.iter().map(bar).collect()).unwrap())
    }

    fn names(signal: &Signal) -> Vec<&str> {
        signal.selected().map(Symbol::as_str).collect()
    }

    /// Formation January 2020: from the end of January 2019 to the end of December 2019.
    #[test]
    fn momentum_leaves_out_the_newest_month() {
        let prices = BTreeMap::from([
            // 100 -> 120: +20 %; January's fall to 60 does not count.
            series("A", &[("2019-01-31", "100"), ("2019-12-31", "120"), ("2020-01-31", "60")]),
            // 50 -> 55: +10 %.
            series("B", &[("2019-01-31", "50"), ("2019-12-31", "55"), ("2020-01-31", "99")]),
            // 80 -> 100: +25 %; 28 January is near enough to the month's end.
            series("C", &[("2019-01-28", "80"), ("2019-12-30", "100")]),
        ]);
        let universe: Vec<Symbol> = prices.keys().cloned().collect();
        let signal = signal(&prices, &universe, "2020-02-03".parse().unwrap(), RULE);
        assert_eq!(signal.formation.to_string(), "2020-01");
        let momenta: Vec<_> = signal.ranking.iter().map(|ranked| (ranked.momentum * 1e9).round() / 1e9).collect();
        assert_eq!(momenta, [0.25, 0.2, 0.1]);
        assert_eq!(names(&signal), ["C", "A"]);
    }

    #[test]
    fn a_month_counts_from_its_last_day_on() {
        assert_eq!(last_complete_month("2020-01-30".parse().unwrap()).to_string(), "2019-12");
        assert_eq!(last_complete_month("2020-01-31".parse().unwrap()).to_string(), "2020-01");
        assert_eq!(last_complete_month("2020-02-01".parse().unwrap()).to_string(), "2020-01");
    }

    #[test]
    fn equal_momentum_is_ranked_by_symbol() {
        let closes = [("2019-01-31", "10"), ("2019-12-31", "11")];
        let prices = BTreeMap::from([series("Z", &closes), series("M", &closes), series("A", &closes)]);
        let universe = ["Z", "M", "A"].map(Symbol::new);
        assert_eq!(names(&signal(&prices, &universe, "2020-01-31".parse().unwrap(), RULE)), ["A", "M"]);
    }

    #[test]
    fn an_old_or_missing_price_is_skipped_with_its_reason() {
        let prices = BTreeMap::from([
            series("OLD", &[("2019-01-23", "10"), ("2019-12-31", "11")]),
            series("NEW", &[("2019-06-28", "10"), ("2019-12-31", "11")]),
        ]);
        let universe = ["OLD", "NEW", "NONE"].map(Symbol::new);
        let signal = signal(&prices, &universe, "2020-01-31".parse().unwrap(), RULE);
        let reasons: Vec<_> = signal.skipped.iter().map(|(_, reason)| reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "the last price before the end of January 2019 is of 2019-01-23",
                "no price at the end of January 2019",
                "no prices"
            ]
        );
        assert!(signal.ranking.is_empty());
    }
}
