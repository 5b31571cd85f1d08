use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use proptest::prelude::*;

use super::super::Secrets;
use super::found;
use crate::render::embedded::embedded;

const NET: &str = "It began with 123,456.78 in May";

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn long(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_be_bytes()
}

fn short(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_be_bytes()
}

/// A font of these tables, and what stands behind them.
fn font(tables: &[(&str, &[u8])], behind: &[u8]) -> Vec<u8> {
    let mut font = [&b"\0\x01\0\0"[..], &short(tables.len()), &[0; 6]].concat();
    let mut at = 12 + 16 * tables.len();
    for (tag, content) in tables {
        font.extend([tag.as_bytes(), &[0; 4], &long(at), &long(content.len())].concat());
        at += content.len();
    }
    tables.iter().for_each(|(_, content)| font.extend(*content));
    [&font, behind].concat()
}

/// The same as WOFF, with metadata.
fn woff(tables: &[(&str, &[u8])], metadata: &[u8]) -> Vec<u8> {
    let mut font = [&b"wOFF\0\x01\0\0"[..], &[0; 4], &short(tables.len()), &[0; 30]].concat();
    let packed: Vec<_> = tables.iter().map(|(_, content)| zlib(content)).collect();
    let mut at = 44 + 20 * tables.len();
    for ((tag, content), packed) in tables.iter().zip(&packed) {
        font.extend([tag.as_bytes(), &long(at), &long(packed.len()), &long(content.len()), &[0; 4]].concat());
        at += packed.len();
    }
    [font, packed.concat(), zlib(metadata)].concat()
}

/// A table with this name, in two bytes a letter or in one.
fn name(text: &str, platform: usize) -> Vec<u8> {
    let letters: Vec<u8> = match platform {
        1 => text.into(),
        _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    };
    let record = [platform, 1, 0, 0, letters.len(), 0].map(short).concat();
    [[0, 1, 18].map(short).concat(), record, letters].concat()
}

/// A table of one drawing.
fn drawing(svg: &[u8]) -> Vec<u8> {
    [&[0; 2][..], &long(10), &[0; 4], &short(1), &[0; 4], &long(14), &long(svg.len()), svg].concat()
}

fn leaks(file: &str, bytes: &[u8]) -> Vec<(&'static str, usize)> {
    let mut secrets = Secrets::default();
    secrets.accounts.push("u7654321".into());
    secrets.amount("123456.78".parse().unwrap(), "an amount");
    let files = [(file.to_owned(), bytes.into())].into();
    secrets.search(&files).into_iter().map(|leak| (leak.what, leak.line)).collect()
}

/// Curves as they come: no control character is far, and numbers stand everywhere.
const CURVES: &[u8] =
    b"\x00\x01123456\x03\x02\x01\x20123,456.78\x05\x01\x33\x33\x30\x07\x02\x01$123456.78\x01\x0e\x0f\x03";

#[test]
fn what_a_font_says_is_found_wherever_it_says_it() {
    let plain = |tables: &[(&str, &[u8])]| font(tables, b"");
    let gzip = include_bytes!("../../../tests/fixtures/packed/net.csv.gz");
    for (case, bytes) in [
        ("a name", plain(&[("glyf", CURVES), ("name", &name(NET, 3))])),
        ("a name in one byte a letter", plain(&[("name", &name(NET, 1)), ("glyf", CURVES)])),
        ("a table that is not known", plain(&[("glyf", CURVES), ("Note", &[b"\0\x01", NET.as_bytes()].concat())])),
        ("a drawing", plain(&[("SVG ", &drawing(format!("<svg><text>{NET}</text></svg>").as_bytes()))])),
        ("a sentence among curves", plain(&[("glyf", &[CURVES, b"\0", NET.as_bytes(), b"\0", CURVES].concat())])),
        ("behind the tables", font(&[("glyf", CURVES)], format!("\0\0{NET}").as_bytes())),
        ("WOFF", woff(&[("glyf", CURVES), ("name", &name(NET, 3))], b"<metadata/>")),
        ("metadata of WOFF", woff(&[("glyf", CURVES)], format!("<metadata>{NET}</metadata>").as_bytes())),
        ("a text that is called a font", NET.as_bytes().to_vec()),
        ("a damaged font", plain(&[("glyf", CURVES), ("name", &name(NET, 1))])[..130].to_vec()),
    ] {
        let found = leaks("fonts/a.ttf", &bytes);
        assert!(found.iter().any(|(what, _)| *what == "an amount"), "{case}: {found:?}");
    }
    let packed = leaks("fonts/a.ttf", &plain(&[("SVG ", &drawing(gzip))]));
    assert_eq!(packed, leaks("net.csv.gz", gzip), "a packed drawing");
}

#[test]
fn curves_are_equal_to_amounts_now_and_then_and_never_to_an_account() {
    for bytes in [font(&[("glyf", CURVES), ("loca", CURVES)], b""), woff(&[("glyf", CURVES)], b"<metadata/>")] {
        assert_eq!(leaks("a.ttf", &bytes), []);
    }
    let with_account = [CURVES, b"\x02\x01U7654321\x01\x02", CURVES].concat();
    assert_eq!(leaks("a.ttf", &font(&[("glyf", &with_account)], b"")), [("an account id", 0)]);
}

#[test]
fn a_font_is_let_through_whatever_the_account_is_worth() {
    let mut secrets = Secrets::default();
    (1_000..200_000).for_each(|value: i64| secrets.amount(value.into(), "an amount"));
    for font in ["SourceSans3-Regular.ttf", "SourceSans3-Italic.ttf", "DejaVuSansMono.ttf", "site-regular.woff2"] {
        let bytes = embedded(&format!("fonts/{font}")).unwrap();
        let found = secrets.search(&[(font.to_owned(), bytes.into())].into());
        assert_eq!(found, [], "{font}");
    }
}

/// A collection of two fonts that share their tables.
fn collection(name: &[u8]) -> Vec<u8> {
    let (first, list) = (20, 12 + 16);
    let (second, table) = (first + list, first + 2 * list);
    let font = [&b"\0\x01\0\0"[..], &short(1), &[0; 6], b"name", &[0; 4], &long(table), &long(name.len())].concat();
    [&b"ttcf\0\x01\0\0"[..], &long(2), &long(first), &long(second), &font, &font, name].concat()
}

#[test]
fn a_collection_is_read_and_one_that_repeats_itself_is_read_as_any_other_file() {
    assert_eq!(leaks("a.ttc", &collection(&name(NET, 3))), [("an amount", 0)]);
    let tables: Vec<(&str, &[u8])> = vec![("glyf", CURVES); 9];
    let mut repeated = font(&tables, b"");
    // Every row leads to the first table, and says that it is as long as all of them.
    let all = long(9 * CURVES.len());
    for row in 0..9 {
        let at = 12 + 16 * row;
        repeated[at + 8..at + 12].copy_from_slice(&long(12 + 16 * 9));
        repeated[at + 12..at + 16].copy_from_slice(&all);
    }
    assert!(found(&repeated, |_| None).is_none());
}

proptest! {
    #[test]
    fn no_input_breaks_it(kind in 0..3_usize, rest in prop::collection::vec(any::<u8>(), 0..300), small in any::<bool>()) {
        let start: [&[u8]; 3] = [b"\0\x01\0\0\0", b"wOFF\0\x01\0\0\0\0\0\0\0", b"ttcf\0\x01\0\0\0\0\0"];
        let rest: Vec<u8> = rest.into_iter().map(|byte| if small { byte & 7 } else { byte }).collect();
        let bytes = [start[kind], &rest].concat();
        if let Some(found) = found(&bytes, |packed| Some(packed.to_vec())) {
            prop_assert!(found.words.len() <= bytes.len() * 200);
        }
    }
}
