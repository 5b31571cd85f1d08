use super::terminal::{Terminal, table};
use super::{FigureArguments, Outcome, figures_printed, record};
use crate::analysis::catalogue::{Figure, Unit, catalogue};
use crate::analysis::stats::{Stats, stats};
use crate::analysis::trades::trade_figures;
use crate::error::Result;
use crate::format;
use crate::site_dir::SiteDir;

pub fn run(arguments: &FigureArguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    let window = arguments.window()?;
    let base = config.account.base_currency;
    let trades = trade_figures(&record, base, window);
    let stats = stats(&record, &config.analysis, &config.benchmark.symbol, base, trades, window)?;
    if arguments.json {
        terminal.json(&stats)?;
    } else {
        terminal.result(in_words(&stats, base.as_str()))?;
    }
    Ok(figures_printed(&record, terminal))
}

pub(super) fn in_words(stats: &Stats, currency: &str) -> String {
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
    format!("{period}\n{}", table(&rows, &[1]))
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
