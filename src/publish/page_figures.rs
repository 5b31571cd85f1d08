//! The figures of a published page, the old against the new: rows of a table that have a name and one value.

use std::collections::BTreeMap;

use super::figures::{Figure, TableChange};

/// The page that holds every figure.
pub const PAGE: &str = "performance/index.html";

/// Compares two versions of the page. `None` where a reader sees the same figures.
pub fn between(old: &[u8], new: &[u8]) -> Option<TableChange> {
    let (old, new) = (rows(old), rows(new));
    let missing = |from: &Rows, other: &Rows| {
        let names = from.order.iter().filter(|name| !other.values.contains_key(*name));
        names.cloned().collect::<Vec<_>>()
    };
    let both = new.order.iter().filter_map(|name| Some((name, old.values.get(name)?, new.values.get(name)?)));
    // Of a figure that stays undefined only the reason is another one, which counts days.
    let is_undefined = |value: &str| value.starts_with("n/a");
    let differs = |before: &str, after: &str| before != after && !(is_undefined(before) && is_undefined(after));
    let changed = both.filter(|(_, before, after)| differs(before, after)).map(|(name, before, after)| Figure {
        row: name.clone(),
        column: None,
        old: before.clone(),
        new: after.clone(),
    });
    let change = TableChange {
        path: PAGE.to_owned(),
        changed: changed.collect(),
        added: missing(&new, &old),
        removed: missing(&old, &new),
    };
    (!change.changed.is_empty() || !change.added.is_empty() || !change.removed.is_empty()).then_some(change)
}

/// Values by name, and the names in the order of the page.
#[derive(Default)]
struct Rows {
    values: BTreeMap<String, String>,
    order: Vec<String>,
}

fn rows(page: &[u8]) -> Rows {
    let page = String::from_utf8_lossy(page);
    let mut rows = Rows::default();
    for row in page.split("<tr").skip(1).filter_map(|rest| rest.split("</tr>").next()) {
        let Some((_, named)) = row.split_once("<th scope=\"row\"") else { continue };
        let Some((name, cells)) = named.split_once("</th>") else { continue };
        let mut cells = cells.split("<td").skip(1);
        let (Some(value), None) = (cells.next(), cells.next()) else { continue };
        let name = words(name);
        if rows.values.insert(name.clone(), words(value)).is_none() {
            rows.order.push(name);
        }
    }
    rows
}

/// What a reader sees of a cell, from behind its name: the words without tags and without what is in small print.
fn words(cell: &str) -> String {
    let cell = cell.split_once('>').map_or("", |(_, content)| content);
    let cell = cell.split("<small").next().unwrap_or_default();
    let text: String = cell.split('<').enumerate().map(|(number, part)| behind_tag(number, part)).collect();
    let entities = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ];
    entities.iter().fold(text, |text, (entity, letter)| text.replace(entity, letter)).trim().to_owned()
}

fn behind_tag(number: usize, part: &str) -> &str {
    if number == 0 { part } else { part.split_once('>').map_or("", |(_, behind)| behind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[(&str, &str)]) -> Vec<u8> {
        let row = |(name, value): &(&str, &str)| {
            format!(
                "<tr><th scope=\"row\"><a href=\"../m.html#x\">{name}</a><small>n = 3</small></th>\n<td class=\"num\">{value}</td></tr>"
            )
        };
        let years =
            "<tr><th scope=\"row\">2026</th><td>1%</td><td>2%</td></tr><tr><th scope=\"col\">Figure</th></tr>";
        format!("<table>{years}{}</table>", rows.iter().map(row).collect::<String>()).into_bytes()
    }

    #[test]
    fn figures_that_change_are_found_by_name_in_the_order_of_the_page() {
        let old = page(&[
            ("Sharpe ratio", "0.61"),
            ("Alpha", "+1.0%"),
            ("Beta", "n/a: needs 60 days, has 4"),
            ("Gone", "1"),
        ]);
        let new = page(&[
            ("Sharpe ratio", "0.62"),
            ("Alpha", "<span class=\"na\">n/a</span><small>too young</small>"),
            ("Beta", "n/a: needs 60 days, has 5"),
            ("P&amp;L", "1"),
        ]);
        let change = between(&old, &new).unwrap();
        let changed: Vec<_> = change.changed.iter().map(|one| (&one.row[..], &one.old[..], &one.new[..])).collect();
        assert_eq!(changed, [("Sharpe ratio", "0.61", "0.62"), ("Alpha", "+1.0%", "n/a")]);
        assert_eq!((change.added, change.removed), (vec!["P&L".to_owned()], vec!["Gone".to_owned()]));
        assert_eq!(between(&old, &old), None);
    }

    #[test]
    fn what_is_no_page_of_ours_has_no_figures() {
        assert_eq!(between(b"<tr><th scope=\"row\"", b"\xff<tr><td"), None);
    }
}
