//! What is rounded, in words for the methodology page.

use super::Disclosure;
use crate::config::PrivacyLevel;
use crate::format;

impl Disclosure {
    /// What readers should know of the precision of what they read: a sentence each.
    pub fn in_words(&self) -> Vec<String> {
        let sentences: &[&str] = match self.level() {
            PrivacyLevel::Fine => &FINE,
            PrivacyLevel::Daily => &DAILY,
            PrivacyLevel::Monthly => &MONTHLY,
            PrivacyLevel::Coarse => &COARSE,
        };
        let index = format!("{}%", (self.steps().index * 1000.0).round() / 10.0);
        sentences.iter().map(|sentence| format::with_marks(&sentence.replace("{index}", &index))).collect()
    }
}

const FINE: [&str; 1] = ["Downloads hold ratios with six decimals: enough to recompute every figure."];

const DAILY: [&str; 5] = [
    "No amount of money is published, and what depends on the account's size is rounded, because whole shares, public \
     prices and exact ratios together would give it away.",
    "The daily index is in steps of {index} (of its logarithm). Daily returns, drawdowns, rolling figures and the charts \
     are computed from that index, so each day's return may be off by 0.3 percentage points.",
    "Months and longer periods are computed from exact values and then rounded to 0.1%, figures to two decimals; \
     weights of orders are rounded to 1%; positions and cash are weighed at the ends of quarters and of months with an \
     order, to 10%; results of trades are rounded to 0.1% of what they cost and 0.2% of the account, contributions to \
     0.2%, turnover to 10%, flows to 5%, slippage to whole basis points; commissions and withheld taxes are a band for each year that has ended. The mean \
     price of fills at several prices has four digits.",
    "So a sum or product of n numbers agrees with the published one to n half steps: twelve months with their year to \
     0.6 percentage points, the index with a total return to 0.2% of it.",
    "A volatility or Sharpe ratio recomputed from the daily returns differs a little more: the rounding adds the square \
     of the step over six to the variance.",
];

const MONTHLY: [&str; 5] = [
    "No amount of money is published, and what depends on the account's size is rounded, because whole shares, public \
     prices and exact ratios together would give it away.",
    "No daily value is published. The record is shown up to the end of its last full month, charts and the list of \
     drawdowns are made of month-ends, at which the index is in steps of {index} of what it began with.",
    "Months and years are computed from exact daily values and then rounded to 0.1%, figures in per cent to 0.5%, ratios to \
     one decimal. The return of the whole record is that of the index; the year and the quarter that go on are what their published months make. \
     Weights are rounded to 5%, results of trades and contributions to 1%, turnover to 10%, slippage to whole basis \
     points. Flows have no size, and commissions are not published. The mean price of fills at several prices has four digits.",
    "Orders of less than 2.5% of the account would round to nothing. They are left out, with the round trips that they opened \
     or closed, and no count includes them.",
    "So a sum or product of n numbers agrees with the published one to n half steps: twelve months with their year to \
     0.6 percentage points.",
];

const COARSE: [&str; 5] = [
    MONTHLY[0],
    MONTHLY[1],
    "Months and years are computed from exact daily values and then rounded to 0.5%, figures to whole numbers. The return \
     of the whole record is that of the index; the year and the quarter that go on are what their published months make. \
     Weights are rounded to 10%, results of trades and contributions to 2%, turnover to 25%, slippage to whole basis \
     points. Flows have no size, and commissions are not published. The mean price of fills at several prices has four digits.",
    "Orders of less than 5% of the account would round to nothing. They are left out, with the round trips that they opened \
     or closed, and no count includes them.",
    "So a sum or product of n numbers agrees with the published one to n half steps: twelve months with their year to \
     3 percentage points.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_of_the_index_is_the_one_that_it_is_rounded_to() {
        for level in [PrivacyLevel::Daily, PrivacyLevel::Monthly, PrivacyLevel::Coarse] {
            let disclosure = Disclosure::at(level);
            let words = disclosure.in_words().join(" ");
            let (_, step) = words.split_once("index is in steps of ").unwrap();
            let (step, _) = step.split_once('%').unwrap();
            assert!((step.parse::<f64>().unwrap() - disclosure.steps().index * 100.0).abs() < 1e-9, "{level:?}");
        }
    }
}
