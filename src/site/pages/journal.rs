//! The trader's commentary and notes.

use serde::Serialize;

use super::context::{NoteRow, PageContext, notes};
use super::{Site, page_at};
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::Reads;

/// Months of commentary in full; the earlier ones are linked.
const FULL: usize = 6;

#[derive(Serialize)]
struct Journal<'a> {
    commentary: Vec<Commentary>,
    earlier: Vec<YearMonth>,
    notes: Vec<NoteRow<'a>>,
}

#[derive(Serialize)]
struct Commentary {
    month: YearMonth,
    html: String,
    has_page: bool,
}

pub fn context(site: &Site, reads: &Reads) -> Result<PageContext> {
    let path = page_at("journal");
    let mut texts = site.publication.texts.all_commentary().rev().filter(|(_, text)| site.is_shown(*text));
    let (mut commentary, mut links) = (Vec::new(), Vec::new());
    for (month, text) in texts.by_ref().take(FULL) {
        let text = site.markdown(text.read(reads), &path, 3)?;
        commentary.push(Commentary { month, html: text.html, has_page: site.has_month(month) });
        links.extend(text.links);
    }
    let earlier = texts.map(|(month, _)| month).filter(|month| site.has_month(*month)).collect();
    let notes = notes(site.publication, reads).collect();
    Ok(PageContext::new(&Journal { commentary, earlier, notes })?.with_links(links))
}
