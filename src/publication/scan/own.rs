//! Where in a finished file the program's own numbers stand: geometry and labels of charts, series, digests.
//!
//! Such a number is equal to an amount of the record by chance now and then, and must not stop an honest build. Only places are
//! skipped that nothing of the author's is written to.

use memchr::memmem::{self, find_iter};

use super::search::tokens;

/// From one offset to another.
pub type Range = (usize, usize);

/// Attributes that hold coordinates.
const GEOMETRY: [&[u8]; 6] =
    [b" d=\"", b" points=\"", b" viewbox=\"", b" transform=\"", b" data-path=\"", b" data-plot=\""];

/// The charts' numbers for the script of the page.
const SERIES: &[u8] = b"<script type=\"application/json\" id=\"series\">";

/// Data for any script of the page.
const JSON: &[u8] = b"<script type=\"application/json\"";

/// A chart, a label of its axis, what stands at the end of a line, and its description.
const CHART: &[u8] = b"<div class=\"chart ";
const LABEL: &[u8] = b"<b class=\"y";
const END: &[u8] = b"<b class=\"end ";
const DESCRIPTION: &[u8] = b"<p class=\"hidden\" id=\"";

/// A cell with percentage points, which have no sign of their unit: contributions and differences of returns.
const POINTS: &[u8] = b"<td class=\"num points";

/// What stands before a digest or packed content.
const PACKED: [&[u8]; 4] = [b";base64,", b"sha256-", b"sha384-", b"sha512-"];

/// Letters and digits in turn, so many of them in one word, are a digest or packed content.
const SHORTEST_DIGEST: usize = 16;

/// All such places of a text in small letters, in order.
pub fn ranges(text: &str) -> Vec<Range> {
    let bytes = text.as_bytes();
    let geometry = find_iter(bytes, b"=\"").filter_map(|at| {
        let before = bytes.get(..at + 2)?;
        GEOMETRY.iter().any(|name| before.ends_with(name)).then(|| until(bytes, at + 2, b"\""))
    });
    let series = find_iter(bytes, SERIES).map(|at| until(bytes, at, b"</script>"));
    let packed = PACKED.iter().flat_map(|mark| {
        find_iter(bytes, mark).map(|at| {
            let start = at + mark.len();
            let rest = bytes.get(start..).unwrap_or_default();
            let is_packed = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
            (start, start + rest.iter().take_while(|byte| is_packed(byte)).count())
        })
    });
    let mut found: Vec<Range> =
        geometry.chain(series).chain(packed).chain(charts(bytes)).chain(points(bytes)).collect();
    found.sort_unstable();
    found
}

/// Words that are digests or nonces as a whole: 64 or 32 hexadecimal digits.
pub fn digests(text: &str) -> impl Iterator<Item = Range> {
    let is_hex = |word: &str| word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_digest = move |word: &str| matches!(word.len(), 32 | 64) && is_hex(word);
    tokens(text).filter(move |(_, word)| is_digest(word)).map(|(at, word)| (at, at + word.len()))
}

/// Numbers for a script of the page, which have a point before their fraction in every locale.
pub fn data(text: &str) -> Vec<Range> {
    find_iter(text.as_bytes(), JSON).map(|at| until(text.as_bytes(), at, b"</script>")).collect()
}

/// Labels of the axes and of the ends of lines of the program's own charts, and their descriptions.
fn charts(bytes: &[u8]) -> impl Iterator<Item = Range> {
    let labels = find_iter(bytes, LABEL).filter_map(|at| {
        let label = at + memchr::memchr(b'>', bytes.get(at..)?)? + 1;
        let (_, end) = until(bytes, label, b"<");
        is_number(std::str::from_utf8(bytes.get(label..end)?).ok()?).then_some((label, end))
    });
    let described = find_iter(bytes, CHART).filter_map(|at| {
        let (start, end) = until(bytes, at, b"</p></div>");
        let from = memmem::rfind(bytes.get(start..end)?, DESCRIPTION)?;
        Some((start + from, end))
    });
    let ends = find_iter(bytes, END).filter_map(|at| {
        let (start, end) = until(bytes, at, b"</b>");
        let number = start + memmem::find(bytes.get(start..end)?, b"<span>")? + b"<span>".len();
        let (_, end) = until(bytes.get(..end)?, number, b"</span>");
        is_number(std::str::from_utf8(bytes.get(number..end)?).ok()?).then_some((number, end))
    });
    labels.chain(ends).chain(described)
}

/// The numbers of cells with percentage points.
fn points(bytes: &[u8]) -> impl Iterator<Item = Range> {
    find_iter(bytes, POINTS).filter_map(|at| {
        let cell = at + memchr::memchr(b'>', bytes.get(at..)?)? + 1;
        let number = cell + if bytes.get(cell..)?.starts_with(b"<b>") { b"<b>".len() } else { 0 };
        let (_, end) = until(bytes, number, b"<");
        is_number(std::str::from_utf8(bytes.get(number..end)?).ok()?).then_some((number, end))
    })
}

/// Whether a label or a cell is a number, maybe of percent.
fn is_number(label: &str) -> bool {
    label.chars().all(|letter| letter.is_ascii_digit() || ".,%+-\u{2212}\u{2019}\u{a0}\u{202f}".contains(letter))
}

/// From an offset up to a mark, or to the end.
fn until(bytes: &[u8], from: usize, mark: &[u8]) -> Range {
    let rest = bytes.get(from..).unwrap_or_default();
    (from, from + memmem::find(rest, mark).unwrap_or(rest.len()))
}

/// The end of the digest or packed word that a run of digits is in.
pub fn end_of_digest(bytes: &[u8], digits: Range) -> Option<usize> {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric();
    let before = bytes.get(..digits.0)?.iter().rev().take_while(is_word).count();
    let after = bytes.get(digits.1..)?.iter().take_while(is_word).count();
    let (start, end) = (digits.0 - before, digits.1 + after);
    let word = bytes.get(start..end)?;
    let is_digit: Vec<bool> = word.iter().map(u8::is_ascii_digit).collect();
    let turns = is_digit.windows(2).filter(|pair| pair.first() != pair.last()).count();
    let is_one_word = word.iter().all(u8::is_ascii_alphanumeric);
    // The first sixteen digits of a digest stand at the foot of pages and reports, however their letters lie.
    let begins_a_digest = word.len() == SHORTEST_DIGEST && turns > 0 && word.iter().all(u8::is_ascii_hexdigit);
    (is_one_word && (begins_a_digest || word.len() >= SHORTEST_DIGEST && turns >= 4)).then_some(end)
}

/// Whether what follows a number says that it is no amount: percent, days, how many of something.
pub fn is_followed_by_unit(after: &str) -> bool {
    const UNITS: [&str; 14] = [
        "%",
        "bps",
        "basis point",
        "point",
        "day",
        "daily return",
        "return",
        "valuation",
        "month",
        "year",
        "order",
        "fill",
        "round trip",
        "trading day",
    ];
    let mut after = after.strip_prefix("</b>").unwrap_or(after);
    for space in [" ", "\u{a0}", "\u{202f}", "&nbsp;"] {
        after = after.strip_prefix(space).unwrap_or(after);
    }
    let is_whole = |rest: &str| !rest.strip_prefix('s').unwrap_or(rest).starts_with(char::is_alphabetic);
    UNITS.iter().any(|unit| after.strip_prefix(unit).is_some_and(is_whole))
}

/// Whether a number stands behind the name of a figure in a table of figures.
pub fn is_figure(before: &str) -> bool {
    let row = before.rfind("<tr").and_then(|at| before.get(at..)).unwrap_or_default();
    let cell = row.rfind("<td").and_then(|at| row.get(at..)).unwrap_or_default();
    let is_first_word = cell.find('>').is_some_and(|end| end + 1 == cell.len());
    is_first_word && row.contains("methodology/index.html#") && row.contains("</th>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(text: &str) -> Vec<&str> {
        ranges(text).into_iter().map(|(from, to)| &text[from..to]).collect()
    }

    #[test]
    fn numbers_of_a_chart_are_its_own_and_names_in_it_are_not() {
        let chart = "<div class=\"chart low\"><p>1,234</p><b class=\"y\" style=\"top:5%\">100,000</b><b class=\"x\">2,000</b>\
                     <p class=\"hidden\" id=\"g-d\">had become 1,234.5</p></div><p class=\"hidden\" id=\"a\">5</p>";
        assert_eq!(skipped(chart), ["100,000", "<p class=\"hidden\" id=\"g-d\">had become 1,234.5"]);
        let end = "<b class=\"end ours\" style=\"top:2%\">account <span>2,318.8</span> 6</b> 7 <b class=\"end bench\">x</b> <span>8</span>";
        assert_eq!(skipped(end), ["2,318.8"]);
        assert_eq!(skipped("<b class=\"end ours\">2,318.8 <span>words 9</span></b>"), Vec::<&str>::new());
        assert_eq!(skipped("<b class=\"y\" style=\"\">s&amp;p 500</b><b>100,000</b>"), Vec::<&str>::new());
    }

    #[test]
    fn percentage_points_of_a_cell_are_skipped_and_words_and_other_cells_are_not() {
        let cell = |inside: &str| {
            format!("<td class=\"num points gain\" data-m=\"mar\">{inside}</td><td class=\"num\">7,364.44</td>")
        };
        assert_eq!(skipped(&cell("+7,364.44")), ["+7,364.44"]);
        assert_eq!(skipped(&cell("<b>7,364.44</b>")), ["7,364.44"]);
        assert_eq!(skipped(&cell("7,364.44 dollars")), Vec::<&str>::new());
        assert!(is_followed_by_unit("</b> points against") && !is_followed_by_unit("</b> pointing"));
    }

    #[test]
    fn every_cell_of_a_template_with_percentage_points_says_so() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let mut count = 0;
        for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            for cell in text.split("<td").skip(1).filter_map(|cell| cell.split("</td>").next()) {
                if cell.contains("| points(") {
                    assert!(cell.contains(" class=\"num points"), "{}: {cell}", file.display());
                    count += 1;
                }
            }
        }
        assert!(count > 8, "{count}");
    }

    #[test]
    fn the_beginning_of_a_digest_is_no_amount() {
        assert_eq!(end_of_digest(b"entry 7 \xc2\xb7 abcdefab290089cd", (19, 25)), Some(27));
        assert_eq!(end_of_digest(b"x 1234567890290089", (2, 18)), None);
        assert_eq!(end_of_digest(b"abcdefgh290089cd", (8, 14)), None);
    }

    #[test]
    fn series_and_packed_content_are_skipped() {
        let page = "<script type=\"application/json\" id=\"series\">{\"i\":[123456]}</script> 1";
        assert_eq!(skipped(page), [page.strip_suffix("</script> 1").unwrap()]);
        assert_eq!(skipped("url(data:font/woff;base64,ab/123456+x==) 7"), ["ab/123456+x=="]);
    }

    #[test]
    fn a_digest_is_one_word_and_an_amount_beside_letters_is_not() {
        let end = |text: &str, digits: &str| {
            let at = text.find(digits).unwrap();
            end_of_digest(text.as_bytes(), (at, at + digits.len()))
        };
        let digest = "x e3b0c44298fc1c149afbf4c8996fb924 y";
        assert_eq!(end(digest, "44298"), Some(digest.len() - 2));
        for word in ["usd123456", "123456usd", "statement123456", "x0000e0d5", "123456"] {
            assert_eq!(end(word, if word.contains("0000") { "0000" } else { "123456" }), None, "{word}");
        }
    }

    #[test]
    fn a_digest_as_a_whole_is_no_number_and_what_is_longer_or_shorter_may_be() {
        let (digest, nonce) = ("1234567890".repeat(6) + "abcd", "12345678".repeat(4));
        let text = format!("{digest}  entries/000001-day {nonce}1 {}\"{nonce}\"", &digest[1..]);
        let found: Vec<&str> = digests(&text).map(|(from, to)| &text[from..to]).collect();
        assert_eq!(found, [digest.as_str(), nonce.as_str()]);
    }

    #[test]
    fn a_figure_is_beside_its_name_and_units_are_no_money() {
        let row = "<tr><th scope=\"row\"><a href=\"../methodology/index.html#a.b\">name</a><small>n = 4</small></th>\n<td class=\"num\">";
        assert!(is_figure(row) && !is_figure(&format!("{row}5</td></tr><p>")) && !is_figure("<tr><td>"));
        assert!(!is_figure(&format!("{row}and ")), "words in a cell are words");
        for unit in ["%", " %", " days", "\u{a0}daily returns", " bps"] {
            assert!(is_followed_by_unit(unit), "{unit}");
        }
        assert!(
            !is_followed_by_unit(" returned to me")
                && !is_followed_by_unit(" dollars")
                && !is_followed_by_unit(" shares")
                && !is_followed_by_unit("")
        );
    }
}
