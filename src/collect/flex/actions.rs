//! Corporate actions: the `CorporateAction` rows of Activity statements, and the quantities of transfers.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::trades::conid;
use super::xml::Row;
use super::{Reading, SOURCE};
use crate::error::Result;
use crate::record::action::{SUM, UNNAMED, UNNUMBERED};
use crate::record::{ActionKind, CorporateAction, FindingKind, Severity, Ticker};

/// Words that classify rows which do not name their type, as old queries give them.
const BY_WORDS: [(&str, ActionKind); 15] = [
    ("CUSIP/ISIN CHANGE", ActionKind::IdentifierChange),
    ("SPINOFF", ActionKind::SpinOff),
    ("STOCK MERGER", ActionKind::Merger),
    ("MERGED", ActionKind::Merger),
    ("TENDERED TO", ActionKind::Tender),
    ("SUBSCRIBABLE RIGHTS ISSUE", ActionKind::RightsIssue),
    ("EXPIRE DIVIDEND RIGHT", ActionKind::DividendRightExpired),
    ("DIVIDEND RIGHTS ISSUE", ActionKind::DividendRight),
    ("SUBSCRIBES TO", ActionKind::Subscription),
    ("STOCK DIVIDEND", ActionKind::StockDividend),
    ("DELISTED", ActionKind::Delisted),
    ("TBILL MATURITY", ActionKind::BillMaturity),
    ("BOND MATURITY", ActionKind::BondMaturity),
    ("FULL CALL", ActionKind::BondMaturity),
    (" SPLIT ", ActionKind::ForwardSplit),
];

impl Reading {
    /// Reads corporate actions. Of an event that is reported singly and as a sum the single rows count.
    pub(super) fn read_actions(&mut self, rows: &[&Row]) -> Result<()> {
        let actions = || rows.iter().filter(|row| row.tag == "CorporateAction");
        let mut single = Vec::new();
        for row in actions().filter(|row| !row.is_summary()) {
            single.push((
                self.position_date(row)?,
                row.text("conid").map(str::to_owned),
                row.text("symbol").map(str::to_owned),
            ));
        }
        for row in actions() {
            let key = (
                self.position_date(row)?,
                row.text("conid").map(str::to_owned),
                row.text("symbol").map(str::to_owned),
            );
            if row.is_summary() && single.contains(&key) {
                self.batch.skip(&row.tag, "it adds up rows that are read one by one", row.place());
            } else if row.is_summary() && self.of_several {
                self.batch.skip(&row.tag, "it adds up several accounts", row.place());
            } else {
                self.read_action(row)?;
            }
        }
        Ok(())
    }

    fn read_action(&mut self, row: &Row) -> Result<()> {
        let quantity = row.required_decimal(&["quantity"])?;
        let text = row.first(&["actionDescription", "description"]).unwrap_or_default();
        let proceeds = match row.decimal("proceeds")? {
            Some(proceeds) => Some(proceeds),
            None => row.decimal("amount")?.map(|amount| -amount),
        };
        if quantity.is_zero() && proceeds.is_none_or(|proceeds| proceeds.is_zero()) {
            self.batch.skip(&row.tag, "it moves neither cash nor positions", row.place());
            return Ok(());
        }
        let kind = kind(row, text);
        if let ActionKind::Other(code) = &kind {
            let message = format!("a corporate action of the type `{code}`, whose meaning for the cost is not known");
            let next = "its quantity counts; results that depend on its cost are n/a";
            self.batch.note(Severity::Warning, FindingKind::CorporateAction, row.place(), message, next);
        }
        let action = CorporateAction {
            id: self.action_id(row, text),
            event: event(row, &kind, text),
            date: self.position_date(row)?,
            time: self.action_time(row)?,
            account: Some(self.account.clone()),
            kind,
            symbol: Ticker::new(row.first(&["symbol", "conid"]).ok_or_else(|| row.missing("symbol"))?),
            conid: conid(row)?,
            asset_class: row.text("assetCategory").unwrap_or_default().into(),
            currency: row.currency("currency")?,
            quantity: Some(quantity),
            ratio: None,
            of: None,
            proceeds,
            value: row.decimal("value")?,
            price: None,
            multiplier: row.decimal("multiplier")?.filter(|multiplier| *multiplier > Decimal::ZERO),
            cancels: is_cancel(row).then(|| UNNAMED.to_owned()),
            source: SOURCE,
            generated: self.generated(row),
            text: text.to_owned(),
        };
        self.add_action(row, action);
        Ok(())
    }

    /// The quantity that a transfer moves, beside its value, which is a flow.
    pub(super) fn read_moved_quantity(
        &mut self,
        row: &Row,
        id: &str,
        date: NaiveDate,
        amount: Decimal,
    ) -> Result<()> {
        let Some(quantity) = row.decimal("quantity")?.filter(|quantity| !quantity.is_zero()) else { return Ok(()) };
        let Some(symbol) = row.first(&["symbol", "conid"]) else { return Ok(()) };
        let is_out = row.text("direction").is_some_and(|direction| direction.eq_ignore_ascii_case("OUT"));
        let unsigned = is_out && quantity.is_sign_positive() && amount.is_sign_positive();
        let text = row.text("description").unwrap_or_default();
        let action = CorporateAction {
            event: id.to_owned(),
            id: id.to_owned(),
            date,
            time: None,
            account: Some(self.account.clone()),
            kind: ActionKind::Transfer,
            symbol: Ticker::new(symbol),
            conid: conid(row)?,
            asset_class: row.text("assetCategory").unwrap_or_default().into(),
            currency: row.currency("currency")?,
            quantity: Some(if unsigned { -quantity } else { quantity }),
            ratio: None,
            of: None,
            proceeds: None,
            value: row.decimal("positionAmount")?.filter(|value| !value.is_zero()),
            price: None,
            multiplier: row.decimal("multiplier")?.filter(|multiplier| *multiplier > Decimal::ZERO),
            cancels: is_cancel(row).then(|| UNNAMED.to_owned()),
            source: SOURCE,
            generated: self.generated(row),
            text: text.to_owned(),
        };
        self.add_action(row, action);
        Ok(())
    }

    fn add_action(&mut self, row: &Row, action: CorporateAction) {
        let known = self.batch.actions.iter().find(|known| known.id == action.id);
        match known {
            Some(known) if known.says_the_same(&action) => {
                self.batch.skip(&row.tag, "the same row stands in the file already", row.place());
            }
            _ => self.batch.actions.push(action),
        }
    }

    /// The date that positions follow: the report's, else the day after the evening on which it was booked.
    fn position_date(&self, row: &Row) -> Result<NaiveDate> {
        let report = self.date(row, "reportDate")?;
        let booked = self.date(row, "dateTime")?.or(self.date(row, "date")?);
        report.or_else(|| booked.and_then(|date| date.succ_opt())).ok_or_else(|| row.missing("reportDate"))
    }

    /// When it was booked, where the row says more than a date.
    fn action_time(&self, row: &Row) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
        let Some(text) = row.text("dateTime") else { return Ok(None) };
        let instant = self.instant(row, "dateTime", text)?;
        Ok(instant.exact.then_some(instant.time))
    }

    /// The row's transaction number, else a name after what it is about: numbers may be restated, and it is the same row.
    fn action_id(&mut self, row: &Row, text: &str) -> String {
        if let Some(id) = row.text("transactionID").filter(|id| *id != "0") {
            return format!("action:{id}");
        }
        let of = |name: &str| row.text(name).unwrap_or_default();
        let prefix = if row.is_summary() { SUM } else { UNNUMBERED }.trim_end_matches(':');
        let content = [of("type"), of("reportDate"), of("dateTime"), of("symbol"), of("conid"), of("code"), text];
        self.names.name(prefix, &content)
    }
}

/// What the legs of an event have in common: its number; in old queries the kind, the time and the words before the last
/// parenthesis, which names the leg.
fn event(row: &Row, kind: &ActionKind, text: &str) -> String {
    if let Some(number) = row.text("actionID").filter(|id| *id != "0") {
        return number.to_owned();
    }
    let words = text.rsplit_once('(').map_or(text, |(words, _)| words).trim_end();
    let content = [kind.as_str(), row.text("dateTime").unwrap_or_default(), words].join("\u{1f}");
    format!("pair:{}", crate::digest::sha256(content.as_bytes(), 16))
}

/// Whether the row takes an earlier one back.
fn is_cancel(row: &Row) -> bool {
    row.text("code").is_some_and(|codes| codes.split([';', ',']).any(|code| code.trim() == "Ca"))
}

fn kind(row: &Row, text: &str) -> ActionKind {
    if let Some(code) = row.text("type") {
        return code.into();
    }
    let words = text.to_ascii_uppercase();
    let found = BY_WORDS.iter().find(|(verb, _)| words.contains(verb));
    found.map_or_else(|| ActionKind::Other(String::new()), |(_, kind)| kind.clone())
}

#[cfg(test)]
#[path = "actions_tests.rs"]
mod tests;
