//! What the Flex web service answers when it does not answer with a statement.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

use crate::error::ErrorKind;

/// The service's own words: a reference to fetch the statement with, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// `Success`, `Warn` or `Fail`.
    pub status: String,
    /// The number under which the statement can be fetched.
    pub reference: Option<String>,
    /// Where the service says it can be fetched.
    pub address: Option<String>,
    /// Why not.
    pub code: Option<u32>,
    /// Why not, in words.
    pub message: String,
}

/// What an answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A statement.
    Statement,
    /// The service's words.
    Reply(Reply),
    /// Neither.
    Other,
}

/// Tells a statement from a reply. Names of elements are read in any case, because the service has used several.
pub fn read(bytes: &[u8]) -> Content {
    let Ok(text) = std::str::from_utf8(bytes) else { return Content::Other };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut reply, mut name, mut words) = (None::<Reply>, String::new(), String::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                name = start.local_name().as_ref().to_ascii_lowercase();
                words.clear();
                match name.as_str() {
                    "flexqueryresponse" => return Content::Statement,
                    "flexstatementresponse" => reply = Some(Reply::default()),
                    _ if reply.is_none() => return Content::Other,
                    _ => {}
                }
            }
            // A text with entities comes in parts.
            Ok(Event::Text(text)) => words.push_str(&text),
            Ok(Event::CData(text)) => words.push_str(&text),
            Ok(Event::GeneralRef(entity)) => words.push_str(&character(&entity)),
            Ok(Event::End(_)) => {
                if let Some(reply) = &mut reply {
                    reply.hear(&name, words.trim());
                }
                name.clear();
                words.clear();
            }
            Ok(Event::Eof) => return reply.map_or(Content::Other, Content::Reply),
            Ok(_) => {}
            Err(_) => return Content::Other,
        }
    }
}

/// What an entity stands for; one that is not known stands for itself.
fn character(entity: &BytesRef) -> String {
    match (entity.resolve_char_ref(), resolve_predefined_entity(entity)) {
        (Ok(Some(letter)), _) => letter.to_string(),
        (_, Some(text)) => text.to_owned(),
        _ => format!("&{};", &**entity),
    }
}

/// Words of the service as a terminal may show them: what would steer it is left out.
fn harmless(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

impl Reply {
    fn hear(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        match name {
            "status" => self.status = text.to_owned(),
            "referencecode" => self.reference = Some(text.to_owned()),
            "url" => self.address = Some(text.to_owned()),
            "errorcode" => self.code = text.parse().ok(),
            "errormessage" => self.message = harmless(text),
            _ => {}
        }
    }
}

/// What to do about a code of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The statement is being made: ask for the same reference again.
    Working,
    /// Ask again after growing pauses.
    Later,
    /// Too many questions: leave it alone for a minute.
    Busy,
    /// Asking again does not help; what kind of trouble it is, and what to do instead.
    Final(ErrorKind, &'static str),
}

/// The table of IBKR's codes.
pub fn verdict(code: u32) -> Verdict {
    use ErrorKind::{Configuration, Network, Refused};
    match code {
        1019 => Verdict::Working,
        1001 | 1004..=1009 | 1021 => Verdict::Later,
        1018 => Verdict::Busy,
        1003 => Verdict::Final(Network, "there is no statement for this period now; try again tomorrow"),
        1010 => {
            Verdict::Final(Refused, "make the query again as an Activity Flex Query; old ones are no longer served")
        }
        1011 => Verdict::Final(Refused, "switch on the Flex Web Service in Client Portal under Flex Queries"),
        1012 => Verdict::Final(
            Refused,
            "make a new token in Client Portal under Flex Queries, and put it into config/local.toml",
        ),
        1013 => Verdict::Final(Refused, "the token allows other addresses only; make one that allows this computer"),
        1014 => {
            Verdict::Final(Configuration, "correct `[flex] query_id`: the number beside the query in Client Portal")
        }
        1015 => {
            Verdict::Final(Refused, "correct `[flex] token` in config/local.toml; a new token ends the one before")
        }
        1016 => Verdict::Final(Configuration, "see in Client Portal whether the query is for this account"),
        1017 => Verdict::Final(Network, "run this again"),
        _ => Verdict::Final(Refused, "see the code in IBKR's documentation of the Flex Web Service"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_and_statements_are_told_apart() {
        let good = b"<FlexStatementResponse timestamp='13 October, 2020 04:17 AM EDT'>\n<Status>Success</Status>\n\
            <ReferenceCode>123</ReferenceCode>\n<url>https://x/y</url></FlexStatementResponse>";
        let Content::Reply(reply) = read(good) else { panic!("no reply") };
        assert_eq!((reply.status.as_str(), reply.reference.as_deref()), ("Success", Some("123")));
        assert_eq!(reply.address.as_deref(), Some("https://x/y"));
        let bad = b"<?xml version='1.0'?><FlexStatementResponse><Status>Warn</Status><ErrorCode>1019</ErrorCode>\
            <ErrorMessage>Statement generation in progress.</ErrorMessage></FlexStatementResponse>";
        let Content::Reply(reply) = read(bad) else { panic!("no reply") };
        assert_eq!((reply.code, reply.message.as_str()), (Some(1019), "Statement generation in progress."));
        assert_eq!(read(b"<FlexQueryResponse queryName=\"x\" type=\"AF\">"), Content::Statement);
        assert_eq!(read(b"<html><body>Access denied</body></html>"), Content::Other);
        assert_eq!(read(b"\xff\xfe"), Content::Other);
        assert_eq!(read(b""), Content::Other);
    }

    #[test]
    fn words_are_read_whole_and_steer_no_terminal() {
        let text = "<FlexStatementResponse><Url>https://x/y?a=1&amp;b=2</Url><ErrorMessage>he said &quot;no&quot; &amp; left&#46; \u{1b}[31mred</ErrorMessage></FlexStatementResponse>";
        let Content::Reply(reply) = read(text.as_bytes()) else { panic!("no reply") };
        assert_eq!(reply.message, "he said \"no\" & left.  [31mred");
        assert_eq!(reply.address.as_deref(), Some("https://x/y?a=1&b=2"));
    }

    #[test]
    fn every_code_has_its_verdict() {
        for code in [1001, 1004, 1005, 1006, 1007, 1008, 1009, 1021] {
            assert_eq!(verdict(code), Verdict::Later);
        }
        assert_eq!((verdict(1018), verdict(1019)), (Verdict::Busy, Verdict::Working));
        for code in [1003, 1010, 1012, 1015, 1020, 9999] {
            assert!(matches!(verdict(code), Verdict::Final(..)), "{code}");
        }
    }
}
