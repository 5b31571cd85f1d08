//! The money-weighted return: the rate at which the account's flows explain its value.

use chrono::NaiveDate;

use super::returns::DAYS_PER_YEAR;
use super::statistics::finite;

/// The search stays strictly between -99.99 % and 1000 % a year.
const LOWEST: f64 = -0.9999;
const HIGHEST: f64 = 10.0;
/// Steps on each side of zero on which sign changes are looked for.
const STEPS: i32 = 200;
/// Halvings of one step, enough for the last bit.
const HALVINGS: usize = 64;

/// A dated amount in base currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatedAmount {
    /// Day on which the money moved.
    pub date: NaiveDate,
    /// The amount: a valuation, or a flow above zero into the account.
    pub amount: f64,
}

/// The money-weighted return a year (XIRR, Act/365.25): the rate `x` with
/// `-V_0 - sum F_i (1+x)^(-d_i/365.25) + V_T (1+x)^(-D/365.25) = 0`.
///
/// Flows outside `(start, end]` are left out. Undefined when there is no such rate in (-99.99 %, 1000 %), or more
/// than one.
pub fn money_weighted(start: DatedAmount, end: DatedAmount, flows: &[DatedAmount]) -> Option<f64> {
    if end.date <= start.date {
        return None;
    }
    let years = |date: NaiveDate| (date - start.date).num_days() as f64 / DAYS_PER_YEAR;
    let inside = flows.iter().filter(|flow| start.date < flow.date && flow.date <= end.date);
    let mut cash = vec![(0.0, -start.amount)];
    cash.extend(inside.map(|flow| (years(flow.date), -flow.amount)));
    cash.push((years(end.date), end.amount));
    finite(only_root(&cash)?.exp_m1())
}

/// A year rate over a stretch of calendar days: `(1+x)^(D/365.25) - 1`.
pub fn over_days(annual: f64, days: i64) -> Option<f64> {
    finite(((days as f64 / DAYS_PER_YEAR) * annual.ln_1p()).exp_m1())
}

/// The only `ln(1 + x)` at which the cash flows are worth nothing.
fn only_root(cash: &[(f64, f64)]) -> Option<f64> {
    let below = (-STEPS..0).map(|step| LOWEST.ln_1p() * f64::from(-step) / f64::from(STEPS));
    let above = (0..=STEPS).map(|step| HIGHEST.ln_1p() * f64::from(step) / f64::from(STEPS));
    let mut roots = Vec::new();
    let mut previous: Option<(f64, f64)> = None;
    for (count, rate) in below.chain(above).enumerate() {
        let value = worth(cash, rate);
        let at_the_border = count == 0 || count == 2 * STEPS as usize;
        if value == 0.0 {
            if !at_the_border {
                roots.push(rate);
            }
            previous = None;
            continue;
        }
        if let Some((before, sign)) = previous
            && sign != value.signum()
        {
            roots.push(bisect(cash, before, rate, sign));
        }
        previous = Some((rate, value.signum()));
    }
    match roots.as_slice() {
        [root] => Some(*root),
        _ => None,
    }
}

/// What the flows are worth at this rate, up to a positive factor that keeps it from overflowing: discounted to
/// the start for a gain, compounded to the end for a loss.
fn worth(cash: &[(f64, f64)], rate: f64) -> f64 {
    let last = if rate < 0.0 { cash.last().map_or(0.0, |(years, _)| *years) } else { 0.0 };
    cash.iter().map(|(years, amount)| amount * (rate * (last - years)).exp()).sum()
}

fn bisect(cash: &[(f64, f64)], mut low: f64, mut high: f64, sign_at_low: f64) -> f64 {
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let value = worth(cash, middle);
        if value == 0.0 {
            return middle;
        }
        if value.signum() == sign_at_low {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::date;

    fn on(day: &str, amount: f64) -> DatedAmount {
        DatedAmount { date: date(day), amount }
    }

    #[test]
    fn without_flows_it_is_the_growth_rate() {
        // 1461 days are exactly four years of 365.25 days; 1.4641 = 1.1^4.
        let rate = money_weighted(on("2020-01-01", 1000.0), on("2024-01-01", 1464.1), &[]).unwrap();
        assert!((rate - 0.1).abs() < 1e-14, "{rate}");
        assert!((over_days(rate, 1461).unwrap() - 0.4641).abs() < 1e-13);
    }

    #[test]
    fn money_that_came_before_the_loss_weighs_more() {
        // Two years of 1461/2 days do not exist; take 4 + 4 years: 100 (1+x)^8 + 100 (1+x)^4 = 120 has
        // y = (1+x)^4 = (-1 + sqrt(1 + 4.8)) / 2.
        let flows = [on("2020-01-01", 100.0)];
        let rate = money_weighted(on("2016-01-01", 100.0), on("2024-01-01", 120.0), &flows).unwrap();
        let growth = (-1.0 + 5.8_f64.sqrt()) / 2.0;
        assert!(((1.0 + rate).powi(4) - growth).abs() < 1e-13);
        assert!(rate < 0.0);
    }

    #[test]
    fn two_rates_are_none() {
        // -100 + 230 v - 132 v^2 = 0 over four-year steps has the roots 10 % and 20 % per step.
        let flows = [on("2020-01-01", -230.0), on("2024-01-01", 132.0)];
        assert_eq!(money_weighted(on("2016-01-01", 100.0), on("2024-01-01", 0.0), &flows), None);
    }

    #[test]
    fn a_rate_beyond_the_range_is_none() {
        assert_eq!(money_weighted(on("2024-01-01", 100.0), on("2024-01-02", 102.0), &[]), None);
        assert_eq!(money_weighted(on("2024-01-01", 100.0), on("2024-01-01", 102.0), &[]), None);
        // Nothing left: no rate above -99.99 %.
        assert_eq!(money_weighted(on("2020-01-01", 100.0), on("2021-01-01", 1e-9), &[]), None);
    }

    #[test]
    fn an_unchanged_value_is_a_rate_of_zero() {
        assert_eq!(money_weighted(on("2020-01-01", 100.0), on("2021-01-01", 100.0), &[]), Some(0.0));
    }

    #[test]
    fn a_century_does_not_overflow() {
        let rate = money_weighted(on("1920-01-01", 1.0), on("2024-01-01", 1.0), &[]).unwrap();
        assert_eq!(rate, 0.0);
        let flows = [on("1950-01-01", 5.0)];
        assert!(money_weighted(on("1920-01-01", 1.0), on("2024-01-01", 3.0), &flows).unwrap() < 0.0);
    }

    #[test]
    fn flows_outside_the_stretch_do_not_count() {
        let flows = [on("2020-01-01", 50.0), on("2024-01-02", 50.0)];
        let with = money_weighted(on("2020-01-01", 1000.0), on("2024-01-01", 1464.1), &flows);
        assert_eq!(with, money_weighted(on("2020-01-01", 1000.0), on("2024-01-01", 1464.1), &[]));
    }
}
