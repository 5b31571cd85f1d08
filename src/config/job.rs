//! `[[job]]`: what is done without being asked, and when.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Config;
use super::at::{At, Pattern};
use super::span::{Span, Zone};

/// One `[[job]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Job {
    /// Its name: letters, digits, `-` and `_`.
    pub name: String,
    /// When it runs, by the sessions of an exchange; or `cron`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// When it runs, as a cron pattern in `zone`; or `at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron: Option<Pattern>,
    /// The time zone of `cron`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// What it does, in order.
    pub run: Vec<Step>,
    /// How late it may still begin. Default: until it comes again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Span>,
    /// How long it may take.
    pub limit: Span,
}

impl Default for Job {
    fn default() -> Self {
        Self {
            name: String::new(),
            at: None,
            cron: None,
            zone: None,
            run: Vec::new(),
            deadline: None,
            limit: Span::minutes(60),
        }
    }
}

/// What a job can do. Each is what the command of that name does; none sends an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Fills and account from TWS or Gateway, statements from the Flex service if it is configured, and prices.
    Collect,
    /// Prices alone.
    Prices,
    /// Statements from the Flex service alone.
    Flex,
    /// Look for what is wrong with the record.
    Check,
    /// Make and save the signal of each strategy.
    Signal,
    /// List what to trade by hand.
    List,
    /// Make the site.
    Build,
    /// Publish it.
    Publish,
}

impl Step {
    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Prices => "prices",
            Self::Flex => "flex",
            Self::Check => "check",
            Self::Signal => "signal",
            Self::List => "list",
            Self::Build => "build",
            Self::Publish => "publish",
        }
    }
}

impl Job {
    /// What is still wrong when every value is of the right form: key and message.
    fn impossible(&self) -> Option<(&'static str, String)> {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        let checks = [
            (
                "name",
                self.name.is_empty() || !self.name.chars().all(fits),
                "a job needs a name of letters, digits, - and _",
            ),
            ("at", self.at.is_some() && self.cron.is_some(), "a job has either `at` or `cron`, not both"),
            (
                "at",
                self.at.is_none() && self.cron.is_none(),
                "nothing says when the job runs: add `at = \"XLON close + 20m\"`, or `cron` with a `zone`",
            ),
            (
                "cron",
                self.cron.is_some() && self.zone.is_none(),
                "a pattern needs a time zone beside it: add `zone = \"Europe/London\"`",
            ),
            (
                "zone",
                self.at.is_some() && self.zone.is_some(),
                "the zone of `at` is that of the exchange, or stands in it; leave `zone` out",
            ),
            ("run", self.run.is_empty(), "the job does nothing: add `run = [\"collect\", \"build\"]`"),
        ];
        checks.into_iter().find(|(_, wrong, _)| *wrong).map(|(key, _, message)| (key, message.to_owned()))
    }
}

impl Config {
    /// The first job that cannot be, as a key such as `job.0.at`, and what is wrong.
    pub(super) fn impossible_job(&self) -> Option<(String, String)> {
        let mut names = BTreeSet::new();
        self.job.iter().enumerate().find_map(|(place, job)| {
            let twice = || {
                (!names.insert(&job.name))
                    .then(|| ("name", format!("`{}` is the name of an earlier job; rename one of them", job.name)))
            };
            let needs_rule = || {
                let step = job.run.iter().find(|step| matches!(step, Step::Signal | Step::List))?;
                self.strategy.is_empty().then(|| {
                    let step = step.name();
                    (
                        "run",
                        format!(
                            "`{step}` needs a rule, and `strategy = []` says that there is none; take one of them out"
                        ),
                    )
                })
            };
            let (key, message) = job.impossible().or_else(twice).or_else(needs_rule)?;
            Some((format!("job.{place}.{key}"), message))
        })
    }
}
