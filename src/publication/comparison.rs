//! The live record beside the simulation of the same rules over the same dates.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::disclosure::{Disclosure, Published};
use super::strategy_view::{CauseView, ComparedDay, ComparisonView, ConeView};
use crate::analysis::benchmark::tracking_error;
use crate::analysis::catalogue::Unit;
use crate::analysis::cone::{ConePoint, cone, spread};
use crate::analysis::performance::Performance;
use crate::analysis::rebuilt::began_invested;
use crate::analysis::returns::daily_returns;
use crate::analysis::statistics::compounded;
use crate::analysis::tracking::{Causes, Market, Tracking, tracking};
use crate::config::{Config, FlowTiming, Strategy};
use crate::error::{Error, Result};
use crate::format::{self, Sign, day, number};
use crate::locale::Locale;
use crate::record::{PriceSymbol, Record, Snapshot, Ticker};
use crate::strategy::backtest::{Cadence, Simulation, Span, backtest};
use crate::strategy::momentum::STALE_DAYS;
use crate::strategy::rules::rule_in_words;

/// A backtest of so many days before the live record is what the rules promised; fewer say too little.
const HISTORY_DAYS: usize = 252;
/// At how many dates the cone is drawn.
const CONE_POINTS: usize = 120;

/// The comparison; `None` if prices of a configured universe are not stored, so that there is nothing to compare with.
///
/// # Errors
/// Why there is no comparison although there are prices.
pub fn comparison(
    record: &Record,
    config: &Config,
    series: (&Performance, &Performance),
    disclosure: &Disclosure,
) -> Result<Option<ComparisonView>> {
    let (Some(first), Some(last)) = (record.snapshots.first(), record.snapshots.last()) else { return Ok(None) };
    let members =
        |strategy: &Strategy| strategy.universe.iter().any(|member| record.prices.contains_key(&member.yahoo()));
    if config.strategy.is_empty() || !config.strategy.iter().all(members) || record.snapshots.len() < 2 {
        return Ok(None);
    }
    let invested = began_invested(record).ok_or_else(|| {
        Error::data("no snapshot says what was held, so the holdings a backtest would start with are unknown")
    })?;
    let simulated = simulated(record, config, (first.date, last.date), invested)?;
    let ends = simulated.snapshots.last().map(|snapshot| snapshot.date);
    if let Some(ends) = ends.filter(|ends| (last.date - *ends).num_days() > STALE_DAYS) {
        return Err(Error::data(format!("the prices of the universe end on {ends}")));
    }
    // What nothing maps is looked up under the broker's own name.
    let symbol_of = |ticker: &Ticker, conid, exchange: &str| {
        config.price_symbol(ticker, conid, exchange).unwrap_or_else(|_| Some(PriceSymbol::new(ticker.as_str())))
    };
    let market = Market { prices: &record.prices, symbol_of: &symbol_of, base: config.account.base_currency };
    let (found, history) = Locale::join(
        || tracking(record, &simulated, &market, config.analysis.flow_timing),
        || history(record, config).filter(|history| history.len() >= HISTORY_DAYS),
    );
    view(config, series, (&found?, history.as_deref()), disclosure)
}

/// All strategies, each with its share of a nominal account, as one record. Whole shares bought with the account's own
/// value would give that away.
fn simulated(
    record: &Record,
    config: &Config,
    (from, to): (NaiveDate, NaiveDate),
    invested_at_start: bool,
) -> Result<Record> {
    let nominal = config.strategy.iter().map(|strategy| strategy.capital).max().unwrap_or_default();
    let equal = Decimal::ONE / Decimal::from(config.strategy.len().max(1));
    let simulate = |strategy: &Strategy| {
        let share = if config.strategy.len() == 1 { Decimal::ONE } else { strategy.share.unwrap_or(equal) };
        let (capital, cadence) = (Some(nominal * share), Cadence::Monthly);
        let span = Span { from: Some(from), to: Some(to), capital, invested_at_start, cadence };
        backtest(strategy, &record.prices, config.account.base_currency, span)
    };
    let all = config.strategy.iter().map(simulate).collect::<Result<Vec<_>>>()?;
    Ok(together(all, nominal))
}

/// Several simulations as one account; capital that no strategy manages stays in cash.
fn together(mut all: Vec<Simulation>, nominal: Decimal) -> Record {
    let managed: Decimal = all.iter().map(capital).sum();
    let idle = nominal - managed;
    let snapshots = match all.as_mut_slice() {
        [only] if idle.is_zero() => std::mem::take(&mut only.snapshots),
        all => {
            let dates: BTreeSet<NaiveDate> =
                all.iter().flat_map(|one| one.snapshots.iter().map(|of| of.date)).collect();
            dates.into_iter().filter_map(|date| on(all, date, idle)).collect()
        }
    };
    let mut executions: Vec<_> = all.into_iter().flat_map(|one| one.executions).collect();
    executions.sort_by(|a, b| (a.time, &a.exec_id).cmp(&(b.time, &b.exec_id)));
    Record { snapshots, executions, ..Record::default() }
}

fn capital(one: &Simulation) -> Decimal {
    one.flows.first().map(|flow| flow.amount).unwrap_or_default()
}

/// The sum on one date: exchanges keep different holidays, so each simulation counts as it last was, and one that has
/// not begun as its capital.
fn on(all: &[Simulation], date: NaiveDate, idle: Decimal) -> Option<Snapshot> {
    let begun = |one: &Simulation| one.snapshots.partition_point(|of| of.date <= date).checked_sub(1);
    let waiting = all.iter().filter(|one| begun(one).is_none());
    let mut parts = all.iter().filter_map(|one| one.snapshots.get(begun(one)?).cloned());
    let mut sum = parts.next()?;
    parts.for_each(|part| add(&mut sum, part));
    sum.date = date;
    sum.net_liquidation += idle + waiting.map(capital).sum::<Decimal>();
    Some(sum)
}

fn add(sum: &mut Snapshot, other: Snapshot) {
    sum.as_of = sum.as_of.max(other.as_of);
    sum.net_liquidation += other.net_liquidation;
    sum.fx.extend(other.fx);
    for (currency, amount) in other.cash {
        *sum.cash.entry(currency).or_default() += amount;
    }
    sum.positions.get_or_insert_default().extend(other.positions.unwrap_or_default());
}

fn view(
    config: &Config,
    (daily, shown): (&Performance, &Performance),
    (found, history): (&Tracking, Option<&[f64]>),
    disclosure: &Disclosure,
) -> Result<Option<ComparisonView>> {
    let (Some(from), Some(to)) = (found.dates.first().copied(), found.dates.last().copied()) else { return Ok(None) };
    let frequency = daily.frequency();
    let enough = frequency.lacks(found.ours.len(), daily.series.calendar_days()).is_none();
    let (Some(live), Some(backtest)) = (compounded(&found.ours), compounded(&found.simulated)) else {
        return Ok(None);
    };
    let (returns, cone_source) = match history {
        Some(history) => (
            history,
            format!("the {} days of the backtest before the record began", number(history.len() as f64, 0, Sign::Minus)),
        ),
        None => (
            found.simulated.as_slice(),
            "the backtest over the record's own dates, because stored prices go back less than a year further: its middle is \
             where the rules went, not a forecast"
                .to_owned(),
        ),
    };
    let live_on: BTreeMap<NaiveDate, f64> =
        shown.series.dates().into_iter().zip(shown.index.iter().copied()).collect();
    let stops: Vec<usize> = match disclosure.by_day() {
        true => spread(found.ours.len(), CONE_POINTS),
        false => (1..found.dates.len())
            .filter(|at| found.dates.get(*at).is_some_and(|on| live_on.contains_key(on)))
            .collect(),
    };
    let cone = cone(returns, &stops);
    let mut grown = 1.0;
    let simulated = std::iter::once(1.0).chain(found.simulated.iter().map(|value| {
        grown *= 1.0 + value;
        grown
    }));
    let days = found.dates.iter().zip(simulated).filter_map(|(date, backtest)| {
        let live = disclosure.index(*live_on.get(date)?);
        Some(ComparedDay { date: *date, live, backtest: disclosure.market(backtest) })
    });
    let at = |point: &ConePoint| {
        let date = *found.dates.get(point.days)?;
        let ConePoint { low, middle, high, .. } = point;
        Some(ConeView {
            date,
            low: disclosure.cone(*low),
            middle: disclosure.cone(*middle),
            high: disclosure.cone(*high),
        })
    };
    let one = disclosure.cone(1.0);
    let start = ConeView { date: from, low: one, middle: one, high: one };
    let difference = disclosure.result_bps((live - backtest) * 10_000.0);
    Ok(Some(ComparisonView {
        from,
        to,
        days: days.collect(),
        verdict: cone.last().map(|end| verdict(1.0 + live, end)),
        cone: std::iter::once(start).chain(cone.iter().filter_map(at)).filter(|_| !cone.is_empty()).collect(),
        live: disclosure.whole(live),
        backtest: disclosure.market(backtest),
        difference_bps: difference,
        difference: written(difference.get(), disclosure),
        causes: causes(&found.causes, disclosure),
        tracking_error: enough
            .then(|| tracking_error(&found.ours, &found.simulated, frequency.periods))
            .flatten()
            .map(|value| disclosure.figure(value, Unit::Percent)),
        cone_source,
        assumptions: config.strategy.iter().map(assumptions).collect(),
    }))
}

/// Daily returns of the backtest up to the record's first snapshot; `None` where there are none.
fn history(record: &Record, config: &Config) -> Option<Vec<f64>> {
    let inception = record.snapshots.first()?.date;
    let [strategy] = &*config.strategy else { return None };
    let base = config.account.base_currency;
    let simulation =
        backtest(strategy, &record.prices, base, Span { to: Some(inception), ..Span::default() }).ok()?;
    let series = daily_returns(&simulation.snapshots, &simulation.flows, base, FlowTiming::Split).ok()?;
    Some(series.values())
}

fn verdict(live: f64, end: &ConePoint) -> String {
    let place = if live < end.low {
        "below the cone: fewer than one in twenty resampled records did as badly"
    } else if live > end.high {
        "above the cone: fewer than one in twenty resampled records did as well"
    } else if live < end.middle {
        "inside the cone, in its lower half, which is consistent with the rules"
    } else {
        "inside the cone, in its upper half, which is consistent with the rules"
    };
    format!("The account is {place}.")
}

fn causes(found: &Causes, disclosure: &Disclosure) -> Vec<CauseView> {
    let cause = |name, value: f64, meaning| {
        let bps = disclosure.result_bps(value * 10_000.0);
        CauseView { name, bps, text: written(bps.get(), disclosure), meaning }
    };
    let unknown = (found.unknown != 0.0).then(|| {
        cause(
            "Positions not known",
            found.unknown,
            "days on which no snapshot says what was held, so that their difference is unknown",
        )
    });
    let rest = cause(
        "The rest",
        found.rest,
        "distributions and interest against adjusted closes, the broker's prices against the exchange's",
    );
    let trading = if disclosure.shows_commissions() {
        vec![
            cause(
                "Fills against the close",
                found.fills,
                "what fills lost to the close of their day, less the assumed slippage",
            ),
            cause("Commissions", found.costs, "what was paid, less what was assumed"),
        ]
    } else {
        let meaning = "what fills lost to the close of their day and what they cost, less what was assumed";
        vec![cause("Fills and commissions", found.fills + found.costs, meaning)]
    };
    let known = [
        cause("Cash", found.cash, "more or less money beside the same instruments"),
        cause("Proportions", found.weights, "the same instruments in other weights"),
        cause("Timing", found.timing, "positions that only one side had in the ten days after a rebalance"),
        cause("Missed or extra trades", found.trades, "positions that only one side had after them"),
    ];
    trading.into_iter().chain(known).chain(unknown).chain([rest]).collect()
}

/// Basis points rounded to the digits that are meaningful: more of them would look like an amount of money.
fn written(bps: f64, disclosure: &Disclosure) -> String {
    match bps.abs() {
        size if size < 1000.0 => format!("{} bps", number(bps, disclosure.digits().bps, Sign::Both)),
        size if size < 10_000.0 => format!("{} bps", number(bps, 0, Sign::Both)),
        _ => format!("{}%", number(bps / 100.0, 1, Sign::Both)),
    }
}

/// The assumed commissions, with what there is of them.
pub(super) fn commissions(strategy: &Strategy, written: impl Fn(Decimal) -> String) -> String {
    let parts = [(strategy.commission_per_share, "a share"), (strategy.commission_bps, "basis points")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| !number.is_zero())
        .map(|(number, unit)| format!("{} {unit}", written(*number)))
        .collect();
    let least = Some(strategy.commission_min).filter(|least| !least.is_zero()).map(written);
    match (parts.join(" and "), least) {
        (parts, None) if parts.is_empty() => "no commissions".to_owned(),
        (parts, Some(least)) if parts.is_empty() => format!("commissions of {least} an order"),
        (parts, None) => format!("commissions of {parts}"),
        (parts, Some(least)) => format!("commissions of {parts}, at least {least} an order"),
    }
}

/// What the simulation assumes, as the configuration has it.
fn assumptions(strategy: &Strategy) -> String {
    let plain = |number: Decimal| format::written(&number.to_string());
    format!(
        "{}: {}; trades at the close of each month's first trading day, {} basis points worse; {}; adjusted \
         closes, so distributions are reinvested; {}% stays in cash.",
        strategy.name,
        rule_in_words(strategy),
        plain(strategy.slippage_bps),
        commissions(strategy, plain),
        plain((strategy.cash_buffer * Decimal::ONE_HUNDRED).normalize())
    )
}

/// The reason as a sentence for readers of the page.
pub fn reason(error: &Error, record: &Record) -> String {
    let until = record.snapshots.last().map(|snapshot| day(snapshot.date)).unwrap_or_default();
    format!("There is no backtest up to {until}: {}.", error.message())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rule;
    use crate::strategy::testing::{prices, series, strategy};

    #[test]
    fn a_holiday_of_one_exchange_leaves_no_hole() {
        let prices = prices([
            series("A", &[("2019-12-31", "10"), ("2020-01-02", "10"), ("2020-01-03", "11"), ("2020-01-06", "12")]),
            series("B", &[("2019-12-31", "10"), ("2020-01-02", "10"), ("2020-01-06", "10"), ("2020-01-07", "11")]),
            series("C", &[("2019-12-31", "10"), ("2020-01-03", "10"), ("2020-01-07", "10")]),
        ]);
        let simulate = |symbol: &str| {
            let rule = Strategy { rule: Rule::FixedWeights, ..strategy(&[symbol], 1) };
            let span = Span {
                from: "2020-01-02".parse().ok(),
                to: None,
                capital: Some(500.into()),
                invested_at_start: true,
                cadence: Cadence::Monthly,
            };
            backtest(&rule, &prices, "USD".parse().unwrap(), span).unwrap()
        };
        let all = ["A", "B", "C"].map(simulate).into();
        let sum = together(all, 1600.into()).snapshots;
        let shown: Vec<_> = sum.iter().map(|of| (of.date.to_string(), of.net_liquidation.normalize())).collect();
        // 100 idle; A 500, 550, 600, 600; B 500, 500, 500, 550; C has its 500 throughout.
        let wanted = [
            ("2019-12-31", 1600),
            ("2020-01-02", 1600),
            ("2020-01-03", 1650),
            ("2020-01-06", 1700),
            ("2020-01-07", 1750),
        ];
        assert_eq!(shown, wanted.map(|(date, value)| (date.to_owned(), value.into())));
    }
}
