//! A file of prices as this program writes it, read without keeping its days.
//!
//! Each byte is looked at once, and only the bars that are kept become values. A file with anything unusual in it is
//! left to the careful reader, which knows what to say about it.

use chrono::NaiveDate;

use super::super::Bar;
use super::is_last_before;

const HEADER: &[u8] = b"date,open,high,low,close,adj_close,volume,currency\n";

/// The first and the last bar, the last of each month, and the last up to `as_of`. `None` says nothing about the file
/// but that the careful reader has to look at it.
pub(super) fn month_ends(text: &[u8], as_of: NaiveDate, today: NaiveDate) -> Option<Vec<Bar>> {
    let mut rest = text.strip_prefix(HEADER)?;
    let mut kept = Vec::new();
    let mut before: Option<Row> = None;
    while !rest.is_empty() {
        let (row, after) = row(rest)?;
        match before {
            None => kept.push(row.bar()?),
            Some(before) if before.date >= row.date || before.unit != row.unit => return None,
            Some(before) if is_last_before(before.date, row.date, as_of) => kept.push(before.bar()?),
            Some(_) => {}
        }
        before = Some(row);
        rest = after;
    }
    let last = before.filter(|last| last.date <= today)?;
    kept.push(last.bar()?);
    // The first row is there again where it is also the last of its month.
    kept.dedup_by_key(|bar| bar.date);
    Some(kept)
}

/// One row, cut into cells that are known to be numbers.
#[derive(Clone, Copy)]
struct Row<'a> {
    date: NaiveDate,
    /// Open, high, low, close and adjusted close.
    prices: [&'a [u8]; 5],
    volume: &'a [u8],
    unit: &'a [u8],
}

impl Row<'_> {
    fn bar(&self) -> Option<Bar> {
        let [open, high, low, close, adj_close] = self.prices.map(text);
        Some(Bar {
            date: self.date,
            open: optional(open?)?,
            high: optional(high?)?,
            low: optional(low?)?,
            close: close?.parse().ok()?,
            adj_close: optional(adj_close?)?,
            volume: optional(text(self.volume)?)?,
            currency: text(self.unit)?.to_owned(),
        })
    }
}

fn text(cell: &[u8]) -> Option<&str> {
    std::str::from_utf8(cell).ok()
}

/// The value of a cell that may be empty; the outer `None` is a cell that is neither.
fn optional<T: std::str::FromStr>(cell: &str) -> Option<Option<T>> {
    if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) }
}

/// The row at the start of a text, and what comes after it.
fn row(text: &[u8]) -> Option<(Row<'_>, &[u8])> {
    let (date, rest) = text.split_at_checked(10)?;
    let date = self::date(date)?;
    let mut rest = rest.strip_prefix(b",")?;
    let mut prices = [&[][..]; 5];
    for (column, cell) in prices.iter_mut().enumerate() {
        let (number, after) = number(rest)?;
        // A close above zero is needed, and an adjusted one where it is there at all.
        match (column, number.cell.is_empty()) {
            (3, true) => return None,
            (3 | 4, false) if !number.is_above_zero() => return None,
            _ => {}
        }
        *cell = number.cell;
        rest = after;
    }
    let (volume, rest) = number(rest).filter(|(volume, _)| volume.is_whole)?;
    let (unit, rest) = rest.split_at_checked(3).filter(|(unit, _)| unit.iter().all(u8::is_ascii_alphabetic))?;
    Some((Row { date, prices, volume: volume.cell, unit }, rest.strip_prefix(b"\n")?))
}

/// `2026-01-27`.
fn date(cell: &[u8]) -> Option<NaiveDate> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = cell else { return None };
    let value = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_u32, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0')))
    };
    let year = i32::try_from(value(&[y1, y2, y3, y4])?).ok()?;
    NaiveDate::from_ymd_opt(year, value(&[m1, m2])?, value(&[d1, d2])?)
}

/// A cell of digits with at most one point between them, or an empty one.
struct Number<'a> {
    cell: &'a [u8],
    is_whole: bool,
}

impl Number<'_> {
    fn is_above_zero(&self) -> bool {
        self.cell.iter().any(|byte| matches!(byte, b'1'..=b'9'))
    }
}

/// The number up to the next comma, and what comes after the comma. Longer ones than any price are left to others.
fn number(text: &[u8]) -> Option<(Number<'_>, &[u8])> {
    let whole = digits(text);
    let is_whole = text.get(whole) == Some(&b',');
    let length = if is_whole {
        whole
    } else {
        let decimals = digits(text.get(whole..)?.strip_prefix(b".")?);
        // A digit on either side of the point.
        whole.min(decimals).checked_sub(1)?;
        whole + 1 + decimals
    };
    let (cell, rest) = text.split_at_checked(length).filter(|_| whole <= 12 && length <= 18)?;
    Some((Number { cell, is_whole }, rest.strip_prefix(b",")?))
}

/// How many digits a text starts with.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
