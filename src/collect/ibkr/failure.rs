//! What can go wrong between this program and a gateway, in words a person can act on.

use std::fmt;
use std::io::ErrorKind;

use crate::config::Ibkr;
use crate::error::Error;

/// What speaks the protocol used here. Server version 219 came with TWS 10.43 (the notes of the crate `ibapi`).
const NEEDED: &str = "server version 213 is needed, which every TWS and Gateway from 10.43 on has";

/// Why a connection did not come about.
#[derive(Debug)]
pub enum Refusal {
    /// The other side said so, or nobody is there.
    Said(ibapi::Error),
    /// The other side took the connection and stayed silent.
    Mute,
}

impl Refusal {
    /// Whether trying again cannot help.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Said(ibapi::Error::ServerVersion(..) | ibapi::Error::InvalidArgument(_)))
    }

    /// The refusal as an error with what to do.
    pub fn in_words(self, settings: &Ibkr, attempts: u32) -> Error {
        use crate::error::ErrorKind::{Busy, Network, Refused};
        let place = format!("{}:{}", settings.host, settings.port);
        let tries = if attempts == 1 { String::new() } else { format!(" ({attempts} attempts)") };
        let error = |kind, message: String| Error::new(kind, format!("{message}{tries}"));
        match self {
            Self::Mute => error(Network, format!("{place} accepts the connection and says nothing")).hint(
                "look at TWS or Gateway: it may be waiting for a log-in or show a dialog that asks to allow this \
                 connection",
            ),
            Self::Said(ibapi::Error::ClientIdInUse { client_id }) => {
                error(Busy, format!("another program is connected to {place} with client id {client_id}"))
                    .hint("end it, or set `[ibkr] client_id` to another number")
            }
            Self::Said(ibapi::Error::ServerVersion(_, found, _)) => {
                error(Refused, format!("the gateway at {place} is too old: it has server version {found}"))
                    .hint(format!("update TWS or Gateway: {NEEDED}"))
            }
            Self::Said(cause) if is_rejected(&cause) => {
                error(Refused, format!("{place} closes the connection before it is set up")).because(cause).hint(
                    "in TWS or Gateway under API > Settings, enable socket clients (Read-Only API may stay on) and \
                     trust this computer's address",
                )
            }
            Self::Said(cause) if is_nobody(&cause) => error(Network, format!("nothing listens at {place}"))
                .because(cause)
                .hint("start TWS or Gateway and log in; `[ibkr] port` must be the one under API > Settings"),
            Self::Said(cause) => error(Network, format!("cannot connect to {place}"))
                .because(cause)
                .hint("see whether TWS or Gateway is running, logged in and reachable"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mute => f.write_str("no answer"),
            Self::Said(error) => write!(f, "{error}"),
        }
    }
}

fn is_rejected(error: &ibapi::Error) -> bool {
    match error {
        ibapi::Error::ConnectionRejected(_) | ibapi::Error::ConnectionReset => true,
        ibapi::Error::Io(cause) => {
            matches!(
                cause.kind(),
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof
            )
        }
        _ => false,
    }
}

fn is_nobody(error: &ibapi::Error) -> bool {
    matches!(error, ibapi::Error::Io(cause) if cause.kind() == ErrorKind::ConnectionRefused)
}

/// A question that the gateway did not answer.
pub fn question(what: &str, cause: ibapi::Error, settings: &Ibkr) -> Error {
    match &cause {
        ibapi::Error::ConnectionFailed | ibapi::Error::Shutdown => does_not_hold(what, settings).because(cause),
        ibapi::Error::Timeout => no_answer(what, settings),
        _ => Error::network(format!("the gateway does not report {what}"))
            .because(cause)
            .hint("nothing was written; look at TWS or Gateway, then run this again"),
    }
}

/// A question that stayed without an answer for too long.
pub fn no_answer(what: &str, settings: &Ibkr) -> Error {
    Error::network(format!("the gateway was asked for {what} and did not answer within {} s", settings.timeout_s))
        .hint("nothing was written; look at TWS or Gateway, raise `[ibkr] timeout_s`, then run this again")
}

/// A connection that drops again and again.
pub fn does_not_hold(what: &str, settings: &Ibkr) -> Error {
    let place = format!("{}:{}", settings.host, settings.port);
    Error::network(format!("the connection to {place} does not hold long enough to read {what}"))
        .hint("nothing was written; wait until TWS or Gateway is connected to IBKR again, then run this again")
}
