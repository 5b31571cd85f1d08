//! What of a shared account each of several strategies owns: shares of positions, and its part of the cash.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::assignment::{claimants_of_position, owner_of_fill};
use crate::analysis::actions::{Change, Event};
use crate::analysis::holdings::{Holdings, Movement};
use crate::analysis::instruments::same_ticker;
use crate::analysis::lineage::Lineage;
use crate::config::{Config, Strategy};
use crate::error::{Error, Place, Result};
use crate::record::{Instrument, Position, PriceSymbol, Snapshot, Ticker};

/// The shares of a position that each strategy owns; they add up to the position. What no strategy claims is left to
/// the first one, so that it is listed or sold once.
///
/// # Errors
/// A ticker in several universes whose owner neither the configuration nor the labels of its fills name.
pub fn owners<'a>(
    config: &'a Config,
    (held, lineage): (&Holdings, &Lineage<'_>),
    snapshot: &Snapshot,
    position: &Position,
) -> Result<Vec<(&'a Strategy, Decimal)>> {
    let claimants = claimants_of_position(config, &snapshot.account, &position.symbol);
    match &*claimants {
        [] => Ok(config.strategy.first().map(|first| (first, position.quantity)).into_iter().collect()),
        [one] => Ok(vec![(one, position.quantity)]),
        several if fills_tell(several) => by_fills(config, (held, lineage), snapshot, position, several),
        several => Err(undecided(&position.symbol, several)),
    }
}

/// Whether a strategy may buy what its universe has: what it buys must be its own afterwards.
///
/// # Errors
/// An instrument that belongs to another strategy, or to several.
pub fn may_hold(config: &Config, snapshot: &Snapshot, strategy: &Strategy, symbol: &PriceSymbol) -> Result<()> {
    let ticker = strategy.universe.iter().find(|member| member.symbol == symbol.as_str());
    let ticker = ticker.map_or_else(|| Ticker::new(symbol.as_str()), |member| member.ticker());
    let claimants = claimants_of_position(config, &snapshot.account, &ticker);
    let ours = claimants.iter().any(|one| one.id == strategy.id);
    match &*claimants {
        [_] if ours => Ok(()),
        several if ours && fills_tell(several) => Ok(()),
        several if ours => Err(undecided(&ticker, several)),
        others => {
            let owner = others.first().map_or("no strategy".to_owned(), |other| format!("`{}`", other.id));
            Err(Error::configuration(format!(
                "`{}` would buy {ticker}, which would then belong to {owner} by the configuration",
                strategy.id
            ))
            .at(Place::file("config/config.toml"))
            .hint("correct `symbols` and `account` of the strategies, or take it out of the universe"))
        }
    }
}

fn fills_tell(claimants: &[&Strategy]) -> bool {
    claimants.iter().any(|one| !one.order_ref.is_empty())
}

/// The shares of each strategy by its own fills and by what became of them, where these add up to the whole position.
fn by_fills<'a>(
    config: &'a Config,
    (held, lineage): (&Holdings, &Lineage<'_>),
    snapshot: &Snapshot,
    position: &Position,
    claimants: &[&Strategy],
) -> Result<Vec<(&'a Strategy, Decimal)>> {
    let mut parts = Parts::default();
    for movement in &held.movements {
        match movement {
            Movement::Fill(fill, instrument) if fill.account == snapshot.account && fill.time <= snapshot.as_of => {
                let owner = owner_of_fill(config, fill, lineage).map(|owner| owner.id.as_str());
                parts.add(owner, instrument, &fill.symbol, fill.signed_quantity());
            }
            Movement::Event(event) if event.date <= snapshot.own_date() => parts.change(event),
            _ => {}
        }
    }
    let sums = parts.of(&position.symbol);
    let explained: Decimal = sums.values().sum();
    let odd =
        sums.contains_key(&None) || sums.values().any(|quantity| (*quantity * position.quantity) < Decimal::ZERO);
    if (explained - position.quantity).abs() > ROUNDING || odd {
        return Err(undecided(&position.symbol, claimants));
    }
    let quantity = |strategy: &'a Strategy| Some((strategy, *sums.get(&Some(strategy.id.as_str()))?));
    Ok(config.strategy.iter().filter_map(quantity).collect())
}

/// Differences up to this many shares are rounding of fractional shares.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

/// What each owner holds of each instrument, and the tickers of these.
#[derive(Default)]
struct Parts<'a> {
    held: BTreeMap<(Option<&'a str>, Instrument), Decimal>,
    tickers: BTreeMap<Instrument, Ticker>,
}

impl<'a> Parts<'a> {
    fn add(&mut self, owner: Option<&'a str>, instrument: &Instrument, ticker: &Ticker, quantity: Decimal) {
        self.tickers.insert(instrument.clone(), ticker.clone());
        *self.held.entry((owner, instrument.clone())).or_default() += quantity;
    }

    /// Changes what each owner holds by what happened to it; what came from nowhere else is nobody's.
    fn change(&mut self, event: &Event) {
        match &event.change {
            Change::Converted { from, to, ratio, .. } => {
                for (owner, quantity) in self.take(from) {
                    let ticker = event.leg(to).map(|leg| leg.symbol.clone());
                    let ticker = ticker.or_else(|| self.tickers.get(from).cloned());
                    let quantity = quantity.checked_mul(*ratio).unwrap_or(quantity);
                    self.add(owner, to, &ticker.unwrap_or_else(|| Ticker::new("")), quantity);
                }
            }
            Change::Closed { instrument, .. } => drop(self.take(instrument)),
            Change::SpunOff { parent, child, quantity, .. } => {
                let parents = self.owners_of(parent);
                self.divide(event, &parents, child, *quantity);
            }
            Change::Received { instrument, quantity, .. } => {
                let parents = self.owners_of(instrument);
                self.divide(event, &parents, instrument, *quantity);
            }
            Change::Exchanged { from, into, .. } => {
                let parents = self.take(from);
                for part in into {
                    self.divide(event, &parents, &part.instrument, part.quantity);
                }
            }
            Change::Moved { .. } | Change::CostOpen(_) => {
                for leg in &event.legs {
                    self.add(None, &leg.instrument, &leg.symbol, leg.quantity.unwrap_or_default());
                }
            }
        }
    }

    fn owners_of(&self, instrument: &Instrument) -> Vec<(Option<&'a str>, Decimal)> {
        let of = self.held.iter().filter(|((_, held), _)| held == instrument);
        of.map(|((owner, _), quantity)| (*owner, *quantity)).collect()
    }

    /// Gives what came to the owners of what it came for; without any it is nobody's.
    fn divide(
        &mut self,
        event: &Event,
        parents: &[(Option<&'a str>, Decimal)],
        instrument: &Instrument,
        quantity: Decimal,
    ) {
        let ticker = event.leg(instrument).map_or_else(|| Ticker::new(""), |leg| leg.symbol.clone());
        let all: Decimal = parents.iter().map(|(_, held)| held).sum();
        if all.is_zero() {
            return self.add(None, instrument, &ticker, quantity);
        }
        for (owner, held) in parents {
            let part = quantity.checked_mul(*held).and_then(|product| product.checked_div(all));
            self.add(*owner, instrument, &ticker, part.unwrap_or_default());
        }
    }

    /// Takes everything of an instrument away, and says whose it was.
    fn take(&mut self, instrument: &Instrument) -> Vec<(Option<&'a str>, Decimal)> {
        let (gone, left) = std::mem::take(&mut self.held).into_iter().partition(|((_, held), _)| held == instrument);
        self.held = left;
        let gone: BTreeMap<(Option<&'a str>, Instrument), Decimal> = gone;
        gone.into_iter().map(|((owner, _), quantity)| (owner, quantity)).collect()
    }

    /// Whose the holdings of a ticker are.
    fn of(&self, ticker: &Ticker) -> BTreeMap<Option<&'a str>, Decimal> {
        let mut sums = BTreeMap::new();
        for ((owner, instrument), quantity) in &self.held {
            if self.tickers.get(instrument).is_some_and(|known| same_ticker(known.as_str(), ticker.as_str())) {
                *sums.entry(*owner).or_default() += *quantity;
            }
        }
        sums.retain(|_, quantity: &mut Decimal| !quantity.is_zero());
        sums
    }
}

fn undecided(ticker: &Ticker, claimants: &[&Strategy]) -> Error {
    let ids: Vec<String> = claimants.iter().map(|one| format!("`{}`", one.id)).collect();
    Error::configuration(format!(
        "{ticker} is in the universes of {}, and nothing says which of them holds it",
        ids.join(" and ")
    ))
    .at(Place::file("config/config.toml"))
    .hint("give it to one of them with `symbols` or `account`, or label orders and set `order_ref`")
}

/// A strategy's part of the money that all strategies manage, and its cash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its share of what all strategies manage together.
    pub value: Decimal,
    /// The cash it may spend; below zero where it holds more than its share.
    pub cash: Decimal,
    /// Whether that is less than it needs, because others hold more than their share.
    pub short: bool,
}

/// Divides the managed money among the strategies by their shares. Where the cash cannot bring every underfunded strategy
/// up to its share, each receives the same fraction of what it needs, so that together they never spend more than there is.
///
/// `invested` is what each strategy's members are worth, by its id.
pub fn part(
    config: &Config,
    strategy: &Strategy,
    invested: &BTreeMap<&str, Decimal>,
    managed: Decimal,
    cash: Decimal,
) -> Part {
    let equal = Decimal::ONE / Decimal::from(config.strategy.len().max(1));
    let value = |one: &Strategy| managed * one.share.unwrap_or(equal);
    let lacks = |one: &Strategy| value(one) - invested.get(one.id.as_str()).copied().unwrap_or_default();
    let all: Decimal = config.strategy.iter().map(|one| lacks(one).max(Decimal::ZERO)).sum();
    let own = lacks(strategy);
    let short = own > Decimal::ZERO && all > cash;
    let cash = if short {
        (own * cash.max(Decimal::ZERO)).checked_div(all).unwrap_or_default().trunc_with_scale(6)
    } else {
        own
    };
    Part { value: value(strategy), cash, short }
}
