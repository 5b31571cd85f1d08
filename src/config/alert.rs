//! `[[alert]]`: who hears of what, and `[secrets]`: the addresses, tokens and passwords that it takes.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

use super::at::clock;
use super::span::Zone;
use super::{Config, Secret};

/// One `[[alert]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alert {
    /// Its name: lower-case letters, digits, `-` and `_`. Under this name `[secrets]` has its address, token or password.
    pub name: String,
    /// By which service it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Service>,
    /// What it is about; none for everything that has what it needs.
    pub rules: Vec<Topic>,
    /// Hours in which nothing is sent, with their zone: `22:00-07:00 Europe/London`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// Whether amounts may be in it though the site shows none.
    pub private: bool,
    /// The time of day by which a session's snapshot is there: `23:00 Europe/London`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_by: Option<LocalTime>,
    /// A difference to the broker's own return above this many basis points is an event.
    pub reconciliation_bps: f64,
    /// A drawdown deeper than this fraction is an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawdown: Option<f64>,
    /// `email`: the mail server. `ntfy`, `telegram`, `pushover`: the address of another server than the usual one.
    pub server: String,
    /// `email`: its port. 465 speaks TLS from the first byte, any other has to offer STARTTLS.
    pub port: u16,
    /// `email`: the name to log in with; its password is the secret.
    pub user: String,
    /// `email`: the sender.
    pub from: String,
    /// `email`: the recipients.
    pub recipients: Vec<String>,
    /// `email`: the certificate (PEM) of a server of one's own, by its path below the site's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// `telegram`: the chat.
    pub chat: String,
}

impl Default for Alert {
    fn default() -> Self {
        Self {
            name: String::new(),
            to: None,
            rules: Vec::new(),
            quiet: None,
            private: false,
            snapshot_by: None,
            reconciliation_bps: 10.0,
            drawdown: None,
            server: String::new(),
            port: 465,
            user: String::new(),
            from: String::new(),
            recipients: Vec::new(),
            certificate: None,
            chat: String::new(),
        }
    }
}

/// The services that carry messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Mail, over TLS alone.
    Email,
    /// ntfy.sh or a server of one's own.
    Ntfy,
    /// A webhook of a Discord channel.
    Discord,
    /// A webhook of a Slack channel.
    Slack,
    /// A bot of Telegram.
    Telegram,
    /// Pushover.
    Pushover,
    /// Any address that takes JSON.
    Webhook,
}

/// What an alert can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// A job has failed twice, or waits for a log-in.
    Failed,
    /// A session has no snapshot by `snapshot_by`.
    Snapshot,
    /// The record does not explain a change of net value.
    NetValue,
    /// The broker's own return is further from ours than `reconciliation_bps`.
    Reconciliation,
    /// The account is further below its highest point than `drawdown`.
    Drawdown,
    /// A strategy has a new signal.
    Signal,
    /// A month is closed.
    Month,
    /// A corporate action needs a word.
    Action,
    /// The broker has restated something.
    Restated,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Failed,
        Self::Snapshot,
        Self::NetValue,
        Self::Reconciliation,
        Self::Drawdown,
        Self::Signal,
        Self::Month,
        Self::Action,
        Self::Restated,
    ];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Snapshot => "snapshot",
            Self::NetValue => "net-value",
            Self::Reconciliation => "reconciliation",
            Self::Drawdown => "drawdown",
            Self::Signal => "signal",
            Self::Month => "month",
            Self::Action => "action",
            Self::Restated => "restated",
        }
    }
}

/// A time of day in a zone, `23:00 Europe/London`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct LocalTime {
    /// The time.
    pub time: NaiveTime,
    /// The zone.
    pub zone: Tz,
}

impl FromStr for LocalTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.trim().split_once(' ');
        let (time, zone) =
            parts.ok_or_else(|| format!("`{text}` is not a time with its zone; write it as 23:00 Europe/London"))?;
        Ok(Self { time: clock(time)?, zone: zone.trim().parse::<Zone>()?.0 })
    }
}

impl From<LocalTime> for String {
    fn from(at: LocalTime) -> Self {
        format!("{} {}", at.time.format("%H:%M"), at.zone)
    }
}

impl TryFrom<String> for LocalTime {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Hours of the day in a zone, which may reach over midnight: `22:00-07:00 Europe/London`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Quiet {
    from: NaiveTime,
    to: NaiveTime,
    zone: Tz,
}

impl Quiet {
    /// Whether nothing is sent now.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        let time = now.with_timezone(&self.zone).time();
        if self.from < self.to { (self.from..self.to).contains(&time) } else { time >= self.from || time < self.to }
    }
}

impl FromStr for Quiet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` does not say quiet hours; write them as 22:00-07:00 Europe/London");
        let (hours, zone) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
        let (from, to, zone) = (clock(from)?, clock(to)?, zone.trim().parse::<Zone>()?.0);
        if from == to {
            return Err(format!("`{text}` would be quiet for ever; give two times, or leave it out"));
        }
        Ok(Self { from, to, zone })
    }
}

impl From<Quiet> for String {
    fn from(quiet: Quiet) -> Self {
        format!("{}-{} {}", quiet.from.format("%H:%M"), quiet.to.format("%H:%M"), quiet.zone)
    }
}

impl TryFrom<String> for Quiet {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl Alert {
    /// Whether it is about a topic.
    pub fn is_about(&self, topic: Topic) -> bool {
        let has_limit = match topic {
            Topic::Snapshot => self.snapshot_by.is_some(),
            Topic::Drawdown => self.drawdown.is_some(),
            _ => true,
        };
        has_limit && (self.rules.is_empty() || self.rules.contains(&topic))
    }

    /// What is still wrong when every value is of the right form: key and message.
    fn impossible(&self) -> Option<(&'static str, String)> {
        let fits =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-' || letter == '_';
        let is_mail = self.to == Some(Service::Email);
        let is_address = |text: &String| text.parse::<Mailbox>().is_ok();
        let asks = |topic| self.rules.contains(&topic);
        let own_server = matches!(self.to, Some(Service::Ntfy | Service::Telegram | Service::Pushover));
        let checks = [
            (
                "name",
                self.name.is_empty() || !self.name.chars().all(fits),
                "an alert needs a name of lower-case letters, digits, - and _",
            ),
            (
                "to",
                self.to.is_none(),
                "an alert goes to \"email\", \"ntfy\", \"discord\", \"slack\", \"telegram\", \"pushover\" or \"webhook\"",
            ),
            (
                "snapshot_by",
                asks(Topic::Snapshot) && self.snapshot_by.is_none(),
                "the rule `snapshot` needs a time: `snapshot_by = \"23:00 Europe/London\"`",
            ),
            (
                "drawdown",
                asks(Topic::Drawdown) && self.drawdown.is_none(),
                "the rule `drawdown` needs a limit: `drawdown = 0.1` for 10 %",
            ),
            (
                "drawdown",
                self.drawdown.is_some_and(|limit| !(limit > 0.0 && limit < 1.0)),
                "it is a fraction between 0 and 1; 10 % is 0.1",
            ),
            (
                "reconciliation_bps",
                !(self.reconciliation_bps > 0.0 && self.reconciliation_bps <= 10_000.0),
                "it is between 0 and 10000 basis points",
            ),
            (
                "server",
                is_mail && (self.server.is_empty() || self.server.contains(['/', ' ', '@'])),
                "the name of the mail server alone, such as smtp.example.org",
            ),
            (
                "server",
                own_server && !self.server.is_empty() && !super::is_secure(&self.server),
                "it must start with https://, because a token is sent there",
            ),
            ("port", is_mail && self.port == 0, "465, or the port that offers STARTTLS, most often 587"),
            ("from", is_mail && !is_address(&self.from), "a sender's address, such as record@example.org"),
            (
                "recipients",
                is_mail && (self.recipients.is_empty() || !self.recipients.iter().all(is_address)),
                "one or more addresses, such as [\"me@example.org\"]",
            ),
            (
                "chat",
                self.to == Some(Service::Telegram) && self.chat.trim().is_empty(),
                "the number of the chat, which @userinfobot says",
            ),
        ];
        checks.into_iter().find(|(_, wrong, _)| *wrong).map(|(key, _, message)| (key, message.to_owned()))
    }
}

impl Config {
    /// The secret of this name. In the names of environment variables `-` is `_`.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        let same = |key: &str| key.to_ascii_lowercase().replace('-', "_") == name.replace('-', "_");
        self.secrets.iter().find(|(key, secret)| same(key) && secret.is_set()).map(|(_, secret)| secret)
    }

    /// Every token, password and secret address.
    pub fn every_secret(&self) -> impl Iterator<Item = &Secret> {
        self.secrets.values().chain([&self.flex.token]).filter(|secret| secret.is_set())
    }

    /// A text without any token, password or secret address.
    pub fn without_secrets(&self, text: &str) -> String {
        self.every_secret().fold(text.to_owned(), |text, secret| secret.hidden_in(&text))
    }

    /// The first alert that cannot be, as a key such as `alert.0.to`, and what is wrong.
    pub(super) fn impossible_alert(&self) -> Option<(String, String)> {
        let mut names = BTreeSet::new();
        self.alert.iter().enumerate().find_map(|(place, alert)| {
            let twice = || {
                (!names.insert(alert.name.replace('-', "_"))).then(|| {
                    ("name", format!("`{}` is the name of an earlier alert; rename one of them", alert.name))
                })
            };
            let (key, message) = alert.impossible().or_else(twice)?;
            Some((format!("alert.{place}.{key}"), message))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_reach_over_midnight_by_the_clock_of_their_zone() {
        let quiet: Quiet = "22:00-07:00 Europe/London".parse().unwrap();
        let holds = |time: &str| quiet.holds(time.parse().unwrap());
        assert!(holds("2026-01-27T22:00:00Z") && holds("2026-01-28T06:59:00Z"));
        assert!(!holds("2026-01-28T07:00:00Z") && !holds("2026-01-27T21:59:00Z"));
        // In summer London is an hour ahead of UTC.
        assert!(holds("2026-07-27T21:00:00Z") && !holds("2026-07-28T06:00:00Z"));
        let noon: Quiet = "12:00-13:00 UTC".parse().unwrap();
        assert!(noon.holds("2026-01-27T12:30:00Z".parse().unwrap()));
        assert!(!noon.holds("2026-01-27T13:00:00Z".parse().unwrap()));
        for wrong in ["22:00", "22-7 UTC", "22:00-22:00 UTC", "22:00-07:00", "22:00-07:00 Mars"] {
            assert!(wrong.parse::<Quiet>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_found_under_the_name_that_a_variable_can_have() {
        let mut config = Config::default();
        config.secrets.insert("my_phone_token".into(), "abc".into());
        assert_eq!(config.secret("my-phone-token").map(Secret::expose), Some("abc"));
        assert!(config.secret("my-phone").is_none());
        assert_eq!(config.without_secrets("x abc y"), "x … y");
    }
}
