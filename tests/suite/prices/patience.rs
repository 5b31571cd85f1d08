//! Services that are busy, slow, out of order, or not there.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::yahoo::{Reply, Request, answer};

fn first_then_fine(first: Reply) -> FakeYahoo {
    FakeYahoo::scripted(
        move |request, earlier| {
            if earlier == 0 { first.clone() } else { answer(&[calm("SXLK.L")], request) }
        },
    )
}

fn waited(fake: &FakeYahoo) -> Duration {
    let asked = fake.asked("SXLK.L");
    asked[1].at - asked[0].at
}

#[test]
fn a_busy_service_is_asked_again_when_it_wishes() {
    let date =
        || (chrono::Utc::now() + chrono::TimeDelta::seconds(2)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let now = chrono::Utc::now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for reply in [
        Reply::new(429, "Too Many Requests").header("Retry-After", "1"),
        Reply::new(503, "<html>busy</html>").header("Date", &now).header("Retry-After", &date()),
    ] {
        let fake = first_then_fine(reply);
        let report = Desk::new(&fake).collect(&["SXLK.L"], FRIDAY);
        assert!(report.is_complete(), "{}", said(&report));
        assert!((1.0..5.0).contains(&waited(&fake).as_secs_f64()), "{:?}", waited(&fake));
    }
}

#[test]
fn everyone_waits_for_a_busy_service() {
    let fake = FakeYahoo::scripted(|request, earlier| match request.symbol() {
        Some("S0") if earlier == 0 => Reply::new(429, "").header("Retry-After", "1"),
        Some(symbol) => answer(&[calm(symbol)], request).slow(Duration::from_millis(20)),
        None => Reply::new(404, ""),
    });
    let symbols: Vec<String> = (0..12).map(|number| format!("S{number}")).collect();
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let report = Desk::new(&fake).collect(&symbols, FRIDAY);
    assert!(report.is_complete(), "{}", said(&report));
    let start = fake.requests()[0].at;
    let held = fake.requests().iter().filter(|request| request.at - start > Duration::from_secs(1)).count();
    assert!(held >= 5, "the question that was refused, and those that had not been asked: {held}");
}

#[test]
fn a_wish_beyond_patience_ends_the_asking() {
    let fake = FakeYahoo::scripted(|_, _| Reply::new(429, "Too Many Requests").header("Retry-After", "1800"));
    let report = Desk::new(&fake).collect(&["SXLK.L"], FRIDAY);
    let expected = "error SXLK.L: Yahoo answers with status 429 (too many questions), and Yahoo wants to be left alone for 1800 s; \
                    there are no stored prices";
    assert_eq!(said(&report), expected);
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn passing_trouble_passes() {
    let whole = |request: &Request| answer(&[calm("SXLK.L")], request);
    type Script = fn(&dyn Fn(&Request) -> Reply, &Request) -> Reply;
    let troubles: [Script; 5] = [
        |_, _| Reply::new(502, "<html>bad gateway</html>"),
        |_, _| Reply::new(999, "Request denied").header("Retry-After", "0"),
        |_, _| Reply::ok("<html>Will be right back</html>"),
        |whole, request| whole(request).cut(1000),
        |_, _| Reply::ok(r#"{"chart":{"result":[{"meta":{"currency":"#),
    ];
    for trouble in troubles {
        let fake = FakeYahoo::scripted(
            move |request, earlier| if earlier < 2 { trouble(&whole, request) } else { whole(request) },
        );
        let report = Desk::new(&fake).collect(&["SXLK.L"], FRIDAY);
        assert!(report.is_complete(), "{}", said(&report));
        assert_eq!(fake.requests().len(), 3);
    }
}

#[test]
fn lasting_trouble_is_named_with_what_is_used() {
    let fake = FakeYahoo::of(vec![calm("SXLK.L")]);
    let desk = Desk::new(&fake);
    desk.collect(&["SXLK.L"], FRIDAY);
    let fake = FakeYahoo::scripted(|_, _| Reply::new(500, "oops").header("Retry-After", "0"));
    let report = desk.moved_to(&fake).collect(&["SXLK.L"], MONDAY);
    assert_eq!(
        said(&report),
        "error SXLK.L: Yahoo answers with status 500 (out of order), 4 times; using prices up to 2026-01-23"
    );
    assert_eq!(fake.requests().len(), 4);
}

#[test]
fn without_a_network_the_stored_prices_serve() {
    let desk = Desk::new(&FakeYahoo::of(vec![calm("SXLK.L")]));
    desk.collect(&["SXLK.L"], FRIDAY);
    let files = desk.files();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let desk = Desk { settings: settings(&format!("http://{nobody}")), ..desk };
    let start = std::time::Instant::now();
    let symbols: Vec<String> = (0..20).map(|number| format!("S{number}")).chain(["SXLK.L".to_owned()]).collect();
    let report = desk.collect(&symbols.iter().map(String::as_str).collect::<Vec<_>>(), MONDAY);
    assert!(said(&report).contains("error SXLK.L: no connection: "), "{}", said(&report));
    assert!(said(&report).contains("; using prices up to 2026-01-23"), "{}", said(&report));
    assert_eq!(report.findings.len(), 21);
    assert_eq!(desk.files(), files);
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
}

#[test]
fn few_questions_are_asked_at_once_and_like_a_browser() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (inside, peak) = (Arc::clone(&now), Arc::clone(&most));
    let fake = FakeYahoo::scripted(move |request, _| {
        peak.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        inside.fetch_sub(1, Ordering::SeqCst);
        answer(&[calm(request.symbol().unwrap())], request)
    });
    let symbols: Vec<String> = (0..24).map(|number| format!("S{number}")).collect();
    Desk::new(&fake).collect(&symbols.iter().map(String::as_str).collect::<Vec<_>>(), FRIDAY);
    let most = most.load(Ordering::SeqCst);
    assert!((4..=8).contains(&most), "{most}");
    let first = &fake.requests()[0];
    assert!(first.headers["user-agent"].starts_with("Mozilla/5.0 "), "{:?}", first.headers);
    assert_eq!((first.query["interval"].as_str(), first.query["events"].as_str()), ("1d", "div,splits,capitalGains"));
    assert!(!first.query.contains_key("crumb") && !first.headers.contains_key("cookie"));
}

/// Asks for a cookie and a crumb, each of which is handed out once.
fn guarded() -> FakeYahoo {
    FakeYahoo::scripted(|request, _| {
        let cookie = request.headers.get("cookie").map(String::as_str);
        match request.path.as_str() {
            "/" => Reply::new(404, "")
                .header("Set-Cookie", "A3=d=AQABBK; Expires=Wed, 27 Jan 2027 12:00:00 GMT; Path=/; Secure"),
            "/v1/test/getcrumb" if cookie == Some("A3=d=AQABBK") => Reply::ok("6tNlY./xQ"),
            "/v1/test/getcrumb" => Reply::new(401, ""),
            _ if cookie == Some("A3=d=AQABBK")
                && request.query.get("crumb").is_some_and(|crumb| crumb == "6tNlY./xQ") =>
            {
                answer(&[calm(request.symbol().unwrap())], request)
            }
            _ => Reply::new(
                401,
                r#"{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}"#,
            ),
        }
    })
}

#[test]
fn a_cookie_is_fetched_once_and_only_when_asked_for() {
    let fake = guarded();
    let report = Desk::new(&fake).collect(&["S1", "S2", "S3", "S4"], FRIDAY);
    assert!(report.is_complete(), "{}", said(&report));
    let asked = |path: &str| fake.requests().iter().filter(|request| request.path == path).count();
    assert_eq!((asked("/"), asked("/v1/test/getcrumb")), (1, 1));
}

#[test]
fn a_service_that_keeps_its_cookie_is_given_up() {
    let fake = FakeYahoo::scripted(|_, _| {
        Reply::new(
            401,
            r#"{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}"#,
        )
    });
    let report = Desk::new(&fake).collect(&["SXLK.L"], FRIDAY);
    let expected = "error SXLK.L: Yahoo wants a cookie and does not hand one out; there are no stored prices";
    assert_eq!(said(&report), expected);
}
