//! The account as gateways tell it, and the answers that must not become a snapshot.

use serde_json::Value;

use super::{CLOSE, counts, kinds, site, site_with};
use crate::gateway::{Behaviour, Gateway, Holding, Kind, Listing, ask};
use crate::support::Site;

fn snapshot(site: &Site, name: &str) -> Value {
    serde_json::from_str(&site.read(&format!("data/snapshots/{name}.json"))).unwrap()
}

#[test]
fn a_day_in_two_currencies_adds_up() {
    let gateway = Gateway::normal_day().current_time(CLOSE).start();
    let site = site(&gateway);
    let said = site.ok(&["collect", "snapshot", "--json"]);
    assert_eq!((counts(&said), kinds(&said)), ((1, 0, 0), Vec::new()));
    let snapshot = snapshot(&site, "2026-01-23");
    assert_eq!(snapshot["as_of"], "2026-01-23T22:00:00Z");
    assert_eq!(snapshot["net_liquidation"], "45000.00");
    assert_eq!(snapshot["cash"], serde_json::json!({"GBP": "800.00", "USD": "20000.00"}));
    assert_eq!(snapshot["fx"], serde_json::json!({"GBP": "1.25"}));
    let vod = &snapshot["positions"][1];
    assert_eq!((&vod["symbol"], &vod["exchange"], &vod["currency"]), (&"VOD".into(), &"LSE".into(), &"GBP".into()));
    assert_eq!((&vod["market_price"], &vod["market_value"]), (&"8".into(), &"4000".into()));
    assert!(snapshot.get("doubts").is_none());
    let check = site.run(&["check", "--json"]).json();
    assert_eq!(check["errors"], 0, "{check}");
}

#[test]
fn a_later_snapshot_of_the_day_counts_and_the_first_stays() {
    let early = Gateway::normal_day().current_time(CLOSE - 3600).start();
    let site = site(&early);
    site.ok(&["collect", "snapshot"]);
    let late = Gateway::normal_day().account_value("NetLiquidation", "45010.00", "USD", "DU1234567");
    let late = late.current_time(CLOSE).start();
    site.put(
        "config/config.toml",
        format!("[site]\nstatus = \"paper\"\n[benchmark]\nsymbol = \"\"\n[ibkr]\nport = {}\n", late.port()),
    );
    site.ok(&["collect", "snapshot"]);
    assert_eq!(snapshot(&site, "2026-01-23")["net_liquidation"], "45000.00");
    assert_eq!(snapshot(&site, "2026-01-23.2")["net_liquidation"], "45010.00");
}

#[test]
fn the_values_of_two_accounts_do_not_mix() {
    let gateway = Gateway::normal_day().accounts(["DU1234567", "DU7654321"]).current_time(CLOSE);
    let gateway = gateway
        .account_value("NetLiquidation", "7.00", "USD", "DU7654321")
        .account_value("CashBalance", "7.00", "USD", "DU7654321")
        .position(Holding { account: "DU7654321", position: "1", ..Holding::default() })
        .start();
    let own = site(&gateway);
    own.ok(&["collect", "snapshot"]);
    assert_eq!(snapshot(&own, "2026-01-23")["net_liquidation"], "45000.00");
}

#[test]
fn parts_that_do_not_add_up_are_stored_with_their_doubt() {
    let gateway = Gateway::normal_day().account_value("NetLiquidation", "46000.00", "USD", "DU1234567");
    let gateway = gateway.current_time(CLOSE).start();
    let site = site(&gateway);
    let said = site.ok(&["collect", "snapshot", "--json"]);
    assert_eq!(kinds(&said), ["doubtful-snapshot"]);
    let doubts = &snapshot(&site, "2026-01-23")["doubts"];
    assert_eq!(doubts[0], "cash, positions and accruals add up to 2.17 % away from the net liquidation value");
    let check = site.run(&["check", "--json"]).json();
    assert!(check["findings"].as_array().unwrap().iter().any(|finding| finding["kind"] == "doubtful-snapshot"));
}

#[test]
fn what_is_incomplete_is_refused_and_nothing_is_written() {
    let holding = || Holding { symbol: "LOST", conid: 9, ..Holding::default() };
    let refusals = [
        (Gateway::normal_day().account_value("AccountReady", "false", "", "DU1234567"), "not ready"),
        (Gateway::normal_day().position(holding()), "reports no value for the position in LOST"),
        (Gateway::normal_day().portfolio_value(holding()), "values a position in LOST that it does not list"),
        (
            Gateway::normal_day().account_value("CashBalance", "5.00", "EUR", "DU1234567"),
            "did not report the rate of EUR",
        ),
        (Gateway::new(), "did not report the net liquidation value"),
        (Gateway::normal_day().behave(Behaviour::Withhold(Kind::AccountDataEnd)), "did not answer within 1 s"),
        (Gateway::normal_day().behave(Behaviour::Withhold(Kind::PositionsEnd)), "did not answer within 1 s"),
    ];
    for (gateway, expected) in refusals {
        let gateway = gateway.current_time(CLOSE).start();
        let site = site(&gateway);
        let said = site.refused(&["collect", "snapshot"]);
        assert!(said.contains(expected) && said.contains("nothing was written"), "{expected}: {said}");
        assert!(site.files("data/snapshots").is_empty(), "{expected}");
    }
}

#[test]
fn another_base_currency_is_refused() {
    let gateway = Gateway::normal_day().current_time(CLOSE).start();
    let site = site_with(&gateway, "[account]\nbase_currency = \"EUR\"\n");
    let said = site.refused(&["collect", "snapshot"]);
    assert!(said.contains("the account is in USD, and `[account] base_currency` is EUR"), "{said}");
}

#[test]
fn a_gateway_that_is_silent_about_contracts_does_not_cost_the_days_snapshot() {
    let gateway = Gateway::normal_day().current_time(CLOSE).behave(Behaviour::Ignore(ask::CONTRACT_DATA)).start();
    let site = site(&gateway);
    let said = site.run(&["collect", "snapshot", "--json"]);
    assert_eq!(counts(&said), (1, 0, 0), "{}", said.shown());
    assert!(kinds(&said).contains(&"no-listings".to_owned()), "{}", said.shown());
    assert_eq!(snapshot(&site, "2026-01-23")["net_liquidation"], "45000.00");
}

#[test]
fn what_was_not_answered_about_contracts_is_asked_again_and_completes_the_stored_day() {
    // The line in London, quoted in pence, as a gateway tells it that knows no more of the contract than its number.
    let vodafone = Holding {
        symbol: "VOD",
        conid: 139_683_207,
        primary_exchange: "",
        currency: "GBP",
        position: "500",
        average_cost: 8.006,
        market_price: 800.0,
        market_value: 4_000.0,
        ..Holding::default()
    };
    let silent = Gateway::normal_day().portfolio_value(vodafone).current_time(CLOSE);
    let silent = silent.behave(Behaviour::Ignore(ask::CONTRACT_DATA)).start();
    let site = site(&silent);
    site.run(&["collect", "snapshot"]);
    let first = site.read("data/snapshots/2026-01-23.json");
    assert_eq!(snapshot(&site, "2026-01-23")["positions"][1]["exchange"], "");
    // On Monday all is sold, so that nothing that is held asks for it.
    let monday = Gateway::new()
        .accounts(["DU1234567"])
        .contract_details(Listing {
            conid: 139_683_207,
            symbol: "VOD",
            primary_exchange: "LSE",
            currency: "GBP",
            price_magnifier: 100,
            ..Listing::default()
        })
        .account_value("NetLiquidation", "45000.00", "USD", "DU1234567")
        .account_value("CashBalance", "45000.00", "USD", "DU1234567")
        .account_value("ExchangeRate", "1.00", "USD", "DU1234567")
        .current_time(CLOSE + 3 * 86_400)
        .start();
    let config = site.read("config/config.toml");
    site.put("config/config.toml", config.replace(&silent.port().to_string(), &monday.port().to_string()));
    let said = site.run(&["collect", "snapshot", "--json"]);
    assert_eq!(counts(&said), (2, 0, 0), "{}", said.shown());
    let completed = snapshot(&site, "2026-01-23.2");
    let position = &completed["positions"][1];
    assert_eq!((&position["exchange"], &position["market_price"]), (&"LSE".into(), &"8".into()), "{completed}");
    assert!(completed.get("doubts").is_none(), "{completed}");
    assert_eq!(site.read("data/snapshots/2026-01-23.json"), first, "what is stored stays");
    let check = site.run(&["check", "--json"]).json();
    let kinds: Vec<&str> =
        check["findings"].as_array().unwrap().iter().map(|found| found["kind"].as_str().unwrap()).collect();
    assert!(!kinds.contains(&"doubtful-snapshot") && !kinds.contains(&"conflict"), "{kinds:?}");
    let asked = monday.requests().len();
    site.run(&["collect", "snapshot"]);
    assert!(monday.requests().len() < 2 * asked, "what is known is not asked again");
}
