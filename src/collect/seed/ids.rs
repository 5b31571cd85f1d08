//! What the ids of the earlier system are worth.
//!
//! It gave every fill of an annotated symbol the id of the annotation, so that a purchase and the later sale share one.
//! A fill without an annotation got a new random id at each pull, so that a fill pulled twice has two.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::collect::Batch;
use crate::error::Place;
use crate::record::{ExecId, Execution, Finding, FindingKind, Severity, Side, Snapshot, same_ticker};

/// Gives fills that share an id, and are different ones, an id of their own: the id and the time. The first keeps the
/// bare one, to which the annotation belongs.
pub fn give_own_ids(fills: &mut [Execution]) {
    let mut by_id: BTreeMap<ExecId, Vec<usize>> = BTreeMap::new();
    for (index, fill) in fills.iter().enumerate() {
        by_id.entry(fill.exec_id.clone()).or_default().push(index);
    }
    for (id, mut indices) in by_id.into_iter().filter(|(_, indices)| indices.len() > 1) {
        indices.sort_by_key(|index| fills.get(*index).map(content));
        let mut taken = BTreeSet::new();
        let mut before = None;
        let mut name = id.clone();
        for index in indices {
            let own = fills.get(index).map(content);
            let Some(fill) = fills.get_mut(index) else { continue };
            if before.is_some() && own != before {
                let time = fill.time.format("%Y-%m-%dT%H:%M:%S%.fZ");
                let numbered = (1..).map(|number| match number {
                    1 => format!("{} at {time}", id.as_str()),
                    more => format!("{} at {time} ({more})", id.as_str()),
                });
                name = ExecId::new(numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or_default());
                taken.insert(name.as_str().to_owned());
            }
            fill.exec_id = name.clone();
            before = own;
        }
    }
}

/// What distinguishes fills of one id.
fn content(fill: &Execution) -> (DateTime<Utc>, Side, Decimal, Decimal) {
    (fill.time, fill.side, fill.quantity, fill.price)
}

/// Fills that are equal in all but their id are one fill pulled twice, or two of one order. Where the positions before and after
/// them come out right with one of them alone, the other is left out; elsewhere both stay, with a warning.
pub fn judge_twins(batch: &mut Batch, places: Vec<Place>) {
    let mut first: BTreeMap<_, usize> = BTreeMap::new();
    let mut twins: Vec<usize> = Vec::new();
    for (index, fill) in batch.executions.iter().enumerate() {
        let numbers = (fill.quantity, fill.price, fill.commission, fill.reference_price);
        match first.get(&(fill.time, fill.symbol.clone(), fill.side, numbers)) {
            Some(earlier)
                if batch.executions.get(*earlier).is_some_and(|earlier| earlier.exec_id != fill.exec_id) =>
            {
                twins.push(index);
            }
            Some(_) => {}
            None => {
                first.insert((fill.time, fill.symbol.clone(), fill.side, numbers), index);
            }
        }
    }
    let (doubled, unsure): (Vec<usize>, Vec<usize>) = twins
        .iter()
        .copied()
        .partition(|index| batch.executions.get(*index).is_some_and(|twin| is_doubled(batch, twin, &twins)));
    if let Some(place) = unsure.first().and_then(|index| places.get(*index)) {
        let rows = if unsure.len() == 1 { "1 fill is".to_owned() } else { format!("{} fills are", unsure.len()) };
        let message =
            format!("{rows} equal to another one in all but `trade_id`, as a fill that was pulled twice is");
        let next = "if it is one fill, delete one of the rows and import again; both count as they are";
        batch.notices.push(Finding::new(Severity::Warning, FindingKind::Twins, message, next).at(place.clone()));
    }
    for index in &doubled {
        let Some(place) = places.get(*index) else { continue };
        let reason =
            "another one is equal in all but `trade_id`, and by the positions before and after there was one";
        batch.skip("fill", reason, place.clone());
    }
    let doubled: BTreeSet<usize> = doubled.into_iter().collect();
    let mut index = 0;
    batch.executions.retain(|_| {
        index += 1;
        !doubled.contains(&(index - 1))
    });
}

/// Whether the snapshots around a fill agree with its instrument's fills without the twins, and not with them.
fn is_doubled(batch: &Batch, twin: &Execution, twins: &[usize]) -> bool {
    let reported = || batch.snapshots.iter().filter(|snapshot| snapshot.positions.is_some());
    let before = reported().filter(|snapshot| snapshot.as_of < twin.time).max_by_key(|snapshot| snapshot.as_of);
    let after = reported().filter(|snapshot| snapshot.as_of >= twin.time).min_by_key(|snapshot| snapshot.as_of);
    let (Some(before), Some(after)) = (before, after) else { return false };
    let held = |snapshot: &Snapshot| -> Decimal {
        let own = |symbol: &str| same_ticker(symbol, twin.symbol.as_str());
        snapshot.known_positions().iter().filter(|held| own(held.symbol.as_str())).map(|held| held.quantity).sum()
    };
    let counted = |with_twins: bool| -> Decimal {
        let between = batch.executions.iter().enumerate().filter(|(index, fill)| {
            same_ticker(fill.symbol.as_str(), twin.symbol.as_str())
                && fill.time > before.as_of
                && fill.time <= after.as_of
                && (with_twins || !twins.contains(index))
        });
        between.map(|(_, fill)| fill.signed_quantity()).sum()
    };
    let change = held(after).saturating_sub(held(before));
    counted(false) == change && counted(true) != change
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Ticker;
    use crate::record::testing::fill;

    fn row(id: &str, time: &str, side: Side) -> Execution {
        Execution {
            exec_id: ExecId::new(id),
            time: time.parse().unwrap(),
            symbol: Ticker::new("AB"),
            side,
            quantity: 100.into(),
            ..fill("")
        }
    }

    fn ids(rows: Vec<Execution>) -> Vec<String> {
        let mut rows = rows;
        give_own_ids(&mut rows);
        rows.into_iter().map(|row| row.exec_id.as_str().to_owned()).collect()
    }

    #[test]
    fn of_different_fills_with_one_id_the_first_keeps_it() {
        let (bought, sold) = ("2026-01-27T14:30:00Z", "2026-02-27T14:30:00Z");
        assert_eq!(
            ids(vec![row("a", sold, Side::Sell), row("b", bought, Side::Buy), row("a", bought, Side::Buy)]),
            ["a at 2026-02-27T14:30:00Z", "b", "a"]
        );
        assert_eq!(ids(vec![row("a", bought, Side::Buy), row("a", bought, Side::Buy)]), ["a", "a"]);
        let more = Execution { quantity: 7.into(), ..row("a", sold, Side::Sell) };
        assert_eq!(
            ids(vec![row("a", bought, Side::Buy), row("a", sold, Side::Sell), more]),
            ["a", "a at 2026-02-27T14:30:00Z (2)", "a at 2026-02-27T14:30:00Z"]
        );
    }

    #[test]
    fn a_twin_is_left_out_where_positions_prove_it_and_named_elsewhere() {
        let at = "2026-01-27T14:30:00Z";
        let rows = vec![row("a", at, Side::Buy), row("b", at, Side::Buy)];
        let places = || vec![Place::line("a.csv", 2), Place::line("a.csv", 3)];
        let mut batch = Batch { executions: rows.clone(), ..Batch::default() };
        judge_twins(&mut batch, places());
        assert_eq!((batch.executions.len(), batch.notices.len()), (2, 1));
        assert_eq!(batch.notices[0].kind, FindingKind::Twins);

        let snapshot = |day: &str, quantity: &str| -> Snapshot {
            let position = format!(
                r#"{{"symbol": "AB.L", "conid": null, "exchange": "", "currency": "USD", "quantity": "{quantity}", "average_cost": null,
                    "market_price": null, "market_value": "1", "unrealized_pnl": null, "realized_pnl": null}}"#
            );
            let position = if quantity == "0" { String::new() } else { position };
            serde_json::from_str(&format!(
                r#"{{"schema": 1, "date": "{day}", "as_of": "{day}T21:00:00Z", "account": "seed", "base_currency": "USD",
                    "net_liquidation": "1000", "positions": [{position}], "source": "seed"}}"#
            ))
            .unwrap()
        };
        let held = |quantity: &str| vec![snapshot("2026-01-26", "0"), snapshot("2026-01-27", quantity)];
        let mut batch = Batch { executions: rows.clone(), snapshots: held("100"), ..Batch::default() };
        judge_twins(&mut batch, places());
        assert_eq!((batch.executions.len(), batch.skipped_rows(), batch.notices.len()), (1, 1, 0));
        let mut batch = Batch { executions: rows, snapshots: held("200"), ..Batch::default() };
        judge_twins(&mut batch, places());
        assert_eq!((batch.executions.len(), batch.notices.len()), (2, 1));
    }
}
