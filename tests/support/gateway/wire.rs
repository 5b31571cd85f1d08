//! Frames, the greeting, and which encoding a connection speaks.

use std::io::{self, Read};

use super::message::{Message, Request};
use super::{proto, text};

/// The last version whose text the gateway writes.
const LAST_TEXT: i32 = 178;
/// The first version in which every message is protobuf. Between the two each message has its own encoding.
const FIRST_PROTOBUF: i32 = 213;

/// How the messages of a connection are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Encoding {
    Text(i32),
    Protobuf,
    /// The client asked for versions that this server does not have.
    Neither,
}

/// The versions that a client announces: `API\0`, then a frame with `v213..226`, and options after a space.
pub fn greeting(stream: &mut impl Read) -> io::Result<(i32, i32)> {
    let mut start = [0; 4];
    stream.read_exact(&mut start)?;
    let frame = frame(stream)?.unwrap_or_default();
    let range = String::from_utf8_lossy(&frame).into_owned();
    let versions = range.strip_prefix('v').and_then(|rest| rest.split(' ').next()?.split_once(".."));
    match versions.map(|(min, max)| (min.parse(), max.parse())) {
        Some((Ok(min), Ok(max))) if &start == b"API\0" => Ok((min, max)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, format!("a greeting: {start:?} {range:?}"))),
    }
}

/// The version both sides speak, and how: the lower of what they know, and never a text that is not known here.
pub fn agree(server: i32, (min, max): (i32, i32)) -> (i32, Encoding) {
    let known = server.min(max);
    let version = if (LAST_TEXT..=200).contains(&known) { LAST_TEXT } else { known };
    let encoding = match version {
        version if version < min => Encoding::Neither,
        version if version <= LAST_TEXT => Encoding::Text(version),
        version if version >= FIRST_PROTOBUF => Encoding::Protobuf,
        _ => Encoding::Neither,
    };
    (version, encoding)
}

/// The next frame of a stream, or `None` at its end.
pub fn frame(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match stream.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut body = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut body)?;
    Ok(Some(body))
}

/// A body with its length before it.
pub fn framed(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_be_bytes()[..], body].concat()
}

impl Encoding {
    pub fn body(self, message: &Message) -> Vec<u8> {
        match self {
            Self::Text(version) => text::body(message, version),
            _ => proto::body(message),
        }
    }

    /// A body that pretends to be of this message and is not.
    pub fn spoilt(self, message: &Message) -> Vec<u8> {
        let id = message.kind() as i32;
        match self {
            Self::Text(_) => text::spoilt(id),
            _ => proto::tagged(id, &[0xff; 24]),
        }
    }

    pub fn request(self, body: &[u8]) -> Request {
        match self {
            Self::Text(_) => text::request(body),
            _ => proto::request(body),
        }
    }
}
