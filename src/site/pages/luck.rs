//! Whether the record could be luck.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use super::performance::{FigureRow, figure_rows};
use crate::Result;
use crate::publication::Reads;
use crate::publication::luck::{LuckInWords, in_words};
use crate::publication::sentence::Span;
use crate::render::charts;

#[derive(Serialize)]
struct Luck<'a> {
    sentence: Vec<Span>,
    words: LuckInWords,
    /// How deep shuffled records fell.
    chart: Option<String>,
    figures: Vec<FigureRow<'a>>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let mut words = in_words(publication);
    let groups = publication.figures.iter().filter(|group| group.id == "significance");
    PageContext::new(&Luck {
        sentence: std::mem::take(&mut words.sentence),
        words,
        chart: charts::shuffled_falls(publication)?,
        figures: groups.flat_map(|group| figure_rows(group, publication.facts.digits).figures).collect(),
    })
}
