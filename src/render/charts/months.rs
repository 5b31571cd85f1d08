//! All months and years at a glance: how months are spread, years in pairs, and the return of the twelve months before.

use chrono::Months;

use crate::Result;
use crate::format::{self, Sign};
use crate::publication::{Day, Publication, Published};

use super::picture::{Panel, Picture};
use super::plot::Layer;
use super::scale::{Axis, Tick, x_of};
use super::svg::Ink;
use super::{DATES, benchmark_name, end, ends, lines, percent_panel, ticks};

/// So many months are spread out at least.
const LEAST: usize = 12;

/// How many months had which return, in steps of percentage points: bars of the account, and the index as an outline.
///
/// `None` of less than a year.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn spread(publication: &Publication) -> Result<Option<String>> {
    let months = &publication.months;
    if months.len() < LEAST {
        return Ok(None);
    }
    let ours: Vec<f64> = months.iter().map(|month| month.value.get() * 100.0).collect();
    let theirs: Vec<f64> = months.iter().filter_map(|month| Some(month.benchmark?.get() * 100.0)).collect();
    let largest = ours.iter().chain(&theirs).fold(0.0f64, |largest, value| largest.max(value.abs()));
    let step = (0..9).flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * 10f64.powi(power)));
    let step = step.into_iter().find(|step| largest / step <= 9.0).unwrap_or(1e9);
    let edge = (largest / step).floor() as i64 + 1;
    // No month is below -100 %.
    let first = (-edge).max((-100.0 / step).floor() as i64);
    let count = |values: &[f64], number: i64| {
        values.iter().filter(|value| (*value / step).floor() as i64 == number).count() as f64
    };
    let steps = || (first..edge).map(|number| (number, number as f64 * step));
    let bars: Vec<(f64, f64, f64)> =
        steps().map(|(number, left)| (left + step * 0.04, left + step * 0.96, count(&ours, number))).collect();
    let outline: Vec<(f64, f64)> = steps()
        .flat_map(|(number, left)| [(left, count(&theirs, number)), (left + step, count(&theirs, number))])
        .collect();
    let high = bars.iter().map(|bar| bar.2).chain(outline.iter().map(|point| point.1)).fold(1.0, f64::max);
    let axis = Axis::about(0.0, (0.0, high), 4).whole();
    let mut layers = vec![Layer::Bars(bars, Ink::Ours, Ink::Ours)];
    if theirs.len() == months.len() {
        layers.push(Layer::Line(outline, Ink::Benchmark));
    }
    let every = if edge > 6 { 3 } else { 2 };
    let label = |left: f64| format::number(left, 0, Sign::Both) + if left == 0.0 { "" } else { "%" };
    let picture = Picture {
        id: "spread".into(),
        kind: "spread",
        title: "How the months are spread".into(),
        note: "number of months".into(),
        description: "Bars count the months of the account by their return; the line counts those of the index."
            .into(),
        height: "middle bare",
        x: (first as f64 * step, edge as f64 * step),
        ticks: steps()
            .filter(|(number, _)| number % every == 0)
            .map(|(_, left)| Tick { x: left, text: label(left), has_line: left == 0.0 })
            .collect(),
        panels: vec![Panel {
            edges: (0.0, 1.0),
            y: (0.0, axis.ends.1 * 1.02),
            levels: axis.levels(|count| count, Sign::Minus, ""),
            layers,
            ..Panel::default()
        }],
        ..Picture::default()
    };
    picture.html().map(Some)
}

/// The return of each year beside that of the index. `None` of less than two years.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn years(publication: &Publication) -> Result<Option<String>> {
    let years = &publication.years;
    let (Some(first), Some(last), true) = (years.first(), years.last(), years.len() > 1) else { return Ok(None) };
    let place = |year: i32| f64::from(year);
    let ours: Vec<(f64, f64, f64)> =
        years.iter().map(|year| (place(year.year) + 0.12, place(year.year) + 0.49, year.value.get())).collect();
    let theirs: Vec<(f64, f64, f64)> = years
        .iter()
        .filter_map(|year| Some((place(year.year) + 0.51, place(year.year) + 0.88, year.benchmark?.get())))
        .collect();
    let heights = ours.iter().chain(&theirs).map(|bar| bar.2);
    let panel = percent_panel((0.0, 1.0), heights, 5, Sign::Both);
    let picture = Picture {
        id: "years".into(),
        kind: "years",
        title: if theirs.is_empty() { "Years" } else { "Years in pairs" }.into(),
        note: "net".into(),
        description: "The return of each year, of the account and of the index.".into(),
        height: "middle bare",
        x: (place(first.year), place(last.year) + 1.0),
        ticks: years
            .iter()
            .map(|year| Tick { x: place(year.year) + 0.5, text: year.year.to_string(), has_line: false })
            .collect(),
        panels: vec![Panel {
            layers: vec![
                Layer::Bars(ours, Ink::Ours, Ink::Ours),
                Layer::Bars(theirs, Ink::Benchmark, Ink::Benchmark),
            ],
            ..panel
        }],
        ..Picture::default()
    };
    picture.html().map(Some)
}

/// The return of the twelve months before each day. `None` of less than thirteen months.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn twelve_months(publication: &Publication) -> Result<Option<String>> {
    let days = &publication.days;
    let ours = over_a_year(days, |day| Some(day.index.get()));
    let theirs = over_a_year(days, |day| day.benchmark_index.map(Published::get));
    let (Some((from, _)), Some(last)) = (ours.first().copied(), days.last()) else { return Ok(None) };
    let start = days.partition_point(|day| x_of(day.date) < from);
    let since = days.get(start).map_or(last.date, |day| day.date);
    let x = (from, x_of(last.date));
    if x.1 - x.0 < 28.0 {
        return Ok(None);
    }
    let panel = percent_panel((0.0, 1.0), ours.iter().chain(&theirs).map(|point| point.1), 5, Sign::Both);
    let (name, _) = benchmark_name(publication);
    let latest = |points: &[(f64, f64)]| points.last().map(|point| format::percent(point.1, 1, Sign::Both));
    let words = [
        latest(&ours).map(|value| end("Account", &value, "")).unwrap_or_default(),
        latest(&theirs).map(|value| end(name, &value, "")).unwrap_or_default(),
    ];
    let curves = [ours, theirs];
    let panel = Panel { layers: lines(&curves), ..panel };
    let each = if publication.facts.by_day { "each day" } else { "each month-end" };
    let picture = Picture {
        id: "twelve".into(),
        kind: "twelve",
        title: "Return of the twelve months before".into(),
        note: format!("{each} from {}", format::day(since)),
        description: "The return over the twelve months before, of the account and of the index.".into(),
        height: "middle",
        x,
        ticks: ticks(days.get(start..).unwrap_or_default(), DATES),
        letters: ends(&panel, x, &curves, &words, "middle"),
        panels: vec![panel],
        ..Picture::default()
    };
    picture.html().map(Some)
}

/// Each day's value over the last one known twelve months before it or earlier.
fn over_a_year(days: &[Day], read: impl Fn(&Day) -> Option<f64>) -> Vec<(f64, f64)> {
    let point = |day: &Day| {
        let start = day.date.checked_sub_months(Months::new(12))?;
        let before = days.partition_point(|other| other.date <= start).checked_sub(1)?;
        Some((x_of(day.date), read(day)? / read(days.get(before)?)? - 1.0))
    };
    days.iter().filter_map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn a_year_before_is_the_last_value_known_then() {
        let publication = testing::publication();
        let found = over_a_year(&publication.days, |day| Some(day.index.get()));
        let last = publication.days.last().unwrap();
        let before = publication.days.iter().rfind(|day| day.date.to_string().as_str() <= "2021-12-28").unwrap();
        assert_eq!(found.last().unwrap().1, last.index.get() / before.index.get() - 1.0);
        assert!(publication.days.len() - found.len() > 240);
    }

    #[test]
    fn months_and_years_are_drawn_with_their_units() {
        let publication = testing::publication();
        let spread = spread(&publication).unwrap().unwrap();
        assert!(spread.contains("number of months") && spread.contains(">\u{2212}12%</b>"), "{spread}");
        let years = years(&publication).unwrap().unwrap();
        assert_eq!(years.matches("class=\"ours area\"").count(), 8);
        assert!(years.contains(">2015</b>") && years.contains(">+20%</b>"), "{years}");
        let twelve = twelve_months(&publication).unwrap().unwrap();
        assert!(twelve.contains(">Account <span>\u{2212}16.0%</span></b>"), "{twelve}");
    }

    #[test]
    fn a_month_of_many_times_the_money_leaves_round_numbers_and_nothing_below_a_total_loss() {
        let mut publication = testing::publication();
        let fine = testing::fine();
        publication.months[9].value = fine.period(34.0);
        publication.years[1].value = fine.period(31.0);
        let spread = spread(&publication).unwrap().unwrap();
        let labels = |chart: &str| -> Vec<String> {
            let parts = chart.split("</b>").filter_map(|part| part.rsplit('>').next());
            parts.filter(|text| text.ends_with('%')).map(str::to_owned).collect()
        };
        assert_eq!(labels(&spread), ["+1,500%", "+3,000%"]);
        let years = years(&publication).unwrap().unwrap();
        assert!(years.contains("style=\"--labels:40px\""), "{years}");
        assert_eq!(labels(&years).first().map(String::as_str), Some("+500%"), "{years}");
    }

    #[test]
    fn a_young_record_has_none_of_them() {
        let mut publication = testing::publication();
        publication.days.truncate(100);
        publication.months.truncate(5);
        publication.years.truncate(1);
        let none = [spread(&publication), years(&publication), twelve_months(&publication)];
        assert!(none.into_iter().all(|chart| chart.unwrap().is_none()));
    }
}
