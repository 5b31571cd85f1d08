//! The months as they were first recorded, beside what they are now.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::publication::restated::{Restated, of_restated};
use crate::publication::sentence::Span;
use crate::publication::{Publication, Reads};

#[derive(Serialize)]
struct Restatements<'a> {
    sentence: Vec<Span>,
    restated: &'a Restated,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let Publication { restated, months, .. } = site.publication;
    PageContext::new(&Restatements { sentence: of_restated(restated, months.len()), restated })
}
