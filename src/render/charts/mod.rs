//! The charts of the site, and the numbers behind them for the script that redraws a range.

mod comparison;
mod excerpt;
mod plot;
pub mod print;
mod scale;
mod svg;

pub use comparison::comparison;
pub use excerpt::{Curve, Excerpt};

use serde_json::json;

use crate::Result;
use crate::publication::{Day, Month, Period, PublicFigure, Publication, Published, Rolling, UsualPeriod};

use crate::format::{self, Sign};
use plot::{Layer, Plot, Size};
use scale::{span, x_of};
use svg::Ink;

/// A chart in both sizes, as HTML.
fn both(plot: &Plot, narrow_labels: Plot, heights: (u32, u32)) -> Result<String> {
    Ok(plot.svg(Size::wide(heights.0))? + &narrow_labels.svg(Size::narrow(heights.1))?)
}

/// How many dates fit below a chart.
const WIDE_DATES: usize = 12;
const NARROW_DATES: usize = 5;

fn date_labels(days: &[Day], wanted: usize) -> Vec<(f64, String)> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
    scale::dates(first.date, last.date, wanted).into_iter().map(|(date, label)| (x_of(date), label)).collect()
}

fn time_span(days: &[Day]) -> (f64, f64) {
    span(days.iter().map(|day| x_of(day.date)), 0.0)
}

/// Growth of 100 in the account and the benchmark; on a logarithmic scale equal distances are equal returns.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn growth(publication: &Publication, logarithmic: bool) -> Result<String> {
    let total = since_inception(&publication.periods);
    let name = publication.facts.benchmark.as_deref();
    let plot = |labels| growth_plot(&publication.days, (total, name), logarithmic, labels);
    both(&plot((WIDE_DATES, 5)), plot((NARROW_DATES, 4)), (340, 260))
}

/// The total return, which is published more finely than the last point of a curve.
fn since_inception(periods: &[Period]) -> Option<f64> {
    let all = periods.iter().find(|period| period.period == UsualPeriod::SinceInception)?;
    all.value.map(Published::get)
}

/// Growth of 100 with its total return and the benchmark's name, with the given numbers of labels on the axes.
fn growth_plot(days: &[Day], named: (Option<f64>, Option<&str>), logarithmic: bool, labels: (usize, usize)) -> Plot {
    let height = |value: f64| if logarithmic { (value * 100.0).max(1e-6).ln() } else { value * 100.0 };
    let ours: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), height(day.index.get()))).collect();
    let benchmark: Vec<(f64, f64)> =
        days.iter().filter_map(|day| Some((x_of(day.date), height(day.benchmark_index?.get())))).collect();
    let y = span(ours.iter().chain(&benchmark).map(|point| point.1), 0.04);
    let mut layers = vec![Layer::Level(height(1.0))];
    if !benchmark.is_empty() {
        layers.push(Layer::Line(benchmark, Ink::Benchmark));
    }
    layers.push(Layer::Line(ours, Ink::Ours));
    let (dates, wanted) = labels;
    let numbers = if logarithmic {
        scale::log_numbers(y.0.exp(), y.1.exp(), wanted)
    } else {
        scale::round_numbers(y.0, y.1, wanted)
    };
    let place = |number: f64| if logarithmic { number.ln() } else { number };
    let (kind, word) = if logarithmic { ("growth-log", "logarithmic") } else { ("growth", "linear") };
    Plot {
        id: kind.into(),
        kind,
        title: format!("Growth of 100, {word} scale"),
        description: growth_in_words(days, named),
        x: time_span(days),
        y,
        x_labels: date_labels(days, dates),
        y_labels: numbers.into_iter().map(|number| (place(number), format::number(number, 0, Sign::Minus))).collect(),
        layers,
    }
}

fn growth_in_words(days: &[Day], (total, benchmark): (Option<f64>, Option<&str>)) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return "No data yet.".into() };
    let ours = format!(
        "100 invested on {} had become {} on {}",
        format::day(first.date),
        format::number(total.map_or(last.index.get(), |total| 1.0 + total) * 100.0, 1, Sign::Minus),
        format::day(last.date)
    );
    match benchmark.zip(last.benchmark_index) {
        Some((name, value)) => {
            format!("{ours}; in the {name}, {}.", format::number(value.get() * 100.0, 1, Sign::Minus))
        }
        None => format!("{ours}."),
    }
}

/// The drawdown: the fall from the highest value so far.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn drawdown(publication: &Publication) -> Result<String> {
    let max = figure(publication, "drawdown.max");
    let plot = drawdown_plot(&publication.days, (max, publication.facts.by_day), WIDE_DATES);
    let narrow = Plot { x_labels: date_labels(&publication.days, NARROW_DATES), ..plot.clone() };
    both(&plot, narrow, (150, 130))
}

fn figure(publication: &Publication, id: &str) -> Option<f64> {
    let mut figures = publication.figures.iter().flat_map(|group| &group.figures);
    figures.find(|figure| figure.id == id)?.value.map(Published::get)
}

/// The drawdown and what it was at worst, by the day or by month-ends, with about `dates` labels on the time axis.
fn drawdown_plot(days: &[Day], (max, by_day): (Option<f64>, bool), dates: usize) -> Plot {
    let points: Vec<(f64, f64)> = days.iter().map(|day| (x_of(day.date), day.drawdown.get())).collect();
    let low = points.iter().map(|point| point.1).fold(-0.01, f64::min) * 1.06;
    let worst = points.iter().map(|point| point.1).fold(0.0, f64::min);
    Plot {
        id: "drawdown".into(),
        kind: "drawdown",
        title: "Drawdown".into(),
        description: format!(
            "The fall from the highest {} so far; at worst {}{}.",
            if by_day { "value" } else { "month-end" },
            format::percent(max.filter(|_| by_day).unwrap_or(worst), 1, Sign::Minus),
            max.filter(|_| !by_day)
                .map(|max| format!(", and within months {}", format::percent(max, 1, Sign::Minus)))
                .unwrap_or_default()
        ),
        x: time_span(days),
        y: (low, 0.0),
        x_labels: date_labels(days, dates),
        y_labels: percent_labels(low, 0.0, 3),
        layers: vec![Layer::Area(points, Ink::Drawdown), Layer::Level(0.0)],
    }
}

/// Labels in percent at round numbers, with as few decimals as distinguish them.
fn percent_labels(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let numbers = scale::round_numbers(low * 100.0, high * 100.0, wanted);
    let step = numbers.windows(2).find_map(|pair| Some(pair.last()? - pair.first()?)).unwrap_or(1.0);
    let digits = scale::decimals(step);
    numbers.into_iter().map(|number| (number / 100.0, format::number(number, digits, Sign::Minus) + "%")).collect()
}

/// The return of each month, as bars on the same time axis as the growth.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn months(publication: &Publication) -> Result<String> {
    let x = time_span(&publication.days);
    let bar = |month: &Month| {
        let (left, right) = (x_of(month.month.first_day()), x_of(month.month.last_day()) + 1.0);
        let gap = (right - left) * 0.12;
        ((left + gap).max(x.0), (right - gap).min(x.1), month.value.get())
    };
    let bars: Vec<(f64, f64, f64)> =
        publication.months.iter().map(bar).filter(|(left, right, _)| left < right).collect();
    let (low, high) = span(bars.iter().map(|bar| bar.2).chain([0.0]), 0.06);
    let gains = publication.months.iter().filter(|month| month.value.get() > 0.0).count();
    let plot = Plot {
        id: "months".into(),
        kind: "months",
        title: "Monthly returns".into(),
        description: format!("{gains} of {} months were above zero.", publication.months.len()),
        x,
        y: (low, high),
        x_labels: date_labels(&publication.days, WIDE_DATES),
        y_labels: percent_labels(low, high, 3),
        layers: vec![Layer::Bars(bars, Ink::Gain, Ink::Loss), Layer::Level(0.0)],
    };
    let narrow = Plot { x_labels: date_labels(&publication.days, NARROW_DATES), ..plot.clone() };
    both(&plot, narrow, (150, 130))
}

/// The days of one month: growth since the last day before it, in percent.
///
/// `None` where the month has fewer than two returns.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn month(publication: &Publication, month: &Month) -> Result<Option<String>> {
    let days = &publication.days;
    if !publication.facts.by_day {
        return Ok(None);
    }
    let start = days.partition_point(|day| day.date < month.month.first_day()).saturating_sub(1);
    let end = days.partition_point(|day| day.date <= month.month.last_day());
    let Some(days) = days.get(start..end).filter(|days| days.len() > 2) else { return Ok(None) };
    let Some(first) = days.first() else { return Ok(None) };
    let ours: Vec<(f64, f64)> =
        days.iter().map(|day| (x_of(day.date), day.index.get() / first.index.get() - 1.0)).collect();
    let benchmark: Vec<(f64, f64)> = days
        .iter()
        .filter_map(|day| Some((x_of(day.date), day.benchmark_index?.get() / first.benchmark_index?.get() - 1.0)))
        .collect();
    let y = span(ours.iter().chain(&benchmark).map(|point| point.1), 0.08);
    let labels: Vec<(f64, String)> = days
        .iter()
        .step_by(days.len().div_ceil(5))
        .map(|day| (x_of(day.date), day.date.format("%-d %b").to_string()))
        .collect();
    let mut layers = vec![Layer::Level(0.0)];
    if benchmark.len() > 1 {
        layers.push(Layer::Line(benchmark, Ink::Benchmark));
    }
    layers.push(Layer::Line(ours, Ink::Ours));
    let plot = Plot {
        id: "month".into(),
        kind: "month",
        title: format!("{}, day by day", month.month.in_words()),
        description: format!(
            "The month's return so far on each day; {} at its end.",
            format::percent(month.value.get(), publication.facts.digits.returns, Sign::Both)
        ),
        x: time_span(days),
        y,
        x_labels: labels,
        y_labels: percent_labels(y.0, y.1, 4),
        layers,
    };
    both(&plot, plot.clone(), (220, 200)).map(Some)
}

/// A rolling figure over time; `None` where no day has a full window.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn rolling(
    publication: &Publication,
    kind: &'static str,
    title: &str,
    is_percent: bool,
    read: impl Fn(&Rolling) -> Option<PublicFigure>,
) -> Result<Option<String>> {
    let points: Vec<(f64, f64)> = publication
        .rolling
        .iter()
        .filter_map(|row| Some((x_of(row.date), read(row)?.get())))
        .filter(|point| point.1.is_finite())
        .collect();
    let (Some(last), true) = (points.last().copied(), points.len() > 1) else { return Ok(None) };
    let y = span(points.iter().map(|point| point.1).chain([0.0]), 0.05);
    let y_labels = |wanted: usize| match is_percent {
        true => percent_labels(y.0, y.1, wanted),
        false => scale::round_numbers(y.0, y.1, wanted)
            .into_iter()
            .map(|number| (number, format::number(number, 1, Sign::Minus)))
            .collect(),
    };
    let latest =
        if is_percent { format::percent(last.1, 1, Sign::Minus) } else { format::number(last.1, 2, Sign::Minus) };
    let plot = Plot {
        id: kind.into(),
        kind,
        title: title.into(),
        description: format!("{latest} on the last day."),
        x: time_span(&publication.days),
        y,
        x_labels: date_labels(&publication.days, WIDE_DATES),
        y_labels: y_labels(4),
        layers: vec![Layer::Level(0.0), Layer::Line(points, Ink::Ours)],
    };
    let narrow = Plot { x_labels: date_labels(&publication.days, NARROW_DATES), ..plot.clone() };
    both(&plot, narrow, (180, 170)).map(Some)
}

/// Mean slippage a month as bars; positive is unfavourable. `None` without a priced order.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn slippage(publication: &Publication) -> Result<Option<String>> {
    let groups = &publication.slippage.by_month;
    if groups.is_empty() {
        return Ok(None);
    }
    let place = |number: usize| number as f64;
    let bars = groups
        .iter()
        .enumerate()
        .map(|(number, group)| (place(number) + 0.15, place(number) + 0.85, group.mean_bps.get()));
    let bars: Vec<(f64, f64, f64)> = bars.collect();
    let (low, high) = span(bars.iter().map(|bar| bar.2).chain([0.0]), 0.08);
    let labels = |wanted: usize| -> Vec<(f64, String)> {
        let every = groups.len().div_ceil(wanted);
        groups
            .iter()
            .enumerate()
            .step_by(every)
            .map(|(number, group)| (place(number) + 0.5, group.key.clone()))
            .collect()
    };
    let numbers = scale::round_numbers(low, high, 4);
    let plot = Plot {
        id: "slippage".into(),
        kind: "slippage",
        title: "Mean slippage by month, in basis points".into(),
        description: "Bars above zero are unfavourable: the order was filled at a worse price than its reference."
            .into(),
        x: (0.0, groups.len() as f64),
        y: (low, high),
        x_labels: labels(9),
        y_labels: numbers.into_iter().map(|number| (number, format::number(number, 0, Sign::Both))).collect(),
        layers: vec![Layer::Bars(bars, Ink::Loss, Ink::Gain), Layer::Level(0.0)],
    };
    let narrow = Plot { x_labels: labels(4), ..plot.clone() };
    both(&plot, narrow, (200, 170)).map(Some)
}

/// The numbers behind growth, drawdown and months for the script, as compact whole numbers.
///
/// `d` days since the first, `i` and `b` the index of account and benchmark times 10,000, `m` months with their
/// return in hundredths of a percent.
pub fn series(publication: &Publication) -> String {
    let days = &publication.days;
    let Some(first) = days.first() else { return "null".into() };
    let whole = |value: f64| (value * 10_000.0).round() as i64;
    let gaps: Vec<i64> = days.iter().map(|day| (day.date - first.date).num_days()).collect();
    let mut ours: Vec<i64> = days.iter().map(|day| whole(day.index.get())).collect();
    // So that the script says of the whole curve what the cards say.
    if let Some((last, total)) = ours.last_mut().zip(since_inception(&publication.periods)) {
        *last = whole(1.0 + total);
    }
    let benchmark: Option<Vec<Option<i64>>> = publication
        .facts
        .benchmark
        .is_some()
        .then(|| days.iter().map(|day| day.benchmark_index.map(|value| whole(value.get()))).collect());
    let months: Vec<_> =
        publication.months.iter().map(|month| json!([month.month, whole(month.value.get())])).collect();
    // The benchmark's name is in the page already; nothing here is text from outside.
    json!({ "start": first.date, "d": gaps, "i": ours, "b": benchmark, "m": months }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn charts_name_and_describe_themselves() {
        let publication = testing::publication();
        let chart = growth(&publication, true).unwrap();
        for part in [
            "role=\"img\"",
            "aria-labelledby=\"growth-log-wide-t growth-log-wide-d\"",
            "<desc",
            "class=\"ours\"",
            "class=\"bench\"",
        ] {
            assert!(chart.contains(part), "{part}");
        }
        assert!(chart.len() < 70_000, "{}", chart.len());
    }

    #[test]
    fn a_record_of_one_day_still_draws() {
        let mut publication = testing::publication();
        publication.days.truncate(1);
        publication.months.truncate(1);
        publication.rolling.clear();
        for chart in [
            growth(&publication, false),
            growth(&publication, true),
            drawdown(&publication),
            super::months(&publication),
        ] {
            let chart = chart.unwrap();
            assert!(!chart.contains("NaN") && !chart.contains("inf"), "{chart}");
        }
        assert!(rolling(&publication, "r", "R", false, |row| row.sharpe).unwrap().is_none());
    }

    #[test]
    fn the_series_are_whole_numbers_from_the_first_day() {
        let publication = testing::publication();
        let series: serde_json::Value = serde_json::from_str(&series(&publication)).unwrap();
        assert_eq!((&series["d"][0], &series["i"][0]), (&json!(0), &json!(10_000)));
        assert_eq!(series["i"].as_array().unwrap().len(), publication.days.len());
    }
}
