//! The tables to recompute everything from.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::publication::Reads;
use crate::render::tables::{Column, Table};

#[derive(Serialize)]
struct Data<'a> {
    tables: Vec<TableRow<'a>>,
    /// What is rounded and why.
    rounding: &'a [String],
}

#[derive(Serialize)]
struct TableRow<'a> {
    name: &'a str,
    meaning: &'a str,
    rows: usize,
    columns: Vec<ColumnRow<'a>>,
}

#[derive(Serialize)]
struct ColumnRow<'a> {
    name: &'a str,
    meaning: &'a str,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    PageContext::new(&Data { tables: site.tables.iter().map(table).collect(), rounding: &site.publication.rounding })
}

fn table(table: &Table) -> TableRow<'_> {
    let column = |column: &Column| ColumnRow { name: column.name, meaning: column.meaning };
    let columns = table.columns.iter().map(column).collect();
    TableRow { name: table.name, meaning: table.meaning, rows: table.rows(), columns }
}
