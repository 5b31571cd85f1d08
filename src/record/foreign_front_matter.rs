//! Front matter of other generators: it is not read here, but recognized, so that a draft of theirs is not published as
//! a text that starts with `draft: true`.

use crate::error::{Error, Place};

/// Keys that hold something back, and the values with which they do or do not.
const HOLDING_BACK: [&str; 3] = ["draft", "published", "status"];
const HELD_BACK: [&str; 9] = ["true", "false", "yes", "no", "draft", "published", "hidden", "private", "public"];
/// Other keys by which a list of keys is known from a sentence with a colon.
const USUAL: [&str; 10] =
    ["title", "date", "slug", "tags", "category", "categories", "author", "layout", "permalink", "lang"];

/// What is wrong with a text that starts with another generator's front matter; `None` for one that does not.
///
/// `text` starts with its first line that is not blank, which is this line of the file.
pub(super) fn refusal(text: &str, line: usize, place: &Place) -> Option<Error> {
    let form = form(text)?;
    let lines: Vec<(&str, &str)> = text.lines().skip(form.fence).map_while(|line| key_and_value(line)).collect();
    let error = Error::data(format!("the file starts with front matter in {}, which is not read here", form.name));
    Some(error.at(Place::line(&place.path, line)).hint(format!(
        "write it as TOML between two lines of `+++`{}",
        toml(&lines).map(|lines| format!(": {lines}")).unwrap_or_default()
    )))
}

struct Form {
    name: &'static str,
    /// How many lines come before the keys.
    fence: usize,
}

fn form(text: &str) -> Option<Form> {
    let first = text.lines().next()?.trim_end();
    if let Some(language) = first.strip_prefix("---") {
        let is_fence = language.trim().chars().all(char::is_alphanumeric);
        let is_closed = text.lines().skip(1).any(|line| matches!(line.trim_end(), "---" | "..."));
        return (is_fence && (is_closed || is_list_of_keys(text.lines().skip(1))))
            .then_some(Form { name: "YAML", fence: 1 });
    }
    if first == ";;;" && text.lines().skip(1).any(|line| line.trim_end() == ";;;") {
        return Some(Form { name: "JSON", fence: usize::MAX });
    }
    if let Some((inside, _)) = text.strip_prefix("<!--").and_then(|rest| rest.split_once("-->")) {
        let form = Form { name: "a comment", fence: usize::MAX };
        return is_list_of_keys(inside.trim().lines()).then_some(form);
    }
    if first.starts_with('{') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
        return values.next()?.ok()?.is_object().then_some(Form { name: "JSON", fence: usize::MAX });
    }
    is_list_of_keys(text.lines()).then_some(Form { name: "lines of `key: value`", fence: 0 })
}

/// Whether the lines up to the first blank one are keys with values, and not a sentence that has a colon.
fn is_list_of_keys<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let paragraph: Vec<_> = lines.take_while(|line| !line.trim().is_empty()).map(bare).map(key_and_value).collect();
    let Some(pairs) = paragraph.into_iter().collect::<Option<Vec<_>>>() else { return false };
    let is = |key: &str, names: &[&str]| names.iter().any(|name| key.eq_ignore_ascii_case(name));
    let holds_back = pairs.iter().any(|(key, value)| is(key, &HOLDING_BACK) && is(value, &HELD_BACK));
    holds_back || (pairs.len() > 1 && pairs.iter().any(|(key, _)| is(key, &USUAL)))
}

/// A line without the marks that some write before a key: `:draft: true`, `.. status: draft`.
fn bare(line: &str) -> &str {
    let line = line.trim();
    line.strip_prefix(".. ").or_else(|| line.strip_prefix(':')).unwrap_or(line)
}

fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
    let is_value = value.is_empty() || value.starts_with(char::is_whitespace);
    (is_key && is_value).then(|| (key, value.trim().trim_matches(['"', '\''])))
}

/// The keys that pages have here, as one would write them.
fn toml(pairs: &[(&str, &str)]) -> Option<String> {
    let line = |(key, value): &(&str, &str)| match key.to_ascii_lowercase().as_str() {
        "title" if !value.is_empty() => Some(format!("`title = {}`", toml::Value::from(*value))),
        "draft" if matches!(*value, "true" | "false") => Some(format!("`draft = {value}`")),
        "date" if value.get(..10).is_some_and(|day| day.parse::<chrono::NaiveDate>().is_ok()) => {
            Some(format!("`date = {}`", value.get(..10)?))
        }
        _ => None,
    };
    let lines: Vec<String> = pairs.iter().filter_map(line).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<String> {
        refusal(text, 1, &Place::file("a.md"))
            .map(|error| format!("{error}; {}", error.next_step().unwrap_or_default()))
    }

    #[test]
    fn a_draft_of_another_generator_is_not_taken_for_text() {
        for text in [
            "---\ntitle: March\ndraft: true\n---\nNot yet.",
            "---\r\ntitle: March\r\ndraft: true\r\n---\r\nNot yet.",
            "---yaml\ntitle: March\n---\nNot yet.",
            "---\ntitle: March\n...\nNot yet.",
            "---\ntitle: never closed\ndraft: true\n\nNot yet.",
            "--- \n\n---\nan empty one",
            "{\n  \"title\": \"March\",\n  \"draft\": true\n}\n\nNot yet.",
            "{ \"draft\": true }\nNot yet.",
            "Title: March\nDate: 2025-03-31\nStatus: draft\n\nNot yet.",
            "Status: draft\n\nNot yet.",
            "published: false\n\nNot yet.",
            ";;;\n{ \"draft\": true }\n;;;\nNot yet.",
            "<!--\n.. title: March\n.. status: draft\n-->\n\nNot yet.",
            "<!-- draft: true -->\nNot yet.",
            ":title: March\n:draft: true\n\nNot yet.",
        ] {
            let said = refused(text).unwrap_or_else(|| panic!("not refused: {text}"));
            assert!(said.starts_with("a.md:1: the file starts with front matter in "), "{said}");
            assert!(said.contains("TOML between two lines of `+++`"), "{said}");
        }
    }

    #[test]
    fn the_next_step_is_what_to_write() {
        let said =
            refused("---\nlayout: post\ntitle: \"March\"\ndraft: true\ndate: 2025-03-31 10:00\n---\n").unwrap();
        assert!(said.ends_with(": `title = \"March\"`, `draft = true`, `date = 2025-03-31`"), "{said}");
    }

    #[test]
    fn a_text_stays_a_text() {
        for text in [
            "March: a good month, and a short one.",
            "Status: fully invested.\n\nMore.",
            "Note: see below.\nIt goes on without a colon.",
            "---\n\nA line above a text that has no other.",
            "----\nfour\n---\nA heading underlined",
            "A heading\n---\n\nText\n\n---\n",
            "{braces} are no JSON",
            "- a list\n- title: x\n",
            "https://example.org: a link",
            "<!-- to do: say more -->\nText",
            "<!-- Note: later -->\nText",
            ";;; a row of signs",
            "",
        ] {
            assert_eq!(refused(text), None, "{text}");
        }
    }
}
