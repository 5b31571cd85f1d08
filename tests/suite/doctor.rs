//! What `doctor` sees of folders, settings, services and the repository of the pages.

use crate::gateway::Gateway;
use crate::repository::{Repository, git};
use crate::support::{Said, Site};
use crate::yahoo::{FakeYahoo, Reply};

/// The verdicts and texts about one thing.
fn about(said: &Said, what: &str) -> Vec<(String, String)> {
    let document = said.json();
    let answers = document["answers"].as_array().unwrap().iter().filter(|answer| answer["about"] == what);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    answers.map(|answer| (text(&answer["verdict"]), text(&answer["text"]))).collect()
}

fn one(said: &Said, what: &str) -> (String, String) {
    let [answer] = about(said, what).try_into().unwrap_or_else(|all| panic!("{what}: {all:?}"));
    answer
}

#[test]
fn a_new_site_hears_what_it_still_needs_and_no_one_is_asked_offline() {
    let site = Site::new("[benchmark]\nsymbol = \"\"\n");
    std::fs::create_dir(site.path("data")).unwrap();
    let said = site.run(&["doctor", "--offline", "--json"]);
    assert_eq!(said.code, 0, "{}", said.shown());
    assert_eq!(one(&said, "configuration").0, "warning");
    assert_eq!(one(&said, "data folder").0, "ok");
    assert_eq!(one(&said, "config/local.toml").0, "skipped");
    assert_eq!(one(&said, "Flex token").0, "skipped");
    assert_eq!(one(&said, "services").0, "skipped");
    let words = site.run(&["doctor", "--offline"]);
    assert!(words.out.contains("next: set `[site] status` to \"live\" or \"paper\""), "{}", words.shown());
}

#[test]
fn programs_of_others_that_are_missing_are_named_with_what_needs_them() {
    let site = Site::new("[benchmark]\nsymbol = \"\"\n");
    std::fs::create_dir(site.path("data")).unwrap();
    let output = site.command(&["doctor", "--offline", "--json"]).env("PATH", site.path("data")).output().unwrap();
    let said = Said { code: 0, out: String::from_utf8(output.stdout).unwrap(), err: String::new() };
    let (verdict, text) = one(&said, "git");
    assert_eq!(verdict, "skipped");
    assert!(text.contains("not installed") && text.contains("publish"), "{text}");
    assert!(one(&said, "ssh-keygen").1.contains("OpenSSH"));
    assert_eq!(one(&site.run(&["doctor", "--offline", "--json"]), "git").0, "ok");
}

#[test]
fn exchanges_are_those_of_what_was_traded_and_of_the_strategies() {
    let site = Site::new("strategy = []\n[benchmark]\nsymbol = \"\"\n[account]\nexchange = \"XNYZ\"\n");
    site.ok(&["import", "flex", "flex/activity.xml"]);
    let said = site.run(&["doctor", "--offline", "--json"]);
    assert_eq!(one(&said, "exchanges"), ("ok".into(), "sessions are known of every instrument: New York 1".into()));
    let (verdict, text) = one(&said, "account's exchange");
    assert!(verdict == "warning" && text.contains("XNYZ"), "{text}");
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_with_its_place() {
    let site = Site::new("[site]\nstatus = \"real\"\n");
    let said = site.run(&["doctor", "--offline", "--json"]);
    let (verdict, text) = one(&said, "configuration");
    assert_eq!((said.code, verdict.as_str()), (1, "error"));
    assert!(text.contains("config.toml:2"), "{text}");
}

#[cfg(unix)]
#[test]
fn local_settings_are_for_their_owner_and_not_for_a_repository() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::plain().file("config/local.toml", "[account]\nid = \"U7654321\"\n");
    git(&site.path(""), &["init", "--quiet"]);
    let mode =
        |mode| std::fs::set_permissions(site.path("config/local.toml"), PermissionsExt::from_mode(mode)).unwrap();
    let verdicts = || {
        let said = site.run(&["doctor", "--offline", "--json"]);
        (said.code, about(&said, "config/local.toml").into_iter().map(|(verdict, _)| verdict).collect::<Vec<_>>())
    };
    mode(0o644);
    assert_eq!(verdicts(), (1, vec!["error".to_owned(), "error".into()]));
    mode(0o600);
    assert_eq!(verdicts(), (1, vec!["ok".to_owned(), "error".into()]));
    site.put(".gitignore", "/config/local.toml\n");
    std::fs::create_dir_all(site.path("data")).unwrap();
    assert_eq!(verdicts(), (0, vec!["ok".to_owned(), "ok".into()]));
    // In the repository already, it stays there.
    git(&site.path(""), &["add", "--force", "config/local.toml"]);
    assert_eq!(verdicts(), (1, vec!["ok".to_owned(), "error".into()]));
}

#[test]
fn services_and_the_repository_of_the_pages_are_asked() {
    let gateway = Gateway::new().start();
    let dated = |date: &'static str| FakeYahoo::scripted(move |_, _| Reply::new(404, "").header("Date", date));
    let old = dated("Tue, 27 Jan 2015 12:00:30 GMT");
    let pages = Repository::new();
    let config = |yahoo: &str, port: u16, remote: &str| {
        format!(
            "[site]\nstatus = \"live\"\nbase_url = \"https://record.example.org/\"\n[benchmark]\nsymbol = \"\"\n\
             [yahoo]\nbase_url = \"{yahoo}\"\n[ibkr]\nport = {port}\ntimeout_s = 5\n[publish]\nremote = \"{remote}\"\n"
        )
    };
    let address = pages.path().display().to_string();
    let site = Site::new(&config(&old.base_url(), gateway.port(), &address));
    std::fs::create_dir(site.path("data")).unwrap();
    let said = site.run(&["doctor", "--json"]);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert_eq!(one(&said, "price service"), ("ok".into(), "it answers (status 404)".into()));
    let (verdict, text) = one(&said, "clock");
    assert!(verdict == "error" && text.contains("ahead of a server's"), "{text}");
    assert_eq!(one(&said, "TWS or Gateway").0, "ok");
    assert_eq!(one(&said, "pages").0, "ok");

    let today = Box::leak(chrono::Utc::now().format("%a, %d %b %Y %H:%M:%S GMT").to_string().into_boxed_str());
    let now = dated(today);
    site.put("config/config.toml", config(&now.base_url(), 1, &format!("{address}-gone")));
    let said = site.run(&["doctor", "--json"]);
    assert_eq!(one(&said, "clock").0, "ok");
    let (verdict, _) = one(&said, "TWS or Gateway");
    assert_eq!((verdict.as_str(), one(&said, "pages").0.as_str()), ("warning", "error"));
}

#[test]
fn a_token_is_watched_and_never_shown() {
    let site = |expires: &str| {
        let site = Site::new(&format!(
            "[site]\nstatus = \"live\"\n[benchmark]\nsymbol = \"\"\n[flex]\nquery_id = \"12345\"\n{expires}"
        ));
        std::fs::create_dir(site.path("data")).unwrap();
        site
    };
    let said = |expires: &str| {
        let site = site(expires);
        let output = site
            .command(&["doctor", "--offline", "--json"])
            .env("TRACKRECORD_FLEX_TOKEN", "9988776655")
            .output()
            .unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(!out.contains("9988776655"));
        one(&Said { code: output.status.code().unwrap(), out, err: String::new() }, "Flex token").0
    };
    assert_eq!(said(""), "warning");
    assert_eq!(said("token_expires = 2020-01-27\n"), "error");
    assert_eq!(said("token_expires = 2999-01-27\n"), "ok");
}
