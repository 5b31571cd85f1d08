//! What the reader of TOML says, in words of the configuration rather than of a program.

/// A message of serde or of the TOML parser, without the value that it quotes, in plain words; one that is plain already stays.
pub(super) fn in_words(message: &str) -> String {
    mismatch(message).or_else(|| variant(message)).or_else(|| other(message)).unwrap_or_else(|| message.to_owned())
}

/// `invalid type: string, expected u32`: the kind of what was found, whose value may be a secret.
fn mismatch(message: &str) -> Option<String> {
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    let (found, wanted) = rest.split_once(", expected ")?;
    let number = if message.starts_with("invalid value: ") { "another number" } else { "a number" };
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
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "a borrowed string" => "text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list in square brackets",
        "a map" => "a table",
        "a formatted date string" => "a date such as 2026-01-27",
        "a string containing an IANA timezone name" => "a time zone such as \"Europe/London\"",
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
            ("invalid type: string, expected u32", "expected a whole number from 0 to 4294967295, found text"),
            (
                "invalid value: integer, expected u32",
                "expected a whole number from 0 to 4294967295, found another number",
            ),
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
