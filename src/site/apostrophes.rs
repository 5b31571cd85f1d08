//! Apostrophes as they are printed, in all text that templates fill in.

use std::io;

use tera::escape_html;

/// Text as HTML, with the apostrophes of words as they are printed. A path is left alone: it names a file as that is called.
pub fn escaped(text: &str, page: &mut dyn io::Write) -> io::Result<()> {
    if text.contains('/') {
        return escape_html(text, page);
    }
    let mut rest = text;
    while let Some((before, after)) = rest.match_indices('\'').find_map(|(at, _)| apostrophe(rest, at)) {
        escape_html(before, page)?;
        page.write_all("’".as_bytes())?;
        rest = after;
    }
    escape_html(rest, page)
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
        let written = |text| {
            let mut page = Vec::new();
            escaped(text, &mut page).unwrap();
            String::from_utf8(page).unwrap()
        };
        assert_eq!(written("The account's <index>, nobody's"), "The account’s &lt;index&gt;, nobody’s");
        assert_eq!(written("printf '%s' \"$x\" 'a' 5'6"), written("printf '%s' \"$x\" ") + "&#39;a&#39; 5&#39;6");
        assert!(!written("it's/a'b.html").contains('’'));
        assert_eq!(written("d'été and 'tis"), "d’été and &#39;tis");
    }
}
