//! Typst diagnostics as errors of this program: file, line, column, excerpt, hint.

use typst::diag::SourceDiagnostic;
use typst::syntax::DiagSpan;
use typst::{World, WorldExt};

use crate::error::{Error, ErrorKind, Place};

use super::typeset::ReportWorld;

/// The compiler's first error, with its location and a hint.
pub fn in_template(world: &ReportWorld, found: &[SourceDiagnostic]) -> Error {
    let Some(first) = found.first() else { return Error::internal(format!("{} cannot be typeset", world.name)) };
    let more = match found.len() {
        0 | 1 => String::new(),
        count => format!(" (the first of {count} errors)"),
    };
    let spot = spot(world, first);
    let excerpt = spot.as_ref().map(|spot| spot.excerpt.as_str()).unwrap_or_default();
    let built_in = match &spot {
        Some(spot) => spot.place.is_none(),
        None => world.templates.place(world.main).is_none(),
    };
    let kind = if built_in { ErrorKind::Internal } else { ErrorKind::Configuration };
    let message = format!("{} cannot be typeset: {}{more}{excerpt}", world.name, first.message);
    let error = Error::new(kind, message).hint(hints(
        first,
        match built_in {
            true => "the line is in the built-in template: please report this",
            false => "delete the file from templates/ to get the built-in one back",
        },
    ));
    match spot.and_then(|spot| spot.place) {
        Some(place) => error.at(place),
        None => error,
    }
}

/// The first error that occurs only with the commentary from `place` on. Where it occurs in a template of the site, either
/// can be at fault, and both are named.
pub fn in_commentary(world: &ReportWorld, place: Place, found: &[SourceDiagnostic]) -> Error {
    let Some(first) = found.first() else { return in_template(world, found).at(place) };
    if spot(world, first).is_some_and(|spot| spot.place.is_some()) {
        let hint = hints(first, &format!("it happens only with the commentary from {place} on"));
        return in_template(world, found).hint(hint);
    }
    Error::data(format!("the commentary cannot be typeset in {}: {}", world.name, first.message)).at(place).hint(
        hints(first, "what is wrong is in the paragraph, list, quote or table that starts here, or in its notes"),
    )
}

/// The compiler's hints and another one.
fn hints(error: &SourceDiagnostic, last: &str) -> String {
    let hints = error.hints.iter().map(|hint| hint.v.as_str());
    hints.chain([last]).collect::<Vec<_>>().join("; ")
}

/// A warning with its location, on one line.
pub fn in_words(world: &ReportWorld, warning: &SourceDiagnostic) -> String {
    let place = spot(world, warning).and_then(|spot| spot.place);
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{place}{}: {}", world.name, warning.message)
}

/// A line of a template.
struct Spot {
    /// Its location on disk; `None` in the built-in template.
    place: Option<Place>,
    /// The line with the position marked.
    excerpt: String,
}

/// The location of an error: of its own position and its call stack, the first in a file of the site.
fn spot(world: &ReportWorld, error: &SourceDiagnostic) -> Option<Spot> {
    let spans = std::iter::once(error.span).chain(error.trace.iter().map(|point| point.span.into()));
    let mut spots: Vec<Spot> = spans.filter_map(|span| spot_of(world, span)).collect();
    let own = spots.iter().position(|spot| spot.place.is_some()).unwrap_or_default();
    (own < spots.len()).then(|| spots.swap_remove(own))
}

fn spot_of(world: &ReportWorld, span: DiagSpan) -> Option<Spot> {
    let id = span.id()?;
    let source = World::source(&world, id).ok()?;
    let range = (&world).range(span)?;
    let (line, column) = source.lines().byte_to_line_column(range.start)?;
    let text = source.text().lines().nth(line)?;
    let marked = source.text().get(range)?.lines().next().unwrap_or_default().chars().count();
    let marked = "^".repeat(marked.clamp(1, text.chars().count().saturating_sub(column).max(1)));
    let number = (line + 1).to_string();
    let margin = " ".repeat(number.len());
    let path = world.templates.place(id.get().vpath().get_without_slash());
    Some(Spot {
        place: path.map(|path| Place { path, line: Some(line + 1), column: Some(column + 1) }),
        excerpt: format!("\n  {number} | {text}\n  {margin} | {}{marked}", " ".repeat(column)),
    })
}
