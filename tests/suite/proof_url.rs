//! The proof of a site as it is checked by its address: on a host of its own, below a path, on real sockets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::support::Site;
use crate::yahoo::{FakeYahoo, Reply};

type Files = BTreeMap<String, Vec<u8>>;

/// A record of two valuations with a log, built.
fn built() -> Site {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    site.ok(&["proof", "init"]);
    site.ok(&["build"]);
    site
}

/// A host that shows files below `/record/`, which can be changed while it does.
struct Host {
    server: FakeYahoo,
    files: Arc<Mutex<Files>>,
}

impl Host {
    fn of(site: &Site) -> Self {
        let files = Arc::new(Mutex::new(site.files("public")));
        let shown = Arc::clone(&files);
        let server = FakeYahoo::scripted(move |request, _| {
            let shown = shown.lock().unwrap();
            match request.path.as_str() {
                "/moved/proof/log" => Reply::new(301, "").header("Location", "/record/proof/log"),
                "/away/proof/log" => {
                    Reply::new(302, "").header("Location", "https://elsewhere.example/proof/log?token=hidden")
                }
                "/round/proof/log" => Reply::new(302, "").header("Location", "/round/proof/log"),
                "/busy/proof/log" => Reply::new(503, ""),
                "/shop/proof/log" => Reply::ok("<!doctype html><title>Shop</title>"),
                path => match path.strip_prefix("/record/").and_then(|path| shown.get(path)) {
                    Some(content) => Reply::ok(content.clone()),
                    None => Reply::new(404, "<!doctype html>not here"),
                },
            }
        });
        Self { server, files }
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url())
    }

    fn change(&self, path: &str, change: impl Fn(&str) -> String) {
        let mut files = self.files.lock().unwrap();
        let text = String::from_utf8(files[path].clone()).unwrap();
        let changed = change(&text);
        assert_ne!(changed, text);
        files.insert(path.to_owned(), changed.into_bytes());
    }
}

#[test]
fn a_site_is_checked_by_its_address_with_few_requests() {
    let site = built();
    let host = Host::of(&site);
    let folder = site.ok(&["verify"]);
    for path in ["/record/", "/record", "/record/proof/index.html", "/moved/"] {
        let before = host.server.requests().len();
        let said = site.ok(&["verify", &host.address(path)]);
        assert_eq!(said.out, folder.out, "{path}: {}", said.shown());
        assert!(said.err.contains("kB in "), "{}", said.shown());
        let requests = host.server.requests().len() - before;
        // The host's other address costs one more.
        let expected = if path == "/moved/" { 8 } else { 7 };
        assert_eq!(requests, expected, "{path}: {}", said.shown());
    }
}

#[test]
fn what_a_host_changes_is_seen_and_named() {
    let site = built();
    let broken = |change: &dyn Fn(&Host)| {
        let host = Host::of(&site);
        change(&host);
        let said = site.run(&["verify", &host.address("/record/")]);
        assert_eq!(said.code, 1, "{}", said.shown());
        said.out
    };
    let edited = broken(&|host| host.change("proof/entries.jsonl", |text| text.replacen("\"v\":1", "\"v\":2", 1)));
    assert!(edited.contains("charter") && edited.contains("is missing"), "{edited}");
    let more = broken(&|host| host.change("proof/entries.jsonl", |text| format!("{text}{{\"v\":1}}\n")));
    assert!(more.contains("no line of the log names entries/line-"), "{more}");
    let less = broken(&|host| {
        host.change("proof/entries.jsonl", |text| text.split_inclusive('\n').skip(1).collect());
    });
    assert!(less.contains("line 1 of the log: 000001-charter-"), "{less}");
    let elsewhere = broken(&|host| host.change("proof/log", |text| text.replacen("entries/", "../entries/", 1)));
    assert!(elsewhere.contains("line 1 of the log: the line is none of a log"), "{elsewhere}");
    let index = broken(&|host| host.change("data/daily.csv", |text| text.replacen(",1,", ",1.5,", 1)));
    assert!(index.contains("was recorded"), "{index}");
}

#[test]
fn what_is_no_site_is_said_with_what_to_do_about_it() {
    let site = Site::plain();
    let host = Host::of(&built());
    let cases = [
        ("/", "there is no proof at"),
        ("/shop/", "is a web page"),
        ("/away/", "sends to https://elsewhere.example/proof/log"),
        ("/round/", "the answer was 302"),
        ("/busy/", "the answer was 503"),
    ];
    for (path, words) in cases {
        let said = site.run(&["verify", &host.address(path)]);
        assert_eq!(said.code, 1, "{path}: {}", said.shown());
        assert!(said.err.contains(words) && said.err.contains("next: "), "{path}: {}", said.shown());
        assert!(!said.err.contains("hidden"), "{path}: {}", said.shown());
    }
    host.files.lock().unwrap().remove("proof/entries.jsonl");
    let said = site.run(&["verify", &host.address("/record/")]);
    assert!(said.err.contains("has no proof/entries.jsonl"), "{}", said.shown());
    let nobody = site.run(&["verify", "http://127.0.0.1:1/record/"]);
    assert!(nobody.err.contains("cannot be fetched: no connection"), "{}", nobody.shown());
    assert!(site.run(&["verify", "ftp://example.org/"]).err.contains("is no address of a site"));
}
