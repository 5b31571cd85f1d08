//! Why a report cannot be typeset: its template, or from which line on its commentary.

use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::Bytes;

use crate::Error;

use super::month::MonthData;
use super::typeset::ReportWorld;
use super::{DATA, errors, markdown, missing_glyphs};

/// The error of a report for which the compiler `found` something wrong.
///
/// If it can be typeset without its commentary, that is at fault, from the first block on with which it cannot. Halving
/// finds it: ten tries for a thousand blocks.
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

/// The report with so many blocks of its commentary.
fn until<'a>(world: &ReportWorld<'a>, data: &Value, blocks: usize) -> ReportWorld<'a> {
    let mut data = data.clone();
    if let Some(Value::Array(tree)) = data.pointer_mut("/commentary/blocks") {
        tree.truncate(blocks);
    }
    let mut world = world.clone();
    world.files.insert(DATA.into(), Bytes::from_string(missing_glyphs::shown(data).0));
    world
}
