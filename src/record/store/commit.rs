//! The changes of one commit, and its result.

use std::path::PathBuf;

use serde::Serialize;

use super::super::coverage::Coverage;
use super::super::restatement::Decision;
use super::super::versions::Verdict;
use super::super::{
    Bar, CashFlow, CorporateAction, Execution, Plan, PriceSymbol, Signal, Snapshot, StatementPeriod, SuspiciousBar,
};

/// Everything that is to be written together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// Files as they were received: their names, and what they hold.
    pub raw: Vec<(String, Vec<u8>)>,
    /// Fills, corrections and rows that take fills back.
    pub executions: Vec<Execution>,
    /// The account, one a trading date.
    pub snapshots: Vec<Snapshot>,
    /// Corporate actions and transfers of positions.
    pub actions: Vec<CorporateAction>,
    /// Money across the account's border and inside it.
    pub cash: Vec<CashFlow>,
    /// What the broker says about whole periods.
    pub statements: Vec<StatementPeriod>,
    /// Days that a query has answered for.
    pub coverage: Vec<Coverage>,
    /// Which of contradicting rows count.
    pub decisions: Vec<Decision>,
    /// The prices of whole symbols.
    pub prices: Vec<SymbolPrices>,
    /// What strategies said.
    pub signals: Vec<Signal>,
    /// Lists of trades.
    pub plans: Vec<Plan>,
    /// Whether the names of signals and plans hold the strategy's id, as they do where there are several.
    pub several_strategies: bool,
    /// The trader's own texts.
    pub texts: Vec<Text>,
}

/// A text of the trader's, whose words are never replaced unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Path below `data/`.
    pub path: PathBuf,
    /// What it is to hold.
    pub content: String,
    /// What it must hold until then; `None` for a file that must not exist yet.
    pub replaces: Option<String>,
}

impl Text {
    /// A new file.
    pub fn new(path: impl Into<PathBuf>, content: impl Into<String>) -> Self {
        Self { path: path.into(), content: content.into(), replaces: None }
    }

    /// Whether the file is as it was when the text was made.
    pub(super) fn fits(&self) -> bool {
        match &self.replaces {
            None => self.path.symlink_metadata().is_err(),
            Some(before) => std::fs::read(&self.path).is_ok_and(|now| now == before.as_bytes()),
        }
    }
}

/// All bars of a symbol, ascending by date.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolPrices {
    /// Yahoo's symbol.
    pub symbol: PriceSymbol,
    /// Those that count.
    pub bars: Vec<Bar>,
    /// Those that are kept out of figures.
    pub suspicious: Vec<SuspiciousBar>,
}

/// What became of what was handed over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Committed {
    /// Fills, corrections and rows that take fills back.
    pub executions: Rows<Execution>,
    /// Snapshots.
    pub snapshots: Rows<Snapshot>,
    /// Corporate actions and transfers of positions.
    pub actions: Rows<CorporateAction>,
    /// Movements of cash.
    pub cash: Rows<CashFlow>,
    /// The broker's periods.
    pub statements: Rows<StatementPeriod>,
    /// Days answered for.
    pub coverage: Rows<Coverage>,
    /// Symbols whose stored bars changed.
    pub prices: Vec<ChangedPrices>,
    /// Signals, in the order they were given.
    pub signals: Vec<Decided>,
    /// Plans, in the order they were given.
    pub plans: Vec<Decided>,
    /// Texts by path; known are those whose file had other words by then.
    pub texts: Rows<PathBuf>,
    /// Every file that was written, in the order of their paths.
    pub files: Vec<PathBuf>,
}

/// Rows of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    /// Those that are new, or complete a known one.
    pub new: Vec<T>,
    /// How many were there already.
    pub known: usize,
    /// Those that contradict a stored one; both are kept.
    pub conflicts: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { new: Vec::new(), known: 0, conflicts: Vec::new() }
    }
}

impl<T> Rows<T> {
    /// How many there are of each.
    pub fn counts(&self) -> Added {
        Added { new: self.new.len(), known: self.known, conflicts: self.conflicts.len() }
    }

    /// Counts a row, and keeps it unless it is known. Returns whether it is to be stored.
    pub(super) fn note(&mut self, row: &T, verdict: Verdict) -> bool
    where
        T: Clone,
    {
        match verdict {
            Verdict::Known => self.known += 1,
            Verdict::New => self.new.push(row.clone()),
            Verdict::Conflict => self.conflicts.push(row.clone()),
        }
        verdict != Verdict::Known
    }
}

/// The stored bars of a symbol that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedPrices {
    /// Yahoo's symbol.
    pub symbol: PriceSymbol,
    /// Bars that are stored now and were not.
    pub new: Vec<Bar>,
    /// Bars that were stored and gave way; they are kept below `data/raw`.
    pub replaced: Vec<Bar>,
}

/// What became of a signal or a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It is new, in this file.
    New(PathBuf),
    /// A stored one says the same.
    Known(PathBuf),
    /// It says something else than the first file, and was kept in the second.
    Differs(PathBuf, PathBuf),
}

/// How many rows are new, known, or contradict a stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Added {
    /// Rows that are new, or complete a known one.
    pub new: usize,
    /// Rows that were there already.
    pub known: usize,
    /// Rows that contradict a stored one; both are kept.
    pub conflicts: usize,
}

impl Added {
    /// These and others together.
    pub fn and(self, other: Self) -> Self {
        Self {
            new: self.new + other.new,
            known: self.known + other.known,
            conflicts: self.conflicts + other.conflicts,
        }
    }
}
