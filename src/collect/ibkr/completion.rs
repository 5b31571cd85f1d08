//! What an earlier collection could not ask about contracts, filled in once the gateway answers.
//!
//! Nothing stored is changed: the completed snapshot or fill is a newer version beside it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use ibapi::contracts::Contract;
use rust_decimal::Decimal;

use super::SOURCE;
use super::contracts::{Listing, exchange};
use super::snapshot::{PRICE_DOUBT, adds_up, whole_units};
use crate::error::Result;
use crate::record::store::Store;
use crate::record::{Execution, Position, Record, Snapshot};

/// What of the record lacks an answer about a contract.
#[derive(Debug, Default)]
pub struct Unanswered {
    /// The contracts, ready to be asked for.
    pub contracts: Vec<Contract>,
    dates: Vec<NaiveDate>,
    fills: Vec<Execution>,
}

impl Unanswered {
    /// Positions and fills of the gateway that do not say where they are listed, or whose price is in doubt for want of
    /// its unit.
    pub fn in_record(record: &Record) -> Self {
        let mut found = Self::default();
        let mut contracts: BTreeMap<u64, &str> = BTreeMap::new();
        for snapshot in record.snapshots.iter().filter(|snapshot| snapshot.source == SOURCE) {
            let lacking = snapshot.known_positions().iter().filter(|position| lacks(position, &snapshot.doubts));
            let named: Vec<_> =
                lacking.filter_map(|position| Some((position.conid?, position.symbol.as_str()))).collect();
            if !named.is_empty() {
                found.dates.push(snapshot.own_date());
            }
            contracts.extend(named);
        }
        for fill in record.executions.iter().filter(|fill| fill.source == SOURCE && fill.exchange.is_empty()) {
            if let Some(conid) = fill.conid {
                contracts.insert(conid, fill.symbol.as_str());
                found.fills.push(fill.clone());
            }
        }
        let asked = contracts.into_iter().filter_map(|(conid, symbol)| {
            Some(Contract { contract_id: i32::try_from(conid).ok()?, symbol: symbol.into(), ..Contract::default() })
        });
        found.contracts = asked.collect();
        found
    }

    /// The stored snapshots that these answers complete.
    ///
    /// # Errors
    /// A stored snapshot that cannot be read.
    pub fn snapshots(
        &self,
        store: &Store,
        listings: &BTreeMap<i32, Listing>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Snapshot>> {
        let mut completed = Vec::new();
        for date in &self.dates {
            let stored = store.snapshots_of(*date)?;
            // The last of a moment is the one that an earlier answer completed already.
            let last = stored.iter().enumerate().filter(|(place, one)| {
                one.source == SOURCE && !stored.iter().skip(place + 1).any(|later| later.same_moment(one))
            });
            completed.extend(last.filter_map(|(_, one)| complete(one, listings, now)));
        }
        Ok(completed)
    }

    /// The stored fills that these answers complete.
    pub fn fills(&self, listings: &BTreeMap<i32, Listing>) -> Vec<Execution> {
        let listed = |fill: &Execution| Some(listed(of_conid(listings, fill.conid)?));
        let completed =
            self.fills.iter().filter_map(|fill| Some(Execution { exchange: listed(fill)?, ..fill.clone() }));
        completed.filter(|fill| !fill.exchange.is_empty()).collect()
    }
}

fn lacks(position: &Position, doubts: &[String]) -> bool {
    position.exchange.is_empty() || doubts.iter().any(|doubt| is_of(position, doubt))
}

/// Whether a doubt is that the price of a position does not come to its value.
fn is_of(position: &Position, doubt: &str) -> bool {
    doubt.starts_with(&format!("{}: ", position.symbol)) && doubt.ends_with(PRICE_DOUBT)
}

fn listed(listing: &Listing) -> String {
    exchange(&Contract::default(), Some(listing))
}

fn of_conid(listings: &BTreeMap<i32, Listing>, conid: Option<u64>) -> Option<&Listing> {
    listings.get(&i32::try_from(conid?).ok()?)
}

/// A snapshot with what is known of its contracts now; `None` where that is no more than it says.
fn complete(stored: &Snapshot, listings: &BTreeMap<i32, Listing>, now: DateTime<Utc>) -> Option<Snapshot> {
    let mut snapshot = stored.clone();
    for position in snapshot.positions.iter_mut().flatten() {
        let Some(listing) = of_conid(listings, position.conid) else { continue };
        if position.exchange.is_empty() {
            position.exchange = listed(listing);
        }
        let units = position.quantity.checked_mul(listing.multiplier).unwrap_or(Decimal::ZERO);
        let price =
            position.market_price.map(|price| whole_units(price, position.market_value, units, Some(listing)));
        if price.is_some_and(|price| adds_up(price, units, position.market_value)) {
            position.market_price = price;
            snapshot.doubts.retain(|doubt| !is_of(position, doubt));
        }
    }
    (snapshot != *stored).then_some(Snapshot { generated: Some(now), ..snapshot })
}
