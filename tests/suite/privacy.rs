//! Nothing private leaves: random secrets planted in a record, searched for in everything that is written.

use proptest::prelude::*;

use crate::support::{Site, pdf_attachments, pdf_text, without_digests};

/// Secrets that a page could format in any way.
#[derive(Debug, Clone)]
struct Secrets {
    account: String,
    exec: String,
    order: String,
    deposit: u64,
    shares: u64,
    nav: u64,
}

fn secrets() -> impl Strategy<Value = Secrets> {
    ("U[0-9]{7}", "[0-9a-f]{8}\\.[0-9a-f]{8}\\.01\\.01", 100_000_000u64..999_999_999, 12_345_678u64..98_765_432)
        .prop_flat_map(|(account, exec, order, deposit)| {
            let plant = (1_111_111u64..9_876_543, 1_234_567_891u64..9_876_543_219);
            plant.prop_map(move |(shares, nav)| Secrets {
                account: account.clone(),
                exec: exec.clone(),
                order: order.to_string(),
                deposit,
                shares,
                nav,
            })
        })
}

/// A record of three days: cash, a purchase at 12.34, a deposit.
fn site(secrets: &Secrets, mode: &str) -> Site {
    let cents = |value: u64| format!("{}.{:02}", value / 100, value % 100);
    let Secrets { account, exec, order, deposit, shares, nav } = secrets;
    let value = *shares * 1_234;
    let start = nav + value;
    let snapshot = |date: &str, net: u64, positions: String| {
        format!(
            r#"{{"schema":1,"date":"{date}","as_of":"{date}T21:00:00Z","account":"{account}","base_currency":"USD","net_liquidation":"{}","cash":{{"USD":"{}"}},"fx":{{}},"positions":{positions},"source":"test"}}"#,
            cents(net),
            cents(if positions == "[]" { net } else { net - value }),
        )
    };
    let held = format!(
        r#"[{{"symbol":"ABCD","conid":1,"exchange":"ARCA","currency":"USD","quantity":"{shares}","average_cost":"12.34","market_price":"12.34","market_value":"{}","unrealized_pnl":null,"realized_pnl":null}}]"#,
        cents(value)
    );
    Site::new(&format!("[site]\ntitle = 'Test'\nstatus = 'live'\n[benchmark]\nsymbol = ''\n[privacy]\nmode = '{mode}'\n"))
        .file("data/snapshots/2024-05-06.json", snapshot("2024-05-06", start, "[]".into()))
        .file("data/snapshots/2024-05-07.json", snapshot("2024-05-07", start, held.clone()))
        .file("data/snapshots/2024-05-08.json", snapshot("2024-05-08", start + deposit, held))
        .file(
            "data/flows.csv",
            format!(
                "id,date,account,currency,amount,fx_to_base,kind,source\ncash:{order},2024-05-08,{account},USD,{},,deposit,test\n",
                cents(*deposit)
            ),
        )
        .file(
            "data/executions/2024-05-07.csv",
            format!(
                "exec_id,time,account,symbol,conid,asset_class,exchange,currency,side,quantity,price,multiplier,commission,\
                 commission_currency,realized_pnl,fx_to_base,order_id,perm_id,order_ref,reference_price,source,cancels\n\
                 {exec},2024-05-07T15:00:00Z,{account},ABCD,1,STK,ARCA,USD,BUY,{shares},12.34,1,1.00,USD,,,{order},{order},,12.33,test,\n"
            ),
        )
}

/// A number in every way a page could write it.
fn spellings(cents: u64) -> Vec<String> {
    let whole = cents / 100;
    let rounded = (cents + 50) / 100;
    let mut all = vec![whole.to_string(), rounded.to_string(), format!("{whole}.{:02}", cents % 100)];
    for separator in [",", ".", "'", " ", "\u{a0}", "\u{202f}", "\u{2009}", "_", "&nbsp;"] {
        for number in [whole, rounded] {
            let digits = number.to_string();
            let groups: Vec<&str> =
                digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
            all.push(groups.join(separator));
        }
    }
    all
}

fn leaks(site: &Site, secrets: &Secrets, amounts: bool) -> Vec<String> {
    let mut wanted: Vec<String> = vec![
        secrets.account.to_lowercase(),
        secrets.account[1..].to_owned(),
        secrets.exec.clone(),
        secrets.order.clone(),
    ];
    if amounts {
        let value = secrets.shares * 1_234;
        for cents in [secrets.shares * 100, secrets.deposit, secrets.nav, secrets.nav + value, value] {
            wanted.extend(spellings(cents));
        }
    }
    let files = site.files("public");
    assert!(files.len() > 20);
    let mut found = Vec::new();
    for (name, bytes) in files {
        let mut text = String::from_utf8_lossy(&bytes).to_lowercase();
        if name.ends_with(".pdf") {
            let path = site.path("public").join(&name);
            let attached = pdf_attachments(&path).unwrap_or_default();
            text = pdf_text(&path).into_iter().chain(attached.into_values()).collect::<String>().to_lowercase();
        }
        let text = without_digests(&text);
        found.extend(
            wanted.iter().filter(|secret| text.contains(secret.as_str())).map(|secret| format!("{name}: {secret}")),
        );
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nothing_private_is_in_any_file(secrets in secrets()) {
        let site = site(&secrets, "relative");
        site.ok(&["build"]);
        prop_assert_eq!(leaks(&site, &secrets, true), Vec::<String>::new());
    }

    #[test]
    fn absolute_mode_shows_amounts_and_never_names(secrets in secrets()) {
        let site = site(&secrets, "absolute");
        site.ok(&["build"]);
        prop_assert_eq!(leaks(&site, &secrets, false), Vec::<String>::new());
        prop_assert!(!leaks(&site, &secrets, true).is_empty(), "absolute mode shows amounts");
    }

    #[test]
    fn an_amount_in_the_authors_words_stops_the_build(secrets in secrets(), pick in 0usize..19) {
        // All but the last two spellings, which are HTML and become one of the others in a browser.
        let spelling = &spellings(secrets.deposit)[pick];
        let site = site(&secrets, "relative");
        site.put("content/months/2024-05.md", format!("I paid in {spelling} dollars."));
        let said = site.refused(&["build"]);
        prop_assert!(said.contains("a cash flow") && said.contains("months/2024-05/index.html"), "{}: {}", spelling, said);
        prop_assert!(site.files("public").is_empty());
    }
}

#[test]
fn an_account_in_the_owners_words_stops_the_build() {
    let secrets = Secrets {
        account: "U7654321".into(),
        exec: "0000aaaa.11111111.01.01".into(),
        order: "700010001".into(),
        deposit: 12_345_678,
        shares: 1_234_567,
        nav: 1_234_567_891,
    };
    let site = site(&secrets, "relative").file("content/about.md", "My account is u7654321.");
    let said = site.refused(&["build"]);
    assert!(said.contains("public/about/index.html:") && said.contains("an account id"), "{said}");
    assert!(site.files("public").is_empty());
}

#[test]
fn an_account_in_a_template_of_the_report_stops_the_build() {
    let secrets = Secrets {
        account: "U7654321".into(),
        exec: "0000aaaa.11111111.01.01".into(),
        order: "700010001".into(),
        deposit: 12_345_678,
        shares: 1_234_567,
        nav: 1_234_567_891,
    };
    let own = "#import \"default/report.typ\": *\n#show: styled\n#masthead()\nAccount U7654321";
    let site = site(&secrets, "relative").file("templates/report.typ", own);
    for arguments in [vec!["build"], vec!["report", "2024-05"]] {
        let said = site.refused(&arguments);
        assert!(said.contains("an account id") && said.contains("report.typ"), "{said}");
    }
    assert!(site.files("public").is_empty());
}

#[test]
fn what_is_held_back_is_nowhere() {
    let site = Site::demo();
    let config = site.read("config/config.toml").replace("[privacy]", "[privacy]\ndelay_days = 200");
    site.put("config/config.toml", config);
    site.ok(&["build"]);
    let files = site.files("public");
    assert!(!files.keys().any(|name| name.starts_with("trades/2022-07")), "{:?}", files.keys());
    assert!(files.keys().any(|name| name.starts_with("trades/2022-04")));
    let orders = String::from_utf8_lossy(&files["data/orders.csv"]).into_owned();
    assert!(!orders.contains("2022-07"), "{orders}");
    let Some(words) = pdf_text(&site.path("public/months/2022-07.pdf")) else { return };
    assert!(
        words.contains("Orders after 10 Jun 2022 are held back.") && !words.contains("No orders were filled"),
        "{words}"
    );
}

/// A site with a year of a broker's statements.
fn year() -> Site {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/year.xml"]);
    site
}

/// Puts words on a page; the build says that they give this away.
fn gives_away(site: &Site, words: &str, what: &str) {
    site.put("content/about.md", words);
    let said = site.refused(&["build"]);
    assert!(said.contains(what), "{words}: {said}");
    assert!(site.files("public").is_empty());
}

#[test]
fn what_is_stored_and_not_read_is_private_too() {
    let site = year();
    let flows = site.read("data/flows.csv");
    let columns = flows.lines().next().unwrap().split(',').map(|column| match column {
        "id" => "cash:other",
        "date" => "2024-03-05",
        "account" => "U7777777",
        "currency" => "USD",
        "amount" => "7654321.09",
        "kind" => "deposit",
        "source" => "test",
        _ => "",
    });
    let other = columns.collect::<Vec<_>>().join(",");
    site.put("data/flows.csv", format!("{flows}{other}\n"));
    site.put("config/local.toml", "[account]\nid = \"U7654321\"\n");
    gives_away(&site, "My other account U7777777 does better.", "an account id");
    gives_away(&site, "The other account was given 7,654,321.09.", "a cash flow");
}

#[test]
fn days_before_the_inception_are_private_too() {
    let site = year();
    let config = site.read("config/config.toml");
    let snapshots = site.files("data/snapshots");
    let (_, first) = snapshots.iter().next().unwrap();
    let first: serde_json::Value = serde_json::from_slice(first).unwrap();
    let (_, late) = snapshots.iter().nth(snapshots.len() / 2).unwrap();
    let late: serde_json::Value = serde_json::from_slice(late).unwrap();
    let inception = late["date"].as_str().unwrap();
    site.put("config/config.toml", config.replacen("[site]", &format!("[site]\ninception = {inception}"), 1));
    site.ok(&["build"]);
    std::fs::remove_dir_all(site.path("public")).unwrap();
    gives_away(
        &site,
        &format!("It began with {}.", first["net_liquidation"].as_str().unwrap()),
        "a net liquidation value",
    );
}

#[test]
fn the_holder_of_the_account_is_named_by_nobody_but_himself() {
    let site = year();
    let holder = "<FlexQueryResponse><FlexStatements><FlexStatement accountId=\"U7654321\">\
        <AccountInformation accountId=\"U7654321\" name=\"Alice Example\" street=\"1 Long Road\"/></FlexStatement></FlexStatements></FlexQueryResponse>";
    site.put("data/raw/0000-holder.xml", holder);
    gives_away(&site, "Written by alice  example.".replace("  ", " ").as_str(), "who holds the account");
    gives_away(&site, "Letters go to 1 Long Road.", "who holds the account");
    let config = site.read("config/config.toml");
    site.put("config/config.toml", config.replacen("[site]", "[site]\nauthor = \"Alice Example\"", 1));
    site.put("content/about.md", "Written by Alice Example.");
    site.ok(&["build"]);
}

#[test]
fn a_picture_that_no_page_shows_stays_at_home_and_the_name_of_one_gives_nothing_away() {
    let site = year();
    let picture = b"\x89PNG\r\n\x1a\n";
    site.put("content/months/draft.png", picture);
    site.put("content/shown.png", picture);
    site.put("content/about.md", "![A chart](shown.png)");
    site.ok(&["build"]);
    assert!(site.path("public/shown.png").exists() && !site.path("public/months/draft.png").exists());
    site.put("content/about.md", "Words.");
    site.ok(&["build"]);
    assert!(!site.path("public/shown.png").exists(), "no page shows it any longer");
    std::fs::remove_dir_all(site.path("public")).unwrap();
    site.put("content/u7654321.png", picture);
    gives_away(&site, "![A chart](u7654321.png)", "an account id");
}
