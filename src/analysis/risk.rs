//! Risk and reward of returns.
//!
//! Returns are fractions, `excess` ones are taken over the risk-free rate of their time; `periods` is how many returns a
//! year has. See [`super::frequency`].

use super::statistics::{finite, mean, quantile, ratio, spread, standard_deviation};

/// Volatility a year: `s sqrt(P)` with the sample standard deviation `s` (ddof = 1); undefined for fewer than two
/// returns.
pub fn volatility(returns: &[f64], periods: f64) -> Option<f64> {
    finite(standard_deviation(returns)? * periods.sqrt())
}

/// Sharpe ratio per return: `mean(e) / std(e)`, ddof = 1; undefined for fewer than two returns or without spread.
pub fn sharpe_per_return(excess: &[f64]) -> Option<f64> {
    finite(mean(excess)? / spread(excess)?)
}

/// Sharpe ratio a year: `mean(e) / std(e) sqrt(P)`, ddof = 1; undefined for fewer than two returns or without
/// spread. Source: Sharpe, "The Sharpe Ratio" (1994).
pub fn sharpe(excess: &[f64], periods: f64) -> Option<f64> {
    finite(sharpe_per_return(excess)? * periods.sqrt())
}

/// Sortino ratio a year: `mean(e) / sqrt(mean(min(e, 0)^2)) sqrt(P)`; undefined for fewer than two returns or
/// without one below the risk-free rate. Source: Sortino and Price (1994).
pub fn sortino(excess: &[f64], periods: f64) -> Option<f64> {
    if excess.len() < 2 {
        return None;
    }
    let squares: Vec<f64> = excess.iter().map(|value| value.min(0.0).powi(2)).collect();
    ratio(mean(excess)? * periods.sqrt(), mean(&squares)?.sqrt())
}

/// Calmar ratio: annualized return over the size of the maximum drawdown; undefined without a drawdown.
/// Source: Young (1991).
pub fn calmar(annualized: f64, max_drawdown: f64) -> Option<f64> {
    ratio(annualized, max_drawdown.abs())
}

/// Recovery factor: total return over the size of the maximum drawdown; undefined without a drawdown.
pub fn recovery_factor(total: f64, max_drawdown: f64) -> Option<f64> {
    ratio(total, max_drawdown.abs())
}

/// Sum of the given power of the distances from the mean.
fn moment(returns: &[f64], power: i32) -> Option<f64> {
    let mean = mean(returns)?;
    finite(returns.iter().map(|value| (value - mean).powi(power)).sum())
}

/// Skewness, bias-corrected: `n sqrt(n-1) / (n-2) M3 / M2^1.5`, `Mk = sum (r - m)^k`, as pandas `skew`.
///
/// Undefined for fewer than three returns or without spread.
pub fn skewness(returns: &[f64]) -> Option<f64> {
    let count = returns.len() as f64;
    if returns.len() < 3 {
        return None;
    }
    spread(returns)?;
    let scale = count * (count - 1.0).sqrt() / (count - 2.0);
    finite(scale * moment(returns, 3)? / moment(returns, 2)?.powf(1.5))
}

/// Excess kurtosis, bias-corrected: `n (n+1) (n-1) / ((n-2)(n-3)) M4 / M2^2 - 3 (n-1)^2 / ((n-2)(n-3))`, as
/// pandas `kurt`. Undefined for fewer than four returns or without spread.
pub fn excess_kurtosis(returns: &[f64]) -> Option<f64> {
    let count = returns.len() as f64;
    if returns.len() < 4 {
        return None;
    }
    spread(returns)?;
    let divisor = (count - 2.0) * (count - 3.0);
    let scale = count * (count + 1.0) * (count - 1.0) / divisor;
    finite(scale * moment(returns, 4)? / moment(returns, 2)?.powi(2) - 3.0 * (count - 1.0).powi(2) / divisor)
}

/// Value at risk: the 5 % quantile of returns, a loss below zero; undefined without a return.
pub fn var_95(returns: &[f64]) -> Option<f64> {
    quantile(returns, 0.05)
}

/// Expected shortfall: the mean of the returns at or below [`var_95`]; undefined without a return.
pub fn cvar_95(returns: &[f64]) -> Option<f64> {
    let limit = var_95(returns)?;
    let tail: Vec<f64> = returns.iter().copied().filter(|value| *value <= limit).collect();
    mean(&tail)
}

/// Omega ratio at threshold 0: sum of gains over sum of losses; undefined without a loss.
/// Source: Keating and Shadwick (2002).
pub fn omega(returns: &[f64]) -> Option<f64> {
    let gains: f64 = returns.iter().map(|value| value.max(0.0)).sum();
    let losses: f64 = returns.iter().map(|value| (-value).max(0.0)).sum();
    ratio(gains, losses)
}

/// Tail ratio: `|q95| / |q5|` of returns; undefined where the 5 % quantile is 0.
pub fn tail_ratio(returns: &[f64]) -> Option<f64> {
    ratio(quantile(returns, 0.95)?.abs(), quantile(returns, 0.05)?.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::close;

    /// Mean 0.005; distances 0.005, -0.025, 0.015, 0.005; M2 = 0.0009; s = sqrt(0.0003).
    const DAYS: [f64; 4] = [0.01, -0.02, 0.02, 0.01];

    #[test]
    fn volatility_is_the_yearly_spread() {
        close(volatility(&DAYS, 252.0), (0.0003_f64 * 252.0).sqrt());
        assert_eq!(volatility(&[0.01], 252.0), None);
        close(volatility(&[0.0; 4], 252.0), 0.0);
    }

    #[test]
    fn sharpe_is_the_mean_over_the_spread() {
        close(sharpe(&DAYS, 252.0), 0.005 / 0.0003_f64.sqrt() * 252.0_f64.sqrt());
    }

    #[test]
    fn sharpe_needs_two_different_days() {
        assert_eq!(sharpe(&[0.01], 252.0), None);
        assert_eq!(sharpe(&[0.1 + 0.2, 0.3, 0.3], 252.0), None);
        assert_eq!(sharpe(&[], 252.0), None);
    }

    #[test]
    fn sortino_counts_only_the_bad_days_but_divides_by_all() {
        close(sortino(&DAYS, 252.0), 0.005 / (0.0004_f64 / 4.0).sqrt() * 252.0_f64.sqrt());
        assert_eq!(sortino(&[0.01, 0.02], 252.0), None);
    }

    #[test]
    fn calmar_and_recovery_divide_by_the_drawdown() {
        close(calmar(0.1, -0.2), 0.5);
        close(recovery_factor(0.3, -0.2), 1.5);
        assert_eq!(calmar(0.1, 0.0), None);
        assert_eq!(recovery_factor(0.1, 0.0), None);
    }

    #[test]
    fn skewness_and_kurtosis_are_bias_corrected() {
        // M3 = 1e-9 (125 - 15625 + 3375 + 125) = -1.2e-5; M4 = 1e-12 (625 + 390625 + 50625 + 625) = 4.425e-7.
        let skew = 4.0 * 3.0_f64.sqrt() / 2.0 * -1.2e-5 / 0.0009_f64.powf(1.5);
        close(skewness(&DAYS), skew);
        let kurt = 4.0 * 5.0 * 3.0 / 2.0 * 4.425e-7 / (0.0009 * 0.0009) - 3.0 * 9.0 / 2.0;
        close(excess_kurtosis(&DAYS), kurt);
        assert_eq!(skewness(&DAYS[..2]), None);
        assert_eq!(excess_kurtosis(&DAYS[..3]), None);
        assert_eq!(skewness(&[0.01; 5]), None);
    }

    #[test]
    fn value_at_risk_interpolates_and_the_shortfall_averages_below_it() {
        // 21 returns -0.10, -0.09 ... 0.10: the 5 % quantile falls on the second one.
        let days: Vec<f64> = (-10..=10).rev().map(|step| f64::from(step) / 100.0).collect();
        close(var_95(&days), -0.09);
        close(cvar_95(&days), -0.095);
        // Of four, position 0.15 between -0.02 and 0.01; only -0.02 lies below.
        close(var_95(&DAYS), -0.02 + 0.15 * 0.03);
        close(cvar_95(&DAYS), -0.02);
        assert_eq!(cvar_95(&[]), None);
    }

    #[test]
    fn omega_is_gains_over_losses() {
        close(omega(&DAYS), 2.0);
        assert_eq!(omega(&[0.01, 0.0]), None);
        close(omega(&[-0.01]), 0.0);
    }

    #[test]
    fn the_tail_ratio_compares_the_ends() {
        // 95 %: position 2.85 between 0.01 and 0.02; 5 %: -0.0155.
        close(tail_ratio(&DAYS), 0.0185 / 0.0155);
        assert_eq!(tail_ratio(&[0.0, 0.0]), None);
    }
}
