//! The proof that every internal link leads to a file of the site, and every fragment to an anchor in it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::{Error, Place, Result};

use super::Files;
use super::attributes::{self, Attribute};
use crate::render::links::{is_external, resolve};

/// A link in a Markdown file, resolved to the site file it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkdownLink {
    /// The link as the author wrote it.
    pub written: String,
    /// The path in the site, or empty for the page itself.
    pub path: String,
    /// The anchor, or empty.
    pub fragment: String,
    /// The page the text is shown on.
    pub page: String,
    /// Where it is written.
    pub place: Place,
}

/// Checks every `href` and `src` of every page; with a `base_url`, absolute links below it as well.
///
/// # Errors
/// Lists each link that leads nowhere, with the page it is on.
pub fn check(files: &Files, base_url: Option<&str>) -> Result<()> {
    let pages: BTreeMap<&str, Vec<Attribute>> = files
        .par_iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, content)| (path.as_str(), attributes::of(std::str::from_utf8(content).unwrap_or_default())))
        .collect();
    let anchors: BTreeMap<&str, BTreeSet<&str>> =
        pages.iter().map(|(path, found)| (*path, found.iter().filter_map(anchor).collect())).collect();
    let broken: Vec<String> = pages
        .par_iter()
        .flat_map_iter(|(page, found)| {
            let targets: BTreeSet<&str> = found.iter().filter_map(target).collect();
            targets.into_iter().filter_map(|target| problem(files, &anchors, page, target, base_url))
        })
        .collect();
    report(&broken)
}

/// Checks the links that came from Markdown, to name the author's own file.
///
/// # Errors
/// Lists each link that leads nowhere, with the file and line it is written on.
pub fn check_markdown<'a>(files: &'a Files, links: &'a [MarkdownLink]) -> Result<()> {
    let mut broken = Vec::new();
    // Many links lead to one page, which is read once.
    let mut anchors: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut has_anchor = |path: &'a str, content: &'a [u8], fragment: &str| {
        anchors.entry(path).or_insert_with(|| anchors_of(content)).contains(fragment)
    };
    for link in links {
        let path = if link.path.is_empty() { &link.page } else { &link.path };
        match files.get(path) {
            None => {
                broken.push(format!("{}: `{}` leads to `{path}`, which does not exist", link.place, link.written))
            }
            Some(content) if !link.fragment.is_empty() && !has_anchor(path, content, &link.fragment) => {
                broken.push(format!("{}: `{path}` has no anchor `#{}`", link.place, link.fragment));
            }
            Some(_) => {}
        }
    }
    let error = report(&broken);
    match (error, links.iter().find(|link| broken.iter().any(|line| line.starts_with(&link.place.to_string())))) {
        (Err(error), Some(first)) => Err(error.at(first.place.clone())),
        (result, _) => result,
    }
}

fn report(broken: &[String]) -> Result<()> {
    match broken {
        [] => Ok(()),
        [one] => Err(Error::data(format!("a link leads nowhere:\n  {one}")).hint(HINT)),
        many => Err(Error::data(format!("{} links lead nowhere:\n  {}", many.len(), many.join("\n  "))).hint(HINT)),
    }
}

const HINT: &str =
    "link to a page by its Markdown file, as in `[May](months/2026-05.md)`, or by its path in the site";

fn anchors_of(content: &[u8]) -> BTreeSet<&str> {
    attributes::of(std::str::from_utf8(content).unwrap_or_default()).iter().filter_map(anchor).collect()
}

fn anchor<'a>(attribute: &Attribute<'a>) -> Option<&'a str> {
    match attribute {
        Attribute::Anchor(name) => Some(name),
        Attribute::Target(_) => None,
    }
}

fn target<'a>(attribute: &Attribute<'a>) -> Option<&'a str> {
    match attribute {
        Attribute::Target(link) => Some(link),
        Attribute::Anchor(_) => None,
    }
}

/// Why a link on a page is broken; `None` if it is sound or leads outside.
fn problem(
    files: &Files,
    anchors: &BTreeMap<&str, BTreeSet<&str>>,
    page: &str,
    link: &str,
    base_url: Option<&str>,
) -> Option<String> {
    let below_base = base_url.and_then(|base| link.strip_prefix(base));
    if below_base.is_none() && is_external(link) {
        return None;
    }
    let (address, fragment) = link.split_once('#').unwrap_or((link, ""));
    let address = address.split('?').next().unwrap_or_default();
    let path = match below_base {
        Some(below) => below.split(['#', '?']).next().unwrap_or_default().to_string(),
        None if address.is_empty() => page.to_string(),
        None => match resolve(page.rsplit_once('/').map_or("", |(folder, _)| folder), address) {
            Some(path) => path,
            None => return Some(format!("{page}: `{link}` leads out of the site")),
        },
    };
    if !files.contains_key(&path) {
        return Some(format!("{page}: `{link}` leads to `{path}`, which does not exist"));
    }
    let known = anchors.get(path.as_str());
    if !fragment.is_empty() && !known.is_some_and(|known| known.contains(fragment)) {
        return Some(format!("{page}: `{link}`: `{path}` has no anchor `#{fragment}`"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pages: &[(&str, &str)]) -> Files {
        pages.iter().map(|(path, html)| ((*path).to_string(), html.as_bytes().into())).collect()
    }

    #[test]
    fn a_sound_site_passes() {
        let site = files(&[
            ("index.html", "<a href=\"a/index.html#here\">a</a><a href=\"#top\" id=top></a><img src='x.svg'>"),
            (
                "a/index.html",
                "<p id=here><a href=\"../index.html\">up</a><a href=\"https://example.org/none\">out</a>",
            ),
            ("x.svg", ""),
        ]);
        assert!(check(&site, None).is_ok());
    }

    #[test]
    fn every_broken_link_is_listed_with_its_page() {
        let site = files(&[
            (
                "index.html",
                "<a href=\"gone.html\">a</a><a href=\"b/index.html#none\">b</a><a href=\"../../etc\">c</a>",
            ),
            ("b/index.html", "<a href=\"index\">d</a>"),
        ]);
        let message = check(&site, None).unwrap_err().to_string();
        assert!(message.starts_with("4 links"), "{message}");
        for part in ["`gone.html`", "`#none`", "leads out of the site", "b/index.html: `index`"] {
            assert!(message.contains(part), "{part} in {message}");
        }
    }

    #[test]
    fn absolute_links_below_the_base_are_internal() {
        let site = files(&[("404.html", "<a href=\"https://x.org/t/index.html\">a</a>"), ("index.html", "")]);
        assert!(check(&site, Some("https://x.org/t/")).is_ok());
        let site = files(&[("404.html", "<a href=\"https://x.org/t/gone.html\">a</a>")]);
        let message = check(&site, Some("https://x.org/t/")).unwrap_err().to_string();
        assert!(message.contains("`https://x.org/t/gone.html`"), "{message}");
        // Without an address of the site, and below another one, it is someone else's page.
        assert!(check(&site, None).is_ok() && check(&site, Some("https://x.org/other/")).is_ok());
    }

    #[test]
    fn a_broken_link_from_markdown_names_the_authors_file() {
        let link = MarkdownLink {
            written: "nope.md".into(),
            path: "nope.md".into(),
            fragment: String::new(),
            page: "about/index.html".into(),
            place: Place::line("content/about.md", 7),
        };
        let error = check_markdown(&files(&[("about/index.html", "")]), &[link]).unwrap_err();
        assert_eq!(error.place(), Some(&Place::line("content/about.md", 7)));
        assert!(error.message().contains("nope.md"));
    }
}
