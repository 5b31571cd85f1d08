//! Fills, snapshots and notes for tests, with only what a test is about spelt out.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::record::testing::fill;
use crate::record::*;

/// Counts fills, so that ids differ and ascend in the order of making within a test.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

pub fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

/// A fill in the making: 2026-01-05 15:00 UTC, US dollars, no commission, no order number.
#[derive(Debug, Clone)]
pub struct Fill(Execution);

impl Fill {
    pub fn new(side: Side, symbol: &str, quantity: impl Into<Decimal>, price: impl Into<Decimal>) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self(Execution {
            time: "2026-01-05T15:00:00Z".parse().unwrap(),
            account: AccountId::new("U1"),
            symbol: Ticker::new(symbol),
            conid: None,
            exchange: String::new(),
            side,
            quantity: quantity.into(),
            price: price.into(),
            ..fill(&format!("F{number:08}"))
        })
    }

    pub fn buy(symbol: &str, quantity: impl Into<Decimal>, price: impl Into<Decimal>) -> Self {
        Self::new(Side::Buy, symbol, quantity, price)
    }

    pub fn sell(symbol: &str, quantity: impl Into<Decimal>, price: impl Into<Decimal>) -> Self {
        Self::new(Side::Sell, symbol, quantity, price)
    }

    pub fn at(mut self, time: &str) -> Self {
        self.0.time = time.parse().unwrap();
        self
    }

    pub fn on(self, date: &str) -> Self {
        self.at(&format!("{date}T15:00:00Z"))
    }

    pub fn id(mut self, id: &str) -> Self {
        self.0.exec_id = ExecId::new(id);
        self
    }

    pub fn class(mut self, class: &str) -> Self {
        self.0.asset_class = class.into();
        self
    }

    pub fn currency(mut self, code: &str) -> Self {
        self.0.currency = currency(code);
        self
    }

    pub fn fx(mut self, rate: &str) -> Self {
        self.0.fx_to_base = Some(dec(rate));
        self
    }

    pub fn multiplier(mut self, multiplier: i64) -> Self {
        self.0.multiplier = multiplier.into();
        self
    }

    pub fn commission(mut self, amount: &str, code: &str) -> Self {
        self.0.commission = Some(dec(amount));
        self.0.commission_currency = Some(currency(code));
        self
    }

    pub fn realized(mut self, amount: &str) -> Self {
        self.0.realized_pnl = Some(dec(amount));
        self
    }

    pub fn perm(mut self, number: &str) -> Self {
        self.0.perm_id = Some(number.into());
        self
    }

    pub fn order(mut self, number: &str) -> Self {
        self.0.order_id = Some(number.into());
        self
    }

    pub fn transaction(mut self, number: &str) -> Self {
        self.0.transaction_id = Some(number.into());
        self
    }

    pub fn open_close(mut self, indicator: &str) -> Self {
        self.0.open_close = Some(indicator.into());
        self
    }

    pub fn reference(mut self, price: &str) -> Self {
        self.0.reference_price = Some(dec(price));
        self
    }

    pub fn done(self) -> Execution {
        self.0
    }
}

/// A snapshot in dollars at 22:00 UTC with only a net value.
pub fn snapshot(day: &str, net_liquidation: i64) -> Snapshot {
    Snapshot {
        schema: SCHEMA_FOR_TESTS,
        dated: None,
        date: date(day),
        as_of: format!("{day}T22:00:00Z").parse().unwrap(),
        account: AccountId::new("U1"),
        base_currency: currency("USD"),
        net_liquidation: net_liquidation.into(),
        cash: Default::default(),
        fx: Default::default(),
        positions: None,
        accruals: [].into(),
        generated: None,
        doubts: Vec::new(),
        source: "test".into(),
    }
}

const SCHEMA_FOR_TESTS: u32 = crate::record::snapshot::SCHEMA;

/// A position in dollars.
pub fn position(symbol: &str, quantity: i64, price: i64) -> Position {
    Position {
        symbol: Ticker::new(symbol),
        conid: None,
        exchange: String::new(),
        currency: currency("USD"),
        quantity: quantity.into(),
        average_cost: None,
        market_price: Some(price.into()),
        market_value: (quantity * price).into(),
        unrealized_pnl: None,
        realized_pnl: None,
    }
}

/// A note written at this time that names nothing but its symbol.
pub fn note(id: &str, symbol: &str, created_at: &str) -> Annotation {
    Annotation {
        id: id.into(),
        symbol: Ticker::new(symbol),
        created_at: created_at.parse().unwrap(),
        pre_trade: PreTrade::default(),
        post_trade: None,
        order: None,
        exec_ids: Vec::new(),
        body: String::new(),
        body_line: 1,
        front: None,
        path: format!("content/trades/{id}.md").into(),
    }
}

/// A plan of these trades: side, ticker, Yahoo's symbol, reference price in US dollars; 10 shares each.
pub fn plan(strategy: &str, as_of: &str, trades: &[(Side, &str, &str, &str)]) -> Plan {
    let trade = |(side, ticker, symbol, price): &(Side, &str, &str, &str)| PlannedTrade {
        symbol: PriceSymbol::new(*symbol),
        ticker: Ticker::new(*ticker),
        name: String::new(),
        action: *side,
        shares: 10.into(),
        reference_price: dec(price),
        reference_date: date(as_of),
        currency: currency("USD"),
        notional_base: Decimal::TEN * dec(price),
        current_weight: 0.0,
        target_weight: 0.1,
        weight_after: 0.1,
    };
    Plan {
        schema: crate::record::schema::Schema::NOW,
        strategy: strategy.into(),
        as_of: date(as_of),
        made_at: None,
        formation: crate::calendar::YearMonth::of(date(as_of)).previous(),
        snapshot: date(as_of),
        nav: 10_000.into(),
        base_currency: currency("USD"),
        threshold: dec("0.02"),
        trades: trades.iter().map(trade).collect(),
        unchanged: Vec::new(),
        cash_after: Decimal::ZERO,
        notes: Vec::new(),
    }
}
