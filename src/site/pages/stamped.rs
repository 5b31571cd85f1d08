//! What others have stamped of the log, and when.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::analysis::drawdown::{drawdowns, maximum};
use crate::analysis::returns::{annualized, total};
use crate::proof::{Counts, DATED, Dated, Kind, Published, Stretch, Timing, Timings, duration};
use crate::publication::Publication;

/// The time stamps over the log.
#[derive(Serialize)]
pub struct Stamped<'a> {
    /// How many lines the newest are over.
    lines: usize,
    /// How many entries have come since.
    after: usize,
    /// Those over these lines.
    newest: Vec<Stamp<'a>>,
    /// The names of the files with certificates.
    certificates: Vec<&'a str>,
    /// How many entries of each kind were stamped in time.
    kinds: Vec<OfKind>,
    /// Whether there are some that nothing is over yet, and theses and plans that no fill has followed.
    any_unstamped: bool,
    any_open: bool,
    /// The entry since the log began that was stamped last after what it is of.
    worst: Option<Worst>,
    /// The days that were recorded on time.
    stretch: Option<Days>,
}

#[derive(Serialize)]
struct Stamp<'a> {
    file: &'a str,
    authority: &'a str,
    /// As openssl writes it.
    time: String,
}

#[derive(Serialize)]
struct OfKind {
    name: &'static str,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct Worst {
    seq: usize,
    kind: &'static str,
    date: String,
    lag: String,
}

#[derive(Serialize)]
struct Days {
    first: String,
    last: String,
    days: usize,
    on_time: usize,
    /// Figures of the whole record, and of these days as they were recorded, where days are published.
    figures: Vec<OfBoth>,
}

#[derive(Debug, PartialEq, Serialize)]
struct OfBoth {
    name: &'static str,
    whole: Option<f64>,
    part: Option<f64>,
}

/// What of the log is stamped, if anything is.
pub fn stamped<'a>(proof: &'a Published, publication: &Publication) -> Option<Stamped<'a>> {
    let lines = proof.stamps.all().last()?.lines;
    let newest = proof.stamps.all().iter().filter(|stamp| stamp.lines == lines);
    let certificates = proof.files.keys().filter_map(|path| path.strip_prefix("proof/tsa/"));
    let kinds = DATED.into_iter().map(|kind| OfKind { name: kind.as_str(), counts: proof.timings.counts(kind) });
    let kinds: Vec<OfKind> = kinds.filter(|kind| kind.counts.all() > 0).collect();
    Some(Stamped {
        any_unstamped: kinds.iter().any(|kind| kind.counts.unstamped > 0),
        any_open: kinds.iter().any(|kind| kind.counts.open > 0),
        lines,
        after: proof.entries - lines,
        newest: newest
            .map(|stamp| Stamp {
                file: &stamp.file,
                authority: &stamp.token.authority,
                time: stamp.token.time.format("%b %e %H:%M:%S %Y GMT").to_string(),
            })
            .collect(),
        certificates: certificates.collect(),
        kinds,
        worst: worst(&proof.timings),
        stretch: proof.timings.stretch().map(|Stretch { first, last, days, on_time }| Days {
            first: first.to_string(),
            last: last.to_string(),
            days,
            on_time,
            figures: figures(proof, first, last, publication),
        }),
    })
}

/// The figures of the whole record as the site shows them, and those of a stretch from the index as it was recorded on time.
fn figures(proof: &Published, first: NaiveDate, last: NaiveDate, publication: &Publication) -> Vec<OfBoth> {
    if !publication.facts.by_day {
        return Vec::new();
    }
    let is_on_time = |dated: &&Dated| dated.kind == Kind::Day && dated.timing() == Timing::OnTime;
    let on_time: BTreeSet<NaiveDate> =
        proof.timings.entries.iter().filter(is_on_time).map(|dated| dated.date).collect();
    let index = proof.told.index.range(first..=last).filter(|(date, _)| on_time.contains(date));
    let part = of_index(&index.map(|(_, index)| index.first).collect::<Vec<_>>(), (last - first).num_days());
    let of_both = |(id, part): (&str, Option<f64>)| {
        let figure = publication.figure(id)?;
        Some(OfBoth { name: figure.name, whole: publication.value(id), part })
    };
    IDS.into_iter().zip(part).filter_map(of_both).collect()
}

/// The figures that stand twice.
const IDS: [&str; 3] = ["returns.total", "returns.annualized", "drawdown.max"];

/// Those figures of an index.
fn of_index(index: &[f64], calendar_days: i64) -> [Option<f64>; 3] {
    let returns: Vec<f64> =
        index.iter().zip(index.iter().skip(1)).map(|(before, after)| after / before - 1.0).collect();
    let total = total(&returns);
    [total, total.and_then(|total| annualized(total, calendar_days)), maximum(&drawdowns(index))]
}

fn worst(timings: &Timings) -> Option<Worst> {
    let worst = timings.worst()?;
    let lag = duration(worst.lag()?);
    Some(Worst { seq: worst.seq, kind: worst.kind.as_str(), date: worst.date.to_string(), lag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_an_index_are_those_of_the_catalogue() {
        let [total, annualized, deepest] = of_index(&[1.0, 1.2, 0.9, 1.1], 200);
        let near = |value: Option<f64>, expected: f64| (value.unwrap() - expected).abs() < 1e-12;
        assert!(near(total, 0.1) && near(deepest, -0.25), "{total:?} {deepest:?}");
        assert_eq!(annualized, None, "nothing shorter than a year is annualized");
        assert!(near(of_index(&[1.0, 1.1], 730)[1], 1.1_f64.powf(365.25 / 730.0) - 1.0));
        assert_eq!(of_index(&[1.0], 0), [None, None, Some(0.0)]);
    }
}
