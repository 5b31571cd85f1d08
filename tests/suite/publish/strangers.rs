//! Branches that others have filled: they are not emptied without a word.

use super::{CONFIG, publish, record};
use crate::repository::{Repository, git};

#[test]
fn a_branch_made_by_hand_is_refused_with_what_is_there_until_that_is_meant() {
    let (site, remote) = (record(CONFIG), Repository::new());
    remote.commit("gh-pages", &[("index.html", "mine"), ("a/b.css", "x")], "By hand");
    let before = remote.git(&["show-ref"]);
    let url = remote.url();
    for more in [&[][..], &["--dry-run"], &["--fresh"]] {
        let said = site.refused(&[&["publish", "--remote", &url], more].concat());
        let commit =
            remote.git(&["log", "-1", "--date=iso", "--format=Erin committed %h on %cd", "--abbrev=10", "gh-pages"]);
        assert!(said.contains("holds 2 files that were not published from here, such as a/b.css"), "{said}");
        assert!(said.contains(&commit) && said.contains("--replace"), "{commit}\n{said}");
        assert_eq!(said.contains("its history goes"), more == ["--fresh"], "{said}");
        assert!(!site.path("public").exists() && remote.git(&["show-ref"]) == before);
    }
    publish(&site, &remote, &["--replace"]);
    assert_eq!(remote.history("gh-pages").len(), 2);
    assert!(!remote.files("gh-pages").contains_key("a/b.css"));
    publish(&site, &remote, &[]);
}

#[test]
fn a_file_put_beside_the_published_ones_by_hand_is_not_lost() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    remote.commit("gh-pages", &[("notes/by-hand.txt", "x")], "One more");
    let said = site.refused(&["publish", "--remote", &remote.url()]);
    assert!(said.contains("a file that was not published from here, such as notes/by-hand.txt"), "{said}");
    assert!(remote.files("gh-pages").contains_key("notes/by-hand.txt"));
}

#[test]
fn starting_afresh_drops_no_commit_of_others_without_a_word() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    // As GitHub does when a domain is entered.
    remote.commit("gh-pages", &[("CNAME", "kept.example.org")], "Create CNAME");
    let said = site.refused(&["publish", "--remote", &remote.url(), "--fresh"]);
    assert!(said.contains("`--fresh` would drop it; Erin committed"), "{said}");
    assert_eq!(remote.history("gh-pages").len(), 2);
    publish(&site, &remote, &[]);
    publish(&site, &remote, &["--fresh"]);
    assert_eq!(
        (remote.history("gh-pages").len(), &remote.files("gh-pages")["CNAME"][..]),
        (1, &b"kept.example.org"[..])
    );
}

#[test]
fn what_a_host_puts_on_a_new_branch_is_no_strangers_file() {
    let site = record(CONFIG);
    for files in [&[("CNAME", "kept.example.org"), (".nojekyll", "")][..], &[(".gitkeep", "")]] {
        let remote = Repository::new();
        remote.commit("gh-pages", files, "Begin");
        publish(&site, &remote, &[]);
    }
    let remote = Repository::new();
    let nothing = git(&remote.path(), &["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let commit = git(&remote.path(), &["commit-tree", "-m", "Begin", &nothing]);
    git(&remote.path(), &["update-ref", "refs/heads/gh-pages", &commit]);
    publish(&site, &remote, &[]);
    assert_eq!(remote.history("gh-pages").len(), 2);
}

#[test]
fn nothing_on_the_branch_steers_the_terminal() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    let row = r#"[{"date":"2024-05-07\u001b[2J","symbol":"A\u001b]0;x\u0007","side":"BUY","quantity\u001b[31m":1}]"#;
    remote.commit("gh-pages", &[("data/orders.json", row)], "\u{1b}[2Jnothing");
    let said = site.run(&["publish", "--remote", &remote.url(), "--dry-run"]);
    assert!(
        said.code == 0 && said.err.contains("finer figures") && said.out.contains("rows that go"),
        "{}",
        said.shown()
    );
    let mut words = said.shown();
    remote.commit("gh-pages", &[("a\u{1b}[2Jb.html", "x")], "More");
    words += &site.refused(&["publish", "--remote", &remote.url()]);
    assert!(words.contains("[2Jb.html"), "{words}");
    assert!(!words.chars().any(|letter| letter.is_control() && letter != '\n'), "{words:?}");
}
