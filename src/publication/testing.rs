//! The demo as strangers see it, for tests of what is made from a publication.

use std::sync::LazyLock;

use crate::config::{Config, PrivacyLevel, PrivacyMode};
use crate::publication::{Disclosure, Publication, redact};
use crate::record::{Record, load};
use crate::{SiteDir, config, demo};

/// About 2,000 days, 95 months, 80 orders and one strategy.
pub fn publication() -> Publication {
    demo().clone()
}

/// The same for those who change nothing of it.
pub fn demo() -> &'static Publication {
    &DEMO
}

/// The finest that a demo's publication can be.
pub fn fine() -> Disclosure {
    Disclosure::at(PrivacyLevel::Fine)
}

/// The demo with amounts of money.
pub fn fine_with_amounts() -> Publication {
    let (record, mut config) = (&RECORD.0, RECORD.1.clone());
    config.privacy.mode = PrivacyMode::Absolute;
    redact(record, &config).unwrap()
}

/// The demo as a locale writes it.
pub fn in_locale(locale: &str) -> Publication {
    let (record, mut config) = (&RECORD.0, RECORD.1.clone());
    config.site.locale = locale.parse().unwrap();
    config.privacy.precision = PrivacyLevel::Fine;
    redact(record, &config).unwrap()
}

/// The demo up to a date at a level of precision.
pub fn at(level: PrivacyLevel, until: Option<&str>) -> Publication {
    let (record, mut config) = (&RECORD.0, RECORD.1.clone());
    config.privacy.precision = level;
    match until {
        Some(date) => redact(&record.until(date.parse().unwrap()), &config).unwrap(),
        None => redact(record, &config).unwrap(),
    }
}

/// The demo from 2020 to 2021 alone, at a level of precision.
pub fn two_years(level: PrivacyLevel) -> Publication {
    let (record, mut config) = (&RECORD.0, RECORD.1.clone());
    config.privacy.precision = level;
    let [from, to] = ["2019-12-31", "2021-12-31"].map(|date| date.parse().unwrap());
    redact(&record.clone().since(from).until(to), &config).unwrap()
}

static DEMO: LazyLock<Publication> = LazyLock::new(|| at(PrivacyLevel::Fine, None));

static RECORD: LazyLock<(Record, Config)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    demo::write(&site).unwrap();
    let config = config::load(&site, []).unwrap();
    (load::load(&site, &config, "2100-01-01".parse().unwrap()), config)
});
