use std::path::Path;

use chrono::{NaiveDate, SubsecRound, Utc};
use clap::Args;

use super::strategies::{Chosen, decision_date, json};
use super::table::listing;
use super::terminal::Terminal;
use super::{Outcome, figures_printed, record};
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::record::store::{Changes, Decided, Store};
use crate::record::{Plan, PlannedTrade, Side};
use crate::site_dir::SiteDir;
use crate::strategy::plan::plan;

#[derive(Args)]
pub struct Arguments {
    /// Use only what was known on this date [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Save the plan in data/plans/, for slippage and the site
    #[arg(long)]
    save: bool,
    #[command(flatten)]
    chosen: Chosen,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    if record.findings.iter().any(|finding| finding.severity == crate::record::Severity::Error) {
        return Err(Error::data("the record has errors, and a list of trades made from it would be a guess")
            .hint("run `trackrecord check`"));
    }
    let as_of = decision_date(arguments.as_of);
    let chosen = arguments.chosen.of(&config)?;
    let plans = chosen.iter().map(|strategy| plan(&record, &config, strategy, as_of)).collect::<Result<Vec<_>>>()?;
    if arguments.json {
        json(terminal, "plans", &plans)?;
    }
    for (plan, strategy) in plans.iter().zip(&chosen) {
        if !arguments.json {
            terminal.told(in_words(plan, &strategy.name, terminal.columns()))?;
        }
        if arguments.save {
            save(plan, config.strategy.len() > 1, site, terminal)?;
        }
    }
    Ok(figures_printed(&record, terminal))
}

fn save(plan: &Plan, several: bool, site: &SiteDir, terminal: &Terminal) -> Result<()> {
    let shown = |path: &Path| path.strip_prefix(site.root()).unwrap_or(path).display().to_string();
    let plan = Plan { made_at: Some(Utc::now().trunc_subsecs(0)), ..plan.clone() };
    let changes = Changes { plans: vec![plan], several_strategies: several, ..Changes::default() };
    match Store::open(site)?.commit(&changes)?.plans.first() {
        None => {}
        Some(Decided::Known(path)) => terminal.say(format!("{} says this already", shown(path))),
        Some(Decided::New(path)) => terminal.say(format!("saved as {}", shown(path))),
        Some(Decided::Differs(first, path)) => terminal.say(format!(
            "saved as {}, which counts for orders from now on; {} counts for those before",
            shown(path),
            shown(first)
        )),
    }
    Ok(())
}

fn in_words(plan: &Plan, name: &str, room: Option<usize>) -> String {
    let head = format!(
        "{name}, as of {}: signal of {}, account of {}, {} {}",
        plan.as_of,
        plan.formation.in_words(),
        plan.snapshot,
        plan.nav.round_dp(2),
        plan.base_currency
    );
    let mut text = head;
    if plan.trades.is_empty() {
        text += "\nnothing to trade";
    } else {
        let heads = ["", "shares", "ticker", "symbol", "reference", "of", "notional", "weight", "after", "target"];
        let mut rows = vec![heads.map(str::to_owned).to_vec()];
        rows.extend(plan.trades.iter().map(|trade| row(trade, plan)));
        text += &format!("\n{}", listing(&rows, &[1, 4, 6, 7, 8, 9], room));
    }
    text +=
        &format!("\ncash after {}: {} {}", counted(plan.trades.len(), "trade"), plan.cash_after, plan.base_currency);
    for stays in &plan.unchanged {
        let target = stays.target_weight.map(|target| format!(", target {}", percent(target))).unwrap_or_default();
        text += &format!("\nunchanged {}: {}{target}; {}", stays.symbol, percent(stays.current_weight), stays.reason);
    }
    for note in &plan.notes {
        text += &format!("\nnote: {note}");
    }
    text
}

fn row(trade: &PlannedTrade, plan: &Plan) -> Vec<String> {
    let action = if trade.action == Side::Buy { "buy" } else { "sell" };
    vec![
        action.to_owned(),
        trade.shares.to_string(),
        trade.ticker.to_string(),
        trade.symbol.to_string(),
        format!("{} {}", trade.reference_price, trade.currency),
        trade.reference_date.to_string(),
        format!("{:.2} {}", trade.notional_base, plan.base_currency),
        percent(trade.current_weight),
        percent(trade.weight_after),
        percent(trade.target_weight),
    ]
}

fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}
