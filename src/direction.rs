//! Marks that turn the direction of a text.

/// A text without the marks that embed, override or isolate a direction (U+202A to U+202E and U+2066 to U+2069): where no element of a page
/// ends their effect, as in a title, a feed or the name of a file, they would turn what stands beside it. Letters have their direction
/// without them.
pub fn without_turns(text: &str) -> String {
    text.chars().filter(|letter| !turns(*letter)).collect()
}

/// Whether a character is such a mark.
pub fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stay_and_marks_that_turn_them_go() {
        assert_eq!(without_turns("a\u{202e}gnp.exe \u{2067}\u{5d0}\u{200f}\u{2069}"), "agnp.exe \u{5d0}\u{200f}");
    }
}
