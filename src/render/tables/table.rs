//! A table and its two formats, CSV and JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use polars::prelude::{
    Column as Series, CsvSerializer, DataFrame, IntoColumn, NamedFrom, SerializeOptions, csv_header,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::digest::{Digest, Running};
use crate::{Error, Result};

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Dates, written `2026-01-27`.
    Dates(Vec<Option<NaiveDate>>),
    /// Numbers; fractions unless the name says otherwise.
    Numbers(Vec<Option<f64>>),
    /// Whole numbers.
    Counts(Vec<Option<i64>>),
    /// Text.
    Texts(Vec<Option<String>>),
}

/// A column with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name in the files.
    pub name: &'static str,
    /// Its description.
    pub meaning: &'static str,
    /// Its values, one per row.
    pub values: Values,
}

/// A table, written as `data/NAME.csv` and `data/NAME.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The file's name.
    pub name: &'static str,
    /// Description of a row.
    pub meaning: &'static str,
    /// The columns, from left to right.
    pub columns: Vec<Column>,
}

impl Table {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The row numbers, grouped by a function of the date in the first column.
    pub fn rows_by<K: Ord>(&self, key: impl Fn(NaiveDate) -> K) -> BTreeMap<K, Vec<usize>> {
        let mut rows: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        if let Some(Values::Dates(dates)) = self.columns.first().map(|column| &column.values) {
            for (row, date) in dates.iter().enumerate().filter_map(|(row, date)| Some((row, (*date)?))) {
                rows.entry(key(date)).or_default().push(row);
            }
        }
        rows
    }

    /// The table with only these rows.
    pub fn picked(&self, rows: &[usize]) -> Self {
        let columns = self.columns.iter().map(|column| Column { values: column.values.rows(rows), ..*column });
        Self { columns: columns.collect(), ..*self }
    }

    /// Where the table is written, as CSV and as JSON.
    pub fn paths(&self) -> [String; 2] {
        ["csv", "json"].map(|ending| format!("data/{}.{ending}", self.name))
    }

    /// The table in both formats, by path.
    ///
    /// # Errors
    /// Only if the columns are not equally long.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let [csv, json] = self.paths();
        let (as_csv, as_json) = rayon::join(|| self.csv(), || self.json());
        Ok(vec![(csv, as_csv?), (json, as_json?)])
    }

    /// The digest of its columns and values: equal where its files are, and quicker to have.
    pub fn digest(&self) -> Digest {
        let mut digest = Running::default();
        for Column { name, values, .. } in &self.columns {
            digest.part(name.as_bytes());
            values.digest(&mut digest);
        }
        digest.so_far()
    }

    /// The table as CSV.
    ///
    /// # Errors
    /// Only if the columns are not equally long.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let columns: Vec<Series> = self.columns.iter().map(Column::series).collect();
        let frame = DataFrame::new(self.rows(), columns).map_err(|cause| self.unwritten(cause))?;
        // One notation for all numbers: without this `-0.000313` stands beside `-7e-6`.
        let options = Arc::new(SerializeOptions { float_scientific: Some(false), ..SerializeOptions::default() });
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let mut bytes = csv_header(&names, &options).map_err(|cause| self.unwritten(cause))?;
        // Tables are written beside each other: one does not wait for the threads that a `CsvWriter` starts.
        let mut writer =
            CsvSerializer::new(Arc::clone(frame.schema()), options).map_err(|cause| self.unwritten(cause))?;
        writer.serialize_to_csv(&frame, &mut bytes).map_err(|cause| self.unwritten(cause))?;
        Ok(bytes)
    }

    /// That it cannot be written, and why.
    fn unwritten(&self, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
        Error::internal(format!("cannot write the table `{}`", self.name)).because(cause)
    }

    /// The number of its form, and an array of objects, one a line.
    ///
    /// # Errors
    /// None that a table can have.
    fn json(&self) -> Result<Vec<u8>> {
        let mut json = b"{\"schema\":1,\"rows\":[\n".to_vec();
        for row in 0..self.rows() {
            if row > 0 {
                json.extend(b",\n");
            }
            serde_json::to_writer(&mut json, &Row { table: self, row }).map_err(|cause| self.unwritten(cause))?;
        }
        json.extend(b"\n]}\n");
        Ok(json)
    }
}

/// A row as an object, its values by the names of the columns.
struct Row<'a> {
    table: &'a Table,
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Self { table, row } = *self;
        let mut object = serializer.serialize_map(Some(table.columns.len()))?;
        for Column { name, values, .. } in &table.columns {
            match values {
                Values::Dates(values) => object.serialize_entry(name, &values.get(row).copied().flatten()),
                Values::Numbers(values) => object.serialize_entry(name, &values.get(row).copied().flatten()),
                Values::Counts(values) => object.serialize_entry(name, &values.get(row).copied().flatten()),
                Values::Texts(values) => object.serialize_entry(name, &values.get(row).and_then(Option::as_ref)),
            }?;
        }
        object.end()
    }
}

impl Column {
    fn series(&self) -> Series {
        let name = self.name.into();
        match &self.values {
            Values::Dates(dates) => {
                let texts: Vec<Option<String>> = dates.iter().map(|date| date.map(|date| date.to_string())).collect();
                polars::prelude::Series::new(name, texts).into_column()
            }
            Values::Numbers(numbers) => polars::prelude::Series::new(name, numbers).into_column(),
            Values::Counts(counts) => polars::prelude::Series::new(name, counts).into_column(),
            Values::Texts(texts) => polars::prelude::Series::new(name, texts).into_column(),
        }
    }
}

impl Values {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Dates(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Counts(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    fn rows(&self, wanted: &[usize]) -> Self {
        fn picked<T: Clone>(values: &[T], wanted: &[usize]) -> Vec<T> {
            wanted.iter().filter_map(|row| values.get(*row).cloned()).collect()
        }
        match self {
            Self::Dates(values) => Self::Dates(picked(values, wanted)),
            Self::Numbers(values) => Self::Numbers(picked(values, wanted)),
            Self::Counts(values) => Self::Counts(picked(values, wanted)),
            Self::Texts(values) => Self::Texts(picked(values, wanted)),
        }
    }

    /// Of each whether there is a value, and it.
    fn digest(&self, digest: &mut Running) {
        let mut update = |value: Option<&[u8]>| {
            digest.update(&[value.is_some().into()]);
            digest.part(value.unwrap_or_default());
        };
        match self {
            Self::Dates(values) => values.iter().for_each(|value| {
                update(value.map(|date| date.num_days_from_ce().to_le_bytes()).as_ref().map(<[u8; 4]>::as_slice));
            }),
            Self::Numbers(values) => values.iter().for_each(|value| {
                update(value.map(f64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice));
            }),
            Self::Counts(values) => values.iter().for_each(|value| {
                update(value.map(i64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice));
            }),
            Self::Texts(values) => values.iter().for_each(|value| update(value.as_ref().map(String::as_bytes))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn table() -> Table {
        Table {
            name: "t",
            meaning: "",
            columns: vec![
                Column { name: "date", meaning: "", values: Values::Dates(vec!["2026-01-02".parse().ok(), None]) },
                Column { name: "x", meaning: "", values: Values::Numbers(vec![Some(-0.000001), None]) },
                Column { name: "n", meaning: "", values: Values::Counts(vec![Some(3), Some(0)]) },
                Column { name: "words", meaning: "", values: Values::Texts(vec![Some("a,\"b\"".into()), None]) },
            ],
        }
    }

    #[test]
    fn csv_and_json_hold_the_same_rows() {
        let csv = String::from_utf8(table().csv().unwrap()).unwrap();
        assert_eq!(csv, "date,x,n,words\n2026-01-02,-0.000001,3,\"a,\"\"b\"\"\"\n,,0,\n");
        let rows: Value = serde_json::from_slice(&table().json().unwrap()).unwrap();
        assert_eq!(
            rows,
            json!({"schema": 1, "rows": [
                {"date": "2026-01-02", "x": -0.000001, "n": 3, "words": "a,\"b\""},
                {"date": null, "x": null, "n": 0, "words": null},
            ]})
        );
    }

    #[test]
    fn tables_of_other_values_have_other_digests() {
        let texts = |texts: [Option<&str>; 2]| {
            let texts = texts.map(|text| text.map(str::to_owned)).into();
            Table { columns: vec![Column { name: "x", meaning: "", values: Values::Texts(texts) }], ..table() }
                .digest()
        };
        let digests =
            [[Some("ab"), Some("c")], [Some("a"), Some("bc")], [Some("abc"), None], [Some("abc"), Some("")]];
        let different: std::collections::BTreeSet<Digest> = digests.map(texts).into();
        assert_eq!(different.len(), 4);
        assert_eq!(table().digest(), table().digest());
        assert_ne!(table().digest(), table().picked(&[0]).digest());
    }

    #[test]
    fn every_number_is_written_in_plain_digits() {
        let numbers: Vec<Option<f64>> = [1e-6, -7e-6, -0.000_313, 12_345.67, 0.0, 1.0].map(Some).into();
        let column = Column { name: "x", meaning: "", values: Values::Numbers(numbers) };
        let csv = Table { name: "t", meaning: "", columns: vec![column] }.csv().unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), "x\n0.000001\n-0.000007\n-0.000313\n12345.67\n0\n1\n");
    }

    #[test]
    fn rows_are_picked_by_their_date() {
        let rows = table().rows_by(|date| date.to_string());
        assert_eq!(rows, BTreeMap::from([("2026-01-02".to_owned(), vec![0])]));
        let picked = table().picked(&rows["2026-01-02"]);
        assert_eq!(
            String::from_utf8(picked.csv().unwrap()).unwrap(),
            "date,x,n,words\n2026-01-02,-0.000001,3,\"a,\"\"b\"\"\"\n"
        );
        assert_eq!(table().picked(&[]).csv().unwrap(), b"date,x,n,words\n");
    }
}
