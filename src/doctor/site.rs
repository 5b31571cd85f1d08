//! What lies in the site's folder, and what its configuration says.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Answer;
use crate::calendar::Exchange;
use crate::config::{self, Config, Status};
use crate::format;
use crate::publish;
use crate::record::load::load;
use crate::record::{AssetClass, Record, Ticker};
use crate::site_dir::SiteDir;

/// With less free space than this, in bytes, a build may not find room for the site beside the last one.
#[cfg(unix)]
const LITTLE_SPACE: u64 = 500 << 20;

/// A Flex token that ends within this many days is worth a word.
const SOON: i64 = 14;

/// The folders and files, before anything in them is read.
pub(super) fn folders(site: &SiteDir) -> Vec<Answer> {
    let mut answers = vec![writable(site)];
    answers.extend(free_space(site));
    answers.extend(local_settings(site));
    answers.extend(PROGRAMS.map(|(name, asked, needed)| program(name, asked, needed)));
    answers
}

/// Programs of others that are called, what they are asked to see whether they are there, and what for.
const PROGRAMS: [(&str, &str, &str); 2] = [
    ("git", "--version", "`trackrecord publish` needs it, unless `[publish] command` names a program of yours"),
    (
        "ssh-keygen",
        "-?",
        "`trackrecord proof key` and `verify` need it for signatures (OpenSSH 9.1 or later; on Windows the optional feature OpenSSH Client)",
    ),
];

/// Whether another program is there.
fn program(name: &'static str, asked: &str, needed: &str) -> Answer {
    let mut command = std::process::Command::new(name);
    match command.arg(asked).stdin(std::process::Stdio::null()).output() {
        Ok(_) => Answer::ok(name, "it is installed"),
        Err(error) => Answer::skipped(name, format!("it cannot be run ({}): {needed}", plain(&error))),
    }
}

/// What kept a program from running, in words.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is not installed".to_owned(),
        _ => error.to_string(),
    }
}

fn writable(site: &SiteDir) -> Answer {
    const ABOUT: &str = "data folder";
    let data = site.data();
    match tempfile::Builder::new().prefix(".doctor").suffix(".tmp").tempfile_in(&data) {
        Ok(_) => Answer::ok(ABOUT, "data/ can be written"),
        Err(cause) => Answer::error(
            ABOUT,
            format!("{} cannot be written: {cause}", data.display()),
            "make the folder, or give this user the right to write there",
        ),
    }
}

#[cfg(unix)]
fn free_space(site: &SiteDir) -> Option<Answer> {
    const ABOUT: &str = "free space";
    let disk = rustix::fs::statvfs(site.root()).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let words = format!("{} free", format::size(free));
    let is_little = free < LITTLE_SPACE;
    Some(if is_little {
        Answer::warning(ABOUT, words, "make room: a build needs it for the new site beside the last one")
    } else {
        Answer::ok(ABOUT, words)
    })
}

#[cfg(not(unix))]
fn free_space(_: &SiteDir) -> Option<Answer> {
    Some(Answer::skipped("free space", "not looked at on this system"))
}

/// Who else can read the file of account numbers and tokens, and whether git leaves it alone.
fn local_settings(site: &SiteDir) -> Vec<Answer> {
    const ABOUT: &str = "config/local.toml";
    if !site.local_config().exists() {
        return vec![Answer::skipped(ABOUT, "there is none; account number and tokens belong there")];
    }
    let mut answers = vec![readers(site, ABOUT)];
    match publish::is_ignored(site, &site.local_config()) {
        Some(true) => answers.push(Answer::ok(ABOUT, "git ignores it")),
        Some(false) => answers.push(Answer::error(
            ABOUT,
            "git does not ignore it: the next commit may hold the account number and tokens",
            "add the line `/config/local.toml` to .gitignore, and `git rm --cached config/local.toml` if it is in there already",
        )),
        None => {}
    }
    answers
}

fn readers(site: &SiteDir, about: &'static str) -> Answer {
    match config::mode(&site.local_config()) {
        None => Answer::skipped(about, "who can read it is not looked at on this system"),
        Some(mode) if mode & 0o077 == 0 => Answer::ok(about, "only this user can read it"),
        Some(mode) => {
            Answer::error(about, format!("others can read it (mode {mode:o})"), "run `chmod 600 config/local.toml`")
        }
    }
}

/// What the configuration says, where it can be read.
pub(super) fn configuration(site: &SiteDir, config: &Config, today: NaiveDate) -> Vec<Answer> {
    let own = own_exchange(config);
    let mut answers = vec![status(config), flex(config, today), address(config)];
    answers.extend(own);
    answers.push(exchanges(config, &load(site, config, today)));
    answers
}

/// An exchange that is configured and not known, which may be a slip of the pen.
fn own_exchange(config: &Config) -> Option<Answer> {
    let exchange = config.account.exchange.filter(|exchange| !exchange.has_calendar())?;
    Some(Answer::warning(
        "account's exchange",
        format!("no holidays and hours of {exchange} are known: every weekday is a session until 18:00"),
        "correct `[account] exchange` if another one is meant: XNYS, XLON, XETR, XPAR, XAMS, XSWX and XTKS are known",
    ))
}

fn status(config: &Config) -> Answer {
    const ABOUT: &str = "configuration";
    if config.site.status == Status::Unset {
        return Answer::warning(
            ABOUT,
            "whose money it is has not been said, and nothing is built until it is",
            "set `[site] status` to \"live\" or \"paper\"",
        );
    }
    Answer::ok(ABOUT, "every key is known and every value can be read")
}

fn flex(config: &Config, today: NaiveDate) -> Answer {
    const ABOUT: &str = "Flex token";
    let box_by_box = "docs/flex-query.md says where both come from";
    match (config.flex.token.is_set(), !config.flex.query_id.is_empty(), config.flex.token_expires) {
        (false, false, _) => Answer::skipped(ABOUT, "no token and no query: statements are imported by hand"),
        (true, false, _) => Answer::error(ABOUT, "there is a token and no `[flex] query_id`", box_by_box),
        (false, true, _) => Answer::error(
            ABOUT,
            "there is a query and no token, in config/local.toml or TRACKRECORD_FLEX_TOKEN",
            box_by_box,
        ),
        (true, true, None) => Answer::warning(
            ABOUT,
            "when it ends is not said: from that day on no statement is fetched",
            "write the date that Client Portal shows beside it into `[flex] token_expires`",
        ),
        (true, true, Some(end)) => match (end - today).num_days() {
            ..0 => Answer::error(ABOUT, format!("it ended on {end}"), "make a new one in Client Portal"),
            days @ 0..=SOON => {
                Answer::warning(ABOUT, format!("it ends on {end}, in {days} days"), "make a new one in Client Portal")
            }
            days => Answer::ok(ABOUT, format!("valid until {end}, {days} days from now")),
        },
    }
}

fn address(config: &Config) -> Answer {
    const ABOUT: &str = "address";
    match &config.site.base_url {
        Some(address) => Answer::ok(ABOUT, address),
        None => Answer::warning(
            ABOUT,
            "without it the site has no feed, no sitemap and no picture for links",
            "set `[site] base_url` once you know where the site will be",
        ),
    }
}

/// Where the instruments of the strategies, and those that the record knows, are listed, and whether the holidays there are known.
fn exchanges(config: &Config, record: &Record) -> Answer {
    const ABOUT: &str = "exchanges";
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let (mut weekdays, mut unknown) = (Vec::new(), Vec::new());
    let members = config.strategy.iter().flat_map(|strategy| &strategy.universe);
    let members = members.map(|member| (member.symbol.clone(), Exchange::from_yahoo(&member.symbol)));
    let traded = traded(config, record).into_iter().map(|(ticker, listing)| {
        let by_symbol = || Exchange::from_yahoo(config.price_symbol(ticker, None, listing).ok().flatten()?.as_str());
        (ticker.to_string(), Exchange::from_listing(listing).or_else(by_symbol))
    });
    for (name, exchange) in members.chain(traded) {
        match exchange {
            Some(exchange) if exchange.has_calendar() => *known.entry(exchange.name().to_owned()).or_default() += 1,
            Some(exchange) => weekdays.push(format!("{name} ({exchange})")),
            None => unknown.push(name),
        }
    }
    let listed = known.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ");
    match (weekdays.as_slice(), unknown.as_slice()) {
        ([], []) if known.is_empty() => Answer::skipped(ABOUT, "there is no instrument yet"),
        ([], []) => Answer::ok(ABOUT, format!("sessions are known of every instrument: {listed}")),
        (weekdays, []) => Answer::warning(
            ABOUT,
            format!("only weekdays are known, and no holidays, of {}", weekdays.join(", ")),
            "nothing to mend: a missing price on a holiday there is reported as missing",
        ),
        (_, unknown) => Answer::warning(
            ABOUT,
            format!("no exchange is known for {}", unknown.join(", ")),
            "correct the ending of the symbol as Yahoo writes it (SXLK.L for London), or name it under `[yahoo.symbols]`, if it is a \
             share or a fund",
        ),
    }
}

/// The shares and funds that the record knows and no strategy names, each with the exchange that it was last traded at.
fn traded<'a>(config: &Config, record: &'a Record) -> BTreeMap<&'a Ticker, &'a str> {
    let shares = record.executions.iter().filter(|fill| fill.asset_class == AssetClass::Stock);
    let is_named = |ticker: &Ticker| config.strategy.iter().any(|strategy| strategy.member(ticker).is_some());
    shares.filter(|fill| !is_named(&fill.symbol)).map(|fill| (&fill.symbol, fill.exchange.as_str())).collect()
}
