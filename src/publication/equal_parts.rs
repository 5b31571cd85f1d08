//! The universe bought in equal parts and left alone, beside the account: hypothetical, and of market prices alone.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::comparison::commissions;
use super::disclosure::{Disclosure, MarketFigure, PublicReturn};
use super::view::Year;
use crate::analysis::performance::{Performance, performance};
use crate::analysis::returns::annualized;
use crate::analysis::statistics::compounded;
use crate::analysis::{Window, drawdown, periods, risk};
use crate::config::{Config, Strategy};
use crate::error::Result;
use crate::format::{day, with_dates};
use crate::record::Record;
use crate::strategy::equal_parts::{of_all, simulate};
use crate::strategy::momentum::STALE_DAYS;

/// What doing nothing would have come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EqualParts {
    /// First date of both.
    pub from: NaiveDate,
    /// Last date of both.
    pub to: NaiveDate,
    /// The tickers, as the universe has them.
    pub members: Vec<String>,
    /// What is assumed.
    pub assumptions: String,
    /// Growth of 1 at the dates of the account that are published.
    pub days: Vec<EqualDay>,
    /// Its total return.
    pub total: MarketFigure,
    /// The same a year, from a year on.
    pub annualized: Option<MarketFigure>,
    /// Its volatility a year.
    pub volatility: Option<MarketFigure>,
    /// Its deepest fall, by daily closes.
    pub max_drawdown: Option<MarketFigure>,
    /// The account's total return over the same dates.
    pub account: PublicReturn,
    /// The benchmark's.
    pub benchmark: Option<MarketFigure>,
    /// Year by year, ascending: the last one too where the account's own return ends on the same date.
    pub years: Vec<EqualYear>,
}

/// One date.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EqualDay {
    /// Which.
    pub date: NaiveDate,
    /// Growth of 1.
    pub index: MarketFigure,
}

/// One calendar year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EqualYear {
    /// Which.
    pub year: i32,
    /// Whether the record covers only part of it.
    pub partial: bool,
    /// The account's return.
    pub account: PublicReturn,
    /// That of equal parts.
    pub value: MarketFigure,
    /// The benchmark's.
    pub benchmark: Option<MarketFigure>,
}

/// Either that, or why there is none; neither where no prices of a universe are stored.
pub type Found = (Option<EqualParts>, Option<String>);

/// The universe in equal parts over the dates of a record of which positions are shown.
///
/// # Errors
/// A day whose return is undefined.
pub fn view(
    record: &Record,
    config: &Config,
    (daily, shown): (&Performance, &Performance),
    years: &[Year],
    disclosure: &Disclosure,
) -> Result<Found> {
    let (Some(first), Some(last)) = (record.snapshots.first(), record.snapshots.last()) else {
        return Ok((None, None));
    };
    let Some(strategy) = of_all(config) else { return Ok((None, None)) };
    let stored = strategy.universe.iter().any(|member| record.prices.contains_key(&member.yahoo()));
    if !stored || first.date >= last.date {
        return Ok((None, None));
    }
    let span = (first.date, last.date);
    let simulation = match simulate(&strategy, config, &record.prices, span) {
        Ok(simulation) => simulation,
        Err(error) => {
            return Ok((None, Some(format!("There is no such comparison: {}.", with_dates(error.message())))));
        }
    };
    let ends = simulation.snapshots.last().map(|snapshot| snapshot.date);
    if let Some(ends) = ends.filter(|ends| (last.date - *ends).num_days() > STALE_DAYS) {
        return Ok((
            None,
            Some(format!("There is no such comparison: the prices of the universe end on {}.", day(ends))),
        ));
    }
    let mut simulated = simulation.into_record(None);
    simulated.snapshots.retain(|snapshot| first.date <= snapshot.date);
    let theirs = performance(&simulated, &config.analysis, "", config.account.base_currency, Window::default())?;
    let inside = daily.series.window(Window { from: None, to: Some(last.date) });
    let (Some(total), Some(account)) = (compounded(&theirs.series.values()), compounded(&inside.values())) else {
        return Ok((None, None));
    };
    let market = |value: Option<f64>| value.map(|value| disclosure.market(value));
    let frequency = theirs.frequency();
    let values = theirs.series.values();
    let enough = frequency.lacks(values.len(), theirs.series.calendar_days()).is_none();
    Ok((
        Some(EqualParts {
            from: first.date,
            to: last.date,
            members: strategy.universe.iter().map(|member| member.ticker().to_string()).collect(),
            assumptions: assumptions(&strategy),
            days: on_published_days(&theirs, shown, last.date, disclosure),
            total: disclosure.market(total),
            annualized: market(annualized(total, theirs.series.calendar_days())),
            volatility: market(enough.then(|| risk::volatility(&values, frequency.periods)).flatten()),
            max_drawdown: market(drawdown::maximum(&theirs.drawdowns)),
            account: disclosure.whole(account),
            benchmark: market(daily.aligned.as_ref().and_then(|aligned| aligned.between(first.date, last.date))),
            years: of_years(&theirs, years, record, (last.date, daily.series.end() <= Some(last.date)), disclosure),
        }),
        None,
    ))
}

/// Growth of 1 at each published date of the account, at the last close on or before it.
fn on_published_days(
    theirs: &Performance,
    shown: &Performance,
    last: NaiveDate,
    disclosure: &Disclosure,
) -> Vec<EqualDay> {
    let dates = theirs.series.dates();
    let at = |date: NaiveDate| {
        let before = dates.partition_point(|known| *known <= date).checked_sub(1);
        let index = before.and_then(|at| theirs.index.get(at)).copied().unwrap_or(1.0);
        EqualDay { date, index: disclosure.market(index) }
    };
    shown.series.dates().into_iter().take_while(|date| *date <= last).map(at).collect()
}

fn of_years(
    theirs: &Performance,
    years: &[Year],
    record: &Record,
    (last, is_whole): (NaiveDate, bool),
    disclosure: &Disclosure,
) -> Vec<EqualYear> {
    let values = periods::by_year(&theirs.series);
    let is_over = |year: i32| {
        let end = NaiveDate::from_ymd_opt(year, 12, 31);
        end.is_some_and(|end| record.exchange.session_on_or_before(end) <= last)
    };
    let year = |year: &Year| {
        let value = values.get(&year.year).filter(|_| is_whole || is_over(year.year))?;
        Some(EqualYear {
            year: year.year,
            partial: year.partial,
            account: year.value,
            value: disclosure.market(*value),
            benchmark: year.benchmark,
        })
    };
    years.iter().filter_map(year).collect()
}

fn assumptions(strategy: &Strategy) -> String {
    let percent = |share: Decimal| (share * Decimal::ONE_HUNDRED).normalize();
    format!(
        "Bought at the close of the first date with a nominal capital in whole shares, and rebalanced to equal parts at the close of the \
         first trading day of each year, {} basis points worse than the close; {}; adjusted closes, so that \
         distributions are reinvested; {}% stays in cash.",
        strategy.slippage_bps,
        commissions(strategy, |number| number.to_string()),
        percent(strategy.cash_buffer)
    )
}

#[cfg(test)]
mod tests {
    use crate::config::PrivacyLevel;
    use crate::publication::{Published, testing};

    #[test]
    fn the_demo_stands_beside_its_universe() {
        let publication = testing::publication();
        let found = publication.equal_parts.unwrap();
        assert_eq!(found.members, ["MTUM", "QUAL", "SIZE", "USMV", "VLUE"]);
        assert_eq!((found.from, found.to), (publication.facts.inception, publication.facts.as_of));
        assert_eq!(found.days.len(), publication.days.len());
        // Its days and years make its total.
        let last = found.days.last().unwrap().index.get() - 1.0;
        let product: f64 = found.years.iter().map(|year| 1.0 + year.value.get()).product();
        assert!((last - found.total.get()).abs() < 2e-6, "{last}");
        assert_eq!(found.years.len(), publication.years.len());
        assert!((product - 1.0 - last).abs() < 1e-4, "{product}");
        assert!(publication.no_equal_parts.is_none());
    }

    #[test]
    fn where_months_are_published_it_has_month_ends() {
        let publication = testing::at(PrivacyLevel::Monthly, None);
        let days = publication.equal_parts.unwrap().days;
        assert_eq!(days.len(), publication.days.len());
    }
}
