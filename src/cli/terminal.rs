//! Results to standard output, words to standard error.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::path::Path;

use dialoguer::console::Term;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::wrapping::wrapped;
use crate::error::{Error, Result};
use crate::record::schema::Document;

/// Where a command's words go.
pub struct Terminal {
    quiet: bool,
    verbose: bool,
}

impl Terminal {
    /// A terminal with the verbosity of the flags.
    pub fn new(quiet: bool, verbose: bool) -> Self {
        Self { quiet, verbose }
    }

    /// Whether only results and errors are printed.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether details are printed.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Prints a result. A closed pipe is not an error.
    pub fn result(&self, text: impl Display) -> Result<()> {
        match writeln!(anstream::stdout().lock(), "{text}") {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Error::internal("cannot write the result").because(error))
            }
            _ => Ok(()),
        }
    }

    /// Prints a result that only people read: in lines as wide as their terminal.
    pub fn told(&self, text: impl Display) -> Result<()> {
        self.result(fitted(&text.to_string(), &Term::stdout()))
    }

    /// Prints a value with keys as one JSON document, after its schema number.
    pub fn json(&self, value: &impl Serialize) -> Result<()> {
        let value = Document::new(value);
        let text = serde_json::to_string_pretty(&value)
            .map_err(|error| Error::internal("cannot write JSON").because(error))?;
        self.result(text)
    }

    /// Prints progress, unless quiet.
    pub fn say(&self, text: impl Display) {
        if !self.quiet {
            self.stderr(&text.to_string());
        }
    }

    /// Prints details, if verbose.
    pub fn detail(&self, text: impl Display) {
        if self.verbose {
            self.say(text);
        }
    }

    /// Prints an error: what, where, why, and what to do next.
    pub fn error(&self, error: &Error, root: &Path) {
        let place = error.place().cloned().map(|place| format!("{}: ", place.relative_to(root))).unwrap_or_default();
        let mut text = format!("{} {place}{}", painted("error:", "31;1"), visible(error.message()));
        for cause in error.causes() {
            text += &format!("\n  {} {}", painted("caused by:", "31"), visible(&cause));
        }
        for hint in error.hints() {
            text += &format!("\n  {} {}", painted("next:", "36"), visible(hint));
        }
        self.stderr(&text);
        for other in error.others() {
            self.error(other, root);
        }
    }

    /// Prints what belongs to an error.
    pub fn always(&self, text: impl Display) {
        self.stderr(&text.to_string());
    }

    fn stderr(&self, text: &str) {
        // With standard error gone nobody is left to read it.
        let _ = writeln!(anstream::stderr().lock(), "{}", fitted(text, &Term::stderr()));
    }
}

/// A text in lines as wide as a terminal; as it is where there is none.
fn fitted(text: &str, terminal: &Term) -> String {
    match terminal.size_checked() {
        Some((_, columns)) => wrapped(text, usize::from(columns)),
        None => text.to_owned(),
    }
}

/// Text in a colour. The stream it is written to takes the colour out again where none is wanted: in files and pipes,
/// and where `NO_COLOR` is set.
pub fn painted(text: &str, code: &str) -> String {
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// Text from outside without characters that would steer the terminal; lines stay.
pub fn visible(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() && letter != '\n' { '\u{fffd}' } else { letter }).collect()
}

/// Rows as columns: words to the left, figures to the right. A row of one cell is a heading and sets no width.
pub fn table(rows: &[Vec<String>], figures: &[usize]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows.iter().filter(|row| row.len() > 1) {
        for (column, cell) in row.iter().enumerate() {
            let width = cell.width();
            match widths.get_mut(column) {
                Some(known) => *known = width.max(*known),
                None => widths.push(width),
            }
        }
    }
    let line = |row: &Vec<String>| {
        if let [heading] = row.as_slice() {
            return if heading.is_empty() { String::new() } else { painted(heading, "1") };
        }
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let space = " ".repeat(width.saturating_sub(cell.width()));
            if figures.contains(&column) { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_the_script() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        // Each of these signs takes two columns of a terminal; an accent of its own takes none.
        let rows = [row(["日本", "1", "x"]), row(["Zu\u{308}rich", "100", "y"]), row(["Paris", "20", "z"])];
        assert_eq!(table(&rows, &[1]), "日本      1  x\nZu\u{308}rich  100  y\nParis    20  z");
    }
}
