//! Killed, crowded and watched: nothing is lost, doubled or ordered.

use std::process::Stdio;
use std::time::Duration;

use super::{CLOSE, site};
use crate::gateway::{Gateway, Request, Running};
use crate::support::Site;

/// Fills, the account and prices from a gateway; the price service is not there, which is no reason to lose the rest.
fn start(site: &Site) -> std::process::Child {
    let mut command = site.command(&["collect", "all", "--quiet"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn site_without_prices(gateway: &Running) -> Site {
    super::site_with(gateway, "[yahoo]\nbase_url = \"http://127.0.0.1:1\"\n")
}

#[test]
fn killed_at_any_moment_a_second_run_gives_the_undisturbed_record() {
    let gateway = Gateway::normal_day().current_time(CLOSE).start();
    let undisturbed = site(&gateway);
    for part in ["executions", "snapshot"] {
        undisturbed.ok(&["collect", part]);
    }
    let expected = undisturbed.files("data");
    let mut killed = 0;
    for step in 0..200 {
        let site = site_without_prices(&gateway);
        let mut child = start(&site);
        std::thread::sleep(Duration::from_micros(2_000 + step * 700));
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
        site.ok(&["collect", "executions"]);
        site.ok(&["collect", "snapshot"]);
        let mut found = site.files("data");
        // What a killed writer leaves beside its target is never read.
        found.retain(|name, _| !name.ends_with(".tmp"));
        assert_eq!(found, expected, "killed at step {step}");
    }
    eprintln!("{killed} of 200 runs were killed before they ended");
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
    assert!(said.contains("another trackrecord is collecting for this site"), "{said}");
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
