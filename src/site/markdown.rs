//! The trader's Markdown as HTML: heading anchors, headings below the page's own, links between Markdown files.
//!
//! Raw HTML is the author's own and stays.

use std::collections::BTreeSet;
use std::path::Path;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Parser, Tag, TagEnd, html};

use crate::render::links::{below_content, folder_of, is_external, resolve};
use crate::render::markdown::{PageOf, location, options, top_level};

use super::links::MarkdownLink;

/// A Markdown text with its file and its page.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// Its file, relative to the root of the site directory: `content/about.md`.
    pub path: &'a Path,
    /// The line of the file on which the text starts.
    pub first_line: usize,
    /// The page it is shown on.
    pub page: &'a str,
    /// The heading level of the page right above it; its own top level comes below.
    pub below: u8,
}

/// A text in HTML, with the links to check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html {
    /// The HTML.
    pub html: String,
    /// Its links into the site.
    pub links: Vec<MarkdownLink>,
}

/// Renders a text.
///
/// A relative link is resolved from the folder of the file below `content/`, which maps to the root of the site: a link to
/// a Markdown file leads to its page, a link to a folder to the `index.html` in it.
pub fn render(source: &Source, page_of: &PageOf) -> Html {
    let mut anchors = Anchors::default();
    let mut result = Html::default();
    let mut events = Vec::new();
    let top_level = top_level(source.text);
    let shift = (source.below + 1).saturating_sub(top_level);

    let mut heading_start = None;
    for (event, range) in Parser::new_ext(source.text, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => heading_start = Some(events.len()),
            Event::End(TagEnd::Heading(_)) => {}
            _ => {}
        }
        match event {
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                events.push(Event::Start(Tag::Heading { level: shifted(level, shift), id, classes, attrs }));
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some(start) = heading_start.take() {
                    name_heading(&mut events, start, &mut anchors);
                }
                events.push(Event::End(TagEnd::Heading(shifted(level, shift))));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = rewrite(dest_url, range.start, source, page_of, &mut result.links);
                events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = rewrite(dest_url, range.start, source, page_of, &mut result.links);
                events.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
            }
            // A wide table scrolls by itself, not with the page.
            Event::Start(Tag::Table(alignments)) => {
                events.push(Event::Html("<div class=\"scroll\" tabindex=\"0\">".into()));
                events.push(Event::Start(Tag::Table(alignments)));
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                events.push(Event::Html("</div>".into()));
            }
            other => events.push(other),
        }
    }
    html::push_html(&mut result.html, events.into_iter());
    result
}

/// The first paragraph as plain text, at most `length` characters.
pub fn excerpt(text: &str, length: usize) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Start(Tag::Paragraph) => inside = true,
            Event::End(TagEnd::Paragraph) if !plain.trim().is_empty() => break,
            Event::Text(text) | Event::Code(text) if inside => plain.push_str(&text),
            Event::SoftBreak | Event::HardBreak if inside => plain.push(' '),
            _ => {}
        }
    }
    let plain = plain.trim();
    if plain.chars().count() <= length {
        return plain.to_string();
    }
    let cut: String = plain.chars().take(length).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(start, _)| start);
    format!("{}\u{2026}", whole_words.trim_end_matches([',', '.', ';', ':']))
}

fn shifted(level: HeadingLevel, by: u8) -> HeadingLevel {
    HeadingLevel::try_from(usize::from((level as u8 + by).min(6))).unwrap_or(HeadingLevel::H6)
}

/// Anchors already used on one page.
#[derive(Default)]
struct Anchors {
    taken: BTreeSet<String>,
}

impl Anchors {
    /// An anchor from the text of a heading, numbered if it is taken.
    fn give(&mut self, words: &str) -> String {
        let mut anchor = String::new();
        for character in words.chars().flat_map(char::to_lowercase) {
            match character {
                letter if letter.is_alphanumeric() => anchor.push(letter),
                _ if anchor.ends_with('-') || anchor.is_empty() => {}
                _ => anchor.push('-'),
            }
        }
        let anchor = match anchor.trim_end_matches('-') {
            "" => "section",
            words => words,
        };
        let numbered = (2..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.to_string()).chain(numbered).find(|anchor| !self.taken.contains(anchor));
        let free = free.unwrap_or_default();
        self.taken.insert(free.clone());
        free
    }
}

/// Gives the heading that starts at `start` an anchor from its text, unless the author gave one.
fn name_heading(events: &mut [Event], start: usize, anchors: &mut Anchors) {
    let Some((Event::Start(Tag::Heading { id, .. }), inside)) =
        events.get_mut(start..).and_then(<[_]>::split_first_mut)
    else {
        return;
    };
    if let Some(own) = id {
        anchors.taken.insert(own.to_string());
        return;
    }
    let words: String = inside
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    *id = Some(anchors.give(&words).into());
}

fn rewrite<'a>(
    written: CowStr<'a>,
    offset: usize,
    source: &Source,
    page_of: &PageOf,
    found: &mut Vec<MarkdownLink>,
) -> CowStr<'a> {
    if is_external(&written) {
        return written;
    }
    let (address, fragment) = written.split_once('#').unwrap_or((&written, ""));
    let file = below_content(source.path);
    let folder = folder_of(&file);
    let path = match address {
        "" => Some(String::new()),
        address => resolve(folder, address).map(|path| match page_of.get(&path) {
            Some(page) => page.clone(),
            None if address.ends_with('/') || path.is_empty() => {
                format!("{path}/index.html").trim_start_matches('/').into()
            }
            None => path,
        }),
    };
    // A link that climbs out of content/ is kept as written and reported by the check.
    let path = path.unwrap_or_else(|| address.to_string());
    let fragment_part = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
    let rewritten = if path.is_empty() { String::new() } else { root_of(source.page) + &path };
    found.push(MarkdownLink {
        written: written.to_string(),
        path,
        fragment: fragment.to_string(),
        page: source.page.to_string(),
        place: location(source.path, source.first_line, source.text, offset),
    });
    (rewritten + &fragment_part).into()
}

/// The way from a page up to the site's root: `../../` from `months/2026-01/index.html`.
pub fn root_of(page: &str) -> String {
    "../".repeat(page.matches('/').count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    fn source(text: &str) -> Source<'_> {
        Source {
            text,
            path: Path::new("content/months/2026-01.md"),
            first_line: 4,
            page: "months/2026-01/index.html",
            below: 1,
        }
    }

    fn html(text: &str) -> String {
        render(&source(text), &PageOf::new()).html
    }

    #[test]
    fn headings_get_anchors_and_go_below_the_pages_own() {
        assert_eq!(
            html("# A & B\n\n## A `B`!\n\n## Ä"),
            "<h2 id=\"a-b\">A &amp; B</h2>\n<h3 id=\"a-b-2\">A <code>B</code>!</h3>\n<h3 id=\"ä\">Ä</h3>\n"
        );
        assert_eq!(html("## Only"), "<h2 id=\"only\">Only</h2>\n");
        assert_eq!(html("# Own {#mine}"), "<h2 id=\"mine\">Own</h2>\n");
        assert_eq!(html("# ?"), "<h2 id=\"section\">?</h2>\n");
    }

    #[test]
    fn links_to_markdown_files_lead_to_their_pages() {
        let page_of = PageOf::from([("about.md".into(), "about/index.html".into())]);
        let text = "one\ntwo [a](../about.md#who) [b](../trades/) [c](https://x.org/a.md) [d](#here) ![e](p.png)";
        let rendered = render(&source(text), &page_of);
        for part in [
            "../../about/index.html#who",
            "../../trades/index.html",
            "https://x.org/a.md",
            "\"#here\"",
            "../../months/p.png",
        ] {
            assert!(rendered.html.contains(part), "{part} in {}", rendered.html);
        }
        let targets: Vec<_> =
            rendered.links.iter().map(|link| (link.path.as_str(), link.fragment.as_str())).collect();
        assert_eq!(
            targets,
            [("about/index.html", "who"), ("trades/index.html", ""), ("", "here"), ("months/p.png", "")]
        );
        assert_eq!(rendered.links[0].place, Place::line("content/months/2026-01.md", 5));
    }

    #[test]
    fn tables_footnotes_tasks_and_raw_html_are_kept() {
        let text = "| a |\n|--:|\n| 1 |\n\n~~no~~ <b class=x>raw</b>[^1]\n\n- [x] done\n\n[^1]: Note.";
        let html = html(text);
        for part in
            ["<div class=\"scroll\"", "<table>", "<del>no</del>", "<b class=x>raw</b>", "checkbox", "footnote"]
        {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn an_excerpt_is_the_first_paragraph_without_marks() {
        assert_eq!(excerpt("# Title\n\nFirst *words*\nhere.\n\nSecond.", 100), "First words here.");
        assert_eq!(excerpt("One two, three four", 12), "One two\u{2026}");
        assert_eq!(excerpt("", 12), "");
    }
}
