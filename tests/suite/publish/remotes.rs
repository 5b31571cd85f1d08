//! Remotes that are not there, do not let us in, refuse, or move.

use super::{CONFIG, publish, publish_while, record, said};
use crate::repository::{Repository, executable};
use crate::support::{Said, Site};

/// `me:s3cret-token`, as HTTP sends it.
const LOG_IN: &str = "Basic bWU6czNjcmV0LXRva2Vu";

fn refused(site: &Site, remote: &str) -> String {
    site.refused(&["publish", "--remote", remote])
}

#[test]
fn a_remote_that_is_none_is_named_with_the_next_step() {
    let site = record(CONFIG);
    let said = site.refused(&["publish"]);
    assert!(
        said.contains("kept in no git repository") && said.contains("--remote https://github.com/NAME/REPO.git"),
        "{said}"
    );
    crate::repository::git(&site.path(""), &["init", "--quiet"]);
    let said = site.refused(&["publish"]);
    assert!(said.contains("has no remote `origin`; it has none yet"), "{said}");
    for nothing in ["/no/such/folder", &format!("file://{}", site.path("content").display()), "./nothing.git"] {
        let said = refused(&site, nothing);
        assert!(said.contains("there is no git repository at") && said.contains("nothing was published"), "{said}");
    }
    let said = refused(&site, "http://127.0.0.1:1/x.git");
    assert!(said.contains("cannot reach http://127.0.0.1:1/x.git"), "{said}");
    let said = refused(&site, "http://no-such-host.invalid/x.git");
    assert!(said.contains("cannot reach http://no-such-host.invalid/x.git"), "{said}");
}

#[test]
fn without_git_on_the_path_that_is_said() {
    let site = record(CONFIG);
    let empty = tempfile::tempdir().unwrap();
    let output = site.command(&["publish", "--remote", "/x"]).env("PATH", empty.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("there is no program `git` here") && said.contains("install git"), "{said}");
}

#[test]
fn a_hook_that_declines_is_quoted_and_nothing_changes() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    let before = remote.git(&["show-ref"]);
    remote.hook("pre-receive", "#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n");
    site.put("content/about.md", "+++\ntitle = 'About'\n+++\nOther words.\n");
    let said = refused(&site, &remote.url());
    assert!(said.contains("pre-receive hook declined") && said.contains("GH006: Protected branch"), "{said}");
    assert!(said.contains("whether the branch is protected") && said.contains("nothing was published"), "{said}");
    assert_eq!(remote.git(&["show-ref"]), before);
}

#[test]
fn a_branch_that_is_checked_out_there_is_refused_with_the_next_step() {
    let (site, folder) = (record(CONFIG), tempfile::tempdir().unwrap());
    crate::repository::git(folder.path(), &["init", "--quiet"]);
    crate::repository::git(folder.path(), &["checkout", "--quiet", "--orphan", "gh-pages"]);
    crate::repository::git(folder.path(), &["commit", "--quiet", "--allow-empty", "-m", "Begin"]);
    let said = refused(&site, &folder.path().display().to_string());
    assert!(said.contains("does not take the commit on gh-pages") && said.contains("bare repository"), "{said}");
}

#[test]
fn a_branch_that_moves_meanwhile_is_not_overwritten_and_who_moved_it_is_said() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    // Somebody else is faster: another commit comes between the look and the push.
    let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|git| git.is_file());
    let real = real.unwrap().display().to_string();
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "#!/bin/sh\nfor word in \"$@\"; do\n  if [ \"$word\" = push ]; then (\n    unset GIT_DIR GIT_INDEX_FILE\n    \
         export GIT_COMMITTER_NAME=Mallory GIT_COMMITTER_EMAIL=m@x GIT_AUTHOR_NAME=Mallory GIT_AUTHOR_EMAIL=m@x\n    \
         export GIT_COMMITTER_DATE=2026-01-27T20:40:00Z\n    cd {0} && new=$({1} commit-tree -p gh-pages -m faster \
         'gh-pages^{{tree}}') && {1} update-ref refs/heads/gh-pages $new\n  ); fi\ndone\nexec {1} \"$@\"\n",
        remote.path().display(),
        real
    );
    executable(&folder.path().join("git"), &script);
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    site.put("content/about.md", "+++\ntitle = 'About'\n+++\nOther words.\n");
    for more in [&[][..], &["--fresh", "--replace"]] {
        let url = remote.url();
        let output =
            site.command(&[&["publish", "--remote", &url], more].concat()).env("PATH", &path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("has moved meanwhile: Mallory committed") && said.contains("2026-01-27 20:40:00 +0000"),
            "{said}"
        );
    }
    assert_eq!(remote.history("gh-pages")[..2], ["faster", "faster"]);
    publish(&site, &remote, &[]);
    assert_eq!(remote.history("gh-pages").len(), 4);
}

/// Publishes over HTTP.
fn over_http(site: &Site, address: &str, log_in: &str) -> Said {
    let mut command = site.command(&["publish", "--remote", &format!("http://{log_in}{address}")]);
    let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").output().unwrap();
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code().unwrap(), out: words(&output.stdout), err: words(&output.stderr) }
}

#[test]
fn a_token_in_the_address_opens_the_door_and_is_never_shown() {
    // Enough bytes that do not shrink for git to send them in pieces.
    let mut state = 1_u32;
    let noise: Vec<u8> = (0..2_000_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let (site, remote) = (record(CONFIG).file("static/film.bin", &noise), Repository::new());
    let address = remote.serve(Some(LOG_IN));
    let said = over_http(&site, &address, "me:s3cret-token@");
    assert_eq!(said.code, 0, "{}", said.shown());
    assert!(said.err.contains(&format!("published to gh-pages of http://{address}")), "{}", said.err);
    assert_eq!(remote.files("gh-pages")["film.bin"], noise);
    let again = over_http(&site, &address, "me:s3cret-token@");
    assert!(again.err.contains("nothing to publish"), "{}", again.shown());
    let mut words = said.shown() + &again.shown();
    for wrong in ["me:s3cret%2Dwrong@", "s3cret-other@", ""] {
        let said = over_http(&site, &address, wrong);
        assert_eq!(said.code, 1, "{}", said.shown());
        assert!(said.err.contains("does not accept the log-in") && said.err.contains(&address), "{}", said.err);
        words += &said.shown();
    }
    remote.hook("pre-receive", "#!/bin/sh\necho 'no: http://me:s3cret-token@here and s3cret-token' >&2\nexit 1\n");
    site.put("content/about.md", "+++\ntitle = 'About'\n+++\nOther words.\n");
    let said = over_http(&site, &address, "me:s3cret-token@");
    assert_eq!(said.code, 1, "{}", said.shown());
    words += &said.shown();
    assert!(!words.contains("s3cret"), "{words}");
    for (path, content) in site.files("") {
        assert!(!String::from_utf8_lossy(&content).contains("s3cret-token"), "{path}");
    }
}

#[test]
fn a_token_belongs_into_the_local_configuration() {
    let remote = Repository::new();
    let address = remote.serve(Some(LOG_IN));
    let line = format!("[publish]\nremote = \"http://me:s3cret-token@{address}\"\n");
    let site = record(&format!("{CONFIG}{line}"));
    let said = site.refused(&["publish"]);
    assert!(
        said.contains("config/config.toml:7") && said.contains("config/local.toml") && !said.contains("s3cret"),
        "{said}"
    );
    site.put("config/config.toml", CONFIG);
    site.put("config/local.toml", line);
    site.ok(&["publish"]);
    assert!(remote.has("gh-pages"));
}

#[test]
fn after_a_connection_that_broke_it_is_said_whether_the_commit_arrived() {
    let (site, remote) = (record(CONFIG), Repository::new());
    let url = remote.url();
    let broken = "echo 'fatal: the remote end hung up unexpectedly' >&2; kill -KILL $$";
    // The commit arrives, and the answer does not.
    let arrived = format!("\"$GIT\" \"$@\" >/dev/null 2>&1; {broken}");
    let said = publish_while(&site, &url, &[], "push", &arrived);
    assert!(said.code == 0 && said.err.contains("published to gh-pages"), "{}", said.shown());
    assert_eq!(remote.history("gh-pages").len(), 1);
    // Nothing arrives.
    site.put("content/about.md", "+++\ntitle = 'About'\n+++\nOther words.\n");
    let said = publish_while(&site, &url, &[], "push", broken);
    assert!(
        said.code == 1 && said.err.contains("cannot publish to") && said.err.contains("hung up"),
        "{}",
        said.shown()
    );
    assert!(said.err.contains("stands where it stood before: nothing was published"), "{}", said.err);
    assert_eq!(remote.history("gh-pages").len(), 1);
    // Somebody else was faster, and then the connection broke.
    let other = format!(
        "unset GIT_DIR GIT_INDEX_FILE; cd {} && \"$GIT\" update-ref refs/heads/gh-pages $(\"$GIT\" -c user.name=M -c user.email=m@x \
         commit-tree -p gh-pages -m faster 'gh-pages^{{tree}}'); {broken}",
        remote.path().display()
    );
    let said = publish_while(&site, &url, &[], "push", &other);
    assert!(said.code == 1 && said.err.contains("neither what was there"), "{}", said.shown());
    // Nobody answers any more.
    let away = format!("mv {0} {0}.away; {broken}", remote.path().display());
    let said = publish_while(&site, &url, &[], "push", &away);
    assert!(said.code == 1 && said.err.contains("whether it was published is not known"), "{}", said.shown());
    assert!(!said.err.contains("nothing was published"), "{}", said.err);
}

#[test]
fn a_remote_that_keeps_histories_refuses_a_branch_started_anew() {
    let (site, remote) = (record(CONFIG), Repository::new());
    publish(&site, &remote, &[]);
    remote.git(&["config", "receive.denyNonFastForwards", "true"]);
    let said = site.refused(&["publish", "--remote", &remote.url(), "--fresh"]);
    assert!(said.contains("does not take the commit") && said.contains("nothing was published"), "{said}");
    assert!(said.contains("another branch"), "{said}");
    assert_eq!(remote.history("gh-pages").len(), 1);
}

#[test]
fn what_is_configured_for_a_folder_of_repositories_holds_while_publishing() {
    let (remote, home) = (Repository::new(), tempfile::tempdir().unwrap());
    let address = remote.serve(Some(LOG_IN));
    let site = record(&format!("{CONFIG}[publish]\nremote = \"http://{address}\"\n"));
    crate::repository::git(&site.path(""), &["init", "--quiet"]);
    let work = site.path("").canonicalize().unwrap().display().to_string();
    let work = work.trim_end_matches('/');
    let conditional = format!("[includeIf \"gitdir:{work}/\"]\n\tpath = work\n");
    std::fs::write(home.path().join(".gitconfig"), conditional).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = site.command(arguments);
        said(
            &command
                .env("HOME", home.path())
                .env_remove("XDG_CONFIG_HOME")
                .env_remove("GIT_CONFIG_GLOBAL")
                .output()
                .unwrap(),
        )
    };
    let refused = run(&["publish"]);
    assert!(refused.code == 1 && refused.err.contains("does not accept the log-in"), "{}", refused.shown());
    std::fs::write(home.path().join("work"), format!("[http]\n\textraHeader = Authorization: {LOG_IN}\n")).unwrap();
    let done = run(&["publish"]);
    assert_eq!(done.code, 0, "{}", done.shown());
    assert!(remote.has("gh-pages"));
}
