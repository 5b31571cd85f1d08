//! Files of brokers in, rows out; again and in pieces, the same rows.

use crate::support::Site;

#[test]
fn an_activity_statement_becomes_a_record() {
    let site = Site::plain();
    let said = site.ok(&["import", "flex", "flex/activity.xml", "--json"]).json();
    assert_eq!(said["executions"]["new"], 5, "{said}");
    assert_eq!(said["snapshots"]["new"], 6);
    assert_eq!(said["cash"]["new"], 4);
    let check = site.ok(&["check", "--json"]).json();
    assert_eq!((check["errors"].as_u64(), check["warnings"].as_u64()), (Some(0), Some(0)), "{check}");

    let stats = site.ok(&["stats", "--json"]).json();
    // The cancelled purchase of WXYZ is no fill; the two fills of ABCD are one order.
    assert_eq!(stats["trades"]["executions"], 3);
    assert_eq!(stats["trades"]["orders"], 2);
    // The deposit of 25,000 on the third day is no profit.
    let expected = (50052.95 / 50000.0) * (75031.45 / 75052.95) * (75165.50 / 75031.45) - 1.0;
    let total = stats["returns"]["total"].as_f64().unwrap();
    assert!((total - expected).abs() < 1e-12, "{total}");
    assert!(site.read("data/flows.csv").contains("deposit"));
    let income = site.read("data/income.csv");
    assert!(income.contains(",-5,") && income.contains(",20,") && income.contains("tax"), "{income}");
}

#[test]
fn importing_again_changes_no_byte() {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml", "flex/year.xml"]);
    let first = site.files("data");
    let said = site.ok(&["import", "flex", "flex/year.xml", "flex/activity.xml", "--json"]).json();
    for kind in ["executions", "snapshots", "cash", "statements"] {
        assert_eq!(said[kind]["new"], 0, "{kind}");
    }
    assert_eq!(site.files("data"), first);
}

#[test]
fn a_confirmation_and_the_statement_are_one_fill() {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/confirmations.xml"]);
    site.ok(&["import", "flex", "flex/activity.xml"]);
    let stats = site.ok(&["stats", "--json"]).json();
    assert_eq!(stats["trades"]["executions"], 3);
    assert_eq!(site.ok(&["check", "--json"]).json()["errors"], 0);
}

#[test]
fn fills_alone_are_told_what_they_lack() {
    let site =
        Site::plain().file("f.csv", "date,symbol,side,quantity,price,currency\n2026-03-02,QUUX,BUY,4,125.00,USD\n");
    site.ok(&["import", "csv", site.path("f.csv").to_str().unwrap()]);
    for command in ["build", "check"] {
        let said = site.run(&[command]);
        assert!(said.code == 1 && said.shown().contains("import nav FILE"), "{command}: {}", said.shown());
    }
}

#[test]
fn a_year_of_net_asset_values_gives_the_brokers_return() {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/year.xml"]);
    let stats = site.ok(&["stats", "--json"]).json();
    assert_eq!(stats["observations"], 252);
    let total = stats["returns"]["total"].as_f64().unwrap();
    assert!((total - 0.103_153_243_32).abs() < 1e-10, "{total}");
    let check = site.ok(&["check", "--json"]).json();
    let compared = check["findings"].as_array().unwrap().iter().find(|one| one["kind"] == "broker-return").unwrap();
    assert_eq!(compared["severity"], "note", "{compared}");
    assert!(compared["message"].as_str().unwrap().contains("10.3153 %, ours 10.3153 %"), "{compared}");
}

#[test]
fn several_accounts_need_a_choice() {
    let site = Site::plain();
    let said = site.refused(&["import", "flex", "flex/two_accounts.xml"]);
    assert!(said.contains("several accounts: U1234567, U7654321") && said.contains("[account] id"), "{said}");
    assert!(site.files("data").is_empty());
    site.ok(&["import", "flex", "flex/two_accounts.xml", "--account", "U1234567"]);
    assert!(site.read("data/snapshots/2025-06-02.json").contains("\"2000\""));
}

#[test]
fn the_statement_is_kept_as_it_came() {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    let raw = site.files("data/raw");
    let received = std::fs::read(crate::support::fixture("flex/activity.xml")).unwrap();
    assert_eq!(raw.values().collect::<Vec<_>>(), [&received]);
}

#[test]
fn long_names_of_files_and_instruments_are_no_trouble() {
    let site = Site::plain();
    let text = std::fs::read_to_string(crate::support::fixture("flex/activity.xml")).unwrap();
    let name = format!("{}.xml", "n".repeat(245));
    site.put(&name, text.replace("\"ABCD\"", &format!("\"{}\"", "L".repeat(300))));
    site.ok(&["import", "flex", site.path(&name).to_str().unwrap()]);
    let raw = site.files("data/raw");
    assert!(raw.len() == 1 && raw.keys().all(|name| name.ends_with("nnn.xml")), "{:?}", raw.keys());
    site.ok(&["build"]);
    assert!(site.path(&format!("public/trades/2025-06-02-{}-buy/index.html", "l".repeat(60))).is_file());
}

#[test]
#[cfg(unix)]
fn the_site_is_readable_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    for umask in ["077", "000"] {
        let _ = std::fs::remove_dir_all(site.path("public"));
        let command = site.command(&["build"]);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"]).arg(command.get_program());
        assert!(shell.args(command.get_args()).output().unwrap().status.success());
        for (below, mode) in [("public", 0o755), ("public/trades", 0o755), ("public/index.html", 0o644)] {
            let found = std::fs::metadata(site.path(below)).unwrap().permissions().mode() & 0o777;
            assert_eq!(found, mode, "{below} with umask {umask}: {found:o}");
        }
    }
}

#[test]
fn any_brokers_table_is_read_through_a_mapping() {
    let site = Site::new(
        "[benchmark]\nsymbol = \"\"\n[account]\nbase_currency = \"EUR\"\n[csv]\ndelimiter = \";\"\ndecimal_mark = \",\"\n\
         time_format = \"%d.%m.%Y %H:%M:%S\"\ntime_zone = \"Europe/Berlin\"\n[csv.columns]\ntime = \"Date/Time\"\n\
         symbol = \"Ticker\"\nside = \"B/S\"\nquantity = \"Qty\"\nprice = \"Fill\"\ncommission = \"Fee\"\n",
    );
    site.ok(&["import", "csv", "csv/fills.csv", "--column", "currency=Ccy"]);
    let rows = site.read("data/executions/2026-01-27.csv");
    // 14:30:05 in Berlin in winter is 13:30:05 UTC; what a fill cost is positive, whatever the file's sign.
    assert!(rows.contains("2026-01-27T13:30:05Z") && rows.contains("BUY,100,12.50,1,1.25,EUR"), "{rows}");
    assert!(rows.contains("SELL,40,12.75,1,1.00,EUR"), "{rows}");
    let first = site.files("data");
    site.ok(&["import", "csv", "csv/fills.csv", "--column", "currency=Ccy"]);
    assert_eq!(site.files("data"), first);
    let said = site.refused(&["import", "csv", "csv/fills.csv", "--column", "currency=Ccyy"]);
    assert!(said.contains("Ccy"), "{said}");
}

#[test]
fn the_earlier_systems_folder_comes_along_whole() {
    let site = Site::plain();
    site.ok(&["import", "seed", "seed"]);
    assert_eq!(site.ok(&["check", "--json"]).json()["warnings"], 0);
    let slippage = site.ok(&["slippage", "--json"]).json();
    // 188.25 against the 188.00 of the note: 13.2978... bps; the other order cost nothing.
    let mean = slippage["mean_bps"].as_f64().unwrap();
    assert!((mean - (0.25 / 188.0 * 10_000.0) / 2.0).abs() < 1e-9, "{mean}");
    assert!(site.read("content/months/2026-01.md").contains("A first month."));
    site.ok(&["build"]);
    let order = site.read("public/trades/2026-01-27-sxlk-buy/index.html");
    assert!(order.contains("Limit orders work well"), "{order}");
}

#[test]
fn cash_of_an_unknown_type_stops_the_build_until_it_is_assigned() {
    let statement = "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U7654321\" \
        fromDate=\"20260105\" toDate=\"20260107\" whenGenerated=\"20260107;200000\">\
        <AccountInformation accountId=\"U7654321\" currency=\"USD\"/>\
        <CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"Cash Receipts\" amount=\"500\" \
        reportDate=\"20260106\" transactionID=\"1\" levelOfDetail=\"DETAIL\"/>\
        <EquitySummaryByReportDateInBase reportDate=\"20260105\" total=\"1000\"/>\
        <EquitySummaryByReportDateInBase reportDate=\"20260106\" total=\"1500\"/>\
        </FlexStatement></FlexStatements></FlexQueryResponse>";
    let site = Site::plain();
    site.put("a.xml", statement);
    let said = site.ok(&["import", "flex", site.path("a.xml").to_str().unwrap()]).err;
    assert!(said.contains("`Cash Receipts`") && said.contains("[flex.cash]"), "{said}");
    assert!(site.refused(&["build"]).contains("`Cash Receipts`"));
    let config = site.read("config/config.toml");
    for (kind, total) in [("deposit", 0.0), ("other", 0.5)] {
        site.put("config/config.toml", format!("{config}[flex.cash]\n\"Cash Receipts\" = \"{kind}\"\n"));
        let stats = site.ok(&["stats", "--json"]).json();
        assert_eq!(stats["returns"]["total"], total, "{kind}");
        site.ok(&["build"]);
    }
}
