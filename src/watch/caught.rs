//! A fault of this program while it works on one thing, which must not end all other work.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{Error, Result};

/// What `work` gives; where it panics, an error that says so. What it was working on is not to be used after that.
///
/// # Errors
/// A panic.
pub fn caught<T>(what: &str, work: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let hint = "this is a fault of the program: please report it with what you saved last; another change is tried again";
        Error::internal(format!("the program failed while it made {what}")).because(words(panic.as_ref())).hint(hint)
    })
}

fn words(panic: &(dyn Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    let words = owned.or_else(|| panic.downcast_ref::<&str>().copied());
    words.unwrap_or("it did not say why").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        assert_eq!(caught("nothing", || 7).unwrap(), 7);
        let nothing: [u8; 0] = [];
        let number = nothing.len();
        let error = caught("the reports", || nothing[number]).unwrap_err();
        assert_eq!(error.message(), "the program failed while it made the reports");
        assert!(error.causes()[0].contains("out of bounds"), "{:?}", error.causes());
    }
}
