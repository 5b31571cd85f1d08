//! How the author's Markdown is parsed, for pages and reports alike.

use std::collections::BTreeMap;
use std::path::Path;

use pulldown_cmark::{BlockQuoteKind, Event, Options, Parser, Tag};

use crate::Place;

/// The page of each Markdown file, by the file's path below `content/`.
pub type PageOf = BTreeMap<String, String>;

/// The extensions beyond CommonMark.
pub fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
}

/// What a callout such as `> [!NOTE]` is called in style and template, and what it says above its text.
pub fn callout(kind: BlockQuoteKind) -> (&'static str, &'static str) {
    match kind {
        BlockQuoteKind::Note => ("note", "Note"),
        BlockQuoteKind::Tip => ("tip", "Tip"),
        BlockQuoteKind::Important => ("important", "Important"),
        BlockQuoteKind::Warning => ("warning", "Warning"),
        BlockQuoteKind::Caution => ("caution", "Caution"),
    }
}

/// The highest heading level the text uses.
pub fn top_level(text: &str) -> u8 {
    let levels = Parser::new_ext(text, options()).filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(level as u8),
        _ => None,
    });
    levels.min().unwrap_or(1)
}

/// The line of a file that is `offset` bytes into its text, which starts on `first_line`.
pub fn location(path: &Path, first_line: usize, text: &str, offset: usize) -> Place {
    let lines = text.get(..offset).unwrap_or_default().matches('\n').count();
    Place::line(path, first_line + lines)
}
