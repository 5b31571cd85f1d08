use clap::Args;
use serde::Serialize;

use super::terminal::{Terminal, painted, visible};
use super::{Outcome, config, must_be_site};
use crate::doctor::{Answer, Verdict, examine};
use crate::error::Result;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// Ask nobody over the network
    #[arg(long)]
    offline: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    answers: Vec<Answer>,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    must_be_site(site)?;
    let answers = examine(site, &config(site), chrono::Utc::now(), !arguments.offline);
    let is_wrong = answers.iter().any(|answer| answer.verdict == Verdict::Error);
    if arguments.json {
        terminal.json(&Document { answers })?;
    } else {
        answers.iter().try_for_each(|answer| terminal.told(in_words(answer)))?;
    }
    Ok(if is_wrong { Outcome::Findings } else { Outcome::Fine })
}

/// One look as a line, and what to do about it as another.
fn in_words(answer: &Answer) -> String {
    let (word, colour) = match answer.verdict {
        Verdict::Ok => ("ok", "32"),
        Verdict::Skipped => ("-", "2"),
        Verdict::Warning => ("warning", "33"),
        Verdict::Error => ("error", "31;1"),
    };
    let space = " ".repeat(8_usize.saturating_sub(word.len()));
    let line = format!("{}{space}{:<18} {}", painted(word, colour), answer.about, visible(&answer.text));
    match &answer.next_step {
        Some(next) => format!("{line}\n  next: {}", visible(next)),
        None => line,
    }
}
