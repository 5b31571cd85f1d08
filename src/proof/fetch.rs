//! The proof of a site on the web, fetched into a folder laid out as the site is, so that it is checked as any other.
//!
//! Nothing that comes is believed: whatever is not what the log says is found out when the folder is checked.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tempfile::TempDir;

use super::folder::{BUNDLE, LIST};
use super::log::{ENTRIES, Line, Log};
use super::verify::TABLES;
use crate::collect::http::{Answer, Failure, Limits, answered, builder};
use crate::digest::Digest;
use crate::error::{Error, Result};

/// How large a file may be, in bytes. A hundred years of entries are 30 MB.
const LARGEST: usize = 64 << 20;

/// How many files that stand beside log and entries are fetched; of signatures and stamps the newest.
const OTHERS: usize = 100;

/// How often a site may send elsewhere.
const REDIRECTS: usize = 3;

/// How long a site may take for one file.
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(10), silence: Duration::from_secs(15), whole: Duration::from_secs(60) };

/// What was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Where it lies now, until this is dropped.
    pub folder: TempDir,
    /// How many requests it took.
    pub requests: usize,
    /// How many bytes came.
    pub bytes: usize,
    /// How many signatures and stamps were left where they are.
    pub left: usize,
}

/// Fetches the proof of the site at an address: that of its first page, of its proof, or of its log.
///
/// # Errors
/// An address that is none; a site that does not answer, answers elsewhere, or has no proof.
pub fn fetch(address: &str) -> Result<Fetched> {
    let base = base(address)?;
    let folder =
        tempfile::tempdir().map_err(|error| Error::internal("cannot make a folder to fetch to").because(error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::internal("cannot wait for sockets").because(error))?;
    let mut fetching = Fetching { client: client(&base)?, base, requests: 0, bytes: 0 };
    let left = runtime.block_on(fetching.all(folder.path()))?;
    Ok(Fetched { folder, requests: fetching.requests, bytes: fetching.bytes, left })
}

/// A client that is sent nowhere unasked: the rest of a site is where its log is.
fn client(base: &Url) -> Result<Client> {
    let client = builder(base)
        .user_agent("trackrecord")
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(LIMITS.connect)
        .read_timeout(LIMITS.silence)
        .timeout(LIMITS.whole);
    client.build().map_err(|error| {
        Error::internal("cannot prepare secure connections")
            .because(error.without_url())
            .hint("install this system's root certificates (package ca-certificates)")
    })
}

/// The address of the site that somebody means, ending in `/`.
fn base(address: &str) -> Result<Url> {
    let wrong = |why: &str| {
        Error::usage(format!("`{address}` {why}"))
            .hint("name the address of the site's first page, such as https://example.org/record/")
    };
    let mut url = Url::parse(address).map_err(|error| wrong("is not an address").because(error))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("is no address of a site"));
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().to_owned();
    let path = path.strip_suffix("index.html").unwrap_or(&path);
    let path = path.strip_suffix("proof/log").unwrap_or(path);
    let path = path.strip_suffix("proof/").or_else(|| path.strip_suffix("/proof")).unwrap_or(path);
    url.set_path(&format!("{}/", path.trim_end_matches('/')));
    Ok(url)
}

struct Fetching {
    client: Client,
    base: Url,
    requests: usize,
    bytes: usize,
}

impl Fetching {
    /// Everything that a check of the proof needs; how many signatures and stamps were left.
    async fn all(&mut self, folder: &Path) -> Result<usize> {
        let Some(log) = self.log().await? else {
            return Err(Error::data(format!("there is no proof at {}", self.base)).hint(
                "name the address of the site's first page; a site whose author records nothing has no proof/log",
            ));
        };
        write(folder, "proof/log", &log)?;
        let text = String::from_utf8_lossy(&log).into_owned();
        // What is wrong with the log is said when it is checked.
        if let Ok(log) = Log::parse(&text) {
            let Some(bundle) = self.file(BUNDLE).await? else {
                return Err(Error::data(format!("{} has no {BUNDLE}, with all entries in one file", self.base))
                    .hint("download its folder proof/ as its page says, and name that: `trackrecord verify DIR`"));
            };
            unpack(&log, &bundle, folder)?;
            write(folder, BUNDLE, &bundle)?;
        }
        for table in TABLES {
            if let Some(bytes) = self.file(table).await? {
                write(folder, table, &bytes)?;
            }
        }
        self.others(folder).await
    }

    /// The log. Where the site is reached by another address of the same host now, that is the one from here on.
    async fn log(&mut self) -> Result<Option<Vec<u8>>> {
        let mut answer = self.asked("proof/log").await?;
        for _ in 0..REDIRECTS {
            let Some(to) = moved(&answer, &self.base) else { break };
            let is_same = to.host_str() == self.base.host_str() && to.scheme() == self.base.scheme();
            let is_safer = to.host_str() == self.base.host_str() && to.scheme() == "https";
            let base = to.as_str().strip_suffix("proof/log").and_then(|base| Url::parse(base).ok());
            let Some(base) = base.filter(|_| is_same || is_safer) else {
                return Err(Error::data(format!("{} sends to {}", self.base, without_secrets(&to)))
                    .hint("name that address, if it is the site that you mean"));
            };
            self.base = base;
            answer = self.asked("proof/log").await?;
        }
        self.content("proof/log", answer)
    }

    /// Who may sign, signatures and stamps, the newest first.
    async fn others(&mut self, folder: &Path) -> Result<usize> {
        let Some(list) = self.file(LIST).await? else { return Ok(0) };
        let list = String::from_utf8_lossy(&list).into_owned();
        let mut names: Vec<&str> = list.lines().filter(|name| is_name(name)).collect();
        let count = |name: &str| -> usize {
            let stamp = name.strip_prefix("stamps/").and_then(|name| name.split('.').next());
            // Those over single theses come last.
            let of_the_rest = if name.starts_with("stamps/items/") { 0 } else { usize::MAX };
            stamp.and_then(|count| count.parse().ok()).unwrap_or(of_the_rest)
        };
        names.sort_by_key(|name| std::cmp::Reverse(count(name)));
        let left = names.len().saturating_sub(OTHERS);
        names.truncate(OTHERS);
        for name in names {
            let path = format!("proof/{name}");
            let Some(bytes) = self.file(&path).await? else {
                return Err(Error::data(format!("{}{LIST} names {name}, which is not there", self.base))
                    .hint("ask again in a few minutes: the site may just be published anew"));
            };
            write(folder, &path, &bytes)?;
        }
        Ok(left)
    }

    /// A file of the site; `None` where there is none.
    async fn file(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        let answer = self.asked(path).await?;
        self.content(path, answer)
    }

    fn content(&mut self, path: &str, answer: Answer) -> Result<Option<Vec<u8>>> {
        match answer.status {
            200 if answer.is_web_page() => Err(Error::data(format!("{}{path} is a web page", self.base))
                .hint("name the address of the first page of a site that `trackrecord` has made")),
            200 => {
                self.bytes += answer.body.len();
                Ok(Some(answer.body))
            }
            404 | 410 => Ok(None),
            status => Err(Error::network(format!("{}{path}: the answer was {status}", self.base))
                .hint("ask again later, or download the folder proof/ as its page says")),
        }
    }

    async fn asked(&mut self, path: &str) -> Result<Answer> {
        let failed = |why: &dyn std::fmt::Display, base: &Url| {
            Error::network(format!("{base}{path} cannot be fetched: {why}"))
                .hint("open the address in a browser; what is published of the proof can be downloaded too, as its page says")
        };
        let url = self.base.join(path).map_err(|error| failed(&error, &self.base))?;
        self.requests += 1;
        answered(self.client.get(url), LARGEST).await.map_err(|failure: Failure| failed(&failure, &self.base))
    }
}

/// Where an answer sends whoever asked.
fn moved(answer: &Answer, base: &Url) -> Option<Url> {
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    base.join("proof/log").ok()?.join(location).ok().filter(|_| (300..400).contains(&answer.status))
}

/// An address without what may stand in it beside host and path.
fn without_secrets(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

/// A name such as `allowed_signers`, `stamps/12.sig` or `stamps/items/5e.a.tsr`: it leads nowhere else.
fn is_name(name: &str) -> bool {
    let is_plain = |part: &str| {
        let is_of_it = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(is_of_it)
    };
    let folders = name.strip_prefix("stamps/items/").map_or(name, |_| name.split_at("stamps/".len()).1);
    name.len() < 100 && folders.split('/').count() <= 2 && name.split('/').all(is_plain)
}

/// Every line of the file of all entries, under the name that the log has for its bytes. One that it does not name gets a name that no
/// line has.
fn unpack(log: &Log, bundle: &[u8], folder: &Path) -> Result<()> {
    let names: BTreeMap<Digest, String> =
        log.lines().iter().map(|line| (line.digest, Line::file_name(line))).collect();
    for (at, entry) in bundle.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let name = names.get(&Digest::of(entry)).cloned();
        let name = name.unwrap_or_else(|| format!("line-{}-of-entries.jsonl", at + 1));
        write(folder, &format!("proof/{ENTRIES}/{name}"), entry)?;
    }
    Ok(())
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> Result<()> {
    let path = Path::new(path);
    debug_assert!(path.components().all(|part| matches!(part, Component::Normal(_))));
    let target = folder.join(path);
    let made = target.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(&target, bytes))
        .map_err(|error| Error::io("write what was fetched", &target, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_told_from_any_address_of_it() {
        for address in ["", "index.html", "proof/", "proof", "proof/index.html", "proof/log", "?a=b#c"] {
            let found = base(&format!("https://example.org/record/{address}")).unwrap();
            assert_eq!(found.as_str(), "https://example.org/record/", "{address}");
        }
        assert_eq!(base("http://example.org").unwrap().as_str(), "http://example.org/");
        assert_eq!(base("https://example.org/waterproof").unwrap().as_str(), "https://example.org/waterproof/");
        for wrong in ["example.org", "ftp://example.org/", "file:///etc/passwd", "mailto:a@example.org"] {
            assert!(base(wrong).unwrap_err().next_step().is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        for name in ["allowed_signers", "stamps/12.sig", "tsa/root-a.pem", "stamps/items/5e.a.tsr"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "../log",
            "stamps/../../a",
            "/etc/passwd",
            "a//b",
            "a/b/c",
            ".ssh/key",
            "a\\b",
            "stamps/é",
            "a?b",
            "stamps/items/a/b",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
