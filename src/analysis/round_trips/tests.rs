use proptest::prelude::*;

use super::*;
use crate::analysis::trade_samples::{Fill, currency, date, dec, position, snapshot};
use crate::record::Side;

fn usd() -> Currency {
    currency("USD")
}

fn matched(executions: Vec<Execution>) -> Matching {
    round_trips(&Record { executions, ..Record::default() }, usd())
}

fn results(matching: &Matching) -> Vec<(Decimal, Option<Decimal>)> {
    matching.closed.iter().map(|trip| (trip.quantity, trip.net)).collect()
}

#[test]
fn a_sale_closes_the_oldest_purchase_first_and_shares_commissions_by_quantity() {
    // 100 at 10 and 100 at 12; 150 sold at 15 for 3 (0.02 a share); purchases cost 1 each (0.01 a share).
    let matching = matched(vec![
        Fill::buy("X", 100, 10).on("2026-01-05").commission("1", "USD").done(),
        Fill::buy("X", 100, 12).on("2026-01-06").commission("1", "USD").done(),
        Fill::sell("X", 150, 15).on("2026-01-09").commission("3", "USD").done(),
    ]);
    assert_eq!(results(&matching), [(dec("100"), Some(dec("497"))), (dec("50"), Some(dec("148.5")))]);
    assert_eq!(matching.closed[0].holding_days(), 4);
    assert_eq!(matching.closed[0].net_return(), Some(0.497));
    assert_eq!(matching.open.len(), 1);
    assert_eq!(matching.open[0].quantity, dec("50"));
}

#[test]
fn a_fill_through_zero_closes_then_opens() {
    let matching = matched(vec![
        Fill::buy("X", 10, 10).on("2026-01-05").commission("0", "USD").done(),
        Fill::sell("X", 25, 11).on("2026-01-06").commission("5", "USD").done(),
        Fill::buy("X", 15, 9).on("2026-01-07").commission("0", "USD").done(),
    ]);
    // 10 x 1 - 5 x 10/25 = 8; then short 15 x 2 - 5 x 15/25 = 27.
    assert_eq!(results(&matching), [(dec("10"), Some(dec("8"))), (dec("15"), Some(dec("27")))]);
    let directions: Vec<_> = matching.closed.iter().map(|trip| trip.direction).collect();
    assert_eq!(directions, [Direction::Long, Direction::Short]);
    assert!(matching.open.is_empty());
}

#[test]
fn a_contract_counts_its_multiplier_times() {
    let matching = matched(vec![
        Fill::sell("X", 2, 5).on("2026-01-05").multiplier(100).class("OPT").commission("1.30", "USD").done(),
        Fill::buy("X", 2, 3).on("2026-01-06").multiplier(100).class("OPT").commission("1.30", "USD").done(),
    ]);
    assert_eq!(results(&matching), [(dec("2"), Some(dec("397.40")))]);
    assert_eq!(matching.closed[0].entry_value, Some(dec("1000")));
}

#[test]
fn each_leg_is_converted_at_its_own_rate() {
    // Bought 100 at 10 EUR when a euro was 1.10, sold at 11 when it was 1.20; commissions 2 USD and 3 EUR.
    let executions = vec![
        Fill::buy("X", 100, 10).on("2026-01-05").currency("EUR").fx("1.10").commission("2.20", "USD").done(),
        Fill::sell("X", 100, 11).on("2026-01-07").currency("EUR").fx("1.20").commission("3", "EUR").done(),
    ];
    let snapshots = vec![snapshot("2026-01-06", 100_000), snapshot("2026-01-07", 1)];
    let trip = &round_trips(&Record { executions, snapshots, ..Record::default() }, usd()).closed[0];
    assert_eq!(trip.net, Some(dec("95")), "100 - 2.20/1.10 - 3");
    assert_eq!(trip.net_base, Some(dec("214.2")), "1320 - 1100 - 2.2 - 3.6");
    assert_eq!(trip.capital, Some(dec("100000")), "not the snapshot of the closing date");
    assert!((trip.result_bps().unwrap() - 21.42).abs() < 1e-12);
}

#[test]
fn an_unknown_commission_or_rate_leaves_the_result_unknown() {
    let bought = Fill::buy("X", 1, 10).on("2026-01-05").currency("EUR").commission("0", "EUR");
    let sold = Fill::sell("X", 1, 12).on("2026-01-06").currency("EUR");
    let no_commission = matched(vec![bought.clone().fx("1").done(), sold.clone().fx("1").done()]);
    assert_eq!((no_commission.closed[0].net, no_commission.closed[0].net_base), (None, None));
    let no_rate = matched(vec![bought.done(), sold.commission("0", "EUR").fx("1").done()]);
    assert_eq!((no_rate.closed[0].net, no_rate.closed[0].net_base), (Some(dec("2")), None));
}

#[test]
fn accounts_and_instruments_do_not_mix() {
    let mut other = Fill::sell("X", 1, 12).on("2026-01-06").done();
    other.account = AccountId::new("U2");
    let matching = matched(vec![
        Fill::buy("X", 1, 10).on("2026-01-05").done(),
        other,
        Fill::sell("Y", 1, 12).on("2026-01-07").done(),
    ]);
    assert!(matching.closed.is_empty());
    assert_eq!(matching.open.len(), 3);
}

#[test]
fn selling_what_was_held_before_the_record_is_no_short_sale() {
    let mut first = snapshot("2026-01-02", 1000);
    first.positions = Some(vec![position("X", 60, 10)]);
    let executions = vec![
        Fill::sell("X", 100, 11).on("2026-01-05").commission("1", "USD").realized("60").done(),
        Fill::buy("X", 40, 10).on("2026-01-06").commission("0", "USD").done(),
    ];
    let matching = round_trips(&Record { executions, snapshots: vec![first], ..Record::default() }, usd());
    assert_eq!(results(&matching), [(dec("40"), Some(dec("39.6")))]);
    assert_eq!(matching.without_opening.len(), 1);
    assert_eq!(matching.realized[0].ours, None);
}

#[test]
fn the_brokers_profit_stands_beside_ours_per_closing_fill() {
    let matching = matched(vec![
        Fill::buy("X", 5, 10).on("2026-01-05").commission("0", "USD").realized("0").done(),
        Fill::buy("X", 5, 12).on("2026-01-05").commission("0", "USD").realized("0").done(),
        Fill::sell("X", 10, 13).on("2026-01-06").commission("1", "USD").realized("20").done(),
    ]);
    assert_eq!(matching.realized.len(), 1);
    assert_eq!((matching.realized[0].ours, matching.realized[0].brokers), (Some(dec("19")), dec("20")));
    assert_eq!(matching.realized[0].date, date("2026-01-06"));
}

/// Fills of two instruments, several of them at the same time.
fn fills() -> impl Strategy<Value = Vec<Execution>> {
    let fill = (any::<bool>(), any::<bool>(), 1_i64..50, 1_i64..10_000, 0_u32..20, 0_i64..300);
    prop::collection::vec(fill, 1..40).prop_map(|rows| {
        let made = rows.into_iter().enumerate().map(|(number, (buys, x, quantity, cents, hour, commission))| {
            let side = if buys { Side::Buy } else { Side::Sell };
            Fill::new(side, if x { "X" } else { "Y" }, quantity, Decimal::new(cents, 2))
                .id(&format!("{number:04}"))
                .at(&format!("2026-01-05T{hour:02}:00:00Z"))
                .commission(&Decimal::new(commission, 2).to_string(), "USD")
                .done()
        });
        made.collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_the_rows_does_not_matter(
        (given, shuffled) in fills().prop_flat_map(|fills| (Just(fills.clone()), Just(fills).prop_shuffle()))
    ) {
        prop_assert_eq!(matched(given), matched(shuffled));
    }

    #[test]
    fn matched_and_open_quantities_add_up_to_what_was_traded(fills in fills()) {
        let traded: Decimal = fills.iter().map(|fill| fill.quantity).sum();
        let matching = matched(fills.clone());
        let closed: Decimal = matching.closed.iter().map(|trip| trip.quantity).sum();
        let open: Decimal = matching.open.iter().map(|lot| lot.quantity.abs()).sum();
        prop_assert_eq!(closed + closed + open, traded);
        let net: Decimal = fills.iter().map(Execution::signed_quantity).sum();
        prop_assert_eq!(matching.open.iter().map(|lot| lot.quantity).sum::<Decimal>(), net);
    }

    #[test]
    fn once_flat_the_profit_is_the_cash_that_came_in(mut fills in fills()) {
        for symbol in ["X", "Y"] {
            let of_symbol = fills.iter().filter(|fill| fill.symbol.as_str() == symbol);
            let held: Decimal = of_symbol.map(Execution::signed_quantity).sum();
            let side = if held > Decimal::ZERO { Side::Sell } else { Side::Buy };
            if !held.is_zero() {
                let last = Fill::new(side, symbol, held.abs(), 7).on("2026-01-06").commission("1", "USD");
                fills.push(last.done());
            }
        }
        let cash: Decimal = fills
            .iter()
            .map(|fill| -fill.signed_quantity() * fill.price - fill.commission.unwrap())
            .sum();
        let matching = matched(fills);
        prop_assert!(matching.open.is_empty());
        let profit: Decimal = matching.closed.iter().map(|trip| trip.net_base.unwrap()).sum();
        // Shares of commissions are rounded in the 28th digit.
        prop_assert!((profit - cash).abs() < Decimal::new(1, 18), "{} {}", profit, cash);
    }
}

#[test]
fn an_option_does_not_close_the_share_it_is_on() {
    for [share, option] in [["STK", "OPT"], ["stk", "Equity Option"], ["", "option"], ["", ""]] {
        let fills = [
            Fill::buy("AAPL", 100, 180).on("2024-01-02").class(share).commission("1", "USD").done(),
            Fill::buy("AAPL", 1, 5).on("2024-01-03").class(option).multiplier(100).commission("1", "USD").done(),
            Fill::sell("AAPL", 1, 7).on("2024-02-01").class(option).multiplier(100).commission("1", "USD").done(),
        ];
        let record = Record { executions: fills.to_vec(), ..Record::default() };
        let matching = round_trips(&record, currency("USD"));
        let nets: Vec<_> = matching.closed.iter().map(|trip| trip.net).collect();
        assert_eq!(nets, [Some(dec("198"))], "(7 - 5) x 100 - 2, for {share}/{option}");
        let open: Vec<_> = matching.open.iter().map(|lot| lot.quantity).collect();
        assert_eq!(open, [dec("100")]);
    }
}

fn free(fill: Fill) -> Execution {
    fill.commission("0", "USD").done()
}

#[test]
fn a_round_trip_is_of_two_orders_however_they_were_filled() {
    let cut = |pieces: &[i64], side: Side, day: &str, price: i64, perm: &str| -> Vec<Execution> {
        let fill = |(minute, quantity): (usize, &i64)| {
            let commission = Decimal::new(*quantity, 2).to_string();
            let fill = Fill::new(side, "X", *quantity, price).at(&format!("{day}T15:{minute:02}:00Z"));
            fill.commission(&commission, "USD").perm(perm).done()
        };
        pieces.iter().enumerate().map(fill).collect()
    };
    let matched_in = |pieces: [&[i64]; 3]| {
        let [bought, again, sold] = pieces;
        let mut fills = cut(bought, Side::Buy, "2026-01-05", 10, "1");
        fills.extend(cut(again, Side::Buy, "2026-01-06", 12, "2"));
        fills.extend(cut(sold, Side::Sell, "2026-01-09", 15, "3"));
        let matching = matched(fills);
        matching.closed.iter().map(|trip| (trip.quantity, trip.entry_value.unwrap(), trip.net)).collect::<Vec<_>>()
    };
    // 100 x 5 - 1 - 1 and 50 x 3 - 0.50 - 0.50.
    let wanted = [(dec("100"), dec("1000"), Some(dec("498"))), (dec("50"), dec("600"), Some(dec("149")))];
    assert_eq!(matched_in([&[100], &[100], &[150]]), wanted);
    assert_eq!(matched_in([&[30, 60, 10], &[99, 1], &[20, 120, 10]]), wanted);
}

#[test]
fn an_order_that_meets_an_unfinished_one_closes_what_is_filled_later_too() {
    let matching = matched(vec![
        free(Fill::buy("X", 50, 10).at("2026-01-05T15:00:00Z").perm("1")),
        free(Fill::sell("X", 100, 11).at("2026-01-05T15:10:00Z").perm("2")),
        free(Fill::buy("X", 50, 10).at("2026-01-05T15:20:00Z").perm("1")),
    ]);
    assert_eq!(results(&matching), [(dec("100"), Some(dec("100")))]);
    assert_eq!(matching.closed[0].closed, "2026-01-05T15:20:00Z".parse::<DateTime<Utc>>().unwrap());
    assert!(matching.open.is_empty());
}

#[test]
fn only_the_gain_of_a_future_a_cfd_or_a_short_sale_is_exchanged() {
    let trip = |class: &str, fills: [Fill; 2]| {
        let [open, close] = fills.map(|fill| fill.class(class).currency("EUR"));
        let opened = open.on("2026-01-05").fx("1.05").commission("2", "EUR").done();
        let closed = close.on("2026-01-07").fx("1.10").commission("2", "EUR").done();
        matched(vec![opened, closed]).closed[0].net_base
    };
    // -10 x 25 x 1.10 - 2 x 1.05 - 2 x 1.10.
    let open = Fill::buy("FDAX", 1, 18_000).multiplier(25);

    let close = Fill::sell("FDAX", 1, 17_990).multiplier(25);
    for class in ["FUT", "CFD"] {
        assert_eq!(trip(class, [open.clone(), close.clone()]), Some(dec("-279.3")), "{class}");
    }
    // A share that was sold short: 100 x 1.10 - 4.30; one that was bought: 98 x 100 x 1.10 - 99 x 100 x 1.05 - 4.30.
    let short = [Fill::sell("SAP", 100, 99), Fill::buy("SAP", 100, 98)];
    assert_eq!(trip("STK", short), Some(dec("105.7")));
    let long = [Fill::buy("SAP", 100, 99), Fill::sell("SAP", 100, 98)];
    assert_eq!(trip("STK", long), Some(dec("380.7")));
}

#[test]
fn fills_of_one_second_go_by_the_brokers_numbers_else_closing_before_opening() {
    let at_once = |ids: [&str; 2]| {
        let sold = Fill::sell("X", 10, 12).on("2026-01-06").id("b").transaction(ids[0]);
        let bought = Fill::buy("X", 10, 11).on("2026-01-06").id("a").transaction(ids[1]);
        matched(vec![free(Fill::buy("X", 10, 10).on("2026-01-05")), free(bought), free(sold)])
    };
    // The broker's number says which came first; both ways the first ten are closed, so only the lot left differs.
    for ids in [["8", "9"], ["9", "10"], ["10", "9"], ["", ""]] {
        let matching = at_once(ids);
        assert_eq!(results(&matching), [(dec("10"), Some(dec("20")))], "{ids:?}");
        assert_eq!(matching.open[0].opening.as_str(), "a");
    }
    // From nothing, the order decides between a long and a short trade.
    let from_nothing = |ids: [&str; 2]| {
        let sold = Fill::sell("X", 10, 12).on("2026-01-06").id("a").transaction(ids[0]);
        let bought = Fill::buy("X", 10, 11).on("2026-01-06").id("b").transaction(ids[1]);
        matched(vec![free(bought), free(sold)]).closed[0].direction
    };
    assert_eq!(from_nothing(["10", "9"]), Direction::Long);
    assert_eq!(from_nothing(["9", "10"]), Direction::Short);
}

#[test]
fn profits_of_one_second_are_compared_together() {
    // The broker closes the cheaper lot with the first sale, we the other way round; together it is the same.
    let matching = matched(vec![
        free(Fill::buy("X", 5, 10).on("2026-01-05")),
        free(Fill::buy("X", 5, 12).on("2026-01-06")),
        free(Fill::sell("X", 5, 13).on("2026-01-07").realized("5")),
        free(Fill::sell("X", 5, 13).on("2026-01-07").realized("15")),
    ]);
    let profits: Vec<_> = matching.realized.iter().map(|profit| (profit.ours, profit.brokers)).collect();
    assert_eq!(profits, [(Some(dec("20")), dec("20"))]);
}

/// A short put on XYZ for 2.35, or a call that was bought, and how it ends: at a price of 0 at 16:20.
fn option(side: Side, symbol: &str, price: &str) -> Fill {
    Fill::new(side, symbol, 1, dec(price)).class("OPT").multiplier(100)
}

fn ended(fill: Fill) -> Fill {
    fill.at("2026-02-20T21:20:00Z")
}

#[test]
fn what_an_assigned_option_brought_is_part_of_what_the_shares_cost() {
    // Put sold for 235 - 1; 100 shares delivered at 50, sold at 52: 200 + 234 - 1 for the sale.
    let (put, name) = (Side::Sell, "XYZ   260220P00050000");
    let matching = matched(vec![
        option(put, name, "2.35").on("2026-01-05").commission("1", "USD").realized("0").done(),
        ended(option(Side::Buy, name, "0")).commission("0", "USD").realized("0").done(),
        ended(Fill::buy("XYZ", 100, 50)).class("STK").commission("0", "USD").realized("0").done(),
        Fill::sell("XYZ", 100, 52).on("2026-03-02").class("STK").commission("1", "USD").realized("433").done(),
    ]);
    assert_eq!(results(&matching), [(dec("100"), Some(dec("433")))]);
    assert_eq!(matching.closed[0].net_base, Some(dec("433")));
    assert_eq!(matching.realized.len(), 1);
    assert_eq!((matching.realized[0].ours, matching.realized[0].brokers), (Some(dec("433")), dec("433")));
    assert!(matching.open.is_empty());
}

#[test]
fn what_an_exercised_option_cost_comes_off_what_the_shares_bring() {
    // 100 shares bought at 48, a put bought for 150 + 1 and exercised at 50: 200 - 151.
    let name = "XYZ   260220P00050000";
    let matching = matched(vec![
        free(Fill::buy("XYZ", 100, 48).on("2026-01-05").class("STK")),
        option(Side::Buy, name, "1.50").on("2026-01-06").commission("1", "USD").done(),
        ended(Fill::sell("XYZ", 100, 50)).id("a").class("STK").commission("0", "USD").realized("49").done(),
        ended(option(Side::Sell, name, "0")).id("b").commission("0", "USD").realized("0").done(),
    ]);
    assert_eq!(results(&matching), [(dec("100"), Some(dec("49")))]);
    assert_eq!(matching.realized[0].ours, Some(dec("49")));
}

#[test]
fn an_option_that_expires_is_closed_at_nothing() {
    let name = "XYZ   260220C00060000";
    for realized in [Some("-116"), None] {
        let end = ended(option(Side::Sell, name, "0")).commission("0", "USD");
        let end = realized.map_or_else(|| end.clone(), |profit| end.clone().realized(profit));
        let matching =
            matched(vec![option(Side::Buy, name, "1.15").on("2026-01-05").commission("1", "USD").done(), end.done()]);
        assert_eq!(results(&matching), [(dec("1"), Some(dec("-116")))]);
    }
}
