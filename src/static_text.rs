//! Texts of the program's own that come back from a file in which it has kept them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer};

/// A text that is part of the program. It has this name because `serde` takes a bare reference for one into what is read.
pub type StaticText = &'static str;

/// Reads a text that a field has from the program.
///
/// # Errors
/// Something else than a text.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StaticText, D::Error> {
    Cow::<'de, str>::deserialize(deserializer).map(|text| of(&text))
}

/// The text for as long as the program runs, each once: they are few.
pub fn of(text: &str) -> StaticText {
    static KNOWN: Mutex<BTreeSet<StaticText>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.get(text) {
        return text;
    }
    let text: StaticText = Box::leak(text.into());
    known.insert(text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_there_once() {
        let (first, second) = (of("a formula"), of("a formula"));
        assert!(first == "a formula" && std::ptr::eq(first, second));
    }
}
