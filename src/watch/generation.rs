//! The site at one moment, numbered: page and event stream both carry the number, so that no change is lost between them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::edits::Edited;
use crate::site::Files;

/// More changed files than this are not listed: a browser then takes everything for changed.
const LISTED: usize = 200;

/// What is served from one build, or one that failed, to the next.
#[derive(Debug, Clone, Default)]
pub struct Generation {
    /// Counted from 1; 0 until the first build has ended.
    pub number: u64,
    /// The last good site, if there ever was one.
    pub files: Option<Arc<Files>>,
    /// Its files that are new, other than in the generation before, or gone. `None` if they are too many.
    pub changed: Option<BTreeSet<String>>,
    /// What the author edited.
    pub edited: Option<Edited>,
    /// What keeps the pages or the reports from being made, as HTML.
    pub failure: Option<String>,
    /// The reports that belong to the pages.
    pub reports: Reports,
    /// The command of `[watch] editor`.
    pub editor: String,
}

/// Where the reports stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reports {
    /// They are those of the pages, or will not be until something is mended.
    #[default]
    Settled,
    /// They are being typeset.
    Coming,
    /// They cannot be typeset, in words; those of before stay.
    Failed(String),
}

/// What a browser is told of a generation.
#[derive(Serialize)]
struct Event<'a> {
    number: u64,
    session: &'a str,
    follow: bool,
    changed: &'a Option<BTreeSet<String>>,
    edited: &'a Option<Edited>,
    failure: &'a Option<String>,
    /// Which script the pages have: one that runs cannot be replaced by another.
    script: String,
}

impl Generation {
    /// Which script the pages have.
    pub fn script(&self) -> String {
        let script = self.files.as_ref().and_then(|files| files.get("site.js"));
        script.map(|script| script.digest().to_string()).unwrap_or_default()
    }

    /// The event of the stream that announces it. `session` tells one run of the program from the next.
    pub fn event(&self, session: &str, follow: bool) -> String {
        let Self { number, changed, edited, failure, .. } = self;
        let event = Event { number: *number, session, follow, changed, edited, failure, script: self.script() };
        let json = serde_json::to_string(&event).unwrap_or_default();
        format!("id: {number}\ndata: {json}\n\n")
    }
}

/// The list of changed files as far as it is worth sending.
pub fn listed(changed: BTreeSet<String>) -> Option<BTreeSet<String>> {
    (changed.len() <= LISTED).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_of_json() {
        let failure = Some("one\ntwo".to_owned());
        let generation = Generation { number: 7, failure, ..Generation::default() };
        let event = generation.event("s", true);
        assert!(event.starts_with("id: 7\ndata: {") && event.ends_with("}\n\n"), "{event}");
        assert_eq!(event.lines().count(), 3);
        assert!(event.contains(r#""failure":"one\ntwo""#), "{event}");
    }

    #[test]
    fn a_long_list_is_not_sent() {
        let many = |count: usize| (0..count).map(|number| number.to_string()).collect::<BTreeSet<_>>();
        assert!(listed(many(LISTED)).is_some());
        assert!(listed(many(LISTED + 1)).is_none());
    }
}
