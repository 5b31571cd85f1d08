//! Whether the months that a record publishes can have been: from the weights at a month's end, and what was traded since, the next
//! month's return follows from the closes, as far as weights are published.
//!
//! Everything published is known within a step alone, so that a month's return is held against a range: the least and the most that
//! weights within their steps make, which together are the whole account.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::entry::{Fields, Value, maps};
use super::super::log::Kind;
use super::super::state::{Held, State};
use super::super::wanted::level_of;
use super::prices::Prices;
use super::range::{Range, most_of};
use super::{Broken, Verified, broken, of_charter};
use crate::config::PrivacyLevel;
use crate::publication::Disclosure;

/// Valuations that are not at the close, over a month: they do not add up from month to month.
const MARKS: f64 = 0.0005;
/// What an order may cost, of what was traded, and beside that of the account.
const COSTS: (f64, f64) = (0.002, 0.0002);
/// What cash may earn in a month, and what it may cost to owe it.
const INTEREST: (f64, f64) = (0.004, 0.008);
/// By what factor holdings may be another share of the account after money came or went that is not told, and after some that is.
const FLOWS: [(f64, f64); 2] = [(1.0 / 1.1, 1.0 / 0.9), (0.5, 2.0)];

/// The state of an account at the end of a month, as its `book` has it.
struct Book<'a> {
    month: &'a str,
    date: NaiveDate,
    weighed: NaiveDate,
    weights: BTreeMap<&'a str, f64>,
    cash: Option<f64>,
    returned: Option<f64>,
    has_large_flow: bool,
    seq: usize,
    steps: Steps,
}

/// Half of the steps of a level.
#[derive(Clone, Copy)]
struct Steps {
    held: f64,
    order: f64,
    month: f64,
    lists_all: bool,
}

struct Order<'a> {
    date: NaiveDate,
    symbol: &'a str,
    /// Above zero bought.
    weight: f64,
    price: f64,
}

/// What became of a month.
struct Month<'a> {
    month: &'a str,
    seq: usize,
    published: f64,
    /// What it can have been.
    range: Range,
}

/// Holds each month that can be checked against closes.
pub fn check(verified: &mut Verified, state: &State, prices: &Prices) -> Result<(), Broken> {
    let base = of_charter(state, "base_currency").and_then(Value::as_text).unwrap_or_default();
    let prices = prices.clone().in_currency(base);
    let (books, orders) = (books(state), orders(state));
    let mut months = Vec::new();
    let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for pair in books.windows(2) {
        let [before, book] = pair else { continue };
        match month(before, book, &books, &orders, &prices) {
            Ok(month) => months.push(month),
            Err(why) => reasons.entry(why).or_default().push(book.month),
        }
    }
    let listed = |(why, months): (String, Vec<&str>)| format!("the market in {}: {why}", months.join(", "));
    verified.unchecked.extend(reasons.into_iter().map(listed));
    if let Some(first) = books.first() {
        verified.unchecked.push(format!("the market up to {}: no weights stand before it", first.month));
    }
    in_words(verified, &months)
}

fn in_words(verified: &mut Verified, months: &[Month]) -> Result<(), Broken> {
    let off = |month: &Month| month.published - month.range.middle();
    let percent = |value: f64| format!("{:.2} %", value * 100.0 + 0.0);
    let mut sizes: Vec<f64> = months.iter().map(|month| off(month).abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let worst = months.iter().max_by(|one, other| off(one).abs().total_cmp(&off(other).abs()));
    let (Some(worst), Some(median)) = (worst, sizes.get(sizes.len() / 2)) else {
        verified.unchecked.push("the market: no month can be held against closes".to_owned());
        return Ok(());
    };
    let mean = months.iter().map(|month| month.range.half() - MARKS).sum::<f64>() / months.len() as f64;
    let unseen = format!(
        "up to {} a year could be invented without this check seeing it: weights, orders and returns are published in steps",
        percent(mean * 12.0 + MARKS)
    );
    let beyond: Vec<&Month> = months
        .iter()
        .filter(|month| month.published < month.range.least || month.published > month.range.most)
        .collect();
    let Some(first) = beyond.first() else {
        verified.checked.push(format!(
            "{} months are what the closes make of the published weights, each within the steps of what is published: the median \
             difference is {}, the worst {} in {}",
            months.len(),
            percent(*median),
            percent(off(worst)),
            worst.month
        ));
        verified.unchecked.push(unseen);
        return Ok(());
    };
    let said = |month: &&Month| {
        let Range { least, most } = month.range;
        format!(
            "{} ({} published, {} to {} from the closes)",
            month.month,
            percent(month.published),
            percent(least),
            percent(most)
        )
    };
    let all = beyond.iter().map(said).collect::<Vec<_>>().join(", ");
    Err(broken(
        first.seq,
        format!(
            "{} of {} months do not follow from the closes of what was held: {all}; the median difference of all is {}. {unseen}",
            beyond.len(),
            months.len(),
            percent(*median)
        ),
    ))
}

fn books(state: &State) -> Vec<Book<'_>> {
    let held = state.held().map(|(_, held)| held).filter(|held| held.kind == Kind::Book);
    let mut books: Vec<Book> = held.filter_map(book).collect();
    books.sort_by_key(|book| book.date);
    books
}

fn decimal(fields: &Fields, name: &str) -> Option<f64> {
    fields.get(name)?.as_text()?.parse().ok()
}

fn book(held: &Held) -> Option<Book<'_>> {
    let text = |name: &str| held.fields.get(name).and_then(Value::as_text);
    let positions = held.fields.get("positions")?.as_list()?;
    let weight = |position: &'_ Fields| decimal(position, "weight");
    let positions: Vec<&Fields> = positions.iter().filter_map(Value::as_map).collect();
    let named =
        positions.iter().filter_map(|one| Some((one.get("symbol")?.as_text()?, weight(one).unwrap_or(f64::NAN))));
    Some(Book {
        month: text("month")?,
        date: held.date,
        weighed: text("positions_as_of")?.parse().ok()?,
        weights: named.collect(),
        cash: decimal(&held.fields, "cash"),
        returned: decimal(&held.fields, "return"),
        has_large_flow: held.fields.get("large_flow") == Some(&Value::Bool(true)),
        seq: held.seq,
        steps: steps(level_of(text("level")?)?),
    })
}

fn steps(precision: PrivacyLevel) -> Steps {
    let disclosure = Disclosure::at(precision);
    let (held, order) = disclosure.weight_widths();
    let month = disclosure.steps().returns / 2.0;
    Steps { held: held / 2.0, order: order / 2.0, month, lists_all: disclosure.lists_all() }
}

/// Every recorded order; a weight that is not published is no number.
fn orders(state: &State) -> Vec<Order<'_>> {
    let days = state.held().map(|(_, held)| held).filter(|held| held.kind == Kind::Trades);
    days.flat_map(orders_of).collect()
}

fn orders_of(day: &Held) -> impl Iterator<Item = Order<'_>> {
    maps(&day.fields, "orders").filter_map(|order| {
        let sign = if order.get("side")?.as_text()? == "BUY" { 1.0 } else { -1.0 };
        let weight = decimal(order, "weight").unwrap_or(f64::NAN) * sign;
        let symbol = order.get("symbol")?.as_text()?;
        Some(Order { date: day.date, symbol, weight, price: decimal(order, "price")? })
    })
}

/// What a month can have been, from the weights at the end of the one before.
///
/// # Errors
/// Why that cannot be said.
fn month<'a>(
    before: &Book,
    book: &Book<'a>,
    books: &[Book],
    orders: &[Order],
    prices: &Prices,
) -> Result<Month<'a>, String> {
    let published = book.returned.ok_or("no return of the month is recorded")?;
    let starts = weights_at(before, books, prices)?;
    let within: Vec<&Order> =
        orders.iter().filter(|order| order.date > before.date && order.date <= book.date).collect();
    if within.iter().any(|order| order.weight.is_nan()) {
        return Err("an order has no weight".to_owned());
    }
    let path = Path { before, book, starts: &starts, orders: &within, prices };
    let mut range = path.of_holdings()?;
    let mut traded = 0.0;
    for order in &within {
        range = range.and(path.of_order(order)?);
        traded += order.weight.abs();
    }
    let costs = traded * COSTS.0 + within.len() as f64 * COSTS.1;
    range.least -= costs;
    if !book.steps.lists_all {
        // What is bought and sold below the least weight that is listed.
        range = range.wider(2.0 * book.steps.order * path.largest_change()?);
    }
    let moved = path.of_flows()?;
    let range = range.wider(moved + MARKS + book.steps.month);
    Ok(Month { month: book.month, seq: book.seq, published, range })
}

/// The weights at the end of a month, within their steps. Where they were published for an earlier one, nothing was traded since.
fn weights_at<'a>(book: &Book<'a>, books: &[Book], prices: &Prices) -> Result<BTreeMap<&'a str, Range>, String> {
    let mut weights = BTreeMap::new();
    let since = books.iter().filter(|other| other.date > book.weighed && other.date <= book.date);
    let growth: f64 = since.map(|other| 1.0 + other.returned.unwrap_or(0.0)).product();
    let (least, most) = if book.weighed < book.date { FLOWS[0] } else { (1.0, 1.0) };
    for (symbol, weight) in &book.weights {
        if weight.is_nan() {
            return Err(format!("{symbol} has no weight"));
        }
        let change = prices.change(symbol, book.weighed, book.date)?;
        let factor = Range { least: change.least / growth * least, most: change.most / growth * most };
        weights.insert(*symbol, Range::around(*weight, book.steps.held).times(factor));
    }
    Ok(weights)
}

/// From one month's end to the next.
struct Path<'a> {
    before: &'a Book<'a>,
    book: &'a Book<'a>,
    starts: &'a BTreeMap<&'a str, Range>,
    orders: &'a [&'a Order<'a>],
    prices: &'a Prices,
}

impl Path<'_> {
    /// The least and the most that holdings and cash brought which together are the account.
    fn of_holdings(&self) -> Result<Range, String> {
        let mut parts = Vec::new();
        for (symbol, weight) in self.starts {
            let Range { least, most } = self.prices.change(symbol, self.before.date, self.book.date)?.plus(-1.0);
            let returned = if weight.most <= 0.0 { (most, least) } else { (least, most) };
            parts.push((*weight, returned));
        }
        let own: Range = parts.iter().fold(Range::around(0.0, 0.0), |sum, (weight, (least, most))| Range {
            least: sum.least + weight.times(Range { least: *least, most: *least }).least,
            most: sum.most + weight.times(Range { least: *most, most: *most }).most,
        });
        let Some(cash) = self.before.cash else { return Ok(own) };
        let drift = if self.before.weighed < self.before.date { 0.12 } else { 0.0 };
        let cash = Range::around(cash, self.before.steps.held + drift);
        let owed = if cash.least < 0.0 { INTEREST.1 } else { 0.0 };
        parts.push((cash, (owed, INTEREST.0)));
        let least = most_of(parts.iter().map(|(weight, (least, _))| (*weight, -least)).collect());
        let most = most_of(parts.iter().map(|(weight, (_, most))| (*weight, *most)).collect());
        // What is earned and not paid yet can make them less than the whole.
        Ok(least
            .zip(most)
            .map_or(own.wider(cash.most.abs() * INTEREST.0), |(least, most)| Range { least: -least, most }))
    }

    /// What an order changed: it is a share of the account as it was on the day before.
    fn of_order(&self, order: &Order) -> Result<Range, String> {
        let grown = 1.0 + self.nominal(order.date.pred_opt().unwrap_or(order.date))?;
        let change = self.prices.change_since(order.symbol, order.date, order.price, self.book.date)?;
        let weight = Range::around(order.weight * grown, self.book.steps.order);
        Ok(weight.times(change.plus(-1.0)))
    }

    /// The return up to a day, with the weights in the middle of their steps.
    fn nominal(&self, until: NaiveDate) -> Result<f64, String> {
        let mut sum = 0.0;
        if until <= self.before.date {
            return Ok(sum);
        }
        for (symbol, weight) in self.starts {
            let change = self.prices.change(symbol, self.before.date, until)?;
            sum += weight.middle() * (change.middle() - 1.0);
        }
        for order in self.orders.iter().filter(|order| order.date <= until) {
            let change = self.prices.change_since(order.symbol, order.date, order.price, until)?;
            sum += order.weight * (change.middle() - 1.0);
        }
        Ok(sum)
    }

    /// How much another amount of money in the account can have changed what came after it.
    fn of_flows(&self) -> Result<f64, String> {
        let [usual, large] = FLOWS;
        let (mut least, mut most) = if self.book.has_large_flow { large } else { usual };
        let grown = 1.0 + self.book.returned.unwrap_or(0.0);
        // What was not traded says by its weights how the account's size changed.
        let traded = |symbol: &str| self.orders.iter().any(|order| order.symbol == symbol);
        let is_weighed = self.book.weighed == self.book.date;
        for (symbol, start) in self.starts.iter().filter(|(symbol, _)| is_weighed && !traded(symbol)) {
            let change = self.prices.change(symbol, self.before.date, self.book.date)?;
            let Some(end) = self.book.weights.get(symbol) else { continue };
            let (end, start) = (Range::around(*end, self.book.steps.held), *start);
            if end.least > 0.0 && start.least > 0.0 {
                let slack = 1.0 + 4.0 * MARKS;
                least = least.max(end.least / start.most * grown / change.most / slack);
                most = most.min(end.most / start.least * grown / change.least * slack);
            }
        }
        let size = (least - 1.0).abs().max((most - 1.0).abs());
        let total = self.nominal(self.book.date)?;
        let symbols = self.starts.keys().copied().chain(self.orders.iter().map(|order| order.symbol));
        let mut dates: Vec<NaiveDate> =
            symbols.flat_map(|symbol| self.prices.dates(symbol, self.before.date, self.book.date)).collect();
        dates.push(self.before.date);
        dates.sort_unstable();
        dates.dedup();
        let mut after: f64 = 0.0;
        for date in dates {
            after = after.max((total - self.nominal(date)?).abs());
        }
        Ok(size * after)
    }

    /// The largest change of anything that was held.
    fn largest_change(&self) -> Result<f64, String> {
        let mut largest: f64 = 0.0;
        for symbol in self.starts.keys() {
            let Range { least, most } = self.prices.change(symbol, self.before.date, self.book.date)?.plus(-1.0);
            largest = largest.max(least.abs()).max(most.abs());
        }
        Ok(largest)
    }
}

#[cfg(test)]
#[path = "market_tests.rs"]
mod tests;
