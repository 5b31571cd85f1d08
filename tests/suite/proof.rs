//! The log of what is published, as its keeper makes it and as a stranger checks it: with what the page says, and nothing else.

use std::path::Path;
use std::process::Command;

use crate::support::Site;

/// Two months of the demo, whose log is begun, built.
pub fn built() -> Site {
    let site = Site::demo();
    keep_two_months(&site);
    site.ok(&["proof", "init"]);
    site.ok(&["build"]);
    site
}

fn keep_two_months(site: &Site) {
    for below in
        ["data/executions", "data/snapshots", "data/signals", "data/plans", "content/months", "content/trades"]
    {
        for entry in std::fs::read_dir(site.path(below)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with("2022-06") && !name.starts_with("2022-07") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    }
}

/// The commands of the page, as a browser copies them.
pub fn commands(site: &Site) -> Vec<String> {
    let page = site.read("public/proof/index.html");
    let plain = |html: &str| {
        let entities =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
        entities.into_iter().fold(html.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
    };
    let blocks = page.split("<pre><code>").skip(1).filter_map(|rest| rest.split_once("</code></pre>"));
    blocks.map(|(block, _)| plain(block)).collect()
}

/// What a stranger's shell prints in a folder.
fn typed(folder: &Path, command: &str) -> String {
    let output = Command::new("sh").arg("-c").arg(command).current_dir(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn copy(site: &Site) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("entries")).unwrap();
    for entry in std::fs::read_dir(site.path("public/proof/entries")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join("entries").join(entry.file_name())).unwrap();
    }
    for (from, name) in [("proof", "log"), ("data", "daily.csv"), ("data", "orders.csv")] {
        std::fs::copy(site.path(&format!("public/{from}/{name}")), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn a_stranger_finds_what_the_page_promises_and_each_attack_makes_a_command_fail() {
    let site = built();
    let commands = commands(&site);
    let log = site.read("public/proof/log");
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let good = copy(&site);
    let honest: Vec<String> = commands.iter().map(|command| typed(good.path(), command)).collect();
    let head = &site.ok(&["proof", "status"]).out;
    let digest = honest[5].split(' ').next().unwrap();
    assert!(digest.len() == 64 && head.contains(digest), "{head} {digest}");
    let nothing = String::new();
    assert_eq!(honest[..2], ["0\n".to_owned(), format!("{}\n", lines.len())]);
    assert_eq!([&honest[2..5], &honest[6..]].concat(), vec![nothing; 5]);

    let entry = |at: usize| lines[at][66..].trim_end().to_owned();
    let renumbered = |at: usize, to: usize| lines[at].replace(&format!("{:06}-", at + 1), &format!("{to:06}-"));
    type Attack<'a> = (&'a str, Box<dyn Fn(&Path) + 'a>, &'a [usize]);
    let write = |folder: &Path, name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let without = |at: usize| {
        lines.iter().enumerate().filter(|(line, _)| *line != at).map(|(_, line)| *line).collect::<String>()
    };
    let attacks: Vec<Attack> = vec![
        (
            "an entry is edited",
            Box::new(|folder| {
                let text = std::fs::read_to_string(folder.join(entry(2))).unwrap();
                write(folder, &entry(2), &text.replace("\"v\":1", "\"v\":2"));
            }),
            &[1],
        ),
        ("a line is dropped", Box::new(|folder| write(folder, "log", &without(2))), &[1, 2, 3, 5]),
        (
            "a line is dropped and the next takes its number",
            Box::new(|folder| {
                let from = folder.join(entry(3));
                let to = renumbered(3, 3);
                std::fs::rename(from, folder.join(to[66..].trim_end())).unwrap();
                write(folder, "log", &[&lines[..2].concat(), &to, &lines[4..].concat()].map(String::from).concat());
            }),
            &[3, 5],
        ),
        (
            "two lines are exchanged",
            Box::new(|folder| write(folder, "log", &[lines[0], lines[2], lines[1]].concat())),
            &[2, 3, 5],
        ),
        (
            "a line is in another form",
            Box::new(|folder| write(folder, "log", &log.replacen('\n', "\r\n", 1))),
            &[0, 5],
        ),
        (
            "the log is cut off",
            Box::new(|folder| {
                write(folder, "log", &lines[..lines.len() - 1].concat());
                std::fs::remove_file(folder.join(entry(lines.len() - 1))).unwrap();
            }),
            &[1, 5],
        ),
    ];
    for (name, attack, seen_by) in attacks {
        let folder = copy(&site);
        attack(folder.path());
        let said: Vec<String> = commands.iter().map(|command| typed(folder.path(), command)).collect();
        for at in seen_by {
            assert_ne!(said[*at], honest[*at], "{name}: `{}`", commands[*at]);
        }
        let verified = site.run(&["verify", folder.path().to_str().unwrap()]);
        // A log that was cut off is whole, and another one.
        let is_seen = name != "the log is cut off";
        assert_eq!(verified.code == 1, is_seen, "{name}: {}", verified.shown());
        assert!(!verified.out.contains(digest), "{name}");
    }
}

/// Every `entry N · digits` in a text.
fn witnesses(text: &str) -> Vec<(usize, String)> {
    let after = text.split("entry ").skip(1).filter_map(|rest| rest.split_once(" · "));
    after.filter_map(|(count, rest)| Some((count.parse().ok()?, rest.chars().take(16).collect()))).collect()
}

#[test]
fn every_kept_copy_can_be_compared_and_a_report_of_the_past_stays_as_it_is() {
    let site = Site::demo();
    let config = site.read("config/config.toml");
    site.put("config/config.toml", config.replacen("[site]", "[site]\nbase_url = \"https://example.org/\"", 1));
    keep_two_months(&site);
    site.ok(&["proof", "init"]);
    site.ok(&["build"]);
    let check = |text: &str, what: &str| {
        let found = witnesses(text);
        assert!(!found.is_empty(), "{what} has no line of the log");
        for (count, digits) in found {
            let said = typed(&site.path("data/proof"), &format!("head -n {count} log | sha256sum"));
            assert!(said.starts_with(&digits) && digits.len() == 16, "{what}: entry {count} · {digits}, not {said}");
        }
    };
    let pages = ["public/index.html", "public/months/2022-06/index.html", "public/feed.xml"];
    pages.iter().for_each(|page| check(&site.read(page), page));
    let words = |month: &str| {
        let pdf = site.path(&format!("public/months/{month}.pdf"));
        let words = Command::new("pdftotext").arg(pdf).arg("-").output();
        words.ok().map(|output| String::from_utf8(output.stdout).unwrap())
    };
    for month in ["2022-06", "2022-07"] {
        words(month).iter().for_each(|words| check(words, month));
    }
    let report = |site: &Site| site.files("public/months").remove("2022-06.pdf").unwrap();
    let (foot, before) = (witnesses(&site.read(pages[0])), report(&site));
    site.ok(&["annotate", "new", "--symbol", "MTUM", "--side", "buy", "--thesis", "It rises."]);
    site.ok(&["build"]);
    assert_ne!(witnesses(&site.read(pages[0])), foot);
    assert!(report(&site) == before, "the report of a month that is over was typeset anew");
    check(&site.read(pages[0]), pages[0]);
}

#[test]
fn a_signed_log_is_good_by_what_the_page_says_and_another_signature_is_not() {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        eprintln!("skipped: ssh-keygen cannot be run");
        return;
    }
    let site = built();
    site.ok(&["proof", "key"]);
    assert!(site.refused(&["proof", "key"]).contains("has a key already"));
    let repository = crate::repository::Repository::new();
    site.ok(&["publish", "--demo", "--remote", &repository.url()]);
    let (folder, published) = (tempfile::tempdir().unwrap(), repository.files("gh-pages"));
    for (path, content) in
        published.iter().filter_map(|(path, content)| Some((path.strip_prefix("proof/")?, content)))
    {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    assert!(published.keys().all(|path| !path.contains("private") && !path.ends_with("key")));
    let commands = commands(&site);
    let signed = commands.iter().find(|command| command.contains("ssh-keygen")).expect("the page has the command");
    let said = typed(folder.path(), signed);
    assert!(said.starts_with("Good \"trackrecord-log\" signature for trackrecord"), "{said}");
    assert!(said.lines().last().unwrap().contains("-key-"), "{said}");
    let verified = site.ok(&["verify", folder.path().to_str().unwrap()]);
    assert!(verified.out.contains("are signed by the key that the log names"), "{}", verified.shown());
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    std::fs::write(folder.path().join("log"), log.replacen("-day-", "-gap-", 1)).unwrap();
    assert!(!typed(folder.path(), signed).starts_with("Good"));
}

#[test]
fn verify_says_what_it_has_checked_and_what_not() {
    let site = built();
    let said = site.ok(&["verify"]);
    for words in ["in order     the index of", "not checked  when anything was recorded", "the log is "] {
        assert!(said.out.contains(words), "{}", said.shown());
    }
    let table = site.read("public/data/daily.csv");
    let last = table.lines().last().unwrap();
    site.put("public/data/daily.csv", table.replace(&format!("{last}\n"), ""));
    let said = site.run(&["verify"]);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert!(said.out.contains("broken       line ") && said.out.contains("does not have it"), "{}", said.shown());
    let json = site.run(&["verify", "--json"]).json();
    assert!(json["broken"].as_str().unwrap().contains("does not have it") && json["line"].is_u64(), "{json}");
    assert!(site.refused(&["verify", "content"]).contains("there is no proof here"));
}

#[test]
fn commands_that_bring_something_in_record_it_and_only_where_a_log_was_begun() {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    assert!(!site.path("data/proof").exists());
    assert!(site.refused(&["proof", "status"]).contains("proof init"));
    site.ok(&["build"]);
    assert!(!site.path("public/proof").exists() && !site.read("public/index.html").contains("proof/index.html"));

    let site = Site::plain();
    site.ok(&["proof", "init"]);
    let said = site.ok(&["import", "flex", "flex/activity.xml"]);
    assert!(said.err.contains("entries in data/proof/"), "{}", said.shown());
    assert!(!site.ok(&["import", "flex", "flex/activity.xml"]).err.contains("entries in data/proof/"));
    let note = ["annotate", "new", "--symbol", "SXLK", "--side", "buy", "--thesis", "It rises."];
    let said = site.ok(&note);
    assert!(said.err.contains("recorded 1 entry in data/proof/"), "{}", said.shown());
    let last = site.read("data/proof/log").lines().last().unwrap()[66..].to_owned();
    let thesis = site.read(&format!("data/proof/{last}"));
    assert!(thesis.contains("\"thesis\":\"It rises.\"") && thesis.contains("\"kind\":\"thesis\""), "{thesis}");
    site.ok(&["build"]);
    site.ok(&["verify"]);
    assert!(site.read("public/index.html").contains("proof/index.html"));
    let all: Vec<String> = site.files("public").into_keys().filter(|path| path.contains("private")).collect();
    assert!(all.is_empty(), "{all:?}");
}

#[test]
fn an_auditor_holds_the_broker_s_own_statement_against_what_was_opened() {
    let statement = std::fs::read_to_string(crate::support::fixture("flex/activity.xml")).unwrap();
    let site = Site::after(std::slice::from_ref(&statement));
    let path = |name: &str| site.path(name).to_str().unwrap().to_owned();
    let file = path("opened.json");
    site.ok(&["proof", "init"]);
    site.ok(&["build"]);
    site.ok(&["proof", "open", "--from", "2025-06-02", "--to", "2025-06-06", "--out", &file]);
    let opened = site.read("opened.json");
    assert_eq!(opened.matches("\"name\":\"statement\"").count(), opened.matches("\"name\":\"fills\"").count() + 5);
    let audited = |name: &str, text: &str| {
        site.put(name, text);
        site.run(&["verify", "--opened", &file, "--statement", &path(name)])
    };
    let said = audited("mine.xml", &statement);
    assert_eq!(said.code, 0, "{}", said.shown());
    assert!(said.out.contains("5 days as the broker's statements have them"), "{}", said.shown());
    let all = opened.matches("\"name\":\"statement\"").count();
    assert!(
        said.out.contains(&format!("{all} of {all} opened entries were recorded from files")),
        "{}",
        said.shown()
    );
    assert!(said.out.contains("fills are those of the broker's statements, at their times"), "{}", said.shown());
    // The broker makes the same statement again: what it says counts, and its bytes are others.
    let again = audited("again.xml", &statement.replace("20250607;031500", "20250608;031500"));
    assert_eq!(again.code, 0, "{}", again.shown());
    assert!(
        again.out.contains("5 days as the") && again.out.contains(&format!("0 of {all} opened entries")),
        "{}",
        again.shown()
    );
    assert!(again.out.contains(&format!("{all} entries recorded from other files")), "{}", again.shown());
    // The account as the broker knows it is another one than was recorded.
    for (name, old, new, what) in [
        ("less.xml", "stock=\"9452.00\" total=\"50052.95\"", "stock=\"8452.00\" total=\"49052.95\"", "the net value"),
        ("moved.xml", "20250602;103059", "20250602;104059", "the fills are not all at the times"),
        ("other.xml", "U7654321", "U7654322", "the account"),
    ] {
        assert!(statement.contains(old), "{name}");
        let said = audited(name, &statement.replace(old, new));
        assert!(
            said.code == 1 && said.out.contains(what) && said.out.contains("the broker's statement"),
            "{name}: {}",
            said.shown()
        );
    }
    // The broker restates a day: what was published first can still be opened, and so can what stands now.
    let restated = statement
        .replace("stock=\"9452.00\" total=\"50052.95\"", "stock=\"9482.00\" total=\"50082.95\"")
        .replace("20250607;031500", "20250609;031500");
    site.put("restated.xml", &restated);
    site.run(&["import", "flex", &path("restated.xml")]);
    assert!(site.read("data/proof/log").contains("-correction-"));
    site.ok(&["build"]);
    site.ok(&["proof", "open", "--from", "2025-06-02", "--to", "2025-06-06", "--out", &file]);
    let opened = site.read("opened.json");
    for value in ["50052.95", "50082.95"] {
        assert!(opened.contains(&format!("\"value\":\"{value}\"")), "{value}");
    }
    let said = {
        let (restated, mine) = (path("restated.xml"), path("mine.xml"));
        site.ok(&["verify", "--opened", &file, "--statement", &restated, "--statement", &mine])
    };
    assert!(said.out.contains("opened entries were recorded from files"), "{}", said.shown());
}
