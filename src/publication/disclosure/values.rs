//! Numbers that strangers may see. Only [`Disclosure`](super::Disclosure) makes them, each as coarse as its kind has to be.

use serde::{Deserialize, Serialize};

use crate::publication::kept;

/// A number that may be published as it is, and whatever is computed from such numbers alone.
pub trait Published: Copy {
    /// The value after rounding.
    fn get(self) -> f64;
}

macro_rules! published {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(deserialize_with = "kept::number")] f64);

        impl $name {
            /// A value that has been rounded as its kind has to be.
            pub(super) fn rounded(value: f64) -> Self {
                Self(value)
            }
        }

        impl Published for $name {
            fn get(self) -> f64 {
                self.0
            }
        }
    )+};
}

published! {
    /// Growth of 1 in the account up to a day.
    PublicIndex,
    /// A return of the account, or its distance from a high, as a fraction.
    PublicReturn,
    /// A figure over many days, such as a volatility or a ratio, in its own unit.
    PublicFigure,
    /// A share of the account's value, or of what was planned, as a fraction.
    PublicWeight,
    /// What trades or a strategy brought, as a fraction or in basis points of a value.
    PublicResult,
    /// How far fills were from their reference prices, in basis points.
    PublicSlippage,
    /// What was paid to trade, in basis points of what was traded.
    PublicCost,
    /// Money across the account's border, as a share of its value.
    PublicFlow,
    /// What follows from market prices and public rules alone: a benchmark, a momentum, a simulation, a target.
    MarketFigure,
}

impl PublicIndex {
    /// Growth since an earlier day, from the two published numbers alone. That day's must be above zero.
    pub fn since(self, start: Self) -> Self {
        Self(self.0 / start.0)
    }
}

impl MarketFigure {
    /// Growth since an earlier day. That day's must be above zero.
    pub fn since(self, start: Self) -> Self {
        Self(self.0 / start.0)
    }
}
