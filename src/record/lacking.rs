//! What a broker's query leaves out, in the same words wherever it is noticed.

use super::{CashFlow, Execution, Finding, FindingKind, Severity, Snapshot, Source};

/// The rows in which it is looked for: those of a file, or of the whole record.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Fills.
    pub fills: &'a [Execution],
    /// Values of the account.
    pub snapshots: &'a [Snapshot],
    /// Money across the account's border.
    pub flows: &'a [CashFlow],
    /// Money inside it.
    pub income: &'a [CashFlow],
}

/// Something that a Flex query leaves out and that figures need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// No net asset value.
    NetValue,
    /// Cash as sums alone.
    CashDetail,
    /// Cash without a number of its own.
    CashIds,
    /// Positions of few days, as how many of how many.
    Positions {
        /// Days with positions.
        known: usize,
        /// Days with a value.
        days: usize,
    },
    /// The whole account beside its models.
    WholeAccount,
}

/// What is noted in a snapshot whose value is a sum of parts that the statement lists.
pub const SEVERAL_MODELS: &str = "the values of several models are added up";

/// Fewer days than these say nothing of the query.
const FEW_DAYS: usize = 3;

impl Lacking {
    /// What these rows lack.
    pub fn of(rows: Rows) -> Vec<Self> {
        let is_flex = |source: &Source| *source == Source::Flex;
        let cash = || rows.flows.iter().chain(rows.income).filter(|flow| is_flex(&flow.source));
        let any_flex = rows.fills.iter().any(|fill| is_flex(&fill.source)) || cash().next().is_some();
        let valued = || rows.snapshots.iter().filter(|snapshot| is_flex(&snapshot.source));
        let (known, days) = (valued().filter(|day| day.positions.is_some()).count(), valued().count());
        let found = [
            (any_flex && rows.snapshots.is_empty(), Self::NetValue),
            (cash().any(CashFlow::is_sum), Self::CashDetail),
            (cash().any(|flow| !flow.is_sum() && !flow.is_numbered()), Self::CashIds),
            (days >= FEW_DAYS && known * 2 < days, Self::Positions { known, days }),
            (valued().any(|day| day.doubts.iter().any(|doubt| doubt == SEVERAL_MODELS)), Self::WholeAccount),
        ];
        found.into_iter().filter(|(lacks, _)| *lacks).map(|(_, lacking)| lacking).collect()
    }

    /// What is missing, and what follows from it.
    pub fn sentence(self) -> String {
        match self {
            Self::NetValue => "the statements hold no net asset value, and without it there is no return".to_owned(),
            Self::CashDetail => {
                "movements of cash are stated as sums alone; each sum is taken for one movement".to_owned()
            }
            Self::CashIds => {
                "movements of cash carry no number; one that the broker corrects is known by its day, kind and currency alone".to_owned()
            }
            Self::Positions { known, days } => format!(
                "the statements say what was held on {known} of {days} days; between them it follows from fills alone"
            ),
            Self::WholeAccount => {
                "the statements list several models and not the whole account; their values and positions are added up"
                    .to_owned()
            }
        }
    }

    /// The box to tick in the query.
    pub fn next_step(self) -> &'static str {
        match self {
            Self::NetValue => {
                "in the Flex query tick the section `Net Asset Value (NAV) in Base`, then import the same period again"
            }
            Self::CashDetail => {
                "in the Flex query tick `Detail` for Cash Transactions; the single rows then replace the sums"
            }
            Self::CashIds => "in the Flex query tick `Transaction ID` for Cash Transactions and Transfers",
            Self::WholeAccount => {
                "compare the value of a day with the broker's: a model that the query leaves out is not part of the sum; in \
                 the Flex query take out `Model` to have the account as a whole"
            }
            Self::Positions { .. } => {
                "in the Flex query tick Open Positions with `Summary`, and set `Breakout by Day` to Yes"
            }
        }
    }

    /// The same as a finding.
    pub fn finding(self) -> Finding {
        let (severity, kind) = match self {
            Self::NetValue => (Severity::Warning, FindingKind::Lacking),
            Self::CashDetail => (Severity::Warning, FindingKind::CashSummaryOnly),
            Self::CashIds => (Severity::Warning, FindingKind::Lacking),
            Self::Positions { .. } | Self::WholeAccount => (Severity::Note, FindingKind::Lacking),
        };
        Finding::new(severity, kind, self.sentence(), self.next_step())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::testing::fill;

    #[test]
    fn fills_without_a_value_of_the_account_lack_it() {
        let flex = [Execution { source: Source::Flex, ..fill("0000000a.0000000b.01.01") }];
        let rows = Rows { fills: &flex, snapshots: &[], flows: &[], income: &[] };
        assert_eq!(Lacking::of(rows), [Lacking::NetValue]);
        // Other brokers' files know no query.
        let csv = [Execution { source: Source::Csv, ..fill("x") }];
        assert_eq!(Lacking::of(Rows { fills: &csv, ..rows }), []);
    }
}
