//! What the charts and tables of the site show, as CSV and JSON for whoever wants to check.
//!
//! Ratios are fractions rounded to six decimals. More digits would not help a reader, but would let the account's
//! size be told from the returns: a ratio of two whole numbers of cents can be taken apart.

use chrono::NaiveDate;
use polars::prelude::{Column as Series, CsvWriter, DataFrame, IntoColumn, NamedFrom, SerWriter};
use serde_json::{Map, Value, json};

use super::strategy_tables;
use crate::publication::{Amount, Publication, rounded};
use crate::{Error, Result};

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Dates, written `2026-01-27`.
    Dates(Vec<Option<NaiveDate>>),
    /// Numbers; a fraction where the name does not say otherwise.
    Numbers(Vec<Option<f64>>),
    /// Whole numbers.
    Counts(Vec<Option<i64>>),
    /// Words.
    Texts(Vec<Option<String>>),
}

/// A column with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name in the files.
    pub name: &'static str,
    /// What it holds, in words.
    pub meaning: &'static str,
    /// Its values, one a row.
    pub values: Values,
}

/// A table, written as `data/NAME.csv` and `data/NAME.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The file's name.
    pub name: &'static str,
    /// What a row is.
    pub meaning: &'static str,
    /// The columns.
    pub columns: Vec<Column>,
}

/// Every table of a publication.
pub fn all(publication: &Publication) -> Vec<Table> {
    let mut tables = vec![
        daily(publication),
        months(publication),
        positions(publication),
        orders(publication),
        round_trips(publication),
        slippage(publication),
        drawdowns(publication),
    ];
    tables.extend(strategy_tables::all(publication));
    tables
}

impl Table {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The rows whose first column is a date that `keep` wants.
    pub fn dated(&self, keep: impl Fn(NaiveDate) -> bool) -> Self {
        let dates = match self.columns.first().map(|column| &column.values) {
            Some(Values::Dates(dates)) => dates.as_slice(),
            _ => &[],
        };
        let wanted: Vec<usize> =
            (0..).zip(dates).filter(|(_, date)| date.is_some_and(&keep)).map(|(row, _)| row).collect();
        let columns = self.columns.iter().map(|column| Column { values: column.values.rows(&wanted), ..*column });
        Self { columns: columns.collect(), ..*self }
    }

    /// The table in both formats, by path.
    ///
    /// # Errors
    /// Only if the columns are not equally long.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>> {
        Ok(vec![
            (format!("data/{}.csv", self.name), self.csv()?),
            (format!("data/{}.json", self.name), self.json().into_bytes()),
        ])
    }

    /// The table as CSV.
    ///
    /// # Errors
    /// Only if the columns are not equally long.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let failed = |cause| Error::internal(format!("cannot write the table `{}`", self.name)).because(cause);
        let columns: Vec<Series> = self.columns.iter().map(Column::series).collect();
        let mut frame = DataFrame::new(self.rows(), columns).map_err(failed)?;
        let mut bytes = Vec::new();
        // One notation for all numbers: without this `-0.000313` stands beside `-7e-6`.
        let mut writer = CsvWriter::new(&mut bytes).with_float_scientific(Some(false));
        writer.finish(&mut frame).map_err(failed)?;
        Ok(bytes)
    }

    /// An array of objects, one a line.
    fn json(&self) -> String {
        let rows: Vec<String> = (0..self.rows())
            .map(|row| {
                let object: Map<String, Value> =
                    self.columns.iter().map(|column| (column.name.to_string(), column.values.at(row))).collect();
                Value::Object(object).to_string()
            })
            .collect();
        if rows.is_empty() { "[]\n".into() } else { format!("[\n{}\n]\n", rows.join(",\n")) }
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
    fn len(&self) -> usize {
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

    fn at(&self, row: usize) -> Value {
        match self {
            Self::Dates(values) => json!(values.get(row).copied().flatten().map(|date| date.to_string())),
            Self::Numbers(values) => json!(values.get(row).copied().flatten()),
            Self::Counts(values) => json!(values.get(row).copied().flatten()),
            Self::Texts(values) => json!(values.get(row).and_then(Option::as_ref)),
        }
    }
}

/// Six decimals: a hundredth of a basis point, and far too few to take a ratio apart.
fn rounded_ratio(value: f64) -> Option<f64> {
    value.is_finite().then(|| rounded::ratio(value))
}

/// Basis points to two decimals: the same precision.
fn rounded_bps(value: f64) -> Option<f64> {
    value.is_finite().then(|| (value * 1e2).round() / 1e2 + 0.0)
}

pub(super) fn dates<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<NaiveDate>,
) -> Column {
    Column { name, meaning, values: Values::Dates(rows.iter().map(read).collect()) }
}

pub(super) fn ratios<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<f64>,
) -> Column {
    Column {
        name,
        meaning,
        values: Values::Numbers(rows.iter().map(|row| read(row).and_then(rounded_ratio)).collect()),
    }
}

pub(super) fn bps<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<f64>,
) -> Column {
    Column {
        name,
        meaning,
        values: Values::Numbers(rows.iter().map(|row| read(row).and_then(rounded_bps)).collect()),
    }
}

pub(super) fn counts<T>(name: &'static str, meaning: &'static str, rows: &[T], read: impl Fn(&T) -> i64) -> Column {
    Column { name, meaning, values: Values::Counts(rows.iter().map(|row| Some(read(row))).collect()) }
}

pub(super) fn texts<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<String>,
) -> Column {
    Column { name, meaning, values: Values::Texts(rows.iter().map(read).collect()) }
}

/// A column that exists only where amounts are shown.
fn amounts<T>(
    name: &'static str,
    meaning: &'static str,
    rows: &[T],
    read: impl Fn(&T) -> Option<&Amount>,
) -> Option<Column> {
    let values: Vec<Option<String>> = rows.iter().map(|row| read(row).map(ToString::to_string)).collect();
    values.iter().any(Option::is_some).then_some(Column { name, meaning, values: Values::Texts(values) })
}

/// One row for each snapshot.
pub fn daily(publication: &Publication) -> Table {
    let rows = &publication.days;
    let mut columns = vec![
        dates("date", "trading date of the snapshot", rows, |day| Some(day.date)),
        ratios("daily_return", "time-weighted return since the snapshot before", rows, |day| day.daily_return),
        ratios("index", "growth of 1 since inception", rows, |day| Some(day.index)),
        ratios("drawdown", "index against its highest so far", rows, |day| Some(day.drawdown)),
        ratios("benchmark_index", "growth of 1 in the benchmark over the same dates", rows, |day| {
            day.benchmark_index
        }),
    ];
    columns.extend(amounts("net_liquidation", "net liquidation value in base currency", rows, |day| {
        day.net_liquidation.as_ref()
    }));
    Table { name: "daily", meaning: "One row for each snapshot.", columns }
}

fn months(publication: &Publication) -> Table {
    let rows = &publication.months;
    let columns = vec![
        texts("month", "calendar month", rows, |month| Some(month.month.to_string())),
        ratios("return", "time-weighted return", rows, |month| Some(month.value)),
        ratios("benchmark_return", "the benchmark's over the same dates", rows, |month| month.benchmark),
        ratios("max_drawdown", "deepest fall from a high within the month", rows, |month| month.max_drawdown),
        counts("observations", "daily returns in it", rows, |month| month.observations as i64),
        counts("partial", "1 where the record covers only part of the month", rows, |month| i64::from(month.partial)),
        Column {
            name: "orders",
            meaning: "orders filled in it; empty where some may be held back",
            values: Values::Counts(rows.iter().map(|month| Some(month.orders? as i64)).collect()),
        },
    ];
    Table { name: "months", meaning: "One row for each calendar month.", columns }
}

fn positions(publication: &Publication) -> Table {
    let rows = &publication.positions;
    let mut columns = vec![
        texts("symbol", "ticker", rows, |position| Some(position.symbol.clone())),
        texts("name", "name", rows, |position| (!position.name.is_empty()).then(|| position.name.clone())),
        ratios("weight", "share of net liquidation value", rows, |position| Some(position.weight)),
        ratios("gain", "market price against average cost", rows, |position| position.gain),
        texts("price", "price it is valued at", rows, |position| position.price.clone()),
        texts("currency", "currency of the price", rows, |position| Some(position.currency.clone())),
    ];
    columns.extend(amounts("quantity", "shares", rows, |position| position.quantity.as_ref()));
    columns.extend(amounts("market_value", "value in its currency", rows, |position| position.market_value.as_ref()));
    Table { name: "positions", meaning: "One row for each open position.", columns }
}

/// One row for each order.
pub fn orders(publication: &Publication) -> Table {
    let rows = &publication.orders;
    let mut columns = vec![
        dates("date", "date of the first fill", rows, |order| Some(order.date)),
        texts("symbol", "ticker", rows, |order| Some(order.symbol.clone())),
        texts("side", "BUY or SELL", rows, |order| Some(order.side.to_string())),
        counts("fills", "how many fills", rows, |order| order.fills as i64),
        texts("price", "volume-weighted fill price", rows, |order| Some(order.price.clone())),
        texts("currency", "currency of the price", rows, |order| Some(order.currency.clone())),
        texts("reference_price", "price it is measured against", rows, |order| order.reference_price.clone()),
        bps("slippage_bps", "fill against reference; positive is unfavourable", rows, |order| order.slippage_bps),
        bps("commission_bps", "commission on the notional", rows, |order| order.commission_bps),
        ratios("weight", "notional as a share of net liquidation value", rows, |order| order.weight),
        bps("result_bps", "result of the round trips it closed, of net liquidation value", rows, |order| {
            order.result_bps
        }),
        counts("note", "1 where the trader wrote a note", rows, |order| i64::from(order.note.is_some())),
        texts("page", "name of its page", rows, |order| Some(order.slug.clone())),
    ];
    columns.extend(amounts("quantity", "shares", rows, |order| order.quantity.as_ref()));
    columns.extend(amounts("notional", "notional in the price's currency", rows, |order| order.notional.as_ref()));
    columns.extend(amounts("commission", "commission", rows, |order| order.commission.as_ref()));
    Table { name: "orders", meaning: "One row for each order, newest first.", columns }
}

fn round_trips(publication: &Publication) -> Table {
    let rows = &publication.round_trips;
    let mut columns = vec![
        texts("symbol", "ticker", rows, |trip| Some(trip.symbol.clone())),
        texts("direction", "long or short", rows, |trip| Some(trip.direction.to_string())),
        dates("opened", "date opened", rows, |trip| Some(trip.opened)),
        dates("closed", "date closed", rows, |trip| Some(trip.closed)),
        counts("holding_days", "calendar days between", rows, |trip| trip.holding_days),
        ratios("net_return", "entry to exit after commissions", rows, |trip| trip.net_return),
        bps("result_bps", "profit after commissions, of net liquidation value", rows, |trip| trip.result_bps),
    ];
    columns.extend(amounts("profit", "profit after commissions in base currency", rows, |trip| trip.profit.as_ref()));
    Table { name: "round_trips", meaning: "One row for each closed round trip, newest first.", columns }
}

fn slippage(publication: &Publication) -> Table {
    let groups = |kind: &'static str, rows: &[crate::publication::SlippageGroup]| {
        rows.iter().map(|group| (kind, group.clone())).collect::<Vec<_>>()
    };
    let mut rows = groups("month", &publication.slippage.by_month);
    rows.extend(groups("symbol", &publication.slippage.by_symbol));
    let columns = vec![
        texts("by", "month or symbol", &rows, |(kind, _)| Some((*kind).to_string())),
        texts("key", "the month or the ticker", &rows, |(_, group)| Some(group.key.clone())),
        counts("orders", "orders with a reference price", &rows, |(_, group)| group.orders as i64),
        bps("mean_bps", "mean slippage; positive is unfavourable", &rows, |(_, group)| Some(group.mean_bps)),
    ];
    Table { name: "slippage", meaning: "One row for each month and each ticker.", columns }
}

fn drawdowns(publication: &Publication) -> Table {
    let rows = &publication.drawdowns;
    let columns = vec![
        ratios("depth", "index at the valley against the peak", rows, |drawdown| Some(drawdown.depth)),
        dates("peak", "date of the peak", rows, |drawdown| Some(drawdown.peak)),
        dates("valley", "date of the valley", rows, |drawdown| Some(drawdown.valley)),
        dates("recovery", "first date at or above the peak again", rows, |drawdown| drawdown.recovery),
        counts("duration_days", "calendar days from the peak to the recovery or the last date", rows, |drawdown| {
            drawdown.duration_days
        }),
    ];
    Table { name: "drawdowns", meaning: "The worst drawdowns, deepest first.", columns }
}

#[cfg(test)]
mod tests {
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
        let rows: Value = serde_json::from_str(&table().json()).unwrap();
        assert_eq!(
            rows,
            json!([
                {"date": "2026-01-02", "x": -0.000001, "n": 3, "words": "a,\"b\""},
                {"date": null, "x": null, "n": 0, "words": null},
            ])
        );
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
        let picked = table().dated(|date| date.to_string() == "2026-01-02");
        assert_eq!(
            String::from_utf8(picked.csv().unwrap()).unwrap(),
            "date,x,n,words\n2026-01-02,-0.000001,3,\"a,\"\"b\"\"\"\n"
        );
        assert_eq!(table().dated(|_| false).csv().unwrap(), b"date,x,n,words\n");
    }

    #[test]
    fn values_are_rounded_and_never_a_negative_zero() {
        assert_eq!(rounded_ratio(0.123_456_789), Some(0.123_457));
        assert!(rounded_ratio(-0.000_000_1).unwrap().is_sign_positive());
        assert_eq!(rounded_ratio(f64::NAN), None);
        assert_eq!(rounded_bps(12.3456), Some(12.35));
    }

    #[test]
    fn the_tables_of_a_publication_are_rectangular_and_hide_amounts() {
        for table in all(&crate::site::testing::publication()) {
            assert!(table.columns.iter().all(|column| column.values.len() == table.rows()), "{}", table.name);
            let hidden = ["quantity", "market_value", "notional", "net_liquidation", "profit", "commission"];
            assert!(table.columns.iter().all(|column| !hidden.contains(&column.name)), "{}", table.name);
            table.files().unwrap();
        }
    }
}
