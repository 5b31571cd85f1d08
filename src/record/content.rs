//! Reading `content/`: annotations, commentary and pages.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use toml_edit::{Item, Table, Value};

use super::front_matter::{self, Split};
use super::titles::{self, Titled, on_one_line};
use super::{Annotation, Document, ExecId, Front, PostTrade, PreTrade, Side, Ticker};
use crate::error::{Error, Place, Result};
use crate::toml_value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnotationFront {
    id: String,
    symbol: String,
    #[serde(default, deserialize_with = "toml_value::instant")]
    created_at: Option<DateTime<Utc>>,
    order: Option<String>,
    #[serde(default)]
    exec_ids: Vec<String>,
    #[serde(default)]
    pre_trade: PreFront,
    post_trade: Option<PostFront>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PreFront {
    side: Option<Side>,
    thesis: String,
    #[serde(deserialize_with = "toml_value::decimal")]
    intended_entry: Option<Decimal>,
    position_size_rationale: String,
    exit_plan: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PostFront {
    #[serde(deserialize_with = "toml_value::instant")]
    completed_at: Option<DateTime<Utc>>,
    outcome: String,
    matched_expectation: Option<bool>,
    lesson: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DocumentFront {
    title: Option<String>,
    draft: bool,
    #[serde(deserialize_with = "toml_value::date")]
    date: Option<NaiveDate>,
    tags: Vec<String>,
    summary: String,
}

/// The longest tag: it names a folder of the site.
const LONGEST_TAG: usize = 50;

/// Reads an annotation from the text of `path` (relative to the site's root).
///
/// # Errors
/// Front matter that is missing, malformed or without `id`, `symbol` or `created_at`; a price that is not above
/// zero.
pub fn annotation(text: &str, path: &Path) -> Result<Annotation> {
    let place = Place::file(path);
    let parts = front_matter::split(text, &place)?;
    let front: AnnotationFront = front_matter::parse(&parts, &place)?;
    let at_top = || Place::line(path, 1);
    let created_at = front.created_at.ok_or_else(|| {
        Error::data("the annotation has no `created_at`").at(at_top()).hint("add created_at = 2026-01-27T14:30:00Z")
    })?;
    if front.pre_trade.intended_entry.is_some_and(|price| price <= Decimal::ZERO) {
        return Err(Error::data("`intended_entry` is not above zero").at(at_top()).hint("correct it or take it out"));
    }
    let PreFront { side, thesis, intended_entry, position_size_rationale, exit_plan } = front.pre_trade;
    Ok(Annotation {
        id: front.id,
        symbol: Ticker::new(front.symbol),
        created_at,
        pre_trade: PreTrade { side, thesis, intended_entry, position_size_rationale, exit_plan },
        post_trade: front.post_trade.map(|post| PostTrade {
            completed_at: post.completed_at,
            outcome: post.outcome,
            matched_expectation: post.matched_expectation,
            lesson: post.lesson,
        }),
        order: front.order,
        exec_ids: front.exec_ids.into_iter().map(ExecId::new).collect(),
        body: parts.body.to_owned(),
        body_line: parts.body_line,
        front: parts.front.contains("{{").then(|| Front { text: parts.front.to_owned(), line: parts.front_line }),
        path: path.to_path_buf(),
    })
}

/// An annotation as the text of its file; reading it gives the same note again.
///
/// # Errors
/// A time beyond the years that TOML knows.
pub fn written(note: &Annotation) -> Result<String> {
    let mut front = Table::new();
    front.insert("id", front_matter::words(&note.id).into());
    front.insert("symbol", front_matter::words(note.symbol.as_str()).into());
    front.insert("created_at", front_matter::instant(note.created_at)?.into());
    if let Some(order) = &note.order {
        front.insert("order", front_matter::words(order).into());
    }
    if !note.exec_ids.is_empty() {
        let ids: Value = note.exec_ids.iter().map(|id| front_matter::words(id.as_str())).collect();
        front.insert("exec_ids", ids.into());
    }
    front.insert("pre_trade", Item::Table(pre_trade(&note.pre_trade)));
    if let Some(post) = &note.post_trade {
        front.insert("post_trade", Item::Table(post_trade(post)?));
    }
    Ok(front_matter::written(front, &note.body))
}

fn pre_trade(pre: &PreTrade) -> Table {
    let mut table = Table::new();
    if let Some(side) = pre.side {
        table.insert("side", front_matter::words(&side.to_string()).into());
    }
    insert_words(&mut table, "thesis", &pre.thesis);
    if let Some(price) = pre.intended_entry {
        table.insert("intended_entry", front_matter::number(price).into());
    }
    insert_words(&mut table, "position_size_rationale", &pre.position_size_rationale);
    insert_words(&mut table, "exit_plan", &pre.exit_plan);
    table
}

fn post_trade(post: &PostTrade) -> Result<Table> {
    let mut table = Table::new();
    if let Some(completed_at) = post.completed_at {
        table.insert("completed_at", front_matter::instant(completed_at)?.into());
    }
    insert_words(&mut table, "outcome", &post.outcome);
    if let Some(matched) = post.matched_expectation {
        table.insert("matched_expectation", Value::from(matched).into());
    }
    insert_words(&mut table, "lesson", &post.lesson);
    Ok(table)
}

fn insert_words(table: &mut Table, key: &str, words: &str) {
    if !words.is_empty() {
        table.insert(key, front_matter::words(words).into());
    }
}

/// The text of a note with its second half added at the end of the front matter; all else stays as it was written.
///
/// # Errors
/// A note that cannot be read, or that is completed already: its words are never replaced.
pub fn completed(text: &str, path: &Path, post: &PostTrade) -> Result<String> {
    let note = annotation(text, path)?;
    if note.post_trade.is_some() {
        return Err(Error::usage(format!("the note `{}` is completed already", note.id))
            .at(Place::file(path))
            .hint("edit the file to change what it says"));
    }
    let half = post_trade(post)?;
    front_matter::changed(text, &Place::file(path), |document| {
        front_matter::append_table(document, "post_trade", half);
        Ok(())
    })
}

/// Reads a page, post or commentary from the text of `path` (relative to the site's root).
///
/// # Errors
/// Malformed front matter; a short form in a title or summary.
pub fn document(text: &str, path: &Path) -> Result<Document> {
    let place = Place::file(path);
    let parts = front_matter::split(text, &place)?;
    let front: DocumentFront = front_matter::parse(&parts, &place)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let Titled { title, is_titled, heading } = titles::of(front.title.as_deref(), &parts, &stem, path)?;
    titles::refuse_short_forms(&front.summary, &parts, path)?;
    let (heading, body) = parts.body.split_at_checked(heading).unwrap_or(("", parts.body));
    Ok(Document {
        slug: stem,
        title,
        is_titled,
        tags: tags(front.tags, &parts, path)?,
        summary: titles::shown(&front.summary),
        draft: front.draft,
        not_before: None,
        date: front.date,
        body: body.to_owned(),
        body_line: parts.body_line + heading.matches('\n').count(),
        path: path.to_path_buf(),
    })
}

/// The post that a page is, which has a date: its own, or the one that its file's name begins with.
///
/// # Errors
/// A post without a date that is no draft.
pub fn post(page: Document) -> Result<Document> {
    let name = page.slug.rsplit('/').next().unwrap_or_default();
    let date = page.date.or_else(|| name.get(.."2026-01-27".len())?.parse().ok());
    if date.is_none() && !page.draft {
        return Err(Error::data("the post has no `date`")
            .at(Place::line(&page.path, 1))
            .hint("add date = 2026-01-27 to its front matter, or begin the name of its file with the date"));
    }
    Ok(Document { date, ..page })
}

/// The letters and digits of a tag, which tell it from others.
fn letters(tag: &str) -> String {
    let words: Vec<&str> =
        tag.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").to_lowercase()
}

/// Tags, each once.
fn tags(written: Vec<String>, parts: &Split, path: &Path) -> Result<Vec<String>> {
    let mut tags: Vec<String> = Vec::new();
    for tag in written {
        let tag = on_one_line(&tag);
        let name = letters(&tag);
        let wrong = match tag.chars().count() {
            _ if name.is_empty() => format!("the tag `{tag}` has no letter and no digit"),
            count if count > LONGEST_TAG => format!("a tag has {count} letters"),
            _ if tags.iter().any(|other| letters(other) == name) => continue,
            _ => {
                tags.push(tag);
                continue;
            }
        };
        let line = parts.front.lines().position(|line| line.trim_start().starts_with("tags"));
        return Err(Error::data(wrong)
            .at(Place::line(path, parts.front_line + line.unwrap_or_default()))
            .hint(format!("write at most {LONGEST_TAG} letters that can stand in an address")));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annotation_reads_with_both_halves() {
        let text = "+++\nid = 'a1'\nsymbol = 'SXLK'\ncreated_at = 2026-01-27T14:30:00Z\n[pre_trade]\nside = 'BUY'\n\
                    thesis = 'Top sector'\nintended_entry = 188.00\n[post_trade]\nmatched_expectation = true\n+++\nBody\n";
        let note = annotation(text, Path::new("content/trades/a.md")).unwrap();
        assert_eq!(note.pre_trade.intended_entry, Some(188.into()));
        assert_eq!(note.pre_trade.side, Some(Side::Buy));
        assert_eq!(note.post_trade.unwrap().matched_expectation, Some(true));
        assert_eq!((note.body.as_str(), note.body_line), ("Body\n", 12));
    }

    #[test]
    fn what_an_annotation_lacks_is_named() {
        let refusal = |text: &str| annotation(text, Path::new("a.md")).unwrap_err().to_string();
        assert!(refusal("Body").contains("missing field `id`"));
        assert!(refusal("+++\nid = 'a'\nsymbol = 'X'\n+++\n").contains("no `created_at`"));
        assert!(refusal("+++\nid = 'a'\nsymbl = 'X'\n+++\n").starts_with("a.md:3: front matter: unknown field"));
        let negative = "+++\nid='a'\nsymbol='X'\ncreated_at=2026-01-01\n[pre_trade]\nintended_entry = -1\n+++\n";
        assert!(refusal(negative).contains("`intended_entry` is not above zero"));
    }

    proptest::proptest! {
        #[test]
        fn a_note_reads_back_as_it_was_written(thesis in "\\PC*", plan in "[ -~\n\t]{0,80}", cents in 1u32..10_000_000, lesson in "[a-z\n+]{1,40}") {
            let mut note = Annotation {
                id: "2026-01-27-sxlk".into(),
                symbol: Ticker::new("SXLK"),
                created_at: "2026-01-27T14:30:00Z".parse().unwrap(),
                pre_trade: PreTrade {
                    side: Some(Side::Buy),
                    thesis,
                    intended_entry: Some(Decimal::new(cents.into(), 2)),
                    position_size_rationale: String::new(),
                    exit_plan: plan,
                },
                post_trade: None,
                order: Some("12".into()),
                exec_ids: vec![],
                body: "Body\n".into(),
                body_line: 0,
                front: None,
                path: "content/trades/a.md".into(),
            };
            let text = written(&note).unwrap();
            let read = annotation(&text, &note.path).unwrap();
            (note.body_line, note.front) = (read.body_line, read.front.clone());
            proptest::prop_assert_eq!(&read, &note);
            let post = PostTrade { completed_at: Some(note.created_at), outcome: "Filled".into(), matched_expectation: Some(false), lesson };
            let done = completed(&text, &note.path, &post).unwrap();
            let read = annotation(&done, &note.path).unwrap();
            proptest::prop_assert_eq!(read.post_trade, Some(post.clone()));
            proptest::prop_assert_eq!((read.pre_trade, read.body), (note.pre_trade, note.body));
            proptest::prop_assert!(completed(&done, &note.path, &post).is_err());
        }
    }

    #[test]
    fn a_post_has_a_date_of_its_own_or_of_its_file() {
        let date = |slug: &str, front: &str| {
            let page = document(&format!("+++\n{front}\n+++\n"), Path::new("content/posts/a.md")).unwrap();
            let found = post(Document { slug: slug.into(), ..page });
            found.map(|post| post.date.map(|date| date.to_string())).map_err(|error| error.to_string())
        };
        assert_eq!(date("posts/a", "date = 2026-02-03"), Ok(Some("2026-02-03".into())));
        assert_eq!(date("posts/2026-01-27-start", ""), Ok(Some("2026-01-27".into())));
        assert_eq!(date("posts/2026-01-27-start", "date = 2026-02-03"), Ok(Some("2026-02-03".into())));
        assert_eq!(date("posts/a", "draft = true"), Ok(None));
        assert_eq!(date("posts/a", ""), Err("content/posts/a.md:1: the post has no `date`".into()));
        assert_eq!(date("posts/ü-26-01-27", ""), Err("content/posts/a.md:1: the post has no `date`".into()));
    }

    #[test]
    fn a_tag_keeps_its_accents_however_they_are_written() {
        let page = document("+++\ntags = ['e\u{301}', '\u{e9}', 'X']\n+++\n", Path::new("a.md")).unwrap();
        assert_eq!(page.tags, ["\u{e9}", "X"]);
    }

    #[test]
    fn words_of_the_front_matter_are_one_line_without_control_characters() {
        let text = "+++\ntitle = \"A\\u0000 \\u202E<b>\\n B\\u0007\"\nsummary = \"\\nOne\\n\\ttwo \"\ntags = ['C++', ' a\tb ', 'A B', 'c']\n+++\n";
        let page = document(text, Path::new("content/posts/a.md")).unwrap();
        assert_eq!((page.title.as_str(), page.summary.as_str(), page.is_titled), ("A <b> B", "One two", true));
        assert_eq!(page.tags, ["C++", "a b"], "of equal ones the first");
        let refused = |tags: &str| {
            document(&format!("+++\ntitle = ''\ntags = [{tags}]\n+++\n"), Path::new("a.md")).unwrap_err()
        };
        assert_eq!(refused("'++'").to_string(), "a.md:3: the tag `++` has no letter and no digit");
        assert!(refused(&format!("'{}'", "x".repeat(10_000))).to_string().contains("a tag has 10000 letters"));
    }
}
