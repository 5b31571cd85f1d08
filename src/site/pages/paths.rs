//! Where each page is in the site.

use super::own;
use super::sections::SECTIONS;
use crate::calendar::YearMonth;
use crate::publication::{OrderView, Publication, StrategyView};
use crate::render::links::below_content;
use crate::render::markdown::PageOf;

/// The path of one of several strategies.
pub fn strategy_path(strategy: &StrategyView) -> String {
    format!("strategies/{}/index.html", strategy.id)
}

/// The path of the page of this name.
pub fn page_at(slug: &str) -> String {
    if slug.is_empty() { "index.html".into() } else { format!("{slug}/index.html") }
}

/// The path of a month.
pub fn month_path(month: YearMonth) -> String {
    format!("months/{month}/index.html")
}

/// The path of an order.
pub fn order_path(order: &OrderView) -> String {
    ["trades/", &order.slug, "/index.html"].concat()
}

/// The page of each Markdown file, by the file's path below `content/`.
pub fn page_of_files(publication: &Publication, drafts: bool) -> PageOf {
    let sections = || SECTIONS.iter().filter(|section| (section.applies)(publication));
    let names = sections().map(|section| (format!("{}.md", section.text()), section.path()));
    let texts = sections().filter_map(|section| {
        publication.texts.page(section.text()).map(|text| (below_content(text.path()), section.path()))
    });
    let own = own::shown(publication, drafts).map(|page| (below_content(page.path()), page_at(page.slug())));
    let months = publication.months.iter().map(|month| month.month).flat_map(|month| {
        let text = publication.texts.commentary(month).map(|text| below_content(text.path()));
        [Some(format!("months/{month}.md")), text].into_iter().flatten().map(move |file| (file, month_path(month)))
    });
    let notes = publication
        .orders
        .iter()
        .filter_map(|order| order.note.as_ref().map(|note| (below_content(&note.path), order_path(order))));
    let posts = publication.texts.posts(drafts).into_iter().map(|post| (below_content(post.file()), post.path()));
    names.chain(texts).chain(own).chain(posts).chain(months).chain(notes).collect()
}
