//! The trader's Markdown as HTML: heading anchors, headings below the page's own, links between Markdown files.
//!
//! Raw HTML is the author's own and stays, but for where its links lead; it has to be whole.

use std::ops::Range;
use std::path::Path;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Parser, Tag, TagEnd, html};

use crate::format::{escape, slug};
use crate::publication::Publication;
use crate::render::links::{
    Parts, as_browsers_read, below_content, composed, decoded, encoded, folder_of, is_external, resolve,
};
use crate::render::markdown::{PageOf, callout, options, top_level};
use crate::render::short_forms::{self, Filled, Piece, Shown, Text};
use crate::{Error, Place, Result};

use super::anchors::{self, Names};
use super::attributes::{self, Attribute};
use super::lines;
use super::links::MarkdownLink;
use super::raw_html;

/// A Markdown text with its file and its page.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Markdown without its front matter.
    pub text: &'a str,
    /// Its file, relative to the root of the site directory: `content/about.md`.
    pub path: &'a Path,
    /// The line of the file on which the text starts.
    pub first_line: usize,
    /// The page it is shown on.
    pub page: &'a str,
    /// The heading level of the page right above it; its own top level comes below.
    pub below: u8,
    /// Whether its blocks say which line they come from.
    pub lines: bool,
    /// What its short forms show.
    pub publication: &'a Publication,
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
/// A relative link is read from the file's place below `content/`, whose root stands for the site's: a link to a
/// Markdown file leads to its page, one to a folder to the `index.html` in it. Links in raw HTML are read the same way.
/// Anchors are marked with the text's file until `anchors::settle` has seen the whole page.
///
/// # Errors
/// As [`short_forms::filled`], and raw HTML that would end or swallow the page around it.
pub fn render(source: &Source, page_of: &PageOf) -> Result<Html> {
    let Source { text, path, first_line, .. } = *source;
    let filled = short_forms::filled(Text { text, path, first_line }, source.publication)?;
    raw_html::check(Text { text: &filled.text, path, first_line })?;
    let mut rewriter = Rewriter::new(source, page_of);
    let mut events = Vec::new();
    let shift = (source.below + 1).saturating_sub(top_level(source.text));
    let mut heading_start = None;
    let mut raw = None;
    let mut parsed = Parser::new_ext(&filled.text, options()).into_offset_iter();
    while let Some((event, range)) = parsed.next() {
        match event {
            Event::Start(Tag::Paragraph) if filled.chart(&range).is_some() => {
                rewriter.chart(&mut events, &filled, &range)?;
                parsed
                    .by_ref()
                    .take_while(|(event, _)| !matches!(event, Event::End(TagEnd::Paragraph)))
                    .for_each(drop);
            }
            Event::Text(text) => rewriter.text(&mut events, &filled, text, &range),
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                heading_start = Some(events.len());
                events.push(Event::Start(Tag::Heading { level: shifted(level, shift), id, classes, attrs }));
                rewriter.mark_line(&mut events, range.start);
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some(start) = heading_start.take() {
                    rewriter.name_heading(&mut events, start);
                }
                events.push(Event::End(TagEnd::Heading(shifted(level, shift))));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                rewriter.refuse_script(&dest_url, range.start)?;
                let dest_url = rewriter.link(&dest_url, range.start).map_or(dest_url, CowStr::from);
                rewriter.open.0 += 1;
                events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = rewriter.link(&dest_url, range.start).map_or(dest_url, CowStr::from);
                rewriter.open.1 += 1;
                events.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
            }
            Event::End(end @ (TagEnd::Link | TagEnd::Image)) => {
                let open = if end == TagEnd::Link { &mut rewriter.open.0 } else { &mut rewriter.open.1 };
                *open = open.saturating_sub(1);
                events.push(Event::End(end));
            }
            Event::FootnoteReference(label) => events.push(Event::FootnoteReference(rewriter.marked(&label).into())),
            Event::Start(Tag::FootnoteDefinition(label)) => {
                events.push(Event::Start(Tag::FootnoteDefinition(rewriter.marked(&label).into())));
            }
            // A block of raw HTML comes line by line, and a tag may go over several.
            Event::Start(Tag::HtmlBlock) => raw = Some((String::new(), range.start)),
            Event::Html(html) => match &mut raw {
                Some((block, _)) => block.push_str(&html),
                None => events.push(Event::Html(html)),
            },
            Event::End(TagEnd::HtmlBlock) => {
                if let Some((html, start)) = raw.take() {
                    events.push(Event::Html(rewriter.html(&html, start)?.into()));
                }
            }
            Event::InlineHtml(html) => events.push(Event::InlineHtml(rewriter.html(&html, range.start)?.into())),
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                let (class, title) = callout(kind);
                let open = format!("<div class=\"callout {class}\" role=\"note\"><p class=\"kind\">{title}</p>\n");
                events.push(Event::Html(open.into()));
            }
            Event::End(TagEnd::BlockQuote(Some(_))) => events.push(Event::Html("</div>\n".into())),
            // A box that cannot be ticked is a sign, and no field of a form.
            Event::TaskListMarker(is_done) => {
                let (name, sign) = if is_done { ("done", '\u{2611}') } else { ("to do", '\u{2610}') };
                let sign = format!("<span class=\"task\" role=\"img\" aria-label=\"{name}\">{sign}</span> ");
                events.push(Event::InlineHtml(sign.into()));
            }
            // A wide table scrolls by itself, not with the page.
            Event::Start(Tag::Table(alignments)) => {
                events.push(Event::Html("<div class=\"scroll\" tabindex=\"0\">".into()));
                events.push(Event::Start(Tag::Table(alignments)));
                rewriter.mark_line(&mut events, range.start);
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                events.push(Event::Html("</div>".into()));
            }
            other => {
                let is_block = matches!(other, Event::Start(Tag::Paragraph | Tag::Item | Tag::CodeBlock(_)));
                events.push(other);
                if is_block {
                    rewriter.mark_line(&mut events, range.start);
                }
            }
        }
    }
    let mut html = String::new();
    html::push_html(&mut html, events.into_iter());
    // A block of code scrolls by itself too, and without a mouse only where it can be reached.
    let mut html = html.replace("<pre><code", "<pre tabindex=\"0\"><code");
    if source.lines {
        html = lines::settle(&html, &rewriter.file);
    }
    Ok(Html { html, links: rewriter.links })
}

/// The beginning of a text with its short forms, as [`excerpt`] has it.
///
/// # Errors
/// As [`short_forms::filled`].
pub fn beginning(text: Text, publication: &Publication, length: usize) -> Result<String> {
    Ok(excerpt(&short_forms::in_words(text, publication)?, length))
}

/// The first paragraph as plain text, at most `length` characters. Short forms in it are as they were written.
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

/// Gives headings their anchors, and links the place they lead to from the page.
struct Rewriter<'a> {
    source: &'a Source<'a>,
    page_of: &'a PageOf,
    /// The text's file below `content/`.
    file: String,
    names: Names,
    links: Vec<MarkdownLink>,
    /// How far lines have been counted, and to which.
    counted: (usize, usize),
    /// How many links and pictures are open.
    open: (usize, usize),
    /// How many charts there are so far.
    charts: usize,
}

impl<'a> Rewriter<'a> {
    fn new(source: &'a Source<'a>, page_of: &'a PageOf) -> Self {
        let counted = (0, source.first_line);
        let file = below_content(source.path);
        let (open, charts) = ((0, 0), 0);
        Self { source, page_of, file, names: Names::default(), links: Vec::new(), counted, open, charts }
    }

    /// Marks the block that has just started with its line, where lines are wanted.
    fn mark_line(&mut self, events: &mut Vec<Event>, offset: usize) {
        if self.source.lines {
            events.push(Event::InlineHtml(lines::marked(self.line(offset)).into()));
        }
    }

    /// Running text with its short forms as links, or as words in a link or the description of a picture.
    fn text<'e>(&self, events: &mut Vec<Event<'e>>, filled: &Filled, text: CowStr<'e>, range: &Range<usize>) {
        let pieces = filled.pieces(&text, range);
        if let [Piece::Words(_)] = pieces.as_slice() {
            events.push(Event::Text(text));
            return;
        }
        for piece in pieces {
            events.push(match piece {
                Piece::Words(words) => Event::Text(words.to_owned().into()),
                Piece::Form(shown) if self.open.1 > 0 => Event::Text(shown.in_words().into()),
                // As HTML, so that no figure gets into the anchor of a heading.
                Piece::Form(shown) => Event::InlineHtml(self.shown(shown).into()),
            });
        }
    }

    fn shown(&self, shown: &Shown) -> String {
        let words = escape(&shown.in_words());
        let path = match shown {
            _ if self.open.0 > 0 => return words,
            Shown::Figure { id, .. } => format!("methodology/index.html#{id}"),
            Shown::Trade(order) => format!("trades/{}/index.html", encoded(&order.slug)),
            Shown::Chart(_) => return String::new(),
        };
        format!("<a href=\"{}{path}\">{words}</a>", root_of(self.source.page))
    }

    /// A chart in the place of its paragraph.
    fn chart(&mut self, events: &mut Vec<Event>, filled: &Filled, paragraph: &Range<usize>) -> Result<()> {
        let Some((start, chart)) = filled.chart(paragraph) else { return Ok(()) };
        self.charts += 1;
        let drawn = chart.html(&format!("chart-{}-{}", slug(&self.file), self.charts))?;
        events.push(Event::Html("<figure class=\"plain\">".into()));
        self.mark_line(events, start);
        events.push(Event::Html(format!("{drawn}</figure>\n").into()));
        Ok(())
    }

    fn marked(&self, name: &str) -> String {
        anchors::marked(&self.file, &composed(name))
    }

    /// Gives the heading that starts at `start` an anchor: the author's own, or one from its words.
    fn name_heading(&mut self, events: &mut [Event], start: usize) {
        let Some((Event::Start(Tag::Heading { id, .. }), inside)) =
            events.get_mut(start..).and_then(<[_]>::split_first_mut)
        else {
            return;
        };
        let name = match id {
            Some(own) => {
                self.names.take(own);
                own.to_string()
            }
            None => {
                let words = inside.iter().filter_map(|event| match event {
                    Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                    _ => None,
                });
                self.names.give(&anchor_of(&words.collect::<String>()))
            }
        };
        *id = Some(self.marked(&name).into());
    }

    /// Refuses a link that would run something.
    fn refuse_script(&mut self, link: &str, offset: usize) -> Result<()> {
        const SHOWN: usize = 40;
        if !runs_script(link) {
            return Ok(());
        }
        let shown: String = link.chars().take(SHOWN).collect();
        Err(Error::data(format!("the link `{shown}` runs a script and leads nowhere"))
            .at(Place::line(self.source.path, self.line(offset)))
            .hint("link to a page, a file or an address"))
    }

    /// Where a link leads from the page; `None` where it leads outside and stays.
    fn link(&mut self, written: &str, offset: usize) -> Option<String> {
        if is_external(written) {
            return None;
        }
        let Parts { address, query, fragment } = Parts::of(written);
        let (address, fragment) = (decoded(address), decoded(fragment));
        let (address, fragment) = (composed(&address), composed(&fragment));
        let path = match address.as_ref() {
            "" => Some(String::new()),
            address => resolve(folder_of(&self.file), address).map(|path| self.site_path(path, address)),
        };
        // A link that climbs out of content/ is kept as written and reported by the check.
        let path = path.unwrap_or_else(|| address.to_string());
        let place = Place::line(self.source.path, self.line(offset));
        let link = match (path.as_str(), fragment.as_ref()) {
            ("", "") => query.to_owned(),
            ("", name) => format!("#{}", self.marked(&encoded(name))),
            (path, "") => format!("{}{}{query}", root_of(self.source.page), encoded(path)),
            (path, name) => format!("{}{}{query}#{}", root_of(self.source.page), encoded(path), encoded(name)),
        };
        let (written, fragment, page) = (written.to_owned(), fragment.into_owned(), self.source.page.to_owned());
        self.links.push(MarkdownLink { written, path, fragment, page, place });
        Some(link)
    }

    /// The path in the site of one below `content/`.
    fn site_path(&self, path: String, address: &str) -> String {
        match self.page_of.get(&path) {
            Some(page) => page.clone(),
            None if path.is_empty() => "index.html".to_owned(),
            None if address.ends_with('/') => format!("{path}/index.html"),
            None => path,
        }
    }

    /// Raw HTML with its links and anchors as those of Markdown.
    fn html(&mut self, html: &str, start: usize) -> Result<String> {
        let mut refused = Ok(());
        let replaced = attributes::replaced(html, |attribute, value| match attribute {
            Attribute::Target(_) => {
                let offset = start + attribute.range(html).start;
                let allowed = self.refuse_script(value, offset);
                refused = std::mem::replace(&mut refused, Ok(())).and(allowed);
                self.link(value, offset)
            }
            Attribute::Anchor(_) => {
                self.names.take(value);
                Some(self.marked(value))
            }
        });
        refused.map(|()| replaced)
    }

    /// The line of the file at a place in the text. Places come in their order, nearly always.
    fn line(&mut self, offset: usize) -> usize {
        let (from, line) = if offset < self.counted.0 { (0, self.source.first_line) } else { self.counted };
        let line = line + self.source.text.get(from..offset).unwrap_or_default().matches('\n').count();
        self.counted = (offset, line);
        line
    }
}

/// Whether a browser that follows a link runs what is in it: a script, or a page with its scripts.
fn runs_script(link: &str) -> bool {
    const PAGES: [&str; 5] = ["text/html", "application/xhtml+xml", "text/xml", "application/xml", "text/javascript"];
    let Some((scheme, rest)) = link.split_once(':') else { return false };
    match as_browsers_read(scheme).as_str() {
        "javascript" | "vbscript" => true,
        "data" => PAGES.contains(&as_browsers_read(rest.split([';', ',']).next().unwrap_or_default()).as_str()),
        _ => false,
    }
}

/// The anchor that a heading's words make.
fn anchor_of(words: &str) -> String {
    let anchor = slug(words);
    if anchor.is_empty() { "section".to_owned() } else { anchor }
}

/// The way from a page up to the site's root: `../../` from `months/2026-01/index.html`.
pub fn root_of(page: &str) -> String {
    "../".repeat(page.matches('/').count())
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
