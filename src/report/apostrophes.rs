//! Apostrophes in a report's data, as the site prints them.

use serde_json::Value;

use crate::render::apostrophes::printed;

/// What is no text of ours: an address, and a comment's Markdown, whose marks are its author's.
const AS_WRITTEN: [&str; 2] = ["address", "blocks"];

/// Prints the apostrophes in all texts of a value.
pub fn print(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\'') => *text = printed(text).into_owned(),
        Value::Array(values) => values.iter_mut().for_each(print),
        Value::Object(fields) => {
            fields
                .iter_mut()
                .filter(|(name, _)| !AS_WRITTEN.contains(&name.as_str()))
                .for_each(|(_, value)| print(value));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_printed_and_addresses_and_comments_are_as_they_were_written() {
        let mut data = json!({
            "title": "Nobody's",
            "quality": ["each day's value", "content/it's.md: odd"],
            "address": "https:it's",
            "commentary": { "title": "It's", "blocks": [{ "t": "code", "s": "it's" }] },
        });
        print(&mut data);
        let expected = json!({
            "title": "Nobody’s",
            "quality": ["each day’s value", "content/it's.md: odd"],
            "address": "https:it's",
            "commentary": { "title": "It’s", "blocks": [{ "t": "code", "s": "it's" }] },
        });
        assert_eq!(data, expected);
    }
}
