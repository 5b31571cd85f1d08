//! The proof that every internal link leads to a file of the site, and every fragment to an anchor in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::{Error, Place, Result};

use super::Files;
use super::attributes::{self, Attribute, unescaped};
use crate::file_content::FileContent;
use crate::render::links::{Parts, decoded, folder_of, is_external, resolve};

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

/// The links and anchors of every page. Of a page that is the same as before they are not looked for again.
#[derive(Debug, Default)]
pub struct Index {
    base_url: Option<String>,
    pages: BTreeMap<String, Arc<PageLinks>>,
    /// How many links lead to each destination: most pages lead to the same ones, and each is looked for once.
    destinations: HashMap<Arc<Destination>, usize>,
}

/// The links and anchors of one page.
#[derive(Debug)]
struct PageLinks {
    content: FileContent,
    /// Each link once, as its text.
    links: BTreeMap<String, Arc<Destination>>,
    /// What can be pointed to.
    anchors: BTreeSet<String>,
}

impl PageLinks {
    fn of(page: &str, content: &FileContent, base_url: Option<&str>) -> Self {
        let mut found = Self { content: content.clone(), links: BTreeMap::new(), anchors: BTreeSet::new() };
        for attribute in attributes::of(std::str::from_utf8(content).unwrap_or_default()) {
            let value = unescaped(attribute.value());
            match attribute {
                Attribute::Target(_) if found.links.contains_key(&*value) => {}
                Attribute::Target(_) => {
                    let destination = destination(page, &value, base_url);
                    found.links.insert(value.into_owned(), Arc::new(destination));
                }
                Attribute::Anchor(_) => drop(found.anchors.insert(value.into_owned())),
            }
        }
        found
    }
}

impl Index {
    /// The links of these files, of which `earlier` may know some.
    pub fn of(files: &Files, base_url: Option<&str>, earlier: &Self) -> Self {
        let comparable = earlier.base_url.as_deref() == base_url;
        let html = files.par_iter().filter(|(path, _)| path.ends_with(".html"));
        let read = |(path, content): (&String, &FileContent)| {
            let known = earlier.pages.get(path).filter(|known| comparable && known.content == *content);
            let links = known.cloned().unwrap_or_else(|| Arc::new(PageLinks::of(path, content, base_url)));
            (path.clone(), links)
        };
        let pages: BTreeMap<_, _> = html.map(read).collect();
        let base_url = base_url.map(str::to_owned);
        let nothing = Self::default();
        let earlier = if comparable { earlier } else { &nothing };
        let mut index = Self { base_url, pages, destinations: earlier.destinations.clone() };
        index.count(earlier);
        index
    }

    /// Counts the links of the pages that are not those of before.
    fn count(&mut self, earlier: &Self) {
        let Self { pages, destinations, .. } = self;
        let other = |page: &String, links: &Arc<PageLinks>, pages: &BTreeMap<String, Arc<PageLinks>>| {
            !pages.get(page).is_some_and(|same| Arc::ptr_eq(same, links))
        };
        let gone = earlier.pages.iter().filter(|(page, links)| other(page, links, pages));
        for destination in gone.flat_map(|(_, page)| page.links.values()) {
            if let Some(count) = destinations.get_mut(destination) {
                *count -= 1;
                if *count == 0 {
                    destinations.remove(destination);
                }
            }
        }
        let new = pages.iter().filter(|(page, links)| other(page, links, &earlier.pages));
        for destination in new.flat_map(|(_, page)| page.links.values()) {
            *destinations.entry(Arc::clone(destination)).or_default() += 1;
        }
    }

    /// The paths in the site that links lead to and that do not exist.
    pub fn missing(&self, files: &Files) -> BTreeSet<String> {
        let inside = self.destinations.keys().filter_map(|destination| match &**destination {
            Destination::Inside(path, _) => Some(path),
            Destination::Outside | Destination::Above => None,
        });
        inside.filter(|path| !files.contains_key(*path)).cloned().collect()
    }

    /// Checks every link of every page; with a base address, absolute links below it as well. Links that came from
    /// Markdown come first, to name the author's own file. A file that is `promised` will be there in time.
    ///
    /// # Errors
    /// Lists each link that leads nowhere, with the place it is written at or the page it is on.
    pub fn check<'a>(
        &self,
        files: &Files,
        promised: &BTreeSet<String>,
        markdown: impl Iterator<Item = &'a MarkdownLink>,
    ) -> Result<()> {
        let problem = |path: &str, fragment: &str| self.problem(files, promised, path, fragment);
        let broken: Vec<(&Place, String)> = markdown
            .filter_map(|link| {
                let path = if link.path.is_empty() { &link.page } else { &link.path };
                let problem = problem(path, &link.fragment)?;
                Some((&link.place, format!("{}: `{}` {problem}", link.place, link.written)))
            })
            .collect();
        if let Some((place, _)) = broken.first() {
            let lines: BTreeSet<&str> = broken.iter().map(|(_, line)| line.as_str()).collect();
            return report(&lines.into_iter().map(str::to_owned).collect::<Vec<_>>())
                .map_err(|error| error.at((*place).clone()));
        }
        let is_sound = |destination: &Destination| match destination {
            Destination::Outside => true,
            Destination::Above => false,
            Destination::Inside(path, fragment) => problem(path, fragment).is_none(),
        };
        if self.destinations.keys().all(|destination| is_sound(destination)) {
            return Ok(());
        }
        let broken = self.pages.iter().flat_map(|(page, found)| {
            found.links.iter().filter_map(move |(link, destination)| match &**destination {
                Destination::Outside => None,
                Destination::Above => Some(format!("{page}: `{link}` leads out of the site")),
                Destination::Inside(path, fragment) => {
                    problem(path, fragment).map(|problem| format!("{page}: `{link}` {problem}"))
                }
            })
        });
        report(&broken.collect::<Vec<_>>())
    }

    fn problem(&self, files: &Files, promised: &BTreeSet<String>, path: &str, fragment: &str) -> Option<String> {
        if !files.contains_key(path) && !promised.contains(path) {
            return Some(format!("leads to `{path}`, which does not exist"));
        }
        // The top of a page is there without a name.
        let known = fragment.is_empty()
            || fragment == "top"
            || self.pages.get(path).is_some_and(|page| page.anchors.contains(fragment));
        (!known).then(|| format!("leads to `{path}`, which has no anchor `#{fragment}`"))
    }
}

/// Where in the site a link leads.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Destination {
    /// It leads outside, which is not looked at.
    Outside,
    /// It climbs above the site's root.
    Above,
    /// A path in the site, and an anchor there or nothing.
    Inside(String, String),
}

fn destination(page: &str, link: &str, base_url: Option<&str>) -> Destination {
    let below_base = base_url.and_then(|base| link.strip_prefix(base));
    if below_base.is_none() && is_external(link) {
        return Destination::Outside;
    }
    let Parts { address, fragment, .. } = Parts::of(below_base.unwrap_or(link));
    let address = decoded(address);
    let path = match below_base {
        Some(_) => Some(address.into_owned()),
        None if address.is_empty() => Some(page.to_owned()),
        None => resolve(folder_of(page), &address),
    };
    match path {
        Some(path) => Destination::Inside(path, decoded(fragment).into_owned()),
        None => Destination::Above,
    }
}

fn report(broken: &[String]) -> Result<()> {
    match broken {
        [] => Ok(()),
        [one] => Err(Error::data(format!("a link leads nowhere:\n  {one}")).hint(HINT)),
        many => Err(Error::data(format!("{} links lead nowhere:\n  {}", many.len(), many.join("\n  "))).hint(HINT)),
    }
}

const HINT: &str = "link to a page by its Markdown file, as in `[May](months/2026-05.md)`, and to any other file by its \
                    place beside the text";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &Files, markdown: &[MarkdownLink], base_url: Option<&str>) -> Result<()> {
        Index::of(files, base_url, &Index::default()).check(files, &BTreeSet::new(), markdown.iter())
    }

    fn missing(files: &Files, base_url: Option<&str>) -> BTreeSet<String> {
        Index::of(files, base_url, &Index::default()).missing(files)
    }

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
        assert!(check(&site, &[], None).is_ok());
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
        let message = check(&site, &[], None).unwrap_err().to_string();
        assert!(message.starts_with("4 links"), "{message}");
        for part in ["`gone.html`", "`#none`", "leads out of the site", "b/index.html: `index`"] {
            assert!(message.contains(part), "{part} in {message}");
        }
    }

    #[test]
    fn names_may_be_spelt_in_per_cent_and_entities() {
        let site = files(&[
            (
                "index.html",
                "<a href='a%20b.html#%C3%BC'><a href=\"a b.html#ü\"><img src=\"a&amp;b.png\"><a href='#top'>",
            ),
            ("a b.html", "<p id=ü>"),
            ("a&b.png", ""),
        ]);
        check(&site, &[], None).unwrap();
        check(&site, &[], Some("https://x.org/")).unwrap();
        let site = files(&[("404.html", "<a href='https://x.org/a%20b.html#x'>"), ("a b.html", "<p id=x>")]);
        check(&site, &[], Some("https://x.org/")).unwrap();
    }

    #[test]
    fn what_is_missing_is_listed_once_by_its_path() {
        let site = files(&[
            (
                "a/index.html",
                "<a href='../my%20paper.pdf'><a href='../my paper.pdf#page=2'><a href='https://x.org/y'>",
            ),
            ("b/index.html", "<img src='c.png'><a href='../../../etc/passwd'><a href='../a/index.html'>"),
        ]);
        assert_eq!(missing(&site, None), BTreeSet::from(["b/c.png".to_owned(), "my paper.pdf".into()]));
    }

    #[test]
    fn absolute_links_below_the_base_are_internal() {
        let site = files(&[("404.html", "<a href=\"https://x.org/t/index.html\">a</a>"), ("index.html", "")]);
        assert!(check(&site, &[], Some("https://x.org/t/")).is_ok());
        let site = files(&[("404.html", "<a href=\"https://x.org/t/gone.html\">a</a>")]);
        let message = check(&site, &[], Some("https://x.org/t/")).unwrap_err().to_string();
        assert!(message.contains("`https://x.org/t/gone.html`"), "{message}");
        // Without an address of the site, and below another one, it is someone else's page.
        assert!(check(&site, &[], None).is_ok() && check(&site, &[], Some("https://x.org/other/")).is_ok());
    }

    #[test]
    fn what_is_known_of_pages_counts_only_for_the_same_pages_below_the_same_address() {
        let before = files(&[("a.html", "<p id=x><a href=\"b.html#y\">"), ("b.html", "<p id=y>")]);
        let index = Index::of(&before, None, &Index::default());
        let after = files(&[("a.html", "<p id=x><a href=\"b.html#y\">"), ("b.html", "<p id=z>")]);
        let again = Index::of(&after, None, &index);
        assert!(Arc::ptr_eq(&index.pages["a.html"], &again.pages["a.html"]));
        assert!(again.check(&after, &BTreeSet::new(), [].iter()).is_err());
        let elsewhere = Index::of(&after, Some("https://x.org/"), &index);
        assert!(!Arc::ptr_eq(&index.pages["a.html"], &elsewhere.pages["a.html"]));
    }

    #[test]
    fn what_links_lead_to_is_counted_from_change_to_change_as_from_nothing() {
        let sites = [
            files(&[
                ("a.html", "<a href=\"b.html#y\"><a href=\"b.html\">"),
                ("b.html", "<p id=y><a href=\"c.html\">"),
            ]),
            files(&[("a.html", "<a href=\"b.html\">"), ("b.html", "<p id=y><a href=\"c.html\">"), ("c.html", "")]),
            files(&[("b.html", "<a href=\"../out\">"), ("c.html", "<a href=\"b.html\"><a href=\"./b.html\">")]),
            files(&[("c.html", "<a href=\"c.html\">")]),
            files(&[]),
        ];
        for (first, second) in sites.iter().flat_map(|first| sites.iter().map(move |second| (first, second))) {
            let counted = Index::of(second, None, &Index::of(first, None, &Index::default()));
            let anew = Index::of(second, None, &Index::default());
            assert_eq!(counted.destinations, anew.destinations);
            assert_eq!(counted.missing(second), anew.missing(second));
            let said =
                |index: &Index| index.check(second, &BTreeSet::new(), [].iter()).map_err(|error| error.to_string());
            assert_eq!(said(&counted), said(&anew));
        }
        assert!(check(&sites[1], &[], None).is_ok() && check(&sites[2], &[], None).is_err());
    }

    #[test]
    fn a_promised_file_may_be_linked_to_and_is_not_missing_for_long() {
        let site = files(&[("a.html", "<a href=\"b.pdf\"><a href=\"c.pdf\">")]);
        let index = Index::of(&site, None, &Index::default());
        let message = index.check(&site, &BTreeSet::from(["b.pdf".into()]), [].iter()).unwrap_err().to_string();
        assert!(message.contains("c.pdf") && !message.contains("b.pdf"), "{message}");
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
        let error = check(&files(&[("about/index.html", "")]), &[link], None).unwrap_err();
        assert_eq!(error.place(), Some(&Place::line("content/about.md", 7)));
        assert!(error.message().contains("nope.md"));
    }
}
