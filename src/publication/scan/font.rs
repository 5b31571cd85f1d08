//! What fonts say beside their signs: names, licences, designers, in TrueType, OpenType, collections of them, and WOFF.
//!
//! The OpenType specification, "The OpenType Font File" and "name"; W3C, WOFF File Format 1.0.

use super::binary::{Kind, passages};

/// Tables of curves, widths, rules, and names of single signs. Whoever writes something about a font writes it elsewhere.
const NUMBERS: [&[u8; 4]; 66] = [
    b"BASE", b"CBDT", b"CBLC", b"CFF ", b"CFF2", b"COLR", b"CPAL", b"DSIG", b"EBDT", b"EBLC", b"EBSC", b"FFTM",
    b"GDEF", b"GPOS", b"GSUB", b"Glat", b"Gloc", b"HVAR", b"JSTF", b"LTSH", b"MATH", b"MERG", b"MVAR", b"OS/2",
    b"PCLT", b"STAT", b"Silf", b"Sill", b"Silt", b"VDMX", b"VORG", b"VVAR", b"acnt", b"ankr", b"avar", b"bdat",
    b"bhed", b"bloc", b"bsln", b"cmap", b"cvar", b"cvt ", b"feat", b"fmtx", b"fpgm", b"fvar", b"gasp", b"glyf",
    b"gvar", b"hdmx", b"head", b"hhea", b"hmtx", b"kern", b"kerx", b"lcar", b"loca", b"maxp", b"mort", b"morx",
    b"post", b"prep", b"prop", b"trak", b"vhea", b"vmtx",
];

/// The table of names, and that of drawings, which may be packed.
const NAMES: &[u8; 4] = b"name";
const DRAWINGS: &[u8; 4] = b"SVG ";

/// The platform whose names have one byte a letter.
const MACINTOSH: u16 = 1;

/// What stands before the list of tables, and how long a row of it is.
const HEAD: usize = 12;
const WOFF_HEAD: usize = 44;
const ROW: usize = 16;
const WOFF_ROW: usize = 20;

/// Tables may lie in each other, but a file of so many times its own length is no font.
const MOST_SHARED: usize = 4;

/// Names may share their letters, but a table that says so many times what it has room for is none.
const MOST_NAMES: usize = 16;

/// What a font says.
#[derive(Debug, Default)]
pub struct Found {
    /// Texts, a passage a line.
    pub words: Vec<u8>,
    /// Parts that are files of their own.
    pub files: Vec<Vec<u8>>,
}

/// One table: what it is called, where it stands, and whether it is packed into so many bytes.
struct Table<'a> {
    tag: &'a [u8],
    at: usize,
    length: usize,
    unpacked: usize,
}

/// Reads a font, whose packed tables `inflate` unpacks. `None` for what is none, or damaged so that tables cannot be told apart.
pub fn found(bytes: &[u8], mut inflate: impl FnMut(&[u8]) -> Option<Vec<u8>>) -> Option<Found> {
    let (head, tables) = tables(bytes)?;
    let together = tables.iter().try_fold(0_usize, |sum, table| sum.checked_add(table.length))?;
    if together > bytes.len().checked_mul(MOST_SHARED)? {
        return None;
    }
    let mut found = Found::default();
    let mut taken = vec![(0, head)];
    for table in &tables {
        let stored = bytes.get(table.at..table.at.checked_add(table.length)?)?;
        let unpacked = (table.unpacked != table.length).then(|| inflate(stored.get(2..)?));
        let content = match &unpacked {
            Some(content) => content.as_deref()?,
            None => stored,
        };
        found.add(table.tag, content);
        taken.push((table.at, table.at + table.length));
    }
    // What no table has: the metadata of WOFF, which is packed, and what stands between and behind.
    taken.sort_unstable();
    let ends = taken.iter().skip(1).map(|(start, _)| *start).chain([bytes.len()]);
    let mut end = 0;
    for ((_, own), start) in taken.iter().zip(ends) {
        end = end.max(*own);
        found.add_rest(bytes.get(end..start).unwrap_or_default(), &mut inflate);
    }
    Some(found)
}

impl Found {
    fn add(&mut self, tag: &[u8], content: &[u8]) {
        match tag {
            tag if tag == NAMES => {
                self.add_words(&names(content).unwrap_or_else(|| passages(content, Kind::Unknown)))
            }
            tag if tag == DRAWINGS => self.files.extend(drawings(content).unwrap_or_else(|| vec![content.to_vec()])),
            tag if NUMBERS.iter().any(|known| tag == *known) => self.add_words(&passages(content, Kind::Numbers)),
            _ => self.add_words(&passages(content, Kind::Unknown)),
        }
    }

    fn add_rest(&mut self, rest: &[u8], inflate: &mut impl FnMut(&[u8]) -> Option<Vec<u8>>) {
        let rest = rest.get(rest.iter().position(|byte| *byte != 0).unwrap_or(rest.len())..).unwrap_or_default();
        // Packed by zlib: two bytes say how.
        let packed = rest.starts_with(b"\x78").then(|| inflate(rest.get(2..)?)).flatten();
        match packed {
            Some(metadata) => self.files.push(metadata),
            None => self.add_words(&passages(rest, Kind::Unknown)),
        }
    }

    fn add_words(&mut self, words: &[u8]) {
        self.words.extend(words);
        self.words.push(b'\n');
    }
}

/// How long the head is, and the tables, of a font, a collection or a WOFF file.
fn tables(bytes: &[u8]) -> Option<(usize, Vec<Table<'_>>)> {
    match bytes.get(..4)? {
        b"\0\x01\0\0" | b"OTTO" | b"true" => {
            let tables = listed(bytes, HEAD, count(bytes, 4)?, ROW)?;
            Some((HEAD + tables.len() * ROW, tables))
        }
        b"wOFF" => {
            let tables = listed(bytes, WOFF_HEAD, count(bytes, 12)?, WOFF_ROW)?;
            Some((WOFF_HEAD + tables.len() * WOFF_ROW, tables))
        }
        b"ttcf" => {
            let fonts = number(bytes, 8)?;
            let mut all = Vec::new();
            for font in 0..fonts {
                let at = number(bytes, HEAD + 4 * font)?;
                let tables = listed(bytes, at.checked_add(HEAD)?, count(bytes, at.checked_add(4)?)?, ROW)?;
                // The list itself is no text either.
                all.push(Table { tag: b"head", at, length: HEAD, unpacked: HEAD });
                let rows = tables.len() * ROW;
                all.push(Table { tag: b"head", at: at + HEAD, length: rows, unpacked: rows });
                all.extend(tables);
                // More than the file has room for: lists in each other.
                if all.len() > bytes.len() {
                    return None;
                }
            }
            // Fonts of one collection share most of them.
            all.sort_by_key(|table| (table.at, table.length, table.tag));
            all.dedup_by_key(|table| (table.at, table.length, table.tag));
            Some((HEAD + fonts * 4, all))
        }
        _ => None,
    }
}

/// So many tables, whose rows begin at a place; in a WOFF file the length that is stored stands before the real one.
fn listed(bytes: &[u8], from: usize, count: usize, row: usize) -> Option<Vec<Table<'_>>> {
    let rows = (0..count).map(|index| {
        let at = from + index * row;
        let tag = bytes.get(at..at + 4)?;
        let (place, stored) = if row == WOFF_ROW { (4, 8) } else { (8, 12) };
        let length = number(bytes, at + stored)?;
        let unpacked = if row == WOFF_ROW { number(bytes, at + 12)? } else { length };
        Some(Table { tag, at: number(bytes, at + place)?, length, unpacked })
    });
    rows.collect()
}

/// The table of names: all its records, each in its encoding.
fn names(table: &[u8]) -> Option<Vec<u8>> {
    let (records, strings) = (count(table, 2)?, table.get(count(table, 4)?..)?);
    let mut words = Vec::new();
    for index in 0..records {
        let at = 6 + index * 12;
        let start = count(table, at + 10)?;
        let name = strings.get(start..start + count(table, at + 8)?)?;
        if count(table, at)? == usize::from(MACINTOSH) {
            words.extend(name);
        } else {
            let units = name.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
            let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
            words.extend(letters.collect::<String>().into_bytes());
        }
        words.push(b'\n');
        if words.len() > table.len().checked_mul(MOST_NAMES)? {
            return None;
        }
    }
    Some(words)
}

/// The drawings of a table of them.
fn drawings(table: &[u8]) -> Option<Vec<Vec<u8>>> {
    let list = table.get(number(table, 2)?..)?;
    let drawing = |index: usize| {
        let at = 2 + index * 12;
        let start = number(list, at + 4)?;
        Some(list.get(start..start.checked_add(number(list, at + 8)?)?)?.to_vec())
    };
    let mut all: Vec<_> = (0..count(list, 0)?).map(drawing).collect::<Option<_>>()?;
    all.dedup();
    Some(all)
}

fn count(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?)))
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}

#[cfg(test)]
#[path = "font_tests.rs"]
mod tests;
