//! The text of a file while it is read, and the line and column of any byte of it.

use std::cell::OnceCell;
use std::path::Path;

use crate::error::Place;

/// Bytes between two marks: few enough to walk for each place, many enough that the marks take no room.
const STEP: usize = 4096;

/// A file and its text.
///
/// Files may have a hundred thousand rows to report on, on one line or on as many, so a place is looked up from the
/// nearest mark and never counted from the top.
#[derive(Debug)]
pub struct Source<'a> {
    path: &'a Path,
    text: &'a str,
    marks: OnceCell<Vec<Mark>>,
}

/// The line and column, counted from 1, of the character at an offset.
#[derive(Debug, Clone, Copy)]
struct Mark {
    offset: usize,
    line: usize,
    column: usize,
}

impl Mark {
    const TOP: Self = Self { offset: 0, line: 1, column: 1 };

    /// The mark behind a character.
    fn after(self, letter: char) -> Self {
        let (line, column) = if letter == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        Self { offset: self.offset + letter.len_utf8(), line, column }
    }
}

impl<'a> Source<'a> {
    /// The text of the file at a path.
    pub fn new(path: &'a Path, text: &'a str) -> Self {
        Self { path, text, marks: OnceCell::new() }
    }

    /// Where the file lies.
    pub fn path(&self) -> &'a Path {
        self.path
    }

    /// What it holds.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The place of the character at an offset, or of the end.
    pub fn place(&self, offset: usize) -> Place {
        let marks = self.marks.get_or_init(|| marks(self.text));
        let before = marks.partition_point(|mark| mark.offset <= offset).checked_sub(1);
        let nearest = before.and_then(|index| marks.get(index)).copied().unwrap_or(Mark::TOP);
        let rest = self.text.get(nearest.offset..).unwrap_or_default();
        let mut here = nearest;
        for letter in rest.chars() {
            let next = here.after(letter);
            if next.offset > offset {
                break;
            }
            here = next;
        }
        Place { path: self.path.to_path_buf(), line: Some(here.line), column: Some(here.column) }
    }
}

fn marks(text: &str) -> Vec<Mark> {
    let mut here = Mark::TOP;
    let mut marks = vec![here];
    let mut due = STEP;
    for letter in text.chars() {
        here = here.after(letter);
        if here.offset >= due {
            marks.push(here);
            due = here.offset + STEP;
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_and_columns_are_counted_from_one_in_characters() {
        let source = Source::new(Path::new("a.csv"), "one\ntwo = é x");
        assert_eq!(source.place(0).to_string(), "a.csv:1:1");
        assert_eq!(source.place(12).to_string(), "a.csv:2:8");
        assert_eq!(source.place(usize::MAX).to_string(), "a.csv:2:10");
    }

    proptest! {
        #[test]
        fn a_place_is_what_counting_from_the_top_gives(lines in "(é|\n|[a-z]{1,9}){0,40}", times in 1_usize..300) {
            let text = lines.repeat(times);
            let source = Source::new(Path::new("a"), &text);
            for (offset, _) in text.char_indices().step_by(97) {
                prop_assert_eq!(source.place(offset), Place::offset("a", &text, offset));
            }
        }
    }
}
