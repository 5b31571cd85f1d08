//! Fills of one time in the order in which the file has them.

use chrono::TimeDelta;

use crate::record::Execution;

/// Puts fills of one time a millionth of a second apart, in the order of the file: a file with dates alone has all fills of a
/// day at noon, and the day's purchase must not come behind its sale because of its name.
///
/// The times of the other rows prove whether the file begins with the oldest or with the newest. Where they prove nothing,
/// it is as `newest_first` says; without that, or where they prove both, nothing is changed.
pub fn apart(fills: &mut [Execution], newest_first: Option<bool>) {
    let steps = || fills.iter().zip(fills.iter().skip(1)).map(|(one, next)| one.time.cmp(&next.time));
    let is_newest_first = match (steps().any(|step| step.is_lt()), steps().any(|step| step.is_gt())) {
        (true, false) => false,
        (false, true) => true,
        (false, false) => match newest_first {
            Some(known) => known,
            None => return,
        },
        (true, true) => return,
    };
    for same in fills.chunk_by_mut(|one, next| one.time == next.time) {
        let last = same.len().saturating_sub(1);
        for (place, fill) in same.iter_mut().enumerate() {
            let later = if is_newest_first { last - place } else { place };
            fill.time += TimeDelta::microseconds(i64::try_from(later).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::testing::fill;

    /// The fills by time, where the file has these days in this order.
    fn ordered(days: &[u32], newest_first: Option<bool>) -> Vec<usize> {
        let time = |day: &u32| format!("2026-01-{day:02}T12:00:00Z").parse().unwrap();
        let mut fills: Vec<Execution> = days.iter().map(|day| Execution { time: time(day), ..fill("a") }).collect();
        for (place, fill) in fills.iter_mut().enumerate() {
            fill.quantity = place.into();
        }
        apart(&mut fills, newest_first);
        fills.sort_by_key(|fill| fill.time);
        fills.iter().map(|fill| fill.quantity.to_string().parse().unwrap()).collect()
    }

    #[test]
    fn the_order_of_the_file_is_kept_where_the_file_proves_which_it_is() {
        assert_eq!(ordered(&[1, 2, 2, 2, 3], None), [0, 1, 2, 3, 4]);
        assert_eq!(ordered(&[3, 2, 2, 2, 1], None), [4, 3, 2, 1, 0]);
        assert_eq!(ordered(&[2, 2, 2], Some(true)), [2, 1, 0]);
        assert_eq!(ordered(&[2, 2, 1], Some(false)), [2, 1, 0], "the file proves more than is usual");
    }

    #[test]
    fn without_proof_nothing_is_changed() {
        for days in [&[2, 2][..], &[1, 2, 2, 1]] {
            let time = |day: &u32| format!("2026-01-{day:02}T12:00:00Z").parse().unwrap();
            let mut fills: Vec<Execution> =
                days.iter().map(|day| Execution { time: time(day), ..fill("a") }).collect();
            let before = fills.clone();
            apart(&mut fills, None);
            assert_eq!(fills, before);
        }
    }
}
