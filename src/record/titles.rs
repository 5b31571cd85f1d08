//! Titles and summaries of the author's texts: plain words on one line.

use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::front_matter::Split;
use super::short_form;
use crate::direction::without_turns;
use crate::error::{Error, Place, Result};

/// What a text is called.
pub(super) struct Titled {
    /// Its title: its own, its heading, or the name of its file.
    pub title: String,
    /// Whether the author gave it one.
    pub is_titled: bool,
    /// How much of the text is a heading that says its title, which stands over it wherever it is shown.
    pub heading: usize,
}

/// The title of a text with this one in its front matter, in a file of this name.
///
/// # Errors
/// As [`refuse_short_forms`].
pub(super) fn of(own: Option<&str>, parts: &Split, stem: &str, path: &Path) -> Result<Titled> {
    let own = own.filter(|title| !shown(title).is_empty());
    let leading = leading_heading(parts.body);
    let is_titled = own.is_some() || leading.is_some();
    let heading = || first_heading(parts).filter(|heading| !shown(heading).is_empty());
    let title = match own.or_else(heading) {
        Some(written) => {
            refuse_short_forms(written, parts, path)?;
            shown(written)
        }
        None => in_words(stem),
    };
    let heading = leading.filter(|(heading, _)| *heading == title).map_or(0, |(_, length)| length);
    Ok(Titled { title, is_titled, heading })
}

/// Refuses a title or summary with a short form, known or not: it would stay as it is written wherever it is shown.
///
/// # Errors
/// The short form with its line and column.
pub(super) fn refuse_short_forms(words: &str, parts: &Split, path: &Path) -> Result<()> {
    let Some(form) = short_form(words) else { return Ok(()) };
    let in_front = parts.front.find(form).map(|at| (parts.front, at, parts.front_line));
    let found = in_front.or_else(|| parts.body.find(form).map(|at| (parts.body, at, parts.body_line)));
    let place = found.map_or_else(
        || Place::file(path),
        |(text, at, first_line)| {
            let place = Place::offset(path, text, at);
            Place { line: place.line.map(|line| line + first_line - 1), ..place }
        },
    );
    Err(Error::data("short forms cannot stand in titles and summaries")
        .at(place)
        .hint("write it in the text; braces that are meant as such are written `\\{{`"))
}

/// The first short form in these words, of a known kind or not.
fn short_form(words: &str) -> Option<&str> {
    let form = short_form::all(words, 0..words.len()).into_iter().find(|form| form.words.is_some())?;
    words.get(form.range)
}

/// A title or summary as it is shown.
pub(super) fn shown(written: &str) -> String {
    on_one_line(&written.replace("\\{{", "{{"))
}

/// Words without line breaks and other characters that control more than they show, each letter in one with its accents.
pub(super) fn on_one_line(words: &str) -> String {
    let plain = words.nfc().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>();
    without_turns(&plain).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A file's name as a title: `how-i-trade` as `How i trade`, a date as it is.
fn in_words(stem: &str) -> String {
    let mut letters = stem.nfc();
    match letters.next().filter(|first| first.is_alphabetic()) {
        Some(first) => first.to_uppercase().chain(letters).collect::<String>().replace(['-', '_'], " "),
        None => stem.to_owned(),
    }
}

/// The heading of the first level that a text begins with, and how much of the text it is.
fn leading_heading(body: &str) -> Option<(String, usize)> {
    let blank = body.len() - body.trim_start_matches(['\n', '\r']).len();
    let text = body.get(blank..)?;
    let line = text.lines().next()?;
    let heading = shown(line.strip_prefix("# ")?);
    let length = text.find('\n').map_or(text.len(), |end| end + 1);
    (!heading.is_empty()).then_some((heading, blank + length))
}

fn first_heading<'t>(parts: &Split<'t>) -> Option<&'t str> {
    parts.body.lines().find_map(|line| line.strip_prefix("# "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::record::content::document;

    #[test]
    fn a_short_form_in_a_title_or_summary_is_refused_where_it_stands() {
        let said = |text: &str| document(text, Path::new("a.md")).unwrap_err().to_string();
        let words = "short forms cannot stand in titles and summaries";
        assert_eq!(said("+++\ntitle = \"T {{ stat:sharpe }}\"\n+++\nWords.\n"), format!("a.md:2:12: {words}"));
        assert_eq!(said("+++\ndate = 2026-01-01\n+++\n\n# T {{stt : x"), format!("a.md:5:5: {words}"));
        assert_eq!(said("Words.\n\n# T {{ stat:nothing }}\n"), format!("a.md:3:5: {words}"));
        assert_eq!(said("+++\nsummary = \"S {{ trade:x }}\"\n+++\n# T\n"), format!("a.md:2:14: {words}"));
        assert_eq!(said("+++\ntitle = \"\\u007b{stat:x}}\"\n+++\n"), format!("a.md: {words}"));
        let read = |text: &str| document(text, Path::new("a.md")).unwrap();
        assert_eq!(read("# T \\{{ stat:x }}\nWords.").title, "T {{ stat:x }}");
        assert_eq!(read("# T {{ x }} {{1: 2}} {{ x: {y} }}\nWords.").title, "T {{ x }} {{1: 2}} {{ x: {y} }}");
        assert_eq!(said("# T \\\\{{ stat:x }}"), format!("a.md:1:7: {words}"));
        assert_eq!(read("+++\ntitle = 'T'\n+++\n# S {{ stat:sharpe }}\n").body, "# S {{ stat:sharpe }}\n");
    }

    #[test]
    fn a_heading_that_a_text_begins_with_is_its_title_and_not_repeated() {
        let read = |text: &str| {
            let read = document(text, Path::new("a.md")).unwrap();
            (read.title, read.is_titled, read.body, read.body_line)
        };
        let found = |title: &str, is_titled, body: &str, line| (title.to_owned(), is_titled, body.to_owned(), line);
        assert_eq!(read("\n# Why  it fell\n\nWords.\n"), found("Why it fell", true, "\nWords.\n", 3));
        assert_eq!(read("+++\ntitle = 'Why'\n+++\n# Why\nWords.\n"), found("Why", true, "Words.\n", 5));
        assert_eq!(read("+++\ntitle = 'Us'\n+++\n# Why\nWords.\n"), found("Us", true, "# Why\nWords.\n", 4));
        assert_eq!(read("Words.\n\n# Why\n"), found("Why", false, "Words.\n\n# Why\n", 1));
        assert_eq!(read("# Why"), found("Why", true, "", 1));
    }

    #[test]
    fn a_page_takes_its_title_from_the_nearest_source() {
        let title = |text: &str| document(text, Path::new("content/about.md")).unwrap().title;
        assert_eq!(title("+++\ntitle = 'Us'\n+++\n# Heading\n"), "Us");
        assert_eq!(title("Hello\n\n# Heading \n"), "Heading");
        assert_eq!(title("Hello"), "About");
        let of_file = |name: &str| document("Hello", Path::new(name)).unwrap().title;
        assert_eq!(
            ["how-i_trade.md", "2022-05.md", "ähnlich.md"].map(of_file),
            ["How i trade", "2022-05", "Ähnlich"]
        );
    }
}
