//! `.cache/figures`: the figures of the last build, for the next one with the same data.
//!
//! ```text
//! digest of all that follows
//! head: what they were computed from
//! the publication without the author's texts
//! private values
//! ```
//!
//! The file is as private as the record. What is damaged, from another program or made from other data or settings is as
//! good as nothing.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::figures::Figures;
use super::inputs;
use crate::config::Config;
use crate::digest::Digest;
use crate::publication::scan::Secrets;
use crate::publication::{kept, reword};
use crate::record::{DataOfTexts, HeldRecord, Severity};
use crate::render::tables;
use crate::site_dir::SiteDir;

/// What figures were computed from.
#[derive(Serialize, Deserialize)]
struct Head {
    /// The program, the settings of figures and the files of data.
    data: Digest,
    /// What figures take from texts.
    outline: Digest,
    data_of_texts: DataOfTexts,
}

/// Figures as they are kept.
pub struct FiguresText {
    head: Vec<u8>,
    publication: String,
    secrets: Vec<u8>,
}

/// Where figures are kept, and what they are computed from this time.
pub struct KeptFigures {
    file: PathBuf,
    data: Digest,
}

impl KeptFigures {
    /// Those of a site with this program, these settings of figures and these files of data.
    pub fn new(site: &SiteDir, data: Digest) -> Self {
        Self { file: site.cache().join("figures"), data }
    }

    /// What all files of the site are made from that hold figures, whatever texts there are.
    pub fn data(&self) -> Digest {
        self.data
    }

    /// The texts of the record as they are now, and the figures, if those would be computed from the same.
    pub fn read(&self, site: &SiteDir, config: &Config) -> Option<(HeldRecord, Figures)> {
        let bytes = std::fs::read(&self.file).ok()?;
        let (digest, rest) = line(&bytes)?;
        let (head, rest) = line(rest)?;
        let head: Head = serde_json::from_slice(head).ok().filter(|head: &Head| head.data == self.data)?;
        if std::str::from_utf8(digest).ok()?.parse() != Ok(Digest::of(bytes.get(digest.len() + 1..)?)) {
            return None;
        }
        let (publication, secrets) = line(rest)?;
        let publication = || kept::read(std::str::from_utf8(publication).ok()?);
        let (publication, (secrets, held)) = rayon::join(publication, || {
            rayon::join(|| Secrets::read(secrets, config), || HeldRecord::of_texts(site, head.data_of_texts))
        });
        let (mut publication, secrets) = publication.zip(secrets)?;
        let record = held.record();
        // What is wrong with a text is said beside what may be wrong with data.
        let is_sound = record.findings.iter().all(|finding| finding.severity != Severity::Error);
        if !is_sound || inputs::outline(record) != head.outline {
            return None;
        }
        reword(&mut publication, record, config, None);
        let tables = Arc::new(tables::all(&publication));
        let figures = Figures { publication: Arc::new(publication), secrets: Arc::new(secrets), tables };
        Some((held, figures.under(config)))
    }

    /// Figures as they are kept; `None` of those that would not come back the same.
    pub fn text(&self, held: &HeldRecord, figures: &Figures) -> Option<FiguresText> {
        let outline = inputs::outline(held.record());
        let head = Head { data: self.data, outline, data_of_texts: held.data_of_texts() };
        let (publication, secrets) =
            rayon::join(|| kept::written(&figures.publication), || figures.secrets.written());
        Some(FiguresText { head: serde_json::to_vec(&head).ok()?, publication: publication?, secrets: secrets? })
    }

    /// Keeps figures.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, figures: &FiguresText) -> std::io::Result<()> {
        let FiguresText { head, publication, secrets } = figures;
        super::memory::write(&self.file, &[head, publication.as_bytes(), secrets])
    }
}

/// The first line, and what follows it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, rest) = bytes.split_at_checked(memchr::memchr(b'\n', bytes)?)?;
    Some((line, rest.get(1..)?))
}

#[cfg(test)]
#[path = "kept_figures_tests.rs"]
mod tests;
