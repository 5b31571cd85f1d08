//! Fills as gateways tell them: in parts, late, corrected, in every form of time.

use std::time::Duration;

use super::{counts, kinds, part, site, site_with, stored};
use crate::gateway::{Behaviour, Fill, Gateway, Incident, Kind, When, Window};

#[test]
fn a_normal_day_is_stored_to_the_last_digit_and_only_once() {
    let gateway = Gateway::normal_day().start();
    let site = site(&gateway);
    let said = site.ok(&["collect", "executions", "--json"]);
    assert_eq!(counts(&said), (4, 0, 0));
    assert_eq!(kinds(&said), Vec::<String>::new());
    assert_eq!(
        stored(&site, "2026-01-23"),
        [
            ["0000e0d5.69dd7411.01.01", "2026-01-23T15:05:31Z", "BUY", "60", "188.25", "0.62"],
            ["0000e0d5.69dd7412.01.01", "2026-01-23T15:05:32Z", "BUY", "40", "188.3", "0.38"],
            ["0001f4e8.69dd6f01.01.01", "2026-01-23T09:15:07Z", "BUY", "500", "8", "3"],
            ["00025b49.69dd7a02.01.01", "2026-01-23T20:27:04Z", "SELL", "12.5", "410.11", "1.02"],
        ]
    );
    let file = site.read("data/executions/2026-01-23.csv");
    assert!(file.contains(",VOD,139683207,STK,LSE,GBP,"), "{file}");
    assert!(file.contains(",512.35,"), "the realized profit: {file}");
    assert!(!file.contains("179769313"), "no mark of \"not available\": {file}");
    let again = site.ok(&["collect", "executions", "--json"]);
    assert_eq!(counts(&again), (0, 4, 0));
    assert_eq!(site.read("data/executions/2026-01-23.csv"), file);
}

#[test]
fn it_asks_for_seven_days_and_for_today_and_for_every_program() {
    let gateway = Gateway::normal_day().start();
    site(&gateway).ok(&["collect", "executions"]);
    let filters = gateway.execution_filters();
    assert_eq!(filters.len(), 2);
    assert_eq!(filters[0].last_n_days, Some(7));
    assert!(filters[1].last_n_days.is_none_or(|days| days <= 0));
    assert!(
        filters.iter().all(|filter| filter.client_id.is_none_or(|id| id == 0) && filter.specific_dates.is_empty())
    );
}

#[test]
fn older_days_come_where_the_gateway_goes_back_and_today_where_it_does_not() {
    let old = Fill {
        exec_id: "0000e0d5.00000001.01.01",
        time: "20260121 10:00:00 US/Eastern",
        perm_id: 1,
        ..Fill::default()
    };
    let days = |window| {
        let gateway = Gateway::new().execution(old.clone()).execution(Fill::default());
        let gateway = gateway.commission(old.exec_id, 1.0, "USD", None);
        let gateway = gateway.commission(Fill::default().exec_id, 1.0, "USD", None).window(window).start();
        counts(&site(&gateway).ok(&["collect", "executions", "--json"])).0
    };
    let today = "2026-01-23".parse().unwrap();
    assert_eq!(days(Window::Honoured(today)), 2);
    assert_eq!(days(Window::Ignored(today)), 1);
}

#[test]
fn a_correction_replaces_the_fill_and_both_rows_stay() {
    let wrong = Fill::default();
    let right = Fill { exec_id: "0000e0d5.69dd7411.01.02", price: 187.25, ..Fill::default() };
    let gateway = Gateway::new().execution(wrong.clone()).commission(wrong.exec_id, 1.0, "USD", None);
    let gateway = gateway.execution_from(3, right.clone()).commission(right.exec_id, 1.0, "USD", None).start();
    let site = site(&gateway);
    assert_eq!(counts(&site.ok(&["collect", "executions", "--json"])), (1, 0, 0));
    let said = site.ok(&["collect", "executions", "--json"]);
    assert_eq!(counts(&said), (1, 1, 0));
    assert_eq!(kinds(&said), Vec::<String>::new(), "the order's total is that of the correction");
    assert_eq!(stored(&site, "2026-01-23").len(), 2);
    let stats = site.run(&["stats", "--json"]).json();
    assert_eq!(stats["trades"]["executions"], 1);
}

#[test]
fn a_commission_that_comes_after_the_end_is_asked_for_again() {
    let fill = Fill::default();
    let gateway = Gateway::new().execution(fill.clone());
    let gateway = gateway.late_commission(fill.exec_id, 1.25, "USD", None, When::AfterEnd).start();
    let site = site(&gateway);
    let said = site.ok(&["collect", "executions", "--json"]);
    assert_eq!(kinds(&said), Vec::<String>::new());
    assert_eq!(stored(&site, "2026-01-23")[0][5], "1.25");
}

#[test]
fn a_commission_that_is_not_reported_stays_empty_until_a_later_run() {
    let fill = Fill::default();
    let gateway = Gateway::new().execution(fill.clone());
    let gateway = gateway.late_commission(fill.exec_id, 1.25, "USD", None, When::FromRequest(9)).start();
    let site = site(&gateway);
    let first = site.ok(&["collect", "executions", "--json"]);
    assert_eq!(kinds(&first), ["commission-pending"]);
    assert_eq!(stored(&site, "2026-01-23")[0][5], "");
    let second = site.ok(&["collect", "executions", "--json"]);
    assert_eq!(counts(&second), (1, 0, 0), "the commission is news");
    let rows = stored(&site, "2026-01-23");
    assert_eq!((rows[0][5].as_str(), rows[1][5].as_str()), ("", "1.25"));
    assert_eq!(site.run(&["stats", "--json"]).json()["trades"]["executions"], 1);
    assert_eq!(counts(&site.ok(&["collect", "executions", "--json"])), (0, 1, 0));
}

#[test]
fn a_report_with_nothing_in_it_is_no_commission_of_zero() {
    let fill = Fill::default();
    let gateway = Gateway::new().execution(fill.clone()).empty_commission(fill.exec_id).start();
    let site = site(&gateway);
    assert_eq!(kinds(&site.ok(&["collect", "executions", "--json"])), ["commission-pending"]);
    assert_eq!(stored(&site, "2026-01-23")[0][5], "");
    let free = Gateway::new().execution(fill.clone()).commission(fill.exec_id, 0.0, "USD", None).start();
    let site = self::site(&free);
    assert_eq!(kinds(&site.ok(&["collect", "executions", "--json"])), Vec::<String>::new());
    assert_eq!(stored(&site, "2026-01-23")[0][5], "0");
    let asked = free.execution_filters().len();
    site.ok(&["collect", "executions"]);
    assert_eq!(free.execution_filters().len() - asked, 2, "nobody waits again for what is stored");
}

#[test]
fn every_form_of_time_becomes_the_same_instant() {
    let forms = [
        "20260123 10:05:31 US/Eastern",
        "20260123 16:05:31 MET",
        "20260123 15:05:31 Universal",
        "20260123-15:05:31",
        "20260123 15:05:31Z",
    ];
    for time in forms {
        let fill = Fill { time, ..Fill::default() };
        let gateway = Gateway::new().execution(fill.clone()).commission(fill.exec_id, 1.0, "USD", None).start();
        let site = site(&gateway);
        site.ok(&["collect", "executions"]);
        assert_eq!(stored(&site, "2026-01-23")[0][1], "2026-01-23T15:05:31Z", "{time}");
    }
}

#[test]
fn a_time_without_a_zone_is_refused_or_read_as_configured() {
    let fill = Fill { time: "20260123 15:05:31", ..Fill::default() };
    let good = Fill { exec_id: "0000e0d5.69dd7412.01.01", perm_id: 7, ..Fill::default() };
    let gateway = Gateway::new().executions([fill.clone(), good.clone()]);
    let gateway =
        gateway.commission(fill.exec_id, 1.0, "USD", None).commission(good.exec_id, 1.0, "USD", None).start();
    let site = site(&gateway);
    let said = site.run(&["collect", "executions", "--json"]);
    assert_eq!((said.code, kinds(&said)), (1, vec!["unusable-fill".to_owned(), "order-total".to_owned()]));
    assert_eq!(stored(&site, "2026-01-23").len(), 1, "the good one is stored");
    let site = site_with(&gateway, "time_zone = \"Europe/London\"\n");
    site.ok(&["collect", "executions"]);
    assert_eq!(stored(&site, "2026-01-23").len(), 2);
}

#[test]
fn a_fill_that_lost_its_price_is_named_and_not_stored_as_zero() {
    let lost = Fill { exec_id: "0000e0d5.69dd7413.01.01", perm_id: 7, ..Fill::default() };
    let gateway = Gateway::new().execution(lost).amend(|details| {
        details.execution.as_mut().unwrap().price = None;
    });
    let gateway = gateway.execution(Fill::default()).commission(Fill::default().exec_id, 1.0, "USD", None).start();
    let site = site(&gateway);
    let said = site.run(&["collect", "executions", "--json"]);
    assert_eq!(said.code, 1);
    assert!(kinds(&said).contains(&"unusable-fill".to_owned()));
    assert_eq!(stored(&site, "2026-01-23").len(), 1);
}

#[test]
fn a_list_without_an_end_is_stored_and_said() {
    let gateway = Gateway::normal_day().behave(Behaviour::Withhold(Kind::ExecutionsEnd)).start();
    let site = site(&gateway);
    let said = site.run(&["collect", "executions", "--json"]);
    assert_eq!((said.code, kinds(&said)), (1, vec!["no-end".to_owned()]));
    assert_eq!(stored(&site, "2026-01-23").len(), 4);
}

#[test]
fn a_fill_that_is_missing_shows_in_the_total_of_its_order() {
    let second = Fill { exec_id: "0000e0d5.69dd7412.01.01", shares: "40", cum_qty: "100", ..Fill::default() };
    let gateway = Gateway::new().execution(second.clone()).commission(second.exec_id, 1.0, "USD", None).start();
    let said = site(&gateway).run(&["collect", "executions", "--json"]);
    assert_eq!((said.code, kinds(&said)), (1, vec!["order-total".to_owned()]));
    let finding = part(&said)["findings"][0]["message"].as_str().unwrap().to_owned();
    assert!(finding.contains("bought 100 AAPL, the fills stored come to 40"), "{finding}");
}

#[test]
fn fills_of_another_account_stay_out() {
    let theirs = Fill { exec_id: "0000e0d5.69dd7419.01.01", account: "DU7654321", ..Fill::default() };
    let gateway = Gateway::normal_day().accounts(["DU1234567", "DU7654321"]).execution(theirs).start();
    let site = site(&gateway);
    assert_eq!(counts(&site.ok(&["collect", "executions", "--json"])).0, 4);
    assert!(!site.read("data/executions/2026-01-23.csv").contains("DU7654321"));
    let theirs = site_with(&gateway, "account = \"DU7654321\"\n");
    assert_eq!(counts(&theirs.ok(&["collect", "executions", "--json"])).0, 1);
}

#[test]
fn a_statement_and_the_gateway_tell_of_the_same_fill_once() {
    let gateway = Gateway::normal_day().start();
    let site = site(&gateway);
    site.ok(&["collect", "executions"]);
    let statement = r#"<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1">
<FlexStatement accountId="DU1234567" fromDate="20260123" toDate="20260123" period="" whenGenerated="20260124;010000">
<Trades><Trade accountId="DU1234567" currency="USD" fxRateToBase="1" assetCategory="STK" symbol="AAPL" conid="265598"
 listingExchange="NASDAQ" multiplier="1" tradeID="1" transactionID="2" ibExecID="0000e0d5.69dd7411.01.01" ibOrderID="5"
 dateTime="20260123;100531" tradeDate="20260123" transactionType="ExchTrade" exchange="ISLAND" quantity="60"
 tradePrice="188.25" ibCommission="-0.62" ibCommissionCurrency="USD" buySell="BUY" levelOfDetail="EXECUTION"/></Trades>
</FlexStatement></FlexStatements></FlexQueryResponse>"#;
    site.put("statement.xml", statement);
    let path = site.path("statement.xml").display().to_string();
    site.ok(&["import", "flex", &path]);
    assert_eq!(site.run(&["stats", "--json"]).json()["trades"]["executions"], 4);
    let check = site.run(&["check", "--json"]).json();
    let conflicts =
        check["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == "conflict").count();
    assert_eq!(conflicts, 0, "{check}");
}

#[test]
fn slow_answers_are_waited_for() {
    let slow = Behaviour::At(Kind::Execution, 3, Incident::Delay(Duration::from_millis(600)));
    let gateway = Gateway::normal_day().behave(slow).start();
    assert_eq!(counts(&site(&gateway).ok(&["collect", "executions", "--json"])).0, 4);
}

#[test]
fn ten_thousand_fills_are_collected_and_stored_in_two_seconds() {
    let names: Vec<(String, String)> = (0..10_000)
        .map(|number| {
            let day = 17 + number % 7;
            (
                format!("0000e0d5.{number:08x}.01.01"),
                format!("202601{day:02} {:02}:{:02}:31 US/Eastern", 10 + number % 6, number % 60),
            )
        })
        .collect();
    let mut gateway = Gateway::new();
    for (position, (id, time)) in names.iter().enumerate() {
        let perm_id = i64::try_from(position + 1).unwrap();
        gateway = gateway
            .execution(Fill { exec_id: id, time, perm_id, ..Fill::default() })
            .commission(id, 1.0, "USD", None);
    }
    let gateway = gateway.start();
    let site = site(&gateway);
    let start = std::time::Instant::now();
    let mut child =
        site.command(&["collect", "executions", "--quiet"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let mut most = 0;
    let ended = loop {
        most = most.max(peak_memory(child.id()).unwrap_or_default());
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let took = start.elapsed();
    assert!(ended.success());
    eprintln!("10,000 fills in {:.2} s with {} MB", took.as_secs_f64(), most / 1024);
    assert!(took < Duration::from_secs(6), "{took:?}: three times what it may take on an idle machine");
    assert!(most < 150 * 1024, "{most} kB");
    assert_eq!(counts(&site.ok(&["collect", "executions", "--json"])), (0, 10_000, 0));
}

/// The most memory a process has had so far, in kilobytes, where the system tells.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}
