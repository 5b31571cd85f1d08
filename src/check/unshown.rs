//! Commentary on months without a page.

use crate::analysis::performance::Performance;
use crate::analysis::periods;
use crate::calendar::YearMonth;
use crate::error::Place;
use crate::record::{Document, Finding, FindingKind, Record, Severity};

/// Commentary on months in which the record has no return: these months have no page that would show it.
pub(super) fn findings(record: &Record, daily: &Performance) -> Vec<Finding> {
    let months = periods::by_month(&daily.series);
    let without =
        record.commentary.iter().filter(|(month, text)| !text.is_held_back() && !months.contains_key(month));
    let finding = |(month, text): (&YearMonth, &Document)| {
        let message =
            format!("the record has no return in {}, so the month has no page to show this", month.in_words());
        let next = "name the file after another month, or leave it until the record comes to this one";
        Finding::new(Severity::Warning, FindingKind::NotShown, message, next).at(Place::file(&text.path))
    };
    without.map(finding).collect()
}
