//! Texts that are packed into an address within another text: `data:image/svg+xml;base64,PHN2Zz4=`.

/// Whether what such an address says of its content is no text to search: pictures of dots, sound and fonts.
const NO_TEXT: [&[u8]; 7] =
    [b"font/", b"application/font", b"application/x-font", b"image/png", b"image/jpeg", b"image/webp", b"image/gif"];

/// The head of such an address is not longer.
const LONGEST_HEAD: usize = 100;

/// The contents of all such addresses in a text.
pub fn contents(bytes: &[u8]) -> Vec<Vec<u8>> {
    memchr::memmem::find_iter(bytes, b"data:").filter_map(|at| content(bytes.get(at + 5..)?)).collect()
}

fn content(rest: &[u8]) -> Option<Vec<u8>> {
    let comma = rest.iter().take(LONGEST_HEAD).position(|byte| *byte == b',')?;
    let (head, packed) = (rest.get(..comma)?, rest.get(comma + 1..)?);
    let is_head = head.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/+;=-.\"".contains(byte));
    if !is_head || !head.contains(&b'/') || NO_TEXT.iter().any(|kind| head.starts_with(kind)) {
        return None;
    }
    Some(if head.ends_with(b";base64") { of_base64(packed) } else { of_percent(packed) })
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

/// What is written with `%20` and the like, up to the quotation mark that ends the address.
fn of_percent(packed: &[u8]) -> Vec<u8> {
    let (mut found, mut rest) = (Vec::new(), packed);
    while let Some((first, after)) = rest.split_first().filter(|(first, _)| !b"\"<>\n".contains(first)) {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).filter(|_| *first == b'%');
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        found.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_into_an_address_is_read() {
        let found = |text: &str| {
            contents(text.as_bytes())
                .into_iter()
                .map(|content| String::from_utf8(content).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found("<img src=\"data:image/svg+xml;base64,PHRleHQ+VTc2NTQzMjE8L3RleHQ+\">"),
            ["<text>U7654321</text>"]
        );
        assert_eq!(found("url(\"data:image/svg+xml,%3Ctext%3EU%37654321\") x"), ["<text>U7654321"]);
        assert_eq!(found("data:text/plain,a%zz\" b"), ["a%zz"]);
        for text in [
            "data:font/woff2;base64,AAAA",
            "the data: a, b",
            "data:image/png;base64,AAAA",
            "data:",
            "data:text/plain",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
