//! Time stamps, from the authority to the stranger's shell. Where there is no openssl, nothing is tested here.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::authority::{Authority, Mood};
use crate::repository::Repository;
use crate::support::Site;

/// A site that records, with these authorities and their certificates.
fn site(authorities: &[&Authority]) -> Site {
    let site = crate::proof::built();
    let addresses: Vec<&str> = authorities.iter().map(|authority| authority.address.as_str()).collect();
    let config = site.read("config/config.toml");
    site.put("config/config.toml", format!("{config}\n[proof]\nauthorities = {addresses:?}\n"));
    for (at, authority) in authorities.iter().enumerate() {
        site.put(&format!("data/proof/tsa/{at}.pem"), std::fs::read_to_string(authority.root()).unwrap());
    }
    site
}

/// `proof/` of what is published.
fn published(repository: &Repository) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in repository.files("gh-pages") {
        let Some(path) = path.strip_prefix("proof/") else { continue };
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

fn typed(folder: &Path, command: &str) -> String {
    let output = Command::new("sh").arg("-c").arg(command).current_dir(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_stamped_log_is_good_by_what_the_page_says_and_no_forged_stamp_is() {
    let (Some(a), Some(b)) = (Authority::new("First"), Authority::new("Second")) else { return };
    let site = site(&[&a, &b]);
    let repository = Repository::new();
    let said = site.ok(&["publish", "--demo", "--remote", &repository.url()]);
    assert!(
        said.err.contains("stamped by First at ") && said.err.contains("stamped by Second at "),
        "{}",
        said.shown()
    );
    let folder = published(&repository);
    let commands = crate::proof::commands(&site);
    let stamps = commands.iter().find(|command| command.contains("ts -verify")).expect("the page has the command");
    let honest = typed(folder.path(), stamps);
    let page = site.read("public/proof/index.html");
    let times: Vec<&str> = honest.lines().filter_map(|line| line.strip_prefix("Time stamp: ")).collect();
    assert_eq!(honest.matches("Verification: OK\n").count(), 2, "{honest}");
    assert!(times.len() == 2 && times.iter().all(|time| page.contains(time)), "{honest}");
    let whose = commands.iter().find(|command| command.contains("-fingerprint")).unwrap();
    let whose = typed(folder.path(), whose);
    assert!(whose.contains("First") && whose.matches("Fingerprint").count() == 2, "{whose}");
    let verified = site.ok(&["verify", folder.path().to_str().unwrap(), "--all"]);
    assert!(verified.out.contains("2 time stamps are signed by whom the 2 certificates"), "{}", verified.shown());
    let status = site.ok(&["proof", "status", "--json"]).json();
    assert_eq!(status["stamped"], status["entries"]);
    assert!(status["timing"]["day"]["earlier"].as_u64().unwrap() > 30, "{status}");

    // The log is rebuilt: the old stamps are over other bytes.
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    std::fs::write(folder.path().join("log"), log.replacen("-day-", "-gap-", 1)).unwrap();
    assert_eq!(typed(folder.path(), stamps).matches("Verification: OK").count(), 0);
    std::fs::write(folder.path().join("log"), &log).unwrap();
    // Somebody else's stamp, for whom no certificate here vouches.
    let other = Authority::new("Third").unwrap();
    let request = tempfile::NamedTempFile::new().unwrap();
    let query = "openssl ts -query -data log -sha256 -cert -out";
    typed(folder.path(), &format!("{query} {}", request.path().display()));
    let lines = log.lines().count();
    let forged = other.reply(&std::fs::read(request.path()).unwrap());
    std::fs::write(folder.path().join(format!("stamps/{lines}.b.tsr")), forged).unwrap();
    assert_eq!(typed(folder.path(), stamps).matches("Verification: OK").count(), 1);
    let verified = site.run(&["verify", folder.path().to_str().unwrap()]);
    assert!(verified.code == 1 && verified.out.contains("is not signed by whom"), "{}", verified.shown());
}

#[test]
fn an_authority_that_fails_keeps_nothing_from_being_published_and_is_asked_again() {
    let Some(a) = Authority::new("First") else { return };
    let site = site(&[&a]);
    let repository = Repository::new();
    let moods = [
        (Mood::Refuses, "it answered with status 503"),
        (Mood::Garbage, "its answer was discarded"),
        (Mood::OtherBytes, "it stamps another digest"),
        (Mood::OtherNonce, "its nonce is another one"),
        (Mood::Hangs, "no answer in time"),
    ];
    for (mood, why) in moods {
        a.is(mood);
        let began = Instant::now();
        let said = site.run(&["publish", "--demo", "--remote", &repository.url()]);
        assert!(said.code == 1 && said.err.contains(why), "{mood:?}: {}", said.shown());
        assert!(said.err.contains("`trackrecord proof stamp` asks again"), "{}", said.shown());
        assert!(began.elapsed() < Duration::from_secs(60));
        assert!(!repository.files("gh-pages").keys().any(|path| path.ends_with(".tsr")), "{mood:?}");
    }
    assert!(site.read("public/proof/index.html").contains("Nothing here is stamped"));
    a.is(Mood::Honest);
    assert!(site.ok(&["proof", "stamp"]).err.contains("stamped by First"));
    assert!(site.ok(&["proof", "stamp"]).err.contains("are stamped already"));
    site.ok(&["publish", "--demo", "--remote", &repository.url()]);
    assert_eq!(repository.files("gh-pages").keys().filter(|path| path.ends_with(".tsr")).count(), 1);
}

#[test]
fn a_thesis_is_stamped_as_soon_as_it_is_saved() {
    let Some(a) = Authority::new("First") else { return };
    let site = site(&[&a]);
    let saved = ["annotate", "new", "--symbol", "MTUM", "--side", "buy", "--thesis", "It goes on."];
    let said = site.ok(&saved);
    assert!(said.err.contains("recorded 1 entry") && said.err.contains("stamped by First"), "{}", said.shown());
    let lines = site.read("data/proof/log").lines().count();
    let stamp = std::fs::metadata(site.path(&format!("data/proof/stamps/{lines}.a.tsr"))).unwrap();
    assert!(stamp.len() < 20_000);
}

#[test]
fn an_exchanged_key_and_listed_stamps_are_good_by_what_the_page_says() {
    let Some(a) = Authority::new("First") else { return };
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        return;
    }
    let site = site(&[&a]);
    assert!(site.refused(&["proof", "rotate"]).contains("`trackrecord proof key`"));
    let repository = Repository::new();
    let publish = ["publish", "--demo", "--remote", &repository.url()];
    site.ok(&["proof", "key"]);
    site.ok(&publish);
    assert!(site.ok(&["proof", "renew"]).err.contains("recorded the digests of all stamps"));
    site.ok(&["proof", "rotate"]);
    site.ok(&publish);
    let folder = published(&repository);
    let commands = crate::proof::commands(&site);
    let signed = commands.iter().find(|command| command.contains("ssh-keygen")).unwrap();
    let said = typed(folder.path(), signed);
    assert!(said.starts_with("Good \"trackrecord-log\" signature") && said.matches("-key-").count() == 2, "{said}");
    let verified = site.ok(&["verify", folder.path().to_str().unwrap(), "--all"]);
    assert!(verified.out.contains("exchanges the key (planned)"), "{}", verified.shown());
    // The first stamp is listed: it cannot be taken away any more.
    let mut stamps: Vec<_> =
        std::fs::read_dir(folder.path().join("stamps")).unwrap().map(|file| file.unwrap().path()).collect();
    stamps.retain(|path| path.extension().is_some_and(|ending| ending == "tsr"));
    stamps.sort();
    std::fs::remove_file(&stamps[0]).unwrap();
    let verified = site.run(&["verify", folder.path().to_str().unwrap()]);
    assert!(verified.code == 1 && verified.out.contains("is not there as it was"), "{}", verified.shown());
}

/// A program in the place of `ots`: it writes what the real one writes, and finds a block the second time.
const OTS: &str = r#"#!/bin/sh
set -e
case $1 in
stamp)
  { printf '\000OpenTimestamps\000\000Proof\000\277\211\342\350\204\350\222\224\001\010'
    openssl dgst -sha256 -binary < "$2"
    printf 'waits'; } > "$2.ots" ;;
upgrade)
  cp "$2" "$2.bak"
  printf '\005\210\226\015\163\327\031\001block' >> "$2" ;;
esac
"#;

#[cfg(unix)]
#[test]
fn a_block_is_asked_for_where_that_is_wanted_and_found_later() {
    use std::os::unix::fs::PermissionsExt;
    let site = crate::proof::built();
    let config = site.read("config/config.toml");
    site.put("config/config.toml", format!("{config}\n[proof]\nopentimestamps = true\n"));
    let programs = tempfile::tempdir().unwrap();
    let program = programs.path().join("ots");
    let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").unwrap());
    let stamp = |path: &str| site.command(&["proof", "stamp"]).env("PATH", path).output().unwrap();
    let missing = stamp(&path);
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(missing.status.code() == Some(1) && said.contains("it is not installed"), "{said}");
    std::fs::write(&program, OTS).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let made = stamp(&path);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let first = site.read("data/proof/log").lines().count();
    let proof = site.path(&format!("data/proof/stamps/{first}.ots"));
    let waiting = std::fs::read(&proof).unwrap();
    assert!(waiting.ends_with(b"waits"));
    let note = ["annotate", "new", "--symbol", "MTUM", "--side", "buy", "--thesis", "It goes on."];
    assert!(site.command(&note).env("PATH", &path).status().unwrap().success());
    assert!(std::fs::read(&proof).unwrap().ends_with(b"block"));
    assert!(site.path(&format!("data/proof/stamps/{}.ots", first + 1)).exists());
    site.ok(&["build"]);
    let verified = site.ok(&["verify"]);
    assert!(verified.out.contains("the Bitcoin blocks that 2 proofs"), "{}", verified.shown());
    let published = site.path(&format!("public/proof/stamps/{first}.ots"));
    assert!(published.exists());
    std::fs::copy(site.path(&format!("public/proof/stamps/{}.ots", first + 1)), published).unwrap();
    assert_eq!(site.run(&["verify"]).code, 1);
}

/// A thesis of Monday the 25th, in a note that was written in an editor.
const HELD_BACK: &str = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-25T14:00:00Z\n[pre_trade]\nside = \"BUY\"\nthesis = \"It goes on.\"\n+++\n";

#[test]
fn what_was_held_back_is_stamped_by_itself_and_good_by_what_the_page_says() {
    let Some(a) = Authority::new("First") else { return };
    let site = site(&[&a]);
    let config = site.read("config/config.toml").replace("[privacy]", "[privacy]\ndelay_days = 2");
    std::fs::remove_dir_all(site.path("data/proof/entries")).unwrap();
    std::fs::remove_file(site.path("data/proof/log")).unwrap();
    site.put("config/config.toml", config);
    let later = [25, 26, 27, 28, 29].map(|day| format!("data/snapshots/2022-07-{day}.json"));
    let later = later.map(|path| (site.read(&path), path));
    later.iter().for_each(|(_, path)| std::fs::remove_file(site.path(path)).unwrap());
    site.ok(&["proof", "init"]);
    let repository = Repository::new();
    let publish = ["publish", "--demo", "--remote", &repository.url()];
    site.put("content/trades/n1.md", HELD_BACK);
    let said = site.ok(&publish);
    assert!(said.err.contains("that is held back: stamped by First"), "{}", said.shown());
    let is_of_item = |path: &String| path.contains("stamps/items/");
    assert!(!repository.files("gh-pages").keys().any(is_of_item), "a stamp would tell that there is something");
    // Sealed with its session, and opened two days after it.
    for days in [&later[..1], &later[1..]] {
        days.iter().for_each(|(text, path)| site.put(path, text));
        site.ok(&publish);
    }
    let folder = published(&repository);
    let found: Vec<_> = std::fs::read_dir(folder.path().join("stamps/items")).unwrap().map(Result::unwrap).collect();
    assert!(!found.is_empty());
    let commands = crate::proof::commands(&site);
    let stamps = commands.iter().find(|command| command.contains("ts -verify")).unwrap();
    typed(folder.path(), stamps);
    let alone = commands.iter().find(|command| command.contains("-digest")).expect("the page has the command");
    assert_eq!(typed(folder.path(), alone), format!("{}\n", found.len()));
    let verify = ["verify", folder.path().to_str().unwrap(), "--all"];
    assert!(site.ok(&verify).out.contains("; stamped by themselves on their date or before: "));
    // By somebody for whom no certificate vouches.
    let request = tempfile::NamedTempFile::new().unwrap();
    let stamp = found[0].path();
    let digest = &stamp.file_name().unwrap().to_str().unwrap()[..64];
    typed(
        folder.path(),
        &format!("openssl ts -query -digest {digest} -sha256 -cert -out {}", request.path().display()),
    );
    let forged = Authority::new("Other").unwrap().reply(&std::fs::read(request.path()).unwrap());
    std::fs::write(&stamp, forged).unwrap();
    assert_eq!(typed(folder.path(), alone), format!("{}\n", found.len() - 1));
    let said = site.run(&verify);
    assert!(said.code == 1 && said.out.contains("is not signed by whom"), "{}", said.shown());
}

#[test]
fn stamping_without_a_log_or_an_authority_says_what_to_do() {
    let site = crate::proof::built();
    assert!(site.refused(&["proof", "stamp"]).contains("[proof] authorities"));
    assert!(site.ok(&["proof", "status"]).out.contains("nothing is stamped"));
    std::fs::remove_dir_all(site.path("data/proof")).unwrap();
    assert!(site.refused(&["proof", "stamp"]).contains("proof init"));
}
