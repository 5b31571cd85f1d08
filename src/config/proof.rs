//! Who stamps the log of what was published.

use std::collections::BTreeSet;

use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::is_base_url;

/// So many authorities have a file each; more than two are of use only while one is exchanged for another.
const MOST: usize = 4;

/// `[proof]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Proof {
    /// Addresses of authorities that stamp digests (RFC 3161). None is asked unless it is named here.
    pub authorities: Vec<String>,
    /// Whether the program `ots` has public calendars put the log's digest into a Bitcoin block.
    pub opentimestamps: bool,
}

impl Proof {
    /// Each key, whether its value is impossible, and why.
    pub(super) fn impossible(&self) -> [(&'static str, bool, String); 2] {
        let hosts: Vec<Option<String>> = self.authorities.iter().map(|address| host(address)).collect();
        let different: BTreeSet<&Option<String>> = hosts.iter().collect();
        let is_address = |address: &String| is_base_url(address);
        [
            (
                "proof.authorities",
                !self.authorities.iter().all(is_address),
                "an address starts with https:// or http:// and a host, and holds no spaces, quotes, `?` or `#`"
                    .to_owned(),
            ),
            (
                "proof.authorities",
                different.len() < hosts.len() || hosts.len() > MOST,
                format!(
                    "no more than {MOST}, and each at a host of its own: two that fail together are no better than one"
                ),
            ),
        ]
    }
}

/// Host and port of an address.
fn host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_addresses_at_different_hosts() {
        let refused = |addresses: &[&str]| {
            let authorities = addresses.iter().map(|address| (*address).to_owned()).collect();
            Proof { authorities, ..Proof::default() }.impossible().iter().any(|(_, wrong, _)| *wrong)
        };
        assert!(!refused(&[]) && !refused(&["http://a.example", "https://b.example/tsr"]));
        for wrong in [&["a.example"][..], &["http://a.example/x", "http://A.example/y"], &["http://me:pw@a.example"]]
        {
            assert!(refused(wrong), "{wrong:?}");
        }
        assert!(refused(&["http://a", "http://b", "http://c", "http://d", "http://e"]));
    }
}
