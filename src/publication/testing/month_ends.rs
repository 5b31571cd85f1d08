//! The ends of made-up months.

use std::collections::BTreeMap;

use super::TICKERS;
use crate::calendar::YearMonth;
use crate::publication::{Day, Month, MonthEnd, Period, PositionView};

pub fn month_ends(days: &[Day], months: &[Month]) -> BTreeMap<YearMonth, MonthEnd> {
    let end = |month: &Month| {
        let until = &days[..days.partition_point(|day| day.date <= month.month.last_day())];
        let (first, last) = (until.first().unwrap(), until.last().unwrap());
        let period = |label: &str, value, benchmark| Period {
            label: label.into(),
            value,
            benchmark,
            annualized: false,
            undefined_because: None,
        };
        let end = MonthEnd {
            since: until[until.len() - 1 - month.observations.min(until.len() - 1)].date,
            as_of: last.date,
            observations: until.len() - 1,
            calendar_days: (last.date - first.date).num_days(),
            periods: vec![
                period("Month to date", Some(month.value), month.benchmark),
                period("Since inception", Some(last.index - 1.0), last.benchmark_index.map(|index| index - 1.0)),
            ],
            volatility: Some(0.15),
            sharpe: Some(0.7),
            max_drawdown: until.iter().map(|day| day.drawdown).reduce(f64::min),
            drawdown: Some(last.drawdown),
            positions_as_of: Some(last.date),
            positions: positions(),
            cash_weight: Some(0.018),
            held_back_after: None,
            data_quality: vec!["There is a valuation for every weekday.".into()],
        };
        (month.month, end)
    };
    months.iter().map(end).collect()
}

pub fn positions() -> Vec<PositionView> {
    TICKERS
        .iter()
        .take(3)
        .zip([0.342, 0.331, 0.309])
        .map(|((symbol, name), weight)| PositionView {
            symbol: (*symbol).into(),
            name: (*name).into(),
            weight,
            gain: Some(weight - 0.32),
            price: Some("143.20".into()),
            currency: "USD".into(),
            quantity: None,
            market_value: None,
        })
        .collect()
}
