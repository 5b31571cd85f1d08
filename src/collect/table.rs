//! Tables of text, with the place of every cell.

use std::cmp::Ordering;
use std::path::Path;

use rust_decimal::Decimal;

use super::number;
use super::source::Source;
use crate::error::{Error, Place, Result};

/// A CSV file read into memory.
#[derive(Debug)]
pub struct Table<'a> {
    source: Source<'a>,
    delimiter: u8,
    headers: Vec<String>,
    head: usize,
    above: Vec<::csv::StringRecord>,
    records: Vec<::csv::StringRecord>,
}

/// Between what columns may stand.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// The line that names the columns is one of so many first.
const HEAD_WITHIN: usize = 60;

impl<'a> Table<'a> {
    /// Reads a table whose first line names the columns.
    ///
    /// # Errors
    /// No line of names, a line with more or fewer cells than there are names, or a delimiter that is not ASCII.
    pub fn read(path: &'a Path, text: &'a str, delimiter: char) -> Result<Self> {
        let delimiter = ascii(delimiter)?;
        let mut reader =
            ::csv::ReaderBuilder::new().delimiter(delimiter).trim(::csv::Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| unreadable(path, error))?;
        let headers = headers.iter().map(str::to_owned).collect();
        let records = reader.records().collect::<Result<_, _>>().map_err(|error| unreadable(path, error))?;
        Ok(Self { source: Source::new(path, text), delimiter, headers, head: 1, above: Vec::new(), records })
    }

    /// Finds a table in a file: the line that names its columns is the first one that `is_head` takes, and the delimiter
    /// is the one with which there is such a line, unless it is given. Lines may have any number of cells.
    ///
    /// Where no line is taken, the first one is the head, with the delimiter that cuts it into the most cells.
    ///
    /// # Errors
    /// A delimiter that is not ASCII, or a line that is no text of cells.
    pub fn find(
        path: &'a Path,
        text: &'a str,
        delimiter: Option<char>,
        is_head: impl Fn(&[String]) -> bool,
    ) -> Result<Self> {
        let candidates = delimiter.map_or_else(|| DELIMITERS.to_vec(), |given| vec![given]);
        let mut best: Option<(bool, usize, Head)> = None;
        for candidate in candidates {
            let head = Head::with(path, text, ascii(candidate)?, &is_head)?;
            let rank = (head.found, head.names.len());
            if best.as_ref().is_none_or(|(found, cells, _)| rank > (*found, *cells)) {
                best = Some((rank.0, rank.1, head));
            }
        }
        let Some((_, _, head)) = best else {
            return Err(Error::data("the file is empty").at(Place::file(path)));
        };
        let (mut above, mut records) = (Vec::new(), Vec::new());
        for record in flexible(text, head.delimiter).records() {
            let record = record.map_err(|error| unreadable(path, error))?;
            match record.position().map_or(0, ::csv::Position::byte).cmp(&head.byte) {
                Ordering::Less => above.push(record),
                Ordering::Equal => {}
                Ordering::Greater => records.push(record),
            }
        }
        let Head { names, line, delimiter, .. } = head;
        Ok(Self { source: Source::new(path, text), delimiter, headers: names, head: line, above, records })
    }

    /// The character between columns.
    pub fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// Below the line before the first: for a table whose first line is a row already, and names nothing.
    pub fn without_head(path: &'a Path, text: &'a str, delimiter: char) -> Result<Self> {
        let delimiter = ascii(delimiter)?;
        let records: Vec<_> =
            flexible(text, delimiter).records().collect::<Result<_, _>>().map_err(|error| unreadable(path, error))?;
        let widest = records.iter().map(::csv::StringRecord::len).max().unwrap_or(0);
        let headers = vec![String::new(); widest];
        Ok(Self { source: Source::new(path, text), delimiter, headers, head: 1, above: Vec::new(), records })
    }

    /// The names of the columns.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The number of the column with this name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|header| header == name)
    }

    /// The line that names the columns.
    pub fn head(&self) -> Place {
        Place::line(self.source.path(), self.head)
    }

    /// The lines below it.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.records.iter().map(|record| Line { table: self, record })
    }

    /// The lines above it that could be rows: those with more than one cell, or that would be rows of another form of table.
    /// A title has one.
    pub fn lines_above(&self) -> impl Iterator<Item = Line<'_>> {
        let lines = self.above.iter().map(|record| Line { table: self, record });
        lines.filter(|line| {
            let cells = || line.record.iter().filter(|cell| !cell.is_empty());
            cells().count() > 1 || cells().any(is_row_of_another_form)
        })
    }
}

/// Whether a cell is a row with something else between its columns. Words with commas are a title.
fn is_row_of_another_form(cell: &str) -> bool {
    let has_digit = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    DELIMITERS.iter().any(|other| {
        let parts = || cell.split(*other).filter(|part| !part.trim().is_empty());
        parts().count() > 3 && parts().filter(|part| has_digit(part)).count() > 2
    })
}

fn ascii(delimiter: char) -> Result<u8> {
    u8::try_from(delimiter).ok().filter(u8::is_ascii).ok_or_else(|| {
        Error::configuration(format!("`{delimiter}` cannot be the delimiter")).hint("use one of , ; | or a tab")
    })
}

fn flexible(text: &str, delimiter: u8) -> ::csv::Reader<&[u8]> {
    let mut reader = ::csv::ReaderBuilder::new();
    reader.delimiter(delimiter).trim(::csv::Trim::All).has_headers(false).flexible(true);
    reader.from_reader(text.as_bytes())
}

/// The line that names the columns, as one delimiter cuts it.
struct Head {
    found: bool,
    names: Vec<String>,
    line: usize,
    byte: u64,
    delimiter: u8,
}

impl Head {
    fn with(path: &Path, text: &str, delimiter: u8, is_head: &impl Fn(&[String]) -> bool) -> Result<Self> {
        let mut first: Option<Self> = None;
        for record in flexible(text, delimiter).records().take(HEAD_WITHIN) {
            let record = record.map_err(|error| unreadable(path, error))?;
            let mut names: Vec<String> = record.iter().map(str::to_owned).collect();
            if let Some(name) = names.first_mut() {
                *name = name.trim_start_matches('\u{feff}').to_owned();
            }
            let found = is_head(&names);
            let position = record.position();
            let line = position.and_then(|position| usize::try_from(position.line()).ok()).unwrap_or(1);
            let byte = position.map_or(0, ::csv::Position::byte);
            let head = Self { found, names, line, byte, delimiter };
            if found {
                return Ok(head);
            }
            first = first.or(Some(head));
        }
        Ok(first.unwrap_or(Self { found: false, names: Vec::new(), line: 1, byte: 0, delimiter }))
    }
}

fn unreadable(path: &Path, error: ::csv::Error) -> Error {
    let place = match error.position().and_then(|position| usize::try_from(position.line()).ok()) {
        Some(line) => Place::line(path, line),
        None => Place::file(path),
    };
    let message = match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("this line has {len} cells, the first line names {expected_len} columns")
        }
        _ => "this line cannot be read".to_owned(),
    };
    Error::data(message).at(place).hint("repair or complete the file; nothing was imported").because(error)
}

/// One line of a table.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    table: &'a Table<'a>,
    record: &'a ::csv::StringRecord,
}

impl<'a> Line<'a> {
    /// The text of a cell; an empty one is `None`.
    pub fn text(&self, column: Option<usize>) -> Option<&'a str> {
        self.record.get(column?).filter(|cell| !cell.is_empty())
    }

    /// How many cells it has.
    pub fn cells(&self) -> usize {
        self.record.len()
    }

    /// How many cells it has up to the last that is not empty.
    pub fn width(&self) -> usize {
        self.record.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).last().map_or(0, |(last, _)| last + 1)
    }

    /// The number in a cell.
    ///
    /// # Errors
    /// A cell that holds something else.
    pub fn decimal(&self, column: Option<usize>, mark: char) -> Result<Option<Decimal>> {
        let Some(text) = self.text(column) else { return Ok(None) };
        number::parse_money(text, mark).map(Some).map_err(|problem| self.error(column, problem))
    }

    /// Something that is wrong with a cell, or with the line where no cell is named.
    pub fn error(&self, column: Option<usize>, message: impl Into<String>) -> Error {
        Error::data(message).at(self.place(column)).hint("correct the cell and import again; nothing was imported")
    }

    /// The place of a cell, or of the line.
    pub fn place(&self, column: Option<usize>) -> Place {
        let start = self.record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        self.table.source.place(self.offset(start, column.unwrap_or(0)))
    }

    /// Where in the file the given cell of the line at `start` begins.
    fn offset(&self, start: usize, column: usize) -> usize {
        let rest = self.table.source.text().as_bytes().get(start..).unwrap_or_default();
        // A position may point at the line break that ended the record before.
        let breaks = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let (mut passed, mut quoted) = (0, false);
        for (index, byte) in rest.iter().enumerate().skip(breaks) {
            if passed == column {
                return start + index;
            }
            match byte {
                b'"' => quoted = !quoted,
                byte if *byte == self.table.delimiter && !quoted => passed += 1,
                _ => {}
            }
        }
        start + if passed == column { rest.len() } else { breaks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_knows_its_place() {
        let text = "a,b,c\r\n1,\"x, y\nz\",3\n\n4,5,six\n";
        let table = Table::read(Path::new("t.csv"), text, ',').unwrap();
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines[0].place(Some(1)).to_string(), "t.csv:2:3");
        assert_eq!(lines[0].place(Some(2)).to_string(), "t.csv:3:4");
        let error = lines[1].decimal(table.column("c"), '.').unwrap_err();
        assert_eq!(error.to_string(), "t.csv:5:5: `six` is not a number");
    }

    #[test]
    fn a_cut_line_is_refused() {
        let error = Table::read(Path::new("t.csv"), "a,b\n1,2\n3\n", ',').unwrap_err();
        assert_eq!(error.to_string(), "t.csv:3: this line has 1 cells, the first line names 2 columns");
    }
}
