//! Places of the starter texts that nobody has filled in yet.

use super::{Document, Finding, FindingKind, Severity};
use crate::error::Place;

/// How such a place starts, in lower case.
const START: &str = "[fill in";

/// So much of one is quoted.
const LONGEST: usize = 60;

/// What is to be said of a text that still has such places. Its author may look at it as it is; nothing with one in it is published.
pub(super) fn finding(document: &Document) -> Option<Finding> {
    let lower = if document.is_held_back() { return None } else { document.body.to_ascii_lowercase() };
    let first = lower.find(START)?;
    let all: String = document.body.get(first..)?.chars().take_while(|letter| *letter != ']').collect();
    let words = if all.chars().count() > LONGEST { all.chars().take(LONGEST).chain(['…']).collect() } else { all };
    let message = match lower.matches(START).count() {
        1 => format!("it still says `{words}]`"),
        count => format!("{count} places are still to be filled in, the first is `{words}]`"),
    };
    let next =
        "before you publish write what belongs there, take it out, or set `draft = true` in the file's front matter";
    let line = document.body_line + document.body.get(..first).unwrap_or_default().matches('\n').count();
    Some(Finding::new(Severity::Warning, FindingKind::FillIn, message, next).at(Place::line(&document.path, line)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::content::document;

    fn found(text: &str) -> Option<Finding> {
        finding(&document(text, "content/about.md".as_ref()).unwrap())
    }

    #[test]
    fn what_is_still_to_be_filled_in_is_counted_and_quoted() {
        let text = "+++\ntitle = 'About'\n+++\n\n**[Fill in: your name.]**\n\n[fill in, or take it out]\n";
        let found = found(text).unwrap();
        assert_eq!(found.severity, Severity::Warning);
        assert_eq!(found.place, Some(Place::line("content/about.md", 5)));
        assert_eq!(found.message, "2 places are still to be filled in, the first is `[Fill in: your name.]`");
    }

    #[test]
    fn a_long_place_is_quoted_as_far_as_it_goes_and_says_that_there_is_more() {
        let message = |letters| found(&format!("[Fill in: {}]", "é".repeat(letters))).unwrap().message;
        assert_eq!(message(52), format!("it still says `[Fill in: {}…]`", "é".repeat(50)));
        assert_eq!(message(50), format!("it still says `[Fill in: {}]`", "é".repeat(50)));
    }

    #[test]
    fn a_finished_text_and_a_draft_say_nothing() {
        assert_eq!(found("I fill in what is missing [here](x.md)."), None);
        assert_eq!(found("+++\ndraft = true\n+++\n[Fill in]"), None);
    }

    #[test]
    fn the_starter_pages_are_found() {
        for (path, content) in crate::init::starter_pages() {
            let text = std::str::from_utf8(content).unwrap();
            assert!(found(text).is_some(), "{}", path.display());
        }
    }
}
