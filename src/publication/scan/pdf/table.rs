//! The table of a font: which letters its signs are (`ToUnicode`).

use std::collections::HashMap;

use super::strings::{Piece, lines, utf16};

/// Which letters a font's signs are.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// How many bytes a sign's number has.
    width: usize,
    letters: HashMap<u32, String>,
}

/// The most signs that one line of a table can name.
const MOST: u32 = 0xffff;

impl Table {
    /// Reads a table; `None` where it names no sign.
    pub fn read(content: &[u8]) -> Option<Self> {
        let mut table = Self { width: 1, letters: HashMap::new() };
        for block in blocks(content, b"beginbfchar", b"endbfchar") {
            let strings = strings(block);
            for pair in strings.chunks_exact(2) {
                if let [sign, letters] = pair {
                    table.width = sign.len().max(1);
                    table.letters.insert(number(sign), utf16(letters));
                }
            }
        }
        for block in blocks(content, b"beginbfrange", b"endbfrange") {
            table.read_ranges(block);
        }
        (!table.letters.is_empty()).then_some(table)
    }

    /// `<from> <to> <letters of the first>` or `<from> <to> [<letters> <letters> ...]`
    fn read_ranges(&mut self, block: &[u8]) {
        let mut lines = lines(block).into_iter().filter(|line| !line.is_empty());
        let bytes = |line: &[Piece]| {
            line.iter()
                .filter_map(|piece| match piece {
                    Piece::String(bytes) => Some(bytes.clone()),
                    Piece::Gap => None,
                })
                .collect::<Vec<_>>()
        };
        while let (Some(from), Some(to), Some(letters)) = (lines.next(), lines.next(), lines.next()) {
            let (from, to, letters) = (bytes(&from).concat(), bytes(&to).concat(), bytes(&letters));
            self.width = from.len().max(1);
            let signs = number(&from)..=number(&to).min(number(&from).saturating_add(MOST));
            match letters.as_slice() {
                [first] => {
                    let first = utf16(first);
                    let mut start = first.chars();
                    let Some(last) = start.next_back() else { continue };
                    for (sign, add) in signs.zip(0..) {
                        let letter = u32::from(last).checked_add(add).and_then(char::from_u32);
                        self.letters.insert(sign, start.clone().chain(letter).collect());
                    }
                }
                many => self.letters.extend(signs.zip(many.iter().map(|letters| utf16(letters)))),
            }
        }
    }

    /// What a string says by this table.
    pub fn text(&self, bytes: &[u8]) -> String {
        bytes.chunks(self.width).filter_map(|sign| self.letters.get(&number(sign))).map(String::as_str).collect()
    }
}

/// What stands between such words.
fn blocks<'a>(content: &'a [u8], start: &'a [u8], end: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    memchr::memmem::find_iter(content, start).filter_map(move |at| {
        let block = content.get(at + start.len()..)?;
        block.get(..memchr::memmem::find(block, end)?)
    })
}

fn strings(block: &[u8]) -> Vec<Vec<u8>> {
    let pieces = lines(block).into_iter().flatten();
    pieces.filter_map(|piece| if let Piece::String(bytes) = piece { Some(bytes) } else { None }).collect()
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |value: u32, byte| value << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_which_letters_signs_are() {
        let table = b"begincmap 2 beginbfchar <0003> <0031> <0005> <00660069> endbfchar\n\
            2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<0078> <0079>] endbfrange endcmap";
        let table = Table::read(table).unwrap();
        assert_eq!(table.text(b"\0\x03\0\x05\0\x11\0\x21\0\x99"), "1fiBy");
        assert_eq!(Table::read(b"begincmap endcmap"), None);
    }
}
