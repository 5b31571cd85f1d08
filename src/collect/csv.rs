//! Fills from a CSV file of any broker, through a mapping of columns.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::table::{Line, Table};
use super::time::{self, Instant};
use super::{Batch, Fingerprints, utf8};
use crate::config::CsvImport;
use crate::error::{Error, Result};
use crate::record::{AccountId, Currency, ExecId, Execution, FindingKind, Severity, Side, Source, Ticker};

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
/// sign in the file; `-commission` says that the file counts costs below zero and rebates above, `+commission`
/// the other way round.
pub const COLUMNS: [&str; 23] = [
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
];

/// Reads fills.
///
/// Needed are a time, a symbol, a price, and a quantity that either is signed or has a side beside it. A fill
/// without an id gets one made of what it says, so that importing it again adds nothing.
///
/// # Errors
/// A mapping that names no column, a needed column that is missing, or a cell that cannot be read, at its line and
/// column; several accounts without a choice among them, or only others than the one asked for. Nothing of the file
/// is returned then.
pub fn parse(path: &Path, bytes: &[u8], settings: &CsvSettings) -> Result<Batch> {
    let table = Table::read(path, utf8(path, bytes)?, settings.import.delimiter)?;
    let columns = Columns::find(&table, settings.import)?;
    let mut reader =
        Reader { settings, columns, names: Fingerprints::default(), batch: Batch::default(), by_id: HashMap::new() };
    let account = reader.choose_account(&table)?;
    for line in table.lines() {
        if reader.text(line, "account").is_none_or(|named| account.is_none_or(|account| account == named)) {
            reader.read(line)?;
        } else {
            reader.batch.skip("line", "it belongs to another account", line.place(None));
        }
    }
    Ok(reader.batch)
}

/// Where each of our columns stands in the file.
#[derive(Debug)]
struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    fn find(table: &Table, import: &CsvImport) -> Result<Self> {
        if let Some(unknown) = import.columns.keys().find(|name| !COLUMNS.contains(&name.as_str())) {
            return Err(Error::configuration(format!("`{unknown}` under [csv.columns] is not one of our columns"))
                .hint(suggestion(unknown, COLUMNS.iter().copied())));
        }
        let mut places = [None; COLUMNS.len()];
        for (place, ours) in places.iter_mut().zip(COLUMNS) {
            *place = match import.columns.get(ours) {
                None => table.column(ours),
                Some(theirs) => Some(table.column(theirs).ok_or_else(|| {
                    let headers = table.headers().iter().map(String::as_str);
                    Error::configuration(format!("there is no column `{theirs}`, which {ours} is mapped to"))
                        .at(table.head())
                        .hint(suggestion(theirs, headers))
                })?),
            };
        }
        let columns = Self(places);
        columns.check(table)?;
        Ok(columns)
    }

    fn check(&self, table: &Table) -> Result<()> {
        let has = |name: &str| self.get(name).is_some();
        let missing = ["symbol", "quantity", "price"].into_iter().find(|name| !has(name));
        let missing = missing.or_else(|| (!has("time") && !has("date")).then_some("time"));
        match missing {
            None => Ok(()),
            Some(name) => {
                Err(Error::configuration(format!("no column is mapped to {name}")).at(table.head()).hint(format!(
                    "add `{name} = \"...\"` under [csv.columns] in config/config.toml; the file has {}",
                    table.headers().join(", ")
                )))
            }
        }
    }

    fn get(&self, ours: &str) -> Option<usize> {
        COLUMNS.iter().zip(self.0).find(|(name, _)| **name == ours).and_then(|(_, place)| place)
    }
}

/// The nearest of some names, or all of them.
fn suggestion<'a>(wrong: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let distance = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &wrong.to_lowercase());
    let nearest = names.clone().min_by_key(|name| distance(name));
    match nearest.filter(|name| distance(name) <= 1 + wrong.chars().count() / 3) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
    }
}

struct Reader<'s> {
    settings: &'s CsvSettings<'s>,
    columns: Columns,
    names: Fingerprints,
    batch: Batch,
    /// Where in the batch the first fill of an id is.
    by_id: HashMap<ExecId, usize>,
}

impl Reader<'_> {
    fn text<'l>(&self, line: Line<'l>, ours: &str) -> Option<&'l str> {
        line.text(self.columns.get(ours))
    }

    fn owned(&self, line: Line, ours: &str) -> Option<String> {
        self.text(line, ours).map(str::to_owned)
    }

    fn needed<'l>(&self, line: Line<'l>, ours: &str) -> Result<&'l str> {
        self.text(line, ours).ok_or_else(|| line.error(self.columns.get(ours), format!("{ours} is empty")))
    }

    fn decimal(&self, line: Line, ours: &str) -> Result<Option<Decimal>> {
        line.decimal(self.columns.get(ours), self.settings.import.decimal_mark)
    }

    fn currency(&self, line: Line, ours: &str) -> Result<Option<Currency>> {
        let Some(text) = self.text(line, ours) else { return Ok(None) };
        text.parse().map(Some).map_err(|problem: String| line.error(self.columns.get(ours), problem))
    }

    /// The account whose lines are read: the one asked for, else the only one that the file names.
    fn choose_account<'t>(&self, table: &'t Table) -> Result<Option<&'t str>> {
        let column = self.columns.get("account");
        let named: Vec<(Line, &str)> =
            table.lines().filter_map(|line| Some((line, self.text(line, "account")?))).collect();
        let accounts: BTreeSet<&str> = named.iter().map(|(_, account)| *account).collect();
        let list = || accounts.iter().copied().collect::<Vec<_>>().join(", ");
        let Some((first, account)) = named.first().copied() else { return Ok(None) };
        match self.settings.account {
            Some(wanted) if accounts.contains(wanted) => Ok(accounts.get(wanted).copied()),
            Some(wanted) => {
                Err(Error::data(format!("the file is not about account {wanted}, but about {}", list()))
                    .at(first.place(column))
                    .hint("correct `[account] id` in config/local.toml, or import that account's file"))
            }
            None => match named.iter().find(|(_, other)| *other != account) {
                None => Ok(Some(account)),
                Some((other, _)) => Err(Error::configuration(format!("the file holds several accounts: {}", list()))
                    .at(other.place(column))
                    .hint(
                        "name the one that is published with `--account ID`, or set `[account] id` in config/local.toml",
                    )),
            },
        }
    }

    fn read(&mut self, line: Line) -> Result<()> {
        let quantity = self.decimal(line, "quantity")?;
        let quantity = quantity.ok_or_else(|| line.error(self.columns.get("quantity"), "quantity is empty"))?;
        if quantity.is_zero() {
            self.batch.skip("line", "its quantity is zero", line.place(None));
            return Ok(());
        }
        let time = self.time(line)?;
        let mut fill = self.fill(line, time, quantity)?;
        if let Some(id) = self.text(line, "exec_id") {
            fill.exec_id = ExecId::new(id);
        } else {
            fill.exec_id = ExecId::new(self.name(&fill));
        }
        let earlier = self.by_id.get(&fill.exec_id).and_then(|index| self.batch.executions.get(*index));
        match earlier.map(|earlier| earlier.merged_with(&fill)) {
            Some(Ok(_)) => self.batch.skip("line", "the same fill stands in the file already", line.place(None)),
            Some(Err(fields)) => {
                let place = line.place(self.columns.get("exec_id"));
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
        Ok(())
    }

    fn fill(&self, line: Line, time: DateTime<Utc>, quantity: Decimal) -> Result<Execution> {
        let conid = self.text(line, "conid").map(|text| {
            text.parse()
                .map_err(|_| line.error(self.columns.get("conid"), format!("`{text}` is not a contract number")))
        });
        let account = self.text(line, "account").or(self.settings.account).unwrap_or("csv");
        let price = self.decimal(line, "price")?;
        let commission = self.commission(line)?;
        let currency = self.currency(line, "currency")?.unwrap_or(self.settings.base_currency);
        let multiplier = self.decimal(line, "multiplier")?.unwrap_or(self.settings.import.multiplier);
        if multiplier <= Decimal::ZERO {
            return Err(line.error(self.columns.get("multiplier"), "the multiplier is not above zero"));
        }
        Ok(Execution {
            exec_id: ExecId::new(""),
            time,
            account: AccountId::new(account),
            symbol: Ticker::new(self.needed(line, "symbol")?),
            conid: conid.transpose()?,
            asset_class: self.text(line, "asset_class").unwrap_or_default().into(),
            exchange: self.owned(line, "exchange").unwrap_or_default(),
            currency,
            side: self.side(line, quantity)?,
            quantity: quantity.abs(),
            price: price.ok_or_else(|| line.error(self.columns.get("price"), "price is empty"))?,
            multiplier,
            commission,
            commission_currency: self.currency(line, "commission_currency")?.or(commission.map(|_| currency)),
            realized_pnl: self.decimal(line, "realized_pnl")?,
            fx_to_base: self.decimal(line, "fx_to_base")?,
            order_id: self.owned(line, "order_id"),
            perm_id: self.owned(line, "perm_id"),
            order_ref: self.owned(line, "order_ref"),
            reference_price: self.decimal(line, "reference_price")?,
            source: Source::Csv,
            cancels: None,
            transaction_id: None,
            trade_id: None,
            open_close: None,
            proceeds: None,
            generated: None,
        })
    }

    fn commission(&self, line: Line) -> Result<Option<Decimal>> {
        if let Some(kept) = self.decimal(line, "+commission")? {
            return Ok(Some(kept));
        }
        if let Some(booked) = self.decimal(line, "-commission")? {
            return Ok(Some(if booked.is_zero() { booked } else { -booked }));
        }
        Ok(self.decimal(line, "commission")?.map(|cost| cost.abs()))
    }

    fn side(&self, line: Line, quantity: Decimal) -> Result<Side> {
        let by_sign = if quantity.is_sign_negative() { Side::Sell } else { Side::Buy };
        let Some(word) = self.text(line, "side") else { return Ok(by_sign) };
        let place = self.columns.get("side");
        let side = side_of(word).ok_or_else(|| line.error(place, format!("`{word}` is neither BUY nor SELL")))?;
        if side == Side::Buy && by_sign == Side::Sell {
            return Err(line.error(place, format!("the side says {side}, but the quantity is {quantity}")));
        }
        Ok(side)
    }

    fn time(&mut self, line: Line) -> Result<DateTime<Utc>> {
        let import = &self.settings.import;
        let (column, text) = match (self.text(line, "date"), self.text(line, "time")) {
            (Some(date), Some(time)) => ("date", format!("{date} {time}")),
            (Some(date), None) => ("date", date.to_owned()),
            (None, _) => ("time", self.needed(line, "time")?.to_owned()),
        };
        let read = if import.time_format.is_empty() {
            time::parse_iso(&text, import.time_zone)
        } else {
            time::parse_form(&text, &import.time_format, import.time_zone)
        };
        let Instant { time, exact } = read.map_err(|problem| {
            line.error(self.columns.get(column), problem).hint(
                "set `time_format` under [csv] in config/config.toml to the form of the file; nothing was imported",
            )
        })?;
        if !exact && self.batch.notices.iter().all(|notice| notice.kind != FindingKind::NoTime) {
            let message = "fills carry a date without a time; they are taken as made at noon".to_owned();
            let next = "map a column with the time of day, if there is one";
            self.batch.note(Severity::Note, FindingKind::NoTime, line.place(self.columns.get(column)), message, next);
        }
        Ok(time)
    }

    /// A name made of what identifies a fill, so that other columns may come and go.
    fn name(&mut self, fill: &Execution) -> String {
        let content = [
            fill.time.to_rfc3339(),
            fill.account.private().to_owned(),
            fill.symbol.to_string(),
            fill.currency.to_string(),
            fill.side.to_string(),
            fill.quantity.normalize().to_string(),
            fill.price.normalize().to_string(),
        ];
        self.names.name("csv", &content.each_ref().map(String::as_str))
    }
}

/// Bought or sold, in the words of brokers.
pub(super) fn side_of(word: &str) -> Option<Side> {
    let upper = word.to_uppercase();
    let mut found = None;
    for word in upper.split_whitespace() {
        let side = match word {
            "BUY" | "B" | "BOT" | "BOUGHT" | "KAUF" | "KOOP" | "ACHAT" | "ACQUISTO" | "COMPRA" => Side::Buy,
            "SELL" | "S" | "SLD" | "SOLD" | "VERKAUF" | "VERKOOP" | "VENTE" | "VENDITA" | "VENTA" => Side::Sell,
            // How it was ordered. Any other word, such as "cancelled", may mean that there was no fill.
            "MARKET" | "LIMIT" | "STOP" | "YOU" | "TO" | "OPEN" | "CLOSE" | "COVER" | "SHORT" => continue,
            _ => return None,
        };
        if found.is_some_and(|known| known != side) {
            return None;
        }
        found = Some(side);
    }
    found
}

#[cfg(test)]
mod side_tests {
    use super::*;

    #[test]
    fn sides_are_read_in_the_words_of_brokers_and_languages() {
        for word in
            ["buy", "BOT", "Market buy", "Stop limit buy", "YOU BOUGHT", "Kauf", "Koop", "Achat", "Buy to cover"]
        {
            assert_eq!(side_of(word), Some(Side::Buy), "{word}");
        }
        for word in ["S", "Limit sell", "Verkauf", "Verkoop", "Vente", "Vendita", "Venta", "sell short"] {
            assert_eq!(side_of(word), Some(Side::Sell), "{word}");
        }
        for word in ["", "Market", "buy sell", "Market buy cancelled", "Dividend", "Deposit", "BUYBACK"] {
            assert_eq!(side_of(word), None, "{word}");
        }
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
