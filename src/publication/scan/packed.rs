//! What can be read of a file: a text as it is or in another encoding, what archives hold, what a PDF shows, what fonts and other
//! files that are no text say in words.

use std::borrow::Cow;

use super::binary::{self, Kind};
use super::inflate::inflate;
use super::{data_uri, font, pdf};

/// A text to be searched.
#[derive(Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The file, and what of it: `files/trades.xlsx/xl/sheet1.xml`.
    pub name: String,
    /// What it says.
    pub bytes: Cow<'a, [u8]>,
    /// What it is.
    pub form: Form,
}

/// What bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text with its lines.
    Text,
    /// The words in what is no text.
    Words,
    /// All of what is no text: its bytes are equal to a number now and then, but not to a name.
    Bytes,
}

/// What was read of a file.
#[derive(Debug, Default)]
pub struct Read<'a> {
    /// Its texts.
    pub texts: Vec<Text<'a>>,
    /// What of it cannot be read, and why: it was not searched.
    pub unread: Option<(String, &'static str)>,
}

/// So many bytes of one file are unpacked: from archives, PDFs and addresses.
const LARGEST: usize = 256 << 20;

/// So many archives may lie in each other.
const DEEPEST: u32 = 4;

/// Files that are packed or encrypted in ways that are not known here, by how they start.
const UNKNOWN: [(&[u8], &str); 10] = [
    (b"7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive"),
    (b"Rar!\x1a\x07", "it is a RAR archive"),
    (b"\xfd7zXZ\0", "it is packed with xz"),
    (b"BZh91AY&SY", "it is packed with bzip2"),
    (b"\x28\xb5\x2f\xfd", "it is packed with zstd"),
    (b"\x04\x22\x4d\x18", "it is packed with lz4"),
    (b"PAR1", "it is a Parquet file"),
    (b"wOF2", "it is a WOFF2 font, which is packed with Brotli"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is an Office document of the old form (.doc, .xls)"),
    (b"Salted__", "it is encrypted"),
];

const DAMAGED: &str = "it is a damaged archive, or unpacks to more than 256 MB";

/// Reads a file. The monthly reports are left to the search through all that went into them.
pub fn read<'a>(name: &str, bytes: &'a [u8]) -> Read<'a> {
    let mut reader = Reader { left: LARGEST, unread: None };
    let texts = if is_report(name, bytes) { Vec::new() } else { reader.texts(name, Cow::Borrowed(bytes), 0) };
    Read { texts, unread: reader.unread }
}

/// Whether this is a report that was typeset by this program for a month's page.
fn is_report(name: &str, bytes: &[u8]) -> bool {
    let month = name.strip_prefix("months/").and_then(|name| name.strip_suffix(".pdf"));
    month.is_some_and(|month| month.parse::<crate::calendar::YearMonth>().is_ok())
        && memchr::memmem::find(bytes, b"/Creator(trackrecord)").is_some()
}

struct Reader {
    /// So many bytes may still be unpacked.
    left: usize,
    unread: Option<(String, &'static str)>,
}

impl Reader {
    fn texts<'a>(&mut self, name: &str, bytes: Cow<'a, [u8]>, depth: u32) -> Vec<Text<'a>> {
        let unknown = UNKNOWN.iter().find(|(start, _)| bytes.starts_with(start));
        if let Some((_, why)) = unknown {
            self.unread.get_or_insert((name.to_owned(), why));
        }
        let is_zip = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06");
        let is_gzip = bytes.starts_with(b"\x1f\x8b");
        let is_pdf = bytes.trim_ascii_start().starts_with(b"%PDF-") || name.ends_with(".pdf");
        let read = match (is_zip, is_gzip, is_pdf) {
            (false, false, false) => return self.plain(name, bytes, depth),
            _ if depth == DEEPEST => return self.cannot(name, "it is an archive in an archive in an archive"),
            (true, ..) => self.zip(name, &bytes),
            (_, true, _) => self.gzip(name, &bytes),
            _ => pdf::found(&bytes, |packed| Some(self.inflated(packed)?.0)).map(|found| {
                let text = (format!("{name}/text"), found.text.into_bytes());
                let files = found.files.into_iter().map(|content| (format!("{name}/file"), content));
                files.chain([text]).collect()
            }),
        };
        match read {
            Err(why) => self.cannot(name, why),
            Ok(parts) => {
                let texts = |(name, bytes): (String, Vec<u8>)| self.texts(&name, Cow::Owned(bytes), depth + 1);
                parts.into_iter().flat_map(texts).collect()
            }
        }
    }

    /// What is no archive: a text, or the words in what is none.
    fn plain<'a>(&mut self, name: &str, bytes: Cow<'a, [u8]>, depth: u32) -> Vec<Text<'a>> {
        let text = in_utf8(&bytes).map_or(bytes, Cow::Owned);
        let mut inside = if depth < DEEPEST { self.addressed(name, &text) } else { Vec::new() };
        let named = |bytes, form| Text { name: name.to_owned(), bytes, form };
        let mut texts = Vec::new();
        if binary::is_binary(&text) {
            let found = font::found(&text, |packed| Some(self.inflated(packed)?.0)).unwrap_or_else(|| {
                let kind = if binary::is_of_dots(&text) { Kind::Numbers } else { Kind::Unknown };
                font::Found { words: binary::passages(&text, kind), files: Vec::new() }
            });
            texts.push(named(Cow::Owned(found.words), Form::Words));
            texts.push(named(Cow::Owned(without_zeros(&text)), Form::Bytes));
            inside.extend(found.files);
            texts.push(named(text, Form::Bytes));
        } else {
            texts.push(named(text, Form::Text));
        }
        let name = format!("{name}/data");
        let inside = inside.into_iter().flat_map(|content| self.texts(&name, Cow::Owned(content), depth + 1));
        texts.extend(inside);
        texts
    }

    fn cannot<'a>(&mut self, name: &str, why: &'static str) -> Vec<Text<'a>> {
        self.unread.get_or_insert((name.to_owned(), why));
        Vec::new()
    }

    /// What the addresses in a text hold.
    fn addressed(&mut self, name: &str, text: &[u8]) -> Vec<Vec<u8>> {
        let Some(contents) = data_uri::contents(text, self.left) else {
            self.unread.get_or_insert((name.to_owned(), "what its data: addresses hold is more than 256 MB"));
            return Vec::new();
        };
        self.left -= contents.iter().map(Vec::len).sum::<usize>();
        contents
    }

    /// What DEFLATE has packed, and how many bytes of the input it took.
    fn inflated(&mut self, packed: &[u8]) -> Option<(Vec<u8>, usize)> {
        let (bytes, taken) = inflate(packed, self.left)?;
        self.left -= bytes.len();
        Some((bytes, taken))
    }

    /// All members of a gzip file, one after another.
    fn gzip(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, &'static str> {
        let (mut all, mut rest) = (Vec::new(), bytes);
        while rest.starts_with(b"\x1f\x8b") {
            let packed = behind_header(rest).ok_or(DAMAGED)?;
            let (bytes, taken) = self.inflated(packed).ok_or(DAMAGED)?;
            all.extend(bytes);
            // A checksum and the length follow.
            rest = packed.get(taken + 8..).unwrap_or_default();
        }
        Ok(vec![(name.strip_suffix(".gz").map_or_else(|| format!("{name}/content"), str::to_owned), all)])
    }

    /// All files of a zip archive, and the words of its directory.
    fn zip(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, &'static str> {
        let directory = directory(bytes).ok_or(DAMAGED)?;
        let mut found = vec![(format!("{name}/(names)"), directory.to_vec())];
        let mut rest = directory;
        while rest.starts_with(b"PK\x01\x02") {
            let entry = Entry::read(rest).ok_or(DAMAGED)?;
            if entry.is_encrypted {
                return Err("it is an encrypted archive");
            }
            let packed = entry.packed(bytes).ok_or(DAMAGED)?;
            let content = match entry.method {
                0 => packed.to_vec(),
                8 => self.inflated(packed).ok_or(DAMAGED)?.0,
                _ => return Err("it is an archive of a kind that is not known here"),
            };
            found.push((format!("{name}/{}", String::from_utf8_lossy(entry.name)), content));
            rest = rest.get(entry.length..).unwrap_or_default();
        }
        Ok(found)
    }
}

/// What follows the header of a gzip member.
fn behind_header(bytes: &[u8]) -> Option<&[u8]> {
    let flags = *bytes.get(3)?;
    let mut rest = bytes.get(10..)?;
    if flags & 4 != 0 {
        rest = rest.get(2 + usize::from(u16_at(rest, 0)?)..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = rest.get(memchr::memchr(0, rest)? + 1..)?;
        }
    }
    rest.get(if flags & 2 != 0 { 2 } else { 0 }..)
}

/// The directory of a zip archive with its comment.
fn directory(bytes: &[u8]) -> Option<&[u8]> {
    let end = memchr::memmem::rfind(bytes, b"PK\x05\x06")?;
    let start = u32_at(bytes, end + 16)?;
    // Larger ones have a directory of another form.
    if start == u32::MAX { None } else { bytes.get(start as usize..) }
}

/// A file in a zip archive, as the directory says.
struct Entry<'a> {
    is_encrypted: bool,
    method: u16,
    size: u32,
    at: u32,
    name: &'a [u8],
    /// How much of the directory it takes.
    length: usize,
}

impl<'a> Entry<'a> {
    fn read(directory: &'a [u8]) -> Option<Self> {
        let size = |at| u16_at(directory, at).map(usize::from);
        let (name, extra, comment) = (size(28)?, size(30)?, size(32)?);
        Some(Self {
            is_encrypted: u16_at(directory, 8)? & 1 == 1,
            method: u16_at(directory, 10)?,
            size: u32_at(directory, 20)?,
            at: u32_at(directory, 42)?,
            name: directory.get(46..46 + name)?,
            length: 46 + name + extra + comment,
        })
    }

    fn packed<'b>(&self, archive: &'b [u8]) -> Option<&'b [u8]> {
        let header = archive.get(self.at as usize..).filter(|header| header.starts_with(b"PK\x03\x04"))?;
        let start = 30 + usize::from(u16_at(header, 26)?) + usize::from(u16_at(header, 28)?);
        header.get(start..start.checked_add(self.size as usize)?)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// A text of two bytes a letter as one of UTF-8: one that starts by saying so, or whose every other byte is 0.
fn in_utf8(bytes: &[u8]) -> Option<Vec<u8>> {
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).take(4096).filter(|byte| **byte == 0).count();
    let half = (bytes.len() / 2).min(4096);
    let many = |from: usize| half >= 4 && zeros(from) * 10 > half * 7 && zeros(1 - from) * 10 < half;
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ if many(1) => u16::from_le_bytes,
        _ if many(0) => u16::from_be_bytes,
        _ => return None,
    };
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
    let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(letters.collect::<String>().into_bytes())
}

/// Bytes without the zeros among them: names of two or four bytes a letter stand in films and sound.
fn without_zeros(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_wide_letters_are_read_wherever_they_stand() {
        let wide = |word: &str| word.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
        let sound =
            [b"ID3\x04TIT2\xff\xfe", &wide("Erika")[..], b"\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9"].concat();
        assert!(words("a.mp3", &sound).iter().any(|(_, text)| text.contains("Erika")));
    }

    fn words(name: &str, bytes: &[u8]) -> Vec<(String, String)> {
        let texts = read(name, bytes).texts.into_iter();
        texts.map(|text| (text.name, String::from_utf8_lossy(&text.bytes).into_owned())).collect()
    }

    #[test]
    fn a_text_of_two_bytes_a_letter_is_read() {
        let text = "Net 123\u{a0}456";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in
            [little.clone(), big.clone(), [&b"\xff\xfe"[..], &little].concat(), [&b"\xfe\xff"[..], &big].concat()]
        {
            assert_eq!(words("a.txt", &bytes)[0].1.trim_start_matches('\u{feff}'), text);
        }
        assert_eq!(words("a.txt", text.as_bytes())[0].1, text);
    }

    #[test]
    fn archives_are_read_with_the_names_in_them() {
        let archive = include_bytes!("../../../tests/fixtures/packed/trades.zip");
        let found = words("files/trades.zip", archive);
        // The words of a directory lie between zeros, and are read without them once more.
        let found: Vec<_> =
            found.into_iter().filter(|(name, text)| !name.ends_with("(names)") || text.contains('\0')).collect();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "files/trades.zip/(names)",
            "files/trades.zip/stored.txt",
            "files/trades.zip/rows.csv",
            "files/trades.zip/inner.zip/(names)",
            "files/trades.zip/inner.zip/deep.txt",
        ];
        assert_eq!(names, expected);
        assert_eq!(found[1].1, "stored 1\n");
        let rows: String = (0..2000).map(|number: u64| format!("{number},{}\n", number * number)).collect();
        assert_eq!(found[2].1, rows);
        let packed = include_bytes!("../../../tests/fixtures/packed/rows.csv.gz");
        assert_eq!(words("rows.csv.gz", packed), [("rows.csv".to_owned(), rows)]);
    }

    #[test]
    fn what_cannot_be_read_is_named_wherever_it_lies() {
        let archive = include_bytes!("../../../tests/fixtures/packed/trades.zip");
        assert_eq!(read("a", archive).unread, None);
        for (bytes, why) in [
            (&b"7z\xbc\xaf\x27\x1c..."[..], "7-Zip"),
            (b"PK\x03\x04 nothing", "damaged"),
            (&archive[..archive.len() / 2], "damaged"),
            (b"\x1f\x8b\x08\0", "damaged"),
            (b"%PDF-1.7 nothing", "damaged PDF"),
            (include_bytes!("../../../tests/fixtures/packed/secret.zip"), "encrypted"),
        ] {
            assert!(read("a", bytes).unread.unwrap().1.contains(why), "{why}");
        }
        let (name, why) = read("x.zip", include_bytes!("../../../tests/fixtures/packed/nested.zip")).unread.unwrap();
        assert_eq!((&name[..], why), ("x.zip/inner.7z", "it is a 7-Zip archive"));
    }

    #[test]
    fn other_files_are_read_as_they_are() {
        for bytes in [&b"\x89PNG\r\n\x1a\n"[..], b"<html>", b"", b"\0\0\0\0\0\0\0\0\0\0"] {
            let Read { texts, unread } = read("a", bytes);
            let form = if binary::is_binary(bytes) { Form::Bytes } else { Form::Text };
            let whole = texts.last().map(|text| (&*text.bytes, text.form));
            assert_eq!((whole, unread), (Some((bytes, form)), None));
        }
    }
}
