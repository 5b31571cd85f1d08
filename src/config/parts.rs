//! What of a configuration each step towards a site reads: another word elsewhere in it makes nothing again.
//!
//! A part is a configuration itself, in which everything else is as if nobody had set it. What a step is not given it
//! cannot read, so that what it makes depends on its part alone.

use std::ops::Deref;

use super::{Config, Flex, Ibkr, Site, Yahoo};

/// The settings that a record is read with.
#[derive(Debug, Clone, PartialEq)]
pub struct OfRecord(Config);

/// The settings that figures and private values are computed with, those of the record among them.
#[derive(Debug, Clone, PartialEq)]
pub struct OfFigures(Config);

impl Deref for OfRecord {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.0
    }
}

impl Deref for OfFigures {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.0
    }
}

impl Config {
    /// The settings that a record is read with.
    pub fn of_record(&self) -> OfRecord {
        // Every table is named, so that of a new one it has to be said whether it belongs here or below.
        let Self {
            site,
            account,
            ibkr,
            yahoo,
            flex,
            strategy,
            benchmark: _,
            analysis: _,
            privacy: _,
            disclosures: _,
            names: _,
            csv: _,
            report: _,
            publish: _,
            proof: _,
            watch: _,
            job: _,
            alert: _,
            // No figure depends on them; the search for private values looks for them.
            secrets: _,
        } = self;
        OfRecord(Self {
            site: Site { status: site.status, inception: site.inception, ..Site::default() },
            account: account.clone(),
            ibkr: Ibkr { exchange_zone: ibkr.exchange_zone, ..Ibkr::default() },
            yahoo: Yahoo { symbols: yahoo.symbols.clone(), ..Yahoo::default() },
            flex: Flex { cash: flex.cash.clone(), ..Flex::default() },
            strategy: strategy.clone(),
            ..Self::default()
        })
    }

    /// The settings that figures and private values are computed with.
    pub fn of_figures(&self) -> OfFigures {
        let OfRecord(of_record) = self.of_record();
        OfFigures(Self {
            // Sentences about figures are made with them.
            site: Site { locale: self.site.locale, ..of_record.site },
            benchmark: self.benchmark.clone(),
            analysis: self.analysis.clone(),
            privacy: self.privacy.clone(),
            disclosures: self.disclosures.clone(),
            names: self.names.clone(),
            secrets: self.secrets.clone(),
            flex: Flex { token: self.flex.token.clone(), ..of_record.flex },
            ..of_record
        })
    }
}
