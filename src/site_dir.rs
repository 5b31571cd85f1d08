//! The layout of a site directory: where each kind of file lives.

mod inputs;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use crate::calendar::YearMonth;

pub use inputs::{INPUT_FOLDERS, is_input, is_litter};

/// A site directory. All paths of a site are made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteDir {
    root: PathBuf,
    read: Arc<ReadFiles>,
}

/// Files that were read already, by their paths as [`SiteDir`] makes them.
pub type ReadFiles = HashMap<PathBuf, Vec<u8>>;

impl SiteDir {
    /// The site whose root is this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), read: Arc::default() }
    }

    /// The same site, of which these files are not read again: for those who read it once.
    pub fn with_read(&self, files: ReadFiles) -> Self {
        Self { root: self.root.clone(), read: Arc::new(files) }
    }

    /// The content of a file, if it was read already.
    pub fn read_already(&self, path: &Path) -> Option<&[u8]> {
        self.read.get(path).map(Vec::as_slice)
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

    /// `data/proof/`: the log of what was recorded, with its entries.
    pub fn proof(&self) -> PathBuf {
        self.root.join(PROOF)
    }

    /// `data/proof/log`: one line for each entry. There is one where the owner has begun it.
    pub fn proof_log(&self) -> PathBuf {
        self.proof().join("log")
    }

    /// `data/proof/entries/`: one file for each line of the log.
    pub fn proof_entries(&self) -> PathBuf {
        self.proof().join("entries")
    }

    /// `data/proof/stamps/`: signatures over the log, by the number of its lines.
    pub fn proof_stamps(&self) -> PathBuf {
        self.proof().join("stamps")
    }

    /// `data/proof/tsa/`: certificates of the authorities that stamp the log, as files `.pem`; they are published.
    pub fn proof_authorities(&self) -> PathBuf {
        self.proof().join("tsa")
    }

    /// `data/proof/allowed_signers`: whose signatures count, as `ssh-keygen` reads it. There is one where the log is signed.
    pub fn proof_signers(&self) -> PathBuf {
        self.proof().join("allowed_signers")
    }

    /// `data/proof/private/key_path`: where the key is that signs the log.
    pub fn proof_key_path(&self) -> PathBuf {
        self.proof_private().join("key_path")
    }

    /// `data/proof/private/asked`: when each authority was asked last.
    pub fn proof_asked(&self) -> PathBuf {
        self.proof_private().join("asked")
    }

    /// `data/proof/private/`: what is never published and in no page.
    pub fn proof_private(&self) -> PathBuf {
        self.proof().join("private")
    }

    /// `data/proof/private/waiting/`: what is held back and not sealed yet, by its digest.
    pub fn proof_waiting(&self) -> PathBuf {
        self.proof_private().join("waiting")
    }

    /// `data/proof/private/stamps/`: what authorities answered for what is held back, by its digest; published when that is opened.
    pub fn proof_item_stamps(&self) -> PathBuf {
        self.proof_private().join("stamps")
    }

    /// `data/proof/private/seed`: from which all salts and nonces follow.
    pub fn proof_seed(&self) -> PathBuf {
        self.proof_private().join("seed")
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
        let more = [
            self.signals(),
            self.plans(),
            self.raw(),
            self.proof(),
            self.proof_entries(),
            self.proof_stamps(),
            self.proof_authorities(),
            self.proof_private(),
            self.proof_waiting(),
            self.proof_item_stamps(),
        ];
        std::iter::once(self.data()).chain(below).chain(more).collect()
    }

    /// `data/runs.csv`: what the schedule has run.
    pub fn runs(&self) -> PathBuf {
        self.data().join(RUNS)
    }

    /// `data/alerts.csv`: which events were reported, and which are to be.
    pub fn alerts(&self) -> PathBuf {
        self.data().join(ALERTS)
    }

    /// `data/.schedule`: held by whoever runs what is due.
    pub fn schedule_lock(&self) -> PathBuf {
        self.root.join("data/.schedule")
    }

    /// `logs/`: what the schedule did, one JSON document a line.
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
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

    /// `.cache/public/`: the site as it was published before, in which the next one is made.
    pub fn site_before(&self) -> PathBuf {
        self.root.join(".cache/public")
    }

    /// `public/`: the site as it is published.
    pub fn public(&self) -> PathBuf {
        self.root.join("public")
    }
}

/// A path as those file systems see it that tell neither capitals from small letters nor an accented letter from a letter and
/// an accent: two paths for which this is the same are one file there.
pub fn without_case(path: &str) -> Cow<'_, str> {
    match path.is_ascii() {
        true if !path.bytes().any(|byte| byte.is_ascii_uppercase()) => Cow::Borrowed(path),
        true => Cow::Owned(path.to_ascii_lowercase()),
        false => Cow::Owned(path.nfc().flat_map(char::to_lowercase).nfc().collect()),
    }
}

/// Where is recorded what was published, below the root.
pub const PROOF: &str = "data/proof";

/// The file in `data/` that says what the schedule has run.
const RUNS: &str = "runs.csv";

/// The file in `data/` that says which events were reported.
const ALERTS: &str = "alerts.csv";
