//! A record cut at a date: as it was known at its end, or from it on.
//!
//! Every list of a [`Record`] is named here, so that a new one cannot be forgotten: the compiler asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::annotation::DAYS_TO_WAIT;
use super::corrections::in_force;
use super::{
    Annotation, CashFlow, CorporateAction, Currency, Document, ExecId, Execution, Plan, PriceSeries, PriceSymbol,
    Record, Signal, Snapshot,
};
use crate::calendar::{YearMonth, latest_date};

impl Record {
    /// The record as it was known at the end of a date.
    ///
    /// Whatever happened or was written later is gone. A fill that was corrected or cancelled later counts as it did
    /// then. An outcome that does not say when it was written may be younger, and is gone too. Findings are about files
    /// and have no date: there are none.
    #[must_use]
    pub fn until(&self, last: NaiveDate) -> Self {
        let Self {
            exchange,
            executions: _,
            superseded: _,
            snapshots,
            actions,
            flows,
            income,
            statements,
            prices,
            annotations,
            commentary,
            pages,
            signals,
            plans,
            findings: _,
            restatements,
            contradictions: _,
            private,
        } = self;
        let known = |time: DateTime<Utc>| latest_date(time, exchange.zone()) <= last;
        let (executions, superseded) = self.fills_by(last);
        let made = |plan: &&Plan| plan.as_of <= last && plan.made_at.is_none_or(known);
        let saved = |signal: &&Signal| signal.as_of <= last && signal.made_on.is_none_or(|date| date <= last);
        let bars = |(symbol, series): (&PriceSymbol, &PriceSeries)| Some((symbol.clone(), series.until(last)?));
        let months = commentary.iter().filter(|(month, _)| month.first_day() <= last);
        Self {
            exchange: *exchange,
            executions,
            superseded,
            snapshots: snapshots.iter().filter(|snapshot| snapshot.own_date() <= last).cloned().collect(),
            actions: actions.iter().filter(|action| action.date <= last || is_public(action)).cloned().collect(),
            flows: cash_until(flows, last),
            income: cash_until(income, last),
            statements: statements.iter().filter(|period| period.to <= last).cloned().collect(),
            prices: prices.iter().filter_map(bars).collect(),
            annotations: notes_until(annotations, known),
            commentary: months.map(|(month, document)| (*month, document.clone())).collect(),
            pages: pages.clone(),
            signals: signals.iter().filter(saved).cloned().collect(),
            plans: plans.iter().filter(made).cloned().collect(),
            findings: Vec::new(),
            restatements: restatements.iter().filter(|restated| restated.date <= last).cloned().collect(),
            contradictions: Vec::new(),
            private: Arc::clone(private),
        }
    }

    /// The fills as [`Record::until`] has them.
    #[must_use]
    pub fn fills_until(&self, last: NaiveDate) -> Vec<Execution> {
        self.fills_by(last).0
    }

    /// What was in force by the end of a date, and what had been superseded.
    fn fills_by(&self, last: NaiveDate) -> (Vec<Execution>, Vec<Execution>) {
        let known = |fill: &&Execution| latest_date(fill.time, self.exchange.zone()) <= last;
        in_force(self.executions.iter().chain(&self.superseded).filter(known).cloned().collect())
    }

    /// One of the notes as [`Record::until`] has it.
    pub fn annotation_until(&self, note: &Annotation, last: NaiveDate) -> Option<Annotation> {
        note_until(note, |time| latest_date(time, self.exchange.zone()) <= last)
    }

    /// The record from a date on.
    ///
    /// Prices stay, because rules and the benchmark look back beyond the record. So does a note of the days before, which
    /// may be about an order of the first ones; one that names its order stays with that order.
    #[must_use]
    pub fn since(self, first: NaiveDate) -> Self {
        let texts = TextsSince::of(&self, first);
        let Self {
            exchange,
            mut executions,
            mut superseded,
            mut snapshots,
            mut actions,
            mut flows,
            mut income,
            mut statements,
            prices,
            mut annotations,
            mut commentary,
            pages,
            mut signals,
            mut plans,
            findings,
            mut restatements,
            contradictions,
            private,
        } = self;
        let counts = |fill: &Execution| latest_date(fill.time, exchange.zone()) >= first;
        texts.cut(&mut annotations, &mut commentary);
        executions.retain(counts);
        superseded.retain(counts);
        snapshots.retain(|snapshot| snapshot.own_date() >= first);
        actions.retain(|action: &CorporateAction| action.date >= first || is_public(action));
        flows.retain(|flow| flow.date >= first);
        income.retain(|flow| flow.date >= first);
        statements.retain(|period| period.from >= first);
        signals.retain(|signal| signal.as_of >= first);
        plans.retain(|plan| plan.as_of >= first);
        restatements.retain(|restated| restated.date >= first);
        Self {
            exchange,
            executions,
            superseded,
            snapshots,
            actions,
            flows,
            income,
            statements,
            prices,
            annotations,
            commentary,
            pages,
            signals,
            plans,
            findings,
            restatements,
            contradictions,
            private,
        }
    }

    /// The net values and the money across the border, with the prices of a benchmark and exchange rates: all that returns
    /// are computed from; and what the author wrote about them. Nothing else in it says what was held or traded.
    #[must_use]
    pub fn net_values(&self, benchmark: &str) -> Self {
        let Self {
            exchange,
            executions: _,
            superseded: _,
            snapshots,
            actions: _,
            flows,
            income: _,
            statements: _,
            prices,
            annotations: _,
            commentary,
            pages,
            signals: _,
            plans: _,
            findings: _,
            restatements: _,
            contradictions: _,
            private: _,
        } = self;
        let benchmark = PriceSymbol::new(benchmark);
        let currency = prices.get(&benchmark).map(|series| series.currency);
        // Its closes are converted into the account's currency, by whichever stored pairs lead there.
        let used = |symbol: &PriceSymbol| *symbol == benchmark || symbol.as_str().ends_with("=X");
        let series = prices.iter().filter(|(symbol, _)| currency.is_some() && used(symbol));
        Self {
            exchange: *exchange,
            snapshots: snapshots.iter().map(|snapshot| net_value(snapshot, currency)).collect(),
            flows: flows.clone(),
            prices: series.map(|(symbol, series)| (symbol.clone(), series.clone())).collect(),
            commentary: commentary.clone(),
            pages: pages.clone(),
            ..Self::default()
        }
    }
}

/// Which of the author's texts belong to a record that starts at a date.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TextsSince {
    /// The time zone of the exchange.
    zone: Tz,
    first: NaiveDate,
    /// The names of the fills of the record.
    left: BTreeSet<String>,
    /// The names of the fills before it.
    gone: BTreeSet<String>,
}

impl TextsSince {
    /// By the fills of the whole record.
    pub(super) fn of(record: &Record, first: NaiveDate) -> Self {
        let Record { exchange, executions, superseded, .. } = record;
        let counts = |fill: &&Execution| latest_date(fill.time, exchange.zone()) >= first;
        let (left, gone): (Vec<_>, Vec<_>) = executions.iter().chain(superseded).partition(counts);
        Self { zone: exchange.zone(), first, left: names_of(&left), gone: names_of(&gone) }
    }

    /// Takes the others out.
    pub(super) fn cut(&self, annotations: &mut Vec<Annotation>, commentary: &mut BTreeMap<YearMonth, Document>) {
        annotations.retain(|note| self.has(note));
        commentary.retain(|month, _| month.last_day() >= self.first);
    }

    fn has(&self, note: &Annotation) -> bool {
        let names = names_in(note);
        if names.is_empty() {
            let written = latest_date(note.created_at, self.zone);
            return (self.first - written).num_days() <= DAYS_TO_WAIT;
        }
        names.iter().any(|name| self.left.contains(*name)) || !names.iter().any(|name| self.gone.contains(*name))
    }
}

/// Everything by which a note can name these fills.
fn names_of(fills: &[&Execution]) -> BTreeSet<String> {
    let names = |fill: &Execution| {
        let numbers = [fill.perm_id.as_deref(), fill.order_id.as_deref()].into_iter().flatten();
        let given = numbers.chain([fill.exec_id.fill()]).map(str::to_owned);
        given.chain(fill.names_by_number()).collect::<Vec<_>>()
    };
    fills.iter().flat_map(|fill| names(fill)).collect()
}

/// The names by which a note says what it is about: fills, else an order.
fn names_in(note: &Annotation) -> Vec<&str> {
    match note.exec_ids.as_slice() {
        [] => note.order.as_deref().map(str::trim).into_iter().collect(),
        fills => fills.iter().map(ExecId::fill).collect(),
    }
}

/// Whether it is of an instrument and not of the account: stored prices are adjusted for it whatever is known otherwise.
fn is_public(action: &CorporateAction) -> bool {
    action.account.is_none()
}

fn cash_until(rows: &[CashFlow], last: NaiveDate) -> Vec<CashFlow> {
    rows.iter().filter(|row| row.date <= last).cloned().collect()
}

fn notes_until(notes: &[Annotation], known: impl Fn(DateTime<Utc>) -> bool + Copy) -> Vec<Annotation> {
    notes.iter().filter_map(|note| note_until(note, known)).collect()
}

/// A note without what was added to it later; none where it was written later itself.
fn note_until(note: &Annotation, known: impl Fn(DateTime<Utc>) -> bool) -> Option<Annotation> {
    known(note.created_at).then(|| {
        let post_trade = note.post_trade.as_ref().filter(|post| post.completed_at.is_some_and(&known));
        Annotation { post_trade: post_trade.cloned(), ..note.clone() }
    })
}

/// A snapshot without anything that makes up its net value, and with the rate of one currency.
fn net_value(snapshot: &Snapshot, currency: Option<Currency>) -> Snapshot {
    let Snapshot {
        schema,
        date,
        dated,
        as_of,
        generated,
        account,
        base_currency,
        net_liquidation,
        cash: _,
        fx,
        accruals: _,
        positions: _,
        doubts: _,
        source,
    } = snapshot;
    Snapshot {
        schema: *schema,
        date: *date,
        dated: *dated,
        as_of: *as_of,
        generated: *generated,
        account: account.clone(),
        base_currency: *base_currency,
        net_liquidation: *net_liquidation,
        cash: Default::default(),
        fx: fx.iter().filter(|(code, _)| Some(**code) == currency).map(|(code, rate)| (*code, *rate)).collect(),
        accruals: Default::default(),
        positions: None,
        doubts: Vec::new(),
        source: source.clone(),
    }
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
