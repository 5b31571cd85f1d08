//! The layout of a site directory: where each kind of file lives.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::calendar::YearMonth;

/// A site directory. All paths of a site are made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteDir {
    root: PathBuf,
}

impl SiteDir {
    /// The site whose root is this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `config/config.toml`, safe to commit.
    pub fn config(&self) -> PathBuf {
        self.root.join("config/config.toml")
    }

    /// `config/local.toml`: account, ports and tokens, never committed.
    pub fn local_config(&self) -> PathBuf {
        self.root.join("config/local.toml")
    }

    /// `content/`: everything the trader writes.
    pub fn content(&self) -> PathBuf {
        self.root.join("content")
    }

    /// `content/months/`: commentary, one file per month.
    pub fn commentary(&self) -> PathBuf {
        self.root.join("content/months")
    }

    /// `content/trades/`: annotations, one file per order.
    pub fn annotations(&self) -> PathBuf {
        self.root.join("content/trades")
    }

    /// `content/months/2026-01.md`.
    pub fn commentary_file(&self, month: YearMonth) -> PathBuf {
        self.commentary().join(format!("{month}.md"))
    }

    /// `data/`: everything that came from a broker or a price source.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// `data/SCHEMA`: the number of the form of these files.
    pub fn schema(&self) -> PathBuf {
        self.root.join("data/SCHEMA")
    }

    /// `data/executions/`: fills, one file per UTC date.
    pub fn executions(&self) -> PathBuf {
        self.root.join("data/executions")
    }

    /// `data/executions/2026-01-27.csv`.
    pub fn executions_file(&self, date: NaiveDate) -> PathBuf {
        self.executions().join(format!("{date}.csv"))
    }

    /// `data/snapshots/`: the account, one file per trading date.
    pub fn snapshots(&self) -> PathBuf {
        self.root.join("data/snapshots")
    }

    /// `data/prices/`: daily prices, one file per symbol.
    pub fn prices(&self) -> PathBuf {
        self.root.join("data/prices")
    }

    /// `data/prices/suspicious/`: bars that are kept out of all figures until they are confirmed.
    pub fn suspicious_prices(&self) -> PathBuf {
        self.root.join("data/prices/suspicious")
    }

    /// `data/signals/`: saved signals, one file per month.
    pub fn signals(&self) -> PathBuf {
        self.root.join("data/signals")
    }

    /// `data/plans/`: saved plans, one file per date.
    pub fn plans(&self) -> PathBuf {
        self.root.join("data/plans")
    }

    /// `data/flows.csv`: external cash flows.
    pub fn flows(&self) -> PathBuf {
        self.root.join("data/flows.csv")
    }

    /// `data/income.csv`: dividends, taxes, interest and fees.
    pub fn income(&self) -> PathBuf {
        self.root.join("data/income.csv")
    }

    /// `data/actions.csv`: corporate actions, and transfers of positions.
    pub fn actions(&self) -> PathBuf {
        self.root.join("data/actions.csv")
    }

    /// `data/decisions.csv`: which of contradicting rows count.
    pub fn decisions(&self) -> PathBuf {
        self.root.join("data/decisions.csv")
    }

    /// `data/statements.csv`: the broker's summaries of whole periods.
    pub fn statements(&self) -> PathBuf {
        self.root.join("data/statements.csv")
    }

    /// `data/coverage.csv`: the days for which the Flex web service has answered.
    pub fn coverage(&self) -> PathBuf {
        self.root.join("data/coverage.csv")
    }

    /// `data/raw/`: statements as they were received.
    pub fn raw(&self) -> PathBuf {
        self.root.join("data/raw")
    }

    /// `data/.lock`: held by whoever writes.
    pub fn lock(&self) -> PathBuf {
        self.root.join("data/.lock")
    }

    /// `data/.commit`: the changes that a writer is making, for the next one to finish if it dies.
    pub fn journal(&self) -> PathBuf {
        self.root.join("data/.commit")
    }

    /// Every folder of `data/` that files are written to.
    pub fn data_folders(&self) -> Vec<PathBuf> {
        let below = [self.executions(), self.snapshots(), self.prices(), self.suspicious_prices()];
        let more = [self.signals(), self.plans(), self.raw()];
        std::iter::once(self.data()).chain(below).chain(more).collect()
    }

    /// `templates/`: the site's own versions of single templates.
    pub fn templates(&self) -> PathBuf {
        self.root.join("templates")
    }

    /// `static/`: files that become part of the site as they are.
    pub fn static_files(&self) -> PathBuf {
        self.root.join("static")
    }

    /// `.cache/`: everything that can be regenerated.
    pub fn cache(&self) -> PathBuf {
        self.root.join(".cache")
    }

    /// `public/`: the site as it is published.
    pub fn public(&self) -> PathBuf {
        self.root.join("public")
    }
}
