//! What an author's own texts give away and the search of the finished site does not refuse: amounts and share counts as
//! people say them, comments that are published, paths of his own computer, and pictures that other hosts would hear of.

use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag};

use crate::config::{Config, PrivacyMode};
use crate::error::Place;
use crate::publication::scan::Sizes;
use crate::record::{Finding, FindingKind, Private, Record, Severity};
use crate::render::markdown::{location, options};

const NEXT: &str =
    "write it otherwise, or take it out; where it is no secret, put what is quoted into `[privacy] allow`";

/// Of so many in one text each is said, and no more.
const EACH: usize = 20;

/// Findings about the texts below `content/` that are published.
pub fn findings(root: &Path, record: &Record, config: &Config) -> Vec<Finding> {
    let sizes = (config.privacy.mode == PrivacyMode::Relative).then(|| sizes(record));
    let allowed: Vec<String> = config.privacy.allow.iter().map(|text| text.trim().to_lowercase()).collect();
    let query = config.flex.query_id.trim();
    let documents =
        record.pages.values().chain(record.commentary.values()).filter(|document| !document.is_held_back());
    let documents = documents.map(|document| (&document.path, document.body_line, document.body.as_str()));
    let notes = record.annotations.iter().map(|note| (&note.path, note.body_line, note.body.as_str()));
    let mut findings = Vec::new();
    for (path, body_line, body) in documents.chain(notes) {
        let mut seen = Seen { path, allowed: &allowed, found: Vec::new() };
        seen.markup(body_line, body);
        if let Ok(text) = std::fs::read_to_string(root.join(path)) {
            seen.lines(&text, sizes.as_ref(), query);
        }
        findings.append(&mut seen.found);
    }
    findings
}

/// What an account's size can be spoken of by.
fn sizes(record: &Record) -> Sizes {
    let private = Private::of(record);
    let fills = record.executions.iter().map(|fill| fill.symbol.as_str());
    let held = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    Sizes::new(private.amounts(), fills.chain(held.map(|position| position.symbol.as_str())))
}

/// What was found in one text.
struct Seen<'a> {
    path: &'a Path,
    allowed: &'a [String],
    found: Vec<Finding>,
}

impl Seen<'_> {
    fn add(&mut self, kind: FindingKind, quoted: &str, message: String, next: &str, place: Place) {
        let is_allowed = self.allowed.iter().any(|allowed| *allowed == quoted.to_lowercase());
        if !is_allowed {
            self.found.push(Finding::new(Severity::Warning, kind, message, next).at(place));
        }
    }

    /// Comments and pictures, by what Markdown makes of the text.
    fn markup(&mut self, body_line: usize, body: &str) {
        let file = self.path;
        let mut in_comment = false;
        for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
            if self.found.len() >= EACH {
                return;
            }
            let place = || location(file, body_line, body, range.start);
            match event {
                Event::Start(Tag::Image { dest_url, .. }) if is_elsewhere(&dest_url) => {
                    let place = place();
                    self.picture(&dest_url, place);
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let place = place();
                    // A block of HTML comes line by line.
                    if !in_comment && let Some(comment) = comment(&html) {
                        self.comment(comment, place.clone());
                    }
                    in_comment = is_open(&html, in_comment);
                    sources(&html).into_iter().for_each(|source| self.picture(source, place.clone()));
                }
                _ => {}
            }
        }
    }

    fn picture(&mut self, address: &str, place: Place) {
        let message = format!(
            "the picture `{}` is on another host, and pages of the site load none from there",
            short(address)
        );
        let next = "save it below content/ and name it by its path";
        self.add(FindingKind::RemotePicture, address, message, next, place);
    }

    fn comment(&mut self, words: &str, place: Place) {
        let message = format!("the comment `<!-- {} -->` is published in the page's source", short(words));
        let next = "take it out, or keep it in a file outside of content/";
        self.add(FindingKind::HtmlComment, words, message, next, place);
    }

    /// What stands in the lines of the file, those of its front matter among them.
    fn lines(&mut self, text: &str, sizes: Option<&Sizes>, query: &str) {
        let file = self.path;
        for (line, number) in text.lines().zip(1..) {
            if self.found.len() >= EACH {
                return;
            }
            let place = || Place::line(file, number);
            if let Some(path) = local_path(line) {
                let message = format!("`{}` is a path of a computer, and may name its owner", short(path));
                self.add(FindingKind::LocalPath, path, message, NEXT, place());
            }
            let is_of_query = |word: &str| query.len() >= 5 && word == query;
            if line.split(|c: char| !c.is_ascii_alphanumeric()).any(is_of_query) {
                let message = "it names the Flex query of the account".to_owned();
                self.add(FindingKind::AmountInText, query, message, NEXT, place());
            }
            for spoken in sizes.map(|sizes| sizes.in_line(line)).unwrap_or_default() {
                let message = format!("`{}` may be {} of the account", spoken.text, spoken.what);
                self.add(FindingKind::AmountInText, &spoken.text, message, NEXT, place());
            }
        }
    }
}

/// Whether an address leads to another host.
fn is_elsewhere(address: &str) -> bool {
    let address = address.trim().to_ascii_lowercase();
    address.starts_with("//") || address.starts_with("http://") || address.starts_with("https://")
}

/// The words of the first comment that begins in a piece of HTML. `<!-- more -->` ends an excerpt for some programs.
fn comment(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("<!--")?;
    let words = rest.split("-->").next().unwrap_or(rest).trim();
    (!matches!(words, "" | "more")).then_some(words)
}

/// Whether a comment goes on after a piece of HTML.
fn is_open(html: &str, was_open: bool) -> bool {
    match (html.rfind("<!--"), html.rfind("-->")) {
        (Some(start), Some(end)) => start > end,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => was_open,
    }
}

/// The addresses on other hosts that elements of a piece of HTML load something from.
fn sources(html: &str) -> Vec<&str> {
    let parts = html.split("src=").skip(1);
    let value = |part: &'_ str| -> Option<std::ops::Range<usize>> {
        let quote = part.chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let start = usize::from(quote.is_some());
        let rest = part.get(start..)?;
        let end = match quote {
            Some(quote) => rest.find(quote),
            None => rest.find(|letter: char| letter.is_whitespace() || letter == '>'),
        };
        Some(start..start + end.unwrap_or(rest.len()))
    };
    parts.filter_map(|part| part.get(value(part)?)).filter(|address| is_elsewhere(address)).collect()
}

/// A path of the author's own computer in a line.
fn local_path(line: &str) -> Option<&str> {
    const STARTS: [&str; 7] = ["/home/", "/users/", "/root/", "/volumes/", "/mnt/", "/media/", "file:/"];
    let lower = line.to_ascii_lowercase();
    let is_alone = |at: usize| {
        !lower.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric() || ".-_~/}".contains(c)))
    };
    let unix =
        STARTS.iter().flat_map(|start| lower.match_indices(start)).map(|(at, _)| at).filter(|at| is_alone(*at));
    let drives = [":\\", ":/users/"].into_iter().flat_map(|mark| lower.match_indices(mark));
    let drives = drives.filter_map(|(at, _)| at.checked_sub(1)).filter(|at| {
        lower.as_bytes().get(*at).is_some_and(u8::is_ascii_alphabetic)
            && is_alone(*at)
            && lower.as_bytes().get(at + 3).is_some_and(u8::is_ascii_alphanumeric)
    });
    let at = unix.chain(drives).min()?;
    let path = line.get(at..)?;
    let end = path.find(|c: char| c.is_whitespace() || "\"'`<>)]".contains(c)).unwrap_or(path.len());
    path.get(..end)
}

/// The beginning of what is quoted.
fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::content;
    use crate::record::testing::fill;

    fn found(text: &str, config: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("content")).unwrap();
        std::fs::write(folder.path().join("content/about.md"), text).unwrap();
        let page = content::document(text, "content/about.md".as_ref()).unwrap();
        let fill = crate::record::Execution { price: "105074.08".parse().unwrap(), quantity: 1.into(), ..fill("a") };
        let record =
            Record { pages: [("about".to_owned(), page)].into(), executions: vec![fill], ..Record::default() };
        let config = crate::config::parse(config, "config.toml".as_ref()).unwrap();
        findings(folder.path(), &record, &config)
            .into_iter()
            .map(|finding| format!("{} {} {}", finding.kind, finding.place.unwrap(), finding.message))
            .collect()
    }

    #[test]
    fn what_is_said_of_the_account_has_its_line() {
        let text = "+++\ntitle = \"Me\"\nsummary = \"It was 105k.\"\n+++\n\nIt is\n\n$105 thousand.\n";
        assert_eq!(
            found(text, ""),
            [
                "amount-in-text content/about.md:3 `105k` may be the value of a trade of the account",
                "amount-in-text content/about.md:8 `105 thousand` may be the value of a trade of the account",
            ]
        );
        assert_eq!(found(text, "[privacy]\nallow = [\"105K\", \"105 thousand\"]\n"), Vec::<String>::new());
        assert_eq!(found(text, "[privacy]\nmode = \"absolute\"\n"), Vec::<String>::new());
        assert_eq!(found(&text.replace("title", "draft = true\ntitle"), ""), Vec::<String>::new());
        assert_eq!(found("See query 123456.", "[flex]\nquery_id = \"123456\"\n").len(), 1);
    }

    #[test]
    fn comments_are_named_once_and_those_in_code_are_not() {
        let text = "One.\n\n<!-- note to\nself -->\n\nTwo <!-- inside --> three.\n\n```\n<!-- code -->\n```\n\n<!-- more -->\n";
        assert_eq!(
            found(text, ""),
            [
                "html-comment content/about.md:3 the comment `<!-- note to -->` is published in the page's source",
                "html-comment content/about.md:6 the comment `<!-- inside -->` is published in the page's source",
            ]
        );
    }

    #[test]
    fn pictures_on_other_hosts_are_named() {
        let text = "![a](https://a.example/x.png)\n\n<img src=\"//b.example/y.png\">\n\n![c](c.png) [d](https://d.example)\n";
        let said = found(text, "");
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("remote-picture content/about.md:1 the picture `https://a.example/x.png`"));
        assert!(said[1].starts_with("remote-picture content/about.md:3 the picture `//b.example/y.png`"));
    }

    #[test]
    fn paths_of_a_computer_are_named_and_addresses_are_not() {
        for (line, path) in [
            ("in /home/alice/x.csv", "/home/alice/x.csv"),
            ("`C:\\Users\\Alice\\x`", "C:\\Users\\Alice\\x"),
            ("(file:///tmp/x)", "file:///tmp/x"),
            ("\"/Users/alice\"", "/Users/alice"),
            ("D:\\trades", "D:\\trades"),
            ("c:/Users/alice", "c:/Users/alice"),
        ] {
            assert_eq!(local_path(line), Some(path));
        }
        for line in
            ["https://x.example/home/alice", "at home/away", "note:\\", "profile:/", "a:\\ b", "{{root}}/home/x"]
        {
            assert_eq!(local_path(line), None, "{line}");
        }
        assert_eq!(found("See /home/alice/x.", "").len(), 1);
        assert_eq!(found("See /home/alice/x.", "[privacy]\nallow = [\"/home/alice/x.\"]\n").len(), 0);
    }
}
