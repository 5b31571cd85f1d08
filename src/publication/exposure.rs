//! How much of the account was at work, at the dates whose positions are shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::disclosure::Published;
use super::view::{MonthEnd, Publication};

/// Exposure on one date, as fractions of the account's value. Each follows from weights that are published on that date.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Exposure {
    /// The date of the positions.
    pub date: NaiveDate,
    /// Holdings less what is sold short: what is not cash.
    pub net: f64,
    /// What is sold short, 0 or negative.
    pub short: f64,
    /// Holdings and what is sold short together.
    pub gross: f64,
    /// Cash; below zero where money was borrowed.
    pub cash: f64,
}

/// The exposure at every date whose cash is shown, ascending: net is 1 less cash, gross is net and twice what is short.
pub fn exposures(publication: &Publication) -> Vec<Exposure> {
    let of = |end: &MonthEnd| {
        let cash = end.cash_weight?.get();
        let weights = end.positions.iter().filter_map(|position| position.weight.map(Published::get));
        let short = weights.map(|weight| weight.min(0.0)).sum::<f64>();
        let net = 1.0 - cash;
        Some((
            end.positions_as_of?,
            Exposure { date: end.positions_as_of?, net, short, gross: net - 2.0 * short, cash },
        ))
    };
    let by_date: BTreeMap<NaiveDate, Exposure> = publication.month_ends.values().filter_map(of).collect();
    by_date.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::snapshots;
    use crate::analysis::trade_samples::position;
    use crate::config::{Config, PrivacyLevel, Status};
    use crate::publication::redact;
    use crate::record::Record;

    #[test]
    fn a_short_position_counts_twice_in_gross_and_against_net() {
        // 1,300 held, 300 short, nothing in cash: 1,000.
        let mut snapshots = snapshots("2026-01-29", &["1000", "1000"]);
        for snapshot in &mut snapshots {
            snapshot.positions = Some(vec![position("A", 13, 100), position("B", -3, 100)]);
            snapshot.cash = [("USD".parse().unwrap(), 0.into())].into();
        }
        let mut config = Config::default();
        config.site.status = Status::Live;
        config.privacy.precision = PrivacyLevel::Fine;
        let publication = redact(&Record { snapshots, ..Record::default() }, &config).unwrap();
        let [found] = exposures(&publication).try_into().unwrap();
        let near = |one: f64, other: f64| (one - other).abs() < 1e-12;
        assert!(
            near(found.net, 1.0) && near(found.short, -0.3) && near(found.gross, 1.6) && near(found.cash, 0.0),
            "{found:?}"
        );
    }
}
