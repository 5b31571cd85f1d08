//! The last look at the finished site: is anything private in it?
//!
//! The types above make a leak by a template impossible; this catches what they cannot, such as an amount in
//! the author's own commentary, and guards against mistakes in the boundary itself. It searches names (account,
//! execution, order and flow numbers) in every file, and in relative mode numbers as well, read in every usual
//! spelling: `123456.78`, `123,456.78`, `123.456,78`, `123 456.78`, rounded to one, ten and hundred cents.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_decimal::Decimal;

use crate::config::{Config, PrivacyMode};
use crate::error::{Error, Place, Result};
use crate::record::{CashFlow, Record};

/// Names shorter than this would be found in everything.
const SHORTEST_NAME: usize = 5;
/// Plain numbers need so many digits to be taken for an amount ...
const DIGITS: usize = 6;
/// ... and numbers with thousands separators, which are rarely anything else, so many.
const GROUPED_DIGITS: usize = 5;

/// Everything that must not be in the site.
pub struct Secrets {
    /// Names in lower case, by their longest run of letters and digits.
    names: HashMap<String, Vec<(String, &'static str)>>,
    /// Accounts in lower case, searched even inside other words.
    accounts: Vec<String>,
    /// Canonical spellings of amounts, and what they are.
    amounts: HashMap<String, &'static str>,
    /// Canonical spellings of numbers that everybody may know.
    public: HashSet<String>,
}

/// Something private in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The file within the site.
    pub file: String,
    /// The line.
    pub line: usize,
    /// What kind of secret it is.
    pub what: &'static str,
    /// How it stands there.
    pub text: String,
}

impl Secrets {
    /// Collects the private values of a record under these settings.
    pub fn of(record: &Record, config: &Config) -> Self {
        let mut secrets =
            Self { names: HashMap::new(), accounts: Vec::new(), amounts: HashMap::new(), public: HashSet::new() };
        secrets.collect_names(record, config);
        if config.privacy.mode == PrivacyMode::Relative {
            secrets.collect_amounts(record);
        }
        secrets
    }

    fn collect_names(&mut self, record: &Record, config: &Config) {
        let fills = || record.executions.iter().chain(&record.superseded);
        let flows = || record.flows.iter().chain(&record.income);
        let accounts = fills()
            .map(|fill| &fill.account)
            .chain(record.snapshots.iter().map(|snapshot| &snapshot.account))
            .chain(flows().map(|flow| &flow.account));
        let mut accounts: Vec<String> = accounts.map(|account| account.private().to_lowercase()).collect();
        accounts.push(config.ibkr.account.to_lowercase());
        accounts.retain(|account| account.len() >= SHORTEST_NAME);
        accounts.sort();
        accounts.dedup();
        self.accounts = accounts;
        for fill in fills() {
            self.name(fill.exec_id.as_str(), "an execution id");
            self.name(fill.order_id.as_deref().unwrap_or_default(), "an order id");
            self.name(fill.perm_id.as_deref().unwrap_or_default(), "an order id");
        }
        self.name(config.flex.token.expose(), "the Flex token");
        for flow in flows() {
            self.name(&flow.id, "the number of a cash flow");
        }
    }

    fn name(&mut self, name: &str, what: &'static str) {
        let name = name.to_lowercase();
        let Some(run) = words(&name).map(|(_, word)| word).max_by_key(|word| word.len()) else { return };
        if name.len() >= SHORTEST_NAME && run.len() >= SHORTEST_NAME {
            let known = self.names.entry(run.to_owned()).or_default();
            if !known.iter().any(|(other, _)| *other == name) {
                known.push((name, what));
            }
        }
    }

    fn collect_amounts(&mut self, record: &Record) {
        for snapshot in &record.snapshots {
            self.amount(snapshot.net_liquidation, "a net liquidation value");
            snapshot.cash.values().for_each(|cash| self.amount(*cash, "a cash balance"));
            snapshot.accruals.values().for_each(|accrued| self.amount(*accrued, "accrued income"));
            for position in snapshot.known_positions() {
                self.amount(position.quantity, "a share count");
                self.amount(position.market_value, "a position's value");
                self.amount(position.unrealized_pnl.unwrap_or_default(), "a position's gain");
                self.amount(position.realized_pnl.unwrap_or_default(), "a position's gain");
            }
        }
        for fill in record.executions.iter().chain(&record.superseded) {
            self.amount(fill.quantity, "a share count");
            self.amount(fill.notional(), "the value of a trade");
            self.amount(fill.commission.unwrap_or_default(), "a commission");
            self.amount(fill.realized_pnl.unwrap_or_default(), "a trade's gain");
        }
        let cash = |flow: &CashFlow| [flow.amount, flow.amount * flow.fx_to_base.unwrap_or(Decimal::ONE)];
        for flow in record.flows.iter().chain(&record.income) {
            cash(flow).into_iter().for_each(|amount| self.amount(amount, "a cash flow"));
        }
        for period in &record.statements {
            self.amount(period.starting_value, "a net liquidation value");
            self.amount(period.ending_value, "a net liquidation value");
        }
        for plan in &record.plans {
            self.amount(plan.nav, "a net liquidation value");
            self.amount(plan.cash_after, "a cash balance");
            for trade in &plan.trades {
                self.amount(trade.shares, "a share count");
                self.amount(trade.notional_base, "the value of a trade");
            }
        }
        self.public = public_numbers(record);
        self.amounts.retain(|amount, _| !self.public.contains(amount));
    }

    /// Every rounding in which an amount could be shown. Small amounts are too common as numbers to search for.
    fn amount(&mut self, amount: Decimal, what: &'static str) {
        let amount = amount.abs();
        if amount < Decimal::ONE_HUNDRED {
            return;
        }
        for rounded in [amount, amount.round_dp(2), amount.round_dp(1), amount.round_dp(0), amount.trunc()] {
            self.amounts.entry(rounded.normalize().to_string()).or_insert(what);
        }
    }

    /// Looks through finished files.
    pub fn search(&self, files: &BTreeMap<String, Vec<u8>>) -> Vec<Leak> {
        use rayon::prelude::*;
        let mut leaks: Vec<Leak> =
            files.par_iter().flat_map_iter(|(name, bytes)| self.search_file(name, bytes)).collect();
        leaks.sort();
        leaks.dedup();
        leaks
    }

    fn search_file(&self, file: &str, bytes: &[u8]) -> Vec<Leak> {
        // Packed: the texts that went into a report are searched instead, and its offsets would look like amounts.
        if file.ends_with(".pdf") {
            return Vec::new();
        }
        let original = String::from_utf8_lossy(bytes);
        let text = original.to_lowercase();
        let mut found: Vec<(usize, &'static str, String)> = Vec::new();
        for account in &self.accounts {
            found.extend(text.match_indices(account.as_str()).map(|(at, _)| (at, "an account id", account.clone())));
        }
        for (at, word) in words(&text) {
            for (name, what) in self.names.get(word).into_iter().flatten() {
                let from = at.saturating_sub(name.len());
                let near = floor(&text, from)..ceil(&text, at + word.len() + name.len());
                if text.get(near).is_some_and(|near| near.contains(name.as_str())) {
                    found.push((at, what, name.clone()));
                }
            }
        }
        if !self.amounts.is_empty() {
            // In a table or list of data numbers are plain and a comma ends them, unless the field is quoted.
            let is_data = file.ends_with(".csv") || file.ends_with(".json");
            for (at, spelling) in numbers(&text) {
                let quoted = text.get(..at).is_some_and(|before| before.ends_with('"'));
                let apart: Vec<&str> = if (is_data && !quoted) || spelling.matches(',').count() > 4 {
                    spelling.split(',').collect()
                } else {
                    vec![spelling]
                };
                for spelling in apart {
                    found.extend(self.amount_behind(spelling).map(|what| (at, what, spelling.to_owned())));
                }
            }
        }
        let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        found.into_iter().map(|(at, what, text)| Leak { file: file.to_owned(), line: line(at), what, text }).collect()
    }

    /// What a number in the text is, in any reading of its separators.
    fn amount_behind(&self, spelling: &str) -> Option<&'static str> {
        let as_it_stands = spelling.parse::<Decimal>().map(|value| value.normalize().to_string());
        if as_it_stands.is_ok_and(|number| self.public.contains(&number)) {
            return None;
        }
        readings(spelling).into_iter().find_map(|(value, grouped)| {
            let digits = digits(&value);
            let enough = digits >= DIGITS || (grouped && digits >= GROUPED_DIGITS);
            self.amounts.get(&value).copied().filter(|_| enough)
        })
    }
}

/// Refuses a site that holds something private.
///
/// # Errors
/// Every leak, with file and line, and what to do about it.
pub fn refuse_leaks(leaks: &[Leak]) -> Result<()> {
    let Some(first) = leaks.first() else { return Ok(()) };
    let list: Vec<String> = leaks
        .iter()
        .take(10)
        .map(|leak| format!("public/{}:{} shows {} ({})", leak.file, leak.line, leak.what, leak.text))
        .collect();
    let more = leaks.len().saturating_sub(list.len());
    let rest = if more > 0 { format!("\nand {more} more") } else { String::new() };
    Err(Error::refused(format!(
        "the site was not published, because it would give private things away:\n{}{rest}",
        list.join("\n")
    ))
    .at(Place::file(format!("public/{}", first.file)))
    .hint("take it out of content/ or the template that shows it; `[privacy] mode = \"absolute\"` allows amounts"))
}

/// Numbers that everybody may know: prices.
fn public_numbers(record: &Record) -> HashSet<String> {
    let fills = record.executions.iter().chain(&record.superseded);
    let fills = fills.flat_map(|fill| [Some(fill.price), fill.reference_price]).flatten();
    let positions = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let positions = positions.filter_map(|position| position.market_price);
    let notes = record.annotations.iter().filter_map(|note| note.pre_trade.intended_entry);
    let planned = record.plans.iter().flat_map(|plan| plan.trades.iter().map(|trade| trade.reference_price));
    let bars = record.prices.values().flat_map(|series| series.bars().iter().map(|bar| bar.close));
    fills
        .chain(positions)
        .chain(notes)
        .chain(planned)
        .chain(bars)
        .map(|price| price.normalize().to_string())
        .collect()
}

/// Runs of letters and digits with their byte offsets.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let from = rest + text.get(rest..)?.find(|letter: char| letter.is_ascii_alphanumeric())?;
        let after = text.get(from..)?;
        let length = after.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(after.len());
        rest = from + length;
        after.get(..length).map(|word| (from, word))
    })
}

/// The characters that can stand between the digits of one number.
fn is_separator(letter: char) -> bool {
    matches!(letter, '.' | ',' | '\'' | '\u{2019}' | ' ' | '_' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// Numbers with their separators and byte offsets. Coordinates of drawings are none.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let from = rest + text.get(rest..)?.find(|letter: char| letter.is_ascii_digit())?;
            if let Some(end) = end_of_geometry(text, rest, from) {
                rest = end;
                continue;
            }
            let mut end = from;
            let mut letters = text.get(from..)?.char_indices().peekable();
            while let Some((at, letter)) = letters.next() {
                let next_is_digit = letters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
                if letter.is_ascii_digit() {
                    end = from + at + 1;
                } else if !(is_separator(letter) && next_is_digit) {
                    break;
                }
            }
            rest = end;
            return text.get(from..end).map(|number| (from, number));
        }
    })
}

/// If an attribute that holds coordinates starts between two offsets, the end of its value.
fn end_of_geometry(text: &str, from: usize, to: usize) -> Option<usize> {
    const GEOMETRY: [&str; 5] = [" d=\"", " points=\"", " viewbox=\"", " transform=\"", " data-path=\""];
    // The attribute's name may stand before `from` when the number before was inside the same tag.
    let window = floor(text, from.saturating_sub(12));
    let between = text.get(window..to)?;
    let (at, name) = GEOMETRY.iter().filter_map(|name| Some((between.rfind(name)?, name))).max()?;
    let value = window + at + name.len();
    let end = value + text.get(value..)?.find('"')?;
    (value <= to && end > to).then_some(end)
}

/// The plain values a spelling can stand for, and whether it has thousands separators in that reading.
///
/// A number can start where the spelling does or behind a comma or space, which may separate two numbers; the
/// digits behind a point are a fraction or a group. No number of more than one digit starts with a zero.
fn readings(spelling: &str) -> Vec<(String, bool)> {
    let pieces: Vec<&str> = spelling.split(is_separator).collect();
    let marks: Vec<char> = spelling.chars().filter(|letter| is_separator(*letter)).collect();
    let mut readings = Vec::new();
    for start in 0..pieces.len() {
        let behind = start.checked_sub(1).and_then(|before| marks.get(before));
        if behind.is_some_and(|mark| matches!(mark, '.' | '\'' | '\u{2019}' | '_')) {
            continue;
        }
        let pieces = pieces.get(start..).unwrap_or_default();
        readings.extend(readings_from(pieces, marks.get(start..).unwrap_or_default()));
    }
    readings
}

/// The readings that start with the first piece: plain, and with one, two ... groups of three digits behind it.
fn readings_from(pieces: &[&str], marks: &[char]) -> Vec<(String, bool)> {
    let mut readings = Vec::new();
    let Some((first, rest)) = pieces.split_first() else { return readings };
    if first.len() > 1 && first.starts_with('0') {
        return readings;
    }
    let mut whole = (*first).to_owned();
    let separator = marks.first();
    for groups in 0..=rest.len().min(5) {
        if let Some(group) = groups.checked_sub(1).and_then(|at| rest.get(at)) {
            let one_style = marks.get(groups - 1) == separator;
            if group.len() != 3 || first.len() > 3 || !one_style {
                break;
            }
            whole += group;
        }
        // A point before three digits is most likely a decimal point, so that is no proof of thousands.
        let one_point = groups == 1 && separator == Some(&'.');
        readings.push((whole.clone(), groups > 0 && !one_point));
        let mark =
            marks.get(groups).filter(|mark| matches!(mark, '.' | ',') && (groups == 0 || Some(*mark) != separator));
        if let Some((_, fraction)) = mark.zip(rest.get(groups)) {
            readings.push((format!("{whole}.{fraction}"), groups > 0));
        }
    }
    let canonical = |(digits, grouped): (String, bool)| {
        digits.parse::<Decimal>().ok().map(|value| (value.normalize().to_string(), grouped))
    };
    readings.into_iter().filter_map(canonical).collect()
}

/// Digits from the first that is not zero.
fn digits(value: &str) -> usize {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').len()
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn ceil(text: &str, at: usize) -> usize {
    (at.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
