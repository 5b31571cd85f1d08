//! The fonts of the reports: two families, embedded, so that a page looks the same everywhere.
//!
//! Source Sans 3 is for text; DejaVu Sans Mono is for code and for symbols that the text font lacks. Characters in neither
//! font cannot be typeset, and the archival standard forbids glyphs that are missing.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use super::embedded::embedded;
use crate::digest::sha256;

/// The files, as they are named in `templates/fonts/`.
const FILES: [&str; 4] =
    ["SourceSans3-Regular.ttf", "SourceSans3-Italic.ttf", "SourceSans3-SemiBold.ttf", "DejaVuSansMono.ttf"];

/// The replacement for a character that no font has.
pub const MISSING: char = '\u{25a1}';

static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::load);

/// The embedded fonts.
pub struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Fonts {
    /// The fonts, read on first use.
    pub fn embedded() -> &'static Self {
        &FONTS
    }

    fn load() -> Self {
        let fonts: Vec<Font> = files().filter_map(|file| Font::new(Bytes::new(file), 0)).collect();
        Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    }

    /// The metadata of the fonts.
    pub fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// A font by its index in the book.
    pub fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn has(&self, letter: char) -> bool {
        self.fonts.iter().any(|font| font.info().coverage.contains(u32::from(letter)))
    }
}

fn files() -> impl Iterator<Item = &'static [u8]> {
    FILES.into_iter().filter_map(|name| embedded(&format!("fonts/{name}")))
}

/// The digest of all font files.
pub fn digest() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| files().map(|file| sha256(file, 64)).collect());
    &DIGEST
}

/// Whether a character can be typeset.
pub fn can_show(letter: char) -> bool {
    match letter {
        '\n' | ' '..='~' => true,
        // Also without the fonts at hand: the usual letters and marks of Western European text.
        '\u{a1}'..='\u{17e}' | '\u{2013}' | '\u{2014}' | '\u{2018}'..='\u{201e}' | '\u{2026}' | '\u{2212}' => true,
        // Controls, marks without a shape of their own, private letters and those that a PDF may not map.
        letter if letter.is_control() => false,
        '\u{e000}'..='\u{f8ff}' | '\u{fff9}'..='\u{ffff}' | '\u{feff}' | '\u{f0000}'.. => false,
        letter => Fonts::embedded().has(letter),
    }
}

/// Zero-width formatting characters, which can be dropped without changing how a text reads.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is replaced by [`MISSING`].
pub fn is_missing(letter: char) -> bool {
    !matches!(letter, '\t' | '\r') && !is_invisible(letter) && !can_show(letter)
}

/// A text with every character that cannot be typeset replaced by [`MISSING`]; adds their number to `missing`.
pub fn replace_missing_glyphs(text: &str, missing: &mut usize) -> String {
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => result.push(' '),
            '\r' => {}
            letter if is_invisible(letter) => {}
            letter if is_missing(letter) => {
                *missing += 1;
                result.push(MISSING);
            }
            letter => result.push(letter),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_file_is_there_and_readable() {
        let fonts = Fonts::embedded();
        assert_eq!(fonts.fonts.len(), FILES.len());
        let families: Vec<_> = fonts.book.families().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(families, ["DejaVu Sans Mono", "Source Sans 3"]);
    }

    #[test]
    fn what_is_taken_for_granted_is_in_the_fonts() {
        let wide = (' '..='~').chain('\u{a1}'..='\u{17e}').chain("–—‘’‚“”„…−□".chars());
        let lacking: Vec<char> = wide.filter(|letter| !Fonts::embedded().has(*letter)).collect();
        assert_eq!(
            lacking,
            ['\u{ad}', '\u{149}'].into_iter().filter(|letter| lacking.contains(letter)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_has_no_glyph_is_shown_as_a_box_and_counted() {
        let mut missing = 0;
        assert_eq!(replace_missing_glyphs("up 🚀\u{fe0f} to\u{200b} \u{e000}\u{7}é−", &mut missing), "up □ to □□é−");
        assert_eq!(missing, 3);
    }
}
