//! What chance alone could have made of the record, in words and as it is drawn.

use serde::{Deserialize, Serialize};

use super::disclosure::{Disclosure, PublicFigure};
use super::sentence::{Sentence, Span};
use super::view::Publication;
use crate::analysis::stats::Stats;
use crate::format::{self, Sign, number, percent};

/// Bars that the falls of shuffled records are sorted into, at most about so many.
const BARS: f64 = 24.0;

/// How many of the shuffled records fell how deep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShuffledFalls {
    /// The width of a bar, in whole or half percentage points.
    #[serde(deserialize_with = "super::kept::number")]
    pub step: f64,
    /// The number of steps from zero at which the first bar begins, going down.
    pub first: u32,
    /// The share of the shuffles whose deepest fall is in each bar, the shallowest first.
    pub shares: Vec<PublicFigure>,
}

/// The falls of shuffled records in bars; `None` where nothing was shuffled.
pub fn shuffled_falls(stats: &Stats, disclosure: &Disclosure) -> Option<ShuffledFalls> {
    let falls = &stats.significance.shuffled;
    let (deepest, shallowest) = (falls.first()?.abs() * 100.0, falls.last()?.abs() * 100.0);
    let fits = |step: &f64| (deepest - shallowest) / step <= BARS;
    let step = [0.5, 1.0, 2.0, 5.0].into_iter().find(fits).unwrap_or(10.0);
    let bar_of = |fall: f64| (fall / step).floor() as u32;
    let first = bar_of(shallowest);
    let mut counts = vec![0usize; (bar_of(deepest) - first) as usize + 1];
    for fall in falls {
        if let Some(count) = counts.get_mut((bar_of(fall.abs() * 100.0) - first) as usize) {
            *count += 1;
        }
    }
    let share = |count: usize| disclosure.share_of_draws(count as f64 / falls.len() as f64);
    Some(ShuffledFalls { step, first, shares: counts.into_iter().map(share).collect() })
}

/// The page's finding in a sentence, and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LuckInWords {
    /// How sure the Sharpe ratio is.
    pub sentence: Vec<Span>,
    /// How long a record it takes, and how probable it is.
    pub length: Vec<String>,
    /// What the yearly return could have been.
    pub annual: Vec<String>,
    /// How deep a fall the order of returns alone makes.
    pub falls: Vec<String>,
}

/// In figures that stand elsewhere on the site.
pub fn in_words(publication: &Publication) -> LuckInWords {
    let words = Words { publication };
    LuckInWords { sentence: words.sentence(), length: words.length(), annual: words.annual(), falls: words.falls() }
}

struct Words<'a> {
    publication: &'a Publication,
}

impl Words<'_> {
    fn written(&self, id: &str) -> Option<String> {
        self.publication.figure(id)?.written(self.publication.facts.digits)
    }

    /// A chance in a sentence: of a hundredth of a hundredth nobody is sure.
    fn chance(&self, id: &str) -> Option<String> {
        self.publication.value(id).map(format::chance)
    }

    /// A return in a sentence.
    fn rate(&self, id: &str) -> Option<String> {
        let digits = self.publication.facts.digits.figures.min(1);
        self.publication.value(id).map(|value| percent(value, digits, Sign::Minus))
    }

    fn why_not(&self, id: &str) -> String {
        let figure = self.publication.figure(id);
        figure.and_then(|figure| figure.undefined_because.clone()).unwrap_or_else(|| "it is not known".to_owned())
    }

    fn sentence(&self) -> Vec<Span> {
        let mut sentence = Sentence::default();
        let (low, high) = ("significance.sharpe_low", "significance.sharpe_high");
        let known = self.written("risk.sharpe").zip(self.written(low).zip(self.written(high)));
        let Some((ratio, (from, to))) = known else {
            sentence.plain(format!("Whether it is luck cannot be said yet: {}.", self.why_not(low)));
            return sentence.into_spans();
        };
        let value = |id| self.publication.value(id).unwrap_or_default();
        let rest = match (value(low) > 0.0, value(high) < 0.0) {
            (true, _) => ", above zero in all of these.",
            (_, true) => ", below zero in all of these.",
            _ => ". Zero lies between them, so luck cannot be ruled out.",
        };
        sentence
            .plain("The account’s Sharpe ratio is ")
            .figure(ratio)
            .plain(". In nine of ten records resampled from its returns it is between ")
            .figure(from)
            .plain(" and ")
            .figure(to)
            .plain(rest);
        sentence.into_spans()
    }

    fn length(&self) -> Vec<String> {
        let facts = &self.publication.facts;
        let id = "significance.probabilistic_sharpe";
        let Some(chance) = self.chance(id) else { return Vec::new() };
        let mut lines = vec![format!(
            "The chance that the true Sharpe ratio is above zero is {chance}, given how the returns are spread (probabilistic Sharpe \
             ratio)."
        )];
        let id = "significance.minimum_track_record_days";
        lines.push(match self.publication.value(id) {
            None => format!("No record, however long, would prove a ratio above zero: {}.", self.why_not(id)),
            Some(least) => {
                let years = number(least / facts.periods, 1, Sign::Minus);
                let has = number(facts.observations as f64, 0, Sign::Minus);
                let verdict = if facts.observations as f64 >= least { "long enough" } else { "not long enough yet" };
                format!(
                    "With returns like these it takes about {years} years to be 95% sure of that, {} returns; the record has {has}: \
                     {verdict}.",
                    number(least.ceil(), 0, Sign::Minus)
                )
            }
        });
        lines.push(match self.chance("significance.deflated_sharpe") {
            Some(taken) if self.chance("significance.probabilistic_sharpe").as_ref() == Some(&taken) => {
                "For as many variants as are stated to have been tried, nothing has to be taken off that chance (deflated Sharpe ratio).".to_owned()
            }
            Some(chance) => format!(
                "Among as many variants as were tried, the best would look good by chance; beside that, the chance is {chance} \
                 (deflated Sharpe ratio)."
            ),
            None => "It is not stated how many variants of the strategy were tried before this one; each further one makes luck likelier."
                .to_owned(),
        });
        lines
    }

    fn annual(&self) -> Vec<String> {
        let (low, high) = ("significance.annual_low", "significance.annual_high");
        let known = self.rate("returns.annualized").zip(self.rate(low).zip(self.rate(high)));
        vec![match known {
            Some((rate, (low, high))) => format!(
                "The account has returned {rate} a year. In nine of ten resampled records it came to between {low} and \
                 {high}."
            ),
            None => format!("No interval of the annual return can be given yet: {}.", self.why_not(low)),
        }]
    }

    fn falls(&self) -> Vec<String> {
        let (median, low) = ("significance.shuffled_drawdown", "significance.shuffled_drawdown_low");
        let known = self.rate(median).zip(self.rate(low)).zip(self.rate("drawdown.max"));
        let Some(((median, low), own)) = known else {
            return vec![format!(
                "How deep a fall chance alone would give cannot be said yet: {}.",
                self.why_not(median)
            )];
        };
        let by_day = self.publication.facts.by_day;
        let share = self.publication.value("significance.deeper_shuffles");
        let share = share.map(|share| percent(share, 0, Sign::Minus));
        let deeper = match share {
            Some(share) if by_day => format!("The account’s own was {own}; {share} of the shuffles fell deeper."),
            Some(share) => format!(
                "{share} of the shuffles fell deeper than the account did, measured in the same way: at every valuation, and not at \
                 month-ends alone, as elsewhere on this site."
            ),
            None if by_day => format!("The account’s own was {own}."),
            None => String::new(),
        };
        let shuffles = number(1000.0, 0, Sign::Minus);
        vec![
            format!(
                "In half of {shuffles} shuffles of the same returns the deepest fall was deeper than {median}, in one of twenty deeper than \
                 {low}. {deeper}"
            ),
            "A shuffle keeps every return and changes only their order, so that all of them end where the account did. Falls that \
             are deeper than almost all shuffles come from losses that follow each other."
                .to_owned(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PrivacyLevel;
    use crate::publication::Published;
    use crate::publication::sentence;
    use crate::publication::testing;

    #[test]
    fn the_demo_says_how_sure_it_is() {
        let publication = testing::publication();
        let words = in_words(&publication);
        let all = sentence::in_words(&words.sentence);
        assert!(all.starts_with("The account’s Sharpe ratio is 0.") && all.contains("records resampled"), "{all}");
        assert!(
            words.length[1].contains("95% sure") && words.length[1].contains("the record has 1,992"),
            "{words:?}"
        );
        assert!(words.length[2].contains("nothing has to be taken off"), "{words:?}");
        assert!(words.annual[0].contains("a year. In nine of ten"), "{words:?}");
        assert!(words.falls[0].contains("−33.5") && words.falls[0].contains("1,000 shuffles"), "{words:?}");
    }

    #[test]
    fn what_variants_take_off_is_said_or_that_they_are_not_stated() {
        let mut publication = testing::publication();
        let mut said = |value: Option<f64>| {
            let mut figures = publication.figures.iter_mut().flat_map(|group| &mut group.figures);
            figures.find(|figure| figure.id == "significance.deflated_sharpe").unwrap().value =
                value.map(|share| Disclosure::at(PrivacyLevel::Fine).share_of_draws(share));
            in_words(&publication).length[2].clone()
        };
        assert!(said(None).contains("It is not stated how many variants"));
        assert!(said(Some(0.5)).contains("beside that, the chance is 50%"));
    }

    #[test]
    fn the_bars_hold_every_shuffle_in_rounded_shares() {
        let demo = testing::publication();
        let falls = demo.shuffled_falls.unwrap();
        let sum: f64 = falls.shares.iter().map(|share| share.get()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        assert!(falls.shares.len() <= 26 && falls.shares.first().unwrap().get() > 0.0, "{falls:?}");
        let daily = testing::at(PrivacyLevel::Daily, None).shuffled_falls.unwrap();
        assert!(daily.shares.iter().all(|share| (share.get() * 100.0).fract().abs() < 1e-9), "{daily:?}");
    }

    #[test]
    fn where_falls_are_shown_by_month_ends_the_shuffles_are_not_set_beside_them() {
        let monthly = testing::at(PrivacyLevel::Monthly, None);
        let falls = &in_words(&monthly).falls[0];
        assert!(!falls.contains("own was") && falls.contains("not at month-ends alone"), "{falls}");
        let drawn = |publication| crate::render::charts::shuffled_falls(publication).unwrap().unwrap();
        let (fine, coarser) = (drawn(&testing::publication()), drawn(&monthly));
        assert!(fine.contains("Account ") && !coarser.contains("Account "));
        // With nothing before them the bars themselves are what is shown.
        assert!(
            fine.contains("<rect class=\"base area\"") && !coarser.contains("<rect class=\"base area\""),
            "{coarser}"
        );
    }

    #[test]
    fn a_young_record_says_what_it_needs() {
        let publication = testing::at(PrivacyLevel::Fine, Some("2015-03-31"));
        assert!(publication.shuffled_falls.is_none());
        let words = in_words(&publication);
        assert_eq!(
            sentence::in_words(&words.sentence),
            "Whether it is luck cannot be said yet: needs 63 returns, has 41."
        );
        assert!(words.length.is_empty() && words.annual[0].contains("yet:") && words.falls[0].contains("yet:"));
    }
}
