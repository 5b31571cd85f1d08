//! One error for the whole program: what went wrong, where, and what to do next.
//!
//! Every error here ends in front of a person, so it carries words rather than variants: a message, the
//! place it is about, a next step, and the cause underneath. `main` prints it; the library never does.

use std::fmt;
use std::path::{Path, PathBuf};

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A spot in a file, as precise as it is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file or folder.
    pub path: PathBuf,
    /// Line, counted from 1.
    pub line: Option<usize>,
    /// Column, counted from 1.
    pub column: Option<usize>,
}

impl Place {
    /// A whole file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), line: None, column: None }
    }

    /// A line of a file.
    pub fn line(path: impl Into<PathBuf>, line: usize) -> Self {
        Self { path: path.into(), line: Some(line), column: None }
    }

    /// The line and column of a byte offset in `text`, the content of the file.
    pub fn offset(path: impl Into<PathBuf>, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Self { path: path.into(), line: Some(line), column: Some(column) }
    }

    /// The same place with its path shown relative to `root`, where it lies below it.
    pub fn relative_to(mut self, root: &Path) -> Self {
        if let Ok(below) = self.path.strip_prefix(root) {
            self.path = below.to_path_buf();
        }
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// What went wrong, where, and what to do next.
#[derive(Debug)]
pub struct Error {
    message: String,
    place: Option<Place>,
    hint: Option<String>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error that says what went wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, hint: None, cause: None }
    }

    /// Adds the place, unless a more precise one is known already.
    pub fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// Adds what the reader can do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the error underneath.
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// An operation on a file or folder that the system refused.
    pub fn io(doing: &str, path: &Path, cause: std::io::Error) -> Self {
        Self::new(format!("cannot {doing}")).at(Place::file(path)).because(cause)
    }

    /// What went wrong, without place, cause or hint.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it went wrong.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// What to do next.
    pub fn next_step(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_columns_from_one() {
        let place = Place::offset("a.toml", "one\ntwo = é x", 12);
        assert_eq!(place.to_string(), "a.toml:2:8");
        assert_eq!(Place::offset("a.toml", "", 0).to_string(), "a.toml:1:1");
    }

    #[test]
    fn the_more_precise_place_stays() {
        let error = Error::new("bad price").at(Place::line("a.csv", 3)).at(Place::file("data"));
        assert_eq!(error.to_string(), "a.csv:3: bad price");
    }
}
