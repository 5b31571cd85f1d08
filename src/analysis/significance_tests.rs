use super::*;
use crate::analysis::testing::close;

/// Mean 0.005, squares around it 0.0009, as in the tests of `risk`.
const DAYS: [f64; 4] = [0.01, -0.02, 0.02, 0.01];

/// Where blocks of 21 returns end.
const END: u32 = u32::MAX / 21;

/// A record of `count` days with a mean of 0.001 and days that differ, without a pattern in time.
fn noise(count: usize, mean: f64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    (0..count).map(|_| mean + (below(&mut random, 2001) as f64 - 1000.0) * 1e-5).collect()
}

#[test]
fn the_probabilistic_sharpe_ratio_widens_with_skewness_and_kurtosis() {
    let sharpe = 0.005 / 0.0003_f64.sqrt();
    let skew = 4.0 * 3.0_f64.sqrt() / 2.0 * -1.2e-5 / 0.0009_f64.powf(1.5);
    let kurt = 4.0 * 5.0 * 3.0 / 2.0 * 4.425e-7 / (0.0009 * 0.0009) - 13.5 + 3.0;
    let shape = 1.0 - skew * sharpe + (kurt - 1.0) / 4.0 * sharpe * sharpe;
    close(probabilistic_sharpe(&DAYS, 0.0), normal_cdf(sharpe * (3.0 / shape).sqrt()));
    close(minimum_track_record(&DAYS, 0.0), 1.0 + shape * (1.644_853_626_951_472_2 / sharpe).powi(2));
    close(probabilistic_sharpe(&DAYS, sharpe), 0.5);
}

#[test]
fn the_normal_distribution_is_the_tables_one() {
    // Phi(1), Phi(-3) and Phi^-1(0.95) from Abramowitz and Stegun.
    assert!((normal_cdf(1.0) / 0.841_344_746_068_543 - 1.0).abs() < 1e-10);
    assert!((normal_cdf(-3.0) / 0.001_349_898_031_630_095 - 1.0).abs() < 1e-10);
    assert!((normal_quantile(0.95).unwrap() - 1.644_853_626_951_472).abs() < 1e-12);
    assert_eq!(normal_quantile(1.0), None);
}

#[test]
fn a_record_as_long_as_the_minimum_is_just_certain_enough() {
    // n = minimum length makes the distance in Phi exactly z_0.95.
    let days = noise(500, 0.001);
    let sharpe = sharpe_per_return(&days).unwrap();
    let length = minimum_track_record(&days, 0.0).unwrap();
    let distance = sharpe * (length - 1.0).sqrt() / shape(&days, sharpe).unwrap().sqrt();
    assert!((normal_cdf(distance) - 0.95).abs() < 1e-10);
}

#[test]
fn no_length_proves_a_loss_to_be_skill() {
    let losses: Vec<f64> = DAYS.iter().map(|value| -value).collect();
    assert_eq!(minimum_track_record(&losses, 0.0), None);
    assert!(probabilistic_sharpe(&losses, 0.0).unwrap() < 0.5);
}

#[test]
fn the_best_of_many_worthless_variants_looks_good() {
    assert_eq!(expected_best_sharpe(0, 0.1), None);
    assert_eq!(expected_best_sharpe(1, 0.1), Some(0.0));
    // N = 2: Phi^-1(1/2) = 0, Phi^-1(1 - 1/(2 e)) = Phi^-1(0.8160602794142788) = 0.9004526234.
    let found = expected_best_sharpe(2, 0.1).unwrap();
    assert!((found - 0.1 * EULER_GAMMA * 0.900_452_6).abs() < 1e-6, "{found}");
    assert!(expected_best_sharpe(100, 0.1) > expected_best_sharpe(10, 0.1));
}

#[test]
fn deflation_lowers_the_probability() {
    let days = noise(500, 0.001);
    close(deflated_sharpe(&days, 1, 0.05), probabilistic_sharpe(&days, 0.0).unwrap());
    assert!(deflated_sharpe(&days, 50, 0.05) < probabilistic_sharpe(&days, 0.0));
}

#[test]
fn the_interval_holds_the_sharpe_ratio_and_is_the_same_on_every_run() {
    let days = noise(1000, 0.0005);
    let (low, high) = sharpe_interval(&days, 252.0).unwrap();
    let sharpe = sharpe_per_return(&days).unwrap() * 252.0_f64.sqrt();
    assert!(low < sharpe && sharpe < high, "{low} {sharpe} {high}");
    assert_eq!(sharpe_interval(&days, 252.0), Some((low, high)));
    // Independent days: the width is near that of the normal interval, 2 x 1.645 sqrt(252 / n).
    let normal = 2.0 * 1.645 * (252.0_f64 / 1000.0).sqrt();
    assert!((0.75..1.25).contains(&((high - low) / normal)), "{}", (high - low) / normal);
}

#[test]
fn too_few_or_equal_days_give_no_interval() {
    assert_eq!(sharpe_interval(&noise(41, 0.0), 252.0), None);
    assert!(sharpe_interval(&noise(42, 0.0), 252.0).is_some());
    assert_eq!(sharpe_interval(&[0.01; 100], 252.0), None);
}

#[test]
fn blocks_are_a_month_of_returns() {
    close(Some(mean_block(252.0)), 21.0);
    close(Some(mean_block(52.0)), 52.0 / 12.0);
    close(Some(mean_block(12.0)), 1.0);
}

#[test]
fn blocks_are_twenty_one_days_long_on_average() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let lengths: Vec<f64> = (0..100_000).map(|_| block_length(&mut random, usize::MAX, END) as f64).collect();
    let average = mean(&lengths).unwrap();
    assert!((average - 21.0).abs() < 0.3, "{average}");
    assert_eq!(block_length(&mut random, 1, END), 1);
}

#[test]
fn running_sums_wrap_around_the_end() {
    let sums = RunningSums::of(&[0.01, 0.02, 0.06]).unwrap();
    // From the third day over the end to the first: distances 0.03 and -0.02.
    let (before, after) = (sums.sums[2], sums.sums[4]);
    close(Some(after.0 - before.0), 0.01);
    close(Some(after.1 - before.1), 0.0013);
}

#[test]
fn a_draw_is_the_sharpe_ratio_of_the_days_its_blocks_hold() {
    let days: Vec<f64> = noise(50, 0.004);
    let sums = RunningSums::of(&days).unwrap();
    let (mut random, mut again) = (ChaCha8Rng::seed_from_u64(3), ChaCha8Rng::seed_from_u64(3));
    for _ in 0..20 {
        let (mut drawn, mut blocks) = (Vec::new(), Vec::new());
        while drawn.len() < days.len() {
            let start = below(&mut again, days.len());
            let length = block_length(&mut again, days.len() - drawn.len(), END);
            drawn.extend((start..start + length).map(|at| days[at % days.len()]));
        }
        draw_blocks(&mut random, days.len(), END, &mut blocks);
        close(sums.sharpe(&blocks), sharpe_per_return(&drawn).unwrap());
    }
}
