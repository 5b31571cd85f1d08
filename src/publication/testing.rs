//! The demo as strangers see it, for tests of what is made from a publication.

use std::sync::LazyLock;

use crate::config::Privacy;
use crate::publication::{Disclosure, Publication, redact};
use crate::record::load;
use crate::{SiteDir, config, demo};

/// About 2,000 days, 95 months, 80 orders and one strategy.
pub fn publication() -> Publication {
    DEMO.clone()
}

/// What the demo's settings allow to be shown.
pub fn fine() -> Disclosure {
    Disclosure::new(&Privacy::default())
}

static DEMO: LazyLock<Publication> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    demo::write(&site).unwrap();
    let config = config::load(&site, []).unwrap();
    redact(&load::load(&site, &config, "2100-01-01".parse().unwrap()), &config).unwrap()
});
