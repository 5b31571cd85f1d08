use super::*;
use crate::analysis::testing::close;

const OURS: [f64; 4] = [0.02, -0.01, 0.03, 0.0];
/// Mean 0.01; distances 0.01, -0.02, 0.01, 0; squares sum to 0.0006.
const THEIRS: [f64; 4] = [0.02, -0.01, 0.02, 0.01];

#[test]
fn beta_is_covariance_over_variance() {
    // Our distances 0.01, -0.02, 0.02, -0.01; products 1e-4, 4e-4, 2e-4, 0 sum to 7e-4.
    close(beta(&OURS, &THEIRS), 7.0 / 6.0);
    assert_eq!(beta(&OURS, &[0.01; 4]), None);
    assert_eq!(beta(&OURS[..1], &THEIRS[..1]), None);
    assert_eq!(beta(&OURS, &THEIRS[..3]), None);
}

#[test]
fn alpha_is_what_beta_leaves() {
    close(alpha(&OURS, &THEIRS, 7.0 / 6.0, 252.0), (1.0_f64 + 0.01 - 7.0 / 6.0 * 0.01).powi(252) - 1.0);
    let above = |values: [f64; 4]| values.map(|value| value - 0.004);
    let expected = (1.0_f64 + 0.006 - 7.0 / 6.0 * 0.006).powi(252) - 1.0;
    close(alpha(&above(OURS), &above(THEIRS), 7.0 / 6.0, 252.0), expected);
    assert_eq!(alpha(&OURS, &THEIRS[..3], 1.0, 252.0), None);
}

#[test]
fn correlation_is_scaled_covariance() {
    // Our squares sum to 0.0010.
    close(correlation(&OURS, &THEIRS), 7.0 / 60.0_f64.sqrt());
    close(r_squared(&OURS, &THEIRS), 49.0 / 60.0);
    assert_eq!(correlation(&OURS, &[0.01; 4]), None);
}

#[test]
fn tracking_error_and_information_ratio_look_at_the_difference() {
    // Differences 0, 0, 0.01, -0.01 around 0.
    close(tracking_error(&OURS, &THEIRS, 252.0), (0.0002_f64 / 3.0 * 252.0).sqrt());
    close(information_ratio(&OURS, &THEIRS, 252.0), 0.0);
    // Differences 0.01 and 0.03: mean 0.02, spread 0.02 / sqrt(2).
    close(information_ratio(&[0.01, 0.03], &[0.0, 0.0], 2.0), 2.0);
    assert_eq!(information_ratio(&[0.02, 0.03], &[0.01, 0.02], 252.0), None);
}

#[test]
fn capture_compares_annualized_returns_of_up_and_down_days() {
    // Three up days of four periods a year.
    let ours = (1.02_f64 * 1.03 * 1.0).powf(4.0 / 3.0) - 1.0;
    let theirs = (1.02_f64 * 1.02 * 1.01).powf(4.0 / 3.0) - 1.0;
    close(up_capture(&OURS, &THEIRS, 4.0), ours / theirs);
    close(down_capture(&OURS, &THEIRS, 4.0), 1.0);
    assert_eq!(down_capture(&OURS, &[0.0; 4], 4.0), None);
}

#[test]
fn decades_of_losing_days_keep_their_digits() {
    // Four thousand days of -1 % leave 3.5e-18; a year of them loses 1 - 0.99^252 all the same.
    let (ours, theirs) = (vec![-0.005; 4_000], vec![-0.01; 4_000]);
    let expected = (0.995f64.powi(252) - 1.0) / (0.99f64.powi(252) - 1.0);
    let found = down_capture(&ours, &theirs, 252.0).unwrap();
    assert!((found / expected - 1.0).abs() < 1e-12, "{found} is not {expected}");
}
