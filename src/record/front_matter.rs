//! Markdown with TOML front matter between lines of `+++`.

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use toml_edit::{Datetime, DocumentMut, Item, Table, Value};

use super::foreign_front_matter::refusal;
use crate::error::{Error, Place, Result};

/// A file split into its front matter and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Split<'a> {
    /// The TOML between the fences; empty where there are none.
    pub front: &'a str,
    /// The line of the file on which the TOML starts, from 1.
    pub front_line: usize,
    /// The Markdown below.
    pub body: &'a str,
    /// The line of the file on which the body starts, from 1.
    pub body_line: usize,
}

const FENCE: &str = "+++";

/// Splits a file at its fences. A file that does not start with `+++`, below blank lines at most, is all text.
///
/// # Errors
/// Front matter that is never closed, or in the form of another generator.
pub fn split<'a>(text: &'a str, place: &Place) -> Result<Split<'a>> {
    let whole = text.strip_prefix('\u{feff}').unwrap_or(text);
    let blank: usize = whole.split_inclusive('\n').take_while(|line| line.trim().is_empty()).map(str::len).sum();
    let (above, text) = whole.split_at_checked(blank).unwrap_or(("", whole));
    let first_line = above.matches('\n').count() + 1;
    let Some(first) = text.split_inclusive('\n').next().filter(|line| line.trim_end() == FENCE) else {
        return match refusal(text, first_line, place) {
            Some(error) => Err(error),
            None => Ok(Split { front: "", front_line: 1, body: whole, body_line: 1 }),
        };
    };
    let mut offset = first.len();
    let mut line_number = first_line;
    for line in text.get(offset..).unwrap_or_default().split_inclusive('\n') {
        line_number += 1;
        if line.trim_end() == FENCE {
            let front = text.get(first.len()..offset).unwrap_or_default();
            let body = text.get(offset + line.len()..).unwrap_or_default();
            return Ok(Split { front, front_line: first_line + 1, body, body_line: line_number + 1 });
        }
        offset += line.len();
    }
    Err(Error::data("the front matter is not closed")
        .at(Place::line(&place.path, first_line))
        .hint("end it with a line that holds `+++` alone"))
}

/// Reads the front matter into a type.
///
/// # Errors
/// What the TOML reader says, at the line of the Markdown file it is about.
pub fn parse<T: DeserializeOwned>(split: &Split, place: &Place) -> Result<T> {
    toml::from_str(split.front).map_err(|error| {
        let within =
            error.span().map_or(0, |span| split.front.get(..span.start).unwrap_or_default().matches('\n').count());
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        Error::data(format!("front matter: {message}"))
            .at(Place::line(&place.path, split.front_line + within))
            .hint("data/README.md lists the keys of each kind of file")
    })
}

/// A file with this front matter and this text below.
pub fn written(front: Table, body: &str) -> String {
    format!("{FENCE}\n{}{FENCE}\n{body}", DocumentMut::from(front))
}

/// A file of which the front matter has been changed. What is not changed stays as its author laid it out.
///
/// # Errors
/// Front matter that cannot be read, and the error of the change.
pub fn changed(text: &str, place: &Place, change: impl FnOnce(&mut DocumentMut) -> Result<()>) -> Result<String> {
    let Split { front, body, .. } = split(text, place)?;
    let mut document = front.parse::<DocumentMut>().map_err(|cause| {
        Error::data("the front matter is not TOML").at(place.clone()).hint("repair the file").because(cause)
    })?;
    change(&mut document)?;
    let mut written = document.to_string();
    if front.contains("\r\n") {
        written = written.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    let (above, body) = text.split_at_checked(text.len() - body.len()).unwrap_or(("", text));
    if front.is_empty() && !above.contains(FENCE) {
        return Ok([FENCE, "\n", &written, FENCE, "\n", body].concat());
    }
    let fence = above.split_inclusive('\n').next_back().unwrap_or_default();
    let start = above.strip_suffix(fence).and_then(|above| above.strip_suffix(front)).unwrap_or_default();
    Ok([start, &written, fence, body].concat())
}

/// Adds a table below all that is there, comments at the end included.
pub fn append_table(document: &mut DocumentMut, name: &str, mut table: Table) {
    let end = document.trailing().as_str().unwrap_or_default().to_owned();
    let gap = if document.is_empty() && end.is_empty() { "" } else { "\n" };
    table.decor_mut().set_prefix(end + gap);
    document.set_trailing("");
    document.insert(name, Item::Table(table));
}

/// A text without line breaks in it: a line of `+++` would end the front matter.
pub fn words(text: &str) -> Value {
    if !text.contains(['\n', '\r']) {
        return text.into();
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if other.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(other))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted.parse().unwrap_or_else(|_| text.into())
}

/// A number where TOML says exactly the same, else the digits as a text.
pub fn number(price: Decimal) -> Value {
    let digits = price.to_string();
    match digits.parse::<f64>() {
        Ok(float) if float.to_string() == price.normalize().to_string() => float.into(),
        _ => digits.into(),
    }
}

/// An instant as TOML writes it, in UTC.
///
/// # Errors
/// A time beyond the years that TOML knows.
pub fn instant(time: DateTime<Utc>) -> Result<Value> {
    let text = time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let datetime = text.parse::<Datetime>();
    datetime
        .map(Value::from)
        .map_err(|error| Error::internal(format!("`{text}` cannot be written as TOML")).because(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_and_text_are_told_apart() {
        let place = Place::file("a.md");
        let parts = split("+++\ntitle = 'A'\n+++\n\nText\n+++\n", &place).unwrap();
        assert_eq!((parts.front, parts.body, parts.body_line), ("title = 'A'\n", "\nText\n+++\n", 4));
        let plain = split("Text\n+++\n", &place).unwrap();
        assert_eq!((plain.front, plain.body_line), ("", 1));
        let windows = split("+++\r\ntitle = 'A'\r\n+++\r\nText", &place).unwrap();
        assert_eq!((windows.front, windows.body), ("title = 'A'\r\n", "Text"));
        let lower = split("\n \n+++\ntitle = 'A'\n+++\nText", &place).unwrap();
        assert_eq!((lower.front, lower.front_line, lower.body, lower.body_line), ("title = 'A'\n", 4, "Text", 6));
        assert_eq!(split("+++\n", &place).unwrap_err().to_string(), "a.md:1: the front matter is not closed");
    }

    #[test]
    fn a_mistake_is_shown_at_its_line() {
        #[derive(Debug, serde::Deserialize)]
        struct Front {
            #[allow(dead_code)]
            title: String,
        }
        let parts = split("+++\n\ntitle = 3\n+++\n", &Place::file("a.md")).unwrap();
        let error = parse::<Front>(&parts, &Place::file("a.md")).unwrap_err();
        assert!(error.to_string().starts_with("a.md:3: front matter: invalid type"), "{error}");
    }

    #[test]
    fn a_change_leaves_the_rest_as_it_was_laid_out() {
        let place = Place::file("a.md");
        let add = |text: &str| {
            changed(text, &place, |document| {
                let mut table = Table::new();
                table.insert("y", words("one\ntwo").into());
                append_table(document, "more", table);
                Ok(())
            })
            .unwrap()
        };
        let laid_out =
            "\u{feff}\n+++ \n# mine\nid   = 'a' # why\n\n  [pre_trade]\nx = { a=1 }\n# the end\n+++\t\nBody\n+++\n";
        let end = "# the end\n\n[more]\ny = \"one\\ntwo\"\n+++\t\nBody";
        assert_eq!(add(laid_out), laid_out.replace("# the end\n+++\t\nBody", end));
        let windows = "+++\r\nid = 'a'\r\n+++\r\nBody\r\n";
        assert_eq!(add(windows), "+++\r\nid = 'a'\r\n\r\n[more]\r\ny = \"one\\ntwo\"\r\n+++\r\nBody\r\n");
        assert_eq!(add("+++\n+++\n"), "+++\n[more]\ny = \"one\\ntwo\"\n+++\n");
        assert_eq!(add("Body"), "+++\n[more]\ny = \"one\\ntwo\"\n+++\nBody");
        assert!(changed("+++\nid = \n+++\n", &place, |_| Ok(())).is_err());
    }
}
