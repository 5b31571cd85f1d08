//! Snapshots of the earlier system.

use std::path::Path;

use serde_json::{Map, Value};

use super::{SOURCE, SeedSettings, decimal, json, needed_decimal, text, wrong};
use crate::collect::{Batch, time};
use crate::error::Result;
use crate::record::snapshot::SCHEMA;
use crate::record::{AccountId, Currency, Position, Snapshot, Ticker};

/// Reads `timestamp,total_equity,cash,positions[..]`. All amounts are in the base currency; the date is that of the
/// time in UTC.
///
/// # Errors
/// A file without a time or a total, or with something that is not a number where one belongs.
pub fn parse(path: &Path, bytes: &[u8], settings: &SeedSettings) -> Result<Batch> {
    let object = json(path, bytes)?;
    let base = settings.base_currency;
    let as_of = time::parse_iso(&text(path, &object, "timestamp")?, chrono_tz::UTC)
        .map_err(|problem| wrong(path, format!("timestamp: {problem}")))?
        .time;
    let positions = match object.get("positions") {
        None | Some(Value::Null) => None,
        Some(Value::Array(list)) => {
            Some(list.iter().map(|entry| position(path, entry, base)).collect::<Result<Vec<_>>>()?)
        }
        Some(_) => return Err(wrong(path, "positions is not a list".to_owned())),
    };
    let snapshot = Snapshot {
        schema: SCHEMA,
        dated: None,
        date: as_of.date_naive(),
        as_of,
        account: AccountId::new(settings.account.unwrap_or(SOURCE.as_str())),
        base_currency: base,
        net_liquidation: needed_decimal(path, &object, "total_equity")?,
        cash: decimal(path, &object, "cash")?.map(|cash| (base, cash)).into_iter().collect(),
        fx: [].into(),
        accruals: [].into(),
        positions,
        generated: None,
        doubts: Vec::new(),
        source: SOURCE,
    };
    Ok(Batch { snapshots: vec![snapshot], ..Batch::default() })
}

fn position(path: &Path, entry: &Value, base: Currency) -> Result<Position> {
    let empty = Map::new();
    let object = entry.as_object().unwrap_or(&empty);
    let symbol = text(path, object, "symbol")?;
    if symbol.is_empty() {
        return Err(wrong(path, "a position has no symbol".to_owned()));
    }
    // Without a market price the earlier system wrote the average cost in its stead, and said so.
    let is_market = text(path, object, "price_source")?;
    let market_price =
        decimal(path, object, "market_price")?.filter(|_| is_market.is_empty() || is_market == "market");
    Ok(Position {
        symbol: Ticker::new(symbol),
        conid: None,
        exchange: String::new(),
        currency: base,
        quantity: needed_decimal(path, object, "quantity")?,
        average_cost: decimal(path, object, "avg_cost")?,
        market_price,
        market_value: needed_decimal(path, object, "market_value")?,
        unrealized_pnl: decimal(path, object, "unrealized_pnl")?,
        realized_pnl: None,
    })
}
