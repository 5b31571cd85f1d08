//! Why a report cannot be typeset: its template, or from which line on its commentary.

use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::Bytes;

use crate::Error;

use super::month::Told;
use super::typeset::Sheet;
use super::{DATA, errors, markdown, shown};

/// The error of a report for which the compiler `found` something wrong.
///
/// If it can be typeset without its commentary, that is at fault, from the first block on with which it cannot. Halving
/// finds it: ten tries for a thousand blocks.
pub fn error(sheet: &Sheet, told: &Told, data: &Value, mut found: Vec<SourceDiagnostic>) -> Error {
    let Some((document, blocks)) = &told.commentary else { return errors::in_template(sheet, &found) };
    let (mut fine, mut wrong) = (0, blocks.starts.len());
    if until(sheet, data, fine).typeset().is_err() {
        return errors::in_template(sheet, &found);
    }
    while wrong - fine > 1 {
        let half = fine.midpoint(wrong);
        match until(sheet, data, half).typeset() {
            Ok(_) => fine = half,
            Err(errors) => (wrong, found) = (half, errors.into_iter().collect()),
        }
    }
    let start = blocks.starts.get(fine).copied().unwrap_or_default();
    errors::in_commentary(sheet, markdown::place(document, start), &found)
}

/// The report with so many blocks of its commentary.
fn until<'a>(sheet: &Sheet<'a>, data: &Value, blocks: usize) -> Sheet<'a> {
    let mut data = data.clone();
    if let Some(Value::Array(tree)) = data.pointer_mut("/commentary/blocks") {
        tree.truncate(blocks);
    }
    let mut sheet = sheet.clone();
    sheet.files.insert(DATA.into(), Bytes::from_string(shown(data)));
    sheet
}
