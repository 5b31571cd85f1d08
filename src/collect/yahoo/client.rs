//! Asks the chart service: few questions at a time, patiently, and with a cookie only where it wants one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveTime, Utc};
use reqwest::Url;
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;

use super::chart::{self, Chart};
use super::plan::Span;
use crate::collect::http::{self, Answer, Backoff, Failure, Limits};
use crate::error::{Error, Result};
use crate::record::PriceSymbol;

/// Questions under way at once.
const AT_ONCE: usize = 8;

/// Hears what a question is waiting for.
pub(super) type Say = dyn Fn(String) + Send + Sync;

/// The chart service.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    now: DateTime<Utc>,
    backoff: Backoff,
    slots: Semaphore,
    /// Nobody asks before this, because the service said so.
    not_before: Lock<Option<Instant>>,
    /// Set while the last question found no connection or no answer; nobody then asks more than twice.
    unreachable: AtomicBool,
    session: Mutex<Option<Arc<Session>>>,
}

/// What the service hands to a browser and wants back.
#[derive(Debug, PartialEq, Eq)]
struct Session {
    cookie: HeaderValue,
    crumb: String,
}

impl Client {
    /// A client of the service at this address, for a collection that began at `now`.
    ///
    /// # Errors
    /// As [`http::client`].
    pub(super) fn new(base_url: &str, now: DateTime<Utc>) -> Result<Self> {
        let limits = Limits { whole: Duration::from_secs(60), ..Limits::default() };
        let base = base_url.trim_end_matches('/').to_owned() + "/";
        Ok(Self {
            http: http::client(&base, limits)?,
            base: Url::parse(&base)
                .map_err(|error| Error::configuration("`base_url` is not an address").because(error))?,
            now,
            backoff: Backoff::default(),
            slots: Semaphore::new(AT_ONCE),
            not_before: Lock::new(None),
            unreachable: AtomicBool::new(false),
            session: Mutex::new(None),
        })
    }

    /// The daily bars of a symbol, with dividends and splits.
    ///
    /// # Errors
    /// No answer, one that asks to wait longer than the time limit, or one that [`chart::read`] refuses.
    pub(super) async fn chart(&self, symbol: &PriceSymbol, span: Span, say: &Say) -> Result<Chart> {
        let mut session = self.session.lock().await.clone();
        let mut renewed = false;
        loop {
            let (url, headers) = self.question(symbol, span, session.as_deref())?;
            let answer = self.patiently(&url, &headers, &chart::is_cut_off, say).await?;
            if wants_cookie(&answer) && !renewed {
                renewed = true;
                session = Some(self.renew(session.as_ref(), say).await?);
                continue;
            }
            if answer.is_web_page() || (answer.status >= 400 && chart::complaint(&answer.body).is_none()) {
                return Err(Error::network(message(&answer)).hint(LATER));
            }
            let mut chart = chart::read(&answer.body, symbol, self.now)?;
            chart.bars.retain(|bar| bar.date >= span.from);
            return Ok(chart);
        }
    }

    fn question(&self, symbol: &PriceSymbol, span: Span, session: Option<&Session>) -> Result<(Url, HeaderMap)> {
        let mut url = self.below("v8/finance/chart")?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(symbol.as_str());
        }
        // The zone of the exchange is not known yet. A day earlier holds the first date in any of them.
        let from = span.from.pred_opt().unwrap_or(span.from).and_time(NaiveTime::MIN).and_utc();
        url.query_pairs_mut()
            .append_pair("period1", &from.timestamp().max(0).to_string())
            .append_pair("period2", &self.now.timestamp().to_string())
            .append_pair("interval", "1d")
            .append_pair("events", "div,splits,capitalGains")
            .append_pair("includeAdjustedClose", "true");
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        if let Some(session) = session {
            url.query_pairs_mut().append_pair("crumb", &session.crumb);
            headers.insert(COOKIE, session.cookie.clone());
        }
        Ok((url, headers))
    }

    fn below(&self, path: &str) -> Result<Url> {
        self.base.join(path).map_err(|error| Error::configuration("`base_url` is not an address").because(error))
    }

    /// Retries until there is a final answer or the time limit is reached.
    async fn patiently(
        &self,
        url: &Url,
        headers: &HeaderMap,
        cut_off: &(dyn Fn(&[u8]) -> bool + Sync),
        say: &Say,
    ) -> Result<Answer> {
        let mut attempt = 1;
        loop {
            let outcome = self.once(url, headers).await;
            let (trouble, wish) = match outcome {
                Ok(answer) if answer.is_temporary() => (message(&answer), answer.retry_after(self.now)),
                Ok(answer) if answer.status == 200 && answer.is_web_page() => (message(&answer), None),
                Ok(answer) if answer.status == 200 && cut_off(&answer.body) => {
                    ("Yahoo sends half an answer".to_owned(), None)
                }
                Ok(answer) => return Ok(answer),
                Err(failure) => (failure.to_string(), None),
            };
            let out_of_reach = self.unreachable.load(Ordering::Relaxed) && attempt > 1;
            let Some(wait) = self.backoff.wait(attempt, wish).filter(|_| !out_of_reach) else {
                return Err(given_up(&trouble, attempt, wish.filter(|wish| *wish > self.backoff.longest)));
            };
            if wish.is_some() {
                self.hold_everyone(wait);
            }
            say(format!("{trouble}; asking again in {:.1} s", wait.as_secs_f64()));
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    async fn once(&self, url: &Url, headers: &HeaderMap) -> Result<Answer, Failure> {
        let closed = |_| Failure::Broken("the collection ended".to_owned());
        let _slot = self.slots.acquire().await.map_err(closed)?;
        let until = *self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
        let outcome = http::get(&self.http, url.clone(), headers.clone()).await;
        let unreachable = matches!(outcome, Err(Failure::Unreachable(_) | Failure::TimedOut));
        self.unreachable.store(unreachable, Ordering::Relaxed);
        outcome
    }

    fn hold_everyone(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut gate = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *gate = Some(gate.map_or(until, |known| known.max(until)));
    }

    /// A new cookie and crumb, or those that another question has fetched since `used`.
    async fn renew(&self, used: Option<&Arc<Session>>, say: &Say) -> Result<Arc<Session>> {
        let mut current = self.session.lock().await;
        if let Some(session) = current.as_ref().filter(|session| Some(*session) != used) {
            return Ok(Arc::clone(session));
        }
        say("Yahoo wants a cookie; fetching one".to_owned());
        let whole = |_: &[u8]| false;
        let cookie = self.patiently(&self.cookie_address(), &HeaderMap::new(), &whole, say).await?;
        let cookie = cookie_of(&cookie).ok_or_else(|| refusal("a cookie"))?;
        let headers = HeaderMap::from_iter([(COOKIE, cookie.clone())]);
        let answer = self.patiently(&self.below("v1/test/getcrumb")?, &headers, &whole, say).await?;
        let crumb = String::from_utf8(answer.body).unwrap_or_default().trim().to_owned();
        let usable = answer.status == 200 && (1..100).contains(&crumb.len()) && !crumb.contains(['<', '{', ' ']);
        if !usable {
            return Err(refusal("a crumb"));
        }
        let session = Arc::new(Session { cookie, crumb });
        *current = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Where cookies are handed out: at Yahoo on a host of their own, elsewhere at the address itself.
    fn cookie_address(&self) -> Url {
        let mut url = self.base.clone();
        if url.host_str().is_some_and(|host| host.ends_with(".finance.yahoo.com")) {
            let _ = url.set_host(Some("fc.yahoo.com"));
        }
        url
    }
}

const LATER: &str = "collect prices again later; what is stored stays";

fn given_up(trouble: &str, attempts: u32, wish: Option<Duration>) -> Error {
    let message = match (wish, attempts) {
        (Some(wish), _) => format!("{trouble}, and Yahoo wants to be left alone for {} s", wish.as_secs()),
        (None, 1) => trouble.to_owned(),
        (None, attempts) => format!("{trouble}, {attempts} times"),
    };
    let error = if wish.is_some() { Error::busy(message) } else { Error::network(message) };
    error.hint(LATER)
}

fn refusal(what: &str) -> Error {
    Error::refused(format!("Yahoo wants {what} and does not hand one out")).hint(LATER)
}

fn wants_cookie(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403)
        || (answer.status >= 400
            && chart::complaint(&answer.body)
                .is_some_and(|words| words.contains("Crumb") || words.contains("Cookie")))
}

/// The cookies of an answer as they are sent back: names and values alone.
fn cookie_of(answer: &Answer) -> Option<HeaderValue> {
    let cookies = answer.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs: Vec<&str> = cookies
        .filter_map(|cookie| cookie.split(';').next())
        .map(str::trim)
        .filter(|pair| pair.contains('='))
        .collect();
    if pairs.is_empty() { None } else { HeaderValue::from_str(&pairs.join("; ")).ok() }
}

fn message(answer: &Answer) -> String {
    let meaning = match answer.status {
        200 => return "Yahoo answers with a web page instead of prices".to_owned(),
        401 | 403 => " (not allowed)",
        404 => " (not found)",
        429 | 999 => " (too many questions)",
        500.. => " (out of order)",
        _ => "",
    };
    format!("Yahoo answers with status {}{meaning}", answer.status)
}
