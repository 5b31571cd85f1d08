//! Opening commitments to one reader: values and salts of some days in a file of its own, which is never part of a site.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::commitment::{Salt, commitment};
use super::entry::{Entry, Fields, Value, fields};
use super::folder::Stored;
use super::known::Known;
use super::log::{Kind, Line};
use super::private::Seed;
use crate::calendar::last_possible_date;
use crate::config::Config;
use crate::error::{Error, Place, Result};
use crate::record::store::{folder_of, write_atomically};
use crate::site_dir::SiteDir;

/// What is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish<'a> {
    /// Entries of these dates, and of all between them.
    pub from: NaiveDate,
    /// The last of them.
    pub to: NaiveDate,
    /// Only values of this name.
    pub field: Option<&'a str>,
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// How many values are in the file.
    pub values: usize,
    /// Which are not, and why, a sentence each.
    pub remarks: Vec<String>,
}

/// Writes values and salts for one reader, into a file that only its owner may read.
///
/// # Errors
/// A site that records nothing, a name that no commitment has, dates of which nothing is recorded, a target that is published.
pub fn open(site: &SiteDir, config: &Config, wish: Wish, target: &Path, now: DateTime<Utc>) -> Result<Opened> {
    outside_of_what_is_published(site, target)?;
    if let Some(unknown) = wish.field.filter(|field| !NAMES.contains(field)) {
        return Err(Error::usage(format!("nothing called `{unknown}` is committed to"))
            .hint(format!("there are {}", NAMES.join(", "))));
    }
    let stored = Stored::read(site)?.ok_or_else(|| {
        Error::usage("this site keeps no log yet, so there is nothing to open")
            .hint("`trackrecord proof init` begins its log")
    })?;
    let seed = Seed::read(site)?;
    let known = Known::of(site, config, last_possible_date(now), (wish.from, wish.to))?;
    let (rows, opened) = rows(&stored, &seed, &known, wish);
    if rows.is_empty() {
        return Err(Error::usage(format!(
            "nothing that is committed to from {} to {} can be opened",
            wish.from, wish.to
        ))
        .hint(
            opened
                .remarks
                .first()
                .cloned()
                .unwrap_or_else(|| "`trackrecord proof status` says which dates there are".to_owned()),
        ));
    }
    let document = Entry(fields([
        ("v", Value::Number(1)),
        ("log", stored.log.head().to_string().into()),
        ("opened", Value::List(rows)),
    ]));
    write_atomically(target, &document.to_bytes(), true)?;
    Ok(opened)
}

/// The names of values that are committed to.
pub const NAMES: [&str; 8] = ["account", "accounts", "nav", "cash", "flows", "positions", "fills", "statement"];

fn outside_of_what_is_published(site: &SiteDir, target: &Path) -> Result<()> {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = folder_of(target);
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| whole(folder));
    let public = std::fs::canonicalize(site.public()).unwrap_or_else(|_| whole(&site.public()));
    let inputs = std::fs::canonicalize(site.root()).unwrap_or_else(|_| whole(site.root())).join("static");
    if [&public, &inputs].into_iter().any(|published| folder.starts_with(published)) {
        return Err(Error::usage("what is opened to one reader must not be where it is published")
            .at(Place::file(target))
            .hint("name a file elsewhere with `--out`"));
    }
    Ok(())
}

fn rows(stored: &Stored, seed: &Seed, known: &Known, wish: Wish) -> (Vec<Value>, Opened) {
    let (mut rows, mut opened) = (Vec::new(), Opened::default());
    // By its line, each entry with what it said by then.
    let mut said: BTreeMap<usize, (&Line, Fields)> = BTreeMap::new();
    for (line, entry) in stored.iter() {
        let (about, says) = match entry.corrects().and_then(|seq| said.get_mut(&seq)) {
            Some((corrected, says)) => {
                says.extend(entry.0.get("new").and_then(Value::as_map).cloned().unwrap_or_default());
                (*corrected, says)
            }
            None => {
                let (about, says) = said.entry(line.seq).or_insert((line, entry.0.clone()));
                (*about, says)
            }
        };
        let is_meant =
            matches!(about.kind, Kind::Charter | Kind::Amend) || (about.date >= wish.from && about.date <= wish.to);
        if !is_meant {
            continue;
        }
        let values = known.values(about, says);
        for (name, digits) in entry.private() {
            if wish.field.is_some_and(|field| field != name) {
                continue;
            }
            let salt = Salt::of(seed, &line.file_name(), name);
            let holds = |value: &String| commitment(&salt, name, value) == digits;
            let now = values.get(name).filter(|value| holds(value)).cloned();
            match now.or_else(|| known.before(name, about, says, holds)) {
                Some(value) => {
                    rows.push(Value::from(fields([
                        ("entry", line.file_name().into()),
                        ("name", name.into()),
                        ("salt", salt.to_string().into()),
                        ("value", value.as_str().into()),
                    ])));
                    opened.values += 1;
                }
                None => opened.remarks.push(format!(
                    "{name} of {} cannot be opened: the record has another value by now, and what is stored no longer tells what it was then",
                    line.file_name()
                )),
            }
        }
    }
    (rows, opened)
}

#[cfg(test)]
#[path = "opening_tests.rs"]
mod tests;
