//! Annotations of the earlier system, made into Markdown with TOML front matter.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde_json::{Map, Value};
use toml_edit::{Item, Table};

use super::{decimal, json, text, wrong};
use crate::collect::{Batch, NewDocument, time};
use crate::error::{Place, Result};
use crate::format;
use crate::record::{ExecId, FindingKind, Severity, front_matter};

type Object = Map<String, Value>;

/// Reads `trade_id,created_at,pre_trade{..},post_trade{..}` into a file `content/trades/DATE-symbol-shortid.md`. An
/// annotation of a fill that was read names it in `exec_ids`.
///
/// # Errors
/// A file without an id, a time or a symbol, or with something else than a text where one belongs.
pub fn parse(path: &Path, bytes: &[u8], fills: &BTreeSet<ExecId>) -> Result<Batch> {
    let object = json(path, bytes)?;
    let mut batch = Batch::default();
    let id = text(path, &object, "trade_id")?;
    let pre = part(path, &object, "pre_trade")?.unwrap_or_default();
    let symbol =
        [text(path, &pre, "symbol")?, text(path, &object, "symbol")?].into_iter().find(|text| !text.is_empty());
    let symbol = symbol.ok_or_else(|| wrong(path, "pre_trade has no symbol".to_owned()))?;
    if id.is_empty() {
        return Err(wrong(path, "there is no trade_id".to_owned()));
    }
    let created_at = time::parse_iso(&text(path, &object, "created_at")?, chrono_tz::UTC)
        .map_err(|problem| wrong(path, format!("created_at: {problem}")))?
        .time;
    let mut front = Table::new();
    front.insert("id", front_matter::words(&id).into());
    front.insert("symbol", front_matter::words(&symbol).into());
    let created = front_matter::instant(created_at).map_err(|error| error.at(Place::file(path)))?;
    front.insert("created_at", created.into());
    if fills.contains(&ExecId::new(id.as_str())) {
        front.insert("exec_ids", toml_edit::Value::from_iter([front_matter::words(&id)]).into());
    }
    front.insert("pre_trade", Item::Table(pre_trade(path, &pre, &mut batch)?));
    if let Some(post) = part(path, &object, "post_trade")? {
        let post = post_trade(path, &post)?;
        if !post.is_empty() {
            front.insert("post_trade", Item::Table(post));
        }
    }
    let name = format!("{}-{}-{}.md", created_at.format("%Y-%m-%d"), name_of(&symbol), short(&id));
    let text = front_matter::written(front, "");
    batch.annotations.push(NewDocument { path: PathBuf::from("content/trades").join(name), text });
    Ok(batch)
}

fn part(path: &Path, object: &Object, key: &str) -> Result<Option<Object>> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(part)) => Ok(Some(part.clone())),
        Some(_) => Err(wrong(path, format!("{key} is not an object"))),
    }
}

fn pre_trade(path: &Path, pre: &Object, batch: &mut Batch) -> Result<Table> {
    let mut table = Table::new();
    insert_text(path, pre, "thesis", &mut table)?;
    match decimal(path, pre, "intended_entry")? {
        Some(price) if price > Decimal::ZERO => {
            table.insert("intended_entry", front_matter::number(price).into());
        }
        Some(price) => {
            let message = format!("the intended entry of {price} is not above zero and was left out");
            let next = "write the intended price into the annotation, if there was one";
            batch.note(Severity::Note, FindingKind::IntendedEntry, Place::file(path), message, next);
        }
        None => {}
    }
    insert_text(path, pre, "position_size_rationale", &mut table)?;
    insert_text(path, pre, "exit_plan", &mut table)?;
    Ok(table)
}

fn post_trade(path: &Path, post: &Object) -> Result<Table> {
    let mut table = Table::new();
    insert_text(path, post, "outcome", &mut table)?;
    match post.get("matched_expectation") {
        None | Some(Value::Null) => {}
        Some(Value::Bool(matched)) => {
            table.insert("matched_expectation", toml_edit::value(*matched));
        }
        Some(_) => return Err(wrong(path, "matched_expectation is neither true nor false".to_owned())),
    }
    insert_text(path, post, "lesson", &mut table)?;
    Ok(table)
}

fn insert_text(path: &Path, object: &Object, key: &str, table: &mut Table) -> Result<()> {
    let text = text(path, object, key)?;
    if !text.is_empty() {
        table.insert(key, front_matter::words(&text).into());
    }
    Ok(())
}

fn name_of(ticker: &str) -> String {
    let slug = format::short_slug(ticker);
    if slug.is_empty() { "trade".to_owned() } else { slug }
}

/// The first eight letters and digits of an id.
fn short(id: &str) -> String {
    let plain: String = id.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    if plain.is_empty() { "note".to_owned() } else { plain.to_ascii_lowercase() }
}
