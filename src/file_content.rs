//! The content of a file of the site, shared instead of copied, and digested at most once.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::digest::Digest;

/// The content of a file. A clone is another handle on the same bytes.
#[derive(Clone)]
pub struct FileContent(Arc<Shared>);

struct Shared {
    bytes: Vec<u8>,
    digest: OnceLock<Digest>,
}

impl FileContent {
    /// Bytes of which the digest is known.
    pub(crate) fn with_digest(bytes: Vec<u8>, digest: Digest) -> Self {
        Self(Arc::new(Shared { bytes, digest: digest.into() }))
    }

    /// The digest of the bytes.
    pub(crate) fn digest(&self) -> Digest {
        *self.0.digest.get_or_init(|| Digest::of(&self.0.bytes))
    }
}

impl Deref for FileContent {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0.bytes
    }
}

impl AsRef<[u8]> for FileContent {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for FileContent {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Shared { bytes, digest: OnceLock::new() }))
    }
}

impl From<String> for FileContent {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&[u8]> for FileContent {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl Default for FileContent {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl PartialEq for FileContent {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.bytes == other.0.bytes
    }
}

impl Eq for FileContent {}

impl fmt::Debug for FileContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.bytes.len())
    }
}
