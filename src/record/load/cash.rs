//! Movements of cash, and what the broker says about whole periods.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::by_hand::without_entered_twice;
use super::cash_names::under_one_name;
use super::spans::without_what_is_known;
use super::sums::without_sums;
use super::{Files, Reader};
use crate::error::Place;
use crate::record::files::{Placed, read_rows};
use crate::record::possible;
use crate::record::restatement::{Discovered, Table};
use crate::record::versions::together;
use crate::record::{
    AccountId, CashFlow, Finding, FindingKind, FlowKind, Settings, Severity, StatementPeriod, Subject,
};

impl Reader<'_> {
    /// Money across the account's border, and inside it. A later statement may say of money that it is of the other kind.
    pub(super) fn cash(
        &mut self,
        account: Option<&AccountId>,
        settings: &dyn Settings,
    ) -> (Vec<CashFlow>, Vec<CashFlow>) {
        let mut by_id: BTreeMap<String, Vec<Placed<CashFlow>>> = BTreeMap::new();
        for (path, external) in [(self.site.flows(), true), (self.site.income(), false)] {
            let mut rows = self.take(Files::from_results(vec![read_rows(&path, self.site)]));
            self.private.cash(rows.iter().map(|(_, flow)| flow));
            rows.retain(|(_, flow): &Placed<CashFlow>| (self.counts)(&flow.source, flow.generated));
            for (place, flow) in rows {
                if self.is_of_record(&place, &flow, external, account) {
                    by_id.entry(flow.id.clone()).or_default().push((place, flow));
                }
            }
        }
        let mut found = Discovered::default();
        let mut flows = Vec::new();
        for (id, mut rows) in under_one_name(by_id) {
            // Of several names of a movement this is the one that a decision is kept under.
            rows.retain(|(_, row)| row.id == id || self.decisions.allow(Table::Cash, &id, row));
            let Some(mut read) = together(rows) else { continue };
            let date = read.row.date;
            found.add((Table::Cash, &id, date), &Subject::Date(date), &read);
            read.row.id = id;
            if self.has_rate(&read.place, &read.row) {
                flows.push(read.row);
            }
        }
        self.discover(found);
        self.findings.extend(assign(&mut flows, settings));
        flows.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
        let flows = without_sums(without_what_is_known(flows), &mut self.findings);
        let (external, inside) = flows.into_iter().partition(|flow| flow.kind.is_external());
        (without_entered_twice(external, &self.valued, &mut self.findings), inside)
    }

    fn is_of_record(&mut self, place: &Place, flow: &CashFlow, external: bool, account: Option<&AccountId>) -> bool {
        if account.is_some_and(|account| flow.account != *account) || !self.is_dated_possibly(place, flow.date) {
            return false;
        }
        if flow.kind.is_external() != external {
            let message = "money across the account's border belongs in data/flows.csv, the rest in data/income.csv";
            self.error(FindingKind::Misplaced, place.clone(), message, "move the row");
            return false;
        }
        self.is_possible(place, possible::cash(flow)) && self.decisions.allow(Table::Cash, &flow.id, flow)
    }

    fn has_rate(&mut self, place: &Place, flow: &CashFlow) -> bool {
        let has_rate = flow.in_base(self.base_currency).is_some();
        // A record in another currency is named once, with the one thing to do.
        if !has_rate && !self.foreign.contains(&flow.currency) {
            let message = format!("the flow in {} has no rate to the base currency", flow.currency);
            let next = "fill in `fx_to_base` from the broker's statement";
            self.error(FindingKind::NoRate, place.clone(), message, next);
        }
        has_rate
    }

    pub(super) fn statements(&mut self, account: Option<&AccountId>) -> Vec<StatementPeriod> {
        let rows = read_rows::<StatementPeriod>(&self.site.statements(), self.site);
        let mut by_period: BTreeMap<(NaiveDate, NaiveDate, AccountId), Vec<Placed<StatementPeriod>>> =
            BTreeMap::new();
        let rows = self.take(Files::from_results(vec![rows]));
        self.private.statements(rows.iter().map(|(_, row)| row));
        for (place, row) in rows {
            let key = format!("{} to {}", row.from, row.to);
            let is_ours = account.is_none_or(|account| row.account == *account);
            let is_fine = is_ours
                && self.is_possible(&place, possible::statement(&row))
                && self.is_dated_possibly(&place, row.from);
            if is_fine && self.decisions.allow(Table::Statement, &key, &row) {
                by_period.entry((row.from, row.to, row.account.clone())).or_default().push((place, row));
            }
        }
        let mut found = Discovered::default();
        let mut periods = Vec::new();
        for ((from, to, _), rows) in by_period {
            let Some(read) = together(rows) else { continue };
            let subject = Subject::Period { from, to };
            found.add((Table::Statement, &format!("{from} to {to}"), to), &subject, &read);
            periods.push(read.row);
        }
        self.discover(found);
        periods
    }
}

/// Gives cash of unknown types the kind that is configured for it, and names the types without one.
fn assign(flows: &mut [CashFlow], settings: &dyn Settings) -> Vec<Finding> {
    let mut unassigned: BTreeMap<String, usize> = BTreeMap::new();
    for flow in flows.iter_mut().filter(|flow| flow.kind == FlowKind::Unassigned) {
        let name = flow.label.clone().unwrap_or_default();
        match settings.cash_kind(&name) {
            Some(kind) => flow.kind = kind.by_sign(flow.amount),
            None => *unassigned.entry(name).or_default() += 1,
        }
    }
    unassigned.iter().map(|(name, count)| unknown_cash_type(name, *count, Severity::Error)).collect()
}

/// Cash of an unknown type could be a deposit as well as profit, so its owner says which.
pub fn unknown_cash_type(name: &str, count: usize, severity: Severity) -> Finding {
    let rows = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    let message = format!(
        "{rows} of cash of the type `{name}`, which is not known: nothing says whether it is profit or was paid in"
    );
    let next = format!(
        "write into config/config.toml what it is: [flex.cash] \"{name}\" = \"deposit\", \"transfer\", \"dividend\", \"tax\", \
         \"interest\", \"fee\" or \"other\""
    );
    Finding::new(severity, FindingKind::CashType, message, next)
}
