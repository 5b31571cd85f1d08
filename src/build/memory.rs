//! What a build leaves in `.cache/build.json`, from which the next one sees that nothing has changed.
//!
//! It is only ever a proof that the work is done: what is damaged, from another program or made with other settings
//! proves nothing, and the site is built from its files.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Options;
use super::inputs;
use super::kept_figures::{FiguresText, KeptFigures};
use super::listing::{self, Listing, Stamps};
use crate::config::Config;
use crate::digest::{Digest, Running};
use crate::file_content::FileContent;
use crate::kept::{Before, Kept, Made};
use crate::program;
use crate::record::{Record, store};
use crate::site::Files;
use crate::site_dir::{ReadFiles, SiteDir};
use crate::{Error, Result};

/// Everything a build depends on beside files: the program, the settings, the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Key(Digest);

impl Key {
    /// `None` where this program cannot be identified.
    fn of(config: &Config, today: NaiveDate, options: &Options, out: &Path) -> Option<Self> {
        let out = std::path::absolute(out).ok()?;
        let out = Digest::of(out.to_string_lossy().as_bytes());
        let settings = inputs::of_settings(config, std::env::vars_os(), today, options);
        Some(Self(Digest::of_parts([of_program()?, settings, out])))
    }
}

/// `None` where this program cannot be identified.
fn of_program() -> Option<Digest> {
    program::identity().map(|identity| Digest::of(identity.as_bytes()))
}

/// What a finished build has to say once more when nothing has changed since.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Said {
    /// How many files the site has.
    pub files: usize,
    /// Warnings about the record.
    pub warnings: usize,
    /// What was odd about the reports.
    pub reports: Vec<String>,
}

/// A finished build.
#[derive(Serialize, Deserialize)]
struct Finished {
    key: Key,
    inputs: Listing,
    outputs: Listing,
    said: Said,
    /// What each page, table and report was made from.
    made: BTreeMap<String, Made>,
}

/// The files a build is made from, as they stood before anything was read of them.
pub struct Look {
    /// When it began, by the clock of the site's file system.
    began: i64,
    inputs: Listing,
    /// Files of data that were read for it.
    read: ReadFiles,
}

impl Look {
    /// Looks into every one of them. `None` where nothing can be remembered here, or a file cannot be read.
    pub fn at(site: &SiteDir) -> Option<Self> {
        Self::since(site, &Listing::default())
    }

    /// Looks into those alone that have changed since an earlier listing.
    fn since(site: &SiteDir, earlier: &Listing) -> Option<Self> {
        let began = listing::now(&site.cache()).ok()?;
        let (inputs, read) = inputs::all(site, began, earlier).ok()?;
        Some(Self { began, inputs, read })
    }

    /// The site as it was looked at, for reading its record once.
    pub fn seen(&mut self, site: &SiteDir) -> SiteDir {
        site.with_read(std::mem::take(&mut self.read))
    }
}

/// The memory of builds, while one is going on.
pub struct Memory<'a> {
    site: &'a SiteDir,
    out: &'a Path,
    file: PathBuf,
    key: Key,
    last: Option<Finished>,
    look: Look,
    figures: KeptFigures,
}

impl<'a> Memory<'a> {
    /// Looks at every file the build is made from. `None` where nothing can be remembered here, or a file cannot be read: the
    /// build then says so with more to the point.
    pub fn open(
        site: &'a SiteDir,
        config: &Config,
        today: NaiveDate,
        options: &Options,
        out: &'a Path,
    ) -> Option<Self> {
        // What a writer that died had begun would change the files only when they are read.
        store::finish_interrupted(site).ok()?;
        Self::with(|earlier| Look::since(site, earlier), site, config, today, options, out)
    }

    /// The same for a build whose files were looked at before its settings were known.
    pub fn after(
        look: Look,
        site: &'a SiteDir,
        config: &Config,
        today: NaiveDate,
        options: &Options,
        out: &'a Path,
    ) -> Option<Self> {
        Self::with(|_| Some(look), site, config, today, options, out)
    }

    /// `look` gets what the last build found.
    fn with(
        look: impl FnOnce(&Listing) -> Option<Look>,
        site: &'a SiteDir,
        config: &Config,
        today: NaiveDate,
        options: &Options,
        out: &'a Path,
    ) -> Option<Self> {
        let key = Key::of(config, today, options, out)?;
        let (file, last) = last(site, key);
        let nothing = Listing::default();
        let look = look(last.as_ref().map_or(&nothing, |last| &last.inputs))?;
        let data = inputs::of_data(&config.of_figures(), today, &look.inputs);
        let figures = KeptFigures::new(site, Digest::of_parts([of_program()?, data]));
        Some(Self { site, out, file, key, last, look, figures })
    }

    /// The site as it was looked at, for reading its record once.
    pub fn seen(&mut self) -> SiteDir {
        self.look.seen(self.site)
    }

    /// What the last build said, if it was made from the same and its site still stands as it was written.
    pub fn unchanged(&mut self) -> Option<Said> {
        let last = self.last.as_ref().filter(|last| last.inputs.has_same_content(&self.look.inputs))?;
        let outputs = Listing::of(self.out, &output_stamps(self.out).ok()?, self.look.began, &last.outputs).ok()?;
        if !outputs.has_same_content(&last.outputs) {
            return None;
        }
        let said = last.said.clone();
        if last.inputs.has_recent() || last.outputs.has_recent() {
            let (key, inputs, made) = (self.key, self.look.inputs.clone(), last.made.clone());
            let finished = Finished { key, inputs, outputs, said: said.clone(), made };
            // If that fails, the same files are read again next time.
            let _ = write_finished(&self.file, &finished);
        }
        Some(said)
    }

    /// Where figures are kept from one build to the next.
    pub fn figures(&self) -> &KeptFigures {
        &self.figures
    }

    /// The files of the last build with their contents, if each still is what was written.
    pub fn standing(&self) -> Option<Files> {
        let outputs: Vec<_> = self.last.as_ref()?.outputs.digests().collect();
        let read = |&(path, digest): &(&str, Digest)| {
            let bytes = std::fs::read(self.out.join(path)).ok()?;
            (Digest::of(&bytes) == digest).then(|| (path.to_owned(), FileContent::with_digest(bytes, digest)))
        };
        outputs.par_iter().map(read).collect()
    }

    /// The files of the last build that this one may take as they are, as far as they were made from the same as now.
    pub fn kept(&self, record: &Record) -> Kept {
        let before = self.last.as_ref().map(|last| last.made.clone()).unwrap_or_default();
        self.keeping(record, before)
    }

    /// Nothing of the last build, but everything for the next one.
    pub fn kept_from_now(&self, record: &Record) -> Kept {
        self.keeping(record, BTreeMap::new())
    }

    fn keeping(&self, record: &Record, before: BTreeMap<String, Made>) -> Kept {
        let base = inputs::of_figures(self.figures.data(), inputs::outline(record));
        let outputs = self.last.as_ref().map(|last| &last.outputs).zip(output_stamps(self.out).ok());
        let known = outputs.map(|(outputs, stamps)| outputs.known(&stamps)).unwrap_or_default();
        let files = Before::Folder { path: self.out.to_path_buf(), known };
        Kept::new(base, Arc::new(inputs::of_texts(&self.look.inputs)), Arc::new(before), files)
    }

    /// Remembers a build that wrote these files, and figures that were computed for it, unless something was changed while
    /// it went on.
    ///
    /// # Errors
    /// A memory that cannot be written. The site is finished all the same.
    pub fn keep(
        self,
        files: &Files,
        said: Said,
        made: BTreeMap<String, Made>,
        computed: Option<&FiguresText>,
    ) -> Result<()> {
        let outputs = || output_stamps(self.out).ok().and_then(|now| Listing::written(&now, self.look.began, files));
        match rayon::join(|| inputs::all(self.site, self.look.began, &self.look.inputs), outputs) {
            (Ok((inputs, _)), Some(outputs)) if inputs.has_same_content(&self.look.inputs) => {
                let finished = Finished { key: self.key, inputs, outputs, said, made };
                let figures = || computed.map_or(Ok(()), |figures| self.figures.write(figures));
                let (remembered, kept) = rayon::join(|| write_finished(&self.file, &finished), figures);
                remembered.and(kept).map_err(|cause| Error::io("remember the build", &self.file, cause))
            }
            _ => Ok(()),
        }
    }
}

/// Where builds are remembered, and the last one of this kind.
fn last(site: &SiteDir, key: Key) -> (PathBuf, Option<Finished>) {
    let file = site.cache().join("build.json");
    let last = read(&file).filter(|last| last.key == key);
    (file, last)
}

fn output_stamps(out: &Path) -> Result<Stamps> {
    listing::stamps(out, [""], |_| false)
}

/// The digest of the rest stands on the first line: a file that was cut short or edited is none.
fn read(file: &Path) -> Option<Finished> {
    let text = std::fs::read_to_string(file).ok()?;
    let (digest, rest) = text.split_once('\n')?;
    (digest.parse() == Ok(Digest::of(rest.as_bytes()))).then(|| serde_json::from_str(rest).ok())?
}

fn write_finished(file: &Path, finished: &Finished) -> std::io::Result<()> {
    write(file, &[&serde_json::to_vec(finished)?])
}

/// Writes parts with line breaks between them behind a line with the digest of all that, for no one else to read: this is as
/// private as the record.
pub(super) fn write(file: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let pieces: Vec<&[u8]> = parts.iter().flat_map(|part| [b"\n".as_slice(), part]).skip(1).collect();
    let mut digest = Running::default();
    pieces.iter().for_each(|piece| digest.update(piece));
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(written, "{}", digest.so_far())?;
    pieces.iter().try_for_each(|piece| written.write_all(piece))?;
    written.persist(file).map(drop).map_err(|failed| failed.error)
}
