//! Files that the author's pages link to: they are searched like the pages, whatever they are packed in.

use super::{CONFIG, publish, record};
use crate::repository::Repository;
use crate::support::{Site, fixture};

fn fixed(name: &str) -> Vec<u8> {
    std::fs::read(fixture("packed").join(name)).unwrap()
}

/// A record with a file that a page links to.
fn with_file(name: &str, content: impl AsRef<[u8]>) -> Site {
    let page = format!("+++\ntitle = 'Files'\n+++\n[The file]({name})\n");
    record(CONFIG).file("content/files.md", page).file(&format!("content/{name}"), content)
}

#[test]
fn archives_documents_and_texts_in_any_encoding_are_searched() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (name, content, says) in [
        ("trades.xlsx", fixed("trades.xlsx"), "trades.xlsx/xl/sharedStrings.xml:1 shows an account id"),
        ("trades.xlsx", fixed("trades.xlsx"), "trades.xlsx/xl/worksheets/sheet1.xml:1 shows a net liquidation value"),
        ("net.csv.gz", fixed("net.csv.gz"), "net.csv:2 shows a net liquidation value"),
        ("printed.pdf", fixed("printed.pdf"), "shows an account id (du1234567)"),
        ("printed.pdf", fixed("printed.pdf"), "shows a net liquidation value (100,159.00)"),
        ("old.txt", utf16("One line\r\nNet: 100\u{a0}159\r\n"), "old.txt:2 shows a net liquidation value"),
        ("old.txt", utf16("Account DU1234567"), "old.txt:1 shows an account id"),
    ] {
        let said = with_file(name, content).refused(&["build"]);
        assert!(said.contains(says), "{name}: {says}: {said}");
    }
}

#[test]
fn a_copy_of_a_report_gives_nothing_away() {
    let site = record(CONFIG);
    site.ok(&["build"]);
    let report = std::fs::read(site.path("public/months/2024-05.pdf")).unwrap();
    let site = with_file("copy.pdf", &report);
    publish(&site, &Repository::new(), &[]);
}

#[test]
fn what_cannot_be_searched_is_not_published_unless_it_is_named() {
    let remote = Repository::new();
    for (name, content) in [
        ("all.7z", b"7z\xbc\xaf\x27\x1c\0\0".to_vec()),
        ("secret.zip", fixed("secret.zip")),
        ("cut.zip", fixed("trades.zip")[..500].to_vec()),
        ("broken.pdf", b"%PDF-1.7 nothing".to_vec()),
    ] {
        let site = with_file(name, &content);
        site.ok(&["build"]);
        let said = site.refused(&["publish", "--remote", &remote.url()]);
        assert!(
            said.contains(&format!("public/{name}: the file cannot be searched for private values: it is ")),
            "{said}"
        );
        assert!(said.contains(&format!("unsearched = [\"{name}\"]")) && !remote.has("gh-pages"), "{said}");
        site.put("config/config.toml", format!("{CONFIG}[publish]\nunsearched = [\"{name}\"]\n"));
        let other = Repository::new();
        publish(&site, &other, &[]);
        assert_eq!(other.files("gh-pages")[name], content);
    }
    let site = with_file("nested.zip", fixed("nested.zip"));
    let said = site.refused(&["publish", "--remote", &remote.url()]);
    assert!(said.contains("`inner.7z` in it: it is a 7-Zip archive"), "{said}");
}

#[test]
fn a_link_that_leads_out_of_the_texts_is_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("private.csv"), "a,b\n").unwrap();
    let site = record(CONFIG).file("content/files.md", "+++\ntitle = 'Files'\n+++\n[The file](private.csv)\n");
    let link = site.path("content/private.csv");
    let leads_to = |target: &std::path::Path| {
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
    };
    for target in [
        elsewhere.path().join("private.csv"),
        site.path("data/executions/2024-05-07.csv"),
        elsewhere.path().to_path_buf(),
    ] {
        leads_to(&target);
        let said = site.refused(&["build"]);
        assert!(said.contains("content/private.csv: it is a link that leads out of content/"), "{said}");
    }
    site.put("content/own.csv", "a,b\n");
    leads_to(&site.path("content/own.csv"));
    site.ok(&["build"]);
    assert_eq!(site.read("public/private.csv"), "a,b\n");
}
