//! Money and share counts as text, which only the privacy boundary makes.

use serde::{Deserialize, Serialize};

/// An amount of money or a share count, as text. Only [`crate::publication`] can make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub(super) String);

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
