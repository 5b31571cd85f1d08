//! Tokens and passwords, which are never shown.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A token or password. It is never printed, logged or written: `Debug` hides it, and serialization leaves it empty.
#[derive(Debug, Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// Whether there is one.
    pub fn is_set(&self) -> bool {
        !self.expose().is_empty()
    }

    /// The secret itself, trimmed: for the service it is meant for, and for searching output for it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret().trim()
    }

    /// A text with the secret redacted, in case a service repeats it.
    pub fn hidden_in(&self, text: &str) -> String {
        if self.is_set() { text.replace(self.expose(), "…") } else { text.to_owned() }
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// Reads a text. The errors for anything else do not repeat it, as those of the derived reader would.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Text)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(text.into())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Err(E::custom(QUOTES))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom(QUOTES))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::custom(QUOTES))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom(QUOTES))
    }
}

const QUOTES: &str = "a token or password is a text in quotes";

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_secret_is_in_no_debug_output_and_in_nothing_written() {
        let mut config = Config::default();
        config.flex.token = " 5551234567 ".into();
        assert_eq!(config.flex.token.expose(), "5551234567");
        assert!(!format!("{config:?} {config:#?}").contains("5551234567"));
        assert!(!toml::to_string(&config).unwrap().contains("5551234567"));
        assert!(!serde_json::to_string(&config).unwrap().contains("5551234567"));
    }

    #[test]
    fn a_secret_without_quotes_is_refused_and_not_repeated() {
        for text in ["flex.token = 5551234567", "flex = { token = 5551234567 }", "[flex]\n\"token\" = 5551234567.5"] {
            let error = crate::config::parse(text, std::path::Path::new("local.toml")).unwrap_err();
            assert!(error.message().contains("text in quotes"), "{error}");
            assert!(!format!("{error} {error:?}").contains("5551234567"), "{error:?}");
        }
    }

    #[test]
    fn what_a_service_repeats_is_blotted_out() {
        assert_eq!(Secret::from("abc").hidden_in("token abc is wrong"), "token … is wrong");
        assert_eq!(Secret::default().hidden_in("no token"), "no token");
    }
}
