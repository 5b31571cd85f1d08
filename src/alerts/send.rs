//! Carrying a message away: ten seconds a try, three tries, and what a service says about its patience is obeyed.

pub mod forms;
pub mod http;
mod mail;
pub mod message;

use std::time::Duration;

use crate::collect::http::Backoff;
use crate::config::{Alert, Config, Service};
use crate::interrupt;
use crate::site_dir::SiteDir;
use message::Message;

/// How long one try may take.
pub const LIMIT: Duration = Duration::from_secs(10);

/// Three tries. A service that wants a longer wait is left alone until then.
const BACKOFF: Backoff = Backoff { attempts: 3, first: Duration::from_millis(500), longest: Duration::from_secs(15) };

/// Why a message did not arrive. The words hold no address, since an address may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What happened, and what to do.
    pub words: String,
    /// Whether the same may go well at once.
    pub is_temporary: bool,
    /// How long the service wants to be left alone.
    pub wait: Option<Duration>,
}

impl Refusal {
    /// One that will be the same again.
    pub fn last(words: impl Into<String>) -> Self {
        Self { words: words.into(), is_temporary: false, wait: None }
    }

    /// One that may not be the same again.
    pub fn passing(words: impl Into<String>) -> Self {
        Self { words: words.into(), is_temporary: true, wait: None }
    }
}

/// Sends a message, three times at most.
///
/// # Errors
/// Why it did not arrive.
pub fn send(alert: &Alert, config: &Config, site: &SiteDir, message: &Message) -> Result<(), Refusal> {
    tries(|| match alert.to {
        Some(Service::Email) => mail::send(alert, config, site, message),
        Some(service) => http::post(forms::request(service, alert, config, message)?),
        None => Err(Refusal::last("nothing says by which service it goes")),
    })
}

/// Does something up to three times, with waits in between.
fn tries(mut once: impl FnMut() -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut attempt = 1;
    loop {
        let Err(refusal) = once() else { return Ok(()) };
        let wait = BACKOFF.wait(attempt, refusal.wait).filter(|_| refusal.is_temporary && !interrupt::is_asked());
        let Some(wait) = wait else { return Err(refusal) };
        std::thread::sleep(wait);
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_tries_and_only_where_another_may_help() {
        let count = |refusal: Refusal| {
            let mut tries_made = 0;
            let failed = tries(|| {
                tries_made += 1;
                Err(refusal.clone())
            });
            assert_eq!(failed, Err(refusal.clone()));
            tries_made
        };
        assert_eq!(count(Refusal { wait: Some(Duration::ZERO), ..Refusal::passing("busy") }), 3);
        assert_eq!(count(Refusal::last("wrong address")), 1);
        let hour = Refusal { wait: Some(Duration::from_secs(3600)), ..Refusal::passing("too often") };
        assert_eq!(count(hour), 1, "an hour is not waited for here");
    }

    #[test]
    fn a_try_that_goes_well_is_the_last() {
        let mut tries_made = 0;
        let wait = Some(Duration::ZERO);
        let sent = tries(|| {
            tries_made += 1;
            if tries_made < 2 { Err(Refusal { wait, ..Refusal::passing("busy") }) } else { Ok(()) }
        });
        assert_eq!((sent, tries_made), (Ok(()), 2));
    }
}
