//! What answers: the clock of others, the price service, the gateway, the repository of the pages, and the port of `watch`.

use std::net::TcpListener;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;

use super::{Answer, Verdict};
use crate::collect::http::{self, Limits};
use crate::collect::ibkr;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::publish;
use crate::site_dir::SiteDir;

/// How long each of them may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A clock that is off by more than this, in seconds, is set wrong; it may still name the right day ...
const WRONG_CLOCK: i64 = 30;
/// ... but not if it is off by more than this.
const WRONG_DAY: i64 = 600;

/// Where `watch` serves the site unless it is called with another port.
const WATCH_PORT: u16 = 1111;

/// What every service came to; none is asked where `asks` is false.
pub(super) fn services(site: &SiteDir, config: &Config, now: DateTime<Utc>, asks: bool) -> Vec<Answer> {
    let mut answers = vec![watch_port()];
    if !asks {
        answers.push(Answer::skipped("services", "not asked (--offline)"));
        return answers;
    }
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => answers.extend(runtime.block_on(async {
            let mut answers = prices(config, now).await;
            answers.push(gateway(config).await);
            answers
        })),
        Err(cause) => {
            let error = Error::internal("cannot ask over the network").because(cause);
            answers.push(Answer::failed("services", Verdict::Error, &error));
        }
    }
    answers.push(pages(site, config));
    answers
}

fn watch_port() -> Answer {
    const ABOUT: &str = "watch";
    match TcpListener::bind(("127.0.0.1", WATCH_PORT)) {
        Ok(_) => Answer::ok(ABOUT, format!("port {WATCH_PORT} is free")),
        Err(_) => Answer::skipped(ABOUT, format!("port {WATCH_PORT} is taken: `watch` takes the next free one")),
    }
}

/// The price service, and by the date of its answer this computer's clock.
async fn prices(config: &Config, now: DateTime<Utc>) -> Vec<Answer> {
    const ABOUT: &str = "price service";
    let started = std::time::Instant::now();
    let answer = match asked(&config.yahoo.base_url).await {
        Ok(answer) => answer,
        Err(error) => {
            let next = "try again later, and look at `[yahoo] base_url` and this computer's connection";
            let failed = Answer::failed(ABOUT, Verdict::Warning, &error);
            let failed = Answer { next_step: failed.next_step.or_else(|| Some(next.to_owned())), ..failed };
            return vec![failed, Answer::skipped("clock", "no server said what time it is")];
        }
    };
    let now = now + TimeDelta::from_std(started.elapsed()).unwrap_or_default();
    let clock = match answer.date() {
        Some(theirs) => clock(now, theirs),
        None => Answer::skipped("clock", "the price service did not say what time it is"),
    };
    vec![Answer::ok(ABOUT, format!("it answers (status {})", answer.status)), clock]
}

async fn asked(address: &str) -> Result<http::Answer> {
    let client = http::client(address, Limits { connect: PATIENCE, silence: PATIENCE, whole: PATIENCE })?;
    let url = address
        .parse()
        .map_err(|cause| Error::configuration("`[yahoo] base_url` is not an address").because(cause))?;
    http::get(&client, url, HeaderMap::new())
        .await
        .map_err(|failure| Error::network("the price service does not answer").because(failure))
}

/// This computer's clock against a server's.
fn clock(ours: DateTime<Utc>, theirs: DateTime<Utc>) -> Answer {
    const ABOUT: &str = "clock";
    let off = (ours - theirs).num_seconds();
    let words = format!("{} s {} a server's", off.abs(), if off < 0 { "behind" } else { "ahead of" });
    let next = "let the system set it from the network, on Linux with `timedatectl set-ntp true`";
    match off.abs() {
        off if off <= WRONG_CLOCK => Answer::ok(ABOUT, format!("within {WRONG_CLOCK} s of a server's")),
        off if off <= WRONG_DAY => Answer::warning(ABOUT, words, next),
        _ => Answer::error(ABOUT, format!("{words}: a snapshot may get the wrong date"), next),
    }
}

async fn gateway(config: &Config) -> Answer {
    const ABOUT: &str = "TWS or Gateway";
    match ibkr::greeted(&config.ibkr, PATIENCE).await {
        Ok(version) => {
            Answer::ok(ABOUT, format!("{}:{} answers, server version {version}", config.ibkr.host, config.ibkr.port))
        }
        Err(error) => Answer::failed(ABOUT, Verdict::Warning, &error),
    }
}

/// The repository that the pages are published to.
fn pages(site: &SiteDir, config: &Config) -> Answer {
    const ABOUT: &str = "pages";
    let branch = &config.publish.branch;
    match publish::reached(site, config) {
        Ok(publish::Reached::ByCommand(program)) => {
            Answer::skipped(ABOUT, format!("published by `{program}`, which is not run here"))
        }
        Ok(publish::Reached::NotSaid) => {
            Answer::skipped(ABOUT, "no repository is named: docs/publishing.md begins there")
        }
        Ok(publish::Reached::Branch { remote, exists: true }) => {
            Answer::ok(ABOUT, format!("{remote} has the branch {branch}"))
        }
        Ok(publish::Reached::Branch { remote, exists: false }) => {
            Answer::ok(ABOUT, format!("{remote} answers; `publish` will make the branch {branch}"))
        }
        Err(error) => Answer::failed(ABOUT, Verdict::Error, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_by_how_far_it_is_off() {
        let at = |seconds: i64| {
            clock(
                DateTime::from_timestamp(1_000_000 + seconds, 0).unwrap(),
                DateTime::from_timestamp(1_000_000, 0).unwrap(),
            )
        };
        for (seconds, verdict) in [
            (0, Verdict::Ok),
            (-30, Verdict::Ok),
            (31, Verdict::Warning),
            (-600, Verdict::Warning),
            (601, Verdict::Error),
        ] {
            assert_eq!(at(seconds).verdict, verdict, "{seconds}");
        }
        assert!(at(-90).text.starts_with("90 s behind"), "{}", at(-90).text);
    }
}
