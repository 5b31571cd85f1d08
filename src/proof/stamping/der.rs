//! A strict reader of DER, as far as an answer of a time-stamping authority needs one: every value has its length before it, written
//! in the only way, and nothing is read beyond it.

/// Why some bytes are none of an answer.
pub type Malformed = &'static str;

/// A sequence of values.
pub const SEQUENCE: u8 = 0x30;
/// A set of values.
pub const SET: u8 = 0x31;
/// Yes or no.
pub const BOOLEAN: u8 = 0x01;
/// A whole number.
pub const INTEGER: u8 = 0x02;
/// Some bytes.
pub const OCTETS: u8 = 0x04;
/// Nothing.
pub const NULL: u8 = 0x05;
/// What something is, by its registered number.
pub const OBJECT: u8 = 0x06;
/// A time with four digits of the year.
pub const TIME: u8 = 0x18;
/// The first field that is named by its number.
pub const FIELD_0: u8 = 0xa0;

/// Values one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a>(&'a [u8]);

impl<'a> Values<'a> {
    /// The values in these bytes.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next value: its tag and its content.
    pub fn any(&mut self) -> Result<(u8, &'a [u8]), Malformed> {
        let (&tag, rest) = self.0.split_first().ok_or("it ends where a value should be")?;
        if tag & 0x1f == 0x1f {
            return Err("it has a tag of several bytes");
        }
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length).ok_or("it is cut off")?;
        self.0 = rest;
        Ok((tag, content))
    }

    /// The content of the next value, which has this tag.
    pub fn expect(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        match self.any()? {
            (found, content) if found == tag => Ok(content),
            _ => Err("a value of another kind stands where one of its own should be"),
        }
    }

    /// The content of the next value if it has this tag; otherwise nothing is read.
    pub fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, Malformed> {
        if self.0.first() == Some(&tag) { self.expect(tag).map(Some) } else { Ok(None) }
    }

    /// The values within the next one, which has this tag.
    pub fn within(&mut self, tag: u8) -> Result<Self, Malformed> {
        self.expect(tag).map(Self)
    }

    /// Whether no value is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err("something follows after its end") }
    }
}

/// The length that these bytes begin with, and what follows it.
fn length(bytes: &[u8]) -> Result<(usize, &[u8]), Malformed> {
    let (&first, rest) = bytes.split_first().ok_or("it is cut off")?;
    if first < 0x80 {
        return Ok((first.into(), rest));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return Err("a length is written in a way that DER does not know");
    }
    let (digits, rest) = rest.split_at_checked(count).ok_or("it is cut off")?;
    let length = digits.iter().fold(0_usize, |length, &digit| (length << 8) | usize::from(digit));
    let is_shortest = length >= 0x80 && digits.first() != Some(&0);
    if is_shortest { Ok((length, rest)) } else { Err("a length is written in more bytes than it needs") }
}

/// A value with its tag and its length.
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len().to_be_bytes();
    let digits = length.iter().position(|&digit| digit != 0).and_then(|at| length.get(at..)).unwrap_or(&[0]);
    match digits {
        [short] if *short < 0x80 => bytes.push(*short),
        digits => {
            // No length has more than eight digits.
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            bytes.extend_from_slice(digits);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_whatever_their_length() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 70_000] {
            let content = vec![7; length];
            let bytes = value(OCTETS, &content);
            let mut values = Values::of(&bytes);
            assert_eq!(values.expect(OCTETS), Ok(content.as_slice()));
            assert_eq!(values.end(), Ok(()));
        }
        // X.690, 8.1.3.5: 201 is 81 c9.
        assert_eq!(value(OCTETS, &[0; 201])[..3], [OCTETS, 0x81, 0xc9]);
    }

    #[test]
    fn what_is_written_in_another_way_is_refused() {
        let wrong: [&[u8]; 9] = [
            &[],
            &[OCTETS],
            &[OCTETS, 2, 1],
            &[OCTETS, 0x80, 0, 0],
            &[OCTETS, 0x81, 1, 1],
            &[OCTETS, 0x82, 0, 0x80],
            &[OCTETS, 0x85, 0, 0, 0, 0, 1],
            &[OCTETS, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x1f, 1, 0],
        ];
        for bytes in wrong {
            assert!(Values::of(bytes).expect(OCTETS).is_err(), "{bytes:?}");
        }
        let mut two = Values::of(&[INTEGER, 0, OCTETS, 0]);
        assert_eq!(two.optional(OCTETS), Ok(None));
        assert!(two.expect(INTEGER).is_ok() && two.end().is_err() && two.optional(OCTETS) == Ok(Some(&[])));
    }
}
