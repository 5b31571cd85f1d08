//! A kind of input, and what can become of one.

/// Says what is wrong with what becomes of an input.
pub type Reader = Box<dyn Fn(&[u8]) -> Outcome + Send + Sync>;

/// A kind of input: files to begin with, and what is done with one.
pub struct Kind {
    pub name: &'static str,
    pub seeds: Vec<Vec<u8>>,
    /// How many of a hundred inputs are of this kind.
    pub share: usize,
    /// Reads an input, and says what is wrong with what became of it.
    pub read: Reader,
}

/// What became of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was refused with words.
    Refused,
    /// It was read.
    Read,
    /// Rows are gone of which nothing is said: so many were in it, and so many came out.
    Lost(usize, usize),
    /// Something secret stands in what is said.
    Leaked(String),
}

impl Outcome {
    /// What is wrong with it, in words.
    pub fn wrong(&self) -> Option<String> {
        match self {
            Self::Refused | Self::Read => None,
            Self::Lost(before, after) => Some(format!("loses rows: {before} in, {after} out")),
            Self::Leaked(words) => Some(format!("says a secret: {words}")),
        }
    }
}
