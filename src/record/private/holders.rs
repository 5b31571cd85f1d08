//! Who holds an account, as the statements say that were kept as they were received.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use rayon::prelude::*;

/// What of a statement is looked at: its head, where the account is described.
const HEAD: u64 = 1 << 18;

/// The element that describes the account, and what in it is of a person.
const ELEMENT: &str = "AccountInformation";
const PERSONAL: [&str; 7] = [
    "name",
    "acctAlias",
    "street",
    "street2",
    "streetResidentialAddress",
    "street2ResidentialAddress",
    "primaryEmail",
];

/// Names shorter than this, and single words, would be found in everything.
const SHORTEST: usize = 5;

/// The names, streets and addresses in all statements of a folder.
pub fn in_folder(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeSet::new() };
    let files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_xml(path)).collect();
    files.par_iter().flat_map_iter(|file| head(file).map(|text| in_statement(&text)).unwrap_or_default()).collect()
}

fn is_xml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"))
}

fn head(file: &Path) -> Option<String> {
    let mut text = Vec::new();
    File::open(file).ok()?.take(HEAD).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn in_statement(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    // The head ends somewhere, most often in the middle of an element.
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) | Event::Empty(element) if element.name().as_ref() == ELEMENT => {
                found.extend(personal(&element));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    found
}

fn personal(element: &BytesStart) -> Vec<String> {
    let attributes = element.attributes().filter_map(Result::ok);
    let of_person = attributes.filter(|attribute| PERSONAL.contains(&attribute.key.as_ref()));
    let texts = of_person.filter_map(|attribute| {
        let text = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| says_who(text))
    });
    texts.collect()
}

/// Whether a text means one person or place: one word alone is everywhere.
fn says_who(text: &str) -> bool {
    text.len() >= SHORTEST && text.contains([' ', '@']) && text.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_named_by_the_head_of_a_statement() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let account = r#"<FlexStatement accountId="U1"><AccountInformation accountId="U1" acctAlias="main"
            name="Alice  O&apos;Example" street="1 Long Road" city="London" primaryEmail="alice@example.org" />"#;
        write("1-a.xml", &format!("<FlexQueryResponse>{account}<Trades><Trade cut of"));
        write("2-b.csv", account);
        assert_eq!(
            in_folder(folder.path()).into_iter().collect::<Vec<_>>(),
            ["1 Long Road", "Alice O'Example", "alice@example.org"]
        );
        assert!(in_folder(&folder.path().join("none")).is_empty());
    }
}
