//! What is said of leverage, of simulations, and of which trades are shown.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Answer, Questions, are, counted, list};
use crate::config::Status;
use crate::format::{Sign, number};
use crate::publication::Published;
use crate::record::{AssetClass, Execution};

impl Questions<'_> {
    pub(super) fn leverage(&self) -> Answer {
        let answer = Answer::new("leverage", "Leverage, short sales, derivatives");
        let dates: BTreeSet<(NaiveDate, bool)> = (self.publication.month_ends.values())
            .filter_map(|end| Some((end.positions_as_of?, end.cash_weight?.get() < 0.0)))
            .collect();
        let borrowed = dates.iter().filter(|(_, is_below)| *is_below).count();
        let leverage = match (dates.len(), borrowed) {
            (0, _) => "Whether money was borrowed cannot be told: cash is not known.".to_owned(),
            (known, 0) => format!(
                "Cash was below zero on none of the {} on which it is shown: no money was borrowed, as far as weights are published.",
                counted(known, "date")
            ),
            (known, borrowed) => format!(
                "Cash was below zero on {borrowed} of the {} on which it is shown: money was borrowed.",
                counted(known, "date")
            ),
        };
        let mut positions =
            self.disclosed.snapshots.iter().filter_map(|snapshot| snapshot.positions.as_ref()).peekable();
        let short = if positions.peek().is_none() {
            "Whether anything was sold short cannot be told: positions are not known."
        } else if positions
            .flatten()
            .any(|position| position.quantity.is_sign_negative() && !position.quantity.is_zero())
        {
            "Positions were held short."
        } else {
            "No position was short at any valuation."
        };
        let derivatives =
            derivatives(self.disclosed.executions.iter().filter(|fill| self.listed.fill(&fill.exec_id)));
        answer.say(leverage).say(short).say(match derivatives.as_slice() {
            [] => "There is no derivative among the trades that are shown.".to_owned(),
            kinds => format!("Among the trades that are shown are {}.", list(kinds, "and")),
        })
    }

    pub(super) fn hypothetical(&self) -> Answer {
        let answer = Answer::new("hypothetical", "Simulated results");
        let own = match self.facts().status {
            Status::Live => "The line of the account holds no simulated day.",
            _ => "The account itself is simulated, and the badge on every page says so.",
        };
        let strategies = &self.publication.strategies;
        let backtest = if strategies.comparison.is_some() {
            "A backtest of the rules has a page of its own with its assumptions; it is labelled as hypothetical, and none of its \
             returns is part of the account's line."
        } else {
            "No backtest is shown beside the account."
        };
        answer.say(own).say(backtest)
    }

    pub(super) fn completeness(&self) -> Answer {
        let facts = self.facts();
        let answer = Answer::new("completeness", "Single trades");
        let shown = match facts.order_count {
            0 => "No order is shown.".to_owned(),
            count if facts.delay_days == 0 && facts.by_day => {
                format!(
                    "All orders of the record are listed, {} of them, losses like gains.",
                    number(count as f64, 0, Sign::Minus)
                )
            }
            count => format!("{} listed, losses like gains.", are(count, "order")),
        };
        let held = (facts.delay_days > 0).then(|| {
            format!("Positions and trades are held back for {}.", counted(facts.delay_days as usize, "day"))
        });
        let small = (!self.disclosure.lists_all())
            .then(|| "Orders that would round to nothing at this precision are left out.".to_owned());
        answer
            .say(shown)
            .say_all(held)
            .say_all(small)
            .say("Where a trade is discussed, the return of the whole account is that of the front page.")
    }
}

/// The kinds of derivatives among fills.
fn derivatives<'a>(fills: impl Iterator<Item = &'a Execution>) -> Vec<&'static str> {
    let kind = |fill: &Execution| match fill.asset_class {
        AssetClass::Option | AssetClass::FutureOption | AssetClass::FuturesStyleOption => Some("options"),
        AssetClass::Future => Some("futures"),
        AssetClass::Warrant => Some("warrants"),
        AssetClass::StructuredProduct => Some("structured products"),
        AssetClass::Cfd => Some("contracts for difference"),
        _ => None,
    };
    fills.filter_map(kind).collect::<BTreeSet<_>>().into_iter().collect()
}
