//! What the compiler says about a template, in the words of this program: file, line, column, excerpt, hint.

use typst::diag::SourceDiagnostic;
use typst::{World, WorldExt};

use crate::{Error, Place};

use super::typeset::Sheet;

/// The first of the compiler's errors, where it is, and what to do.
pub fn in_template(sheet: &Sheet, found: &[SourceDiagnostic]) -> Error {
    let Some(first) = found.first() else { return Error::new(format!("{} cannot be typeset", sheet.name)) };
    let (place, excerpt) =
        place(sheet, first).map_or((None, String::new()), |(place, excerpt)| (Some(place), excerpt));
    let more = match found.len() {
        0 | 1 => String::new(),
        count => format!(" (the first of {count} errors)"),
    };
    let error = Error::new(format!("{} cannot be typeset: {}{more}{excerpt}", sheet.name, first.message));
    let mut hints: Vec<String> = first.hints.iter().map(|hint| hint.v.to_string()).collect();
    hints.push("delete the file from templates/ to get the built-in one back".into());
    let error = error.hint(hints.join("; "));
    match place {
        Some(place) => error.at(place),
        None => error,
    }
}

/// A warning with its place, in a line.
pub fn in_words(sheet: &Sheet, warning: &SourceDiagnostic) -> String {
    let place = place(sheet, warning).map(|(place, _)| format!("{place}: ")).unwrap_or_default();
    format!("{place}{}: {}", sheet.name, warning.message)
}

/// Where an error is: its own place, or that of the call it came from.
fn place(sheet: &Sheet, error: &SourceDiagnostic) -> Option<(Place, String)> {
    let spans = std::iter::once(error.span).chain(error.trace.iter().map(|point| point.span.into()));
    spans.into_iter().find_map(|span| {
        let source = World::source(&sheet, span.id()?).ok()?;
        let range = (&sheet).range(span)?;
        let (line, column) = source.lines().byte_to_line_column(range.start)?;
        let text = source.text().lines().nth(line)?;
        let width = source.text().get(range)?.lines().next()?.chars().count().max(1);
        let path = id_path(span.id()?);
        let place = Place { path: sheet.templates.place(path), line: Some(line + 1), column: Some(column + 1) };
        let number = (line + 1).to_string();
        let margin = " ".repeat(number.len());
        let under = " ".repeat(column) + &"^".repeat(width.min(text.chars().count().saturating_sub(column).max(1)));
        Some((place, format!("\n  {number} | {text}\n  {margin} | {under}")))
    })
}

fn id_path(id: typst::syntax::FileId) -> &'static str {
    id.get().vpath().get_without_slash()
}
