//! Characters that no embedded font has: each is replaced by a box, and the build warns once.

use serde_json::Value;

use crate::Place;
use crate::record::Document;

use super::markdown;
use super::month::MonthData;
use crate::render::fonts;

/// The replaced characters of a report.
pub struct MissingGlyphs {
    count: usize,
    /// The first line of commentary with one; `None` if they occur only in other text of the record.
    place: Option<Place>,
    report: String,
}

impl MissingGlyphs {
    /// The `count` replaced characters of a report; `None` if there are none.
    pub fn of(count: usize, month_data: &MonthData) -> Option<Self> {
        let place = |(document, _): &(&Document, _)| {
            document.body.find(fonts::is_missing).map(|offset| markdown::place(document, offset))
        };
        let report = format!("the report of {}", month_data.month.month.in_words());
        (count > 0).then(|| Self { count, place: month_data.commentary.as_ref().and_then(place), report })
    }
}

/// One warning for all reports: how many there are, and the location of the first that has one.
pub fn warning(all: &[MissingGlyphs]) -> Option<String> {
    let first = all.iter().find(|boxes| boxes.place.is_some()).or(all.first())?;
    let place = first.place.as_ref().map_or_else(|| first.report.clone(), Place::to_string);
    let count: usize = all.iter().map(|boxes| boxes.count).sum();
    let (them, have) = if count == 1 { ("character", "is") } else { ("characters", "are") };
    Some(format!("{place}: {count} {them} that the reports' fonts do not have {have} shown as {}", fonts::MISSING))
}

/// A report's data as text with every character that has no glyph replaced, and their number.
pub fn replace_all(mut data: Value) -> (String, usize) {
    let mut missing = 0;
    replace(&mut data, &mut missing);
    if let Some(object) = data.as_object_mut() {
        object.insert("missing".into(), missing.into());
    }
    (data.to_string(), missing)
}

fn replace(value: &mut Value, missing: &mut usize) {
    match value {
        Value::String(text) if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {}
        Value::String(text) => *text = fonts::replace_missing_glyphs(text, missing),
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, missing)),
        // Where a link leads is not typeset.
        Value::Object(fields) => {
            fields.iter_mut().filter(|(name, _)| *name != "to").for_each(|(_, value)| replace(value, missing))
        }
        _ => {}
    }
}
