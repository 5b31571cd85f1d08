//! What is wrong with a file is said with its place and a next step, and nothing is lost or half-written.

use std::process::Stdio;

use crate::support::{Site, fixture};

/// A site with a year of snapshots.
fn year() -> Site {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/year.xml"]);
    site
}

/// Spoils one file of a good site; the old figures are gone from `check` and `build` refuses.
fn spoilt(file: &str, content: impl AsRef<[u8]>, expected: &str) {
    let site = year();
    site.ok(&["build"]);
    let public = site.files("public");
    site.put(file, content);
    let check = site.run(&["check", "-v"]);
    assert_eq!(check.code, 1, "{}", check.shown());
    assert!(check.out.contains(expected), "expected {expected:?} in\n{}", check.out);
    assert!(check.out.contains("next: "));
    let refused = site.refused(&["build"]);
    assert!(refused.contains("trackrecord check"), "{refused}");
    assert_eq!(site.files("public"), public, "a refused build leaves the old site");
}

const SNAPSHOT: &str = r#"{"schema":1,"date":"2024-05-06","as_of":"2024-05-06T23:00:00Z","account":"U7654321","base_currency":"USD","net_liquidation":"NAV","source":"test"}"#;

fn snapshot(nav: &str) -> String {
    SNAPSHOT.replace("NAV", nav)
}

#[test]
fn an_empty_file_is_named() {
    spoilt("data/flows.csv", "", "data/flows.csv: the file is empty");
    spoilt("data/snapshots/2024-05-06.json", "", "data/snapshots/2024-05-06.json:1:0: it is not a snapshot");
}

#[test]
fn a_truncated_file_is_named_with_its_line() {
    let site = year();
    let flows = site.read("data/flows.csv");
    spoilt("data/flows.csv", flows.trim_end(), "data/flows.csv:4: the last line is cut off");
    spoilt("data/snapshots/2024-05-06.json", &snapshot("1")[..80], "data/snapshots/2024-05-06.json:1:80");
}

#[test]
fn another_encoding_is_named_with_its_line() {
    spoilt("data/flows.csv", b"id,date\nx\xe9,1\n", "data/flows.csv:2:2: the file is not UTF-8 text");
    spoilt("content/about.md", b"caf\xe9\n", "content/about.md:1:4: the file is not UTF-8 text");
}

#[test]
fn a_worthless_account_has_no_return() {
    spoilt("data/snapshots/2024-05-06.json", snapshot("0"), "net liquidation is 0");
    spoilt("data/snapshots/2024-05-06.json", snapshot("-5"), "net liquidation is -5");
}

#[test]
fn numbers_that_are_none_are_refused() {
    for wrong in ["NaN", "inf", "1e400", ""] {
        spoilt("data/snapshots/2024-05-06.json", snapshot(wrong), "2024-05-06.json:1");
    }
    spoilt("data/snapshots/2024-05-06.json", snapshot("99999999999999999999"), "larger than any account");
}

#[test]
fn the_future_is_refused() {
    let far = snapshot("1000").replace("2024-05-06", "2999-05-06");
    spoilt("data/snapshots/2999-05-06.json", far, "2999-05-06, which has not come yet");
}

#[test]
fn a_date_twice_with_another_value_is_a_conflict() {
    let site = year();
    let stored = site.read("data/snapshots/2024-05-06.json");
    let value = stored.lines().find(|line| line.contains("net_liquidation")).unwrap();
    let other = stored.replace(value, "  \"net_liquidation\": \"77777.77\",");
    spoilt(
        "data/snapshots/2024-05-06.2.json",
        other,
        "stands here with another net value than at data/snapshots/2024-05-06.json",
    );
}

#[test]
fn a_currency_without_a_rate_is_refused() {
    let flows =
        "id,date,account,currency,amount,fx_to_base,kind,source\nx,2024-05-06,U7654321,CHF,100,,deposit,test\n";
    spoilt("data/flows.csv", flows, "data/flows.csv:2: the flow in CHF has no rate");
    spoilt("data/flows.csv", flows.replace("CHF", "Fr."), "data/flows.csv:2: `Fr.` is not a currency");
}

#[test]
fn values_in_another_currency_are_not_said_to_be_missing() {
    let site =
        Site::new("[site]\nstatus = \"live\"\n[account]\nbase_currency = \"EUR\"\n[benchmark]\nsymbol = \"\"\n");
    site.ok(&["import", "flex", "flex/activity.xml"]);
    let said = site.run(&["check"]);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert!(said.out.contains("error[base-currency]") && !said.out.contains("no net asset value"), "{}", said.out);
}

#[test]
fn a_row_with_too_few_columns_is_named() {
    let flows = "id,date,account,currency,amount,fx_to_base,kind,source\nx,2024-05-06\n";
    spoilt("data/flows.csv", flows, "data/flows.csv:2: the row has 2 columns, the header 8");
}

#[test]
fn a_note_that_cannot_be_read_is_named() {
    spoilt("content/trades/a.md", "+++\nid = 3\n+++\n", "content/trades/a.md:2: front matter");
    spoilt("content/months/january.md", "text", "content/months/january.md: `january` is not a month");
}

#[test]
fn statements_that_are_none_leave_the_site_as_it_was() {
    let whole = std::fs::read(fixture("flex/activity.xml")).unwrap();
    let cut = &whole[..whole.len() / 2];
    let latin = b"<FlexQueryResponse>\n<x a=\"\xe9\"/></FlexQueryResponse>".as_slice();
    let html = b"<html><body>Please log in</body></html>".as_slice();
    let failed = b"<FlexStatementResponse timestamp='13 October, 2020 04:17 AM EDT'><Status>Fail</Status><ErrorCode>1012</ErrorCode><ErrorMessage>Token has expired.</ErrorMessage></FlexStatementResponse>".as_slice();
    for (what, bytes) in
        [("empty", b"".as_slice()), ("cut", cut), ("latin", latin), ("html", html), ("failed", failed)]
    {
        let site = year();
        let before = site.files("data");
        site.put("statement.xml", bytes);
        let file = site.path("statement.xml").display().to_string();
        let said = site.refused(&["import", "flex", &file]);
        assert!(
            said.starts_with("error: ") && said.contains("statement.xml") && said.contains("next: "),
            "{what}: {said}"
        );
        assert_eq!(site.files("data"), before, "{what}");
    }
}

#[test]
fn a_bad_file_among_good_ones_keeps_all_out() {
    let site = Site::plain().file("bad.xml", "<FlexQueryResponse>");
    let bad = site.path("bad.xml").display().to_string();
    site.refused(&["import", "flex", "flex/activity.xml", &bad]);
    assert!(site.files("data").is_empty());
}

#[test]
fn a_folder_that_is_no_site_is_refused() {
    let site = Site::plain();
    std::fs::remove_dir_all(site.path("config")).unwrap();
    let said = site.refused(&["build"]);
    assert!(said.contains("not a site directory") && said.contains("trackrecord init"), "{said}");
}

#[test]
fn a_record_without_snapshots_says_so() {
    let site = Site::plain();
    std::fs::create_dir_all(site.path("data")).unwrap();
    assert!(site.refused(&["build"]).contains("the record has no snapshots"));
    let said = site.run(&["check"]);
    assert!(
        said.code == 1 && said.out.contains("error[not-built] there is nothing to publish yet"),
        "{}",
        said.shown()
    );
    let stats = site.ok(&["stats", "--json"]).json();
    assert_eq!(stats["observations"], 0);
    assert!(stats["returns"]["total"].is_null());
}

#[test]
fn a_window_the_wrong_way_round_is_refused() {
    let said = year().refused(&["stats", "--from", "2024-06-01", "--to", "2024-05-01"]);
    assert!(said.contains("is after"), "{said}");
}

#[test]
fn a_wrong_base_currency_is_one_finding_with_one_next_step() {
    let site =
        Site::new("[site]\nstatus = \"paper\"\n[account]\nbase_currency = \"EUR\"\n[benchmark]\nsymbol = \"\"\n");
    site.ok(&["import", "flex", "flex/activity.xml"]);
    let document = site.run(&["check", "--json"]).json();
    let findings = document["findings"].as_array().unwrap();
    let errors: Vec<_> = findings.iter().filter(|finding| finding["severity"] == "error").collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0]["kind"], "base-currency");
    assert!(errors[0]["next_step"].as_str().unwrap().contains("base_currency = \"USD\""), "{errors:#?}");
    assert!(site.refused(&["build"]).contains("6 snapshots are in USD"));
}

#[test]
fn extreme_pairs_of_numbers_are_named_and_nothing_dies_of_them() {
    let header = "exec_id,time,account,symbol,conid,asset_class,exchange,currency,side,quantity,price,multiplier,commission,\
        commission_currency,realized_pnl,fx_to_base,order_id,perm_id,order_ref,reference_price,source,cancels";
    for (numbers, expected) in [
        ("BUY,1,1,1,1000000000000000,EUR,,1000000000000000", "1000000000000000 is no rate of exchange"),
        ("BUY,100000000000000000000,100000000,1,,,,", "a number is larger than any account"),
        ("BUY,1,-5,1,,,,", "the price is below zero"),
    ] {
        let site = year();
        let row = format!("x.1.2,2024-05-06T15:00:00Z,U7654321,ABCD,,STK,ARCA,EUR,{numbers},1,910000001,,,test,");
        site.put("data/executions/2024-05-06.csv", format!("{header}\n{row}\n"));
        for command in [&["check"][..], &["stats"], &["slippage"], &["build"]] {
            let said = site.run(command);
            assert!(matches!(said.code, 0 | 1), "{command:?} ended with {}: {}", said.code, said.shown());
        }
        let said = site.run(&["check", "-v"]).shown();
        assert!(said.contains("data/executions/2024-05-06.csv:2") && said.contains(expected), "{numbers}: {said}");
    }
}

#[test]
fn what_cannot_be_true_is_not_imported() {
    for (from, to) in [("2024-", "2096-"), ("2024-", "1024-")] {
        let site = Site::plain();
        let text = std::fs::read_to_string(fixture("flex/year.xml")).unwrap();
        let path = site.path("wrong.xml");
        std::fs::write(&path, text.replace(from, to).replace("2024", &to[..4])).unwrap();
        let said = site.refused(&["import", "flex", path.to_str().unwrap()]);
        assert!(said.contains("cannot be true") && said.contains("nothing was imported"), "{said}");
        assert!(site.files("data/executions").is_empty() && site.files("data/snapshots").is_empty());
    }
}

#[test]
fn a_product_that_no_number_holds_is_an_error_and_no_crash() {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/activity.xml"]);
    let path = "data/executions/2025-06-02.csv";
    let rows = site.read(path);
    let mut lines: Vec<String> = rows.lines().map(str::to_owned).collect();
    let column = |name: &str| lines[0].split(',').position(|head| head == name).unwrap();
    let (quantity, price) = (column("quantity"), column("price"));
    let mut cells: Vec<&str> = rows.lines().nth(1).unwrap().split(',').collect();
    (cells[quantity], cells[price]) = ("999999999999999999999", "999999999999999999999");
    lines[1] = cells.join(",");
    site.put(path, lines.join("\n") + "\n");
    let check = site.run(&["check", "-v"]);
    assert_eq!(check.code, 1, "{}", check.shown());
    assert!(check.out.contains("larger than any account") && check.out.contains(path), "{}", check.shown());
}

/// Whoever opens a pipe waits for one who writes into it.
#[test]
#[cfg(unix)]
fn a_pipe_among_the_files_is_named_and_waited_for_by_nobody() {
    for (place, command) in [
        ("content/x.png", "build"),
        ("content/about.md", "check"),
        ("data/executions/2026-01-27.csv", "check"),
        ("static/x", "build"),
    ] {
        let site = year().file("static/y", "y");
        let path = site.path(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let mut child = site.command(&[command]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begin = std::time::Instant::now();
        while child.try_wait().unwrap().is_none() {
            if begin.elapsed() > std::time::Duration::from_secs(100) {
                child.kill().unwrap();
                panic!("{command} waits for {place}");
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let output = child.wait_with_output().unwrap();
        // It is no text and no picture.
        if place.starts_with("content") {
            assert!(output.status.success(), "{output:?}");
            continue;
        }
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(said.contains("neither a file nor a folder") && said.contains(place), "{command} {place}: {said}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_is_not_replaced_by_a_file() {
    use std::os::unix::fs::symlink;
    let site = year();
    site.ok(&["flow", "add", "2026-01-28", "5"]);
    let rows = site.read("data/flows.csv");
    std::fs::rename(site.path("data/flows.csv"), site.path("flows.csv")).unwrap();
    symlink("../flows.csv", site.path("data/flows.csv")).unwrap();
    let said = site.refused(&["flow", "add", "2026-01-29", "6"]);
    assert!(said.contains("flows.csv: the file is a link") && said.contains("put the file itself"), "{said}");
    assert!(site.path("data/flows.csv").is_symlink());
    assert_eq!(site.read("flows.csv"), rows);

    std::fs::create_dir(site.path("elsewhere")).unwrap();
    symlink("elsewhere", site.path("public")).unwrap();
    let said = site.refused(&["build"]);
    assert!(said.contains("the output is not a folder") && said.contains("`--out`"), "{said}");
}

#[test]
fn a_site_is_not_put_among_what_sites_are_made_from() {
    let site = year();
    for out in ["content/site", "static/a/b", "templates"] {
        let said = site.refused(&["build", "--out", site.path(out).to_str().unwrap()]);
        assert!(said.contains("the next build would read this site as a part of"), "{said}");
        assert!(!site.path(out).exists());
    }
    site.ok(&["build", "--out", site.path("contents").to_str().unwrap()]);
}
