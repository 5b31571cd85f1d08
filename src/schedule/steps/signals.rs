//! The month's signal, made and saved once.

use chrono::NaiveDate;

use super::Scene;
use crate::calendar::decided_for;
use crate::config::{Member, Strategy};
use crate::error::{Error, Result};
use crate::record::prices::month_ends;
use crate::record::store::{Changes, Decided, Store};
use crate::record::{Signal, signals_and_plans};
use crate::strategy::Prices;
use crate::strategy::rules::signal;
use crate::strategy::staleness::staleness;

/// Makes the signal of each strategy from stored prices and saves those that are final and new.
pub fn save(scene: &Scene) -> Result<String> {
    let as_of = decided_for(scene.now.date_naive());
    let strategies = &scene.config.strategy;
    let members = strategies.iter().flat_map(|strategy| &strategy.universe).map(Member::yahoo).collect();
    let prices = month_ends(scene.site, &members, as_of, scene.today());
    let (saved, _) = signals_and_plans::signals(scene.site, scene.today());
    let signals = strategies.iter().map(|strategy| made(strategy, &prices, as_of)).collect::<Result<Vec<_>>>()?;
    let words: Vec<String> = signals.iter().map(in_words).collect();
    let new: Vec<Signal> = signals
        .into_iter()
        .filter(|signal| !signals_and_plans::is_saved(&saved, signal))
        .map(|signal| Signal { made_on: Some(scene.now.date_naive()), ..signal })
        .collect();
    let changes = Changes { signals: new, several_strategies: strategies.len() > 1, ..Changes::default() };
    let done = Store::open(scene.site)?.commit(&changes)?;
    if let Some(Decided::Differs(first, _)) =
        done.signals.iter().find(|decided| matches!(decided, Decided::Differs(..)))
    {
        let first = first.strip_prefix(scene.site.root()).unwrap_or(first).display();
        return Err(Error::data(format!("a signal is not what {first} says, which was saved first and counts"))
            .hint("both are kept; `trackrecord signal` shows the new one"));
    }
    Ok(words.join("; "))
}

/// A signal that may be saved.
fn made(strategy: &Strategy, prices: &Prices, as_of: NaiveDate) -> Result<Signal> {
    let made = signal(strategy, prices, as_of);
    let staleness = staleness(strategy, prices, as_of);
    if made.ranking.is_empty() {
        let formation = made.formation.in_words();
        return Err(Error::data(format!("{}: nothing can be ranked at the end of {formation}", strategy.id))
            .hint("run `trackrecord collect prices`, or correct the universe in config/config.toml"));
    }
    if let Some(reason) = staleness.why_not_final() {
        return Err(Error::data(format!("{}: the signal is not final: {reason}", strategy.id))
            .hint("run `trackrecord collect prices`, then `trackrecord signal`"));
    }
    Ok(made)
}

fn in_words(signal: &Signal) -> String {
    let selected: Vec<&str> = signal.selected.iter().map(|symbol| symbol.as_str()).collect();
    let selected = if selected.is_empty() { "nothing, all cash".to_owned() } else { selected.join(", ") };
    format!("{} at the end of {}: {selected}", signal.strategy, signal.formation.in_words())
}
