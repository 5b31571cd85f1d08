//! The attributes of a page that make or take links, found without building a tree.

use std::borrow::Cow;
use std::ops::Range;

/// An attribute that matters to links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute<'a> {
    /// What the page points to: `href`, `src`, `poster`, one of `srcset`, where a form is sent to, what an `<object>` shows, or where a
    /// `<meta>` sends its reader.
    Target(&'a str),
    /// `id` or `name`: what can be pointed to.
    Anchor(&'a str),
}

impl<'a> Attribute<'a> {
    /// The value as it is spelt in the page.
    pub fn value(self) -> &'a str {
        match self {
            Self::Target(value) | Self::Anchor(value) => value,
        }
    }

    /// Where the value stands in the page it was found in.
    pub fn range(self, html: &str) -> Range<usize> {
        let start = (self.value().as_ptr() as usize).saturating_sub(html.as_ptr() as usize);
        start..start + self.value().len()
    }
}

/// The page with other values for its links and anchors, each as its text; `None` leaves one as it is.
pub fn replaced(html: &str, mut other: impl FnMut(Attribute, &str) -> Option<String>) -> String {
    let mut page = String::with_capacity(html.len());
    let mut done = 0;
    for attribute in of(html) {
        let range = attribute.range(html);
        if let Some(value) = other(attribute, &unescaped(attribute.value())) {
            page.push_str(html.get(done..range.start).unwrap_or_default());
            page.push_str(&crate::format::escape(&value));
            done = range.end;
        }
    }
    page.push_str(html.get(done..).unwrap_or_default());
    page
}

/// The text that a value spells with `&amp;` and the like; names beyond those of HTML itself stay.
pub fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let named = after.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
        match named {
            Some((character, after)) => {
                text.push(character);
                rest = after;
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "colon" => ':',
        "Tab" => '\t',
        "NewLine" => '\n',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

/// The links and anchors of a page in order; comments and the content of scripts and styles are passed over.
pub fn of(html: &str) -> Vec<Attribute<'_>> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = rest.get(start + 1..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = after_comment(comment).unwrap_or_default();
            continue;
        }
        let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        rest = attributes(rest.get(name.len()..).unwrap_or_default(), name, &mut found).unwrap_or_default();
        if name.eq_ignore_ascii_case("script") || name.eq_ignore_ascii_case("style") {
            rest = end_tag(rest, name).and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        }
    }
    found
}

/// Where the end tag of an element whose content is text alone starts.
pub fn end_tag(html: &str, name: &str) -> Option<usize> {
    let ends =
        |rest: &str| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_whitespace() || "/>".contains(c));
    let is_its = |start: &usize| {
        let after = html.get(start + 2..).and_then(|rest| rest.split_at_checked(name.len()));
        after.is_some_and(|(found, rest)| found.eq_ignore_ascii_case(name) && ends(rest))
    };
    html.match_indices("</").map(|(start, _)| start).find(is_its)
}

/// What comes after a comment, of which this is what stands behind `<!--`; `None` where it has no end.
pub fn after_comment(comment: &str) -> Option<&str> {
    let at_once = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->"));
    let ends = || ["-->", "--!>"].into_iter().filter_map(|end| Some((comment.find(end)?, end.len())));
    at_once.or_else(|| ends().min().and_then(|(start, length)| comment.get(start + length..)))
}

/// What comes after a tag, of which this is what stands behind its name; `None` where it has no end.
pub fn after_tag(rest: &str) -> Option<&str> {
    attributes(rest, "", &mut Vec::new())
}

/// Reads the attributes up to the `>` of the tag and returns what comes after it, where there is one.
fn attributes<'a>(mut rest: &'a str, tag: &str, found: &mut Vec<Attribute<'a>>) -> Option<&'a str> {
    // A `<meta>` that sends its reader on says so in one attribute, and where to in another.
    let (mut refreshes, mut refreshed) = (false, None);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            found.extend(refreshed.filter(|_| refreshes).map(Attribute::Target));
            return rest.strip_prefix('>');
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(rest.len());
        // A stray `=` is a name of its own, so that reading always moves on.
        let (name, after) = rest.split_at_checked(end.max(1)).unwrap_or((rest, ""));
        rest = after.trim_start();
        let Some(assigned) = rest.strip_prefix('=') else { continue };
        let (value, after) = value(assigned.trim_start());
        rest = after;
        match name.to_ascii_lowercase().as_str() {
            "href" | "src" | "poster" | "xlink:href" | "action" | "formaction" => {
                found.push(Attribute::Target(value))
            }
            "data" if tag.eq_ignore_ascii_case("object") => found.push(Attribute::Target(value)),
            "http-equiv" if tag.eq_ignore_ascii_case("meta") => {
                refreshes = value.trim().eq_ignore_ascii_case("refresh")
            }
            "content" if tag.eq_ignore_ascii_case("meta") => refreshed = address_of_refresh(value),
            "srcset" => found.extend(candidates(value).map(Attribute::Target)),
            "id" => found.push(Attribute::Anchor(value)),
            "name" if tag.eq_ignore_ascii_case("a") => found.push(Attribute::Anchor(value)),
            _ => {}
        }
    }
}

/// The address in `5; url=a.html`.
fn address_of_refresh(content: &str) -> Option<&str> {
    let start = content.to_ascii_lowercase().find("url")? + "url".len();
    let address = content.get(start..)?.trim_start().strip_prefix('=')?;
    Some(address.trim().trim_matches(['"', '\'']))
}

/// The addresses of a `srcset`: each ends at a blank or a comma after it, and what describes it at the next comma.
fn candidates(srcset: &str) -> impl Iterator<Item = &str> {
    let mut rest = srcset;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at_checked(end)?;
        rest = if address.ends_with(',') { after } else { after.split_once(',').map_or("", |(_, next)| next) };
        Some(address.trim_end_matches(',')).filter(|address| !address.is_empty())
    })
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::Attribute::{Anchor, Target};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_and_anchors_are_found_in_any_quotes() {
        let html = "<a class=x href='a.html'>t</a><img SRC=b.png><h2\n id=\"top\">1 < 2 href=\"no\"</h2><a name=old>";
        assert_eq!(of(html), [Target("a.html"), Target("b.png"), Anchor("top"), Anchor("old")]);
    }

    #[test]
    fn every_picture_of_a_set_is_found() {
        let html = "<img srcset=\"a.png 1x, b,c.png 2x,d.png\" src=e.png><video poster=f.png>";
        assert_eq!(of(html), ["a.png", "b,c.png", "d.png", "e.png", "f.png"].map(Target));
        let data = "<img srcset='data:image/png;base64,AA== 1x, b.png 2x'>";
        assert_eq!(of(data), [Target("data:image/png;base64,AA=="), Target("b.png")]);
    }

    #[test]
    fn what_sends_a_reader_somewhere_is_a_target() {
        let html =
            "<form action=a><button formaction='b'></form><object data=c></object><use xlink:href=d><i data=no>";
        assert_eq!(of(html), ["a", "b", "c", "d"].map(Target));
        let html = "<meta content=\"0; URL = 'e'\" http-equiv=Refresh><meta http-equiv=refresh content='0;url=f'><meta \
                    name=description content='url=no'><meta http-equiv=refresh content=5>";
        assert_eq!(of(html), ["e", "f"].map(Target));
    }

    #[test]
    fn values_are_replaced_where_they_stand() {
        let html = "<a href='x&amp;y' id=here>x&amp;y</a><img src=z>";
        let page = replaced(html, |attribute, text| match attribute {
            Target(_) => Some(format!("<{text}>")),
            Anchor(_) => None,
        });
        assert_eq!(page, "<a href='&lt;x&amp;y&gt;' id=here>x&amp;y</a><img src=&lt;z&gt;>");
        assert_eq!(unescaped("&lt;&#228;&#xE4;&quot;&nbsp;&&apos;"), "<ää\"&nbsp;&'");
    }

    #[test]
    fn comments_and_scripts_hold_no_links() {
        let html = "<!-- <a href=x> --><!--><!---><!-- <a href=v> --!><script src=\"s.js\">'<a href=y>'</script><style>a[href=z]{}</style><a href=w>";
        assert_eq!(of(html), [Target("s.js"), Target("w")]);
    }

    /// Pieces of markup, whole and broken.
    fn piece() -> impl Strategy<Value = String> {
        let broken =
            ["<", "</", "<!-", "<!--", "-->", "<a ", "<script", "<STYLE>", "</script", " href=", "id='", "x=\"", ">"];
        prop_oneof![proptest::sample::select(broken.to_vec()).prop_map(str::to_owned), "[<>a-z='\"/! \\-é\n]{0,6}",]
    }

    proptest! {
        /// Whatever came before, once it is closed the next link is found: no text is skipped for good.
        #[test]
        fn any_text_is_read_to_its_end(pieces in proptest::collection::vec(piece(), 0..12)) {
            // Ends an empty value, a name, a quoted value, a tag, a comment, a script and a style.
            let html = format!("{}\"\">''>--></script></style><a href=\"the end\">", pieces.concat());
            prop_assert_eq!(of(&html).pop(), Some(Target("the end")), "{}", html);
        }

        /// Text, comments, scripts and tags in any order give exactly the attributes of the tags.
        #[test]
        fn exactly_the_attributes_of_tags_are_found(
            pieces in proptest::collection::vec((0..5_usize, "[a-z]{1,5}", "[a-z=>/ é\n]{0,8}"), 0..12),
        ) {
            let mut html = String::new();
            let mut expected = Vec::new();
            for (kind, name, junk) in &pieces {
                match kind {
                    0 => html += &format!("{junk} href=\"{name}\" "),
                    1 => html += &format!("<!-- {junk}<a href={name}> -->"),
                    2 => html += &format!("<script>{junk}<a href={name}></SCRIPT>"),
                    3 => {
                        html += &format!("<p title='{junk}' id={name}>");
                        expected.push(Anchor(name.as_str()));
                    }
                    _ => {
                        html += &format!("<A disabled {} = \"{name}\" title=\"{junk}\"/>", if name.len() > 2 { "HREF" } else { "src" });
                        expected.push(Target(name.as_str()));
                    }
                }
            }
            prop_assert_eq!(of(&html), expected, "{}", html);
        }
    }
}
