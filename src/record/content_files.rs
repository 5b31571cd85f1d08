//! The files of `content/`: which of them are read, and as what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;
use walkdir::{DirEntry, WalkDir};

use super::files::read_text;
use super::{Annotation, Document, Finding, FindingKind, Record, Severity, content, dated_texts};
use crate::calendar::YearMonth;
use crate::direction::without_turns;
use crate::error::{Error, Place, Result};
use crate::site_dir::{SiteDir, without_case};

/// The endings of Markdown, in any case.
const MARKDOWN: [&str; 2] = ["md", "markdown"];
/// The endings of other texts that someone may take for pages.
const NOT_READ: [&str; 12] =
    ["adoc", "asciidoc", "htm", "html", "mdown", "mdx", "mkd", "mkdn", "org", "qmd", "rst", "textile"];

/// What the names of posts begin with.
const POSTS: &str = "posts/";

/// A text of the trader's.
#[derive(Debug, Clone)]
pub(super) enum Text {
    Annotation(Box<Annotation>),
    Commentary(YearMonth, Document),
    Page(Document),
}

/// Where a text of a record stands in it, and the text that may take this place.
pub(super) enum InRecord<'a, 'b> {
    Annotation(&'a mut Annotation, &'b Annotation),
    Document(&'a mut Document, &'b Document),
}

impl Text {
    /// Reads one of the same kind.
    fn read_as(&self, text: &str, path: &Path, today: NaiveDate) -> Result<Self> {
        match self {
            Self::Annotation(_) => annotation(text, path, today),
            Self::Commentary(..) => commentary(text, path, today),
            Self::Page(_) => page(text, path, today),
        }
    }

    /// Whether both are the same text, whatever it says.
    fn is_reworded(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Annotation(note), Self::Annotation(other)) => note.without_words() == other.without_words(),
            (Self::Commentary(month, text), Self::Commentary(other_month, other)) => {
                month == other_month && text.path == other.path
            }
            (Self::Page(text), Self::Page(other)) => (&text.slug, &text.path) == (&other.slug, &other.path),
            _ => false,
        }
    }

    /// The text of the same file in a record; `None` where that is left out of it.
    pub(super) fn place_in<'a, 'b>(&'b self, record: &'a mut Record) -> Option<InRecord<'a, 'b>> {
        let of_file = |place: &&mut Document, text: &Document| place.path == text.path;
        match self {
            Self::Annotation(note) => {
                let place = record.annotations.iter_mut().find(|place| place.path == note.path)?;
                Some(InRecord::Annotation(place, note))
            }
            Self::Commentary(month, text) => {
                let place = record.commentary.get_mut(month).filter(|place| of_file(place, text))?;
                Some(InRecord::Document(place, text))
            }
            Self::Page(text) => {
                let place = record.pages.get_mut(&text.slug).filter(|place| of_file(place, text))?;
                Some(InRecord::Document(place, text))
            }
        }
    }
}

/// What `content/` holds, in the order of the files.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Each text with its place, or what is wrong with it.
    texts: Vec<(Place, Result<Text, Finding>)>,
    /// What is to be said of other files.
    findings: Vec<Finding>,
}

/// Reads everything below `content/`, of which nothing can have been written after `today`. A file that cannot be read becomes a finding, and so does one that is left out.
pub(super) fn read(site: &SiteDir, today: NaiveDate) -> Content {
    Content::default().read_again(site, today, |_| true)
}

fn annotation(text: &str, path: &Path, today: NaiveDate) -> Result<Text> {
    Ok(Text::Annotation(Box::new(dated_texts::note(content::annotation(text, path)?, today)?)))
}

fn page(text: &str, path: &Path, today: NaiveDate) -> Result<Text> {
    let page = Document { slug: page_slug(path), ..content::document(text, path)? };
    let page = if page.slug.starts_with(POSTS) { content::post(page)? } else { page };
    let date = page.date;
    Ok(Text::Page(dated_texts::document(page, date, today)?))
}

fn commentary(text: &str, path: &Path, today: NaiveDate) -> Result<Text> {
    let document = content::document(text, path)?;
    let month: YearMonth = document.slug.parse().map_err(|message: String| {
        Error::data(message).at(Place::file(path)).hint("name the file after its month")
    })?;
    let dates = document.date.into_iter().chain([month.first_day()]);
    Ok(Text::Commentary(month, dated_texts::document(document, dates, today)?))
}

impl Content {
    /// What `content/` holds now. Of the files that were read before only those are read again that may have changed.
    pub fn read_again(
        self,
        site: &SiteDir,
        today: NaiveDate,
        may_have_changed: impl Fn(&Path) -> bool + Sync,
    ) -> Self {
        let root = site.root();
        let found = ContentFiles::of(site);
        let findings = found.findings(root);
        let known: BTreeMap<PathBuf, Result<Text, Finding>> =
            self.texts.into_iter().map(|(place, text)| (place.path, text)).collect();
        let each = |paths: &[PathBuf], read: fn(&str, &Path, NaiveDate) -> Result<Text>| -> Vec<_> {
            let one = |path: &PathBuf| {
                let place = Place::file(path).relative_to(root);
                if let Some(text) = known.get(&place.path).filter(|_| !may_have_changed(&place.path)) {
                    return (place, text.clone());
                }
                let text = read_text(path, site).and_then(|text| read(&text, &place.path, today));
                let text = text.map_err(|error| Finding::from_error(FindingKind::Unreadable, &error));
                (place, text)
            };
            paths.par_iter().map(one).collect()
        };
        let texts =
            [each(&found.annotations, annotation), each(&found.commentary, commentary), each(&found.pages, page)];
        Self { texts: texts.into_iter().flatten().collect(), findings }
    }

    /// These files as they are now with their numbers, if they are texts as before that say something else; `None` where anything
    /// else has happened.
    pub fn other_words(
        &self,
        site: &SiteDir,
        changed: &BTreeSet<PathBuf>,
        today: NaiveDate,
    ) -> Option<Vec<(usize, Text)>> {
        let other = |path: &PathBuf| {
            let number = self.texts.iter().position(|(place, _)| place.path == *path)?;
            let before = self.texts.get(number)?.1.as_ref().ok()?;
            let file = site.root().join(path);
            let text = before.read_as(&read_text(&file, site).ok()?, path, today).ok()?;
            before.is_reworded(&text).then_some((number, text))
        };
        changed.iter().map(other).collect()
    }

    /// Puts such texts in the place of those before.
    pub fn put_words(&mut self, texts: Vec<(usize, Text)>) {
        for (number, text) in texts {
            if let Some((_, place)) = self.texts.get_mut(number) {
                *place = Ok(text);
            }
        }
    }

    /// Puts the texts into a record. Of two that would be the same thing the first counts; the other is a finding.
    pub fn put_into(&self, record: &mut Record) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        findings.extend(self.texts.iter().filter_map(|(_, text)| text.as_ref().err().cloned()));
        let mut ids: BTreeMap<String, Place> = BTreeMap::new();
        let mut slugs: BTreeMap<String, String> = BTreeMap::new();
        let mut conflict = |place: Place, message: String, next: &str| {
            findings.push(Finding::new(Severity::Error, FindingKind::Conflict, message, next).at(place));
        };
        let read = self.texts.iter().filter_map(|(place, text)| Some((place.clone(), text.as_ref().ok()?.clone())));
        for (place, text) in read {
            match text {
                Text::Annotation(note) => {
                    if let Some(first) = ids.insert(note.id.clone(), place.clone()) {
                        conflict(
                            place,
                            format!("annotation id `{}` is taken by {first}", note.id),
                            "give it another id",
                        );
                    }
                    record.annotations.push(*note);
                }
                Text::Commentary(month, document) => match record.commentary.get(&month) {
                    Some(first) => {
                        let message = format!("{} is on the same month", first.path.display());
                        conflict(place, message, "join the two files");
                    }
                    None => drop(record.commentary.insert(month, document)),
                },
                Text::Page(document) => {
                    let one_file = without_case(&document.slug).into_owned();
                    match slugs.get(&one_file).and_then(|slug| record.pages.get(slug)) {
                        Some(first) => {
                            let why = match first.slug == document.slug {
                                true => "",
                                false => " on computers and hosts that do not tell capitals from small letters",
                            };
                            let message = format!("{} would be the same page{why}", first.path.display());
                            conflict(place, message, "rename one of the two files");
                        }
                        None => {
                            slugs.insert(one_file, document.slug.clone());
                            record.pages.insert(document.slug.clone(), document);
                        }
                    }
                }
            }
        }
        record.annotations.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        findings
    }
}

/// The Markdown files of a site by what they are, each in the order of their paths, in sub-folders too.
#[derive(Debug, Default)]
struct ContentFiles {
    /// Below `content/trades/`.
    annotations: Vec<PathBuf>,
    /// Below `content/months/`.
    commentary: Vec<PathBuf>,
    /// Everywhere else.
    pages: Vec<PathBuf>,
    /// Texts in another form, which are left out.
    left_out: Vec<PathBuf>,
    /// Markdown below folders such as `_drafts`, which generators leave out.
    kept_back: Vec<PathBuf>,
    /// Folders that cannot be read.
    errors: Vec<Error>,
}

impl ContentFiles {
    /// Looks for them. Hidden files are none of ours.
    fn of(site: &SiteDir) -> Self {
        let mut files = Self::default();
        if !site.content().is_dir() {
            return files;
        }
        let is_visible =
            |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
        let walk = WalkDir::new(site.content()).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(is_visible) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => files.add(site, entry.into_path()),
                Ok(_) => {}
                Err(error) => {
                    let place = Place::file(error.path().unwrap_or(&site.content())).relative_to(site.root());
                    files.errors.push(Error::data("cannot read the folder").at(place).because(error));
                }
            }
        }
        files
    }

    fn add(&mut self, site: &SiteDir, path: PathBuf) {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if MARKDOWN.contains(&ending.as_str()) {
            let folders = path.strip_prefix(site.content()).ok().and_then(Path::parent).unwrap_or(Path::new(""));
            let list = match () {
                () if folders.iter().any(|folder| folder.to_string_lossy().starts_with('_')) => &mut self.kept_back,
                () if path.starts_with(site.annotations()) => &mut self.annotations,
                () if path.starts_with(site.commentary()) => &mut self.commentary,
                () => &mut self.pages,
            };
            list.push(path);
        } else if NOT_READ.contains(&ending.as_str()) {
            self.left_out.push(path);
        }
    }

    /// What was left out, for its owner to know.
    fn findings(&self, root: &Path) -> Vec<Finding> {
        let unreadable = self.errors.iter().map(|error| Finding::from_error(FindingKind::Unreadable, error));
        let finding = |path: &PathBuf| {
            let next = "write it as Markdown in a file that ends in .md; only where a page links to it is it copied as it is";
            let place = Place::file(path).relative_to(root);
            Finding::new(Severity::Note, FindingKind::NotRead, "it is no Markdown, and no page is made of it", next)
                .at(place)
        };
        let kept_back = self.kept_back.iter().map(|path| {
            let message = "its folder begins with `_`, and no page is made of it";
            let next = "move it into another folder to publish it; a text is a draft with `draft = true` in its front matter";
            Finding::new(Severity::Note, FindingKind::NotRead, message, next).at(Place::file(path).relative_to(root))
        });
        unreadable.chain(self.left_out.iter().map(finding)).chain(kept_back).collect()
    }
}

/// What names a page of the author's own: its path below `content/` without the ending. A file called `index` stands
/// for its folder.
fn page_slug(path: &Path) -> String {
    let below = path.strip_prefix("content").unwrap_or(path).with_extension("");
    let parts: Vec<_> = below.iter().map(|part| without_turns(&part.to_string_lossy().nfc().to_string())).collect();
    match parts.as_slice() {
        [folders @ .., last] if last == "index" && !folders.is_empty() => folders.join("/"),
        all => all.join("/"),
    }
}

#[cfg(test)]
#[path = "content_files_tests.rs"]
mod tests;
