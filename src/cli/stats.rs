use std::collections::BTreeMap;

use serde::Serialize;

use super::plain::is_plain;
use super::table::table_within;
use super::terminal::{Terminal, painted};
use super::{FigureArguments, Outcome, figures_printed, record};
use crate::analysis::by_holding::{HoldingContributions, by_holding};
use crate::analysis::catalogue::{Figure, SETTINGS, Unit, catalogue};
use crate::analysis::performance::performance;
use crate::analysis::stats::Stats;
use crate::analysis::trades::{TradeFigures, trade_figures};
use crate::counted::{counted, noun, one_of};
use crate::error::Result;
use crate::format;
use crate::site_dir::SiteDir;

/// What `stats --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    stats: &'a Stats,
    /// What each holding contributed to the total return; `null` where that is not known.
    contributions: Option<&'a HoldingContributions>,
}

pub fn run(arguments: &FigureArguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    let window = arguments.window()?;
    let base = config.account.base_currency;
    let trades = trade_figures(&record, base, window);
    let performance = performance(&record, &config.analysis, &config.benchmark.symbol, base, window)?;
    let stats = Stats::of(&performance, trades);
    let contributions = HoldingContributions::of(&by_holding(&record, base, config.analysis.flow_timing, window)?);
    if arguments.json {
        terminal.json(&Document { stats: &stats, contributions: contributions.as_ref() })?;
    } else {
        let of_benchmark = performance.of_benchmark().map(|benchmark| Stats::of(&benchmark, TradeFigures::default()));
        let beside = of_benchmark.as_ref().map(|stats| (config.benchmark.name.as_str(), stats));
        let figures = in_words(&stats, beside, contributions.as_ref(), base.as_str(), terminal.columns());
        let curve = if is_plain() { String::new() } else { line_of(&performance.index, terminal.columns()) };
        terminal.told(format!("{}\n{curve}{figures}", period(&stats)))?;
    }
    Ok(figures_printed(&record, terminal))
}

/// Which days the figures are of.
pub(super) fn period(stats: &Stats) -> String {
    match (stats.from, stats.to) {
        (Some(from), Some(to)) => format!(
            "{from} to {to}: {}, {} without a snapshot",
            format::observed(stats.observations, stats.frequency()),
            counted(stats.missing_sessions, "session")
        ),
        _ => "no daily returns yet: figures need two snapshots".to_owned(),
    }
}

/// How many letters wide the curve is drawn where there is room, and how many the numbers beside it take.
const WIDTH: usize = 60;
const BESIDE: usize = 16;

/// The growth of 100 as a line of blocks, on a log scale from its lowest value to its highest; nothing for less than two values.
fn line_of(index: &[f64], room: Option<usize>) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let Some(last) = index.last().filter(|_| index.len() > 1) else { return String::new() };
    let columns = room.map_or(WIDTH, |room| WIDTH.min(room.saturating_sub(BESIDE)).max(1)).min(index.len());
    let at = |column: usize| {
        index.get((column + 1) * index.len() / columns - 1).map(|value| value.max(f64::MIN_POSITIVE).ln())
    };
    let heights: Vec<f64> = (0..columns).filter_map(at).collect();
    let (low, high) =
        heights.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
    let block = |height: &f64| {
        let share = if high > low { (height - low) / (high - low) } else { 0.5 };
        BLOCKS.get((share * 7.0).round() as usize).copied().unwrap_or('█')
    };
    let line: String = heights.iter().map(block).collect();
    format!("\n  100 {line} {:.1}\n", last * 100.0)
}

/// All figures as a table, those of the benchmark in a column beside them where they are known, and what each holding brought.
pub(super) fn in_words(
    stats: &Stats,
    benchmark: Option<(&str, &Stats)>,
    contributions: Option<&HoldingContributions>,
    currency: &str,
    room: Option<usize>,
) -> String {
    let whole = stats.from.zip(stats.to).map(|(from, to)| format!("{from} to {to}")).unwrap_or_default();
    let theirs: BTreeMap<_, _> = benchmark
        .iter()
        .flat_map(|(_, stats)| catalogue(stats))
        .filter(|group| COMPARED.contains(&group.id))
        .flat_map(|group| group.figures)
        .filter_map(|figure| Some((figure.id, written(figure.value?, figure.unit, currency))))
        .collect();
    let mut rows = Vec::new();
    if let Some((name, _)) = benchmark {
        rows.push(vec![String::new()]);
        rows.push([String::new(), "account".to_owned(), name.to_owned(), String::new()].to_vec());
    }
    for group in catalogue(stats) {
        rows.push(vec![String::new()]);
        if let Some(reason) = why_none(&group.figures) {
            rows.push(vec![group.name.to_owned()]);
            rows.push(["  not known".to_owned(), "\u{2014}".to_owned(), String::new(), dim(reason)].to_vec());
            continue;
        }
        let usual = most_common(&group.figures);
        let comma = if group.name.ends_with('?') { "" } else { "," };
        rows.push(vec![usual.as_ref().map_or(group.name.to_owned(), |n| format!("{}{comma} {n}", group.name))]);
        let shared = shared(&group.figures);
        rows.extend(group.figures.iter().filter_map(|figure| {
            if let Some((first, more, reason)) = shared.as_ref().filter(|(.., reason)| why(figure) == Some(reason)) {
                let row =
                    [format!("  {first} and {more} more"), "\u{2014}".to_owned(), String::new(), dim(reason.clone())];
                return (*first == figure.name).then(|| row.to_vec());
            }
            let beside = theirs.get(figure.id).filter(|_| COMPARED.contains(&group.id)).cloned().unwrap_or_default();
            let about = dim(about(figure, usual.as_deref(), &whole));
            Some([format!("  {}", figure.name), value(figure, currency), beside, about].to_vec())
        }));
    }
    rows.extend(contributions.map(brought).unwrap_or_default());
    table_within(&rows, &[1, 2], room)
}

/// The groups of figures that a benchmark has as well.
const COMPARED: [&str; 3] = ["returns", "risk", "drawdown"];

/// Why nothing of a group is known, where all of it is for the same reason.
fn why_none(figures: &[Figure]) -> Option<String> {
    let [first, others @ ..] = figures else { return None };
    let reason = first.undefined_because.clone()?;
    let is_same = |figure: &Figure| figure.value.is_none() && figure.undefined_because.as_ref() == Some(&reason);
    (first.value.is_none() && !others.is_empty() && others.iter().all(is_same)).then_some(reason)
}

/// Why a figure is not known.
fn why(figure: &Figure) -> Option<&String> {
    figure.undefined_because.as_ref().filter(|_| figure.value.is_none())
}

/// The reason for which at least three figures of a group are not known, with the name of the first and how many more there are.
fn shared(figures: &[Figure]) -> Option<(&'static str, usize, String)> {
    figures.iter().find_map(|first| {
        let reason = why(first)?;
        let count = figures.iter().filter(|figure| why(figure) == Some(reason)).count();
        (count >= 3).then(|| (first.name, count - 1, reason.clone()))
    })
}

/// Words beside the figures, which matter less.
fn dim(words: String) -> String {
    if words.is_empty() { words } else { painted(&words, "2") }
}

/// What most of a group's figures rest on, where it is more than one of them.
fn most_common(figures: &[Figure]) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    figures.iter().for_each(|figure| *counts.entry(observed(figure)).or_default() += 1);
    counts.into_iter().filter(|(_, count)| *count > 1).max_by_key(|(_, count)| *count).map(|(words, _)| words)
}

fn observed(figure: &Figure) -> String {
    let noun = if figure.observations == 1 { one_of(figure.observed) } else { figure.observed.to_owned() };
    format!("n = {} {noun}", grouped(figure.observations as f64, 0))
}

/// Why a figure is not known; else its date, and what it rests on where that is not what the group does.
fn about(figure: &Figure, usual: Option<&str>, whole: &str) -> String {
    if let Some(reason) = why(figure) {
        let setting = SETTINGS.iter().find(|(missing, _)| missing == reason);
        return setting.map_or(reason.clone(), |(_, key)| format!("{reason}: set `{key}`"));
    }
    let when = figure.when.clone().filter(|when| when != whole);
    // A number of fills rests on as many fills.
    let is_own = figure.unit == Unit::Count && figure.value == Some(figure.observations as f64);
    let observed = Some(observed(figure)).filter(|words| usual != Some(words.as_str()) && !is_own);
    when.into_iter().chain(observed).collect::<Vec<_>>().join("; ")
}

fn value(figure: &Figure, currency: &str) -> String {
    figure.value.map_or("\u{2014}".to_owned(), |value| written(value, figure.unit, currency))
}

/// What each holding contributed, the most first.
fn brought(contributions: &HoldingContributions) -> Vec<Vec<String>> {
    let row = |name: &str, value: f64, about: String| {
        vec![format!("  {name}"), written(value, Unit::Percent, ""), String::new(), about]
    };
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

fn written(value: f64, unit: Unit, currency: &str) -> String {
    match unit {
        Unit::Percent => format!("{:.2} %", value * 100.0),
        Unit::Ratio => format!("{value:.2}"),
        Unit::BasisPoints => format!("{value:.1} bps"),
        Unit::Days => format!("{} {}", grouped(value, 0), noun(value.round() as usize, "day")),
        Unit::Count => grouped(value, 0),
        Unit::Amount => format!("{} {currency}", grouped(value, 2)),
    }
}

/// A number with its thousands marked, and the minus sign of keyboards.
fn grouped(value: f64, digits: usize) -> String {
    format::number(value, digits, format::Sign::Minus).replace('\u{2212}', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_drawn_on_a_log_scale() {
        assert_eq!(line_of(&[1.0, 1.1, 1.21], None), "\n  100 ▁▅█ 121.0\n");
        assert_eq!(line_of(&[1.0, 1.0], None), "\n  100 ▅▅ 100.0\n");
        assert_eq!(line_of(&[1.0], None), "");
        let long: Vec<f64> = (0..=1000).map(|day| 1.0 + f64::from(day)).collect();
        let blocks = |room| line_of(&long, room).chars().filter(|letter| !letter.is_ascii()).count();
        assert_eq!((blocks(None), blocks(Some(120)), blocks(Some(40))), (WIDTH, WIDTH, 40 - BESIDE));
        // An account that was lost draws a line too.
        assert!(line_of(&[1.0, 0.0], None).contains("█▁"));
    }
}
