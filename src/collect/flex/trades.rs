//! Fills: the `Trade` rows of Activity statements and the `TradeConfirm` rows of Trade Confirmations.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::link::{Fill, Kind, link};
use super::xml::Row;
use super::{Reading, SOURCE};
use crate::collect::time::Instant;
use crate::error::{Error, Result};
use crate::record::execution::is_rounded;
use crate::record::fill_names::name_what_was_booked_again;
use crate::record::{ExecId, Execution, FindingKind, Severity, Side, Ticker, Trade};

impl Reading {
    /// Reads all fills and links those that take others back.
    pub(super) fn read_trades(&mut self, rows: &[&Row]) -> Result<()> {
        let mut fills = Vec::new();
        for row in rows {
            match row.tag.as_str() {
                "Trade" | "TradeConfirm" => fills.extend(self.read_trade(row)?),
                "Order" | "SymbolSummary" | "AssetSummary" | "Lot" | "WashSale" => {
                    self.batch.skip(&row.tag, "it adds up or splits fills that are read one by one", row.place());
                }
                _ => {}
            }
        }
        self.count_bookings(&mut fills)?;
        let mut linked = link(fills, &mut self.batch)?;
        name_what_was_booked_again(&mut linked.iter_mut().map(|fill| &mut fill.execution).collect::<Vec<_>>());
        self.merge(linked);
        Ok(())
    }

    /// One row, or `None` where it is not a fill.
    fn read_trade<'r, 'a>(&mut self, row: &'r Row<'a>) -> Result<Option<Fill<'r, 'a>>> {
        let level = row.text("levelOfDetail").filter(|level| !level.eq_ignore_ascii_case("EXECUTION"));
        if let Some(level) = level {
            self.batch.skip(&row.tag, format!("its level of detail is {level}, not EXECUTION"), row.place());
            return Ok(None);
        }
        if row.is_summary() {
            self.batch.skip(&row.tag, "it adds up the rows of several accounts", row.place());
            return Ok(None);
        }
        let quantity = row.required_decimal(&["quantity"])?;
        if quantity.is_zero() {
            self.batch.skip(&row.tag, "its quantity is zero", row.place());
            return Ok(None);
        }
        let kind = kind(row);
        let execution = Execution {
            conid: conid(row)?,
            asset_class: row.text("assetCategory").unwrap_or_default().into(),
            exchange: row.first(&["listingExchange", "exchange"]).unwrap_or_default().to_owned(),
            multiplier: self.multiplier(row, quantity)?,
            realized_pnl: row.decimal("fifoPnlRealized")?,
            fx_to_base: row.decimal("fxRateToBase")?.filter(|rate| *rate > Decimal::ZERO),
            order_id: row.first(&["ibOrderID", "orderID"]).filter(|id| *id != "0").map(str::to_owned),
            order_ref: row.text("orderReference").map(str::to_owned),
            transaction_id: row.text("transactionID").filter(|id| *id != "0").map(str::to_owned),
            trade_id: row.text("tradeID").filter(|id| *id != "0").map(str::to_owned),
            open_close: row.text("openCloseIndicator").map(str::to_owned),
            proceeds: row.decimal("proceeds")?,
            generated: self.generated(row),
            ..Execution::from(Trade {
                exec_id: exec_id(row, kind)?,
                time: self.time_of(row)?,
                account: self.account.clone(),
                symbol: Ticker::new(row.text("symbol").ok_or_else(|| row.missing("symbol"))?),
                currency: row.currency("currency")?.ok_or_else(|| row.missing("currency"))?,
                side: side(row, quantity, kind)?,
                quantity: quantity.abs(),
                price: row.required_decimal(&["tradePrice", "price"])?,
                source: SOURCE,
            })
        };
        let execution = self.with_commission(row, execution)?;
        Ok(Some(Fill { row, kind, execution }))
    }

    /// What one unit of the quantity stands for: as stated, where quantity, price and multiplier come to the money that
    /// the statement itself books, else as that money says. Bonds are stated in per cent of par with a multiplier of 1.
    fn multiplier(&mut self, row: &Row, quantity: Decimal) -> Result<Decimal> {
        let price = row.required_decimal(&["tradePrice", "price"])?;
        let stated = row.decimal("multiplier")?.filter(|multiplier| *multiplier > Decimal::ZERO);
        let is_bond = row
            .text("assetCategory")
            .is_some_and(|class| ["BOND", "BILL"].iter().any(|bond| class.eq_ignore_ascii_case(bond)));
        let usual = match stated.unwrap_or(Decimal::ONE) {
            stated if is_bond && stated == Decimal::ONE => Decimal::new(1, 2),
            stated => stated,
        };
        let booked = match row.decimal("proceeds")?.filter(|money| !money.is_zero()) {
            Some(proceeds) => Some(proceeds),
            None => row.decimal("tradeMoney")?.filter(|money| !money.is_zero()),
        };
        let plain = quantity.checked_mul(price).map(|plain| plain.abs()).filter(|plain| !plain.is_zero());
        let (Some(booked), Some(plain)) = (booked.map(|money| money.abs()), plain) else {
            // A derivative is never worth its price alone, and no other column says what one contract stands for.
            let is_contract = |class: &str| ["OPT", "FOP", "FUT"].iter().any(|kind| class.eq_ignore_ascii_case(kind));
            let lacks = stated.is_none() && row.text("assetCategory").is_some_and(is_contract);
            return if lacks { Err(row.missing("multiplier")) } else { Ok(usual) };
        };
        let comes_to =
            |multiplier: Decimal| plain.checked_mul(multiplier).is_some_and(|money| is_rounded(money, booked));
        let implied = booked.checked_div(plain).unwrap_or(usual);
        let powers = (0..=4).flat_map(|zeros| [Decimal::new(1, zeros), Decimal::from(10_u32.pow(zeros))]);
        let mut candidates = [usual, stated.unwrap_or(usual), implied.round()].into_iter().chain(powers);
        if let Some(multiplier) = candidates.find(|multiplier| *multiplier > Decimal::ZERO && comes_to(*multiplier)) {
            return Ok(multiplier);
        }
        let message = format!(
            "the statement books {booked} for this trade, and quantity, price and multiplier come to {}",
            plain.checked_mul(usual).unwrap_or(plain).normalize()
        );
        let next = "compare the trade with the broker; its price and quantity count as stated";
        self.batch.note(Severity::Warning, FindingKind::TradeMoney, row.place(), message, next);
        Ok(usual)
    }

    /// Statements book a commission as money leaving the account, below zero; here paid is above zero.
    fn with_commission(&mut self, row: &Row, mut execution: Execution) -> Result<Execution> {
        let booked = match row.decimal("ibCommission")? {
            Some(booked) => Some(booked),
            None => row.decimal("commission")?,
        };
        execution.commission = booked.map(|booked| if booked.is_zero() { Decimal::ZERO } else { -booked });
        execution.commission_currency = match row.currency("ibCommissionCurrency")? {
            Some(currency) => Some(currency),
            None => row.currency("commissionCurrency")?,
        };
        if execution.commission_currency.is_none() && booked.is_some_and(|booked| !booked.is_zero()) {
            execution.commission_currency = Some(execution.currency);
            let message = "the commission names no currency; the trade's own is taken".to_owned();
            let next = "include `Commission Currency` in the Flex query";
            self.note_once(FindingKind::CommissionCurrency, row, message, next);
        }
        Ok(execution)
    }

    fn time_of(&mut self, row: &Row) -> Result<chrono::DateTime<chrono::Utc>> {
        let Instant { time, exact } = match (row.text("dateTime"), row.text("tradeDate"), row.text("tradeTime")) {
            (Some(text), _, _) => self.instant(row, "dateTime", text)?,
            (None, Some(date), Some(time)) => self.instant(row, "tradeTime", &format!("{date};{time}"))?,
            (None, Some(date), None) => self.instant(row, "tradeDate", date)?,
            (None, None, _) => return Err(row.missing("dateTime")),
        };
        if !exact {
            let message = "fills carry a date without a time; they are taken as made at noon".to_owned();
            self.note_once(FindingKind::NoTime, row, message, "include `Date/Time` in the Flex query");
        }
        Ok(time)
    }

    /// A notice for the first row of its kind.
    pub(super) fn note_once(&mut self, kind: FindingKind, row: &Row, message: String, next: &str) {
        if self.noted.insert(kind) {
            self.batch.note(Severity::Note, kind, row.place(), message, next);
        }
    }

    /// Rows that say the same about one fill become one; contradicting ones are both kept for the store to judge.
    fn merge(&mut self, fills: Vec<Fill>) {
        let mut known: BTreeMap<ExecId, usize> = BTreeMap::new();
        for Fill { row, execution, .. } in fills {
            let place = known.get(&execution.exec_id).and_then(|index| self.batch.executions.get_mut(*index));
            match place.map(|earlier| (earlier.merged_with(&execution), earlier)) {
                Some((Ok(merged), earlier)) => {
                    *earlier = merged;
                    self.batch.skip(&row.tag, "the same fill stands in the file already", row.place());
                }
                Some((Err(_), earlier)) if earlier.generated != execution.generated => {
                    // Of several statements in a file the newest counts, as of several files.
                    self.batch.executions.push(execution);
                }
                Some((Err(fields), _)) => {
                    let message =
                        format!("fill {} stands here twice with different {}", execution.exec_id, fields.join(", "));
                    let next = "see which of the two the broker stands by; the first one counts";
                    self.batch.note(Severity::Warning, FindingKind::Contradiction, row.place(), message, next);
                    self.batch.executions.push(execution);
                }
                None => {
                    known.insert(execution.exec_id.clone(), self.batch.executions.len());
                    self.batch.executions.push(execution);
                }
            }
        }
    }
}

/// Whether a row is a fill, takes one back, or corrects one.
fn kind(row: &Row) -> Kind {
    let transaction = row.text("transactionType").unwrap_or_default();
    let has_code =
        |code: &str| row.text("notes").is_some_and(|notes| notes.split([';', ',']).any(|note| note == code));
    let cancelled_side = row.text("buySell").is_some_and(|side| side.contains("(Ca.)"));
    if matches!(transaction, "TradeCancel" | "FracShareCancel") || cancelled_side || has_code("Ca") {
        Kind::Cancel
    } else if transaction == "TradeCorrect" || has_code("Co") {
        Kind::Correction
    } else {
        Kind::Fill
    }
}

/// The id of the execution, else of the transaction, else of the trade. A row that takes a fill back always goes by
/// its transaction, because some statements repeat the fill's own id there.
fn exec_id(row: &Row, kind: Kind) -> Result<ExecId> {
    let execution = row.first(&["ibExecID", "execID"]);
    let transaction = row.text("transactionID").filter(|id| *id != "0").map(|id| format!("transaction:{id}"));
    let trade = row.text("tradeID").map(|id| format!("trade:{id}"));
    let id = if kind == Kind::Cancel {
        let original = row.first(&["origTransactionID", "origTradeID"]).or(execution);
        transaction.or_else(|| original.map(|id| format!("cancel:{id}")))
    } else {
        execution.map(str::to_owned).or(transaction).or(trade)
    };
    id.map(ExecId::new).ok_or_else(|| {
        Error::data(format!("this {} has no id of any kind", row.tag))
            .at(row.place())
            .hint("include `IB Execution ID` and `Transaction ID` in the Flex query and download the statement again")
    })
}

pub(super) fn conid(row: &Row) -> Result<Option<u64>> {
    let Some(text) = row.text("conid") else { return Ok(None) };
    text.parse().map(Some).map_err(|_| row.error(format!("conid: `{text}` is not a contract number")))
}

/// The side in words, else the sign of the quantity. A row that takes a fill back names the side of that fill and
/// reverses its quantity.
fn side(row: &Row, quantity: Decimal, kind: Kind) -> Result<Side> {
    let by_sign = if quantity.is_sign_negative() { Side::Sell } else { Side::Buy };
    let by_sign = if kind == Kind::Cancel { by_sign.opposite() } else { by_sign };
    let Some(words) = row.text("buySell") else { return Ok(by_sign) };
    let first = words.split_whitespace().next().unwrap_or_default();
    let named = match first.to_ascii_uppercase().as_str() {
        "BUY" => Side::Buy,
        "SELL" => Side::Sell,
        _ => return Err(row.error(format!("buySell: `{words}` is neither BUY nor SELL"))),
    };
    if named != by_sign && kind != Kind::Cancel && (quantity.is_sign_negative() || row.tag == "Trade") {
        return Err(row.error(format!("buySell says {named}, but the quantity is {quantity}")));
    }
    Ok(named)
}
