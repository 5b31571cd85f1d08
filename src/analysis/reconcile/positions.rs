//! Positions counted from fills and corporate actions, against positions in the snapshots.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::snapshot_place;
use crate::analysis::holdings::{Holdings, tickers};
use crate::record::option_name::is_option;
use crate::record::{Finding, FindingKind, Instrument, Instruments, Record, Severity, Snapshot, Subject, Ticker};

/// Differences up to this many shares are rounding of fractional shares.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// Where a position first parted from what the fills say.
struct Divergence<'a> {
    snapshot: &'a Snapshot,
    counted: Decimal,
    reported: Decimal,
    lasting: bool,
}

/// Rolls the positions of the first snapshot that has any forward by fills and corporate actions, and compares with each
/// later one: per instrument the first difference, with both numbers.
///
/// A difference that the very next snapshot no longer shows is one of timing, such as a fill around midnight,
/// and is left out.
pub fn positions_against_fills(record: &Record) -> Vec<Finding> {
    let holdings = Holdings::of(record);
    let Some(((first, counted), later)) = holdings.known().split_first() else { return Vec::new() };
    let names = tickers(record, &Instruments::of(&record.executions));
    let mut movements = holdings.movements.iter().filter(|movement| !movement.is_in(first)).peekable();

    let mut counted = counted.clone();
    let mut diverged: BTreeMap<Instrument, Divergence> = BTreeMap::new();
    for (snapshot, reported) in later {
        while let Some(movement) = movements.next_if(|movement| movement.is_in(snapshot)) {
            movement.apply(&mut counted);
        }
        compare(snapshot, &counted, reported, &mut diverged);
    }
    let mut found: Vec<_> = diverged.into_iter().collect();
    found.sort_by_key(|(_, divergence)| divergence.snapshot.date);
    found.iter().map(|(instrument, divergence)| finding(name(&names, instrument), first.date, divergence)).collect()
}

fn compare<'a>(
    snapshot: &'a Snapshot,
    counted: &BTreeMap<Instrument, Decimal>,
    reported: &BTreeMap<Instrument, Decimal>,
    diverged: &mut BTreeMap<Instrument, Divergence<'a>>,
) {
    let instruments: BTreeSet<&Instrument> = counted.keys().chain(reported.keys()).collect();
    for instrument in instruments {
        let counted = counted.get(instrument).copied().unwrap_or_default();
        let reported = reported.get(instrument).copied().unwrap_or_default();
        if (counted - reported).abs() > ROUNDING {
            diverged
                .entry(instrument.clone())
                .and_modify(|divergence| divergence.lasting = true)
                .or_insert(Divergence { snapshot, counted, reported, lasting: false });
        } else if diverged.get(instrument).is_some_and(|divergence| !divergence.lasting) {
            diverged.remove(instrument);
        }
    }
}

fn name(names: &BTreeMap<Instrument, &Ticker>, instrument: &Instrument) -> Ticker {
    match (names.get(instrument), instrument) {
        (Some(symbol), _) => (*symbol).clone(),
        (None, Instrument::Ticker(symbol, ..)) => symbol.clone(),
        (None, Instrument::Contract(contract)) => Ticker::new(format!("contract {contract}")),
    }
}

fn finding(symbol: Ticker, since: NaiveDate, divergence: &Divergence) -> Finding {
    let Divergence { snapshot, counted, reported, .. } = divergence;
    let missing = reported - counted;
    let quantity = missing.abs().normalize();
    let what = if missing > Decimal::ZERO { "purchase" } else { "sale" };
    let next = match split(*counted, *reported) {
        // Contracts are seldom split, often there are two of them, and they end by themselves.
        _ if is_option(symbol.as_str()) => format!(
            "look for a missing {what} of {}, or an exercise, assignment, expiry or transfer, up to this date",
            if quantity == Decimal::ONE { "1 contract".to_owned() } else { format!("{quantity} contracts") }
        ),
        Some(ratio) => format!(
            "this looks like a {ratio} split; include Corporate Actions in the Flex query, or enter it by hand"
        ),
        None => format!("look for a missing {what} of {quantity}, or a transfer or split, up to this date"),
    };
    Finding::new(
        Severity::Warning,
        FindingKind::Positions,
        format!(
            "the fills since {since} come to {}, the snapshot of {} holds {}",
            counted.normalize(),
            snapshot.date,
            reported.normalize()
        ),
        next,
    )
    .headed(Subject::Ticker(symbol))
    .about(Subject::Date(snapshot.date))
    .at(snapshot_place(snapshot))
}

/// `2-for-1` where one quantity is a small whole multiple of the other.
fn split(counted: Decimal, reported: Decimal) -> Option<String> {
    let whole = |ratio: Decimal| ratio.fract().is_zero() && ratio >= Decimal::TWO && ratio <= Decimal::from(20);
    let (up, down) = (reported.checked_div(counted)?, counted.checked_div(reported));
    if whole(up) {
        return Some(format!("{}-for-1", up.normalize()));
    }
    down.filter(|down| whole(*down)).map(|down| format!("1-for-{}", down.normalize()))
}
