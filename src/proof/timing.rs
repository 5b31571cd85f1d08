//! Whether entries were recorded in time. That is computed from the stamps of others and never claimed: `made_at` says nothing here.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use serde::Serialize;

use super::entry::{Entry, Fields, Value, maps};
use super::item_stamps::ItemStamps;
use super::log::{Kind, Line};
use super::sealed::items;
use super::stamps::Stamps;
use super::state::said;
use super::wanted::key;
use crate::calendar::Exchange;

/// So many sessions in a row may be late within a stretch that counts as recorded on time: a stamp a week later still fixes them.
const MOST_LATE_IN_A_ROW: usize = 5;

/// How an entry stands to the time by which it should have been stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// Stamped before.
    OnTime,
    /// Stamped after.
    Late,
    /// Over, and not stamped by anybody.
    Unstamped,
    /// Nothing says yet by when: a thesis or a plan that no fill has followed.
    Open,
}

/// An entry that has a time by which it should have been stamped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// Its line.
    pub seq: usize,
    /// `day`, `sealed`, `trades`, `book`, `thesis` or `plan`.
    pub kind: Kind,
    /// Its date.
    pub date: NaiveDate,
    /// When it was stamped first.
    pub stamped: Option<DateTime<Utc>>,
    /// When that of which it is was over: the close of the session; of a thesis or a plan when the first fill came.
    pub happened: Option<DateTime<Utc>>,
    /// Before which it is on time: the open of the next session; of a thesis or a plan the first fill.
    pub deadline: Option<DateTime<Utc>>,
}

impl Dated {
    /// How it stands.
    pub fn timing(&self) -> Timing {
        match (self.deadline, self.stamped) {
            (None, _) => Timing::Open,
            (_, None) => Timing::Unstamped,
            (Some(deadline), Some(stamped)) if stamped < deadline => Timing::OnTime,
            _ => Timing::Late,
        }
    }

    /// How long after what it is of it was stamped. Below zero where it was before.
    pub fn lag(&self) -> Option<TimeDelta> {
        Some(self.stamped? - self.happened?)
    }
}

/// Sessions of which no more than a few in a row were late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first day that was on time.
    pub first: NaiveDate,
    /// The last one.
    pub last: NaiveDate,
    /// Its days with an entry.
    pub days: usize,
    /// How many of them were on time.
    pub on_time: usize,
}

/// How many entries of a kind stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Stamped in time.
    pub on_time: usize,
    /// Stamped later, of a time when the log was there.
    pub late: usize,
    /// Late because they are of a time before the log began: imported.
    pub earlier: usize,
    /// Not stamped.
    pub unstamped: usize,
    /// Theses and plans that no fill has followed.
    pub open: usize,
}

impl Counts {
    /// How many there are altogether.
    pub fn all(self) -> usize {
        let Self { on_time, late, earlier, unstamped, open } = self;
        on_time + late + earlier + unstamped + open
    }

    fn in_words(self) -> String {
        let Self { on_time, late, earlier, unstamped, open } = self;
        let parts = [
            (on_time, "on time"),
            (late, "late"),
            (earlier, "late because they are from before the log began"),
            (unstamped, "not stamped yet"),
            (open, "with no fill after them"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        parts.map(|(count, how)| format!("{count} {how}")).collect::<Vec<_>>().join(", ")
    }
}

/// Every entry that should have been stamped by some time, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timings {
    /// They themselves.
    pub entries: Vec<Dated>,
    /// The date of the charter.
    pub began: Option<NaiveDate>,
}

/// The kinds that have such a time.
pub const DATED: [Kind; 6] = [Kind::Day, Kind::Sealed, Kind::Trades, Kind::Book, Kind::Thesis, Kind::Plan];

impl Timings {
    /// Holds entries against the stamps over them.
    pub fn of<'a>(
        entries: impl Iterator<Item = (&'a Line, &'a Entry)> + Clone,
        stamps: &Stamps,
        alone: &ItemStamps,
    ) -> Self {
        let charter = entries.clone().next().filter(|(line, _)| line.kind == Kind::Charter);
        let exchange = charter.and_then(|(_, entry)| Exchange::from_mic(entry.text("exchange")?)).unwrap_or_default();
        let fills = Fills::of(entries.clone());
        let before = Before::of(entries.clone(), stamps, alone);
        let dated = |(line, entry): (&Line, &Entry)| {
            let (happened, deadline) = match line.kind {
                Kind::Day | Kind::Sealed | Kind::Trades | Kind::Book => {
                    (Some(end(exchange, line.date)), next(exchange, line.date))
                }
                Kind::Thesis => {
                    let fill = fills.after(&entry.0, entry.text("written_at"));
                    (fill, fill)
                }
                Kind::Plan => {
                    let fill = fills.of_plan(entry);
                    (fill, fill)
                }
                _ => return None,
            };
            let Line { seq, kind, date, .. } = *line;
            let stamped = stamps.first(seq).into_iter().chain(before.stamped(entry, line));
            Some(Dated { seq, kind, date, stamped: stamped.min(), happened, deadline })
        };
        let began = charter.map(|(line, _)| line.date);
        Self { entries: entries.filter_map(dated).collect(), began }
    }

    /// How many of a kind stand how.
    pub fn counts(&self, kind: Kind) -> Counts {
        let mut counts = Counts::default();
        for dated in self.entries.iter().filter(|dated| dated.kind == kind) {
            match dated.timing() {
                Timing::OnTime => counts.on_time += 1,
                Timing::Late if Some(dated.date) < self.began => counts.earlier += 1,
                Timing::Late => counts.late += 1,
                Timing::Unstamped => counts.unstamped += 1,
                Timing::Open => counts.open += 1,
            }
        }
        counts
    }

    /// What of them was in time, a sentence each.
    pub fn in_words(&self) -> Vec<String> {
        let kinds = DATED.into_iter().map(|kind| (kind, self.counts(kind))).filter(|(_, counts)| counts.all() > 0);
        let mut sentences: Vec<String> = kinds
            .map(|(kind, counts)| {
                format!("entries of kind {}, by their stamps: {}", kind.as_str(), counts.in_words())
            })
            .collect();
        if let Some((worst, lag)) = self.worst().and_then(|worst| Some((worst, worst.lag()?))) {
            let Dated { seq, kind, date, .. } = worst;
            sentences.push(format!(
                "the longest lag since the log began: entry {seq}, the {} of {date}, was stamped {} after the close",
                kind.as_str(),
                duration(lag)
            ));
        }
        if let Some(Stretch { first, last, days, on_time }) = self.stretch() {
            sentences.push(format!("days recorded on time: from {first} to {last}, {on_time} of {days}"));
        }
        sentences
    }

    /// The entry since the log began that was stamped longest after what it is of. Not of theses and plans, which should come before.
    pub fn worst(&self) -> Option<&Dated> {
        let is_of_then =
            |dated: &&Dated| Some(dated.date) >= self.began && !dated.kind.precedes_fills() && dated.lag().is_some();
        self.entries.iter().filter(is_of_then).max_by_key(|dated| (dated.lag(), std::cmp::Reverse(dated.seq)))
    }

    /// The longest stretch of days that was recorded on time; of two as long the newer one.
    pub fn stretch(&self) -> Option<Stretch> {
        let days: BTreeMap<NaiveDate, bool> = self
            .entries
            .iter()
            .filter(|dated| dated.kind == Kind::Day)
            .map(|dated| (dated.date, dated.timing() == Timing::OnTime))
            .collect();
        let mut best: Option<Stretch> = None;
        let mut current: Option<Stretch> = None;
        let mut late = 0;
        for (date, is_on_time) in days {
            if !is_on_time {
                late += 1;
                continue;
            }
            let new = Stretch { first: date, last: date, days: 1, on_time: 1 };
            let grown = current.filter(|_| late <= MOST_LATE_IN_A_ROW).map_or(new, |current| Stretch {
                last: date,
                days: current.days + late + 1,
                on_time: current.on_time + 1,
                ..current
            });
            late = 0;
            current = Some(grown);
            best = Some(best.filter(|best| best.on_time > grown.on_time).unwrap_or(grown));
        }
        best
    }
}

/// What was sealed of theses and plans before they were recorded openly, and when that was stamped first.
struct Before(BTreeMap<String, Vec<Sealed>>);

/// What a sealed item says, and when it was stamped first.
type Sealed = (Fields, Option<DateTime<Utc>>);

impl Before {
    fn of<'a>(entries: impl Iterator<Item = (&'a Line, &'a Entry)>, stamps: &Stamps, alone: &ItemStamps) -> Self {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (line, entry) in entries.filter(|(line, _)| line.kind == Kind::Sealed) {
            for item in items(entry).iter().filter(|item| item.kind.precedes_fills()) {
                let stamped = stamps.first(line.seq).into_iter().chain(alone.first(item.digest()));
                all.entry(item.key()).or_default().push((item.says(), stamped.min()));
            }
        }
        Self(all)
    }

    /// When that which an entry says was stamped first while it was sealed.
    fn stamped(&self, entry: &Entry, line: &Line) -> Option<DateTime<Utc>> {
        if !line.kind.precedes_fills() {
            return None;
        }
        let sealed = self.0.get(&key(line.kind, line.date, &entry.0))?;
        let says = said(entry);
        sealed.iter().filter(|(was, _)| *was == says).filter_map(|(_, stamped)| *stamped).min()
    }
}

/// When the session of a date was over. Where the hours are not known, or there was none, with its day in UTC.
fn end(exchange: Exchange, date: NaiveDate) -> DateTime<Utc> {
    exchange.close(date).unwrap_or_else(|| midnight(date.succ_opt().unwrap_or(date)))
}

/// When the next session opens. Where the hours are not known, with its day in UTC.
fn next(exchange: Exchange, date: NaiveDate) -> Option<DateTime<Utc>> {
    let session = exchange.next_session(date);
    exchange.open(session).or(Some(midnight(session)))
}

/// A time that has passed, in the two largest units: `3 d 4 h`.
pub fn duration(time: TimeDelta) -> String {
    let minutes = time.num_minutes().abs();
    match (minutes / (24 * 60), minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

/// The first fills of all orders, by symbol and side.
struct Fills(BTreeMap<(String, String), Vec<DateTime<Utc>>>);

impl Fills {
    fn of<'a>(entries: impl Iterator<Item = (&'a Line, &'a Entry)>) -> Self {
        let mut fills: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (_, entry) in entries.filter(|(line, _)| line.kind == Kind::Trades) {
            for order in maps(&entry.0, "orders") {
                let text = |name: &str| order.get(name).and_then(Value::as_text).map(str::to_owned);
                let time = text("first_fill").and_then(|time| time.parse::<DateTime<Utc>>().ok());
                if let (Some(symbol), Some(side), Some(time)) = (text("symbol"), text("side"), time) {
                    fills.entry((symbol, side)).or_default().push(time);
                }
            }
        }
        Self(fills)
    }

    /// The first fill of a symbol after a time, on the side that is named, or on any.
    fn after(&self, says: &Fields, since: Option<&str>) -> Option<DateTime<Utc>> {
        let text = |name: &str| says.get(name).and_then(Value::as_text);
        let (symbol, side) = (text("symbol")?, text("side"));
        let since: Option<DateTime<Utc>> = since.and_then(|since| since.parse().ok());
        let of_it = self.0.iter().filter(|((of, on), _)| of == symbol && side.is_none_or(|side| side == on));
        of_it.flat_map(|(_, times)| times).filter(|time| since.is_none_or(|since| **time >= since)).min().copied()
    }

    fn of_plan(&self, plan: &Entry) -> Option<DateTime<Utc>> {
        let date = plan.text("as_of").map(|date| format!("{date}T00:00:00Z"));
        let since = plan.text("saved_at").or(date.as_deref());
        maps(&plan.0, "trades").filter_map(|trade| self.after(trade, since)).min()
    }
}

#[cfg(test)]
#[path = "timing_tests.rs"]
mod tests;
