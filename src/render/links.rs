//! Where a link leads, and how it is spelt: out of the site, or to a path in it.

use std::borrow::Cow;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization;

/// Whether a link leads outside the site: it names a scheme or a host.
pub fn is_external(link: &str) -> bool {
    let scheme = link.split(['/', '?', '#']).next().and_then(|start| start.split_once(':')).map(|(scheme, _)| scheme);
    link.starts_with("//")
        || scheme.is_some_and(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)))
}

/// A link cut into its parts, as they are spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The path; empty for the page itself.
    pub address: &'a str,
    /// The query with its `?`, or nothing.
    pub query: &'a str,
    /// The anchor without its `#`, or nothing.
    pub fragment: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts a link.
    pub fn of(link: &'a str) -> Self {
        let (rest, fragment) = link.split_once('#').unwrap_or((link, ""));
        let query = rest.find('?').unwrap_or(rest.len());
        let (address, query) = rest.split_at_checked(query).unwrap_or((rest, ""));
        Self { address, query, fragment }
    }
}

/// What a path or anchor says whose signs may be spelt in per cent: `my%20chart.png` is `my chart.png`.
pub fn decoded(text: &str) -> Cow<'_, str> {
    // What is no text in the end was not spelt in per cent.
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

/// A path or anchor with each accented letter as one: keyboards write them so, and some systems name files with a letter and an
/// accent. Addresses in the site are all of the first kind.
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// An address as browsers read its scheme: without blanks and control characters, which they pass over, and in small letters.
pub fn as_browsers_read(address: &str) -> String {
    let read = address.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control());
    read.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// What a link may hold as it is, besides letters and digits of ASCII.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The spelling of a path or anchor in a link: all but letters and digits of ASCII, `-._~` and `/` in per cent.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The path a relative link leads to from a folder, or `None` where it leaves the root.
pub fn resolve(folder: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if link.starts_with('/') {
        parts.clear();
    }
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The path of a file below `content/`, written with `/` and [`composed`]: the root of the author's texts stands for the site's.
pub fn below_content(path: &Path) -> String {
    in_the_site(path.strip_prefix("content").unwrap_or(path))
}

/// The path in the site of a file that is copied to the same place.
pub fn in_the_site(path: &Path) -> String {
    composed(&path.to_string_lossy()).replace('\\', "/")
}

/// The folder of a path written with `/`, empty at the root.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_is_cut_into_its_parts() {
        let parts = |link| {
            let Parts { address, query, fragment } = Parts::of(link);
            (address, query, fragment)
        };
        assert_eq!(parts("a/b.md?v=1#c?d"), ("a/b.md", "?v=1", "c?d"));
        assert_eq!(parts("#c"), ("", "", "c"));
        assert_eq!(parts("a.md"), ("a.md", "", ""));
    }

    #[test]
    fn signs_are_spelt_in_per_cent_and_read_again() {
        assert_eq!(encoded("my chart/größe@2#1.png"), "my%20chart/gr%C3%B6%C3%9Fe%402%231.png");
        assert_eq!(decoded("%C3%BCbersicht"), "übersicht");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("50%zz"), "50%zz");
        assert_eq!(decoded("%FF"), "%FF", "no text at all");
    }

    proptest! {
        #[test]
        fn what_is_spelt_is_read_as_it_was(path in "\\PC{0,20}") {
            let spelt = encoded(&path);
            prop_assert!(spelt.is_ascii());
            prop_assert_eq!(decoded(&spelt), path.as_str());
        }
    }

    #[test]
    fn links_resolve_from_the_folder_of_their_page() {
        assert_eq!(resolve("months/2026-01", "../../style.css").unwrap(), "style.css");
        assert_eq!(resolve("", "a/./b.html").unwrap(), "a/b.html");
        assert_eq!(resolve("a", "/b").unwrap(), "b");
        assert_eq!(resolve("a", "../../b"), None);
    }

    #[test]
    fn what_names_a_scheme_or_host_is_outside() {
        for outside in ["https://example.org", "mailto:a@b.c", "//cdn.example.org/x", "data:image/png;base64,AA"] {
            assert!(is_external(outside), "{outside}");
        }
        for inside in ["a.html", "../a.html#x:y", "#top", "a/b:c.html"] {
            assert!(!is_external(inside), "{inside}");
        }
    }

    #[test]
    fn the_content_folder_stands_for_the_root_of_the_site() {
        assert_eq!(below_content(Path::new("content/months/2026-01.md")), "months/2026-01.md");
        assert_eq!(folder_of("months/2026-01.md"), "months");
        assert_eq!(folder_of("about.md"), "");
    }
}
