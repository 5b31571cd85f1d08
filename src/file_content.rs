//! The content of a file of the site, shared instead of copied, and digested at most once.

use std::fmt;
use std::ops::Deref;
use std::path::Path;
use std::str::Utf8Error;
use std::sync::{Arc, OnceLock};

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Place, Result};

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

/// The text of a file.
///
/// # Errors
/// As [`not_utf8`].
pub fn text<'a>(bytes: &'a [u8], path: &Path, kind: ErrorKind) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error, path, kind))
}

/// The error of a file that is no text: the place of its first byte that is none.
pub fn not_utf8(bytes: &[u8], error: Utf8Error, path: &Path, kind: ErrorKind) -> Error {
    const HINT: &str = "save it again as UTF-8";
    if is_utf16(bytes) {
        return Error::new(kind, "the file is encoded in UTF-16").at(Place::file(path)).hint(HINT);
    }
    Error::new(kind, "the file is not UTF-8 text").at(place_of(error, bytes, path)).hint(HINT)
}

/// Whether the bytes begin with the mark of UTF-16.
pub fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// The place of the first byte of a file that is no text.
pub fn place_of(error: Utf8Error, bytes: &[u8], path: &Path) -> Place {
    let readable = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
    Place::offset(path, &readable, readable.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_named_with_its_place() {
        let said = |bytes: &[u8]| text(bytes, Path::new("a.html"), ErrorKind::Data).unwrap_err();
        let error = said("one\n\u{e4}\u{df} ".bytes().chain(*b"\xe9").collect::<Vec<_>>().as_slice());
        assert_eq!(error.to_string(), "a.html:2:4: the file is not UTF-8 text");
        assert_eq!(error.hints(), ["save it again as UTF-8"]);
        assert_eq!(said(b"\xff\xfea\0").to_string(), "a.html: the file is encoded in UTF-16");
        assert_eq!(text("\u{e4}".as_bytes(), Path::new("a.html"), ErrorKind::Data).unwrap(), "\u{e4}");
    }
}
