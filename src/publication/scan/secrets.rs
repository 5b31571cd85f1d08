//! What must not be in the site, collected from a record.

use std::collections::{HashMap, HashSet};

use rust_decimal::{Decimal, RoundingStrategy};

use super::number::Number;
use super::numbers::Numbers;
use super::search::tokens;
use crate::config::{Config, PrivacyMode};
use crate::locale::Locale;
use crate::record::{Private, Record};

/// What a token is called that must not be repeated, not even where it leaked.
pub(super) const TOKEN: &str = "a token or password of config/local.toml";

/// What an account's number is called, which no coincidence lets through either.
pub(super) const ACCOUNT: &str = "an account id";

/// What the name, the street or the address of an account's holder is called.
pub(super) const HOLDER: &str = "who holds the account";

/// What a number is that everybody may know.
pub(super) const PUBLIC: &str = "a price";

/// So many beginnings of two letters there are.
const STARTS: usize = 1 << 16;

/// Names shorter than this would be found in everything.
const SHORTEST_NAME: usize = 5;

/// Of which letters it matters whether they are small: of those that names are written with.
#[derive(Debug, Clone, Copy)]
pub enum Case {
    /// Those of ASCII.
    OfAscii,
    /// All of them.
    OfAll,
}

impl Case {
    /// A text as names are written here.
    pub fn lower(self, text: &str) -> String {
        match self {
            Self::OfAscii => text.to_ascii_lowercase(),
            Self::OfAll => text.to_lowercase(),
        }
    }
}

/// Everything that must not be in the site.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Accounts in lower case, searched even inside other words.
    pub(super) accounts: Vec<String>,
    /// Who holds the account, in lower case, searched as whole words.
    pub(super) people: Vec<String>,
    /// Who signs the site, in lower case: that person may be named on it.
    signed: String,
    /// Names in lower case, by their longest run of letters and digits.
    names: HashMap<String, Vec<(String, &'static str)>>,
    /// Whether a run begins with two letters, by their number: most words of a page start otherwise and are not looked up.
    starts: Vec<bool>,
    /// Amounts in every usual rounding, and what they are.
    amounts: Numbers,
    /// Numbers that everybody may know.
    public: Numbers,
    /// What the owner says is the same as something private only by chance, in lower case.
    allowed: HashSet<String>,
    /// How pages write numbers.
    pub(super) locale: Locale,
}

impl Secrets {
    /// Collects the private values of a record under these settings.
    pub fn of(record: &Record, config: &Config) -> Self {
        let mut secrets = Self::default();
        secrets.configure(config);
        secrets.sign(&config.site.author);
        let private = Private::of(record);
        secrets.collect_names(&private, config);
        if config.privacy.mode == PrivacyMode::Relative {
            secrets.collect_amounts(&private, record);
        }
        secrets
    }

    /// With these numbers and no names.
    pub(super) fn of_numbers(amounts: Numbers, public: Numbers) -> Self {
        Self { amounts, public, ..Self::default() }
    }

    /// Takes over how pages write numbers, and what the owner says is there by chance.
    pub(super) fn configure(&mut self, config: &Config) {
        self.locale = config.site.locale;
        self.allowed = config.privacy.allow.iter().map(|text| text.trim().to_lowercase()).collect();
    }

    /// Lets through the name of who signs the site.
    pub fn sign(&mut self, author: &str) {
        self.signed = author.to_lowercase();
    }

    /// Whether this is who signs the site.
    pub fn is_signed_by(&self, author: &str) -> bool {
        self.signed == author.to_lowercase()
    }

    /// Who is not to be named.
    pub(super) fn unsigned(&self) -> impl Iterator<Item = &String> {
        self.people.iter().filter(|name| !self.signed.contains(name.as_str()))
    }

    /// Whether the owner says that it is there by chance; of accounts and tokens nobody can say that.
    pub(super) fn is_allowed(&self, what: &str, text: &str) -> bool {
        what != TOKEN && what != ACCOUNT && self.allowed.contains(text)
    }

    /// Every name with what it is.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.names.values().flatten().map(|(name, what)| (name.as_str(), *what))
    }

    pub(super) fn amounts(&self) -> &Numbers {
        &self.amounts
    }

    pub(super) fn public(&self) -> &Numbers {
        &self.public
    }

    /// Of which letters it matters whether they are small.
    pub(super) fn case(&self) -> Case {
        let mut names = self.names.values().flatten().map(|(name, _)| name).chain(&self.accounts).chain(&self.people);
        if names.all(|name| name.is_ascii()) { Case::OfAscii } else { Case::OfAll }
    }

    /// The names whose longest run of letters and digits this is.
    pub(super) fn names_with(&self, word: &str) -> &[(String, &'static str)] {
        let is_start = start_of(word).and_then(|start| self.starts.get(start)).is_some_and(|is_start| *is_start);
        if word.len() < SHORTEST_NAME || !is_start {
            return &[];
        }
        self.names.get(word).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether amounts are looked for.
    pub(super) fn has_amounts(&self) -> bool {
        !self.amounts.is_empty()
    }

    /// What an amount is.
    pub(super) fn amount_of(&self, number: Number) -> Option<&'static str> {
        self.amounts.get(number)
    }

    /// Whether everybody may know a number.
    pub(super) fn is_public(&self, number: Number) -> bool {
        self.public.get(number).is_some()
    }

    fn collect_names(&mut self, private: &Private, config: &Config) {
        let mut accounts: Vec<String> = private.accounts().map(str::to_lowercase).collect();
        accounts.extend(config.account.all().map(str::to_lowercase));
        accounts.retain(|account| account.len() >= SHORTEST_NAME && has_digit(account));
        accounts.sort();
        accounts.dedup();
        self.accounts = accounts;
        private.ids().for_each(|(id, what)| self.name(id, what));
        self.tokens(config);
        self.people = private.people().map(str::to_lowercase).collect();
    }

    /// Every token and password of the configuration.
    pub(super) fn tokens(&mut self, config: &Config) {
        config.every_secret().for_each(|secret| self.name(secret.expose(), TOKEN));
    }

    pub(super) fn name(&mut self, name: &str, what: &'static str) {
        let name = name.to_lowercase();
        // Words are on every page: `initial`, `account`.
        if what != TOKEN && !has_digit(&name) {
            return;
        }
        let Some(run) = tokens(&name).map(|(_, word)| word).max_by_key(|word| word.len()) else { return };
        if name.len() >= SHORTEST_NAME && run.len() >= SHORTEST_NAME {
            self.starts.resize(STARTS, false);
            if let Some(is_start) = start_of(run).and_then(|start| self.starts.get_mut(start)) {
                *is_start = true;
            }
            let known = self.names.entry(run.to_owned()).or_default();
            if !known.iter().any(|(other, _)| *other == name) {
                known.push((name, what));
            }
        }
    }

    fn collect_amounts(&mut self, private: &Private, record: &Record) {
        private.amounts().for_each(|(amount, what)| self.amount(amount, what));
        self.public = public_numbers(record);
        self.amounts.remove(&self.public);
    }

    /// Every rounding in which an amount could be shown. Small amounts are too common as numbers to search for.
    pub(super) fn amount(&mut self, amount: Decimal, what: &'static str) {
        let amount = amount.abs();
        if amount < Decimal::ONE_HUNDRED {
            return;
        }
        // Half a unit is rounded up by people and to the even digit by programs.
        let rounded = [2, 1, 0].into_iter().flat_map(|digits| {
            let up = amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
            [amount.round_dp(digits), up]
        });
        for written in rounded.chain([amount, amount.trunc()]) {
            self.amounts.add(written.into(), what);
        }
    }
}

/// The number of the two letters that a word begins with.
fn start_of(word: &str) -> Option<usize> {
    word.as_bytes().first_chunk().map(|start| u16::from_be_bytes(*start).into())
}

fn has_digit(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_digit())
}

/// Numbers that everybody may know: prices.
fn public_numbers(record: &Record) -> Numbers {
    let fills = record.executions.iter().chain(&record.superseded);
    let fills = fills.flat_map(|fill| [Some(fill.price), fill.reference_price]).flatten();
    let positions = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let positions = positions.filter_map(|position| position.market_price);
    let notes = record.annotations.iter().filter_map(|note| note.pre_trade.intended_entry);
    let planned = record.plans.iter().flat_map(|plan| plan.trades.iter().map(|trade| trade.reference_price));
    let bars = record.prices.values().flat_map(|series| series.bars().iter().map(|bar| bar.close));
    let mut numbers = Numbers::with_room_for(record.prices.values().map(|series| series.bars().len()).sum());
    let all = fills.chain(positions).chain(notes).chain(planned).chain(bars);
    for number in all {
        numbers.add(number.into(), PUBLIC);
        // As pages write it: what one share brought is its price in cents.
        if number.scale() > 2 {
            numbers.add(number.round_dp(2).into(), PUBLIC);
        }
    }
    numbers
}
