//! What would have become of a universe that nobody chose from: bought in equal parts, and restored to them once a year.

use rust_decimal::Decimal;

use super::Prices;
use super::backtest::{Cadence, Simulation, Span, backtest};
use crate::config::{Config, Member, Rule, Strategy};
use crate::error::{Error, Result};
use chrono::NaiveDate;

/// Everything that the strategies of a configuration choose from, each instrument once, in equal parts, at the assumed costs and with
/// the capital of the first of them. `None` without a universe.
pub fn of_all(config: &Config) -> Option<Strategy> {
    let first = config.strategy.first()?;
    let mut universe: Vec<Member> = Vec::new();
    for member in config.strategy.iter().flat_map(|strategy| &strategy.universe) {
        if universe.iter().all(|known| known.yahoo() != member.yahoo()) {
            universe.push(member.clone());
        }
    }
    (!universe.is_empty()).then(|| Strategy {
        rule: Rule::FixedWeights,
        weights: [].into(),
        min_threshold: Decimal::ZERO,
        universe,
        ..first.clone()
    })
}

/// Follows it from one date to another: bought at the close of the first, restored at the close of the first trading day of each
/// year.
///
/// # Errors
/// An instrument that has no price when it is to be bought, and the errors of [`backtest`].
pub fn simulate(
    strategy: &Strategy,
    config: &Config,
    prices: &Prices,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Simulation> {
    let span = Span {
        from: Some(from),
        to: Some(to),
        capital: Some(strategy.capital),
        invested_at_start: true,
        cadence: Cadence::Yearly,
    };
    let simulation = backtest(strategy, prices, config.account.base_currency, span)?;
    let missing = simulation.decisions.iter().find_map(|decision| {
        let skipped = decision.signal.skipped.first()?;
        Some((decision.date, skipped))
    });
    match missing {
        None => Ok(simulation),
        Some((date, skipped)) => Err(Error::data(format!(
            "on {date} {} cannot be bought in equal parts with the others: {}",
            skipped.symbol, skipped.reason
        ))
        .hint("run `trackrecord collect prices`, or take it out of the universe")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Strategies;
    use crate::strategy::testing::{prices, series, strategy};

    fn config(symbols: &[&str]) -> Config {
        let strategies = toml::Value::try_from(vec![Strategy { capital: 1000.into(), ..strategy(symbols, 1) }]);
        let strategy: Strategies = strategies.unwrap().try_into().unwrap();
        Config { strategy, ..Config::default() }
    }

    fn span() -> (NaiveDate, NaiveDate) {
        ("2020-01-02".parse().unwrap(), "2021-01-05".parse().unwrap())
    }

    /// A doubles within the year and halves after, B stands still.
    fn two() -> Prices {
        let of = |symbol, [first, second]: [&str; 2]| {
            let closes = [
                ("2019-12-31", "10"),
                ("2020-01-02", "10"),
                ("2020-07-01", first),
                ("2020-12-31", first),
                ("2021-01-04", first),
                ("2021-01-05", second),
            ];
            series(symbol, &closes)
        };
        prices([of("A", ["20", "10"]), of("B", ["10", "10"])])
    }

    #[test]
    fn parts_are_equal_at_the_start_and_again_in_each_new_year() {
        let config = config(&["A", "B"]);
        let found = simulate(&of_all(&config).unwrap(), &config, &two(), span()).unwrap();
        let values: Vec<String> =
            found.snapshots.iter().map(|day| format!("{} {}", day.date, day.net_liquidation.normalize())).collect();
        // 50 shares of each. Worth 1,500 when A has doubled, no trade in July; in January 37 of A for 740 and 75 of B, 10 in cash or so;
        // then A halves.
        assert_eq!(values[..3], ["2020-01-02 1000", "2020-07-01 1500", "2020-12-31 1500"]);
        let traded: Vec<String> = (found.executions.iter())
            .map(|fill| format!("{} {} {} {}", fill.utc_date(), fill.side, fill.quantity.normalize(), fill.symbol))
            .collect();
        assert_eq!(traded[..2], ["2020-01-02 BUY 50 A", "2020-01-02 BUY 50 B"]);
        assert!(traded[2..].iter().all(|line| line.starts_with("2021-01-04")) && traded.len() == 4, "{traded:?}");
    }

    #[test]
    fn what_has_no_price_at_the_start_is_named() {
        let mut all = two();
        let late = series("C", &[("2020-07-01", "5"), ("2021-01-05", "5")]);
        all.insert(late.symbol.clone(), late);
        let config = config(&["A", "B", "C"]);
        let error = simulate(&of_all(&config).unwrap(), &config, &all, span()).unwrap_err();
        assert!(error.message().starts_with("on 2020-01-02 C cannot be bought"), "{error}");
    }

    #[test]
    fn an_instrument_of_two_strategies_is_bought_once() {
        let two = toml::Value::try_from(vec![strategy(&["A", "B"], 1), strategy(&["B", "C"], 1)]).unwrap();
        let config = Config { strategy: two.try_into().unwrap(), ..Config::default() };
        let symbols: Vec<String> =
            of_all(&config).unwrap().universe.into_iter().map(|member| member.symbol).collect();
        assert_eq!(symbols, ["A", "B", "C"]);
    }
}
