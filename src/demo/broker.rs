//! The simulated broker: how an order becomes fills, with slippage, commissions and times.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::America::New_York;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::calendar::YearMonth;
use crate::record::{AccountId, AssetClass, Currency, ExecId, Execution, PriceSymbol, Side, Source, Ticker, Trade};
use crate::strategy::backtest::{Broker, Order};
use crate::strategy::costs::Costs;

/// Fixed for ever: another seed makes another record, and the notes of the demo would no longer fit.
const SEED: u64 = 20_150_202;

/// Where the five ETFs are listed: Cboe BZX, which Interactive Brokers calls BATS.
pub(super) const EXCHANGE: &str = "BATS";

/// The simulated account.
pub(super) const ACCOUNT: &str = "DU0000000";

/// How the number of each of its fills starts.
pub const EXEC_ID: &str = "0000demo.";

/// No fill is further than this from its reference price, in tenths of a basis point.
const WORST_SLIPPAGE: i64 = 300;

/// First trading days of a month on which New York closed at 13:00.
const EARLY_CLOSES: [(i32, u32, u32); 1] = [(2017, 7, 3)];

/// US dollars.
pub(super) fn dollar() -> Currency {
    #[allow(clippy::expect_used, reason = "a literal of this program")]
    "USD".parse().expect("a currency code")
}

/// An instant of a trading date, so many seconds before (below zero) or after the close in New York.
pub(super) fn around_close(date: NaiveDate, seconds: i64) -> DateTime<Utc> {
    let early =
        EARLY_CLOSES.iter().any(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day) == Some(date));
    let hour = if early { 13 } else { 16 };
    let close = date.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
    // No clock change happens in the afternoon, so there is exactly one such instant.
    let instant = close.and_local_timezone(New_York).single().map(|local| local.to_utc());
    instant.unwrap_or_else(|| close.and_utc()) + TimeDelta::seconds(seconds)
}

/// Fills orders completely, one after the other.
#[derive(Debug)]
pub(super) struct SimulatedBroker {
    dice: ChaCha8Rng,
    orders: u32,
    /// When the last fill of the newest order was.
    last_fill: DateTime<Utc>,
}

impl SimulatedBroker {
    pub(super) fn new() -> Self {
        Self { dice: ChaCha8Rng::seed_from_u64(SEED), orders: 0, last_fill: DateTime::UNIX_EPOCH }
    }

    /// The fills of an order: one to three, all shortly before the close.
    fn parts(&mut self, order: &Order<'_>) -> Vec<Execution> {
        self.orders += 1;
        let parts = self.split(order.shares.to_i64().unwrap_or_default());
        let total = costs().commission(order.shares, order.quote.price);
        let mut left = total;
        // The first order of a day goes out four minutes before the close, each other one when the last is filled.
        let earliest = around_close(order.date, -240);
        let mut time = earliest.max(self.last_fill) + TimeDelta::seconds(3 + self.below(20));
        let mut fills = Vec::with_capacity(parts.len());
        for (index, shares) in parts.iter().enumerate() {
            let last = index + 1 == parts.len();
            let share = total * Decimal::from(*shares) / order.shares;
            let commission = if last { left } else { share.round_dp(4) };
            left -= commission;
            fills.push(Execution {
                exec_id: ExecId::new(format!("{EXEC_ID}{:08x}.{:02}.01", 0x5f3a_1c2b_u32 + self.orders, index + 1)),
                time,
                side: order.side,
                quantity: Decimal::from(*shares),
                price: self.price(order),
                commission: Some(commission),
                order_id: Some(self.orders.to_string()),
                perm_id: Some((910_000_000 + u64::from(self.orders)).to_string()),
                order_ref: Some(format!("momentum-{}", YearMonth::of(order.date))),
                reference_price: Some(order.quote.price),
                ..blank_fill(order.symbol)
            });
            self.last_fill = time;
            time += TimeDelta::seconds(1 + self.below(9));
        }
        fills
    }

    /// Most orders are filled at once, some in two or three parts.
    fn split(&mut self, shares: i64) -> Vec<i64> {
        let roll = self.below(100);
        if shares < 20 || roll < 62 {
            return vec![shares];
        }
        let first = shares * (20 + self.below(50)) / 100;
        if shares < 100 || roll < 92 {
            return vec![first, shares - first];
        }
        let second = (shares - first) / 2;
        vec![first, second, shares - first - second]
    }

    /// The quote plus slippage, in whole cents as the exchange quotes.
    fn price(&mut self, order: &Order<'_>) -> Decimal {
        let unfavourable = Decimal::new(self.slippage() * i64::from(order.side.sign()), 5);
        let price = order.quote.price * (Decimal::ONE + unfavourable);
        price.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    }

    /// Slippage in tenths of a basis point, above zero is unfavourable: about 1.3 basis points on average with
    /// a spread of 3, and one fill in thirty in a thin book, which costs 8 to 28 more.
    fn slippage(&mut self) -> i64 {
        let bell: i64 = (0..4).map(|_| self.below(51) - 25).sum();
        let thin = if self.below(30) == 0 { 80 + self.below(200) } else { 0 };
        (7 + bell + thin).min(WORST_SLIPPAGE)
    }

    /// A whole number from 0 up to but not including `limit`; the tiny bias of the remainder does not matter here.
    fn below(&mut self, limit: u32) -> i64 {
        i64::from(self.dice.next_u32() % limit.max(1))
    }
}

impl Broker for SimulatedBroker {
    fn fill(&mut self, order: &Order<'_>) -> Vec<Execution> {
        self.parts(order)
    }

    /// Half an hour after the close.
    fn valued_at(&self, date: NaiveDate) -> DateTime<Utc> {
        around_close(date, 30 * 60)
    }
}

/// What an order costs: a commission as Interactive Brokers' tiered plan charges it, 0.0035 a share and at least 0.35
/// US dollars, and at worst the worst slippage, rounded to the next cent.
pub(super) fn costs() -> Costs {
    Costs {
        per_share: Decimal::new(35, 4),
        of_notional: Decimal::ZERO,
        least: Decimal::new(35, 2),
        slippage: Decimal::new(WORST_SLIPPAGE, 5),
        tick: Decimal::new(1, 2),
    }
}

/// A fill of the simulated account in which only the trade itself is left open.
fn blank_fill(symbol: &PriceSymbol) -> Execution {
    Execution {
        asset_class: AssetClass::Stock,
        exchange: EXCHANGE.into(),
        commission_currency: Some(dollar()),
        fx_to_base: Some(Decimal::ONE),
        ..Execution::from(Trade {
            exec_id: ExecId::new(""),
            time: DateTime::UNIX_EPOCH,
            account: AccountId::new(ACCOUNT),
            symbol: Ticker::new(symbol.as_str()),
            currency: dollar(),
            side: Side::Buy,
            quantity: Decimal::ZERO,
            price: Decimal::ZERO,
            source: Source::Demo,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_close_moves_with_summer_time() {
        let at = |date: &str| around_close(date.parse().unwrap(), 0).to_rfc3339();
        assert_eq!(at("2015-02-02"), "2015-02-02T21:00:00+00:00");
        assert_eq!(at("2015-07-01"), "2015-07-01T20:00:00+00:00");
        assert_eq!(at("2017-07-03"), "2017-07-03T17:00:00+00:00");
    }

    #[test]
    fn a_small_order_pays_the_minimum() {
        let commission = |shares: i64| costs().commission(shares.into(), 50.into());
        assert_eq!(commission(100), "0.35".parse().unwrap());
        assert_eq!(commission(101), "0.3535".parse().unwrap());
        assert_eq!(commission(1000), "3.5".parse().unwrap());
    }

    #[test]
    fn the_parts_of_an_order_add_up() {
        let symbol = PriceSymbol::new("X");
        let mut broker = SimulatedBroker::new();
        let mut several = 0;
        for shares in 1..400_i64 {
            let quote = crate::strategy::testing::quote("52.704");
            let date = NaiveDate::from_num_days_from_ce_opt(735_000 + shares as i32).unwrap();
            let order = Order { date, symbol: &symbol, side: Side::Sell, shares: shares.into(), quote };
            let fills = broker.fill(&order);
            assert_eq!(fills.iter().map(|fill| fill.quantity).sum::<Decimal>(), shares.into());
            assert_eq!(
                fills.iter().filter_map(|fill| fill.commission).sum::<Decimal>(),
                costs().commission(shares.into(), 50.into())
            );
            assert!(fills.iter().all(|fill| fill.quantity > Decimal::ZERO && fill.commission > Some(Decimal::ZERO)));
            assert!(fills.windows(2).all(|pair| pair[0].time < pair[1].time));
            assert!(fills.iter().all(|fill| fill.time < around_close(order.date, 0)));
            several += usize::from(fills.len() > 1);
        }
        assert!((80..240).contains(&several), "{several}");
    }
}
