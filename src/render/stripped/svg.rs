//! Drawings: what is kept of their markup.

use std::path::Path;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesCData, BytesStart, BytesText, Event};
use quick_xml::reader::Reader;
use quick_xml::writer::Writer;

use super::requests;
use crate::render::links::as_browsers_read;
use crate::{Error, Place};

/// What editors call their own elements and attributes, and those that describe a drawing.
const OF_EDITORS: [&str; 9] = ["sodipodi", "inkscape", "rdf", "cc", "dc", "sketch", "serif", "figma", "xmpMM"];

/// Elements that run something, or bring a page or a style of their own.
const RUN: [&str; 8] = ["script", "handler", "iframe", "object", "embed", "link", "meta", "base"];

/// Elements that give another an attribute in time.
const MOVING: [&str; 5] = ["set", "animate", "animateColor", "animateMotion", "animateTransform"];

/// Why a drawing is not taken: what is in it that cannot be read might run.
#[derive(Debug)]
pub struct Fault {
    words: &'static str,
    cause: Option<String>,
    at: usize,
}

impl Fault {
    fn at(reader: &Reader<&[u8]>, words: &'static str, cause: Option<String>) -> Self {
        Self { words, cause, at: usize::try_from(reader.error_position()).unwrap_or(usize::MAX) }
    }

    /// As an error of the drawing's file.
    pub fn in_file(self, path: &Path, text: &[u8]) -> Error {
        let text = String::from_utf8_lossy(text);
        let cause = self.cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        Error::refused(format!("{}{cause}; so nothing says that it runs no script", self.words))
            .at(Place::offset(path, &text, self.at))
            .hint("save it once more as a plain SVG, or take a PNG of it")
    }
}

/// A drawing without comments, descriptions of its making, what editors remember in it, and scripts. `None` of one that has none
/// of them: it stays as it is written.
///
/// # Errors
/// What a strict reader does not understand, for a browser may.
pub fn drawing(text: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let text = std::str::from_utf8(text).map_err(|cause| Fault {
        words: "it is not UTF-8",
        cause: None,
        at: cause.valid_up_to(),
    })?;
    let mut reader = Reader::from_str(text);
    let mut writer = Writer::new(Vec::with_capacity(text.len()));
    // How deep inside all elements and inside one that is left out, and whether anything was.
    let (mut depth, mut outside, mut is_less) = (0_usize, 0_usize, false);
    let (mut is_style, mut is_drawing) = (false, false);
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let broken = |cause: String| Fault { words: BROKEN, cause: Some(cause), at: start };
        let event = reader.read_event().map_err(|cause| Fault::at(&reader, BROKEN, Some(cause.to_string())))?;
        match &event {
            Event::Start(element) | Event::Empty(element) if depth == 0 && element.local_name().as_ref() != "svg" => {
                return Err(Fault { words: NO_SVG, cause: None, at: start });
            }
            Event::Start(element) => {
                (depth, is_drawing) = (depth + 1, true);
                is_style = element.local_name().as_ref().eq_ignore_ascii_case("style");
            }
            Event::Empty(_) => is_drawing = true,
            Event::End(_) => (depth, is_style) = (depth.saturating_sub(1), false),
            Event::DocType(kind) if kind.contains('[') => {
                return Err(Fault { words: "it declares entities, which may hold anything", cause: None, at: start });
            }
            _ => {}
        }
        let kept = match event {
            Event::Eof if depth > 0 => return Err(broken("an element is never closed".to_owned())),
            Event::Eof if !is_drawing => return Err(Fault { words: NO_SVG, cause: None, at: 0 }),
            Event::Eof => return Ok(is_less.then(|| writer.into_inner())),
            Event::Comment(_) | Event::PI(_) => {
                is_less = true;
                continue;
            }
            Event::Start(element) if outside > 0 || is_left_out(&element) => {
                (outside, is_less) = (outside + 1, true);
                continue;
            }
            Event::End(_) if outside > 0 => {
                outside -= 1;
                continue;
            }
            Event::Empty(element) if outside > 0 || is_left_out(&element) => {
                is_less = true;
                continue;
            }
            Event::Start(element) => Event::Start(kept(&element, &mut is_less).map_err(broken)?),
            Event::Empty(element) => Event::Empty(kept(&element, &mut is_less).map_err(broken)?),
            _ if outside > 0 => continue,
            Event::Text(text) if is_style => match requests::style(&text) {
                Some(css) => {
                    is_less = true;
                    Event::Text(BytesText::from_escaped(css))
                }
                None => Event::Text(text),
            },
            Event::CData(text) if is_style => match requests::style(&text) {
                Some(css) => {
                    is_less = true;
                    Event::CData(BytesCData::new(css))
                }
                None => Event::CData(text),
            },
            other => other,
        };
        writer.write_event(kept).map_err(|cause| broken(cause.to_string()))?;
    }
}

const BROKEN: &str = "it is not well-formed XML";
const NO_SVG: &str = "it is no SVG";

fn is_left_out(element: &BytesStart) -> bool {
    let name = element.local_name();
    name.as_ref() == "metadata"
        || RUN.iter().any(|run| name.as_ref().eq_ignore_ascii_case(run))
        || is_of_editor(element.name().as_ref())
        || MOVING.iter().any(|moving| name.as_ref().eq_ignore_ascii_case(moving))
            && moves_a_script_or_request(element)
}

/// Whether what an element changes in time is what another runs, or fetches from elsewhere.
fn moves_a_script_or_request(element: &BytesStart) -> bool {
    let values: Vec<(String, String)> = element
        .attributes()
        .flatten()
        .filter_map(|found| {
            let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
            Some((found.key.as_ref().to_owned(), value.into_owned()))
        })
        .collect();
    let moved = values.iter().filter(|(name, _)| name.eq_ignore_ascii_case("attributeName"));
    moved.into_iter().any(|(_, moved)| {
        let of_moved = |value: &str| value.split(';').any(|value| requests::is_request("", moved.trim(), value));
        is_script(moved.trim(), "") || values.iter().any(|(_, value)| of_moved(value))
    })
}

fn is_of_editor(name: &str) -> bool {
    let prefix = name.strip_prefix("xmlns:").or_else(|| name.split_once(':').map(|(prefix, _)| prefix));
    prefix.is_some_and(|prefix| OF_EDITORS.contains(&prefix))
}

/// Whether an attribute runs something: `onload`, or `javascript:` as a link or as what an animation makes of one.
fn is_script(name: &str, value: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    local.starts_with("on") || as_browsers_read(value).contains("javascript:")
}

/// An element without the attributes of editors and those that run something; the error says which it does not understand.
fn kept(element: &BytesStart, is_less: &mut bool) -> Result<BytesStart<'static>, String> {
    let mut kept = BytesStart::new(element.name().as_ref().to_owned());
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|cause| cause.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|cause| cause.to_string())?;
        let name = attribute.key.as_ref();
        if is_script(name, &value)
            || is_of_editor(name)
            || requests::is_request(element.local_name().as_ref(), name, &value)
        {
            *is_less = true;
        } else if let Some(style) = requests::style(&value) {
            *is_less = true;
            kept.push_attribute((name, style.as_str()));
        } else {
            kept.push_attribute(attribute);
        }
    }
    Ok(kept)
}
