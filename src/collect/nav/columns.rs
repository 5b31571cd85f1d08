//! Which column of a file of net values is which, by the names that brokers and spreadsheets give them.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use super::{COLUMNS, NavSettings};
use crate::collect::days::Days;
use crate::collect::form;
use crate::collect::table::Table;
use crate::error::{Error, Result};
use crate::record::Currency;

/// What a file has to look like, where it does not.
pub const FORM: &str = "the file needs a date and a value on each line, for instance `date,value,flow`; \
                        `--column value=NAME` names the column";

const DATE: &[&str] = &[
    "date",
    "day",
    "datum",
    "fecha",
    "data",
    "tag",
    "time",
    "timestamp",
    "datetime",
    "as of",
    "as of date",
    "period",
    "month",
    "valuation date",
    "reportdate",
    "report date",
    "period end",
    "week",
    "stichtag",
    "buchungstag",
];
const VALUE: &[&str] = &[
    "value",
    "nav",
    "net asset value",
    "net value",
    "equity",
    "total equity",
    "account equity",
    "net liquidation",
    "net liquidation value",
    "net liq",
    "netliq",
    "nlv",
    "balance",
    "account balance",
    "portfolio value",
    "portfolio",
    "account value",
    "total value",
    "total",
    "market value",
    "closing value",
    "ending value",
    "end value",
    "closing balance",
    "ending balance",
    "total assets",
    "net worth",
    "close",
    "wert",
    "gesamtwert",
    "depotwert",
    "vermögen",
    "gesamtvermögen",
    "kontostand",
    "saldo",
    "waarde",
    "totale waarde",
    "valeur",
    "valeur totale",
    "valor",
    "valor total",
    "valore",
    "valore totale",
    "patrimonio",
];
const FLOW: &[&str] = &[
    "flow",
    "flows",
    "net flow",
    "net flows",
    "cash flow",
    "cashflow",
    "cash flows",
    "external flow",
    "external flows",
    "net deposits",
    "net deposit",
    "net contributions",
    "net contribution",
    "deposits withdrawals",
    "deposit withdrawal",
    "deposits and withdrawals",
    "net external flows",
    "transfers",
    "transfer",
    "ein und auszahlungen",
    "einzahlungen auszahlungen",
    "zu und abflüsse",
];
const DEPOSIT: &[&str] = &[
    "deposit",
    "deposits",
    "contribution",
    "contributions",
    "inflow",
    "inflows",
    "paid in",
    "einzahlung",
    "einzahlungen",
    "storting",
    "stortingen",
    "dépôt",
    "dépôts",
    "depósito",
    "depósitos",
    "deposito",
    "depositi",
];
const WITHDRAWAL: &[&str] = &[
    "withdrawal",
    "withdrawals",
    "outflow",
    "outflows",
    "paid out",
    "auszahlung",
    "auszahlungen",
    "opname",
    "opnames",
    "retrait",
    "retraits",
    "retiro",
    "retiros",
    "prelievo",
    "prelievi",
];
const CUMULATIVE: &[&str] = &[
    "cumulative flow",
    "cumulative flows",
    "cumulative deposits",
    "cumulative net deposits",
    "cumulative contributions",
    "total deposits",
    "total contributions",
    "total net deposits",
    "total invested",
    "invested capital",
    "capital invested",
    "net invested",
    "net invested capital",
];
const CURRENCY: &[&str] = &["currency", "ccy", "währung", "valuta", "devise", "divisa", "moneda", "base currency"];

/// Where our columns stand in the file.
#[derive(Debug)]
pub struct Columns {
    pub date: usize,
    pub value: usize,
    pub flow: Option<usize>,
    pub deposit: Option<usize>,
    pub withdrawal: Option<usize>,
    pub cumulative_flow: Option<usize>,
    pub currency: Option<usize>,
}

/// The table in the file. A first line that begins with a date names nothing and is a row.
///
/// # Errors
/// As [`Table::find`].
pub fn table<'a>(path: &'a Path, text: &'a str, settings: &NavSettings) -> Result<Table<'a>> {
    let is_named = |names: &[String], ours: &str, known: &[&str]| {
        let given = settings.columns.get(ours).filter(|given| !given.is_empty());
        names.iter().any(|name| given.map_or_else(|| known.contains(&plain(name).as_str()), |given| name == given))
    };
    let is_head = |names: &[String]| {
        names.len() > 1
            && (is_named(names, "date", DATE) || is_named(names, "value", VALUE))
            && !begins_with_a_date(names)
    };
    let table = Table::find(path, text, settings.delimiter, is_head)?;
    if begins_with_a_date(table.headers()) {
        return Table::without_head(path, text, table.delimiter());
    }
    Ok(table)
}

fn begins_with_a_date(names: &[String]) -> bool {
    let first = names.first().map(String::as_str).unwrap_or_default();
    let days = Days::of([first].into_iter());
    let could_be_either = first.contains('/') && first.bytes().filter(u8::is_ascii_digit).count() >= 4;
    days.date(first).is_ok() || (could_be_either && first.bytes().next().is_some_and(|byte| byte.is_ascii_digit()))
}

/// A name in small letters, without what stands in brackets, with one space between its words.
fn plain(name: &str) -> String {
    let bare = name.split(['(', '[']).next().unwrap_or_default();
    let words: String = bare
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect::<String>()
        .to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    match words[..] {
        [.., _] if form::named_currency(bare).is_some() => words.get(..words.len() - 1).unwrap_or_default().join(" "),
        _ => words.join(" "),
    }
}

impl Columns {
    /// # Errors
    /// No column, or several, that can be the date or the value; a mapping to a column that is not there.
    pub fn find(table: &Table, settings: &NavSettings) -> Result<Self> {
        if let Some(unknown) = settings.columns.keys().find(|name| !COLUMNS.contains(&name.as_str())) {
            return Err(Error::usage(format!("`{unknown}` is not one of our columns"))
                .hint(format!("there are {}", COLUMNS.join(", "))));
        }
        let headless = table.headers().iter().all(String::is_empty);
        let search = |ours: &str, known: &[&str]| named(table, &settings.columns, ours, known);
        let (date, value) = (search("date", DATE)?, search("value", VALUE)?);
        let (deposit, withdrawal) = (search("deposit", DEPOSIT)?, search("withdrawal", WITHDRAWAL)?);
        let (flow, cumulative_flow) = (search("flow", FLOW)?, search("cumulative_flow", CUMULATIVE)?);
        let currency = table.headers().iter().position(|name| CURRENCY.contains(&plain(name).as_str()));
        let width = table.headers().len();
        // What pandas writes for a series: the index without a name, and one column beside it.
        let date = date.or_else(|| table.headers().first().filter(|name| name.is_empty()).map(|_| 0));
        let beside =
            |date: usize| (width == 2).then_some(1 - date.min(1)).filter(|column| !is_of_returns(table, *column));
        let value = value.or_else(|| if headless { Some(1) } else { beside(date?) });
        let flow = flow.or_else(|| (headless && width == 3).then_some(2));
        match (date, value) {
            (Some(date), Some(value)) if width > 1 => {
                Ok(Self { date, value, flow, deposit, withdrawal, cumulative_flow, currency })
            }
            (date, _) => Err(missing(table, if date.is_none() { "date" } else { "value" })),
        }
    }

    /// The columns with numbers.
    pub fn numbers(&self) -> Vec<usize> {
        [Some(self.value), self.flow, self.deposit, self.withdrawal, self.cumulative_flow]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The currency behind the name of the value: `NAV (EUR)`, `Value USD`.
    pub fn currency_of_name(&self, table: &Table) -> Option<Currency> {
        table.headers().get(self.value).and_then(|name| form::named_currency(name))
    }

    /// Which columns were taken, and which were not.
    pub fn in_words(&self, table: &Table) -> String {
        let name = |column: usize| match table.headers().get(column).map(String::as_str) {
            None | Some("") => format!("column {}", column + 1),
            Some(name) => format!("`{name}`"),
        };
        let flows: Vec<String> = [self.flow, self.deposit, self.withdrawal, self.cumulative_flow]
            .into_iter()
            .flatten()
            .map(name)
            .collect();
        let flows = if flows.is_empty() { "none".to_owned() } else { flows.join(" and ") };
        let taken = self.numbers();
        let unread: Vec<String> = (0..table.headers().len())
            .filter(|column| !taken.contains(column) && *column != self.date && Some(*column) != self.currency)
            .map(name)
            .collect();
        let unread = if unread.is_empty() { String::new() } else { format!("; not read: {}", unread.join(", ")) };
        format!("value: {}, flows: {flows}{unread}", name(self.value))
    }
}

/// The column that is mapped to ours, or the only one that goes by a known name. An empty mapping leaves it out.
fn named(table: &Table, given: &BTreeMap<String, String>, ours: &str, known: &[&str]) -> Result<Option<usize>> {
    if let Some(name) = given.get(ours) {
        if name.is_empty() {
            return Ok(None);
        }
        let found = table.column(name).map(Some);
        return found.ok_or_else(|| {
            Error::usage(format!("there is no column `{name}`, which {ours} is mapped to"))
                .at(table.head())
                .hint(format!("the file has {}", table.headers().join(", ")))
        });
    }
    let taken = |name: &String| given.iter().any(|(other, theirs)| other != ours && theirs == name);
    let fitting: Vec<usize> = table
        .headers()
        .iter()
        .enumerate()
        .filter(|(_, name)| known.contains(&plain(name).as_str()) && !taken(name))
        .map(|(column, _)| column)
        .collect();
    match fitting[..] {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        // Names are listed from the most to the least certain only as far as they are equal to ours.
        [first, ..] if table.headers().get(first).is_some_and(|name| plain(name) == ours) => Ok(Some(first)),
        _ => {
            let names: Vec<&str> =
                fitting.iter().filter_map(|column| table.headers().get(*column)).map(String::as_str).collect();
            Err(Error::data(format!("{} could each be the {}", names.join(" and "), ours.replace('_', " ")))
                .at(table.head())
                .hint(format!("say which one: `--column {ours}=NAME`")))
        }
    }
}

fn is_of_returns(table: &Table, column: usize) -> bool {
    let name = table.headers().get(column).map(|name| name.to_lowercase()).unwrap_or_default();
    ["return", "rendite", "rendement", "perf", "%", "pnl", "p&l", "profit"].iter().any(|word| name.contains(word))
}

fn missing(table: &Table, ours: &str) -> Error {
    let names: Vec<&str> = table.headers().iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let error =
        Error::data(format!("no column is known as the {ours}: the file has {}", names.join(", "))).at(table.head());
    if (0..table.headers().len()).any(|column| is_of_returns(table, column)) {
        return error.hint("net values are needed, not returns: from returns alone deposits cannot be seen");
    }
    error.hint(FORM)
}

/// `daily values`, by the usual distance between dates.
pub fn rhythm(dates: &[NaiveDate]) -> &'static str {
    let mut gaps: Vec<i64> =
        dates.iter().zip(dates.iter().skip(1)).map(|(one, next)| (*next - *one).num_days()).collect();
    gaps.sort_unstable();
    match gaps.get(gaps.len() / 2) {
        None => "value",
        Some(..=4) => "daily values",
        Some(5..=9) => "weekly values",
        Some(25..=35) => "monthly values",
        Some(80..=100) => "quarterly values",
        Some(_) => "values",
    }
}
