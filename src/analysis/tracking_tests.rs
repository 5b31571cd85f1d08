use super::*;
use crate::analysis::trade_samples::{Fill, currency, date, dec, snapshot};
use crate::record::Bar;

fn position(symbol: &str, quantity: i64, price: &str) -> Position {
    Position {
        symbol: Ticker::new(symbol),
        conid: None,
        exchange: String::new(),
        currency: currency("USD"),
        quantity: quantity.into(),
        average_cost: None,
        market_price: Some(dec(price)),
        market_value: Decimal::from(quantity) * dec(price),
        unrealized_pnl: None,
        realized_pnl: None,
    }
}

fn valued(day: &str, cash: &str, positions: Vec<Position>) -> Snapshot {
    let value = dec(cash) + positions.iter().map(|position| position.market_value).sum::<Decimal>();
    Snapshot { net_liquidation: value, positions: Some(positions), ..snapshot(day, 1) }
}

fn prices(all: &[(&str, [&str; 3])]) -> BTreeMap<PriceSymbol, PriceSeries> {
    let days = ["2026-01-30", "2026-02-02", "2026-02-03"];
    let series = |(name, closes): &(&str, [&str; 3])| {
        let bars = days.iter().zip(closes).map(|(day, close)| Bar {
            date: date(day),
            open: None,
            high: None,
            low: None,
            close: dec(close),
            adj_close: None,
            volume: None,
            currency: "USD".into(),
        });
        (PriceSymbol::new(*name), PriceSeries::new(PriceSymbol::new(*name), bars.collect()).unwrap())
    };
    all.iter().map(series).collect()
}

fn compare(live: Record, simulated: Record, prices: &BTreeMap<PriceSymbol, PriceSeries>) -> Tracking {
    let symbol_of = |ticker: &Ticker, _, _: &str| Some(PriceSymbol::new(ticker.as_str()));
    let market = Market { prices, symbol_of: &symbol_of, base: currency("USD") };
    let found = tracking(&live, &simulated, &market, FlowTiming::Split).unwrap();
    assert!((found.causes.total() - found.difference().unwrap()).abs() < 1e-12);
    found
}

fn bps(value: f64) -> f64 {
    (value * 1e6).round() / 100.0
}

#[test]
fn a_worse_fill_and_a_dearer_broker_are_told_apart() {
    let prices = prices(&[("A", ["100", "100", "110"])]);
    // Bought 50 of A at 100.10 for 3 dollars instead of at the close for 1.
    let live = Record {
        snapshots: vec![
            valued("2026-01-30", "10000", vec![]),
            valued("2026-02-02", "4992", vec![position("A", 50, "100")]),
            valued("2026-02-03", "4992", vec![position("A", 50, "110")]),
        ],
        executions: vec![Fill::buy("A", 50, dec("100.10")).on("2026-02-02").commission("3", "USD").done()],
        ..Record::default()
    };
    let simulated = Record {
        snapshots: vec![
            valued("2026-01-30", "10000", vec![]),
            valued("2026-02-02", "4999", vec![position("A", 50, "100")]),
            valued("2026-02-03", "4999", vec![position("A", 50, "110")]),
        ],
        executions: vec![Fill::buy("A", 50, 100).on("2026-02-02").commission("1", "USD").done()],
        ..Record::default()
    };
    let found = compare(live, simulated, &prices);
    // 5 dollars of slippage and 2 of commission on 10,000, grown by the second day's 5 %.
    assert!((bps(found.causes.fills) + 5.25).abs() < 0.02, "{:?}", found.causes);
    assert!((bps(found.causes.costs) + 2.1).abs() < 0.02, "{:?}", found.causes);
    assert!(bps(found.causes.rest).abs() < 0.01 && found.causes.timing == 0.0);
}

#[test]
fn cash_beside_the_same_shares_is_drag_and_a_late_purchase_is_timing() {
    let prices = prices(&[("A", ["100", "100", "110"]), ("B", ["50", "50", "55"])]);
    let day = |cash: &str, held: &[(&str, i64, &str)], date: &str| {
        valued(date, cash, held.iter().map(|(symbol, quantity, price)| position(symbol, *quantity, price)).collect())
    };
    let simulated = || Record {
        snapshots: vec![
            day("10000", &[], "2026-01-30"),
            day("0", &[("A", 50, "100"), ("B", 100, "50")], "2026-02-02"),
            day("0", &[("A", 50, "110"), ("B", 100, "55")], "2026-02-03"),
        ],
        executions: vec![
            Fill::buy("A", 50, 100).on("2026-02-02").commission("0", "USD").done(),
            Fill::buy("B", 100, 50).on("2026-02-02").commission("0", "USD").done(),
        ],
        ..Record::default()
    };
    // Only 40 of A, 80 of B: 20 % in cash on a day of 10 %.
    let lazy = Record {
        snapshots: vec![
            day("10000", &[], "2026-01-30"),
            day("2000", &[("A", 40, "100"), ("B", 80, "50")], "2026-02-02"),
            day("2000", &[("A", 40, "110"), ("B", 80, "55")], "2026-02-03"),
        ],
        ..Record::default()
    };
    let found = compare(lazy, simulated(), &prices);
    assert_eq!((bps(found.causes.cash), bps(found.causes.weights), bps(found.causes.timing)), (-200.0, 0.0, 0.0));
    // B not bought yet: half the account missed 10 %.
    let late = Record {
        snapshots: vec![
            day("10000", &[], "2026-01-30"),
            day("5000", &[("A", 50, "100")], "2026-02-02"),
            day("5000", &[("A", 50, "110")], "2026-02-03"),
        ],
        ..Record::default()
    };
    let found = compare(late, simulated(), &prices);
    assert_eq!((bps(found.causes.timing), bps(found.causes.cash), bps(found.causes.trades)), (-500.0, 0.0, 0.0));
}

#[test]
fn days_without_known_positions_are_explained_by_nothing() {
    let prices = prices(&[("A", ["100", "110", "121"])]);
    let days = ["2026-01-30", "2026-02-02", "2026-02-03"];
    let of = |closes: [&str; 3]| {
        let day = |(day, close): (&&str, &str)| valued(day, "0", vec![position("A", 10, close)]);
        Record { snapshots: days.iter().zip(closes).map(day).collect(), ..Record::default() }
    };
    let (mut live, simulated) = (of(["100", "111", "122"]), of(["100", "110", "121"]));
    assert_eq!(compare(live.clone(), simulated.clone(), &prices).causes.unknown, 0.0);
    live.snapshots[0].positions = None;
    let found = compare(live, simulated, &prices);
    // All of the first day's difference, linked: 111/110 of the simulated second day's growth for the whole of it.
    assert!(found.causes.unknown > 0.01 && found.causes.fills == 0.0 && found.causes.trades == 0.0, "{found:?}");
}
