//! The numbers behind the chart of the record.

use serde_json::json;

use super::since_inception;
use crate::publication::{Publication, Published};

/// The numbers behind growth, drawdown and months for the script, as compact whole numbers.
///
/// `d` days since the first, `i` and `b` the index of account and benchmark times 10,000, `m` months with their
/// return in hundredths of a percent.
pub fn series(publication: &Publication) -> String {
    let days = &publication.days;
    let Some(first) = days.first() else { return "null".into() };
    let whole = |value: f64| (value * 10_000.0).round() as i64;
    let gaps: Vec<i64> = days.iter().map(|day| (day.date - first.date).num_days()).collect();
    let mut ours: Vec<i64> = days.iter().map(|day| whole(day.index.get())).collect();
    // So that the script says of the whole curve what the sentence says.
    if let Some((last, total)) = ours.last_mut().zip(since_inception(&publication.periods)) {
        *last = whole(1.0 + total);
    }
    let benchmark: Option<Vec<Option<i64>>> = publication
        .facts
        .benchmark
        .is_some()
        .then(|| days.iter().map(|day| day.benchmark_index.map(|value| whole(value.get()))).collect());
    let months: Vec<_> =
        publication.months.iter().map(|month| json!([month.month, whole(month.value.get())])).collect();
    // The benchmark's name is in the page already; nothing here is text from outside.
    json!({ "start": first.date, "d": gaps, "i": ours, "b": benchmark, "m": months }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing;

    #[test]
    fn the_series_are_whole_numbers_from_the_first_day() {
        let publication = testing::publication();
        let series: serde_json::Value = serde_json::from_str(&series(&publication)).unwrap();
        assert_eq!((&series["d"][0], &series["i"][0]), (&json!(0), &json!(10_000)));
        assert_eq!(series["i"].as_array().unwrap().len(), publication.days.len());
    }
}
