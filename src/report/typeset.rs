//! From a template and its data to a PDF, with `typst`.
//!
//! A [`ReportWorld`] is all that the template can see: its own files, `data.json`, the charts, pictures and tables of the
//! month. There is no file system, no network, no package and no clock behind it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use typst::diag::{At, FileError, FileResult, SourceDiagnostic, SourceResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::layout::Abs;
use typst::syntax::{FileId, Source, Span, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use typst_render::RenderOptions;

use super::paths::id_of;
use super::templates::Templates;
use crate::render::fonts::Fonts;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// Points between two pages of a picture.
const GAP: f64 = 8.0;

/// Archival with attachments, and accessible.
const STANDARDS: [PdfStandard; 2] = [PdfStandard::A_3a, PdfStandard::Ua_1];

/// The program that made a document, as its properties say.
const CREATOR: &str = "trackrecord";

/// Whether a file is a report of this program, of whatever month and record.
pub fn is_own(file: &[u8]) -> bool {
    let property = format!("/Creator({CREATOR})");
    file.starts_with(b"%PDF-") && memchr::memmem::find(file, property.as_bytes()).is_some()
}

/// One document to be typeset.
#[derive(Clone)]
pub struct ReportWorld<'a> {
    /// What messages call it.
    pub name: String,
    /// The template that is typeset.
    pub main: &'static str,
    /// The template and what it may import.
    pub templates: &'a Templates,
    /// What it is set in.
    pub fonts: &'a Fonts,
    /// Data, charts, pictures and attachments, by path.
    pub files: BTreeMap<String, Bytes>,
    /// The date the document bears.
    pub date: NaiveDate,
    /// What identifies it whatever becomes of its content.
    pub identity: String,
}

/// A typeset document.
pub struct Typeset {
    /// The finished PDF.
    pub pdf: Vec<u8>,
    /// What the compiler found odd: a font that is not there, content that was left out.
    pub warnings: Vec<SourceDiagnostic>,
}

impl ReportWorld<'_> {
    /// Typesets the document.
    ///
    /// # Errors
    /// What is wrong, in the compiler's terms.
    pub fn typeset(&self) -> SourceResult<Typeset> {
        let compiled = typst::compile(&self);
        let document = compiled.output?;
        let standards = PdfStandards::new(&STANDARDS).at(Span::detached())?;
        let options = PdfOptions {
            ident: Smart::Custom(self.identity.clone()),
            creator: Smart::Custom(Some(CREATOR.into())),
            timestamp: self.today(None).map(Timestamp::new_utc),
            standards,
            ..PdfOptions::default()
        };
        let pdf = typst_pdf::pdf(&document, &options)?;
        Ok(Typeset { pdf, warnings: compiled.warnings.to_vec() })
    }

    /// Typesets the document, and draws its pages below each other as one PNG with `scale` pixels a point.
    ///
    /// # Errors
    /// What is wrong, in the compiler's terms.
    pub fn picture(&self, scale: f64) -> SourceResult<Vec<u8>> {
        let document = typst::compile(&self).output?;
        let options = RenderOptions { pixel_per_pt: scale.into(), render_bleed: false };
        let drawn = typst_render::render_merged(&document, &options, Abs::pt(GAP), None);
        drawn.encode_png().map_err(|cause| cause.to_string()).at(Span::detached())
    }
}

impl World for &ReportWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        #[allow(clippy::expect_used, reason = "a literal of this program")]
        id_of(self.main).expect("a path")
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let path = path_of(id)?;
        self.templates.source(path).cloned().ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = path_of(id)?;
        let found = self.files.get(path).or_else(|| self.templates.file(path));
        found.cloned().ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    /// The date of the record, never the clock's.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        let part = |number: u32| u8::try_from(number).ok();
        Datetime::from_ymd(self.date.year(), part(self.date.month())?, part(self.date.day())?)
    }
}

impl ReportWorld<'_> {
    fn today(&self, offset: Option<Duration>) -> Option<Datetime> {
        World::today(&self, offset)
    }
}

/// The path of an id, unless it is in a package: there are none.
fn path_of(id: FileId) -> FileResult<&'static str> {
    let path = id.get();
    match path.root() {
        VirtualRoot::Project => Ok(path.vpath().get_without_slash()),
        VirtualRoot::Package(_) => {
            Err(FileError::Other(Some("packages are not fetched; put the file into templates/".into())))
        }
    }
}

/// Lets go of what the compiler remembers of documents before the last few: what they share stays.
pub fn forget() {
    typst::comemo::evict(KEPT);
}

/// Documents for which the compiler remembers what it worked out.
const KEPT: usize = 4;
