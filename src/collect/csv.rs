//! Fills from a CSV file of any broker, through a mapping of columns or a broker's own names for them.

mod columns;
mod file_order;
mod fill;
mod money;
mod named;
mod preset;
mod row;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use self::columns::Columns;
use self::fill::Reader;
pub(super) use self::words::side_of;
use super::days::Days;
use super::table::{Line, Table};
use super::windows_1252::is_windows_1252;
use super::{Batch, form, table_text};
use crate::config::{CsvImport, Preset};
use crate::error::{Error, Result};
use crate::record::{Currency, FindingKind, Severity};

/// How a CSV file is read.
#[derive(Debug, Clone, Copy)]
pub struct CsvSettings<'a> {
    /// Form of the file and mapping of its columns.
    pub import: &'a CsvImport,
    /// The account that is read: rows of others are left out. Where no column holds it, all rows are its; `csv` by default.
    pub account: Option<&'a str>,
    /// The currency where no column holds it.
    pub base_currency: Currency,
}

/// The names of our columns, to which those of the file are mapped.
///
/// `date` stands beside a `time` that holds the time of day alone. `commission` is what the fill cost, whatever its
/// sign in the file, and may be the sum of several columns (`Fee+Tax`); `-commission` says that the file counts costs
/// below zero and rebates above, `+commission` the other way round. `amount` is the money of the whole trade in the
/// currency of its price, `exchange_rate` what one unit of the account's currency, `account_currency`, was worth in that
/// of the price. `open_close` says whether a position was opened or closed; else the side may say it ("Sell to Open"). `venue` is
/// where it was traded and `description` what the instrument is called, which are not stored.
pub const COLUMNS: [&str; 29] = [
    "exec_id",
    "time",
    "date",
    "account",
    "symbol",
    "conid",
    "asset_class",
    "exchange",
    "currency",
    "side",
    "quantity",
    "price",
    "multiplier",
    "commission",
    "-commission",
    "+commission",
    "commission_currency",
    "realized_pnl",
    "fx_to_base",
    "order_id",
    "perm_id",
    "order_ref",
    "reference_price",
    "amount",
    "exchange_rate",
    "account_currency",
    "venue",
    "open_close",
    "description",
];

/// The columns without which there is no fill, beside a time.
const NEEDED: [&str; 3] = ["symbol", "quantity", "price"];

/// Reads fills.
///
/// Needed are a time, a symbol, a price, and a quantity that either is signed or has a side beside it. A fill
/// without an id gets one made of what it says, so that importing it again adds nothing. The delimiter, the decimal mark and
/// the order of day and month are found from the file where they are not set. Rows that are no trades are left out and
/// counted by what the file calls them.
///
/// # Errors
/// A mapping that names no column, a needed column that is missing, or a cell that cannot be read, at its line and
/// column; several accounts without a choice among them, or only others than the one asked for. Nothing of the file
/// is returned then.
pub fn parse(path: &Path, bytes: &[u8], settings: &CsvSettings) -> Result<Batch> {
    let text: Cow<str> = table_text(path, bytes)?;
    let import = settings.import;
    let table = Table::find(path, &text, import.delimiter, |names| columns::is_head(names, import))?;
    let columns = Columns::find(&table, import)?;
    let account = one_account(&table, &columns, settings)?;
    let mark = form::decimal_mark(&table, &columns.numbers(), import.decimal_mark)?;
    let day = columns.get("date").or(columns.get("time"));
    let american = matches!(import.preset, Some(Preset::Schwab | Preset::Fidelity));
    let days = match american {
        true => Days::ordered(super::days::Order::MonthFirst),
        false if import.preset == Some(Preset::Degiro) => Days::ordered(super::days::Order::DayFirst),
        false => Days::of(table.lines().filter_map(|line| line.text(day))),
    };
    let mut reader = Reader::new(&table, &columns, settings, account.as_deref(), mark, days);
    for line in table.lines() {
        reader.read(line)?;
    }
    let mut batch = reader.finish();
    batch.skip_above(&table);
    let newest_first = (import.preset == Some(Preset::Degiro)).then_some(true);
    file_order::apart(&mut batch.executions, newest_first);
    let fills = match batch.executions.len() {
        1 => "1 fill".to_owned(),
        more => format!("{more} fills"),
    };
    let encoding = if is_windows_1252(bytes) { ", Windows-1252" } else { "" };
    let message = format!("{fills}; {}{encoding}", form::in_words(table.delimiter(), mark, days.order()));
    let next = "nothing to do if this is how the file is meant; `--delimiter`, `--decimal-mark` and `[csv]` set it";
    batch.note(Severity::Note, FindingKind::FileForm, table.head(), message, next);
    Ok(batch)
}

/// The account whose lines are read: the one asked for, else the only one that the file names.
fn one_account(table: &Table, columns: &Columns, settings: &CsvSettings) -> Result<Option<String>> {
    let Some(column) = columns.get("account") else { return Ok(None) };
    let quantity = columns.get("quantity");
    let rows = table.lines().filter(|line| line.text(quantity).is_some());
    let named: Vec<(Line, &str)> = rows.filter_map(|line| Some((line, line.text(Some(column))?))).collect();
    let accounts: BTreeSet<&str> = named.iter().map(|(_, account)| *account).collect();
    let list = || accounts.iter().copied().collect::<Vec<_>>().join(", ");
    let Some((first, account)) = named.first().copied() else { return Ok(None) };
    match settings.account {
        Some(wanted) if accounts.contains(wanted) => Ok(Some(wanted.to_owned())),
        Some(wanted) => Err(Error::data(format!("the file is not about account {wanted}, but about {}", list()))
            .at(first.place(Some(column)))
            .hint("correct `[account] id` in config/local.toml, or import that account's file")),
        None => match named.iter().find(|(_, other)| *other != account) {
            None => Ok(Some(account.to_owned())),
            Some((other, _)) => Err(Error::configuration(format!("the file holds several accounts: {}", list()))
                .at(other.place(Some(column)))
                .hint(
                    "name the one that is published with `--account ID`, or set `[account] id` in config/local.toml",
                )),
        },
    }
}

/// How often each kind of row was left out that changes what is held.
type Unread = BTreeMap<String, (usize, crate::error::Place)>;

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "csv/preset_tests.rs"]
mod preset_tests;
