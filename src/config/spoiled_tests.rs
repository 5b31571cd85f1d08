//! Every key of the example is spoiled in many ways: what is said has its line, a next step, and no word of a programmer.

use std::collections::BTreeSet;

use super::load;
use crate::site_dir::SiteDir;

const EXAMPLE: &str = include_str!("../../config/config.example.toml");

/// What stands where a value was.
const VALUES: [&str; 17] = [
    "\"plainly wrong\"",
    "\"\"",
    "17",
    "-5",
    "9223372036854775807",
    "99999999999999999999",
    "1.5e400",
    "true",
    "[\"a\", \"b\"]",
    "[1]",
    "[[1]]",
    "{ a = 1 }",
    "2026-02-31",
    "soon",
    "\"abc",
    "",
    "\"C:\\new\"",
];

/// Words that a trader does not know, or knows by another meaning.
const OF_PROGRAMMERS: [&str; 29] = [
    "u8",
    "u16",
    "u32",
    "u64",
    "i32",
    "i64",
    "f64",
    "usize",
    "4294967295",
    "unknown variant",
    "struct",
    "enum",
    "serde",
    "invalid type",
    "invalid value",
    "missing field",
    "unknown field",
    "sequence",
    "boolean",
    "integer",
    "string",
    "floating",
    "literal",
    "array",
    "parse",
    "TOML",
    "Decimal",
    "overflow",
    "does not match any",
];

/// The sections of the example with every key set, as lines.
fn sections() -> Vec<Vec<String>> {
    let mut sections: Vec<Vec<String>> = Vec::new();
    let mut open: Option<String> = None;
    for line in EXAMPLE.lines() {
        let plain = line.strip_prefix("# ").filter(|rest| is_key(rest) || rest.starts_with("[[")).unwrap_or(line);
        if let Some(before) = open.take() {
            let joined = format!("{before} {}", plain.trim());
            if plain == "]" {
                sections.last_mut().unwrap().push(joined);
            } else {
                open = Some(joined);
            }
        } else if plain == "universe = [" {
            open = Some(plain.to_owned());
        } else if plain.starts_with('[') {
            sections.push(vec![plain.to_owned()]);
        } else if is_key(plain) && !plain.starts_with("at = ") {
            sections.last_mut().unwrap().push(plain.replace("to = \"ntfy\"", "to = \"email\""));
        }
    }
    sections
}

/// Whether a line is a key and its value.
fn is_key(line: &str) -> bool {
    let name = line.split_once(" = ").map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// What is said of a configuration, if it is refused.
fn refusal(site: &SiteDir, lines: &[String]) -> Option<(String, String)> {
    std::fs::write(site.config(), lines.join("\n") + "\n").unwrap();
    load(site, []).err().map(|error| (error.to_string(), error.next_step().unwrap_or_default()))
}

#[test]
fn whatever_is_wrong_with_a_key_is_said_in_plain_words_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    std::fs::create_dir(folder.path().join("config")).unwrap();
    let (mut wrong, mut refused, mut keys) = (Vec::new(), 0, BTreeSet::new());
    for section in sections() {
        assert_eq!(refusal(&site, &section), None, "{section:?}");
        for number in 1..section.len() {
            let (key, value) = section[number].split_once(" = ").unwrap();
            keys.insert(format!("{} {key}", section[0]));
            let other = VALUES.map(|value| vec![format!("{key} = {value}")]);
            let misspelt = vec![format!("{}_ = {value}", &key[..key.len() - 1])];
            let twice = vec![section[number].clone(), section[number].clone()];
            for lines in other.into_iter().chain([misspelt, twice]) {
                let spoilt = [&section[..number], &lines, &section[number + 1..]].concat();
                let Some((said, next)) = refusal(&site, &spoilt) else { continue };
                refused += 1;
                // Of a list of tables, what is missing is said where its table begins.
                let places = [number + 1, number + lines.len(), 1].map(|line| format!("config.toml:{line}:"));
                let words = said.split_once("config.toml").map_or(said.as_str(), |(_, words)| words);
                let programmers = OF_PROGRAMMERS.iter().find(|word| words.contains(**word));
                if programmers.is_some() || next.is_empty() || !places.iter().any(|place| said.contains(place)) {
                    wrong.push(format!("{}\n  {said}\n  next: {next}", lines.join("\n")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {refused}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(keys.len() > 100 && refused > 1500, "only {} keys and {refused} refusals", keys.len());
}
