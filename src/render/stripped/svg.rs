//! Drawings: what is kept of their markup.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use quick_xml::writer::Writer;

/// What editors call their own elements and attributes, and those that describe a drawing.
const OF_EDITORS: [&str; 9] = ["sodipodi", "inkscape", "rdf", "cc", "dc", "sketch", "serif", "figma", "xmpMM"];

/// A drawing without comments, descriptions of its making, what editors remember in it, and scripts. `None` of one that has none
/// of them: it stays as it is written.
pub fn drawing(text: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::from_str(std::str::from_utf8(text).ok()?);
    let mut writer = Writer::new(Vec::with_capacity(text.len()));
    // How deep inside something that is left out, and whether anything was.
    let (mut outside, mut is_less) = (0_usize, false);
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return (outside == 0 && is_less).then(|| writer.into_inner()),
            Event::Comment(_) | Event::PI(_) => is_less = true,
            Event::Start(element) if outside > 0 || is_left_out(&element) => (outside, is_less) = (outside + 1, true),
            Event::End(_) if outside > 0 => outside -= 1,
            Event::Empty(element) if outside > 0 || is_left_out(&element) => is_less = true,
            Event::Start(element) => writer.write_event(Event::Start(kept(&element, &mut is_less)?)).ok()?,
            Event::Empty(element) => writer.write_event(Event::Empty(kept(&element, &mut is_less)?)).ok()?,
            other if outside == 0 => writer.write_event(other).ok()?,
            _ => {}
        }
    }
}

fn is_left_out(element: &BytesStart) -> bool {
    let name = element.local_name();
    name.as_ref() == "metadata"
        || name.as_ref().eq_ignore_ascii_case("script")
        || is_of_editor(element.name().as_ref())
}

fn is_of_editor(name: &str) -> bool {
    let prefix = name.strip_prefix("xmlns:").or_else(|| name.split_once(':').map(|(prefix, _)| prefix));
    prefix.is_some_and(|prefix| OF_EDITORS.contains(&prefix))
}

/// Whether an attribute runs something: `onload`, or a link to `javascript:`.
fn is_script(name: &str, value: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let target: String = value.chars().filter(|letter| !letter.is_whitespace()).collect();
    local.starts_with("on") || (local == "href" && target.to_ascii_lowercase().starts_with("javascript:"))
}

/// An element without the attributes of editors and those that run something.
fn kept(element: &BytesStart, is_less: &mut bool) -> Option<BytesStart<'static>> {
    let mut kept = BytesStart::new(element.name().as_ref().to_owned());
    for attribute in element.attributes() {
        let attribute = attribute.ok()?;
        let runs = is_script(attribute.key.as_ref(), &attribute.normalized_value(XmlVersion::Implicit1_0).ok()?);
        if runs || is_of_editor(attribute.key.as_ref()) {
            *is_less = true;
        } else {
            kept.push_attribute(attribute);
        }
    }
    Some(kept)
}
