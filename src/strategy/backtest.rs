//! A simulated account that follows a strategy month by month over stored prices.
//!
//! On the first trading day of a month the owner looks at the month-end signal and trades at that day's close; nothing
//! later is ever looked at. The result is a record like any other, so that its figures are those of `stats`. Prices are
//! adjusted ones throughout: distributions are taken as reinvested, and share counts are not those of a real account.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::assumed_broker::{AssumedBroker, SOURCE};
use super::ledger::Ledger;
use super::momentum::is_stale;
use super::rebalance::{Decision, Held, Portfolio, Terms, Trade, trades};
use super::rules::{self, targets};
use super::{Prices, Quote, stored_rate};
use crate::calendar::{Exchange, YearMonth};
use crate::config::Strategy;
use crate::config::exchange::of_members;
use crate::error::{Error, Result};
use crate::record::snapshot::SCHEMA;
use crate::record::{
    AccountId, Bar, CashFlow, Currency, Execution, FlowKind, PriceSeries, PriceSymbol, Record, Side, Snapshot, Source,
};

/// Days of notice before a withdrawal; a rebalance within them keeps the money back.
const NOTICE_DAYS: i64 = 14;

/// No exchange has been shut for longer than Athens was in the summer of 2015, in calendar days.
const LONGEST_CLOSURE: i64 = 40;

/// After a deposit or before a withdrawal every difference above this share is traded.
const EXACT: Decimal = Decimal::from_parts(1, 0, 0, false, 3);

/// How often a simulated account is brought to what its rule asks for: on the first trading day of each month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cadence {
    /// Each month.
    #[default]
    Monthly,
    /// Each calendar year.
    Yearly,
}

impl Cadence {
    /// The month, or the first month of the year, that a date belongs to.
    fn period(self, date: NaiveDate) -> YearMonth {
        let month = YearMonth::of(date);
        match self {
            Self::Monthly => month,
            Self::Yearly => month.minus(month.month() - 1),
        }
    }
}

/// Who fills the orders of a simulated account.
pub trait Broker {
    /// The fills of an order, which is always filled completely.
    fn fill(&mut self, order: &Order<'_>) -> Vec<Execution>;
    /// When the account is valued on a trading date.
    fn valued_at(&self, date: NaiveDate) -> DateTime<Utc>;
}

/// An order as the account's owner sends it.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// The trading date.
    pub date: NaiveDate,
    /// Yahoo's symbol.
    pub symbol: &'a PriceSymbol,
    /// Buy or sell.
    pub side: Side,
    /// Shares, above zero.
    pub shares: Decimal,
    /// The price it is measured against: the day's close.
    pub quote: Quote,
}

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    /// The strategy that is followed.
    pub strategy: &'a Strategy,
    /// How its trades are sized.
    pub terms: Terms,
    /// Stored prices.
    pub prices: &'a Prices,
    /// The account's currency.
    pub base: Currency,
    /// Money in and out, by date; the first is the start.
    pub flows: Vec<CashFlow>,
    /// Last date.
    pub to: NaiveDate,
    /// Whether the account invests on its first day, instead of on the first trading day of the next month.
    pub invested_at_start: bool,
    /// How often it trades.
    pub cadence: Cadence,
    /// The account's number.
    pub account: AccountId,
    /// Where everything is listed.
    pub exchange: &'static str,
    /// What the rows of the record name as their source.
    pub source: Source,
}

/// What a simulation yields.
#[derive(Debug, Clone, Default)]
pub struct Simulation {
    /// Fills, by time.
    pub executions: Vec<Execution>,
    /// One snapshot for every trading date, ascending.
    pub snapshots: Vec<Snapshot>,
    /// Money in and out, by date.
    pub flows: Vec<CashFlow>,
    /// What was decided each month.
    pub decisions: Vec<Decision>,
    /// The exchange whose sessions it goes by: where most of the universe is listed.
    pub exchange: Exchange,
}

impl Simulation {
    /// The simulation as a record, with the prices of a benchmark.
    pub fn into_record(self, benchmark: Option<&PriceSeries>) -> Record {
        Record {
            exchange: self.exchange,
            executions: self.executions,
            snapshots: self.snapshots,
            flows: self.flows,
            prices: benchmark.map(|series| (series.symbol.clone(), series.clone())).into_iter().collect(),
            ..Record::default()
        }
    }
}

/// Runs a simulation from the date of the first flow on.
///
/// # Errors
/// A position whose prices end while it is held, or a currency without a stored rate: any further value would be a guess.
pub fn simulate(setup: &Setup<'_>, broker: &mut impl Broker) -> Result<Simulation> {
    let start = setup.flows.first().map_or(NaiveDate::MAX, |flow| flow.date);
    let exchange = of_members(setup.strategy.universe.iter());
    let mut simulation = Simulation { flows: setup.flows.clone(), exchange, ..Simulation::default() };
    let mut account = Account { setup, ledger: Ledger::default(), money_came_in: false };
    let mut upcoming = setup.flows.iter().peekable();
    let mut period = (!setup.invested_at_start).then(|| setup.cadence.period(start));
    for date in trading_dates(setup.strategy, setup.prices, start, setup.to) {
        while let Some(flow) = upcoming.next_if(|flow| flow.date <= date) {
            account.ledger.cash += flow.amount;
            account.money_came_in |= flow.amount > Decimal::ZERO;
        }
        if period != Some(setup.cadence.period(date)) {
            period = Some(setup.cadence.period(date));
            let (decision, fills) = account.rebalance(date, broker)?;
            simulation.decisions.push(decision);
            simulation.executions.extend(fills);
        }
        simulation.snapshots.push(account.snapshot(date, broker.valued_at(date))?);
    }
    simulation.executions.sort_by(|a, b| (a.time, &a.exec_id).cmp(&(b.time, &b.exec_id)));
    Ok(simulation)
}

/// The dates on which any member of the universe has a price, ascending.
pub fn trading_dates(strategy: &Strategy, prices: &Prices, from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    let series = strategy.universe.iter().filter_map(|member| prices.get(&member.yahoo()));
    let dates = series.flat_map(|series| series.bars().iter().map(|bar| bar.date));
    let mut dates: Vec<NaiveDate> = dates.filter(|date| from <= *date && *date <= to).collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

/// The account and its owner.
struct Account<'a> {
    setup: &'a Setup<'a>,
    ledger: Ledger,
    /// Whether there has been a deposit since the last rebalance.
    money_came_in: bool,
}

impl Account<'_> {
    /// Trades what the signal of the last complete month asks for.
    fn rebalance(&mut self, date: NaiveDate, broker: &mut impl Broker) -> Result<(Decision, Vec<Execution>)> {
        let setup = self.setup;
        let quotes = self.quotes(date)?;
        let portfolio = self.portfolio(&quotes);
        let signal = rules::signal(setup.strategy, setup.prices, date);
        let targets = targets(setup.strategy, &signal, &portfolio.values());
        let reserved = reserved(&setup.flows, date);
        let exact = self.money_came_in || reserved > Decimal::ZERO;
        let threshold = if exact { setup.terms.threshold.min(EXACT) } else { setup.terms.threshold };
        let terms = Terms { reserved, threshold, ..setup.terms };
        let mut fills = Vec::new();
        let made = trades(&portfolio, &targets, &quotes, &terms, &signal.selected, |trade| {
            let Trade { symbol, side, shares, quote, .. } = trade;
            let order = Order { date, symbol, side: *side, shares: *shares, quote: *quote };
            for mut fill in broker.fill(&order) {
                fill.realized_pnl = self.ledger.book(symbol, &fill);
                fills.push(fill);
            }
            self.ledger.cash
        });
        self.money_came_in = false;
        let cash_after = self.ledger.cash;
        Ok((Decision { date, signal, portfolio, targets, terms, trades: made, cash_after }, fills))
    }

    fn portfolio(&self, quotes: &BTreeMap<PriceSymbol, Quote>) -> Portfolio {
        let held = self.ledger.symbols().filter_map(|symbol| {
            let quantity = self.ledger.quantity(symbol);
            Some((symbol.clone(), Held { quantity, value: quantity * quotes.get(symbol)?.in_base() }))
        });
        Portfolio { value: self.ledger.value(quotes), cash: self.ledger.cash, held: held.collect() }
    }

    /// Quotes for everything that can be traded on a date.
    fn quotes(&self, date: NaiveDate) -> Result<BTreeMap<PriceSymbol, Quote>> {
        let mut quotes = self.quotes_of_held(date)?;
        for symbol in self.setup.strategy.universe.iter().map(|member| member.yahoo()) {
            if let Some(quote) = self.quote(&symbol, date)? {
                quotes.insert(symbol, quote);
            }
        }
        Ok(quotes)
    }

    fn quotes_of_held(&self, date: NaiveDate) -> Result<BTreeMap<PriceSymbol, Quote>> {
        let quote = |symbol: &PriceSymbol| {
            let quote = self.quote(symbol, date)?.ok_or_else(|| prices_end(symbol, date))?;
            Ok((symbol.clone(), quote))
        };
        self.ledger.symbols().map(quote).collect()
    }

    /// The adjusted close of a date, or the last one before it unless prices end there.
    fn quote(&self, symbol: &PriceSymbol, date: NaiveDate) -> Result<Option<Quote>> {
        let Some(series) = self.setup.prices.get(symbol) else { return Ok(None) };
        let counts = |bar: &&Bar| !is_stale(bar, date) || reopens(series, bar, date);
        let Some(bar) = series.on_or_before(date).filter(counts) else { return Ok(None) };
        let currency = series.currency;
        let rate = stored_rate(self.setup.prices, currency, self.setup.base, date);
        let rate = rate.ok_or_else(|| no_rate(symbol, currency, self.setup.base, date))?;
        Ok(Some(Quote { price: bar.adjusted_close(), date: bar.date, currency, rate }))
    }

    /// The account after the close.
    fn snapshot(&self, date: NaiveDate, as_of: DateTime<Utc>) -> Result<Snapshot> {
        let Setup { base, account, exchange, source, .. } = self.setup;
        let quotes = self.quotes_of_held(date)?;
        let foreign = quotes.values().filter(|quote| quote.currency != *base);
        Ok(Snapshot {
            schema: SCHEMA,
            dated: None,
            date,
            as_of,
            account: account.clone(),
            base_currency: *base,
            net_liquidation: self.ledger.value(&quotes).normalize(),
            cash: BTreeMap::from([(*base, self.ledger.cash.normalize())]),
            fx: foreign.map(|quote| (quote.currency, quote.rate)).collect(),
            positions: Some(self.ledger.positions(&quotes, exchange)),
            accruals: [].into(),
            generated: None,
            doubts: Vec::new(),
            source: source.clone(),
        })
    }
}

/// Whether an old bar is merely the last one before a long closure of its exchange: prices continue soon after. That they
/// continue is the only look into the future.
fn reopens(series: &PriceSeries, bar: &Bar, date: NaiveDate) -> bool {
    let next = series.bars().get(series.bars().partition_point(|bar| bar.date <= date));
    next.is_some_and(|next| (next.date - bar.date).num_days() <= LONGEST_CLOSURE)
}

fn prices_end(symbol: &PriceSymbol, date: NaiveDate) -> Error {
    Error::data(format!(
        "on {date} {symbol} is held and has no price of the last seven days, so its value would be a guess"
    ))
    .hint(format!(
        "complete data/prices/{symbol}.csv, end the backtest before with `--to`, or take it out of the universe"
    ))
}

fn no_rate(symbol: &PriceSymbol, currency: Currency, base: Currency, date: NaiveDate) -> Error {
    Error::data(format!("{symbol} is quoted in {currency}, and on {date} there is no rate to {base}")).hint(format!(
        "set `currency = \"{currency}\"` on it in the universe and run `trackrecord collect prices`: the rates go to \
         data/prices/{currency}{base}=X.csv"
    ))
}

/// Cash that is about to leave the account, above zero.
fn reserved(flows: &[CashFlow], date: NaiveDate) -> Decimal {
    let soon = |flow: &&CashFlow| flow.date > date && (flow.date - date).num_days() <= NOTICE_DAYS;
    flows.iter().filter(soon).map(|flow| (-flow.amount).max(Decimal::ZERO)).sum()
}

/// The dates and the money of a backtest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// Start date, in cash; without it, the end of the first month for which the rule gives a signal.
    pub from: Option<NaiveDate>,
    /// Last date; without it, that of the newest price.
    pub to: Option<NaiveDate>,
    /// Capital in base currency; without it, the configured one.
    pub capital: Option<Decimal>,
    /// Whether it invests on its first day.
    pub invested_at_start: bool,
    /// How often it trades.
    pub cadence: Cadence,
}

/// Follows a strategy over stored prices with its assumed costs.
///
/// # Errors
/// Too few prices for a single signal, and the errors of [`simulate`].
pub fn backtest(strategy: &Strategy, prices: &Prices, base: Currency, span: Span) -> Result<Simulation> {
    let all = trading_dates(strategy, prices, NaiveDate::MIN, span.to.unwrap_or(NaiveDate::MAX));
    let start = match span.from {
        Some(from) => all.get(all.partition_point(|date| *date <= from).saturating_sub(1)).copied(),
        None => first_answer(strategy, prices, &all),
    };
    let (Some(start), Some(to)) = (start, all.last().copied()) else { return Err(no_prices(strategy, span)) };
    let account = AccountId::new(SOURCE);
    let deposit = CashFlow {
        symbol: None,
        conid: None,
        label: None,
        generated: None,
        id: SOURCE.into(),
        date: start,
        account: account.clone(),
        currency: base,
        amount: span.capital.unwrap_or(strategy.capital),
        fx_to_base: None,
        kind: FlowKind::Deposit,
        source: SOURCE.into(),
    };
    let terms = Terms::of(strategy);
    let mut broker = AssumedBroker::new(terms, account.clone(), base);
    let setup = Setup {
        strategy,
        terms,
        prices,
        base,
        flows: vec![deposit],
        to,
        invested_at_start: span.invested_at_start,
        cadence: span.cadence,
        account,
        exchange: "",
        source: SOURCE.into(),
    };
    simulate(&setup, &mut broker)
}

/// The last trading date of the first month at whose end the rule can rank something.
fn first_answer(strategy: &Strategy, prices: &Prices, dates: &[NaiveDate]) -> Option<NaiveDate> {
    let last = YearMonth::of(*dates.last()?);
    let mut month = YearMonth::of(*dates.first()?);
    while month <= last {
        if !rules::without_changes(strategy, prices, month.last_day()).ranking.is_empty() {
            return dates.get(dates.partition_point(|date| *date <= month.last_day()).checked_sub(1)?).copied();
        }
        month = month.next();
    }
    None
}

fn no_prices(strategy: &Strategy, span: Span) -> Error {
    let until = span.to.map(|to| format!(" up to {to}")).unwrap_or_default();
    let symbols: Vec<&str> = strategy.universe.iter().map(|member| member.symbol.as_str()).collect();
    Error::data(format!("there are not enough prices{until} for a single signal of {}", symbols.join(", ")))
        .hint("run `trackrecord collect prices`, or correct the universe in config/config.toml")
}

#[cfg(test)]
#[path = "backtest_tests.rs"]
mod tests;
