//! The Flex web service: asks for the days that are missing, waits until the statement is made, and stores it.
//!
//! Every question names its first and last day, because the service may shrink a saved period to one day without a
//! word; what comes back is held against what was asked. The token is never shown.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use reqwest::Url;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

use super::reply::{Content, Reply, Verdict, read, verdict};
use super::{FlexSettings, SOURCE, hear_newer, parse};
use crate::calendar::Exchange;
use crate::collect::Batch;
use crate::collect::http::{self, Answer, Limits};
use crate::collect::progress::Progress;
use crate::collect::report::{Part, PartReport};
use crate::collect::save::{Received, Saved, changes};
use crate::collect::work::Work;
use crate::config::Flex;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::record::coverage::{Coverage, gaps};
use crate::record::known_cash::KnownCash;
use crate::record::store::{Changes, Store};
use crate::record::{AccountId, Finding, FindingKind, Severity, Subject};

/// The longest period one question may name, in days.
const LONGEST: u64 = 365;

/// How patient the asking is. The service allows a question a second and ten a minute.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two questions.
    pub between: Duration,
    /// Within this time no more than ten questions are asked.
    pub window: Duration,
    /// Until a statement in the making is asked for again.
    pub working: Duration,
    /// When the service says that it was asked too often.
    pub busy: Duration,
    /// How often one statement is asked for.
    pub attempts: u32,
    /// For everything together. What came by then is stored, and the next run asks for the rest.
    pub whole: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            between: Duration::from_millis(1_100),
            window: Duration::from_secs(61),
            working: Duration::from_secs(5),
            busy: Duration::from_secs(61),
            attempts: 12,
            whole: Duration::from_secs(15 * 60),
        }
    }
}

/// Fetches every day since inception that no earlier answer covers, up to yesterday, and stores what came.
///
/// # Errors
/// A configuration without token, query or a usable address, or a store that cannot be read or written. What the
/// service does not give is a finding of the report; what it gave before is stored.
pub async fn collect(work: &mut Work<'_>, pace: Pace, progress: &dyn Progress) -> Result<PartReport> {
    let (config, now) = (work.config, work.now);
    let settings = &config.flex;
    for (key, value) in [("token", settings.token.expose()), ("query_id", settings.query_id.trim())] {
        if value.is_empty() {
            return Err(Error::configuration(format!("`[flex] {key}` is not set")).hint(
                "make an Activity Flex Query and a token in Client Portal under Flex Queries; the token belongs \
                 into config/local.toml or TRACKRECORD_FLEX_TOKEN",
            ));
        }
    }
    let today = now.with_timezone(&settings.time_zone).date_naive();
    let yesterday = today - Days::new(1);
    let from = config.site.inception.unwrap_or(today - Days::new(LONGEST));
    let mut report = PartReport::new(Part::Flex, format!("Flex query {}, {from} to {yesterday}", settings.query_id));
    if config.site.inception.is_none() {
        let message = format!("without `[site] inception` only the days since {from} are fetched");
        report.note(
            Severity::Note,
            FindingKind::NoInception,
            message,
            "set it in config/config.toml to fetch everything",
        );
    }
    let known = known(work.store(), settings)?;
    let mut windows = gaps(&known, from, yesterday, LONGEST);
    // There are no statements of days alone on which the exchange was shut.
    let exchange = work.record().exchange;
    windows.retain(|(first, last)| exchange.sessions(*first..=*last).next().is_some());
    let mut service = Service::new(settings, pace, progress)?;
    let end = Instant::now() + pace.whole;
    progress.begin("statements", windows.len());
    for (first, last) in windows {
        progress.wait_for(&format!("the statement of {first} to {last}"));
        let answer = tokio::time::timeout_at(end, service.statement(first, last)).await;
        match answer.unwrap_or_else(|_| Err(service.out_of_time())) {
            Ok(bytes) => keep(work, exchange, (first, last), bytes, &mut report)?,
            Err(error) => {
                let finding = Finding::from_error(FindingKind::FlexService, &error);
                report.findings.push(finding.headed(Subject::Period { from: first, to: last }));
                break;
            }
        }
        progress.step(&format!("{first} to {last}"));
    }
    progress.end();
    Ok(report)
}

/// The periods this query has answered for already.
fn known(store: &Store, settings: &Flex) -> Result<Vec<(NaiveDate, NaiveDate)>> {
    Ok(store
        .coverage()?
        .into_iter()
        .filter(|row| row.query == settings.query_id)
        .map(|row| (row.from, row.to))
        .collect())
}

/// Stores a statement together with what of the asked period it covers.
fn keep(
    work: &mut Work<'_>,
    exchange: Exchange,
    asked: (NaiveDate, NaiveDate),
    bytes: Vec<u8>,
    report: &mut PartReport,
) -> Result<()> {
    let name = format!("flex-{}-{}.xml", asked.0, asked.1);
    let path = PathBuf::from(&name);
    let settings = FlexSettings::of(work.config);
    let read = parse(&path, &bytes, &settings).and_then(|mut batch| {
        KnownCash::of(work.store().site())?.name(batch.cash_mut());
        hear_newer(work.store().site(), &mut batch, &settings)?;
        Ok(batch)
    });
    let batch = match read {
        Ok(batch) => batch,
        Err(error) => {
            // It came from the broker, so it is kept even if nothing can be made of it.
            work.commit(&Changes { raw: vec![(name, bytes)], ..Changes::default() })?;
            report.findings.push(Finding::from_error(FindingKind::UnreadableStatement, &error));
            return Ok(());
        }
    };
    let covered = within(&batch, asked);
    let missing: Vec<NaiveDate> = gaps(&covered, asked.0, asked.1, LONGEST)
        .into_iter()
        .flat_map(|(first, last)| exchange.sessions(first..=last))
        .collect();
    let account = AccountId::new(batch.account.as_deref().unwrap_or_default());
    let answered = if missing.is_empty() { vec![asked] } else { covered };
    let coverage = answered
        .into_iter()
        .map(|(from, to)| Coverage {
            from,
            to,
            account: account.clone(),
            query: work.config.flex.query_id.clone(),
            source: SOURCE,
        })
        .collect();
    let changes = Changes { coverage, ..changes(work.store().site(), &batch, &[Received { path, bytes }]) };
    report.added = report.added.and(Saved::of(&work.commit(&changes)?).total());
    // What the query lacks is said of the record by `check`, not again of each of its statements.
    let of_statement = batch.notices.iter().filter(|notice| notice.kind != FindingKind::Lacking);
    report.findings.extend(of_statement.cloned());
    if let (Some(first), Some(last)) = (missing.first(), missing.last()) {
        let message = format!(
            "asked for {} to {}, and the statement leaves out {} sessions between {first} and {last}",
            asked.0,
            asked.1,
            missing.len()
        );
        let next = "run this again tomorrow; if it stays so, download that period by hand and `import flex` it";
        report
            .findings
            .push(Finding::new(Severity::Error, FindingKind::ShrunkPeriod, message, next).at(Place::file(name)));
    }
    Ok(())
}

/// The periods a file says it covers, cut to what was asked.
fn within(batch: &Batch, asked: (NaiveDate, NaiveDate)) -> Vec<(NaiveDate, NaiveDate)> {
    let cut = batch.covered.iter().map(|(first, last)| (*first.max(&asked.0), *last.min(&asked.1)));
    cut.filter(|(first, last)| first <= last).collect()
}

/// Why a question was not answered.
enum Trouble {
    /// The service said so.
    Said(Reply),
    /// No answer, or one that makes no sense.
    Silent(String),
    /// Something else than the service is at this address.
    Elsewhere(String),
}

/// The service, asked no faster than it allows.
struct Service<'a> {
    client: reqwest::Client,
    settings: &'a Flex,
    pace: Pace,
    asked: Vec<Instant>,
    /// What kept the statement that is asked for now from coming last.
    reported: Option<Trouble>,
    progress: &'a dyn Progress,
}

impl<'a> Service<'a> {
    fn new(settings: &'a Flex, pace: Pace, progress: &'a dyn Progress) -> Result<Self> {
        let client = http::client(&settings.base_url, Limits::default())?;
        Ok(Self { client, settings, pace, asked: Vec::new(), reported: None, progress })
    }

    /// The statement of a period, as it came.
    async fn statement(&mut self, first: NaiveDate, last: NaiveDate) -> Result<Vec<u8>> {
        self.reported = None;
        for attempt in 1..=self.pace.attempts {
            let trouble = match self.reference(first, last).await {
                Ok(reply) => match self.fetch(&reply).await {
                    Ok(bytes) => return Ok(bytes),
                    Err(trouble) => trouble,
                },
                Err(trouble) => trouble,
            };
            let pause = self.pause(&trouble, attempt)?;
            self.progress.say(&format!("{}; asking again in {} s", self.in_words(&trouble), pause.as_secs()));
            self.reported = Some(trouble);
            tokio::time::sleep(pause).await;
        }
        Err(self.gave_up(&format!("after {} attempts", self.pace.attempts)))
    }

    /// Asks for a statement to be made.
    async fn reference(&mut self, first: NaiveDate, last: NaiveDate) -> Result<Reply, Trouble> {
        let days = [("fd", first.format("%Y%m%d").to_string()), ("td", last.format("%Y%m%d").to_string())];
        let query = self.settings.query_id.clone();
        let answer = self.get(&self.settings.base_url, "SendRequest", &query, &days).await?;
        match read(&answer.body) {
            Content::Reply(reply) if reply.reference.is_some() && reply.code.is_none() => Ok(reply),
            Content::Reply(reply) => Err(Trouble::Said(reply)),
            Content::Statement | Content::Other => Err(Trouble::Silent(unexpected(&answer))),
        }
    }

    /// Asks for the statement until it is made: here, and if it is not to be had here, where the reply says.
    async fn fetch(&mut self, reply: &Reply) -> Result<Vec<u8>, Trouble> {
        let reference = reply.reference.clone().unwrap_or_default();
        let here = self.settings.base_url.clone();
        let elsewhere = reply.address.as_deref().and_then(|address| self.trusted(address));
        let mut trouble = Trouble::Silent("the statement was never ready".to_owned());
        for base in std::iter::once(here).chain(elsewhere) {
            for _ in 0..self.pace.attempts {
                let answer = match self.get(&base, "GetStatement", &reference, &[]).await {
                    Ok(answer) => answer,
                    Err(problem) => {
                        trouble = problem;
                        break;
                    }
                };
                match read(&answer.body) {
                    Content::Statement => return Ok(answer.body),
                    Content::Reply(reply) => match reply.code.map(verdict) {
                        Some(Verdict::Working | Verdict::Busy) => {
                            let busy = reply.code.map(verdict) == Some(Verdict::Busy);
                            trouble = Trouble::Said(reply);
                            tokio::time::sleep(if busy { self.pace.busy } else { self.pace.working }).await;
                        }
                        _ => {
                            trouble = Trouble::Said(reply);
                            break;
                        }
                    },
                    Content::Other => {
                        trouble = Trouble::Silent(unexpected(&answer));
                        break;
                    }
                }
            }
        }
        Err(trouble)
    }

    /// The base of an address the service names, if the token may be sent there: another place at IBKR, or the very
    /// host that is configured.
    fn trusted(&self, address: &str) -> Option<String> {
        let (own, named) = (Url::parse(&self.settings.base_url).ok()?, Url::parse(address).ok()?);
        let same = own.origin() == named.origin();
        let at_ibkr = named.scheme() == "https"
            && named.host_str().is_some_and(|host| host.ends_with(".interactivebrokers.com"));
        let base = address.split('?').next()?.trim_end_matches('/');
        let base = base.strip_suffix("GetStatement").map_or(base, |base| base.trim_end_matches('/'));
        ((same || at_ibkr) && base != self.settings.base_url.trim_end_matches('/')).then(|| base.to_owned())
    }

    async fn get(&mut self, base: &str, step: &str, query: &str, more: &[(&str, String)]) -> Result<Answer, Trouble> {
        self.keep_pace().await;
        let address = format!("{}/{step}", base.trim_end_matches('/'));
        let mut url =
            Url::parse(&address).map_err(|_| Trouble::Silent("the address is not a valid URL".to_owned()))?;
        url.query_pairs_mut()
            .append_pair("t", self.settings.token.expose())
            .append_pair("q", query)
            .append_pair("v", "3")
            .extend_pairs(more.iter().map(|(key, value)| (*key, value.as_str())));
        let answer = http::get(&self.client, url, HeaderMap::new()).await;
        let answer = answer.map_err(|failure| Trouble::Silent(failure.to_string()))?;
        match answer.status {
            200 => Ok(answer),
            _ if matches!(read(&answer.body), Content::Reply(_)) => Ok(answer),
            // Not followed further: another address would hear the token.
            status @ 300..=399 => Err(Trouble::Elsewhere(format!("status {status}, it sends to another address"))),
            status @ (404 | 405 | 410) => {
                Err(Trouble::Elsewhere(format!("status {status}, nothing is served there")))
            }
            status => Err(Trouble::Silent(format!("status {status}"))),
        }
    }

    /// Waits until another question is allowed.
    async fn keep_pace(&mut self) {
        if let Some(last) = self.asked.last() {
            tokio::time::sleep_until(*last + self.pace.between).await;
        }
        if let Some(tenth) = self.asked.iter().rev().nth(9) {
            tokio::time::sleep_until(*tenth + self.pace.window).await;
        }
        self.asked.push(Instant::now());
    }

    /// How long to wait after this trouble.
    ///
    /// # Errors
    /// Waiting does not help.
    fn pause(&self, trouble: &Trouble, attempt: u32) -> Result<Duration> {
        let growing = self.pace.working * 2u32.saturating_pow(attempt.saturating_sub(1).min(4));
        let code = match trouble {
            Trouble::Silent(_) => return Ok(growing),
            Trouble::Elsewhere(_) => {
                return Err(Error::new(ErrorKind::Configuration, self.in_words(trouble))
                    .hint("correct `[flex] base_url`, or take it out for the address of Interactive Brokers"));
            }
            Trouble::Said(reply) => reply.code,
        };
        match code.map(verdict) {
            Some(Verdict::Final(kind, next)) => Err(Error::new(kind, self.in_words(trouble)).hint(next)),
            Some(Verdict::Busy) => Ok(self.pace.busy),
            Some(Verdict::Working | Verdict::Later) | None => Ok(growing),
        }
    }

    fn out_of_time(&self) -> Error {
        let seconds = self.pace.whole.as_secs();
        self.gave_up(&format!("within {seconds} s")).hint("what came before is stored, and is not asked for again")
    }

    fn gave_up(&self, when: &str) -> Error {
        let trouble = self.reported.as_ref();
        let last =
            trouble.map_or("the Flex web service does not answer".to_owned(), |trouble| self.in_words(trouble));
        let message = format!("the Flex web service gave no statement {when}: {last}");
        let is_busy =
            matches!(trouble, Some(Trouble::Said(Reply { code: Some(code), .. })) if verdict(*code) == Verdict::Busy);
        Error::new(if is_busy { ErrorKind::Busy } else { ErrorKind::Network }, message)
            .hint("try again in an hour; statements are made once a day after the close")
    }

    /// The trouble in words, without the token should the service repeat it.
    fn in_words(&self, trouble: &Trouble) -> String {
        let words = match trouble {
            Trouble::Silent(words) | Trouble::Elsewhere(words) => format!("the Flex web service: {words}"),
            Trouble::Said(Reply { code: Some(code), message, .. }) => {
                format!("the Flex web service says {code}: {message}")
            }
            Trouble::Said(reply) => format!("the Flex web service says {}: {}", reply.status, reply.message),
        };
        self.settings.token.hidden_in(&words)
    }
}

fn unexpected(answer: &Answer) -> String {
    let what = if answer.is_web_page() { "a web page" } else { "something that is no statement" };
    format!("it answered with {what}")
}
