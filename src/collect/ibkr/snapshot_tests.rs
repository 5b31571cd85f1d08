use super::*;

fn contract(id: i32, symbol: &str, currency: &str) -> Contract {
    Contract { contract_id: id, symbol: symbol.into(), currency: currency.into(), ..Contract::default() }
}

fn valued(contract: &Contract, quantity: f64, price: f64, value: f64) -> AccountPortfolioValue {
    AccountPortfolioValue {
        contract: contract.clone(),
        position: quantity,
        market_price: price,
        market_value: value,
        average_cost: price,
        ..AccountPortfolioValue::default()
    }
}

fn held(contract: &Contract, quantity: f64) -> Held {
    Held { account: "DU1".into(), contract: contract.clone(), position: quantity, average_cost: 1.0 }
}

/// 1,000 dollars and 100 pounds in cash, 10 SXLK at 188.25 dollars, 50 VOD at 0.72 pounds, a pound at 1.25 dollars:
/// 1,000 + 125 + 1,882.50 + 45 + 7.50 accrued = 3,060.
fn answers() -> Answers {
    let (sxlk, vod) = (contract(7, "SXLK", "USD"), contract(8, "VOD", "GBP"));
    let mut answers = Answers {
        portfolio: vec![valued(&sxlk, 10.0, 188.25, 1882.5), valued(&vod, 50.0, 0.72, 36.0)],
        positions: vec![held(&sxlk, 10.0), held(&vod, 50.0)],
        ..Answers::default()
    };
    for (key, value, currency) in [
        ("NetLiquidation", "3060.00", "USD"),
        ("CashBalance", "1125.00", "BASE"),
        ("CashBalance", "1000.00", "USD"),
        ("CashBalance", "100.00", "GBP"),
        ("ExchangeRate", "1.00", "USD"),
        ("ExchangeRate", "1.25", "GBP"),
        ("AccruedDividend", "7.50", "USD"),
        ("AccountReady", "true", ""),
    ] {
        set(&mut answers, key, value, currency);
    }
    answers
}

fn set(answers: &mut Answers, key: &str, value: &str, currency: &str) {
    answers.values.insert((key.to_owned(), currency.to_owned()), value.to_owned());
}

fn made(answers: &Answers) -> Result<Snapshot> {
    let as_of = "2026-01-27T21:30:00Z".parse().unwrap();
    build(answers, "DU1", "USD".parse().unwrap(), as_of, Exchange::NEW_YORK)
}

#[test]
fn values_are_kept_by_tag_and_currency() {
    let snapshot = made(&answers()).unwrap();
    let gbp = "GBP".parse().unwrap();
    assert_eq!(snapshot.net_liquidation.to_string(), "3060.00");
    assert_eq!(snapshot.cash[&gbp].to_string(), "100.00");
    assert_eq!(snapshot.fx.len(), 1);
    assert_eq!(snapshot.fx[&gbp].to_string(), "1.25");
    assert_eq!(snapshot.date.to_string(), "2026-01-27");
    assert_eq!(snapshot.sum_of_parts().unwrap(), snapshot.net_liquidation);
    assert!(snapshot.doubts.is_empty(), "{:?}", snapshot.doubts);
}

#[test]
fn parts_that_do_not_add_up_are_a_doubt() {
    let mut answers = answers();
    set(&mut answers, "NetLiquidation", "3100.00", "USD");
    let doubts = made(&answers).unwrap().doubts;
    assert_eq!(doubts, ["cash, positions and accruals add up to 1.29 % away from the net liquidation value"]);
}

#[test]
fn a_price_in_pence_becomes_pounds() {
    let mut answers = answers();
    answers.portfolio[1].market_price = 72.0;
    answers
        .listings
        .insert(8, Listing { exchange: "LSE".into(), magnifier: Decimal::ONE_HUNDRED, multiplier: Decimal::ONE });
    let snapshot = made(&answers).unwrap();
    assert_eq!(snapshot.known_positions()[1].market_price.unwrap().to_string(), "0.72");
    assert_eq!(snapshot.known_positions()[1].exchange, "LSE");
    assert!(snapshot.doubts.is_empty());
    // Without the listing the same numbers are a doubt, not a silent change.
    answers.listings.clear();
    assert_eq!(made(&answers).unwrap().doubts, ["VOD: 50 at 72 is not the 36 the gateway values it at"]);
}

#[test]
fn what_a_snapshot_needs_and_lacks_is_refused() {
    let refusal = |change: fn(&mut Answers)| {
        let mut changed = answers();
        change(&mut changed);
        made(&changed).unwrap_err().message().to_owned()
    };
    let without = |key: &'static str| {
        let mut changed = answers();
        changed.values.retain(|(name, _), _| name != key);
        made(&changed).unwrap_err().message().to_owned()
    };
    assert_eq!(without("NetLiquidation"), "the gateway did not report the net liquidation value");
    assert_eq!(without("CashBalance"), "the gateway did not report the cash balance");
    assert_eq!(without("ExchangeRate"), "the gateway did not report the rate of GBP");
    let unready = refusal(|answers| set(answers, "AccountReady", "false", ""));
    assert!(unready.contains("not ready"), "{unready}");
    let lost = refusal(|answers| drop(answers.portfolio.pop()));
    assert_eq!(lost, "the gateway reports no value for the position in VOD");
    let extra = refusal(|answers| drop(answers.positions.pop()));
    assert_eq!(extra, "the gateway values a position in VOD that it does not list");
    let sizes = refusal(|answers| answers.positions[0].position = 11.0);
    assert_eq!(sizes, "the gateway says 11 and 10 of the position in SXLK");
    let price = refusal(|answers| answers.portfolio[0].market_price = 0.0);
    assert_eq!(price, "position in SXLK: it has no market price");
    let base = refusal(|answers| {
        answers.values.retain(|(name, _), _| name != "NetLiquidation");
        set(answers, "NetLiquidation", "2448.00", "EUR");
    });
    assert_eq!(base, "the account is in EUR, and `[account] base_currency` is USD");
}

#[test]
fn closed_positions_and_other_accounts_are_left_out() {
    let mut answers = answers();
    answers.portfolio.push(valued(&contract(9, "OLD", "USD"), 0.0, 0.0, 0.0));
    let other = AccountPortfolioValue {
        account: Some("DU2".into()),
        ..valued(&contract(10, "THEIRS", "USD"), 5.0, 1.0, 5.0)
    };
    answers.hear(AccountUpdate::PortfolioValue(other), "DU1");
    let theirs = AccountValue {
        key: "NetLiquidation".into(),
        value: "1".into(),
        currency: "USD".into(),
        account: Some("DU2".into()),
    };
    answers.hear(AccountUpdate::AccountValue(theirs), "DU1");
    let snapshot = made(&answers).unwrap();
    assert_eq!(snapshot.known_positions().len(), 2);
    assert_eq!(snapshot.net_liquidation.to_string(), "3060.00");
}

#[test]
fn a_day_that_is_not_over_is_told() {
    let before = |text: &str| is_before_close(text.parse().unwrap(), Exchange::NEW_YORK);
    assert!(before("2026-01-27T12:00:00Z") && before("2026-01-27T20:59:00Z"));
    assert!(!before("2026-01-27T21:00:00Z") && !before("2026-01-28T02:00:00Z") && !before("2026-01-31T15:00:00Z"));
    // A holiday, and the afternoon of a half day.
    assert!(!before("2026-01-19T15:00:00Z") && !before("2026-11-27T18:00:00Z"));
    let hong_kong = Exchange::from_mic("XHKG").unwrap().or_weekdays_in(chrono_tz::Asia::Hong_Kong);
    assert!(is_before_close("2026-01-27T07:59:00Z".parse().unwrap(), hong_kong));
    assert!(!is_before_close("2026-01-27T08:00:00Z".parse().unwrap(), hong_kong));
}
