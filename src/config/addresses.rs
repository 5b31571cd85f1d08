//! What an address in the configuration must be: of the web, safe for secrets, or on this computer.

use std::net::IpAddr;

use reqwest::Url;

/// Whether an address is on this computer, by the host that is asked, whatever the text looks like.
pub fn is_loopback(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

/// Whether a secret may be sent to an address: nobody on the way can read it.
pub fn is_secure(url: &str) -> bool {
    url.starts_with("https://") && Url::parse(url).is_ok_and(|url| url.has_host()) || is_loopback(url)
}

/// What a valid address looks like.
pub(super) const ADDRESS: &str = "it must start with https:// or http:// and a host, and hold no spaces, quotes, `?` or `#`, and no name of a user before the host";

/// Whether links can be made by appending a path to this address. What stands before an `@` would hide the host from readers.
pub fn is_base_url(url: &str) -> bool {
    let is_whole = !url.contains(|c: char| c.is_whitespace() || "\"'<>?#".contains(c));
    is_whole
        && Url::parse(url).is_ok_and(|parsed| {
            let is_web =
                matches!(parsed.scheme(), "http" | "https") && url.starts_with(&format!("{}://", parsed.scheme()));
            let has_host = parsed.host_str().is_some_and(|host| !host.is_empty())
                && !url.split("://").nth(1).unwrap_or_default().starts_with('/');
            is_web && has_host && parsed.username().is_empty() && parsed.password().is_none()
        })
}

/// Whether a text is a `tag:` URI (RFC 4151), as far as it matters: an owner, a date, and nothing that XML would have to escape.
pub(super) fn is_feed_id(text: &str) -> bool {
    let rest = text.strip_prefix("tag:").and_then(|rest| rest.split_once(','));
    rest.is_some_and(|(owner, rest)| !owner.is_empty() && rest.starts_with(|c: char| c.is_ascii_digit()))
        && text.chars().all(|c| c.is_ascii_graphic() && !"\"'<>&".contains(c))
}
