//! The layout of a site directory: where each kind of file lives, and which files a site is made from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::calendar::YearMonth;

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

/// Where is recorded what was published, below the root.
pub const PROOF: &str = "data/proof";

/// The file in `data/` that says what the schedule has run.
const RUNS: &str = "runs.csv";

/// The file in `data/` that says which events were reported.
const ALERTS: &str = "alerts.csv";

/// The folders a site is made from.
pub const INPUT_FOLDERS: [&str; 6] = ["config", "content", "data", "fonts", "static", "templates"];

/// Whether a site is made from the file or folder at this path below its root, as far as the name can say.
///
/// Hidden files are none of ours, but for those in `static/`, which are for the web server; `data/raw/` is only kept, and what the
/// schedule writes down of itself and what the proof keeps to itself is in no page.
pub fn is_input(path: &Path) -> bool {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    let Some((folder, below)) = parts.split_first() else { return false };
    let is_raw = folder == "data" && below.first().is_some_and(|name| ["raw", RUNS, ALERTS].contains(&name.as_ref()));
    let is_ours = |name: &str| !is_litter(name) && (folder == "static" || !name.starts_with('.'));
    let is_private = parts.iter().take(3).eq(["data", "proof", "private"].iter());
    INPUT_FOLDERS.contains(&folder.as_ref()) && !is_raw && !is_private && below.iter().all(|name| is_ours(name))
}

/// Whether an editor or a system made a file or folder of this name for itself.
pub fn is_litter(name: &str) -> bool {
    let is_of_system = [".DS_Store", "Thumbs.db", "desktop.ini", ".git"].contains(&name);
    let is_of_network_drive = ["._", ".nfs", ".fuse_hidden"].iter().any(|start| name.starts_with(start));
    let is_backup = name.ends_with('~') || (name.starts_with('#') && name.ends_with('#') && name.len() > 1);
    let is_lock = [".#", ".~", "~$"].iter().any(|start| name.starts_with(start));
    // By this name vim tries whether it can write to the folder.
    let is_trial = name == "4913";
    let is_new_version = [".goutputstream-", ".sb-"].iter().any(|start| name.starts_with(start))
        || ["___jb_tmp___", "___jb_old___"].iter().any(|end| name.ends_with(end));
    is_of_system || is_of_network_drive || is_backup || is_lock || is_trial || is_new_version || is_swap_file(name)
}

/// Whether an editor keeps what is not saved yet in a file of this name: `.about.md.swp`, and further letters where that is taken.
fn is_swap_file(name: &str) -> bool {
    let Some((start, ending)) = name.rsplit_once('.') else { return false };
    let is_of_vim =
        ending.len() == 3 && ending.starts_with("sw") && ending.bytes().all(|letter| letter.is_ascii_lowercase());
    start.starts_with('.') && (is_of_vim || ending == "kate-swp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_and_systems_leave_is_no_input() {
        let of_editors = [
            "about.md~",
            "#about.md#",
            ".#about.md",
            ".about.md.swp",
            ".about.md.swo",
            ".about.md.kate-swp",
            "4913",
            "about.md___jb_tmp___",
            "about.md___jb_old___",
            ".goutputstream-A1B2C3",
            ".~lock.a.odt#",
            "~$a.docx",
        ];
        let of_systems = [".DS_Store", "Thumbs.db", "desktop.ini", "._about.md", ".nfs000000000001", ".git/HEAD"];
        for name in of_editors.into_iter().chain(of_systems) {
            for folder in INPUT_FOLDERS {
                assert!(!is_input(&Path::new(folder).join(name)), "{folder}/{name}");
                assert!(!is_input(&Path::new(folder).join("below").join(name)), "{folder}/below/{name}");
            }
        }
    }

    #[test]
    fn hidden_files_are_inputs_in_static_alone() {
        for name in [".htaccess", ".nojekyll", ".well-known/security.txt"] {
            assert!(is_input(&Path::new("static").join(name)), "static/{name}");
            assert!(!is_input(&Path::new("content").join(name)), "content/{name}");
        }
        assert!(!is_input(Path::new("data/.lock")));
    }

    #[test]
    fn everything_else_in_the_folders_is_an_input() {
        for path in [
            "static/a.tmp",
            "static/list.swp",
            "static/#",
            "content/a.tmp",
            "content/months/2026-01.md",
            "templates",
            "config/local.toml",
            "data/prices/raw/A.csv",
            "content/raw/a.md",
            "data/flows.csv",
            "data/proof/log",
        ] {
            assert!(is_input(Path::new(path)), "{path}");
        }
        for path in [
            "",
            "public/index.html",
            ".cache/build.json",
            "notes.md",
            "data/raw",
            "data/raw/a.xml",
            "data/runs.csv",
            "data/proof/private",
            "data/proof/private/seed",
            ".git/HEAD",
        ] {
            assert!(!is_input(Path::new(path)), "{path}");
        }
    }
}
