//! Reading the rows of a Flex statement: elements whose whole content is in their attributes.

use std::rc::Rc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use rust_decimal::Decimal;

use crate::collect::number;
use crate::collect::source::Source;
use crate::error::{Error, Place, Result};
use crate::record::Currency;

/// The attributes of an element in one piece of memory: statements have hundreds of thousands of rows with dozens each.
#[derive(Debug, Clone, Default)]
struct Attributes {
    /// Names and values one after another.
    text: String,
    /// Where each name starts, where its value does, and where that ends; by name.
    fields: Vec<[u32; 3]>,
}

impl Attributes {
    fn new(mut pairs: Vec<(String, String)>) -> Self {
        pairs.sort();
        let mut all = Self::default();
        let end = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        for (name, value) in pairs {
            let start = end(&all.text);
            all.text += &name;
            let middle = end(&all.text);
            all.text += &value;
            all.fields.push([start, middle, end(&all.text)]);
        }
        all.text.shrink_to_fit();
        all.fields.shrink_to_fit();
        all
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| self.pair(field))
    }

    fn pair(&self, [start, middle, end]: &[u32; 3]) -> (&str, &str) {
        let text = |from: &u32, to: &u32| self.text.get(*from as usize..*to as usize).unwrap_or_default();
        (text(start, middle), text(middle, end))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let at = self.fields.binary_search_by(|field| self.pair(field).0.cmp(name)).ok()?;
        self.fields.get(at).map(|field| self.pair(field).1)
    }
}

/// One element with its attributes and those of the statement around it.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The element's name.
    pub tag: String,
    source: &'a Source<'a>,
    offset: usize,
    attributes: Attributes,
    statement: Rc<Attributes>,
}

/// What brokers write where there is no value.
const NO_VALUE: [&str; 6] = ["", "-", "--", "N/A", "n/a", "MULTI"];

fn value<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name).map(str::trim).filter(|text| !NO_VALUE.contains(text))
}

impl Row<'_> {
    /// The text of an attribute; an absent one and a mark for "no value" are `None`.
    pub fn text(&self, name: &str) -> Option<&str> {
        value(&self.attributes, name)
    }

    /// The text of the first of these attributes that has one.
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    /// An attribute exactly as it is written.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)
    }

    /// The text of an attribute of the statement this row stands in.
    pub fn statement_attribute(&self, name: &str) -> Option<&str> {
        value(&self.statement, name)
    }

    /// The names and texts of all attributes that have a value.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().filter_map(|(name, _)| Some((name, self.text(name)?)))
    }

    /// The account, as the row or else its statement names it.
    pub fn account(&self) -> Option<&str> {
        self.text("accountId").or_else(|| self.statement_attribute("accountId"))
    }

    /// Whether the row adds up others: over accounts, or where single rows were asked for as well.
    pub fn is_summary(&self) -> bool {
        let summary = self.text("levelOfDetail").is_some_and(|level| level.eq_ignore_ascii_case("SUMMARY"));
        summary || self.raw("accountId").is_some_and(|account| account.trim() == "-")
    }

    /// The number in an attribute.
    ///
    /// # Errors
    /// An attribute that holds something else.
    pub fn decimal(&self, name: &str) -> Result<Option<Decimal>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        number::parse(text, '.').map(Some).map_err(|problem| self.error(format!("{name}: {problem}")))
    }

    /// The number in the first of these attributes that has one.
    ///
    /// # Errors
    /// None of them has one, or it is not a number.
    pub fn required_decimal(&self, names: &[&str]) -> Result<Decimal> {
        for name in names {
            if let Some(number) = self.decimal(name)? {
                return Ok(number);
            }
        }
        Err(self.missing(names.first().copied().unwrap_or_default()))
    }

    /// The currency in an attribute.
    ///
    /// # Errors
    /// An attribute that holds something else.
    pub fn currency(&self, name: &str) -> Result<Option<Currency>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|problem: String| self.error(format!("{name}: {problem}")))
    }

    /// An error about an attribute that has to have a value.
    pub fn missing(&self, name: &str) -> Error {
        Error::data(format!("this {} has no {name}", self.tag))
            .at(self.place())
            .hint(format!("include the field `{name}` in the Flex query and download the statement again"))
    }

    /// An error about this row.
    pub fn error(&self, message: impl Into<String>) -> Error {
        Error::data(message)
            .at(self.place())
            .hint("download the statement again; if it stays, correct the row. Nothing was imported")
    }

    /// Where the element starts.
    pub fn place(&self) -> Place {
        self.source.place(self.offset)
    }
}

/// A whole file: the `FlexStatement` elements and the rows in and around them.
#[derive(Debug, Default)]
pub struct Document<'a> {
    /// The statements' own attributes.
    pub statements: Vec<Row<'a>>,
    /// The rows of the kinds that were asked for, in the order of the file.
    pub rows: Vec<Row<'a>>,
    /// How many statements the file says it holds.
    pub announced: Option<usize>,
}

/// Reads the rows of the given kinds. Everything else in the file is passed over.
///
/// # Errors
/// A file that is no Flex statement, is cut off, or is not well-formed.
pub fn read<'a>(source: &'a Source<'a>, kinds: &[&str]) -> Result<Document<'a>> {
    let mut reader = Reader::from_str(source.text());
    let mut document = Document::default();
    let mut open: Vec<String> = Vec::new();
    let mut statement = Rc::new(Attributes::default());
    let mut closed = false;
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|error| {
            let at = usize::try_from(reader.error_position()).unwrap_or(offset);
            malformed(source, at, error)
        })?;
        let (start, is_empty) = match event {
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            Event::End(_) => {
                if open.pop().as_deref() == Some("FlexStatement") {
                    statement = Rc::default();
                }
                closed = open.is_empty();
                continue;
            }
            Event::Text(text) if open.is_empty() && !closed && !text.xml10_content().trim().is_empty() => {
                return Err(not_xml(source, offset));
            }
            // Statements hold elements alone: what else stands there was one.
            Event::Text(text) if !open.is_empty() && !text.xml10_content().trim().is_empty() => {
                return Err(damaged(source, offset));
            }
            Event::Eof => break,
            _ => continue,
        };
        let tag = start.name().as_ref().to_owned();
        if open.is_empty() {
            check_root(source, offset, &tag, closed)?;
        }
        let attributes = attributes(source, offset, &start)?;
        if tag == "FlexStatements" {
            document.announced = value(&attributes, "count").and_then(|count| count.parse().ok());
        }
        let is_statement = tag == "FlexStatement";
        if is_statement {
            statement = Rc::new(attributes.clone());
        }
        if is_statement || kinds.contains(&tag.as_str()) {
            let row = Row { tag: tag.clone(), source, offset, attributes, statement: Rc::clone(&statement) };
            if is_statement { document.statements.push(row) } else { document.rows.push(row) }
        }
        match (is_empty, is_statement) {
            (false, _) => open.push(tag),
            (true, true) => statement = Rc::default(),
            (true, false) => closed = open.is_empty(),
        }
    }
    match open.last() {
        Some(tag) => Err(cut_off(source, tag)),
        None if !closed => Err(not_xml(source, 0)),
        None => Ok(document),
    }
}

fn attributes(source: &Source, offset: usize, start: &BytesStart) -> Result<Attributes> {
    // One that has lost its end goes on into the next.
    if memchr::memchr(b'<', start.as_bytes()).is_some() {
        return Err(damaged(source, offset));
    }
    let mut pairs = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(source, offset, error.into()))?;
        let text =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| malformed(source, offset, error))?;
        pairs.push((attribute.key.as_ref().to_owned(), text.into_owned()));
    }
    Ok(Attributes::new(pairs))
}

/// Whether the outermost element is that of a Flex statement.
fn check_root(source: &Source, offset: usize, tag: &str, second: bool) -> Result<()> {
    let place = source.place(offset);
    if second {
        return Err(Error::data(format!("a second document, <{tag}>, follows after the end of the statement"))
            .at(place)
            .hint("put each statement into a file of its own; nothing was imported"));
    }
    match tag {
        "FlexQueryResponse" => Ok(()),
        "FlexStatementResponse" => Err(refusal(source, place)),
        _ if tag.eq_ignore_ascii_case("html") => Err(Error::data("this is a web page, not a Flex statement")
            .at(place)
            .hint("run the Flex query with the format XML and save the file it offers")),
        _ => {
            Err(Error::data(format!("this is not a Flex statement: it starts with <{tag}>, not <FlexQueryResponse>"))
                .at(place)
                .hint("run an Activity or Trade Confirmation Flex query with the format XML"))
        }
    }
}

/// The web service's own answer, saved in place of a statement.
fn refusal(source: &Source, place: Place) -> Error {
    let between = |tag: &str| {
        let (_, rest) = source.text().split_once(&format!("<{tag}>"))?;
        rest.split_once('<').map(|(text, _)| text.trim()).filter(|text| !text.is_empty())
    };
    let message = match (between("ErrorCode"), between("ErrorMessage")) {
        (Some(code), Some(words)) => format!("the Flex web service answered with error {code}: {words}"),
        (Some(code), None) => format!("the Flex web service answered with error {code}"),
        _ => "this is an answer of the Flex web service, not a statement".to_owned(),
    };
    Error::data(message).at(place).hint("request the statement again, a little later, and save the file that follows")
}

fn not_xml(source: &Source, offset: usize) -> Error {
    let skipped = source.text().get(offset..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    Error::data("this is not XML")
        .at(source.place(offset + skipped))
        .hint("set the format of the Flex query to XML and download the statement again")
}

fn malformed(source: &Source, offset: usize, cause: quick_xml::Error) -> Error {
    damaged(source, offset).because(cause)
}

fn damaged(source: &Source, offset: usize) -> Error {
    Error::data("the file is cut off or damaged here")
        .at(source.place(offset))
        .hint("download the statement again; nothing was imported")
}

fn cut_off(source: &Source, tag: &str) -> Error {
    Error::data(format!("the file ends before </{tag}>"))
        .at(source.place(source.text().len()))
        .hint("download the statement again; nothing was imported")
}
