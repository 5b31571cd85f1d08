//! How many returns a year a record has, and how many it takes to say something.

use super::statistics::finite;

/// The average length of a year in days, over which rates a year are taken.
pub const DAYS_PER_YEAR: f64 = 365.25;

/// Periods shorter than this many calendar days are not annualized (GIPS).
pub const MIN_DAYS_TO_ANNUALIZE: i64 = 365;

/// A record with a valuation on this share of its sessions is a daily one.
const DAILY: f64 = 0.9;

/// Returns that a figure about their spread takes.
pub const MIN_RETURNS: usize = 63;
/// Returns it takes where a year has fewer than 100 returns: three years of months.
pub const MIN_SPARSE_RETURNS: usize = 36;
/// Returns a year from which [`MIN_RETURNS`] counts.
const OFTEN: f64 = 100.0;

/// How many returns a year has, by which figures are annualized.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frequency {
    /// Returns a year, `P`.
    pub periods: f64,
    /// Whether they are those of single sessions. If not, each return carries the risk-free rate of its calendar days.
    pub daily: bool,
}

impl Frequency {
    /// `configured` periods a year where at least nine in ten of `expected` returns are there, else as many as there were
    /// over the calendar days: `P = n x 365.25 / days`.
    pub fn of(returns: usize, expected: usize, calendar_days: i64, configured: u32) -> Self {
        let daily = Self { periods: f64::from(configured), daily: true };
        daily.of_part(returns, expected, returns, calendar_days)
    }

    /// The frequency of figures that are made from `used` parts of this record over `calendar_days`: its own where at least
    /// nine in ten of its `returns` are `whole` among them.
    #[must_use]
    pub fn of_part(self, whole: usize, returns: usize, used: usize, calendar_days: i64) -> Self {
        if (whole as f64) < DAILY * returns as f64 {
            Self::observed(used, calendar_days).unwrap_or(self)
        } else {
            self
        }
    }

    /// As many returns a year as there were over the calendar days; `None` without any.
    fn observed(returns: usize, calendar_days: i64) -> Option<Self> {
        let periods =
            finite(returns as f64 * DAYS_PER_YEAR / calendar_days as f64).filter(|periods| *periods > 0.0)?;
        Some(Self { periods, daily: false })
    }

    /// The risk-free rate of a return over a number of calendar days, from the annual rate: `(1 + rf)^(1/P) - 1` where returns are
    /// daily, else `(1 + rf)^(days/365.25) - 1`. Undefined for a rate of -100 % or below.
    pub fn risk_free(&self, a_year: f64, calendar_days: i64) -> Option<f64> {
        if a_year <= -1.0 {
            return None;
        }
        let years = if self.daily { 1.0 / self.periods } else { calendar_days as f64 / DAYS_PER_YEAR };
        finite((a_year.ln_1p() * years).exp_m1())
    }

    /// Returns above the risk-free rate, `e_t = r_t - rf_t`, from returns and the calendar days of each.
    pub fn excess(&self, returns: impl IntoIterator<Item = (f64, i64)>, a_year: f64) -> Option<Vec<f64>> {
        returns.into_iter().map(|(value, days)| Some(value - self.risk_free(a_year, days)?)).collect()
    }

    /// What a sample of returns over a number of calendar days lacks for a figure about their spread: `needs 63 returns, has 19`.
    pub fn lacks(&self, returns: usize, calendar_days: i64) -> Option<String> {
        let often = self.periods >= OFTEN;
        let least = if often { MIN_RETURNS } else { MIN_SPARSE_RETURNS };
        if returns < least {
            return Some(format!("needs {least} returns, has {returns}"));
        }
        let short = !often && calendar_days < MIN_DAYS_TO_ANNUALIZE;
        short.then(|| format!("needs {MIN_DAYS_TO_ANNUALIZE} days, has {calendar_days}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::close;

    #[test]
    fn nine_in_ten_sessions_make_a_daily_record() {
        let of = |returns| Frequency::of(returns, 200, 290, 252);
        assert_eq!(of(180), Frequency { periods: 252.0, daily: true });
        let sparse = of(179);
        assert!(!sparse.daily);
        close(Some(sparse.periods), 179.0 * 365.25 / 290.0);
        // Weekly for two years: 105 of 504.
        close(Some(Frequency::of(105, 504, 735, 252).periods), 105.0 * 365.25 / 735.0);
        assert_eq!(Frequency::of(0, 0, 0, 252), Frequency { periods: 252.0, daily: true });
    }

    #[test]
    fn the_risk_free_rate_is_that_of_the_time_it_stands_for() {
        let daily = Frequency { periods: 252.0, daily: true };
        close(daily.risk_free(0.05, 3), 1.05_f64.powf(1.0 / 252.0) - 1.0);
        let weekly = Frequency { periods: 52.0, daily: false };
        close(weekly.risk_free(0.05, 7), 1.05_f64.powf(7.0 / 365.25) - 1.0);
        let excess = weekly.excess([(0.01, 7), (0.02, 14)], 0.05).unwrap();
        close(Some(excess[1]), 0.02 - (1.05_f64.powf(14.0 / 365.25) - 1.0));
        assert_eq!(weekly.risk_free(-1.0, 7), None);
    }

    #[test]
    fn a_spread_takes_a_quarter_of_days_or_three_years_of_months() {
        let daily = Frequency { periods: 252.0, daily: true };
        assert_eq!(daily.lacks(62, 90).as_deref(), Some("needs 63 returns, has 62"));
        assert_eq!(daily.lacks(63, 90), None);
        let weekly = Frequency { periods: 52.0, daily: false };
        assert_eq!(weekly.lacks(35, 400).as_deref(), Some("needs 36 returns, has 35"));
        assert_eq!(weekly.lacks(40, 280).as_deref(), Some("needs 365 days, has 280"));
        assert_eq!(weekly.lacks(52, 365), None);
    }
}
