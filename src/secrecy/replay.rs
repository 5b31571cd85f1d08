//! Replay: the whole rule, simulated with whole shares for each start value, against every published number.
//!
//! A start value is out as soon as one of its numbers would be published otherwise. Of money that moved a reader knows the day
//! and what is published of its size: each start value is tried with many guesses at it, which are drawn closer to what was
//! left the time before. The idea is that of set-membership estimation (Schweppe 1968). `tests/oracle/curious/replay.py` does
//! the same from the published files alone.

use chrono::Datelike;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::brought::Brought;
use super::facts::{Event, Facts, Orders, Step};
use super::published::{Number, OfOrder, OfStep, Published};
use super::sizing::Book;
use crate::config::{FlowTiming, PrivacyLevel};

/// So many guesses are carried at most.
const MOST: usize = 24_000;

/// Rounds of guessing at flows, and how many guesses must be left to say something about them.
const ROUNDS: usize = 4;
const ENOUGH: usize = 20;

/// Where a flow's size is not published it is guessed between these shares of the account.
const FLOWS: (f64, f64) = (0.01, 0.5);

/// What floats and cents leave open of a number.
pub const EDGE: f64 = 5e-8;

/// A start value and what came of it, with guesses at flows.
#[derive(Debug, Clone)]
struct Guess {
    /// Which start value.
    origin: usize,
    book: Book,
    /// The value at the last valuation.
    value: f64,
    index: f64,
    /// The index when the month began, its highest since, and the deepest fall from that.
    month: f64,
    peak: f64,
    fall: f64,
    flows: Vec<f64>,
    brought: Brought,
}

impl Guess {
    fn new(origin: usize, start: f64, facts: &Facts) -> Self {
        let times = start / facts.start;
        let shares: Vec<f64> = facts.shares.iter().map(|shares| shares * times).collect();
        let worth: f64 = shares.iter().zip(&facts.prices).map(|(one, price)| one * price).sum();
        let book = Book { cash: start - worth, shares, money_came_in: false };
        let brought = Brought::none(facts.symbols.len());
        Self { origin, book, value: start, index: 1.0, month: 1.0, peak: 1.0, fall: 0.0, flows: Vec::new(), brought }
    }
}

/// One record at one level.
pub struct Replay<'a> {
    facts: &'a Facts,
    /// What is looked at.
    pub published: Published,
    /// How far it goes.
    steps: usize,
}

impl<'a> Replay<'a> {
    /// Leaves out the numbers that the record, played in the same way, would not have.
    pub fn new(facts: &'a Facts, mut published: Published) -> Self {
        let mut steps = published.steps.len();
        if published.disclosure.level() == PrivacyLevel::Fine {
            // At this precision the time before money first moved says everything.
            let moves = |step: &Step| step.events.iter().any(|event| matches!(event, Event::Flow(_)));
            steps = steps.min(facts.steps.iter().position(moves).filter(|at| *at > 60).unwrap_or(steps));
        }
        let mut own = Guess::new(0, facts.start, facts);
        for (at, step) in facts.steps.iter().enumerate().take(steps) {
            let flows: Vec<f64> = flows_of(step).collect();
            let mut wrong = Vec::new();
            if let Some(of_step) = published.steps.get(at) {
                let way = Way { facts, published: &published, is_own: true };
                way.step(&mut own, at, (step, of_step), &flows, &mut |number| {
                    wrong.push(number);
                    true
                });
            }
            if let Some(of_step) = published.steps.get_mut(at) {
                wrong.into_iter().for_each(|number| of_step.forget(number));
            }
            // What is left of rounding in floats must not add up.
            (own.value, own.book.shares) = (step.value, step.shares.clone());
            own.book.cash = step.value - own.book.shares.iter().zip(&step.prices).map(|(a, b)| a * b).sum::<f64>();
        }
        Self { facts, published, steps }
    }

    /// Which of the start values nothing published contradicts: their places, ascending.
    pub fn survivors(&self, values: &[f64]) -> Vec<usize> {
        let mut dice = ChaCha8Rng::seed_from_u64(1);
        let steps = self.facts.steps.get(..self.steps).unwrap_or_default();
        let mut ranges: Vec<(f64, f64)> = steps.iter().flat_map(flows_of).map(|share| self.range(share)).collect();
        let widest = ranges.clone();
        let rounds = if ranges.is_empty() { 1 } else { ROUNDS };
        let mut left = Vec::new();
        for _ in 0..rounds {
            left = self.round(values, &mut ranges, &widest, &mut dice);
        }
        left
    }

    /// Whether the record itself is among what fits, its flows being known.
    #[cfg(test)]
    pub fn keeps_the_record(&self) -> bool {
        let mut own = Guess::new(0, self.facts.start, self.facts);
        let way = Way { facts: self.facts, published: &self.published, is_own: false };
        self.facts.steps.iter().zip(&self.published.steps).enumerate().take(self.steps).all(|(at, both)| {
            let flows: Vec<f64> = flows_of(both.0).collect();
            way.step(&mut own, at, both, &flows, &mut |_| false)
        })
    }

    fn round(
        &self,
        values: &[f64],
        ranges: &mut [(f64, f64)],
        widest: &[(f64, f64)],
        dice: &mut ChaCha8Rng,
    ) -> Vec<usize> {
        let mut guesses: Vec<Guess> =
            values.iter().enumerate().map(|(origin, value)| Guess::new(origin, *value, self.facts)).collect();
        let way = Way { facts: self.facts, published: &self.published, is_own: false };
        let (mut from, mut drawn) = (0, 0);
        let moves = |step: &Step| flows_of(step).next().is_some();
        while from < self.steps && !guesses.is_empty() {
            let first = self.facts.steps.get(from);
            let flows = first.map_or(0, |step| flows_of(step).count());
            if flows > 0 {
                let copies = (MOST / guesses.len()).clamp(1, 200);
                guesses = guesses.into_iter().flat_map(|guess| std::iter::repeat_n(guess, copies)).collect();
                for guess in &mut guesses {
                    guess.flows.extend(
                        ranges.iter().skip(drawn).take(flows).map(|(low, high)| low + (high - low) * unit(dice)),
                    );
                }
            }
            let rest = self.facts.steps.get(from + 1..self.steps).unwrap_or_default();
            let until = rest.iter().position(moves).map_or(self.steps, |at| from + 1 + at);
            guesses = guesses
                .into_par_iter()
                .filter_map(|mut guess| {
                    let known = guess.flows.get(drawn..).unwrap_or_default().to_vec();
                    (from..until)
                        .all(|at| match (self.facts.steps.get(at), self.published.steps.get(at)) {
                            (Some(step), Some(of_step)) => {
                                let flows = if at == from { &known[..] } else { &[] };
                                way.step(&mut guess, at, (step, of_step), flows, &mut |_| false)
                            }
                            _ => true,
                        })
                        .then_some(guess)
                })
                .collect();
            (from, drawn) = (until, drawn + flows);
            if guesses.len() >= ENOUGH {
                learn(&guesses, ranges, widest);
            }
        }
        let mut left: Vec<usize> = guesses.iter().map(|guess| guess.origin).collect();
        left.dedup();
        left
    }

    /// Between which shares of the account a flow lies for all that is published.
    fn range(&self, share: f64) -> (f64, f64) {
        let disclosure = &self.published.disclosure;
        let known = disclosure.flow(share);
        if known.is_none() {
            return if share > 0.0 { FLOWS } else { (-FLOWS.1, -FLOWS.0) };
        }
        let same = |other: f64| disclosure.flow(other) == known;
        let reach = |towards: f64| {
            let far = (1..=200).map(|step| towards * f64::from(step) / 2000.0).take_while(|off| same(share + off));
            share + far.last().unwrap_or_default()
        };
        (reach(-1.0), reach(1.0))
    }
}

/// What is left says where flows lie.
fn learn(guesses: &[Guess], ranges: &mut [(f64, f64)], widest: &[(f64, f64)]) {
    let drawn = guesses.first().map_or(0, |guess| guess.flows.len());
    for (at, (range, widest)) in ranges.iter_mut().zip(widest).enumerate().take(drawn) {
        let shares = || guesses.iter().filter_map(|guess| guess.flows.get(at).copied());
        let (low, high) = (shares().fold(f64::MAX, f64::min), shares().fold(f64::MIN, f64::max));
        let room = 0.2 * (high - low);
        *range = (widest.0.max(low - room), widest.1.min(high + room));
    }
}

fn unit(dice: &mut ChaCha8Rng) -> f64 {
    (dice.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

fn flows_of(step: &Step) -> impl Iterator<Item = f64> {
    step.events.iter().filter_map(|event| match event {
        Event::Flow(share) => Some(*share),
        Event::Orders(_) => None,
    })
}

/// Whether a number is published as this; one that lies on the edge of a step may be either.
fn is_shown<T: PartialEq>(shown: Option<T>, value: f64, rounded: impl Fn(f64) -> T) -> bool {
    shown.is_none_or(|shown| [value, value - EDGE, value + EDGE].into_iter().any(|value| rounded(value) == shown))
}

/// How an account is carried from one valuation to the next.
struct Way<'a> {
    facts: &'a Facts,
    published: &'a Published,
    /// Whether it trades what the record did, instead of what its rule says.
    is_own: bool,
}

impl Way<'_> {
    /// Whether what is published of a step fits; `wrong` says of a number that does not whether to go on.
    fn step(
        &self,
        guess: &mut Guess,
        at: usize,
        (step, of_step): (&Step, &OfStep),
        flows: &[f64],
        wrong: &mut dyn FnMut(Number) -> bool,
    ) -> bool {
        if of_step.is_quiet && !self.is_own {
            return true;
        }
        let disclosure = &self.published.disclosure;
        let before = guess.value;
        if self.published.linking.is_some() {
            let since = if self.is_own { at } else { of_step.since };
            guess.brought.begin(&guess.book.shares, self.facts.prices_before(since));
        }
        let mut flows = flows.iter().map(|share| share * before);
        let coming: Vec<f64> = flows.by_ref().collect();
        let paid_in: f64 = coming.iter().filter(|amount| **amount > 0.0).sum();
        let paid_out: f64 = -coming.iter().filter(|amount| **amount < 0.0).sum::<f64>();
        let (mut amounts, mut day) = (coming.iter(), 0);
        for event in &step.events {
            match event {
                Event::Flow(_) => {
                    let amount = amounts.next().copied().unwrap_or_default();
                    guess.book.cash += amount;
                    guess.book.money_came_in |= amount > 0.0;
                }
                Event::Orders(orders) => {
                    let shown = of_step.orders.get(day).map(Vec::as_slice).unwrap_or_default();
                    let wrong = &mut |column| wrong(Number::Order(day, column));
                    if !self.trade(guess, orders, shown, (before, before + paid_in, step), wrong) {
                        return false;
                    }
                    day += 1;
                }
            }
        }
        for (shares, times) in guess.book.shares.iter_mut().zip(&step.splits) {
            *shares *= times;
        }
        guess.book.cash += step.rest * before;
        guess.value = guess.book.value(&step.prices);
        let growth = match self.facts.timing {
            FlowTiming::Split => (guess.value + paid_out) / (before + paid_in),
            FlowTiming::Start => guess.value / (before + paid_in - paid_out),
            FlowTiming::End => (guess.value - paid_in + paid_out) / before,
        };
        if let Some(linking) = self.published.linking {
            let scale = linking.scale(growth, before + paid_in);
            guess.brought.end(&guess.book.shares, &step.prices, scale);
        }
        guess.index *= growth;
        guess.peak = guess.peak.max(guess.index);
        guess.fall = guess.fall.min(guess.index / guess.peak - 1.0);
        let differs = |is: bool, number, wrong: &mut dyn FnMut(Number) -> bool| !is && !wrong(number);
        if differs(is_shown(of_step.index, guess.index, |value| disclosure.index(value)), Number::Index, wrong)
            || differs(is_shown(of_step.growth, growth - 1.0, |value| disclosure.daily(value)), Number::Growth, wrong)
        {
            return false;
        }
        if !of_step.ends_month {
            return true;
        }
        let month = guess.index / guess.month - 1.0;
        if differs(is_shown(of_step.month, month, |value| disclosure.period(value)), Number::Month, wrong)
            || differs(is_shown(of_step.fall, guess.fall, |value| disclosure.period(value)), Number::Fall, wrong)
        {
            return false;
        }
        for (column, shown) in of_step.weights.iter().enumerate() {
            let price = step.prices.get(column).copied().unwrap_or_default();
            let weight = guess.book.held(column) * price / guess.value;
            if differs(is_shown(*shown, weight, |value| disclosure.held_weight(value)), Number::Weight(column), wrong)
            {
                return false;
            }
        }
        (guess.month, guess.peak, guess.fall) = (guess.index, guess.index, 0.0);
        self.brought(guess, step, of_step, wrong)
    }

    /// Whether holdings brought what is published of the periods that end with a month.
    fn brought(
        &self,
        guess: &mut Guess,
        step: &Step,
        of_step: &OfStep,
        wrong: &mut dyn FnMut(Number) -> bool,
    ) -> bool {
        let Some(linking) = self.published.linking else { return true };
        guess.brought.end_month();
        for (at, period) in of_step.brought.iter().enumerate() {
            for (column, shown) in period.parts.iter().enumerate() {
                let own = guess.brought.part(period.over, column);
                if !linking.is_shown(*shown, own) && !wrong(Number::Brought(at, column)) {
                    return false;
                }
            }
        }
        guess.brought.begin_month(step.date.month() == 12);
        true
    }

    /// The orders of a day: what the rule decides where it decides what was done, otherwise in proportion to what was done.
    fn trade(
        &self,
        guess: &mut Guess,
        orders: &Orders,
        shown: &[OfOrder],
        (before, capital, step): (f64, f64, &Step),
        wrong: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        let sizing = self.facts.sizing.filter(|_| !self.is_own);
        let decided = sizing.zip(orders.market.as_ref()).map(|(sizing, market)| {
            let traded =
                sizing.trades(market, &mut guess.book.clone(), before, |column| orders.fills.get(column).copied());
            (sizing, traded)
        });
        let own_before = step.value_before.max(f64::MIN_POSITIVE);
        let times = before / own_before;
        for column in 0..orders.traded.len() {
            let own = orders.traded.get(column).copied().unwrap_or_default();
            let price = orders.fills.get(column).copied().unwrap_or_default();
            let explained = orders.explained.get(column) == Some(&true);
            let of_order = shown.get(column).copied().unwrap_or(OfOrder::Unknown);
            let (traded, charged, fits) = match &decided {
                Some((sizing, traded)) if explained => {
                    let traded = traded.get(column).copied().unwrap_or_default();
                    let is_same_side = traded == 0.0 || own == 0.0 || traded * own > 0.0;
                    let fits =
                        is_same_side && of_order.fits(traded.abs() * price / capital, &self.published.disclosure);
                    (traded, sizing.charged(orders, column, traded.abs()), fits)
                }
                _ => {
                    let charged = orders.commissions.get(column).copied().unwrap_or_default() * times;
                    let fits = match self.is_own {
                        true => of_order.fits(own.abs() * price / capital, &self.published.disclosure),
                        false => self.is_whole(own, own.abs() * times, price / capital, of_order),
                    };
                    (own * times, charged, fits)
                }
            };
            if !fits && !wrong(column) {
                return false;
            }
            guess.book.cash -= traded * price + charged;
            guess.brought.pay(column, traded * price + charged);
            if let Some(held) = guess.book.shares.get_mut(column) {
                *held += traded;
            }
        }
        if decided.is_some() {
            guess.book.money_came_in = false;
        }
        true
    }

    /// Whether a whole number of shares has the weight of an order of whole shares.
    fn is_whole(&self, own: f64, shares: f64, weight_of_one: f64, of_order: OfOrder) -> bool {
        let is_of_whole = own.fract() == 0.0 && matches!(of_order, OfOrder::Weight(_));
        !is_of_whole
            || [shares.floor(), shares.ceil()]
                .into_iter()
                .any(|whole| of_order.fits(whole * weight_of_one, &self.published.disclosure))
    }
}
