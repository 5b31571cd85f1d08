//! What each holding contributed to the total return: the gain of its shares over the account, day by day, linked.
//!
//! The published parts of months, of years and of the whole add up, so that some are moved by more than a step: a start value
//! fits whatever [`Disclosure`] may make of its own part.

use chrono::{Datelike, NaiveDate};

use super::facts::Facts;
use super::replay::EDGE;
use crate::calendar::YearMonth;
use crate::publication::{BroughtByPeriod, Disclosure, Publication, Published as _};

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The month that ends.
    Month,
    /// The year that ends with it, or so far.
    Year,
    /// Everything.
    All,
}

/// What is published of the holdings of a period, by column.
#[derive(Debug, Clone, PartialEq)]
pub struct OfPeriod {
    /// The period.
    pub over: Over,
    /// Each part, where it is published.
    pub parts: Vec<Option<f64>>,
}

/// How gains become parts of the total return.
#[derive(Debug, Clone, Copy)]
pub struct Linking {
    /// The coefficient of the total return.
    whole: f64,
    /// How far a published part may be from the exact one.
    room: f64,
}

impl Linking {
    /// That of a publication; nothing where it does not say what holdings brought.
    pub fn of(publication: &Publication, disclosure: &Disclosure) -> Option<Self> {
        let found = publication.contributions.as_ref()?;
        let total = found.total.get();
        (total > -1.0).then(|| Self { whole: smoothing(total), room: disclosure.contribution_room() })
    }

    /// The part of a gain over a time with this return and this capital.
    pub fn scale(self, growth: f64, capital: f64) -> f64 {
        smoothing(growth - 1.0) / self.whole / capital
    }

    /// Whether a part is published as this one.
    pub fn is_shown(self, shown: Option<f64>, own: f64) -> bool {
        shown.is_none_or(|shown| (own - shown).abs() < self.room + EDGE)
    }
}

/// Carino's coefficient of a return, by which returns add up instead of compounding.
fn smoothing(of: f64) -> f64 {
    // Of a usual day this is exact to a millionth, and many millions of days are tried.
    if of.abs() < 0.03 { 1.0 - of * (0.5 - of * (1.0 / 3.0 - of / 4.0)) } else { of.ln_1p() / of }
}

/// What is published of the periods that end with a month.
pub fn shown(publication: &Publication, facts: &Facts, month: YearMonth, date: NaiveDate) -> Vec<OfPeriod> {
    let Some(found) = publication.contributions.as_ref() else { return Vec::new() };
    let last = YearMonth::of(found.to);
    if month > last || (month == last && date != found.to) {
        return Vec::new();
    }
    let of_symbols =
        |part: &dyn Fn(&str) -> Option<f64>| facts.symbols.iter().map(|one| part(one.as_str())).collect();
    let mut periods = Vec::new();
    let mut add = |over, parts: Option<Vec<Option<f64>>>| periods.extend(parts.map(|parts| OfPeriod { over, parts }));
    add(Over::Month, found.by_month.iter().find_map(|table| column(table, &month.to_string(), &of_symbols)));
    if month == last || date.month() == 12 {
        add(Over::Year, column(&found.by_year, &month.year().to_string(), &of_symbols));
    }
    if month == last {
        let of = |symbol: &str| found.parts.iter().find(|part| part.symbol.as_deref() == Some(symbol));
        add(Over::All, Some(of_symbols(&|symbol| of(symbol).map(|part| part.contribution.get()))));
    }
    periods
}

/// The column of a table that is of one period alone.
fn column(
    table: &BroughtByPeriod,
    period: &str,
    of_symbols: &impl Fn(&dyn Fn(&str) -> Option<f64>) -> Vec<Option<f64>>,
) -> Option<Vec<Option<f64>>> {
    let at = table.periods.iter().position(|one| one.from == period && one.to == period)?;
    let row = |symbol: &str| table.rows.iter().find(|row| row.symbol.as_deref() == Some(symbol));
    Some(of_symbols(&|symbol| row(symbol)?.cells.get(at)?.value.map(|part| part.get())))
}

/// What holdings have brought to an account that is tried, by column.
#[derive(Debug, Clone)]
pub struct Brought {
    month: Vec<f64>,
    year: Vec<f64>,
    all: Vec<f64>,
    /// What each has gained since the last valuation, in money.
    pub gained: Vec<f64>,
}

impl Brought {
    /// Nothing yet, of so many columns.
    pub fn none(columns: usize) -> Self {
        let none = vec![0.0; columns];
        Self { month: none.clone(), year: none.clone(), all: none.clone(), gained: none }
    }

    /// The worth of holdings at the last valuation, which is no gain.
    pub fn begin(&mut self, shares: &[f64], prices: &[f64]) {
        for (gained, (shares, price)) in self.gained.iter_mut().zip(shares.iter().zip(prices)) {
            *gained = -shares * price;
        }
    }

    /// What an order paid.
    pub fn pay(&mut self, column: usize, paid: f64) {
        self.gained.iter_mut().skip(column).take(1).for_each(|gained| *gained -= paid);
    }

    /// The worth of holdings at this valuation, and what one unit of a gain is of the total return.
    pub fn end(&mut self, shares: &[f64], prices: &[f64], scale: f64) {
        let worth = shares.iter().zip(prices).map(|(shares, price)| shares * price);
        for (month, (gained, worth)) in self.month.iter_mut().zip(self.gained.iter().zip(worth)) {
            *month += (gained + worth) * scale;
        }
    }

    /// A month ends.
    pub fn end_month(&mut self) {
        for (sum, month) in self.year.iter_mut().chain(&mut self.all).zip(self.month.iter().chain(&self.month)) {
            *sum += month;
        }
    }

    /// The next month begins.
    pub fn begin_month(&mut self, is_new_year: bool) {
        self.month.fill(0.0);
        if is_new_year {
            self.year.fill(0.0);
        }
    }

    /// What a holding brought over a period that ends.
    pub fn part(&self, over: Over, column: usize) -> f64 {
        let parts = match over {
            Over::Month => &self.month,
            Over::Year => &self.year,
            Over::All => &self.all,
        };
        parts.get(column).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_of_two_days_are_linked_to_the_total_return() {
        // 100 in cash buy ten shares at 5, which end at 6 and then at 9: 110, then 140, and 40 % in all.
        let linking = Linking { whole: smoothing(0.4), room: 0.01 };
        let mut brought = Brought::none(2);
        brought.begin(&[0.0, 0.0], &[5.0, 1.0]);
        brought.pay(0, 50.0);
        brought.end(&[10.0, 0.0], &[6.0, 1.0], linking.scale(1.1, 100.0));
        brought.begin(&[10.0, 0.0], &[6.0, 1.0]);
        brought.end(&[10.0, 0.0], &[9.0, 1.0], linking.scale(140.0 / 110.0, 110.0));
        brought.end_month();
        for over in [Over::Month, Over::Year, Over::All] {
            assert!((brought.part(over, 0) - 0.4).abs() < 1e-9, "one holding brought all of it");
            assert_eq!(brought.part(over, 1), 0.0);
        }
        brought.begin_month(false);
        assert_eq!(brought.part(Over::Month, 0), 0.0);
        assert!((brought.part(Over::Year, 0) - 0.4).abs() < 1e-9);
        // Rounded so that all add up, 40 % may be published as anything within that room.
        assert!(
            linking.is_shown(Some(0.409), 0.4) && linking.is_shown(Some(0.391), 0.4) && linking.is_shown(None, 0.4)
        );
        assert!(!linking.is_shown(Some(0.411), 0.4));
    }

    #[test]
    fn the_coefficient_of_a_small_return_is_that_of_its_logarithm() {
        for of in [-0.029_f64, -0.01, 0.000_1, 0.02, 0.029] {
            assert!((smoothing(of) - of.ln_1p() / of).abs() < 1e-6, "{of}");
        }
        assert_eq!(smoothing(0.0), 1.0);
    }
}
