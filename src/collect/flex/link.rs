//! Finding the fills that later rows take back or correct.
//!
//! A cancelled trade comes as a row of its own with the reversed quantity, and often a third row that replaces it
//! under the same trade number. A row that takes a fill back gets that fill's side and quantity and names it in
//! `cancels`; both then drop out when the record is read.

use std::collections::BTreeSet;

use super::xml::Row;
use crate::collect::Batch;
use crate::error::{Error, Result};
use crate::record::{ExecId, Execution, FindingKind, Severity};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A fill.
    Fill,
    /// A row that takes a fill back.
    Cancel,
    /// A fill that replaces another one.
    Correction,
}

/// A row and the execution made of it.
pub struct Fill<'r, 'a> {
    /// The row.
    pub row: &'r Row<'a>,
    /// What it is about.
    pub kind: Kind,
    /// What the record gets to see.
    pub execution: Execution,
}

/// Fills in `cancels` on rows that take fills back, and adds such a row for each correction.
///
/// # Errors
/// A row that takes back a fill without any sign of which.
pub fn link<'r, 'a>(mut fills: Vec<Fill<'r, 'a>>, batch: &mut Batch) -> Result<Vec<Fill<'r, 'a>>> {
    let mut taken = BTreeSet::new();
    for index in 0..fills.len() {
        let Some(cancel) = fills.get(index).filter(|fill| fill.kind == Kind::Cancel) else { continue };
        let target = target(&fills, cancel, &taken, batch)?;
        taken.insert(target.id().clone());
        if let Some(cancel) = fills.get_mut(index) {
            if let Target::Here(original) = &target {
                cancel.execution.side = original.side;
                cancel.execution.quantity = original.quantity;
            }
            cancel.execution.cancels = Some(target.id().clone());
        }
    }
    let mut added = Vec::new();
    for fill in fills.iter().filter(|fill| fill.kind == Kind::Correction && names_original(fill.row)) {
        let target = target(&fills, fill, &taken, batch)?;
        if same_fill(target.id(), &fill.execution.exec_id) || !taken.insert(target.id().clone()) {
            continue;
        }
        added.push(Fill { row: fill.row, kind: Kind::Cancel, execution: taking_back(&fill.execution, &target) });
    }
    fills.extend(added);
    Ok(fills)
}

enum Target {
    Here(Box<Execution>),
    Elsewhere(ExecId),
}

impl Target {
    fn id(&self) -> &ExecId {
        match self {
            Self::Here(execution) => &execution.exec_id,
            Self::Elsewhere(id) => id,
        }
    }
}

fn original_transaction<'r>(row: &'r Row) -> Option<&'r str> {
    row.text("origTransactionID").filter(|id| *id != "0")
}

fn original_trade<'r>(row: &'r Row) -> Option<&'r str> {
    row.text("origTradeID").filter(|id| *id != "0")
}

fn names_original(row: &Row) -> bool {
    original_transaction(row).or(original_trade(row)).is_some()
}

/// The fill a row is about: by its transaction, else by its trade number, else by what it says.
fn target(fills: &[Fill], later: &Fill, taken: &BTreeSet<ExecId>, batch: &mut Batch) -> Result<Target> {
    let free = |fill: &&Fill| {
        let before = transaction_number(fill.row).zip(transaction_number(later.row)).is_none_or(|(a, b)| a < b);
        let other = fill.execution.exec_id != later.execution.exec_id;
        fill.kind != Kind::Cancel && other && before && !taken.contains(&fill.execution.exec_id)
    };
    let here = |fill: &Fill| Ok(Target::Here(Box::new(fill.execution.clone())));
    if let Some(original) = original_transaction(later.row)
        && let Some(fill) = fills.iter().filter(free).find(|fill| fill.row.text("transactionID") == Some(original))
    {
        return here(fill);
    }
    let alike = |fill: &&Fill| later.kind == Kind::Correction || same_terms(&fill.execution, &later.execution);
    if let Some(original) = original_trade(later.row) {
        let mut candidates = fills.iter().filter(free).filter(alike);
        if let Some(fill) = candidates.find(|fill| fill.row.text("tradeID") == Some(original)) {
            return here(fill);
        }
    }
    let id = match (original_transaction(later.row), original_trade(later.row)) {
        (Some(id), _) => format!("transaction:{id}"),
        (None, Some(id)) => format!("trade:{id}"),
        (None, None) => {
            return match fills.iter().filter(free).find(|fill| same_terms(&fill.execution, &later.execution)) {
                Some(fill) => here(fill),
                None => Err(Error::data("this row takes back a trade and does not say which")
                    .at(later.row.place())
                    .hint("include `Orig Transaction ID` in the Flex query and download the statement again")),
            };
        }
    };
    let message = format!("this row takes back {id}, which is not in this statement");
    let next = "nothing to do if the statement that holds the original trade is imported, before or after this one";
    batch.note(Severity::Note, FindingKind::OriginalElsewhere, later.row.place(), message, next);
    Ok(Target::Elsewhere(ExecId::new(id)))
}

/// Transaction numbers grow, so that a fill can only be taken back by a higher one.
fn transaction_number(row: &Row) -> Option<u64> {
    row.text("transactionID")?.parse().ok()
}

fn same_terms(one: &Execution, other: &Execution) -> bool {
    one.symbol == other.symbol
        && one.conid == other.conid
        && one.side == other.side
        && one.quantity == other.quantity
        && one.price == other.price
}

/// Whether two ids are versions of one fill, of which the record takes the later by itself.
fn same_fill(one: &ExecId, other: &ExecId) -> bool {
    match (one.version(), other.version()) {
        (Some((one, _)), Some((other, _))) => one == other,
        _ => one == other,
    }
}

/// The row that takes back what a correction replaces.
fn taking_back(correction: &Execution, target: &Target) -> Execution {
    let mut row = match target {
        Target::Here(original) => (**original).clone(),
        Target::Elsewhere(_) => correction.clone(),
    };
    row.exec_id = ExecId::new(format!("cancel:{}", target.id()));
    row.cancels = Some(target.id().clone());
    row.commission = None;
    row.commission_currency = None;
    row.realized_pnl = None;
    row
}
