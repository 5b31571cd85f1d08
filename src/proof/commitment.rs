//! Commitments to private values: they can be opened to one reader and tell the others nothing.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::private::Seed;

/// What all salts begin with.
const SCOPE: &str = "trackrecord/v1/";

/// What a value is hashed with: 32 bytes, which nobody guesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// The salt of a named value in an entry's file.
    pub fn of(seed: &Seed, file: &str, name: &str) -> Self {
        Self(hmac(seed.bytes(), &format!("{SCOPE}{file}/{name}")))
    }
}

impl std::str::FromStr for Salt {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // As many digits as a digest has.
        let digest: crate::digest::Digest = text.parse().map_err(|_| ())?;
        digest.as_ref().try_into().map(Self).map_err(|_| ())
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::encode(self.0).fmt(f)
    }
}

/// The commitment to a value by its name: `HMAC-SHA256(salt, "name=value")` in 64 digits.
pub fn commitment(salt: &Salt, name: &str, value: &str) -> String {
    hex::encode(hmac(&salt.0, &format!("{name}={value}")))
}

/// 32 digits by which an entry cannot be guessed from its digest.
pub fn nonce(seed: &Seed, file: &str) -> String {
    let mut digits = hex::encode(hmac(seed.bytes(), &format!("{SCOPE}nonce/{file}")));
    digits.truncate(32);
    digits
}

fn hmac(key: &[u8], message: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    // A key of any length is one.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(message.as_bytes());
        bytes = mac.finalize().into_bytes().into();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const FILE: &str = "000002-day-2026-01-27.json";

    /// What openssl says, where there is one.
    fn openssl(key: &str, message: &str) -> Option<String> {
        let mut command = Command::new("openssl");
        command.args(["dgst", "-sha256", "-mac", "HMAC", "-macopt", &format!("hexkey:{key}")]);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut running = command.spawn().ok()?;
        std::io::Write::write_all(&mut running.stdin.take()?, message.as_bytes()).ok()?;
        let said = String::from_utf8(running.wait_with_output().ok()?.stdout).ok()?;
        said.trim().rsplit(' ').next().map(str::to_owned)
    }

    #[test]
    fn salts_and_commitments_are_those_of_the_documented_formula() {
        let seed: Seed = "00".repeat(32).parse().unwrap();
        let salt = Salt::of(&seed, FILE, "nav");
        // Python: hmac.new(bytes(32), b"trackrecord/v1/000002-day-2026-01-27.json/nav", "sha256").hexdigest()
        assert_eq!(salt.to_string(), "3a8f4e22a0f5ed31276c8359e98747323d1689227c697c24171fa89c69994835");
        // hmac.new(bytes.fromhex(salt), b"nav=104233.17", "sha256").hexdigest()
        assert_eq!(
            commitment(&salt, "nav", "104233.17"),
            "d2a068668f52e8d2a812f6f2095237b8e0dd5a28bb6665938f42011a79d6af37"
        );
        if let Some(said) = openssl(&"00".repeat(32), "trackrecord/v1/000002-day-2026-01-27.json/nav") {
            assert_eq!(said, salt.to_string());
            assert_eq!(openssl(&said, "nav=104233.17").unwrap(), commitment(&salt, "nav", "104233.17"));
        }
    }

    #[test]
    fn another_name_file_or_seed_is_another_salt() {
        let seed: Seed = "00".repeat(32).parse().unwrap();
        let other: Seed = "01".repeat(32).parse().unwrap();
        let all = [
            Salt::of(&seed, FILE, "nav"),
            Salt::of(&seed, FILE, "cash"),
            Salt::of(&seed, "000003-day-2026-01-28.json", "nav"),
            Salt::of(&other, FILE, "nav"),
        ];
        let different: std::collections::BTreeSet<String> = all.iter().map(Salt::to_string).collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(nonce(&seed, FILE).len(), 32);
        assert_ne!(nonce(&seed, FILE), nonce(&other, FILE));
    }
}
