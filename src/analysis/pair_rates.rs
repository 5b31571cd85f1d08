//! What one currency was worth in another, by the stored prices of currency pairs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::alignment::{Closes, MAX_AGE_WEEKDAYS};
use super::statistics::finite;
use crate::calendar::{Exchange, weekday_age};
use crate::config::rate_symbol;
use crate::record::{Currency, PriceSeries, PriceSymbol, Record, Snapshot};

/// The ways from one currency to another through stored pairs: the pair itself (`GBPUSD=X`), its inverse, then crosses
/// over a third currency, the dollar first.
#[derive(Debug, Clone)]
pub struct PairRates<'a> {
    routes: Vec<Vec<Leg<'a>>>,
}

/// One pair of a route, and whether it is read the other way round.
#[derive(Debug, Clone, Copy)]
struct Leg<'a> {
    series: &'a PriceSeries,
    inverse: bool,
}

impl<'a> PairRates<'a> {
    /// The ways from `from` to `to`; none where no stored pairs lead there.
    pub fn new(prices: &'a BTreeMap<PriceSymbol, PriceSeries>, from: Currency, to: Currency) -> Self {
        let pair = |from, to, inverse| prices.get(&rate_symbol(from, to)).map(|series| Leg { series, inverse });
        let legs = |from, to| pair(from, to, false).into_iter().chain(pair(to, from, true));
        let direct = legs(from, to).map(|leg| vec![leg]);
        let between =
            |middle| legs(from, middle).flat_map(move |one| legs(middle, to).map(move |other| vec![one, other]));
        let crosses = middles(prices).into_iter().filter(|middle| *middle != from && *middle != to).flat_map(between);
        Self { routes: direct.chain(crosses).collect() }
    }

    /// What one unit was worth on a date, by the first way whose closes are at most five weekdays old.
    pub fn on(&self, date: NaiveDate) -> Option<f64> {
        self.routes
            .iter()
            .find_map(|route| route.iter().map(|leg| leg.on(date)).product::<Option<f64>>())
            .and_then(finite)
    }
}

impl Leg<'_> {
    fn on(&self, date: NaiveDate) -> Option<f64> {
        let bar = self.series.on_or_before(date).filter(|bar| is_young(bar.date, date))?;
        let rate = bar.close.to_f64().filter(|rate| *rate > 0.0)?;
        Some(if self.inverse { 1.0 / rate } else { rate })
    }
}

/// Every currency of a stored pair, the dollar first.
fn middles(prices: &BTreeMap<PriceSymbol, PriceSeries>) -> Vec<Currency> {
    let codes = prices.keys().filter_map(|symbol| symbol.as_str().strip_suffix("=X"));
    let parts = codes.filter_map(|code| Some((code.get(..3)?, code.get(3..).filter(|rest| rest.len() == 3)?)));
    let all: BTreeSet<Currency> =
        parts.flat_map(|(one, other)| [one.parse().ok(), other.parse().ok()]).flatten().collect();
    let (dollar, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|currency| currency.as_str() == "USD");
    dollar.into_iter().chain(others).collect()
}

fn is_young(known: NaiveDate, date: NaiveDate) -> bool {
    // Six weekdays always lie within ten calendar days.
    (date - known).num_days() < 10 && weekday_age(known, date) <= MAX_AGE_WEEKDAYS
}

/// The adjusted closes of a series in the base currency, each at the rate of its date: by stored pairs, else by the
/// record's snapshots. A close without a rate that is at most five weekdays old is left out.
///
/// # Errors
/// No close has a rate; the error names the pair to collect.
pub fn closes_in_base(prices: &PriceSeries, record: &Record, base: Currency) -> Result<Closes, String> {
    let currency = prices.currency;
    let pairs = PairRates::new(&record.prices, currency, base);
    let rate = |date| {
        if currency == base {
            Some(1.0)
        } else {
            pairs.on(date).or_else(|| snapshots_rate(record, currency, base, date))
        }
    };
    let days =
        prices.bars().iter().filter_map(|bar| Some((bar.date, bar.adjusted_close().to_f64()? * rate(bar.date)?)));
    let closes = Closes::new(days, Exchange::of_index_or_share(prices.symbol.as_str()));
    if closes.is_empty() && currency != base {
        return Err(format!(
            "{} is quoted in {currency}, and no rate to {base} is known ({})",
            prices.symbol,
            rate_symbol(currency, base)
        ));
    }
    Ok(closes)
}

/// The rate in the last snapshot on or before a date.
fn snapshots_rate(record: &Record, currency: Currency, base: Currency, date: NaiveDate) -> Option<f64> {
    let after = record.snapshots.partition_point(|snapshot| snapshot.date <= date);
    let known = |snapshot: &&Snapshot| snapshot.base_currency == base && snapshot.fx.contains_key(&currency);
    let recent = record.snapshots.get(..after)?.iter().rev().take_while(|snapshot| is_young(snapshot.date, date));
    let rate = recent.filter(known).find_map(|snapshot| snapshot.fx_to_base(currency))?;
    Some(rate).filter(|rate| *rate > Decimal::ZERO)?.to_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{close, date, decimal, prices, snapshot};

    fn stored(pairs: &[(&str, &str)]) -> BTreeMap<PriceSymbol, PriceSeries> {
        let one = |(name, rate): &(&str, &str)| {
            (
                PriceSymbol::new(*name),
                prices(name, &[(date("2024-01-02"), decimal(rate)), (date("2024-03-01"), decimal(rate))]),
            )
        };
        pairs.iter().map(one).collect()
    }

    fn rate(pairs: &[(&str, &str)], from: &str, to: &str, day: &str) -> Option<f64> {
        PairRates::new(&stored(pairs), from.parse().unwrap(), to.parse().unwrap()).on(date(day))
    }

    #[test]
    fn the_pair_comes_first_then_its_inverse_then_a_cross() {
        close(rate(&[("USDEUR=X", "0.9"), ("EURUSD=X", "1.25")], "USD", "EUR", "2024-01-02"), 0.9);
        close(rate(&[("EURUSD=X", "1.25")], "USD", "EUR", "2024-01-02"), 0.8);
        // One euro is 1.1 dollars, one franc 1.375: a euro is 0.8 francs.
        close(rate(&[("EURUSD=X", "1.1"), ("CHFUSD=X", "1.375")], "EUR", "CHF", "2024-01-02"), 0.8);
        // Over the dollar before the pound, whichever is spelt first.
        let both = [("EURGBP=X", "0.5"), ("GBPCHF=X", "4"), ("EURUSD=X", "1.1"), ("CHFUSD=X", "1.375")];
        close(rate(&both, "EUR", "CHF", "2024-01-02"), 0.8);
        assert_eq!(rate(&[("EURUSD=X", "1.1")], "EUR", "CHF", "2024-01-02"), None);
    }

    #[test]
    fn a_rate_is_good_for_five_weekdays() {
        let on = |day| rate(&[("EURUSD=X", "1.25")], "EUR", "USD", day);
        close(on("2024-01-09"), 1.25);
        assert_eq!(on("2024-01-10"), None);
        assert_eq!(on("2024-01-01"), None);
    }

    #[test]
    fn a_close_is_converted_at_the_rate_of_its_date() {
        let days = [("2024-01-02", "100"), ("2024-01-03", "110")].map(|(day, close)| (date(day), decimal(close)));
        let index = prices("^GSPC", &days);
        let euro = "EUR".parse().unwrap();
        let mut record = Record::default();
        let error = closes_in_base(&index, &record, euro).unwrap_err();
        assert_eq!(error, "^GSPC is quoted in USD, and no rate to EUR is known (USDEUR=X)");
        // The snapshots' own rates, where no pair is stored.
        for (day, rate) in [("2024-01-02", "0.9"), ("2024-01-03", "0.8")] {
            let mut of_day = snapshot(date(day), decimal("1"));
            of_day.base_currency = euro;
            of_day.fx.insert("USD".parse().unwrap(), decimal(rate));
            record.snapshots.push(of_day);
        }
        let wanted = Closes::new([(date("2024-01-02"), 90.0), (date("2024-01-03"), 88.0)], Some(Exchange::NEW_YORK));
        assert_eq!(closes_in_base(&index, &record, euro).unwrap(), wanted);
        let pair = prices("EURUSD=X", &[(date("2024-01-02"), decimal("1.25"))]);
        record.prices.insert(PriceSymbol::new("EURUSD=X"), pair);
        let wanted = Closes::new([(date("2024-01-02"), 80.0), (date("2024-01-03"), 88.0)], Some(Exchange::NEW_YORK));
        assert_eq!(closes_in_base(&index, &record, euro).unwrap(), wanted);
    }
}
