//! Answers that are not what was asked for: each is named, and nothing else suffers.

use super::*;
use crate::yahoo::{Reply, answer};

/// What is said when Yahoo answers like this about a symbol that has stored prices, and about one that has none.
fn refusal(reply: Reply) -> String {
    let fake = FakeYahoo::of(vec![calm("SXLK.L")]);
    let desk = Desk::new(&fake);
    desk.collect(&["SXLK.L"], FRIDAY);
    let stored = desk.files();
    let fake = FakeYahoo::scripted(move |request, _| {
        if request.symbol() == Some("FINE.L") { answer(&[calm("FINE.L")], request) } else { reply.clone() }
    });
    let desk = desk.moved_to(&fake);
    let report = desk.collect(&["FINE.L", "NONE.L", "SXLK.L"], MONDAY);
    assert!(!report.is_complete());
    assert_eq!(report.added.new, 278, "the symbol beside them");
    let mut files = desk.files();
    files.remove("prices/FINE.L.csv").unwrap();
    assert_eq!(files, stored);
    let words = said(&report);
    let about =
        |symbol: &str| words.lines().find(|line| line.starts_with(&format!("error {symbol}: "))).unwrap().to_owned();
    let (none, known) = (about("NONE.L"), about("SXLK.L"));
    assert!(none.ends_with("; there are no stored prices"), "{none}");
    let known = known.strip_suffix("; using prices up to 2026-01-23").unwrap_or_else(|| panic!("{known}"));
    known.strip_prefix("error SXLK.L: ").unwrap().to_owned()
}

fn document(series: &str) -> Reply {
    Reply::ok(format!(r#"{{"chart":{{"result":[{series}],"error":null}}}}"#))
}

const META: &str = r#""meta":{"currency":"USD","exchangeTimezoneName":"Europe/London","gmtoffset":0}"#;

#[test]
fn error_documents_speak_for_themselves() {
    assert_eq!(refusal(crate::yahoo::unknown()), "Yahoo says \"Not Found: No data found, symbol may be delisted\"");
    let fault = r#"{"chart":{"result":null,"error":{"code":"Bad Request","description":"Data doesn't exist for startDate = 1, endDate = 2"}}}"#;
    assert_eq!(
        refusal(Reply::new(400, fault)),
        "Yahoo says \"Bad Request: Data doesn't exist for startDate = 1, endDate = 2\""
    );
    assert_eq!(
        refusal(Reply::ok(fault)),
        "Yahoo says \"Bad Request: Data doesn't exist for startDate = 1, endDate = 2\""
    );
    assert_eq!(refusal(Reply::new(404, "gone")), "Yahoo answers with status 404 (not found)");
}

#[test]
fn web_pages_are_no_prices() {
    let page = Reply::ok("<!DOCTYPE html><html><title>Before you continue</title></html>");
    assert_eq!(refusal(page), "Yahoo answers with a web page instead of prices, 4 times");
}

#[test]
fn empty_and_incomplete_documents_are_told_apart() {
    assert_eq!(refusal(Reply::ok(r#"{"chart":{"result":[],"error":null}}"#)), "Yahoo's answer is empty");
    assert_eq!(refusal(Reply::ok(r#"{"chart":{"result":null,"error":null}}"#)), "Yahoo's answer is empty");
    assert_eq!(refusal(Reply::ok("{}")), "Yahoo's answer is empty");
    let none = "Yahoo has no prices for the time asked for";
    assert_eq!(refusal(document(&format!(r#"{{{META},"indicators":{{"quote":[{{}}],"adjclose":[{{}}]}}}}"#))), none);
    assert_eq!(
        refusal(document(&format!(r#"{{{META},"timestamp":[1769155200],"indicators":{{"quote":[]}}}}"#))),
        none
    );
    let undated = format!(r#"{{{META},"indicators":{{"quote":[{{"close":[75.5]}}]}}}}"#);
    assert_eq!(refusal(document(&undated)), "Yahoo sends prices without dates");
    let uneven =
        format!(r#"{{{META},"timestamp":[1769155200,1769414400],"indicators":{{"quote":[{{"close":[75.5]}}]}}}}"#);
    assert!(refusal(document(&uneven)).starts_with("Yahoo's columns differ in length"));
    assert!(refusal(Reply::ok("[1, 2]")).starts_with("the answer is not a chart"));
}

#[test]
fn an_answer_about_something_else_is_refused() {
    let series = |meta: &str| {
        document(&format!(
            r#"{{"meta":{{{meta}}},"timestamp":[1769155200],"indicators":{{"quote":[{{"close":[75.5]}}]}}}}"#
        ))
    };
    let zone = r#""exchangeTimezoneName":"Europe/London""#;
    assert_eq!(refusal(series(&format!(r#""symbol":"META","currency":"USD",{zone}"#))), "Yahoo answers about META");
    assert_eq!(refusal(series(zone)), "Yahoo does not name the currency of the prices");
    assert_eq!(
        refusal(series(&format!(r#""currency":"pts",{zone}"#))),
        "Yahoo quotes it in `pts`, and what that is worth is not known"
    );
    let nowhere = refusal(series(r#""currency":"USD""#));
    assert_eq!(nowhere, "Yahoo does not name the exchange's time zone, so the bars have no dates");
}

#[test]
fn null_bars_are_left_out_and_named() {
    let listing = Listing::new("MUV2.DE", "EUR")
        .closes("2026-01-19", [500.0, 501.0, 502.0, 503.0, 504.0])
        .close("2026-01-21", None);
    let desk = Desk::new(&FakeYahoo::of(vec![listing]));
    let report = desk.collect(&["MUV2.DE"], FRIDAY);
    assert!(report.is_complete(), "{}", said(&report));
    assert_eq!(said(&report), "note MUV2.DE: Yahoo has no price of 2026-01-21");
    assert_eq!(desk.dates("MUV2.DE"), ["2026-01-19", "2026-01-20", "2026-01-22", "2026-01-23"]);
}

#[test]
fn missing_columns_are_unknown_values() {
    let listing = Listing::new("VOD.L", "GBp").closes("2026-01-22", [72.5, 72.6]).changed(|document| {
        let series = &mut document["chart"]["result"][0];
        series["indicators"]["quote"][0].as_object_mut().unwrap().retain(|name, _| name == "close");
        series["indicators"].as_object_mut().unwrap().remove("adjclose");
        series["meta"].as_object_mut().unwrap().retain(|name, _| name == "currency" || name == "gmtoffset");
    });
    let desk = Desk::new(&FakeYahoo::of(vec![listing]));
    let report = desk.collect(&["VOD.L"], MONDAY);
    assert_eq!(desk.rows("VOD.L"), ["2026-01-22,,,,72.5,,,GBp", "2026-01-23,,,,72.6,,,GBp"]);
    assert!(has(&report, Severity::Warning, "not-adjusted"), "{}", said(&report));
}

#[test]
fn a_live_price_beside_the_days_bar_is_one_bar() {
    let listing = Listing::new("VOD.L", "GBp").closes("2026-01-22", [72.5, 72.6]).changed(|document| {
        let series = &mut document["chart"]["result"][0];
        let closing = 1_769_186_127; // 2026-01-23 16:35:27
        series["timestamp"].as_array_mut().unwrap().push(closing.into());
        for column in ["open", "high", "low", "close", "volume"] {
            series["indicators"]["quote"][0][column].as_array_mut().unwrap().push(73.into());
        }
        series["indicators"]["adjclose"][0]["adjclose"].as_array_mut().unwrap().push(73.into());
    });
    let desk = Desk::new(&FakeYahoo::of(vec![listing]));
    let report = desk.collect(&["VOD.L"], FRIDAY);
    assert_eq!(desk.closes("VOD.L")[1], ("2026-01-23".to_owned(), "73".to_owned()));
    assert!(has(&report, Severity::Note, "double-bar"), "{}", said(&report));
}

#[test]
fn a_damaged_file_is_named_and_left_alone() {
    let desk = Desk::new(&FakeYahoo::of(vec![calm("SXLK.L"), calm("FINE.L")]));
    desk.site.put("data/prices/SXLK.L.csv", "date,open,high,low,close,adj_close,volume,currency\n2026-01-22,,,");
    let report = desk.collect(&["SXLK.L", "FINE.L"], FRIDAY);
    assert!(
        said(&report).contains("error SXLK.L: data/prices/SXLK.L.csv:2: the last line is cut off"),
        "{}",
        said(&report)
    );
    assert!(desk.site.read("data/prices/SXLK.L.csv").ends_with("2026-01-22,,,"));
    assert_eq!(desk.rows("FINE.L").len(), 277);
}
