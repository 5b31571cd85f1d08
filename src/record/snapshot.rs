//! The account on one trading date.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::name::{AccountId, Currency, Ticker};
use super::source::Source;
use crate::calendar::Exchange;

/// The schema number this version writes. It reads all from 1 on.
pub const SCHEMA: u32 = 2;

/// How far the parts of a snapshot may be from its net liquidation value, as a fraction of it.
pub const SUM_TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 3);

/// The account at the end of one trading date: a file `data/snapshots/DATE.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Version of this format, now 2.
    pub schema: u32,
    /// The session this valuation stands for, in the exchange's calendar.
    pub date: NaiveDate,
    /// The date in its file, where that is another one than `date`: a day without a session.
    #[serde(skip)]
    pub dated: Option<NaiveDate>,
    /// When it was taken. Of several snapshots of one date, the latest counts.
    pub as_of: DateTime<Utc>,
    /// When the broker made the statement it was read from. Of several statements, the newest counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<DateTime<Utc>>,
    /// Account that is valued.
    pub account: AccountId,
    /// The account's base currency.
    pub base_currency: Currency,
    /// Net liquidation value in the base currency.
    pub net_liquidation: Decimal,
    /// Cash balance by currency; empty if the source does not report it.
    #[serde(default)]
    pub cash: BTreeMap<Currency, Decimal>,
    /// What one unit of a currency is worth in the base currency.
    #[serde(default)]
    pub fx: BTreeMap<Currency, Decimal>,
    /// Interest and dividends earned and not paid yet, by currency: part of the net value, and not of cash.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accruals: BTreeMap<Currency, Decimal>,
    /// Open positions; `None` where the source gave the net value alone.
    #[serde(default)]
    pub positions: Option<Vec<Position>>,
    /// Inconsistencies noticed when it was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// Where it came from.
    pub source: Source,
}

impl Snapshot {
    /// The date in its file. Money that moved up to it is part of the value.
    pub fn own_date(&self) -> NaiveDate {
        self.dated.unwrap_or(self.date)
    }

    /// The snapshot as that of the session it belongs to: one of a day without a session stands for the session before.
    #[must_use]
    pub fn of_session(mut self, exchange: Exchange) -> Self {
        let own = self.own_date();
        self.date = exchange.session_on_or_before(own);
        self.dated = (self.date != own).then_some(own);
        self
    }

    /// What one unit of `currency` is worth in the base currency, or `None` if the snapshot does not say.
    pub fn fx_to_base(&self, currency: Currency) -> Option<Decimal> {
        if currency == self.base_currency { Some(Decimal::ONE) } else { self.fx.get(&currency).copied() }
    }

    /// Cash, positions and accruals in the base currency, which should be the net liquidation value. `None` where the
    /// source did not report cash or positions, or a rate is missing.
    pub fn sum_of_parts(&self) -> Option<Decimal> {
        if self.cash.is_empty() {
            return None;
        }
        let amounts = self.cash.iter().chain(&self.accruals).map(|(currency, amount)| (*currency, *amount));
        let positions = self.positions.as_ref()?.iter().map(|position| (position.currency, position.market_value));
        let reported = amounts.chain(positions).filter(|(_, amount)| !amount.is_zero());
        reported.map(|(currency, amount)| amount.checked_mul(self.fx_to_base(currency)?)).sum()
    }

    /// The positions, or none where the source did not report them.
    pub fn known_positions(&self) -> &[Position] {
        self.positions.as_deref().unwrap_or_default()
    }
}

/// One open position in its own currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The broker's ticker.
    pub symbol: Ticker,
    /// IBKR's contract number.
    pub conid: Option<u64>,
    /// The listing exchange.
    pub exchange: String,
    /// The currency of the prices and values below.
    pub currency: Currency,
    /// Shares or contracts, below zero when short.
    pub quantity: Decimal,
    /// Average cost of one share as the source counts it: of options and futures TWS says that of a whole contract,
    /// statements that of one of its units.
    pub average_cost: Option<Decimal>,
    /// Price it is valued at.
    pub market_price: Option<Decimal>,
    /// Value, below zero when short.
    pub market_value: Decimal,
    /// Gain not yet realized.
    pub unrealized_pnl: Option<Decimal>,
    /// Gain realized so far, as the broker counts it.
    pub realized_pnl: Option<Decimal>,
}
