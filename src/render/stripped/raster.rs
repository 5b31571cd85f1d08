//! Pictures made of pixels: what is kept of their parts.

/// Parts of a PNG that say how it looks.
const PNG_PARTS: [&[u8]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI",
    b"pHYs", b"bKGD", b"sBIT", b"acTL", b"fcTL", b"fdAT",
];

/// What stands before the data of a PNG.
const PNG_HEAD: usize = 8;

/// The flags of a WebP that say that it has Exif and XMP.
const WEBP_EXIF: u8 = 0x08;
const WEBP_XMP: u8 = 0x04;

/// The tag of Exif that says which side is up, and what it says where that is the usual one.
const ORIENTATION: u16 = 0x0112;
const UPRIGHT: u16 = 1;

/// W3C, Portable Network Graphics, section 5: chunks of length, kind, data and check sum.
pub fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let (head, mut rest) = bytes.split_at_checked(PNG_HEAD)?;
    let mut kept = head.to_vec();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let (chunk, behind) = rest.split_at_checked(length.checked_add(12)?)?;
        let (kind, data) = (chunk.get(4..8)?, chunk.get(8..8 + length)?);
        if PNG_PARTS.contains(&kind) {
            kept.extend(chunk);
        } else if kind == b"eXIf" {
            kept.extend(side_up(data).map(|exif| png_chunk(b"eXIf", &exif)).unwrap_or_default());
        }
        // What stands behind the end is no part of the picture.
        rest = if kind == b"IEND" { &[] } else { behind };
    }
    Some(kept)
}

fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind, data].concat();
    let length = u32::try_from(data.len()).unwrap_or_default().to_be_bytes();
    [&length[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

/// ITU-T T.81, annex B: segments up to the first scan, and what follows it.
pub fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..2)?.to_vec();
    let mut rest = bytes.get(2..)?;
    loop {
        let [0xff, marker, ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes(rest.get(2..4)?.try_into().ok()?));
        let (segment, behind) = rest.split_at_checked(length.checked_add(2)?)?;
        let data = segment.get(4..)?;
        match marker {
            0xda => {
                let end = memchr::memmem::find(rest, b"\xff\xd9").map_or(rest.len(), |end| end + 2);
                kept.extend(rest.get(..end)?);
                return Some(kept);
            }
            0xe1 => {
                let exif = data.strip_prefix(b"Exif\0\0").and_then(side_up);
                kept.extend(
                    exif.map(|exif| jpeg_segment(0xe1, &[b"Exif\0\0", &exif[..]].concat())).unwrap_or_default(),
                );
            }
            0xe2 if !data.starts_with(b"ICC_PROFILE\0") => {}
            // Adobe's says how colours are coded.
            0xe0 | 0xe2 | 0xee => kept.extend(segment),
            0xe3..=0xef | 0xfe => {}
            _ => kept.extend(segment),
        }
        rest = behind;
    }
}

fn jpeg_segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap_or_default().to_be_bytes();
    [&[0xff, marker][..], &length, data].concat()
}

/// RFC 9649, section 2: chunks of kind, length and data, filled up to an even length.
pub fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?) as usize;
    let mut rest = bytes.get(12..size.checked_add(8)?)?;
    let mut kept = Vec::with_capacity(bytes.len());
    let mut flags = None;
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?) as usize;
        let whole = length.checked_add(8)?.next_multiple_of(2).min(rest.len());
        let (chunk, behind) = rest.split_at_checked(whole)?;
        let (kind, data) = (chunk.get(..4)?, chunk.get(8..8 + length)?);
        match kind {
            b"XMP " => {}
            b"EXIF" => {
                let exif = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
                if let Some(exif) = side_up(exif) {
                    kept.extend([b"EXIF", &u32::try_from(exif.len()).ok()?.to_le_bytes()[..], &exif].concat());
                    *kept.get_mut(flags?)? |= WEBP_EXIF;
                }
            }
            b"VP8X" => {
                flags = Some(kept.len() + 8);
                kept.extend(chunk);
                *kept.get_mut(flags?)? &= !(WEBP_EXIF | WEBP_XMP);
            }
            _ => kept.extend(chunk),
        }
        rest = behind;
    }
    let size = u32::try_from(kept.len() + 4).ok()?.to_le_bytes();
    Some([b"RIFF", &size[..], b"WEBP", &kept].concat())
}

/// CompuServe, GIF 89a: blocks, of which comments and what applications add are left out, but for how often it is repeated.
pub fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut kept = bytes.get(..at)?.to_vec();
    loop {
        let start = at;
        match bytes.get(at)? {
            0x3b => {
                kept.push(0x3b);
                return Some(kept);
            }
            0x2c => {
                at += 10 + table(*bytes.get(at + 9)?) + 1;
                at = behind_blocks(bytes, at)?;
                kept.extend(bytes.get(start..at)?);
            }
            0x21 => {
                let kind = *bytes.get(at + 1)?;
                at = behind_blocks(bytes, at + 2)?;
                let block = bytes.get(start..at)?;
                let is_repeat = block.get(3..14).is_some_and(|name| name == b"NETSCAPE2.0" || name == b"ANIMEXTS1.0");
                if kind == 0xf9 || kind == 0x01 || (kind == 0xff && is_repeat) {
                    kept.extend(block);
                }
            }
            _ => return None,
        }
    }
}

/// Where a chain of blocks with their lengths ends.
fn behind_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

/// Exif that says which side is up and nothing else; `None` where that is the usual one (CIPA DC-008, section 4.6).
fn side_up(tiff: &[u8]) -> Option<Vec<u8>> {
    let is_little = tiff.starts_with(b"II");
    let two = |at: usize| {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let four = |at: usize| {
        let bytes = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) } as usize)
    };
    let directory = four(4)?;
    let entries = (0..usize::from(two(directory)?)).map(|number| directory + 2 + number * 12);
    let entry = entries.take_while(|at| at + 12 <= tiff.len()).find(|at| two(*at) == Some(ORIENTATION))?;
    let side = two(entry + 8).filter(|side| *side != UPRIGHT && (1..=8).contains(side))?;
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    exif.extend(side.to_be_bytes());
    exif.extend([0; 6]);
    Some(exif)
}
