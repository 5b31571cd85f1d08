//! Files of the site that were made before, with everything they were made from.
//!
//! A file is taken as it was if its base is the same (the program, the settings, the figures, the templates) and so is every
//! text it shows. It holds nothing private then either: what is private is part of the base.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Digest;
use crate::file_content::FileContent;

/// Digests of texts and pictures by their paths below the root of the site, written with `/`.
pub type Digests = BTreeMap<String, Digest>;

/// What a file was made from, and the digest of what was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    base: Digest,
    /// The texts and pictures it shows, with the digest each had.
    #[serde(serialize_with = "write_shared", deserialize_with = "read_shared")]
    reads: Arc<Digests>,
    file: Digest,
}

fn write_shared<S: Serializer>(digests: &Arc<Digests>, serializer: S) -> Result<S::Ok, S::Error> {
    digests.as_ref().serialize(serializer)
}

fn read_shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Digests>, D::Error> {
    Digests::deserialize(deserializer).map(Arc::new)
}

/// The files of the last build, and those of this one.
#[derive(Debug)]
pub struct Kept {
    base: Digest,
    /// The digest of each text and picture as it is now.
    inputs: Arc<Digests>,
    before: Arc<BTreeMap<String, Made>>,
    files: Before,
    now: Mutex<Vec<Now>>,
}

/// A file of this build.
#[derive(Debug)]
struct Now {
    path: String,
    made: Made,
    /// Whether it was taken as it was.
    taken: bool,
}

/// The files of the last build.
#[derive(Debug, Clone)]
pub enum Before {
    /// In the folder it wrote them to.
    Folder {
        /// The folder of the site, usually `public/`.
        path: PathBuf,
        /// The files of which the digest is known without looking into them.
        known: BTreeMap<String, Digest>,
    },
    /// In memory.
    Memory(Arc<BTreeMap<String, FileContent>>),
}

impl Before {
    fn get(&self, path: &str) -> Option<FileContent> {
        match self {
            Self::Folder { path: folder, known } => {
                let bytes = std::fs::read(folder.join(path)).ok()?;
                Some(match known.get(path) {
                    Some(digest) => FileContent::with_digest(bytes, *digest),
                    None => bytes.into(),
                })
            }
            Self::Memory(files) => files.get(path).cloned(),
        }
    }
}

impl Kept {
    /// The files in `files`, which were made as `before` says.
    pub fn new(base: Digest, inputs: Arc<Digests>, before: Arc<BTreeMap<String, Made>>, files: Before) -> Self {
        Self { base, inputs, before, files, now: Mutex::default() }
    }

    /// What a file is made from beside the texts it shows: what all files are, and these parts.
    pub fn base<P: AsRef<[u8]>>(&self, parts: impl IntoIterator<Item = P>) -> Digest {
        Digest::of_parts([self.base, Digest::of_parts(parts)])
    }

    /// A file, if it was made from the same and is still what was made.
    pub fn take(&self, path: &str, base: Digest) -> Option<FileContent> {
        let made = self.before.get(path).filter(|made| made.base == base)?;
        if !made.reads.iter().all(|(path, digest)| self.inputs.get(path) == Some(digest)) {
            return None;
        }
        let content = self.files.get(path)?;
        if content.digest() != made.file {
            return None;
        }
        self.now().push(Now { path: path.to_owned(), made: made.clone(), taken: true });
        Some(content)
    }

    /// Keeps a file that was made now. One that shows a text that is not known is made again next time.
    pub fn put(&self, path: &str, base: Digest, reads: impl IntoIterator<Item = PathBuf>, content: &FileContent) {
        let digest = |path: PathBuf| {
            let path = written(&path);
            self.inputs.get(&path).map(|digest| (path, *digest))
        };
        if let Some(reads) = reads.into_iter().map(digest).collect::<Option<Digests>>() {
            let made = Made { base, reads: Arc::new(reads), file: content.digest() };
            self.now().push(Now { path: path.to_owned(), made, taken: false });
        }
    }

    /// The paths of the files that were taken as they were.
    pub fn taken(&self) -> BTreeSet<String> {
        self.now().iter().filter(|file| file.taken).map(|file| file.path.clone()).collect()
    }

    /// What the next build can take.
    pub fn into_made(self) -> BTreeMap<String, Made> {
        let files = self.now.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.into_iter().map(|file| (file.path, file.made)).collect()
    }

    fn now(&self) -> std::sync::MutexGuard<'_, Vec<Now>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn written(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(base: &str, about: &str, before: BTreeMap<String, Made>, folder: &Path) -> Kept {
        let inputs = BTreeMap::from([("content/about.md".into(), Digest::of(about.as_bytes()))]);
        Kept::new(
            Digest::of(base.as_bytes()),
            Arc::new(inputs),
            Arc::new(before),
            Before::Folder { path: folder.to_path_buf(), known: BTreeMap::new() },
        )
    }

    #[test]
    fn a_file_is_taken_only_if_all_it_was_made_from_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("page.html"), "page").unwrap();
        let first = kept("base", "me", BTreeMap::new(), folder.path());
        let base = first.base(["template"]);
        assert!(first.take("page.html", base).is_none());
        first.put("page.html", base, ["content/about.md".into()], &b"page"[..].into());
        first.put("other.html", base, ["content/unknown.md".into()], &b"other"[..].into());
        let made = first.into_made();
        assert_eq!(made.keys().collect::<Vec<_>>(), ["page.html"]);

        let taken = |kept: &Kept, part: &str| kept.take("page.html", kept.base([part])).is_some();
        let same = kept("base", "me", made.clone(), folder.path());
        assert!(taken(&same, "template"));
        assert!(!taken(&same, "other template"));
        assert_eq!(same.taken(), BTreeSet::from(["page.html".to_owned()]));
        assert_eq!(same.into_made(), made);
        assert!(!taken(&kept("other base", "me", made.clone(), folder.path()), "template"));
        assert!(!taken(&kept("base", "we", made.clone(), folder.path()), "template"));

        std::fs::write(folder.path().join("page.html"), "hack").unwrap();
        assert!(!taken(&kept("base", "me", made, folder.path()), "template"));
    }
}
