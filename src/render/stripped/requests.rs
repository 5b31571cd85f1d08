//! What a drawing would have a browser fetch from elsewhere.

use std::borrow::Cow;

use crate::render::links::as_browsers_read;

/// Attributes with an address of which an element shows what is there.
const SHOWN: [&str; 7] = ["href", "src", "srcset", "poster", "data", "base", "background"];

/// Whether an address leads out of the site, or holds a drawing of its own, which nobody has looked through.
fn is_elsewhere(address: &str) -> bool {
    let address = as_browsers_read(address);
    let scheme = address.split_once(':').map(|(scheme, _)| scheme);
    let has_host = address.starts_with("//") || address.starts_with("\\\\");
    has_host || scheme.is_some_and(|scheme| ["http", "https", "ftp", "file"].contains(&scheme)) || is_page(&address)
}

fn is_page(address: &str) -> bool {
    ["data:image/svg", "data:text/", "data:application/"].iter().any(|kind| address.starts_with(kind))
}

/// Whether an attribute has its element show what lies elsewhere. A link leads there only when it is followed.
pub fn is_request(element: &str, attribute: &str, value: &str) -> bool {
    let local = attribute.rsplit(':').next().unwrap_or(attribute).to_ascii_lowercase();
    let is_address = SHOWN.contains(&local.as_str()) && !attribute.starts_with("xmlns");
    let is_link = element.eq_ignore_ascii_case("a") && local == "href";
    is_address && !is_link && value.split(',').next().is_some_and(is_elsewhere)
}

/// A style without what it would fetch from elsewhere; `None` where it fetches nothing.
pub fn style(css: &str) -> Option<String> {
    let mut left = Cow::Borrowed(css);
    let mut from = 0;
    while let Some(found) = next(&left, from, "@import") {
        let end = import_end(&left, found);
        left.to_mut().replace_range(found..end, "");
        from = found;
    }
    from = 0;
    while let Some(start) = next(&left, from, "url(") {
        let rest = left.get(start..).unwrap_or_default();
        let end = rest.find(')').map_or(rest.len(), |end| end + 1);
        let address = rest.get("url(".len()..end).unwrap_or_default().trim_end_matches(')').trim();
        if is_elsewhere(address.trim_matches(['"', '\''])) {
            left.to_mut().replace_range(start..start + end, "none");
        }
        from = start + "none".len();
    }
    match left {
        Cow::Borrowed(_) => None,
        Cow::Owned(css) => Some(css),
    }
}

/// Where words that are written in any case come next.
fn next(css: &str, from: usize, words: &str) -> Option<usize> {
    css.get(from..)?.to_ascii_lowercase().find(words).map(|at| from + at)
}

/// Behind the semicolon that ends an `@import`, which may have others in its address.
fn import_end(css: &str, start: usize) -> usize {
    let mut quote = None;
    for (at, letter) in css.get(start..).unwrap_or_default().char_indices() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            ('(', None) => quote = Some(')'),
            (letter, Some(end)) if letter == end => quote = None,
            (';', None) => return start + at + 1,
            _ => {}
        }
    }
    css.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_keeps_what_it_has_of_its_own() {
        let left = |css: &str| style(css).unwrap_or_else(|| "the same".to_owned());
        assert_eq!(left("a{fill:url(#b);c:url(d.png);e:url(data:font/woff;base64,AA)}"), "the same");
        assert_eq!(left("@IMPORT url(//a.b/c;d);a{}@import \"x;y\" print;b{}"), "a{}b{}");
        assert_eq!(left("@import 'never closed"), "");
        assert_eq!(
            left("@font-face{src:URL( \"https://a.b/c\" ) format('x'),url(#d)}"),
            "@font-face{src:none format('x'),url(#d)}"
        );
        assert_eq!(left("a{b:url(https://never.closed"), "a{b:none");
    }

    #[test]
    fn an_address_that_is_shown_is_a_request_and_a_link_is_none() {
        assert!(is_request("image", "xlink:href", "ht\ntps://a.b"));
        assert!(is_request("img", "srcset", "//a.b/c 2x, d"));
        assert!(!is_request("a", "href", "https://a.b") && !is_request("use", "href", "#a"));
        assert!(!is_request("svg", "xmlns:href", "https://a.b"));
    }
}
