//! Statements that say different things of the same account: the newest counts, in whatever order they come in.

use serde_json::Value;

use crate::support::Site;

/// A statement of June 2025 made on a day of July: the commission of its purchase, its deposit, its net value, its return.
fn statement(day: u32, [commission, deposit, value, twr]: [&str; 4]) -> String {
    format!(
        "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U7654321\" \
         fromDate=\"20250602\" toDate=\"20250604\" whenGenerated=\"202507{day:02};050000\">\
         <AccountInformation accountId=\"U7654321\" currency=\"USD\"/>\
         <Trade accountId=\"U7654321\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" symbol=\"ABCD\" conid=\"1\" \
         quantity=\"10\" tradePrice=\"50\" multiplier=\"1\" proceeds=\"-500\" buySell=\"BUY\" ibCommission=\"-{commission}\" \
         ibCommissionCurrency=\"USD\" dateTime=\"20250603;103000\" transactionID=\"7\" ibExecID=\"0001.7.01.01\"/>\
         <CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"Deposits/Withdrawals\" amount=\"{deposit}\" \
         reportDate=\"20250604\" transactionID=\"8\" levelOfDetail=\"DETAIL\"/>\
         <ChangeInNAV accountId=\"U7654321\" fromDate=\"20250602\" toDate=\"20250604\" startingValue=\"1000\" \
         endingValue=\"{value}\" twr=\"{twr}\"/>\
         <EquitySummaryByReportDateInBase reportDate=\"20250602\" total=\"1000\"/>\
         <EquitySummaryByReportDateInBase reportDate=\"20250603\" total=\"1000\"/>\
         <EquitySummaryByReportDateInBase reportDate=\"20250604\" total=\"{value}\"/>\
         </FlexStatement></FlexStatements></FlexQueryResponse>"
    )
}

const FIRST: [&str; 4] = ["1.5", "100", "1110", "1.0"];
const SECOND: [&str; 4] = ["1", "125", "1150", "2.2"];

/// The figures after these statements, each imported by itself; and of `check` the kinds and words.
fn after(statements: &[(u32, [&str; 4])]) -> (Value, Vec<(String, String)>) {
    let site = Site::plain();
    for (number, (day, values)) in statements.iter().enumerate() {
        let name = format!("{number}.xml");
        site.put(&name, statement(*day, *values));
        site.ok(&["import", "flex", site.path(&name).to_str().unwrap()]);
    }
    site.ok(&["build"]);
    let check = site.ok(&["check", "--json"]).json();
    let findings = check["findings"].as_array().unwrap().iter().map(|finding| {
        (finding["kind"].as_str().unwrap().to_owned(), finding["message"].as_str().unwrap().to_owned())
    });
    (site.ok(&["stats", "--json"]).json(), findings.collect())
}

#[test]
fn the_newest_statement_counts_in_any_order_and_what_it_restates_is_named() {
    for order in [[(1, FIRST), (9, SECOND)], [(9, SECOND), (1, FIRST)]] {
        let (stats, findings) = after(&order);
        // 1150 of which 125 were paid in at the start of the last day: 1150 / 1125.
        let total = stats["returns"]["total"].as_f64().unwrap();
        assert!((total - (1150.0 / 1125.0 - 1.0)).abs() < 1e-12, "{total}");
        assert_eq!(stats["trades"]["commissions"], 1.0, "{stats}");
        let restated: Vec<&str> =
            findings.iter().filter(|(kind, _)| kind == "restated").map(|(_, words)| words.as_str()).collect();
        for expected in
            ["commission: 1.5 before, 1 now", "amount: 100 before, 125 now", "net value: 1110 before, 1150 now"]
        {
            assert!(restated.iter().any(|words| words.contains(expected)), "{expected}: {restated:?}");
        }
        assert!(findings.iter().all(|(kind, _)| kind != "conflict"), "{findings:?}");
    }
}

#[test]
fn a_value_that_was_restated_back_counts_even_where_the_statement_in_between_comes_last() {
    let (right, _) = after(&[(1, FIRST), (5, SECOND), (9, FIRST)]);
    for order in [
        [(1, FIRST), (9, FIRST), (5, SECOND)],
        [(9, FIRST), (1, FIRST), (5, SECOND)],
        [(5, SECOND), (9, FIRST), (1, FIRST)],
        [(9, FIRST), (5, SECOND), (1, FIRST)],
    ] {
        let (stats, _) = after(&order);
        assert_eq!(stats, right, "{:?}", order.map(|(day, _)| day));
    }
    assert_eq!(right["trades"]["commissions"], 1.5);
}

#[test]
fn rows_that_a_newer_statement_repeats_are_not_stored_again() {
    let site = Site::plain();
    for (name, day) in [("a.xml", 1), ("b.xml", 9)] {
        site.put(name, statement(day, FIRST));
    }
    site.ok(&["import", "flex", site.path("a.xml").to_str().unwrap()]);
    let tables = ["data/flows.csv", "data/statements.csv", "data/executions/2025-06-03.csv"];
    let before = tables.map(|name| site.read(name));
    let said = site.ok(&["import", "flex", site.path("b.xml").to_str().unwrap(), "--json"]).json();
    assert_eq!((&said["executions"]["new"], &said["cash"]["new"]), (&0.into(), &0.into()), "{said}");
    assert_eq!(tables.map(|name| site.read(name)), before);
    site.put("c.xml", statement(20, SECOND));
    site.ok(&["import", "flex", site.path("c.xml").to_str().unwrap()]);
    for (name, before) in tables.iter().zip(before) {
        let after = site.read(name);
        assert!(after.starts_with(&before) && after.lines().count() == before.lines().count() + 1, "{name}: {after}");
    }
}

#[test]
fn without_the_time_of_the_statements_a_difference_has_to_be_settled() {
    let site = Site::plain();
    for (name, values) in [("a.xml", FIRST), ("b.xml", SECOND)] {
        let undated = statement(1, values).replace("whenGenerated=", "made=");
        site.put(name, undated);
    }
    site.ok(&["import", "flex", site.path("a.xml").to_str().unwrap()]);
    let said = site.refused(&["import", "flex", site.path("b.xml").to_str().unwrap()]);
    assert!(said.contains("contradict"), "{said}");
    assert!(site.refused(&["build"]).contains("trackrecord resolve"), "the way out is named");
    let listed = site.run(&["resolve", "--json"]).json();
    let all = listed["contradictions"].as_array().unwrap();
    assert_eq!(all.len(), 4, "{listed}");
    for contradiction in all {
        site.ok(&["resolve", contradiction["id"].as_str().unwrap(), "--keep", "2"]);
    }
    site.ok(&["build"]);
    assert_eq!(site.ok(&["stats", "--json"]).json()["trades"]["commissions"], 1.0);
}

#[test]
fn every_version_of_one_import_is_held_against_newer_statements() {
    let (right, _) = after(&[(1, FIRST), (5, SECOND), (9, FIRST)]);
    let site = Site::plain();
    for (name, day, values) in [("a.xml", 1, FIRST), ("b.xml", 5, SECOND), ("c.xml", 9, FIRST)] {
        site.put(name, statement(day, values));
    }
    let path = |name: &str| site.path(name).to_str().unwrap().to_owned();
    for names in [vec!["a.xml"], vec!["c.xml"], vec!["b.xml", "a.xml"]] {
        let paths: Vec<String> = names.into_iter().map(path).collect();
        let arguments = ["import", "flex"].into_iter().chain(paths.iter().map(String::as_str));
        site.ok(&arguments.collect::<Vec<_>>());
    }
    assert_eq!(site.ok(&["stats", "--json"]).json(), right);
    let period = site.read("data/statements.csv");
    assert!(period.lines().last().unwrap().contains("2025-07-09"), "the broker's return is heard again: {period}");
}

#[test]
fn another_time_zone_makes_no_older_statement_the_last_word() {
    let site = Site::plain();
    site.put("a.xml", statement(1, FIRST));
    site.put("b.xml", statement(9, SECOND));
    site.ok(&["import", "flex", site.path("a.xml").to_str().unwrap()]);
    let config = site.read("config/config.toml");
    site.put("config/config.toml", format!("{config}[flex]\ntime_zone = \"Europe/Berlin\"\n"));
    let again = site.ok(&["import", "flex", site.path("a.xml").to_str().unwrap(), "--json"]).json();
    assert_eq!(again["snapshots"]["new"], 0, "the hour of a close is no news: {again}");
    site.ok(&["import", "flex", site.path("b.xml").to_str().unwrap()]);
    let total = site.ok(&["stats", "--json"]).json()["returns"]["total"].as_f64().unwrap();
    assert!((total - (1150.0 / 1125.0 - 1.0)).abs() < 1e-12, "{total}");
}

#[test]
fn a_contradiction_of_a_day_without_a_session_is_settled_like_any_other() {
    let snapshot = |date: &str, value: u32| {
        format!(
            "{{\"schema\": 2, \"date\": \"{date}\", \"as_of\": \"{date}T21:00:00Z\", \"account\": \"U7654321\", \
             \"base_currency\": \"USD\", \"net_liquidation\": \"{value}\", \"source\": \"tws\"}}"
        )
    };
    // 31 January 2026 is a Saturday.
    let site = Site::plain()
        .file("data/snapshots/2026-01-29.json", snapshot("2026-01-29", 1000))
        .file("data/snapshots/2026-01-31.json", snapshot("2026-01-31", 1010))
        .file("data/snapshots/2026-01-31.2.json", snapshot("2026-01-31", 1020));
    let listed = site.run(&["resolve", "--json"]).json();
    let id = listed["contradictions"][0]["id"].as_str().unwrap_or_else(|| panic!("{listed}")).to_owned();
    site.ok(&["resolve", &id, "--keep", "2"]);
    assert_eq!(site.ok(&["resolve", "--json"]).json()["contradictions"].as_array().unwrap().len(), 0);
    let total = site.ok(&["stats", "--json"]).json()["returns"]["total"].as_f64().unwrap();
    assert!((total - 0.02).abs() < 1e-12, "{total}");
}

/// A statement that says neither when it was made nor how its movements are numbered.
fn without_names(day: u32, deposits: &[u32]) -> String {
    let rows: String = deposits
        .iter()
        .map(|amount| {
            format!(
                "<CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"Deposits/Withdrawals\" amount=\"{amount}\" \
                 reportDate=\"20250603\" levelOfDetail=\"DETAIL\"/>"
            )
        })
        .collect();
    let values: String = (2..=day)
        .map(|day| format!("<EquitySummaryByReportDateInBase reportDate=\"202506{day:02}\" total=\"1000\"/>"))
        .collect();
    format!(
        "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U7654321\" \
         fromDate=\"20250602\" toDate=\"202506{day:02}\"><AccountInformation accountId=\"U7654321\" currency=\"USD\"/>\
         {rows}{values}</FlexStatement></FlexStatements></FlexQueryResponse>"
    )
}

#[test]
fn a_deposit_without_number_or_time_of_its_statement_counts_once_or_has_to_be_settled() {
    let import = |site: &Site, name: &str, text: String| {
        site.put(name, text);
        site.run(&["import", "flex", site.path(name).to_str().unwrap()])
    };
    let amounts = |site: &Site| -> Vec<String> {
        let listed = site.ok(&["flow", "list", "--json"]).json();
        let rows = listed["flows"].as_array().unwrap().clone();
        rows.iter().map(|row| row["amount"].as_str().unwrap().to_owned()).collect()
    };
    // The same row of two statements that overlap is one; two of one statement are two.
    let site = Site::plain();
    import(&site, "a.xml", without_names(4, &[500]));
    import(&site, "b.xml", without_names(5, &[500]));
    assert_eq!(amounts(&site), ["500"]);
    import(&site, "c.xml", without_names(6, &[500, 500, 700]));
    assert_eq!(amounts(&site).len(), 3);
    // One that a statement has instead of another contradicts it, in any order and in one go.
    for together in [false, true] {
        let site = Site::plain();
        site.put("a.xml", without_names(4, &[500, 30]));
        site.put("b.xml", without_names(5, &[700, 30]));
        let [a, b] = ["a.xml", "b.xml"].map(|name| site.path(name).to_str().unwrap().to_owned());
        let said = if together {
            site.refused(&["import", "flex", &a, &b])
        } else {
            site.ok(&["import", "flex", &b]);
            site.refused(&["import", "flex", &a])
        };
        assert!(said.contains("contradict"), "{said}");
        let check = site.run(&["check", "-v"]).shown();
        for words in ["500 USD on 2025-06-03, Deposits/Withdrawals", "700 USD on 2025-06-03", "trackrecord resolve"] {
            assert!(check.contains(words), "{words}: {check}");
        }
        let again = site.ok(&["import", "flex", &a, &b, "--json"]).json();
        assert_eq!(again["cash"]["new"], 0, "{again}");
        let listed = site.run(&["resolve", "--json"]).json();
        let id = listed["contradictions"][0]["id"].as_str().unwrap().to_owned();
        let versions = listed["contradictions"][0]["versions"].as_array().unwrap();
        let right = versions.iter().position(|version| version["says"]["amount"] == "700").unwrap() + 1;
        site.ok(&["resolve", &id, "--keep", &right.to_string()]);
        let mut left = amounts(&site);
        left.sort();
        assert_eq!(left, ["30", "700"]);
        assert!(!site.run(&["check", "-v"]).out.contains("conflict"));
    }
}

/// A statement of these days of June 2025: rows of one trade of the 3rd, known by its number alone, booked or taken back at
/// a price.
fn by_trade_number((from, to): (u32, u32), rows: &[&str]) -> String {
    let trades: String = rows
        .iter()
        .map(|row| {
            let (side, price) = row.split_once(' ').unwrap();
            let words = match side {
                "booked" => "buySell=\"BUY\" quantity=\"10\" tradeID=\"77\" transactionType=\"ExchTrade\"",
                _ => "buySell=\"BUY (Ca.)\" quantity=\"-10\" origTradeID=\"77\" transactionType=\"TradeCancel\"",
            };
            format!(
                "<Trade accountId=\"U7654321\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" symbol=\"ABCD\" conid=\"1\" \
                 tradePrice=\"{price}\" multiplier=\"1\" {words} ibCommission=\"0\" ibCommissionCurrency=\"USD\" \
                 dateTime=\"20250603;103000\" tradeDate=\"20250603\" levelOfDetail=\"EXECUTION\"/>"
            )
        })
        .collect();
    let values: String = (from..=to)
        .map(|day| format!("<EquitySummaryByReportDateInBase reportDate=\"202506{day:02}\" total=\"1000\"/>"))
        .collect();
    format!(
        "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U7654321\" \
         fromDate=\"202506{from:02}\" toDate=\"202506{to:02}\" whenGenerated=\"202507{to:02};050000\">\
         <AccountInformation accountId=\"U7654321\" currency=\"USD\"/>{trades}{values}</FlexStatement></FlexStatements>\
         </FlexQueryResponse>"
    )
}

#[test]
fn a_trade_known_by_its_number_alone_is_booked_and_taken_back_any_number_of_times() {
    let (booked, back, other, other_back) = ("booked 50", "back 50", "booked 51", "back 51");
    let first = by_trade_number((3, 4), &[booked]);
    let late = |rows: &[&str]| by_trade_number((5, 6), rows);
    let whole = |rows: &[&str]| by_trade_number((3, 6), rows);
    let cases: [(Vec<String>, &[&str]); 11] = [
        (vec![whole(&[booked, back])], &[]),
        (vec![whole(&[booked, back, booked])], &["50"]),
        (vec![whole(&[booked, back, booked, back])], &[]),
        (vec![whole(&[booked, back, other, other_back])], &[]),
        (vec![whole(&[booked, back, other, other_back, booked])], &["50"]),
        (vec![whole(&[booked, back, other])], &["51"]),
        (vec![first.clone(), late(&[back])], &[]),
        (vec![first.clone(), late(&[back, booked])], &["50"]),
        (vec![first.clone(), late(&[back, booked, back])], &[]),
        (vec![first.clone(), late(&[back, booked]), whole(&[booked, back, booked])], &["50"]),
        (vec![by_trade_number((3, 4), &[booked, back]), late(&[booked, back])], &[]),
    ];
    for (statements, prices) in cases {
        let backwards: Vec<String> = statements.iter().rev().cloned().collect();
        for statements in [statements, backwards] {
            let site = Site::after(&statements);
            let bought = site.figures()["trades"]["orders"].as_u64().unwrap();
            assert_eq!(
                bought,
                u64::from(!prices.is_empty()),
                "{prices:?}: {}",
                site.read("data/executions/2025-06-03.csv")
            );
            let check = site.run(&["check", "-v"]).shown();
            assert!(!check.contains("cancels-nothing") && !check.contains("conflict"), "{check}");
        }
    }
    // A booking alone in a later statement may be the second one, and nothing tells.
    let site = Site::after(&[first]);
    site.put("late.xml", late(&[booked]));
    let said = site.run(&["import", "flex", site.path("late.xml").to_str().unwrap()]).shown();
    assert!(said.contains("carries its Trade ID alone") && said.contains("Transaction ID"), "{said}");
}
