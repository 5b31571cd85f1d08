//! The published site as a reader meets it: cloned, served below a path, and waited for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use super::{CONFIG, one_more_day, publish, record};
use crate::repository::Repository;
use crate::support::Site;
use crate::yahoo::{FakeYahoo, Reply};

pub type Files = BTreeMap<String, Vec<u8>>;

/// What is shown instead, after so many more looks.
type Next = Option<(usize, Files)>;

/// A host that shows files below `/record/`; they can be exchanged, and are then shown only after some looks.
pub struct Host {
    server: FakeYahoo,
    shown: Arc<Mutex<(Files, Next)>>,
}

impl Host {
    pub fn new() -> Self {
        let shown = Arc::new(Mutex::new((Files::new(), None::<(usize, Files)>)));
        let held = Arc::clone(&shown);
        let server = FakeYahoo::scripted(move |request, _| {
            let mut held = held.lock().unwrap();
            if let Some((looks, next)) = held.1.take() {
                if looks == 0 {
                    held.0 = next;
                } else {
                    held.1 = Some((looks - 1, next));
                }
            }
            let path = request.path.strip_prefix("/record/");
            match path.and_then(|path| held.0.get(path)) {
                Some(content) => Reply::ok(content.clone()),
                None => Reply::new(404, held.0.get("404.html").cloned().unwrap_or_default()),
            }
        });
        Self { server, shown }
    }

    pub fn base_url(&self) -> String {
        format!("{}/record/", self.server.base_url())
    }

    fn show(&self, files: Files) {
        *self.shown.lock().unwrap() = (files, None);
    }

    fn show_later(&self, looks: usize, files: Files) {
        self.shown.lock().unwrap().1 = Some((looks, files));
    }

    fn config(&self) -> String {
        CONFIG.replace("[site]", &format!("[site]\nbase_url = \"{}\"", self.base_url()))
    }
}

/// The status and content of an address on this computer.
fn get(url: &str) -> (u16, String) {
    let rest = url.strip_prefix("http://").unwrap_or_else(|| panic!("{url} leads elsewhere"));
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned()))
}

/// Every address that a page links to.
fn links(page: &str, html: &str) -> Vec<String> {
    let values = ["href=\"", "src=\""].iter().flat_map(|name| html.split(name).skip(1));
    let links =
        values.filter_map(|rest| rest.split('"').next()).map(|link| link.split('#').next().unwrap_or_default());
    let links = links.filter(|link| !link.is_empty() && !link.starts_with("data:") && !link.starts_with("mailto:"));
    links.map(|link| joined(page, link)).collect()
}

fn joined(page: &str, link: &str) -> String {
    if link.contains("://") {
        return link.to_owned();
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_of_the_cloned_site_is_good_below_a_path() {
    let host = Host::new();
    let site = record(&host.config());
    // A twin that is only built: what is cloned must be that.
    let twin = record(&host.config());
    twin.ok(&["build"]);
    let mut built = twin.files("public");
    built.remove(".gitkeep");
    let (as_folder, over_http) = (Repository::new(), Repository::new());
    let address = format!("http://{}", over_http.serve(None));
    for (remote, address) in [(&as_folder, as_folder.url()), (&over_http, address)] {
        site.ok(&["publish", "--remote", &address]);
        let cloned = remote.files("gh-pages");
        assert_eq!(cloned, built);
        crawl(&host, cloned);
    }
}

/// Shows a site below a path, and follows every link of every page.
pub fn crawl(host: &Host, files: Files) {
    let pages = files.keys().filter(|path| path.ends_with("index.html")).count();
    host.show(files);
    // The page for wrong addresses is shown at any depth.
    let lost = format!("{}months/1999-01/nothing", host.base_url());
    let (status, html) = get(&lost);
    assert_eq!(status, 404);
    let mut open: Vec<String> = links(&lost, &html);
    assert!(!open.is_empty());
    open.push(format!("{}index.html", host.base_url()));
    let mut seen = BTreeSet::new();
    while let Some(url) = open.pop() {
        // A server shows the index of a folder.
        let url = if url.ends_with('/') { format!("{url}index.html") } else { url };
        if !seen.insert(url.clone()) {
            continue;
        }
        let (status, body) = get(&url);
        assert_eq!(status, 200, "{url}");
        if url.ends_with(".html") {
            open.extend(links(&url, &body));
        }
    }
    let crawled = seen.iter().filter(|url| url.ends_with("index.html")).count();
    assert_eq!(crawled, pages, "{seen:?}");
}

fn wait(site: &Site, remote: &Repository, seconds: u32) -> crate::support::Said {
    site.run(&["publish", "--remote", &remote.url(), &format!("--wait={seconds}")])
}

#[test]
fn waiting_ends_when_the_live_site_shows_this_build() {
    let (host, remote) = (Host::new(), Repository::new());
    let site = record(&host.config());
    publish(&site, &remote, &[]);
    host.show(remote.files("gh-pages"));
    one_more_day(&site);
    // What will be pushed is what a twin pushes elsewhere.
    let (twin, elsewhere) = (record(&host.config()), Repository::new());
    one_more_day(&twin);
    publish(&twin, &elsewhere, &[]);
    host.show_later(4, elsewhere.files("gh-pages"));
    let said = wait(&site, &remote, 60);
    assert_eq!(said.code, 0, "{}", said.shown());
    assert!(said.err.contains("the live site shows it after "), "{}", said.err);
    assert!(host.server.requests().len() >= 4);
    // What is published already is looked at as well.
    let said = wait(&site, &remote, 60);
    assert!(said.err.contains("nothing to publish") && said.err.contains("shows it after"), "{}", said.err);
}

#[test]
fn a_live_site_that_does_not_change_is_said_and_is_no_success() {
    let (host, remote) = (Host::new(), Repository::new());
    let site = record(&host.config());
    let said = wait(&site, &remote, 1);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert!(said.err.contains("status 404") && said.err.contains("Settings > Pages"), "{}", said.err);
    host.show(remote.files("gh-pages"));
    one_more_day(&site);
    let said = wait(&site, &remote, 1);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert!(
        said.err.contains("still another version") && said.err.contains("published all the same"),
        "{}",
        said.err
    );
    assert_eq!(remote.history("gh-pages").len(), 2);
    let site = record(CONFIG);
    let said = wait(&site, &remote, 1);
    assert!(said.code == 1 && said.err.contains("set `[site] base_url`"), "{}", said.err);
    assert_eq!(remote.history("gh-pages").len(), 2);
}

#[test]
fn a_live_site_that_leads_elsewhere_or_hangs_is_said_in_time() {
    let remote = Repository::new();
    let elsewhere =
        FakeYahoo::scripted(|_, _| Reply::new(301, "").header("Location", "https://record.example.org/x"));
    let silent = FakeYahoo::scripted(|_, _| Reply::ok("late").slow(std::time::Duration::from_secs(20)));
    for (server, reason) in [(&elsewhere, "leads to https://record.example.org/x"), (&silent, "is not answered")] {
        let config = CONFIG.replace("[site]", &format!("[site]\nbase_url = \"{}/\"", server.base_url()));
        let site = record(&config);
        publish(&site, &remote, &[]);
        let start = std::time::Instant::now();
        let said = wait(&site, &remote, 2);
        assert!(said.code == 1 && said.err.contains(reason), "{}", said.shown());
        assert!(said.err.contains("published all the same"), "{}", said.err);
        assert!(start.elapsed() < std::time::Duration::from_secs(12), "{:?}", start.elapsed());
    }
}

#[test]
fn the_address_github_gives_a_repository_is_used_where_none_is_configured() {
    let (site, remote) = (record(CONFIG), Repository::new());
    crate::repository::git(&site.path(""), &["init", "--quiet"]);
    let instead = format!("url.{}.insteadOf", remote.url());
    crate::repository::git(&site.path(""), &["config", &instead, "https://github.com/Name/record.git"]);
    crate::repository::git(&site.path(""), &["remote", "add", "origin", "https://github.com/Name/record.git"]);
    let said = site.ok(&["publish"]);
    assert_eq!(said.out, "https://name.github.io/record/\n");
    assert!(said.err.contains("published to gh-pages of https://github.com/Name/record.git"), "{}", said.err);
    let page = String::from_utf8_lossy(&remote.files("gh-pages")["404.html"]).into_owned();
    assert!(page.contains("href=\"https://name.github.io/record/index.html\""), "{page}");
    let said = site.ok(&["publish", "--remote", "https://github.com/Name/record.git"]);
    assert!(said.err.contains("nothing to publish"), "{}", said.err);
}
