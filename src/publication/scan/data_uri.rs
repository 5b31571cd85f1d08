//! Texts that are packed into an address within another text: `data:image/svg+xml;base64,PHN2Zz4=`.

use percent_encoding::percent_decode;

/// The head of such an address is not longer.
const LONGEST_HEAD: usize = 100;

/// The contents of all such addresses in a text. `None` where they are larger than that together.
pub fn contents(bytes: &[u8], largest: usize) -> Option<Vec<Vec<u8>>> {
    let (mut found, mut left) = (Vec::new(), largest);
    for at in memchr::memmem::find_iter(bytes, b"data:") {
        if let Some(content) = content(bytes, at) {
            left = left.checked_sub(content.len())?;
            found.push(content);
        }
    }
    Some(found)
}

/// What the address that begins at a place holds.
fn content(bytes: &[u8], at: usize) -> Option<Vec<u8>> {
    let rest = bytes.get(at + 5..)?;
    let comma = rest.iter().take(LONGEST_HEAD).position(|byte| *byte == b',')?;
    let (head, packed) = (rest.get(..comma)?, rest.get(comma + 1..)?);
    let is_head = head.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/+;=-.\"".contains(byte));
    if !is_head || !head.contains(&b'/') {
        return None;
    }
    if head.ends_with(b";base64") {
        return Some(of_base64(packed));
    }
    let end = ends(at.checked_sub(1).and_then(|before| bytes.get(before)));
    let address = packed.split(|byte| end.contains(byte)).next()?;
    Some(percent_decode(address).collect())
}

/// What ends an address that is not in base 64, by what stands before it.
const fn ends(before: Option<&u8>) -> &'static [u8] {
    match before {
        Some(b'"') => b"\"",
        Some(b'\'') => b"'",
        Some(b'(') => b")",
        _ => b"\"<>\n",
    }
}

/// What base 64 stands for, up to the first byte that is none of it.
fn of_base64(packed: &[u8]) -> Vec<u8> {
    let (mut found, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for byte in packed {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => break,
        };
        bits = (bits << 6 | u32::from(value)) & 0xfff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            found.extend(u8::try_from(bits >> held & 0xff));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_into_an_address_is_read() {
        let found = |text: &str| {
            contents(text.as_bytes(), 100)
                .unwrap()
                .into_iter()
                .map(|content| String::from_utf8(content).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found("<img src=\"data:image/svg+xml;base64,PHRleHQ+VTc2NTQzMjE8L3RleHQ+\">"),
            ["<text>U7654321</text>"]
        );
        assert_eq!(found("url(\"data:image/svg+xml,%3Ctext%3EU%37654321\") x"), ["<text>U7654321"]);
        assert_eq!(found("a{b:url(data:image/svg+xml,%3Cg%3E)}c{d:url('data:text/plain,\"e(')}"), ["<g>", "\"e("]);
        assert_eq!(contents(b"'data:text/plain,12345' 'data:text/plain,123456'", 10), None, "11 bytes");
        assert_eq!(found("data:text/plain,a%zz\" b"), ["a%zz"]);
        for text in ["the data: a, b", "data:", "data:text/plain"] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
