//! The Flex web service: history in years, then only what is missing, and every way it can say no.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use trackrecord::SiteDir;
use trackrecord::collect::flex::service::{Pace, collect};
use trackrecord::collect::progress::Silent;
use trackrecord::collect::report::PartReport;
use trackrecord::collect::work::Work;
use trackrecord::config::{self, Config};

use crate::support::Site;
use crate::yahoo::{FakeYahoo as Service, Reply, Request};

const TOKEN: &str = "1234567890987654321";

/// No pause that a test would have to wait for.
const PACE: Pace = Pace {
    between: Duration::ZERO,
    window: Duration::ZERO,
    working: Duration::from_millis(1),
    busy: Duration::from_millis(1),
    attempts: 4,
    whole: Duration::from_secs(60),
};

/// A site that asks this service, of an account opened on 2 January 2024.
fn site(service: &Service) -> Site {
    let flex = format!("[flex]\nquery_id = \"77\"\nbase_url = \"{}\"\n", service.base_url());
    let site =
        Site::new(&format!("[site]\nstatus = \"paper\"\ninception = 2024-01-02\n[benchmark]\nsymbol = \"\"\n{flex}"));
    site.file("config/local.toml", format!("[flex]\ntoken = \"{TOKEN}\"\n"))
}

fn configured(site: &Site) -> (SiteDir, Config) {
    let folder = SiteDir::new(site.path(""));
    let config = config::load(&folder, []).unwrap();
    (folder, config)
}

fn asked_with(site: &Site, now: &str, pace: Pace) -> trackrecord::Result<PartReport> {
    let (folder, config) = configured(site);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut work = Work::begin(&folder, &config, now.parse().unwrap())?;
    runtime.block_on(collect(&mut work, pace, &Silent))
}

fn asked(site: &Site, now: &str) -> PartReport {
    asked_with(site, now, PACE).unwrap()
}

fn reference(number: &str) -> Reply {
    Reply::ok(format!(
        "<FlexStatementResponse timestamp='13 October, 2026 04:17 AM EDT'><Status>Success</Status>\
         <ReferenceCode>{number}</ReferenceCode><Url>https://example.invalid/GetStatement</Url></FlexStatementResponse>"
    ))
}

fn no(status: &str, code: u32, words: &str) -> Reply {
    Reply::ok(format!(
        "<FlexStatementResponse timestamp='x'><Status>{status}</Status><ErrorCode>{code}</ErrorCode>\
         <ErrorMessage>{words}</ErrorMessage></FlexStatementResponse>"
    ))
}

/// A statement of a period with one fill on its last day.
fn statement(from: &str, to: &str) -> Reply {
    Reply::ok(format!(
        r#"<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1">
<FlexStatement accountId="DU1234567" fromDate="{from}" toDate="{to}" period="" whenGenerated="{to};220000">
<AccountInformation accountId="DU1234567" currency="USD"/>
<Trades><Trade accountId="DU1234567" currency="USD" fxRateToBase="1" assetCategory="STK" symbol="AAPL" conid="265598"
 multiplier="1" tradeID="{to}" transactionID="9{to}" ibExecID="00.{to}.01.01" dateTime="{to};100531" tradeDate="{to}"
 transactionType="ExchTrade" quantity="60" tradePrice="188.25" ibCommission="-0.62" ibCommissionCurrency="USD"
 buySell="BUY" levelOfDetail="EXECUTION"/></Trades></FlexStatement></FlexStatements></FlexQueryResponse>"#
    ))
}

fn step(request: &Request) -> &str {
    request.path.trim_start_matches('/')
}

/// A service that gives what it is asked for; the reference carries the period.
pub fn well() -> Service {
    Service::scripted(|request, _| match step(request) {
        "SendRequest" => reference(&format!("{}-{}", request.query["fd"], request.query["td"])),
        _ => {
            let (from, to) = request.query["q"].split_once('-').unwrap();
            statement(from, to)
        }
    })
}

/// The periods that were asked for, in order.
fn periods(service: &Service) -> Vec<String> {
    let requests = service.requests();
    let sent = requests.iter().filter(|request| step(request) == "SendRequest");
    sent.map(|request| format!("{}-{}", request.query["fd"], request.query["td"])).collect()
}

#[test]
fn history_comes_in_years_and_afterwards_only_what_is_missing() {
    let service = well();
    let site = site(&service);
    let first = asked(&site, "2026-01-24T12:00:00Z");
    assert_eq!(periods(&service), ["20240102-20241231", "20250101-20251231", "20260101-20260123"]);
    assert_eq!((first.added.new, first.is_complete()), (3, true), "{first:?}");
    let again = asked(&site, "2026-01-24T20:00:00Z");
    assert_eq!((again.added.new, periods(&service).len()), (0, 3), "nothing is missing");
    let weekend = asked(&site, "2026-01-26T12:00:00Z");
    assert_eq!((weekend.is_complete(), periods(&service).len()), (true, 3), "Saturday and Sunday have no statement");
    let monday = asked(&site, "2026-01-27T12:00:00Z");
    assert_eq!(periods(&service)[3..], ["20260124-20260126"]);
    assert_eq!(monday.added.new, 1);
    let request = &service.requests()[0];
    assert_eq!((request.query["v"].as_str(), request.query["t"].as_str()), ("3", TOKEN));
    assert!(!request.headers["user-agent"].is_empty());
    let raw = site.files("data/raw");
    assert_eq!(raw.len(), 4, "every statement is kept as it came");
}

#[test]
fn the_day_ends_in_new_york() {
    let service = well();
    let site = site(&service);
    // Three in the morning UTC is the evening before there, so the 23rd is not over.
    asked(&site, "2026-01-24T03:00:00Z");
    assert!(periods(&service).last().unwrap().ends_with("20260122"), "{:?}", periods(&service));
}

#[test]
fn a_statement_in_the_making_is_waited_for_under_the_same_reference() {
    let service = Service::scripted(|request, earlier| match step(request) {
        "SendRequest" => reference("4711"),
        _ if earlier < 2 => no("Warn", 1019, "Statement generation in progress. Please try again shortly."),
        _ => statement("20240102", "20241231"),
    });
    let site = site(&service);
    let report = asked(&site, "2025-01-01T12:00:00Z");
    assert!(report.is_complete(), "{report:?}");
    let requests = service.requests();
    assert_eq!(requests.iter().filter(|request| step(request) == "SendRequest").count(), 1);
    assert!(requests[1..].iter().all(|request| request.query["q"] == "4711"));
}

#[test]
fn what_passes_is_asked_again_and_what_does_not_pass_is_said_once() {
    for code in [1001, 1004, 1009, 1018, 1021] {
        let service = Service::scripted(move |request, earlier| match step(request) {
            "SendRequest" if earlier == 0 => no("Fail", code, "later"),
            "SendRequest" => reference("1"),
            _ => statement("20240102", "20241231"),
        });
        assert!(asked(&site(&service), "2025-01-01T12:00:00Z").is_complete(), "{code}");
    }
    for (code, next) in [(1003, "tomorrow"), (1012, "new token"), (1014, "query_id"), (1015, "token"), (1020, "code")]
    {
        let service = Service::scripted(move |_, _| no("Fail", code, &format!("no, {TOKEN}")));
        let report = asked(&site(&service), "2025-01-01T12:00:00Z");
        assert_eq!(service.requests().len(), 1, "{code} is final");
        let finding = &report.findings[0];
        assert!(!report.is_complete() && finding.next_step.contains(next), "{finding:?}");
        assert!(!format!("{report:?}").contains(TOKEN), "the token is repeated: {report:?}");
    }
}

#[test]
fn a_service_that_never_gives_in_is_given_up_and_what_came_before_stays() {
    let service = Service::scripted(|request, _| match step(request) {
        "SendRequest" if request.query["fd"] == "20240102" => reference("first"),
        "SendRequest" => Reply::new(503, "<html>busy</html>"),
        _ => statement("20240102", "20241231"),
    });
    let site = site(&service);
    let report = asked(&site, "2026-01-24T12:00:00Z");
    assert_eq!((report.added.new, report.is_complete()), (1, false));
    let finding = &report.findings[0];
    assert!(finding.text().contains("20") && finding.text().contains("after 4 attempts"), "{finding:?}");
    assert!(finding.message.contains("status 503"), "{finding:?}");
    assert_eq!(periods(&service).len(), 1 + 4, "the third year is not asked for in vain");
}

#[test]
fn a_service_that_hangs_or_is_busy_for_ever_costs_no_more_than_the_whole_time() {
    let pace = Pace { whole: Duration::from_millis(700), attempts: 1_000, ..PACE };
    let hangs = || Service::scripted(|_, _| reference("1").slow(Duration::from_secs(20)));
    let works = || {
        Service::scripted(|request, _| match step(request) {
            "SendRequest" => reference("1"),
            _ => no("Warn", 1019, "in progress"),
        })
    };
    let busy = || Service::scripted(|_, _| no("Fail", 1018, "too many"));
    for (service, words) in [(hangs(), "does not answer"), (works(), "gave no statement"), (busy(), "says 1018")] {
        let site = site(&service);
        let start = Instant::now();
        let report = asked_with(&site, "2026-01-24T12:00:00Z", pace).unwrap();
        assert!(start.elapsed() < Duration::from_secs(5), "{words}: {:?}", start.elapsed());
        let finding = &report.findings[0];
        assert!(finding.message.contains(words) && finding.message.contains("within"), "{finding:?}");
        assert_eq!(report.findings.len(), 1, "{report:?}");
    }
}

#[test]
fn an_address_without_the_service_is_said_at_once() {
    let stranger = "http://127.0.0.2:1/elsewhere";
    for (status, words) in [(302, "another address"), (404, "nothing is served there")] {
        let service = Service::scripted(move |_, _| Reply::new(status, "<html></html>").header("Location", stranger));
        let report = asked(&site(&service), "2026-01-24T12:00:00Z");
        assert_eq!(service.requests().len(), 1, "{status}");
        let finding = &report.findings[0];
        assert!(finding.message.contains(words) && finding.next_step.contains("base_url"), "{finding:?}");
    }
}

#[test]
fn a_period_that_shrank_is_an_error_and_asked_for_again() {
    let service = Service::scripted(|request, _| match step(request) {
        "SendRequest" => reference("1"),
        _ => statement("20250102", "20250102"),
    });
    let site = site(&service);
    site.put(
        "config/config.toml",
        site.read("config/config.toml").replace("inception = 2024-01-02", "inception = 2025-01-02"),
    );
    let report = asked(&site, "2025-01-11T12:00:00Z");
    let shrunk = report.findings.iter().find(|finding| finding.kind.name() == "shrunk-period").unwrap();
    assert_eq!(
        shrunk.message,
        "asked for 2025-01-02 to 2025-01-10, and the statement leaves out 5 sessions between 2025-01-03 and 2025-01-10"
    );
    assert!(!report.is_complete());
    assert_eq!(report.added.new, 1, "what came is stored");
    asked(&site, "2025-01-11T12:00:00Z");
    assert_eq!(periods(&service)[1], "20250103-20250110");
}

#[test]
fn a_statement_that_is_elsewhere_is_fetched_there_and_the_token_goes_nowhere_else() {
    // The service answers 1001 here, and names an address on the same host that works.
    let address = Arc::new(std::sync::Mutex::new(String::new()));
    let known = Arc::clone(&address);
    let service = Service::scripted(move |request, _| match step(request) {
        "SendRequest" => Reply::ok(format!(
            "<FlexStatementResponse><Status>Success</Status><ReferenceCode>1</ReferenceCode>\
             <url>{}/elsewhere/GetStatement</url></FlexStatementResponse>",
            known.lock().unwrap()
        )),
        "elsewhere/GetStatement" => statement("20240102", "20241231"),
        _ => no("Fail", 1001, "retired"),
    });
    *address.lock().unwrap() = service.base_url();
    assert!(asked(&site(&service), "2025-01-01T12:00:00Z").is_complete());

    // A stranger's address never gets the token.
    let heard = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&heard);
    let stranger = Service::scripted(move |_, _| {
        counting.fetch_add(1, Ordering::SeqCst);
        statement("20240102", "20241231")
    });
    let elsewhere = stranger.base_url();
    let service = Service::scripted(move |request, _| match step(request) {
        "SendRequest" => Reply::ok(format!(
            "<FlexStatementResponse><Status>Success</Status><ReferenceCode>1</ReferenceCode>\
             <Url>{elsewhere}/GetStatement</Url></FlexStatementResponse>"
        )),
        _ => no("Fail", 1001, "retired"),
    });
    assert!(!asked(&site(&service), "2025-01-01T12:00:00Z").is_complete());
    assert_eq!(heard.load(Ordering::SeqCst), 0);
}

#[test]
fn questions_keep_their_distance() {
    let service = well();
    let site = site(&service);
    let pace = Pace { between: Duration::from_millis(40), ..PACE };
    let start = Instant::now();
    asked_with(&site, "2026-01-24T12:00:00Z", pace).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(200), "six questions, five pauses: {:?}", start.elapsed());
    // However late each is received, it cannot have been asked before its pauses were over.
    for (request, before) in service.requests().iter().zip(0..) {
        assert!(request.at - start >= Duration::from_millis(40) * before, "{before}: {:?}", request.at - start);
    }
}

#[test]
fn without_a_token_it_says_where_to_get_one_and_never_shows_it() {
    let service = well();
    let site = site(&service);
    std::fs::remove_file(site.path("config/local.toml")).unwrap();
    let said = site.refused(&["collect", "flex"]);
    assert!(said.contains("`[flex] token` is not set") && said.contains("TRACKRECORD_FLEX_TOKEN"), "{said}");
    site.put("config/local.toml", format!("[flex]\ntoken = \"{TOKEN}\"\nbase_url = \"http://127.0.0.1:1\"\n"));
    let (_, config) = configured(&site);
    assert!(!format!("{config:?}").contains(TOKEN));
}

#[test]
fn a_token_in_the_file_that_is_committed_is_refused() {
    let site = Site::new(&format!("[flex]\ntoken = \"{TOKEN}\"\n"));
    let said = site.refused(&["stats"]);
    assert!(said.contains("config/config.toml:2:9") && said.contains("config/local.toml"), "{said}");
    assert!(!said.contains(TOKEN), "{said}");
    // Nor where the quotes were forgotten, in either file.
    for file in ["config/config.toml", "config/local.toml"] {
        let site = Site::new("").file(file, format!("[flex]\ntoken = {TOKEN}\n"));
        let said = site.refused(&["stats"]);
        assert!(said.contains("a token or password is a text in quotes") && !said.contains(TOKEN), "{said}");
    }
    let plain = Site::new("[flex]\nbase_url = \"http://example.org/service\"\n");
    assert!(plain.refused(&["stats"]).contains("must start with https://"));
}

#[test]
fn killed_at_any_moment_the_next_run_stores_what_an_undisturbed_one_does() {
    let service = well();
    let prepared = || {
        let site = site(&service);
        let config = site.read("config/config.toml").replace("inception = 2024-01-02", "inception = 2026-06-01");
        site.put("config/config.toml", config);
        site
    };
    let undisturbed = prepared();
    undisturbed.ok(&["collect", "flex"]);
    let expected = undisturbed.files("data");
    // The two questions are more than a second apart; everything is written right after the second.
    let runs: Vec<_> = (0..24_u32)
        .map(|step| {
            let site = prepared();
            let child = site.command(&["collect", "flex", "--quiet"]).spawn().unwrap();
            (site, child, Duration::from_millis(1_090) + Duration::from_millis(4) * step)
        })
        .map(|(site, mut child, moment)| {
            std::thread::spawn(move || {
                std::thread::sleep(moment);
                child.kill().unwrap();
                child.wait().unwrap();
                site.ok(&["collect", "flex"]);
                (moment, site.files("data"))
            })
        })
        .collect();
    for run in runs {
        let (moment, mut found) = run.join().unwrap();
        found.retain(|name, _| !name.ends_with(".tmp"));
        assert!(found == expected, "killed after {moment:?}: {:?}", found.keys());
    }
}

#[test]
fn the_command_stores_what_the_service_gives() {
    let service = Service::scripted(|request, _| match step(request) {
        "SendRequest" => reference("1"),
        _ => no("Fail", 1012, "Token has expired."),
    });
    let site = site(&service);
    let said = site.run(&["collect", "flex", "--json"]);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert!(said.out.contains("1012") && !said.shown().contains(TOKEN), "{}", said.shown());
}
