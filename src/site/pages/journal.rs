//! The trader's commentary and notes.

use serde::Serialize;

use super::context::{NoteRow, PageContext, notes};
use super::posts::{self, PostRow};
use super::{Site, page_at};
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::Reads;
use crate::record::Document;

/// Months of commentary in full; the earlier ones are linked.
const FULL: usize = 6;

#[derive(Serialize)]
struct Journal<'a> {
    posts: Vec<PostRow<'a>>,
    commentary: Vec<Commentary>,
    earlier: Vec<YearMonth>,
    notes: Vec<NoteRow<'a>>,
}

#[derive(Serialize)]
struct Commentary {
    month: YearMonth,
    /// The month, with the title that the text has.
    heading: String,
    html: String,
    has_page: bool,
}

/// `March 2020: a third gone`, also where the title does not name the month.
fn heading(month: YearMonth, document: &Document) -> String {
    let (name, title) = (month.in_words(), &document.title);
    match document.is_titled {
        true if title.starts_with(&name) => title.clone(),
        true => format!("{name}: {title}"),
        false => name,
    }
}

pub fn context(site: &Site, reads: &Reads) -> Result<PageContext> {
    let path = page_at("journal");
    let mut texts = site.publication.texts.all_commentary().rev().filter(|(_, text)| site.is_shown(*text));
    let (mut commentary, mut links) = (Vec::new(), Vec::new());
    for (month, text) in texts.by_ref().take(FULL) {
        let document = text.read(reads);
        let text = site.markdown(document, &path, 3)?;
        let heading = heading(month, document);
        commentary.push(Commentary { month, heading, html: text.html, has_page: site.has_month(month) });
        links.extend(text.links);
    }
    let earlier = texts.map(|(month, _)| month).filter(|month| site.has_month(*month)).collect();
    let posts = posts::rows(site, site.posts.iter().copied(), reads)?;
    let notes = notes(site.publication, reads).collect();
    Ok(PageContext::new(&Journal { posts, commentary, earlier, notes })?.with_links(links))
}
