//! Footnotes: Markdown has them anywhere, a page wants them where they are referred to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Puts the text of each footnote where it is first referred to.
pub struct Footnotes {
    texts: BTreeMap<String, Vec<Value>>,
    numbers: BTreeMap<String, usize>,
    open: Vec<String>,
}

impl Footnotes {
    /// Footnotes by their label, none of which stands anywhere yet.
    pub fn new(texts: BTreeMap<String, Vec<Value>>) -> Self {
        Self { texts, numbers: BTreeMap::new(), open: Vec::new() }
    }

    /// Puts them into a tree.
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

    /// The note itself the first time, a reference to it later; inside itself, and without a text, only its label.
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
