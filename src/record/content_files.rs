//! The files of `content/`: which of them are read, and as what.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;
use walkdir::{DirEntry, WalkDir};

use super::files::read_text;
use super::{Annotation, Document, Finding, FindingKind, Record, Severity, content};
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
    fn read_as(&self, text: &str, path: &Path) -> Result<Self> {
        match self {
            Self::Annotation(_) => annotation(text, path),
            Self::Commentary(..) => commentary(text, path),
            Self::Page(_) => page(text, path),
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

/// Reads everything below `content/`. A file that cannot be read becomes a finding, and so does one that is left out.
pub(super) fn read(site: &SiteDir) -> Content {
    Content::default().read_again(site, |_| true)
}

fn annotation(text: &str, path: &Path) -> Result<Text> {
    Ok(Text::Annotation(Box::new(content::annotation(text, path)?)))
}

fn page(text: &str, path: &Path) -> Result<Text> {
    let page = Document { slug: page_slug(path), ..content::document(text, path)? };
    Ok(Text::Page(if page.slug.starts_with(POSTS) { content::post(page)? } else { page }))
}

fn commentary(text: &str, path: &Path) -> Result<Text> {
    let document = content::document(text, path)?;
    let month = document.slug.parse().map_err(|message: String| {
        Error::data(message).at(Place::file(path)).hint("name the file after its month")
    })?;
    Ok(Text::Commentary(month, document))
}

impl Content {
    /// What `content/` holds now. Of the files that were read before only those are read again that may have changed.
    pub fn read_again(self, site: &SiteDir, may_have_changed: impl Fn(&Path) -> bool + Sync) -> Self {
        let root = site.root();
        let found = ContentFiles::of(site);
        let findings = found.findings(root);
        let known: BTreeMap<PathBuf, Result<Text, Finding>> =
            self.texts.into_iter().map(|(place, text)| (place.path, text)).collect();
        let each = |paths: &[PathBuf], read: fn(&str, &Path) -> Result<Text>| -> Vec<_> {
            let one = |path: &PathBuf| {
                let place = Place::file(path).relative_to(root);
                if let Some(text) = known.get(&place.path).filter(|_| !may_have_changed(&place.path)) {
                    return (place, text.clone());
                }
                let text = read_text(path, site).and_then(|text| read(&text, &place.path));
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
    pub fn other_words(&self, site: &SiteDir, changed: &BTreeSet<PathBuf>) -> Option<Vec<(usize, Text)>> {
        let other = |path: &PathBuf| {
            let number = self.texts.iter().position(|(place, _)| place.path == *path)?;
            let before = self.texts.get(number)?.1.as_ref().ok()?;
            let file = site.root().join(path);
            let text = before.read_as(&read_text(&file, site).ok()?, path).ok()?;
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
        let mut pages: BTreeMap<String, (String, PathBuf)> = BTreeMap::new();
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
                Text::Page(document) => match pages.entry(without_case(&document.slug).into_owned()) {
                    Entry::Occupied(first) => {
                        let (slug, first) = first.get();
                        let why = match *slug == document.slug {
                            true => "",
                            false => " on computers and hosts that do not tell capitals from small letters",
                        };
                        let message = format!("{} would be the same page{why}", first.display());
                        conflict(place, message, "rename one of the two files");
                    }
                    Entry::Vacant(free) => {
                        free.insert((document.slug.clone(), document.path.clone()));
                        record.pages.insert(document.slug.clone(), document);
                    }
                },
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
mod tests {
    use super::*;

    fn found(names: &[&str]) -> ContentFiles {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        for name in names {
            let path = site.content().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let mut files = ContentFiles::of(&site);
        let lists = [&mut files.annotations, &mut files.commentary, &mut files.pages, &mut files.left_out];
        for path in lists.into_iter().flatten() {
            *path = path.strip_prefix(site.content()).unwrap().to_path_buf();
        }
        files
    }

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn markdown_is_found_in_every_folder_and_with_every_ending() {
        let files = found(&[
            "about.md",
            "Notes.MD",
            "research/idea.markdown",
            "research/deep/er.md",
            "months/2025/2025-03.md",
            "trades/a.md",
            "trades/2025/b.Markdown",
        ]);
        assert_eq!(files.pages, paths(&["Notes.MD", "about.md", "research/deep/er.md", "research/idea.markdown"]));
        assert_eq!(files.commentary, paths(&["months/2025/2025-03.md"]));
        assert_eq!(files.annotations, paths(&["trades/2025/b.Markdown", "trades/a.md"]));
    }

    #[test]
    fn what_is_no_page_is_named_and_hidden_files_are_not() {
        let files = found(&["a.mdx", "b.rst", "c.txt", "d.png", ".e.md", ".git/f.md", "g.md~"]);
        assert!(files.pages.is_empty());
        assert_eq!(files.left_out, paths(&["a.mdx", "b.rst"]));
        assert_eq!(files.findings(Path::new("")).len(), 2);
        let files = found(&["_drafts/a.md", "months/_later/2025-03.md", "research/_b.md"]);
        assert_eq!((files.pages.len(), files.commentary.len(), files.kept_back.len()), (1, 0, 2));
        assert!(files.findings(Path::new(""))[0].message.contains("begins with `_`"));
    }

    #[test]
    fn of_two_files_for_one_page_the_first_counts_and_the_other_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        for (name, text) in [
            ("research.md", "one"),
            ("research/index.md", "two"),
            ("posts/2025-03-01-cash.md", "one"),
            ("posts/2025-03-01-cash/index.md", "two"),
            ("months/2025-03.md", "one"),
            ("months/2025-03.markdown", "two"),
        ] {
            let path = site.content().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut record = Record::default();
        let mut said: Vec<_> = read(&site)
            .put_into(&mut record)
            .into_iter()
            .map(|finding| (finding.place.unwrap().to_string(), finding.message))
            .collect();
        said.sort();
        assert_eq!(
            said,
            [
                ("content/months/2025-03.md".into(), "content/months/2025-03.markdown is on the same month".into()),
                (
                    "content/posts/2025-03-01-cash.md".into(),
                    "content/posts/2025-03-01-cash/index.md would be the same page".to_owned(),
                ),
                ("content/research.md".into(), "content/research/index.md would be the same page".to_owned()),
            ]
        );
        assert_eq!(record.pages["research"].body, "two");
    }

    #[test]
    fn files_whose_pages_differ_in_case_or_in_how_an_accent_is_written_are_one_page() {
        let page = |path: &str| {
            (Place::file(path), page("+++\ndate = 2026-01-01\n+++\nx", Path::new(path)).map_err(|_| unreachable!()))
        };
        let texts = [
            "posts/a.md",
            "posts/A.md",
            "posts/e\u{301}.md",
            "posts/\u{c9}.md",
            "posts/\u{e9}.markdown",
            "posts/b.md",
        ];
        let texts = texts.map(|path| page(&format!("content/{path}"))).to_vec();
        let mut record = Record::default();
        let found = Content { texts, findings: Vec::new() }.put_into(&mut record);
        let said: Vec<_> =
            found.iter().map(|found| (found.place.clone().unwrap().to_string(), found.message.as_str())).collect();
        let other = |name: &str, why: &str| format!("content/posts/{name}.md would be the same page{why}");
        let case = " on computers and hosts that do not tell capitals from small letters";
        assert_eq!(
            said.iter().map(|(place, message)| (place.as_str(), (*message).to_owned())).collect::<Vec<_>>(),
            [
                ("content/posts/A.md", other("a", case)),
                ("content/posts/\u{c9}.md", other("e\u{301}", case)),
                ("content/posts/\u{e9}.markdown", other("e\u{301}", "")),
            ]
        );
        assert_eq!(record.pages.keys().collect::<Vec<_>>(), ["posts/a", "posts/b", "posts/\u{e9}"]);
    }

    #[test]
    fn a_page_is_named_by_its_path_and_an_index_by_its_folder() {
        let slug = |path: &str| page_slug(Path::new(path));
        assert_eq!(slug("content/about.md"), "about");
        assert_eq!(slug("content/a\u{202e}b.md"), "ab");
        assert_eq!(slug("content/research/idea.v2.markdown"), "research/idea.v2");
        assert_eq!(slug("content/research/index.md"), "research");
        assert_eq!(slug("content/index.md"), "index", "the text of the front page");
    }
}
