//! Whether the live site shows what was published: a push is not yet a page.

use std::time::{Duration, Instant};

use reqwest::header::{CACHE_CONTROL, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, Url};

use super::changes::{Change, ChangedFile};
use crate::collect::http::{Failure, Limits, client, get};
use crate::collect::progress::Progress;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::render::links::encoded;
use crate::site::Files;

/// The first pause between two looks, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// How many files are looked at.
const ENOUGH: usize = 3;

/// What the live site must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    path: String,
    /// The content's digest; `None` for a file that must be gone.
    digest: Option<Digest>,
}

/// A few files that distinguish this build from the last one. Hosts add to pages, so other files come first.
pub fn expected(files: &Files, changes: &[ChangedFile]) -> Vec<Expected> {
    let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
    let seen = |path: &str| !is_hidden(path) && path != "CNAME" && path != "404.html";
    let found = |path: &str| {
        let digest = files.get(path)?.digest();
        Some(Expected { path: path.to_owned(), digest: Some(digest) })
    };
    let changed = changes.iter().filter(|file| file.change != Change::Removed && seen(&file.path));
    let (pages, others): (Vec<_>, Vec<_>) = changed.partition(|file| file.path.ends_with(".html"));
    let distinct: Vec<_> =
        others.into_iter().chain(pages).filter_map(|file| found(&file.path)).take(ENOUGH).collect();
    if !distinct.is_empty() {
        return distinct;
    }
    let gone = changes.iter().filter(|file| file.change == Change::Removed && seen(&file.path)).take(ENOUGH);
    let gone = gone.map(|file| Expected { path: file.path.clone(), digest: None });
    ["data/daily.json", "index.html"].into_iter().filter_map(found).chain(gone).collect()
}

/// Asks the live site until it shows everything that is expected; how long that took.
///
/// # Errors
/// It does not within the limit, and what it showed last.
pub fn wait(base_url: &str, expected: &[Expected], limit: Duration, progress: &dyn Progress) -> Result<Duration> {
    let limits = Limits { whole: Duration::from_secs(30), ..Limits::default() };
    let client = client(base_url, limits)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::internal("cannot wait for sockets").because(error))?;
    interrupt::listen_for_a_moment();
    progress.begin("waiting for the live site", 0);
    let waited = runtime.block_on(async {
        tokio::select! {
            waited = until_shown(&client, base_url, expected, limit, progress) => waited,
            () = interrupt::asked() => Err(Error::internal("waiting was stopped, as asked").hint(ALL_THE_SAME)),
        }
    });
    progress.end();
    waited
}

async fn until_shown(
    client: &Client,
    base_url: &str,
    expected: &[Expected],
    limit: Duration,
    progress: &dyn Progress,
) -> Result<Duration> {
    let (start, mut pause) = (Instant::now(), PAUSES.0);
    let mut open: Vec<&Expected> = expected.iter().collect();
    loop {
        let mut last = None;
        let mut missing = Vec::new();
        for file in open {
            let left = limit.saturating_sub(start.elapsed());
            let looked = tokio::time::timeout(left, look(client, base_url, file)).await;
            if let Err(reason) = looked.unwrap_or_else(|_| Err(format!("{} is not answered", file.path))) {
                last.get_or_insert(reason);
                missing.push(file);
            }
        }
        open = missing;
        let Some(reason) = last else { return Ok(start.elapsed()) };
        if start.elapsed() + pause > limit {
            return Err(not_shown(base_url, limit, &reason));
        }
        progress.step(&reason);
        tokio::time::sleep(pause).await;
        pause = pause.mul_f64(1.5).min(PAUSES.1);
    }
}

/// Looks once at a file; what it shows instead of what is expected.
async fn look(client: &Client, base_url: &str, file: &Expected) -> std::result::Result<(), String> {
    let end = if base_url.ends_with('/') { "" } else { "/" };
    let url = Url::parse(&format!("{base_url}{end}{}", encoded(&file.path))).map_err(|error| error.to_string())?;
    let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-cache"))]);
    let answer = get(client, url, headers).await.map_err(|failure: Failure| failure.to_string())?;
    match (&file.digest, answer.status) {
        (Some(digest), 200) if Digest::of(&answer.body) == *digest => Ok(()),
        (None, 404 | 410) => Ok(()),
        (_, 200) => Err(format!("{} is still another version", file.path)),
        (_, 300..=399) => {
            let place = answer.headers.get(LOCATION).and_then(|place| place.to_str().ok());
            Err(format!("{} {LEADS_TO} {}", file.path, place.unwrap_or("another place")))
        }
        (_, status) => Err(format!("{} is answered with status {status}", file.path)),
    }
}

fn not_shown(base_url: &str, limit: Duration, reason: &str) -> Error {
    let error = Error::network(format!(
        "{base_url} does not show what was published after {} seconds: {reason}",
        limit.as_secs()
    ));
    let error = if reason.contains("status 404") {
        error.hint("see whether pages are switched on: at GitHub, Settings > Pages > Deploy from a branch")
    } else if reason.contains(LEADS_TO) {
        error.hint("the address leads to another one: set `[site] base_url` to that")
    } else {
        error
    };
    error.hint(ALL_THE_SAME)
}

/// How a redirection is named.
const LEADS_TO: &str = "leads to";

const ALL_THE_SAME: &str =
    "it is published all the same; a host may take some minutes, and `trackrecord publish --wait` looks again";

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, change: Change) -> ChangedFile {
        ChangedFile { path: path.into(), change, size: None }
    }

    fn paths(changes: &[ChangedFile]) -> Vec<String> {
        let names = ["index.html", "data/daily.json", "data/months.csv", "a.html", ".nojekyll", "404.html"];
        let files: Files = names.iter().map(|name| ((*name).to_owned(), (*name).as_bytes().into())).collect();
        expected(&files, changes).into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn files_that_changed_are_looked_at_and_pages_last() {
        let changes = [
            change(".nojekyll", Change::New),
            change("404.html", Change::Changed),
            change("a.html", Change::Changed),
            change("data/months.csv", Change::New),
            change("gone.html", Change::Removed),
        ];
        assert_eq!(paths(&changes), ["data/months.csv", "a.html"]);
        assert_eq!(paths(&[change("gone.html", Change::Removed)]), ["data/daily.json", "index.html", "gone.html"]);
        assert_eq!(paths(&[]), ["data/daily.json", "index.html"]);
    }
}
