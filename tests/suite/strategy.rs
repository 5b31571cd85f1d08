//! Signal, rebalance and backtest from outside.

use crate::support::{Site, without_digests};

const TWO: &str = "[site]\nstatus = 'paper'\n[benchmark]\nsymbol = ''\n[[strategy]]\ntop_n = 1\nuniverse = [\n  { symbol = 'A.L', name = 'First' },\n  { symbol = 'B.L', name = 'Second' },\n]\n";
const HEADER: &str = "date,open,high,low,close,adj_close,volume,currency\n";

fn prices(closes: &[(&str, &str)]) -> String {
    closes.iter().fold(HEADER.to_owned(), |text, (date, close)| text + &format!("{date},,,,{close},,,USD\n"))
}

/// A rose by a fifth in 2019, B by a tenth; prices up to 3 February 2020.
fn two() -> Site {
    let of = |start, end, now| {
        prices(&[("2019-01-31", start), ("2019-12-31", end), ("2020-01-31", now), ("2020-02-03", now)])
    };
    Site::new(TWO)
        .file("data/prices/A.L.csv", of("100", "120", "110"))
        .file("data/prices/B.L.csv", of("50", "55", "52.5"))
}

fn snapshot(date: &str, cash: &str, positions: &str) -> String {
    format!(
        "{{\"schema\":1,\"date\":\"{date}\",\"as_of\":\"{date}T21:00:00Z\",\"account\":\"U1234567\",\
         \"base_currency\":\"USD\",\"net_liquidation\":\"10000\",\"cash\":{{\"USD\":\"{cash}\"}},\"fx\":{{}},\
         \"positions\":[{positions}],\"source\":\"tws\"}}"
    )
}

fn position(ticker: &str, quantity: i64, price: f64) -> String {
    let value = price * quantity as f64;
    format!(
        "{{\"symbol\":\"{ticker}\",\"conid\":null,\"exchange\":\"LSEETF\",\"currency\":\"USD\",\"quantity\":\"{quantity}\",\
         \"average_cost\":null,\"market_price\":\"{price}\",\"market_value\":\"{value}\",\"unrealized_pnl\":null,\"realized_pnl\":null}}"
    )
}

#[test]
fn a_signal_is_saved_once_a_month() {
    let site = two();
    let said = site.ok(&["signal", "--as-of", "2020-02-03"]);
    insta::assert_snapshot!(said.shown());
    let saved = site.read("data/signals/2020-01.json");
    assert!(saved.contains("\"formation\": \"2020-01\""));
    let again = site.ok(&["signal", "--as-of", "2020-02-03"]);
    assert_eq!(again.err, "");
    assert_eq!(site.read("data/signals/2020-01.json"), saved);
}

#[test]
fn a_signal_that_disagrees_with_the_saved_one_is_kept_beside_it() {
    let site = two();
    site.ok(&["signal", "--as-of", "2020-02-03"]);
    let first = site.read("data/signals/2020-01.json");
    site.put(
        "data/prices/B.L.csv",
        prices(&[("2019-01-31", "50"), ("2019-12-31", "65"), ("2020-01-31", "52"), ("2020-02-03", "52")]),
    );
    let said = site.ok(&["signal", "--as-of", "2020-02-03"]).err;
    assert!(
        said.contains("warning: this is not what data/signals/2020-01.json says") && said.contains("2020-01.2.json"),
        "{said}"
    );
    assert_eq!(site.read("data/signals/2020-01.json"), first);
    let check = site.run(&["check", "--json"]).json();
    let found = check["findings"].as_array().unwrap().iter().any(|finding| {
        finding["kind"] == "conflict"
            && finding["file"] == "data/signals/2020-01.2.json"
            && finding["severity"] == "warning"
    });
    assert!(found, "{check}");
}

#[test]
fn the_signal_for_machines_has_every_key_it_promises() {
    let document = two().ok(&["signal", "--as-of", "2020-02-03", "--json"]).json();
    assert_eq!((&document["schema"], document["signals"].as_array().unwrap().len()), (&1.into(), 1));
    let signal = &document["signals"][0];
    assert_eq!((&signal["as_of"], &signal["formation"]), (&"2020-02-03".into(), &"2020-01".into()));
    assert_eq!((&signal["lookback_months"], &signal["skip_months"]), (&12.into(), &1.into()));
    let best = &signal["ranking"][0];
    assert_eq!((&best["rank"], &best["symbol"], &best["name"]), (&1.into(), &"A.L".into(), &"First".into()));
    assert_eq!(
        (&best["target_weight"], &best["start"]["price"], &best["end"]["date"]),
        (&1.0.into(), &100.into(), &"2019-12-31".into())
    );
    assert_eq!((&signal["selected"], &signal["skipped"]), (&serde_json::json!(["A.L"]), &serde_json::json!([])));
}

#[test]
fn stale_prices_are_said_and_such_a_signal_is_not_saved() {
    let site = two();
    let said = site.ok(&["signal", "--as-of", "2020-02-20"]);
    assert!(
        said.err.contains("the prices are stale: the newest is of 2020-02-03, 17 days before 2020-02-20"),
        "{}",
        said.err
    );
    // February 2020 could be ranked from February 2019 and January 2020, but its own end is not there yet.
    let early = |site: Site, name: &str, start: &str| {
        site.file(&format!("data/prices/{name}.csv"), prices(&[("2019-02-28", start), ("2020-01-31", "60")]))
    };
    let later = early(early(two(), "A.L", "50"), "B.L", "40");
    let said = later.ok(&["signal", "--as-of", "2020-03-02"]).err;
    assert!(
        said.contains("not saved: the prices do not reach the month's end; run `trackrecord collect prices`"),
        "{said}"
    );
    assert!(later.files("data/signals").is_empty());
    let nothing = Site::new(TWO).refused(&["signal"]);
    assert!(nothing.contains("nothing can be ranked") && nothing.contains("A.L: no prices"), "{nothing}");
}

#[test]
fn another_number_of_places_is_shown_and_not_saved() {
    let site = two();
    let said = site.ok(&["signal", "--as-of", "2020-02-03", "--top-n", "2", "--json"]);
    assert_eq!(said.json()["signals"][0]["selected"], serde_json::json!(["A.L", "B.L"]));
    assert!(said.err.contains("not saved") && site.files("data/signals").is_empty(), "{}", said.err);
}

#[test]
fn a_rebalance_is_listed_saved_and_measures_the_fills() {
    let site =
        two().file("data/snapshots/2020-02-03.json", snapshot("2020-02-03", "4750", &position("B", 100, 52.5)));
    insta::assert_snapshot!(site.ok(&["rebalance", "--as-of", "2020-02-03", "--save"]).shown());
    let plan = &site.ok(&["rebalance", "--as-of", "2020-02-03", "--json"]).json()["plans"][0];
    for key in ["as_of", "snapshot", "nav", "base_currency", "threshold", "trades", "unchanged", "cash_after"] {
        assert!(!plan[key].is_null(), "{key}: {plan}");
    }
    let [sale, purchase] = &plan["trades"].as_array().unwrap()[..] else { panic!("{plan}") };
    assert_eq!((&sale["action"], &sale["symbol"], &sale["shares"]), (&"SELL".into(), &"B.L".into(), &100.into()));
    assert_eq!((&purchase["action"], &purchase["reference_price"]), (&"BUY".into(), &110.into()));
    // As if it had been saved on that evening: a plan made today is none that a fill of 2020 carried out.
    let mut saved: serde_json::Value = serde_json::from_str(&site.read("data/plans/2020-02-03.json")).unwrap();
    saved["made_at"] = "2020-02-03T22:00:00Z".into();
    site.put("data/plans/2020-02-03.json", saved.to_string());
    // Sold a nickel below its reference price of 52.50.
    let columns = "exec_id,time,account,symbol,conid,asset_class,exchange,currency,side,quantity,price,multiplier,commission,commission_currency,realized_pnl,fx_to_base,order_id,perm_id,order_ref,reference_price,source,cancels\n";
    site.put(
        "data/executions/2020-02-04.csv",
        format!(
            "{columns}e1.01,2020-02-04T09:00:00Z,U1234567,B,,STK,LSEETF,USD,SELL,100,52.45,1,4,USD,,1,,7,,,tws,\n"
        ),
    );
    let slippage = site.ok(&["slippage", "--json"]).json();
    assert_eq!(slippage["priced_orders"], 1);
    assert!((slippage["mean_bps"].as_f64().unwrap() - 0.05 / 52.5 * 1e4).abs() < 1e-9);
}

#[test]
fn no_list_is_made_from_guesses() {
    let said = |site: Site| site.refused(&["rebalance", "--as-of", "2020-02-03"]);
    assert!(said(two()).contains("there is no snapshot of the account"));
    let old = two().file("data/snapshots/2020-01-29.json", snapshot("2020-01-29", "10000", ""));
    assert!(said(old).contains("signal of January 2020 is newer"));
    let short =
        two().file("data/snapshots/2020-02-03.json", snapshot("2020-02-03", "10525", &position("B", -10, 52.5)));
    assert!(said(short).contains("B is held short"));
    let broken = two().file("data/snapshots/2020-02-03.json", "{");
    assert!(said(broken).contains("the record has errors"));
}

#[test]
fn a_backtest_is_labelled_and_says_what_it_assumes() {
    let site = Site::demo();
    let words = site.ok(&["backtest"]).out;
    assert!(words.starts_with("12-1 momentum over five factors: hypothetical, nobody traded this."), "{words}");
    let document = site.ok(&["backtest", "--json", "--to", "2016-12-30"]).json();
    let backtest = &document["backtests"][0];
    assert_eq!((&backtest["hypothetical"], &backtest["from"]), (&true.into(), &"2015-01-30".into()));
    assert_eq!(backtest["assumptions"]["slippage_bps"], 1.5);
    // The demo is the same engine with another broker: within half a percent over two years.
    let demo = site.ok(&["stats", "--json", "--to", "2016-12-30"]).json();
    let total = |document: &serde_json::Value| document["returns"]["total"].as_f64().unwrap();
    assert!((total(backtest) - total(&demo)).abs() < 0.005, "{} {}", total(backtest), total(&demo));
    assert!(site.refused(&["backtest", "--strategy", "other"]).contains("the strategies are: momentum"));
}

/// The demo under two strategies that share its five funds.
fn demo_of_two() -> Site {
    let site = Site::demo();
    let config = site.read("config/config.toml");
    let (head, _) = config.split_once("[[strategy]]").unwrap();
    let two = "[[strategy]]\nid = 'quick'\nname = 'Quick'\ntop_n = 1\nshare = 0.4\nuniverse = [{ symbol = 'MTUM' }, { symbol = 'QUAL' }]\n\
               [[strategy]]\nid = 'calm'\nname = 'Calm'\nrule = 'fixed_weights'\nshare = 0.6\n\
               universe = [{ symbol = 'SIZE' }, { symbol = 'USMV' }, { symbol = 'VLUE' }]\n";
    site.put("config/config.toml", format!("{head}{two}"));
    site
}

#[test]
fn several_strategies_have_an_overview_and_their_parts_add_up() {
    let site = demo_of_two();
    site.ok(&["signal", "--as-of", "2022-12-01", "--quiet"]);
    assert!(site.read("data/signals/2022-11-calm.json").contains("\"rule\": \"fixed_weights\""));
    let both = &site.ok(&["signal", "--as-of", "2022-12-01", "--json"]).json()["signals"];
    assert_eq!((&both[0]["strategy"], &both[1]["strategy"]), (&"quick".into(), &"calm".into()));
    let calm = &site.ok(&["rebalance", "--as-of", "2022-12-28", "--strategy", "calm", "--json"]).json()["plans"][0];
    let nav = &site.ok(&["rebalance", "--as-of", "2022-12-28", "--json"]).json()["plans"];
    let value = |plan: &serde_json::Value| plan["nav"].as_f64().unwrap();
    assert!((value(calm) / (value(&nav[0]) + value(&nav[1])) - 0.6).abs() < 1e-6);

    site.ok(&["build"]);
    let overview = site.read("public/strategies/index.html");
    let parts: Vec<f64> = overview
        .split("<td class=\"num ")
        .skip(1)
        .filter_map(|cell| cell.split_once('>')?.1.split_once('%')?.0.replace('\u{2212}', "-").parse().ok())
        .collect();
    let total = overview.split_once("Account</b>").unwrap().1.split_once("<b>").unwrap().1.split_once('%').unwrap().0;
    let total: f64 = total.trim_start_matches('+').parse().unwrap();
    assert_eq!(parts.len(), 3, "{overview}");
    assert!((parts.iter().sum::<f64>() - total).abs() < 0.02 && (total - 109.67).abs() < 0.11, "{parts:?} {total}");
    for id in ["quick", "calm"] {
        assert!(overview.contains(&format!("strategies/{id}/index.html")));
        assert!(site.read(&format!("public/strategies/{id}/index.html")).contains("Its orders, newest first"));
    }
    assert!(site.read("public/backtest/index.html").contains("Backtest, hypothetical"));
}

#[test]
fn one_strategy_looks_as_if_there_were_no_such_thing() {
    let site = Site::demo();
    site.ok(&["build"]);
    assert!(!site.files("public").keys().any(|path| path.starts_with("strategies/")));
    assert!(!site.read("public/index.html").contains("Strategies"));
    // And a record that was never traded by a rule has nothing of signals either.
    let plain = Site::plain()
        .file("data/snapshots/2020-02-03.json", snapshot("2020-02-03", "10000", ""))
        .file("data/snapshots/2020-02-04.json", snapshot("2020-02-04", "10000", ""));
    plain.ok(&["build"]);
    let pages = plain.files("public");
    assert!(!pages.keys().any(|path| path.contains("signals") || path.contains("backtest")), "{:?}", pages.keys());
}

#[test]
fn plan_fill_and_note_stand_in_one_line() {
    let site = Site::demo();
    // One trade of the last plan is not done, one order nobody planned.
    let plan = site
        .read("data/plans/2022-07-01.json")
        .replace("\"ticker\": \"USMV\"", "\"ticker\": \"GLD\"")
        .replace("\"symbol\": \"USMV\"", "\"symbol\": \"GLD\"");
    site.put("data/plans/2022-07-01.json", plan);
    site.ok(&["build"]);
    let page = site.read("public/execution/index.html");
    assert!(
        page.contains("1 planned trade was not or only partly carried out, 1 order was never planned."),
        "{page}"
    );
    assert!(page.contains("not traded") && page.contains("Orders that no plan has"));
    let order = site.read("public/trades/2022-07-01-vlue-buy/index.html");
    assert!(order.contains("Plan of the rule") && order.contains("intended entry of the note"), "{order}");
    assert!(order.contains("Second of five"), "the note's thesis");
    assert!(site.read("public/trades/2022-07-01-usmv-sell/index.html").contains("No plan has this order"));
}

#[test]
fn plans_give_no_amounts_away() {
    let site = Site::demo();
    site.ok(&["build"]);
    let plan: serde_json::Value = serde_json::from_str(&site.read("data/plans/2022-07-01.json")).unwrap();
    let nav = plan["nav"].to_string();
    for (name, bytes) in site.files("public") {
        let text = without_digests(&String::from_utf8_lossy(&bytes));
        assert!(!text.contains(&nav) && !text.contains(nav.split('.').next().unwrap()), "{name}");
    }
    let loud = site.read("config/config.toml").replace("\"relative\"", "\"absolute\"");
    site.put("config/config.toml", loud);
    site.ok(&["build"]);
    let shares = plan["trades"][0]["shares"].to_string();
    assert!(site.read("public/execution/index.html").contains(&format!("{shares} of {shares}")));
}

#[test]
fn signals_are_held_back_with_the_trades() {
    let site = Site::demo();
    let slow = site.read("config/config.toml").replace("mode = \"relative\"", "mode = \"relative\"\ndelay_days = 60");
    site.put("config/config.toml", slow);
    site.ok(&["build"]);
    let page = site.read("public/signals/index.html");
    assert!(page.contains("For October 2022") && !page.contains("For December 2022"), "{page}");
}

#[test]
fn the_cone_is_drawn_from_before_the_record_where_there_is_a_year_of_it() {
    let site = Site::demo();
    let late =
        site.read("config/config.toml").replace("status = \"demo\"", "status = \"demo\"\ninception = 2018-01-16");
    site.put("config/config.toml", late);
    site.ok(&["build"]);
    let page = site.read("public/backtest/index.html");
    assert!(page.contains("from the 745 days of the backtest before the record began"), "{page}");
    assert!(page.contains("inside the cone"));
    // Live and hypothetical start from the same day, in the same instruments.
    let rows = site.read("public/data/backtest.csv");
    let mut rows = rows.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap(), ["2018-01-16", "1", "1"]);
    let apart = rows.map(|row| (row[1].parse::<f64>().unwrap() / row[2].parse::<f64>().unwrap() - 1.0).abs());
    assert!(apart.fold(0.0, f64::max) < 0.02);
}

#[test]
fn a_month_knows_the_signal_that_was_formed_at_its_end() {
    let site = Site::demo();
    let folder = trackrecord::SiteDir::new(site.path(""));
    let config = trackrecord::config::load(&folder, []).unwrap();
    let record = trackrecord::record::load::load(&folder, &config, "2100-01-01".parse().unwrap());
    let publication = trackrecord::publication::redact(&record, &config).unwrap();
    let formed = |month: &str| publication.signals_formed(month.parse().unwrap()).count();
    assert_eq!(["2014-06", "2022-05", "2022-11", "2022-12"].map(formed), [0, 1, 1, 0]);
}

#[test]
fn a_planned_trade_whose_fills_are_held_back_is_not_called_untraded() {
    let site = Site::demo();
    let plan =
        site.read("data/plans/2022-07-01.json").replace("\"as_of\": \"2022-07-01\"", "\"as_of\": \"2022-06-28\"");
    site.put("data/plans/2022-07-01.json", plan);
    let config = site.read("config/config.toml");
    // The record ends on 28 December; fills up to 29 June are shown.
    site.put("config/config.toml", config.replace("mode = \"relative\"", "mode = \"relative\"\ndelay_days = 182"));
    site.ok(&["build"]);
    let page = site.read("public/execution/index.html");
    assert!(page.contains("held back") && !page.contains(">not traded"), "{page}");
}

#[test]
fn a_plan_saved_after_the_fact_is_labelled_and_leaves_the_real_one() {
    let site = Site::demo();
    let measured = site.ok(&["slippage", "--json"]).out;
    let late = site
        .read("data/plans/2022-07-01.json")
        .replace("\"as_of\": \"2022-07-01\"", "\"as_of\": \"2022-07-01\",\n  \"made_at\": \"2022-09-01T12:00:00Z\"")
        .replace("\"reference_price\": ", "\"reference_price\": 1");
    site.put("data/plans/2022-07-01.2.json", late);
    assert_eq!(site.ok(&["slippage", "--json"]).out, measured);
    site.ok(&["build"]);
    assert!(site.read("public/execution/index.html").contains("made later, on 1 Sep 2022"));
    let order = site.read("public/trades/2022-07-01-vlue-buy/index.html");
    assert!(order.contains("Plan of the rule") && !order.contains("made later"));
}

#[test]
fn the_demo_says_which_date_has_a_signal() {
    let said = Site::demo().refused(&["signal"]);
    assert!(said.contains("--as-of 2022-11-30"), "{said}");
}

#[test]
fn a_signal_of_a_month_that_may_not_be_over_is_shown_and_not_saved() {
    let site = two();
    for (symbol, start) in [("A.L", "100"), ("B.L", "50")] {
        let closes = [("2019-01-31", start), ("2019-12-31", "120"), ("2020-01-29", "110")];
        site.put(&format!("data/prices/{symbol}.csv"), prices(&closes));
    }
    let said = site.ok(&["signal", "--as-of", "2020-02-03"]).err;
    assert!(said.contains("not saved: the prices may end before the month's last trading day"), "{said}");
    assert!(site.files("data/signals").is_empty());
}

#[test]
fn a_second_saved_plan_does_not_take_the_first_ones_orders() {
    let site =
        two().file("data/snapshots/2020-02-03.json", snapshot("2020-02-03", "4750", &position("B", 100, 52.5)));
    site.ok(&["rebalance", "--as-of", "2020-02-03", "--save"]);
    let saved = site.read("data/plans/2020-02-03.json");
    assert!(saved.contains("\"made_at\": \"20"), "{saved}");
    let again = site.ok(&["rebalance", "--as-of", "2020-02-03", "--save"]).err;
    assert!(again.contains("says this already"), "{again}");
    assert_eq!(site.files("data/plans").len(), 1);
    // Another list replaces it, and going back to the first is a third.
    let config = site.read("config/config.toml");
    site.put("config/config.toml", config.replace("top_n = 1", "top_n = 1\nmin_momentum = 9.0"));
    site.ok(&["rebalance", "--as-of", "2020-02-03", "--save"]);
    site.put("config/config.toml", config);
    let back = site.ok(&["rebalance", "--as-of", "2020-02-03", "--save"]).err;
    assert!(back.contains("saved as data/plans/2020-02-03.3.json, which counts for orders from now on"), "{back}");
}
