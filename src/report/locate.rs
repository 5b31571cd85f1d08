//! Locates what keeps a report from being typeset: its template, or a line of its commentary.

use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::Bytes;

use crate::Error;

use super::month::MonthData;
use super::typeset::ReportWorld;
use super::{DATA, errors, markdown, missing_glyphs};

/// The error of a report that the compiler rejected with the errors in `found`.
///
/// If the report compiles without its commentary, the commentary is at fault. A binary search finds the first block with
/// which it does not compile: ten attempts for a thousand blocks.
pub fn error(world: &ReportWorld, month_data: &MonthData, data: &Value, mut found: Vec<SourceDiagnostic>) -> Error {
    let Some((document, blocks)) = &month_data.commentary else { return errors::in_template(world, &found) };
    let (mut fine, mut wrong) = (0, blocks.starts.len());
    if until(world, data, fine).typeset().is_err() {
        return errors::in_template(world, &found);
    }
    while wrong - fine > 1 {
        let half = fine.midpoint(wrong);
        match until(world, data, half).typeset() {
            Ok(_) => fine = half,
            Err(errors) => (wrong, found) = (half, errors.into_iter().collect()),
        }
    }
    let start = blocks.starts.get(fine).copied().unwrap_or_default();
    errors::in_commentary(world, markdown::place(document, start), &found)
}

/// The report with only the first `blocks` blocks of its commentary.
fn until<'a>(world: &ReportWorld<'a>, data: &Value, blocks: usize) -> ReportWorld<'a> {
    let mut data = data.clone();
    if let Some(Value::Array(tree)) = data.pointer_mut("/commentary/blocks") {
        tree.truncate(blocks);
    }
    let mut world = world.clone();
    world.files.insert(DATA.into(), Bytes::from_string(missing_glyphs::replace_all(data, world.fonts).0));
    world
}
