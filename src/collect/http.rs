//! Asking over HTTP: one kind of client, what came back, what kept it from coming, and how long to wait before
//! asking again.
//!
//! Nothing here ever shows an address, because one may hold a token.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Client, ClientBuilder, RequestBuilder, Url};

use crate::error::{Error, Result};

/// The largest answer that is read, in bytes. A year of daily prices is 30 kB, a year of statements a few MB.
const LARGEST: usize = 256 << 20;

/// Services that keep programs out let this one in.
const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// Without another byte.
    pub silence: Duration,
    /// All in all.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), silence: Duration::from_secs(15), whole: Duration::from_secs(120) }
    }
}

/// A client for the service at this address. It looks like a browser, and it reaches this computer itself without
/// a proxy.
///
/// # Errors
/// An address that is none, or a computer without root certificates.
pub fn client(address: &str, limits: Limits) -> Result<Client> {
    let url = Url::parse(address).map_err(|error| {
        Error::configuration(format!("`{address}` is not an address")).because(error).hint("correct `base_url`")
    })?;
    let builder = builder(&url)
        .user_agent(BROWSER)
        .redirect(Policy::custom(same_host))
        .referer(false)
        .connect_timeout(limits.connect)
        .read_timeout(limits.silence)
        .timeout(limits.whole);
    builder.build().map_err(|error| {
        Error::internal("cannot prepare secure connections")
            .because(error.without_url())
            .hint("install this system's root certificates (package ca-certificates)")
    })
}

/// What every client begins with: cryptography, and no proxy on the way to this computer itself.
pub fn builder(url: &Url) -> ClientBuilder {
    // Fails only where a provider is installed already, and then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder();
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if is_here { builder.no_proxy() } else { builder }
}

/// Follows a service to another place of its own, and nobody else: an address may hold a token.
fn same_host(attempt: Attempt) -> Action {
    let asked = attempt.previous().last().map(|url| (url.scheme().to_owned(), url.host_str().map(str::to_owned)));
    let named = (attempt.url().scheme().to_owned(), attempt.url().host_str().map(str::to_owned));
    if asked == Some(named) && attempt.previous().len() < 5 { attempt.follow() } else { attempt.stop() }
}

/// What a service answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code; 200 is well.
    pub status: u16,
    /// Header fields as they came.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the service was too busy or out of order, so that the same question may be answered later. 999 is
    /// what Yahoo sends to those who ask too often.
    pub fn is_temporary(&self) -> bool {
        matches!(self.status, 408 | 425 | 429 | 500..=599 | 999)
    }

    /// How long the service asks to be left alone. `now` serves where the answer itself is not dated.
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let header = |name| self.headers.get(name)?.to_str().ok().map(str::trim);
        let text = header(RETRY_AFTER)?;
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = |text: &str| httpdate::parse_http_date(text).ok().map(DateTime::<Utc>::from);
        // Both times are the service's own, so a wrong clock here does no harm.
        let asked = header(DATE).and_then(date).unwrap_or(now);
        Some((date(text)? - asked).to_std().unwrap_or_default())
    }

    /// When the service says that it answered.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        let text = self.headers.get(DATE)?.to_str().ok()?;
        httpdate::parse_http_date(text.trim()).ok().map(DateTime::from)
    }

    /// Whether the content is a web page.
    pub fn is_web_page(&self) -> bool {
        let text = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body).trim_ascii_start();
        text.get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"<html") || start.eq_ignore_ascii_case(b"<!doc"))
    }
}

/// What kept an answer from coming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No connection came about, and why.
    Unreachable(String),
    /// It took too long.
    TimedOut,
    /// The connection broke before the answer was complete, and how.
    Broken(String),
    /// The answer does not end.
    TooLarge,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(cause) => write!(f, "no connection: {cause}"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Broken(cause) => write!(f, "the connection broke: {cause}"),
            Self::TooLarge => f.write_str("the answer is larger than any real one"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        match cause.to_string() {
            _ if error.is_timeout() => Self::TimedOut,
            words if error.is_connect() => Self::Unreachable(words),
            words => Self::Broken(words),
        }
    }
}

/// Asks once and reads the answer to its end, whatever its status.
///
/// # Errors
/// No answer, or no complete one.
pub async fn get(client: &Client, url: Url, headers: HeaderMap) -> Result<Answer, Failure> {
    answered(client.get(url).headers(headers), LARGEST).await
}

/// Sends a request once and reads the answer to its end, whatever its status, unless it has more bytes than `largest`.
///
/// # Errors
/// As [`get`].
pub async fn answered(request: RequestBuilder, largest: usize) -> Result<Answer, Failure> {
    let mut response = request.send().await?;
    let mut answer =
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body: Vec::new() };
    while let Some(part) = response.chunk().await? {
        if answer.body.len() + part.len() > largest {
            return Err(Failure::TooLarge);
        }
        answer.body.extend_from_slice(&part);
    }
    Ok(answer)
}

/// How often to ask, and how long to wait in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Askings altogether.
    pub attempts: u32,
    /// The wait after the first; each later one is twice as long.
    pub first: Duration,
    /// The longest wait. A service that wants a longer one is left alone.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { attempts: 4, first: Duration::from_millis(500), longest: Duration::from_secs(60) }
    }
}

impl Backoff {
    /// How long to wait after asking `attempt` times in vain; nothing when that was the last time. What the service
    /// wishes is honoured, and a quarter more or less by chance keeps many askers from coming back together.
    pub fn wait(&self, attempt: u32, wish: Option<Duration>) -> Option<Duration> {
        if attempt >= self.attempts || wish.is_some_and(|wish| wish > self.longest) {
            return None;
        }
        let doubled = self.first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest);
        let varied = doubled.mul_f64(0.75 + 0.5 * chance());
        Some(wish.map_or(varied, |wish| wish + varied.mul_f64(0.25)))
    }
}

/// A number from 0 to below 1 that differs each time. The standard library's hashers start from random keys.
fn chance() -> f64 {
    f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default()) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&'static str, &str)]) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (reqwest::header::HeaderName::from_static(name), value.parse().unwrap()));
        Answer { status: 429, headers: headers.collect(), body: Vec::new() }
    }

    #[test]
    fn a_wish_is_read_in_seconds_and_as_a_date() {
        let now = "2026-01-27T12:00:00Z".parse().unwrap();
        let wish = |headers: &[_]| answer(headers).retry_after(now);
        assert_eq!(wish(&[]), None);
        assert_eq!(wish(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        let date = ("retry-after", "Tue, 27 Jan 2026 12:00:30 GMT");
        assert_eq!(wish(&[date]), Some(Duration::from_secs(30)));
        let dated = ("date", "Tue, 27 Jan 2026 12:00:20 GMT");
        assert_eq!(wish(&[date, dated]), Some(Duration::from_secs(10)));
        assert_eq!(wish(&[("retry-after", "Tue, 27 Jan 2026 11:00:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(wish(&[("retry-after", "soon")]), None);
    }

    #[test]
    fn waits_double_vary_and_end() {
        let backoff = Backoff { attempts: 3, first: Duration::from_secs(1), longest: Duration::from_secs(60) };
        for _ in 0..50 {
            let (first, second) = (backoff.wait(1, None).unwrap(), backoff.wait(2, None).unwrap());
            assert!((0.75..1.25).contains(&first.as_secs_f64()), "{first:?}");
            assert!((1.5..2.5).contains(&second.as_secs_f64()), "{second:?}");
            let asked = backoff.wait(1, Some(Duration::from_secs(5))).unwrap();
            assert!((5.0..5.4).contains(&asked.as_secs_f64()), "{asked:?}");
        }
        assert_ne!(backoff.wait(1, None), backoff.wait(1, None));
        assert_eq!(backoff.wait(3, None), None);
        assert_eq!(backoff.wait(1, Some(Duration::from_secs(61))), None);
    }

    #[test]
    fn a_web_page_is_told_from_data() {
        let page = |body: &str| Answer { body: body.into(), ..answer(&[]) }.is_web_page();
        assert!(page("\n<!DOCTYPE html><html>"));
        assert!(page("<HTML lang=\"en\">"));
        assert!(!page("{\"chart\": \"<html>\"}"));
        assert!(!page("<?xml version=\"1.0\"?><FlexQueryResponse>"));
    }

    fn failure(address: &str, limits: Limits) -> Failure {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = client(address, limits).unwrap();
        runtime.block_on(get(&client, address.parse().unwrap(), HeaderMap::new())).unwrap_err()
    }

    /// Takes one question, says this, and stays on the line for a while.
    fn says(words: &'static str, stays: Duration) -> String {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            stream.write_all(words.as_bytes()).unwrap();
            std::thread::sleep(stays);
        });
        format!("http://{address}/")
    }

    #[test]
    fn a_mute_service_and_a_broken_answer_are_told_apart() {
        let limits = Limits { silence: Duration::from_millis(100), ..Limits::default() };
        assert_eq!(failure(&says("", Duration::from_secs(5)), limits), Failure::TimedOut);
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        assert_eq!(failure(&says(half, Duration::from_secs(5)), limits), Failure::TimedOut);
        assert!(matches!(failure(&says(half, Duration::ZERO), Limits::default()), Failure::Broken(_)));
    }

    #[test]
    fn a_failure_never_shows_the_address() {
        let failure = failure("http://127.0.0.1:1/secret?token=hidden", Limits::default());
        assert!(matches!(failure, Failure::Unreachable(_)), "{failure}");
        assert!(!format!("{failure} {failure:?}").contains("hidden"), "{failure:?}");
    }
}
