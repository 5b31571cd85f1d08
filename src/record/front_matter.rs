//! Markdown with TOML front matter between lines of `+++`.

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

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

/// A table as TOML, plain keys first and each of its tables under a heading, without line breaks inside texts: a line
/// of `+++` in one would end the front matter.
///
/// # Errors
/// A value that TOML cannot hold.
pub fn written(front: &Table) -> Result<String> {
    let mut lines = String::new();
    let (tables, plain): (Vec<_>, Vec<_>) = front.iter().partition(|(_, value)| value.is_table());
    for (key, value) in plain {
        push_line(&mut lines, key, value)?;
    }
    for (key, value) in tables {
        lines.push_str(&format!("\n[{key}]\n"));
        for (key, value) in value.as_table().into_iter().flatten() {
            push_line(&mut lines, key, value)?;
        }
    }
    Ok(lines)
}

fn push_line(lines: &mut String, key: &str, value: &Value) -> Result<()> {
    let mut text = String::new();
    match value.as_str().filter(|text| text.contains(['\n', '\r'])) {
        Some(value) => text = one_line(value),
        None => serde::Serialize::serialize(value, toml::ser::ValueSerializer::new(&mut text))
            .map(drop)
            .map_err(|error| Error::internal(format!("`{key}` cannot be written as TOML")).because(error))?,
    }
    lines.push_str(&format!("{key} = {text}\n"));
    Ok(())
}

/// A basic string of TOML: control characters, quotes and backslashes escaped.
fn one_line(text: &str) -> String {
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
    quoted
}

/// A TOML number where it says exactly the same, else the digits as a text.
pub fn number(price: Decimal) -> Value {
    let digits = price.to_string();
    match digits.parse::<f64>() {
        Ok(float) if float.to_string() == price.normalize().to_string() => Value::Float(float),
        _ => Value::String(digits),
    }
}

/// An instant as TOML writes it, in UTC.
///
/// # Errors
/// A time beyond the years that TOML knows.
pub fn instant(time: DateTime<Utc>) -> Result<Value> {
    let text = time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let datetime = text.parse::<toml::value::Datetime>();
    datetime
        .map(Value::Datetime)
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
}
