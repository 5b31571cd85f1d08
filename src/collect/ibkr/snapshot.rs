//! The account at one moment: what the gateway says of it, cross-checked before it becomes a snapshot.

use std::collections::BTreeMap;

use chrono::{DateTime, Timelike, Utc};
use ibapi::accounts::types::AccountId as WireAccount;
use ibapi::accounts::{AccountPortfolioValue, AccountUpdate, AccountValue, Position as Held, PositionUpdate};
use ibapi::contracts::Contract;
use rust_decimal::Decimal;

use super::contracts::{Listing, currency, decimal, exchange, listings, multiplier, ticker};
use super::session::{Session, read};
use super::{SOURCE, failure};
use crate::calendar::Exchange;
use crate::collect::report::{Part, PartReport};
use crate::config::Ibkr;
use crate::error::{Error, Result};
use crate::record::snapshot::{SCHEMA, SUM_TOLERANCE};
use crate::record::{AccountId, Currency, FindingKind, Position, Severity, Snapshot};

/// The hour by whose beginning an exchange has closed whose hours are not known.
const CLOSING_HOUR: u32 = 16;

/// How the doubt ends that the price of a position does not come to its value.
pub const PRICE_DOUBT: &str = "the gateway values it at";

/// Everything the gateway said about one account.
#[derive(Debug, Default)]
pub struct Answers {
    /// Account values by tag and currency.
    pub values: BTreeMap<(String, String), String>,
    /// Positions with their values.
    pub portfolio: Vec<AccountPortfolioValue>,
    /// Positions by a question of their own.
    pub positions: Vec<Held>,
    /// Listings by contract number.
    pub listings: BTreeMap<i32, Listing>,
}

/// Asks for the account and makes a snapshot of the answers; and for `more` contracts, which earlier snapshots lack.
///
/// # Errors
/// The connection does not hold, an answer has no end, or the answers lack or contradict what a snapshot needs.
pub async fn collect(
    session: &Session<'_>,
    settings: &Ibkr,
    account: &str,
    base: Currency,
    exchange: Exchange,
    more: &[Contract],
) -> Result<(Snapshot, BTreeMap<i32, Listing>, PartReport)> {
    let place = format!("{}:{}", settings.host, settings.port);
    let mut report = PartReport::new(Part::Snapshot, format!("the account from {place}"));
    session.progress().begin("account", 0);
    let mut answers = Answers::default();
    let updates = session
        .ask("the account", async |client| {
            let stream = client.account_updates(&WireAccount::from(account)).await?;
            finished(read(stream, session.patience(), |update| matches!(update, AccountUpdate::End)).await?)
        })
        .await?
        .ok_or_else(|| failure::no_answer("the account", settings))?;
    for update in updates {
        answers.hear(update, account);
    }
    let held = session
        .ask("the positions", async |client| {
            let stream = client.positions().await?;
            finished(read(stream, session.patience(), |update| matches!(update, PositionUpdate::PositionEnd)).await?)
        })
        .await?
        .ok_or_else(|| failure::no_answer("the positions", settings))?;
    answers.positions = held
        .into_iter()
        .filter_map(|update| match update {
            PositionUpdate::Position(held) if held.account == account => Some(held),
            _ => None,
        })
        .collect();
    let contracts: Vec<&Contract> = answers.portfolio.iter().map(|value| &value.contract).collect();
    let (known, unanswered) = listings(session, &contracts).await;
    answers.listings = known;
    // What the account holds comes first; where the gateway is silent about that, nobody asks for more.
    let more: Vec<&Contract> = more.iter().filter(|_| unanswered.is_none()).collect();
    report.findings.extend(unanswered);
    let (known, unanswered) = listings(session, &more).await;
    let mut listings = answers.listings.clone();
    listings.extend(known);
    report.findings.extend(unanswered);
    let time = session.ask("the time", async |client| client.server_time().await).await?;
    let as_of = DateTime::from_timestamp(time.unix_timestamp(), 0).unwrap_or_default();
    session.progress().end();
    let snapshot = build(&answers, account, base, as_of, exchange)?;
    if is_before_close(as_of, exchange) {
        let message =
            format!("the exchange's day of {} is not over, so its close is not in this snapshot", snapshot.date);
        let next =
            "collect again after the close, when the later one counts; `[account] exchange` says whose day it is";
        report.note(Severity::Warning, FindingKind::BeforeClose, message, next);
    }
    for doubt in &snapshot.doubts {
        let next = "compare with TWS; collect again, and the later snapshot of the day counts";
        report.note(Severity::Warning, FindingKind::DoubtfulSnapshot, doubt, next);
    }
    Ok((snapshot, listings, report))
}

/// The rows of an answer that has its end mark.
fn finished<T>(answer: super::session::Answer<T>) -> Result<Option<Vec<T>>, ibapi::Error> {
    Ok(answer.complete.then_some(answer.rows))
}

impl Answers {
    /// Keeps what is about this account. A later value of a tag and currency replaces an earlier one.
    pub fn hear(&mut self, update: AccountUpdate, account: &str) {
        let ours = |named: &Option<String>| named.as_deref().is_none_or(|named| named.is_empty() || named == account);
        match update {
            AccountUpdate::AccountValue(AccountValue { key, value, currency, account }) if ours(&account) => {
                self.values.insert((key, currency), value);
            }
            AccountUpdate::PortfolioValue(value) if ours(&value.account) => {
                self.portfolio.retain(|known| known.contract.contract_id != value.contract.contract_id);
                self.portfolio.push(value);
            }
            _ => {}
        }
    }

    /// The values of a tag by currency, without the sum in the base currency.
    fn by_currency(&self, tag: &str) -> Result<BTreeMap<Currency, Decimal>> {
        let mut amounts = BTreeMap::new();
        for ((key, code), text) in &self.values {
            if key != tag || code == "BASE" {
                continue;
            }
            let Ok(currency) = code.parse() else { continue };
            amounts.insert(currency, number(tag, text)?);
        }
        Ok(amounts)
    }

    /// The net liquidation value and its currency, which is the account's base.
    fn net_liquidation(&self) -> Result<(Decimal, Currency)> {
        let found = self.values.iter().find(|((key, code), _)| key == "NetLiquidation" && code != "BASE");
        let ((_, code), text) = found.ok_or_else(|| wrong("the gateway did not report the net liquidation value"))?;
        let currency = code.parse().map_err(|problem: String| wrong(format!("net liquidation value: {problem}")))?;
        Ok((number("NetLiquidation", text)?, currency))
    }
}

fn wrong(message: impl Into<String>) -> Error {
    Error::network(message)
        .hint("nothing was written; wait until TWS or Gateway shows the account, then run this again")
}

fn number(tag: &str, text: &str) -> Result<Decimal> {
    let parsed = text.trim().parse().or_else(|_| Decimal::from_scientific(text.trim()));
    parsed.map_err(|_| wrong(format!("{tag}: `{text}` is not a number")))
}

/// A snapshot of the answers, with its doubts where the parts do not add up to the whole.
///
/// # Errors
/// No net liquidation value, cash or position; a position without a price or rate; two answers about positions that
/// differ; an account that is not ready or in another base currency.
pub fn build(
    answers: &Answers,
    account: &str,
    base: Currency,
    as_of: DateTime<Utc>,
    exchange: Exchange,
) -> Result<Snapshot> {
    let ready = answers.values.iter().find(|((key, _), _)| key == "AccountReady");
    if ready.is_some_and(|(_, value)| value.eq_ignore_ascii_case("false")) {
        return Err(wrong("the gateway says that the account is not ready: its values may be old"));
    }
    let (net_liquidation, reported_base) = answers.net_liquidation()?;
    if reported_base != base {
        return Err(Error::configuration(format!(
            "the account is in {reported_base}, and `[account] base_currency` is {base}"
        ))
        .hint(format!("set `[account] base_currency = \"{reported_base}\"` in config/config.toml")));
    }
    if net_liquidation <= Decimal::ZERO {
        return Err(wrong(format!("the gateway says that the account is worth {net_liquidation}")));
    }
    agree(&answers.portfolio, &answers.positions)?;
    let mut snapshot = Snapshot {
        schema: SCHEMA,
        dated: None,
        date: exchange.session_of(as_of),
        as_of,
        account: AccountId::new(account),
        base_currency: base,
        net_liquidation,
        cash: answers.by_currency("CashBalance")?,
        fx: answers.by_currency("ExchangeRate")?,
        accruals: accruals(answers)?,
        positions: None,
        generated: None,
        doubts: Vec::new(),
        source: SOURCE,
    };
    if snapshot.cash.is_empty() {
        return Err(wrong("the gateway did not report the cash balance"));
    }
    snapshot.fx.remove(&base);
    snapshot.fx.retain(|_, rate| *rate > Decimal::ZERO);
    let mut positions = Vec::new();
    for value in answers.portfolio.iter().filter(|value| value.position != 0.0) {
        positions.push(position(value, answers.listings.get(&value.contract.contract_id), &mut snapshot.doubts)?);
    }
    positions.sort_by(|a, b| (&a.symbol, a.conid).cmp(&(&b.symbol, b.conid)));
    snapshot.positions = Some(positions);
    has_rates(&snapshot)?;
    snapshot.doubts.extend(sum_doubt(&snapshot, &answers.portfolio));
    Ok(snapshot)
}

/// The two answers about positions must name the same contracts and sizes.
fn agree(portfolio: &[AccountPortfolioValue], positions: &[Held]) -> Result<()> {
    let valued: BTreeMap<i32, f64> = portfolio
        .iter()
        .filter(|value| value.position != 0.0)
        .map(|value| (value.contract.contract_id, value.position))
        .collect();
    let held: BTreeMap<i32, f64> = positions
        .iter()
        .filter(|held| held.position != 0.0)
        .map(|held| (held.contract.contract_id, held.position))
        .collect();
    let name = |id: i32| {
        let of_value = portfolio.iter().map(|value| &value.contract);
        let mut all = of_value.chain(positions.iter().map(|held| &held.contract));
        all.find(|contract| contract.contract_id == id).map(|found| ticker(found).to_string()).unwrap_or_default()
    };
    for (id, quantity) in &held {
        match valued.get(id) {
            None => return Err(wrong(format!("the gateway reports no value for the position in {}", name(*id)))),
            Some(valued) if valued != quantity => {
                let message = format!("the gateway says {quantity} and {valued} of the position in {}", name(*id));
                return Err(wrong(message));
            }
            Some(_) => {}
        }
    }
    match valued.keys().find(|id| !held.contains_key(id)) {
        Some(id) => Err(wrong(format!("the gateway values a position in {} that it does not list", name(*id)))),
        None => Ok(()),
    }
}

fn position(value: &AccountPortfolioValue, listing: Option<&Listing>, doubts: &mut Vec<String>) -> Result<Position> {
    let contract = &value.contract;
    let symbol = ticker(contract);
    let in_words = |problem: String| wrong(format!("position in {symbol}: {problem}"));
    let quantity = decimal(value.position).ok_or_else(|| in_words("its size is no number".to_owned()))?;
    let price = decimal(value.market_price).filter(|price| !price.is_zero());
    let market_value = decimal(value.market_value).filter(|value| !value.is_zero());
    let (Some(price), Some(market_value)) = (price, market_value) else {
        return Err(in_words("it has no market price".to_owned()));
    };
    let units = quantity.saturating_mul(multiplier(contract).map_err(in_words)?);
    let price = whole_units(price, market_value, units, listing);
    if !adds_up(price, units, market_value) {
        doubts.push(format!("{symbol}: {units} at {price} is not the {market_value} {PRICE_DOUBT}"));
    }
    Ok(Position {
        conid: u64::try_from(contract.contract_id).ok().filter(|number| *number > 0),
        exchange: exchange(contract, listing),
        currency: currency(contract).map_err(in_words)?,
        quantity,
        average_cost: decimal(value.average_cost).filter(|cost| !cost.is_zero()),
        market_price: Some(price),
        market_value,
        unrealized_pnl: decimal(value.unrealized_pnl),
        realized_pnl: decimal(value.realized_pnl),
        symbol,
    })
}

/// A price in the units of the value: quotes of a contract in pence come in pence, its value in pounds.
pub fn whole_units(price: Decimal, market_value: Decimal, units: Decimal, listing: Option<&Listing>) -> Decimal {
    let Some(listing) = listing.filter(|listing| listing.magnifier > Decimal::ONE) else { return price };
    let Some(smaller) = price.checked_div(listing.magnifier) else { return price };
    if relative_gap(smaller.saturating_mul(units), market_value)
        < relative_gap(price.saturating_mul(units), market_value)
    {
        smaller
    } else {
        price
    }
}

/// Whether a price comes to a value.
pub fn adds_up(price: Decimal, units: Decimal, market_value: Decimal) -> bool {
    relative_gap(price.saturating_mul(units), market_value) <= SUM_TOLERANCE
}

fn relative_gap(one: Decimal, other: Decimal) -> Decimal {
    one.saturating_sub(other).abs().checked_div(other.abs()).unwrap_or(Decimal::MAX)
}

/// Interest and dividends that are earned and not paid, which are part of the net liquidation value.
fn accruals(answers: &Answers) -> Result<BTreeMap<Currency, Decimal>> {
    let mut sums = BTreeMap::new();
    for tag in ["AccruedCash", "AccruedDividend"] {
        for (currency, amount) in answers.by_currency(tag)? {
            let sum = sums.entry(currency).or_insert(Decimal::ZERO);
            *sum = sum.saturating_add(amount);
        }
    }
    sums.retain(|_, amount: &mut Decimal| !amount.is_zero());
    Ok(sums)
}

/// Every currency something is held in needs its rate.
fn has_rates(snapshot: &Snapshot) -> Result<()> {
    let amounts = snapshot.cash.iter().chain(&snapshot.accruals);
    let cash = amounts.filter(|(_, amount)| !amount.is_zero()).map(|(currency, _)| *currency);
    let positions = snapshot.known_positions().iter().map(|position| position.currency);
    match cash.chain(positions).find(|currency| snapshot.fx_to_base(*currency).is_none()) {
        Some(currency) => Err(wrong(format!("the gateway did not report the rate of {currency}"))),
        None => Ok(()),
    }
}

/// What is wrong when the parts are further from the whole than rounding explains. Futures and contracts for
/// difference are worth nothing in the net liquidation value but their gain, so they are left out of the sum.
fn sum_doubt(snapshot: &Snapshot, portfolio: &[AccountPortfolioValue]) -> Option<String> {
    let valueless = |conid: Option<u64>| {
        portfolio.iter().any(|value| {
            u64::try_from(value.contract.contract_id).ok() == conid
                && super::contracts::asset_class(&value.contract).is_margined()
        })
    };
    let mut parts = snapshot.clone();
    parts.positions.iter_mut().for_each(|list| list.retain(|position| !valueless(position.conid)));
    let Some(sum) = parts.sum_of_parts() else {
        return Some("its parts could not be added up to be held against the net liquidation value".to_owned());
    };
    let gap = relative_gap(sum, snapshot.net_liquidation);
    (gap > SUM_TOLERANCE).then(|| {
        let percent = gap.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).round_dp(2);
        format!("cash, positions and accruals add up to {percent} % away from the net liquidation value")
    })
}

/// Whether the session an instant belongs to is still to come or under way.
fn is_before_close(as_of: DateTime<Utc>, exchange: Exchange) -> bool {
    let session = exchange.session_of(as_of);
    let local = as_of.with_timezone(&exchange.zone());
    let unknown_hours = || local.date_naive() == session && local.hour() < CLOSING_HOUR;
    exchange.close(session).map_or_else(unknown_hours, |close| as_of < close)
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
