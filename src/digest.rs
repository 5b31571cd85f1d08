//! The SHA-256 digest of bytes, in hexadecimal.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The digest's first `length` letters, of 64.
pub fn sha256(bytes: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.truncate(length);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let whole = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc", 64), whole);
        assert_eq!(sha256(b"abc", 12), "ba7816bf8f01");
    }
}
