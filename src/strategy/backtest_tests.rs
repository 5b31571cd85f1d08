use proptest::prelude::*;

use super::*;
use crate::config::Strategy;
use crate::record::Bar;
use crate::strategy::testing::{prices, series, strategy};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dollar() -> Currency {
    "USD".parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Two months of one-month momentum: A wins January, B February.
fn two() -> Prices {
    prices([
        series(
            "A",
            &[
                ("2020-01-02", "10"),
                ("2020-01-31", "12"),
                ("2020-02-03", "12"),
                ("2020-02-28", "11"),
                ("2020-03-02", "11"),
                ("2020-03-31", "10"),
            ],
        ),
        series(
            "B",
            &[
                ("2020-01-02", "20"),
                ("2020-01-31", "20"),
                ("2020-02-03", "20"),
                ("2020-02-28", "25"),
                ("2020-03-02", "26"),
                ("2020-03-31", "30"),
            ],
        ),
    ])
}

fn one_month() -> Strategy {
    Strategy { lookback_months: 1, skip_months: 0, capital: 1200.into(), ..strategy(&["A", "B"], 1) }
}

/// January's prices start on the 2nd, so December has no end: the first answer is of February.
#[test]
fn a_round_trip_by_hand() {
    let span = Span { from: Some(date("2020-01-31")), ..Span::default() };
    // February: the signal of January cannot be formed without December, so the account stays in cash; March: B.
    let simulation = backtest(&one_month(), &two(), dollar(), span).unwrap();
    let fills: Vec<String> = simulation
        .executions
        .iter()
        .map(|fill| format!("{} {} {} {}", fill.utc_date(), fill.side, fill.quantity, fill.symbol))
        .collect();
    assert_eq!(fills, ["2020-03-02 BUY 46 B"]);
    // 1,200 - 46 x 26 = 4; at the end 4 + 46 x 30.
    assert_eq!(simulation.snapshots.last().unwrap().net_liquidation, 1384.into());
    assert_eq!(simulation.snapshots.len(), 5);
}

#[test]
fn costs_come_off_on_both_sides() {
    let mut rule =
        Strategy { rule: crate::config::Rule::FixedWeights, universe: strategy(&["A"], 1).universe, ..one_month() };
    rule.slippage_bps = 100.into();
    rule.commission_min = 5.into();
    rule.weights = BTreeMap::from([("A".into(), dec("0.5"))]);
    let span = Span { from: Some(date("2020-01-02")), invested_at_start: true, ..Span::default() };
    let closes = [("2019-12-31", "10"), ("2020-01-02", "10"), ("2020-01-31", "12"), ("2020-02-03", "12")];
    let simulation = backtest(&rule, &prices([series("A", &closes)]), dollar(), span).unwrap();
    // 600 - 5 at 10.10 is 58 shares: 1,200 - 585.80 - 5 = 609.20 and 58 x 10.
    assert_eq!(simulation.snapshots[0].net_liquidation, dec("1189.2"));
    assert_eq!(simulation.executions[0].price, dec("10.1"));
    // On 3 February 58 x 12 = 696 of 1,305.20: 53.3 %, and 652.60 are wanted: 43.4 too much is 3 shares at 11.88.
    let sale = &simulation.executions[1];
    assert_eq!((sale.side, sale.quantity, sale.price), (Side::Sell, 3.into(), dec("11.88")));
    // First bought at 10.10 with 5 / 58 each: 3 x 11.88 - 5 - 3 x 10.10 - 3 x 5 / 58.
    assert_eq!(sale.realized_pnl, Some(dec("0.0814")));
}

#[test]
fn it_starts_with_the_first_signal_by_itself() {
    let simulation = backtest(&one_month(), &two(), dollar(), Span::default()).unwrap();
    assert_eq!(simulation.snapshots[0].date, date("2020-02-28"));
    assert_eq!(simulation.decisions[0].signal.formation.to_string(), "2020-02");
}

#[test]
fn prices_that_end_while_held_stop_it() {
    let mut all = two();
    all.insert(PriceSymbol::new("C"), series("C", &[("2020-05-29", "1")]));
    let rule = Strategy { universe: strategy(&["A", "B", "C"], 1).universe, ..one_month() };
    let error = backtest(&rule, &all, dollar(), Span::default()).unwrap_err();
    assert!(error.message().starts_with("on 2020-05-29 B is held and has no price"), "{error}");
    let until = Span { to: Some(date("2020-04-30")), ..Span::default() };
    assert!(backtest(&rule, &all, dollar(), until).is_ok());
    assert!(
        backtest(&strategy(&["NONE"], 1), &all, dollar(), Span::default()).unwrap_err().message().contains("NONE")
    );
}

#[test]
fn foreign_prices_need_a_rate_and_use_it() {
    let pence = crate::strategy::testing::series_in(
        "A",
        "GBp",
        &[("2019-12-31", "1000"), ("2020-01-02", "1000"), ("2020-01-31", "1200"), ("2020-02-28", "1200")],
    );
    let mut all = prices([pence]);
    let rule =
        Strategy { rule: crate::config::Rule::BuyAndHold, universe: strategy(&["A"], 1).universe, ..one_month() };
    let span = Span { from: Some(date("2020-01-02")), invested_at_start: true, ..Span::default() };
    let error = backtest(&rule, &all, dollar(), span).unwrap_err();
    assert!(error.message().contains("quoted in GBP") && error.next_step().unwrap().contains("GBPUSD=X"), "{error}");
    let rates = series("GBPUSD=X", &[("2020-01-02", "1.25"), ("2020-01-31", "1.30"), ("2020-02-28", "1.20")]);
    all.insert(rates.symbol.clone(), rates);
    let simulation = backtest(&rule, &all, dollar(), span).unwrap();
    // 1,200 dollars are 960 pounds: 96 shares at 10 pounds. Then 96 x 12 x 1.30, and 96 x 12 x 1.20.
    let values: Vec<Decimal> = simulation.snapshots.iter().map(|snapshot| snapshot.net_liquidation).collect();
    assert_eq!(values, [dec("1200"), dec("1497.6"), dec("1382.4")]);
}

#[test]
fn a_long_closure_of_one_exchange_does_not_end_the_backtest() {
    // A's exchange is shut for ten days, while B trades; C's prices end.
    let b = series(
        "B",
        &[
            ("2019-12-31", "10"),
            ("2020-01-02", "10"),
            ("2020-01-20", "10"),
            ("2020-02-03", "10"),
            ("2020-02-04", "11"),
        ],
    );
    let shut = series("A", &[("2019-12-31", "10"), ("2020-01-02", "10"), ("2020-01-23", "10"), ("2020-02-04", "12")]);
    let over = series("C", &[("2019-12-31", "10"), ("2020-01-02", "10"), ("2020-01-23", "10")]);
    let span = Span {
        from: Some(date("2020-01-02")),
        capital: Some(dec("2000")),
        invested_at_start: true,
        ..Span::default()
    };
    let run = |symbol: &str| {
        let rule = Strategy { rule: crate::config::Rule::BuyAndHold, ..strategy(&[symbol, "B"], 1) };
        backtest(&rule, &prices([b.clone(), shut.clone(), over.clone()]), dollar(), span)
    };
    let value = |at: usize| run("A").unwrap().snapshots[at].net_liquidation;
    // 100 of each: on 3 February A counts as before it was shut.
    assert_eq!((value(3), value(4)), (dec("2000"), dec("2300")));
    assert!(run("C").unwrap_err().message().contains("C is held and has no price"));
}

/// Twenty months of daily prices of three symbols that go up and down.
fn waves(change: impl Fn(usize, NaiveDate) -> f64) -> Prices {
    let dates: Vec<NaiveDate> =
        date("2019-01-01").iter_days().take(600).filter(|day| crate::calendar::is_weekday(*day)).collect();
    let wave = |place: usize| {
        let bar = |date: &NaiveDate| {
            let day = (*date - dates[0]).num_days() as f64;
            let price = (50.0 + 20.0 * (day / (40.0 + 17.0 * place as f64)).sin()) * change(place, *date);
            Bar {
                date: *date,
                open: None,
                high: None,
                low: None,
                close: Decimal::new((price * 100.0) as i64, 2),
                adj_close: None,
                volume: None,
                currency: "USD".into(),
            }
        };
        PriceSeries::new(PriceSymbol::new(["A", "B", "C"][place]), dates.iter().map(bar).collect()).unwrap()
    };
    prices([wave(0), wave(1), wave(2)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn nothing_before_a_date_depends_on_prices_after_it(
        day in 100u64..590,
        factor in 1.2f64..3.0,
        unchanged in 0usize..3,
    ) {
        let rule = Strategy { lookback_months: 3, ..strategy(&["A", "B", "C"], 2) };
        let last = date("2019-01-01") + chrono::Days::new(day);
        let span = Span { from: Some(date("2019-04-30")), ..Span::default() };
        let run = |prices: &Prices| backtest(&rule, prices, dollar(), span).unwrap();
        let one = run(&waves(|_, _| 1.0));
        let other = run(&waves(|place, date| if place != unchanged && date > last { factor } else { 1.0 }));
        let fills = |simulation: &Simulation| -> Vec<Execution> {
            simulation.executions.iter().filter(|fill| fill.utc_date() <= last).cloned().collect()
        };
        let snapshots = |simulation: &Simulation| -> Vec<Snapshot> {
            simulation.snapshots.iter().filter(|snapshot| snapshot.date <= last).cloned().collect()
        };
        prop_assert_eq!(fills(&one), fills(&other));
        prop_assert_eq!(snapshots(&one), snapshots(&other));
        // Two of three are held, so one of them at least is worth more in the end.
        let ends = |simulation: &Simulation| simulation.snapshots.last().unwrap().clone();
        prop_assert!(last >= ends(&one).date || ends(&one) != ends(&other));
    }
}
