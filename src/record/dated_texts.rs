//! Dates of the author's texts: nothing was written in the future, and a text that is dated there waits for its day.

use chrono::NaiveDate;

use super::possible;
use super::{Annotation, Document, Finding, FindingKind, Severity};
use crate::error::{Error, Place, Result};

/// A note, unless it says that it was written before there were records or after `today`.
///
/// # Errors
/// Such a time.
pub(super) fn note(note: Annotation, today: NaiveDate) -> Result<Annotation> {
    let completed = note.post_trade.as_ref().and_then(|post| post.completed_at);
    let times = [("created_at", Some(note.created_at)), ("completed_at", completed)];
    let wrong = times.into_iter().find_map(|(name, time)| Some((name, possible::date(time?.date_naive(), today)?)));
    match wrong {
        Some((name, wrong)) => Err(Error::data(wrong)
            .at(Place::line(&note.path, 1))
            .hint(format!("correct `{name}`, or this computer's clock"))),
        None => Ok(note),
    }
}

/// A text that is about these dates. It is held back until the last of them has come.
///
/// # Errors
/// A date before there were records.
pub(super) fn document(
    document: Document,
    dates: impl IntoIterator<Item = NaiveDate>,
    today: NaiveDate,
) -> Result<Document> {
    let (early, others): (Vec<_>, Vec<_>) = dates.into_iter().partition(|date| *date > today);
    if let Some(wrong) = others.into_iter().find_map(|date| possible::date(date, today)) {
        return Err(Error::data(wrong).at(Place::line(&document.path, 1)).hint("correct the date"));
    }
    Ok(Document { not_before: early.into_iter().max(), ..document })
}

/// That a text waits for its day.
pub(super) fn finding(document: &Document) -> Option<Finding> {
    let date = document.not_before.filter(|_| !document.draft)?;
    let message = format!("it is held back until {date}, its date, which has not come yet");
    let next = "correct the date if another one is meant; `--drafts` shows the text until then";
    Some(Finding::new(Severity::Warning, FindingKind::Future, message, next).at(Place::file(&document.path)))
}
