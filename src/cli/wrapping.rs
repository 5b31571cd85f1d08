//! Lines that are too long for a terminal, broken between words.

use dialoguer::console::measure_text_width;

/// A narrower terminal breaks lines itself.
const NARROWEST: usize = 40;

/// A text in lines of at most so many columns; what goes on stands below the last column that it can stand below. What is in
/// backticks stays together, because it is copied.
pub fn wrapped(text: &str, width: usize) -> String {
    if width < NARROWEST {
        return text.to_owned();
    }
    text.split('\n').map(|line| wrapped_line(line, width)).collect::<Vec<_>>().join("\n")
}

fn wrapped_line(line: &str, width: usize) -> String {
    if measure_text_width(line) <= width {
        return line.to_owned();
    }
    let space = line.len() - line.trim_start_matches(' ').len();
    let (start, indent) = last_column(line, width * 2 / 3).unwrap_or((space, space + 2));
    let (mut lines, mut at, mut is_first) = (line.get(..start).unwrap_or_default().to_owned(), indent, true);
    for word in words(line.get(start..).unwrap_or_default()) {
        let wide = measure_text_width(word);
        if !is_first && at + 1 + wide > width {
            lines = format!("{}\n{}", lines.trim_end(), " ".repeat(indent));
            (at, is_first) = (indent, true);
        }
        if !is_first {
            lines.push(' ');
            at += 1;
        }
        lines += word;
        at += wide;
        is_first = false;
    }
    lines
}

/// Where the last column of a table begins that is no further right than this, in bytes and in columns.
fn last_column(line: &str, furthest: usize) -> Option<(usize, usize)> {
    let begins = |(start, letter): (usize, char)| {
        let before = line.get(..start)?;
        let is_column = letter != ' ' && before.ends_with("  ") && !before.trim().is_empty();
        is_column.then(|| (start, measure_text_width(before)))
    };
    line.char_indices().filter_map(begins).filter(|(_, column)| *column <= furthest).max()
}

/// The words of a text; what is in backticks is one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.split(move |letter| {
        is_code ^= letter == '`';
        letter == ' ' && !is_code
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_between_words_and_goes_on_below_its_column() {
        let prose = "note[x] one two three four five six seven eight nine ten";
        assert_eq!(wrapped(prose, 40), "note[x] one two three four five six\n  seven eight nine ten");
        let row = "ok      clock   the server says that it is three minutes later";
        assert_eq!(
            wrapped(row, 40),
            "ok      clock   the server says that it\n                is three minutes later"
        );
        let odd = "  a     bcd ef gh ij kl mn op qr st uv wx yz ab cd";
        assert_eq!(wrapped(odd, 40), "  a     bcd ef gh ij kl mn op qr st uv\n        wx yz ab cd");
        assert_eq!(wrapped("short\n\n  lines", 40), "short\n\n  lines");
        assert_eq!(wrapped(prose, 20), prose);
    }

    #[test]
    fn what_is_copied_stays_together_and_colours_take_no_room() {
        let hint = "  next: run it once more with `trackrecord check --secrecy`, then go on";
        assert_eq!(
            wrapped(hint, 40),
            "  next: run it once more with\n    `trackrecord check --secrecy`, then\n    go on"
        );
        let coloured = "\u{1b}[33mwarning\u{1b}[0m six words are exactly in here";
        assert_eq!(wrapped(coloured, 40), coloured);
        let long = "x ".to_owned() + &"y".repeat(60);
        assert_eq!(wrapped(&long, 40), format!("x\n  {}", "y".repeat(60)));
    }
}
