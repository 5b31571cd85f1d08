//! Raw HTML that is whole: it closes what it opens where it opened it, and nothing else. A page around a text stays what it is.
//!
//! It is read as browsers read it, but for their ways of mending what is not whole.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::render::markdown::options;
use crate::render::short_forms::Text;
use crate::{Error, Result};

use super::attributes::{after_comment, after_tag, end_tag};

/// Elements without content, which have no end.
const EMPTY: [&str; 14] =
    ["area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "keygen"];

/// Elements that end by themselves where the one around them does.
const ENDING: [&str; 16] = [
    "p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot", "colgroup", "caption", "option", "optgroup",
    "rt", "rp",
];

/// Elements in which there is text alone, up to their end tag.
const TEXTS: [&str; 8] = ["script", "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes"];

/// Elements of which a page has one, or that change all of it.
const OF_THE_PAGE: [&str; 6] = ["html", "head", "body", "base", "frameset", "plaintext"];

/// Refuses raw HTML that would end or swallow the page around it.
///
/// # Errors
/// An end tag without its start, an element, a tag or a comment without its end, and an element that a page has once.
pub fn check(text: Text) -> Result<()> {
    if !text.text.contains('<') {
        return Ok(());
    }
    read(text.text).map_err(|Fault { message, hint, at }| Error::data(message).at(text.place(at)).hint(hint))
}

/// What is wrong, what to do, and where in the text.
struct Fault {
    message: String,
    hint: String,
    at: usize,
}

fn read(text: &str) -> Result<(), Fault> {
    let mut open = Open::default();
    let mut block = Raw::default();
    let mut pictures = 0_usize;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) => block = Raw::default(),
            Event::Html(line) => block.push(&line, range.start),
            Event::End(TagEnd::HtmlBlock) => open.read(&block)?,
            // The description of a picture has no tags.
            Event::InlineHtml(_) if pictures > 0 => {}
            Event::InlineHtml(html) => {
                let mut raw = Raw::default();
                raw.push(&html, range.start);
                open.read(&raw)?;
            }
            Event::Start(Tag::Image { .. }) => pictures += 1,
            Event::End(TagEnd::Image) => pictures = pictures.saturating_sub(1),
            Event::Start(_) => open.0.push(Element { name: String::new(), at: range.start, is_drawing: false }),
            Event::End(_) => open.end_part()?,
            _ => {}
        }
    }
    open.end()
}

/// A piece of raw HTML, with where in the text its lines are from.
#[derive(Default)]
struct Raw {
    html: String,
    lines: Vec<(usize, usize)>,
}

impl Raw {
    fn push(&mut self, line: &str, at: usize) {
        self.lines.push((self.html.len(), at));
        self.html.push_str(line);
    }

    /// The place in the text of one in the HTML.
    fn at(&self, offset: usize) -> usize {
        let line = self.lines.iter().rev().find(|(start, _)| *start <= offset);
        line.map_or(offset, |(start, at)| at + offset - start)
    }
}

/// What is open: the author's elements, and between them the parts of Markdown that they are in.
#[derive(Default)]
struct Open(Vec<Element>);

struct Element {
    /// In small letters; empty for a part of Markdown.
    name: String,
    at: usize,
    /// Whether what is in it is a part of a drawing or a formula, where `/>` closes and there is no text alone.
    is_drawing: bool,
}

impl Element {
    fn ends_by_itself(&self) -> bool {
        ENDING.contains(&self.name.as_str())
    }

    fn unclosed(&self, how: &str) -> Fault {
        let Self { name, at, .. } = self;
        let hint = format!("close it with `</{name}>`: left open it would take in what comes after it on the page");
        Fault { message: format!("`<{name}>` is {how}"), hint, at: *at }
    }
}

impl Open {
    fn read(&mut self, raw: &Raw) -> Result<(), Fault> {
        let html = raw.html.as_str();
        let mut done = 0;
        loop {
            let text_alone = self.0.last().filter(|top| TEXTS.contains(&top.name.as_str()) && !top.is_drawing);
            let found = match text_alone {
                Some(Element { name, .. }) => html.get(done..).and_then(|rest| end_tag(rest, name)),
                None => html.get(done..).and_then(|rest| rest.find('<')),
            };
            let Some(start) = found.map(|start| done + start) else { return Ok(()) };
            let inside = html.get(start + 1..).unwrap_or_default();
            let is_drawing = self.0.last().is_some_and(|top| top.is_drawing);
            let Some((mark, after)) = mark(inside, is_drawing) else {
                done = start + 1;
                continue;
            };
            let Some(after) = after else {
                let shown: String = inside.split_whitespace().next().unwrap_or_default().chars().take(20).collect();
                let (message, end) = match mark {
                    Mark::Comment => (format!("the comment `<{shown}` never ends"), "-->"),
                    _ => (format!("the tag `<{shown}` never ends"), ">"),
                };
                return Err(Fault { message, hint: format!("end it with `{end}`"), at: raw.at(start) });
            };
            done = html.len() - after.len();
            match mark {
                Mark::Comment | Mark::Declaration => {}
                Mark::Start(name) => {
                    let closes_itself = html.get(..done).is_some_and(|tag| tag.ends_with("/>"));
                    self.start(name.to_ascii_lowercase(), closes_itself, raw.at(start))?;
                }
                Mark::End(name) => self.close(&name.to_ascii_lowercase(), raw.at(start))?,
            }
        }
    }

    fn start(&mut self, name: String, closes_itself: bool, at: usize) -> Result<(), Fault> {
        let is_in_drawing = self.0.last().is_some_and(|top| top.is_drawing);
        let is_drawing = match name.as_str() {
            "svg" | "math" => true,
            "foreignobject" | "annotation-xml" => false,
            _ => is_in_drawing,
        };
        if !is_drawing && OF_THE_PAGE.contains(&name.as_str()) {
            let hint = "leave it out: it would change the page around the text".to_owned();
            return Err(Fault { message: format!("a text cannot have `<{name}>`"), hint, at });
        }
        let is_whole = if is_drawing || is_in_drawing { closes_itself } else { EMPTY.contains(&name.as_str()) };
        if !is_whole {
            self.0.push(Element { name, at, is_drawing });
        }
        Ok(())
    }

    fn close(&mut self, name: &str, at: usize) -> Result<(), Fault> {
        // Browsers make a paragraph of an end tag alone, and pass over the end of what has none.
        let is_nothing = name == "p" && self.0.last().is_none_or(|top| top.name != "p") || EMPTY.contains(&name);
        if is_nothing {
            return Ok(());
        }
        let inner = self.0.iter().rev().take_while(|element| !element.name.is_empty() && element.name != name);
        let (count, unclosed) = inner.fold((0, None), |(count, last), one| {
            (count + 1, Some(one).filter(|one| !one.ends_by_itself()).or(last))
        });
        let start = self.0.len().checked_sub(count + 1);
        let Some(start) = start.filter(|start| self.0.get(*start).is_some_and(|element| element.name == name)) else {
            let hint = format!("delete it, or put `<{name}>` where it is to begin: it would end a part of the page");
            return Err(Fault { message: format!("`</{name}>` closes nothing that is open here"), hint, at });
        };
        if let Some(element) = unclosed {
            return Err(element.unclosed(&format!("not closed before `</{name}>`")));
        }
        self.0.truncate(start);
        Ok(())
    }

    /// A part of Markdown ends, and what was opened in it has to be closed.
    fn end_part(&mut self) -> Result<(), Fault> {
        while let Some(element) = self.0.pop().filter(|element| !element.name.is_empty()) {
            if !element.ends_by_itself() {
                return Err(element.unclosed("not closed in the paragraph, item or quote that it is in"));
            }
        }
        Ok(())
    }

    fn end(self) -> Result<(), Fault> {
        match self.0.iter().find(|element| element.name != "p") {
            Some(element) => Err(element.unclosed("never closed")),
            None => Ok(()),
        }
    }
}

/// What begins with a `<`.
enum Mark<'a> {
    Start(&'a str),
    End(&'a str),
    Comment,
    /// A document type, an instruction, or what is none of them and passed over like one.
    Declaration,
}

/// What stands behind a `<`, if it is no text, and what comes after it; `None` there if it does not end.
fn mark(inside: &str, is_drawing: bool) -> Option<(Mark<'_>, Option<&str>)> {
    if let Some(comment) = inside.strip_prefix("!--") {
        return Some((Mark::Comment, after_comment(comment)));
    }
    if let Some(characters) = inside.strip_prefix("![CDATA[").filter(|_| is_drawing) {
        return Some((Mark::Declaration, characters.split_once("]]>").map(|(_, after)| after)));
    }
    let name = inside.strip_prefix('/').unwrap_or(inside);
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        let is_declaration = inside.starts_with(['!', '?', '/']);
        return is_declaration.then(|| (Mark::Declaration, inside.split_once('>').map(|(_, after)| after)));
    }
    let end = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(name.len());
    let (name, rest) = name.split_at_checked(end)?;
    let mark = if inside.starts_with('/') { Mark::End(name) } else { Mark::Start(name) };
    Some((mark, after_tag(rest)))
}

#[cfg(test)]
#[path = "raw_html_tests.rs"]
mod tests;
