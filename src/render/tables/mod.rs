//! The published tables as CSV and JSON, from which every figure can be recomputed.

mod columns;
mod record;
mod strategies;
mod table;

pub use record::{daily, orders};
pub use table::{Column, Table, Values};

use crate::publication::Publication;
use record::{
    contributions, contributions_by_month, costs, drawdowns, months, points, positions, round_trips, slippage,
};

/// Every table of a publication.
pub fn all(publication: &Publication) -> Vec<Table> {
    let mut tables = vec![
        points(publication),
        months(publication),
        positions(publication),
        orders(publication),
        round_trips(publication),
        slippage(publication),
        drawdowns(publication),
    ];
    tables.extend(contributions(publication));
    tables.extend(contributions_by_month(publication));
    tables.extend(costs(publication));
    tables.extend(strategies::all(publication));
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_a_publication_are_rectangular_and_hide_amounts() {
        for table in all(&crate::publication::testing::publication()) {
            assert!(table.columns.iter().all(|column| column.values.len() == table.rows()), "{}", table.name);
            let hidden = ["quantity", "market_value", "notional", "net_liquidation", "profit", "commission"];
            assert!(table.columns.iter().all(|column| !hidden.contains(&column.name)), "{}", table.name);
            table.files().unwrap();
        }
    }
}
