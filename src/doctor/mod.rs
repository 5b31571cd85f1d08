//! Whether everything around a site is ready for its days: configuration, folders, clock, the services that are asked, and the
//! repository of the pages. Nothing is written, and nothing of the account is sent.

mod services;
mod site;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::site_dir::SiteDir;

/// What one look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Not looked at, or not wanted.
    Skipped,
    /// It works, or may be meant.
    Warning,
    /// It keeps a command from working, or a secret from being one.
    Error,
}

/// One look at one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What was looked at, in a word or two.
    pub about: &'static str,
    /// What it came to.
    pub verdict: Verdict,
    /// What was seen.
    pub text: String,
    /// What to do about it.
    pub next_step: Option<String>,
}

impl Answer {
    fn new(about: &'static str, verdict: Verdict, text: impl Into<String>) -> Self {
        Self { about, verdict, text: text.into(), next_step: None }
    }

    fn ok(about: &'static str, text: impl Into<String>) -> Self {
        Self::new(about, Verdict::Ok, text)
    }

    fn skipped(about: &'static str, text: impl Into<String>) -> Self {
        Self::new(about, Verdict::Skipped, text)
    }

    fn warning(about: &'static str, text: impl Into<String>, next: impl Into<String>) -> Self {
        Self { next_step: Some(next.into()), ..Self::new(about, Verdict::Warning, text) }
    }

    fn error(about: &'static str, text: impl Into<String>, next: impl Into<String>) -> Self {
        Self { next_step: Some(next.into()), ..Self::new(about, Verdict::Error, text) }
    }

    /// What a failure says, with its place, its causes and its next step.
    fn failed(about: &'static str, verdict: Verdict, error: &Error) -> Self {
        let place = error.place().map(|place| format!("{place}: ")).unwrap_or_default();
        let said = std::iter::once(error.message().to_owned()).chain(error.causes());
        let text = format!("{place}{}", said.collect::<Vec<_>>().join(": "));
        Self { next_step: error.next_step(), ..Self::new(about, verdict, text) }
    }
}

/// Looks at everything, in the order in which a first day needs it. `now` is this computer's clock; `asks` is whether services
/// and the repository of the pages are asked.
pub fn examine(site: &SiteDir, config: &Result<Config>, now: DateTime<Utc>, asks: bool) -> Vec<Answer> {
    let mut answers = site::folders(site);
    match config {
        Err(error) => answers.push(Answer::failed("configuration", Verdict::Error, error)),
        Ok(config) => {
            answers.extend(site::configuration(site, config, now.date_naive()));
            answers.extend(services::services(site, config, now, asks));
        }
    }
    answers
}
