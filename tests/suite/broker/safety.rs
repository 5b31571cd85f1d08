//! Killed, crowded and watched: nothing is lost, doubled or ordered.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{CLOSE, site};
use crate::gateway::{Gateway, Request, Running};
use crate::support::Site;
use crate::yahoo::{FakeYahoo, Listing};

/// Fills, the account and prices from a gateway; the price service is not there, which is no reason to lose the rest.
fn start(site: &Site) -> std::process::Child {
    let mut command = site.command(&["collect", "all", "--quiet"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn site_without_prices(gateway: &Running) -> Site {
    super::site_with(gateway, "[yahoo]\nbase_url = \"http://127.0.0.1:1\"\n")
}

/// Days around the one of the gateway, all of them long over.
const DAYS: [f64; 6] = [100.0, 101.0, 102.0, 101.5, 103.0, 104.0];

/// A site that collects two symbols, whose one has new prices and whose other has a revised history.
fn site_with_prices(gateway: &Running, yahoo: &FakeYahoo) -> Site {
    let universe = r#"[{ symbol = "AAA", name = "A", ibkr = "AAA" }, { symbol = "BBB", name = "B", ibkr = "BBB" }]"#;
    let strategy = format!("[[strategy]]\nid = \"two\"\nname = \"Two\"\ntop_n = 1\nuniverse = {universe}\n");
    let site = super::site_with(gateway, &format!("[yahoo]\nbase_url = \"{}\"\n{strategy}", yahoo.base_url()));
    let stored = "date,open,high,low,close,adj_close,volume,currency\n2026-01-19,,,,200,200,,USD\n2026-01-20,,,,202,202,,USD\n";
    site.file("data/prices/BBB.csv", stored)
}

/// Everything below `data/` but what a killed writer leaves beside its target, which is never read, and when a split
/// was heard of.
fn stored(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let mut files = site.files("data");
    files.retain(|name, _| !name.ends_with(".tmp"));
    if let Some(actions) = files.get_mut("actions.csv") {
        let is_instant = |field: &&str| field.ends_with('Z') && field.contains('T');
        let text = String::from_utf8(std::mem::take(actions)).unwrap();
        *actions = text.split(',').filter(|field| !is_instant(field)).collect::<Vec<_>>().join(",").into_bytes();
    }
    files
}

#[test]
fn killed_at_any_moment_a_second_run_gives_the_undisturbed_record() {
    let gateway = Gateway::normal_day().current_time(CLOSE).start();
    let listing = |symbol: &str| Listing::new(symbol, "USD").closes("2026-01-19", DAYS);
    let yahoo = FakeYahoo::of(vec![
        listing("AAA"),
        Listing::new("BBB", "USD").closes("2026-01-19", [200.0, 202.0, 204.0, 101.5, 103.0, 104.0]).split(
            "2026-01-22",
            2.0,
            1.0,
        ),
        listing("AAPL"),
        listing("MSFT"),
        listing("VOD.L"),
        listing("GBPUSD=X"),
    ]);
    let undisturbed = site_with_prices(&gateway, &yahoo);
    let start_of_run = Instant::now();
    undisturbed.run(&["collect"]);
    let whole = start_of_run.elapsed();
    let expected = stored(&undisturbed);
    assert!(
        expected.keys().any(|name| name.starts_with("raw/")),
        "the revised prices are kept: {:?}",
        expected.keys()
    );
    let mut killed = 0;
    for step in 0..200 {
        let site = site_with_prices(&gateway, &yahoo);
        let mut child = start(&site);
        std::thread::sleep(whole * step / 180);
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
        site.run(&["collect"]);
        let found = stored(&site);
        let names: Vec<_> = found.keys().collect();
        assert!(found == expected, "killed at step {step}: {names:?}");
    }
    eprintln!("{killed} of 200 runs were killed before they ended ({whole:?} undisturbed)");
    assert!(killed > 50, "only {killed} of 200 runs were killed before they ended");
}

#[test]
fn two_collections_at_once_double_nothing() {
    let gateway = Gateway::normal_day().current_time(CLOSE).start();
    let site = site_without_prices(&gateway);
    let (mut one, mut two) = (start(&site), start(&site));
    one.wait().unwrap();
    two.wait().unwrap();
    assert_eq!(super::stored(&site, "2026-01-23").len(), 4);
    assert_eq!(site.files("data/snapshots").len(), 1);
}

#[test]
fn a_second_collection_is_refused_while_one_waits() {
    let gateway = Gateway::normal_day().behave(crate::gateway::Behaviour::Mute).start();
    let site = super::site_with(&gateway, "max_retries = 1\n");
    site.put("config/local.toml", "[ibkr]\ntimeout_s = 20\n");
    let mut first = start(&site);
    while gateway.connections() == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let said = site.refused(&["collect", "executions"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(said.contains("another trackrecord is writing to this site"), "{said}");
}

#[test]
fn nothing_but_questions_is_ever_sent() {
    let gateway = Gateway::normal_day().current_time(CLOSE).start();
    site(&gateway).run(&["collect"]);
    let orders = gateway.requests().into_iter().filter(|request| matches!(request, Request::Order(_))).count();
    assert_eq!(orders, 0);
    let allowed = |request: &Request| {
        matches!(
            request,
            Request::StartApi { .. }
                | Request::Executions { .. }
                | Request::AccountUpdates { .. }
                | Request::Positions
                | Request::ContractData { .. }
                | Request::CurrentTime
                | Request::Cancel(_)
        )
    };
    let other: Vec<_> = gateway.requests().into_iter().filter(|request| !allowed(request)).collect();
    assert!(other.is_empty(), "{other:?}");
}
