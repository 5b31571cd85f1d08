//! The commands that are killed, each on a site of its own.

use std::path::Path;

use super::seen::{PAGES, begun, noted, published};
use super::{Trial, peers, proofs, run};
use crate::repository::git;

pub fn write(root: &Path, below: &str, text: &str) {
    let path = root.join(below);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

pub const CONFIG: &str =
    "[site]\nstatus = \"live\"\ntitle = \"One\"\n[account]\nbase_currency = \"USD\"\n[benchmark]\nsymbol = \"\"\n";

/// A site with a few days in it.
pub fn short(root: &Path) {
    write(root, "config/config.toml", CONFIG);
    let said = run(root, &["import", "flex", "flex/activity.xml"].map(str::to_owned));
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

pub fn built(root: &Path) {
    short(root);
    let said = run(root, &["build".to_owned()]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    write(root, "config/config.toml", &CONFIG.replace("One", "Two"));
    write(root, "content/about.md", "# About\n\nWords.\n");
}

/// A site with a rule, and closes to rank and to size by.
fn with_rule(root: &Path) {
    short(root);
    let rule = "[[strategy]]\nrule = \"fixed_weights\"\nuniverse = [{ symbol = \"ABCD\" }, { symbol = \"EFGH\" }]\n";
    write(root, "config/config.toml", &format!("{CONFIG}{rule}"));
    for symbol in ["ABCD", "EFGH"] {
        let days = ["05-28", "05-29", "05-30", "06-02", "06-03", "06-04", "06-05"];
        let rows: String = days.iter().map(|day| format!("2025-{day},,,,95.39,95.39,,USD\n")).collect();
        let head = "date,open,high,low,close,adj_close,volume,currency\n";
        write(root, &format!("data/prices/{symbol}.csv"), &format!("{head}{rows}"));
    }
}

/// A site that is ready to be published, with a repository to publish to.
fn with_pages(root: &Path) {
    short(root);
    std::fs::create_dir(root.join(PAGES)).unwrap();
    git(&root.join(PAGES), &["init", "--quiet", "--bare"]);
}

/// A job that has been due since New Year.
fn with_job(root: &Path) {
    with_pages(root);
    let job = "[[job]]\nname = \"pages\"\ncron = \"0 0 1 1 *\"\nzone = \"UTC\"\nrun = [\"check\", \"build\", \"publish\"]\n";
    write(root, "config/config.toml", &format!("{CONFIG}{job}"));
}

/// A record whose log has been begun, and days that are not in it yet.
fn with_log(root: &Path) {
    short(root);
    for arguments in [["proof", "init", "--quiet"], ["import", "flex", "flex/year.xml"]] {
        let said = run(root, &arguments.map(str::to_owned));
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }
}

/// Two rows that say different things of one fill.
fn with_contradiction(root: &Path) {
    short(root);
    let path = "data/executions/2025-06-02.csv";
    let rows = std::fs::read_to_string(root.join(path)).unwrap();
    let other = rows.lines().nth(1).unwrap().replace(",93.95,", ",39.95,");
    write(root, path, &format!("{rows}{other}\n"));
}

/// By what name `resolve` knows them, which is the same on every site.
fn contradiction() -> String {
    let site = tempfile::tempdir().unwrap();
    with_contradiction(site.path());
    let listed = run(site.path(), &["resolve", "--json"].map(str::to_owned));
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    listed["contradictions"][0]["id"].as_str().unwrap().to_owned()
}

pub fn trials() -> Vec<Trial> {
    let mut trials = alone();
    trials.extend(peers::trials());
    trials.extend(proofs::trials());
    trials
}

/// Commands that ask nobody.
fn alone() -> Vec<Trial> {
    let empty = |root: &Path| write(root, "config/config.toml", CONFIG);
    let mapped = |root: &Path| {
        let columns = "[csv.columns]\ntime = \"Date/Time\"\nsymbol = \"Ticker\"\nside = \"B/S\"\nquantity = \"Qty\"\nprice = \"Fill\"\n\
                       commission = \"Fee\"\ncurrency = \"Ccy\"\n";
        write(root, "config/config.toml", &format!("{CONFIG}{columns}"));
    };
    vec![
        Trial::new("import flex", true, &["import", "flex", "flex/year.xml", "flex/activity.xml"], empty),
        Trial::new("import flex again", true, &["import", "flex", "flex/year.xml"], short),
        Trial::new("import csv", true, &["import", "csv", "csv/fills.csv"], mapped),
        Trial::new("import seed", true, &["import", "seed", "seed"], empty),
        Trial::new("flow add", false, &["flow", "add", "2025-06-05", "1000", "--again"], short),
        Trial::new("build", true, &["build"], built),
        Trial::new("build anew", true, &["build"], |root| {
            built(root);
            std::fs::remove_dir_all(root.join("public")).unwrap();
            std::fs::remove_dir_all(root.join(".cache")).unwrap();
        }),
        Trial::new("report", true, &["report", "2025-06", "--out", "ROOT/june.pdf"], short),
        Trial::new("init", true, &["init", "ROOT/new", "--account", "U7654321"], empty),
        Trial::seen(
            "annotate",
            noted,
            false,
            &["annotate", "new", "--symbol", "ABCD", "--side", "buy", "--thesis", "Why."],
            short,
        ),
        Trial::new("action", true, &["action", "add", "2025-06-04", "ABCD", "split", "2:1"], short),
        Trial::new("resolve", true, &["resolve", &contradiction(), "--keep", "1"], with_contradiction),
        Trial::new("signal", true, &["signal", "--as-of", "2025-06-05"], with_rule),
        Trial::seen("rebalance", noted, false, &["rebalance", "--save", "--as-of", "2025-06-06"], with_rule),
        Trial::seen("proof init", begun, true, &["proof", "init"], short),
        Trial::new("build with a log", true, &["build"], with_log),
        Trial::seen("publish", published, true, &["publish"], with_pages),
        Trial::seen("schedule due", published, true, &["schedule", "due"], with_job),
    ]
}
