//! Joins `config.toml`, `local.toml` and the environment, and checks the result once.

use std::path::Path;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::possible::impossible;
use super::words::in_words;
use super::{Config, Secret, has_password, readable, renamed};
use crate::direction::without_turns;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::file_content::text;
use crate::nearest::{nearest, usual_edits};
use crate::site_dir::SiteDir;

/// The prefix of environment variables that set a key: `TRACKRECORD_ACCOUNT_ID` is `[account] id`.
pub(super) const PREFIX: &str = "TRACKRECORD_";

/// A configuration file with its text, to locate errors in it.
pub(super) struct Source {
    pub(super) path: std::path::PathBuf,
    pub(super) text: String,
}

/// Reads a site's configuration. A missing file counts as empty; the environment overrides `local.toml`, which
/// overrides `config.toml`.
///
/// # Errors
/// Unknown keys, wrong types and impossible values, with file, line and key.
pub fn load(site: &SiteDir, environment: impl IntoIterator<Item = (String, String)>) -> Result<Config> {
    let mut merged = Table::new();
    let mut sources = Vec::new();
    for path in [site.config(), site.local_config()] {
        let Some(source) = read(&path)? else { continue };
        parse(&source.text, &source.path)?;
        if path == site.config() {
            no_secret(&source)?;
        }
        let mut table: Table = toml::from_str(&source.text).map_err(|error| explain(&error, &source.text, &path))?;
        renamed::move_values(&mut table);
        merge(&mut merged, table);
        sources.push(source);
    }
    let mut variables = Vec::new();
    let mut environment: Vec<(String, String)> = environment.into_iter().collect();
    environment.sort_by_key(|(name, _)| !renamed::is_earlier_variable(name));
    for (name, text) in environment {
        if let Some((section, key, value)) = variable(&name, &text)? {
            let table = merged.entry(section.clone()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(table) = table {
                table.insert(key.clone(), value);
            }
            variables.push((format!("{section}.{key}"), name));
        }
    }
    let mut config: Config = merged.try_into().map_err(|error: toml::de::Error| {
        Error::configuration(format!(
            "the environment sets a wrong value: {}",
            in_words(&without_value(error.message()))
        ))
        .hint(format!("look at the variables that start with {PREFIX}"))
    })?;
    // Where a title is shown, nothing ends what such a mark does.
    for words in [&mut config.site.title, &mut config.site.author, &mut config.site.description] {
        *words = without_turns(words);
    }
    let wrong = impossible(&config).map(|(key, message)| (key.to_owned(), message));
    let wrong = wrong.or_else(|| config.impossible_strategy()).or_else(|| config.impossible_job());
    if let Some((key, message)) = wrong.or_else(|| config.impossible_alert()) {
        return Err(locate(&key, &message, &sources, &variables));
    }
    let local = sources.iter().find(|source| source.path == site.local_config());
    if let Some(Source { path, text }) = local.filter(|_| !config.privacy.readable_secrets) {
        readable::refuse_readable(path, text)?;
    }
    Ok(config)
}

/// Parses the text of a single file. Missing keys have their defaults.
///
/// # Errors
/// Unknown keys (with the nearest valid one), wrong types and impossible values, with line and column.
pub fn parse(text: &str, path: &Path) -> Result<Config> {
    let mut config = toml::from_str(text).map_err(|error| explain(&error, text, path))?;
    renamed::move_value(&mut config);
    Ok(config)
}

/// Refuses a secret in `config.toml`, which is meant to be committed. The error does not repeat its value.
fn no_secret(source: &Source) -> Result<()> {
    let config = parse(&source.text, &source.path)?;
    let secrets = [
        ("secrets", config.secrets.values().any(Secret::is_set), "the addresses and tokens of alerts stand"),
        ("flex.token", config.flex.token.is_set(), "the Flex token stands"),
        (
            "publish.remote",
            has_password(&config.publish.remote),
            "the address of the remote, with its password, stands",
        ),
    ];
    for (key, is_set, what) in secrets {
        if let Some(offset) = offset_of(key, &source.text).filter(|_| is_set) {
            return Err(Error::configuration(format!("{what} in a file that is made to be committed"))
                .at(Place::offset(&source.path, &source.text, offset))
                .hint("move it to config/local.toml, which is kept out of the repository, and make a new one"));
        }
    }
    Ok(())
}

pub(super) fn read(path: &Path) -> Result<Option<Source>> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let text = text(&bytes, path, ErrorKind::Configuration)?.to_owned();
            Ok(Some(Source { path: path.to_path_buf(), text }))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read the configuration", path, error)),
    }
}

/// Merges tables key by key; any other value of `upper` replaces that of `lower`.
fn merge(lower: &mut Table, upper: Table) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                lower.insert(key, value);
            }
        }
    }
}

/// The error of the TOML parser with its location, and for an unknown key the nearest valid one.
fn explain(error: &toml::de::Error, text: &str, path: &Path) -> Error {
    // A value that is quoted may have lines of its own; what the parser says has its first line.
    let first = |message: &str| message.lines().next().unwrap_or_default().to_owned();
    let said = error.message();
    let quotes = said.starts_with("unknown ");
    let message = without_value(&if quotes { said.replace('\n', " ") } else { first(said) });
    let mut place = Place::file(path);
    if let Some(span) = error.span() {
        place = Place::offset(path, text, span.start);
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown field") {
        let wrong = quoted.next().unwrap_or_default();
        let valid: Vec<&str> = quoted.collect();
        return unknown_key(wrong, &valid).at(place);
    }
    let hint = if message.starts_with("duplicate key") {
        "remove one of the two"
    } else {
        "config/config.example.toml explains every key"
    };
    Error::configuration(in_words(&message)).at(place).hint(hint)
}

/// The words of an error without the value that they quote, which may be a token in a wrong place.
fn without_value(message: &str) -> String {
    let quoted = ["invalid type: ", "invalid value: "].iter().find_map(|start| {
        let rest = message.strip_prefix(start)?;
        let (value, expected) = rest.rsplit_once(", expected ")?;
        let kind = value.split(['`', '"']).next().unwrap_or_default().trim();
        Some(format!("{start}{kind}, expected {expected}"))
    });
    without_numbers(&quoted.unwrap_or_else(|| message.to_owned()))
}

/// So many digits in a word, and it may be a token.
const DIGITS_OF_TOKEN: usize = 6;

/// A text without the words that may be tokens.
fn without_numbers(text: &str) -> String {
    let is_apart = |letter: char| !letter.is_ascii_alphanumeric();
    let plain = |word: &str| {
        let is_token = word.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_OF_TOKEN;
        let kept = if is_token { "…" } else { word.trim_end_matches(is_apart) };
        format!("{kept}{}", word.get(word.trim_end_matches(is_apart).len()..).unwrap_or_default())
    };
    text.split_inclusive(is_apart).map(plain).collect()
}

fn unknown_key(wrong: &str, valid: &[&str]) -> Error {
    let hint = match nearest(wrong, valid.iter().copied(), usual_edits(wrong)) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("the keys here are: {}", valid.join(", ")),
    };
    Error::configuration(format!("there is no key `{}`", without_numbers(wrong))).hint(hint)
}

/// Section, key and value of an environment variable that sets one.
fn variable(name: &str, text: &str) -> Result<Option<(String, String, Value)>> {
    let Some(rest) = name.strip_prefix(PREFIX) else { return Ok(None) };
    let rest = rest.to_ascii_lowercase();
    let Some((section, key)) = rest.split_once('_') else { return Ok(None) };
    if section == "secrets" {
        return Ok(Some((section.to_owned(), key.to_owned(), Value::String(text.to_owned()))));
    }
    let (section, key) = renamed::present_name(section, key);
    let known = known_keys();
    let Some((_, keys)) = known.iter().find(|(name, _)| name == section) else { return Ok(None) };
    let Some((_, default)) = keys.iter().find(|(name, _)| name == key) else {
        let valid: Vec<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
        return Err(unknown_key(key, &valid).at(Place::file(name)));
    };
    let bare = toml::from_str::<Table>(&format!("value = {text}")).ok().and_then(|mut table| table.remove("value"));
    let value = match (default, bare) {
        (Some(Value::String(_)), _) | (_, None) => Value::String(text.to_owned()),
        (_, Some(value)) => value,
    };
    Ok(Some((section.to_owned(), key.to_owned(), value)))
}

/// A section's name and its keys, each with its default if it has one.
type Section = (String, Vec<(String, Option<Value>)>);

/// Every section with its keys; keys that have no default have no value.
fn known_keys() -> Vec<Section> {
    let defaults = Table::try_from(Config::default()).unwrap_or_default();
    let mut known: Vec<Section> = defaults
        .into_iter()
        .filter_map(|(section, value)| match value {
            Value::Table(keys) => Some((section, keys.into_iter().map(|(key, value)| (key, Some(value))).collect())),
            _ => None,
        })
        .collect();
    for (section, key) in OPTIONAL_KEYS {
        if let Some((_, keys)) = known.iter_mut().find(|(name, _)| name == section) {
            keys.push(((*key).to_owned(), None));
        }
    }
    known
}

/// Keys without a default, which the default configuration therefore does not show.
pub(super) const OPTIONAL_KEYS: &[(&str, &str)] = &[
    ("site", "base_url"),
    ("site", "feed_id"),
    ("site", "inception"),
    ("account", "exchange"),
    ("account", "base_currency"),
    ("benchmark", "kind"),
    ("disclosures", "first_published"),
    ("flex", "token_expires"),
    ("publish", "cname"),
    ("analysis", "trials"),
    ("analysis", "trials_sharpe_sd"),
    ("ibkr", "time_zone"),
    ("csv", "preset"),
    ("csv", "delimiter"),
    ("csv", "decimal_mark"),
    ("csv", "time_zone"),
];

/// The error about a key, pointing to where it was set.
fn locate(key: &str, message: &str, sources: &[Source], variables: &[(String, String)]) -> Error {
    let named = as_written(key);
    let error =
        Error::configuration(format!("`{named}`: {message}")).hint("config/config.example.toml explains every key");
    if let Some((_, name)) = variables.iter().find(|(set, _)| set == key) {
        return error.at(Place::file(name));
    }
    for source in sources.iter().rev() {
        if let Some(offset) = offset_of(key, &source.text) {
            return error.at(Place::offset(&source.path, &source.text, offset));
        }
    }
    error
}

/// A key as its file has it: `[[job]] name` of `job.0.name`, which counts from nought.
fn as_written(key: &str) -> String {
    let mut parts = key.splitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(list), Some(place), Some(key)) if place.parse::<usize>().is_ok() => format!("[[{list}]] {key}"),
        _ => key.to_owned(),
    }
}

/// The byte offset of the value of `section.key` in a file; of `list.0.key`, the offset of its value or of its table.
pub(super) fn offset_of(key: &str, text: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut parts = key.split('.');
    let mut value = table.get_ref().get(parts.next()?)?;
    for part in parts {
        let inner = match value.get_ref() {
            DeValue::Table(keys) => keys.get(part),
            DeValue::Array(values) => values.get(part.parse::<usize>().ok()?),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None if ["strategy.", "job.", "alert."].iter().any(|list| key.starts_with(list)) => break,
            None => return None,
        }
    }
    Some(value.span().start)
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "spoiled_tests.rs"]
mod spoiled_tests;
