//! What trading cost and how much was traded, year by year, as far as it may be shown.
//!
//! The sum over a known number of orders that each paid a known minimum would give the account's size away, and so would a
//! fee of a known amount.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::disclosure::{Disclosure, PublicCost, PublicFigure, PublicReturn};
use super::view::{Year, YearOfCosts};
use crate::analysis::costs::{self, by_year, gross_returns};
use crate::config::Config;
use crate::error::Result;
use crate::record::{FlowKind, Record};

/// The upper ends of the bands, in percent of the account's mean value.
const BANDS: [f64; 7] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

/// Costs, gross returns and turnover of the years whose trades are shown, ascending.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CostsView {
    /// Year by year.
    pub years: Vec<CostYear>,
    /// The return since inception before commissions and fees, where single costs are shown.
    pub gross: Option<PublicReturn>,
}

/// One calendar year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostYear {
    /// Which.
    pub year: i32,
    /// Whether the record covers only part of it.
    pub partial: bool,
    /// The account's return.
    pub net: PublicReturn,
    /// The same before commissions and fees, where single costs are shown and all of them known.
    pub gross: Option<PublicReturn>,
    /// Commissions.
    pub commissions: Cost,
    /// Charges that belong to no trade.
    pub fees: Cost,
    /// Tax withheld, refunds deducted.
    pub tax: Cost,
    /// Interest paid, less what was received.
    pub interest: Cost,
    /// What was traded, as a multiple of the account's mean value.
    pub turnover: Option<PublicFigure>,
}

/// A cost against the account's mean value: exactly, as a band, or neither where it is not known or not shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// In basis points.
    pub bps: Option<PublicCost>,
    /// `under 0.1 %`.
    pub band: Option<String>,
}

/// Whether a record holds a commission or a fee, so that its returns are after costs.
pub fn are_in(record: &Record) -> bool {
    first_in(record).is_some()
}

/// The date of the first commission or fee.
pub fn first_in(record: &Record) -> Option<NaiveDate> {
    let commissions = record.executions.iter().filter_map(|fill| Some((fill.utc_date(), fill.commission?)));
    let fees = record.income.iter().filter(|row| row.kind == FlowKind::Fee).map(|row| (row.date, row.amount));
    commissions.chain(fees).filter(|(_, cost)| !cost.is_zero()).map(|(date, _)| date).min()
}

/// The years of a record of which trades are shown up to a date, beside the returns of all years up to `as_of`.
///
/// # Errors
/// A day whose return is undefined.
pub fn view(
    record: &Record,
    config: &Config,
    disclosure: &Disclosure,
    (until, as_of): (NaiveDate, NaiveDate),
    returns: &[Year],
) -> Result<CostsView> {
    let (base, timing) = (config.account.base_currency, config.analysis.flow_timing);
    let shows_all = until >= as_of;
    let ended = |year: i32| {
        let last = NaiveDate::from_ymd_opt(year, 12, 31);
        last.is_some_and(|last| record.exchange.session_on_or_before(last) <= until)
    };
    let year = |found: &costs::YearOfCosts| {
        let of_returns = returns.iter().find(|year| year.year == found.year)?;
        let has_ended = ended(found.year);
        if !has_ended && !shows_all {
            return None;
        }
        let shown = |share: Option<f64>| cost(share, has_ended, disclosure);
        Some(CostYear {
            year: found.year,
            partial: of_returns.partial,
            net: of_returns.value,
            gross: found.gross.filter(|_| disclosure.shows_commissions()).map(|value| disclosure.period(value)),
            commissions: shown(found.commissions),
            tax: match found.tax {
                Some(0.0) if disclosure.shows_cost_bands() => Cost { bps: None, band: Some("none".into()) },
                tax => shown(tax),
            },
            fees: if disclosure.shows_commissions() { shown(found.fees) } else { Cost::default() },
            interest: if disclosure.shows_commissions() { shown(found.interest) } else { Cost::default() },
            turnover: (found.turnover)
                .filter(|_| has_ended || disclosure.shows_commissions())
                .map(|value| disclosure.turnover(value)),
        })
    };
    let years = by_year(record, base, timing)?.iter().filter_map(year).collect();
    let gross = match shows_all && disclosure.shows_commissions() {
        true => gross_returns(record, base, timing)?.and_then(|series| costs::total(&series)),
        false => None,
    };
    Ok(CostsView { years, gross: gross.map(|value| disclosure.period(value)) })
}

fn cost(share: Option<f64>, has_ended: bool, disclosure: &Disclosure) -> Cost {
    let Some(share) = share else { return Cost::default() };
    let band = disclosure.shows_cost_bands() && has_ended;
    Cost { bps: disclosure.cost_bps(share * 10_000.0), band: band.then(|| self::band(share * 100.0)) }
}

/// The band of the commissions of each year that has ended, where single ones are not shown; a year with an unknown commission has none.
pub fn bands(view: &CostsView) -> Vec<YearOfCosts> {
    let band = |year: &CostYear| Some(YearOfCosts { year: year.year, band: year.commissions.band.clone()? });
    view.years.iter().filter_map(band).collect()
}

fn band(percent: f64) -> String {
    match BANDS.iter().find(|end| percent < **end) {
        Some(end) => format!("under {end} %"),
        None => "5 % or more".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PrivacyLevel;
    use crate::publication::{Published, testing};

    #[test]
    fn a_share_is_in_the_narrowest_band_that_it_is_under() {
        let bands = [0.0, 0.0499, 0.05, 0.19, 0.3, 4.9, 5.0].map(band);
        let wanted =
            ["under 0.05 %", "under 0.05 %", "under 0.1 %", "under 0.2 %", "under 0.5 %", "under 5 %", "5 % or more"];
        assert_eq!(bands, wanted);
    }

    #[test]
    fn gross_is_above_net_by_about_what_was_paid() {
        let publication = testing::publication();
        let costs = &publication.trading_costs;
        assert_eq!(costs.years.len(), publication.years.len());
        for year in &costs.years {
            let paid = year.commissions.bps.unwrap().get() / 1e4;
            let gap = year.gross.unwrap().get() - year.net.get();
            assert!(gap >= 0.0 && (gap - paid).abs() < paid * 0.5 + 2e-5, "{} {gap} {paid}", year.year);
            assert!(year.turnover.is_some() && year.commissions.band.is_none());
        }
        let net = publication.value("returns.total").unwrap();
        assert!(costs.gross.unwrap().get() > net);
    }

    #[test]
    fn each_level_shows_what_it_may() {
        let daily = testing::at(PrivacyLevel::Daily, None).trading_costs;
        assert!(daily.gross.is_none());
        for year in &daily.years {
            assert!(year.gross.is_none() && year.commissions.bps.is_none());
            assert!(year.fees == Cost::default() && year.interest == Cost::default(), "a known fee names the size");
            let tenths = year.turnover.map_or(0.0, |value| value.get() * 10.0);
            assert!((tenths - tenths.round()).abs() < 1e-9, "{year:?}");
        }
        assert!(daily.years.iter().any(|year| year.commissions.band.is_some()));
        for level in [PrivacyLevel::Monthly, PrivacyLevel::Coarse] {
            let months = testing::at(level, None).trading_costs;
            let nothing = |year: &CostYear| {
                [&year.commissions, &year.tax, &year.fees, &year.interest]
                    .into_iter()
                    .all(|one| *one == Cost::default())
                    && year.gross.is_none()
            };
            assert!(!months.years.is_empty() && months.years.iter().all(nothing) && months.gross.is_none());
        }
    }
}
