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
    Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host()) || is_loopback(url)
}

/// What a valid address looks like.
pub(super) const ADDRESS: &str = "it must start with https:// or http:// and a host, and hold no spaces, quotes, `?` or `#`, and no name of a user before the host";

/// Whether links can be made by appending a path to this address. What stands before an `@` would hide the host from readers.
pub fn is_base_url(url: &str) -> bool {
    let is_whole = !url.contains(|c: char| c.is_whitespace() || "\"'<>?#".contains(c));
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    is_whole
        && is_web
        && !rest.starts_with('/')
        && Url::parse(url).is_ok_and(|parsed| {
            parsed.host_str().is_some_and(|host| !host.is_empty())
                && parsed.username().is_empty()
                && parsed.password().is_none()
        })
}

/// Such an address as it is written on the site: ending in `/`, and without capitals where they say nothing.
pub fn as_base_url(url: &str) -> String {
    let host = url.find("://").map_or(0, |colon| colon + "://".len());
    let path = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |slash| host + slash);
    let (origin, path) = url.split_at(path);
    let end = if path.ends_with('/') { "" } else { "/" };
    format!("{}{path}{end}", origin.to_lowercase())
}

/// Whether a text is a `tag:` URI (RFC 4151), as far as it matters: an owner, a date, and nothing that XML would have to escape.
pub(super) fn is_feed_id(text: &str) -> bool {
    let rest = text.strip_prefix("tag:").and_then(|rest| rest.split_once(','));
    rest.is_some_and(|(owner, rest)| !owner.is_empty() && rest.starts_with(|c: char| c.is_ascii_digit()))
        && text.chars().all(|c| c.is_ascii_graphic() && !"\"'<>&".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_the_web_however_its_scheme_and_host_are_spelt() {
        for (written, on_the_site) in [
            ("https://a.example", "https://a.example/"),
            ("HTTPS://A.Example", "https://a.example/"),
            ("Http://A.example:8080/Some/Path", "http://a.example:8080/Some/Path/"),
            ("https://a.example/Record/", "https://a.example/Record/"),
        ] {
            assert!(is_base_url(written), "{written}");
            assert_eq!(as_base_url(written), on_the_site);
        }
        let wrong = [
            "a.example",
            "https:/a.example",
            "https:///a",
            "ftp://a.example",
            "https://",
            "https://me@a.example",
            " https://a",
        ];
        for written in wrong.into_iter().chain(["javascript://a.example/", "https://a.example/?q", "://a", ""]) {
            assert!(!is_base_url(written), "{written}");
        }
    }

    #[test]
    fn a_secret_is_sent_over_https_or_within_this_computer_alone() {
        for safe in
            ["https://a.example", "HTTPS://a.example", "http://localhost:80", "HTTP://127.0.0.1/", "http://[::1]/"]
        {
            assert!(is_secure(safe), "{safe}");
        }
        for open in ["http://a.example", "HTTP://a.example", "https://", "a.example", "http://localhost.example"] {
            assert!(!is_secure(open), "{open}");
        }
    }
}
