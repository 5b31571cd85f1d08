//! An answer as sentences.

use super::{Answer, OfLevel, Tried};
use crate::config::PrivacyLevel;
use crate::format::{Sign, number};

impl Answer {
    /// What a reader could work out, and which level would do better.
    pub fn in_words(&self) -> String {
        let Some(now) = self.now() else { return "nothing is published at this level yet".into() };
        let level = name(self.level);
        let found = match self.tried {
            Tried::Replay => format!(
                "at precision = \"{level}\" a reader who knows your rule could name a range of a factor {}; {} of the start \
                 values from half to twice fit",
                factor(now),
                share(now)
            ),
            Tried::WholeShares => format!(
                "the rule decides {} of {} orders to the share, so that the account cannot be replayed from it; at precision = \
                 \"{level}\" whole shares alone leave a range of a factor {}, and {} of the start values from half to twice fit{}",
                self.explained,
                self.orders,
                factor(now),
                share(now),
                if self.level == PrivacyLevel::Fine {
                    ", but daily values as fine as these give the size away"
                } else {
                    ""
                }
            ),
        };
        format!("{found}; {}", self.advice(now))
    }

    fn advice(&self, now: &OfLevel) -> String {
        let is_given_away = now.found || (self.tried == Tried::WholeShares && self.level == PrivacyLevel::Fine);
        match self.better.and_then(|better| self.levels.iter().find(|of| of.level == better)) {
            Some(better) => format!(
                "\"{}\" would leave a factor {} and {} of them",
                name(better.level),
                factor(better),
                share(better)
            ),
            None if is_given_away && self.level != PrivacyLevel::Fine => {
                "no coarser level hides the size of this account".into()
            }
            None if is_given_away => "no level hides the size of this account".into(),
            None => "that does not count as found".into(),
        }
    }
}

/// A level as it is written in the configuration.
pub fn name(level: PrivacyLevel) -> &'static str {
    match level {
        PrivacyLevel::Fine => "fine",
        PrivacyLevel::Daily => "daily",
        PrivacyLevel::Monthly => "monthly",
        PrivacyLevel::Coarse => "coarse",
    }
}

/// Rounded up, so that nothing sounds more certain to a reader than it is to him.
fn factor(of: &OfLevel) -> String {
    if of.factor < 1.01 { "below 1.01".into() } else { number(of.factor, 2, Sign::Minus) }
}

fn share(of: &OfLevel) -> String {
    match of.share * 100.0 {
        share if share < 0.1 => "less than 0.1 %".into(),
        share if share < 10.0 => format!("{share:.1} %"),
        share => format!("{share:.0} %"),
    }
}
