//! Boxes of the Flex query that are ticked or unticked between two statements: the same rows come under other names.

use crate::support::Site;

/// What a query of this user holds.
#[derive(Clone, Copy, Default)]
struct Boxes {
    transaction: bool,
    execution: bool,
    trade: bool,
    description: bool,
}

const NUMBERED: Boxes = Boxes { transaction: true, execution: true, trade: true, description: true };

fn number(ticked: bool, name: &str, value: &str) -> String {
    if ticked { format!("{name}=\"{value}\" ") } else { String::new() }
}

/// A statement of three days in June 2025, made on a day of July: two purchases that are equal in all but their numbers,
/// two equal deposits and two equal dividends.
fn statement(day: u32, boxes: Boxes) -> String {
    let fill = |last: u32| {
        format!(
            "<Trade accountId=\"U7654321\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" symbol=\"ABCD\" conid=\"1\" \
             quantity=\"10\" tradePrice=\"50\" multiplier=\"1\" proceeds=\"-500\" buySell=\"BUY\" ibCommission=\"-1\" \
             ibCommissionCurrency=\"USD\" dateTime=\"20250603;103000\" {}{}{}/>",
            number(boxes.transaction, "transactionID", &format!("5{last}")),
            number(boxes.execution, "ibExecID", &format!("0000aaaa.0000000{last}.01.01")),
            number(boxes.trade, "tradeID", &format!("7{last}")),
        )
    };
    let money = |kind: &str, amount: &str, id: &str| {
        format!(
            "<CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"{kind}\" amount=\"{amount}\" \
             reportDate=\"20250604\" levelOfDetail=\"DETAIL\" {}{}/>",
            number(boxes.transaction, "transactionID", id),
            number(boxes.description, "description", &format!("the words of {id}")),
        )
    };
    format!(
        "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U7654321\" \
         fromDate=\"20250602\" toDate=\"20250604\" whenGenerated=\"202507{day:02};050000\">\
         <AccountInformation accountId=\"U7654321\" currency=\"USD\"/>{}{}{}{}{}{}\
         <EquitySummaryByReportDateInBase reportDate=\"20250602\" total=\"10000\"/>\
         <EquitySummaryByReportDateInBase reportDate=\"20250603\" total=\"10000\"/>\
         <EquitySummaryByReportDateInBase reportDate=\"20250604\" total=\"12120\"/>\
         </FlexStatement></FlexStatements></FlexQueryResponse>",
        fill(1),
        fill(2),
        money("Deposits/Withdrawals", "1000", "6001"),
        money("Deposits/Withdrawals", "1000", "6002"),
        money("Dividends", "7", "6003"),
        money("Dividends", "7", "6004"),
    )
}

fn flows(site: &Site) -> Vec<String> {
    let listed = site.ok(&["flow", "list", "--json"]).json();
    let flows = listed["flows"].as_array().unwrap().iter();
    flows.map(|flow| format!("{} {}", flow["date"].as_str().unwrap(), flow["amount"].as_str().unwrap())).collect()
}

#[test]
fn a_box_ticked_or_unticked_later_doubles_nothing() {
    let right = Site::after(&[statement(1, NUMBERED)]).figures();
    // 12,120 of which 2,000 were paid in on the last day.
    let total = right["returns"]["total"].as_f64().unwrap();
    assert!((total - (12120.0 / 12000.0 - 1.0)).abs() < 1e-12, "{total}");
    assert_eq!(
        (&right["trades"]["executions"], &right["trades"]["commissions"]),
        (&2.into(), &2.0.into()),
        "{right}"
    );
    let without = |what: &str| Boxes {
        transaction: !what.contains("transaction"),
        execution: !what.contains("execution"),
        trade: !what.contains("trade"),
        description: !what.contains("description"),
    };
    let all = [
        "description",
        "transaction",
        "execution",
        "trade",
        "transaction execution",
        "transaction execution description",
        "execution trade",
        "transaction trade",
        "transaction trade description",
        "execution trade description",
    ];
    for (index, lacking) in all.iter().enumerate() {
        // What one lacks the other need not have.
        let other = if index % 2 == 0 { NUMBERED } else { without(all[(index + 3) % all.len()]) };
        for order in [
            [(1, without(lacking)), (9, other)],
            [(9, other), (1, without(lacking))],
            [(1, other), (9, without(lacking))],
        ] {
            let site = Site::after(&order.map(|(day, boxes)| statement(day, boxes)));
            assert_eq!(flows(&site), ["2025-06-04 1000", "2025-06-04 1000"], "without {lacking}");
            assert_eq!(site.figures(), right, "without {lacking}");
            let check = site.run(&["check", "--json"]).json();
            let errors = check["findings"].as_array().unwrap().iter().filter(|found| found["severity"] == "error");
            assert_eq!(errors.count(), 0, "without {lacking}: {check}");
        }
    }
}

#[test]
fn an_amount_restated_under_a_number_replaces_the_one_without() {
    let unnumbered = statement(1, Boxes { transaction: false, ..NUMBERED });
    let restated = statement(9, NUMBERED).replacen("amount=\"1000\"", "amount=\"1025\"", 1);
    for order in [[&unnumbered, &restated], [&restated, &unnumbered]] {
        let site = Site::after(&order.map(Clone::clone));
        let mut flows = flows(&site);
        flows.sort();
        assert_eq!(flows, ["2025-06-04 1000", "2025-06-04 1025"]);
        let check = site.ok(&["check", "--json"]).out;
        assert!(check.contains("restates the amount: 1000 before, 1025 now"), "{check}");
    }
}

#[test]
fn an_amount_restated_where_no_statement_has_a_number_counts_once() {
    let unnumbered = |day| statement(day, Boxes { transaction: false, ..NUMBERED });
    let (first, restated) = (unnumbered(1), unnumbered(9).replacen("amount=\"1000\"", "amount=\"1025\"", 1));
    for order in [[&first, &restated], [&restated, &first]] {
        let site = Site::after(&order.map(Clone::clone));
        let mut flows = flows(&site);
        flows.sort();
        assert_eq!(flows, ["2025-06-04 1000", "2025-06-04 1025"]);
    }
    // A third deposit beside both is one of its own.
    let deposit = "<CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"Deposits/Withdrawals\" amount=\"300\" \
                   reportDate=\"20250604\" levelOfDetail=\"DETAIL\"/>";
    let more = unnumbered(9).replacen("<CashTransaction", &format!("{deposit}<CashTransaction"), 1);
    for order in [[&first, &more], [&more, &first]] {
        let site = Site::after(&order.map(Clone::clone));
        let mut flows = flows(&site);
        flows.sort();
        assert_eq!(flows, ["2025-06-04 1000", "2025-06-04 1000", "2025-06-04 300"]);
    }
}

#[test]
fn a_sum_stays_beside_single_rows_of_another_kind() {
    let sum = "<CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"Deposits/Withdrawals\" amount=\"2000\" \
               reportDate=\"20250604\" levelOfDetail=\"SUMMARY\"/>";
    let without_cash = |text: &str| {
        let rows: Vec<&str> = text.split("<CashTransaction").collect();
        let rest = rows.last().and_then(|last| last.split_once("/>")).map(|(_, rest)| rest).unwrap();
        format!("{}{rest}", rows[0])
    };
    let summed = without_cash(&statement(1, NUMBERED));
    let summed = summed.replacen("<EquitySummary", &format!("{sum}<EquitySummary"), 1);
    assert_eq!(summed.matches("<CashTransaction").count(), 1);
    let dividends = statement(9, NUMBERED).replace("type=\"Deposits/Withdrawals\"", "type=\"Dividends\"");
    assert_eq!(flows(&Site::after(&[summed.clone(), dividends])), ["2025-06-04 2000"], "dividends are no deposits");
    let detailed = Site::after(&[summed, statement(9, NUMBERED)]);
    assert_eq!(flows(&detailed), ["2025-06-04 1000", "2025-06-04 1000"]);
}
