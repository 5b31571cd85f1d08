//! Unpacking what zip and gzip have packed: DEFLATE, as RFC 1951 defines it.

/// The shortest length that each of the symbols from 257 on stands for, and how many bits add to it.
const LENGTHS: [(u16, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// The same of distances.
const DISTANCES: [(u16, u32); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12289, 12),
    (16385, 13),
    (24577, 13),
];

/// The order in which the lengths of the code of lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// What was packed, and how many bytes of the input it took. `None` for what is damaged, or unpacks to more than `largest`.
pub fn inflate(packed: &[u8], largest: usize) -> Option<(Vec<u8>, usize)> {
    let mut bits = Bits { bytes: packed, at: 0, held: 0, count: 0 };
    let mut out = Vec::new();
    loop {
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut out, largest)?,
            1 => {
                let lengths: Vec<u8> = (0..288).map(fixed_length).collect();
                symbols(&mut bits, &mut out, &Code::new(&lengths)?, &Code::new(&[5; 30])?, largest)?;
            }
            2 => {
                let (literals, distances) = codes(&mut bits)?;
                symbols(&mut bits, &mut out, &literals, &distances, largest)?;
            }
            _ => return None,
        }
        if is_last {
            return Some((out, bits.at));
        }
    }
}

fn fixed_length(symbol: u16) -> u8 {
    match symbol {
        0..144 => 8,
        144..256 => 9,
        256..280 => 7,
        _ => 8,
    }
}

/// The input, taken bit by bit.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    /// The next bits, of which there are at most 16, as a number.
    fn take(&mut self, count: u32) -> Option<u32> {
        while self.count < count {
            self.held |= u32::from(*self.bytes.get(self.at)?) << self.count;
            self.at += 1;
            self.count += 8;
        }
        let taken = self.held & ((1 << count) - 1);
        self.held >>= count;
        self.count -= count;
        Some(taken)
    }
}

/// A block that is not packed.
fn stored(bits: &mut Bits, out: &mut Vec<u8>, largest: usize) -> Option<()> {
    (bits.held, bits.count) = (0, 0);
    let (length, complement) = (bits.take(16)?, bits.take(16)?);
    let end = bits.at.checked_add(length as usize)?;
    let bytes = bits.bytes.get(bits.at..end).filter(|_| length ^ complement == 0xffff)?;
    out.extend_from_slice(bytes);
    bits.at = end;
    (out.len() <= largest).then_some(())
}

/// A Huffman code in its canonical form: shorter words first, those of one length in the order of their symbols.
struct Code {
    /// How many words there are of each length from one bit on.
    counts: [u32; 15],
    symbols: Vec<u16>,
}

impl Code {
    /// The code whose symbols have words of these lengths. `None` where there are not so many.
    fn new(lengths: &[u8]) -> Option<Self> {
        let mut counts = [0; 15];
        let mut symbols = Vec::with_capacity(lengths.len());
        let mut left = 1_u32;
        for (length, count) in (1..).zip(&mut counts) {
            let of_length = (0..).zip(lengths).filter(|(_, other)| **other == length).map(|(symbol, _)| symbol);
            let before = symbols.len();
            symbols.extend(of_length);
            *count = u32::try_from(symbols.len() - before).ok()?;
            left = (left << 1).checked_sub(*count)?;
        }
        Some(Self { counts, symbols })
    }

    /// The next symbol.
    fn symbol(&self, bits: &mut Bits) -> Option<u16> {
        let (mut word, mut first, mut index) = (0, 0, 0);
        for count in self.counts {
            word |= bits.take(1)?;
            if word < first + count {
                return self.symbols.get((index + word - first) as usize).copied();
            }
            index += count;
            first = (first + count) << 1;
            word <<= 1;
        }
        None
    }
}

/// The codes of literals with lengths, and of distances, as the block itself defines them.
fn codes(bits: &mut Bits) -> Option<(Code, Code)> {
    let literals = bits.take(5)? as usize + 257;
    let distances = bits.take(5)? as usize + 1;
    let count = bits.take(4)? as usize + 4;
    let mut of_lengths = [0; 19];
    for at in ORDER.into_iter().take(count) {
        *of_lengths.get_mut(at)? = u8::try_from(bits.take(3)?).ok()?;
    }
    let code = Code::new(&of_lengths)?;
    let mut lengths: Vec<u8> = Vec::new();
    while lengths.len() < literals + distances {
        let (length, times) = match code.symbol(bits)? {
            16 => (*lengths.last()?, bits.take(2)? + 3),
            17 => (0, bits.take(3)? + 3),
            18 => (0, bits.take(7)? + 11),
            length => (u8::try_from(length).ok()?, 1),
        };
        lengths.extend(std::iter::repeat_n(length, times as usize));
    }
    let (literals, distances) = lengths.get(..literals + distances)?.split_at(literals);
    Some((Code::new(literals)?, Code::new(distances)?))
}

/// A block of literals and of repetitions of what came before.
fn symbols(bits: &mut Bits, out: &mut Vec<u8>, literals: &Code, distances: &Code, largest: usize) -> Option<()> {
    loop {
        let symbol = literals.symbol(bits)?;
        match symbol {
            0..256 => out.push(u8::try_from(symbol).ok()?),
            256 => return Some(()),
            _ => {
                let length = value(bits, LENGTHS.get(usize::from(symbol) - 257)?)?;
                let symbol = distances.symbol(bits)?;
                let distance = value(bits, DISTANCES.get(usize::from(symbol))?)?;
                let from = out.len().checked_sub(distance)?;
                for at in from..from + length {
                    out.push(*out.get(at)?);
                }
            }
        }
        if out.len() > largest {
            return None;
        }
    }
}

fn value(bits: &mut Bits, (base, extra): &(u16, u32)) -> Option<usize> {
    Some(usize::from(*base) + bits.take(*extra)? as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Packed by zlib (`zlib.compressobj(level, zlib.DEFLATED, -15)`).
    const FIXED: &[u8] = &[75, 76, 74, 78, 73, 77, 75, 68, 34, 1];

    #[test]
    fn what_zlib_has_packed_is_unpacked() {
        let (out, taken) = inflate(FIXED, 100).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "abcdefabcdefabcdef");
        assert_eq!(taken, FIXED.len());
        assert!(inflate(FIXED, 17).is_none(), "more than is allowed");
        assert!(inflate(&FIXED[..6], 100).is_none(), "cut short");
    }

    #[test]
    fn a_block_that_is_not_packed_is_copied() {
        let stored = [1, 3, 0, 252, 255, b'a', b'b', b'c', 9, 9];
        assert_eq!(inflate(&stored, 100).unwrap(), (b"abc".to_vec(), 8));
        assert!(inflate(&[1, 3, 0, 252, 254, b'a', b'b', b'c'], 100).is_none());
    }

    proptest! {
        #[test]
        fn no_input_breaks_it(packed in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some((out, taken)) = inflate(&packed, 10_000) {
                prop_assert!(out.len() <= 10_000 && taken <= packed.len());
            }
        }
    }
}
