//! Rows that no record could hold, found before anything of their file is written.

use chrono::NaiveDate;

use super::Batch;
use crate::error::{Error, Result};
use crate::record::possible::{wrong_action, wrong_date, wrong_fill, wrong_flow, wrong_snapshot};

impl Batch {
    /// Refuses a file with a row that can only be a mistake. `today` is the date after which nothing can have happened yet.
    ///
    /// # Errors
    /// The first such row, by what it is about.
    pub fn possible(self, today: NaiveDate) -> Result<Self> {
        let dated = |date| wrong_date(date, today).map(|(_, message)| message);
        let said = |message: &'static str| message.to_owned();
        let fills = self.executions.iter().filter_map(|fill| {
            let wrong = wrong_fill(fill).map(said).or_else(|| dated(fill.utc_date()))?;
            Some((format!("the fill of {} {} on {}", fill.quantity.normalize(), fill.symbol, fill.utc_date()), wrong))
        });
        let values = self.snapshots.iter().filter_map(|snapshot| {
            let wrong = wrong_snapshot(snapshot).map(said).or_else(|| dated(snapshot.own_date()))?;
            Some((format!("the net value of {}", snapshot.own_date()), wrong))
        });
        let cash = self.flows.iter().chain(&self.income).filter_map(|flow| {
            let wrong = wrong_flow(flow).map(said).or_else(|| dated(flow.date))?;
            Some((
                format!("the {} of {} {} on {}", flow.kind, flow.amount.normalize(), flow.currency, flow.date),
                wrong,
            ))
        });
        let actions = self.actions.iter().filter_map(|action| {
            let wrong = wrong_action(action).map(said).or_else(|| dated(action.date))?;
            Some((format!("the {} of {} on {}", action.kind, action.symbol, action.date), wrong))
        });
        match fills.chain(values).chain(cash).chain(actions).next() {
            None => Ok(self),
            Some((what, wrong)) => Err(Error::data(format!("{what}: {wrong}"))
                .hint("correct the file, or this computer's clock, and import again; nothing was imported")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Execution;
    use crate::record::testing::fill;

    fn refused(fill: Execution) -> Option<String> {
        let batch = Batch { executions: vec![fill], ..Batch::default() };
        batch.possible("2026-02-01".parse().unwrap()).err().map(|error| error.message().to_owned())
    }

    #[test]
    fn a_row_that_no_record_could_hold_refuses_its_file() {
        let at = |time: &str| Execution { time: time.parse().unwrap(), ..fill("a") };
        assert_eq!(refused(at("2026-02-01T15:00:00Z")), None);
        assert!(refused(at("2026-02-02T15:00:00Z")).unwrap().contains("has not come yet"));
        assert!(refused(at("1015-02-02T15:00:00Z")).unwrap().contains("dated 1015-02-02, before"));
        let large = Execution { quantity: 10_u64.pow(15).into(), ..fill("a") };
        assert!(refused(large).unwrap().contains("larger than any account"));
        assert!(refused(Execution { price: (-5).into(), ..fill("a") }).unwrap().contains("price is below zero"));
    }
}
