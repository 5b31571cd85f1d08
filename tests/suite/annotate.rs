//! Notes on orders, by options and by answers on a real terminal.

use rexpect::session::{PtySession, spawn_command};

use crate::support::Site;

const COLUMNS: &str = "exec_id,time,account,symbol,conid,asset_class,exchange,currency,side,quantity,price,multiplier,commission,commission_currency,realized_pnl,fx_to_base,order_id,perm_id,order_ref,reference_price,source,cancels\n";

/// A plan of today: sell 100 SXLU, buy 160 SXLK.
fn planned() -> Site {
    let today = chrono::Utc::now().date_naive();
    let trade = |action: &str, ticker: &str, shares: u32, price: f64, before: f64, after: f64| {
        format!(
            "{{\"symbol\":\"{ticker}.L\",\"ticker\":\"{ticker}\",\"name\":\"\",\"action\":\"{action}\",\"shares\":{shares},\
             \"reference_price\":{price},\"reference_date\":\"{today}\",\"currency\":\"USD\",\"notional_base\":1,\
             \"current_weight\":{before},\"target_weight\":{after},\"weight_after\":{after}}}"
        )
    };
    let plan = format!(
        "{{\"strategy\":\"momentum\",\"as_of\":\"{today}\",\"formation\":\"2020-01\",\"snapshot\":\"{today}\",\"nav\":100000,\
         \"base_currency\":\"USD\",\"threshold\":0.02,\"trades\":[{},{}],\"unchanged\":[],\"cash_after\":1,\"notes\":[]}}",
        trade("SELL", "SXLU", 100, 40.5, 0.0405, 0.0),
        trade("BUY", "SXLK", 160, 188.25, 0.0, 0.3)
    );
    Site::plain().file(&format!("data/plans/{today}.json"), plan)
}

/// The program on a pseudo-terminal of its own.
fn on_a_terminal(site: &Site, arguments: &[&str]) -> PtySession {
    let mut command = site.command(arguments);
    command
        .env("EDITOR", "sh -c 'printf \"Written in an editor.\\n\" > \"$0\"'")
        .env_remove("VISUAL")
        .env("TERM", "xterm");
    spawn_command(command, Some(10_000)).unwrap()
}

fn only_note(site: &Site) -> String {
    let files = site.files("content/trades");
    assert_eq!(files.len(), 1, "{:?}", files.keys());
    String::from_utf8(files.into_values().next().unwrap()).unwrap()
}

#[test]
fn a_script_writes_completes_and_lists_a_note() {
    let site = Site::plain();
    let said = site.ok(&[
        "annotate",
        "new",
        "--symbol",
        "SXLK",
        "--side",
        "buy",
        "--thesis",
        "Top sector",
        "--intended-entry",
        "188.00",
        "--rationale",
        "A third",
        "--exit-plan",
        "Next rebalance",
    ]);
    let path = said.out.trim();
    let id = path.trim_start_matches("content/trades/").trim_end_matches(".md");
    let text = site.read(path);
    for line in [
        "symbol = \"SXLK\"",
        "side = \"BUY\"",
        "thesis = \"Top sector\"",
        "intended_entry = 188.0\n",
        "exit_plan = \"Next rebalance\"",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(site.ok(&["annotate", "list", "--json"]).json()["notes"][0]["state"], "planned");
    // Filled just now, at 188.25.
    let now = chrono::Utc::now() + chrono::TimeDelta::seconds(2);
    let row = format!(
        "e1.01,{},U1234567,SXLK,,STK,LSEETF,USD,BUY,10,188.25,1,4,USD,,1,,7,,,tws,\n",
        now.format("%Y-%m-%dT%H:%M:%SZ")
    );
    site.put(&format!("data/executions/{}.csv", now.date_naive()), format!("{COLUMNS}{row}"));
    assert_eq!(site.ok(&["annotate", "list", "--json"]).json()["notes"][0]["state"], "matched");
    site.ok(&["annotate", "complete", id, "--matched", "yes", "--lesson", "Limit orders work"]);
    let done = site.read(path);
    assert!(done.starts_with(text.strip_suffix("+++\n").unwrap()), "the first half stays as it was\n{done}");
    assert!(
        done.contains("outcome = \"Filled at 188.25 USD on ") && done.contains("13.3 bps worse than intended\""),
        "{done}"
    );
    assert!(done.contains("matched_expectation = true\nlesson = \"Limit orders work\"\n+++\n"), "{done}");
    let list = site.ok(&["annotate", "list"]).out;
    assert!(list.contains(id) && list.contains("BUY  SXLK  completed"), "{list}");
    assert!(site.refused(&["annotate", "complete", id, "--outcome", "x"]).contains("completed already"));
    assert_eq!(site.read(path), done);
}

#[test]
fn a_script_that_leaves_something_out_is_told() {
    let site = Site::plain();
    assert!(site.refused(&["annotate", "new"]).contains("--symbol"));
    assert!(site.refused(&["annotate", "new", "--symbol", "SXLK"]).contains("--side"));
    assert!(
        site.refused(&["annotate", "new", "--symbol", "X", "--side", "buy", "--intended-entry", "0"])
            .contains("not above zero")
    );
    assert!(site.refused(&["annotate", "new", "--from-plan"]).contains("rebalance --save"));
    assert!(site.refused(&["annotate", "complete"]).contains("every note is completed"));
    assert!(site.files("content/trades").is_empty());
}

#[test]
fn a_note_for_each_planned_trade_and_none_twice() {
    let site = planned();
    let said = site.ok(&["annotate", "new", "--from-plan", "--exit-plan", "Next rebalance"]).out;
    assert_eq!(said.lines().count(), 2, "{said}");
    let purchase = site.read(said.lines().find(|path| path.contains("sxlk")).unwrap());
    assert!(purchase.contains("intended_entry = 188.25") && purchase.contains("side = \"BUY\""), "{purchase}");
    assert!(purchase.contains("From 0.0 % to 30.0 % of the account; target 30.0 %."), "{purchase}");
    assert!(site.refused(&["annotate", "new", "--from-plan"]).contains("no planned trade without a note"));
}

#[test]
fn a_planned_trade_gets_no_second_note_before_it_is_done() {
    let site = planned();
    let of = |symbol: &'static str, side: &'static str| ["annotate", "new", "--symbol", symbol, "--side", side];
    let first = site.ok(&of("SXLK", "buy")).out.trim().to_owned();
    let said = site.refused(&of("SXLK", "buy"));
    let id = first.trim_start_matches("content/trades/").trim_end_matches(".md");
    for words in [&first, "the planned purchase of SXLK has a note already", &format!("annotate complete {id}")] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let mut session = on_a_terminal(&site, &["annotate", "new", "--symbol", "SXLK"]);
    session.exp_string("Side").unwrap();
    session.send("\r").unwrap();
    session.flush().unwrap();
    session.exp_string("has a note already").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(site.files("content/trades").len(), 1);
    // The other side is no planned trade, and after the fill another purchase is one of its own.
    site.ok(&of("SXLK", "sell"));
    let now = chrono::Utc::now() + chrono::TimeDelta::seconds(2);
    let row = format!(
        "e1.01,{},U1234567,SXLK,,STK,LSEETF,USD,BUY,160,188.25,1,4,USD,,1,,7,,,tws,\n",
        now.format("%Y-%m-%dT%H:%M:%SZ")
    );
    site.put(&format!("data/executions/{}.csv", now.date_naive()), format!("{COLUMNS}{row}"));
    site.ok(&of("SXLK", "buy"));
    assert_eq!(site.files("content/trades").len(), 3);
}

#[test]
fn a_trader_answers_at_the_terminal() {
    let site = planned();
    let mut session = on_a_terminal(&site, &["annotate", "new"]);
    session.exp_string("Which trade").unwrap();
    session.exp_string("SXLK").unwrap();
    // Down to the purchase, and enter.
    session.send("j\r").unwrap();
    session.flush().unwrap();
    session.exp_string("Why").unwrap();
    session.send_line("Best of nine").unwrap();
    session.exp_string("Intended price").unwrap();
    session.send_line("nonsense").unwrap();
    session.exp_string("write a price above zero").unwrap();
    session.exp_string("Intended price").unwrap();
    session.send_line("188.40").unwrap();
    session.exp_string("Why this size").unwrap();
    session.send_line("").unwrap();
    session.exp_string("When to get out").unwrap();
    session.send_line("At the next rebalance").unwrap();
    session.exp_string("Write more in your editor?").unwrap();
    session.send("n").unwrap();
    session.flush().unwrap();
    session.exp_string("content/trades/").unwrap();
    session.exp_eof().unwrap();
    let note = only_note(&site);
    for line in [
        "symbol = \"SXLK\"",
        "side = \"BUY\"",
        "thesis = \"Best of nine\"",
        "intended_entry = 188.4\n",
        "From 0.0 % to 30.0 %",
        "exit_plan = \"At the next rebalance\"",
    ] {
        assert!(note.contains(line), "{line}\n{note}");
    }
    let mut session = on_a_terminal(&site, &["annotate", "complete"]);
    session.exp_string("Which note").unwrap();
    session.send("\r").unwrap();
    session.flush().unwrap();
    session.exp_string("What came of it").unwrap();
    session.send_line("Filled late").unwrap();
    session.exp_string("As expected?").unwrap();
    session.send("n").unwrap();
    session.flush().unwrap();
    session.exp_string("Lesson").unwrap();
    session.send_line("Be earlier").unwrap();
    session.exp_eof().unwrap();
    let note = only_note(&site);
    assert!(
        note.contains("outcome = \"Filled late\"\nmatched_expectation = false\nlesson = \"Be earlier\"\n+++\n"),
        "{note}"
    );
}

#[test]
fn the_text_below_comes_from_the_editor() {
    let site = Site::plain();
    let mut session = on_a_terminal(
        &site,
        &[
            "annotate",
            "new",
            "--symbol",
            "GLD",
            "--side",
            "sell",
            "--thesis",
            "Enough",
            "--rationale",
            "All",
            "--exit-plan",
            "None",
            "--edit",
        ],
    );
    session.exp_string("Intended price").unwrap();
    session.send_line("").unwrap();
    session.exp_string("content/trades/").unwrap();
    session.exp_eof().unwrap();
    let note = only_note(&site);
    assert!(note.ends_with("+++\nWritten in an editor.\n") && !note.contains("intended_entry"), "{note}");
}

#[test]
fn a_question_that_is_not_answered_writes_nothing() {
    let site = planned();
    let mut session = on_a_terminal(&site, &["annotate", "new"]);
    session.exp_string("Which trade").unwrap();
    session.send_control('c').unwrap();
    session.flush().unwrap();
    let _ = session.exp_eof();
    assert!(site.files("content/trades").is_empty());
}
