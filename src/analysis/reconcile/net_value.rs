//! Net liquidation value against what should have moved it, and against its own parts.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::snapshot_place;
use super::unknown_cash::most_gained;
use crate::analysis::fx::Rates;
use crate::analysis::instruments::is_trade;
use crate::analysis::round_trips::is_in;
use crate::counted::counted;
use crate::record::snapshot::SUM_TOLERANCE;
use crate::record::{
    CashFlow, CorporateAction, Currency, Execution, Finding, FindingKind, Instruments, Record, Severity, Snapshot,
    Subject, action_rows,
};

/// Above this much unexplained in one interval, in basis points of net liquidation value, it is a warning.
const UNEXPLAINED_BPS: f64 = 5.0;

/// The part of one change in net liquidation value that nothing in the record explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unexplained<'a> {
    pub(super) snapshot: &'a Snapshot,
    since: NaiveDate,
    pub(super) amount: Decimal,
    pub(super) bps: f64,
    /// Whether it may be what exchange rates made of cash of which the currencies are not known.
    may_be_rates: bool,
}

impl Unexplained<'_> {
    fn is_large(&self) -> bool {
        self.bps.abs() > UNEXPLAINED_BPS
    }
}

/// From snapshot to snapshot, the change in net liquidation value against its explanation:
///
/// price gains of positions (change in market value less net purchases) + exchange gains on cash + dividends,
/// interest and fees + change in accruals + external flows + what corporate actions paid - commissions. Positions from or to another account are
/// worth the flow that they are.
///
/// The rest is reported in basis points of the earlier value, over all intervals with positions at both ends:
/// a note with the largest, a warning where one is above 5 that exchange rates of cash cannot explain. Intervals with an
/// unknown exchange rate are counted.
pub fn net_value_against_profit(record: &Record, base: Currency) -> Vec<Finding> {
    let (known, without_rate) = changes(record, base);
    let mut findings = Vec::new();
    findings.extend(summary(&known));
    if without_rate > 0 {
        findings.push(Finding::new(
            Severity::Note,
            FindingKind::NetValue,
            format!(
                "{} between snapshots could not be explained: an exchange rate is missing",
                counted(without_rate, "interval")
            ),
            "import statements with the rates of all currencies held or traded",
        ));
    }
    findings
}

/// The part of a change in net liquidation value between two snapshots that nothing in the record explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnexplainedChange {
    /// Date of the later snapshot.
    pub date: NaiveDate,
    /// In basis points of the earlier value.
    pub bps: f64,
}

/// The unexplained part of each change, as [`net_value_against_profit`] reports it; intervals without positions at both
/// ends, or with unknown exchange rates, are left out.
pub fn unexplained_changes(record: &Record, base: Currency) -> Vec<UnexplainedChange> {
    let (known, _) = changes(record, base);
    known.iter().map(|rest| UnexplainedChange { date: rest.snapshot.date, bps: rest.bps }).collect()
}

/// The unexplained part of each change with positions at both ends, and the number that lack an exchange rate.
fn changes(record: &Record, base: Currency) -> (Vec<Unexplained<'_>>, usize) {
    let rates = Rates::new(base, &record.snapshots);
    let mut known = Vec::new();
    let mut without_rate = 0;
    let mut money = Money::of(record);
    for (before, after) in record.snapshots.iter().zip(record.snapshots.iter().skip(1)) {
        let moved = money.between(before, after);
        if before.positions.is_none() || after.positions.is_none() {
            continue;
        }
        match unexplained(&moved, before, after, &rates) {
            Some(rest) if rest.is_large() => {
                let most = most_gained(before, after, &record.snapshots);
                known.push(Unexplained { may_be_rates: rest.amount.abs() <= most, ..rest });
            }
            Some(rest) => known.push(rest),
            None => without_rate += 1,
        }
    }
    (known, without_rate)
}

/// Fills and cash of one interval.
#[derive(Default)]
pub(super) struct Moved<'a> {
    pub(super) fills: Vec<&'a Execution>,
    cash: Vec<&'a CashFlow>,
    actions: Vec<&'a CorporateAction>,
}

/// Fills and cash, handed out interval by interval, each once.
pub(super) struct Money<'a> {
    fills: std::iter::Peekable<std::vec::IntoIter<&'a Execution>>,
    cash: std::iter::Peekable<std::vec::IntoIter<&'a CashFlow>>,
    actions: Vec<&'a CorporateAction>,
}

impl<'a> Money<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        let mut fills: Vec<_> = record.executions.iter().collect();
        fills.sort_by_key(|fill| (fill.time, &fill.exec_id));
        let actions = action_rows::in_force(&record.actions);
        // Shares that come in are a change of positions and money that was paid for them at once.
        let in_kind: BTreeSet<&str> = record.actions.iter().map(|action| action.id.as_str()).collect();
        let cash = record.flows.iter().filter(|flow| !in_kind.contains(flow.id.as_str()));
        let mut cash: Vec<_> = cash.chain(&record.income).collect();
        cash.sort_by_key(|flow| flow.date);
        Self { fills: fills.into_iter().peekable(), cash: cash.into_iter().peekable(), actions }
    }

    /// What moved after `before` and is in `after`. Intervals are asked for in order.
    pub(super) fn between(&mut self, before: &Snapshot, after: &Snapshot) -> Moved<'a> {
        let mut moved = Moved::default();
        while let Some(fill) = self.fills.next_if(|fill| is_in(after, fill)) {
            if !is_in(before, fill) {
                moved.fills.push(fill);
            }
        }
        while let Some(flow) = self.cash.next_if(|flow| flow.date <= after.own_date()) {
            if flow.date > before.own_date() {
                moved.cash.push(flow);
            }
        }
        let inside = |action: &&&CorporateAction| {
            action.date > before.own_date() && action.date <= after.own_date() && action.proceeds.is_some()
        };
        moved.actions = self.actions.iter().filter(inside).copied().collect();
        moved
    }
}

/// `None` if a rate, or the earlier value, is unknown.
pub(super) fn unexplained<'a>(
    moved: &Moved,
    before: &Snapshot,
    after: &'a Snapshot,
    rates: &Rates,
) -> Option<Unexplained<'a>> {
    let mut explained = position_value(after)? - position_value(before)? + exchange_gain_on_cash(before, after)?;
    explained += accrued(before, after)?;
    for fill in &moved.fills {
        explained -= paid(fill, after, rates)?;
    }
    for flow in &moved.cash {
        let later = after.fx_to_base(flow.currency).map(|rate| flow.amount * rate);
        explained += later.or_else(|| flow.in_base(rates.base()))?;
    }
    for action in &moved.actions {
        let currency = action.currency.unwrap_or(rates.base());
        let rate = after.fx_to_base(currency).or_else(|| rates.on(currency, action.date))?;
        explained += action.proceeds.unwrap_or_default() * rate;
    }
    let amount = after.net_liquidation - before.net_liquidation - explained;
    let fraction = amount.checked_div(before.net_liquidation.abs())?;
    let bps = fraction.to_f64()? * 10_000.0;
    Some(Unexplained { snapshot: after, since: before.date, amount, bps, may_be_rates: false })
}

fn position_value(snapshot: &Snapshot) -> Option<Decimal> {
    let value = |(amount, currency)| Some(amount * snapshot.fx_to_base(currency)?);
    snapshot.known_positions().iter().map(|position| value((position.market_value, position.currency))).sum()
}

/// What was earned and not paid yet, less what of it was paid since: payments are in the income. Nothing where only one
/// of the sources reports it.
fn accrued(before: &Snapshot, after: &Snapshot) -> Option<Decimal> {
    let reported = !before.accruals.is_empty() && !after.accruals.is_empty();
    if before.source != after.source && !reported {
        return Some(Decimal::ZERO);
    }
    let value = |snapshot: &Snapshot| -> Option<Decimal> {
        snapshot.accruals.iter().map(|(currency, amount)| Some(*amount * snapshot.fx_to_base(*currency)?)).sum()
    };
    Some(value(after)? - value(before)?)
}

/// What the cash held before gained in base currency by the change of rates.
fn exchange_gain_on_cash(before: &Snapshot, after: &Snapshot) -> Option<Decimal> {
    let gain = |(currency, amount): (&Currency, &Decimal)| {
        if amount.is_zero() {
            return Some(Decimal::ZERO);
        }
        let earlier = before.fx_to_base(*currency)?;
        // A currency that has been sold altogether is not in the later snapshot any more.
        let later = after.fx_to_base(*currency).unwrap_or(earlier);
        Some(amount * (later - earlier))
    };
    before.cash.iter().map(gain).sum()
}

/// What a fill took out of the cash, its commission included, less the money it brought where it exchanged
/// money.
///
/// All at the later snapshot's rates, at which the cash that is left is valued too; at the fill's own rate the
/// exchange gain of the day would look unexplained.
fn paid(fill: &Execution, after: &Snapshot, rates: &Rates) -> Option<Decimal> {
    let later = |amount: Decimal, currency| after.fx_to_base(currency).map(|rate| amount * rate);
    let sign = Decimal::from(fill.side.sign());
    let price = later(fill.notional(), fill.currency).or_else(|| rates.notional(fill))? * sign;
    // A commission that is not reported yet has not been charged either, as far as the record goes.
    let commission = match fill.commission {
        None => Decimal::ZERO,
        Some(amount) => fill
            .commission_currency
            .and_then(|currency| later(amount, currency))
            .or_else(|| rates.commission(fill))?,
    };
    if is_trade(fill) {
        return Some(price + commission);
    }
    // `EUR.USD`: euros are bought and paid in dollars. Where that cannot be read, one is worth the other.
    let bought = fill.symbol.as_str().split(['.', '/']).next().and_then(|code| code.parse().ok());
    let brought = bought.and_then(|currency| later(fill.signed_quantity(), currency)).unwrap_or(price);
    Some(price - brought + commission)
}

fn summary(known: &[Unexplained]) -> Option<Finding> {
    let (unsure, sure): (Vec<&Unexplained>, Vec<&Unexplained>) = known.iter().partition(|rest| rest.may_be_rates);
    let shown = if sure.is_empty() { &unsure } else { &sure };
    let largest = shown.iter().max_by(|one, other| one.bps.abs().total_cmp(&other.bps.abs()))?;
    let large = sure.iter().filter(|rest| rest.is_large()).count();
    let intervals = counted(known.len(), "interval");
    let rates = match unsure.len() {
        0 => String::new(),
        unsure => format!("; in {unsure} it may be what exchange rates made of cash whose currencies are not known"),
    };
    let where_and_how_much = format!(
        "{:.1} bps ({}) from {} to {}",
        largest.bps,
        largest.amount.round_dp(2).normalize(),
        largest.since,
        largest.snapshot.date
    );
    let finding = if large > 0 {
        Finding::new(
            Severity::Warning,
            FindingKind::NetValue,
            format!(
                "in {large} of {intervals} more than {UNEXPLAINED_BPS} bps of the change in net value is unexplained, \
                 most {where_and_how_much}{rates}"
            ),
            "enter a missing deposit or withdrawal with `trackrecord flow add DATE AMOUNT`, or look for a missing fill, dividend or \
             fee; a dividend counts from its ex-date in the broker's value",
        )
        .at(snapshot_place(largest.snapshot))
    } else {
        Finding::new(
            Severity::Note,
            FindingKind::NetValue,
            format!(
                "net value is explained by prices, fills, flows and costs in {intervals}; most unexplained: \
                 {where_and_how_much}{rates}"
            ),
            if rates.is_empty() {
                "nothing to do"
            } else {
                "tick `Cash Report` in the Flex query, so that statements have the cash of each currency"
            },
        )
    };
    Some(finding.about(Subject::Period { from: largest.since, to: largest.snapshot.date }))
}

/// Each snapshot's net liquidation value against its own cash and positions: a warning with the largest
/// difference where it is above 0.1 %.
///
/// Only where cash, positions and all rates are known, and no contract is held whose market value is not part of
/// the net value (futures, CFDs).
pub fn snapshots_against_their_own_sums(record: &Record) -> Vec<Finding> {
    let instruments = Instruments::of(&record.executions);
    let comparable = |snapshot: &&Snapshot| {
        !snapshot.known_positions().iter().any(|position| instruments.is_margined_position(position))
    };
    let off: Vec<(&Snapshot, Decimal)> = record
        .snapshots
        .iter()
        .filter(comparable)
        .filter_map(|snapshot| Some((snapshot, snapshot.sum_of_parts()?)))
        .filter(|(snapshot, sum)| {
            (snapshot.net_liquidation - sum).abs() > snapshot.net_liquidation.abs() * SUM_TOLERANCE
        })
        .collect();
    let difference = |(snapshot, sum): &(&Snapshot, Decimal)| (snapshot.net_liquidation - sum).abs();
    let Some((snapshot, sum)) = off.iter().max_by_key(|entry| difference(entry)) else { return Vec::new() };
    let message = format!(
        "cash and positions do not add up to the net value in {}; most on {}: they come to {}, it says {}",
        counted(off.len(), "snapshot"),
        snapshot.date,
        sum.round_dp(2).normalize(),
        snapshot.net_liquidation.normalize()
    );
    let next = "look for a position, a currency or a rate that is missing or wrong";
    vec![
        Finding::new(Severity::Warning, FindingKind::SnapshotSum, message, next)
            .about(Subject::Date(snapshot.date))
            .at(snapshot_place(snapshot)),
    ]
}
