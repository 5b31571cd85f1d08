//! A test double of Interactive Brokers' TWS and Gateway on a real socket.
//!
//! A test scripts a [`Gateway`], starts it, and points any client at its port. Clients that announce versions 213 to
//! 226 are spoken to in protobuf, clients that end at 178 in text; the versions between, where each message has its own
//! encoding, are never agreed on. Ids, tags and the order of messages are those that the clients `ibapi` (Rust) and
//! `ib_async` (Python) decode; that a real gateway sends the same is not proven here.
//!
//! `script` is what a test writes, `lines` the fills and holdings in it, `answers` what follows from it, `message` what
//! goes to and fro, `proto` and `text` its two encodings, `wire` the frames, `session` a connection, `running` the rest.

mod answers;
mod day;
mod lines;
mod message;
mod proto;
mod running;
mod script;
mod session;
mod text;
mod wire;

pub use lines::{Fill, Holding, Listing};
pub use message::{Kind, Request, ask};
pub use running::Running;
pub use script::{Behaviour, Gateway, Incident, When, Window};
