//! Characters that no font has: each is replaced by a box, and the build names it once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Place;
use crate::render::fonts::{self, Fonts};

use super::markdown;
use super::month::MonthData;

/// So many characters are named in a warning.
const NAMED: usize = 8;

/// The replaced characters of a report.
pub struct MissingGlyphs {
    /// Each of them, with its first place in a text of the author's where that is found.
    found: Vec<(char, Option<Place>)>,
    report: String,
}

impl MissingGlyphs {
    /// The replaced characters of a report; `None` if there are none. Those that are not in its commentary are looked for in its
    /// notes and in the configuration below the site's root.
    pub fn of(missing: Vec<char>, month_data: &MonthData, root: &Path) -> Option<Self> {
        let in_commentary = |letter: char| {
            let (document, _) = month_data.commentary.as_ref()?;
            document.body.find(letter).map(|offset| markdown::place(document, offset))
        };
        let notes = month_data.orders.iter().filter_map(|found| Some(found.order.note.as_ref()?.path.clone()));
        let files: Vec<PathBuf> = match missing.is_empty() {
            true => Vec::new(),
            false => notes.chain(["config/config.toml", "config/local.toml"].map(PathBuf::from)).collect(),
        };
        let letters: BTreeSet<char> = missing.into_iter().collect();
        let place =
            |letter| in_commentary(letter).or_else(|| files.iter().find_map(|file| in_file(root, file, letter)));
        let found: Vec<_> = letters.into_iter().map(|letter| (letter, place(letter))).collect();
        let report = format!("the report of {}", month_data.month.month.in_words());
        (!found.is_empty()).then_some(Self { found, report })
    }
}

/// The first line of a file of the site with a character.
fn in_file(root: &Path, path: &Path, letter: char) -> Option<Place> {
    let text = std::fs::read_to_string(root.join(path)).ok()?;
    let line = text.lines().position(|line| line.contains(letter))? + 1;
    Some(Place { path: path.to_path_buf(), line: Some(line), column: None })
}

/// A warning for each place at which characters are found first: each of them once, whatever reports it is in.
pub fn warnings(all: &[MissingGlyphs]) -> Vec<String> {
    let placed = |(letter, place): &(char, Option<Place>)| Some((*letter, place.as_ref()?.to_string()));
    let known = all.iter().flat_map(|report| report.found.iter().filter_map(placed));
    let unknown =
        all.iter().flat_map(|report| report.found.iter().map(|(letter, _)| (*letter, report.report.clone())));
    let mut seen = BTreeSet::new();
    let mut places: Vec<(String, Vec<char>)> = Vec::new();
    for (letter, place) in known.chain(unknown).filter(|(letter, _)| seen.insert(*letter)) {
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, letters)) => letters.push(letter),
            None => places.push((place, vec![letter])),
        }
    }
    places.iter().map(|(place, letters)| in_words(place, letters)).collect()
}

fn in_words(place: &str, letters: &[char]) -> String {
    let name = |letter: &char| match letter.is_control() {
        true => format!("U+{:04X}", u32::from(*letter)),
        false => format!("{letter} (U+{:04X})", u32::from(*letter)),
    };
    let mut names: Vec<String> = letters.iter().take(NAMED).map(name).collect();
    if let Some(more @ 1..) = letters.len().checked_sub(NAMED) {
        names.push(format!("{more} more"));
    }
    let last = names.pop().unwrap_or_default();
    let (list, it, is) = match names.is_empty() {
        true => (last, "it", "is"),
        false => (format!("{} and {last}", names.join(", ")), "them", "are"),
    };
    let shown = if it == "it" { "it" } else { "they" };
    format!(
        "{place}: no font of the reports has {list}; a font file in `[report] fonts` can bring {it}, until then {shown} {is} shown as {}",
        fonts::MISSING
    )
}

/// A report's data as text with every character that has no glyph replaced, and those characters.
pub fn replace_all(mut data: Value, fonts: &Fonts) -> (String, Vec<char>) {
    let mut missing = Vec::new();
    replace(&mut data, fonts, &mut missing);
    if let Some(object) = data.as_object_mut() {
        object.insert("missing".into(), missing.len().into());
    }
    (data.to_string(), missing)
}

fn replace(value: &mut Value, fonts: &Fonts, missing: &mut Vec<char>) {
    match value {
        Value::String(text) if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {}
        Value::String(text) => *text = fonts.replace_missing(text, missing),
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, fonts, missing)),
        // Where a link leads is not typeset.
        Value::Object(fields) => {
            fields.iter_mut().filter(|(name, _)| *name != "to").for_each(|(_, value)| replace(value, fonts, missing))
        }
        _ => {}
    }
}
