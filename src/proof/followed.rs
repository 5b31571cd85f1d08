//! What became of theses and plans: whoever writes down both sides and shows one of them is seen by the other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::entry::{Entry, Fields, Value, maps};
use super::log::{Kind, Line};
use super::sealed::items;
use super::wanted::key;

/// An order that follows a thesis or a plan is filled within so many days of it.
const DAYS_TO_FOLLOW: TimeDelta = TimeDelta::days(31);

/// How many of those that name a side were followed by an order of that symbol and side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Followed {
    /// `theses` or `planned trades`.
    pub of: &'static str,
    /// How many there are.
    pub all: usize,
    /// Within so many days an order follows.
    pub days: i64,
    /// Of them followed by one.
    pub followed: usize,
    /// By none.
    pub not_followed: usize,
    /// By none yet.
    pub open: usize,
}

impl std::fmt::Display for Followed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { of, all, days, followed, not_followed, open } = self;
        write!(
            f,
            "{of} that name a side: {all} (followed by an order within {days} days: {followed}; not followed: {not_followed}; still open: {open})"
        )
    }
}

/// What these entries say, and what was sealed and stands in them.
pub fn followed<'a>(entries: impl Iterator<Item = (&'a Line, &'a Entry)> + Clone) -> Vec<Followed> {
    let sealed = entries.clone().filter(|(line, _)| line.kind == Kind::Sealed);
    let sealed: Vec<_> = sealed.flat_map(|(_, entry)| items(entry)).collect();
    let items = sealed.iter().map(|item| (item.kind, item.date, &item.entry));
    let all: Vec<(Kind, NaiveDate, &Entry)> =
        entries.map(|(line, entry)| (line.kind, line.date, entry)).chain(items).collect();
    let orders = Orders::of(&all);
    let of_kind = |(kind, of): (Kind, &'static str)| {
        let meant = meant(&all, kind);
        let mut found =
            Followed { of, all: meant.len(), days: DAYS_TO_FOLLOW.num_days(), followed: 0, not_followed: 0, open: 0 };
        for meant in &meant {
            *match (orders.follow(meant), orders.may_follow(meant)) {
                (true, _) => &mut found.followed,
                (false, true) => &mut found.open,
                (false, false) => &mut found.not_followed,
            } += 1;
        }
        found
    };
    let kinds = [(Kind::Thesis, "theses"), (Kind::Plan, "planned trades")];
    kinds.into_iter().map(of_kind).filter(|found| found.all > 0).collect()
}

/// When it was written, symbol and side.
type Meant = (NaiveDate, String, String);

/// What was meant to be traded; what was sealed and is shown now counts once.
fn meant(all: &[(Kind, NaiveDate, &Entry)], of: Kind) -> Vec<Meant> {
    let mut meant: BTreeMap<String, Meant> = BTreeMap::new();
    for (kind, date, entry) in all.iter().filter(|(kind, ..)| *kind == of) {
        let key = key(*kind, *date, &entry.0);
        let when = written(&entry.0).unwrap_or(*date);
        let trades = if of == Kind::Plan { maps(&entry.0, "trades").collect() } else { vec![&entry.0] };
        for trade in trades.into_iter().filter(|trade| !text(trade, "side").is_empty()) {
            let (symbol, side) = (text(trade, "symbol"), text(trade, "side"));
            meant.insert(format!("{key} {symbol} {side}"), (when, symbol, side));
        }
    }
    meant.into_values().collect()
}

/// Symbol, side and date of every order, and the newest date with one.
struct Orders(BTreeSet<(String, String, NaiveDate)>, Option<NaiveDate>);

impl Orders {
    fn of(all: &[(Kind, NaiveDate, &Entry)]) -> Self {
        let mut orders = BTreeSet::new();
        let days = all.iter().filter(|(kind, ..)| *kind == Kind::Trades);
        for (_, date, entry) in days.clone() {
            orders.extend(maps(&entry.0, "orders").map(|order| (text(order, "symbol"), text(order, "side"), *date)));
        }
        Self(orders, days.map(|(_, date, _)| *date).max())
    }

    fn follow(&self, (when, symbol, side): &Meant) -> bool {
        let of = |date| (symbol.clone(), side.clone(), date);
        self.0.range(of(*when)..=of(*when + DAYS_TO_FOLLOW)).next().is_some()
    }

    fn may_follow(&self, (when, ..): &Meant) -> bool {
        self.1.is_none_or(|newest| *when + DAYS_TO_FOLLOW > newest)
    }
}

/// The date on which it was written or saved.
fn written(says: &Fields) -> Option<NaiveDate> {
    let time = ["written_at", "saved_at"].into_iter().find_map(|name| says.get(name)?.as_text());
    Some(time?.parse::<DateTime<Utc>>().ok()?.date_naive())
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(name).and_then(Value::as_text).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::proof::entry::fields;

    fn read(seq: usize, kind: Kind, date: &str, says: Fields) -> (Line, Entry) {
        (Line { digest: Digest::of(b""), seq, kind, date: date.parse().unwrap() }, Entry(says))
    }

    /// Whoever writes down both sides and shows the one that came true is counted with the other.
    #[test]
    fn opposite_theses_are_counted_one_of_them_as_not_followed() {
        let thesis = |id: &str, side: &str, at: &str| {
            fields([("id", id.into()), ("symbol", "AAA".into()), ("side", side.into()), ("written_at", at.into())])
        };
        let order = |side: &str| {
            let order = fields([("symbol", "AAA".into()), ("side", side.into())]);
            fields([("orders", Value::List(vec![order.into()]))])
        };
        let all = [
            read(2, Kind::Thesis, "2026-01-05", thesis("n1", "BUY", "2026-01-05T10:00:00Z")),
            read(3, Kind::Thesis, "2026-01-05", thesis("n2", "SELL", "2026-01-05T10:00:00Z")),
            read(4, Kind::Trades, "2026-01-06", order("BUY")),
            read(5, Kind::Thesis, "2026-02-27", thesis("n3", "SELL", "2026-02-27T10:00:00Z")),
            read(6, Kind::Trades, "2026-03-02", order("BUY")),
        ];
        let found = followed(all.iter().map(|(line, entry)| (line, entry)));
        let expected =
            "theses that name a side: 3 (followed by an order within 31 days: 1; not followed: 1; still open: 1)";
        assert_eq!(found.iter().map(Followed::to_string).collect::<Vec<_>>(), [expected]);
    }
}
