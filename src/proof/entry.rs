//! An entry: one line of JSON that can be written in one way only.
//!
//! Keys are sorted by byte and stand once, there is no space and no number with a fraction. Whoever checks an entry hashes the
//! bytes as they are; that they are the only way to write it keeps two readers from reading two things in the same bytes.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::{Error, Result};

/// A value of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Not known, or not there any more.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Text; decimals are text too.
    Text(String),
    /// Values in their order.
    List(Vec<Value>),
    /// Values by name.
    Map(Fields),
}

/// Values by name, in the order of the names' bytes.
pub type Fields = BTreeMap<String, Value>;

/// The content of an entry's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry(pub Fields);

impl Entry {
    /// The file's bytes: one line with its end.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        written_map(&self.0, &mut text);
        text.push('\n');
        text.into_bytes()
    }

    /// Reads a file, and refuses whatever is not written in the only way.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| Error::data("the entry is not UTF-8"))?;
        let line = text.strip_suffix('\n').ok_or_else(|| Error::data("the entry does not end its line"))?;
        let value: Value = serde_json::from_str(line)
            .map_err(|error| Error::data(format!("the entry is not JSON as it is written here: {error}")))?;
        let Value::Map(fields) = value else { return Err(Error::data("the entry is no JSON object")) };
        let entry = Self(fields);
        if entry.to_bytes() != bytes {
            return Err(Error::data(
                "the entry is written in another way than the only one: keys sorted, no spaces, no escapes that are not needed",
            ));
        }
        Ok(entry)
    }

    /// A field's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_text()
    }

    /// A field's number.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The number of the entry that this one corrects.
    pub fn corrects(&self) -> Option<usize> {
        usize::try_from(self.number("corrects")?).ok()
    }

    /// The commitments by the names of what they are of.
    pub fn private(&self) -> BTreeMap<&str, &str> {
        match self.0.get("private") {
            Some(Value::Map(fields)) => {
                fields.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_text()?))).collect()
            }
            _ => BTreeMap::new(),
        }
    }
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values in their order, if it holds some.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(values) => Some(values),
            _ => None,
        }
    }

    /// The values by name, if it holds some.
    pub fn as_map(&self) -> Option<&Fields> {
        match self {
            Self::Map(fields) => Some(fields),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        // No list of this program is that long.
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Self {
        Self::Map(fields)
    }
}

/// The values by name that a field lists; none where it lists nothing.
pub fn maps<'a>(fields: &'a Fields, name: &str) -> impl Iterator<Item = &'a Fields> {
    listed(fields, name).filter_map(Value::as_map)
}

/// The dates that a field lists.
pub fn dates(fields: &Fields, name: &str) -> Vec<NaiveDate> {
    listed(fields, name).filter_map(|day| day.as_text()?.parse().ok()).collect()
}

fn listed<'a>(fields: &'a Fields, name: &str) -> impl Iterator<Item = &'a Value> {
    fields.get(name).and_then(Value::as_list).into_iter().flatten()
}

/// Fields of these names.
pub fn fields<const N: usize>(named: [(&str, Value); N]) -> Fields {
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        written(self, &mut text);
        f.write_str(&text)
    }
}

fn written(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(yes) => text.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::Text(words) => quoted(words, text),
        Value::List(values) => {
            text.push('[');
            for (at, value) in values.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                written(value, text);
            }
            text.push(']');
        }
        Value::Map(fields) => written_map(fields, text),
    }
}

fn written_map(fields: &Fields, text: &mut String) {
    text.push('{');
    for (at, (name, value)) in fields.iter().enumerate() {
        text.push_str(if at > 0 { "," } else { "" });
        quoted(name, text);
        text.push(':');
        written(value, text);
    }
    text.push('}');
}

/// Only what JSON demands is escaped: quotation marks, backslashes, and signs below the space.
fn quoted(words: &str, text: &mut String) {
    text.push('"');
    for letter in words.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            letter if letter < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => text.push(letter),
        }
    }
    text.push('"');
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a whole number, true, false, null, a list or an object")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(yes))
    }

    fn visit_i64<E>(self, number: i64) -> std::result::Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> std::result::Result<Value, E> {
        i64::try_from(number).map(Value::Number).map_err(|_| E::custom("a number is too large"))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Value, A::Error> {
        let mut fields = Fields::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format!("the key `{name}` stands twice")));
            }
            fields.insert(name, value);
        }
        Ok(Value::Map(fields))
    }
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
