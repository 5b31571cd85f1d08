//! Statements as they come from accounts of all kinds, each with its right value.

use serde_json::Value;

use crate::support::Site;

/// A statement of these sections, of 5 to 7 January 2026 unless it says otherwise.
fn statement(period: &str, sections: &str) -> String {
    format!(
        "<FlexQueryResponse queryName=\"q\" type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U0000001\" {period}>\
         <AccountInformation accountId=\"U0000001\" currency=\"USD\"/>{sections}</FlexStatement></FlexStatements></FlexQueryResponse>"
    )
}

const JANUARY: &str = "fromDate=\"20260105\" toDate=\"20260107\" whenGenerated=\"20260108;050000\"";

fn value(day: &str, total: &str) -> String {
    format!("<EquitySummaryByReportDateInBase accountId=\"U0000001\" reportDate=\"{day}\" total=\"{total}\"/>")
}

#[track_caller]
fn near(found: &Value, right: f64) {
    assert!((found.as_f64().unwrap() - right).abs() < 1e-12, "{found}, right is {right}");
}

fn total_of(sections: &str) -> Value {
    Site::after(&[statement(JANUARY, sections)]).figures()["returns"]["total"].clone()
}

#[test]
fn a_bond_in_per_cent_of_par_earns_what_the_statement_books() {
    let trade = |day: &str, id: u32, side: &str, quantity: &str, price: &str, proceeds: &str| {
        format!(
            "<Trade accountId=\"U0000001\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"BOND\" symbol=\"XX 4 01/15/30\" \
             conid=\"77\" multiplier=\"1\" transactionType=\"ExchTrade\" buySell=\"{side}\" quantity=\"{quantity}\" \
             tradePrice=\"{price}\" proceeds=\"{proceeds}\" ibCommission=\"-1\" ibCommissionCurrency=\"USD\" transactionID=\"{id}\" \
             ibExecID=\"0000aaaa.{id}.01.01\" ibOrderID=\"{id}\" dateTime=\"{day};103000\" levelOfDetail=\"EXECUTION\" notes=\"\"/>"
        )
    };
    let sections = [
        value("20260105", "100000"),
        value("20260106", "99999"),
        value("20260107", "100398"),
        trade("20260106", 1001, "BUY", "20000", "97", "-19400"),
        trade("20260107", 1002, "SELL", "-20000", "99", "19800"),
    ];
    let figures = Site::after(&[statement(JANUARY, &sections.concat())]).figures();
    // 20,000 of face value at 2 per cent more, less 2 of commissions.
    assert_eq!(figures["trades"]["round_trips"], 1);
    near(&figures["trades"]["expectancy"], 398.0);
    near(&figures["trades"]["commissions"], 2.0);
}

#[test]
fn a_deposit_that_is_only_summed_up_is_no_profit() {
    let deposit = "<CashTransaction accountId=\"-\" currency=\"USD\" fxRateToBase=\"1\" type=\"Deposits/Withdrawals\" amount=\"30000\" \
                   dateTime=\"20260106\" reportDate=\"20260106\" transactionID=\"\" levelOfDetail=\"SUMMARY\"/>";
    let values = [value("20260105", "200000"), value("20260106", "230000"), value("20260107", "230460")];
    near(&total_of(&(values.concat() + deposit)), 460.0 / 230_000.0);
}

#[test]
fn shares_from_elsewhere_are_no_profit_without_the_column_in_base_currency() {
    let transfer = "<Transfer accountId=\"U0000001\" type=\"ACATS\" direction=\"IN\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"11\" \
                    currency=\"EUR\" fxRateToBase=\"1.2\" quantity=\"100\" positionAmount=\"2500\" cashTransfer=\"0\" \
                    date=\"20260106\" reportDate=\"20260106\" transactionID=\"501\"/>";
    let values = [value("20260105", "10000"), value("20260106", "13000"), value("20260107", "13013")];
    near(&total_of(&(values.concat() + transfer)), 0.001);
}

#[test]
fn values_of_several_models_are_one_account() {
    let of_model = |model: &str, day: &str, total: &str| {
        value(day, total).replace("reportDate", &format!("model=\"{model}\" reportDate"))
    };
    let rows = [
        of_model("Independent", "20260105", "700"),
        of_model("Growth", "20260105", "300"),
        of_model("Independent", "20260106", "710"),
        of_model("Growth", "20260106", "310"),
        of_model("Independent", "20260107", "730"),
        of_model("Growth", "20260107", "310"),
    ];
    near(&total_of(&rows.concat()), 0.04);
}

#[test]
fn words_of_time_zones_are_read_where_they_mean_one() {
    for (word, utc) in
        [("AEST", "2026-01-06T00:30:00Z"), ("JST", "2026-01-06T01:30:00Z"), ("CET", "2026-01-06T09:30:00Z")]
    {
        let trade = format!(
            "<Trade accountId=\"U0000001\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"11\" \
             multiplier=\"1\" transactionType=\"ExchTrade\" buySell=\"BUY\" quantity=\"1\" tradePrice=\"10\" ibCommission=\"-1\" \
             ibCommissionCurrency=\"USD\" transactionID=\"1001\" ibExecID=\"0000aaaa.1001.01.01\" \
             dateTime=\"20260106;10:30:00 {word}\" levelOfDetail=\"EXECUTION\" notes=\"\"/>"
        );
        let site =
            Site::after(&[statement(JANUARY, &(value("20260105", "100") + &value("20260106", "99") + &trade))]);
        let rows = site.read("data/executions/2026-01-06.csv");
        assert!(rows.contains(utc), "{word}: {rows}");
    }
}

#[test]
fn statements_that_adjoin_are_one_record_in_any_order() {
    let held = "<OpenPosition accountId=\"U0000001\" reportDate=\"20251231\" currency=\"EUR\" fxRateToBase=\"1.1\" assetCategory=\"STK\" \
                symbol=\"AAA\" conid=\"11\" position=\"10\" markPrice=\"20\" positionValue=\"200\" levelOfDetail=\"SUMMARY\"/>";
    let december = statement(
        "fromDate=\"20251201\" toDate=\"20251231\" whenGenerated=\"20260101;050000\"",
        &(value("20251130", "1000") + &value("20251230", "1010") + &value("20251231", "1020") + held),
    );
    let january = statement(
        "fromDate=\"20260101\" toDate=\"20260131\" whenGenerated=\"20260201;050000\"",
        &(value("20251231", "1020") + &value("20260102", "1030") + &value("20260130", "1050")),
    );
    let one = Site::after(&[december.clone(), january.clone()]);
    let other = Site::after(&[january, december]);
    assert_eq!(one.figures(), other.figures());
    near(&one.figures()["returns"]["total"], 0.05);
    for site in [one, other] {
        assert_eq!(site.ok(&["check", "--json"]).json()["errors"], 0);
        assert!(
            site.read("data/snapshots/2025-12-31.json").contains("\"AAA\"")
                || site.path("data/snapshots/2025-12-31.2.json").exists()
        );
        site.ok(&["build"]);
    }
}
