//! Anchors: each is on a page once, whatever the author's headings are called and whatever the template has.
//!
//! A text is rendered before it is known what else is on its page, so its anchors and the links to them carry the text's
//! file with them. [`settle`] takes it out again when the page is put together, and counts up where a name is taken.

use std::collections::BTreeMap;

use super::attributes::{self, Attribute, unescaped};
use crate::render::links::{decoded, encoded};

/// How the anchor of a text starts; no other does.
const MARK: &str = "~text:";

/// The anchor of a text until its page is put together. `text` is its file.
pub fn marked(text: &str, name: &str) -> String {
    format!("{MARK}{}:{name}", encoded(text))
}

/// The file and the name of such an anchor.
fn unmarked(anchor: &str) -> Option<(&str, &str)> {
    anchor.strip_prefix(MARK)?.split_once(':')
}

/// A page whose texts have the anchors that they keep: those of the template and of raw HTML stay, and of the others the
/// first keeps its name.
pub fn settle(html: String) -> String {
    if !html.contains(MARK) {
        return html;
    }
    let found = attributes::of(&html);
    let anchors = || found.iter().filter(|attribute| matches!(attribute, Attribute::Anchor(_)));
    let mut names = Names::default();
    anchors().for_each(|anchor| names.take(&unescaped(anchor.value())));
    let mut given = BTreeMap::new();
    let settled: BTreeMap<(usize, usize), String> = anchors()
        .filter_map(|anchor| {
            let text = unescaped(anchor.value());
            let (file, name) = unmarked(&text)?;
            let range = anchor.range(&html);
            let free = names.give(name);
            given.entry((file.to_owned(), name.to_owned())).or_insert_with(|| free.clone());
            Some(((range.start, range.end), free))
        })
        .collect();
    attributes::replaced(&html, |attribute, text| match attribute {
        Attribute::Anchor(_) => {
            let range = attribute.range(&html);
            settled.get(&(range.start, range.end)).cloned()
        }
        Attribute::Target(_) => {
            let (file, name) = text.strip_prefix('#').and_then(unmarked)?;
            let name = decoded(name).into_owned();
            // Where the text has no anchor of this name, the page may.
            let settled = given.get(&(file.to_owned(), name.clone())).unwrap_or(&name);
            Some(format!("#{}", encoded(settled)))
        }
    })
}

/// The names that are taken.
#[derive(Default)]
pub struct Names {
    /// With the number from which on a name may be free.
    taken: BTreeMap<String, usize>,
}

impl Names {
    /// Takes a name, which may be taken already.
    pub fn take(&mut self, name: &str) {
        self.taken.entry(name.to_owned()).or_insert(2);
    }

    /// Takes a name or, where it is taken, the first one with a number behind it that is not.
    pub fn give(&mut self, name: &str) -> String {
        let Some(first) = self.taken.get(name).copied() else {
            self.take(name);
            return name.to_owned();
        };
        let mut number = first;
        let mut free = format!("{name}-{number}");
        while self.taken.contains_key(&free) {
            number += 1;
            free = format!("{name}-{number}");
        }
        self.take(&free);
        self.taken.insert(name.to_owned(), number + 1);
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_keeps_its_anchors_and_texts_count_up() {
        let (one, two) = (|name| marked("a.md", name), |name| marked("b ä.md", name));
        let html = format!(
            "<main id=content><h2 id=\"{}\"></h2><a href=\"#{}\"></a><a href=\"#{}\"></a><h2 id=\"{}\"></h2>\
             <h2 id=\"{}\"></h2><a href=\"#{}\"></a><a href=\"#content\"></a></main>",
            one("content"),
            one("content"),
            one("orders"),
            one("&lt;a"),
            two("content"),
            two("content")
        );
        assert_eq!(
            settle(html),
            "<main id=content><h2 id=\"content-2\"></h2><a href=\"#content-2\"></a><a href=\"#orders\"></a><h2 id=\"&lt;a\"></h2>\
             <h2 id=\"content-3\"></h2><a href=\"#content-3\"></a><a href=\"#content\"></a></main>"
        );
    }

    #[test]
    fn a_page_without_texts_stays_as_it_is() {
        let html = "<p id=a><p id=a>~text".to_owned();
        assert_eq!(settle(html.clone()), html);
    }
}
