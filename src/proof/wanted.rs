//! What the log should hold of a record as it is now: whatever of it is published by now, at the level of the site.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::charter;
use super::entry::{Fields, Value, fields};
use super::log::{Kind, instant};
use super::private_values::{fills, flows, held};
use crate::config::{Config, PrivacyLevel};
use crate::publication::intended::{Intended, IntendedTrade, IntendedTrades, Thesis, everything_intended, intended};
use crate::publication::{Disclosure, MonthEnd, OrderView, Publication, Published, RankedView, SignalView};
use crate::record::{Execution, Record, Snapshot};

/// An entry that the log should hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// What it is of.
    pub kind: Kind,
    /// Its date.
    pub date: NaiveDate,
    /// What it says.
    pub fields: Fields,
    /// What it holds commitments to, by name.
    pub private: BTreeMap<&'static str, String>,
    /// When the broker made the statements that it was read from, as far as it was.
    pub stated: BTreeSet<DateTime<Utc>>,
}

impl Wanted {
    fn new(kind: Kind, date: NaiveDate, fields: Fields) -> Self {
        Self { kind, date, fields, private: BTreeMap::new(), stated: BTreeSet::new() }
    }

    /// By what it is known again.
    pub fn key(&self) -> String {
        key(self.kind, self.date, &self.fields)
    }
}

/// By what an entry is known again when the record says something else of the same thing.
pub fn key(kind: Kind, date: NaiveDate, fields: &Fields) -> String {
    let text = |name: &str| fields.get(name).and_then(Value::as_text).unwrap_or_default();
    let own = match kind {
        Kind::Charter => String::new(),
        Kind::Day | Kind::Trades | Kind::Sealed => date.to_string(),
        Kind::Book => text("month").to_owned(),
        Kind::Gap => format!("{} {date}", text("since")),
        Kind::Signal => format!("{} {}", text("strategy"), text("formation")),
        Kind::Plan => format!("{} {} {}", text("strategy"), text("as_of"), text("saved_at")),
        Kind::Thesis => text("id").to_owned(),
        Kind::Key => text("public_key").to_owned(),
        Kind::Renew => date.to_string(),
        Kind::Amend | Kind::Correction => return String::new(),
    };
    format!("{} {own}", kind.as_str())
}

/// Everything that the log should hold, in the order in which it is recorded when all of it is new.
pub fn wanted(record: &Record, publication: Option<&Publication>, config: &Config, today: NaiveDate) -> Vec<Wanted> {
    let disclosure = Disclosure::new(&config.privacy);
    let level = level_name(disclosure.level());
    let charter = charter::charter(record, publication, config);
    let mut all =
        vec![Wanted { private: charter::accounts(record, config), ..Wanted::new(Kind::Charter, today, charter) }];
    if let Some(publication) = publication {
        all.extend(days(record, publication, &disclosure));
        all.extend(gaps(record, publication));
        all.extend(publication.month_ends.iter().filter_map(|(month, end)| {
            Some(Wanted { private: of_book(record, end), ..book(&month.to_string(), end, publication)? })
        }));
        all.extend(trades(&publication.fills_known_then(record, config), publication));
    }
    all.extend(meant(&intended(record, publication, config)));
    for wanted in &mut all {
        if wanted.kind != Kind::Charter {
            wanted.fields.insert("level".to_owned(), level.into());
        }
    }
    all.sort_by_cached_key(|wanted| (wanted.kind != Kind::Charter, wanted.date, wanted.kind, wanted.key()));
    all
}

fn meant(intended: &Intended) -> Vec<Wanted> {
    let Intended { signals, plans, theses } = intended;
    let signals = signals.iter().map(|(strategy, one)| signal(strategy, one));
    signals.chain(plans.iter().map(plan)).chain(theses.iter().map(thesis)).collect()
}

/// Everything that was meant, whether it is shown by now or not.
pub fn intentions(record: &Record, config: &Config) -> Vec<Wanted> {
    let level = level_name(Disclosure::new(&config.privacy).level());
    let mut all = meant(&everything_intended(record, config));
    all.iter_mut().for_each(|wanted| drop(wanted.fields.insert("level".to_owned(), level.into())));
    all.sort_by_cached_key(|wanted| (wanted.date, wanted.kind, wanted.key()));
    all
}

/// A number as it is published.
fn number(value: impl Published) -> Value {
    // Of nothing below zero there is no such thing.
    format!("{}", value.get() + 0.0).into()
}

fn date(date: NaiveDate) -> Value {
    date.to_string().into()
}

fn time(time: DateTime<Utc>) -> Value {
    instant(time).into()
}

/// One entry for each valuation. Where no day is published, it holds commitments alone.
fn days(record: &Record, publication: &Publication, disclosure: &Disclosure) -> Vec<Wanted> {
    let index: BTreeMap<NaiveDate, Value> = match disclosure.by_day() {
        true => publication.days.iter().map(|day| (day.date, number(day.index))).collect(),
        false => BTreeMap::new(),
    };
    let named = |date: NaiveDate| publication.large_flows.iter().any(|flow| flow.date == date);
    let mut since: Option<&Snapshot> = None;
    let mut all = Vec::new();
    for snapshot in &record.snapshots {
        let before = since.replace(snapshot).map(|before| before.date);
        let mut fields = fields([
            ("since", before.map(|before| before.to_string()).into()),
            ("source", snapshot.source.as_str().into()),
        ]);
        if disclosure.by_day() {
            let Some(index) = index.get(&snapshot.date) else { continue };
            fields.insert("index".to_owned(), index.clone());
            fields.insert("large_flow".to_owned(), named(snapshot.date).into());
        }
        let private = of_day(record, before, snapshot, disclosure);
        let stated = snapshot.generated.into_iter().collect();
        all.push(Wanted { private, stated, ..Wanted::new(Kind::Day, snapshot.date, fields) });
    }
    all
}

fn of_day(
    record: &Record,
    since: Option<NaiveDate>,
    snapshot: &Snapshot,
    disclosure: &Disclosure,
) -> BTreeMap<&'static str, String> {
    let mut private = BTreeMap::from([
        ("account", snapshot.account.private().to_owned()),
        ("nav", snapshot.net_liquidation.to_string()),
        ("flows", flows(record, since, snapshot.date)),
    ]);
    // What changes only by trades that are held back must leave no trace, not even another digest.
    if !disclosure.holds_back() {
        private.extend(held(snapshot));
    }
    private
}

/// The sessions between two valuations, where there should be one of each session.
fn gaps(record: &Record, publication: &Publication) -> Vec<Wanted> {
    if !publication.facts.is_daily {
        return Vec::new();
    }
    let pairs = record.snapshots.iter().zip(record.snapshots.iter().skip(1));
    let gap = |(before, after): (&Snapshot, &Snapshot)| {
        let days: Vec<NaiveDate> = record.exchange.sessions_between(before.date, after.date).collect();
        let last = *days.last()?;
        let days: Vec<String> = days.iter().map(NaiveDate::to_string).collect();
        let fields = fields([("since", date(before.date)), ("days", days.into()), ("reason", "no valuation".into())]);
        Some(Wanted::new(Kind::Gap, last, fields))
    };
    pairs.filter_map(gap).collect()
}

/// What was held at the end of a month that is over, of which nothing is held back.
fn book(month: &str, end: &MonthEnd, publication: &Publication) -> Option<Wanted> {
    let positions_as_of = end.positions_as_of.filter(|_| !end.month_goes_on && end.held_back_after.is_none())?;
    let orders = publication.orders.iter().filter(|order| order.date.to_string().starts_with(month));
    let returned = publication.months.iter().find(|one| one.month.to_string() == month);
    let position = |position: &crate::publication::PositionView| {
        Value::from(fields([
            ("symbol", position.symbol.as_str().into()),
            ("weight", position.weight.map(number).into()),
        ]))
    };
    let fields = fields([
        ("month", month.into()),
        ("positions_as_of", date(positions_as_of)),
        ("positions", Value::List(end.positions.iter().map(position).collect())),
        ("cash", end.cash_weight.map(number).into()),
        ("fills", orders.map(|order| order.fills).sum::<usize>().into()),
        ("return", returned.map(|month| number(month.value)).into()),
        ("large_flow", publication.large_flows.iter().any(|flow| flow.date.to_string().starts_with(month)).into()),
    ]);
    Some(Wanted::new(Kind::Book, end.as_of, fields))
}

fn of_book(record: &Record, end: &MonthEnd) -> BTreeMap<&'static str, String> {
    let on = end.positions_as_of.and_then(|on| record.snapshots.iter().rfind(|snapshot| snapshot.date <= on));
    on.map(held).unwrap_or_default()
}

/// The orders of each day that are listed by now, of which these fills are known. What a fill was corrected to after the cut would
/// show in its commitment.
fn trades(known: &[Execution], publication: &Publication) -> Vec<Wanted> {
    let mut by_day: BTreeMap<NaiveDate, Vec<&OrderView>> = BTreeMap::new();
    for order in publication.orders.iter().rev() {
        by_day.entry(order.date).or_default().push(order);
    }
    let order = |order: &&OrderView| {
        Value::from(fields([
            ("symbol", order.symbol.as_str().into()),
            ("side", order.side.to_string().into()),
            ("price", order.price.as_str().into()),
            ("currency", order.currency.as_str().into()),
            ("weight", order.weight.map(number).into()),
            ("first_fill", time(order.first_fill)),
            ("fills", order.fills.into()),
        ]))
    };
    let day = |(day, orders): (NaiveDate, Vec<&OrderView>)| Wanted {
        private: BTreeMap::from([("fills", fills(known, day))]),
        stated: statements_of_fills(known, day),
        ..Wanted::new(Kind::Trades, day, fields([("orders", Value::List(orders.iter().map(order).collect()))]))
    };
    by_day.into_iter().map(day).collect()
}

/// When the statements were made that have the fills of a date; nothing where one is of no statement.
pub fn statements_of_fills(fills: &[Execution], date: NaiveDate) -> BTreeSet<DateTime<Utc>> {
    let fills = fills.iter().filter(|fill| fill.utc_date() == date);
    fills.map(|fill| fill.generated).collect::<Option<_>>().unwrap_or_default()
}

fn signal(strategy: &str, signal: &SignalView) -> Wanted {
    let ranked = |ranked: &RankedView| {
        Value::from(fields([
            ("rank", ranked.rank.into()),
            ("symbol", ranked.symbol.as_str().into()),
            ("momentum", ranked.momentum.map(number).into()),
            ("weight", number(ranked.target_weight)),
        ]))
    };
    let fields = fields([
        ("strategy", strategy.into()),
        ("formation", signal.formation.to_string().into()),
        ("as_of", date(signal.as_of)),
        ("saved_on", signal.made_on.map(|made| made.to_string()).into()),
        ("ranking", Value::List(signal.ranking.iter().map(ranked).collect())),
        ("selected", signal.selected.clone().into()),
    ]);
    Wanted::new(Kind::Signal, signal.made_on.unwrap_or(signal.as_of), fields)
}

fn plan(plan: &IntendedTrades) -> Wanted {
    let trade = |trade: &IntendedTrade| {
        Value::from(fields([
            ("symbol", trade.symbol.as_str().into()),
            ("side", trade.side.to_string().into()),
            ("price", trade.price.as_str().into()),
            ("currency", trade.currency.as_str().into()),
            ("weight_before", number(trade.weight_before)),
            ("weight_target", number(trade.weight_target)),
        ]))
    };
    let fields = fields([
        ("strategy", plan.strategy.as_str().into()),
        ("as_of", date(plan.as_of)),
        ("saved_at", plan.made_at.map(instant).into()),
        ("formation", plan.formation.to_string().into()),
        ("trades", Value::List(plan.trades.iter().map(trade).collect())),
    ]);
    Wanted::new(Kind::Plan, plan.made_at.map_or(plan.as_of, |made| made.date_naive()), fields)
}

fn thesis(thesis: &Thesis) -> Wanted {
    let fields = fields([
        ("id", thesis.id.as_str().into()),
        ("written_at", time(thesis.created_at)),
        ("symbol", thesis.symbol.as_str().into()),
        ("side", thesis.side.map(|side| side.to_string()).into()),
        ("thesis", thesis.thesis.as_str().into()),
        ("position_size_rationale", thesis.position_size_rationale.as_str().into()),
        ("exit_plan", thesis.exit_plan.as_str().into()),
        ("intended_entry", thesis.intended_entry.clone().into()),
    ]);
    Wanted::new(Kind::Thesis, thesis.created_at.date_naive(), fields)
}

/// A value of the configuration as it is written there.
pub fn named(value: &impl Serialize) -> Value {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).into()
}

/// A level of precision as the configuration writes it.
pub fn level_name(level: PrivacyLevel) -> &'static str {
    match level {
        PrivacyLevel::Fine => "fine",
        PrivacyLevel::Daily => "daily",
        PrivacyLevel::Monthly => "monthly",
        PrivacyLevel::Coarse => "coarse",
    }
}

/// The level that is written so.
pub fn level_of(name: &str) -> Option<PrivacyLevel> {
    let all = [PrivacyLevel::Fine, PrivacyLevel::Daily, PrivacyLevel::Monthly, PrivacyLevel::Coarse];
    all.into_iter().find(|level| level_name(*level) == name)
}
