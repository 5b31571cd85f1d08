//! The author's own pages: those that the foot of every page lists, and the page that lists all of them where they are more.

use serde::Serialize;

use super::context::{Link, PageContext};
use super::page_at;
use super::sections::SECTIONS;
use crate::Result;
use crate::digest::Digest;
use crate::publication::{Post, Publication, Unread};
use crate::render::links::encoded;

/// How many pages the foot of every page lists. Longer lists help no reader, and make every page longer with each new one.
const IN_FOOT: usize = 12;

/// The name of the page that lists all of them, and of the author's text on it.
pub const LIST: &str = "pages";

/// The author's pages that are no posts and not part of a page every site has.
pub fn shown(publication: &Publication, drafts: bool) -> impl Iterator<Item = Unread<'_>> {
    let shown = publication.texts.pages().filter(move |page| drafts || !page.is_draft());
    let is_own = |page: &Unread| SECTIONS.iter().all(|section| section.text() != page.slug());
    shown.filter(move |page| is_own(page) && Post::of(*page).is_none())
}

/// The pages of a site's author.
pub struct OwnPages<'a> {
    /// By their names.
    pages: Vec<Unread<'a>>,
    /// Whether they are too many for the foot of a page.
    has_list: bool,
}

/// A path in which numbers count as such: `page-2` comes before `page-10`.
fn by_numbers(slug: &str) -> Vec<(&str, usize, &str)> {
    let (mut parts, mut rest) = (Vec::new(), slug);
    while !rest.is_empty() {
        let (text, after) = rest.split_at(rest.find(|letter: char| letter.is_ascii_digit()).unwrap_or(rest.len()));
        let (digits, next) =
            after.split_at(after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len()));
        let number = digits.trim_start_matches('0');
        parts.push((text, number.len(), number));
        rest = next;
    }
    parts
}

impl<'a> OwnPages<'a> {
    /// Those of a publication.
    pub fn of(publication: &'a Publication, drafts: bool) -> Self {
        let mut pages: Vec<Unread> = shown(publication, drafts).collect();
        pages.sort_by(|one, other| by_numbers(one.slug()).cmp(&by_numbers(other.slug())));
        let has_list = pages.iter().filter(|page| page.slug() != LIST).count() > IN_FOOT;
        if has_list {
            pages.retain(|page| page.slug() != LIST);
        }
        Self { pages, has_list }
    }

    /// Whether there is a page that lists all of them.
    pub fn has_list(&self) -> bool {
        self.has_list
    }

    /// Those that are a page and nothing else.
    pub fn with_page(&self) -> impl Iterator<Item = Unread<'a>> {
        self.pages.iter().copied()
    }

    /// Those that the foot of a page lists: where they are too many, those in no folder come first.
    pub fn in_foot(&self) -> impl Iterator<Item = Unread<'a>> {
        let mut pages = self.pages.clone();
        if self.has_list {
            pages.sort_by_key(|page| page.slug().matches('/').count());
            pages.truncate(IN_FOOT);
        }
        pages.into_iter()
    }

    /// The digest of what the foot of every page says of them.
    pub fn foot_digest(&self) -> Digest {
        let list = [if self.has_list { LIST } else { "" }];
        Digest::of_parts(self.in_foot().flat_map(|page| [page.slug(), page.title()]).chain(list))
    }

    /// The digest of what the list says of them.
    pub fn list_digest(&self) -> Digest {
        Digest::of_parts(self.pages.iter().flat_map(|page| [page.slug(), page.title()]))
    }
}

/// A link to a page.
pub fn link(page: Unread) -> Link {
    Link::new(page.title(), &encoded(&page_at(page.slug())))
}

#[derive(Serialize)]
struct List {
    pages: Vec<Link>,
}

/// What the page that lists all of them receives.
pub fn list(own: &OwnPages) -> Result<PageContext> {
    PageContext::new(&List { pages: own.with_page().map(link).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_of_files_count_as_numbers() {
        let mut slugs = ["page-10", "folder/2-b", "page-2", "folder/10-a", "page-02-b", "page", "about"];
        slugs.sort_by(|one, other| by_numbers(one).cmp(&by_numbers(other)));
        assert_eq!(slugs, ["about", "folder/2-b", "folder/10-a", "page", "page-2", "page-02-b", "page-10"]);
    }
}
