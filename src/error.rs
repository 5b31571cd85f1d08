//! One error for the whole program: what went wrong, where, and what to do next.
//!
//! Every error here ends in front of a person, so it carries words rather than variants: a message, the
//! place it is about, next steps, and the causes underneath. `main` prints it; the library never does. Programs
//! look at its [`ErrorKind`].

use std::path::{Path, PathBuf};
use std::{fmt, io};

use serde::Serialize;

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

    /// The same place with its path shown relative to `root`, where it lies below it. The root itself stays.
    pub fn relative_to(mut self, root: &Path) -> Self {
        if let Some(below) = self.path.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty()) {
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

/// Who can mend it, and whether trying again may help: what a program that runs this one needs to know.
///
/// It is set where the error is made, and stays what it is on the way up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// The command line asks for what cannot be done: call it differently.
    Usage,
    /// `config/`, the environment or an own template is wrong or incomplete: correct it.
    Configuration,
    /// A file of the record, a statement or a text is wrong, missing or contradicts another: correct or complete it.
    Data,
    /// A service cannot be reached, or gives no usable answer: try again later.
    Network,
    /// Somebody else holds what is needed, or asks for patience: try again soon.
    Busy,
    /// Somebody who may say no did: a service does not accept the log-in, the system denies access, or the program
    /// will not overwrite or publish something. Trying again does not help.
    Refused,
    /// A fault of this program or of the computer it runs on.
    Internal,
}

impl ErrorKind {
    /// The kind of an operation on a file or folder that failed.
    fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Refused,
            io::ErrorKind::WouldBlock | io::ErrorKind::ResourceBusy => Self::Busy,
            io::ErrorKind::NotFound
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidFilename => Self::Data,
            _ => Self::Internal,
        }
    }
}

/// What went wrong, where, and what to do next.
#[derive(Debug)]
pub struct Error(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    hints: Vec<String>,
    causes: Vec<Box<dyn std::error::Error + Send + Sync>>,
    others: Vec<Error>,
}

impl Error {
    /// An error of a kind, which says what went wrong.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let (hints, causes, others) = (Vec::new(), Vec::new(), Vec::new());
        Self(Box::new(Parts { kind, message: message.into(), place: None, hints, causes, others }))
    }

    /// An [`ErrorKind::Usage`] error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// An [`ErrorKind::Configuration`] error.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    /// An [`ErrorKind::Data`] error.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data, message)
    }

    /// An [`ErrorKind::Network`] error.
    pub fn network(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Network, message)
    }

    /// An [`ErrorKind::Busy`] error.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Busy, message)
    }

    /// An [`ErrorKind::Refused`] error.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Refused, message)
    }

    /// An [`ErrorKind::Internal`] error.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// An operation on a file or folder that the system refused.
    pub fn io(doing: &str, path: &Path, cause: io::Error) -> Self {
        Self::new(ErrorKind::of_io(&cause), format!("cannot {doing}")).at(Place::file(path)).because(cause)
    }

    /// Several errors as one: the first, which carries the others.
    pub fn all(errors: Vec<Self>) -> Self {
        let mut errors = errors.into_iter();
        let mut first = errors.next().unwrap_or_else(|| Self::internal("something failed and did not say how"));
        first.0.others.extend(errors);
        first
    }

    /// Adds the place, unless a more precise one is known already.
    pub fn at(mut self, place: Place) -> Self {
        self.0.place.get_or_insert(place);
        self
    }

    /// Adds something the reader can do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Adds an error underneath.
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.causes.push(cause.into());
        self
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, without place, cause or hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it went wrong.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// What to do next, the most specific advice first.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }

    /// The advice as one sentence.
    pub fn next_step(&self) -> Option<String> {
        (!self.0.hints.is_empty()).then(|| self.0.hints.join("; "))
    }

    /// What lies underneath, each cause followed by its own.
    pub fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        for cause in &self.0.causes {
            let mut next: Option<&dyn std::error::Error> = Some(cause.as_ref());
            while let Some(error) = next {
                causes.push(error.to_string());
                next = error.source();
            }
        }
        causes
    }

    /// The errors that were met together with this one.
    pub fn others(&self) -> &[Self] {
        &self.0.others
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.place {
            Some(place) => write!(f, "{place}: {}", self.0.message),
            None => f.write_str(&self.0.message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.causes.first().map(|cause| cause.as_ref() as _)
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
    fn a_place_is_shown_from_the_root_which_itself_is_never_empty() {
        let shown = |path: &str, root: &str| Place::file(path).relative_to(Path::new(root)).to_string();
        assert_eq!((shown("a/b", "a"), shown("a/b", "c")), ("b".to_owned(), "a/b".to_owned()));
        assert_eq!(
            (shown(".", "."), shown("a", "a"), shown("./b", ".")),
            (".".to_owned(), "a".to_owned(), "b".to_owned())
        );
    }

    #[test]
    fn the_more_precise_place_stays() {
        let error = Error::data("bad price").at(Place::line("a.csv", 3)).at(Place::file("data"));
        assert_eq!(error.to_string(), "a.csv:3: bad price");
    }

    #[test]
    fn advice_and_causes_are_kept() {
        let cause = io::Error::from(io::ErrorKind::NotFound);
        let words = cause.to_string();
        let error = Error::io("read the file", Path::new("a.csv"), cause).because("it was moved");
        let error = error.hint("restore it").hint("or import again");
        assert_eq!(error.causes(), [words.as_str(), "it was moved"]);
        assert_eq!(error.next_step().unwrap(), "restore it; or import again");
        assert_eq!(error.kind(), ErrorKind::Data);
    }

    #[test]
    fn a_denied_file_is_a_refusal_and_a_full_disk_is_no_fault_of_the_data() {
        let kind = |kind: io::ErrorKind| Error::io("write the file", Path::new("a"), kind.into()).kind();
        assert_eq!(kind(io::ErrorKind::PermissionDenied), ErrorKind::Refused);
        assert_eq!(kind(io::ErrorKind::StorageFull), ErrorKind::Internal);
    }

    #[test]
    fn of_several_errors_the_first_carries_the_others() {
        let error = Error::all(vec![Error::data("one"), Error::busy("two"), Error::data("three")]);
        let others: Vec<&str> = error.others().iter().map(Error::message).collect();
        assert_eq!((error.message(), others), ("one", vec!["two", "three"]));
        assert_eq!(Error::all(Vec::new()).kind(), ErrorKind::Internal);
    }
}
