use std::path::Path;

use super::super::{FlexSettings, parse};
use super::*;
use crate::analysis::actions::Change;
use crate::analysis::holdings::Holdings;
use crate::collect::Batch;
use crate::record::{Instrument, Record};

fn read(rows: &str) -> Batch {
    let text = format!(
        "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U7654321\" \
         fromDate=\"20260105\" toDate=\"20260130\" whenGenerated=\"20260130;200000\">\
         <AccountInformation accountId=\"U7654321\" currency=\"USD\"/>{rows}</FlexStatement></FlexStatements></FlexQueryResponse>"
    );
    let settings = FlexSettings {
        account: None,
        time_zone: chrono_tz::America::New_York,
        zones: None,
        cash: None,
        base_currency: Some("USD".parse().unwrap()),
    };
    parse(Path::new("a.xml"), text.as_bytes(), &settings).unwrap()
}

/// A row as statements have it, with these attributes beside the usual ones.
fn row(kind: &str, symbol: &str, conid: u32, quantity: &str, more: &str) -> String {
    format!(
        "<CorporateAction accountId=\"U7654321\" currency=\"USD\" assetCategory=\"STK\" type=\"{kind}\" symbol=\"{symbol}\" \
         conid=\"{conid}\" quantity=\"{quantity}\" dateTime=\"20260108;202500\" reportDate=\"20260109\" levelOfDetail=\"DETAIL\" {more}/>"
    )
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// 100 of contract 1 bought on 6 January, then these rows.
fn changes(rows: &[String]) -> Vec<Change> {
    let bought = "<Trade accountId=\"U7654321\" currency=\"USD\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"1\" \
                  buySell=\"BUY\" quantity=\"100\" tradePrice=\"20\" dateTime=\"20260106;103000\" transactionID=\"1\"/>";
    let batch = read(&format!("{bought}{}", rows.concat()));
    let mut record = Record { executions: batch.executions, actions: batch.actions, ..Record::default() };
    // The record goes on after the action.
    let mut later = record.executions[0].clone();
    later.time = "2026-01-20T15:00:00Z".parse().unwrap();
    later.conid = Some(99);
    record.executions.push(later);
    Holdings::of(&record).events().map(|event| event.change.clone()).collect()
}

fn converted(to: u64, quantity: &str, ratio: &str, paid: &str) -> Change {
    let (from, to) = (Instrument::Contract(1), Instrument::Contract(to));
    Change::Converted { from, to, quantity: dec(quantity), ratio: dec(ratio), paid: dec(paid) }
}

fn words(verb: &str, leg: &str) -> String {
    format!("actionDescription=\"AAA(US1) {verb} ({leg})\"")
}

#[test]
fn a_row_says_when_the_position_and_the_units_change() {
    let batch = read(&row("FS", "AAA", 1, "300", "transactionID=\"71\" actionID=\"9\" amount=\"-5\" value=\"12\""));
    let action = &batch.actions[0];
    assert_eq!((action.id.as_str(), action.event.as_str()), ("action:71", "9"));
    assert_eq!(action.date.to_string(), "2026-01-09");
    // 20:25 in New York in winter.
    assert_eq!(action.time.unwrap().to_rfc3339(), "2026-01-09T01:25:00+00:00");
    assert_eq!((action.quantity, action.proceeds, action.value), (Some(300.into()), Some(5.into()), Some(12.into())));
    assert_eq!(action.generated.unwrap().to_rfc3339(), "2026-01-31T01:00:00+00:00");
    let undated = row("FS", "AAA", 1, "300", "").replace(" reportDate=\"20260109\"", "");
    assert_eq!(read(&undated).actions[0].date.to_string(), "2026-01-09", "the day after the evening");
    let noon = row("FS", "AAA", 1, "300", "").replace("20260108;202500", "20260108");
    assert_eq!(read(&noon).actions[0].time, None);
}

#[test]
fn each_type_does_to_lots_what_it_means() {
    let own = "AAA, A INC, US1";
    let (old, new) = ("AAA.OLD, A INC, US1", "AAA, A INC, US2");
    let pair = |kind: &str, verb: &str, come: &str, more: &str| {
        [
            row(kind, "AAA", 2, come, &format!("transactionID=\"12\" actionID=\"9\" {}", words(verb, new))),
            row(
                kind,
                "AAA.OLD",
                1,
                "-100",
                &format!("transactionID=\"11\" actionID=\"9\" {more} {}", words(verb, old)),
            ),
        ]
    };
    let one = |kind: &str, quantity: &str, verb: &str, more: &str| {
        [row(kind, "AAA", 1, quantity, &format!("transactionID=\"11\" actionID=\"9\" {more} {}", words(verb, own)))]
    };
    let closed = |proceeds: &str| Change::Closed {
        instrument: Instrument::Contract(1),
        quantity: dec("100"),
        proceeds: dec(proceeds),
    };
    for kind in ["FS", ""] {
        assert_eq!(changes(&one(kind, "300", "SPLIT 4 FOR 1", "")), [converted(1, "100", "4", "0")]);
        assert_eq!(changes(&pair(kind, "SPLIT 1 FOR 10", "10", "")), [converted(2, "100", "0.1", "0")]);
    }
    assert_eq!(changes(&pair("FI", "SPLIT 3 FOR 1", "300", "")), [converted(2, "100", "3", "0")]);
    assert_eq!(changes(&one("RS", "-90", "SPLIT 1 FOR 10", "")), [converted(1, "100", "0.1", "0")]);
    for kind in ["IC", ""] {
        let verb = "CUSIP/ISIN CHANGE TO (US2)";
        assert_eq!(changes(&pair(kind, verb, "100", "")), [converted(2, "100", "1", "0")]);
    }
    for kind in ["TC", ""] {
        let verb = "MERGED(Acquisition) WITH US2 1 FOR 2";
        assert_eq!(changes(&pair(kind, verb, "50", "")), [converted(2, "100", "0.5", "0")]);
        let verb = "MERGED(Acquisition) FOR USD 42.00 PER SHARE";
        assert_eq!(changes(&one(kind, "-100", verb, "proceeds=\"4200\"")), [closed("4200")]);
        assert_eq!(changes(&one(kind, "-100", verb, "amount=\"-4200\"")), [closed("4200")]);
    }
    assert_eq!(changes(&pair("TO", "TENDERED TO US2 1 FOR 1", "100", "")), [converted(2, "100", "1", "0")]);
    let verb = "SUBSCRIBES TO (US2) 1 FOR 10 FOR USD -14.90 PER SHARE";
    assert_eq!(changes(&pair("SR", verb, "10", "proceeds=\"-149\"")), [converted(2, "100", "0.1", "149")]);
    for kind in ["DW", ""] {
        assert_eq!(changes(&one(kind, "-100", "DELISTED", "")), [closed("0")]);
    }
    for (kind, verb) in [("BM", "FULL CALL / EARLY REDEMPTION FOR USD 1.00 PER BOND"), ("TM", "TBILL MATURITY")] {
        assert_eq!(changes(&one(kind, "-100", verb, "proceeds=\"100\"")), [closed("100")]);
        assert_eq!(changes(&one("", "-100", verb, "proceeds=\"100\"")), [closed("100")]);
    }
    let spun = "SPINOFF  1 FOR 4";
    let child = |kind: &str| {
        [row(kind, "SPN", 3, "25", &format!("actionID=\"9\" {}", words(spun, "SPN, SPN, INC, 123456789")))]
    };
    let (parent, of) = (Instrument::Contract(1), Instrument::Contract(3));
    let expected = [Change::SpunOff { parent, child: of.clone(), quantity: dec("25"), share: None }];
    assert_eq!(changes(&child("SO")), expected);
    assert_eq!(changes(&child("")), expected);
    for kind in ["RI", "DI", "HI", "SD", "HD", "XX"] {
        assert_eq!(changes(&child(kind)), [Change::CostOpen([of.clone()].into())], "{kind}");
    }
}

#[test]
fn a_type_that_is_not_known_counts_its_quantity_and_is_named() {
    let batch = read(&row("HD", "AAA", 1, "5", "transactionID=\"1\""));
    assert_eq!(batch.actions[0].quantity, Some(5.into()));
    assert_eq!(batch.notices.iter().map(|notice| notice.kind).collect::<Vec<_>>(), [FindingKind::CorporateAction]);
    assert_eq!(read(&row("SO", "AAA", 1, "5", "transactionID=\"1\"")).notices, []);
}

#[test]
fn legs_without_a_number_are_paired_by_their_words_and_rows_stand_once() {
    let legs = [("AAA.OLD", 1, "-100", "AAA.OLD, A, US1"), ("AAA", 2, "10", "AAA, A, US2")]
        .map(|(symbol, conid, quantity, leg)| row("RS", symbol, conid, quantity, &words("SPLIT 1 FOR 10", leg)));
    assert_eq!(changes(&legs), [converted(2, "100", "0.1", "0")]);
    let doubled = row("FS", "AAA", 1, "300", "transactionID=\"71\"");
    let batch = read(&format!("{doubled}{doubled}"));
    assert_eq!((batch.actions.len(), batch.skipped_rows()), (1, 1));
}

#[test]
fn sums_count_only_where_nothing_is_told_singly() {
    let single = row("FS", "AAA", 1, "300", "transactionID=\"71\" actionID=\"9\"");
    let sum =
        row("FS", "AAA", 1, "300", "actionID=\"9\"").replace("\"DETAIL\"", "\"SUMMARY\"").replace(";202500", "");
    let batch = read(&format!("{sum}{single}"));
    assert_eq!((batch.actions.len(), batch.skipped_rows()), (1, 1));
    assert!(!batch.actions[0].is_sum());
    let alone = read(&sum);
    assert!(alone.actions[0].is_sum());
    assert_eq!(changes(&[sum]), [converted(1, "100", "4", "0")]);
}

#[test]
fn what_is_taken_back_days_later_is_booked_anew() {
    let at = |number: u32, quantity: &str, more: &str| {
        row(
            "FS",
            "AAA",
            1,
            quantity,
            &format!(
                "transactionID=\"{number}\" actionID=\"{number}\" {more} {}",
                words("SPLIT 4 FOR 1", "AAA, A, US1")
            ),
        )
    };
    let cancel = at(72, "-200", "code=\"Ca\"").replace("20260109", "20260112");
    let rows = [at(71, "200", ""), cancel, at(73, "300", "").replace("20260109", "20260112")];
    let batch = read(&rows.concat());
    assert_eq!(batch.actions.iter().filter(|action| action.cancels.is_some()).count(), 1);
    let folder = tempfile::tempdir().unwrap();
    let site = crate::site_dir::SiteDir::new(folder.path());
    let mut store = crate::record::store::Store::open_volatile(&site).unwrap();
    let saved = crate::collect::save::save(&mut store, &batch, &[]).unwrap();
    assert_eq!((saved.actions.new, saved.actions.known), (3, 0));
    let again = crate::collect::save::save(&mut store, &batch, &[]).unwrap();
    assert_eq!((again.actions.new, again.actions.known, again.actions.conflicts), (0, 3, 0));
}

#[test]
fn a_transfer_is_a_flow_of_its_value_and_a_movement_of_its_quantity() {
    let moved = |attributes: &str| {
        let row = format!(
            "<Transfer accountId=\"U7654321\" currency=\"USD\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"1\" \
             reportDate=\"20260106\" type=\"ACATS\" transactionID=\"89\" {attributes}/>"
        );
        let batch = read(&row);
        assert_eq!(batch.flows.len(), batch.actions.len());
        batch.actions.first().map(|action| (action.id.clone(), action.kind.clone(), action.quantity.unwrap()))
    };
    let expected = |quantity: i64| Some(("transfer:89".to_owned(), ActionKind::Transfer, quantity.into()));
    assert_eq!(moved("quantity=\"300\" direction=\"IN\" positionAmount=\"30000\""), expected(300));
    assert_eq!(moved("quantity=\"-300\" direction=\"OUT\" positionAmount=\"-30000\""), expected(-300));
    assert_eq!(moved("quantity=\"300\" direction=\"OUT\" positionAmount=\"30000\""), expected(-300));
    assert_eq!(moved("quantity=\"-3\" direction=\"IN\" positionAmount=\"-450\""), expected(-3));
}

#[test]
fn a_fraction_sold_is_taken_back_in_a_later_statement_by_what_it_says() {
    let sale = |number: u32, kind: &str, quantity: &str, side: &str, notes: &str| {
        format!(
            "<Trade accountId=\"U7654321\" currency=\"USD\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"1\" exchange=\"--\" \
             transactionType=\"{kind}\" buySell=\"{side}\" quantity=\"{quantity}\" tradePrice=\"20\" dateTime=\"20260108;202500\" \
             transactionID=\"{number}\" notes=\"{notes}\"/>"
        )
    };
    let (sold, again) = (sale(5, "FracShare", "-0.5", "SELL", ""), sale(7, "FracShare", "-0.4", "SELL", ""));
    let back = sale(6, "FracShareCancel", "0.5", "SELL (Ca.)", "Ca");
    let folder = tempfile::tempdir().unwrap();
    let site = crate::site_dir::SiteDir::new(folder.path());
    let mut store = crate::record::store::Store::open_volatile(&site).unwrap();
    for statement in [sold, format!("{back}{again}")] {
        crate::collect::save::save(&mut store, &read(&statement), &[]).unwrap();
    }
    drop(store);
    let config = crate::config::Config::default();
    let record = crate::record::load::load(&site, &config, "2026-02-01".parse().unwrap());
    let counting: Vec<&str> = record.executions.iter().map(|fill| fill.exec_id.as_str()).collect();
    assert_eq!(counting, ["transaction:7"], "{:?}", record.findings);
}
