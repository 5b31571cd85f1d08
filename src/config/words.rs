//! What the reader of TOML says, in words of the configuration rather than of a program.

/// A message of serde or of the TOML parser, without the value that it quotes, in plain words; one that is plain already stays.
pub(super) fn in_words(message: &str) -> String {
    let plain = mismatch(message).or_else(|| variant(message)).or_else(|| syntax(message)).or_else(|| other(message));
    plain.unwrap_or_else(|| message.to_owned())
}

/// `invalid type: string, expected u32`: the kind of what was found, whose value may be a secret.
fn mismatch(message: &str) -> Option<String> {
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    let (found, wanted) = rest.split_once(", expected ")?;
    let is_number = matches!(found, "integer" | "floating point");
    if is_number && matches!(wanted, "f64" | "any valid TOML value") {
        return Some("this number is too large".to_owned());
    }
    let number = match wanted {
        _ if message.starts_with("invalid type: ") => "a number",
        "u16" => "one below or above",
        _ => "one below zero or too large",
    };
    let found = match found {
        "map" => "a table",
        "sequence" => "a list",
        "string" => "text",
        "integer" | "floating point" => number,
        "boolean" => "true or false",
        other => other,
    };
    Some(format!("expected {}, found {found}", expected(wanted)))
}

/// `unknown variant `x`, expected one of `a`, `b``.
fn variant(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown variant `")?;
    let (wrong, names) = rest.rsplit_once("`, expected ")?;
    let names: Vec<String> = names
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| !name.is_empty())
        .map(|name| format!("\"{name}\""))
        .collect();
    let names = match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => return None,
    };
    Some(format!("expected {names}, found \"{wrong}\""))
}

/// How messages about the form of the file begin, and what they mean.
const SYNTAX: [(&str, &str); 18] = [
    ("invalid basic string", NOT_CLOSED),
    ("invalid literal string", NOT_CLOSED),
    ("invalid multi-line", NOT_CLOSED),
    ("missing escaped value", BACKSLASH),
    ("string values must be quoted", NO_VALUE),
    ("missing value", NO_VALUE),
    ("key with no value", "after the name of a key come `=` and its value"),
    ("missing assignment", "after the name of a key come `=` and its value"),
    ("missing comma between array", "a comma is missing in the list"),
    ("missing comma between key", "a comma is missing between `{` and `}`"),
    ("unclosed array table", "the heading does not end in `]]`"),
    ("unclosed array", "the list does not end in `]`"),
    ("unclosed inline table", "what begins with `{` does not end in `}`"),
    ("unclosed table", "the heading does not end in `]`"),
    ("duplicate key", "this stands in the file a second time"),
    ("floating-point number overflowed", "this number is too large"),
    ("integer number overflowed", "this number is too large"),
    ("cannot extend value", "this has a value already, and cannot be the heading of more"),
];

const NOT_CLOSED: &str = "the quotation mark at the end of the text is missing";
const NO_VALUE: &str = "a value has to stand here; text stands in quotation marks";
const BACKSLASH: &str = "a backslash between \" and \" has to be doubled; between ' and ' it stands for itself";

/// `invalid basic string, expected `"``: the form of the file is wrong.
fn syntax(message: &str) -> Option<String> {
    SYNTAX.iter().find(|(start, _)| message.starts_with(start)).map(|(_, plain)| (*plain).to_owned())
}

fn other(message: &str) -> Option<String> {
    if let Some(zone) = message.strip_prefix("failed to parse timezone: ") {
        return Some(format!("expected a time zone such as \"Europe/London\", found {}", zone.replace('\'', "\"")));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return Some(format!("the key {name} is missing"));
    }
    (message == "wanted string or table").then(|| "expected a word in quotes".to_owned())
}

fn expected(wanted: &str) -> String {
    let plain = match wanted {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" | "a Decimal type representing a fixed-point number" => "a number",
        "a character" => "one character in quotes",
        "a string" | "a borrowed string" => "text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list in square brackets",
        "a map" => "a table",
        "a formatted date string" => "a date such as 2026-01-27",
        "a string containing an IANA timezone name" | "an IANA timezone string" => {
            "a time zone such as \"Europe/London\""
        }
        named if named.starts_with("struct ") => "a table: keys with their values",
        already => already,
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_program_become_those_of_the_file() {
        for (said, plain) in [
            ("invalid type: string, expected u32", "expected a whole number, 0 or more, found text"),
            (
                "invalid value: integer, expected u32",
                "expected a whole number, 0 or more, found one below zero or too large",
            ),
            ("invalid type: integer, expected any valid TOML value", "this number is too large"),
            ("string values must be quoted, expected literal string", NO_VALUE),
            ("invalid type: floating point, expected u16", "expected a whole number from 0 to 65535, found a number"),
            (
                "invalid type: integer, expected struct Site",
                "expected a table: keys with their values, found a number",
            ),
            ("invalid type: map, expected a sequence", "expected a list in square brackets, found a table"),
            (
                "unknown variant `real`, expected one of ``, `live`, `paper`",
                "expected \"live\" or \"paper\", found \"real\"",
            ),
            ("unknown variant `a3`, expected `a4` or `letter`", "expected \"a4\" or \"letter\", found \"a3\""),
            ("failed to parse timezone: 'Mars'", "expected a time zone such as \"Europe/London\", found \"Mars\""),
            ("missing field `symbol`", "the key `symbol` is missing"),
            ("`x` is not a date; write it as 2026-01-27", "`x` is not a date; write it as 2026-01-27"),
        ] {
            assert_eq!(in_words(said), plain);
        }
    }
}
