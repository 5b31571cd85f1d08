//! Footnotes: Markdown defines them anywhere, Typst needs them at their first reference.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Moves the text of each footnote to its first reference.
pub struct Footnotes {
    texts: BTreeMap<String, Vec<Value>>,
    numbers: BTreeMap<String, usize>,
    open: Vec<String>,
}

impl Footnotes {
    /// Footnotes by label, none of them placed yet.
    pub fn new(texts: BTreeMap<String, Vec<Value>>) -> Self {
        Self { texts, numbers: BTreeMap::new(), open: Vec::new() }
    }

    /// Places them in a tree.
    pub fn fill(&mut self, nodes: &mut [Value]) {
        for node in nodes {
            match node {
                Value::Array(children) => self.fill(children),
                Value::Object(object) => match object.get("t").and_then(Value::as_str) {
                    Some("note") => {
                        let label = object.get("label").and_then(Value::as_str).unwrap_or_default().to_owned();
                        *node = self.note(&label);
                    }
                    _ => {
                        let children = object.values_mut().filter_map(Value::as_array_mut);
                        children.for_each(|children| self.fill(children));
                    }
                },
                _ => {}
            }
        }
    }

    /// The note at its first reference, a reference to it later; inside itself, or without a text, only its label.
    fn note(&mut self, label: &str) -> Value {
        if let Some(number) = self.numbers.get(label) {
            return if self.open.iter().any(|open| open == label) {
                Value::String(format!("[{label}]"))
            } else {
                json!({ "t": "again", "id": number })
            };
        }
        let Some(mut text) = self.texts.get(label).cloned() else { return Value::String(format!("[^{label}]")) };
        let number = self.numbers.len() + 1;
        self.numbers.insert(label.to_owned(), number);
        self.open.push(label.to_owned());
        self.fill(&mut text);
        self.open.pop();
        json!({ "t": "note", "id": number, "c": text })
    }
}
