//! What foreign money is worth in the base currency, and the account's value at a time.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::record::{CashFlow, Currency, Execution, Snapshot};

/// Exchange rates and net liquidation values, looked up in a record's snapshots.
#[derive(Debug, Clone, Copy)]
pub struct Rates<'a> {
    base: Currency,
    snapshots: &'a [Snapshot],
    flows: &'a [CashFlow],
}

impl<'a> Rates<'a> {
    /// Rates into `base` from snapshots in ascending order of their dates.
    pub fn new(base: Currency, snapshots: &'a [Snapshot]) -> Self {
        Self { base, snapshots, flows: &[] }
    }

    /// The same with the money that came in, which [`Rates::capital_on`] adds.
    #[must_use]
    pub fn with_flows(self, flows: &'a [CashFlow]) -> Self {
        Self { flows, ..self }
    }

    /// The base currency.
    pub fn base(&self) -> Currency {
        self.base
    }

    /// What one unit of `currency` was worth: 1 for the base currency itself, else the rate in the newest
    /// snapshot on or before `date`. `None` if that snapshot has no rate: an older one would be wrong.
    pub fn on(&self, currency: Currency, date: NaiveDate) -> Option<Decimal> {
        if currency == self.base {
            return Some(Decimal::ONE);
        }
        let after = self.snapshots.partition_point(|snapshot| snapshot.date <= date);
        let snapshot = self.snapshots.get(after.checked_sub(1)?)?;
        snapshot.fx_to_base(currency).filter(|rate| snapshot.base_currency == self.base && *rate > Decimal::ZERO)
    }

    /// What one unit of the fill's currency was worth: its own rate, else as [`Rates::on`] its UTC date.
    pub fn of(&self, fill: &Execution) -> Option<Decimal> {
        let own = fill.fx_to_base.filter(|rate| *rate > Decimal::ZERO);
        own.or_else(|| self.on(fill.currency, fill.utc_date()))
    }

    /// The fill's notional in base currency, above zero; `None` without a rate.
    pub fn notional(&self, fill: &Execution) -> Option<Decimal> {
        Some(fill.notional() * self.of(fill)?)
    }

    /// What the fill cost in base currency; `None` while it is not reported or its currency has no rate.
    pub fn commission(&self, fill: &Execution) -> Option<Decimal> {
        let amount = fill.commission?;
        if amount.is_zero() {
            return Some(amount);
        }
        let currency = self.commission_currency(fill)?;
        let rate = if currency == self.base {
            Some(Decimal::ONE)
        } else if currency == fill.currency {
            self.of(fill)
        } else {
            self.on(currency, fill.utc_date())
        };
        Some(amount * rate?)
    }

    /// What the fill cost in its own currency; `None` under the same conditions as [`Rates::commission`].
    pub fn commission_in_trade_currency(&self, fill: &Execution) -> Option<Decimal> {
        let amount = fill.commission?;
        if amount.is_zero() || self.commission_currency(fill)? == fill.currency {
            return Some(amount);
        }
        self.commission(fill)?.checked_div(self.of(fill)?)
    }

    /// A commission without a currency can only be in the base currency where that is also the trade's.
    fn commission_currency(&self, fill: &Execution) -> Option<Currency> {
        fill.commission_currency.or((fill.currency == self.base).then_some(self.base))
    }

    /// What there was to trade with on a date: the net liquidation value of the last snapshot before it, and the money that
    /// came in until the next one, as returns count it; `None` where that is not above zero or not known.
    pub fn capital_on(&self, date: NaiveDate) -> Option<Decimal> {
        let from = self.snapshots.partition_point(|snapshot| snapshot.date < date);
        let before = self.snapshots.get(from.checked_sub(1)?)?;
        let until = self.snapshots.get(from).map_or(date, Snapshot::own_date);
        let inside =
            |flow: &&CashFlow| before.own_date() < flow.date && flow.date <= until && flow.kind.is_external();
        let amounts = self.flows.iter().filter(inside).map(|flow| flow.in_base(self.base));
        let came: Decimal = amounts.map(|amount| Some(amount?.max(Decimal::ZERO))).sum::<Option<Decimal>>()?;
        before.net_liquidation.checked_add(came).filter(|capital| *capital > Decimal::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trade_samples::{Fill, currency, date, dec, snapshot};

    #[test]
    fn the_fills_own_rate_comes_first_then_the_newest_snapshot_not_after_it() {
        let mut early = snapshot("2026-01-01", 1000);
        early.fx.insert(currency("EUR"), dec("1.1"));
        let mut late = snapshot("2026-01-10", 1200);
        late.fx.insert(currency("EUR"), dec("1.3"));
        let snapshots = [early, late];
        let rates = Rates::new(currency("USD"), &snapshots);
        let fill = Fill::buy("X", 1, 10).on("2026-01-09").currency("EUR");
        assert_eq!(rates.of(&fill.clone().done()), Some(dec("1.1")));
        assert_eq!(rates.of(&fill.clone().on("2026-01-10").done()), Some(dec("1.3")));
        assert_eq!(rates.of(&fill.clone().fx("1.2").done()), Some(dec("1.2")));
        assert_eq!(rates.of(&fill.clone().on("2025-12-31").done()), None);
        assert_eq!(rates.of(&fill.currency("GBP").done()), None);
        assert_eq!(rates.capital_on(date("2026-01-10")), Some(dec("1000")));
        assert_eq!(rates.capital_on(date("2026-01-01")), None);
    }

    #[test]
    fn a_deposit_of_the_day_is_there_to_trade_with() {
        let snapshots =
            [snapshot("2026-01-05", 1000), snapshot("2026-01-06", 101_000), snapshot("2026-01-07", 90_000)];
        let money = |day: &str, amount: &str| crate::analysis::testing::flow(date(day), dec(amount));
        let flows = [money("2026-01-05", "1"), money("2026-01-06", "100000"), money("2026-01-07", "-10000")];
        let rates = Rates::new(currency("USD"), &snapshots).with_flows(&flows);
        assert_eq!(rates.capital_on(date("2026-01-06")), Some(dec("101000")));
        assert_eq!(rates.capital_on(date("2026-01-07")), Some(dec("101000")), "what leaves was there before");
        assert_eq!(rates.capital_on(date("2026-01-08")), Some(dec("90000")));
    }

    #[test]
    fn a_commission_is_converted_from_whichever_currency_it_is_in() {
        let rates = Rates::new(currency("USD"), &[]);
        let fill = Fill::buy("X", 1, 10).currency("EUR").fx("1.25");
        let both = |fill: Fill| {
            let fill = fill.done();
            (rates.commission(&fill), rates.commission_in_trade_currency(&fill))
        };
        assert_eq!(both(fill.clone().commission("4", "EUR")), (Some(dec("5")), Some(dec("4"))));
        assert_eq!(both(fill.clone().commission("5", "USD")), (Some(dec("5")), Some(dec("4"))));
        assert_eq!(both(fill.clone().commission("5", "CHF")), (None, None));
        assert_eq!(both(fill), (None, None));
    }
}
