//! What an earlier version of a published table says more finely than a later one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A row of a table, its values by column.
pub type Row = Map<String, Value>;

/// Rows of a table as `data/*.json` holds them; without the schema's wrapping in sites of earlier versions.
pub fn rows(json: &[u8]) -> Option<Vec<Row>> {
    let rows = match serde_json::from_slice(json).ok()? {
        Value::Object(mut document) => document.remove("rows")?,
        rows => rows,
    };
    let Value::Array(rows) = rows else { return None };
    rows.into_iter().map(|row| if let Value::Object(row) = row { Some(row) } else { None }).collect()
}

/// Whether a file is a table of figures.
pub fn is_table(path: &str) -> bool {
    path.starts_with("data/") && path.ends_with(".json")
}

/// What the old version of a table has and the new one has not: columns, and finer steps.
pub fn finer_before(path: &str, old: &[u8], new: &[u8]) -> Vec<String> {
    let (Some(old), Some(new)) = (Fineness::of(old), Fineness::of(new)) else { return Vec::new() };
    old.beyond(&new, path)
}

/// How finely a table says what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fineness {
    /// Its columns; none where it has no row.
    columns: BTreeSet<String>,
    /// How many numbers each column has, but for zeros, and the largest step that they are multiples of.
    steps: BTreeMap<String, (usize, u64)>,
}

impl Fineness {
    /// That of a table as `data/*.json` holds it.
    pub fn of(json: &[u8]) -> Option<Self> {
        let rows = rows(json)?;
        let columns = rows.first().into_iter().flat_map(Map::keys).cloned().collect();
        Some(Self { columns, steps: steps(&rows) })
    }

    /// The finest of two versions of a table.
    pub fn with(mut self, other: &Self) -> Self {
        self.columns.extend(other.columns.iter().cloned());
        for (column, (count, step)) in &other.steps {
            let known = self.steps.entry(column.clone()).or_insert((*count, *step));
            if *step < known.1 {
                *known = (*count, *step);
            }
        }
        self
    }

    /// What this has and a later version has not: columns, and finer steps.
    pub fn beyond(&self, later: &Self, path: &str) -> Vec<String> {
        if later.columns.is_empty() {
            let is_days = path == DAYS && !self.columns.is_empty();
            return if is_days { vec![format!("every day in {path}")] } else { Vec::new() };
        }
        let gone = self.columns.difference(&later.columns).map(|column| format!("`{column}` in {path}"));
        let finer = self.steps.iter().filter_map(|(column, (_, step))| {
            let (count, now) = later.steps.get(column)?;
            let factor = *now as f64 / *step as f64;
            (*count as f64 * factor.log10() >= CERTAIN).then_some(())?;
            Some(format!("`{column}` in {path} in steps of {} instead of {}", written(*step), written(*now)))
        });
        gone.chain(finer).collect()
    }
}

/// The table that has a row for each day.
const DAYS: &str = "data/daily.json";

/// Numbers are all multiples of a factor by chance once in `factor ^ count`; more seldom than once in a million is none.
const CERTAIN: f64 = 6.0;

/// Steps are counted in billionths.
const UNIT: f64 = 1e9;

fn steps(rows: &[Row]) -> BTreeMap<String, (usize, u64)> {
    let mut found: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for (column, value) in rows.iter().flatten() {
        let units = value.as_f64().map(|number| (number.abs() * UNIT).round());
        if let Some(units) = units.filter(|units| (1.0..1e18).contains(units)) {
            let (count, step) = found.entry(column.clone()).or_default();
            (*count, *step) = (*count + 1, greatest_common_divisor(*step, units as u64));
        }
    }
    found
}

fn greatest_common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one.checked_rem(other).unwrap_or_default());
    }
    one
}

fn written(step: u64) -> String {
    (step as f64 / UNIT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_steps_that_are_no_longer_published_are_named() {
        let table = |row: fn(usize) -> String, count: usize| {
            format!("[{}]", (1..=count).map(row).collect::<Vec<_>>().join(","))
        };
        let fine =
            |number| format!(r#"{{"month":"m{number}","return":{},"value":5}}"#, 0.001 * number as f64 + 0.0007);
        let coarse = |number| format!(r#"{{"month":"m{number}","return":{}}}"#, 0.01 * number as f64);
        let coarser = |number| format!(r#"{{"month":"m{number}","return":-{}}}"#, 0.05 * number as f64);
        let said = |old: &str, new: &str| finer_before("data/months.json", old.as_bytes(), new.as_bytes());
        assert_eq!(
            said(&table(fine, 12), &table(coarse, 12)),
            ["`value` in data/months.json", "`return` in data/months.json in steps of 0.0001 instead of 0.01"]
        );
        assert_eq!(
            said(&table(coarse, 12), &table(coarser, 12)),
            ["`return` in data/months.json in steps of 0.01 instead of 0.05"]
        );
        assert_eq!(said(&table(coarse, 12), &table(fine, 12)), Vec::<String>::new());
        // A few numbers that happen to be round are no coarser.
        assert_eq!(said(&table(fine, 2), &table(coarse, 2)), ["`value` in data/months.json"]);
        assert_eq!(said(&table(fine, 3), "[]"), Vec::<String>::new());
        let days = finer_before(DAYS, table(fine, 3).as_bytes(), b"{\"rows\":[]}");
        assert_eq!(days, ["every day in data/daily.json"]);
    }

    #[test]
    fn the_finest_of_all_versions_is_kept() {
        let of = |rows: &str| Fineness::of(rows.as_bytes()).unwrap();
        let table = |step: f64, count: usize| {
            let rows = (1..=count).map(|number| format!(r#"{{"return":{}}}"#, number as f64 * step));
            of(&format!("[{}]", rows.collect::<Vec<_>>().join(",")))
        };
        let all = table(0.01, 12).with(&table(0.0001, 9)).with(&of(r#"[{"return":0.5,"value":7}]"#));
        let said = all.beyond(&table(0.01, 12), "data/months.json");
        assert_eq!(
            said,
            ["`value` in data/months.json", "`return` in data/months.json in steps of 0.0001 instead of 0.01"]
        );
        assert_eq!(all.beyond(&all, "data/months.json"), Vec::<String>::new());
        assert_eq!(Fineness::of(b"no table"), None);
    }
}
