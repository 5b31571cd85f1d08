//! Pictures without what cameras and editors write into them about their owner: places, times, devices, names, paths.
//! Colour profiles stay, and which side is up.

mod raster;
mod requests;
mod svg;

use std::path::Path;

use crate::{Error, Place, Result};

/// The kinds of pictures that are dots, each with its endings.
const KINDS: [(&str, &[&str]); 4] =
    [("PNG", &["png"]), ("JPEG", &["jpg", "jpeg"]), ("WebP", &["webp"]), ("GIF", &["gif"])];

/// A picture without what it does not take to show it.
///
/// # Errors
/// One that cannot be taken apart: browsers show some of these all the same, with whatever is in them. One that is not what its
/// name says.
pub fn stripped(path: &Path, content: Vec<u8>) -> Result<Vec<u8>> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if ending == "svg" {
        return Ok(svg::drawing(&content).map_err(|fault| fault.in_file(path, &content))?.unwrap_or(content));
    }
    let (kind, without) = match content.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => ("PNG", raster::png(&content)),
        [0xff, 0xd8, ..] => ("JPEG", raster::jpeg(&content)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ("WebP", raster::webp(&content)),
        [b'G', b'I', b'F', b'8', ..] => ("GIF", raster::gif(&content)),
        [] => return Err(refused("the picture is empty".to_owned(), path)),
        _ => return Err(refused(format!("its name ends in .{ending}, and it is no picture"), path)),
    };
    if !KINDS.iter().any(|(of, endings)| *of == kind && endings.contains(&ending.as_str())) {
        return Err(Error::refused(format!("its name ends in .{ending}, and it is a {kind}"))
            .at(Place::file(path))
            .hint("give it the ending of what it is"));
    }
    without.ok_or_else(|| {
        let damage =
            format!("it is a damaged {kind}, so that what a camera or an editor wrote into it cannot be taken out");
        refused(damage, path)
    })
}

fn refused(message: String, path: &Path) -> Error {
    Error::refused(message).at(Place::file(path)).hint("save it again, or delete it")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "account DU0000000 of /home/alice";

    fn strip(name: &str, content: &[u8]) -> Vec<u8> {
        stripped(Path::new(name), content.to_vec()).unwrap()
    }

    fn refused(name: &str, content: &[u8]) -> String {
        let error = stripped(Path::new(name), content.to_vec()).unwrap_err();
        format!("{}: {}", error.place().unwrap(), error.message())
    }

    fn has(content: &[u8], part: &[u8]) -> bool {
        memchr::memmem::find(content, part).is_some()
    }

    /// Exif in the order of bytes that Motorola's have, with a text and an orientation.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
        tiff.extend(SECRET.as_bytes());
        tiff
    }

    fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], kind, data, &[0; 4]].concat()
    }

    #[test]
    fn a_png_keeps_its_profile_and_its_side() {
        let (head, data, end) =
            (png_chunk(b"IHDR", &[0; 13]), png_chunk(b"IDAT", b"pixels"), png_chunk(b"IEND", b""));
        let texts = [
            png_chunk(b"tEXt", SECRET.as_bytes()),
            png_chunk(b"zTXt", b"Comment\0\0xyz"),
            png_chunk(b"eXIf", &exif(6)),
        ];
        let picture = [
            b"\x89PNG\r\n\x1a\n",
            &head[..],
            &png_chunk(b"iCCP", b"profile"),
            &texts.concat(),
            &data,
            &end,
            SECRET.as_bytes(),
        ]
        .concat();
        let left = strip("a.png", &picture);
        assert!(
            !has(&left, SECRET.as_bytes()) && !has(&left, b"zTXt") && has(&left, b"profile") && has(&left, b"pixels")
        );
        let exif = memchr::memmem::find(&left, b"eXIf").unwrap();
        assert_eq!(&left[exif + 4..exif + 30], b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0");
        assert_eq!(strip("a.png", &left), left);
        assert!(refused("a.png", &picture[..40]).starts_with("a.png: it is a damaged PNG"));
    }

    #[test]
    fn a_picture_is_what_its_name_says() {
        assert_eq!(refused("a.png", b""), "a.png: the picture is empty");
        assert_eq!(refused("b/a.PNG", b"<html>"), "b/a.PNG: its name ends in .png, and it is no picture");
        assert_eq!(refused("a.jpg", b"\x89PNG\r\n\x1a\n"), "a.jpg: its name ends in .jpg, and it is a PNG");
        assert_eq!(refused("a.webp", b"GIF89a"), "a.webp: its name ends in .webp, and it is a GIF");
        for words in ["", "words", "<html><svg/></html>"] {
            assert!(refused("a.svg", words.as_bytes()).contains("it is no SVG"), "{words}");
        }
    }

    #[test]
    fn a_jpeg_loses_what_is_of_its_camera() {
        let segment = |marker: u8, data: &[u8]| {
            let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
            [&[0xff, marker][..], &length, data].concat()
        };
        let app1 = segment(0xe1, &[b"Exif\0\0", &exif(3)[..]].concat());
        let parts = [
            vec![0xff, 0xd8],
            segment(0xe0, b"JFIF\0"),
            app1,
            segment(0xe1, SECRET.as_bytes()),
            segment(0xe2, b"ICC_PROFILE\0\x01\x01icc"),
            segment(0xfe, SECRET.as_bytes()),
            segment(0xdb, b"table"),
            segment(0xda, b"scan"),
            b"pixels\xff\x00\xff\xd9".to_vec(),
            SECRET.as_bytes().to_vec(),
        ];
        let left = strip("a.jpg", &parts.concat());
        assert!(!has(&left, SECRET.as_bytes()), "{left:?}");
        assert!(has(&left, b"icc") && has(&left, b"table") && left.ends_with(b"pixels\xff\x00\xff\xd9"));
        assert!(has(&left, b"Exif\0\0MM\0*") && has(&left, b"\x01\x12\0\x03\0\0\0\x01\0\x03"));
        assert_eq!(strip("a.jpg", &left), left);
    }

    #[test]
    fn a_webp_and_a_gif_are_shown_as_before() {
        let chunk = |kind: &[u8; 4], data: &[u8]| {
            let mut chunk = [&kind[..], &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat();
            chunk.resize(chunk.len().next_multiple_of(2), 0);
            chunk
        };
        let chunks = [
            chunk(b"VP8X", &[0x2c, 0, 0, 0, 1, 0, 0, 1, 0, 0]),
            chunk(b"ICCP", b"icc"),
            chunk(b"VP8 ", b"pixels"),
            chunk(b"XMP ", SECRET.as_bytes()),
        ]
        .concat();
        let size = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
        let left = strip("a.webp", &[b"RIFF", &size[..], b"WEBP", &chunks].concat());
        assert!(!has(&left, SECRET.as_bytes()) && has(&left, b"icc") && has(&left, b"pixels"));
        assert_eq!(left[20], 0x20, "nothing says that there is Exif or XMP");
        assert_eq!(u32::from_le_bytes(left[4..8].try_into().unwrap()) as usize, left.len() - 8);

        let comment = [&[0x21, 0xfe, 32][..], SECRET.as_bytes(), &[0]].concat();
        let gif = [
            b"GIF89a\x01\0\x01\0\0\0\0".as_slice(),
            b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
            &comment,
            b",\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;",
        ]
        .concat();
        let left = strip("a.gif", &gif);
        assert!(
            !has(&left, SECRET.as_bytes()) && has(&left, b"NETSCAPE2.0") && left.ends_with(b"L\x01\0;"),
            "{left:?}"
        );
    }

    #[test]
    fn a_drawing_keeps_what_is_drawn() {
        let drawing = "<?xml version=\"1.0\"?><!-- made by alice --><svg xmlns=\"http://www.w3.org/2000/svg\" \
            xmlns:sodipodi=\"x\" sodipodi:docname=\"/home/alice/a.svg\" viewBox=\"0 0 1 1\"><metadata><a>alice</a></metadata>\
            <sodipodi:namedview id=\"n\"/><title>A &amp; B</title><path inkscape:label=\"alice\" d=\"M0 0\"/></svg>";
        let left = String::from_utf8(strip("a.svg", drawing.as_bytes())).unwrap();
        assert_eq!(
            left,
            "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><title>A &amp; B</title><path d=\"M0 0\"/></svg>"
        );
        let script = "<svg onload=\"alert(1)\"><script>alert(1)</script><svg:script href=\"x\"/><a href=\"java&#10;script:alert(1)\" id=\"a\"><path d=\"M0 0\"/></a></svg>";
        assert_eq!(strip("a.svg", script.as_bytes()), b"<svg><a id=\"a\"><path d=\"M0 0\"/></a></svg>");
        for (drawing, words) in [
            ("<svg>\n<script>alert(1)</script><broken", "a.svg:2:26: it is not well-formed XML"),
            ("<svg>\n<a b='1' b='2'/></svg>", "a.svg:2:1: it is not well-formed XML"),
            ("<svg><g></svg>", "a.svg:1:9: it is not well-formed XML"),
            ("<svg><metadata></svg>", "a.svg:1:16: it is not well-formed XML"),
            ("<svg><g>", "a.svg:1:9: it is not well-formed XML"),
            ("<!DOCTYPE svg [<!ENTITY a \"<script/>\">]><svg>&a;</svg>", "a.svg:1:1: it declares entities"),
        ] {
            let said = refused("a.svg", drawing.as_bytes());
            assert!(said.starts_with(words), "{drawing}: {said}");
        }
        assert!(refused("a.svg", b"<svg>\xff</svg>").starts_with("a.svg:1:6: it is not UTF-8"));
        let moved =
            "<svg><a><set attributeName=\"href\" to=\"javascript:x\"/></a><iframe srcdoc=\"x\"><p/></iframe></svg>";
        assert_eq!(strip("a.svg", moved.as_bytes()), b"<svg><a><set attributeName=\"href\"/></a></svg>");
        let pulled = "<svg xmlns:xlink='x'><style>@import url(https://a.b/c.css);a{fill:red}b{fill:url( '//a.b/c' )}</style>\
            <image href='https://a.b/c.png' x='1'/><use xlink:href=' //a.b/c#d'/><feImage href='HTTP://a.b'/>\
            <image href='data:image/svg+xml,x'/><image href='data:image/png;base64,AA=='/><use href='#d'/>\
            <a href='https://a.b'><path style='fill:url(https://a.b/c#d);stroke:red' fill='url(#d)' stroke='url(http://a.b)'/></a>\
            <set attributeName='onclick' to='x'/><animate attributeName='xlink:href' values='https://a.b'></animate></svg>";
        assert_eq!(
            String::from_utf8(strip("a.svg", pulled.as_bytes())).unwrap().replace('"', "'"),
            "<svg xmlns:xlink='x'><style>a{fill:red}b{fill:none}</style><image x='1'/><use/><feImage/><image/>\
             <image href='data:image/png;base64,AA=='/><use href='#d'/><a href='https://a.b'><path \
             style='fill:none;stroke:red' fill='url(#d)' stroke='none'/></a></svg>"
        );
        let styled = "<svg><style><![CDATA[@import 'https://a.b/c.css';a{fill:url(#d)}]]></style></svg>";
        assert_eq!(strip("a.svg", styled.as_bytes()), b"<svg><style><![CDATA[a{fill:url(#d)}]]></style></svg>");
        assert_eq!(strip("a.svg", b"<svg a='1'/>"), b"<svg a='1'/>", "what needs nothing stays as it is written");
    }
}
