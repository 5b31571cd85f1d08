//! The pictures of a site: the image files below `content/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterFormat, RasterImage, SvgImage};

use super::links::in_the_site;
use super::stripped::stripped;
use crate::file_content::FileContent;
use crate::format::size;
use crate::record::{Finding, FindingKind, Severity};
use crate::site_dir::is_litter;
use crate::{Error, Place, Result};

const KINDS: [&str; 6] = ["png", "jpg", "jpeg", "gif", "webp", "svg"];

/// No picture may be larger, in bytes: each reader would load it.
const MOST: u64 = 20_000_000;

/// A larger one is read and reported.
const LARGE: usize = 2_000_000;

/// What to do with a large one.
const SMALLER: &str = "make it smaller: 2,000 pixels are as wide as a page is on any screen";

/// Pictures by their path below `content/`, which is their path in the site as well.
#[derive(Debug, Clone, Default)]
pub struct Pictures {
    files: BTreeMap<String, FileContent>,
    /// The files of those whose names are spelt otherwise than the site spells them.
    spelt: BTreeMap<String, PathBuf>,
}

impl Pictures {
    /// Every picture below a folder. Hidden ones and what editors leave are none of ours.
    ///
    /// # Errors
    /// A folder or file that cannot be read, a link that leads out of the folder, as what lies elsewhere may be private, and a picture
    /// that is too large or cannot be taken apart.
    pub fn below(folder: &Path) -> Result<Self> {
        let mut pictures = Self::default();
        if folder.is_dir() {
            let real = folder.canonicalize().map_err(|cause| Error::io("look at", folder, cause))?;
            collect(&Root { folder, real: &real }, folder, &mut vec![real.clone()], &mut pictures)?;
        }
        Ok(pictures)
    }

    /// The file of one, below `content/`.
    pub fn file<'a>(&'a self, path: &'a str) -> &'a Path {
        self.spelt.get(path).map_or(Path::new(path), PathBuf::as_path)
    }

    /// Whether there is one.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The content of one.
    pub fn get(&self, path: &str) -> Option<&FileContent> {
        self.files.get(path)
    }

    /// All of them.
    pub fn files(&self) -> &BTreeMap<String, FileContent> {
        &self.files
    }

    /// Those that keep a reader on a slow line waiting.
    pub fn findings(&self) -> Vec<Finding> {
        let large = self.files.iter().filter(|(_, content)| content.len() > LARGE);
        let finding = |(path, content): (&String, &FileContent)| {
            let message =
                format!("the picture has {}, and every reader of its page loads it", size(content.len() as u64));
            Finding::new(Severity::Warning, FindingKind::LargePicture, message, SMALLER)
                .at(Place::file(Path::new("content").join(path)))
        };
        large.map(finding).collect()
    }

    /// Checks that a picture can be typeset; the error says why not.
    pub fn check(&self, path: &str) -> std::result::Result<(), String> {
        let content = self.get(path).cloned().unwrap_or_default();
        if path.to_ascii_lowercase().ends_with(".svg") {
            let read = SvgImage::new(Bytes::new(content));
            return read.map(drop).map_err(|_| "it is not a readable SVG".to_owned());
        }
        let format = ExchangeFormat::detect(&content).ok_or("it is not a PNG, JPEG, GIF, WebP or SVG")?;
        let read = RasterImage::plain(Bytes::new(content), RasterFormat::Exchange(format));
        read.map(drop).map_err(|cause| cause.to_string())
    }
}

/// Whether a file is a picture by its name.
pub fn is_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| KINDS.contains(&ending.to_ascii_lowercase().as_str()))
}

/// The folder that is looked through, and where it really lies.
struct Root<'a> {
    folder: &'a Path,
    real: &'a Path,
}

impl Root<'_> {
    /// Refuses a link to somewhere else. One that leads nowhere brings nothing in.
    fn refuse_leaving(&self, link: &Path) -> Result<()> {
        let leaves = link.canonicalize().is_ok_and(|target| !target.starts_with(self.real));
        if !leaves {
            return Ok(());
        }
        Err(Error::refused("it is a link that leads out of content/, and what lies there may be private")
            .at(Place::file(link))
            .hint("put a copy of the file or folder in its place"))
    }
}

/// The error of a file whose name another one has in other accents.
pub fn twice(path: &Path) -> Error {
    Error::data("another file has the same name, with its accents written in another way")
        .at(Place::file(path))
        .hint("rename one of them: many computers and hosts take them for one file")
}

fn refuse_too_large(path: &Path) -> Result<()> {
    let bytes = std::fs::metadata(path).map_err(|cause| Error::io("look at", path, cause))?.len();
    if bytes <= MOST {
        return Ok(());
    }
    Err(Error::refused(format!("the picture has {}, and {} is the most for one", size(bytes), size(MOST)))
        .at(Place::file(path))
        .hint(format!("{SMALLER}; or keep the original outside of content/")))
}

/// `inside` are the folders around this one as they really are: a link to one of them leads nowhere new.
fn collect(root: &Root, folder: &Path, inside: &mut Vec<PathBuf>, pictures: &mut Pictures) -> Result<()> {
    let read = |cause| Error::io("read the folder", folder, cause);
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if name.starts_with('.') || is_litter(&name) {
            continue;
        }
        if entry.file_type().map_err(read)?.is_symlink() {
            root.refuse_leaving(&path)?;
        }
        if path.is_dir() {
            let real = path.canonicalize().map_err(|cause| Error::io("look at", &path, cause))?;
            if !inside.contains(&real) {
                inside.push(real);
                collect(root, &path, inside, pictures)?;
                inside.pop();
            }
        } else if is_picture(&path) && path.is_file() {
            refuse_too_large(&path)?;
            let content = std::fs::read(&path).map_err(|cause| Error::io("read", &path, cause))?;
            let content = stripped(&path, content)?;
            let below = path.strip_prefix(root.folder).unwrap_or(&path);
            let name = in_the_site(below);
            if pictures.files.insert(name.clone(), content.into()).is_some() {
                return Err(twice(&path));
            }
            if Path::new(&name) != below {
                pictures.spelt.insert(name, below.to_path_buf());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_name_is_the_same_however_its_accents_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB`\x82";
        std::fs::write(folder.path().join("e\u{301}.png"), png).unwrap();
        let found = Pictures::below(folder.path()).unwrap();
        assert!(found.has("\u{e9}.png"), "{found:?}");
        assert!(folder.path().join(found.file("\u{e9}.png")).is_file());
        std::fs::write(folder.path().join("\u{e9}.png"), png).unwrap();
        // Where both names are one file, there is none to refuse.
        if std::fs::read_dir(folder.path()).unwrap().count() == 2 {
            let said = Pictures::below(folder.path()).unwrap_err().to_string();
            assert!(said.contains("accents written in another way"), "{said}");
        }
    }

    #[test]
    fn a_large_picture_is_reported_and_one_that_no_reader_would_wait_for_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, size: u64| {
            let length = u32::try_from(size - 20).unwrap().to_be_bytes();
            let head = [b"\x89PNG\r\n\x1a\n", &length[..], b"IDAT"].concat();
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            (&file).write_all(&head).unwrap();
            file.set_len(size).unwrap();
        };
        put("small.png", 2_000_000);
        put("large.png", 2_450_000);
        let found = Pictures::below(folder.path()).unwrap().findings();
        let said: Vec<_> = found.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(said, ["the picture has 2.5 MB, and every reader of its page loads it"]);
        assert_eq!(found[0].place, Some(Place::file("content/large.png")));
        put("huge.png", 52_428_800);
        let error = Pictures::below(folder.path()).unwrap_err();
        assert_eq!(error.message(), "the picture has 52.4 MB, and 20.0 MB is the most for one");
        assert_eq!(error.place(), Some(&Place::file(folder.path().join("huge.png"))));
    }
}
