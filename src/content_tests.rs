//! Sites as others bring them: texts, names and folders in the forms that other generators allow.

use std::collections::BTreeMap;

use crate::build::{Options, build};
use crate::check::check;
use crate::record::{Finding, FindingKind, Severity, load};
use crate::{Error, SiteDir, config};

/// A site with three days of March 2025 in it.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.configure("");
        for (day, value) in [("03", 100_000), ("04", 100_500), ("05", 100_250)] {
            let snapshot = format!(
                r#"{{"schema":1,"date":"2025-03-{day}","as_of":"2025-03-{day}T21:00:00Z","account":"DU7654321","base_currency":"USD","net_liquidation":"{value}","cash":{{"USD":"{value}"}},"fx":{{}},"positions":[],"source":"test"}}"#
            );
            desk.put(&format!("data/snapshots/2025-03-{day}.json"), snapshot);
        }
        desk
    }

    /// The configuration, with more lines of `[site]` and sections after it.
    fn configure(&self, more: &str) {
        self.put("config/config.toml", format!("[benchmark]\nsymbol = \"\"\n[site]\n{more}"));
    }

    fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.put(path, content);
        self
    }

    fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn site(&self) -> SiteDir {
        SiteDir::new(self.folder.path())
    }

    /// The finished files by path.
    fn built(&self) -> BTreeMap<String, String> {
        self.build().unwrap_or_else(|error| panic!("{error}\n{:?}", error.next_step()));
        let walk = walkdir::WalkDir::new(self.site().public()).into_iter().map(Result::unwrap);
        let files = walk.filter(|entry| entry.file_type().is_file());
        let read = |entry: walkdir::DirEntry| {
            let path = entry.path().strip_prefix(self.site().public()).unwrap().to_string_lossy().replace('\\', "/");
            (path, String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned())
        };
        files.map(read).collect()
    }

    fn refused(&self) -> String {
        let error = self.build().unwrap_err();
        format!("{error}\n{}", error.next_step().unwrap_or_default())
    }

    fn build(&self) -> Result<(), Error> {
        let config = config::load(&self.site(), [])?;
        build(&self.site(), &config, today(), &Options::default()).map(drop)
    }

    fn findings(&self, kind: FindingKind) -> Vec<Finding> {
        let config = config::load(&self.site(), []).unwrap();
        let record = load::load(&self.site(), &config, today());
        check(&record, &config).into_iter().filter(|finding| finding.kind == kind).collect()
    }
}

fn today() -> chrono::NaiveDate {
    "2025-06-01".parse().unwrap()
}

#[test]
fn front_matter_of_another_generator_publishes_nothing() {
    let draft = "---\ntitle: March\ndraft: true\n---\nNot yet to be read HELDBACK.\n";
    for path in ["content/months/2025-03.md", "content/notes.md", "content/research/idea.markdown"] {
        let desk = Desk::new().with(path, draft);
        let said = desk.refused();
        assert!(said.contains(&format!("{path}:1: the file starts with front matter in YAML")), "{said}");
        assert!(said.contains("`title = \"March\"`, `draft = true`"), "{said}");
        assert!(!desk.site().public().exists());
        assert_eq!(desk.findings(FindingKind::Unreadable).len(), 1);
    }
    let toml = "+++\ntitle = \"March\"\ndraft = true\n+++\nNot yet to be read HELDBACK.\n";
    let files = Desk::new().with("content/months/2025-03.md", toml).built();
    assert!(files.values().all(|text| !text.contains("HELDBACK")));
}

#[test]
fn pages_in_folders_and_with_other_endings_are_pages() {
    let desk = Desk::new()
        .with(
            "content/research/idea.md",
            "+++\ntitle = \"Idea\"\n+++\nSee [notes](../notes.markdown) and [all](index.md).\n",
        )
        .with("content/research/index.md", "# Research\n\n[The idea](idea.md)\n")
        .with(
            "content/notes.markdown",
            "# Notes\n\nBack to [the idea](research/idea.md) and [March](months/2025-03.markdown).\n",
        )
        .with("content/Log.MD", "# Log\n\nwords\n")
        .with("content/months/2025-03.markdown", "A good month.\n");
    let files = desk.built();
    let idea = &files["research/idea/index.html"];
    assert!(
        idea.contains("href=\"../../notes/index.html\"") && idea.contains("href=\"../../research/index.html\""),
        "{idea}"
    );
    assert!(files["research/index.html"].contains("href=\"../research/idea/index.html\""));
    assert!(files["notes/index.html"].contains("href=\"../months/2025-03/index.html\""));
    assert!(files["Log/index.html"].contains("words"));
    assert!(files["months/2025-03/index.html"].contains("A good month."));
    // Each is reachable from every page.
    for path in ["research/idea/index.html", "research/index.html", "notes/index.html", "Log/index.html"] {
        assert!(files["index.html"].contains(&format!("href=\"{path}\"")), "{path}");
    }
}

#[test]
fn a_text_that_is_not_read_is_named() {
    let desk = Desk::new().with("content/idea.mdx", "x").with("content/paper.pdf", "x").with("content/about.md", "x");
    let found = desk.findings(FindingKind::NotRead);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].place.as_ref().unwrap().to_string(), "content/idea.mdx");
}

#[test]
fn what_is_to_be_filled_in_stops_a_live_site() {
    let desk = Desk::new().with("content/about.md", "+++\ntitle = \"About\"\n+++\n\n**[Fill in: your name.]**\n");
    desk.built();
    let found = desk.findings(FindingKind::FillIn);
    assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
    desk.configure("status = \"live\"\n");
    let said = desk.refused();
    assert!(said.contains("content/about.md:5: it still says `[Fill in: your name.]`"), "{said}");
}

#[test]
fn an_inception_that_leaves_nothing_is_said() {
    let desk = Desk::new();
    for (inception, said) in [
        ("2025-06-02", "[site] inception is 2025-06-02, which has not come yet"),
        ("2025-03-06", "[site] inception is 2025-03-06, and the newest snapshot is of 2025-03-05"),
    ] {
        desk.configure(&format!("inception = {inception}\n"));
        let found = desk.findings(FindingKind::EmptyInception);
        assert!(found.len() == 1 && found[0].message.starts_with(said), "{found:?}");
        assert!(desk.refused().contains(said));
    }
    desk.configure("inception = 2025-03-05\n");
    assert!(desk.findings(FindingKind::EmptyInception).is_empty());
}

#[test]
fn a_note_on_a_ticker_that_nothing_knows_is_named_with_the_nearest() {
    let note = |id: &str, ticker: &str| {
        format!(
            "+++\nid = \"{id}\"\nsymbol = \"{ticker}\"\ncreated_at = 2025-03-04T10:00:00Z\n[pre_trade]\nside = \"BUY\"\n+++\n"
        )
    };
    let desk = Desk::new()
        .with("content/trades/a.md", note("a", "SXLK"))
        .with("content/trades/b.md", note("b", "SLXK"))
        .with("content/trades/c.md", note("c", "ZZZZ"))
        .with("data/prices/VOD.L.csv", "date,open,high,low,close,adj_close,volume,currency\n2025-03-03,,,,70,,,GBp\n")
        .with("content/trades/d.md", note("d", "VOD"));
    desk.configure(
        "[[strategy]]\nid = \"s\"\nname = \"S\"\nrule = \"momentum\"\nuniverse = [{ symbol = \"SXLK.L\" }]\n",
    );
    let found = desk.findings(FindingKind::UnknownTicker);
    let said: Vec<_> =
        found.iter().map(|one| (one.place.as_ref().unwrap().to_string(), one.next_step.as_str())).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(said[0].0, "content/trades/b.md");
    assert!(said[0].1.contains("did you mean SXLK?"), "{said:?}");
    assert_eq!(said[1].0, "content/trades/c.md");
    assert!(!said[1].1.contains("did you mean"), "{said:?}");
}
