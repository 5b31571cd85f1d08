//! Rows that no record could hold, found before anything of their file is written.

use chrono::NaiveDate;

use super::Batch;
use crate::error::Result;
use crate::record::possible::{Rows, refuse_impossible};

impl Batch {
    /// Refuses a file with a row that can only be a mistake. `today` is the date after which nothing can have happened yet.
    ///
    /// # Errors
    /// The first such row, by what it is about.
    pub fn possible(self, today: NaiveDate) -> Result<Self> {
        let rows = Rows {
            fills: &self.executions,
            snapshots: &self.snapshots,
            cash: self.flows.iter().chain(&self.income).collect(),
            actions: &self.actions,
            statements: &self.statements,
        };
        refuse_impossible(&rows, today)?;
        Ok(self)
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
