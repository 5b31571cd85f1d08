//! The feed: months that are over, the author's words on a month, his notes on orders and his posts, newest first, as Atom
//! (RFC 4287).
//!
//! Its times are those of the record and of its texts: a site that is built again is no news.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::Serialize;

use super::Site;
use super::context::PageContext;
use super::paths::{month_path, order_path};
use crate::Result;
use crate::direction::without_turns;
use crate::proof::Witness;
use crate::publication::sentence;
use crate::publication::{Month, OrderView, Post, Reads};
use crate::record::Document;
use crate::render::links::encoded;
use crate::render::short_forms;
use crate::site::anchors::settle;
use crate::site::markdown::{self, Source};

/// Entries, so that a reader who comes back after a while has missed nothing.
const ENTRIES: usize = 40;

#[derive(Serialize)]
struct Feed {
    /// What its own name and those of its entries begin with.
    id: String,
    /// When its newest entry was.
    updated: String,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    /// The address of its page below that of the site, without `index.html`.
    path: String,
    title: String,
    updated: String,
    summary: String,
    /// HTML, or empty.
    content: String,
    /// A line of the log that never changes, for whoever keeps the feed.
    witness: Option<String>,
}

/// What an entry is made of, before its words are read.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Month(&'a Month),
    Order(&'a OrderView),
    Post(Post<'a>),
}

/// What the template of the feed receives.
///
/// # Errors
/// As [`PageContext::new`].
pub fn context(site: &Site, reads: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    let months = publication.months.iter().map(Subject::Month);
    let orders = publication.orders.iter().filter(|order| order.note.is_some()).map(Subject::Order);
    let posts = site.posts.iter().copied().map(Subject::Post);
    let dated =
        months.chain(orders).chain(posts).filter_map(|subject| Some((updated(site, subject, reads)?, subject)));
    let mut dated: Vec<(DateTime<Utc>, Subject)> = dated.collect();
    // Stable, so that what is of one moment keeps its order.
    dated.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    dated.truncate(ENTRIES);
    let newest = dated.first().map_or_else(|| start_of(publication.facts.as_of), |(time, _)| *time);
    let entries = dated.into_iter().map(|(time, subject)| entry(site, time, subject, reads));
    let entries = entries.collect::<Result<_>>()?;
    PageContext::new(&Feed { id: id(site), updated: written(newest), entries })
}

/// The name of the feed: the configured one, or one after the address and the year in which the record begins.
fn id(site: &Site) -> String {
    let masthead = &site.publication.facts.masthead;
    if let Some(id) = &masthead.feed_id {
        return id.clone();
    }
    let address = site.base_url().unwrap_or_default();
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let year = site.publication.facts.inception.format("%Y");
    format!("tag:{host},{year}:{}", path.trim_end_matches('/'))
}

/// When there was last something new about a subject; nothing of a month that goes on without a word about it.
fn updated(site: &Site, subject: Subject, reads: &Reads) -> Option<DateTime<Utc>> {
    match subject {
        Subject::Month(month) => {
            let next = month.month.last_day().checked_add_days(Days::new(1));
            let over = next.filter(|next| *next <= site.publication.facts.as_of);
            let said =
                site.commentary(month.month).map(|text| text.read(reads).date.unwrap_or(month.month.first_day()));
            over.max(said).map(start_of)
        }
        Subject::Order(order) => {
            let note = order.note.as_ref()?;
            let text = site.publication.texts.note(&note.path, reads)?;
            Some(text.completed_at.into_iter().fold(note.created_at, DateTime::max))
        }
        Subject::Post(post) => post.date().map(start_of),
    }
}

fn entry(site: &Site, time: DateTime<Utc>, subject: Subject, reads: &Reads) -> Result<Entry> {
    let (path, title, summary, content) = match subject {
        Subject::Month(month) => of_month(site, month, reads)?,
        Subject::Order(order) => of_order(site, order, reads)?,
        Subject::Post(post) => of_post(site, post, reads)?,
    };
    let path = encoded(path.trim_end_matches("index.html"));
    let [title, summary] = [title, summary].map(|text| without_turns(&text));
    let [title, summary, content] = [title, summary, content].map(|text| characters(&text));
    let witness = witness(site, time, subject, reads).map(|line| line.to_string());
    Ok(Entry { path, title, updated: written(time), summary, content, witness })
}

/// The line of the log that is of a subject, else the last one made before it.
fn witness(site: &Site, time: DateTime<Utc>, subject: Subject, reads: &Reads) -> Option<Witness> {
    let told = &site.proof?.told;
    let own = match subject {
        Subject::Month(month) => told.of_month(&month.month.to_string()),
        Subject::Order(order) => {
            let note = site.publication.texts.note(&order.note.as_ref()?.path, reads)?;
            told.theses.get(&note.id).and_then(|thesis| told.line(thesis.seq))
        }
        Subject::Post(_) => None,
    };
    own.or_else(|| told.made_before(time))
}

fn of_month(site: &Site, month: &Month, reads: &Reads) -> Result<(String, String, String, String)> {
    let path = month_path(month.month);
    let commentary = site.commentary(month.month).map(|text| rendered(site, text.read(reads), &path));
    let commentary = commentary.transpose()?;
    let summary = sentence::of_month(month, &site.publication.facts);
    Ok((path, month.month.in_words(), sentence::in_words(&summary), commentary.unwrap_or_default()))
}

fn of_post(site: &Site, post: Post, reads: &Reads) -> Result<(String, String, String, String)> {
    let path = post.path();
    let content = rendered(site, post.read(reads), &path)?;
    Ok((path, post.title().to_owned(), post.summary().unwrap_or_default().to_owned(), content))
}

/// A text as HTML that stands alone.
fn rendered(site: &Site, document: &Document, page: &str) -> Result<String> {
    let source = Source { lines: false, ..site.source(document, page, 2) };
    Ok(settle(markdown::render(&source, &site.page_of)?.html))
}

fn of_order(site: &Site, order: &OrderView, reads: &Reads) -> Result<(String, String, String, String)> {
    const LENGTH: usize = 480;
    let note = order.note.as_ref().and_then(|note| site.publication.texts.note(&note.path, reads));
    let body = note.map(|note| short_forms::in_words(note.into(), site.publication)).transpose()?;
    let note = note.map(|note| short_forms::front_in_words(note, site.publication)).transpose()?;
    let said = note.map(|note| {
        let parts = [note.thesis.as_str(), body.as_deref().unwrap_or_default(), &note.outcome, &note.lesson];
        let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
        parts.map(|part| markdown::excerpt(part, LENGTH)).collect::<Vec<_>>().join(" ")
    });
    Ok((order_path(order), order.title(), said.unwrap_or_default(), String::new()))
}

/// A text without what XML 1.0 has no way to write.
fn characters(text: &str) -> String {
    let is_written = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    text.chars().filter(is_written).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

fn start_of(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

fn written(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
