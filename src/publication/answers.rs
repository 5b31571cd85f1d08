//! Answers to what careful readers ask of any track record: from the record where it knows, else in its keeper's words.
//!
//! Every number in them is published elsewhere as well, so that nothing here is finer than there.

mod figures;
mod trading;

use serde::{Deserialize, Serialize};

use super::disclosure::Disclosure;
use super::listed::Listed;
use super::view::{Facts, Publication};
use crate::analysis::performance::Performance;
use crate::config::{Disclosures, Status};
use crate::counted::noun;
use crate::format::{Sign, day, number};
use crate::record::Record;
use crate::static_text::{self, StaticText};

/// What is said about one of the questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its anchor.
    #[serde(deserialize_with = "static_text::read")]
    pub id: StaticText,
    /// What it is about.
    #[serde(deserialize_with = "static_text::read")]
    pub title: StaticText,
    /// What the record says, a sentence each.
    pub sentences: Vec<String>,
    /// What its keeper says.
    pub stated: Vec<Stated>,
    /// What the keeper would have to say and does not.
    pub not_stated: Vec<String>,
}

/// What the answers are made from.
pub struct Questions<'a> {
    /// Everything else that is published.
    pub publication: &'a Publication,
    /// The record as far as positions and trades are shown.
    pub disclosed: &'a Record,
    /// The series of all net values, with their sources in `whole`.
    pub daily: &'a Performance,
    /// Net values and flows.
    pub whole: &'a Record,
    /// Which fills are shown.
    pub listed: &'a Listed,
    /// The keeper's words.
    pub stated: &'a Disclosures,
    /// What may be shown.
    pub disclosure: &'a Disclosure,
}

/// The keeper's words about something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// What about.
    #[serde(deserialize_with = "static_text::read")]
    pub what: StaticText,
    /// The words.
    pub words: String,
}

impl Answer {
    fn new(id: StaticText, title: StaticText) -> Self {
        Self { id, title, sentences: Vec::new(), stated: Vec::new(), not_stated: Vec::new() }
    }

    fn say(mut self, sentence: impl Into<String>) -> Self {
        self.sentences.push(sentence.into());
        self
    }

    fn say_all(mut self, sentences: impl IntoIterator<Item = String>) -> Self {
        self.sentences.extend(sentences);
        self
    }

    /// The keeper's words, or that they are missing.
    fn stated(mut self, words: &str, what: StaticText) -> Self {
        match words.trim() {
            "" => self.not_stated.push(format!("{what}: not stated.")),
            words => self.stated.push(Stated { what, words: words.to_owned() }),
        }
        self
    }
}

impl Questions<'_> {
    /// All of them, in the order in which they are usually asked.
    pub fn answers(&self) -> Vec<Answer> {
        vec![
            self.account(),
            self.dates(),
            self.costs(),
            self.periods(),
            Answer::new("annualizing", "What is annualized")
                .say("Nothing under one year is annualized; a return over less time is shown as it was."),
            self.method(),
            self.benchmark(),
            self.deviation(),
            self.worst(),
            self.leverage(),
            self.hypothetical(),
            self.completeness(),
            Answer::new("other-accounts", "Other accounts")
                .stated(&self.stated.other_accounts, "Other accounts run on this strategy, closed ones included")
                .stated(
                    &self.stated.other_records,
                    "Records published before this one or beside it, those given up included",
                )
                .stated(&self.stated.variants_tried, "Variants of the rule that were tried on past prices"),
            self.changes(),
            Answer::new("past-performance", "Past performance")
                .say("Past performance is not a reliable indicator of future results."),
            Answer::new("no-advice", "No advice")
                .say("Nothing on this site is advice, a recommendation, or an offer to buy or sell anything."),
            self.checking(),
        ]
    }

    fn facts(&self) -> &Facts {
        &self.publication.facts
    }

    fn account(&self) -> Answer {
        let what = match self.facts().status {
            Status::Demo => {
                "The account is simulated: a program made its trades, nobody's money was at risk, and all of its results are \
                 hypothetical."
            }
            Status::Paper | Status::Unset => {
                "The account is a broker's paper account: no money was at risk, and all of its results are hypothetical."
            }
            Status::Live => "The account is published as one that trades with real money.",
        };
        Answer::new("account", "The account")
            .say(what)
            .say("It is a single account and not a composite of several.")
            .stated(&self.stated.owner, "Who keeps it, and whose money is in it")
    }

    fn dates(&self) -> Answer {
        let facts = self.facts();
        let begins = format!(
            "The record runs from its first valuation on {} to its newest on {}.",
            day(facts.inception),
            day(facts.as_of)
        );
        let first = self.publication.orders.iter().map(|order| order.date).min();
        let traded = match first {
            Some(date) => format!("The first trade that is shown is of {}.", day(date)),
            None => "No trade is shown.".to_owned(),
        };
        let currency = format!("The account is valued in {}.", facts.base_currency);
        let answer = Answer::new("dates", "Dates and currency").say(begins).say(traded).say(currency);
        match self.stated.first_published {
            Some(date) if date > facts.inception => answer.say(format!(
                "The record was first published on {}; whatever lies before that was published in hindsight.",
                day(date)
            )),
            Some(date) => answer.say(format!("The record has been published since {}, before it began.", day(date))),
            None => answer.stated("", "When the record was first published"),
        }
    }

    fn changes(&self) -> Answer {
        let corrected = self.publication.data_quality.iter().filter(|line| line.contains("corrected or cancelled"));
        let answer = Answer::new("changes", "Changes and corrections").say_all(corrected.cloned());
        let changes: Vec<&str> = self.stated.changes.iter().map(|change| change.trim()).collect();
        answer.stated(&changes.join(" "), "Changes of method, benchmark or broker, and mistakes corrected")
    }

    fn checking(&self) -> Answer {
        Answer::new("checking", "What is checked, and what that does not prove")
            .say(
                "The figures are computed by an open-source program from the record's files, their definitions are on the method page, and \
                 the data behind the charts can be downloaded.",
            )
            .say(
                "That shows how the arithmetic was done. It does not show that the files are complete, that they are the broker's, or \
                 that this is the only account.",
            )
            .stated(&self.stated.audit, "An audit")
            .say("This page answers questions that professional standards ask. It claims compliance with none of them.")
    }
}

/// `a, b and c`.
pub(super) fn list(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// `1 day`, `1,024 days`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{} {}", number(count as f64, 0, Sign::Minus), noun(count, what))
}

/// `1 order is`, `12 orders are`.
pub(super) fn are(count: usize, what: &str) -> String {
    format!("{} {}", counted(count, what), if count == 1 { "is" } else { "are" })
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
