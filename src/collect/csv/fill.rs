//! One line of the table as a fill.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::columns::Columns;
use super::money::{self, Money, Traded};
use super::named::{Named, named};
use super::row::Row;
use super::{CsvSettings, Unread, preset, words};
use crate::collect::days::Days;
use crate::collect::table::{Line, Table};
use crate::collect::time::{self, Instant};
use crate::collect::{Batch, Fingerprints, form};
use crate::config::Preset;
use crate::error::Result;
use crate::record::{AccountId, ExecId, Execution, FindingKind, Severity, Side, Source, Ticker, Trade};

/// Reads the lines of one table.
pub struct Reader<'t> {
    table: &'t Table<'t>,
    pub(super) shape: &'t Columns,
    pub(super) settings: &'t CsvSettings<'t>,
    account: Option<&'t str>,
    pub(super) mark: char,
    days: Days,
    names: Fingerprints,
    batch: Batch,
    /// Where in the batch the first fill of an id is.
    by_id: HashMap<ExecId, usize>,
    unread: Unread,
}

impl<'t> Reader<'t> {
    pub fn new(
        table: &'t Table,
        shape: &'t Columns,
        settings: &'t CsvSettings,
        account: Option<&'t str>,
        mark: char,
        days: Days,
    ) -> Self {
        let (names, batch) = (Fingerprints::default(), Batch::default());
        Self {
            table,
            shape,
            settings,
            account,
            mark,
            days,
            names,
            batch,
            by_id: HashMap::new(),
            unread: Unread::new(),
        }
    }

    /// What was read, and what the owner should know about it.
    pub fn finish(mut self) -> Batch {
        for (kind, (count, place)) in std::mem::take(&mut self.unread) {
            let rows = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
            let message = format!("{rows} `{kind}` may change what is held, and cannot be read as fills");
            let next = "compare the holdings with the broker: round trips of these instruments may be wrong";
            self.batch.note(Severity::Warning, FindingKind::Positions, place, message, next);
        }
        self.batch
    }

    pub(super) fn preset(&self) -> Option<Preset> {
        self.settings.import.preset
    }

    pub(super) fn text<'l>(&self, line: Line<'l>, ours: &str) -> Option<&'l str> {
        line.text(self.shape.get(ours))
    }

    pub(super) fn decimal(&self, line: Line, ours: &str) -> Result<Option<Decimal>> {
        line.decimal(self.shape.get(ours), self.mark)
    }

    /// Reads one line, or counts it as left out.
    pub fn read(&mut self, line: Line) -> Result<()> {
        if self.is_no_row(line)? {
            return Ok(());
        }
        let own = money::shifted(self.table, self.shape, line);
        let columns = own.as_ref().unwrap_or(self.shape);
        let quantity = columns.get("quantity");
        let side = match self.row(line, line.text(quantity))? {
            Row::Trade(side) => side,
            Row::Other(kind) => {
                self.left_out(line, quantity, kind);
                return Ok(());
            }
        };
        let number = line.decimal(quantity, self.mark)?;
        let number = number.ok_or_else(|| line.error(quantity, "quantity is empty"))?;
        if number.is_zero() {
            self.batch.skip("line", "its quantity is zero", line.place(None));
            return Ok(());
        }
        let side = self.side(line, number, side)?;
        let time = self.time(line)?;
        let fill = self.fill(line, columns, time, number, side)?;
        self.take(line, fill);
        Ok(())
    }

    /// Lines that are no rows of the table: empty ones, totals and text below it, other accounts. A row that is cut short
    /// or has cells too many is refused.
    fn is_no_row(&mut self, line: Line) -> Result<bool> {
        if line.width() == 0 {
            self.batch.skip("line", "it is empty", line.place(None));
            return Ok(true);
        }
        let day = self.shape.get("date").or(self.shape.get("time"));
        let begins_with = line.text(day).unwrap_or_default();
        let has_numbers = [self.shape.get("quantity"), self.shape.get("price")].iter().any(|column| {
            line.text(*column).is_some_and(|text| text.contains(|letter: char| letter.is_ascii_digit()))
        });
        let is_date = begins_with.starts_with(|letter: char| letter.is_ascii_digit())
            || self.days.date(begins_with).is_ok()
            || !self.settings.import.time_format.is_empty();
        // A total has a number of shares, and no instrument or price.
        let lacks = self.text(line, "symbol").is_none() || self.text(line, "price").is_none();
        if !is_date && !begins_with.is_empty() && (!has_numbers || lacks || line.cells() < self.named())
            || begins_with.is_empty() && !has_numbers
        {
            self.batch.skip("line", "it has no date, and is no row of the table", line.place(None));
            return Ok(true);
        }
        let spare = usize::from(self.preset() == Some(Preset::Degiro));
        if line.width() > self.table.headers().len() + spare {
            return Err(form::too_wide(line, self.table));
        }
        if line.cells() < self.named() {
            return Err(form::too_short(line, self.named()));
        }
        if let (Some(account), Some(own)) = (self.account, self.text(line, "account"))
            && account != own
        {
            self.batch.skip("row", "it is of another account", line.place(None));
            return Ok(true);
        }
        Ok(false)
    }

    /// How many cells a row needs at least: up to the last column that has a name.
    fn named(&self) -> usize {
        self.table.headers().iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1)
    }

    fn left_out(&mut self, line: Line, quantity: Option<usize>, kind: String) {
        let shares = line.decimal(quantity, self.mark).ok().flatten().is_some_and(|shares| !shares.is_zero());
        let is_cash = words::is_of_money(&kind) || kind == "money market fund";
        if shares && !is_cash {
            self.unread.entry(kind.clone()).or_insert_with(|| (0, line.place(None))).0 += 1;
        }
        self.batch.skip(&kind, "it is neither a purchase nor a sale", line.place(None));
    }

    fn take(&mut self, line: Line, mut fill: Execution) {
        fill.exec_id = match self.text(line, "exec_id") {
            Some(id) => ExecId::new(id),
            None => ExecId::new(self.name(&fill)),
        };
        let earlier = self.by_id.get(&fill.exec_id).and_then(|index| self.batch.executions.get(*index));
        match earlier.map(|earlier| earlier.merged_with(&fill)) {
            Some(Ok(_)) => self.batch.skip("line", "the same fill stands in the file already", line.place(None)),
            Some(Err(fields)) => {
                let place = line.place(self.shape.get("exec_id"));
                let message = format!("fill {} stands here twice with different {}", fill.exec_id, fields.join(", "));
                let next = "correct the file; of two contradicting rows the first one counts";
                self.batch.note(Severity::Warning, FindingKind::Contradiction, place, message, next);
                self.batch.executions.push(fill);
            }
            None => {
                self.by_id.insert(fill.exec_id.clone(), self.batch.executions.len());
                self.batch.executions.push(fill);
            }
        }
    }

    fn fill(
        &mut self,
        line: Line,
        columns: &Columns,
        time: DateTime<Utc>,
        quantity: Decimal,
        side: Side,
    ) -> Result<Execution> {
        let money = Money {
            columns,
            mark: self.mark,
            base: self.settings.base_currency,
            empty_is_none: self.preset().is_some(),
        };
        let (currency, per_unit) = money.unit(line)?;
        let stated = line.decimal(columns.get("price"), self.mark)?;
        let stated = stated.ok_or_else(|| line.error(columns.get("price"), "price is empty"))?;
        let commission = money.commission(line, currency, per_unit)?;
        let named = self.named_kind(line);
        let traded =
            Traded { side, quantity, price: stated, cost: commission.map(|(cost, _)| cost).unwrap_or_default() };
        let multiplier = self.multiplier(line, &money, &traded, named)?;
        self.other_currency(line, &money)?;
        let conid = self.text(line, "conid").map(|text| {
            text.parse().map_err(|_| line.error(columns.get("conid"), format!("`{text}` is not a contract number")))
        });
        let symbol = self.text(line, "symbol").ok_or_else(|| line.error(columns.get("symbol"), "symbol is empty"))?;
        let account = self.text(line, "account").or(self.settings.account).unwrap_or("csv");
        let owned = |ours: &str| self.text(line, ours).map(str::to_owned);
        Ok(Execution {
            conid: conid.transpose()?,
            asset_class: owned("asset_class")
                .unwrap_or_else(|| self.class(multiplier, named).to_owned())
                .as_str()
                .into(),
            exchange: owned("exchange").unwrap_or_default(),
            multiplier,
            commission: commission.map(|(cost, _)| cost),
            commission_currency: commission.map(|(_, currency)| currency),
            realized_pnl: self.decimal(line, "realized_pnl")?,
            fx_to_base: money.fx_to_base(line, currency, per_unit)?,
            order_id: self.order_id(line),
            perm_id: owned("perm_id"),
            order_ref: owned("order_ref"),
            reference_price: self.decimal(line, "reference_price")?,
            open_close: self.open_close(line),
            ..Execution::from(Trade {
                exec_id: ExecId::new(""),
                time,
                account: AccountId::new(account),
                symbol: Ticker::new(symbol),
                currency,
                side,
                quantity: quantity.abs(),
                price: money::in_currency(stated, per_unit),
                source: Source::Csv,
            })
        })
    }

    /// Whether it opened or closed a position: by a column of its own, else by the words of the side.
    fn open_close(&self, line: Line) -> Option<String> {
        let reported = self.text(line, "open_close").and_then(words::indicator_of);
        let by_side = || self.text(line, "side").and_then(|word| preset::open_close(self.preset(), word));
        reported.or_else(|| by_side().map(str::to_owned))
    }

    /// What a preset's fills are by symbol and description.
    fn named_kind(&self, line: Line) -> Named {
        match self.preset() {
            None => Named::Unknown,
            Some(_) => named(
                self.text(line, "symbol").unwrap_or_default(),
                self.text(line, "description").unwrap_or_default(),
            ),
        }
    }

    /// What a preset's fills are: by name, else as far as their money says it.
    fn class(&self, multiplier: Decimal, named: Named) -> &'static str {
        match (self.preset(), named) {
            (None, _) => "",
            (Some(_), Named::Option) => "OPT",
            (Some(_), Named::Bond) => "BOND",
            (Some(_), Named::Unknown) if multiplier == Decimal::ONE_HUNDRED => "OPT",
            (Some(_), Named::Unknown) if multiplier == Decimal::new(1, 2) => "BOND",
            (Some(_), Named::Share | Named::Unknown) => "STK",
        }
    }

    /// DEGIRO writes the order's id one cell behind the column that is called so.
    pub(super) fn order_id(&self, line: Line) -> Option<String> {
        let column = self.shape.get("order_id");
        let behind = column.filter(|_| self.preset() == Some(Preset::Degiro)).map(|column| column + 1);
        line.text(column).or_else(|| line.text(behind)).map(str::to_owned)
    }

    fn multiplier(&mut self, line: Line, money: &Money, traded: &Traded, named: Named) -> Result<Decimal> {
        let column = self.shape.get("multiplier");
        if let Some(multiplier) = line.decimal(column, self.mark)? {
            if multiplier <= Decimal::ZERO {
                return Err(line.error(column, "the multiplier is not above zero"));
            }
            return Ok(multiplier);
        }
        let usual = if named == Named::Option { Decimal::ONE_HUNDRED } else { self.settings.import.multiplier };
        match money.multiplier(line, traded, named)? {
            None => Ok(usual),
            Some(Ok(multiplier)) => Ok(multiplier),
            Some(Err(amount)) => {
                let plain = traded.plain().unwrap_or(traded.price);
                let plain = plain.checked_mul(usual).unwrap_or(plain).normalize();
                let message = format!("the file states {amount} for this trade, and quantity times price is {plain}");
                let next = "compare the trade with the broker; its price and quantity count as they are written";
                let place = line.place(self.shape.get("amount"));
                self.batch.note(Severity::Warning, FindingKind::TradeMoney, place, message, next);
                Ok(usual)
            }
        }
    }

    /// Says once that the account of the file is in another currency than the record.
    fn other_currency(&mut self, line: Line, money: &Money) -> Result<()> {
        let Some(account) = money.account_currency(line)?.filter(|account| *account != money.base) else {
            return Ok(());
        };
        if self.batch.notices.iter().all(|notice| notice.kind != FindingKind::BaseCurrency) {
            let message =
                format!("the account of this file is in {account}, and `[account] base_currency` is {}", money.base);
            let next =
                format!("set `[account] base_currency = \"{account}\"` in config/config.toml and import again");
            self.batch.note(Severity::Warning, FindingKind::BaseCurrency, line.place(None), message, &next);
        }
        Ok(())
    }

    fn side(&self, line: Line, quantity: Decimal, reported: Option<Side>) -> Result<Side> {
        let by_sign = if quantity.is_sign_negative() { Side::Sell } else { Side::Buy };
        match reported {
            Some(Side::Buy) if by_sign == Side::Sell => {
                let message = format!("the side says {}, but the quantity is {quantity}", Side::Buy);
                Err(line.error(self.shape.get("side"), message))
            }
            reported => Ok(reported.unwrap_or(by_sign)),
        }
    }

    fn time(&mut self, line: Line) -> Result<DateTime<Utc>> {
        let import = &self.settings.import;
        let (column, text) = match (self.text(line, "date"), self.text(line, "time")) {
            (Some(date), Some(time)) => ("date", format!("{date} {time}")),
            (Some(date), None) => ("date", date.to_owned()),
            (None, Some(time)) => ("time", time.to_owned()),
            (None, None) => return Err(line.error(self.shape.get("time"), "time is empty")),
        };
        // A row that was booked later names the day of the trade behind these words.
        let text = text.split_once(" as of ").map_or(text.as_str(), |(_, traded)| traded);
        let zone = import.zone();
        let read = if import.time_format.is_empty() {
            self.days.instant(text, zone)
        } else {
            time::parse_form(text, &import.time_format, zone)
        };
        let Instant { time, exact } = read.map_err(|problem| {
            line.error(self.shape.get(column), problem).hint(
                "set `time_format` under [csv] in config/config.toml to the form of the file; nothing was imported",
            )
        })?;
        if !exact && self.batch.notices.iter().all(|notice| notice.kind != FindingKind::NoTime) {
            let message = "fills carry a date without a time; they are taken as made at noon".to_owned();
            let next = "map a column with the time of day, if there is one";
            self.batch.note(Severity::Note, FindingKind::NoTime, line.place(self.shape.get(column)), message, next);
        }
        Ok(time)
    }

    /// A name made of what identifies a fill, so that other columns may come and go. Where a preset has a number of an
    /// order, several fills have it, so it is a part of the name and not the name.
    fn name(&mut self, fill: &Execution) -> String {
        let mut content = vec![
            fill.time.to_rfc3339(),
            fill.account.private().to_owned(),
            fill.symbol.to_string(),
            fill.currency.to_string(),
            fill.side.to_string(),
            fill.quantity.normalize().to_string(),
            fill.price.normalize().to_string(),
        ];
        content.extend(self.preset().and(fill.order_id.clone()));
        let content: Vec<&str> = content.iter().map(String::as_str).collect();
        self.names.name("csv", &content)
    }
}
