//! Money that is not a trade: cash transactions, and transfers from or to other accounts.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::trades::conid;
use super::xml::Row;
use super::{Reading, SOURCE};
use crate::error::Result;
use crate::record::flow::SUM;
use crate::record::{CashFlow, Currency, FindingKind, FlowKind, Severity, Ticker};

impl Reading {
    /// Reads cash transactions and transfers. Reversals keep their sign.
    pub(super) fn read_cash(&mut self, rows: &[&Row]) -> Result<()> {
        let single = rows.iter().filter(|row| !row.is_summary());
        let told_singly: BTreeSet<&str> = single.map(|row| row.tag.as_str()).collect();
        for row in rows.iter().filter(|row| matches!(row.tag.as_str(), "CashTransaction" | "Transfer")) {
            if row.is_summary() && told_singly.contains(row.tag.as_str()) {
                self.batch.skip(&row.tag, "it adds up rows that are read one by one", row.place());
                continue;
            }
            if row.is_summary() && self.of_several {
                self.batch.skip(&row.tag, "it adds up several accounts", row.place());
                continue;
            }
            if row.tag == "Transfer" { self.read_transfer(row)? } else { self.read_cash_transaction(row)? }
        }
        Ok(())
    }

    fn read_cash_transaction(&mut self, row: &Row) -> Result<()> {
        let amount = row.required_decimal(&["amount"])?;
        if amount.is_zero() {
            self.batch.skip(&row.tag, "its amount is zero", row.place());
            return Ok(());
        }
        let currency = row.currency("currency")?.ok_or_else(|| row.missing("currency"))?;
        let date = self.required_date(row, &["reportDate", "dateTime", "settleDate"])?;
        let kind = kind(row.text("type").unwrap_or_default(), amount);
        let plain = amount.normalize().to_string();
        let id = self.id("cash", row, date, &[row.text("type").unwrap_or_default(), currency.as_str(), &plain]);
        let flow = self.flow(row, id, date, currency, amount, kind)?;
        self.add(row, flow);
        Ok(())
    }

    /// A transfer moves positions, which count at their value in the base currency, or cash, or both. The direction
    /// gives the sign where it is reported.
    fn read_transfer(&mut self, row: &Row) -> Result<()> {
        let positions = self.moved_positions(row)?;
        let cash = row.decimal("cashTransfer")?.filter(|amount| !amount.is_zero());
        if positions.is_none() && cash.is_none() {
            self.batch.skip(&row.tag, "it moves neither cash nor positions of any value", row.place());
            return Ok(());
        }
        let date = self.required_date(row, &["reportDate", "date", "dateTime", "settleDate"])?;
        let text = |name: &str| row.text(name).unwrap_or_default();
        let what = [text("type"), text("symbol"), text("quantity"), text("cashTransfer")];
        let id = self.id("transfer", row, date, &what);
        if let Some(amount) = positions {
            let base = self.required_base(row)?;
            let flow = self.flow(row, id.clone(), date, base, directed(row, amount)?, FlowKind::Transfer)?;
            let id = self.id_of_content("transfer", row, date);
            self.read_moved_quantity(row, &id, date, amount)?;
            self.add(row, CashFlow { fx_to_base: None, ..flow });
        }
        if let Some(amount) = cash {
            let currency = row.currency("currency")?.ok_or_else(|| row.missing("currency"))?;
            let id = format!("{id}:cash");
            let flow = self.flow(row, id, date, currency, directed(row, amount)?, FlowKind::Transfer)?;
            self.add(row, flow);
        }
        Ok(())
    }

    /// What the positions of a transfer are worth in the base currency.
    ///
    /// # Errors
    /// Positions move, and nothing says what they are worth.
    fn moved_positions(&self, row: &Row) -> Result<Option<Decimal>> {
        if let Some(amount) = row.decimal("positionAmountInBase")?.filter(|amount| !amount.is_zero()) {
            return Ok(Some(amount));
        }
        let is_cash = row.text("assetCategory").is_some_and(|class| class.eq_ignore_ascii_case("CASH"));
        let quantity = row.decimal("quantity")?.filter(|quantity| !quantity.is_zero() && !is_cash);
        let by_price = match row.decimal("transferPrice")?.zip(quantity) {
            Some((price, quantity)) => price.checked_mul(quantity),
            None => None,
        };
        let own = row.decimal("positionAmount")?.or(by_price).filter(|amount| !amount.is_zero());
        let rate = match row.currency("currency")? {
            Some(currency) if self.base == Some(currency) => Some(Decimal::ONE),
            _ => row.decimal("fxRateToBase")?.filter(|rate| *rate > Decimal::ZERO),
        };
        match own.zip(rate) {
            Some((amount, rate)) => Ok(amount.checked_mul(rate)),
            None if quantity.is_some() => Err(row.missing("positionAmountInBase")),
            None => Ok(None),
        }
    }

    fn flow(
        &self,
        row: &Row,
        id: String,
        date: NaiveDate,
        currency: Currency,
        amount: Decimal,
        kind: FlowKind,
    ) -> Result<CashFlow> {
        let listed = || self.rates.get(&(date, currency)).copied().filter(|_| self.base != Some(currency));
        let fx_to_base = self.rate(row, currency)?.or_else(listed);
        Ok(CashFlow {
            id,
            date,
            account: self.account.clone(),
            currency,
            amount,
            fx_to_base,
            kind,
            source: SOURCE,
            label: row.text("type").map(str::to_owned),
            generated: self.generated(row),
            symbol: row.text("symbol").map(Ticker::new),
            conid: conid(row)?.filter(|number| *number != 0),
        })
    }

    /// The row's transaction number, else a name made of its day and of what rows of every query say, so that no other
    /// box in the query makes another movement of it.
    fn id(&mut self, prefix: &str, row: &Row, date: NaiveDate, what: &[&str]) -> String {
        if let Some(id) = number(prefix, row) {
            return id;
        }
        let of_statement = |name: &str| row.statement_attribute(name).unwrap_or_default();
        // Statements of one file may overlap, and each counts the equal rows of its days from the first on.
        let statement = ["fromDate", "toDate", "whenGenerated"].map(of_statement).join(" ");
        self.names.name_in(&statement, &format!("{}:{date}", section(prefix, row)), what)
    }

    /// The row's transaction number, else a name made of all it says.
    fn id_of_content(&mut self, prefix: &str, row: &Row, date: NaiveDate) -> String {
        let text = |name: &str| row.text(name).unwrap_or_default();
        let date = date.to_string();
        let content = [
            &date,
            text("type"),
            text("currency"),
            text("amount"),
            text("symbol"),
            text("conid"),
            text("description"),
            text("actionID"),
            text("direction"),
            text("positionAmountInBase"),
            text("cashTransfer"),
        ];
        number(prefix, row).unwrap_or_else(|| self.names.name(&section(prefix, row), &content))
    }

    fn add(&mut self, row: &Row, flow: CashFlow) {
        match self.cash_by_id.get(&flow.id) {
            Some(known) if *known == flow => {
                self.batch.skip(&row.tag, "the same row stands in the file already", row.place());
                return;
            }
            Some(known) if known.generated != flow.generated => {}
            Some(_) => {
                let message = format!("{} stands here twice with different content", flow.id);
                let next = "see which of the two the broker stands by";
                self.batch.note(Severity::Warning, FindingKind::Contradiction, row.place(), message, next);
            }
            None => drop(self.cash_by_id.insert(flow.id.clone(), flow.clone())),
        }
        let list = if flow.kind.is_external() { &mut self.batch.flows } else { &mut self.batch.income };
        list.push(flow);
    }
}

/// How the name of an unnumbered row begins.
fn section(prefix: &str, row: &Row) -> String {
    if row.is_summary() { format!("{prefix}{SUM}") } else { prefix.to_owned() }
}

/// The name of a row by its transaction number, where it has one.
fn number(prefix: &str, row: &Row) -> Option<String> {
    row.text("transactionID").filter(|id| *id != "0").map(|id| format!("{prefix}:{id}"))
}

/// Amounts have the sign of the flow: what goes out is below zero already, and what comes in may be a short position.
/// Only an unsigned row, which states the direction alone, gets its sign from there.
fn directed(row: &Row, amount: Decimal) -> Result<Decimal> {
    match row.text("direction").map(str::to_ascii_uppercase).as_deref() {
        None | Some("IN") => Ok(amount),
        Some("OUT") => {
            let is_short = row.decimal("quantity")?.is_some_and(|quantity| quantity.is_sign_negative());
            Ok(if amount.is_sign_positive() && !is_short { -amount } else { amount })
        }
        Some(other) => Err(row.error(format!("direction: `{other}` is neither IN nor OUT"))),
    }
}

/// What kind of money a cash transaction moves, by the name of its type.
fn kind(name: &str, amount: Decimal) -> FlowKind {
    let name = name.to_ascii_lowercase();
    let has = |word: &str| name.contains(word);
    if has("deposit") || has("withdrawal") {
        if amount.is_sign_negative() { FlowKind::Withdrawal } else { FlowKind::Deposit }
    } else if has("tax") || has("withholding") {
        FlowKind::Tax
    } else if has("dividend") {
        FlowKind::Dividend
    } else if has("interest") {
        FlowKind::Interest
    } else if has("fee") || has("commission") {
        FlowKind::Fee
    } else if has("price adjustment") {
        FlowKind::Other
    } else {
        // Whether it is profit is not for the program to guess.
        FlowKind::Unassigned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_apart() {
        for (name, amount, expected) in [
            ("Deposits/Withdrawals", 5, FlowKind::Deposit),
            ("Deposits & Withdrawals", -5, FlowKind::Withdrawal),
            ("Dividends", -5, FlowKind::Dividend),
            ("Payment In Lieu Of Dividends", 5, FlowKind::Dividend),
            ("Withholding Tax", -5, FlowKind::Tax),
            ("871(m) Withholding", -5, FlowKind::Tax),
            ("Broker Interest Paid", -5, FlowKind::Interest),
            ("Bond Interest Received", 5, FlowKind::Interest),
            ("Other Fees", -5, FlowKind::Fee),
            ("Advisor Fees", -5, FlowKind::Fee),
            ("Commission Adjustments", 5, FlowKind::Fee),
            ("Price Adjustments", 5, FlowKind::Other),
            ("Cash Receipts", 5, FlowKind::Unassigned),
            ("", 5, FlowKind::Unassigned),
        ] {
            assert_eq!(kind(name, amount.into()), expected, "{name}");
        }
    }
}
