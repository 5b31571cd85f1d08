use super::*;
use crate::analysis::trade_samples::{Fill, currency, date, dec, note, plan};
use crate::record::{AccountId, CorporateAction, Plan};

fn usd() -> Currency {
    currency("USD")
}

fn measured(executions: Vec<Execution>, annotations: Vec<Annotation>) -> Vec<OrderSlippage> {
    planned(executions, annotations, &[])
}

fn planned(executions: Vec<Execution>, annotations: Vec<Annotation>, plans: &[Plan]) -> Vec<OrderSlippage> {
    let record = Record { executions, annotations, plans: plans.to_vec(), ..Record::default() };
    of_record(&record)
}

fn of_record(record: &Record) -> Vec<OrderSlippage> {
    let lineage = Lineage::of(record);
    let orders = orders_in_first_units(&record.executions, &lineage);
    let notes = match_notes(&record.annotations, &orders, &lineage);
    let plans = match_plans(&record.plans, &orders, &lineage);
    order_slippages(&orders, &record.annotations, &notes, &plans, (&Rates::new(usd(), &[]), &lineage))
}

#[test]
fn the_plan_comes_between_the_note_and_the_rows_own_price() {
    let fills = vec![Fill::buy("X", 10, dec("102")).on("2026-01-06").reference("101").done()];
    let plans = [plan("a", "2026-01-05", &[(Side::Buy, "X", "X", "100")])];
    let order = &planned(fills.clone(), vec![], &plans)[0];
    assert_eq!(order.reference, Some(Reference { price: dec("100"), source: ReferenceSource::Plan }));
    assert_eq!((order.bps, order.cost_base, order.fills[0].bps), (Some(200.0), Some(dec("20")), Some(200.0)));
    let mut meant = note("a", "X", "2026-01-05T09:00:00Z");
    meant.pre_trade.intended_entry = Some(dec("102"));
    assert_eq!(planned(fills, vec![meant], &plans)[0].reference.unwrap().source, ReferenceSource::Annotation);
}

#[test]
fn paying_more_and_getting_less_are_both_positive() {
    assert_eq!(slippage_bps(Side::Buy, dec("100.05"), dec("100")), Some(5.0));
    assert_eq!(slippage_bps(Side::Buy, dec("99.95"), dec("100")), Some(-5.0));
    assert_eq!(slippage_bps(Side::Sell, dec("99.95"), dec("100")), Some(5.0));
    assert_eq!(slippage_bps(Side::Sell, dec("100.05"), dec("100")), Some(-5.0));
    assert_eq!(slippage_bps(Side::Sell, dec("100.05"), dec("0")), None);
}

#[test]
fn the_note_comes_before_the_rows_own_price() {
    let fills = vec![Fill::buy("X", 10, dec("102")).on("2026-01-05").reference("101").done()];
    let mut meant = note("a", "X", "2026-01-05T09:00:00Z");
    meant.pre_trade.intended_entry = Some(dec("100"));
    let with_note = &measured(fills.clone(), vec![meant])[0];
    assert_eq!(with_note.reference, Some(Reference { price: dec("100"), source: ReferenceSource::Annotation }));
    assert_eq!((with_note.bps, with_note.cost_base), (Some(200.0), Some(dec("20"))));
    assert_eq!(with_note.fills[0].reference_price, Some(dec("100")));

    let silent = note("a", "X", "2026-01-05T09:00:00Z");
    let without_price = &measured(fills, vec![silent])[0];
    assert_eq!(without_price.reference.unwrap().source, ReferenceSource::Execution);
}

#[test]
fn an_order_needs_a_reference_on_every_fill_and_each_fill_keeps_its_own() {
    let fill = |quantity: i64, price: i64| Fill::sell("X", quantity, price).perm("5").multiplier(10);
    let both = vec![fill(1, 99).reference("100").done(), fill(3, 98).reference("104").done()];
    let order = &measured(both, vec![])[0];
    // Meant (100 + 3 x 104) / 4 = 103, got (99 + 3 x 98) / 4 = 98.25: 4.75 x 4 x 10 short.
    assert_eq!(order.reference.unwrap().price, dec("103"));
    assert!((order.bps.unwrap() - 4.75 / 103.0 * 1e4).abs() < 1e-9);
    assert_eq!(order.cost_base, Some(dec("190")));
    assert_eq!(order.fills[0].bps, Some(100.0));

    let one = vec![fill(1, 99).reference("100").done(), fill(3, 98).done()];
    let order = &measured(one, vec![])[0];
    assert_eq!((order.reference, order.bps, order.cost_base), (None, None, None));
    assert_eq!((order.fills[0].bps, order.fills[1].bps), (Some(100.0), None));
}

fn sample() -> Record {
    let executions = vec![
        // 5 bps on 10,005; 50 in base currency at 2 dollars, commission 1 euro.
        Fill::buy("X", 500, dec("20.01")).on("2026-01-05").reference("20").commission("1", "USD").done(),
        // -20 bps on 998.
        Fill::buy("Y", 10, dec("99.8")).on("2026-01-06").reference("100").commission("1", "USD").done(),
        // 10 bps on 999 EUR at 2 dollars.
        Fill::sell("Y", 10, dec("99.9")).on("2026-02-06").reference("100").currency("EUR").fx("2").done(),
        Fill::sell("Z", 10, 100).on("2026-02-07").commission("3", "USD").done(),
    ];
    Record { executions, ..Record::default() }
}

#[test]
fn the_figures_of_four_orders_of_which_three_are_priced() {
    let figures = slippage(&sample(), usd(), 10.0, Window::default());
    let near =
        |value: Option<f64>, expected: f64| assert!((value.unwrap() - expected).abs() < 1e-9, "{value:?} {expected}");
    assert_eq!((figures.executions, figures.orders, figures.priced_orders), (4, 4, 3));
    near(figures.mean_bps, -5.0 / 3.0);
    near(figures.median_bps, 5.0);
    // Deviations 20/3, -55/3, 35/3: squares sum to 4650/9.
    near(figures.std_bps, (4650.0_f64 / 9.0 / 2.0).sqrt());
    near(
        figures.notional_weighted_bps,
        (5.0 * 10_005.0 - 20.0 * 998.0 + 10.0 * 1998.0) / (10_005.0 + 998.0 + 1998.0),
    );
    near(figures.cost_base, 5.0 - 2.0 + 2.0);
    near(figures.commissions_bps, 5.0 / (10_005.0 + 998.0 + 1000.0) * 1e4);
    near(figures.implementation_shortfall_bps, (5.0 - 2.0 + 2.0) / (10_005.0 + 998.0) * 1e4);
    assert_eq!(figures.by_symbol["Y"].orders, 2);
    near(figures.by_symbol["Y"].mean_bps, -5.0);
    near(figures.by_symbol["Y"].cost_base, 0.0);
    near(figures.by_month[&YearMonth::new(2026, 1).unwrap()].median_bps, -7.5);
    assert!(!figures.by_symbol.contains_key("Z"));
}

#[test]
fn an_outlier_is_beyond_the_threshold_not_on_it() {
    let outliers = slippage(&sample(), usd(), 10.0, Window::default()).outliers;
    assert_eq!(outliers.len(), 1);
    assert_eq!(
        serde_json::to_string(&outliers[0]).unwrap(),
        r#"{"date":"2026-01-06","symbol":"Y","side":"BUY","price":99.8,"reference_price":100.0,"bps":-20.0}"#
    );
    let all = slippage(&sample(), usd(), 1.0, Window::default()).outliers;
    assert_eq!(all.iter().map(|outlier| outlier.bps).collect::<Vec<_>>(), [-20.0, 10.0, 5.0]);
}

#[test]
fn the_window_is_by_first_fill_and_nothing_is_undefined_not_zero() {
    let window = Window { from: Some(date("2026-02-07")), to: None };
    let figures = slippage(&sample(), usd(), 10.0, window);
    assert_eq!((figures.orders, figures.priced_orders), (1, 0));
    assert_eq!((figures.mean_bps, figures.std_bps, figures.cost_base), (None, None, None));
    assert_eq!(figures.implementation_shortfall_bps, None);
    let json = serde_json::to_value(&figures).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    let expected = "executions orders priced_orders mean_bps median_bps std_bps notional_weighted_bps outliers by_symbol \
                    by_month cost_base commissions_bps implementation_shortfall_bps";
    assert_eq!(keys, expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn a_price_meant_before_a_split_is_brought_into_the_units_of_each_fill() {
    // Four for one on 9 January. Meant at 400: 10 bought at 404 before, 40 at 101 after; 1 % worse in all.
    let of_one = |fill: Fill| Execution { conid: Some(1), ..fill.perm("7").done() };
    let (before, after) =
        (of_one(Fill::buy("SXLK", 10, 404).on("2026-01-08")), of_one(Fill::buy("SXLK", 40, 101).on("2026-01-09")));
    let mut meant = note("a", "SXLK", "2026-01-08T09:00:00Z");
    meant.pre_trade.intended_entry = Some(dec("400"));
    let split = |quantity| CorporateAction {
        account: Some(AccountId::new("U1")),
        ..crate::record::testing::split("1", quantity)
    };
    let record = |executions: Vec<Execution>, quantity| Record {
        executions,
        annotations: vec![meant.clone()],
        actions: vec![split(quantity)],
        ..Record::default()
    };
    let across = record(vec![before, after.clone()], "30");
    let orders = orders_in_first_units(&across.executions, &Lineage::of(&across));
    // 8,080 for what were 20 before.
    assert_eq!((orders[0].price, orders[0].quantity), (dec("404"), dec("20")));
    let both = &of_record(&across)[0];
    assert_eq!((both.bps, both.cost_base), (Some(100.0), Some(dec("80"))));
    assert_eq!(
        both.fills.iter().map(|fill| fill.reference_price.unwrap()).collect::<Vec<_>>(),
        [dec("400"), dec("100")]
    );
    let held = of_one(Fill::buy("SXLK", 1, 400).on("2026-01-06"));
    let held = Execution { perm_id: Some("6".into()), ..held };
    let alone = &of_record(&record(vec![held, after], "3"))[1];
    assert_eq!((alone.bps, alone.reference.unwrap().price), (Some(100.0), dec("100")));
}
