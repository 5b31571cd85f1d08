//! The files that a site is made from, and what depends on which of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::Options;
use super::listing::{self, Listing};
use crate::Result;
use crate::config::{Config, OfFigures};
use crate::digest::Digest;
use crate::kept::Digests;
use crate::record::{Annotation, Record};
use crate::render::pictures::is_picture;
use crate::site_dir::{INPUT_FOLDERS, PROOF, ReadFiles, SiteDir, is_input};

fn is_no_input(path: &str) -> bool {
    !is_input(Path::new(path))
}

/// All input files of a site as they are now, with the contents of those files of data that were read for it: only those that
/// `earlier` does not know.
///
/// # Errors
/// A file or folder that cannot be read.
pub fn all(site: &SiteDir, taken: i64, earlier: &Listing) -> Result<(Listing, ReadFiles)> {
    let stamps = listing::stamps(site.root(), INPUT_FOLDERS, is_no_input)?;
    Listing::with_contents(site.root(), &stamps, taken, earlier, is_data)
}

/// No figure follows from what was recorded of figures.
fn is_data(path: &str) -> bool {
    is_at_or_below(path, "data") && !is_at_or_below(path, PROOF)
}

/// Makes a listing that of the input files as they are now. Gives the paths of those that are new, gone or other ones.
///
/// # Errors
/// A file or folder that cannot be read.
pub fn renew(site: &SiteDir, taken: i64, listing: &mut Listing) -> Result<BTreeSet<String>> {
    let (now, _) = all(site, taken, listing)?;
    let changes = now.changes_since(listing);
    *listing = now;
    Ok(changes)
}

/// The same if nothing has changed but at these paths or below them.
///
/// # Errors
/// As [`renew`].
pub fn renew_at(
    site: &SiteDir,
    paths: &BTreeSet<PathBuf>,
    taken: i64,
    listing: &mut Listing,
) -> Result<BTreeSet<String>> {
    let Some(mut paths) = paths.iter().map(|path| relative(site.root(), path)).collect::<Option<BTreeSet<String>>>()
    else {
        return renew(site, taken, listing);
    };
    paths.retain(|path| !is_no_input(path));
    paths.extend(listing.recent().map(str::to_owned));
    let stamps = listing::stamps(site.root(), &paths, is_no_input)?;
    let ancestors = |path: &str| {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.filter_map(|end| path.get(..end)).any(|start| paths.contains(start))
    };
    listing.renew(site.root(), &stamps, taken, ancestors)
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path below the site's root, however it was written; `None` where it is not known to be below it.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    let roots = [Some(root.to_path_buf()), absolute(root), root.canonicalize().ok()];
    let below = if path.is_relative() && !path.starts_with(root) {
        Some(path.to_path_buf())
    } else {
        roots.iter().flatten().find_map(|root| path.strip_prefix(root).ok()).map(Path::to_path_buf)
    };
    let below = below?.to_str()?.replace('\\', "/");
    let plain = !below.is_empty() && below.split('/').all(|part| !matches!(part, "" | "." | ".."));
    plain.then_some(below)
}

/// What has to be read again because of changed files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether the configuration is among them.
    pub config: bool,
    /// The rest of the record beside texts.
    pub data: bool,
    /// The files below `content/` that are new, gone or other ones.
    pub texts: BTreeSet<PathBuf>,
    /// Pictures among them.
    pub pictures: bool,
    /// Templates and style.
    pub templates: bool,
    /// Files that are part of the site as they are.
    pub static_files: bool,
    /// What was recorded of what was published.
    pub proof: bool,
}

impl Changes {
    /// Everything.
    pub fn all() -> Self {
        let texts = BTreeSet::new();
        Self { config: true, data: true, texts, pictures: true, templates: true, static_files: true, proof: true }
    }

    /// Adds what depends on these files.
    pub fn add(&mut self, paths: BTreeSet<String>) {
        for path in paths {
            match path.split('/').next() {
                Some("config") => self.config = true,
                Some("data") if is_at_or_below(&path, PROOF) => self.proof = true,
                Some("data") => self.data = true,
                // Reports are set in fonts, which are read for them anew.
                Some("templates" | "fonts") => self.templates = true,
                Some("static") => self.static_files = true,
                _ => {
                    self.pictures |= is_picture(Path::new(&path));
                    self.texts.insert(path.into());
                }
            }
        }
    }
}

/// Everything a site depends on beside its files: the settings and the day.
pub fn of_settings(
    config: &Config,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    today: NaiveDate,
    options: &Options,
) -> Digest {
    // The environment is in the configuration, but secrets may be left out of its text.
    let of_ours = |(name, _): &(OsString, OsString)| name.to_string_lossy().starts_with("TRACKRECORD_");
    let environment: BTreeMap<_, _> = environment.into_iter().filter(of_ours).collect();
    let Options { out: _, base_url, drafts, without_reports } = options;
    let options = format!("{base_url:?} {drafts} {without_reports}");
    let parts = [format!("{config:?}"), format!("{environment:?}"), today.to_string(), options];
    Digest::of_parts(parts)
}

/// What figures and private values are made from beside the author's texts: the settings that they are computed with, the day,
/// and the files of data.
pub fn of_data(settings: &OfFigures, today: NaiveDate, inputs: &Listing) -> Digest {
    let files = inputs.digests().filter(|(path, _)| is_data(path));
    let files = Digest::of_parts(files.flat_map(|(path, digest)| [Digest::of(path.as_bytes()), digest]));
    // Tokens are left out of the text of settings.
    let token = Digest::of_parts(settings.every_secret().map(|secret| secret.expose().as_bytes()));
    let settings = Digest::of(format!("{settings:?} {today}").as_bytes());
    Digest::of_parts([settings, token, files])
}

/// What every figure is made from: what [`of_data`] says, and what figures take from the author's texts.
pub fn of_figures(data: Digest, outline: Digest) -> Digest {
    Digest::of_parts([data, outline])
}

/// The digest of what figures take from the author's texts: what notes say about their orders beside words.
pub fn outline(record: &Record) -> Digest {
    let note = |note: &Annotation| {
        let matching = (&note.id, &note.symbol, note.created_at, &note.order, &note.exec_ids);
        let completed = note.post_trade.as_ref().map(|post| post.completed_at);
        format!(
            "{matching:?} {:?} {:?} {completed:?} {:?}",
            note.pre_trade.side, note.pre_trade.intended_entry, note.path
        )
    };
    Digest::of_parts(record.annotations.iter().map(note))
}

/// The texts and pictures with their digests, as they are named in what a page is made from.
pub fn of_texts(inputs: &Listing) -> Digests {
    let texts = inputs.digests().filter(|(path, _)| is_text(path));
    texts.map(|(path, digest)| (path.to_owned(), digest)).collect()
}

/// Makes the texts those of a listing, of which these files are new, gone or other ones.
pub fn renew_texts(texts: &mut Digests, inputs: &Listing, changes: &BTreeSet<String>) {
    for path in changes.iter().filter(|path| is_text(path)) {
        match inputs.digest(path) {
            Some(digest) => texts.insert(path.clone(), digest),
            None => texts.remove(path),
        };
    }
}

fn is_text(path: &str) -> bool {
    is_at_or_below(path, "content")
}
