//! Short forms in the author's Markdown: `{{ stat:sharpe }}` becomes the figure as the site shows it.
//!
//! They give only what is in the [`Publication`] already, or what a reader can compute from it. In code they are text, and so
//! they are after a backslash.

mod meaning;
mod notes;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::publication::{NoteText, Publication};
use crate::record::Document;
use crate::record::short_form::{self, KINDS, Written};
use crate::render::links::decoded;
use crate::render::markdown::options;
use crate::{Error, Place, Result};

pub use meaning::Shown;
use meaning::Wrong;
pub use notes::front_in_words;

/// A text of the author's with its file.
#[derive(Debug, Clone, Copy)]
pub struct Text<'t> {
    /// Markdown without its front matter.
    pub text: &'t str,
    /// Its file, relative to the root of the site directory.
    pub path: &'t Path,
    /// The line of the file on which the text starts.
    pub first_line: usize,
}

impl<'t> From<&'t Document> for Text<'t> {
    fn from(document: &'t Document) -> Self {
        Self { text: &document.body, path: &document.path, first_line: document.body_line }
    }
}

impl<'t> From<&'t NoteText> for Text<'t> {
    fn from(note: &'t NoteText) -> Self {
        Self { text: &note.body, path: &note.path, first_line: note.body_line }
    }
}

impl Text<'_> {
    /// The line and column of a byte of the text.
    pub fn place(&self, at: usize) -> Place {
        let mut place = Place::offset(self.path, self.text, at);
        place.line = place.line.map(|line| line + self.first_line - 1);
        place
    }
}

/// A text with letters in the place of its short forms, as long as they were, so that whatever stands behind them stays where
/// it was; and what the short forms stand for.
#[derive(Debug, Default)]
pub struct Filled<'t, 'a> {
    /// The text.
    pub text: Cow<'t, str>,
    /// By where they start: where they end, and what is shown.
    forms: BTreeMap<usize, (usize, Shown<'a>)>,
}

/// A part of running text.
#[derive(Debug, PartialEq)]
pub enum Piece<'e, 'a> {
    /// What the author wrote.
    Words(&'e str),
    /// A short form.
    Form(&'e Shown<'a>),
}

/// Finds the short forms of a text.
///
/// # Errors
/// One that stands for nothing, with its line and column; a chart that is not a paragraph of its own; one in raw HTML, which
/// stays as it is written.
pub fn filled<'t, 'a>(source: Text<'t>, publication: &'a Publication) -> Result<Filled<'t, 'a>> {
    let text = source.text;
    let mut filled = Filled { text: Cow::Borrowed(text), forms: BTreeMap::new() };
    if !["{{", "%7B%7B", "%7b%7b"].iter().any(|braces| text.contains(braces)) {
        return Ok(filled);
    }
    let at = |(at, error): Wrong| error.at(source.place(at));
    let parts = Parts::of(text);
    for written in parts.html.iter().flat_map(|part| short_form::all(text, part.clone())) {
        if written.words.is_some() && KINDS.contains(&written.kind.text) {
            let error = Error::data("a short form in raw HTML stays as it is written")
                .hint("write the passage in Markdown, or the first brace as `&#123;`");
            return Err(at((written.range.start, error)));
        }
    }
    if let Some(start) = parts.addresses.first() {
        return Err(at((*start, in_an_address())));
    }
    let mut masked = text.to_owned();
    for written in parts.running.iter().flat_map(|part| short_form::all(text, part.clone())) {
        if let Some(wrong) = cut_in_two(text, &written, publication) {
            return Err(at(wrong));
        }
        let Some(shown) = meaning::of(&written, publication).map_err(at)? else { continue };
        let Written { range, .. } = written;
        if matches!(shown, Shown::Chart(_)) && !parts.is_paragraph(text, &range) {
            let error = Error::data("a chart is a paragraph of its own").hint("put blank lines around it");
            return Err(at((range.start, error)));
        }
        masked.replace_range(range.clone(), &"x".repeat(range.len()));
        filled.forms.insert(range.start, (range.end, shown));
    }
    // With letters in its place a short form may have become a part of a link that was none with its blanks.
    let running = Parts::of(&masked).running;
    let is_running = |start: usize, end: usize| running.iter().any(|part| part.start <= start && end <= part.end);
    if let Some((start, _)) = filled.forms.iter().find(|(start, (end, _))| !is_running(**start, *end)) {
        return Err(at((*start, in_an_address())));
    }
    filled.text = masked.into();
    Ok(filled)
}

fn in_an_address() -> Error {
    Error::data("a short form cannot stand in an address or in the title of a link")
        .hint("write the address itself; what a short form shows leads to its page already")
}

/// What is wrong with a short form that ends on its line, but not in the same running text: marks of Markdown are in it.
fn cut_in_two(text: &str, written: &Written, publication: &Publication) -> Option<Wrong> {
    if written.is_closed || !KINDS.contains(&written.kind.text) {
        return None;
    }
    let start = written.range.start;
    let whole = short_form::all(text, start..text.len()).into_iter().next();
    let whole = whole.filter(|whole| whole.is_closed && whole.range.start == start)?;
    let in_it =
        || Error::data("a short form has no marks of Markdown in it").hint("write it as {{ stat:max_drawdown }}");
    Some(meaning::of(&whole, publication).err().unwrap_or_else(|| (start, in_it())))
}

/// The text in which short forms have become words, without its charts.
///
/// # Errors
/// As [`filled`].
pub fn in_words<'t>(source: Text<'t>, publication: &Publication) -> Result<Cow<'t, str>> {
    let filled = filled(source, publication)?;
    if filled.forms.is_empty() {
        return Ok(filled.text);
    }
    let mut text = source.text.to_owned();
    for (start, (end, shown)) in filled.forms.iter().rev() {
        text.replace_range(*start..*end, &shown.in_words());
    }
    Ok(text.into())
}

impl<'a> Filled<'_, 'a> {
    /// The pieces of a text that the parser has found here.
    pub fn pieces<'e>(&'e self, words: &'e str, range: &Range<usize>) -> Vec<Piece<'e, 'a>> {
        let mut pieces = Vec::new();
        let mut from = range.start;
        let part = |from: usize, to: usize| words.get(from - range.start..to - range.start).unwrap_or_default();
        // A text that is not as it was written has no place for a short form.
        let forms = (words.len() == range.len()).then(|| self.forms.range(range.clone())).into_iter().flatten();
        for (start, (end, shown)) in forms {
            if from < *start {
                pieces.push(Piece::Words(part(from, *start)));
            }
            pieces.push(Piece::Form(shown));
            from = *end;
        }
        if pieces.is_empty() {
            return vec![Piece::Words(words)];
        }
        if from < range.end {
            pieces.push(Piece::Words(part(from, range.end)));
        }
        pieces
    }

    /// The chart that this paragraph is, and where it starts.
    pub fn chart(&self, paragraph: &Range<usize>) -> Option<(usize, &crate::render::charts::Excerpt)> {
        match self.forms.range(paragraph.clone()).next()? {
            (start, (_, Shown::Chart(excerpt))) => Some((*start, excerpt)),
            _ => None,
        }
    }
}

/// Where short forms can stand in a text.
#[derive(Default)]
struct Parts {
    /// Running text, as it is written.
    running: Vec<Range<usize>>,
    /// Raw HTML that is no comment.
    html: Vec<Range<usize>>,
    paragraphs: Vec<Range<usize>>,
    /// Where a short form in an address or a title starts.
    addresses: Vec<usize>,
}

impl Parts {
    fn of(text: &str) -> Self {
        // The braces at the end of a heading may be a short form, and only what is left are its attributes.
        let plain = Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_SMART_PUNCTUATION;
        let mut parts = Self::default();
        let mut is_code = false;
        for (event, range) in Parser::new_ext(text, options() - plain).into_offset_iter() {
            if let Event::Start(Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. }) = &event
                && (has_form(&decoded(dest_url)) || has_form(title))
            {
                // Address and title come last, if they stand here and not at the end of the text.
                let written = text.get(range.clone()).and_then(|link| link.rfind("{{"));
                parts.addresses.push(range.start + written.unwrap_or_default());
            }
            match event {
                Event::Start(Tag::CodeBlock(_)) => is_code = true,
                Event::End(TagEnd::CodeBlock) => is_code = false,
                Event::Start(Tag::Paragraph) => parts.paragraphs.push(range),
                Event::Html(html) | Event::InlineHtml(html) if !html.starts_with("<!--") => parts.html.push(range),
                Event::Text(words) if !is_code && text.get(range.clone()) == Some(&words) => parts.add(range),
                _ => {}
            }
        }
        parts
    }

    /// The parser cuts a text wherever a mark could have been.
    fn add(&mut self, range: Range<usize>) {
        match self.running.last_mut().filter(|last| last.end == range.start) {
            Some(last) => last.end = range.end,
            None => self.running.push(range),
        }
    }

    fn is_paragraph(&self, text: &str, form: &Range<usize>) -> bool {
        let around = self.paragraphs.iter().find(|paragraph| paragraph.contains(&form.start));
        let words = around.and_then(|paragraph| text.get(paragraph.clone())).map(str::trim);
        words.is_some_and(|words| words.len() == form.len())
    }
}

fn has_form(words: &str) -> bool {
    short_form::all(words, 0..words.len()).iter().any(|form| form.words.is_some() && KINDS.contains(&form.kind.text))
}

#[cfg(test)]
#[path = "short_forms/tests.rs"]
mod tests;
