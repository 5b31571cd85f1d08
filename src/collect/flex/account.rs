//! The account itself: daily net asset value, open positions, and the broker's own figures for the period.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::xml::Row;
use super::{Reading, SOURCE};
use crate::error::Result;
use crate::record::lacking::SEVERAL_MODELS;
use crate::record::snapshot::SCHEMA;
use crate::record::{Currency, FindingKind, Position, Severity, Snapshot, StatementPeriod, Ticker};

/// The net asset value of one date.
struct Valued<'r, 'a> {
    row: &'r Row<'a>,
    snapshot: Snapshot,
    /// The models whose parts have been added up so far; empty where the row is of the whole account.
    models: BTreeSet<String>,
}

impl Valued<'_, '_> {
    /// Adds the part of another model.
    fn add(&mut self, part: &Snapshot, model: &str) {
        self.models.insert(model.to_owned());
        self.snapshot.net_liquidation = self.snapshot.net_liquidation.saturating_add(part.net_liquidation);
        for (sums, amounts) in [(&mut self.snapshot.cash, &part.cash), (&mut self.snapshot.accruals, &part.accruals)]
        {
            for (currency, amount) in amounts {
                let sum = sums.entry(*currency).or_default();
                *sum = sum.saturating_add(*amount);
            }
        }
    }
}

/// The model a position is of, where there are models, and where the position is.
type OfModel = (Option<String>, usize);

/// What is known about the open positions of one date.
#[derive(Default)]
struct Holdings {
    positions: Vec<Position>,
    /// Which of them are of one instrument.
    by_instrument: HashMap<(Ticker, Option<u64>), Vec<OfModel>>,
    rates: BTreeMap<Currency, Decimal>,
    /// Only single lots are listed, which are not added up.
    only_lots: bool,
}

impl Holdings {
    /// Adds a position. What several models hold of one instrument is one position. Returns whether it is new.
    fn add(&mut self, position: &Position, model: Option<&str>) -> bool {
        let same = self.by_instrument.entry((position.symbol.clone(), position.conid)).or_default();
        let of_model = |(known, _): &&OfModel| known.as_deref() == model;
        if same.iter().filter(of_model).any(|(_, index)| self.positions.get(*index) == Some(position)) {
            return false;
        }
        let of_other = same.iter().find(|(known, _)| model.is_some() && known.is_some() && known.as_deref() != model);
        match of_other.and_then(|(_, index)| self.positions.get_mut(*index)) {
            Some(held) if same.iter().all(|(known, _)| known.as_deref() != model) => {
                held.quantity = held.quantity.saturating_add(position.quantity);
                held.market_value = held.market_value.saturating_add(position.market_value);
                let gains = held.unrealized_pnl.zip(position.unrealized_pnl);
                held.unrealized_pnl = gains.map(|(one, other)| one.saturating_add(other));
                held.average_cost = held.average_cost.filter(|cost| position.average_cost == Some(*cost));
                same.push((model.map(str::to_owned), usize::MAX));
            }
            _ => {
                same.push((model.map(str::to_owned), self.positions.len()));
                self.positions.push(position.clone());
            }
        }
        true
    }
}

impl Reading {
    /// Reads net asset values into snapshots, with the open positions of their dates, and the broker's figures.
    pub(super) fn read_account(&mut self, rows: &[&Row]) -> Result<()> {
        let mut holdings = self.holdings(rows)?;
        let mut values = BTreeMap::new();
        for row in rows.iter().filter(|row| row.tag == "EquitySummaryByReportDateInBase") {
            self.read_value(row, &mut values)?;
        }
        let mut cash = self.cash_by_currency(rows)?;
        let currencies = self.currencies(&holdings, &cash);
        let funded = values.iter().find(|(_, valued)| !valued.snapshot.net_liquidation.is_zero());
        let funded = funded.map(|(date, _)| *date);
        for (date, Valued { row, mut snapshot, models }) in values {
            let held = holdings.remove(&date);
            if funded.is_none_or(|funded| date < funded) {
                self.batch.skip(&row.tag, "the account held nothing yet", row.place());
                continue;
            }
            snapshot.fx = self.rates_on(date, &currencies);
            if let Some(held) = held {
                snapshot.fx.extend(held.rates);
                snapshot.positions = (!held.only_lots).then_some(held.positions);
            }
            if let Some(cash) = cash.remove(&date).filter(|cash| snapshot.is_its_cash(cash) == Some(true)) {
                snapshot.cash = cash;
            }
            if models.len() > 1 {
                snapshot.doubts.push(SEVERAL_MODELS.to_owned());
            }
            self.batch.snapshots.push(snapshot);
        }
        self.note_positions_left(rows, &holdings);
        for row in rows.iter().filter(|row| row.tag == "ChangeInNAV") {
            self.read_period(row)?;
        }
        Ok(())
    }

    fn read_value<'r, 'a>(
        &mut self,
        row: &'r Row<'a>,
        values: &mut BTreeMap<NaiveDate, Valued<'r, 'a>>,
    ) -> Result<()> {
        let base = self.required_base(row)?;
        let date = self.required_date(row, &["reportDate"])?;
        let snapshot = Snapshot {
            schema: SCHEMA,
            dated: None,
            date,
            as_of: self.dates.close(date).map_err(|problem| row.error(problem))?,
            account: self.account.clone(),
            base_currency: base,
            net_liquidation: row.required_decimal(&["total"])?,
            cash: row.decimal("cash")?.map(|cash| (base, cash)).into_iter().collect(),
            fx: BTreeMap::new(),
            accruals: accruals(row, base)?,
            positions: None,
            generated: self.generated(row),
            doubts: Vec::new(),
            source: SOURCE,
        };
        let model = row.text("model");
        let models = model.map(str::to_owned).into_iter().collect();
        let Some(known) = values.get_mut(&date) else {
            values.insert(date, Valued { row, snapshot, models });
            return Ok(());
        };
        match model {
            Some(model) if !known.models.is_empty() && !known.models.contains(model) => {
                known.add(&snapshot, model);
                return Ok(());
            }
            Some(_) if known.models.is_empty() => {
                self.batch.skip(&row.tag, "it is of one model, and the whole stands beside it", row.place());
                return Ok(());
            }
            None if !known.models.is_empty() => {
                let reason = "it is of one model, and the whole stands beside it";
                self.batch.skip_rows(known.models.len(), &row.tag, reason, known.row.place());
                *known = Valued { row, snapshot, models };
                return Ok(());
            }
            _ => {}
        }
        if known.snapshot.says_the_same(&snapshot) {
            self.batch.skip(&row.tag, "the same row stands in the file already", row.place());
        } else if snapshot.generated > known.snapshot.generated && known.snapshot.generated.is_some() {
            self.batch.skip(&row.tag, "a later statement in the file restates it", known.row.place());
            *known = Valued { row, snapshot, models };
        } else if snapshot.generated < known.snapshot.generated && snapshot.generated.is_some() {
            self.batch.skip(&row.tag, "a later statement in the file restates it", row.place());
        } else {
            let message = format!(
                "the net asset value of {date} is {} here and {} further up",
                snapshot.net_liquidation, known.snapshot.net_liquidation
            );
            let next = "see which of the two the broker stands by; the first one counts";
            self.batch.note(Severity::Warning, FindingKind::Contradiction, row.place(), message, next);
            self.batch.skip(&row.tag, "it contradicts the row before it on the same date", row.place());
        }
        Ok(())
    }

    /// The currencies of this account, which are the only ones whose rates are kept: statements list all.
    fn currencies(
        &self,
        holdings: &BTreeMap<NaiveDate, Holdings>,
        cash: &BTreeMap<NaiveDate, BTreeMap<Currency, Decimal>>,
    ) -> BTreeSet<Currency> {
        let traded = self.batch.executions.iter().flat_map(|fill| [Some(fill.currency), fill.commission_currency]);
        let moved = self.batch.flows.iter().chain(&self.batch.income).map(|flow| Some(flow.currency));
        let held = holdings.values().flat_map(|held| held.positions.iter().map(|position| Some(position.currency)));
        let owned = cash.values().flat_map(BTreeMap::keys).map(|currency| Some(*currency));
        traded
            .chain(moved)
            .chain(held)
            .chain(owned)
            .flatten()
            .filter(|currency| Some(*currency) != self.base)
            .collect()
    }

    /// The cash of each currency at the end of each period, where the statement reports it.
    fn cash_by_currency(&self, rows: &[&Row]) -> Result<BTreeMap<NaiveDate, BTreeMap<Currency, Decimal>>> {
        let mut cash: BTreeMap<NaiveDate, BTreeMap<Currency, Decimal>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.tag == "CashReportCurrency") {
            // The sum of all stands among them under a name that is no currency.
            let Some(currency) = row.text("currency").and_then(|code| code.parse().ok()) else { continue };
            let date = match self.date(row, "toDate")? {
                Some(date) => Some(date),
                None => self.statement_date(row, "toDate")?,
            };
            let (Some(date), Some(amount)) = (date, row.decimal("endingCash")?.filter(|amount| !amount.is_zero()))
            else {
                continue;
            };
            let sum = cash.entry(date).or_default().entry(currency).or_default();
            *sum = sum.saturating_add(amount);
        }
        Ok(cash)
    }

    fn rates_on(&self, date: NaiveDate, currencies: &BTreeSet<Currency>) -> BTreeMap<Currency, Decimal> {
        let rate = |currency: &Currency| Some((*currency, *self.rates.get(&(date, *currency))?));
        currencies.iter().filter_map(rate).collect()
    }

    fn holdings(&mut self, rows: &[&Row]) -> Result<BTreeMap<NaiveDate, Holdings>> {
        let mut holdings: BTreeMap<NaiveDate, Holdings> = BTreeMap::new();
        for row in rows {
            let date = match row.tag.as_str() {
                "OpenPosition" | "OpenPositions" => match self.date(row, "reportDate")? {
                    Some(date) => date,
                    None => match self.statement_date(row, "toDate")? {
                        Some(date) => date,
                        None if row.tag == "OpenPositions" => continue,
                        None => return Err(row.missing("reportDate")),
                    },
                },
                _ => continue,
            };
            let held = holdings.entry(date).or_default();
            // The section alone, even an empty one, says that all positions of its date are known.
            if row.tag == "OpenPositions" {
                continue;
            }
            let level = row.text("levelOfDetail").filter(|level| !level.eq_ignore_ascii_case("SUMMARY"));
            if let Some(level) = level {
                held.only_lots |= held.positions.is_empty();
                let reason = format!("its level of detail is {level}, not SUMMARY");
                self.batch.skip(&row.tag, reason, row.place());
                continue;
            }
            let position = position(row)?;
            if !held.add(&position, row.text("model")) {
                self.batch.skip(&row.tag, "the same row stands in the file already", row.place());
                continue;
            }
            held.only_lots = false;
            if let Some(rate) = self.rate(row, position.currency)? {
                held.rates.insert(position.currency, rate);
            }
        }
        Ok(holdings)
    }

    /// Positions of dates that have no net asset value, and lots without their sum, are reported to the owner.
    fn note_positions_left(&mut self, rows: &[&Row], left: &BTreeMap<NaiveDate, Holdings>) {
        let section = rows.iter().find(|row| matches!(row.tag.as_str(), "OpenPosition" | "OpenPositions"));
        let Some(section) = section else { return };
        for (date, held) in left.iter().filter(|(_, held)| !held.positions.is_empty()) {
            let reason = format!("the statement has no net asset value of {date}");
            self.batch.skip_rows(held.positions.len(), "OpenPosition", reason, section.place());
            let message = format!("the open positions of {date} have no net asset value beside them");
            let next = "include the section Net Asset Value (NAV) in Base in the Flex query";
            self.batch.note(Severity::Warning, FindingKind::PositionsWithoutValue, section.place(), message, next);
        }
        let lots = self.batch.skipped.iter().any(|row| row.kind == "OpenPosition" && row.reason.contains("LOT"));
        let summed = self.batch.snapshots.iter().any(|snapshot| !snapshot.known_positions().is_empty());
        if lots && !summed && left.values().all(|held| held.positions.is_empty()) {
            let message = "open positions are listed by lot only and were not read".to_owned();
            let next = "tick `Summary` for Open Positions in the Flex query";
            self.batch.note(Severity::Warning, FindingKind::LotsOnly, section.place(), message, next);
        }
    }

    fn read_period(&mut self, row: &Row) -> Result<()> {
        if row.is_summary() {
            self.batch.skip(&row.tag, "it adds up several accounts", row.place());
            return Ok(());
        }
        let (Some(starting_value), Some(ending_value)) = (row.decimal("startingValue")?, row.decimal("endingValue")?)
        else {
            self.batch.skip(&row.tag, "it has no starting or ending value", row.place());
            return Ok(());
        };
        let date = |name: &str| match self.date(row, name)? {
            Some(date) => Ok(date),
            None => self.statement_date(row, name)?.ok_or_else(|| row.missing(name)),
        };
        let period = StatementPeriod {
            from: date("fromDate")?,
            to: date("toDate")?,
            account: self.account.clone(),
            starting_value,
            ending_value,
            external_flows: external_flows(row)?,
            twr_percent: row.decimal("twr")?,
            source: SOURCE,
            generated: self.generated(row),
        };
        if self.batch.statements.contains(&period) {
            self.batch.skip(&row.tag, "the same row stands in the file already", row.place());
        } else {
            self.batch.statements.push(period);
        }
        Ok(())
    }
}

fn position(row: &Row) -> Result<Position> {
    let conid = row
        .text("conid")
        .map(|text| text.parse().map_err(|_| row.error(format!("conid: `{text}` is not a contract number"))));
    Ok(Position {
        symbol: Ticker::new(row.text("symbol").ok_or_else(|| row.missing("symbol"))?),
        conid: conid.transpose()?,
        exchange: row.text("listingExchange").unwrap_or_default().to_owned(),
        currency: row.currency("currency")?.ok_or_else(|| row.missing("currency"))?,
        quantity: row.required_decimal(&["position", "quantity"])?,
        average_cost: row.decimal("costBasisPrice")?,
        market_price: row.decimal("markPrice")?,
        market_value: row.required_decimal(&["positionValue"])?,
        unrealized_pnl: row.decimal("fifoPnlUnrealized")?,
        realized_pnl: None,
    })
}

/// Cash and positions transferred in or out, as far as the row reports any.
fn external_flows(row: &Row) -> Result<Option<Decimal>> {
    let mut sum: Option<Decimal> = None;
    for name in ["depositsWithdrawals", "assetTransfers", "internalCashTransfers", "grantActivity"] {
        if let Some(amount) = row.decimal(name)? {
            let added = sum.unwrap_or_default().checked_add(amount);
            sum = Some(added.ok_or_else(|| row.error(format!("{name}: the amount is beyond all measure")))?);
        }
    }
    Ok(sum)
}

/// Accrued interest and dividends, which a statement reports in the base currency.
fn accruals(row: &Row, base: Currency) -> Result<BTreeMap<Currency, Decimal>> {
    let reported = [row.decimal("dividendAccruals")?, row.decimal("interestAccruals")?];
    let sum: Decimal = reported.into_iter().flatten().sum();
    Ok(if sum.is_zero() { BTreeMap::new() } else { BTreeMap::from([(base, sum)]) })
}
