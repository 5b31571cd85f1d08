use super::table::table_within;
use super::terminal::Terminal;
use super::{FigureArguments, Outcome, figures_printed, record};
use crate::analysis::slippage::{SlippageFigures, SlippageGroup, slippage};
use crate::counted::counted;
use crate::error::Result;
use crate::site_dir::SiteDir;

pub fn run(arguments: &FigureArguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    let window = arguments.window()?;
    let base = config.account.base_currency;
    let figures = slippage(&record, base, config.analysis.outlier_bps, window);
    if arguments.json {
        terminal.json(&figures)?;
    } else {
        let room = terminal.columns();
        terminal.told(in_words(&figures, base.as_str(), config.analysis.outlier_bps, room))?;
    }
    Ok(figures_printed(&record, terminal))
}

fn in_words(figures: &SlippageFigures, currency: &str, outlier_bps: f64, room: Option<usize>) -> String {
    if figures.orders == 0 {
        return "there are no orders yet, and so there is no slippage".to_owned();
    }
    let head = format!(
        "{} in {}, {} of them with a reference price; positive is unfavourable",
        counted(figures.orders, "order"),
        counted(figures.executions, "fill"),
        figures.priced_orders
    );
    let mut rows: Vec<Vec<String>> = [
        ("Mean", figures.mean_bps),
        ("Median", figures.median_bps),
        ("Standard deviation", figures.std_bps),
        ("Mean by notional", figures.notional_weighted_bps),
        ("Commissions", figures.commissions_bps),
        ("Implementation shortfall", figures.implementation_shortfall_bps),
    ]
    .into_iter()
    .map(|(name, value)| vec![format!("  {name}"), bps(value)])
    .collect();
    let cost = figures.cost_base.map_or("\u{2014}".to_owned(), |cost| format!("{cost:.2} {currency}"));
    rows.push(vec!["  Cost".to_owned(), cost]);
    section(&mut rows, "By symbol", figures.by_symbol.iter().map(|(symbol, group)| (symbol.clone(), group)));
    section(&mut rows, "By month", figures.by_month.iter().map(|(month, group)| (month.to_string(), group)));
    if !figures.outliers.is_empty() {
        rows.push(vec![String::new()]);
        rows.push(vec![format!("Beyond {outlier_bps} bps")]);
        rows.extend(figures.outliers.iter().map(|outlier| {
            let prices = format!("{} against {}", outlier.price.normalize(), outlier.reference_price.normalize());
            vec![format!("  {} {} {}", outlier.date, outlier.side, outlier.symbol), bps(Some(outlier.bps)), prices]
        }));
    }
    format!("{head}\n{}", table_within(&rows, &[1], room))
}

fn section<'a>(
    rows: &mut Vec<Vec<String>>,
    heading: &str,
    groups: impl Iterator<Item = (String, &'a SlippageGroup)>,
) {
    let mut groups = groups.peekable();
    if groups.peek().is_none() {
        return;
    }
    rows.push(vec![String::new()]);
    rows.push(vec![heading.to_owned()]);
    rows.extend(groups.map(|(key, group)| {
        vec![format!("  {key}"), bps(group.mean_bps), format!("n = {}", counted(group.orders, "order"))]
    }));
}

fn bps(value: Option<f64>) -> String {
    value.map_or("\u{2014}".to_owned(), |value| format!("{value:.1} bps"))
}
