//! Cash as one sum in base currency, or by currency.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Currency, Snapshot};

/// The smallest step of money, and the part of an amount that the digits of exchange rates leave open.
const ROUNDING: (Decimal, Decimal) = (Decimal::from_parts(5, 0, 0, false, 2), Decimal::from_parts(2, 0, 0, false, 5));

impl Snapshot {
    /// Whether all cash is stated in the base currency, be it a sum or because there is no other.
    pub(super) fn is_cash_in_base(&self) -> bool {
        self.cash.keys().eq([&self.base_currency])
    }

    /// Whether cash by currency is the same money as this snapshot's cash, rounding of rates apart; `None` where a rate is
    /// not known.
    pub fn is_its_cash(&self, by_currency: &BTreeMap<Currency, Decimal>) -> Option<bool> {
        let in_base = |(currency, amount): (&Currency, &Decimal)| match amount.is_zero() {
            true => Some(Decimal::ZERO),
            false => amount.checked_mul(self.fx_to_base(*currency)?),
        };
        let (mut sum, mut size) = (Decimal::ZERO, Decimal::ZERO);
        for entry in by_currency {
            let amount = in_base(entry)?;
            (sum, size) = (sum.checked_add(amount)?, size.checked_add(amount.abs())?);
        }
        let own: Decimal = self.cash.iter().map(in_base).sum::<Option<Decimal>>()?;
        let (cent, part) = ROUNDING;
        Some(own.saturating_sub(sum).abs() <= cent.max(size.saturating_mul(part)))
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::trade_samples::{currency, dec, snapshot};

    #[test]
    fn a_sum_is_the_same_money_as_its_parts() {
        let mut sum = snapshot("2026-01-05", 1000);
        sum.cash.insert(currency("USD"), dec("660.00"));
        sum.fx.insert(currency("EUR"), dec("1.1"));
        let parts = |dollars: &str| [(currency("USD"), dec(dollars)), (currency("EUR"), dec("500"))].into();
        assert_eq!(sum.is_its_cash(&parts("110")), Some(true));
        assert_eq!(sum.is_its_cash(&parts("111")), Some(false));
        assert_eq!(sum.is_its_cash(&[(currency("GBP"), dec("1"))].into()), None);
        assert!(sum.is_cash_in_base());
    }
}
