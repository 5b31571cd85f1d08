//! A record, or a month of it, in a sentence.

use chrono::NaiveDate;
use serde::Serialize;

use super::disclosure::Published;
use super::equal_parts::EqualParts;
use super::rows::Period;
use super::view::{Day, Facts, Month, MonthEnd, Publication};
use crate::analysis::periods::UsualPeriod;
use crate::calendar::YearMonth;
use crate::format::{Sign, long_day, number, percent};

/// What rounds to nothing in per cent with one decimal.
const NOTHING: f64 = 0.0005;

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Its words, with the blanks around them.
    pub text: String,
    /// What they are.
    pub tone: Tone,
}

/// What the words of a span are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Words.
    Plain,
    /// A figure, which stands out.
    Figure,
    /// A figure that is a gain.
    Gain,
    /// A figure that is a loss.
    Loss,
}

/// A sentence as it grows.
#[derive(Default)]
pub(super) struct Sentence(Vec<Span>);

impl Sentence {
    pub(super) fn plain(&mut self, text: impl Into<String>) -> &mut Self {
        self.span(text, Tone::Plain)
    }

    pub(super) fn figure(&mut self, text: impl Into<String>) -> &mut Self {
        self.span(text, Tone::Figure)
    }

    /// A figure in the colour of its sign.
    pub(super) fn judged(&mut self, text: impl Into<String>, value: f64) -> &mut Self {
        let tone = match value {
            value if value >= NOTHING => Tone::Gain,
            value if value <= -NOTHING => Tone::Loss,
            _ => Tone::Figure,
        };
        self.span(text, tone)
    }

    pub(super) fn into_spans(self) -> Vec<Span> {
        self.0
    }

    fn span(&mut self, text: impl Into<String>, tone: Tone) -> &mut Self {
        self.0.push(Span { text: text.into(), tone });
        self
    }
}

/// A record on one of its days, whatever has come since.
struct Then<'a> {
    facts: &'a Facts,
    as_of: NaiveDate,
    periods: &'a [Period],
    days: &'a [Day],
    emptied: Option<NaiveDate>,
    after_costs: bool,
}

impl Then<'_> {
    fn period(&self, wanted: UsualPeriod) -> Option<&Period> {
        self.periods.iter().find(|period| period.period == wanted)
    }
}

/// What became of 100 put in on the first day, and where the account stands now: figures that stand elsewhere on the site, so
/// that a sentence gives nothing more away.
pub fn of_record(publication: &Publication) -> Vec<Span> {
    let Publication { facts, periods, days, .. } = publication;
    let Facts { as_of, emptied, after_costs, .. } = *facts;
    record(&Then { facts, as_of, periods, days, emptied, after_costs })
}

/// The same as it was to be said at the end of a month.
pub fn of_record_until(end: &MonthEnd, publication: &Publication) -> Vec<Span> {
    let facts = &publication.facts;
    record(&Then {
        facts,
        as_of: end.as_of,
        periods: &end.periods,
        days: publication.days_until(end.as_of),
        emptied: facts.emptied.filter(|date| *date <= end.as_of),
        after_costs: end.after_costs,
    })
}

fn record(then: &Then) -> Vec<Span> {
    let mut sentence = Sentence::default();
    let total = then.period(UsualPeriod::SinceInception).and_then(|period| Some(period.value?.get()));
    let Some(total) = total else { return first_day(then.facts) };
    match then.period(UsualPeriod::SinceInceptionAnnualized).filter(|period| period.value.is_some()) {
        Some(period) => grown(&mut sentence, total, period, then),
        None => young(&mut sentence, total, then),
    }
    if then.emptied.is_none() {
        standing(&mut sentence, then);
    }
    sentence.0
}

/// One valuation. When the next will be depends on who values the account, and is not promised.
fn first_day(facts: &Facts) -> Vec<Span> {
    let mut sentence = Sentence::default();
    if facts.observations == 0 {
        sentence
            .plain("The record starts on ")
            .figure(long_day(facts.inception))
            .plain(". The first return follows with the second valuation.");
    }
    sentence.0
}

/// A year and more.
fn grown(sentence: &mut Sentence, total: f64, period: &Period, then: &Then) {
    let facts = then.facts;
    let rate = period.value.map_or(0.0, |value| value.get());
    let until = match then.emptied {
        Some(date) => format!(" when the account was emptied on {}: ", long_day(date)),
        None => format!(" by {}: ", long_day(then.as_of)),
    };
    sentence
        .plain(format!("100 put in on {} had become ", long_day(facts.inception)))
        .figure(number(100.0 * (1.0 + total), 1, Sign::Minus))
        .plain(until)
        .judged(format!("{} a year", percent(rate, 1, Sign::Minus)), rate);
    if then.after_costs {
        sentence.plain(" after costs");
    }
    if let Some((name, theirs)) = facts.benchmark.as_ref().zip(period.benchmark) {
        let theirs = percent(theirs.get(), 1, Sign::Minus);
        sentence.plain(format!(", against {theirs} for {}", with_article(name, facts.without_dividends)));
    }
    sentence.plain(".");
}

/// The benchmark inside a sentence. An index has an article, a fund has none.
pub(super) fn with_article(name: &str, is_index: bool) -> String {
    let has_article = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("the "));
    if is_index && !has_article { format!("the {name}") } else { name.to_owned() }
}

/// Less than a year.
fn young(sentence: &mut Sentence, total: f64, then: &Then) {
    let since = long_day(then.facts.inception);
    let until = then.emptied.map(|date| format!(" until it was emptied on {}", long_day(date))).unwrap_or_default();
    let costs = if then.after_costs { ", after costs" } else { "" };
    if total.abs() < NOTHING {
        sentence.plain(format!("The account is where it began on {since}{until}{costs}; too young to annualize."));
        return;
    }
    let direction = if total > 0.0 { "up" } else { "down" };
    let is = if then.emptied.is_some() { "was" } else { "is" };
    sentence
        .plain(format!("The account {is} "))
        .judged(format!("{direction} {}", percent(total.abs(), 1, Sign::Minus)), total)
        .plain(format!(" since {since}{until}{costs}; too young to annualize."));
}

/// How far below its peak.
fn standing(sentence: &mut Sentence, then: &Then) {
    let Then { facts, days, .. } = then;
    let Some(last) = days.last() else { return };
    let fall = last.drawdown.get();
    // The last day at it, as in the list of falls.
    let peak = days.iter().fold(None, |peak: Option<&Day>, day| match peak {
        Some(peak) if peak.index.get() > day.index.get() => Some(peak),
        _ => Some(day),
    });
    if fall > -NOTHING {
        sentence.plain(if facts.by_day {
            " It stands at its highest."
        } else {
            " It stands at its highest month-end."
        });
        return;
    }
    let Some(peak) = peak else { return };
    let since = if facts.by_day {
        format!("its peak of {}", long_day(peak.date))
    } else {
        format!("its highest month-end, that of {}", YearMonth::of(peak.date).in_words())
    };
    let below = format!("{} below", percent(-fall, 1, Sign::Minus));
    sentence.plain(" It is now ").span(below, Tone::Loss).plain(format!(" {since}."));
}

/// What a month came to, to stand below its name.
pub fn of_month(month: &Month, facts: &Facts) -> Vec<Span> {
    let value = month.value.get();
    let mut sentence = Sentence::default();
    sentence.judged(percent(value, 1, Sign::Both), value);
    if let Some((name, theirs)) = facts.benchmark.as_ref().zip(month.benchmark) {
        let theirs = percent(theirs.get(), 1, Sign::Both);
        sentence.plain(format!(", against {theirs} for {}", with_article(name, facts.without_dividends)));
    }
    sentence.plain(".");
    if let Some(fall) = month.max_drawdown.map(|fall| fall.get()).filter(|fall| *fall <= -NOTHING) {
        let fell = percent(-fall, 1, Sign::Minus);
        sentence.plain(format!(" Within the month the account fell by up to {fell}."));
    }
    match month.orders {
        Some(0) => sentence.plain(" There were no orders."),
        Some(1) => sentence.plain(" There was one order."),
        Some(count) => sentence.plain(format!(" There were {count} orders.")),
        None => &mut sentence,
    };
    sentence.0
}

/// What the universe in equal parts would have come to beside the account.
pub fn of_equal_parts(found: &EqualParts) -> Vec<Span> {
    let mut sentence = Sentence::default();
    let written = |value: f64| percent(value, 1, Sign::Both);
    let (ours, theirs) = (found.account.get(), found.total.get());
    sentence
        .plain("Everything the account could choose from, held in equal parts and rebalanced once a year, would have returned ")
        .figure(written(theirs))
        .plain(format!(" from {} to {}. The account returned ", long_day(found.from), long_day(found.to)))
        .figure(written(ours));
    if let Some(index) = found.benchmark {
        sentence.plain(", the benchmark ").figure(written(index.get()));
    }
    sentence.plain(".");
    sentence.0
}

/// A single strategy's rule, and what came of it beside the backtest.
pub fn of_rule(publication: &Publication) -> Vec<Span> {
    let Some(strategy) = publication.strategies.list.first() else { return Vec::new() };
    let written = |value: f64| percent(value, 1, Sign::Both);
    let mut sentence = Sentence::default();
    sentence.plain(format!("The rule: {}.", strategy.rule));
    if let Some(comparison) = &publication.strategies.comparison {
        sentence
            .plain(" The account has returned ")
            .figure(written(comparison.live.get()))
            .plain(", its hypothetical backtest ")
            .figure(written(comparison.backtest.get()))
            .plain(".");
    }
    sentence.0
}

/// A sentence without the looks of its figures.
pub fn in_words(sentence: &[Span]) -> String {
    sentence.iter().map(|span| span.text.as_str()).collect()
}

/// How many of the months were above zero, the best and the worst of them.
pub fn of_months(months: &[Month]) -> Vec<Span> {
    let by_value = |a: &&Month, b: &&Month| a.value.get().total_cmp(&b.value.get());
    let (Some(best), Some(worst)) = (months.iter().max_by(by_value), months.iter().min_by(by_value)) else {
        return Vec::new();
    };
    let gains = months.iter().filter(|month| month.value.get() > 0.0).count();
    let value = |month: &Month| percent(month.value.get(), 1, Sign::Both);
    let mut sentence = Sentence::default();
    if months.len() == 1 {
        sentence
            .plain(format!("{} so far: ", best.month.in_words()))
            .judged(value(best), best.value.get())
            .plain(".");
        return sentence.0;
    }
    sentence
        .figure(format!("{gains} of {}", months.len()))
        .plain(format!(" months were above zero. The best was {} with ", best.month.in_words()))
        .judged(value(best), best.value.get())
        .plain(format!(", the worst {} with ", worst.month.in_words()))
        .judged(value(worst), worst.value.get())
        .plain(".");
    sentence.0
}

#[cfg(test)]
#[path = "sentence_tests.rs"]
mod tests;
