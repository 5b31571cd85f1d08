//! What careful readers ask of a track record, answered.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::publication::{Answer, Reads};

#[derive(Serialize)]
struct Disclosures<'a> {
    answers: &'a [Answer],
    /// How many things its keeper does not say.
    not_stated: usize,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let answers = &site.publication.answers;
    let not_stated = answers.iter().map(|answer| answer.not_stated.len()).sum();
    PageContext::new(&Disclosures { answers, not_stated })
}
