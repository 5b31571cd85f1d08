//! Short forms in what a note says in its front matter, which is plain text.

use std::borrow::Cow;

use crate::publication::{NoteText, Publication};
use crate::record::short_form;
use crate::{Error, Place, Result};

use super::meaning::{self, Shown};

/// What a note says, with the short forms of its front matter as words; its Markdown stays as it is.
///
/// # Errors
/// A short form that stands for nothing, with its line and column; a chart.
pub fn front_in_words<'n>(note: &'n NoteText, publication: &Publication) -> Result<Cow<'n, NoteText>> {
    let NoteText { thesis, position_size_rationale, exit_plan, outcome, lesson, .. } = note;
    if [thesis, position_size_rationale, exit_plan, outcome, lesson].iter().all(|words| !words.contains("{{")) {
        return Ok(Cow::Borrowed(note));
    }
    let in_words = |words: &str| in_words(words, note, publication);
    Ok(Cow::Owned(NoteText {
        thesis: in_words(thesis)?,
        position_size_rationale: in_words(position_size_rationale)?,
        exit_plan: in_words(exit_plan)?,
        outcome: in_words(outcome)?,
        lesson: in_words(lesson)?,
        ..note.clone()
    }))
}

fn in_words(text: &str, note: &NoteText, publication: &Publication) -> Result<String> {
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let mut words = String::new();
    let mut from = 0;
    for form in short_form::all(text, 0..text.len()) {
        let (start, end) = (form.range.start, form.range.end);
        let at = |at: usize| place(note, part(start, end), at - start);
        let Some(shown) = meaning::of(&form, publication).map_err(|(offset, error)| error.at(at(offset)))? else {
            continue;
        };
        if matches!(shown, Shown::Chart(_)) {
            let error = Error::data("a chart has no place in the front matter");
            return Err(error.at(at(start)).hint("put it below, as a paragraph of its own"));
        }
        words.push_str(&unescaped(part(from, start)));
        words.push_str(&shown.in_words());
        from = end;
    }
    words.push_str(&unescaped(part(from, text.len())));
    Ok(words)
}

/// As Markdown would have it: braces after a backslash are braces.
fn unescaped(words: &str) -> String {
    words.replace("\\{{", "{{")
}

/// Where a byte of a short form is in the file: the form is looked for as it is written.
fn place(note: &NoteText, form: &str, at: usize) -> Place {
    let Some((front, start)) = note.front.as_ref().and_then(|front| Some((front, front.text.find(form)?))) else {
        return Place::file(&note.path);
    };
    let mut place = Place::offset(&note.path, &front.text, start + at);
    place.line = place.line.map(|line| line + front.line - 1);
    place
}
