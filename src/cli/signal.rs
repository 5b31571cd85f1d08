use std::path::Path;

use chrono::{NaiveDate, Utc};
use clap::Args;

use super::strategies::{Chosen, decision_date, json};
use super::table::listing;
use super::terminal::Terminal;
use super::{Outcome, config, today};
use crate::config::{Member, Strategy};
use crate::error::{Error, Result};
use crate::record::prices::month_ends;
use crate::record::signals_and_plans;
use crate::record::store::{Changes, Decided, Store, finish_interrupted};
use crate::record::{DatedPrice, Ranked, Signal};
use crate::site_dir::SiteDir;
use crate::strategy::rules::signal;
use crate::strategy::staleness::{Staleness, newest_answer, staleness};

#[derive(Args)]
pub struct Arguments {
    /// Use only what was known on this date [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Hold this many instead of `top_n`; the signal is not saved
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    top_n: Option<u32>,
    #[command(flatten)]
    chosen: Chosen,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let config = config(site)?;
    finish_interrupted(site)?;
    let as_of = decision_date(arguments.as_of);
    let several = config.strategy.len() > 1;
    let chosen = arguments.chosen.of(&config)?;
    let members = chosen.iter().flat_map(|strategy| &strategy.universe).map(Member::yahoo).collect();
    let prices = month_ends(site, &members, as_of, today());
    let (saved, _) = signals_and_plans::signals(site, today());
    let mut signals = Vec::new();
    for strategy in chosen {
        let mut strategy = strategy.clone();
        strategy.top_n = arguments.top_n.unwrap_or(strategy.top_n);
        let found = signal(&strategy, &prices, as_of);
        let staleness = staleness(&strategy, &prices, as_of);
        if found.ranking.is_empty() {
            let works = newest_answer(&strategy, &prices, as_of);
            return Err(nothing_ranked(&found, &staleness, works));
        }
        if !arguments.json {
            terminal.told(in_words(&strategy, &found, terminal.columns()))?;
        }
        if let Some(words) = staleness.in_words() {
            terminal.say(words);
        }
        if arguments.top_n.is_some() {
            terminal.say("not saved, because --top-n is not what the configuration says");
        } else if let Some(reason) = staleness.why_not_final() {
            terminal.say(format!("not saved: {reason}; run `trackrecord collect prices`, then this again"));
        } else {
            save(&found, several, site, &saved, terminal)?;
        }
        signals.push(found);
    }
    if arguments.json {
        json(terminal, "signals", &signals)?;
    }
    Ok(Outcome::Fine)
}

fn nothing_ranked(signal: &Signal, staleness: &Staleness, works: Option<NaiveDate>) -> Error {
    let reasons: Vec<String> =
        signal.skipped.iter().map(|skipped| format!("{}: {}", skipped.symbol, skipped.reason)).collect();
    let stale = staleness.in_words().map(|words| format!("; {words}")).unwrap_or_default();
    Error::data(format!(
        "nothing can be ranked at the end of {}{stale}\n  {}",
        signal.formation.in_words(),
        reasons.join("\n  ")
    ))
    .hint(match works {
        Some(date) => format!("run `trackrecord collect prices`, or look back with `--as-of {date}`"),
        None => "run `trackrecord collect prices`, or correct the universe in config/config.toml".into(),
    })
}

/// Saves the signal of a month once. One that disagrees with the saved one is kept beside it.
fn save(signal: &Signal, several: bool, site: &SiteDir, saved: &[Signal], terminal: &Terminal) -> Result<()> {
    if signals_and_plans::is_saved(saved, signal) {
        return Ok(());
    }
    let signal = Signal { made_on: Some(Utc::now().date_naive()), ..signal.clone() };
    let shown = |path: &Path| path.strip_prefix(site.root()).unwrap_or(path).display().to_string();
    let changes = Changes { signals: vec![signal], several_strategies: several, ..Changes::default() };
    match Store::open(site)?.commit(&changes)?.signals.first() {
        None | Some(Decided::Known(_)) => {}
        Some(Decided::New(path)) => terminal.say(format!("saved as {}", shown(path))),
        Some(Decided::Differs(first, path)) => terminal.say(format!(
            "warning: this is not what {} says, which was saved first and counts; both are kept, this one as {}",
            shown(first),
            shown(path)
        )),
    }
    Ok(())
}

fn in_words(strategy: &Strategy, signal: &Signal, room: Option<usize>) -> String {
    let formation = signal.formation;
    let head = match signal.lookback_months.zip(signal.skip_months) {
        Some((lookback, skip)) => format!(
            "{}, as of {}: from the end of {} to the end of {}, top {}",
            strategy.name,
            signal.as_of,
            formation.minus(lookback).in_words(),
            formation.minus(skip).in_words(),
            strategy.top_n
        ),
        None => format!("{}, as of {}: weights at the end of {}", strategy.name, signal.as_of, formation.in_words()),
    };
    let mut rows =
        vec![["", "was", "symbol", "name", "momentum", "from", "to", "weight"].map(str::to_owned).to_vec()];
    rows.extend(signal.ranking.iter().map(row));
    let mut text = format!("{head}\n{}", listing(&rows, &[0, 1, 4, 5, 6, 7], room));
    if signal.selected.is_empty() {
        text += "\nnothing is selected: everything stays in cash";
    }
    for skipped in &signal.skipped {
        text += &format!("\nskipped {}: {}", skipped.symbol, skipped.reason);
    }
    text
}

fn row(ranked: &Ranked) -> Vec<String> {
    let price = |price: Option<DatedPrice>| {
        price.map_or(String::new(), |price| format!("{} ({})", price.price.round_dp(4).normalize(), price.date))
    };
    let weight =
        if ranked.target_weight > 0.0 { format!("{:.1} %", ranked.target_weight * 100.0) } else { String::new() };
    vec![
        ranked.rank.to_string(),
        ranked.previous_rank.map_or("-".into(), |rank| rank.to_string()),
        ranked.symbol.to_string(),
        ranked.name.clone(),
        ranked.momentum.map_or(String::new(), |momentum| format!("{:.2} %", momentum * 100.0)),
        price(ranked.start),
        price(ranked.end),
        weight,
    ]
}
