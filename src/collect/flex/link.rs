//! Finding the fills that later rows take back or correct.
//!
//! A cancelled trade comes as a row of its own with the reversed quantity, and often a third row that replaces it
//! under the same trade number. A row that takes a fill back gets that fill's side and quantity and names it in
//! `cancels`; both then drop out when the record is read.

use std::collections::{BTreeSet, HashMap, VecDeque};

use rust_decimal::Decimal;

use super::xml::Row;
use crate::collect::Batch;
use crate::error::Result;
use crate::record::{ExecId, Execution, FindingKind, Severity, Side};

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
    /// The row of the statement that takes another one back.
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
    let mut originals = Originals::among(&fills);
    for index in 0..fills.len() {
        let is_open = |fill: &&Fill| fill.kind == Kind::Cancel && fill.execution.cancels.is_none();
        let Some(cancel) = fills.get(index).filter(is_open) else { continue };
        let target = target(&fills, cancel, &mut originals, batch)?;
        originals.taken.insert(target.id().clone());
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
        let target = target(&fills, fill, &mut originals, batch)?;
        if same_fill(target.id(), &fill.execution.exec_id) || !originals.taken.insert(target.id().clone()) {
            continue;
        }
        added.push(Fill { row: fill.row, kind: Kind::Cancel, execution: taking_back(&fill.execution, &target) });
    }
    fills.extend(added);
    Ok(fills)
}

/// What rows that take fills back go by: symbol, contract, side, quantity and price.
type Terms = (String, Option<u64>, Side, Decimal, Decimal);

fn terms(fill: &Execution) -> Terms {
    (fill.symbol.as_str().to_owned(), fill.conid, fill.side, fill.quantity, fill.price)
}

/// Where the fills of a file are that may be taken back, in its order, by each way of naming them. What has been taken
/// back leaves its lists when it is met, so that many cancellations of one trade are no search through all of them.
struct Originals {
    taken: BTreeSet<ExecId>,
    by_transaction: HashMap<String, VecDeque<usize>>,
    by_trade: HashMap<String, VecDeque<usize>>,
    by_trade_and_terms: HashMap<(String, Terms), VecDeque<usize>>,
    by_terms: HashMap<Terms, VecDeque<usize>>,
}

impl Originals {
    fn among(fills: &[Fill]) -> Self {
        let mut found = Self {
            taken: BTreeSet::new(),
            by_transaction: HashMap::new(),
            by_trade: HashMap::new(),
            by_trade_and_terms: HashMap::new(),
            by_terms: HashMap::new(),
        };
        for (index, fill) in fills.iter().enumerate().filter(|(_, fill)| fill.kind != Kind::Cancel) {
            let terms = terms(&fill.execution);
            if let Some(number) = fill.row.text("transactionID") {
                found.by_transaction.entry(number.to_owned()).or_default().push_back(index);
            }
            if let Some(number) = fill.row.text("tradeID") {
                found.by_trade.entry(number.to_owned()).or_default().push_back(index);
                let both = (number.to_owned(), terms.clone());
                found.by_trade_and_terms.entry(both).or_default().push_back(index);
            }
            found.by_terms.entry(terms).or_default().push_back(index);
        }
        found
    }
}

/// The first fill of a list that is not taken back yet and that a later row may take back.
fn first_free(
    list: Option<&mut VecDeque<usize>>,
    fills: &[Fill],
    later: &Fill,
    taken: &BTreeSet<ExecId>,
) -> Option<Target> {
    let list = list?;
    let is_taken = |index: &usize| fills.get(*index).is_none_or(|fill| taken.contains(&fill.execution.exec_id));
    while list.front().is_some_and(is_taken) {
        list.pop_front();
    }
    let free = |fill: &&Fill| {
        let before = transaction_number(fill.row).zip(transaction_number(later.row)).is_none_or(|(a, b)| a < b);
        before && fill.execution.exec_id != later.execution.exec_id && !taken.contains(&fill.execution.exec_id)
    };
    let found = list.iter().filter_map(|index| fills.get(*index)).find(free)?;
    Some(Target::Here(Box::new(found.execution.clone())))
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

pub(super) fn original_trade<'r>(row: &'r Row) -> Option<&'r str> {
    row.text("origTradeID").filter(|id| *id != "0")
}

fn names_original(row: &Row) -> bool {
    original_transaction(row).or(original_trade(row)).is_some()
}

/// The fill a row is about: by its transaction, else by its trade number, else by what it says.
fn target(fills: &[Fill], later: &Fill, originals: &mut Originals, batch: &mut Batch) -> Result<Target> {
    let Originals { taken, by_transaction, by_trade, by_trade_and_terms, by_terms } = originals;
    let (transaction, trade) = (original_transaction(later.row), original_trade(later.row));
    let by_number = transaction.and_then(|number| by_transaction.get_mut(number));
    if let Some(found) = first_free(by_number, fills, later, taken) {
        return Ok(found);
    }
    let by_trade = match trade {
        Some(number) if later.kind == Kind::Correction => by_trade.get_mut(number),
        Some(number) => by_trade_and_terms.get_mut(&(number.to_owned(), terms(&later.execution))),
        None => None,
    };
    if let Some(found) = first_free(by_trade, fills, later, taken) {
        return Ok(found);
    }
    let id = match (transaction, trade) {
        (Some(id), _) => format!("transaction:{id}"),
        (None, Some(id)) => format!("trade:{id}"),
        (None, None) => {
            let alike = by_terms.get_mut(&terms(&later.execution));
            if let Some(found) = first_free(alike, fills, later, taken) {
                return Ok(found);
            }
            // Fractions sold after a corporate action carry no number of the row that is taken back days later: the
            // record finds it by its contract, time, quantity and price.
            format!("unnamed:{}", later.execution.exec_id)
        }
    };
    note_elsewhere(batch, later.row, if id.starts_with("unnamed:") { "a trade that it does not name" } else { &id });
    Ok(Target::Elsewhere(ExecId::new(id)))
}

/// Says that what a row takes back is not in its statement.
pub(super) fn note_elsewhere(batch: &mut Batch, row: &Row, what: &str) {
    let message = format!("this row takes back {what}, which is not in this statement");
    let next = "nothing to do if the statement that holds the original trade is imported, before or after this one";
    batch.note(Severity::Note, FindingKind::OriginalElsewhere, row.place(), message, next);
}

/// Transaction numbers grow, so that a fill can only be taken back by a higher one.
fn transaction_number(row: &Row) -> Option<u64> {
    row.text("transactionID")?.parse().ok()
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
    // Named after the correction, so that it is the same row whether the original stands in this statement or not.
    row.exec_id = ExecId::new(format!("cancel-for:{}", correction.exec_id));
    row.generated = correction.generated;
    row.cancels = Some(target.id().clone());
    row.commission = None;
    row.commission_currency = None;
    row.realized_pnl = None;
    row
}
