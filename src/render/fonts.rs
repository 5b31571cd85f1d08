//! The fonts of the reports: two families, embedded, so that a page looks the same everywhere, and those that a site names for
//! other scripts.
//!
//! Source Sans 3 is for text; DejaVu Sans Mono is for code and for symbols that the text font lacks. Characters in no font
//! cannot be typeset, and the archival standard forbids glyphs that are missing.

use std::path::{Component, Path};
use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use super::embedded::embedded;
use crate::digest::sha256;
use crate::site_dir::INPUT_FOLDERS;
use crate::{Error, Place, Result};

/// The files, as they are named in `templates/fonts/`.
const FILES: [&str; 4] =
    ["SourceSans3-Regular.ttf", "SourceSans3-Italic.ttf", "SourceSans3-SemiBold.ttf", "DejaVuSansMono.ttf"];

/// The replacement for a character that no font has.
pub const MISSING: char = '\u{25a1}';

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::of(Vec::new(), String::new()));

/// Fonts to typeset with.
#[derive(Debug)]
pub struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// How many of them are a site's own: the last ones.
    own: usize,
    digest: String,
}

impl Fonts {
    /// The embedded fonts alone, read on first use.
    pub fn embedded() -> &'static Self {
        &FONTS
    }

    /// The embedded fonts, and those in the files that a site names below its root.
    ///
    /// # Errors
    /// A file that is not there, that is no font, or that lies where a change of it would not be noticed.
    pub fn with(root: &Path, named: &[String]) -> Result<Self> {
        let (mut own, mut digests) = (Vec::new(), String::new());
        for name in named {
            let content = read(root, name)?;
            digests += &sha256(&content, 64);
            let before = own.len();
            own.extend(Font::iter(Bytes::new(content)));
            if own.len() == before {
                return Err(Error::configuration(format!("`{name}` is not a font that can be read"))
                    .at(Place::file(root.join(name)))
                    .hint(
                        "TrueType and OpenType files (.ttf, .otf, .ttc) are; a WOFF file has to be unpacked first",
                    ));
            }
        }
        Ok(Self::of(own, digests))
    }

    fn of(own: Vec<Font>, digest: String) -> Self {
        let count = own.len();
        let embedded = files().filter_map(|file| Font::new(Bytes::new(file), 0));
        let fonts: Vec<Font> = embedded.chain(own).collect();
        Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, own: count, digest }
    }

    /// The metadata of the fonts.
    pub fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// A font by its index in the book.
    pub fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// The digest of the site's own.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The names of the site's own families, in the order they are named in.
    pub fn families(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for font in self.own() {
            let name = font.info().family.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn own(&self) -> &[Font] {
        self.fonts.get(self.fonts.len() - self.own..).unwrap_or_default()
    }

    /// Whether a character can be typeset.
    pub fn can_show(&self, letter: char) -> bool {
        match letter {
            '\n' | ' '..='~' => true,
            // Also without the fonts at hand: the usual letters and marks of Western European text.
            '\u{a1}'..='\u{17e}' | '\u{2013}' | '\u{2014}' | '\u{2018}'..='\u{201e}' | '\u{2026}' | '\u{2212}' => {
                true
            }
            // Controls, marks without a shape of their own, private letters and those that a PDF may not map.
            letter if letter.is_control() => false,
            '\u{e000}'..='\u{f8ff}' | '\u{fff9}'..='\u{ffff}' | '\u{feff}' | '\u{f0000}'.. => false,
            letter => has(&self.fonts, letter),
        }
    }

    /// Whether a character is replaced by [`MISSING`].
    pub fn lack(&self, letter: char) -> bool {
        !matches!(letter, '\t' | '\r') && !is_invisible(letter) && !self.can_show(letter)
    }

    /// A text with every character that cannot be typeset replaced by [`MISSING`], which is added to `missing`.
    pub fn replace_missing(&self, text: &str, missing: &mut Vec<char>) -> String {
        let mut result = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '\t' => result.push(' '),
                '\r' => {}
                // By these, letters of some scripts and the parts of an emoji are joined or kept apart.
                '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' if has(self.own(), letter) => result.push(letter),
                letter if is_invisible(letter) => {}
                letter if self.lack(letter) => {
                    missing.push(letter);
                    result.push(MISSING);
                }
                letter => result.push(letter),
            }
        }
        result
    }
}

fn has(fonts: &[Font], letter: char) -> bool {
    fonts.iter().any(|font| font.info().coverage.contains(u32::from(letter)))
}

/// A font file that the configuration names.
fn read(root: &Path, name: &str) -> Result<Vec<u8>> {
    let wrong = |message: String| Error::configuration(message).at(place(root, name));
    let parts: Vec<Component> = Path::new(name).components().collect();
    let is_plain = parts.iter().all(|part| matches!(part, Component::Normal(_)));
    let is_below = parts.first().is_some_and(|part| INPUT_FOLDERS.iter().any(|folder| part.as_os_str() == *folder));
    if !is_plain || !is_below {
        return Err(wrong(format!("`[report] fonts` names `{name}`, which is not below fonts/ of the site"))
            .hint("copy the file to fonts/ and name it as `fonts/NAME.ttf`: so a change of it is noticed"));
    }
    std::fs::read(root.join(name)).map_err(|cause| {
        wrong(format!("the font `{name}` of `[report] fonts` cannot be read"))
            .because(cause)
            .hint("put the file there, or take its name out of `[report] fonts`")
    })
}

/// The line of the configuration that names a font.
fn place(root: &Path, name: &str) -> Place {
    let path = root.join("config/config.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let line = text.lines().position(|line| !name.is_empty() && line.contains(name)).map(|line| line + 1);
    Place { path, line, column: None }
}

fn files() -> impl Iterator<Item = &'static [u8]> {
    FILES.into_iter().filter_map(|name| embedded(&format!("fonts/{name}")))
}

/// The digest of all embedded font files.
pub fn digest() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| files().map(|file| sha256(file, 64)).collect());
    &DIGEST
}

/// Zero-width formatting characters, which can be dropped without changing how most texts read.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether nothing of a text can be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|letter| letter.is_whitespace() || is_invisible(letter))
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
        assert!(fonts.families().is_empty() && fonts.digest().is_empty());
    }

    #[test]
    fn what_is_taken_for_granted_is_in_the_fonts() {
        let wide = (' '..='~').chain('\u{a1}'..='\u{17e}').chain("–—‘’‚“”„…−□".chars());
        let lacking: Vec<char> = wide.filter(|letter| !has(&Fonts::embedded().fonts, *letter)).collect();
        assert_eq!(
            lacking,
            ['\u{ad}', '\u{149}'].into_iter().filter(|letter| lacking.contains(letter)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_has_no_glyph_is_shown_as_a_box_and_named() {
        let mut missing = Vec::new();
        let shown = Fonts::embedded().replace_missing("up 🚀\u{fe0f} to\u{200b} \u{e000}\u{7}é−", &mut missing);
        assert_eq!(shown, "up □ to □□é−");
        assert_eq!(missing, ['🚀', '\u{e000}', '\u{7}']);
    }

    /// A site with the font of the tests, which has Hebrew letters, as `fonts/Hebrew.ttf`.
    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("fonts")).unwrap();
        std::fs::create_dir_all(folder.path().join("config")).unwrap();
        std::fs::write(
            folder.path().join("fonts/Hebrew.ttf"),
            include_bytes!("../../tests/fixtures/fonts/TrialHebrew.ttf"),
        )
        .unwrap();
        folder
    }

    #[test]
    fn a_named_file_adds_its_letters() {
        let folder = site();
        let fonts = Fonts::with(folder.path(), &["fonts/Hebrew.ttf".into()]).unwrap();
        assert_eq!(fonts.families(), ["Trial Hebrew"]);
        assert_ne!(fonts.digest(), "");
        let mut missing = Vec::new();
        assert_eq!(fonts.replace_missing("א 🚀", &mut missing), "א □");
        assert_eq!(missing, ['🚀']);
        assert!(Fonts::embedded().lack('א'));
    }

    #[test]
    fn a_file_that_is_wrong_is_named_with_its_place_and_a_next_step() {
        let folder = site();
        let named = ["none.ttf", "fonts/none.ttf", "fonts/../config/x.ttf", "/etc/x.ttf", ""];
        std::fs::write(folder.path().join("config/config.toml"), format!("[report]\nfonts = {named:?}\n")).unwrap();
        let error = |name: &str| Fonts::with(folder.path(), &[name.to_owned()]).err().unwrap();
        assert_eq!(error("fonts/none.ttf").message(), "the font `fonts/none.ttf` of `[report] fonts` cannot be read");
        assert!(error("fonts/none.ttf").place().unwrap().to_string().ends_with("config.toml:2"));
        for outside in ["none.ttf", "fonts/../config/x.ttf", "/etc/x.ttf", ""] {
            assert!(error(outside).message().ends_with("which is not below fonts/ of the site"), "{outside}");
            assert!(error(outside).next_step().is_some());
        }
        for broken in
            [&b""[..], b"wOF2 and more", &include_bytes!("../../tests/fixtures/fonts/TrialHebrew.ttf")[..90]]
        {
            std::fs::write(folder.path().join("fonts/Hebrew.ttf"), broken).unwrap();
            let error = error("fonts/Hebrew.ttf");
            assert_eq!(error.message(), "`fonts/Hebrew.ttf` is not a font that can be read");
            assert!(error.place().unwrap().to_string().ends_with("Hebrew.ttf") && error.next_step().is_some());
        }
    }
}
