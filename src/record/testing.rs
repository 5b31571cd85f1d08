//! Small records for tests.

use super::{AccountId, ExecId, Execution, Side, Ticker};

/// A purchase of 10 SXLK at 188.25 USD on 27 January 2026.
pub fn fill(exec_id: &str) -> Execution {
    Execution {
        exec_id: ExecId::new(exec_id),
        time: "2026-01-27T15:30:00Z".parse().unwrap(),
        account: AccountId::new("U7654321"),
        symbol: Ticker::new("SXLK"),
        conid: Some(1),
        asset_class: "STK".into(),
        exchange: "LSEETF".into(),
        currency: "USD".parse().unwrap(),
        side: Side::Buy,
        quantity: 10.into(),
        price: "188.25".parse().unwrap(),
        multiplier: 1.into(),
        commission: None,
        commission_currency: None,
        realized_pnl: None,
        fx_to_base: None,
        order_id: None,
        perm_id: None,
        order_ref: None,
        reference_price: None,
        source: "test".into(),
        cancels: None,
        transaction_id: None,
        trade_id: None,
        open_close: None,
        proceeds: None,
        generated: None,
    }
}
