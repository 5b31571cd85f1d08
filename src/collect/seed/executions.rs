//! Fills of the earlier system.

use std::path::Path;

use rust_decimal::Decimal;

use super::{SOURCE, SeedSettings};
use crate::collect::csv::side_of;
use crate::collect::table::{Line, Table};
use crate::collect::{Batch, time, utf8};
use crate::error::{Error, Place, Result};
use crate::record::{AccountId, Currency, ExecId, Execution, FindingKind, Severity, Side, Ticker, Trade};

/// Reads `trade_id,timestamp,symbol,asset_class,side,quantity,intended_price,fill_price,slippage_bps,commission,`
/// `commission_currency`. Prices are taken to be in the currency of the commission. Beside the fills, the place of each.
///
/// # Errors
/// A missing column or a cell that cannot be read.
pub fn parse(path: &Path, bytes: &[u8], settings: &SeedSettings) -> Result<(Batch, Vec<Place>)> {
    let table = Table::read(path, utf8(path, bytes)?, ',')?;
    for needed in ["trade_id", "timestamp", "symbol", "side", "quantity", "fill_price"] {
        if table.column(needed).is_none() {
            return Err(Error::data(format!("there is no column `{needed}`"))
                .at(table.head())
                .hint("only executions of the earlier system can be read here; use `import csv` for others"));
        }
    }
    let mut batch = Batch::default();
    let mut slippage = Slippage::default();
    let mut places = Vec::new();
    for line in table.lines() {
        let Some(fill) = read(&table, line, settings, &mut batch)? else { continue };
        let column = table.column("slippage_bps");
        if let Some(stated) = line.decimal(column, '.')? {
            slippage.compare(stated, &fill, line.place(column));
        }
        batch.executions.push(fill);
        places.push(line.place(None));
    }
    slippage.report(&mut batch);
    Ok((batch, places))
}

fn read(table: &Table, line: Line, settings: &SeedSettings, batch: &mut Batch) -> Result<Option<Execution>> {
    let column = |name: &str| table.column(name);
    let needed =
        |name: &str| line.text(column(name)).ok_or_else(|| line.error(column(name), format!("{name} is empty")));
    let decimal = |name: &str| {
        line.decimal(column(name), '.')?.ok_or_else(|| line.error(column(name), format!("{name} is empty")))
    };
    let quantity = decimal("quantity")?;
    if quantity.is_zero() {
        batch.skip("execution", "its quantity is zero", line.place(None));
        return Ok(None);
    }
    let word = needed("side")?;
    let side =
        side_of(word).ok_or_else(|| line.error(column("side"), format!("`{word}` is neither BUY nor SELL")))?;
    let time = time::parse_iso(needed("timestamp")?, chrono_tz::UTC)
        .map_err(|problem| line.error(column("timestamp"), problem))?;
    let commission_currency: Option<Currency> = match line.text(column("commission_currency")) {
        Some(text) => {
            Some(text.parse().map_err(|problem: String| line.error(column("commission_currency"), problem))?)
        }
        None => None,
    };
    let currency = commission_currency.unwrap_or(settings.base_currency);
    let commission = line.decimal(column("commission"), '.')?;
    let reference_price = line.decimal(column("intended_price"), '.')?;
    Ok(Some(Execution {
        asset_class: line.text(column("asset_class")).unwrap_or_default().into(),
        commission,
        commission_currency: commission.map(|_| currency),
        // The earlier system wrote a zero where no price had been meant.
        reference_price: reference_price.filter(|price| *price > Decimal::ZERO),
        ..Execution::from(Trade {
            exec_id: ExecId::new(needed("trade_id")?),
            time: time.time,
            account: AccountId::new(settings.account.unwrap_or(SOURCE.as_str())),
            symbol: Ticker::new(needed("symbol")?),
            currency,
            side,
            quantity: quantity.abs(),
            price: decimal("fill_price")?,
            source: SOURCE,
        })
    }))
}

/// How the slippage the file states differs from what its prices say.
#[derive(Default)]
struct Slippage {
    other_sign: Vec<Place>,
    different: Vec<Place>,
}

impl Slippage {
    /// Ours is the cost: above zero where the fill was worse than meant, for sales as for purchases.
    fn compare(&mut self, stated: Decimal, fill: &Execution, place: Place) {
        let Some(reference) = fill.reference_price else { return };
        let ours = fill
            .price
            .checked_sub(reference)
            .and_then(|difference| difference.checked_mul(Decimal::from(10_000 * i64::from(fill.side.sign()))))
            .and_then(|scaled| scaled.checked_div(reference));
        let near = |other: Option<Decimal>| {
            other.and_then(|other| stated.checked_sub(other)).is_some_and(|gap| gap.abs() <= Decimal::new(1, 1))
        };
        if near(ours) {
            return;
        }
        let turned = fill.side == Side::Sell && near(ours.map(|ours| -ours));
        if turned { self.other_sign.push(place) } else { self.different.push(place) }
    }

    fn report(self, batch: &mut Batch) {
        let next = "nothing to do: slippage is computed anew from the prices";
        if let Some(first) = self.other_sign.first().cloned() {
            let message = format!(
                "{} sales state their slippage with the other sign: here a cost is above zero on both sides",
                self.other_sign.len()
            );
            batch.note(Severity::Note, FindingKind::SlippageSign, first, message, next);
        }
        if let Some(first) = self.different.first().cloned() {
            let message = format!(
                "{} fills state a slippage more than 0.1 basis points from what their prices say",
                self.different.len()
            );
            batch.note(
                Severity::Warning,
                FindingKind::SlippageDiffers,
                first,
                message,
                "check the prices of these fills",
            );
        }
    }
}
