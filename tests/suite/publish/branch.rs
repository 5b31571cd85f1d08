//! What stands on the branch afterwards, and what stays as it was on this computer.

use super::{CONFIG, one_more_day, publish, publish_while, record};
use crate::repository::{Repository, executable, git};
use crate::support::Site;

/// The files of `public/` as they must stand on the branch.
fn built(site: &Site) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = site.files("public");
    files.remove(".gitkeep");
    files
}

#[test]
fn git_before_2_28_is_told_that_the_remote_keeps_the_contents() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    let told = tempfile::tempdir().unwrap();
    let told = told.path().join("told");
    one_more_day(&site);
    // Those versions refuse `--filter` otherwise.
    let script = format!("\"$GIT\" config --get-regexp '^remote[.].*[.]promisor$' >> {}", told.display());
    let said = publish_while(&site, &remote.url(), &[], "fetch", &script);
    assert_eq!(said.code, 0, "{}", said.shown());
    let told = std::fs::read_to_string(told).unwrap();
    assert!(!told.is_empty() && told.lines().all(|line| line.ends_with(" true")), "{told}");
}

#[test]
fn a_first_publication_holds_what_build_makes_and_nothing_else() {
    let (site, remote) = (record(CONFIG), Repository::new());
    let said = publish(&site, &remote, &[]);
    assert!(
        said.err.contains("published to gh-pages of file://") && said.err.contains("the branch is new"),
        "{}",
        said.err
    );
    let files = remote.files("gh-pages");
    assert!(files.contains_key(".nojekyll") && files.contains_key("index.html"));
    assert_eq!(files, built(&site));
    let again = record(CONFIG);
    again.ok(&["build"]);
    assert_eq!(files, built(&again));
    let commit = remote.git(&["log", "-1", "--format=%an <%ae> %ai|%s", "gh-pages"]);
    assert!(commit.starts_with("trackrecord <publish@trackrecord.invalid> "), "{commit}");
    assert!(commit.contains(" +0000|Record to 2024-05-08: ") && commit.contains(" pages, 1 report, "), "{commit}");
    let modes = remote.git(&["ls-tree", "-r", "gh-pages"]);
    assert!(modes.lines().all(|line| line.starts_with("100644 blob ")), "{modes}");
}

#[test]
fn what_is_written_into_the_folder_after_the_search_is_not_pushed() {
    let (site, remote) = (record(CONFIG), Repository::new());
    let page = site.path("public/index.html");
    let script = format!("printf 'DU1234567' >> {}", page.display());
    for more in [&[][..], &["--fresh"]] {
        let said = publish_while(&site, &remote.url(), more, "hash-object", &script);
        assert_eq!(said.code, 0, "{}", said.shown());
        assert!(site.read("public/index.html").ends_with("DU1234567"));
        let pushed = remote.files("gh-pages");
        assert!(!String::from_utf8_lossy(&pushed["index.html"]).contains("DU1234567"));
        site.ok(&["build"]);
        assert_eq!(pushed, built(&site));
    }
}

#[test]
fn the_same_site_is_not_published_twice_and_history_is_kept() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    let said = publish(&site, &remote, &[]);
    assert!(said.err.contains("nothing to publish"), "{}", said.err);
    assert_eq!(remote.history("gh-pages").len(), 1);
    site.put("content/about.md", "+++\ntitle = 'About'\n+++\nMe alone.\n");
    publish(&site, &remote, &[]);
    assert_eq!(remote.history("gh-pages")[0], "Record to 2024-05-08: 1 page");
    one_more_day(&site);
    publish(&site, &remote, &[]);
    let history = remote.history("gh-pages");
    assert_eq!(history.len(), 3);
    assert!(history[0].starts_with("Record to 2024-05-09: "), "{history:?}");
    assert_eq!(remote.files("gh-pages"), built(&site));
}

#[test]
fn a_fresh_branch_has_no_history_but_must_not_have_moved() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    one_more_day(&site);
    publish(&site, &remote, &[]);
    publish(&site, &remote, &["--fresh"]);
    assert_eq!(remote.history("gh-pages"), ["Record to 2024-05-09: started anew"]);
    assert_eq!(remote.files("gh-pages"), built(&site));
}

#[test]
fn a_dry_run_lists_files_and_figures_and_touches_nothing() {
    let (site, remote) = (record(CONFIG), Repository::new());
    let before = site.files("");
    let said = publish(&site, &remote, &["--dry-run"]);
    assert_eq!(site.files(""), before);
    assert!(!remote.has("gh-pages"));
    assert!(said.out.lines().any(|line| line.starts_with("new") && line.ends_with("  index.html")), "{}", said.out);

    publish(&site, &remote, &[]);
    let (refs, before) = (remote.git(&["show-ref"]), site.files(""));
    let said = publish(&site, &remote, &["--dry-run"]);
    assert!(said.err.contains("nothing to publish") && said.out.is_empty(), "{}", said.shown());

    one_more_day(&site);
    site.put("content/about.md", "+++\ntitle = 'About'\ndraft = true\n+++\n");
    let before = {
        let mut files = before;
        files.extend(site.files(""));
        files
    };
    let said = publish(&site, &remote, &["--dry-run"]);
    assert_eq!(site.files(""), before);
    assert_eq!(remote.git(&["show-ref"]), refs);
    assert!(
        said.out.contains("removed") && said.out.contains(" B  about/index.html")
            || said.out.contains("kB  about/index.html"),
        "{}",
        said.out
    );
    assert!(said.out.contains("data/daily.json\n  new rows: 2024-05-09"), "{}", said.out);
    assert!(said.out.contains("  2024-05: return 0.002 -> 0.001"), "{}", said.out);
    assert!(
        said.out.contains("performance/index.html\n") && said.out.contains("  Total return: 0.2% -> 0.1%"),
        "{}",
        said.out
    );
}

/// Every file and folder of a site with what the system says of it.
fn listing(site: &Site) -> Vec<String> {
    use std::os::unix::fs::MetadataExt;
    let line = |entry: walkdir::DirEntry| {
        let of = entry.metadata().unwrap();
        let times = (of.mtime(), of.mtime_nsec(), of.ctime(), of.ctime_nsec());
        format!("{} {} {:o} {} {times:?}", entry.path().display(), of.ino(), of.mode(), of.len())
    };
    walkdir::WalkDir::new(site.path("")).sort_by_file_name().into_iter().map(|entry| line(entry.unwrap())).collect()
}

#[test]
fn a_dry_run_leaves_no_trace_not_even_a_time() {
    let remote = Repository::new();
    let command = "[publish]\ncommand = [\"touch\", \"{public}\", \"ran\"]\n";
    for config in [CONFIG.to_owned(), format!("{CONFIG}{command}")] {
        let site = record(&config).file("static/film.bin", b"x");
        crate::repository::git(&site.path(""), &["init", "--quiet"]);
        crate::repository::git(&site.path(""), &["remote", "add", "origin", &remote.url()]);
        let temporary = tempfile::tempdir().unwrap();
        let dry = || {
            let mut command = site.command(&["publish", "--dry-run"]);
            let output = command.env("TMPDIR", temporary.path()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        let before = listing(&site);
        dry();
        assert_eq!(listing(&site), before);
        site.ok(&["build"]);
        one_more_day(&site);
        let before = listing(&site);
        dry();
        assert_eq!(listing(&site), before);
        assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
    }
    assert_eq!(remote.git(&["for-each-ref"]), "");
}

#[test]
fn a_domain_is_kept_made_and_not_named_twice() {
    let remote = Repository::new();
    remote.commit("gh-pages", &[("CNAME", "kept.example.org"), ("old.html", "x")], "Set the domain");
    let site = record(CONFIG);
    let said = publish(&site, &remote, &["--replace"]);
    assert_eq!(said.out, "https://kept.example.org/\n");
    let files = remote.files("gh-pages");
    assert_eq!(files["CNAME"], b"kept.example.org");
    assert!(!files.contains_key("old.html"));
    let page = String::from_utf8_lossy(&files["404.html"]).into_owned();
    assert!(page.contains("href=\"https://kept.example.org/index.html\""), "{page}");
    assert!(publish(&site, &remote, &[]).err.contains("nothing to publish"));

    let site = record(&format!("{CONFIG}[publish]\ncname = \"Kept.example.org\"\n"));
    assert!(publish(&site, &remote, &[]).err.contains("nothing to publish"));
    let site = record(&format!("{CONFIG}[publish]\ncname = \"new.example.org\"\n"));
    publish(&site, &remote, &[]);
    assert_eq!(remote.files("gh-pages")["CNAME"], b"new.example.org\n");
    site.put("static/CNAME", "other.example.org\n");
    let said = site.refused(&["publish", "--remote", &remote.url()]);
    assert!(said.contains("static/CNAME") && said.contains("another domain"), "{said}");
    site.put("static/CNAME", "new.example.org\n");
    publish(&site, &remote, &[]);
}

#[test]
fn the_sites_own_repository_stays_as_it_is() {
    let (site, remote) = (record(CONFIG), Repository::new());
    let root = site.path("");
    git(&root, &["init", "--quiet"]);
    git(&root, &["remote", "add", "origin", &remote.url()]);
    site.put(".gitignore", "data/\nconfig/local.toml\npublic/\n.cache/\n");
    git(&root, &["add", "--", ".gitignore", "content"]);
    git(&root, &["commit", "--quiet", "-m", "Texts"]);
    // The branch is checked out elsewhere, and a submodule that nobody has fetched lies about.
    let elsewhere = tempfile::tempdir().unwrap();
    git(&root, &["branch", "gh-pages"]);
    git(&root, &["worktree", "add", "--quiet", elsewhere.path().join("tree").to_str().unwrap(), "gh-pages"]);
    site.put(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = file:///nowhere\n");
    // Filters and hooks that would change what is stored, or stop it, if they were asked.
    site.put(".gitattributes", "* filter=lfs diff=lfs merge=lfs -text\n*.html text eol=crlf\n");
    site.put("static/film.bin", b"\0\r\nbytes\r\n");
    site.put("static/page.txt", "one\r\ntwo\r\n");
    let settings = [("filter.lfs.clean", "false"), ("filter.lfs.required", "true"), ("core.autocrlf", "true")];
    for (key, value) in settings.into_iter().chain([("commit.gpgSign", "true"), ("push.gpgSign", "true")]) {
        git(&root, &["config", key, value]);
    }
    for hook in ["pre-push", "pre-commit", "reference-transaction", "commit-msg", "post-index-change"] {
        executable(&root.join(".git/hooks").join(hook), "#!/bin/sh\necho hook ran >&2\nexit 1\n");
    }
    let state = || {
        let mut files = site.files("");
        files.retain(|path, _| !path.starts_with("public/") && !path.starts_with(".cache/"));
        files
    };
    let before = state();
    let said = site.ok(&["publish"]);
    assert!(!said.err.contains("hook ran"), "{}", said.err);
    assert_eq!(state(), before);
    let files = remote.files("gh-pages");
    assert_eq!(files, built(&site));
    assert_eq!((&files["film.bin"][..], &files["page.txt"][..]), (&b"\0\r\nbytes\r\n"[..], &b"one\r\ntwo\r\n"[..]));
}

#[test]
fn a_shallow_clone_publishes_as_any_other() {
    let (texts, remote) = (record(CONFIG), Repository::new());
    publish(&texts, &remote, &[]);
    remote.commit("gh-pages", &[("note.txt", "by hand")], "By hand");
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["clone", "--quiet", "--depth", "1", "--branch", "gh-pages", &remote.url(), "clone"]);
    // A site inside the clone of its own pages: whose remote is meant must be said.
    let inside = folder.path().join("clone/site");
    for (path, content) in texts.files("") {
        if !path.starts_with("public/") && !path.starts_with(".cache/") {
            std::fs::create_dir_all(inside.join(&path).parent().unwrap()).unwrap();
            std::fs::write(inside.join(&path), content).unwrap();
        }
    }
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_trackrecord"));
        command.args(["publish", "--root", inside.to_str().unwrap()]).args(more).output().unwrap()
    };
    let refused = run(&[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("which is not its own"), "{refused:?}");
    let refused = run(&["--remote", "origin"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("such as note.txt; Erin committed"), "{refused:?}");
    let done = run(&["--remote", "origin", "--replace"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(remote.history("gh-pages").len(), 3);
    assert!(!remote.files("gh-pages").contains_key("note.txt"));
}
