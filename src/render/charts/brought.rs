//! What each holding contributed in each year, one above the other.

use crate::Result;
use crate::format::{self, Sign, escape};
use crate::publication::{BroughtByPeriod, BroughtPeriod, BroughtRow, Published};

use super::percent_panel;
use super::picture::{Letter, Panel, Picture};
use super::plot::Layer;
use super::scale::Tick;
use super::svg::Ink;

/// How strongly the holdings that brought most are inked, one after the other; all others are one grey part.
const STRENGTHS: [f64; 5] = [0.94, 0.76, 0.5, 0.3, 0.14];

/// From this strength on words inside are as light as the paper.
const DARK: f64 = 0.6;

/// The least height and width of a part that has its name inside, of those of the picture.
const NAMED: (f64, f64) = (0.07, 0.06);

/// How high the words over a bar are, as a part of the height.
const SUM: f64 = 0.07;

/// A part of a year: whose it is, how it is inked, and from where to where it goes.
struct Part<'a> {
    name: &'a str,
    strength: Option<f64>,
    from: f64,
    to: f64,
}

/// The contributions of each year as parts of a bar: gains upwards from zero, losses downwards. `None` of less than two years.
///
/// # Errors
/// What `plotters` cannot draw, which is a mistake of this program.
pub fn brought(table: &BroughtByPeriod) -> Result<Option<String>> {
    if table.periods.len() < 2 {
        return Ok(None);
    }
    let chosen = chosen(&table.rows);
    let years: Vec<Vec<Part>> = (0..table.periods.len()).map(|year| parts(table, &chosen, year)).collect();
    let ends = years.iter().flatten().flat_map(|part| [part.from, part.to]);
    let highest = ends.clone().fold(0.0, f64::max);
    let mut panel = percent_panel((0.0, 1.0), ends, 5, Sign::Both);
    // They are points of one total, and no returns of their years.
    panel.levels.iter_mut().for_each(|(_, label)| label.retain(|letter| letter != '%'));
    panel.y.1 = panel.y.1.max(highest + SUM * (panel.y.1 - panel.y.0));
    let count = years.len() as f64;
    let (x, gap) = ((0.0, count), 0.14);
    let letters = years
        .iter()
        .enumerate()
        .flat_map(|(year, parts)| names(parts, (year as f64 + gap) / count, 1.0 / count, &panel));
    let picture = Picture {
        id: "brought".into(),
        kind: "brought",
        title: "What each holding contributed".into(),
        note: note(&chosen, table),
        description: in_words(table),
        height: "bare",
        x,
        ticks: ticks(table),
        letters: letters.collect(),
        panels: vec![Panel { layers: layers(&years, gap), ..panel }],
        ..Picture::default()
    };
    picture.html().map(Some)
}

/// The holdings that are drawn on their own: those that brought or cost the most in the whole time.
fn chosen(rows: &[BroughtRow]) -> Vec<&str> {
    let mut holdings: Vec<(&str, f64)> =
        rows.iter().filter_map(|row| Some((row.symbol.as_deref()?, row.total.get().abs()))).collect();
    holdings.sort_by(|a, b| b.1.total_cmp(&a.1));
    holdings.into_iter().take(STRENGTHS.len()).map(|(symbol, _)| symbol).collect()
}

/// The parts of a year, outwards from zero: the chosen holdings, then all others together.
fn parts<'a>(table: &'a BroughtByPeriod, chosen: &[&'a str], year: usize) -> Vec<Part<'a>> {
    let value = |row: &BroughtRow| row.cells.get(year).and_then(|cell| Some(cell.value?.get())).unwrap_or(0.0);
    let place = |row: &BroughtRow| chosen.iter().position(|symbol| row.symbol.as_deref() == Some(*symbol));
    let of_chosen = chosen.iter().zip(STRENGTHS).map(|(symbol, strength)| {
        let own = table.rows.iter().filter(|row| row.symbol.as_deref() == Some(*symbol)).map(value).sum();
        (*symbol, Some(strength), own)
    });
    let others: f64 = table.rows.iter().filter(|row| place(row).is_none()).map(value).sum();
    let (mut above, mut below) = (0.0, 0.0);
    let stacked = of_chosen.chain([("others", None, others)]).filter(|(.., value)| *value != 0.0).map(
        |(name, strength, value): (_, _, f64)| {
            let edge = if value > 0.0 { &mut above } else { &mut below };
            let from = *edge;
            *edge += value;
            Part { name, strength, from, to: *edge }
        },
    );
    stacked.collect()
}

fn layers(years: &[Vec<Part>], gap: f64) -> Vec<Layer> {
    let inks =
        STRENGTHS.into_iter().map(|strength| (Some(strength), Ink::Ours, strength)).chain([(None, Ink::Base, 0.5)]);
    let of = |wanted: Option<f64>| {
        let all =
            years.iter().enumerate().flat_map(|(year, parts)| parts.iter().map(move |part| (year as f64, part)));
        let own = all.filter(move |(_, part)| part.strength == wanted);
        own.map(|(year, part)| (year + gap, year + 1.0 - gap, part.from, part.to)).collect()
    };
    inks.map(|(wanted, ink, strength)| Layer::Blocks(of(wanted), ink, strength)).collect()
}

/// The names inside the parts that are large enough, and what the year brought above them.
fn names(parts: &[Part], left: f64, width: f64, panel: &Panel) -> Vec<Letter> {
    let is_wide = width >= NAMED.0 * 0.8;
    let named =
        parts.iter().filter(|part| is_wide && (panel.place(part.from) - panel.place(part.to)).abs() >= NAMED.0);
    let mut letters: Vec<Letter> = named
        .map(|part| {
            let class = if part.strength.is_some_and(|strength| strength > DARK) { "part light" } else { "part" };
            Letter::new(class, Some(left + 0.004), panel.place((part.from + part.to) / 2.0), escape(part.name))
        })
        .collect();
    let total: f64 = parts.iter().map(|part| part.to - part.from).sum();
    let top = parts.iter().map(|part| part.to.max(part.from)).fold(0.0, f64::max);
    if width >= NAMED.1 {
        letters.push(Letter::new("sum", Some(left), panel.place(top), format::number(total * 100.0, 1, Sign::Both)));
    }
    letters
}

fn ticks(table: &BroughtByPeriod) -> Vec<Tick> {
    let every = table.periods.len().div_ceil(14);
    let label = |(year, period): (usize, &BroughtPeriod)| Tick {
        x: year as f64 + 0.14,
        text: period.label.clone(),
        has_line: false,
    };
    table.periods.iter().enumerate().step_by(every).map(label).collect()
}

fn note(chosen: &[&str], table: &BroughtByPeriod) -> String {
    let has_others = table.rows.len() > chosen.len();
    let order = format!("from the strongest colour to the palest {}", chosen.join(", "));
    let total = format::percent(table.total.get(), 1, Sign::Both);
    format!(
        "in points of the total return of {total}, not the years’ own returns; {order}{}",
        if has_others { "; grey is all else" } else { "" }
    )
}

fn in_words(table: &BroughtByPeriod) -> String {
    let years = table.periods.iter().zip(&table.totals);
    let said: Vec<String> = years
        .map(|(period, total)| format!("{} {}", period.label, format::number(total.get() * 100.0, 1, Sign::Both)))
        .collect();
    format!("Each year’s part of the total return, in points: {}. The table has all of it.", said.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn the_parts_of_a_year_add_up_to_it() {
        let publication = testing::publication();
        let table = &publication.contributions.as_ref().unwrap().by_year;
        let chosen = chosen(&table.rows);
        assert_eq!(chosen.len(), 5);
        for (year, total) in table.totals.iter().enumerate() {
            let parts = parts(table, &chosen, year);
            let sum: f64 = parts.iter().map(|part| part.to - part.from).sum();
            assert!((sum - total.get()).abs() < 1e-9, "{year}: {sum} and {total:?}");
            // Gains lie above zero, losses below, and none over another.
            let mut edges: Vec<(f64, f64)> =
                parts.iter().map(|part| (part.from.min(part.to), part.from.max(part.to))).collect();
            edges.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(edges.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-12), "{edges:?}");
        }
    }

    #[test]
    fn the_demo_draws_a_bar_a_year_and_names_its_parts() {
        let publication = testing::publication();
        let table = &publication.contributions.as_ref().unwrap().by_year;
        let chart = brought(table).unwrap().unwrap();
        assert!(
            chart.contains(&format!("from the strongest colour to the palest {}", chosen(&table.rows).join(", "))),
            "{chart}"
        );
        assert_eq!(chart.matches("class=\"sum\"").count(), table.periods.len());
        let mut short = table.clone();
        short.periods.truncate(1);
        assert!(brought(&short).unwrap().is_none());
    }
}
