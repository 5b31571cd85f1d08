//! Bars that are kept out of figures until they are confirmed.

use super::*;

fn vodafone() -> Listing {
    Listing::new("VOD.L", "GBp")
        .closes("2026-01-12", [72.0, 72.4, 71.8, 72.2, 72.6, 72.5, 72.7, 72.9, 73.1, 73.0, 72.8])
}
