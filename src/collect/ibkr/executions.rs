//! Fills: polled, joined with their commissions, and made into rows of the record.
//!
//! They are asked for, not listened to: a gateway's stream leaves out the fills of other programs and of orders
//! entered by hand, and commissions that come late never reach it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ibapi::contracts::Contract;
use ibapi::orders::{CommissionReport, ExecutionData, ExecutionFilter, ExecutionSide, Executions};

use super::contracts::{Listing, asset_class, currency, decimal, exchange, listings, multiplier, ticker};
use super::session::{Answer, Session, read};
use super::totals::OrderTotals;
use super::{SOURCE, time};
use crate::collect::report::{Part, PartReport};
use crate::config::Ibkr;
use crate::error::Result;
use crate::record::{AccountId, AssetClass, ExecId, Execution, Finding, FindingKind, Severity, Side, Trade};

/// How far back a gateway can be asked.
const DAYS: i32 = 7;

/// Pauses before fills are requested again because a commission is missing, as fractions of the timeout.
const PAUSES: [u32; 3] = [8, 4, 2];

/// What all questions together brought.
#[derive(Debug, Default)]
struct Answers {
    fills: BTreeMap<String, ExecutionData>,
    commissions: BTreeMap<String, CommissionReport>,
    /// Whether one answer had no end.
    open: bool,
}

/// An amount and its currency.
type Cost = (rust_decimal::Decimal, crate::record::Currency);

/// Rows, totals of orders, and what was asked.
pub type Collected = (Vec<Execution>, OrderTotals, PartReport);

/// The fills as rows, how much of each order is filled, and what was asked. For the commissions of `settled` fills,
/// which are stored, nobody waits.
///
/// # Errors
/// The connection does not hold, or the gateway refuses the question.
pub async fn collect(
    session: &Session<'_>,
    settings: &Ibkr,
    account: &str,
    settled: &BTreeSet<ExecId>,
    now: DateTime<Utc>,
) -> Result<Collected> {
    let place = format!("{}:{}", settings.host, settings.port);
    let mut report = PartReport::new(Part::Executions, format!("fills of the last {DAYS} days from {place}"));
    session.progress().begin("fills", 0);
    let mut answers = Answers::default();
    answers.ask(session).await?;
    for part in PAUSES {
        let is_settled = |fill: &ExecutionData| settled.contains(&ExecId::new(&*fill.execution.execution_id));
        if answers.without_commission(account, settings, now).all(is_settled) {
            break;
        }
        session.progress().say("a commission has not been reported yet; asking again shortly");
        tokio::time::sleep(session.patience() / part).await;
        // The fills are here. What cannot be asked any more must not take them away.
        if let Err(error) = answers.ask(session).await {
            report.findings.push(Finding::from_error(FindingKind::AskedOnce, &error));
            break;
        }
    }
    let shares = answers.of_account(account).map(|fill| &fill.contract);
    let contracts: Vec<&Contract> =
        shares.filter(|contract| asset_class(contract) != AssetClass::Combination).collect();
    let (listings, unanswered) = listings(session, &contracts).await;
    report.findings.extend(unanswered);
    session.progress().end();
    let rows = rows(&answers, account, &listings, settings, now, &mut report);
    Ok((rows, OrderTotals::of(answers.of_account(account)), report))
}

impl Answers {
    /// Asks for the last days and for today, because not every gateway goes back, and joins both.
    async fn ask(&mut self, session: &Session<'_>) -> Result<()> {
        for days in [DAYS, 0] {
            let answer =
                session.ask("the fills", async |client| poll(client, days, session.patience()).await).await?;
            self.open |= !answer.complete;
            for row in answer.rows {
                match row {
                    Executions::ExecutionData(fill) => {
                        self.fills.insert(fill.execution.execution_id.clone(), fill);
                    }
                    Executions::CommissionReport(report) => self.hear(report),
                }
            }
        }
        Ok(())
    }

    /// A report that names a currency beats one that does not, and of two of a kind the later one.
    fn hear(&mut self, report: CommissionReport) {
        let known = self.commissions.get(&report.execution_id);
        if known.is_none_or(|known| !report.currency.is_empty() || known.currency.is_empty()) {
            self.commissions.insert(report.execution_id.clone(), report);
        }
    }

    /// The fills of this account, and those that name none: they are refused by name, and not passed over.
    fn of_account(&self, account: &str) -> impl Iterator<Item = &ExecutionData> {
        self.fills
            .values()
            .filter(move |fill| fill.execution.account_number.is_empty() || fill.execution.account_number == account)
    }

    /// Fills whose commission is missing, or zero on the day of the fill: the report may not be filled in yet.
    fn without_commission(
        &self,
        account: &str,
        settings: &Ibkr,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &ExecutionData> {
        self.of_account(account).filter(move |fill| {
            let report = self.commissions.get(&fill.execution.execution_id);
            let filled = time::parse(&fill.execution.time, settings.time_zone).unwrap_or(now);
            report.is_none_or(|report| matches!(cost(report, filled, now), Ok(None)))
        })
    }
}

async fn poll(client: &ibapi::Client, days: i32, patience: Duration) -> Result<Answer<Executions>, ibapi::Error> {
    // No account and no client id: a filter by client 0 leaves out the fills of all others.
    let filter = ExecutionFilter { last_n_days: days, ..ExecutionFilter::default() };
    read(client.executions(filter).await?, patience, |_| false).await
}

/// The fills of one account as rows, by id. What cannot become one is named in the report.
fn rows(
    answers: &Answers,
    account: &str,
    listings: &BTreeMap<i32, Listing>,
    settings: &Ibkr,
    now: DateTime<Utc>,
    report: &mut PartReport,
) -> Vec<Execution> {
    let mut rows = Vec::new();
    for fill in answers.of_account(account) {
        let commission = answers.commissions.get(&fill.execution.execution_id);
        match row(fill, commission, listings, settings, now) {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => {}
            Err(problem) => report.note(
                Severity::Error,
                FindingKind::UnusableFill,
                format!("fill {} is not stored: {problem}", fill.execution.execution_id),
                "import the Flex statement of that day, which holds it too",
            ),
        }
        if fill.execution.pending_price_revision {
            let message = format!("the price of fill {} may still be revised", fill.execution.execution_id);
            report.note(
                Severity::Note,
                FindingKind::PriceRevision,
                message,
                "collect again tomorrow; a correction replaces it",
            );
        }
    }
    if answers.open {
        report.note(
            Severity::Error,
            FindingKind::NoEnd,
            "the gateway never said that its list of fills is complete; what it sent is stored",
            "run this again; if it goes on, import a Flex statement of the last days",
        );
    }
    let pending = rows.iter().filter(|row| row.commission.is_none()).count();
    if pending > 0 {
        let message = format!("{pending} fills have no commission yet; it stays empty until it is reported");
        report.note(Severity::Warning, FindingKind::CommissionPending, message, "collect again within a week");
    }
    let others = answers.fills.len() - answers.of_account(account).count();
    if others > 0 {
        let message = format!("{others} fills of other accounts were left out");
        report.note(Severity::Note, FindingKind::OtherAccount, message, "nothing to do");
    }
    rows
}

/// One fill as a row. `None` for the summary of a combination, whose legs come as fills of their own.
fn row(
    fill: &ExecutionData,
    commission: Option<&CommissionReport>,
    listings: &BTreeMap<i32, Listing>,
    settings: &Ibkr,
    now: DateTime<Utc>,
) -> Result<Option<Execution>, String> {
    let (execution, contract) = (&fill.execution, &fill.contract);
    let class = asset_class(contract);
    if class == AssetClass::Combination {
        return Ok(None);
    }
    if execution.execution_id.is_empty() {
        return Err("it has no id".to_owned());
    }
    if execution.account_number.is_empty() {
        return Err("it names no account".to_owned());
    }
    // The decoder makes 0 of what is missing, and nothing is traded at 0 by an order.
    let price = decimal(execution.price).filter(|price| !price.is_zero()).ok_or("it has no price")?;
    let quantity = decimal(execution.shares).filter(|shares| shares.is_sign_positive() && !shares.is_zero());
    let time = time::parse(&execution.time, settings.time_zone)?;
    let cost = commission.and_then(|report| cost(report, time, now).transpose()).transpose()?;
    Ok(Some(Execution {
        conid: u64::try_from(contract.contract_id).ok().filter(|number| *number > 0),
        asset_class: class,
        exchange: exchange(contract, listings.get(&contract.contract_id)),
        multiplier: multiplier(contract)?,
        commission: cost.map(|(amount, _)| amount),
        commission_currency: cost.map(|(_, currency)| currency),
        realized_pnl: commission.filter(|_| cost.is_some()).and_then(|report| report.realized_pnl).and_then(decimal),
        // Unique for one client only, so it serves just where there is nothing better.
        order_id: (execution.perm_id == 0 && execution.order_id != 0)
            .then(|| format!("client {} order {}", execution.client_id, execution.order_id)),
        perm_id: (execution.perm_id != 0).then(|| execution.perm_id.to_string()),
        order_ref: Some(execution.order_reference.clone()).filter(|text| !text.is_empty()),
        ..Execution::from(Trade {
            exec_id: ExecId::new(&*execution.execution_id),
            time,
            account: AccountId::new(&*execution.account_number),
            symbol: ticker(contract),
            currency: currency(contract)?,
            side: match execution.side {
                ExecutionSide::Bought => Side::Buy,
                ExecutionSide::Sold => Side::Sell,
            },
            quantity: quantity.ok_or("it has no quantity")?,
            price,
            source: SOURCE,
        })
    }))
}

/// What a report says the fill cost. A report without a currency is one that is not filled in yet, and so may be a
/// cost of nothing until a day has passed: the decoder makes 0 of an amount that is missing.
fn cost(report: &CommissionReport, filled: DateTime<Utc>, now: DateTime<Utc>) -> Result<Option<Cost>, String> {
    let is_new = now - filled < TimeDelta::days(1);
    if report.currency.is_empty() || (report.commission == 0.0 && is_new) {
        return Ok(None);
    }
    let currency = report.currency.parse().map_err(|problem| format!("commission: {problem}"))?;
    Ok(decimal(report.commission).map(|amount| (amount, currency)))
}

#[cfg(test)]
mod tests {
    use ibapi::orders::Execution as Wire;

    use super::*;

    fn fill(id: &str) -> ExecutionData {
        ExecutionData {
            contract: Contract {
                contract_id: 7,
                symbol: "SXLK".into(),
                currency: "USD".into(),
                ..Contract::default()
            },
            execution: Wire {
                execution_id: id.to_owned(),
                time: "20260127 09:30:00 US/Eastern".to_owned(),
                account_number: "DU1".to_owned(),
                shares: 100.0,
                price: 188.25,
                side: ExecutionSide::Bought,
                perm_id: 42,
                order_id: 3,
                client_id: 9,
                ..Wire::default()
            },
            ..ExecutionData::default()
        }
    }

    fn report(commission: f64, currency: &str) -> CommissionReport {
        CommissionReport {
            execution_id: "a.b.01.01".to_owned(),
            commission,
            currency: currency.to_owned(),
            ..CommissionReport::default()
        }
    }

    fn made(fill: &ExecutionData, commission: Option<&CommissionReport>) -> Result<Option<Execution>, String> {
        let now = "2026-01-29T00:00:00Z".parse().unwrap();
        row(fill, commission, &BTreeMap::new(), &Ibkr::default(), now)
    }

    #[test]
    fn a_fill_becomes_a_row_in_utc_with_its_own_digits() {
        let row = made(&fill("a.b.01.01"), Some(&report(1.005, "USD"))).unwrap().unwrap();
        assert_eq!(row.time.to_rfc3339(), "2026-01-27T14:30:00+00:00");
        assert_eq!((row.quantity.to_string(), row.price.to_string()), ("100".to_owned(), "188.25".to_owned()));
        assert_eq!(row.commission.unwrap().to_string(), "1.005");
        assert_eq!(row.commission_currency.unwrap().as_str(), "USD");
        assert_eq!(row.perm_id.as_deref(), Some("42"));
        assert_eq!(row.order_id, None);
        assert_eq!(row.conid, Some(7));
    }

    #[test]
    fn a_commission_that_is_not_reported_stays_empty() {
        for pending in [None, Some(report(0.0, ""))] {
            let row = made(&fill("a.b.01.01"), pending.as_ref()).unwrap().unwrap();
            assert_eq!((row.commission, row.commission_currency), (None, None));
        }
        let free = made(&fill("a.b.01.01"), Some(&report(0.0, "USD"))).unwrap().unwrap();
        assert_eq!(free.commission, Some(rust_decimal::Decimal::ZERO));
        let soon = "2026-01-27T20:00:00Z".parse().unwrap();
        let zero = report(0.0, "USD");
        let young = row(&fill("a.b.01.01"), Some(&zero), &BTreeMap::new(), &Ibkr::default(), soon).unwrap().unwrap();
        assert_eq!(young.commission, None, "it may still come");
    }

    #[test]
    fn nobody_waits_for_a_commission_of_nothing_on_an_older_fill() {
        let mut answers = Answers::default();
        answers.fills.insert("a.b.01.01".to_owned(), fill("a.b.01.01"));
        let waiting = |answers: &Answers, now: &str| {
            answers.without_commission("DU1", &Ibkr::default(), now.parse().unwrap()).count()
        };
        assert_eq!(waiting(&answers, "2026-01-29T00:00:00Z"), 1, "nothing was reported");
        answers.hear(report(0.0, "USD"));
        assert_eq!(waiting(&answers, "2026-01-27T20:00:00Z"), 1, "it may still come");
        assert_eq!(waiting(&answers, "2026-01-29T00:00:00Z"), 0);
    }

    #[test]
    fn an_unfilled_report_does_not_replace_a_filled_one() {
        let mut answers = Answers::default();
        for heard in [report(0.0, ""), report(1.0, "USD"), report(0.0, ""), report(1.5, "USD")] {
            answers.hear(heard);
        }
        assert_eq!(answers.commissions["a.b.01.01"].commission, 1.5);
    }

    #[test]
    fn what_lost_its_price_on_the_way_is_refused() {
        let mut bad = fill("a.b.01.01");
        bad.execution.price = 0.0;
        assert_eq!(made(&bad, None).unwrap_err(), "it has no price");
        let mut bad = fill("a.b.01.01");
        bad.execution.shares = 0.0;
        assert_eq!(made(&bad, None).unwrap_err(), "it has no quantity");
        let mut bad = fill("a.b.01.01");
        bad.execution.time = "20260127 09:30:00".to_owned();
        assert!(made(&bad, None).unwrap_err().contains("names no time zone"));
    }

    #[test]
    fn the_summary_of_a_combination_is_not_counted_beside_its_legs() {
        let mut combination = fill("a.b.01.01");
        combination.contract.security_type = ibapi::contracts::SecurityType::Spread;
        assert_eq!(made(&combination, None).unwrap(), None);
    }
}
