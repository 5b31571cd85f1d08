//! Effects of single days as parts of a compounded return.
//!
//! Daily effects add up to the day's return, but days compound. Weighted with these coefficients they add up to the
//! whole. Source: Carino, "Combining Attribution Effects Over Time", Journal of Performance Measurement (1999).

use super::statistics::compounded;

/// The coefficient of each day, so that the sum of `coefficient x (ours - theirs)` is the difference of the two total
/// returns. Empty where a return is -100 % or below, or the lists differ in length.
///
/// `k_t / k` with `k = (ln(1 + R) - ln(1 + B)) / (R - B)` for the day and for the whole.
pub fn coefficients(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    let whole = compounded(ours).zip(compounded(theirs)).and_then(|(ours, theirs)| smoothing(ours, theirs));
    let days = ours.iter().zip(theirs).map(|(ours, theirs)| smoothing(*ours, *theirs)).collect::<Option<Vec<_>>>();
    match (whole, days) {
        (Some(whole), Some(days)) if ours.len() == theirs.len() => days.into_iter().map(|day| day / whole).collect(),
        _ => Vec::new(),
    }
}

fn smoothing(ours: f64, theirs: f64) -> Option<f64> {
    if ours <= -1.0 || theirs <= -1.0 {
        return None;
    }
    // Near equality the quotient is nothing but rounding, and its limit is 1 / (1 + r).
    if (ours - theirs).abs() < 1e-9 {
        Some(1.0 / (1.0 + ours))
    } else {
        Some((ours.ln_1p() - theirs.ln_1p()) / (ours - theirs))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn linked_differences_add_up_to_the_difference_of_the_totals(
            pairs in prop::collection::vec((-0.2f64..0.2, -0.2f64..0.2), 1..60),
        ) {
            let (ours, theirs): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let linked: f64 = coefficients(&ours, &theirs).iter().zip(ours.iter().zip(&theirs)).map(|(k, (ours, theirs))| k * (ours - theirs)).sum();
            let difference = compounded(&ours).unwrap() - compounded(&theirs).unwrap();
            prop_assert!((linked - difference).abs() < 1e-6 * (1.0 + difference.abs()), "{linked} {difference}");
        }
    }

    #[test]
    fn two_days_by_hand() {
        // 10 % and 10 % against nothing: 21 % in all, half of it from each.
        let k = coefficients(&[0.1, 0.1], &[0.0, 0.0]);
        assert!((k[0] * 0.1 - 0.105).abs() < 1e-12 && (k[1] * 0.1 - 0.105).abs() < 1e-12);
        assert!(coefficients(&[-1.0], &[0.0]).is_empty());
    }
}
