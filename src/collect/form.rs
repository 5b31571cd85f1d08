//! The form of a table that a person or a broker made: what was found, and what is said of it.

use super::days::Order;
use super::number;
use super::table::{Line, Table};
use crate::error::{Error, Result};
use crate::record::Currency;

/// The decimal mark of a table: as set, or as the numbers of these columns prove.
///
/// # Errors
/// Numbers that prove both marks, or only such as could be either.
pub fn decimal_mark(table: &Table, columns: &[usize], set: Option<char>) -> Result<char> {
    if let Some(mark) = set {
        return Ok(mark);
    }
    let cells = || table.lines().flat_map(|line| columns.iter().map(move |column| (line, *column)));
    let numbers = cells().filter_map(|(line, column)| line.text(Some(column)));
    match number::mark_of(numbers) {
        Ok(found) => Ok(found.unwrap_or('.')),
        // Where commas part the columns, a point is not likely to group thousands.
        Err(doubt) if doubt.is_single && table.delimiter() == ',' && doubt.number.contains('.') => Ok('.'),
        Err(doubt) => {
            let place = cells().find(|(line, column)| line.text(Some(*column)) == Some(doubt.number));
            let place = place.map_or_else(|| table.head(), |(line, column)| line.place(Some(column)));
            Err(Error::data(doubt.message)
                .at(place)
                .hint("say `--decimal-mark .` or `--decimal-mark ,`; nothing was imported"))
        }
    }
}

/// A row with fewer cells than there are columns, as a file that was cut off ends.
pub fn too_short(line: Line, named: usize) -> Error {
    let cells = line.cells();
    let cells = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
    Error::data(format!("this line has {cells}, and {named} columns are named"))
        .at(line.place(None))
        .hint("repair or complete the file; nothing was imported")
}

/// A line with cells beyond the last column that has a name, as an unquoted comma in a number makes it.
pub fn too_wide(line: Line, table: &Table) -> Error {
    let message = format!("this line has {} cells, and {} columns are named", line.width(), table.headers().len());
    Error::data(message)
        .at(line.place(Some(table.headers().len())))
        .hint("put cells that contain the delimiter in quotes; nothing was imported")
}

/// Codes that stand in names of columns. A list, because other words of three capital letters stand there too.
const CODES: [&str; 31] = [
    "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN",
    "ISK", "TRY", "ILS", "ZAR", "HKD", "SGD", "CNY", "CNH", "INR", "KRW", "TWD", "THB", "MXN", "BRL", "AED",
];

/// The currency at the end of a column's name: `Fee (EUR)`, `Costs EUR`.
pub fn named_currency(name: &str) -> Option<Currency> {
    let mut words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let last = words.next_back()?;
    words.next().and(CODES.contains(&last).then(|| last.parse().ok()).flatten())
}

/// `semicolons, decimal commas, days first`.
pub fn in_words(delimiter: char, mark: char, order: Option<Order>) -> String {
    let delimiter = match delimiter {
        ',' => "commas between columns".to_owned(),
        ';' => "semicolons between columns".to_owned(),
        '\t' => "tabs between columns".to_owned(),
        other => format!("`{other}` between columns"),
    };
    let mark = if mark == ',' { "decimal commas" } else { "decimal points" };
    let order = match order {
        None => "",
        Some(Order::DayFirst) => ", dates with the day first",
        Some(Order::MonthFirst) => ", dates with the month first",
    };
    format!("{delimiter}, {mark}{order}")
}
