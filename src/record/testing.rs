//! Small records for tests.

use super::{AccountId, ActionKind, CorporateAction, ExecId, Execution, Side, Ticker, Trade};

/// A purchase of 10 SXLK at 188.25 USD on 27 January 2026.
pub fn fill(exec_id: &str) -> Execution {
    Execution {
        conid: Some(1),
        asset_class: "STK".into(),
        exchange: "LSEETF".into(),
        multiplier: 1.into(),
        ..Execution::from(Trade {
            exec_id: ExecId::new(exec_id),
            time: "2026-01-27T15:30:00Z".parse().unwrap(),
            account: AccountId::new("U7654321"),
            symbol: Ticker::new("SXLK"),
            currency: "USD".parse().unwrap(),
            side: Side::Buy,
            quantity: 10.into(),
            price: "188.25".parse().unwrap(),
            source: "test".into(),
        })
    }
}

/// A split of SXLK that the position shows from 9 January 2026 on.
pub fn split(id: &str, quantity: &str) -> CorporateAction {
    CorporateAction {
        id: id.into(),
        event: "9".into(),
        date: "2026-01-09".parse().unwrap(),
        time: Some("2026-01-09T01:25:00Z".parse().unwrap()),
        account: Some(AccountId::new("U7654321")),
        kind: ActionKind::ForwardSplit,
        symbol: Ticker::new("SXLK"),
        conid: Some(1),
        asset_class: "STK".into(),
        currency: Some("USD".parse().unwrap()),
        quantity: Some(quantity.parse().unwrap()),
        ratio: None,
        of: None,
        proceeds: None,
        value: None,
        price: None,
        multiplier: None,
        cancels: None,
        source: "test".into(),
        generated: None,
        text: "SXLK(US0000000001) SPLIT 4 FOR 1 (SXLK, SXLK INC, US0000000001)".into(),
    }
}
