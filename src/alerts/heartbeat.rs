//! A sign of life to a service outside: only something outside notices that this computer is off.

use reqwest::Url;

use super::send::{Refusal, http};
use crate::config::{Config, is_secure};

/// Under this name `[secrets]` has the address.
pub const NAME: &str = "heartbeat";

/// Asks the address after a good run, and the same with `/fail` after a bad one. Nothing where there is none.
///
/// # Errors
/// What kept the sign from arriving. It never holds the address.
pub fn beat(config: &Config, is_good: bool) -> Result<(), Refusal> {
    let Some(secret) = config.secret(NAME) else { return Ok(()) };
    let wrong = || {
        Refusal::last(
            "the heartbeat's address must start with https://; correct `[secrets] heartbeat` in config/local.toml",
        )
    };
    let mut url =
        Some(secret.expose()).filter(|url| is_secure(url)).and_then(|url| Url::parse(url).ok()).ok_or_else(wrong)?;
    if !is_good {
        url.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().push("fail");
    }
    http::ask(url)
}
