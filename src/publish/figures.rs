//! The figures that a reader would see change: published tables, the old against the new.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::site::finer::{Row, rows};

/// A table whose figures change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableChange {
    /// The table's file.
    pub path: String,
    /// Rows that are new.
    pub added: Vec<String>,
    /// Rows that go.
    pub removed: Vec<String>,
    /// Figures of rows that stay.
    pub changed: Vec<Figure>,
}

/// A figure that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The row it stands in.
    pub row: String,
    /// The column, in tables with several.
    pub column: Option<String>,
    /// What was published.
    pub old: String,
    /// What would be.
    pub new: String,
}

/// What names a row, in tables where the first columns do not.
const KEYS: [(&str, &[&str]); 8] = [
    ("data/drawdowns.json", &["peak"]),
    ("data/orders.json", &["date", "symbol", "side"]),
    ("data/plans.json", &["planned", "symbol", "side"]),
    ("data/positions.json", &["symbol"]),
    ("data/round_trips.json", &["symbol", "opened", "closed"]),
    ("data/signals.json", &["strategy", "formation", "symbol"]),
    ("data/slippage.json", &["by", "key"]),
    ("data/months.json", &["month"]),
];

/// Compares two versions of a table. `None` where they are the same to a reader, or one of them is no table of ours.
pub fn between(path: &str, old: &[u8], new: &[u8]) -> Option<TableChange> {
    let (old, new) = (rows(old)?, rows(new)?);
    let keys = keys(path, &old, &new);
    let (old, new) = (by_name(&old, &keys), by_name(&new, &keys));
    let missing = |from: &BTreeMap<String, &Row>, other: &BTreeMap<String, &Row>| {
        from.keys().filter(|name| !other.contains_key(*name)).cloned().collect::<Vec<_>>()
    };
    let both = old.iter().filter_map(|(name, before)| Some((name, before, new.get(name)?)));
    let changed: Vec<Figure> = both.flat_map(|(name, before, after)| figures(name, before, after)).collect();
    let change =
        TableChange { path: path.to_owned(), added: missing(&new, &old), removed: missing(&old, &new), changed };
    (!change.added.is_empty() || !change.removed.is_empty() || !change.changed.is_empty()).then_some(change)
}

/// The columns that name a row: those that are known to, or as many of the first as it takes.
fn keys<'a>(path: &str, old: &'a [Row], new: &'a [Row]) -> Vec<&'a str> {
    let Some(first) = old.first().or(new.first()) else { return Vec::new() };
    let known = KEYS.iter().find(|(of, _)| *of == path).map(|(_, columns)| *columns);
    if let Some(known) = known.filter(|known| known.iter().all(|column| first.contains_key(*column))) {
        return known.to_vec();
    }
    let columns: Vec<&str> = first.keys().map(String::as_str).collect();
    let is_unique = |keys: &[&str]| {
        [old, new].iter().all(|rows| {
            let names: BTreeSet<String> = rows.iter().map(|row| name(row, keys)).collect();
            names.len() == rows.len()
        })
    };
    let enough = (1..columns.len()).find(|count| columns.get(..*count).is_some_and(is_unique));
    columns.into_iter().take(enough.unwrap_or(1)).collect()
}

fn name(row: &Row, keys: &[&str]) -> String {
    keys.iter().map(|key| text(row.get(*key))).collect::<Vec<_>>().join(" ")
}

/// Rows by name; of several with one name each but the first gets a number.
fn by_name<'a>(rows: &'a [Row], keys: &[&str]) -> BTreeMap<String, &'a Row> {
    let mut named = BTreeMap::new();
    for row in rows {
        let name = name(row, keys);
        let numbered = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name} ({number})")));
        if let Some(free) = numbered.into_iter().find(|name| !named.contains_key(name)) {
            named.insert(free, row);
        }
    }
    named
}

fn figures(name: &str, before: &Row, after: &Row) -> Vec<Figure> {
    let columns: Vec<&String> =
        before.keys().chain(after.keys().filter(|column| !before.contains_key(*column))).collect();
    let differ = columns.into_iter().filter(|column| before.get(*column) != after.get(*column));
    let figure = |column: &String| Figure {
        row: name.to_owned(),
        column: Some(column.clone()),
        old: text(before.get(column)),
        new: text(after.get(column)),
    };
    differ.map(figure).collect()
}

fn text(value: Option<&Value>) -> String {
    match value {
        None => "not published".into(),
        Some(Value::Null) => "n/a".into(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[u8] = br#"{"schema":1,"rows":[{"month":"2026-01","return":0.0112,"orders":2},{"month":"2026-02","return":null,"orders":0}]}"#;

    #[test]
    fn a_figure_is_shown_old_and_new_and_rows_that_come_and_go_are_named() {
        let new = br#"{"schema":1,"rows":[{"month":"2026-01","return":0.0121,"orders":2},{"month":"2026-03","return":0.5,"orders":1}]}"#;
        let change = between("data/months.json", OLD, new).unwrap();
        assert_eq!((change.added, change.removed), (vec!["2026-03".to_owned()], vec!["2026-02".to_owned()]));
        let (row, column) = ("2026-01".to_owned(), Some("return".to_owned()));
        assert_eq!(change.changed, [Figure { row, column, old: "0.0112".into(), new: "0.0121".into() }]);
        assert_eq!(between("data/months.json", OLD, OLD), None);
        assert_eq!(between("data/months.json", OLD, b"<html>"), None);
    }

    #[test]
    fn the_order_of_rows_and_columns_is_no_change() {
        let new = br#"[{"orders":0,"return":null,"month":"2026-02"},{"return":0.0112,"month":"2026-01","orders":2}]"#;
        assert_eq!(between("data/months.json", OLD, new), None);
    }

    #[test]
    fn rows_with_the_same_name_are_all_compared() {
        let trips = |second: &str| {
            format!(
                r#"[{{"symbol":"A","opened":"1","closed":"2","r":1}},{{"symbol":"A","opened":"1","closed":"2","r":{second}}}]"#
            )
        };
        let change = between("data/round_trips.json", trips("2").as_bytes(), trips("3").as_bytes()).unwrap();
        assert_eq!(change.changed.len(), 1);
        assert_eq!(change.changed[0].row, "A 1 2 (2)");
    }

    #[test]
    fn a_table_of_an_unknown_kind_is_named_by_as_many_columns_as_it_takes() {
        let rows = |last: &str| format!(r#"[{{"a":1,"b":1,"c":0}},{{"a":1,"b":2,"c":{last}}}]"#);
        let change = between("data/x.json", rows("5").as_bytes(), rows("6").as_bytes()).unwrap();
        assert_eq!(change.changed[0].row, "1 2");
    }
}
