//! Net values, the files of other brokers and the earlier system, from the file to the figure.

use crate::support::Site;

fn total(site: &Site) -> f64 {
    site.ok(&["stats", "--json"]).json()["returns"]["total"].as_f64().unwrap()
}

fn near(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-12, "{one} and {other}");
}

#[test]
fn net_values_alone_make_a_site_in_which_a_deposit_is_no_profit() {
    let site = Site::plain().file(
        "v.csv",
        "Datum;Depotwert;Einzahlung\n05.01.2026;1.000,00;\n06.01.2026;1.010,00;\n07.01.2026;1.525,10;500,00\n",
    );
    let file = site.path("v.csv").display().to_string();
    let said = site.ok(&["import", "nav", &file]);
    assert!(said.err.contains("3 daily values from 2026-01-05 to 2026-01-07; semicolons"), "{}", said.err);
    // 1,010 / 1,000, then 1,525.10 / (1,010 + 500).
    near(total(&site), 1.01 * 1.01 - 1.0);
    assert_eq!(site.ok(&["check", "--json"]).json()["errors"], 0);
    site.ok(&["build"]);
    assert!(site.read("public/data/daily.csv").contains("2026-01-07"));
    let first = site.files("data");
    site.ok(&["import", "nav", &file]);
    assert_eq!(site.files("data"), first);
}

#[test]
fn months_are_not_missing_days_and_overlapping_files_add_what_is_new() {
    let months = |from: usize, to: usize| {
        let value = |index: usize| format!("2025-{index:02},{}\n", 1000 + 10 * index);
        format!("month,nav\n{}", (from..=to).map(value).collect::<String>())
    };
    let site = Site::plain().file("a.csv", months(1, 8)).file("b.csv", months(5, 12));
    for name in ["a.csv", "b.csv"] {
        site.ok(&["import", "nav", &site.path(name).display().to_string()]);
    }
    near(total(&site), 1120.0 / 1010.0 - 1.0);
    site.put("c.csv", "month,nav\n2025-12,1200\n");
    let said = site.run(&["import", "nav", &site.path("c.csv").display().to_string()]);
    assert_eq!(said.code, 1, "a restated value without a word on which is newer: {}", said.shown());
    assert!(said.err.contains("contradict"), "{}", said.err);
}

#[test]
fn a_flow_that_is_known_from_elsewhere_is_not_added_again() {
    let site = Site::plain().file("v.csv", "date,nav,flow\n2026-01-05,1000,\n2026-01-06,1500,500\n");
    let file = site.path("v.csv").display().to_string();
    site.put("bare.csv", "date,nav\n2026-01-05,1000\n2026-01-06,1500\n");
    site.ok(&["import", "nav", &site.path("bare.csv").display().to_string()]);
    site.ok(&["flow", "add", "2026-01-06", "500"]);
    let said = site.ok(&["import", "nav", &file]);
    assert!(said.err.contains("from another source"), "{}", said.err);
    near(total(&site), 0.0);
}

#[test]
fn a_preset_is_remembered_and_its_fills_are_counted() {
    let site = Site::new("[site]\nstatus = \"paper\"\n[account]\nbase_currency = \"EUR\"\n[benchmark]\nsymbol = \"\"\n").file(
        "t.csv",
        "Date,Time,Product,ISIN,Reference,Venue,Quantity,Price,,Local value,,Value,,Exchange rate,Transaction costs,,Total,,Order ID\n\
         02-03-2026,17:58,QUUX INC.,US1111111111,NDQ,SOHO,4,125.0000,USD,-500.00,USD,-400.00,EUR,1.2500,-0.50,EUR,-400.50,EUR,a\n",
    );
    let file = site.path("t.csv").display().to_string();
    site.ok(&["import", "csv", &file, "--preset", "degiro", "--column", "symbol=Product", "--save"]);
    let rows = site.read("data/executions/2026-03-02.csv");
    assert!(rows.contains("QUUX INC.") && rows.contains(",0.50,EUR,"), "{rows}");
    assert!(site.read("config/config.toml").contains("preset = \"degiro\""));
    let first = site.files("data");
    site.ok(&["import", "csv", &file]);
    assert_eq!(site.files("data"), first);
    let said = site.run(&["import", "csv", &file, "--preset", "nobody"]);
    assert!(said.code == 2 && said.err.contains("degiro, trading212, schwab, fidelity"), "{}", said.err);
}

fn seed(site: Site, fills: &[(&str, &str)], snapshots: &[(&str, &str)]) -> Site {
    let header = "trade_id,timestamp,symbol,asset_class,side,quantity,intended_price,fill_price,slippage_bps,commission,commission_currency\n";
    for (day, rows) in fills {
        site.put(&format!("old/executions/{day}.csv"), format!("{header}{rows}"));
    }
    for (day, rest) in snapshots {
        let text = format!("{{\"timestamp\": \"{day}T21:30:00+00:00\", {rest}}}");
        site.put(&format!("old/snapshots/{day}.json"), text);
    }
    site
}

fn position(price: &str, value: &str) -> String {
    format!(
        "{{\"symbol\": \"SXLK.L\", \"quantity\": 100.0, \"avg_cost\": 50.0, \"market_price\": {price}, \"market_value\": {value}, \
         \"unrealized_pnl\": 0.0, \"price_source\": \"market\"}}"
    )
}

#[test]
fn tickers_with_and_without_a_suffix_are_one_so_a_sale_of_what_was_held_is_no_short_sale() {
    let held = |cash: &str, equity: &str, price: &str, value: &str| {
        format!("\"total_equity\": {equity}, \"cash\": {cash}, \"positions\": [{}]", position(price, value))
    };
    let none = "\"total_equity\": 10998.5, \"cash\": 10998.5, \"positions\": []";
    let (before, after) = (held("5000", "11000", "60.0", "6000.0"), held("3998.0", "10998.0", "70.0", "7000.0"));
    let site = seed(
        Site::plain(),
        &[
            ("2026-01-28", "s1,2026-01-28 14:30:00+00:00,SXLK,STK,SELL,100.0,,60.0,,1.5,USD\n"),
            ("2026-01-30", "s2,2026-01-30 14:30:00+00:00,SXLK,STK,BUY,100.0,,70.0,,0.5,USD\n"),
        ],
        &[("2026-01-27", &before), ("2026-01-28", none), ("2026-01-29", none), ("2026-01-30", &after)],
    );
    site.ok(&["import", "seed", &site.path("old").display().to_string()]);
    let check = site.ok(&["check", "--json"]).json();
    let kinds: Vec<&str> =
        check["findings"].as_array().unwrap().iter().map(|finding| finding["kind"].as_str().unwrap()).collect();
    assert!(check["errors"] == 0 && !kinds.contains(&"positions"), "{check}");
    let trades = site.ok(&["stats", "--json"]).json();
    assert!(trades["trades"]["win_rate"].is_null(), "no round trip was opened and closed: {trades}");
}

#[test]
fn fills_that_share_an_id_are_both_counted_and_a_fill_pulled_twice_is_one() {
    let cash = |cash: &str| format!("\"total_equity\": {cash}, \"cash\": {cash}, \"positions\": []");
    let site = seed(
        Site::plain(),
        &[
            ("2026-01-27", "note-1,2026-01-27 14:30:00+00:00,SXLK,STK,BUY,100.0,50.0,50.05,10.0,1.5,USD\n"),
            ("2026-02-27", "note-1,2026-02-27 14:30:00+00:00,SXLK,STK,SELL,100.0,50.0,55.0,-1000.0,1.5,USD\n"),
        ],
        &[("2026-01-26", &cash("10000.0")), ("2026-02-27", &cash("10492.0"))],
    );
    site.ok(&["import", "seed", &site.path("old").display().to_string()]);
    assert_eq!(site.ok(&["check", "--json"]).json()["errors"], 0);
    let stats = site.ok(&["stats", "--json"]).json();
    assert_eq!(stats["trades"]["executions"], 2, "{stats}");

    let row = |id: &str| format!("{id},2026-01-27 14:30:00+00:00,SXLK,STK,BUY,100.0,,50.0,,1.5,USD\n");
    let held = format!("\"total_equity\": 9998.5, \"cash\": 4998.5, \"positions\": [{}]", position("50.0", "5000.0"));
    let twice = format!("{}{}", row("aaaa"), row("bbbb"));
    let site =
        seed(Site::plain(), &[("2026-01-27", &twice)], &[("2026-01-26", &cash("10000.0")), ("2026-01-27", &held)]);
    let said = site.ok(&["import", "seed", &site.path("old").display().to_string()]);
    assert!(said.err.contains("equal in all but `trade_id`"), "{}", said.err);
    assert_eq!(site.ok(&["stats", "--json"]).json()["trades"]["executions"], 1);
}
