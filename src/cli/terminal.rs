//! Results to standard output, words to standard error.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::path::Path;

use dialoguer::console::Term;
use serde::Serialize;

use super::plain::{is_plain, plain};
use super::wrapping::wrapped;
use crate::direction::turns;
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

    /// How many columns the terminal has that results are printed on; `None` where there is none.
    pub fn columns(&self) -> Option<usize> {
        Term::stdout().size_checked().map(|(_, columns)| usize::from(columns))
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
        // A fault of the whole site needs no name.
        let place = error.place().filter(|place| place.path != root || place.line.is_some()).cloned();
        let place = place.map(|place| format!("{}: ", place.relative_to(root))).unwrap_or_default();
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

/// A text in letters that the terminal has, and in lines as wide as it; where there is none, in lines as they are.
fn fitted(text: &str, terminal: &Term) -> String {
    let text = if is_plain() { plain(text) } else { text.to_owned() };
    match terminal.size_checked() {
        Some((_, columns)) => wrapped(&text, usize::from(columns)),
        None => text,
    }
}

/// Text in a colour. The stream it is written to takes the colour out again where none is wanted: in files and pipes,
/// and where `NO_COLOR` is set.
pub fn painted(text: &str, code: &str) -> String {
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// Text from outside without characters that would steer the terminal; lines stay.
pub fn visible(text: &str) -> String {
    let steers = |letter: char| (letter.is_control() && letter != '\n') || turns(letter);
    text.chars().map(|letter| if steers(letter) { '\u{fffd}' } else { letter }).collect()
}
