use chrono::NaiveDate;
use clap::Args;
use rust_decimal::Decimal;
use serde::Serialize;

use super::stats::{in_words, period};
use super::strategies::{Chosen, json};
use super::terminal::Terminal;
use super::{Outcome, figures_printed, record};
use crate::analysis::Window;
use crate::analysis::stats::{Stats, stats};
use crate::analysis::trades::trade_figures;
use crate::config::{Config, Rule, Strategy};
use crate::error::{Error, Result};
use crate::record::{Record, json_number};
use crate::site_dir::SiteDir;
use crate::strategy::backtest::{Span, backtest};

#[derive(Args)]
pub struct Arguments {
    /// Start, in cash [default: the end of the first month with a signal]
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last date [default: that of the newest price]
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    #[command(flatten)]
    chosen: Chosen,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// What `--json` prints: the figures of `stats`, and what they rest on.
#[derive(Serialize)]
struct Document<'a> {
    strategy: &'a str,
    rule: Rule,
    /// Always true: nobody traded this.
    hypothetical: bool,
    assumptions: Assumptions,
    #[serde(flatten)]
    stats: &'a Stats,
}

#[derive(Serialize)]
struct Assumptions {
    #[serde(with = "json_number")]
    capital: Decimal,
    #[serde(with = "json_number")]
    commission_per_share: Decimal,
    #[serde(with = "json_number")]
    commission_bps: Decimal,
    #[serde(with = "json_number")]
    commission_min: Decimal,
    #[serde(with = "json_number")]
    slippage_bps: Decimal,
    prices: &'static str,
    fills: &'static str,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from >= to
    {
        return Err(Error::usage(format!("--from {from} is not before --to {to}")).hint("swap them"));
    }
    let chosen = arguments.chosen.of(&config)?;
    let figures =
        chosen.iter().map(|strategy| figures(strategy, &record, &config, arguments)).collect::<Result<Vec<_>>>()?;
    if arguments.json {
        let documents: Vec<_> =
            chosen.iter().zip(&figures).map(|(strategy, stats)| document(strategy, stats)).collect();
        json(terminal, "backtests", &documents)?;
    } else {
        for (strategy, stats) in chosen.iter().zip(&figures) {
            let base = config.account.base_currency;
            terminal.told(format!(
                "{}\n{}\n{}",
                assumed(strategy, base.as_str()),
                period(stats),
                in_words(stats, None, None, base.as_str(), terminal.columns())
            ))?;
        }
    }
    Ok(figures_printed(&record, terminal))
}

fn figures(strategy: &Strategy, record: &Record, config: &Config, arguments: &Arguments) -> Result<Stats> {
    let base = config.account.base_currency;
    let span = Span { from: arguments.from, to: arguments.to, ..Span::default() };
    let simulation = backtest(strategy, &record.prices, base, span)?;
    let simulated = simulation.into_record(record.price_series(&config.benchmark.symbol));
    let trades = trade_figures(&simulated, base, Window::default());
    stats(&simulated, &config.analysis, &config.benchmark.symbol, base, trades, Window::default())
}

fn document<'a>(strategy: &'a Strategy, stats: &'a Stats) -> Document<'a> {
    Document {
        strategy: &strategy.id,
        rule: strategy.rule,
        hypothetical: true,
        assumptions: Assumptions {
            capital: strategy.capital,
            commission_per_share: strategy.commission_per_share,
            commission_bps: strategy.commission_bps,
            commission_min: strategy.commission_min,
            slippage_bps: strategy.slippage_bps,
            prices: "adjusted closes",
            fills: "at the close of the first trading day of each month",
        },
        stats,
    }
}

fn assumed(strategy: &Strategy, base: &str) -> String {
    let name = &strategy.name;
    format!(
        "{name}: hypothetical, nobody traded this. {} {base} at adjusted closes of each month's first trading day; {} bps \
         of slippage; commissions of {} a share and {} bps, at least {}",
        strategy.capital,
        strategy.slippage_bps,
        strategy.commission_per_share,
        strategy.commission_bps,
        strategy.commission_min
    )
}
