//! How to check what was published, with tools that nobody here wrote.

use serde::Serialize;

use super::context::PageContext;
use crate::Result;
use crate::proof::Published;

/// Its folder in the site, in which the log and its entries lie too.
pub const SLUG: &str = "proof";

#[derive(Serialize)]
struct Proof<'a> {
    entries: usize,
    /// Entries whose files are here.
    shown: usize,
    held_back: usize,
    /// The digest of the whole log.
    head: &'a str,
    /// How many lines the newest signature is over.
    signed: Option<usize>,
}

pub fn context(proof: &Published) -> Result<PageContext> {
    let Published { entries, held_back, head, signed, files: _ } = proof;
    let (entries, held_back, signed) = (*entries, *held_back, *signed);
    PageContext::new(&Proof { entries, shown: entries - held_back, held_back, head, signed })
}
