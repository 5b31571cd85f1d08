//! Corporate actions, from a statement and by hand, seen from outside.

use crate::support::Site;

/// A statement of 5 to 12 January 2026: 10 AAA bought at 400, 40 sold at 100.50 on the 9th, and these rows between.
fn statement(actions: &str) -> String {
    let value = |day: u32, stock: u32, total: u32| {
        format!(
            "<EquitySummaryByReportDateInBase accountId=\"U0000001\" reportDate=\"202601{day:02}\" cash=\"{}\" stock=\"{stock}\" total=\"{total}\"/>",
            total - stock
        )
    };
    let trade = |id: u32, side: &str, quantity: i32, price: &str, profit: u32, day: u32| {
        format!(
            "<Trade accountId=\"U0000001\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"11\" \
             multiplier=\"1\" transactionType=\"ExchTrade\" buySell=\"{side}\" quantity=\"{quantity}\" tradePrice=\"{price}\" \
             ibCommission=\"-1\" ibCommissionCurrency=\"USD\" transactionID=\"{id}\" ibExecID=\"0000aaaa.{id}.01.01\" ibOrderID=\"{id}\" \
             fifoPnlRealized=\"{profit}\" dateTime=\"202601{day:02};103000\" levelOfDetail=\"EXECUTION\" notes=\"\"/>"
        )
    };
    let held = |day: u32, quantity: u32, price: u32| {
        format!(
            "<OpenPosition accountId=\"U0000001\" reportDate=\"202601{day:02}\" currency=\"USD\" symbol=\"AAA\" conid=\"11\" \
             position=\"{quantity}\" markPrice=\"{price}\" positionValue=\"{}\" levelOfDetail=\"SUMMARY\"/>",
            quantity * price
        )
    };
    let none = "<OpenPositions/>";
    let values = [
        value(5, 0, 100_000),
        value(6, 4_000, 99_999),
        value(7, 4_000, 99_999),
        value(8, 4_000, 99_999),
        value(9, 0, 100_018),
    ];
    format!(
        "<FlexQueryResponse queryName=\"q\" type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U0000001\" \
         fromDate=\"20260105\" toDate=\"20260109\" whenGenerated=\"20260110;050000\">\
         <AccountInformation accountId=\"U0000001\" currency=\"USD\"/>{}<Trades>{}{}</Trades>\
         <OpenPositions>{}{}{}</OpenPositions>{none}<CorporateActions>{actions}</CorporateActions>\
         </FlexStatement></FlexStatements></FlexQueryResponse>",
        values.concat(),
        trade(1003, "BUY", 10, "400", 0, 6),
        trade(1004, "SELL", -40, "100.50", 18, 9),
        held(6, 10, 400),
        held(7, 10, 400),
        held(8, 40, 100)
    )
}

const SPLIT: &str = "<CorporateAction accountId=\"U0000001\" currency=\"USD\" assetCategory=\"STK\" symbol=\"AAA\" conid=\"11\" \
     description=\"AAA(US0000000011) SPLIT 4 FOR 1 (AAA, AAA CORP, US0000000011)\" reportDate=\"20260108\" \
     dateTime=\"20260107;202500\" type=\"FS\" quantity=\"30\" amount=\"0\" value=\"0\" levelOfDetail=\"DETAIL\" \
     transactionID=\"555\" actionID=\"9\"/>";

fn imported(actions: &str) -> Site {
    let site = Site::new("[site]\nstatus = \"live\"\n[benchmark]\nsymbol = \"\"\n").file("s.xml", statement(actions));
    let file = site.path("s.xml").display().to_string();
    site.ok(&["import", "flex", &file]);
    site
}

fn said(site: &Site) -> String {
    let check = site.run(&["check", "-v"]);
    format!("{}{}", check.out, check.err)
}

#[test]
fn positions_follow_a_split_and_without_it_part_from_the_fills() {
    let site = imported(SPLIT);
    assert!(!said(&site).contains("the snapshot of"), "{}", said(&site));
    let listed = site.ok(&["action", "list"]).out;
    assert!(listed.contains("2026-01-08") && listed.contains("split") && listed.contains("AAA"), "{listed}");
    assert!(said(&imported("")).contains("4-for-1 split"));
}

#[test]
fn a_split_entered_by_hand_explains_positions_as_the_statement_does() {
    let site = imported("");
    site.ok(&["action", "add", "2026-01-08", "AAA", "split", "4:1"]);
    assert!(!said(&site).contains("the snapshot of"), "{}", said(&site));
    let actions = site.ok(&["action", "list", "--json"]).json();
    assert_eq!(actions["actions"][0]["ratio"], "4:1");
    assert!(site.refused(&["action", "add", "2026-01-08", "AAA", "split", "4:1"]).contains("already"));
    assert!(site.refused(&["action", "add", "2026-01-08", "NONE", "split", "4:1"]).contains("never held"));
    // The statement that comes later says the same, and counts once.
    site.put("s.xml", statement(SPLIT));
    let file = site.path("s.xml").display().to_string();
    site.ok(&["import", "flex", &file]);
    assert!(!said(&site).contains("the snapshot of"), "{}", said(&site));
}

/// What is in force after these statements, each imported by itself: the times they were made, and their rows.
fn in_force(statements: &[(&str, String)]) -> (Site, serde_json::Value) {
    let site = Site::new("[site]\nstatus = \"live\"\n[benchmark]\nsymbol = \"\"\n");
    for (number, (made, rows)) in statements.iter().enumerate() {
        let name = format!("{number}.xml");
        site.put(&name, statement(rows).replace("whenGenerated=\"20260110;050000\"", made));
        site.run(&["import", "flex", site.path(&name).to_str().unwrap()]);
    }
    let listed = site.ok(&["action", "list", "--json"]).json();
    (site, listed)
}

fn restated(quantity: u32) -> String {
    SPLIT.replace("quantity=\"30\"", &format!("quantity=\"{quantity}\""))
}

#[test]
fn the_newest_statement_of_an_action_counts_in_any_order_of_import() {
    let [first, second, third] = [
        ("whenGenerated=\"20260110;050000\"", SPLIT.to_owned()),
        ("whenGenerated=\"20260111;050000\"", restated(20)),
        ("whenGenerated=\"20260112;050000\"", SPLIT.to_owned()),
    ];
    for order in [[&first, &second], [&second, &first]] {
        let (site, listed) = in_force(&order.map(Clone::clone));
        assert_eq!(listed["actions"][0]["quantity"], "20", "{listed}");
        assert!(said(&site).contains("restates the quantity: 30 before, 20 now"), "{}", said(&site));
        assert_eq!(site.read("data/actions.csv").lines().count(), 3, "the older row stays");
    }
    for order in [[&first, &second, &third], [&third, &first, &second], [&third, &second, &first]] {
        let (_, listed) = in_force(&order.map(Clone::clone));
        assert_eq!(listed["actions"][0]["quantity"], "30", "restated back");
    }
}

#[test]
fn an_action_without_a_transaction_number_and_one_with_it_are_one() {
    let plain = SPLIT.replace("transactionID=\"555\"", "");
    let [with, without] =
        [("whenGenerated=\"20260110;050000\"", SPLIT.to_owned()), ("whenGenerated=\"20260112;050000\"", plain)];
    for order in [[&with, &without], [&without, &with]] {
        let (site, listed) = in_force(&order.map(Clone::clone));
        assert_eq!(listed["actions"].as_array().unwrap().len(), 1, "{listed}");
        assert!(!said(&site).contains("the snapshot of"), "{}", said(&site));
    }
}

#[test]
fn actions_that_contradict_without_a_time_are_settled_by_resolve() {
    let undated = "made=\"\"";
    let (site, _) = in_force(&[(undated, restated(20)), (undated, SPLIT.to_owned())]);
    let listed = site.run(&["resolve", "--json"]).json();
    let found = &listed["contradictions"][0];
    assert_eq!(found["what"], "corporate action action:555", "{listed}");
    assert!(site.refused(&["build"]).contains("resolve"));
    site.ok(&["resolve", found["id"].as_str().unwrap(), "--keep", "2"]);
    assert_eq!(site.ok(&["action", "list", "--json"]).json()["actions"][0]["quantity"], "30");
}

#[test]
fn what_statements_would_tell_is_entered_by_hand_and_counts_once_when_they_do() {
    let site = imported("");
    for arguments in [
        &["2026-01-08", "AAA", "rename", "BBB"][..],
        &["2026-01-09", "AAA", "merger", "--into", "BBB", "--ratio", "1:2", "--cash", "10", "--price", "60"],
        &["2026-01-09", "AAA", "spin-off", "NEW", "1:4", "--price", "40", "--parent-price", "90"],
        &["2026-01-09", "AAA", "stock-dividend", "1:20"],
        &["2026-01-09", "AAA", "delisting", "--currency", "USD"],
    ] {
        site.ok(&[&["action", "add"], arguments].concat());
    }
    let listed = site.ok(&["action", "list"]).out;
    assert!(listed.contains("1:1 of AAA") && listed.contains("21:20") && listed.contains("delisting"), "{listed}");
    for (arguments, why) in [
        (&["merger"][..], "shares, cash or both"),
        (&["merger", "--into", "BBB"], "--ratio"),
        (&["rename", "AAA"], "before and after"),
        (&["spin-off", "NEW", "1:4", "--price", "40"], "--parent-price"),
        (&["stock-dividend", "0:1"], "brings nothing"),
        (&["split", "0:1"], "brings nothing"),
    ] {
        let all = [&["action", "add", "2026-01-07", "AAA"], arguments].concat();
        let said = site.run(&all);
        assert!(said.code != 0 && said.err.contains(why), "{all:?}: {}", said.err);
    }
    let help = site.ok(&["action", "add", "--help"]).out;
    for kind in ["split", "rename", "merger", "spin-off", "stock-dividend", "delisting"] {
        assert!(help.contains(kind), "{help}");
    }
}

#[test]
fn a_merger_entered_by_hand_closes_what_was_held() {
    // 10 bought at 400 with a commission of 1, and 410 paid for each: 99. Nothing is held from then on.
    let held = "reportDate=\"20260108\" currency=\"USD\" symbol=\"AAA\" conid=\"11\" position=\"40\"";
    assert!(statement("").contains(held));
    let gone = statement("").replace(held, &held.replace("\"40\"", "\"0\""));
    let site = Site::new("[site]\nstatus = \"live\"\n[benchmark]\nsymbol = \"\"\n").file("s.xml", gone);
    site.ok(&["import", "flex", site.path("s.xml").to_str().unwrap()]);
    site.ok(&["action", "add", "2026-01-08", "AAA", "merger", "--cash", "410"]);
    let trades = &site.run(&["stats", "--json"]).json()["trades"];
    assert_eq!(trades["average_win"], 99.0, "{trades}");
}
