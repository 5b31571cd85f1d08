//! Flex statements of Interactive Brokers: Activity and Trade Confirmation, in XML.
//!
//! A statement is a list of sections whose rows hold everything in attributes, any of which may be absent, empty
//! or a mark for "no value". What is not known is passed over, because new attributes appear all the time.

mod account;
mod actions;
mod booked_again;
mod cash;
mod dates;
mod link;
mod newer;
mod reply;
pub mod service;
mod trades;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use self::dates::Dates;
pub use self::newer::{hear_newer, made_on};
use self::xml::{Document, Row};
use super::source::Source;
use super::time::Instant;
use super::{Batch, Fingerprints, utf8};
use crate::config::Config;
use crate::error::{Error, Place, Result};
use crate::record::lacking::{Lacking, Rows};
use crate::record::load::unknown_cash_type;
use crate::record::{AccountId, CashFlow, Currency, FindingKind, FlowKind, Severity};

/// What a statement does not say itself.
#[derive(Debug, Clone, Copy)]
pub struct FlexSettings<'a> {
    /// The account to read where a statement holds several.
    pub account: Option<&'a str>,
    /// The zone of times that do not name one.
    pub time_zone: Tz,
    /// The zones of words for several.
    pub zones: Option<&'a BTreeMap<String, Tz>>,
    /// What money of types is that are not known here.
    pub cash: Option<&'a BTreeMap<String, FlowKind>>,
    /// The base currency where the statement has no account information.
    pub base_currency: Option<Currency>,
}

impl<'a> FlexSettings<'a> {
    /// What a site's configuration says.
    pub fn of(config: &'a Config) -> Self {
        Self {
            account: config.account.id(),
            time_zone: config.flex.time_zone,
            zones: Some(&config.flex.zones),
            cash: Some(&config.flex.cash),
            base_currency: Some(config.account.base_currency),
        }
    }
}

/// Where rows came from, in the record.
const SOURCE: crate::record::Source = crate::record::Source::Flex;

/// The elements that are read, or left out with a reason.
const KINDS: [&str; 17] = [
    "AccountInformation",
    "AssetSummary",
    "CashReportCurrency",
    "CashTransaction",
    "ChangeInNAV",
    "ConversionRate",
    "CorporateAction",
    "EquitySummaryByReportDateInBase",
    "Lot",
    "OpenPosition",
    "OpenPositions",
    "Order",
    "SymbolSummary",
    "Trade",
    "TradeConfirm",
    "Transfer",
    "WashSale",
];

/// The largest statement that is read, in bytes: storing its rows takes some seventeen times as much memory.
const LARGEST: usize = 28 << 20;

/// Reads a Flex statement.
///
/// # Errors
/// A file that is larger than any of a year, that is no complete Flex statement, several accounts without a choice among them, or a row without what
/// it must have. Nothing of the file is returned then.
pub fn parse(path: &Path, bytes: &[u8], settings: &FlexSettings) -> Result<Batch> {
    if bytes.len() > LARGEST {
        let (size, most) = (bytes.len() >> 20, LARGEST >> 20);
        return Err(Error::refused(format!(
            "the statement has {size} MB, and {most} MB is the most that is read at once"
        ))
        .at(Place::file(path))
        .hint("download it in parts, a quarter or a month each: overlapping ones count once"));
    }
    let source = Source::new(path, utf8(path, bytes)?);
    let document = xml::read(&source, &KINDS)?;
    let mut batch = Batch::default();
    check_count(path, &document, &mut batch)?;
    let Some(account) = choose_account(path, &document, settings.account)? else {
        return Err(Error::data("the statement names no account")
            .at(Place::file(path))
            .hint("include `Account ID` in the Flex query, or set `[account] id` in config/local.toml"));
    };
    let dates = Dates::of_file(document.statements.iter().chain(&document.rows), settings);
    let rows = rows_of(&document, &account, &mut batch);
    let base = base_currency(&rows, settings.base_currency, &mut batch)?;
    batch.covered = covered(&document, &account, &dates);
    batch.account = Some(account.clone());
    let account = AccountId::new(account);
    let mut reading = Reading {
        account,
        base,
        dates,
        batch,
        rates: BTreeMap::new(),
        names: Fingerprints::default(),
        of_several: accounts_of(&document).len() > 1,
        cash_by_id: HashMap::new(),
        noted: BTreeSet::new(),
    };
    reading.read(&rows)?;
    reading.note_what_is_lacking(path, &document, settings);
    if reading.batch.is_empty() {
        let message = "the statement holds nothing that belongs to a track record".to_owned();
        let next = "tick Trades, Cash Transactions, Net Asset Value in Base and Open Positions in the Flex query";
        reading.batch.note(Severity::Warning, FindingKind::EmptyStatement, Place::file(path), message, next);
    }
    Ok(reading.batch)
}

/// One file while it is read.
struct Reading {
    account: AccountId,
    base: Option<Currency>,
    dates: Dates,
    batch: Batch,
    /// What one unit of a currency was worth in the base currency on a date.
    rates: BTreeMap<(NaiveDate, Currency), Decimal>,
    names: Fingerprints,
    /// Whether the file is about several accounts, whose sums say nothing of one.
    of_several: bool,
    /// The first row of each id that moves cash.
    cash_by_id: HashMap<String, CashFlow>,
    /// Kinds of notices that are given once a file.
    noted: BTreeSet<FindingKind>,
}

impl Reading {
    /// Says of the file what `check` will say of the record.
    fn note_what_is_lacking(&mut self, path: &Path, document: &Document, settings: &FlexSettings) {
        let Batch { executions: fills, snapshots, flows, income, .. } = &self.batch;
        let confirmations = document.rows.iter().any(|row| row.tag == "TradeConfirm");
        let lacking = Lacking::of(Rows { fills, snapshots, flows, income });
        // Trade Confirmations never hold a value, and complete the statements that do.
        let lacking = lacking.into_iter().filter(|lacking| !(confirmations && *lacking == Lacking::NetValue));
        let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
        let assigned =
            |name: &str| settings.cash.is_some_and(|cash| cash.keys().any(|key| key.eq_ignore_ascii_case(name)));
        for flow in income.iter().filter(|flow| flow.kind == FlowKind::Unassigned) {
            let name = flow.label.as_deref().unwrap_or_default();
            if !assigned(name) {
                *unknown.entry(name).or_default() += 1;
            }
        }
        let unknown = unknown.into_iter().map(|(name, count)| unknown_cash_type(name, count, Severity::Warning));
        let notices: Vec<_> =
            unknown.chain(lacking.map(Lacking::finding)).map(|found| found.at(Place::file(path))).collect();
        self.batch.notices.extend(notices);
    }

    fn read(&mut self, rows: &[&Row]) -> Result<()> {
        self.rates = self.conversion_rates(rows)?;
        self.read_trades(rows)?;
        self.read_actions(rows)?;
        self.read_cash(rows)?;
        self.read_account(rows)?;
        Ok(())
    }

    /// The rates into the base currency that the statement lists.
    fn conversion_rates(&self, rows: &[&Row]) -> Result<BTreeMap<(NaiveDate, Currency), Decimal>> {
        let mut rates = BTreeMap::new();
        let Some(base) = self.base else { return Ok(rates) };
        for row in rows.iter().filter(|row| row.tag == "ConversionRate") {
            if row.text("toCurrency") != Some(base.as_str()) {
                continue;
            }
            // The list names units that are no currency of an account, such as metals and points.
            let Some(from) = row.text("fromCurrency").and_then(|code| code.parse().ok()) else { continue };
            let Some(rate) = row.decimal("rate")?.filter(|rate| *rate > Decimal::ZERO) else { continue };
            rates.insert((self.required_date(row, &["reportDate"])?, from), rate);
        }
        Ok(rates)
    }

    /// The rate into the base currency that the row itself states, where it is one.
    fn rate(&self, row: &Row, currency: Currency) -> Result<Option<Decimal>> {
        let stated = row.decimal("fxRateToBase")?.filter(|rate| *rate > Decimal::ZERO);
        Ok(stated.filter(|_| self.base != Some(currency)))
    }

    fn date(&self, row: &Row, name: &str) -> Result<Option<NaiveDate>> {
        let Some(text) = row.text(name) else { return Ok(None) };
        self.dates.date(text).map(Some).map_err(|problem| date_error(row, name, &problem))
    }

    fn required_date(&self, row: &Row, names: &[&str]) -> Result<NaiveDate> {
        for name in names {
            if let Some(date) = self.date(row, name)? {
                return Ok(date);
            }
        }
        Err(row.missing(names.first().copied().unwrap_or_default()))
    }

    /// A date of the statement around a row.
    fn statement_date(&self, row: &Row, name: &str) -> Result<Option<NaiveDate>> {
        let Some(text) = row.statement_attribute(name) else { return Ok(None) };
        self.dates.date(text).map(Some).map_err(|problem| date_error(row, name, &problem))
    }

    /// When the statement around a row was made, where it says so in a form that can be read.
    fn generated(&self, row: &Row) -> Option<DateTime<Utc>> {
        self.dates.instant(row.statement_attribute("whenGenerated")?).ok().map(|instant| instant.time)
    }

    fn instant(&self, row: &Row, name: &str, text: &str) -> Result<Instant> {
        self.dates.instant(text).map_err(|problem| date_error(row, name, &problem))
    }

    /// The account's base currency.
    ///
    /// # Errors
    /// It is reported nowhere.
    fn required_base(&self, row: &Row) -> Result<Currency> {
        self.base.ok_or_else(|| {
            Error::data("the statement does not say what the base currency is").at(row.place()).hint(
                "include the section Account Information with `Currency` in the Flex query, or set \
                 `[account] base_currency` in config/config.toml",
            )
        })
    }
}

fn date_error(row: &Row, name: &str, problem: &str) -> Error {
    let hint = match dates::ambiguous_zone(problem) {
        Some((word, zone)) => {
            format!("say which in config/config.toml, such as [flex.zones] {word} = \"{zone}\"; nothing was imported")
        }
        None => {
            "set the date format of the Flex query to yyyyMMdd and the time format to HHmmss; nothing was imported"
                .to_owned()
        }
    };
    Error::data(format!("{name}: {problem}")).at(row.place()).hint(hint)
}

/// Whether there are as many statements as the file says.
fn check_count(path: &Path, document: &Document, batch: &mut Batch) -> Result<()> {
    let found = document.statements.len();
    if found == 0 {
        return Err(Error::data("the file holds no statement")
            .at(Place::file(path))
            .hint("run the Flex query over a period in which the account existed"));
    }
    if let Some(announced) = document.announced.filter(|announced| *announced != found) {
        let message = format!("the file announces {announced} statements and holds {found}");
        let next = "download it again if one is missing";
        batch.note(Severity::Warning, FindingKind::StatementCount, Place::file(path), message, next);
    }
    Ok(())
}

fn accounts_of<'r>(document: &'r Document) -> BTreeSet<&'r str> {
    document.statements.iter().chain(&document.rows).filter_map(Row::account).collect()
}

/// The account whose rows are read: the one asked for, else the only one; `None` where none is named.
fn choose_account(path: &Path, document: &Document, wanted: Option<&str>) -> Result<Option<String>> {
    let found = accounts_of(document);
    let list = found.iter().copied().collect::<Vec<_>>().join(", ");
    match wanted.map(str::trim).filter(|account| !account.is_empty()) {
        Some(wanted) if found.is_empty() || found.contains(wanted) => Ok(Some(wanted.to_owned())),
        Some(wanted) => Err(Error::data(format!("the statement is not about account {wanted}, but about {list}"))
            .at(Place::file(path))
            .hint("correct `[account] id` in config/local.toml, or import that account's statement")),
        None if found.len() > 1 => Err(Error::configuration(format!("the statement holds several accounts: {list}"))
            .at(Place::file(path))
            .hint("name the one that is published with `--account ID`, or set `[account] id` in config/local.toml")),
        None => Ok(found.first().map(|account| (*account).to_owned())),
    }
}

/// The days that the statements of one account say they are about.
fn covered(document: &Document, account: &str, dates: &Dates) -> Vec<(NaiveDate, NaiveDate)> {
    let own = document.statements.iter().filter(|row| row.account().is_none_or(|named| named == account));
    let day = |row: &Row, name| row.text(name).and_then(|text| dates.date(text).ok());
    own.filter_map(|row| Some((day(row, "fromDate")?, day(row, "toDate")?))).collect()
}

/// The rows of one account. Those of others are counted as left out.
fn rows_of<'r, 'a>(document: &'r Document<'a>, account: &str, batch: &mut Batch) -> Vec<&'r Row<'a>> {
    let mut rows = Vec::new();
    for row in &document.rows {
        if row.account().is_none_or(|named| named == account) {
            rows.push(row);
        } else {
            batch.skip(&row.tag, "it belongs to another account", row.place());
        }
    }
    rows
}

/// The base currency as the statement says, else as configured.
fn base_currency(rows: &[&Row], configured: Option<Currency>, batch: &mut Batch) -> Result<Option<Currency>> {
    for row in rows.iter().filter(|row| row.tag == "AccountInformation") {
        let Some(stated) = row.currency("currency")? else { continue };
        if let Some(configured) = configured.filter(|configured| *configured != stated) {
            let message = format!("the statement's base currency is {stated}, the configured one {configured}");
            let next = "set `[account] base_currency` in config/config.toml to the statement's";
            batch.note(Severity::Warning, FindingKind::BaseCurrency, row.place(), message, next);
        }
        return Ok(Some(stated));
    }
    Ok(configured)
}
