//! Unpacking what zip and gzip have packed: DEFLATE, as RFC 1951 defines it.

use flate2::{Decompress, FlushDecompress, Status};

/// So much is unpacked at a time.
const STEP: usize = 64 << 10;

/// What was packed, and how many bytes of the input it took. `None` for what is damaged or cut short, or unpacks to more than
/// `largest`.
pub fn inflate(packed: &[u8], largest: usize) -> Option<(Vec<u8>, usize)> {
    let mut stream = Decompress::new(false);
    let mut out = Vec::new();
    loop {
        let taken = usize::try_from(stream.total_in()).ok()?;
        let before = (taken, out.len());
        out.reserve(STEP);
        let status = stream.decompress_vec(packed.get(taken..)?, &mut out, FlushDecompress::None).ok()?;
        let taken = usize::try_from(stream.total_in()).ok()?;
        if out.len() > largest {
            return None;
        }
        match status {
            Status::StreamEnd => return Some((out, taken)),
            // The input is at its end and the stream is not.
            _ if (taken, out.len()) == before => return None,
            _ => {}
        }
    }
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
