//! Asking authorities over HTTP. Nothing but a digest is sent, and nothing but a token for it is believed.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;

use super::super::private::random;
use super::token::{LARGEST, Nonce, Token, request};
use crate::collect::http::{answered, builder};
use crate::config::is_loopback;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::record::store::write_atomically;
use crate::site_dir::SiteDir;

/// So far an authority's clock may be from this computer's.
const MOST_APART: TimeDelta = TimeDelta::minutes(10);

/// How authorities are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// An answer that takes longer is not waited for.
    pub limit: Duration,
    /// So long a host is left alone after it was asked. This computer itself never minds.
    pub pause: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self { limit: Duration::from_secs(10), pause: Duration::from_secs(15) }
    }
}

/// What became of asking one authority: its answer as it came with what it says, or why there is none.
pub struct Asked {
    /// Its place among those that are configured.
    pub authority: usize,
    /// Its host, for words.
    pub host: String,
    /// Its answer, and what it says; otherwise why there is none.
    pub answer: Result<(Vec<u8>, Token), String>,
}

/// Asks these authorities to stamp a digest, all at once.
///
/// # Errors
/// When the last ones were asked cannot be written down, or the system has no random numbers.
pub fn ask(
    site: &SiteDir,
    authorities: &[(usize, &str)],
    digest: Digest,
    now: DateTime<Utc>,
    manners: Manners,
) -> Result<Vec<Asked>> {
    let mut last = Last::read(site);
    let mut questions = Vec::new();
    for (authority, address) in authorities {
        let url = Url::parse(address).map_err(|error| {
            Error::configuration(format!("`{address}` is not an address"))
                .because(error)
                .hint("correct `[proof] authorities`")
        })?;
        let host = host(&url);
        let wait = if is_loopback(address) { Duration::ZERO } else { last.wait(&host, now, manners.pause) };
        last.0.insert(host.clone(), now + TimeDelta::from_std(wait).unwrap_or_default());
        questions.push((*authority, host, url, wait, Nonce::of(random()?)));
    }
    last.write(site)?;
    let asked = |(authority, host, url, wait, nonce)| {
        std::thread::sleep(wait);
        let answer = answer(url, digest, nonce, now, manners.limit);
        Asked { authority, host, answer }
    };
    Ok(std::thread::scope(|scope| {
        let threads: Vec<_> = questions.into_iter().map(|question| scope.spawn(move || asked(question))).collect();
        // A thread that panics has broken this program, not the answer of the others.
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    }))
}

/// One question and its answer.
fn answer(
    url: Url,
    digest: Digest,
    nonce: Nonce,
    now: DateTime<Utc>,
    limit: Duration,
) -> Result<(Vec<u8>, Token), String> {
    let began = std::time::Instant::now();
    let client = builder(&url).user_agent("trackrecord").redirect(Policy::none()).timeout(limit).build();
    let client = client.map_err(|error| format!("cannot prepare secure connections: {}", error.without_url()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot wait for sockets: {error}"))?;
    let question = client.post(url).header(CONTENT_TYPE, "application/timestamp-query").body(request(digest, nonce));
    let answer = runtime.block_on(answered(question, LARGEST)).map_err(|failure| failure.to_string())?;
    if answer.status != 200 {
        return Err(format!("it answered with status {}", answer.status));
    }
    let wrong = |why: String| format!("its answer was discarded: {why}");
    let token = Token::parse(&answer.body).map_err(wrong)?;
    token.answers(digest, nonce).map_err(wrong)?;
    let now = now + TimeDelta::from_std(began.elapsed()).unwrap_or_default();
    if (token.time - now).abs() > MOST_APART {
        let [says, is] = [token.time, now].map(super::super::log::instant);
        return Err(wrong(format!(
            "it says {says} where this computer's clock says {is}; look whether that is right"
        )));
    }
    Ok((answer.body, token))
}

fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

/// When each host was asked last, so that the next command waits too.
struct Last(BTreeMap<String, DateTime<Utc>>);

impl Last {
    fn read(site: &SiteDir) -> Self {
        let text = std::fs::read_to_string(site.proof_asked()).unwrap_or_default();
        let row = |line: &str| {
            let (host, time) = line.split_once(' ')?;
            Some((host.to_owned(), time.parse().ok()?))
        };
        Self(text.lines().filter_map(row).collect())
    }

    fn write(&self, site: &SiteDir) -> Result<()> {
        let row = |(host, time): (&String, &DateTime<Utc>)| format!("{host} {}\n", time.to_rfc3339());
        let text: String = self.0.iter().map(row).collect();
        write_atomically(&site.proof_asked(), text.as_bytes(), false)
    }

    /// How long a host is to be left alone still. A clock that was set back makes nobody wait longer than once.
    fn wait(&self, host: &str, now: DateTime<Utc>, pause: Duration) -> Duration {
        let Some(last) = self.0.get(host) else { return Duration::ZERO };
        let since = (now - *last).to_std().unwrap_or_default();
        pause.saturating_sub(since)
    }
}

#[cfg(test)]
#[path = "asking_tests.rs"]
pub mod tests;
