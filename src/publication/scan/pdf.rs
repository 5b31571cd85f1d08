//! The texts in a PDF: what its pages show, its properties, and the files in it.
//!
//! A page shows signs by numbers that mean letters only by the font. Most programs write a table for that into the file, so
//! that the text can be copied (`ToUnicode`). Which table belongs to which string is not looked up: each string is read by
//! every table, as what comes out wrong looks like nothing that is searched for.

mod strings;
mod table;

use strings::{hexadecimal, lines, plain, read};
use table::Table;

/// What was found in a document.
pub struct Found {
    /// Its pages' texts in every reading, and its properties.
    pub text: String,
    /// Files in it, and what is text anyway.
    pub files: Vec<Vec<u8>>,
}

/// Reads a document, whose parts `inflate` unpacks. Every part is read that stands in the file, also those that a later version of
/// the document no longer shows.
///
/// # Errors
/// Why it cannot be read as a whole.
pub fn found(bytes: &[u8], mut inflate: impl FnMut(&[u8]) -> Option<Vec<u8>>) -> Result<Found, &'static str> {
    if has(bytes, b"/Encrypt") {
        return Err("it is an encrypted PDF");
    }
    let (mut shown, mut properties, mut tables, mut files) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut has_text, mut rest) = (false, bytes);
    while let Some((before, stream, after)) = next_stream(rest) {
        refuse_unreadable_font(before)?;
        properties.extend(lines(before));
        rest = after;
        let about = memchr::memmem::rfind(before, b"obj").and_then(|at| before.get(at..)).unwrap_or(before);
        let Some(content) = unpacked(about, stream, &mut inflate)? else { continue };
        if has(&content, b"begincmap") {
            tables.extend(Table::read(&content));
        } else if has(about, b"/EmbeddedFile") || content.trim_ascii_start().starts_with(b"<") {
            files.push(content);
        } else {
            refuse_unreadable_font(&content)?;
            has_text |= has(&content, b"BT") && (has(&content, b"Tj") || has(&content, b"TJ"));
            shown.extend(lines(&content));
        }
    }
    refuse_unreadable_font(rest)?;
    properties.extend(lines(rest));
    if !has_text {
        return Err("it is a damaged PDF, or one that shows pictures and no text");
    }
    let mut text = read(&properties, plain) + &read(&shown, plain);
    tables.dedup();
    for table in &tables {
        text += &read(&shown, |bytes| table.text(bytes));
    }
    Ok(Found { text, files })
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

/// What stands before the next stream, the stream, and what follows it.
fn next_stream(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let starts = memchr::memmem::find_iter(bytes, b"stream").find_map(|at| {
        let (before, after) = bytes.split_at_checked(at)?;
        let data = after.strip_prefix(b"stream")?;
        let data = data.strip_prefix(b"\r\n").or(data.strip_prefix(b"\n")).or(data.strip_prefix(b"\r"))?;
        before.trim_ascii_end().ends_with(b">>").then_some((before, data))
    });
    let (before, data) = starts?;
    let (stream, after) = data.split_at_checked(memchr::memmem::find(data, b"endstream").unwrap_or(data.len()))?;
    Some((before, stream, after.strip_prefix(b"endstream").unwrap_or(after)))
}

/// The content of a stream that is described like this; `None` for a picture, and for what only says where the parts are.
fn unpacked(
    about: &[u8],
    stream: &[u8],
    inflate: &mut impl FnMut(&[u8]) -> Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, &'static str> {
    const UNKNOWN: &str = "it is a PDF with a part that is packed in a way not known here";
    if value(about, b"/Subtype").starts_with(b"/Image") || value(about, b"/Type").starts_with(b"/XRef") {
        return Ok(None);
    }
    let named = value(about, b"/Filter");
    let end = if named.starts_with(b"[") { memchr::memchr(b']', named) } else { None };
    let names = match end {
        Some(end) => named.get(1..end).unwrap_or_default().split(|byte| *byte == b'/').skip(1).collect(),
        None => named.split(|byte| *byte == b'/').skip(1).take(1).collect::<Vec<_>>(),
    };
    if (!named.is_empty() && names.is_empty()) || (has(about, b"/Predictor") && !names.is_empty()) {
        return Err(UNKNOWN);
    }
    let mut content = stream.to_vec();
    for name in names {
        let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        content = match name.get(..length).unwrap_or_default() {
            // Two bytes say how it is packed.
            b"FlateDecode" => content.get(2..).and_then(&mut *inflate).ok_or(UNKNOWN)?,
            b"ASCIIHexDecode" => hexadecimal(&content).0,
            b"ASCII85Decode" => base85(&content),
            b"DCTDecode" | b"JPXDecode" | b"CCITTFaxDecode" | b"JBIG2Decode" => return Ok(None),
            _ => return Err(UNKNOWN),
        };
    }
    Ok(Some(content))
}

/// What stands behind a key; empty where there is no such key.
fn value<'a>(about: &'a [u8], key: &[u8]) -> &'a [u8] {
    let values = memchr::memmem::find_iter(about, key).filter_map(|at| about.get(at + key.len()..));
    let is_whole = |value: &&[u8]| !value.first().is_some_and(u8::is_ascii_alphanumeric);
    values.into_iter().find(is_whole).map(<[u8]>::trim_ascii_start).unwrap_or_default()
}

/// Four bytes are written as five signs from `!` to `u`, and `z` is four zeros.
fn base85(text: &[u8]) -> Vec<u8> {
    let (mut bytes, mut group) = (Vec::new(), Vec::new());
    for sign in text.iter().take_while(|byte| **byte != b'~') {
        match sign {
            b'z' if group.is_empty() => bytes.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(sign - b'!')),
            _ => {}
        }
        if group.len() == 5 {
            bytes.extend(of_group(&group));
            group.clear();
        }
    }
    if !group.is_empty() {
        let count = group.len() - 1;
        group.resize(5, 84);
        bytes.extend(of_group(&group).into_iter().take(count));
    }
    bytes
}

fn of_group(group: &[u32]) -> [u8; 4] {
    group.iter().fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(*digit)).to_be_bytes()
}

/// Refuses a font of many signs that does not say which letters they are.
fn refuse_unreadable_font(objects: &[u8]) -> Result<(), &'static str> {
    for at in memchr::memmem::find_iter(objects, b"/Type0") {
        let (before, after) = objects.split_at_checked(at).unwrap_or_default();
        let start = memchr::memmem::rfind(before, b"<<").unwrap_or(0);
        let end = at + memchr::memmem::find(after, b">>").unwrap_or(after.len());
        if !has(objects.get(start..end).unwrap_or_default(), b"/ToUnicode") {
            return Err("it is a PDF with a font that does not say which letters its signs are");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Result<Found, &'static str> {
        found(bytes, |packed| super::super::inflate::inflate(packed, 1 << 20).map(|(content, _)| content))
    }

    /// A document of one page that shows this, not packed.
    fn document(content: &str) -> Vec<u8> {
        format!(
            "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
             3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>\nendobj\n\
             4 0 obj\n<</Length {}>>\nstream\n{content}\nendstream\nendobj\n5 0 obj\n<</Title(Ab\\\\out \\(me\\) \\101)>>\nendobj\n\
             trailer\n<</Root 1 0 R/Info 5 0 R/Size 6>>\n%%EOF\n",
            content.len()
        )
        .into_bytes()
    }

    #[test]
    fn strings_that_are_moved_together_are_one_word_and_wide_gaps_are_spaces() {
        let shown = document("BT /F1 12 Tf [(Net 12)-20(3)15.5(,456)-333(a)] TJ (b\\051) Tj <4365> Tj ET");
        let text = texts(&shown).unwrap().text;
        for line in ["Net 123,456 a\n", "b)\n", "Ce\n", "Ab\\out (me) A\n"] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }

    #[test]
    fn signs_that_are_placed_one_by_one_are_read_together_too() {
        let shown: String = "123,456".chars().map(|sign| format!("1 0 0 1 5 5 Tm ({sign}) Tj ")).collect();
        assert!(texts(&document(&format!("BT {shown} ET"))).unwrap().text.contains("123,456"));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (changed, why) in [
            (document("0 0 10 10 re f"), "pictures and no text"),
            (b"%PDF-1.7 nothing".to_vec(), "damaged"),
            ([&document("BT (a) Tj ET")[..], b"trailer <</Encrypt 9 0 R>>"].concat(), "encrypted"),
            ([&document("BT (a) Tj ET")[..], b"<</Subtype/Type0/Encoding/Identity-H>>"].concat(), "letters"),
            (
                [&document("BT (a) Tj ET")[..], b"7 0 obj <</Filter/LZWDecode>>\nstream\nx\nendstream"].concat(),
                "not known",
            ),
        ] {
            assert!(texts(&changed).err().unwrap().contains(why), "{why}");
        }
    }

    #[test]
    fn parts_are_unpacked_and_pictures_left_alone() {
        // "BT (Seven 7) Tj ET" by zlib, and that once more as text.
        let packed = b"x\x9cs\nQ\xd0\x08N-K\xcdS0\xd7T\x08\xc9Rp\r\x01\x00/\xb9\x04\xf7";
        let as_text = b"Gar'!!\"2X4z";
        for (filter, content) in [
            ("/Filter/FlateDecode", &packed[..]),
            ("/Filter [ /FlateDecode ]", packed),
            ("/Subtype /Image /Filter/Odd", as_text),
        ] {
            let stream = [format!("<<{filter}>>\nstream\n").as_bytes(), content, b"\nendstream\n"].concat();
            let text = texts(&[&document("BT (a) Tj ET")[..], &stream].concat()).unwrap().text;
            assert_eq!(text.contains("Seven 7"), filter.contains("Flate"), "{filter}: {text}");
        }
        assert_eq!(base85(b"87cURD_*#4DfTZ)~>"), b"Hello, World");
        assert_eq!(base85(b"z87\n cUR~>"), b"\0\0\0\0Hell");
    }
}
