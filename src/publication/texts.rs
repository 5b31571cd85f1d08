//! What the author wrote, apart from the figures: other words change no figure.
//!
//! A text is read with [`Reads`] in hand, which notes its file. So it is known of every page and report which texts
//! it shows, and only those are made again that show one that has changed.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::calendar::YearMonth;
use crate::digest::Digest;
use crate::record::{Annotation, Document, Front, Record};

/// The author's texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    commentary: BTreeMap<YearMonth, Arc<Document>>,
    pages: BTreeMap<String, Arc<Document>>,
    notes: HashMap<PathBuf, Arc<NoteText>>,
}

/// What the trader's note on an order says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct NoteText {
    /// Its own identity, by which it is recorded.
    #[serde(skip)]
    pub id: String,
    /// Why.
    pub thesis: String,
    /// Why this size.
    pub position_size_rationale: String,
    /// When to get out.
    pub exit_plan: String,
    /// What came of it.
    pub outcome: String,
    /// Whether it went as expected.
    pub matched_expectation: Option<bool>,
    /// What to take from it.
    pub lesson: String,
    /// When outcome and lesson were written.
    pub completed_at: Option<DateTime<Utc>>,
    /// Free text in Markdown.
    pub body: String,
    /// The line of the file on which the free text starts.
    #[serde(skip)]
    pub body_line: usize,
    /// The front matter, for messages about short forms in it.
    #[serde(skip)]
    pub front: Option<Front>,
    /// The file, for messages about it.
    #[serde(skip)]
    pub path: PathBuf,
}

impl From<&Annotation> for NoteText {
    fn from(note: &Annotation) -> Self {
        let (pre, post) = (&note.pre_trade, note.post_trade.clone().unwrap_or_default());
        Self {
            id: note.id.clone(),
            thesis: pre.thesis.clone(),
            position_size_rationale: pre.position_size_rationale.clone(),
            exit_plan: pre.exit_plan.clone(),
            outcome: post.outcome,
            matched_expectation: post.matched_expectation,
            lesson: post.lesson,
            completed_at: post.completed_at,
            body: note.body.clone(),
            body_line: note.body_line,
            front: note.front.clone(),
            path: note.path.clone(),
        }
    }
}

/// The files of which something was read.
#[derive(Debug, Default)]
pub struct Reads(RefCell<HashSet<PathBuf>>);

impl Reads {
    /// Notes that a file was read.
    pub fn note(&self, path: &Path) {
        let mut paths = self.0.borrow_mut();
        if !paths.contains(path) {
            paths.insert(path.to_path_buf());
        }
    }

    /// All of them.
    pub fn into_paths(self) -> HashSet<PathBuf> {
        self.0.into_inner()
    }
}

/// A document that nobody has looked into yet: all that may be asked of it is what the navigation shows.
#[derive(Debug, Clone, Copy)]
pub struct Unread<'a>(&'a Document);

impl<'a> Unread<'a> {
    /// Its file's name without the ending.
    pub fn slug(self) -> &'a str {
        &self.0.slug
    }

    /// Its title.
    pub fn title(self) -> &'a str {
        &self.0.title
    }

    /// Whether it is left out unless drafts are asked for.
    pub fn is_draft(self) -> bool {
        self.0.is_held_back()
    }

    /// Its file, relative to the site's root.
    pub fn path(self) -> &'a Path {
        &self.0.path
    }

    /// It, for its front matter alone.
    pub(super) fn front(self) -> &'a Document {
        self.0
    }

    /// The text itself, after noting that it was read.
    pub fn read(self, reads: &Reads) -> &'a Document {
        reads.note(&self.0.path);
        self.0
    }
}

impl Texts {
    /// The texts of a record, with these of its notes.
    pub(super) fn new(record: &Record, notes: impl IntoIterator<Item = NoteText>) -> Self {
        Self {
            commentary: record.commentary.iter().map(|(month, text)| (*month, Arc::new(text.clone()))).collect(),
            pages: record.pages.iter().map(|(slug, text)| (slug.clone(), Arc::new(text.clone()))).collect(),
            notes: notes.into_iter().map(|note| (note.path.clone(), Arc::new(note))).collect(),
        }
    }

    /// Texts that are still to be read, of notes in these files.
    pub(super) fn unread(notes: impl IntoIterator<Item = PathBuf>) -> Self {
        let note = |path: PathBuf| (path, Arc::default());
        Self { notes: notes.into_iter().map(note).collect(), ..Self::default() }
    }

    /// The digest of which texts there are beside notes, whatever they say: pages lead to each other by it.
    pub fn outline(&self) -> Digest {
        let text = |text: &Arc<Document>| format!("{:?} {:?} {}", text.path, text.slug, text.is_held_back());
        Digest::of_parts(self.commentary.values().chain(self.pages.values()).map(text))
    }

    /// The files of the notes, in order.
    pub(super) fn note_paths(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = self.notes.keys().map(PathBuf::as_path).collect();
        paths.sort_unstable();
        paths
    }

    /// Takes over what a record says now, with the notes on the same orders as they were known at the end of a date. Only
    /// what `may_have_changed` names, and what is not there yet, can be other than before.
    pub(super) fn reword(
        &mut self,
        record: &Record,
        until: Option<NaiveDate>,
        may_have_changed: impl Fn(&Path) -> bool,
    ) {
        let again = |text: &Document, before: Option<&Arc<Document>>| {
            let same = before.filter(|before| before.path == text.path && !may_have_changed(&text.path));
            same.cloned().unwrap_or_else(|| Arc::new(text.clone()))
        };
        let commentary = record.commentary.iter();
        let commentary = commentary.map(|(month, text)| (*month, again(text, self.commentary.get(month)))).collect();
        let pages = record.pages.iter();
        let pages = pages.map(|(slug, text)| (slug.clone(), again(text, self.pages.get(slug)))).collect();
        (self.commentary, self.pages) = (commentary, pages);
        for note in record.annotations.iter().filter(|note| may_have_changed(&note.path)) {
            let known = match until {
                Some(until) => record.annotation_until(note, until),
                None => Some(note.clone()),
            };
            if let (Some(text), Some(known)) = (self.notes.get_mut(&note.path), known) {
                *text = Arc::new(NoteText::from(&known));
            }
        }
    }

    /// The commentary on a month.
    pub fn commentary(&self, month: YearMonth) -> Option<Unread<'_>> {
        self.commentary.get(&month).map(|text| Unread(text))
    }

    /// All commentary by month.
    pub fn all_commentary(&self) -> impl DoubleEndedIterator<Item = (YearMonth, Unread<'_>)> {
        self.commentary.iter().map(|(month, text)| (*month, Unread(text)))
    }

    /// The page of this slug.
    pub fn page(&self, slug: &str) -> Option<Unread<'_>> {
        self.pages.get(slug).map(|text| Unread(text))
    }

    /// All pages by slug.
    pub fn pages(&self) -> impl Iterator<Item = Unread<'_>> {
        self.pages.values().map(|text| Unread(text))
    }

    /// What a note says.
    pub fn note(&self, path: &Path, reads: &Reads) -> Option<&NoteText> {
        let note = self.notes.get(path)?;
        reads.note(path);
        Some(note)
    }
}

/// For tests that write texts of their own.
#[cfg(test)]
impl Texts {
    pub(crate) fn set_commentary(&mut self, month: YearMonth, text: Option<Document>) {
        match text {
            Some(text) => self.commentary.insert(month, Arc::new(text)),
            None => self.commentary.remove(&month),
        };
    }

    pub(crate) fn set_page(&mut self, slug: &str) {
        let page = Document {
            slug: slug.to_owned(),
            title: format!("The page {slug}"),
            is_titled: true,
            tags: Vec::new(),
            summary: String::new(),
            draft: false,
            not_before: None,
            date: None,
            body: "Words.\n".to_owned(),
            body_line: 1,
            path: PathBuf::from(format!("content/{slug}.md")),
        };
        self.pages.insert(slug.to_owned(), Arc::new(page));
    }

    pub(crate) fn page_mut(&mut self, slug: &str) -> &mut Document {
        Arc::make_mut(self.pages.get_mut(slug).unwrap())
    }

    pub(crate) fn commentary_mut(&mut self, month: YearMonth) -> &mut Document {
        Arc::make_mut(self.commentary.get_mut(&month).unwrap())
    }

    pub(crate) fn set_note(&mut self, note: NoteText) {
        self.notes.insert(note.path.clone(), Arc::new(note));
    }

    pub(crate) fn note_mut(&mut self, path: &Path) -> &mut NoteText {
        Arc::make_mut(self.notes.get_mut(path).unwrap())
    }
}
