//! The trader's Markdown as a tree that the template turns into content, node by node.
//!
//! Text stays text: it reaches the template as strings in `data.json` and is never read as code. Every node is an
//! object with its kind in `t`, its children in `c` (or `items`, `rows`) and its text in `s`; text alone is a string.

mod filled;

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use serde_json::{Value, json};

use crate::publication::Publication;
use crate::record::Document;
use crate::render::fonts;
use crate::render::links::{Parts, below_content, composed, decoded, encoded, folder_of, is_external, resolve};
use crate::render::markdown::{PageOf, callout, location, options, top_level};
use crate::render::pictures::Pictures;
use crate::render::short_forms;
use crate::{Error, Place, Result};

use super::footnotes::Footnotes;

/// The deepest nesting of quotes and lists, and of inline marks: the compiler limits recursion, and a page has margins.
const DEEPEST: usize = 8;

/// The nodes that count as a level of nested blocks, and of nested inline marks.
const BLOCKS: [&str; 4] = ["list", "quote", "callout", "note"];
const MARKS: [&str; 6] = ["emph", "strong", "strike", "super", "sub", "link"];

/// What links and pictures of a text are resolved against.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The page of each Markdown file.
    pub page_of: &'a PageOf,
    /// The address the site is published at, ending in `/`; without it, links into the site become plain text.
    pub base_url: Option<&'a str>,
    /// The pictures of the site, by their path below `content/`.
    pub pictures: &'a Pictures,
    /// The heading level right above the text.
    pub below: u8,
    /// What short forms show.
    pub publication: &'a Publication,
}

/// A text as a list of blocks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Blocks {
    /// One JSON value for each block, which the template walks through.
    pub tree: Vec<Value>,
    /// Where each of them starts in the text.
    pub starts: Vec<usize>,
    /// The pictures in it by their path below `content/`, and the location of each reference.
    pub pictures: Vec<(String, Place)>,
    /// The charts in it as SVG documents, by the names that their nodes have.
    pub charts: Vec<(String, String)>,
}

/// Parses a text.
///
/// # Errors
/// What cannot be typeset (raw HTML, a picture from the web, nesting deeper than the limit), or a picture that does not
/// exist, with file and line; a short form that stands for nothing.
pub fn blocks(document: &Document, around: Surroundings) -> Result<Blocks> {
    let filled = short_forms::filled(document.into(), around.publication)?;
    let mut tree = Tree {
        document,
        around,
        open: vec![Node::root()],
        notes: BTreeMap::new(),
        pictures: Vec::new(),
        charts: Vec::new(),
        top_level: top_level(&document.body),
        level: around.below,
    };
    let mut starts = Vec::new();
    let mut parsed = Parser::new_ext(&filled.text, options()).into_offset_iter();
    while let Some((event, range)) = parsed.next() {
        match event {
            Event::Start(Tag::Paragraph) if filled.chart(&range).is_some() => {
                tree.chart(&filled, &range)?;
                parsed
                    .by_ref()
                    .take_while(|(event, _)| !matches!(event, Event::End(TagEnd::Paragraph)))
                    .for_each(drop);
            }
            Event::Text(text) => filled.pieces(&text, &range).into_iter().for_each(|piece| tree.piece(piece)),
            event => tree.take(event, range.start)?,
        }
        if let [root] = tree.open.as_slice() {
            starts.resize(root.children.len(), range.start);
        }
    }
    let mut blocks = tree.open.pop().map(|root| root.children).unwrap_or_default();
    Footnotes::new(tree.notes).fill(&mut blocks);
    Ok(Blocks { tree: blocks, starts, pictures: tree.pictures, charts: tree.charts })
}

/// The location of an offset into the text of a document.
pub fn place(document: &Document, offset: usize) -> Place {
    location(&document.path, document.body_line, &document.body, offset)
}

/// An element that is not closed yet.
struct Node {
    kind: Kind,
    children: Vec<Value>,
}

/// What the children become when it is closed.
enum Kind {
    Root,
    /// An object with these fields; the children go into the named one.
    Object(Value, &'static str),
    /// A heading at the level that was written.
    Heading(HeadingLevel),
    Item,
    /// Its language and its lines so far.
    Code(String, String),
    /// A block of raw HTML and where it starts.
    Html(String, usize),
    /// A picture by its path below `content/`; the children are its alternative text.
    Picture(String),
    Note(String),
    /// A link that cannot work on paper: only its text is kept.
    Through,
}

impl Node {
    fn root() -> Self {
        Self { kind: Kind::Root, children: Vec::new() }
    }
}

struct Tree<'a> {
    document: &'a Document,
    around: Surroundings<'a>,
    open: Vec<Node>,
    notes: BTreeMap<String, Vec<Value>>,
    pictures: Vec<(String, Place)>,
    charts: Vec<(String, String)>,
    /// The highest heading level of the text.
    top_level: u8,
    /// The level of the last heading.
    level: u8,
}

impl Tree<'_> {
    fn take(&mut self, event: Event, offset: usize) -> Result<()> {
        match event {
            Event::Start(tag) => {
                let kind = self.start(tag, offset)?;
                self.open.push(Node { kind, children: Vec::new() });
                for (kinds, name) in [(&BLOCKS[..], "lists and quotes"), (&MARKS[..], "marks of emphasis")] {
                    if self.nested(kinds) > DEEPEST {
                        let message = format!("more than {DEEPEST} {name} are nested");
                        return Err(self.cannot(&message, offset, "bring the text to fewer levels"));
                    }
                }
            }
            Event::End(_) => self.end()?,
            Event::Text(text) => self.text(&text),
            Event::Code(text) => self.add(json!({ "t": "code", "s": text.as_ref() })),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.add(json!({ "t": "break" })),
            Event::Rule => self.add(json!({ "t": "rule" })),
            Event::TaskListMarker(done) => self.add(json!({ "t": "task", "done": done })),
            Event::FootnoteReference(label) => self.add(json!({ "t": "note", "label": label.as_ref() })),
            Event::Html(html) => self.text(&html),
            Event::InlineHtml(html) => self.html(&html, offset)?,
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
        }
        Ok(())
    }

    /// How many nodes of these kinds are open.
    fn nested(&self, kinds: &[&str]) -> usize {
        let kind = |node: &Node| match &node.kind {
            Kind::Object(object, _) => {
                object.get("t").and_then(Value::as_str).is_some_and(|kind| kinds.contains(&kind))
            }
            Kind::Note(_) => kinds.contains(&"note"),
            _ => false,
        };
        self.open.iter().filter(|node| kind(node)).count()
    }

    fn start(&mut self, tag: Tag, offset: usize) -> Result<Kind> {
        let inline = |kind: &str| Kind::Object(json!({ "t": kind }), "c");
        Ok(match tag {
            Tag::Paragraph => inline("par"),
            // The outline of a document does not go through its notes.
            Tag::Heading { .. } if self.open.iter().any(|node| matches!(node.kind, Kind::Note(_))) => inline("par"),
            Tag::Heading { level, .. } => Kind::Heading(level),
            Tag::BlockQuote(Some(kind)) => {
                let (kind, title) = callout(kind);
                Kind::Object(json!({ "t": "callout", "kind": kind, "title": title }), "c")
            }
            Tag::BlockQuote(None) => inline("quote"),
            Tag::CodeBlock(kind) => Kind::Code(
                match kind {
                    CodeBlockKind::Fenced(words) => words.split_whitespace().next().unwrap_or_default().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                },
                String::new(),
            ),
            Tag::List(start) => Kind::Object(json!({ "t": "list", "start": start }), "items"),
            Tag::Item => Kind::Item,
            Tag::FootnoteDefinition(label) => Kind::Note(label.to_string()),
            Tag::Table(alignments) => {
                let names: Vec<&str> = alignments.iter().map(alignment).collect();
                Kind::Object(json!({ "t": "table", "align": names }), "rows")
            }
            Tag::TableHead | Tag::TableRow => inline("row"),
            Tag::TableCell => inline("cell"),
            Tag::Emphasis => inline("emph"),
            Tag::Strong => inline("strong"),
            Tag::Strikethrough => inline("strike"),
            Tag::Superscript => inline("super"),
            Tag::Subscript => inline("sub"),
            Tag::Link { dest_url, .. } => match self.address(&dest_url) {
                Some(to) => Kind::Object(json!({ "t": "link", "to": to }), "c"),
                None => Kind::Through,
            },
            Tag::Image { dest_url, .. } => Kind::Picture(self.picture(&dest_url, offset)?),
            Tag::HtmlBlock => Kind::Html(String::new(), offset),
            Tag::MetadataBlock(_) => Kind::Through,
            Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => inline("par"),
        })
    }

    fn end(&mut self) -> Result<()> {
        // The root is never closed by an event.
        let Some(Node { kind, children }) = self.open.pop_if(|node| !matches!(node.kind, Kind::Root)) else {
            return Ok(());
        };
        match kind {
            Kind::Root => {}
            // A heading in which nothing can be read, such as a picture, is none.
            Kind::Heading(_) if is_blank(&children) => {
                if !children.is_empty() {
                    self.add(json!({ "t": "par", "c": children }));
                }
            }
            Kind::Heading(level) => {
                let level = self.level(level);
                self.add(json!({ "t": "heading", "level": level, "c": children }));
            }
            Kind::Object(mut object, field) => {
                if let Some(fields) = object.as_object_mut() {
                    fields.insert(field.to_owned(), Value::Array(children));
                }
                self.add(object);
            }
            Kind::Item => self.add(Value::Array(children)),
            Kind::Code(language, text) => {
                let text = text.strip_suffix('\n').unwrap_or(&text);
                self.add(json!({ "t": "block", "lang": language, "s": text }));
            }
            Kind::Html(html, offset) => self.html(&html, offset)?,
            Kind::Picture(file) => {
                let alt: String = children.iter().map(plain).collect();
                self.add(json!({ "t": "picture", "file": file, "alt": alt }));
            }
            Kind::Note(label) => {
                self.notes.entry(label).or_insert(children);
            }
            Kind::Through => children.into_iter().for_each(|child| self.add(child)),
        }
        Ok(())
    }

    fn add(&mut self, value: Value) {
        let Some(node) = self.open.last_mut() else { return };
        match (node.children.last_mut(), value) {
            (Some(Value::String(last)), Value::String(text)) => last.push_str(&text),
            (_, value) => node.children.push(value),
        }
    }

    fn text(&mut self, text: &str) {
        match self.open.last_mut().map(|node| &mut node.kind) {
            Some(Kind::Code(_, lines) | Kind::Html(lines, _)) => lines.push_str(text),
            _ => self.add(Value::String(text.to_owned())),
        }
    }

    /// Comments are dropped and `<br>` is a line break; any other HTML is refused.
    fn html(&mut self, html: &str, offset: usize) -> Result<()> {
        let html = html.trim();
        let tag = html.to_ascii_lowercase();
        match tag.trim_end_matches(['>', '/', ' ']) {
            "" => {}
            "<br" => self.add(json!({ "t": "break" })),
            _ if tag.starts_with("<!--") && tag.ends_with("-->") => {}
            _ => {
                let shown: String = html.chars().take(40).collect();
                let message = format!("raw HTML cannot be typeset: `{shown}`");
                return Err(self.cannot(&message, offset, "write it in Markdown, or on a page of its own"));
            }
        }
        Ok(())
    }

    /// Headings are shifted below the page's own without skipping a level, as screen readers require.
    fn level(&mut self, level: HeadingLevel) -> u8 {
        let below = self.around.below + 1 + (level as u8).saturating_sub(self.top_level);
        self.level = below.min(self.level + 1);
        self.level
    }

    /// The path that a relative link leads to.
    fn resolved(&self, written: &str) -> Option<String> {
        let address = decoded(Parts::of(written).address);
        resolve(folder_of(&below_content(&self.document.path)), &composed(&address)).filter(|_| !address.is_empty())
    }

    /// The web address of a link; `None` for a link into a site without a known address.
    fn address(&self, written: &str) -> Option<String> {
        const LONGEST: usize = 2_000;
        let shown = |address: &String| address.len() <= LONGEST && !address.is_empty();
        if is_external(written) {
            let known = ["http://", "https://", "mailto:"].iter().any(|scheme| written.starts_with(scheme));
            return known.then(|| written.to_owned()).filter(shown);
        }
        let base_url = self.around.base_url?;
        let Parts { query, fragment, .. } = Parts::of(written);
        let path = self.resolved(written)?;
        let page = encoded(self.around.page_of.get(&path).unwrap_or(&path));
        let fragment =
            if fragment.is_empty() { String::new() } else { format!("#{}", encoded(&composed(&decoded(fragment)))) };
        Some(format!("{base_url}{page}{query}{fragment}")).filter(shown)
    }

    /// The path of a picture below `content/`.
    fn picture(&mut self, written: &str, offset: usize) -> Result<String> {
        if is_external(written) {
            let message = format!("a picture from the web cannot be typeset: `{written}`");
            return Err(self.cannot(&message, offset, "keep a copy below content/"));
        }
        let path = self.resolved(written).filter(|path| self.around.pictures.has(path));
        let Some(path) = path else {
            let message = format!("the picture `{written}` does not exist");
            return Err(self.cannot(&message, offset, "its place is relative to the Markdown file"));
        };
        self.pictures.push((path.clone(), place(self.document, offset)));
        Ok(path)
    }

    fn cannot(&self, message: &str, offset: usize, hint: &str) -> Error {
        Error::data(message).at(place(self.document, offset)).hint(hint)
    }
}

fn alignment(alignment: &pulldown_cmark::Alignment) -> &'static str {
    match alignment {
        pulldown_cmark::Alignment::Right => "right",
        pulldown_cmark::Alignment::Center => "center",
        pulldown_cmark::Alignment::Left | pulldown_cmark::Alignment::None => "left",
    }
}

/// Whether the nodes contain no visible text.
fn is_blank(nodes: &[Value]) -> bool {
    let words: String = nodes.iter().map(plain).collect();
    fonts::is_blank(&words)
}

/// The plain text of a node.
fn plain(node: &Value) -> String {
    match node {
        Value::String(text) => text.clone(),
        Value::Object(object) => match (object.get("s").and_then(Value::as_str), object.get("c")) {
            (Some(text), _) => text.to_owned(),
            (None, Some(Value::Array(children))) => children.iter().map(plain).collect(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
