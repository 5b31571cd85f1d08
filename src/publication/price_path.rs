//! An instrument's closes around an order, for the picture on its page.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::disclosure::{Disclosure, MarketFigure};
use crate::analysis::orders::Order;
use crate::analysis::price_basis::Splits;
use crate::analysis::round_trips::RoundTrip;
use crate::config::Config;
use crate::record::{Record, Ticker};

/// So many closes are kept at most; of longer times every second, third, ... one.
const MOST: usize = 160;

/// Days before and after what was held, at least.
const LEAST_MARGIN: i64 = 30;

/// Closes in the units of the order's own day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PricePath {
    /// Since when the order's position was held, and until when; the last day shown where it still is.
    pub held: (NaiveDate, NaiveDate),
    /// Whether that has ended.
    pub is_closed: bool,
    /// Closes, ascending.
    pub closes: Vec<(NaiveDate, MarketFigure)>,
    /// Sessions from one of them to the next.
    pub every: usize,
}

/// What paths are made from.
pub struct Prices<'a> {
    record: &'a Record,
    config: &'a Config,
    splits: Splits<'a>,
    until: NaiveDate,
    /// From when to when a position was held, by its ticker and each of both days.
    held: BTreeMap<(&'a Ticker, NaiveDate), Vec<(NaiveDate, NaiveDate)>>,
}

impl<'a> Prices<'a> {
    /// The prices of a record up to a day, and its round trips.
    pub fn of(record: &'a Record, config: &'a Config, until: NaiveDate, trips: &[&'a RoundTrip]) -> Self {
        let mut held: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for trip in trips {
            let span = (trip.opened.date_naive(), trip.closed_on());
            held.entry((&trip.symbol, span.0)).or_default().push(span);
            held.entry((&trip.symbol, span.1)).or_default().push(span);
        }
        Self { record, config, splits: Splits::of(record), until, held }
    }

    /// The closes around an order and the round trips that it opened or closed. `None` without stored prices of it.
    pub fn path(&self, order: &Order, disclosure: &Disclosure) -> Option<PricePath> {
        let fill = order.fills.first()?;
        let symbol = self.config.price_symbol(&fill.symbol, fill.conid, &fill.exchange).ok()??;
        let series = self.record.prices.get(&symbol).filter(|series| series.currency == order.currency)?;
        let (held, is_closed) = self.held(order);
        let margin = ((held.1 - held.0).num_days() / 3).max(LEAST_MARGIN) as u64;
        let from = held.0.checked_sub_days(Days::new(margin))?;
        let to = held.1.checked_add_days(Days::new(margin))?.min(self.until);
        let bars = series.bars();
        let bars =
            bars.get(bars.partition_point(|bar| bar.date < from)..bars.partition_point(|bar| bar.date <= to))?;
        let close = series.on_or_before(order.date())?.close;
        let factor = self.splits.factor(fill, series, close);
        let every = bars.len().div_ceil(MOST).max(1);
        // Counted from the last one, which is always there.
        let kept = bars.iter().rev().step_by(every).filter_map(|bar| {
            let close = bar.close.checked_mul(factor)?.to_f64()?;
            Some((bar.date, disclosure.market(close)))
        });
        let mut closes: Vec<(NaiveDate, MarketFigure)> = kept.collect();
        closes.reverse();
        (closes.len() > 1).then_some(PricePath { held, is_closed, closes, every })
    }

    /// From when to when the position was held that an order opened or closed, and whether that is over.
    fn held(&self, order: &Order) -> ((NaiveDate, NaiveDate), bool) {
        let date = order.date();
        let spans = self.held.get(&(&order.symbol, date)).map(Vec::as_slice).unwrap_or_default();
        let first = spans.iter().map(|span| span.0).min().unwrap_or(date);
        let last = spans.iter().map(|span| span.1).max();
        match last {
            Some(last) => ((first, last), true),
            None => ((first, self.until.max(first)), false),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::publication::{Published, testing};

    #[test]
    fn a_path_spans_what_was_held_and_a_third_at_each_side() {
        let publication = testing::publication();
        let path = publication.price_paths.get("2020-02-03-mtum-buy").unwrap();
        assert_eq!(path.held, ("2020-02-03".parse().unwrap(), "2021-07-01".parse().unwrap()));
        assert!(path.is_closed && path.closes.len() <= super::MOST, "{path:?}");
        let (first, last) = (path.closes.first().unwrap().0, path.closes.last().unwrap().0);
        // 514 days were held, so that 171 are on each side.
        assert!((path.held.0 - first).num_days() <= 171 && (path.held.0 - first).num_days() > 160, "{first}");
        assert!((last - path.held.1).num_days() <= 171 && (last - path.held.1).num_days() > 160, "{last}");
        let at_the_order = path.closes.iter().rfind(|(date, _)| *date <= path.held.0).unwrap().1.get();
        assert!((at_the_order / 125.82 - 1.0).abs() < 0.05, "{at_the_order}");
    }

    #[test]
    fn what_is_held_has_a_path_up_to_the_last_day_shown() {
        let publication = testing::publication();
        let held = &publication.positions[0].symbol;
        let bought = publication.orders.iter().find(|order| order.symbol == *held).unwrap();
        let path = publication.price_paths.get(&bought.slug).unwrap();
        assert!(path.is_closed || path.held.1 == publication.facts.trades_until, "{path:?}");
        assert!(path.closes.iter().all(|(date, _)| *date <= publication.facts.as_of));
    }
}
