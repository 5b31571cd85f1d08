//! Places of the starter texts that nobody has filled in yet.

use super::{Document, Finding, FindingKind, Record, Severity};
use crate::error::Place;

/// How such a place starts, in lower case.
const START: &str = "[fill in";

/// So much of one is quoted.
const LONGEST: usize = 60;

/// The texts that still have such places. Strangers take a live record at its word, so there they are errors.
pub(super) fn findings(record: &Record, is_live: bool) -> Vec<Finding> {
    let documents = record.pages.values().chain(record.commentary.values());
    documents.filter_map(|document| finding(document, is_live)).collect()
}

/// What is to be said of one text.
pub(super) fn finding(document: &Document, is_live: bool) -> Option<Finding> {
    let severity = if is_live { Severity::Error } else { Severity::Warning };
    let lower = if document.draft { return None } else { document.body.to_ascii_lowercase() };
    let first = lower.find(START)?;
    let all: String = document.body.get(first..)?.chars().take_while(|letter| *letter != ']').collect();
    let words = if all.chars().count() > LONGEST { all.chars().take(LONGEST).chain(['…']).collect() } else { all };
    let message = match lower.matches(START).count() {
        1 => format!("it still says `{words}]`"),
        count => format!("{count} places are still to be filled in, the first is `{words}]`"),
    };
    let next = "write what belongs there, take it out, or set `draft = true` in the file's front matter";
    let line = document.body_line + document.body.get(..first).unwrap_or_default().matches('\n').count();
    Some(Finding::new(severity, FindingKind::FillIn, message, next).at(Place::line(&document.path, line)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::content::document;

    fn record(text: &str) -> Record {
        let page = document(text, "content/about.md".as_ref()).unwrap();
        Record { pages: [(page.slug.clone(), page)].into(), ..Record::default() }
    }

    #[test]
    fn what_is_still_to_be_filled_in_stops_a_live_site_alone() {
        let record = record("+++\ntitle = 'About'\n+++\n\n**[Fill in: your name.]**\n\n[fill in, or take it out]\n");
        let found = findings(&record, true);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Error);
        assert_eq!(found[0].place, Some(Place::line("content/about.md", 5)));
        assert_eq!(found[0].message, "2 places are still to be filled in, the first is `[Fill in: your name.]`");
        assert_eq!(findings(&record, false)[0].severity, Severity::Warning);
    }

    #[test]
    fn a_long_place_is_quoted_as_far_as_it_goes_and_says_that_there_is_more() {
        let found = findings(&record(&format!("[Fill in: {}]", "é".repeat(52))), true);
        assert_eq!(found[0].message, format!("it still says `[Fill in: {}…]`", "é".repeat(50)));
        let found = findings(&record(&format!("[Fill in: {}]", "é".repeat(50))), true);
        assert_eq!(found[0].message, format!("it still says `[Fill in: {}]`", "é".repeat(50)));
    }

    #[test]
    fn a_finished_text_and_a_draft_say_nothing() {
        assert!(findings(&record("I fill in what is missing [here](x.md)."), true).is_empty());
        assert!(findings(&record("+++\ndraft = true\n+++\n[Fill in]"), true).is_empty());
    }

    #[test]
    fn the_starter_pages_are_found() {
        for (path, content) in crate::init::starter_pages() {
            let text = std::str::from_utf8(content).unwrap();
            assert_eq!(findings(&record(text), false).len(), 1, "{}", path.display());
        }
    }
}
