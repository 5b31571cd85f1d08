//! The trader's commentary and notes.

use serde::Serialize;

use super::context::{NoteRow, PageContext, note_rows};
use super::posts::{self, PostRow};
use super::years::ByYear;
use super::{Site, page_at};
use crate::Result;
use crate::calendar::YearMonth;
use crate::publication::{OrderView, Publication, Reads};
use crate::record::Document;

/// Months of commentary in full; the earlier ones are linked.
const FULL: usize = 6;

/// Notes that the journal shows on one page. Where there are more, each year has a page of its own.
const ON_ONE_PAGE: usize = 200;

/// Notes that the journal shows where the years have pages.
const NEWEST: usize = 50;

#[derive(Serialize)]
struct Journal<'a> {
    posts: Vec<PostRow<'a>>,
    commentary: Vec<Commentary>,
    earlier: Vec<YearMonth>,
    notes: Vec<NoteRow<'a>>,
    /// The years that have a page of notes, newest first.
    years: Vec<YearOfNotes>,
}

#[derive(Serialize)]
struct YearOfNotes {
    year: i32,
    notes: usize,
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
    let most = if site.note_years.is_empty() { ON_ONE_PAGE } else { NEWEST };
    let notes = note_rows(noted(site.publication), site.publication, reads).take(most).collect();
    let years = site.note_years.counts().rev().map(|(year, notes)| YearOfNotes { year, notes }).collect();
    Ok(PageContext::new(&Journal { posts, commentary, earlier, notes, years })?.with_links(links))
}

/// The orders with a note, newest first.
fn noted(publication: &Publication) -> impl Iterator<Item = &OrderView> + Clone {
    publication.orders.iter().filter(|order| order.note.is_some())
}

/// The orders with a note by their years.
pub fn note_years(publication: &Publication) -> ByYear<'_> {
    ByYear::of(noted(publication), ON_ONE_PAGE)
}

/// Whether the page of this name is that of a year of notes.
pub fn is_year(years: &ByYear, name: &str) -> bool {
    years.years().any(|year| year_slug(year) == name)
}

/// The name of a year's page.
pub fn year_slug(year: i32) -> String {
    format!("journal/{year}")
}

/// The path of a year's page.
pub fn year_path(year: i32) -> String {
    page_at(&year_slug(year))
}

#[derive(Serialize)]
struct OneYear<'a> {
    year: i32,
    notes: Vec<NoteRow<'a>>,
    previous: Option<i32>,
    next: Option<i32>,
}

/// The notes of one year.
pub fn year(site: &Site, year: i32, reads: &Reads) -> Result<PageContext> {
    let [previous, next] = site.note_years.neighbours(year);
    PageContext::new(&OneYear {
        year,
        notes: note_rows(site.note_years.orders(year), site.publication, reads).collect(),
        previous,
        next,
    })
}
