//! The fills of statements that are no part of a record, such as an auditor has fetched: what counts of them counts by the same rules.

use chrono::NaiveDate;

use super::corrections::effective;
use super::restatement::Decisions;
use super::{ExecId, Execution, FindingKind, Subject};
use crate::error::Place;

/// What statements say of fills by their last word.
#[derive(Debug, Default)]
pub(crate) struct Stated {
    /// The fills that count, by time.
    pub fills: Vec<Execution>,
    /// The dates of rows that take back or correct a fill which none of the statements has under a name that is known.
    pub taken_back_elsewhere: Vec<NaiveDate>,
}

/// What these rows come to, in whatever order the statements are read.
pub(crate) fn fills_in_force(rows: Vec<(Place, Execution)>) -> Stated {
    let read = effective(rows, &Decisions::default());
    let of_nothing = read.discovered.findings.iter().filter(|finding| finding.kind == FindingKind::CancelsNothing);
    let elsewhere: Vec<&ExecId> = of_nothing
        .flat_map(|finding| &finding.about)
        .filter_map(|subject| if let Subject::Fill(id) = subject { Some(id) } else { None })
        .collect();
    let takes_back = |row: &&Execution| row.cancels.as_ref().is_some_and(|id| elsewhere.contains(&id));
    let dates = read.superseded.iter().filter(takes_back).map(Execution::utc_date);
    Stated { taken_back_elsewhere: dates.collect(), fills: read.executions }
}
