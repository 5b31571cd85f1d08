use serde::Serialize;

use super::terminal::{Terminal, table};
use super::{FigureArguments, Outcome, figures_printed, record};
use crate::analysis::by_holding::{HoldingContributions, by_holding};
use crate::analysis::catalogue::{Figure, Unit, catalogue};
use crate::analysis::stats::{Stats, stats};
use crate::analysis::trades::trade_figures;
use crate::error::Result;
use crate::format;
use crate::site_dir::SiteDir;

/// What `stats --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    stats: &'a Stats,
    /// What each holding brought to the total return; `null` where that is not known.
    contributions: Option<&'a HoldingContributions>,
}

pub fn run(arguments: &FigureArguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    let window = arguments.window()?;
    let base = config.account.base_currency;
    let trades = trade_figures(&record, base, window);
    let stats = stats(&record, &config.analysis, &config.benchmark.symbol, base, trades, window)?;
    let contributions = HoldingContributions::of(&by_holding(&record, base, config.analysis.flow_timing, window)?);
    if arguments.json {
        terminal.json(&Document { stats: &stats, contributions: contributions.as_ref() })?;
    } else {
        terminal.result(in_words(&stats, contributions.as_ref(), base.as_str()))?;
    }
    Ok(figures_printed(&record, terminal))
}

/// All figures as a table, and what each holding brought where that is known.
pub(super) fn in_words(stats: &Stats, contributions: Option<&HoldingContributions>, currency: &str) -> String {
    let period = match (stats.from, stats.to) {
        (Some(from), Some(to)) => format!(
            "{from} to {to}: {}, {} sessions without a snapshot",
            format::observed(stats.observations, stats.frequency()),
            stats.missing_sessions
        ),
        _ => "no daily returns yet: figures need two snapshots".to_owned(),
    };
    let groups = catalogue(stats);
    let mut rows = Vec::new();
    for group in &groups {
        rows.push(vec![String::new()]);
        rows.push(vec![group.name.to_owned()]);
        rows.extend(group.figures.iter().map(|figure| row(figure, currency)));
    }
    rows.extend(contributions.map(brought).unwrap_or_default());
    format!("{period}\n{}", table(&rows, &[1]))
}

/// What each holding brought, the most first.
fn brought(contributions: &HoldingContributions) -> Vec<Vec<String>> {
    let row =
        |name: &str, value: f64, about: String| vec![format!("  {name}"), written(value, Unit::Percent, ""), about];
    let contributions = &contributions.whole;
    let mut holdings: Vec<_> = contributions.holdings.iter().flatten().collect();
    holdings.sort_by(|(one, a), (other, b)| b.total_cmp(a).then_with(|| one.cmp(other)));
    let mut rows = vec![vec![String::new()], vec!["Parts of the total return".to_owned()]];
    rows.extend(holdings.into_iter().map(|(ticker, value)| row(ticker.as_str(), *value, String::new())));
    rows.push(row(
        "Cash and the rest",
        contributions.rest.unwrap_or_default(),
        "interest, charges of the account, exchange rates".into(),
    ));
    if contributions.not_attributed_returns > 0 {
        let about = format!(
            "{} of {} returns: positions or an exchange rate are not known",
            contributions.not_attributed_returns, contributions.returns
        );
        rows.push(row("Not attributed", contributions.not_attributed, about));
    }
    rows
}

fn row(figure: &Figure, currency: &str) -> Vec<String> {
    let value = figure.value.map_or("\u{2014}".to_owned(), |value| written(value, figure.unit, currency));
    let observations = format!("n = {} {}", figure.observations, figure.observed);
    let about = match (&figure.undefined_because, &figure.when) {
        (Some(reason), _) if figure.value.is_none() => reason.clone(),
        (_, Some(when)) => format!("{when}; {observations}"),
        _ => observations,
    };
    vec![format!("  {}", figure.name), value, about]
}

fn written(value: f64, unit: Unit, currency: &str) -> String {
    match unit {
        Unit::Percent => format!("{:.2} %", value * 100.0),
        Unit::Ratio => format!("{value:.2}"),
        Unit::BasisPoints => format!("{value:.1} bps"),
        Unit::Days | Unit::Count => format!("{value:.0}"),
        Unit::Amount => format!("{value:.2} {currency}"),
    }
}
