use serde_json::{Value, json};

use super::super::testing::date;
use super::*;

/// Two bars in London, on 2025-03-28 (GMT) and 2025-03-31 (BST), each at 8 in the morning.
fn document() -> Value {
    json!({ "chart": { "result": [{
        "meta": {
            "currency": "GBp", "symbol": "VOD.L", "exchangeTimezoneName": "Europe/London", "gmtoffset": 3600,
            "firstTradeDate": 575_452_800,
            "currentTradingPeriod": { "regular": { "start": 1_743_404_400, "end": 1_743_435_000 } },
        },
        "timestamp": [1_743_148_800, 1_743_404_400],
        "indicators": {
            "quote": [{
                "open": [72.0, 72.5], "high": [73.0, 73.5], "low": [71.5, 72.0],
                "close": [72.540_000_915_527_34, 72.86], "volume": [1000, null],
            }],
            "adjclose": [{ "adjclose": [70.1, 72.86] }],
        },
        "events": {
            "dividends": {
                "a": { "amount": 0.022_5, "date": 1_743_404_400, "currency": "GBP" },
                "b": { "amount": 1.75, "date": 1_743_404_400 },
                "c": { "amount": -1, "date": 1_743_148_800 },
            },
            "splits": {
                "d": { "date": 1_743_148_800, "numerator": 6, "denominator": 11 },
                "e": { "date": 1_743_404_400, "numerator": 1, "denominator": 0 },
            },
        },
    }], "error": null } })
}

fn read_at(document: &Value, now: &str) -> Chart {
    read(document.to_string().as_bytes(), &PriceSymbol::new("VOD.L"), now.parse().unwrap()).unwrap()
}

fn dates(chart: &Chart) -> Vec<String> {
    chart.bars.iter().map(|bar| bar.date.to_string()).collect()
}

#[test]
fn a_document_becomes_bars_and_events() {
    let chart = read_at(&document(), "2025-04-01T06:00:00Z");
    assert_eq!(dates(&chart), ["2025-03-28", "2025-03-31"]);
    let first = &chart.bars[0];
    assert_eq!((first.close.to_string(), first.adj_close.unwrap().to_string()), ("72.54".into(), "70.1".into()));
    assert_eq!((first.volume, chart.bars[1].volume), (Some(1000), None));
    assert_eq!((chart.currency.as_str(), chart.first_trade), ("GBp", Some(date("1988-03-27"))));
    // 2.25 pence given in pounds, and 1.75 pence.
    assert_eq!(chart.dividends, [(date("2025-03-31"), Decimal::from(4))].into());
    assert_eq!(chart.splits.keys().copied().collect::<Vec<_>>(), [date("2025-03-28")]);
    assert_eq!(chart.splits[&date("2025-03-28")].round_dp(6).to_string(), "0.545455");
    assert_eq!(chart.unusable_events, [date("2025-03-28"), date("2025-03-31")].into());
}

#[test]
fn todays_bar_counts_half_an_hour_after_the_close() {
    // London closes at 16:30 BST, which is 15:30 UTC.
    assert_eq!(dates(&read_at(&document(), "2025-03-31T15:59:59Z")), ["2025-03-28"]);
    assert_eq!(dates(&read_at(&document(), "2025-03-31T16:00:00Z")), ["2025-03-28", "2025-03-31"]);
}

#[test]
fn a_session_that_is_not_todays_says_nothing_unless_it_is_later() {
    let mut document = document();
    let regular = |start: i64| json!({ "start": start, "end": start + 30_600 });
    let evening = "2025-03-31T20:00:00Z";
    document["chart"]["result"][0]["meta"]["currentTradingPeriod"]["regular"] = regular(1_743_148_800);
    assert_eq!(dates(&read_at(&document, evening)), ["2025-03-28"]);
    document["chart"]["result"][0]["meta"]["currentTradingPeriod"]["regular"] = regular(1_743_490_800);
    assert_eq!(dates(&read_at(&document, evening)), ["2025-03-28", "2025-03-31"]);
    document["chart"]["result"][0]["meta"]["currentTradingPeriod"] = Value::Null;
    assert_eq!(dates(&read_at(&document, evening)), ["2025-03-28"]);
}

#[test]
fn a_bar_of_tomorrow_is_not_stored() {
    assert_eq!(dates(&read_at(&document(), "2025-03-30T12:00:00Z")), ["2025-03-28"]);
}

#[test]
fn without_a_known_zone_the_offset_tells_the_date() {
    let mut document = document();
    document["chart"]["result"][0]["meta"]["exchangeTimezoneName"] = "Europe/Atlantis".into();
    document["chart"]["result"][0]["meta"]["gmtoffset"] = (-12 * 3600).into();
    assert_eq!(dates(&read_at(&document, "2025-04-02T12:00:00Z")), ["2025-03-27", "2025-03-30"]);
}

#[test]
fn the_symbols_case_does_not_matter() {
    let mut document = document();
    document["chart"]["result"][0]["meta"]["symbol"] = "vod.l".into();
    assert_eq!(dates(&read_at(&document, "2025-04-01T06:00:00Z")).len(), 2);
}

#[test]
fn a_cut_document_is_told_from_a_wrong_one() {
    let text = document().to_string();
    assert!(is_cut_off(&text.as_bytes()[..300]));
    assert!(!is_cut_off(text.as_bytes()));
    assert!(!is_cut_off(b"{\"chart\": 7}"));
    assert!(!is_cut_off(b"NaN"));
}
