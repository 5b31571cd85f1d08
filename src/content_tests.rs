//! Sites as others bring them: texts, names and folders in the forms that other generators allow.

mod dates;

use std::collections::BTreeMap;

use crate::build::{Options, build};
use crate::check::check;
use crate::record::{Finding, FindingKind, Severity, load};
use crate::{Error, SiteDir, config};

/// A picture of one point.
const POINT: &[u8] = include_bytes!("../tests/fixtures/point.png");

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
        let status = if more.contains("status = ") { "" } else { "status = \"paper\"\n" };
        self.put("config/config.toml", format!("[benchmark]\nsymbol = \"\"\n[site]\n{status}{more}"));
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
fn what_is_to_be_filled_in_is_built_and_named() {
    let desk = Desk::new().with("content/about.md", "+++\ntitle = \"About\"\n+++\n\n**[Fill in: your name.]**\n");
    desk.built();
    let found = desk.findings(FindingKind::FillIn);
    assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
    assert_eq!(found[0].message, "it still says `[Fill in: your name.]`");
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

#[test]
fn headings_in_any_script_can_be_linked_to() {
    let text = "See [one](#übersicht), [two](#まとめ), [three](#%C3%BCbersicht) and [four](#own-id).\n\n\
                ## Übersicht\n\na\n\n## まとめ\n\nb\n\n## Mine {#own-id}\n";
    let desk = Desk::new().with("content/notes.md", text).with("content/other.md", "[there](notes.md#übersicht)\n");
    let files = desk.built();
    assert!(files["notes/index.html"].contains("<h2 id=\"übersicht\">"));
    assert!(files["other/index.html"].contains("href=\"../notes/index.html#%C3%BCbersicht\""));
    let said = Desk::new().with("content/notes.md", "\n[gone](#weg)\n").refused();
    assert!(
        said.contains("content/notes.md:2: `#weg` leads to `notes/index.html`, which has no anchor `#weg`"),
        "{said}"
    );
}

#[test]
fn files_may_have_any_name_that_a_link_can_spell() {
    let text = "![a](my%20chart.png)\n\n![b](<my chart.png>)\n\n[file](my%20chart.png) ![c](diagramm-größe@2.png)\n";
    let desk = Desk::new()
        .with("content/months/2025-03.md", text)
        .with("content/months/my chart.png", POINT)
        .with("content/months/diagramm-größe@2.png", POINT)
        .with("content/Über mich.md", "# Über mich\n\n[the month](months/2025-03.md)\n");
    desk.configure("base_url = \"https://example.org/record/\"\n");
    let files = desk.built();
    assert!(files.contains_key("months/my chart.png") && files.contains_key("months/diagramm-größe@2.png"));
    let month = &files["months/2025-03/index.html"];
    assert_eq!(month.matches("\"../../months/my%20chart.png\"").count(), 3, "{month}");
    assert!(files["index.html"].contains("href=\"%C3%9Cber%20mich/index.html\""));
    assert!(files["sitemap.xml"].contains("<loc>https://example.org/record/%C3%9Cber%20mich/</loc>"));
    assert!(files["Über mich/index.html"].contains("href=\"https://example.org/record/%C3%9Cber%20mich/\""));
}

#[test]
fn links_of_raw_html_are_those_of_markdown() {
    let desk = Desk::new()
        .with("content/notes.md", "<img src=\"p.png\" alt=\"x\">\n\n<a href=\"about.md\">about</a>\n")
        .with("content/about.md", "# About\n")
        .with("content/p.png", POINT);
    let notes = &desk.built()["notes/index.html"];
    assert!(
        notes.contains("<img src=\"../p.png\" alt=\"x\">") && notes.contains("<a href=\"../about/index.html\">"),
        "{notes}"
    );
    let said = Desk::new().with("content/notes.md", "one\n\n<img src=\"gone.png\">\n").refused();
    assert!(said.contains("content/notes.md:3: `gone.png` leads to `gone.png`, which does not exist"), "{said}");
}

#[test]
fn every_anchor_is_on_its_page_once() {
    let headings = "# Orders\n\n## Returns\n\n## Positions\n\n## main\n\n## top\n\n## Commentary\n\n## content\n\n## Notes\n\n\
                    See [here](#content)[^1].\n\n[^1]: A footnote.\n";
    let desk = Desk::new()
        .with("content/months/2025-03.md", headings)
        .with("content/months/2025-02.md", headings)
        .with("content/journal.md", headings)
        .with("content/methodology.md", "## Volatility\n\n## Max drawdown {#max_drawdown}\n\n## Definitions\n")
        .with("content/index.md", "## Periods\n\n## Months\n");
    for (path, html) in desk.built() {
        if !path.ends_with(".html") {
            continue;
        }
        let mut seen = std::collections::BTreeSet::new();
        for part in html.split(" id=\"").skip(1) {
            let id = part.split('"').next().unwrap_or_default();
            assert!(seen.insert(id.to_owned()), "{path} has `{id}` twice");
            assert!(!id.contains("text:"), "{path}: {id}");
        }
        assert!(!html.contains("~text:"), "{path}");
        if path == "months/2025-03/index.html" {
            assert!(html.contains("<a href=\"#content-2\">here</a>") && html.contains("id=\"content-2\""), "{html}");
        }
    }
}

#[test]
fn a_file_that_a_page_links_to_is_part_of_the_site() {
    let desk = Desk::new()
        .with("content/months/2025-03.md", "[paper](paper.pdf) [data](d.csv)\n")
        .with("content/about.md", "<a href=\"files/a b.zip\">all</a>\n")
        .with("content/months/paper.pdf", "%PDF-1.4")
        .with("content/months/d.csv", "a,b\n1,2\n")
        .with("content/files/a b.zip", "zip")
        .with("content/files/nobody-links-here.txt", "words");
    let files = desk.built();
    assert_eq!(files["months/paper.pdf"], "%PDF-1.4");
    assert_eq!(files["months/d.csv"], "a,b\n1,2\n");
    assert_eq!(files["files/a b.zip"], "zip");
    assert!(!files.contains_key("files/nobody-links-here.txt"));
    // Neither a draft nor a hidden file, nor anything outside, and nothing private.
    for (link, what) in [
        ("draft.md", "`draft.md`, which does not exist"),
        (".hidden.txt", "`.hidden.txt`, which does not exist"),
        ("../config/config.toml", "config.toml"),
        ("account.txt", "an account id"),
    ] {
        let desk = Desk::new()
            .with("content/notes.md", format!("[x]({link})\n"))
            .with("content/draft.md", "+++\ndraft = true\n+++\nHELDBACK\n")
            .with("content/.hidden.txt", "x")
            .with("content/account.txt", "My account is DU7654321.");
        let said = desk.refused();
        assert!(said.contains(what), "{link}: {said}");
    }
}

#[test]
fn static_files_are_copied_and_replace_no_page() {
    let desk = Desk::new()
        .with("static/CNAME", "example.org\n")
        .with("static/.well-known/security.txt", "Contact: mailto:a@example.org\n")
        .with("static/robots.txt", "User-agent: *\nDisallow: /\n")
        .with("static/img/logo.png", POINT)
        .with("static/.DS_Store", "x")
        .with("content/about.md", "![logo](img/logo.png)\n");
    let files = desk.built();
    assert_eq!(files["CNAME"], "example.org\n");
    assert!(files[".well-known/security.txt"].starts_with("Contact"));
    assert!(files["robots.txt"].contains("Disallow: /"));
    assert!(files.contains_key("img/logo.png") && !files.contains_key(".DS_Store"));
    desk.put("static/months/index.html", "mine");
    let said = desk.refused();
    assert!(said.contains("static/months/index.html: the site has a file of its own at this place"), "{said}");
    let said = Desk::new().with("static/me.txt", "DU7654321").refused();
    assert!(said.contains("an account id"), "{said}");
}

#[test]
fn posts_have_a_page_each_and_are_listed_newest_first_with_their_tags() {
    let desk = Desk::new()
        .with(
            "content/posts/old.md",
            "+++\ntitle = \"Old\"\ndate = 2025-01-02\ntags = [\"Risk\", \"first things\"]\nsummary = \"In short.\"\n+++\nLong.\n",
        )
        .with("content/posts/2025-03-04-new.md", "+++\ntags = [\"risk\"]\n+++\n# Newer\n\nSee [old](old.md). {{ stat:total_return }}.\n")
        .with("content/posts/later.md", "+++\ntitle = \"Not yet\"\ndraft = true\n+++\nHELDBACK\n")
        .with("content/about.md", "# About\n\n[the old one](posts/old.md)\n");
    let files = desk.built();
    let journal = &files["journal/index.html"];
    let place = |words: &str| journal.find(words).unwrap_or_else(|| panic!("no {words} in {journal}"));
    assert!(place("Newer") < place("In short."));
    place("<time datetime=\"2025-03-04\">4 Mar 2025</time>");
    place("href=\"../posts/old/index.html\"");
    place("See old. 0.2%.");
    place("href=\"../posts/tags/first-things/index.html\"");
    assert!(files["posts/old/index.html"].contains("rel=\"next\" href=\"../../posts/2025-03-04-new/index.html\""));
    assert!(files["posts/2025-03-04-new/index.html"].contains("href=\"../../posts/old/index.html\">old</a>"));
    assert!(files["about/index.html"].contains("href=\"../posts/old/index.html\""));
    // Two spellings of a tag are one page, and posts are no pages of the navigation.
    let tag = &files["posts/tags/risk/index.html"];
    assert!(tag.contains("Newer") && tag.contains("In short.") && !files.contains_key("posts/tags/Risk/index.html"));
    assert!(!files["index.html"].contains("posts/old"));
    assert!(files.values().all(|text| !text.contains("HELDBACK") && !text.contains("Not yet")));
}

#[test]
fn a_post_without_a_date_and_two_of_one_name_are_refused() {
    let said = Desk::new().with("content/posts/a.md", "Words.\n").refused();
    assert!(said.contains("content/posts/a.md:1: the post has no `date`"), "{said}");
    let post = "+++\ndate = 2025-03-04\n+++\nWords.\n";
    let said = Desk::new().with("content/posts/a.md", post).with("content/posts/a/index.md", post).refused();
    assert!(
        said.contains("content/posts/a.md") && said.contains("content/posts/a/index.md would be the same page"),
        "{said}"
    );
}

#[test]
fn whatever_the_front_matter_says_the_page_stays_whole() {
    let long = "w".repeat(10_000);
    let words = format!("<script>alert(1)</script> \\\"'> \\u0000 \u{202e}abc \u{5d0} \u{1f600} {long}");
    let front = format!(
        "+++\ntitle = \"{words}\"\ndate = 2025-03-04\ntags = [\"<b>\", \"a\\\"'>\u{202e}\"]\nsummary = \"{words}\"\n+++\nWords.\n"
    );
    let month = front.lines().filter(|line| !line.starts_with("tags")).collect::<Vec<_>>().join("\n");
    let desk = Desk::new()
        .with("content/posts/a.md", &front)
        .with("content/about.md", &front)
        .with("content/months/2025-03.md", month);
    for (path, html) in desk.built().iter().filter(|(path, _)| path.ends_with(".html")) {
        assert!(!html.contains("<script>alert") && !html.contains('\0') && !html.contains("<b><"), "{path}");
        assert!(html.contains("</html>"), "{path}");
    }
}

#[test]
fn the_title_of_commentary_is_shown_with_its_month() {
    let files =
        Desk::new().with("content/months/2025-03.md", "+++\ntitle = \"A <calm> start\"\n+++\nWords.\n").built();
    assert!(files["months/2025-03/index.html"].contains("<h2 id=\"commentary\">A &lt;calm&gt; start</h2>"));
    assert!(files["journal/index.html"].contains(">March 2025: A &lt;calm&gt; start</a></h3>"));
    let files = Desk::new().with("content/months/2025-03.md", "# Its own\n\nWords.\n").built();
    assert!(files["months/2025-03/index.html"].contains("<h2 id=\"commentary\">Its own</h2>"));
    assert!(!files["months/2025-03/index.html"].contains(">Its own</h3>"));
    let files = Desk::new().with("content/months/2025-03.md", "# March 2025\n\nWords.\n").built();
    assert!(files["months/2025-03/index.html"].contains("<h2 id=\"commentary\">Commentary</h2>"));
    assert!(!files["journal/index.html"].contains(">March 2025</h4>"));
}
