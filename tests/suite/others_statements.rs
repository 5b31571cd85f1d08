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

/// A row of ten or so AAA: its numbers, side, quantity, price, day, and what else it says.
fn trade(numbers: &str, side: &str, quantity: &str, price: &str, day: &str, more: &str) -> String {
    format!(
        "<Trade accountId=\"U0000001\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"11\" \
         multiplier=\"1\" buySell=\"{side}\" quantity=\"{quantity}\" tradePrice=\"{price}\" ibCommission=\"-1\" \
         ibCommissionCurrency=\"USD\" dateTime=\"{day};103000\" levelOfDetail=\"EXECUTION\" {numbers} {more}/>"
    )
}

#[test]
fn a_split_between_purchase_and_sale_is_no_loss_and_no_short_sale() {
    let split = "<CorporateAction accountId=\"U0000001\" currency=\"USD\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"11\" \
                 description=\"AAA(US0000000011) SPLIT 4 FOR 1 (AAA, AAA CORP, US0000000011)\" reportDate=\"20260107\" \
                 dateTime=\"20260106;202500\" type=\"FS\" quantity=\"30\" amount=\"0\" value=\"0\" levelOfDetail=\"DETAIL\" \
                 transactionID=\"555\"/>";
    let fill = |id: u32, side, quantity, price, day| {
        let kind = "transactionType=\"ExchTrade\"";
        trade(&format!("transactionID=\"{id}\" ibExecID=\"0000aaaa.{id}.01.01\""), side, quantity, price, day, kind)
    };
    let sections = [
        value("20260105", "100000"),
        value("20260106", "99999"),
        value("20260107", "100018"),
        value("20260108", "100017"),
        fill(1001, "BUY", "10", "400", "20260106"),
        fill(1002, "SELL", "-40", "100.5", "20260107"),
        fill(1003, "BUY", "30", "100", "20260108"),
        split.to_owned(),
    ];
    let period = JANUARY.replace("20260107", "20260108");
    let site = Site::after(&[statement(&period, &sections.concat())]);
    let figures = site.figures();
    // 40 x 100.50 - 10 x 400 - 2; what was bought later is still held.
    assert_eq!((&figures["trades"]["round_trips"], &figures["trades"]["win_rate"]), (&1.into(), &1.0.into()));
    near(&figures["trades"]["expectancy"], 18.0);
    assert!((figures["trades"]["expectancy_bps"].as_f64().unwrap() - 18.0 / 99_999.0 * 1e4).abs() < 1e-9);
}

#[test]
fn a_trade_booked_again_days_later_counts_once_whatever_its_rows_go_by() {
    let taken_back = "transactionType=\"TradeCancel\" notes=\"Ca\" origTransactionID=\"1001\" origTradeID=\"2001\"";
    // What each row has of its numbers: the first, the one that takes it back, and the one booked again.
    let named = [
        [
            "transactionID=\"1001\" ibExecID=\"0000aaaa.1001.01.01\" tradeID=\"2001\"",
            "transactionID=\"1002\"",
            "transactionID=\"1003\" tradeID=\"2001\"",
        ],
        ["ibExecID=\"0000aaaa.1001.01.01\" tradeID=\"2001\"", "", "tradeID=\"2001\""],
        ["transactionID=\"1001\"", "transactionID=\"1002\"", "transactionID=\"1003\""],
        ["tradeID=\"2001\"", "", "tradeID=\"2001\""],
    ];
    for [first, back, again] in named {
        let first = trade(first, "BUY", "50", "32", "20260106", "transactionType=\"ExchTrade\"");
        let later = trade(back, "BUY (Ca.)", "-50", "32", "20260106", taken_back)
            + &trade(again, "BUY", "50", "31.5", "20260106", "transactionType=\"ExchTrade\"");
        let values = |days: &[&str]| days.iter().map(|day| value(day, "99999")).collect::<String>();
        let one = statement(JANUARY, &(values(&["20260105", "20260106", "20260107"]) + &first));
        let two = statement(
            "fromDate=\"20260108\" toDate=\"20260109\" whenGenerated=\"20260110;050000\"",
            &(values(&["20260108", "20260109"]) + &later),
        );
        let both = statement(JANUARY, &(values(&["20260105", "20260106", "20260107"]) + &first + &later));
        for files in [vec![one.clone(), two.clone()], vec![two, one], vec![both]] {
            let site = Site::after(&files);
            let figures = site.figures();
            assert_eq!(figures["trades"]["executions"], 1, "{first}");
            let listed = site.run(&["check", "--json"]).json();
            let errors: Vec<&Value> =
                listed["findings"].as_array().unwrap().iter().filter(|found| found["severity"] == "error").collect();
            assert!(errors.is_empty(), "{first}: {errors:?}");
            let days = site.read("data/executions/2026-01-06.csv");
            assert!(days.contains(",31.5,"), "{days}");
        }
    }
}

#[test]
fn what_is_bought_abroad_on_a_holiday_is_in_the_value_of_that_day() {
    // 19 January 2026 is a holiday of New York: 50 at 100, worth 100 that day and 102 on the next.
    let held = |day: &str, value: &str| {
        format!(
            "<OpenPosition accountId=\"U0000001\" reportDate=\"{day}\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" \
             symbol=\"AAA\" conid=\"11\" position=\"50\" positionValue=\"{value}\" levelOfDetail=\"SUMMARY\"/>"
        )
    };
    let numbers = "transactionID=\"1001\" ibExecID=\"0000aaaa.1001.01.01\"";
    let sections = [
        value("20260115", "10000"),
        value("20260116", "10000"),
        value("20260119", "9999"),
        value("20260120", "10099"),
        trade(numbers, "BUY", "50", "100", "20260119", "transactionType=\"ExchTrade\""),
        held("20260119", "5000"),
        held("20260120", "5100"),
    ];
    let period = "fromDate=\"20260115\" toDate=\"20260120\" whenGenerated=\"20260121;050000\"";
    let site = Site::after(&[statement(period, &sections.concat())]);
    let brought = &site.figures()["contributions"];
    near(&brought["holdings"]["AAA"], 0.0099);
    near(&brought["rest"], 0.0);
    let check = site.run(&["check", "-v"]);
    assert!(check.code == 0 && !check.out.contains("warning["), "{}", check.out);
}
