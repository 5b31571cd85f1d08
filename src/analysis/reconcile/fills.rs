//! Fills against the broker's profits, the day's prices, and the trader's notes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::executions_place;
use crate::analysis::fx::Rates;
use crate::analysis::instruments::{is_trade, same_ticker};
use crate::analysis::lineage::Lineage;
use crate::analysis::notes::{DAYS_TO_WAIT, WhyUnmatched, match_notes};
use crate::analysis::orders::{Order, orders};
use crate::analysis::price_basis::Splits;
use crate::analysis::round_trips::{RealizedProfit, WithoutOpening, is_rounding, round_trips};
use crate::counted::counted;
use crate::error::Place;
use crate::record::{
    Annotation, Bar, Currency, Execution, Finding, FindingKind, Instruments, PriceSeries, Record, Severity, Subject,
    Ticker,
};

/// How far outside the day's range a fill may be: 0.5 %, for sources that round or see other venues.
const RANGE_TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// The largest split that is guessed at; beyond it, any price is near some multiple of another.
const LARGEST_SPLIT: u32 = 20;

/// The broker's realized profit against ours, one finding per ticker with its differences.
///
/// Fills of one instrument and one second are compared together. Up to a cent, or a hundredth of a percent of the broker's
/// figure, is rounding.
pub fn realized_profit_against_the_brokers(record: &Record, base: Currency) -> Vec<Finding> {
    let mut different: BTreeMap<(Ticker, Currency), Vec<RealizedProfit>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for profit in round_trips(record, base).realized {
        match profit.ours {
            None => unknown.push(profit),
            Some(ours) if is_rounding(ours, profit.brokers) => {}
            Some(_) => different.entry((profit.symbol.clone(), profit.currency)).or_default().push(profit),
        }
    }
    let mut findings: Vec<Finding> = different.values().filter_map(|profits| different_profit(profits)).collect();
    if let Some(first) = unknown.first() {
        let message = format!(
            "the broker reports a profit on {} that cannot be computed from the record, the first of {} on {}",
            counted(unknown.len(), "fill"),
            first.symbol,
            first.date
        );
        let next = "import the statement with the fills that opened these positions, and with all commissions";
        findings.push(
            Finding::new(Severity::Note, FindingKind::RealizedProfit, message, next)
                .about(Subject::Ticker(first.symbol.clone()))
                .about(Subject::Date(first.date))
                .at(executions_place(first.date)),
        );
    }
    findings
}

fn different_profit(profits: &[RealizedProfit]) -> Option<Finding> {
    let gap = |profit: &RealizedProfit| profit.ours.unwrap_or_default() - profit.brokers;
    let largest = profits.iter().max_by_key(|profit| gap(profit).abs())?;
    let message = format!(
        "ours and the broker's realized profit differ on {}, most on {}: ours {}, the broker's {}; {} {} in all",
        counted(profits.len(), "closing fill"),
        largest.date,
        largest.ours.unwrap_or_default().round_dp(2).normalize(),
        largest.brokers.normalize(),
        profits.iter().map(gap).sum::<Decimal>().round_dp(2).normalize(),
        largest.currency
    );
    let next = "the broker may match other lots than first in, first out, or adjust costs (wash sales, splits)";
    Some(
        Finding::new(Severity::Warning, FindingKind::RealizedProfit, message, next)
            .headed(Subject::Ticker(largest.symbol.clone()))
            .about(Subject::Date(largest.date))
            .at(executions_place(largest.date)),
    )
}

/// Fills that close something only because of the positions in a snapshot, one finding per ticker: neither an earlier fill
/// nor the broker says so, and it may be that a fill is missing.
pub fn closings_by_positions_alone(record: &Record, base: Currency) -> Vec<Finding> {
    let mut unconfirmed: BTreeMap<Ticker, Vec<WithoutOpening>> = BTreeMap::new();
    for fill in round_trips(record, base).without_opening.into_iter().filter(|fill| !fill.confirmed) {
        unconfirmed.entry(fill.symbol.clone()).or_default().push(fill);
    }
    unconfirmed.values().filter_map(|fills| unconfirmed_closing(fills)).collect()
}

fn unconfirmed_closing(fills: &[WithoutOpening]) -> Option<Finding> {
    let first = fills.first()?;
    let (verb, make) = if fills.len() == 1 { ("closes", "makes") } else { ("close", "make") };
    let message = format!(
        "{} {verb} what was held without a fill that opened it, by the positions alone, the first {} on {}; {make} no round \
         trip",
        counted(fills.len(), "fill"),
        first.quantity.normalize(),
        first.date
    );
    let next = "nothing to do if it was held before the record or transferred in; otherwise import the missing fills";
    Some(
        Finding::new(Severity::Warning, FindingKind::WithoutOpening, message, next)
            .headed(Subject::Ticker(first.symbol.clone()))
            .about(Subject::Date(first.date))
            .at(executions_place(first.date)),
    )
}

/// Why a price is likely outside the day's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Pence,
    Split(u32),
    ReverseSplit(u32),
    Typing,
}

impl Cause {
    fn in_words(self) -> String {
        match self {
            Self::Pence => {
                "100 times apart: one of the two is in pence; correct the currency where it is stored".into()
            }
            Self::Split(ratio) => format!(
                "{ratio} times the stored price: the stored prices are adjusted for a {ratio}-for-1 split, or it is a typing error"
            ),
            Self::ReverseSplit(ratio) => format!(
                "1/{ratio} of the stored price: the stored prices are adjusted for a 1-for-{ratio} split, or it is a typing error"
            ),
            Self::Typing => {
                "compare with the broker's statement: a typing error, another symbol, or a fill outside regular hours"
                    .into()
            }
        }
    }
}

/// Fills outside the day's low and high in the stored prices, by more than 0.5 %; one finding per ticker and
/// likely cause.
///
/// A fill is compared with the prices of the same ticker, else of the only one that is its Yahoo spelling, in
/// the same currency, on its UTC date (or the next, for exchanges east of Greenwich). Options, futures and
/// bonds are left out: their ticker may be that of another instrument.
pub fn fills_outside_the_day(record: &Record) -> Vec<Finding> {
    let mut outside: BTreeMap<(&Ticker, Cause), Vec<(&Execution, &Bar)>> = BTreeMap::new();
    let instruments = Instruments::of(&record.executions);
    let splits = Splits::of(record);
    for fill in record.executions.iter().filter(|fill| instruments.is_share(fill)) {
        let Some(bar) = series_of(record, fill).and_then(|series| bar_missed(series, fill, &splits)) else {
            continue;
        };
        outside.entry((&fill.symbol, likely_cause(fill.price, bar))).or_default().push((fill, bar));
    }
    outside.iter().filter_map(|((symbol, cause), fills)| outside_finding(symbol, *cause, fills)).collect()
}

fn series_of<'a>(record: &'a Record, fill: &Execution) -> Option<&'a PriceSeries> {
    let in_currency = |series: &&PriceSeries| series.currency == fill.currency;
    if let Some(exact) = record.price_series(fill.symbol.as_str()) {
        return Some(exact).filter(in_currency);
    }
    let mut spelt = record
        .prices
        .values()
        .filter(in_currency)
        .filter(|series| same_ticker(series.symbol.as_str(), fill.symbol.as_str()));
    spelt.next().filter(|_| spelt.next().is_none())
}

/// The bar of the fill's date, if the fill lies outside it and not inside the next date's either.
fn bar_missed<'a>(series: &'a PriceSeries, fill: &Execution, splits: &Splits<'_>) -> Option<&'a Bar> {
    let date = fill.utc_date();
    let bar = series.on(date)?;
    let price = |bar: &Bar| fill.price.checked_div(splits.factor(fill, series, bar.close)).unwrap_or(fill.price);
    let inside = |bar: &Bar| range(bar).is_none_or(|range| is_within(range, price(bar)));
    let inside_next = || date.succ_opt().and_then(|next| series.on(next)).is_some_and(inside);
    (!inside(bar) && !inside_next()).then_some(bar)
}

fn range(bar: &Bar) -> Option<(Decimal, Decimal)> {
    bar.low.zip(bar.high)
}

fn is_within((low, high): (Decimal, Decimal), price: Decimal) -> bool {
    price >= low * (Decimal::ONE - RANGE_TOLERANCE) && price <= high * (Decimal::ONE + RANGE_TOLERANCE)
}

fn likely_cause(price: Decimal, bar: &Bar) -> Cause {
    let Some(range) = range(bar) else { return Cause::Typing };
    let divided = |by: u32| price.checked_div(Decimal::from(by)).is_some_and(|price| is_within(range, price));
    let times = |by: u32| is_within(range, price * Decimal::from(by));
    if divided(100) || times(100) {
        return Cause::Pence;
    }
    let ratios = 2..=LARGEST_SPLIT;
    let split = ratios.clone().find(|ratio| divided(*ratio)).map(Cause::Split);
    split.or_else(|| { ratios }.find(|ratio| times(*ratio)).map(Cause::ReverseSplit)).unwrap_or(Cause::Typing)
}

fn outside_finding(symbol: &Ticker, cause: Cause, fills: &[(&Execution, &Bar)]) -> Option<Finding> {
    let (fill, bar) = fills.iter().min_by_key(|(fill, _)| (fill.time, &fill.exec_id))?;
    let (low, high) = range(bar)?;
    let message = format!(
        "{} outside the day's prices, the first on {} at {} (low {}, high {} {})",
        counted(fills.len(), "fill"),
        fill.utc_date(),
        fill.price.normalize(),
        low.normalize(),
        high.normalize(),
        fill.currency
    );
    Some(
        Finding::new(Severity::Warning, FindingKind::PriceRange, message, cause.in_words())
            .headed(Subject::Ticker(symbol.clone()))
            .about(Subject::Date(fill.utc_date()))
            .at(executions_place(fill.utc_date())),
    )
}

/// Fills whose commission is not reported, and those whose commission cannot be converted to base currency.
pub fn fills_without_commission(record: &Record, base: Currency) -> Vec<Finding> {
    let rates = Rates::new(base, &record.snapshots);
    let trades = || record.executions.iter().filter(|fill| is_trade(fill));
    let unreported: Vec<&Execution> = trades().filter(|fill| fill.commission.is_none()).collect();
    let unconverted: Vec<&Execution> =
        trades().filter(|fill| fill.commission.is_some() && rates.commission(fill).is_none()).collect();
    let unreported = commission_finding(
        &unreported,
        "no commission",
        "import a statement that has it; until then results that depend on it stay undefined",
    );
    let unconverted = commission_finding(
        &unconverted,
        &format!("a commission in a currency without a rate into {base}"),
        "import a statement with the commission's currency and its rate",
    );
    unreported.into_iter().chain(unconverted).collect()
}

fn commission_finding(fills: &[&Execution], what: &str, next: &str) -> Option<Finding> {
    let first = fills.iter().min_by_key(|fill| fill.time)?;
    let last = fills.iter().max_by_key(|fill| fill.time)?;
    let (first, last) = (first.utc_date(), last.utc_date());
    let when = if first == last { format!("on {first}") } else { format!("from {first} to {last}") };
    let verb = if fills.len() == 1 { "has" } else { "have" };
    let message = format!("{} {when} {verb} {what}", counted(fills.len(), "fill"));
    Some(
        Finding::new(Severity::Warning, FindingKind::Commission, message, next)
            .about(Subject::Period { from: first, to: last })
            .at(executions_place(first)),
    )
}

/// Notes that belong to no order. One that may still see its order, measured at the record's newest date, is
/// only noted.
pub fn notes_without_order(record: &Record) -> Vec<Finding> {
    let orders = orders(&record.executions);
    let matches = match_notes(&record.annotations, &orders, &Lineage::of(record));
    let unmatched = matches.unmatched.iter();
    unmatched
        .filter_map(|unmatched| {
            let note = record.annotations.get(unmatched.note)?;
            Some(note_finding(record, note, unmatched.why, &orders).at(Place::file(&note.path)))
        })
        .collect()
}

fn note_finding(record: &Record, note: &Annotation, why: WhyUnmatched, orders: &[Order]) -> Finding {
    let written = note.created_at.date_naive();
    let waits = record.as_of().is_none_or(|as_of| (as_of - written).num_days() <= DAYS_TO_WAIT);
    let (severity, message, next) = match why {
        WhyUnmatched::NoOrderInTime if waits => (
            Severity::Note,
            format!("the note on {} waits for its order", note.symbol),
            format!("nothing to do, if an order is filled within {DAYS_TO_WAIT} days of {written}"),
        ),
        WhyUnmatched::NoOrderInTime => (
            Severity::Warning,
            format!("no order of {} was filled within {DAYS_TO_WAIT} days of this note's `created_at`", note.symbol),
            "correct `symbol`, `side` or `created_at`, or name the order with `order` or `exec_ids`".into(),
        ),
        WhyUnmatched::NamesNoOrder => (
            Severity::Warning,
            format!("the order or fill this note names is not among those of {}", note.symbol),
            "correct `order`, `exec_ids`, `symbol` or `side`, or import the missing fills".into(),
        ),
        WhyUnmatched::Taken(order) => (
            Severity::Warning,
            match orders.get(order) {
                Some(order) => {
                    format!(
                        "the {} order of {} on {} has another note already",
                        order.side,
                        order.symbol,
                        order.date()
                    )
                }
                None => "its order has another note already".to_owned(),
            },
            "join the two notes, or name the order this one is about with `order` or `exec_ids`".into(),
        ),
    };
    Finding::new(severity, FindingKind::Note, message, next).about(Subject::Ticker(note.symbol.clone()))
}
