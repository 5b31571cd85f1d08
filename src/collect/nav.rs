//! Net values from a table: `date,value` and, where money moved, `flow`. It makes a record without any broker.
//!
//! A value is that of the end of its date. A flow is the money that came in (above zero) or went out since the row
//! before, and is part of the value beside it, so a deposit is never profit.

mod beside;
mod columns;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

pub use self::beside::{add_between, beside_stored};
use self::columns::Columns;
use super::days::{Days, Order};
use super::table::{Line, Table};
use super::{Batch, form, table_text};
use crate::error::{Error, Result};
use crate::record::snapshot::SCHEMA;
use crate::record::{AccountId, CashFlow, Currency, FindingKind, FlowKind, Record, Severity, Snapshot};

/// Where such rows come from, as their `source` says.
pub const SOURCE: &str = "nav";

/// The names of our columns, to which those of the file are mapped.
pub const COLUMNS: [&str; 6] = ["date", "value", "flow", "deposit", "withdrawal", "cumulative_flow"];

/// How a file of net values is read.
#[derive(Debug, Clone)]
pub struct NavSettings<'a> {
    /// The file's column for each of ours, where its name does not say it.
    pub columns: BTreeMap<String, String>,
    /// The character between columns; found from the file where nothing is set.
    pub delimiter: Option<char>,
    /// The decimal mark; found from the file where nothing is set.
    pub decimal_mark: Option<char>,
    /// Whether the day or the month comes first in dates such as `03/04/2026`; found where nothing is set.
    pub order: Option<Order>,
    /// The account; `csv` where none is configured.
    pub account: Option<&'a str>,
    /// The currency where the file names none.
    pub base_currency: Currency,
}

/// Reads net values.
///
/// # Errors
/// No column that can be the date or the value; a cell that cannot be read, at its line and column; two values of one
/// day; a value below zero, as in a file of returns. Nothing of the file is returned then.
pub fn parse(path: &Path, bytes: &[u8], settings: &NavSettings) -> Result<Batch> {
    let text = table_text(path, bytes)?;
    let table = columns::table(path, &text, settings)?;
    let Read { columns, days, mark, rows, mut batch } = rows(&table, settings)?;
    let currency = currency(&table, &columns, settings, &mut batch)?;
    not_cumulative(&table, &columns, &rows)?;
    let account = AccountId::new(settings.account.unwrap_or("csv"));
    let first = rows.keys().next().copied();
    let mut total = None;
    for (date, row) in &rows {
        batch.snapshots.extend(row.value.map(|value| snapshot(*date, value, &account, currency)));
        batch.flows.extend(row.flow(total).map(|amount| flow(*date, amount, &account, currency)));
        total = row.total.or(total);
    }
    batch.covered.extend(first.zip(rows.keys().next_back().copied()));
    say(&mut batch, &table, &columns, days, mark);
    Ok(batch)
}

/// What the lines of a file come to.
struct Read {
    columns: Columns,
    days: Days,
    mark: char,
    rows: BTreeMap<NaiveDate, Row>,
    batch: Batch,
}

fn read(path: &Path, bytes: &[u8], settings: &NavSettings) -> Result<Read> {
    let text = table_text(path, bytes)?;
    rows(&columns::table(path, &text, settings)?, settings)
}

fn rows(table: &Table, settings: &NavSettings) -> Result<Read> {
    let columns = Columns::find(table, settings)?;
    let days = days(table, &columns, settings);
    let mark = form::decimal_mark(table, &columns.numbers(), settings.decimal_mark)?;
    let mut reader = Reader { table, columns: &columns, days, mark, rows: BTreeMap::new(), batch: Batch::default() };
    for line in table.lines() {
        reader.read(line)?;
    }
    let Reader { rows, mut batch, .. } = reader;
    batch.skip_above(table);
    if rows.is_empty() {
        return Err(Error::data("there is no row with a date and a value").at(table.head()).hint(columns::FORM));
    }
    Ok(Read { columns, days, mark, rows, batch })
}

/// The account of a record that has one.
pub fn only_account(record: &Record) -> Option<String> {
    let of_fills = record.executions.iter().map(|fill| &fill.account);
    let mut accounts: Vec<_> = of_fills.chain(record.snapshots.iter().map(|snapshot| &snapshot.account)).collect();
    accounts.sort();
    accounts.dedup();
    match accounts[..] {
        [only] => Some(only.private().to_owned()),
        _ => None,
    }
}

/// What the rows of one date come to.
#[derive(Debug, Default)]
struct Row {
    value: Option<Decimal>,
    /// The time of day of the value, where the file has it.
    clock: Option<DateTime<Utc>>,
    /// What moved, by row.
    flows: Vec<Decimal>,
    /// The sum of flows since the start, where the file has it.
    total: Option<Decimal>,
}

impl Row {
    /// Money that moved since a row with a running total; the first total says nothing of when its money came.
    fn flow(&self, before: Option<Decimal>) -> Option<Decimal> {
        let change = before.and_then(|before| self.total?.checked_sub(before)).unwrap_or_default();
        let amount = self.flows.iter().fold(change, |sum, flow| sum.saturating_add(*flow));
        (!amount.is_zero()).then_some(amount)
    }
}

struct Reader<'t> {
    table: &'t Table<'t>,
    columns: &'t Columns,
    days: Days,
    mark: char,
    rows: BTreeMap<NaiveDate, Row>,
    batch: Batch,
}

impl Reader<'_> {
    fn read(&mut self, line: Line) -> Result<()> {
        if line.width() == 0 {
            return Ok(());
        }
        if line.width() > self.table.headers().len() {
            return Err(form::too_wide(line, self.table));
        }
        let Some(text) = line.text(Some(self.columns.date)) else {
            return self.without_date(line);
        };
        let date = match self.days.date(text) {
            Ok(date) => date,
            Err(_) if !text.starts_with(|letter: char| letter.is_ascii_digit()) => {
                self.batch.skip(
                    "line",
                    format!("it begins with `{}` and not with a date", short(text)),
                    line.place(None),
                );
                return Ok(());
            }
            Err(problem) => return Err(line.error(Some(self.columns.date), problem).hint(DATES)),
        };
        let (value, flow) = (self.value(line)?, self.flow(line)?);
        let total = line.decimal(self.columns.cumulative_flow, self.mark)?;
        if value.is_none() && flow.is_none() {
            self.batch.skip("row", "it has no value", line.place(None));
            return Ok(());
        }
        self.add(line, date, text, value, flow, total)
    }

    fn without_date(&mut self, line: Line) -> Result<()> {
        if line.text(Some(self.columns.value)).is_some() {
            return Err(line.error(Some(self.columns.date), "the date is empty"));
        }
        self.batch.skip("line", "it has no date", line.place(None));
        Ok(())
    }

    fn value(&self, line: Line) -> Result<Option<Decimal>> {
        let value = line.decimal(Some(self.columns.value), self.mark)?;
        match value {
            Some(value) if value < Decimal::ZERO => {
                let message = format!("a net value of {value}: no return follows from a value below zero");
                Err(line.error(Some(self.columns.value), message).hint(
                    "if these are returns, bring the net values from which they were made; a return alone does not say \
                     what a deposit was",
                ))
            }
            value => Ok(value),
        }
    }

    /// The flow, or deposits less withdrawals; money that went out may be written with either sign in a column of its own.
    fn flow(&self, line: Line) -> Result<Option<Decimal>> {
        let signed = line.decimal(self.columns.flow, self.mark)?;
        let paid_in = line.decimal(self.columns.deposit, self.mark)?;
        let paid_out = line.decimal(self.columns.withdrawal, self.mark)?.map(|amount| -amount.abs());
        let reported: Vec<Decimal> = [signed, paid_in, paid_out].into_iter().flatten().collect();
        Ok((!reported.is_empty()).then(|| reported.into_iter().sum()))
    }

    fn add(
        &mut self,
        line: Line,
        date: NaiveDate,
        text: &str,
        value: Option<Decimal>,
        flow: Option<Decimal>,
        total: Option<Decimal>,
    ) -> Result<()> {
        let clock = text.contains(':').then(|| self.days.instant(text, Tz::UTC)).transpose();
        let clock =
            clock.map_err(|problem| line.error(Some(self.columns.date), problem))?.map(|instant| instant.time);
        let row = self.rows.entry(date).or_default();
        let moves_more = flow.is_some_and(|flow| !flow.is_zero() && !row.flows.contains(&flow));
        match (row.value, value) {
            // Another flow of the day stands in a row of its own that repeats the value.
            (Some(known), Some(value)) if known == value && row.clock == clock && moves_more => {}
            (Some(known), Some(value)) if known == value && row.clock == clock => {
                self.batch.skip("row", "its date and value stand in the file already", line.place(None));
                return Ok(());
            }
            (Some(_), Some(_)) if clock.is_none() || row.clock.is_none() || row.clock == clock => {
                return Err(line.error(Some(self.columns.value), format!("{date} has another value already")).hint(
                    "leave one value of each day in the file; of several with a time of day the last one counts",
                ));
            }
            (Some(_), Some(_)) => {
                self.batch.skip("row", "it is not the last value of its day", line.place(None));
                if clock > row.clock {
                    (row.value, row.clock) = (value, clock);
                }
            }
            (None, Some(_)) => (row.value, row.clock) = (value, clock),
            (_, None) => {}
        }
        row.flows.extend(flow);
        if total.is_some() {
            row.total = total;
        }
        Ok(())
    }
}

const DATES: &str =
    "write dates as 2026-01-27, or say `--dates day-first` or `--dates month-first`; nothing was imported";

fn short(text: &str) -> String {
    text.chars().take(30).collect()
}

/// The order of day and month: as set, as proven by one date, or the only one that makes a column of dates that rises
/// or falls.
fn days(table: &Table, columns: &Columns, settings: &NavSettings) -> Days {
    if let Some(order) = settings.order {
        return Days::ordered(order);
    }
    let cells: Vec<&str> = table.lines().filter_map(|line| line.text(Some(columns.date))).collect();
    let proven = Days::of(cells.iter().copied());
    if proven.order().is_some() {
        return proven;
    }
    let in_sequence = |order: Order| {
        let dates: Vec<NaiveDate> = cells.iter().filter_map(|cell| Days::ordered(order).date(cell).ok()).collect();
        dates.len() > 2 && (dates.is_sorted() || dates.iter().rev().is_sorted())
    };
    match (in_sequence(Order::DayFirst), in_sequence(Order::MonthFirst)) {
        (true, false) => Days::ordered(Order::DayFirst),
        (false, true) => Days::ordered(Order::MonthFirst),
        _ => proven,
    }
}

/// The currency that the file names, in a column of its own or behind the name of a column: `NAV (EUR)`.
fn currency(table: &Table, columns: &Columns, settings: &NavSettings, batch: &mut Batch) -> Result<Currency> {
    let mut named: Option<Currency> = columns.currency_of_name(table);
    if columns.currency.is_some() {
        for line in table.lines() {
            let Some(text) = line.text(columns.currency) else { continue };
            let one: Currency = text.parse().map_err(|problem: String| line.error(columns.currency, problem))?;
            if named.is_some_and(|other| other != one) {
                return Err(line
                    .error(columns.currency, format!("this row is in {one}, and others are not"))
                    .hint("bring all values in one currency"));
            }
            named = Some(one);
        }
    }
    let currency = named.unwrap_or(settings.base_currency);
    if currency != settings.base_currency {
        let message =
            format!("the file is in {currency}, and `[account] base_currency` is {}", settings.base_currency);
        let next = format!("set `[account] base_currency = \"{currency}\"` in config/config.toml");
        batch.note(Severity::Warning, FindingKind::BaseCurrency, table.head(), message, &next);
    }
    Ok(currency)
}

/// Refuses a column of deposits in which every row has money and no row has less than the one before: a running total.
fn not_cumulative(table: &Table, columns: &Columns, rows: &BTreeMap<NaiveDate, Row>) -> Result<()> {
    let Some(column) = columns.flow.or(columns.deposit) else { return Ok(()) };
    let flows: Option<Vec<Decimal>> =
        rows.values().map(|row| Some(row.flows.iter().sum()).filter(|flow| *flow > Decimal::ZERO)).collect();
    let repeats =
        |flows: &[Decimal]| flows.iter().zip(flows.iter().skip(1)).filter(|(one, next)| one == next).count();
    let running =
        flows.is_some_and(|flows| flows.len() > 3 && flows.is_sorted() && 2 * repeats(&flows) >= flows.len());
    if !running {
        return Ok(());
    }
    let name = table.headers().get(column).cloned().unwrap_or_default();
    Err(Error::data(format!("`{name}` looks like a running total: it never falls, and is never empty"))
        .at(table.head())
        .hint(format!(
            "say `--column cumulative_flow={name}` if it is one, or leave it out with `--column {}=`",
            COLUMNS[2]
        )))
}

fn snapshot(date: NaiveDate, value: Decimal, account: &AccountId, currency: Currency) -> Snapshot {
    Snapshot {
        schema: SCHEMA,
        date,
        dated: None,
        as_of: end_of(date),
        generated: None,
        account: account.clone(),
        base_currency: currency,
        net_liquidation: value.normalize(),
        cash: BTreeMap::new(),
        fx: BTreeMap::new(),
        accruals: BTreeMap::new(),
        positions: None,
        doubts: Vec::new(),
        source: SOURCE.into(),
    }
}

fn end_of(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default()).and_utc()
}

/// One flow a date, so that a file that overlaps brings the same one again.
fn flow(date: NaiveDate, amount: Decimal, account: &AccountId, currency: Currency) -> CashFlow {
    CashFlow {
        symbol: None,
        conid: None,
        id: format!("{SOURCE}:{date}"),
        date,
        account: account.clone(),
        currency,
        amount: amount.normalize(),
        fx_to_base: None,
        kind: if amount > Decimal::ZERO { FlowKind::Deposit } else { FlowKind::Withdrawal },
        source: SOURCE.into(),
        generated: None,
        label: None,
    }
}

/// What was found, so that a column that was taken for another can be seen.
fn say(batch: &mut Batch, table: &Table, columns: &Columns, days: Days, mark: char) {
    let dates: Vec<NaiveDate> = batch.snapshots.iter().map(|snapshot| snapshot.date).collect();
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return };
    let message = format!(
        "{} {} from {first} to {last}; {}; {}",
        dates.len(),
        columns::rhythm(&dates),
        form::in_words(table.delimiter(), mark, days.order()),
        columns.in_words(table)
    );
    let next = "nothing to do if this is how the file is meant; `--column value=NAME` names another column";
    batch.note(Severity::Note, FindingKind::FileForm, table.head(), message, next);
}

#[cfg(test)]
#[path = "nav/tests.rs"]
mod tests;
