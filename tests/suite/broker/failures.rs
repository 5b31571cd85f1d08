//! Gateways that are not there, not ready, too old, or go away.

use std::time::{Duration, Instant};

use super::{CLOSE, counts, kinds, site, site_with, stored};
use crate::gateway::{Behaviour, Gateway, Incident, Kind};
use crate::support::Site;

#[test]
fn every_refusal_says_what_is_wrong_and_what_to_do() {
    let cases = [
        (Gateway::new().behave(Behaviour::Mute), "accepts the connection and says nothing", "dialog"),
        (
            Gateway::new().behave(Behaviour::CloseAtOnce),
            "closes the connection before it is set up",
            "socket clients",
        ),
        (Gateway::new().behave(Behaviour::ClientIdInUse), "with client id 1", "client_id"),
        (Gateway::new().server_version(178), "too old: it has server version 178", "10.43"),
        (Gateway::new().accounts([]), "manages no account", "log in"),
    ];
    for (gateway, message, next) in cases {
        let gateway = gateway.start();
        let site = site_with(&gateway, "max_retries = 2\n");
        let start = Instant::now();
        let said = site.refused(&["collect", "executions"]);
        assert!(said.contains(message) && said.contains("next: ") && said.contains(next), "{message}: {said}");
        assert!(start.elapsed() < Duration::from_secs(6), "{message}: {:?}", start.elapsed());
        assert!(site.files("data/executions").is_empty());
    }
}

#[test]
fn nobody_there_is_tried_again_and_said() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let site =
        Site::new(&format!("[site]\nstatus = \"paper\"\n[ibkr]\nport = {port}\ntimeout_s = 1\nmax_retries = 2\n"));
    let said = site.refused(&["collect", "executions"]);
    assert!(said.contains(&format!("nothing listens at 127.0.0.1:{port} (2 attempts)")), "{said}");
    assert!(said.contains("trying again in 0.5 s") && said.contains("start TWS or Gateway"), "{said}");
}

#[test]
fn an_account_that_is_not_managed_is_named_with_those_that_are() {
    let gateway = Gateway::normal_day().accounts(["DU1234567", "DU7654321"]).start();
    let site = site_with(&gateway, "account = \"DU0000001\"\n");
    let said = site.refused(&["collect", "executions"]);
    assert!(said.contains("account DU0000001 is not among those of this login: DU1234567, DU7654321"), "{said}");
}

#[test]
fn a_live_account_does_not_become_a_paper_record() {
    let gateway = Gateway::normal_day().accounts(["U1234567"]).start();
    let site = site(&gateway);
    let said = site.refused(&["collect", "executions"]);
    assert!(said.contains("account U1234567 is live, and this site's record is paper"), "{said}");
    assert!(gateway.execution_filters().is_empty(), "nothing was asked");
    assert!(site.refused(&["collect", "executions", "--live"]).contains("--live was asked for"));
    let paper = Gateway::normal_day().start();
    let stored = self::site(&paper);
    stored.ok(&["collect", "executions"]);
    stored.put("config/config.toml", stored.read("config/config.toml").replace("\"paper\"", "\"live\""));
    assert!(stored.refused(&["build"]).contains("the record holds data of a paper account"));
    let wrong_port = Site::new("[site]\nstatus = \"live\"\n");
    let said = wrong_port.refused(&["collect", "snapshot"]);
    assert!(said.contains("port 7497 is paper, and this site's record is live"), "{said}");
    let demo = Site::new("[site]\nstatus = \"demo\"\n");
    assert!(demo.refused(&["collect", "executions"]).contains("this site is a demo"));
}

#[test]
fn a_connection_that_drops_is_made_again_and_everything_asked_again() {
    for incident in [Incident::Close, Incident::CutShort, Incident::BadLength] {
        let gateway = Gateway::normal_day().behave_on(0..1, Behaviour::At(Kind::Execution, 3, incident.clone()));
        let gateway = gateway.start();
        let site = site(&gateway);
        site.put("config/local.toml", "[ibkr]\ntimeout_s = 5\n");
        let said = site.ok(&["collect", "executions", "--json"]);
        assert_eq!((counts(&said).0, kinds(&said)), (4, Vec::new()), "{incident:?}");
        assert!(gateway.connections() >= 2, "{incident:?}");
        assert_eq!(stored(&site, "2026-01-23").len(), 4);
    }
}

#[test]
fn a_connection_that_never_holds_leaves_nothing_behind() {
    let gateway = Gateway::normal_day().behave(Behaviour::At(Kind::Execution, 3, Incident::Close)).start();
    let site = site_with(&gateway, "max_retries = 1\n");
    let said = site.refused(&["collect", "executions"]);
    assert!(said.contains("does not hold long enough to read the fills"), "{said}");
    assert!(site.files("data/executions").is_empty());
}

#[test]
fn a_fill_whose_frame_cannot_be_read_is_missed_by_the_total_of_its_order() {
    // The client drops such a frame without a word. The second question usually brings the fill all the same.
    let once = Gateway::normal_day().behave(Behaviour::At(Kind::Execution, 2, Incident::BadBody)).start();
    assert_eq!(counts(&site(&once).ok(&["collect", "executions", "--json"])).0, 4);
    // Where it does not, nothing but the order's own total tells of it.
    let twice = [2, 6].map(|nth| Behaviour::At(Kind::Execution, nth, Incident::BadBody));
    let gateway = twice.into_iter().fold(Gateway::normal_day(), Gateway::behave).start();
    let site = site(&gateway);
    let said = site.run(&["collect", "executions", "--json"]);
    assert_eq!((said.code, kinds(&said)), (1, vec!["order-total".to_owned()]));
    assert_eq!(stored(&site, "2026-01-23").len(), 3);
}

#[test]
fn an_account_value_whose_frame_cannot_be_read_is_no_snapshot() {
    let gateway = Gateway::normal_day().current_time(CLOSE);
    let gateway = gateway.behave(Behaviour::At(Kind::PortfolioValue, 2, Incident::BadBody)).start();
    let site = site(&gateway);
    site.refused(&["collect", "snapshot"]);
    assert!(site.files("data/snapshots").is_empty());
}

#[test]
fn notices_about_the_line_to_the_broker_are_heeded() {
    // A data farm that is connected is no news.
    let fine = Gateway::normal_day().notice(2104, "farm").notice(2158, "farm").start();
    assert_eq!(counts(&site(&fine).ok(&["collect", "executions", "--json"])).0, 4);

    // The line is lost and comes back within the answer: it is asked for again.
    let back = Gateway::normal_day()
        .behave_on(0..1, Behaviour::At(Kind::Execution, 2, Incident::Notice(1100, "Connectivity lost")))
        .behave_on(0..1, Behaviour::At(Kind::Execution, 4, Incident::Notice(1102, "Connectivity restored")))
        .start();
    assert_eq!(counts(&site(&back).ok(&["collect", "executions", "--json"])).0, 4);
    assert!(back.execution_filters().len() > 2, "asked again");

    // It does not come back: what TWS says of the account may be old.
    let lost = Gateway::normal_day().current_time(CLOSE).behave(Behaviour::At(
        Kind::AccountValue,
        2,
        Incident::Notice(1100, "Connectivity lost"),
    ));
    let lost = lost.start();
    let site = site(&lost);
    let said = site.refused(&["collect", "snapshot"]);
    assert!(said.contains("does not hold long enough to read the account"), "{said}");
    assert!(site.files("data/snapshots").is_empty());
}

#[test]
fn a_part_that_fails_does_not_keep_the_other_from_being_stored() {
    let gateway = Gateway::normal_day().current_time(CLOSE);
    let gateway = gateway.account_value("AccountReady", "false", "", "DU1234567").start();
    let site = site_with(&gateway, "[yahoo]\nbase_url = \"http://127.0.0.1:1\"\n");
    let said = site.run(&["collect", "--json"]);
    assert_eq!(said.code, 1);
    let parts = said.json()["parts"].clone();
    assert_eq!((&parts[0]["part"], &parts[0]["new"]), (&"executions".into(), &4.into()));
    assert!(parts[1]["error"].as_str().unwrap().contains("not ready"));
    assert_eq!(parts[2]["part"], "prices");
    assert_eq!(stored(&site, "2026-01-23").len(), 4);
}
