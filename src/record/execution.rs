//! Fills, and how several rows about one fill become the one that counts.

use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::asset_class::AssetClass;
use super::name::{AccountId, Currency, ExecId, Ticker};
use super::source::Source;
use super::versions::{Difference, Differences, Versioned, last_word, statement_fields};

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

    /// A size with the sign of the side: below zero for a sale.
    pub fn signed(self, size: Decimal) -> Decimal {
        match self {
            Self::Buy => size,
            Self::Sell => -size,
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

/// The money of a trade may be off by so much of itself from its price, for rounding.
const ROUNDING: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// The smallest step of money.
const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Whether the money that a statement books for a trade is what the trade comes to by its price, rounding apart. Both are
/// above zero.
pub(crate) fn is_rounded(priced: Decimal, booked: Decimal) -> bool {
    priced.saturating_sub(booked).abs() <= booked.saturating_mul(ROUNDING).max(CENT)
}

impl Execution {
    /// The names that a statement without execution ids gives it: by its transaction and by its trade.
    pub fn names_by_number(&self) -> impl Iterator<Item = String> + '_ {
        let transaction = self.transaction_id.as_ref().map(|number| format!("transaction:{number}"));
        let trade = self.trade_id.as_ref().map(|number| format!("trade:{number}"));
        transaction.into_iter().chain(trade)
    }

    /// The trade's value in its own currency, above zero: what the statement books for it, else quantity x price x
    /// multiplier. These count as well where the two are too far apart for rounding.
    pub fn notional(&self) -> Decimal {
        let priced = self.quantity.saturating_mul(self.price).saturating_mul(self.multiplier);
        self.booked(priced).unwrap_or(priced)
    }

    /// What the statement books for the trade, above zero, where that is the same money as by its price.
    fn booked(&self, priced: Decimal) -> Option<Decimal> {
        let booked = self.proceeds.map(|money| money.abs()).filter(|money| !money.is_zero());
        booked.filter(|booked| is_rounded(priced, *booked))
    }

    /// Quantity with the sign of the side: above zero for a purchase.
    pub fn signed_quantity(&self) -> Decimal {
        self.side.signed(self.quantity)
    }

    /// The UTC date of the fill, which names the file it is stored in.
    pub fn utc_date(&self) -> NaiveDate {
        self.time.date_naive()
    }

    /// Joins two rows about the same fill: what one leaves open the other fills in.
    ///
    /// # Errors
    /// The names of the fields in which the rows differ. Labels that sources spell in their own ways (ticker, exchange,
    /// asset class, order numbers) are no difference; this row's stay.
    pub fn merged_with(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        let differences = self.differences(other);
        if !differences.is_empty() {
            return Err(differences.into_iter().map(|difference| difference.field).collect());
        }
        let mut merged = self.clone();
        merged.complete_from(other);
        Ok(merged)
    }

    /// What an amount of the fill's currency is in the base currency.
    fn in_base(&self, amount: Option<Decimal>) -> Option<Decimal> {
        amount?.checked_mul(self.fx_to_base?)
    }

    /// What the account receives for the fill, in its currency.
    fn money(&self) -> Option<Decimal> {
        let priced = self.quantity.checked_mul(self.price)?.checked_mul(self.multiplier)?;
        Some(self.side.opposite().signed(self.booked(priced).unwrap_or(priced)))
    }
}

/// Times of one fill from two sources that are further apart are read in a wrong time zone.
const SECONDS_APART: i64 = 60;

impl Versioned for Execution {
    statement_fields!();

    fn differences(&self, other: &Self) -> Vec<Difference> {
        if self.cancels.is_some() && other.cancels.is_some() && self.account == other.account {
            // Whatever they copy of the fill that they take back, they say the same.
            return Vec::new();
        }
        let mut found = Differences::default();
        let far = (self.time - other.time).num_seconds().abs();
        let time_differs = if self.source == other.source { far != 0 } else { far > SECONDS_APART };
        let time = |row: &Self| row.time.format("%FT%TZ").to_string();
        found.add_if(time_differs, "time", time(self), time(other));
        // The message must not repeat a number that is private.
        found.add_if(self.account != other.account, "account", "this account", "another account");
        found.compare_known("conid", self.conid, other.conid);
        found.compare("currency", self.currency, other.currency);
        found.compare("side", self.side, other.side);
        found.compare("quantity", self.quantity, other.quantity);
        found.compare("price", self.price, other.price);
        found.compare("multiplier", self.multiplier, other.multiplier);
        let priced = |row: &Self| (row.quantity, row.price, row.multiplier);
        let same = same_amount(self.proceeds.map(|money| money.abs()), other.proceeds.map(|money| money.abs()));
        let differ = priced(self) == priced(other) && !same;
        found.add_if(differ, "proceeds", said(&self.proceeds), said(&other.proceeds));
        let same = same_amount(self.commission, other.commission);
        found.add_if(!same, "commission", said(&self.commission), said(&other.commission));
        found.compare_known("commission_currency", self.commission_currency, other.commission_currency);
        found.compare_known("reference_price", self.reference_price, other.reference_price);
        if self.source == other.source {
            found.compare_known("rate", self.fx_to_base, other.fx_to_base);
        }
        let kind = |row: &Self| if row.cancels.is_some() { "a cancellation" } else { "a fill" };
        found.compare("cancels", kind(self), kind(other));
        for field in ["price", "quantity", "multiplier", "proceeds"] {
            found.set_effect(field, || self.in_base(self.money()?.checked_sub(other.money()?)));
        }
        if self.commission_currency == Some(self.currency) {
            found.set_effect("commission", || self.in_base(other.commission?.checked_sub(self.commission?)));
        }
        found.into()
    }

    fn complete_from(&mut self, other: &Self) {
        self.conid = self.conid.or(other.conid);
        self.commission = self.commission.or(other.commission);
        self.commission_currency = self.commission_currency.or(other.commission_currency);
        self.realized_pnl = self.realized_pnl.or(other.realized_pnl);
        self.fx_to_base = self.fx_to_base.or(other.fx_to_base);
        self.reference_price = self.reference_price.or(other.reference_price);
        self.proceeds = self.proceeds.or(other.proceeds);
        self.generated = self.generated.or(other.generated);
        for (mine, theirs) in [
            (&mut self.order_id, &other.order_id),
            (&mut self.perm_id, &other.perm_id),
            (&mut self.order_ref, &other.order_ref),
            (&mut self.transaction_id, &other.transaction_id),
            (&mut self.trade_id, &other.trade_id),
            (&mut self.open_close, &other.open_close),
        ] {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
        if self.asset_class == AssetClass::Unknown {
            self.asset_class.clone_from(&other.asset_class);
        }
        if self.exchange.is_empty() {
            self.exchange.clone_from(&other.exchange);
        }
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        let far = (self.time - other.time).num_seconds().abs() > SECONDS_APART;
        if self.source != other.source && far { None } else { last_word(self, other) }
    }
}

/// What a field says that may be empty.
fn said<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
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
    fn the_money_of_a_fill_is_what_the_statement_books_for_it() {
        // 300 at 33.3333 come to 9,999.99; the broker books 10,000.
        let filled = |proceeds: Option<&str>| Execution {
            quantity: 300.into(),
            price: "33.3333".parse().unwrap(),
            proceeds: proceeds.map(|text| text.parse().unwrap()),
            ..fill("a.b.01.01")
        };
        let money = |proceeds| filled(proceeds).notional().normalize().to_string();
        assert_eq!(money(Some("-10000")), "10000");
        assert_eq!(money(Some("10000")), "10000");
        assert_eq!(money(None), "9999.99");
        assert_eq!(money(Some("0")), "9999.99", "nothing is booked for futures");
        assert_eq!(money(Some("-9000")), "9999.99", "which is reported when it is read");
        let differs = |one, other| filled(Some(one)).merged_with(&filled(Some(other))).err().unwrap_or_default();
        assert_eq!(differs("-10000", "-10000.01"), ["proceeds"]);
        assert!(differs("-10000", "-10000.00").is_empty());
        assert_eq!(filled(None).merged_with(&filled(Some("-10000"))).unwrap().notional().to_string(), "10000");
    }

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
