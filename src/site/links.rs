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
    /// The pages whose links have to be looked at, where those of all others are known to lead somewhere as long as no file
    /// is gone; `None` if they are not.
    new: Option<Vec<Arc<PageLinks>>>,
    /// Whether every link was found to lead somewhere.
    is_checked: bool,
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
        let nothing = Self::default();
        let is_comparable = earlier.base_url.as_deref() == base_url;
        let earlier = if is_comparable { earlier } else { &nothing };
        let (mut same, mut other, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        // Both are in order, so that each is gone through once.
        let mut before = earlier.pages.iter().peekable();
        for (path, content) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
            while let Some((_, links)) = before.next_if(|(old, _)| *old < path) {
                gone.push((links, None));
            }
            match before.next_if(|(old, _)| *old == path) {
                Some((_, links)) if links.content == *content => same.push((path.clone(), Arc::clone(links))),
                known => other.push((path, content, known.map(|(_, links)| links))),
            }
        }
        gone.extend(before.map(|(_, links)| (links, None)));
        let read = |(path, content, _): &(&String, &FileContent, _)| Arc::new(PageLinks::of(path, content, base_url));
        let new: Vec<Arc<PageLinks>> = other.par_iter().map(read).collect();
        for ((.., known), new) in other.iter().zip(&new) {
            gone.extend(known.map(|old| (old, Some(new))));
        }
        let is_less = |(old, new): &(&Arc<PageLinks>, Option<&Arc<PageLinks>>)| {
            new.is_none_or(|new| !old.anchors.is_subset(&new.anchors))
        };
        // Of many pages, most links lead to the same places, which are all looked at once.
        let is_known = earlier.is_checked && new.len() < same.len() / 4 && !gone.iter().any(is_less);
        let mut destinations = earlier.destinations.clone();
        count(&mut destinations, gone.iter().map(|(old, _)| *old), &new);
        same.extend(other.iter().zip(&new).map(|((path, ..), links)| ((*path).clone(), Arc::clone(links))));
        let (base_url, pages) = (base_url.map(str::to_owned), same.into_iter().collect());
        Self { base_url, pages, destinations, new: is_known.then_some(new), is_checked: false }
    }

    /// Where those links lead that may lead nowhere. `is_less` says whether some file is gone since the index before was
    /// checked.
    fn doubtful(&self, is_less: bool) -> Box<dyn Iterator<Item = &Destination> + '_> {
        match self.new.as_ref().filter(|_| !is_less) {
            Some(new) => Box::new(new.iter().flat_map(|page| page.links.values()).map(Arc::as_ref)),
            None => Box::new(self.destinations.keys().map(Arc::as_ref)),
        }
    }

    /// The paths in the site that links lead to and that do not exist. `is_less` as for [`Self::check`].
    pub fn missing(&self, files: &Files, is_less: bool) -> BTreeSet<String> {
        let inside = self.doubtful(is_less).filter_map(|destination| match destination {
            Destination::Inside(path, _) => Some(path),
            Destination::Outside | Destination::Above => None,
        });
        inside.filter(|path| !files.contains_key(*path)).cloned().collect()
    }

    /// Checks every link of every page; with a base address, absolute links below it as well. Links that came from
    /// Markdown come first, to name the author's own file. A file that is `promised` will be there in time. `is_less` says
    /// whether some file that was there or promised when the index before was checked is neither now.
    ///
    /// # Errors
    /// Lists each link that leads nowhere, with the place it is written at or the page it is on.
    pub fn check<'a>(
        self,
        files: &Files,
        promised: &BTreeSet<String>,
        is_less: bool,
        markdown: impl Iterator<Item = &'a MarkdownLink>,
    ) -> Result<Self> {
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
            let lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
            return Err(broken_links(&lines).at((*place).clone()));
        }
        let is_sound = |destination: &Destination| match destination {
            Destination::Outside => true,
            Destination::Above => false,
            Destination::Inside(path, fragment) => problem(path, fragment).is_none(),
        };
        if self.doubtful(is_less).all(is_sound) {
            return Ok(Self { is_checked: true, ..self });
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
        Err(broken_links(&broken.collect::<Vec<_>>()))
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

/// Takes the links of pages that are gone out of the count, and those of new ones in.
fn count<'a>(
    destinations: &mut HashMap<Arc<Destination>, usize>,
    gone: impl Iterator<Item = &'a Arc<PageLinks>>,
    new: &[Arc<PageLinks>],
) {
    for destination in gone.flat_map(|page| page.links.values()) {
        if let Some(count) = destinations.get_mut(destination) {
            *count -= 1;
            if *count == 0 {
                destinations.remove(destination);
            }
        }
    }
    for destination in new.iter().flat_map(|page| page.links.values()) {
        *destinations.entry(Arc::clone(destination)).or_default() += 1;
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
        // At the address of a folder a server shows its index.
        Some(_) if address.is_empty() || address.ends_with('/') => Some(format!("{address}index.html")),
        Some(_) => Some(address.into_owned()),
        None if address.is_empty() => Some(page.to_owned()),
        None => resolve(folder_of(page), &address),
    };
    match path {
        Some(path) => Destination::Inside(path, decoded(fragment).into_owned()),
        None => Destination::Above,
    }
}

fn broken_links(broken: &[String]) -> Error {
    let message = match broken {
        [one] => format!("a link leads nowhere:\n  {one}"),
        many => format!("{} links lead nowhere:\n  {}", many.len(), many.join("\n  ")),
    };
    Error::data(message).hint(HINT)
}

const HINT: &str = "link to a page by its Markdown file, as in `[May](months/2026-05.md)`, and to any other file by its \
                    place beside the text";

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
