//! An auditor's statements against a record that was corrected: whichever of the broker's statements he has, an honest record is not
//! called false, and what was published first can be opened to him as it was.

use crate::support::{Said, Site};

/// A statement about the days from one to another: its rows, and net values of 50,000 and what was paid in.
fn statement((from, to, made): (u32, u32, &str), rows: &str, paid: u32) -> String {
    let value = |day: u32| 50_000 + if day >= 4 { paid } else { 0 };
    let days = (from..=to).filter(|day| ![1, 7, 8].contains(day)).map(|day| {
        let total = value(day);
        format!("<EquitySummaryByReportDateInBase accountId=\"U7654321\" reportDate=\"202506{day:02}\" total=\"{total}\" />\n")
    });
    format!(
        "<FlexQueryResponse queryName=\"record\" type=\"AF\"><FlexStatements count=\"1\">\n\
         <FlexStatement accountId=\"U7654321\" fromDate=\"202506{from:02}\" toDate=\"202506{to:02}\" period=\"\" whenGenerated=\"{made}\">\n\
         <AccountInformation accountId=\"U7654321\" currency=\"USD\" />\n{}{rows}</FlexStatement></FlexStatements></FlexQueryResponse>",
        days.collect::<String>()
    )
}

/// A row about a fill of ABCD: its execution and number, when, how many, at what price, and what else it says.
fn fill(execution: &str, number: u32, time: &str, quantity: &str, price: &str, more: &str) -> String {
    let (side, date) = (if quantity.starts_with('-') { "SELL" } else { "BUY" }, time.split(';').next().unwrap());
    let kind = if more.is_empty() { "transactionType=\"ExchTrade\" " } else { "" };
    format!(
        "<Trade accountId=\"U7654321\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" symbol=\"ABCD\" conid=\"111\" \
         listingExchange=\"ARCA\" multiplier=\"1\" tradeID=\"{number}\" transactionID=\"{number}\" ibExecID=\"{execution}\" \
         dateTime=\"{time}\" tradeDate=\"{date}\" quantity=\"{quantity}\" tradePrice=\"{price}\" ibCommission=\"-1\" \
         ibCommissionCurrency=\"USD\" buySell=\"{side}\" {kind}{more}levelOfDetail=\"EXECUTION\" />\n"
    )
}

fn deposit(amount: u32) -> String {
    format!(
        "<CashTransaction accountId=\"U7654321\" currency=\"USD\" fxRateToBase=\"1\" type=\"Deposits/Withdrawals\" amount=\"{amount}\" \
         dateTime=\"20250604\" reportDate=\"20250604\" transactionID=\"6001\" levelOfDetail=\"DETAIL\" />\n"
    )
}

/// A fill that is about to change, and one on the same day that stays.
const FIRST: &str = "0000aaaa.11111111.01.01";
const CORRECTED: &str = "0000aaaa.11111111.01.02";

fn original() -> String {
    fill(FIRST, 5001, "20250603;103059", "30", "93.95", "")
}

fn beside() -> String {
    fill("0000bbbb.22222222.01.01", 5002, "20250603;110000", "10", "94.10", "")
}

/// What the broker may say of the fill in the statement of the week after, by what it is.
fn later_words() -> Vec<(&'static str, String)> {
    let takes_back = |number: u32| format!("transactionType=\"TradeCancel\" origTransactionID=\"{number}\" ");
    let cancel = |number: u32, price: &str| {
        fill("", number + 50, "20250603;103059", "-30", price, &takes_back(number))
            .replace("SELL", "BUY (Ca.)")
            .replace("ibExecID=\"\"", "ibExecID=\"\" notes=\"Ca\"")
    };
    let corrected = |time: &str, quantity: &str, price: &str| fill(CORRECTED, 5011, time, quantity, price, "");
    let corrects = "transactionType=\"TradeCorrect\" origTransactionID=\"5001\" ";
    vec![
        ("nothing", String::new()),
        ("the same fill once more", original()),
        ("another price", corrected("20250603;103059", "30", "93.97")),
        ("another quantity", corrected("20250603;103059", "25", "93.95")),
        ("another time", corrected("20250603;113059", "30", "93.95")),
        ("another day", corrected("20250604;103059", "30", "93.95")),
        ("another price under the same name", fill(FIRST, 5001, "20250603;103059", "30", "93.97", "")),
        ("it is taken back", cancel(5001, "93.95")),
        (
            "it is taken back after it was corrected",
            corrected("20250603;103059", "30", "93.97") + &cancel(5011, "93.97"),
        ),
        ("it is corrected by its number", fill("0000cccc.1.01.01", 5012, "20250603;103059", "30", "93.97", corrects)),
    ]
}

/// The statements of two weeks, where the second says this of the fill that the first has.
fn weeks(first: &str, said_later: &str) -> [String; 2] {
    let second = said_later.to_owned() + &fill("0000dddd.1.01.01", 5021, "20250610;150000", "-5", "95.00", "");
    let paid = deposit(25_000);
    [
        statement((2, 6, "20250607;031500"), &(first.to_owned() + &paid), 25_000),
        statement((9, 13, "20250614;031500"), &second, 25_000),
    ]
}

/// A site whose log was begun before the first of these was imported, each recorded by itself; built, with everything opened.
fn recorded(statements: &[String]) -> Site {
    let site = Site::plain();
    site.ok(&["proof", "init"]);
    for (at, text) in statements.iter().enumerate() {
        import(&site, at, text);
    }
    opened(&site);
    site
}

fn import(site: &Site, at: usize, text: &str) {
    let name = format!("{at}.xml");
    site.put(&name, text);
    site.run(&["import", "flex", site.path(&name).to_str().unwrap()]);
}

/// Builds, and opens all of it: nothing may be left that cannot be.
fn opened(site: &Site) -> Said {
    site.ok(&["build"]);
    let file = site.path("opened.json");
    site.ok(&["proof", "open", "--from", "2025-06-01", "--to", "2025-06-30", "--out", file.to_str().unwrap()])
}

/// What the auditor finds who has these of the statements.
fn audited(site: &Site, statements: &[&str]) -> Said {
    let file = |name: &str| site.path(name).to_str().unwrap().to_owned();
    let mut arguments = vec!["verify".to_owned(), "--opened".to_owned(), file("opened.json")];
    for (at, text) in statements.iter().enumerate() {
        let name = format!("mine-{at}.xml");
        site.put(&name, text);
        arguments.extend(["--statement".to_owned(), file(&name)]);
    }
    site.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_fill_that_the_broker_corrects_later_is_no_fault_of_an_honest_record() {
    for beside in [beside(), String::new()] {
        for (what, said_later) in later_words() {
            let weeks = weeks(&(original() + &beside), &said_later);
            let site = recorded(&weeks);
            // The newer statement alone has a correction of a day of which it does not tell.
            for mine in [&[&*weeks[0], &*weeks[1]][..], &[&*weeks[1], &*weeks[0]], &[&*weeks[1]]] {
                let said = audited(&site, mine);
                assert_eq!(said.code, 0, "{what}: {}", said.shown());
                let words =
                    ["of the broker's statements, at their times", "fills within a week of one that a statement"];
                assert!(words.iter().any(|words| said.out.contains(words)), "{what}: {}", said.shown());
                assert!(mine.len() == 1 || said.out.contains(words[0]), "{what}: {}", said.shown());
            }
        }
    }
}

#[test]
fn a_correction_that_the_record_does_not_have_is_found_where_the_statements_have_it() {
    for (what, said_later) in later_words().into_iter().skip(2) {
        let weeks = weeks(&(original() + &beside()), &said_later);
        let site = recorded(&weeks[..1]);
        let said = audited(&site, &[&*weeks[0]]);
        assert_eq!(said.code, 0, "{what}: {}", said.shown());
        for mine in [[&*weeks[0], &*weeks[1]], [&*weeks[1], &*weeks[0]]] {
            let said = audited(&site, &mine);
            let is_named = said.out.contains("the fills of 2025-06-03 are not those of the broker's statement")
                || said.out.contains("the fills are not all at the times of the broker's statements");
            assert!(said.code == 1 && is_named, "{what}: {}", said.shown());
        }
    }
}

#[test]
fn a_fill_that_is_said_to_be_gone_and_that_the_broker_still_has_is_named() {
    let taken_back = later_words().into_iter().find(|(what, _)| *what == "it is taken back").unwrap().1;
    let weeks = weeks(&original(), &taken_back);
    let site = recorded(&weeks);
    assert!(site.read("data/proof/log").contains("-correction-"));
    let said = audited(&site, &[&weeks[0], &weeks[1].replace(&taken_back, "")]);
    assert!(said.code == 1 && said.out.contains("the fills of 2025-06-03 are not those"), "{}", said.shown());
}

/// The values of a name in what was opened, in their order.
fn values(site: &Site, name: &str) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(&site.read("opened.json")).unwrap();
    let rows = document["opened"].as_array().unwrap().iter().filter(|row| row["name"] == name);
    rows.map(|row| row["value"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_was_published_first_of_fills_and_flows_is_opened_as_it_was() {
    let corrected = later_words().into_iter().find(|(what, _)| *what == "another price").unwrap().1;
    let [first, second] = weeks(&(original() + &beside()), &corrected);
    // The broker makes the first week's statement again, with another deposit.
    let again = first.replace("20250607;031500", "20250616;031500").replace(&deposit(25_000), &deposit(24_000));
    let site = recorded(&[first.clone(), second.clone(), again.clone()]);
    let row = |price: &str| format!("2025-06-03T14:30:59Z,ABCD,BUY,30,{price}");
    for price in ["93.95", "93.97"] {
        assert_eq!(values(&site, "fills").iter().filter(|value| value.contains(&row(price))).count(), 1, "{price}");
    }
    let flows: Vec<String> = values(&site, "flows").into_iter().filter(|value| !value.is_empty()).collect();
    assert_eq!(flows, ["2025-06-04,USD,25000", "2025-06-04,USD,24000"]);
    let said = audited(&site, &[&again, &second, &first]);
    assert_eq!(said.code, 0, "{}", said.shown());
    assert!(said.out.contains("3 fills are those of the broker's statements"), "{}", said.shown());
}

#[test]
fn money_that_its_owner_entered_afterwards_is_opened_as_it_was_published_before() {
    let fills = original() + &beside();
    let site = recorded(&[statement((2, 6, "20250607;031500"), &fills, 0)]);
    assert!(values(&site, "flows").iter().all(String::is_empty));
    site.ok(&["flow", "add", "2025-06-05", "120"]);
    opened(&site);
    let with_money = values(&site, "flows").into_iter().filter(|value| !value.is_empty());
    assert_eq!(with_money.collect::<Vec<_>>(), ["2025-06-05,USD,120"]);
    assert_eq!(values(&site, "flows").len(), 6, "five days, and the correction of one");
}
