//! The trades that bring the live account to its targets: newest snapshot and signal in, [`Plan`] out, or the reason
//! why there is none.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::holdings::{Holdings, holdings};
use super::momentum::STALE_DAYS;
use super::ownership::may_hold;
use super::rebalance::{Decision, Portfolio, Terms, Trade, expected_cash, trades};
use super::rules::{signal, targets};
use super::staleness::staleness;
use super::{Quote, stored_rate};
use crate::calendar::price_age;
use crate::config::{Config, Strategy};
use crate::error::{Error, Place, Result};
use crate::record::{
    CashFlow, Currency, Execution, Plan, PlannedTrade, PriceSymbol, Record, Signal, Snapshot, Ticker, Unchanged,
};

/// A stored price that differs from the broker's by more than this factor, either way, is not the same quote: pence for
/// pounds, another listing, or before a split.
const FARTHEST: Decimal = Decimal::from_parts(15, 0, 0, false, 1);

/// A reference price that is this many sessions of its exchange old is reported as old.
const SESSIONS_TO_NAME: usize = 2;
/// A reference price that is more sessions old than this is refused: no order is sized with it.
const SESSIONS_TO_REFUSE: usize = 5;

/// The trades that bring the account to a strategy's targets, by what was known on `as_of`.
///
/// # Errors
/// Whatever would make the plan a guess: no snapshot, or one older than the signal or than a fill; a snapshot without
/// positions; a position whose owner cannot be determined; a currency without a rate; a price that is missing, stale or
/// not of the same listing; a short position.
pub fn plan(record: &Record, config: &Config, strategy: &Strategy, as_of: NaiveDate) -> Result<Plan> {
    let snapshot = newest_snapshot(record, as_of)?;
    let signal = answer(record, strategy, as_of)?;
    not_older_than(&signal, snapshot, record, strategy)?;
    nothing_newer(record, snapshot, as_of)?;
    let held = holdings(snapshot, record, config, strategy)?;
    can_be_ranked(&held, &signal)?;

    let targets = targets(strategy, &signal, &held.portfolio.values());
    targets.keys().try_for_each(|symbol| may_hold(config, snapshot, strategy, symbol))?;
    let mut quotes = BTreeMap::new();
    for symbol in held.portfolio.held.keys().chain(targets.keys()) {
        let quote = quote(record, snapshot, symbol, as_of)?;
        if let Some(position) = held.positions.get(symbol) {
            is_same_instrument(symbol, &quote, position.currency, position.market_price)?;
        }
        quotes.insert(symbol.clone(), quote);
    }
    let old = old_prices(&quotes, as_of);
    let terms = Terms::of(strategy);
    let mut portfolio = held.portfolio.clone();
    let mut unchanged = held.left_alone.clone();
    if strategy.sell_unknown {
        for (ticker, unknown) in &held.unknown {
            // What is in no universe has no symbol of Yahoo's and goes by its ticker.
            let symbol = PriceSymbol::new(ticker.as_str());
            quotes.insert(symbol.clone(), unknown.quote);
            portfolio.held.insert(symbol, unknown.held);
        }
    } else {
        unchanged.extend(held.unknown.iter().map(|(ticker, unknown)| Unchanged {
            symbol: ticker.to_string(),
            current_weight: weight(unknown.held.value, snapshot.net_liquidation),
            target_weight: None,
            reason: "not in the universe; `sell_unknown = true` sells it".into(),
        }));
    }
    let mut cash = portfolio.cash;
    let made = trades(&portfolio, &targets, &quotes, &terms, &signal.selected, |trade| {
        cash = expected_cash(cash, trade, &terms.costs);
        cash
    });
    let notes = held.notes.iter().cloned().chain(old).chain(little_cash(&portfolio, &terms, snapshot.base_currency));
    let notes = notes.chain(currencies_needed(snapshot, &made)).collect();
    let decision = Decision { date: as_of, signal, portfolio, targets, terms, trades: made, cash_after: cash };
    let mut plan = document(strategy, &decision, snapshot.date, config.account.base_currency);
    plan.unchanged.extend(unchanged);
    plan.notes = notes;
    Ok(plan)
}

/// A rebalance as a plan that can be saved.
pub fn document(strategy: &Strategy, decision: &Decision, snapshot: NaiveDate, base: Currency) -> Plan {
    let portfolio = &decision.portfolio;
    let trade = |trade: &Trade| {
        let member = strategy.universe.iter().find(|member| member.symbol == trade.symbol.as_str());
        let before = portfolio.held.get(&trade.symbol).copied().unwrap_or_default().value;
        let notional = trade.shares * trade.quote.in_base();
        PlannedTrade {
            symbol: trade.symbol.clone(),
            ticker: member.map_or_else(|| Ticker::new(trade.symbol.as_str()), |member| member.ticker()),
            name: member.map(|member| member.name.clone()).unwrap_or_default(),
            action: trade.side,
            shares: trade.shares.normalize(),
            reference_price: trade.quote.price.normalize(),
            reference_date: trade.quote.date,
            currency: trade.quote.currency,
            notional_base: notional.round_dp(2),
            current_weight: weight(before, portfolio.value),
            target_weight: trade.target_weight.to_f64().unwrap_or_default(),
            weight_after: weight(before + trade.side.signed(notional), portfolio.value),
        }
    };
    Plan {
        schema: crate::record::schema::Schema::NOW,
        strategy: strategy.id.clone(),
        as_of: decision.date,
        made_at: None,
        formation: decision.signal.formation,
        snapshot,
        nav: portfolio.value.round_dp(2),
        base_currency: base,
        threshold: strategy.min_threshold,
        trades: decision.trades.iter().map(trade).collect(),
        unchanged: untraded(strategy, decision),
        cash_after: decision.cash_after.round_dp(2),
        notes: Vec::new(),
    }
}

fn weight(value: Decimal, whole: Decimal) -> f64 {
    value.checked_div(whole).and_then(|share| share.to_f64()).unwrap_or_default()
}

fn newest_snapshot(record: &Record, as_of: NaiveDate) -> Result<&Snapshot> {
    let after = record.snapshots.partition_point(|snapshot| snapshot.date <= as_of);
    let known = after.checked_sub(1).and_then(|newest| record.snapshots.get(newest));
    let snapshot = known.ok_or_else(|| {
        Error::data(format!("there is no snapshot of the account on or before {as_of}"))
            .at(Place::file("data/snapshots"))
            .hint("run `trackrecord collect snapshot`, or import a statement")
    })?;
    let age = (as_of - snapshot.date).num_days();
    if age > STALE_DAYS {
        return Err(Error::data(format!(
            "the newest snapshot is of {}, {age} days before {as_of}: what is held now would be a guess",
            snapshot.date
        ))
        .at(Place::file("data/snapshots"))
        .hint("run `trackrecord collect snapshot`, or name an earlier date with `--as-of`"));
    }
    Ok(snapshot)
}

/// Refuses fills after the snapshot: the plan would repeat them.
fn nothing_newer(record: &Record, snapshot: &Snapshot, as_of: NaiveDate) -> Result<()> {
    let newer = |fill: &&Execution| fill.time > snapshot.as_of && fill.utc_date() <= as_of;
    let fills = record.executions.iter().filter(newer).count();
    let moved = |flow: &&CashFlow| flow.kind.is_external() && flow.date > snapshot.own_date() && flow.date <= as_of;
    let flows = record.flows.iter().filter(moved).count();
    let what = match (fills, flows) {
        (0, 0) => return Ok(()),
        (0, _) => "deposits or withdrawals are",
        (1, _) => "a fill is",
        _ => "fills are",
    };
    Err(Error::data(format!(
        "{what} newer than the snapshot of {}: what they changed would be traded again",
        snapshot.as_of.format("%Y-%m-%d %H:%M UTC")
    ))
    .at(Place::file("data/snapshots"))
    .hint("run `trackrecord collect snapshot`, then this again"))
}

fn answer(record: &Record, strategy: &Strategy, as_of: NaiveDate) -> Result<Signal> {
    let signal = signal(strategy, &record.prices, as_of);
    let stale = staleness(strategy, &record.prices, as_of);
    if signal.ranking.is_empty() || !stale.covers_formation() {
        let skipped = signal.skipped.first().map(|skipped| format!("{}: {}", skipped.symbol, skipped.reason));
        let reason = stale.in_words().or(skipped).unwrap_or_else(|| "nothing can be ranked".into());
        return Err(Error::data(format!("there is no full signal for {}: {reason}", signal.formation.in_words()))
            .hint("run `trackrecord collect prices`; `trackrecord signal` shows what is missing"));
    }
    Ok(signal)
}

/// Refuses a snapshot from before the end of the formation month: it shows the holdings before the signal was known.
fn not_older_than(signal: &Signal, snapshot: &Snapshot, record: &Record, strategy: &Strategy) -> Result<()> {
    let end = signal.formation.last_day();
    let series = strategy.universe.iter().filter_map(|member| record.prices.get(&member.yahoo()));
    let closed = series.filter_map(|series| series.on_or_before(end).map(|bar| bar.date)).max().unwrap_or(end);
    if snapshot.date >= closed {
        return Ok(());
    }
    Err(Error::data(format!(
        "the newest snapshot is of {}, and the signal of {} is newer: it was formed on {closed}",
        snapshot.date,
        signal.formation.in_words()
    ))
    .at(Place::file("data/snapshots"))
    .hint("run `trackrecord collect snapshot`, then this again"))
}

/// Refuses a held member that cannot be ranked: it would be sold only because its price is missing.
fn can_be_ranked(held: &Holdings, signal: &Signal) -> Result<()> {
    match signal.skipped.iter().find(|skipped| held.portfolio.held.contains_key(&skipped.symbol)) {
        None => Ok(()),
        Some(skipped) => Err(Error::data(format!(
            "{} is held and cannot be ranked ({}): selling it would be a guess",
            skipped.symbol, skipped.reason
        ))
        .at(Place::file(format!("data/prices/{}.csv", skipped.symbol)))
        .hint("complete its prices with `trackrecord collect prices`, or take it out of the universe")),
    }
}

/// The newest stored close, at the rate of the snapshot or, where it has none, of the stored prices.
fn quote(record: &Record, snapshot: &Snapshot, symbol: &PriceSymbol, as_of: NaiveDate) -> Result<Quote> {
    let place = || Place::file(format!("data/prices/{symbol}.csv"));
    let next = "run `trackrecord collect prices`, then this again";
    let series = record.prices.get(symbol);
    let missing =
        || Error::data(format!("there is no price of {symbol} on or before {as_of}")).at(place()).hint(next);
    let series = series.ok_or_else(missing)?;
    let bar = series.on_or_before(as_of).ok_or_else(missing)?;
    if price_age(symbol.as_str(), bar.date, as_of) > SESSIONS_TO_REFUSE {
        let message = format!(
            "the newest price of {symbol} is of {}, more than {SESSIONS_TO_REFUSE} sessions of its exchange before {as_of}",
            bar.date
        );
        return Err(Error::data(message).at(place()).hint(next));
    }
    let currency = series.currency;
    let base = snapshot.base_currency;
    let rate = snapshot.fx_to_base(currency).or_else(|| stored_rate(&record.prices, currency, base, as_of));
    let rate = rate.ok_or_else(|| {
        Error::data(format!("{symbol} is quoted in {currency}, and no exchange rate to {base} is known"))
            .at(place())
            .hint(format!(
                "set `currency = \"{currency}\"` on it in the universe and run `trackrecord collect prices`"
            ))
    })?;
    Ok(Quote { price: bar.close, date: bar.date, currency, rate })
}

/// Compares the broker's price of a position with the stored one.
fn is_same_instrument(symbol: &PriceSymbol, quote: &Quote, currency: Currency, price: Option<Decimal>) -> Result<()> {
    let next = "correct `symbol` or `ibkr` of it in the universe, or collect its prices and a snapshot again";
    let place = || Place::file(format!("data/prices/{symbol}.csv"));
    if currency != quote.currency {
        let message = format!("{symbol} is held in {currency} and its prices are in {}", quote.currency);
        return Err(Error::data(message).at(place()).hint(next));
    }
    let ratio = price.and_then(|price| price.checked_div(quote.price)).unwrap_or(Decimal::ONE);
    if ratio > FARTHEST || ratio * FARTHEST < Decimal::ONE {
        let broker = price.unwrap_or_default().normalize();
        let stored = quote.price.normalize();
        let message = format!("the broker values {symbol} at {broker}, and its price of {} is {stored}", quote.date);
        return Err(Error::data(message).at(place()).hint(next));
    }
    Ok(())
}

/// Members that are held or targeted and need no trade, and why.
fn untraded(strategy: &Strategy, decision: &Decision) -> Vec<Unchanged> {
    let Decision { portfolio, targets, terms, trades, .. } = decision;
    let symbols = strategy.universe.iter().map(|member| member.yahoo());
    let untraded = symbols.filter(|symbol| !trades.iter().any(|trade| trade.symbol == *symbol));
    untraded
        .filter_map(|symbol| {
            let held = portfolio.held.get(&symbol).map(|held| held.value);
            let target = targets.get(&symbol).map(|share| *share * terms.investable(portfolio));
            if held.is_none() && target.is_none() {
                return None;
            }
            let current_weight = weight(held.unwrap_or_default(), portfolio.value);
            let target_weight = weight(target.unwrap_or_default(), portfolio.value);
            let near = (current_weight - target_weight).abs() <= terms.threshold.to_f64().unwrap_or_default();
            let reason = if near { "within the threshold" } else { "not enough cash for a lot" };
            Some(Unchanged {
                symbol: symbol.to_string(),
                current_weight,
                target_weight: Some(target_weight),
                reason: reason.into(),
            })
        })
        .collect()
}

/// Warns of reference prices that may be out of date.
fn old_prices(quotes: &BTreeMap<PriceSymbol, Quote>, as_of: NaiveDate) -> Option<String> {
    let is_old =
        |symbol: &PriceSymbol, quote: &Quote| price_age(symbol.as_str(), quote.date, as_of) > SESSIONS_TO_NAME;
    let old = quotes.iter().filter(|(symbol, quote)| is_old(symbol, quote));
    let list: Vec<String> = old.map(|(symbol, quote)| format!("{symbol} (of {})", quote.date)).collect();
    let next = "`trackrecord collect prices` brings newer ones";
    (!list.is_empty()).then(|| format!("reference prices are some trading days old: {}; {next}", list.join(", ")))
}

/// Warns of cash below the buffer before any trade.
fn little_cash(portfolio: &Portfolio, terms: &Terms, base: Currency) -> Option<String> {
    let (cash, kept) = (portfolio.cash.round_dp(2), terms.kept(portfolio).round_dp(2));
    match cash < Decimal::ZERO {
        _ if cash >= kept => None,
        true => Some(format!("cash is below zero before any trade: {cash} {base}")),
        false => Some(format!("cash is below the buffer before any trade: {cash} {base}, and {kept} are to stay")),
    }
}

/// Warns of currencies in which the trades need more cash than the account holds.
fn currencies_needed(snapshot: &Snapshot, trades: &[Trade]) -> Vec<String> {
    let mut cash = snapshot.cash.clone();
    if cash.len() < 2 && trades.iter().all(|trade| trade.quote.currency == snapshot.base_currency) {
        return Vec::new();
    }
    for trade in trades {
        let paid = trade.side.signed(trade.shares * trade.quote.price);
        *cash.entry(trade.quote.currency).or_default() -= paid;
    }
    let short = cash.into_iter().filter(|(_, amount)| *amount < Decimal::NEGATIVE_ONE);
    short
        .map(|(currency, amount)| {
            let amount = (-amount).round_dp(0);
            format!("about {amount} {currency} more are needed: convert them, or the broker lends them")
        })
        .collect()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
