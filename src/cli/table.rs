//! Rows as columns, as wide as a terminal has room.

use dialoguer::console::measure_text_width;
use unicode_width::UnicodeWidthStr;

use super::terminal::painted;

/// What the first column keeps of its width however little room there is.
const NARROWEST: usize = 14;

/// Rows as columns: words to the left, figures to the right. A row of one cell is a heading and sets no width.
pub fn table(rows: &[Vec<String>], figures: &[usize]) -> String {
    table_within(rows, figures, None)
}

/// The same in at most so many columns: names that are too long are broken between words, and a remark behind the figures for which there
/// is no room has a line of its own.
pub fn table_within(rows: &[Vec<String>], figures: &[usize], columns: Option<usize>) -> String {
    let mut widths = widths(rows);
    let taken: usize = figures.iter().filter_map(|column| widths.get(*column)).map(|width| width + 2).sum();
    if let (Some(columns), Some(first)) = (columns, widths.first_mut()) {
        *first = (*first).min(columns.saturating_sub(taken).max(NARROWEST));
    }
    let line = |row: &Vec<String>| {
        if let [heading] = row.as_slice() {
            return if heading.is_empty() { String::new() } else { painted(heading, "1") };
        }
        let (before, name) =
            broken(row.first().map_or("", String::as_str), widths.first().copied().unwrap_or_default());
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let cell = if column == 0 { &name } else { cell };
            let space = " ".repeat(width.saturating_sub(cell.width()));
            if figures.contains(&column) { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        let cells: Vec<String> = cells.collect();
        let whole = cells.join("  ");
        let (shown, remark) = cells.split_at(figures.iter().max().map_or(0, |last| last + 1).min(cells.len()));
        let has_room = columns.is_none_or(|columns| measure_text_width(whole.trim_end()) <= columns);
        if has_room || shown.is_empty() || remark.iter().all(|cell| cell.trim().is_empty()) {
            return before + whole.trim_end();
        }
        format!("{before}{}\n    {}", shown.join("  ").trim_end(), remark.join("  ").trim())
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The same under a heading, or where that is too wide, each row as a list of its own: what, and beside it the cell.
pub fn listing(rows: &[Vec<String>], figures: &[usize], columns: Option<usize>) -> String {
    let whole = table(rows, figures);
    let Some((heading, rows)) = rows.split_first() else { return whole };
    if columns.is_none_or(|columns| whole.lines().all(|line| line.width() <= columns)) {
        return whole;
    }
    let names = heading.iter().skip(1).map(|name| name.width()).max().unwrap_or_default();
    let list = |row: &Vec<String>| {
        let cells = heading.iter().zip(row).skip(1).filter(|(_, cell)| !cell.is_empty());
        let lines = cells.map(|(name, cell)| format!("\n  {name}{}  {cell}", " ".repeat(names - name.width())));
        painted(row.first().map_or("", String::as_str), "1") + &lines.collect::<String>()
    };
    rows.iter().map(list).collect::<Vec<_>>().join("\n")
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows.iter().filter(|row| row.len() > 1) {
        for (column, cell) in row.iter().enumerate() {
            let width = cell.width();
            match widths.get_mut(column) {
                Some(known) => *known = width.max(*known),
                None => widths.push(width),
            }
        }
    }
    widths
}

/// A name that is wider than its column: the lines before its last one, and that.
fn broken(name: &str, width: usize) -> (String, String) {
    let indent = name.len() - name.trim_start().len();
    let (mut before, mut line) = (String::new(), " ".repeat(indent));
    for (at, word) in name.split_whitespace().enumerate() {
        if at > 0 && line.width() + 1 + word.width() > width {
            before += &format!("{line}\n");
            line = " ".repeat(indent + 2);
        } else if at > 0 {
            line.push(' ');
        }
        line += word;
    }
    if name.width() <= width { (String::new(), name.to_owned()) } else { (before, line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<const N: usize>(rows: &[[&str; N]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect()
    }

    #[test]
    fn columns_stand_below_each_other_whatever_the_script() {
        // Each of these signs takes two columns of a terminal; an accent of its own takes none.
        let rows = rows(&[["日本", "1", "x"], ["Zu\u{308}rich", "100", "y"], ["Paris", "20", "z"]]);
        assert_eq!(table(&rows, &[1]), "日本      1  x\nZu\u{308}rich  100  y\nParis    20  z");
    }

    #[test]
    fn a_long_name_is_broken_where_its_figure_has_no_room() {
        let rows = rows(&[["  Beta", "0.93"], ["  Three-year standard deviation", "20.82 %"]]);
        assert_eq!(
            table_within(&rows, &[1], Some(30)),
            "  Beta                    0.93\n  Three-year standard\n    deviation          20.82 %"
        );
        assert_eq!(table_within(&rows, &[1], Some(40)), table(&rows, &[1]));
    }

    #[test]
    fn a_remark_without_room_has_a_line_of_its_own() {
        let rows = rows(&[["  Beta", "0.93", ""], ["  Best day", "9.78 %", "2020-03-24"]]);
        assert_eq!(table_within(&rows, &[1], Some(24)), "  Beta        0.93\n  Best day  9.78 %\n    2020-03-24");
        assert_eq!(table_within(&rows, &[1], Some(30)), table(&rows, &[1]));
    }

    #[test]
    fn a_table_that_is_too_wide_is_a_list_of_each_row() {
        let rows = rows(&[["job", "when", "next"], ["daily", "XNYS close + 20m", "now"], ["signal", "", "never"]]);
        assert_eq!(listing(&rows, &[], Some(60)), table(&rows, &[]));
        assert_eq!(
            listing(&rows, &[], Some(20)),
            "\u{1b}[1mdaily\u{1b}[0m\n  when  XNYS close + 20m\n  next  now\n\u{1b}[1msignal\u{1b}[0m\n  next  never"
        );
    }
}
