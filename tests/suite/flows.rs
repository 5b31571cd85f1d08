//! Deposits that no file contains, entered by hand.

use crate::support::Site;

fn snapshot(date: &str, value: u32) -> String {
    format!(
        "{{\"schema\": 1, \"date\": \"{date}\", \"as_of\": \"{date}T21:00:00Z\", \"account\": \"U1234567\", \"base_currency\": \"USD\", \
         \"net_liquidation\": \"{value}\", \"source\": \"tws\"}}"
    )
}

#[test]
fn a_deposit_is_no_profit_once_it_is_entered() {
    let site = Site::plain()
        .file("data/snapshots/2026-01-26.json", snapshot("2026-01-26", 1000))
        .file("data/snapshots/2026-01-27.json", snapshot("2026-01-27", 1515));
    let total = || site.ok(&["stats", "--json"]).json()["returns"]["total"].as_f64().unwrap();
    assert!((total() - 0.515).abs() < 1e-12, "{}", total());
    site.ok(&["flow", "add", "2026-01-27", "500"]);
    // 1,515 / (1,000 + 500) - 1.
    assert!((total() - 0.01).abs() < 1e-12, "{}", total());
    assert!(site.refused(&["flow", "add", "2026-01-27", "500"]).contains("--again"));
    site.ok(&["flow", "add", "2026-01-27", "-15", "--kind", "withdrawal"]);
    let flows = site.ok(&["flow", "list", "--json"]).json();
    assert_eq!((&flows["schema"], flows["flows"].as_array().unwrap().len()), (&1.into(), 2));
    assert!(site.refused(&["flow", "add", "2026-01-27", "9", "EUR"]).contains("--rate"));
    // (1,515 + 15) / 1,500 - 1.
    assert!((total() - 0.02).abs() < 1e-12, "{}", total());
}

/// A statement of one deposit of 500 on a day of January 2026.
fn statement(day: u32) -> String {
    format!(
        "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U1234567\" fromDate=\"20260126\" \
         toDate=\"20260130\" whenGenerated=\"20260131;050000\"><AccountInformation accountId=\"U1234567\" currency=\"USD\"/>\
         <CashTransaction accountId=\"U1234567\" currency=\"USD\" type=\"Deposits/Withdrawals\" amount=\"500\" \
         reportDate=\"202601{day}\" transactionID=\"6001\" levelOfDetail=\"DETAIL\"/>\
         </FlexStatement></FlexStatements></FlexQueryResponse>"
    )
}

fn sources(site: &Site) -> Vec<String> {
    let flows = site.ok(&["flow", "list", "--json"]).json();
    let flows = flows["flows"].as_array().unwrap().iter();
    flows.map(|flow| format!("{} {}", flow["date"].as_str().unwrap(), flow["source"].as_str().unwrap())).collect()
}

#[test]
fn a_deposit_that_was_entered_and_comes_in_a_statement_counts_once() {
    let site = Site::plain()
        .file("data/snapshots/2026-01-26.json", snapshot("2026-01-26", 1000))
        .file("data/snapshots/2026-01-29.json", snapshot("2026-01-29", 1515))
        .file("a.xml", statement(29))
        .file("nav.csv", "date,value,flow\n2026-01-26,1000,\n2026-01-29,1515,500\n");
    let import = |site: &Site| site.ok(&["import", "flex", site.path("a.xml").to_str().unwrap()]);
    site.ok(&["flow", "add", "2026-01-27", "500"]);
    import(&site);
    assert_eq!(sources(&site), ["2026-01-29 flex"]);
    // 1,515 / (1,000 + 500) - 1.
    let total = site.ok(&["stats", "--json"]).json()["returns"]["total"].as_f64().unwrap();
    assert!((total - 0.01).abs() < 1e-12, "{total}");
    let check = site.run(&["check", "--json"]).json();
    let named = check["findings"].as_array().unwrap().iter().find(|found| found["kind"] == "entered-twice");
    assert!(
        named.is_some_and(|found| found["message"].as_str().unwrap().contains("500 USD on 2026-01-27")),
        "{check}"
    );
    let refused = site.refused(&["flow", "add", "2026-01-30", "500"]);
    assert!(refused.contains("on 2026-01-29, from `flex`") && refused.contains("--again"), "{refused}");
    site.ok(&["flow", "add", "2026-01-30", "500", "--again"]);
    site.ok(&["flow", "add", "2026-01-30", "500", "--again"]);
    assert_eq!(sources(&site), ["2026-01-29 flex", "2026-01-30 manual", "2026-01-30 manual"]);
    let table = Site::plain().file("a.xml", statement(28)).file("nav.csv", site.read("nav.csv"));
    table.ok(&["import", "nav", table.path("nav.csv").to_str().unwrap()]);
    import(&table);
    assert_eq!(sources(&table), ["2026-01-28 flex"]);
}

#[test]
fn a_deposit_between_two_files_with_a_running_total_is_found_in_any_order() {
    let head = "date,value,total deposits\n";
    let first = format!("{head}2024-01-02,1000,900\n2024-01-03,1010,900\n");
    // 500 came before the second file begins, and 100 more on its last day.
    let second = format!("{head}2024-01-04,1515,1400\n2024-01-05,1620,1500\n");
    let expected = ["2024-01-04 500", "2024-01-05 100"];
    for imports in
        [vec![vec!["a.csv"], vec!["b.csv"]], vec![vec!["b.csv"], vec!["a.csv"]], vec![vec!["b.csv", "a.csv"]]]
    {
        let site = Site::plain().file("a.csv", &first).file("b.csv", &second);
        let paths = ["a.csv", "b.csv"].map(|name| site.path(name).to_str().unwrap().to_owned());
        for names in &imports {
            let files = names.iter().map(|name| paths[usize::from(*name == "b.csv")].as_str());
            site.ok(&["import", "nav"].into_iter().chain(files).collect::<Vec<_>>());
        }
        let amounts = |site: &Site| -> Vec<String> {
            let flows = site.ok(&["flow", "list", "--json"]).json();
            let flows = flows["flows"].as_array().unwrap().iter();
            flows
                .map(|flow| format!("{} {}", flow["date"].as_str().unwrap(), flow["amount"].as_str().unwrap()))
                .collect()
        };
        assert_eq!(amounts(&site), expected, "{imports:?}");
        // A file that begins on the day of a flow leaves open what came before it, and contradicts nothing.
        let overlapping = format!("{head}2024-01-05,1620,1500\n2024-01-08,1630,1500\n");
        site.put("c.csv", overlapping);
        let said = site.ok(&["import", "nav", site.path("c.csv").to_str().unwrap(), "--json"]).json();
        let kinds: Vec<&str> =
            said["findings"].as_array().unwrap().iter().map(|found| found["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["file-form"], "{said}");
        assert_eq!(amounts(&site), expected);
    }
}
