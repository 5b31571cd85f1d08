//! Fills, and how several rows about one fill become the one that counts.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::asset_class::AssetClass;
use super::name::{AccountId, Currency, ExecId, Ticker};
use super::source::Source;

/// Bought or sold. A short sale is a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Side {
    /// Bought.
    Buy,
    /// Sold, from a holding or short.
    Sell,
}

impl Side {
    /// +1 for a purchase, -1 for a sale.
    pub fn sign(self) -> i8 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }

    /// The other side.
    pub fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        })
    }
}

/// One fill as a source reported it: a row of `data/executions/DATE.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Execution {
    /// The fill's identity: IBKR's execution id, else the statement's transaction id.
    pub exec_id: ExecId,
    /// When it was filled.
    pub time: DateTime<Utc>,
    /// The account it belongs to.
    pub account: AccountId,
    /// The broker's ticker.
    pub symbol: Ticker,
    /// IBKR's contract number, which unlike the ticker is unique.
    pub conid: Option<u64>,
    /// What kind of instrument it is.
    pub asset_class: AssetClass,
    /// The listing exchange, if the source reports it.
    pub exchange: String,
    /// The currency of `price`.
    pub currency: Currency,
    /// Bought or sold.
    pub side: Side,
    /// Shares or contracts, always above zero.
    pub quantity: Decimal,
    /// Price of one share or contract in `currency`.
    pub price: Decimal,
    /// Units one contract stands for; 1 for shares.
    pub multiplier: Decimal,
    /// What the fill cost in `commission_currency`: positive is paid, negative a rebate, `None` not yet reported.
    pub commission: Option<Decimal>,
    /// The currency of `commission`.
    pub commission_currency: Option<Currency>,
    /// The broker's own realized profit in `currency`, where it reports one.
    pub realized_pnl: Option<Decimal>,
    /// What one unit of `currency` was worth in the base currency.
    pub fx_to_base: Option<Decimal>,
    /// The broker's order number, unique per client only.
    pub order_id: Option<String>,
    /// The broker's permanent order number.
    pub perm_id: Option<String>,
    /// The trader's own label on the order.
    pub order_ref: Option<String>,
    /// The price that was meant to be traded at, only where the source itself carried one.
    pub reference_price: Option<Decimal>,
    /// Where the row came from.
    pub source: Source,
    /// The fill that this row takes back. Such a row is bookkeeping and no fill itself.
    pub cancels: Option<ExecId>,
    /// The statement's number of the transaction, which cancellations and corrections refer to.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// The statement's number of the trade. A trade that is booked again keeps it.
    #[serde(default)]
    pub trade_id: Option<String>,
    /// Whether the broker counts the fill as opening (`O`) or closing (`C`) a position, or as both (`C;O`).
    #[serde(default)]
    pub open_close: Option<String>,
    /// What the statement books for the trade, in `currency`: below zero for a purchase.
    #[serde(default)]
    pub proceeds: Option<Decimal>,
    /// When the broker made the statement the row was read from.
    #[serde(default)]
    pub generated: Option<DateTime<Utc>>,
}

impl Execution {
    /// The trade's value in its own currency: quantity x price x multiplier, above zero.
    pub fn notional(&self) -> Decimal {
        self.quantity * self.price * self.multiplier
    }

    /// Quantity with the sign of the side: above zero for a purchase.
    pub fn signed_quantity(&self) -> Decimal {
        self.quantity * Decimal::from(self.side.sign())
    }

    /// The UTC date of the fill, which names the file it is stored in.
    pub fn utc_date(&self) -> NaiveDate {
        self.time.date_naive()
    }

    /// Joins two rows about the same fill: what one leaves open the other fills in.
    ///
    /// # Errors
    /// The names of the fields in which the rows contradict each other. Labels that sources spell in their own
    /// ways (ticker, exchange, asset class, order numbers) are no contradiction; the first row's stay.
    pub fn merged_with(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        let mut conflicts = Vec::new();
        let mut compare = |name, same: bool| {
            if !same {
                conflicts.push(name);
            }
        };
        compare("time", self.time.timestamp() == other.time.timestamp());
        compare("account", self.account == other.account);
        compare("conid", agree(&self.conid, &other.conid));
        compare("currency", self.currency == other.currency);
        compare("side", self.side == other.side);
        compare("quantity", self.quantity == other.quantity);
        compare("price", self.price == other.price);
        compare("multiplier", self.multiplier == other.multiplier);
        compare("commission", same_amount(self.commission, other.commission));
        compare("commission_currency", agree(&self.commission_currency, &other.commission_currency));
        compare("reference_price", agree(&self.reference_price, &other.reference_price));
        compare("cancels", self.cancels == other.cancels);
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
        let mut merged = self.clone();
        merged.conid = self.conid.or(other.conid);
        merged.commission = self.commission.or(other.commission);
        merged.commission_currency = self.commission_currency.or(other.commission_currency);
        merged.realized_pnl = self.realized_pnl.or(other.realized_pnl);
        merged.fx_to_base = self.fx_to_base.or(other.fx_to_base);
        merged.reference_price = self.reference_price.or(other.reference_price);
        merged.proceeds = self.proceeds.or(other.proceeds);
        merged.generated = self.generated.or(other.generated);
        for (mine, theirs) in [
            (&mut merged.order_id, &other.order_id),
            (&mut merged.perm_id, &other.perm_id),
            (&mut merged.order_ref, &other.order_ref),
            (&mut merged.transaction_id, &other.transaction_id),
            (&mut merged.trade_id, &other.trade_id),
            (&mut merged.open_close, &other.open_close),
        ] {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
        if merged.asset_class == AssetClass::Unknown {
            merged.asset_class.clone_from(&other.asset_class);
        }
        if merged.exchange.is_empty() {
            merged.exchange.clone_from(&other.exchange);
        }
        Ok(merged)
    }
}

/// Two optional values agree unless both are known and differ.
fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// Two amounts agree if one of them is unknown, or both are the same figure written with more and with fewer
/// digits, of which two are the fewest that count.
fn same_amount(one: Option<Decimal>, other: Option<Decimal>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    let digits = one.scale().min(other.scale()).max(2);
    one.round_dp(digits) == other.round_dp(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::testing::fill;

    #[test]
    fn a_commission_with_more_digits_is_the_same_and_another_one_is_not() {
        let with = |text: &str| Execution { commission: Some(text.parse().unwrap()), ..fill("a.b.01.01") };
        assert_eq!(with("1.0052").merged_with(&with("1.005234")).unwrap().commission, with("1.0052").commission);
        assert!(with("1.00").merged_with(&with("1")).is_ok());
        for (one, other) in [("1.00", "1.01"), ("1", "1.4"), ("0", "1.00"), ("1.0052", "1.0054")] {
            assert_eq!(with(one).merged_with(&with(other)).unwrap_err(), ["commission"], "{one} {other}");
        }
    }
}
