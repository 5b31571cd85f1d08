use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Outcome;
use super::terminal::{Terminal, visible};
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::proof::{Counts, DATED, Fetched, Options, Timings, Verified, fetch, verify};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// The folder of a published site, or of its proof/, or a site's address [default: public/]
    #[arg(value_name = "DIR|URL")]
    of: Option<String>,
    /// A folder of closes, to hold each month's return against what was held: `TICKER.csv` with the columns date, close and, if you have it,
    /// adj_close, as Yahoo and data/prices/ have them
    #[arg(long, value_name = "DIR")]
    prices: Option<PathBuf>,
    /// Have openssl check the signature of every time stamp, not only of the newest and a few others
    #[arg(long)]
    all: bool,
    /// A file of private values that the author has opened to you (`proof open`): each against its commitment, and the account from
    /// day to day
    #[arg(long, value_name = "FILE")]
    opened: Option<PathBuf>,
    /// A Flex statement that you have fetched from the broker yourself, to hold the opened values against; may be given more than once
    #[arg(long, value_name = "FILE", requires = "opened")]
    statement: Vec<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    entries: usize,
    held_back: usize,
    sealed: usize,
    corrections: usize,
    gaps: usize,
    head: &'a str,
    /// How many entries of each kind were stamped when.
    timing: BTreeMap<&'static str, Counts>,
    checked: &'a [String],
    not_checked: &'a [String],
    broken: Option<&'a str>,
    line: Option<usize>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let options = Options {
        prices: arguments.prices.clone(),
        opened: arguments.opened.clone(),
        statements: arguments.statement.clone(),
        every_stamp: arguments.all,
    };
    let verified = match &arguments.of {
        Some(address) if address.contains("://") => of_address(address, &options, terminal)?,
        Some(folder) => verify(Path::new(folder), &options)?,
        None => of_this_site(site, &options)?,
    };
    if arguments.json {
        let Verified {
            entries,
            held_back,
            sealed,
            corrections,
            gaps,
            head,
            checked,
            unchecked,
            broken,
            timings,
            days: _,
        } = &verified;
        terminal.json(&Document {
            entries: *entries,
            held_back: *held_back,
            sealed: *sealed,
            corrections: *corrections,
            gaps: *gaps,
            head,
            timing: by_kind(timings),
            checked,
            not_checked: unchecked,
            broken: broken.as_ref().map(|broken| broken.what.as_str()),
            line: broken.as_ref().and_then(|broken| broken.line),
        })?;
    } else {
        terminal.told(in_words(&verified))?;
    }
    Ok(if verified.broken.is_none() { Outcome::Fine } else { Outcome::Findings })
}

/// The kinds of which there are entries.
pub fn by_kind(timings: &Timings) -> BTreeMap<&'static str, Counts> {
    let counted = DATED.into_iter().map(|kind| (kind.as_str(), timings.counts(kind)));
    counted.filter(|(_, counts)| counts.all() > 0).collect()
}

/// Checks `public/`, which has a proof only as soon as it was built with one.
fn of_this_site(site: &SiteDir, options: &Options) -> Result<Verified> {
    let public = site.public();
    if site.proof_log().exists() && !public.join("proof/log").exists() {
        return Err(Error::usage("the log is not in public/ yet, which is what `verify` looks at")
            .hint("`trackrecord build` puts it into public/proof/"));
    }
    verify(&public, options)
}

/// Fetches the proof of a site and checks it.
fn of_address(address: &str, options: &Options, terminal: &Terminal) -> Result<Verified> {
    let Fetched { folder, requests, bytes, left } = fetch(address)?;
    let kilobytes = bytes.div_ceil(1000);
    terminal.say(format!("fetched {kilobytes} kB in {requests} requests"));
    let mut verified = verify(folder.path(), options)?;
    if left > 0 {
        verified.unchecked.push(format!(
            "{left} older signatures and stamps: they were not fetched, so that entries may have been stamped earlier than is said here"
        ));
    }
    Ok(verified)
}

fn in_words(verified: &Verified) -> String {
    let mut lines: Vec<String> = verified.checked.iter().map(|what| format!("in order     {what}")).collect();
    if let Some(broken) = &verified.broken {
        let place = broken.line.map(|line| format!("line {line} of the log: ")).unwrap_or_default();
        lines.push(format!("broken       {place}{}", visible(&broken.what)));
        lines.push("             nothing after this was looked at".to_owned());
        return lines.join("\n");
    }
    let Verified { entries, corrections, gaps, head, .. } = verified;
    lines.extend(verified.unchecked.iter().map(|what| format!("not checked  {what}")));
    let missing = match gaps {
        0 => "no session".to_owned(),
        gaps => counted(*gaps, "session"),
    };
    let corrected = match corrections {
        0 => "no correction or amendment".to_owned(),
        corrections => format!("{corrections} of them corrections or amendments"),
    };
    lines.push(format!("{entries} entries, {corrected}; {missing} missing; the log is {head}"));
    lines.join("\n")
}
