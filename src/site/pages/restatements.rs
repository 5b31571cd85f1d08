//! The months as they were first recorded, beside what they are now.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use super::proof::first_published;
use crate::Result;
use crate::publication::restated::{Restated, of_restated};
use crate::publication::sentence::Span;
use crate::publication::{Publication, Reads};

#[derive(Serialize)]
struct Restatements<'a> {
    sentence: Vec<Span>,
    restated: &'a Restated,
    /// Of how many days the log has another index than stands now, for whatever reason; where days are published.
    changed_in_log: Option<usize>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let Publication { restated, months, facts, .. } = site.publication;
    let changed = site.proof.filter(|_| facts.by_day).and_then(|proof| first_published(&proof.told));
    let changed_in_log = changed.map(|first| first.changed);
    PageContext::new(&Restatements { sentence: of_restated(restated, months.len()), restated, changed_in_log })
}
