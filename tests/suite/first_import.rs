//! Whose account it is: asked, proposed by the first statement, and held against what is said.

use crate::support::{Site, fixture};

const EXAMPLE: &str = include_str!("../../config/config.example.toml");

/// A site as `init` leaves it where nobody is there to answer, without a benchmark.
fn new_site() -> Site {
    Site::new(&EXAMPLE.replace("symbol = \"^GSPC\"", "symbol = \"\""))
}

#[test]
fn the_first_statement_proposes_what_it_knows_and_writes_it_on_yes() {
    let site = new_site();
    let said = site.ok(&["import", "flex", "flex/activity.xml"]).err;
    for proposed in ["[site] status = \"live\"", "[account] base_currency = \"USD\"", "[account] id = \"U7654321\""] {
        assert!(said.contains(proposed), "{said}");
    }
    let before = site.read("config/config.toml");
    assert!(site.refused(&["build"]).contains("does not say whether this is real money"));
    // That it is real money is not said yet.
    assert_eq!(site.run(&["check"]).code, 1);
    site.ok(&["stats"]);

    site.ok(&["import", "flex", "flex/activity.xml", "--yes"]);
    let after = site.read("config/config.toml");
    assert!(after.contains("\nstatus = \"live\"\n") && after.contains("\nbase_currency = \"USD\"\n"), "{after}");
    let kept: Vec<&str> = before.lines().filter(|line| *line != "status = \"\"").collect();
    let kept: Vec<&str> = kept.into_iter().filter(|line| *line != "# base_currency = \"EUR\"").collect();
    assert!(kept.iter().all(|line| after.contains(line)), "no other line is touched");
    assert!(!after.contains("# base_currency"), "the example has become the key");
    assert!(!after.contains("U7654321") && site.read("config/local.toml").contains("id = \"U7654321\""));
    // Its owner may look at it before its pages are written.
    site.put("content/about.md", "+++\ntitle = \"About\"\n+++\n\n[Fill in: who you are.]\n");
    site.ok(&["build"]);
    assert!(site.read("public/about/index.html").contains("[Fill in: who you are.]"));
    assert!(!site.ok(&["import", "flex", "flex/activity.xml"]).err.contains("the statement says"));
}

#[test]
fn a_status_that_the_account_contradicts_stops_the_build_and_nothing_else() {
    let text = std::fs::read_to_string(fixture("flex/activity.xml")).unwrap();
    for (status, account, expected) in
        [("paper", "U7654321", "data of a live account"), ("live", "DU7654321", "data of a paper account")]
    {
        let site = Site::new(&format!("[site]\nstatus = \"{status}\"\n[benchmark]\nsymbol = \"\"\n"));
        site.put("a.xml", text.replace("U7654321", account));
        site.ok(&["import", "flex", site.path("a.xml").to_str().unwrap()]);
        assert!(site.refused(&["build"]).contains(expected), "{status} {account}");
        site.ok(&["stats"]);
    }
}

#[test]
fn check_does_not_end_well_where_nothing_would_be_built() {
    let site =
        Site::new("[benchmark]\nsymbol = \"\"\n").file("v.csv", "date,value\n2026-01-05,10000\n2026-01-06,10100\n");
    let file = site.path("v.csv").to_str().unwrap().to_owned();
    site.ok(&["import", "nav", &file]);
    let said = site.run(&["check"]);
    assert!(said.code == 1 && said.out.contains("status-unset"), "{}", said.shown());
    site.refused(&["build"]);
    site.put("config/config.toml", "[site]\nstatus = \"paper\"\n[benchmark]\nsymbol = \"\"\n");
    site.ok(&["check"]);
    site.ok(&["build"]);
}

#[test]
fn init_writes_what_it_is_given_and_leaves_the_rest_open() {
    let site = Site::new("");
    let root = |name: &str| site.path(name).to_str().unwrap().to_owned();
    site.ok(&["init", &root("open")]);
    let open = site.read("open/config/config.toml");
    assert!(open.contains("\nstatus = \"\"\n") && open.contains("# base_currency = "), "{open}");
    assert!(!site.path("open/config/local.toml").exists());
    let given = ["--status", "live", "--currency", "EUR", "--exchange", "XETR", "--account", "U7654321"];
    let more = [
        "--name",
        "A. Trader",
        "--benchmark",
        "^GDAXI",
        "--benchmark-kind",
        "total",
        "--publish-to",
        "git@example.org:pages.git",
    ];
    site.ok(&[&["init", &root("given")][..], &given, &more].concat());
    let config = site.read("given/config/config.toml");
    for line in [
        "status = \"live\"",
        "base_currency = \"EUR\"",
        "exchange = \"XETR\"",
        "author = \"A. Trader\"",
        "kind = \"total\"",
    ] {
        assert!(config.lines().any(|found| found == line), "{line}: {config}");
    }
    for line in ["symbol = \"^GDAXI\"", "name = \"^GDAXI\"", "remote = \"git@example.org:pages.git\""] {
        assert!(config.lines().any(|found| found == line), "{line}: {config}");
    }
    site.ok(&["init", &root("alone"), "--benchmark", ""]);
    let alone = site.read("alone/config/config.toml");
    assert!(alone.contains("symbol = \"\"\n") && alone.contains("name = \"S&P 500\"\n"), "{alone}");
    assert_eq!(site.read("given/config/local.toml"), "[account]\nid = \"U7654321\"\n");
    assert!(site.refused(&["init", &root("wrong"), "--exchange", "NYC"]).contains("market identifier code"));
}
