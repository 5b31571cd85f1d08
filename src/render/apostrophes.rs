//! Apostrophes as they are printed, in all text that templates fill in.

use std::borrow::Cow;

/// Text with the apostrophes of words as they are printed. A path is left alone: it names a file as that is called. A mark of division
/// has blanks around it.
pub fn printed(text: &str) -> Cow<'_, str> {
    let mut printed = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.match_indices('\'').find_map(|(at, _)| apostrophe(rest, at)) {
        if text.contains('/') && text.replace(" / ", " ").contains('/') {
            break;
        }
        printed.extend([before, "’"]);
        rest = after;
    }
    if printed.is_empty() { text.into() } else { (printed + rest).into() }
}

/// What is before and after the mark there, if letters are.
fn apostrophe(text: &str, at: usize) -> Option<(&str, &str)> {
    let (before, after) = text.split_at_checked(at)?;
    let after = after.strip_prefix('\'')?;
    (before.ends_with(char::is_alphabetic) && after.starts_with(char::is_alphabetic)).then_some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_inside_words_are_apostrophes_and_all_others_stay_marks() {
        assert_eq!(printed("The account's <index>, nobody's"), "The account’s <index>, nobody’s");
        let code = "printf '%s' \"$x\" 'a' 5'6";
        assert_eq!(printed(code), code);
        assert_eq!(printed("it's/a'b.html"), "it's/a'b.html");
        assert_eq!(printed("gain / loss, the day's"), "gain / loss, the day’s");
        assert_eq!(printed("d'été and 'tis"), "d’été and 'tis");
    }
}
