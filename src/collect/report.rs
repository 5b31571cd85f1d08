//! What became of one part of a collection.

use serde::Serialize;

use crate::record::store::Added;
use crate::record::{Finding, FindingKind, Severity};

/// A part of a collection that can be asked for on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Fills from TWS or Gateway.
    Executions,
    /// The account from TWS or Gateway.
    Snapshot,
    /// Statements from the Flex web service.
    Flex,
    /// Daily prices from Yahoo.
    Prices,
}

impl Part {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Executions => "executions",
            Self::Snapshot => "snapshot",
            Self::Flex => "flex",
            Self::Prices => "prices",
        }
    }
}

/// What one part was asked for, what it brought, and what is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct PartReport {
    /// Which part.
    pub part: Part,
    /// What was asked, of whom, in words.
    pub asked: String,
    /// Rows that are new, known, or contradict stored ones.
    pub added: Added,
    /// What the owner should know. An error is something that was asked for and is missing.
    pub findings: Vec<Finding>,
}

impl PartReport {
    /// A report of nothing yet.
    pub fn new(part: Part, asked: impl Into<String>) -> Self {
        Self { part, asked: asked.into(), added: Added::default(), findings: Vec::new() }
    }

    /// Adds something the owner should know.
    pub fn note(&mut self, severity: Severity, kind: FindingKind, message: impl Into<String>, next: &str) {
        self.findings.push(Finding::new(severity, kind, message, next));
    }

    /// Whether everything that was asked for is here, without a contradiction.
    pub fn is_complete(&self) -> bool {
        self.added.conflicts == 0 && self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }
}
