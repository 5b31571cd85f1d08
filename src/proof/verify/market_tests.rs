use std::fmt::Write as _;

use super::*;
use crate::digest::Digest;
use crate::proof::entry::{Entry, fields};
use crate::proof::log::Line;

/// Two years of two holdings, each of which goes its own way, in equal parts that are restored each month without an order.
struct Two {
    months: Vec<(String, NaiveDate, [f64; 2], f64)>,
    prices: [Vec<(NaiveDate, f64)>; 2],
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl Two {
    /// Month-ends alone; weights as they drift over the record.
    fn new() -> Self {
        let (mut value, mut close) = ([0.5, 0.5], [100.0, 40.0]);
        let mut two = Self { months: Vec::new(), prices: [Vec::new(), Vec::new()] };
        for at in 0..24u32 {
            let month = crate::calendar::YearMonth::of(day("2024-01-15")).plus(at);
            let changes = [1.0 + 0.05 * f64::from(at).sin(), 1.0 + 0.04 * f64::from(at * 7).cos()];
            let before: f64 = value.iter().sum();
            for (((value, close), change), series) in
                value.iter_mut().zip(&mut close).zip(changes).zip(&mut two.prices)
            {
                *value *= change;
                *close *= change;
                series.push((month.last_day(), *close));
            }
            let sum: f64 = value.iter().sum();
            two.months.push((
                month.to_string(),
                month.last_day(),
                value.map(|value| value / sum),
                sum / before - 1.0,
            ));
        }
        two
    }

    /// What a log says of it at a level, after a change of each month's return.
    fn verified(
        &self,
        precision: PrivacyLevel,
        invented: impl Fn(usize, f64) -> f64,
    ) -> (Verified, Result<(), Broken>) {
        let disclosure = Disclosure::at(precision);
        let level = crate::proof::wanted::level_name(precision);
        let number = |value: f64| Value::from(value.to_string());
        let mut state = State::default();
        for (at, (month, date, weights, returned)) in self.months.iter().enumerate() {
            use crate::publication::Published;
            let position = |(symbol, weight): (&str, &f64)| {
                Value::from(fields([
                    ("symbol", symbol.into()),
                    ("weight", number(disclosure.held_weight(*weight).get())),
                ]))
            };
            let positions = ["AAA", "BBB"].into_iter().zip(weights).map(position).collect();
            let says = fields([
                ("level", level.into()),
                ("month", month.as_str().into()),
                ("positions_as_of", date.to_string().into()),
                ("positions", Value::List(positions)),
                ("cash", "0".into()),
                ("large_flow", false.into()),
                ("return", number(disclosure.period(invented(at, *returned)).get())),
            ]);
            let line = Line { digest: Digest::of(b""), seq: at + 1, kind: Kind::Book, date: *date };
            state.add(&line, &Entry(says));
        }
        let mut verified = Verified::default();
        let prices = Prices::of(&[("AAA", &self.prices[0]), ("BBB", &self.prices[1])]);
        let result = check(&mut verified, &state, &prices);
        (verified, result)
    }
}

fn percent_after(text: &str, words: &str) -> f64 {
    let rest = text.split_once(words).unwrap().1;
    rest.split_once(" %").unwrap().0.parse().unwrap()
}

#[test]
fn honest_months_pass_at_each_level_and_coarser_ones_say_that_they_check_less() {
    let mut unseen = Vec::new();
    for level in [PrivacyLevel::Fine, PrivacyLevel::Daily, PrivacyLevel::Monthly, PrivacyLevel::Coarse] {
        let (verified, result) = Two::new().verified(level, |_, returned| returned);
        result.unwrap();
        assert!(verified.checked[0].starts_with("23 months are what the closes make"), "{:?}", verified.checked);
        let said = verified.unchecked.iter().find(|what| what.starts_with("up to ")).unwrap();
        unseen.push(percent_after(said, "up to "));
    }
    assert!(unseen.windows(2).all(|pair| pair[0] < pair[1]), "{unseen:?}");
}

#[test]
fn returns_invented_beyond_what_the_steps_leave_open_are_named() {
    for (level, invented) in [(PrivacyLevel::Fine, 0.01), (PrivacyLevel::Daily, 0.02), (PrivacyLevel::Monthly, 0.03)]
    {
        let (_, result) =
            Two::new().verified(level, |at, returned| if at == 7 { returned + invented } else { returned });
        let broken = result.unwrap_err();
        assert!(
            broken.what.contains("1 of 23 months do not follow") && broken.what.contains("2024-08 ("),
            "{broken:?}"
        );
        assert_eq!(broken.line, Some(8));
    }
}

#[test]
fn a_loss_that_was_booked_as_a_withdrawal_is_named() {
    let worst = |two: &Two| (1..24).min_by(|one, other| two.months[*one].3.total_cmp(&two.months[*other].3)).unwrap();
    let two = Two::new();
    let at = worst(&two);
    assert!(two.months[at].3 < -0.02);
    for level in [PrivacyLevel::Fine, PrivacyLevel::Daily] {
        let (_, result) = two.verified(level, |one, returned| if one == at { 0.0 } else { returned });
        assert!(result.unwrap_err().what.contains(&format!("{} (0.00 % published", two.months[at].0)));
    }
}

#[test]
fn months_that_cannot_be_checked_say_why() {
    let mut two = Two::new();
    two.prices[1].truncate(20);
    let (verified, result) = two.verified(PrivacyLevel::Fine, |_, returned| returned);
    result.unwrap();
    let mut said = String::new();
    verified.unchecked.iter().for_each(|what| writeln!(said, "{what}").unwrap());
    assert!(said.contains("the market in 2025-09, 2025-10: no price of BBB for 2025-09-30"), "{said}");
    assert!(said.contains("the market up to 2024-01: no weights stand before it"), "{said}");
}

#[test]
fn parts_that_are_one_together_bring_the_most_where_the_best_are_largest() {
    let around = |weight: f64| Range::around(weight, 0.05);
    // Of 0.55 to 0.65 and 0.35 to 0.45, which are one: 0.65 and 0.35.
    let most = most_of(vec![(around(0.6), 0.10), (around(0.4), -0.05)]).unwrap();
    assert!((most - (0.65 * 0.10 - 0.35 * 0.05)).abs() < 1e-12);
    assert_eq!(most_of(vec![(around(0.6), 0.1)]), None);
    assert_eq!(most_of(vec![(around(0.6), 0.1), (around(0.6), 0.1)]), None);
}
