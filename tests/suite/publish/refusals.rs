//! What is not published, and why.

use super::{CONFIG, publish, record};
use crate::repository::Repository;
use crate::support::Site;

fn refused(site: &Site, remote: &Repository, more: &[&str]) -> String {
    let url = remote.url();
    let before = remote.git(&["for-each-ref"]);
    let said = site.refused(&[&["publish", "--remote", &url], more].concat());
    assert_eq!(remote.git(&["for-each-ref"]), before, "{said}");
    said
}

#[test]
fn a_record_with_errors_an_open_text_a_leak_and_a_demo_are_refused() {
    let remote = Repository::new();
    let site = record(CONFIG).file("data/flows.csv", "id,date\nx,never\n");
    let said = refused(&site, &remote, &[]);
    assert!(said.contains("data/flows.csv") && said.contains("trackrecord check"), "{said}");

    let site = record(CONFIG).file("content/why.md", "+++\ntitle = 'Why'\n+++\n\n[Fill in: why]\n");
    let said = refused(&site, &remote, &[]);
    assert!(said.contains("content/why.md:5") && said.contains("[Fill in"), "{said}");
    let site = record(CONFIG).file(
        "templates/page.html",
        "{% extends \"default/page.html\" %}{% block content %}[Fill in: x]{% endblock %}",
    );
    let said = refused(&site, &remote, &[]);
    assert!(said.contains("public/about/index.html"), "{said}");

    let site = record(CONFIG).file("content/why.md", "+++\ntitle = 'Why'\n+++\nMy account is DU1234567.\n");
    let said = refused(&site, &remote, &["--dry-run"]);
    assert!(said.contains("account id"), "{said}");

    let demo = record(&CONFIG.replace("paper", "demo"));
    assert!(refused(&demo, &remote, &[]).contains("--demo"));
    publish(&demo, &remote, &["--demo"]);
}

#[test]
fn a_demo_under_another_flag_is_a_demo() {
    let remote = Repository::new();
    let site = record(CONFIG);
    let fills = site.read("data/executions/2024-05-07.csv").replace("0001.5f3a1c2b", "0000demo.5f3a1c2b");
    site.put("data/executions/2024-05-07.csv", fills);
    assert!(refused(&site, &remote, &[]).contains("made-up trades"));
}

#[test]
fn a_repository_that_holds_the_record_is_refused_unless_that_is_meant() {
    let remote = Repository::new();
    remote.commit("main", &[("README.md", "x"), ("record/data/executions/2024-05-07.csv", "x")], "All of it");
    let site = record(CONFIG);
    let said = refused(&site, &remote, &[]);
    assert!(
        said.contains("branch main has record/data/executions/2024-05-07.csv") && said.contains("--same-repository"),
        "{said}"
    );
    publish(&site, &remote, &["--same-repository"]);
    publish(&site, &remote, &["--same-repository"]);
    let said = refused(&site, &remote, &["--same-repository", "--branch", "main"]);
    assert!(said.contains("would lose its files"), "{said}");

    let remote = Repository::new();
    remote.commit("old", &[("config/local.toml", "x")], "Oops");
    assert!(refused(&site, &remote, &[]).contains("branch old has config/local.toml"));
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let site = record(CONFIG);
    for arguments in
        [&["--branch", "a b"][..], &["--branch", "--", "x"], &["--wait=0"], &["--wait", "--dry-run"], &["--nonsense"]]
    {
        assert_eq!(site.run(&[&["publish"], arguments].concat()).code, 2, "{arguments:?}");
    }
}

#[test]
fn what_was_finer_before_precisely_before_stays_in_the_history_and_that_is_said() {
    let (site, remote) = (record(&format!("{CONFIG}[privacy]\nmode = \"absolute\"\n")), Repository::new());
    publish(&site, &remote, &[]);
    let finer = |site: &Site| {
        let said = site.run(&["check"]).out;
        said.lines().find(|line| line.contains("[finer-published]")).map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(finer(&site), "");
    site.put("config/config.toml", CONFIG);
    // Without asking the remote, which may be anywhere.
    let said = finer(&site);
    assert!(
        said.starts_with("warning") && said.contains("gh-pages of ") && said.contains("data/orders.json"),
        "{said}"
    );
    let said = publish(&site, &remote, &[]);
    let kept = finer(&site);
    assert!(kept.starts_with("note") && kept.contains("the history of gh-pages of "), "{kept}");
    assert!(
        said.err.contains("the branch's history keeps them") && said.err.contains("data/orders.json"),
        "{}",
        said.err
    );
    assert!(said.err.contains("--fresh"), "{}", said.err);
    let said = publish(&site, &remote, &["--fresh"]);
    assert!(!said.err.contains("finer figures"), "{}", said.err);
    assert_eq!(remote.history("gh-pages").len(), 1);
    assert_eq!(finer(&site), "");
}

#[test]
fn a_program_of_the_owners_publishes_after_the_same_checks() {
    let command = "[publish]\ncommand = [\"cp\", \"-r\", \"{public}/.\", \"uploaded\"]\n";
    let site = record(&format!("{CONFIG}{command}")).file("uploaded/x", "");
    let said = site.ok(&["publish", "--dry-run"]);
    assert!(said.out.contains("index.html") && said.err.contains("would go to `cp`"), "{}", said.shown());
    assert!(!site.path("public/index.html").exists() && !site.path("uploaded/index.html").exists());
    site.ok(&["publish"]);
    assert_eq!(site.read("uploaded/index.html"), site.read("public/index.html"));
    site.put("content/why.md", "+++\ntitle = 'Why'\n+++\n[Fill in]\n");
    assert!(site.refused(&["publish"]).contains("content/why.md"));
    site.put("content/why.md", "+++\ntitle = 'Why'\n+++\nSo.\n");
    site.put("config/config.toml", format!("{CONFIG}[publish]\ncommand = [\"false\", \"{{public}}\"]\n"));
    assert!(site.refused(&["publish"]).contains("`false` ended with exit code 1"));
    site.put("config/config.toml", format!("{CONFIG}[publish]\ncommand = [\"false\"]\n"));
    assert!(site.refused(&["publish"]).contains("{public}"));
}
