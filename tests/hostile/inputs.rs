//! The readers and the files that they are given, with an oracle that counts rows in and out.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::NaiveDate;
use tempfile::TempDir;
use trackrecord::check::{check, own_words};
use trackrecord::collect::csv::{self, CsvSettings};
use trackrecord::collect::flex::{self, FlexSettings};
use trackrecord::collect::nav::{self, NavSettings};
use trackrecord::collect::seed::{self, SeedSettings};
use trackrecord::collect::{Batch, yahoo};
use trackrecord::config::{self, Config};
use trackrecord::publication::{Publication, redact};
use trackrecord::record::{Finding, FindingKind, PriceSymbol, Record, Severity, content, load};
use trackrecord::render::markdown::PageOf;
use trackrecord::render::tables;
use trackrecord::site::markdown::{Source, render};
use trackrecord::{Result, SiteDir};

use super::{Kind, Outcome};
use crate::statements;
use crate::support::fixture;

/// What must never be said.
const TOKEN: &str = "5551234567";

/// Every kind of input with its share.
pub fn kinds() -> Vec<Kind> {
    let mut kinds = vec![
        kind("flex", 22, flex_files(), flex_statement),
        kind("csv", 14, csv_files(), csv_table),
        kind("net values", 6, vec![NET_VALUES.into()], net_values),
        kind("yahoo", 8, below("yahoo"), yahoo_chart),
        kind("configuration", 8, vec![CONFIG.into(), TOKENS.into()], configuration),
        kind("front matter", 8, vec![NOTE.into(), POST.into()], front_matter),
        kind("markdown", 10, vec![MARKDOWN.into(), NOTE.into()], markdown),
    ];
    kinds.extend(of_folder("seed", "seed", 1, seed_folder));
    kinds.extend(of_folder("record", "schema-1", 1, record));
    kinds
}

fn kind(name: &'static str, share: usize, seeds: Vec<Vec<u8>>, read: fn(&[u8]) -> Outcome) -> Kind {
    Kind { name, seeds, share, read: Box::new(read) }
}

/// A kind for each file of a folder: that one is spoilt, the others are as they were.
fn of_folder(what: &str, folder: &str, share: usize, read: fn(&Path, &str) -> Outcome) -> Vec<Kind> {
    let root = fixture(folder);
    let files = walk(&root).into_iter().map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
    let of_file = |file: String| Kind {
        name: Box::leak(format!("{what} {file}").into_boxed_str()),
        seeds: vec![std::fs::read(root.join(&file)).unwrap()],
        share,
        read: {
            let root = root.clone();
            Box::new(move |bytes| with_file(&root, &file, bytes, |folder| read(folder, &file)))
        },
    };
    files.map(of_file).collect()
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let below = |path: PathBuf| if path.is_dir() { walk(&path) } else { vec![path] };
    entries.into_iter().flat_map(below).collect()
}

fn below(folder: &str) -> Vec<Vec<u8>> {
    walk(&fixture(folder)).iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// A copy of a folder in which one file is another one for a moment. Each thread has copies of its own.
fn with_file<T>(root: &Path, file: &str, bytes: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    thread_local! {
        static COPIES: std::cell::RefCell<std::collections::BTreeMap<PathBuf, TempDir>> = Default::default();
    }
    let copy = COPIES.with_borrow_mut(|copies| {
        copies.entry(root.to_path_buf()).or_insert_with(|| copied(root)).path().to_path_buf()
    });
    std::fs::write(copy.join(file), bytes).unwrap();
    let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(&copy)));
    std::fs::copy(root.join(file), copy.join(file)).unwrap();
    made.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn copied(root: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for path in walk(root) {
        let target = copy.path().join(path.strip_prefix(root).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(path, target).unwrap();
    }
    copy
}

/// What became of rows, by counting them.
pub fn counted(before: usize, after: usize) -> Outcome {
    if after < before { Outcome::Lost(before, after) } else { Outcome::Read }
}

/// Whether words hold one of these secrets.
pub fn without_secret(words: &str, secrets: &[&str]) -> Outcome {
    match secrets.iter().find(|secret| words.contains(**secret)) {
        Some(_) => Outcome::Leaked(words.chars().take(200).collect()),
        None => Outcome::Read,
    }
}

fn flex_files() -> Vec<Vec<u8>> {
    let mut files = below("flex/forms");
    files
        .extend(["activity.xml", "confirmations.xml"].map(|name| std::fs::read(fixture("flex").join(name)).unwrap()));
    files.push(statements::trades(5).into());
    files.push(statements::dividends(5).into());
    files
}

fn flex_statement(bytes: &[u8]) -> Outcome {
    let settings = FlexSettings {
        account: None,
        time_zone: chrono_tz::America::New_York,
        zones: None,
        cash: None,
        base_currency: Some("USD".parse().unwrap()),
    };
    let Ok(batch) = flex::parse(Path::new("a.xml"), bytes, &settings) else { return Outcome::Refused };
    let text = String::from_utf8_lossy(bytes);
    // Of what is commented out, nothing is a row.
    if text.contains("<!") {
        return Outcome::Read;
    }
    let elements = |name: &str| {
        let start = format!("<{name}");
        let starts = text.match_indices(&start).map(|(at, start)| at + start.len());
        starts.filter(|at| text[*at..].starts_with([' ', '\n', '\r', '\t', '/', '>'])).count()
    };
    let left_out = |kinds: &[&str]| -> usize {
        let of_kinds = batch.skipped.iter().filter(|skipped| kinds.contains(&skipped.kind.as_str()));
        of_kinds.map(|skipped| skipped.count).sum()
    };
    let trades = ["Trade", "TradeConfirm"];
    let trade_rows: usize = trades.iter().map(|name| elements(name)).sum();
    let cash = ["CashTransaction"];
    match counted(trade_rows, batch.executions.len() + left_out(&trades)) {
        Outcome::Read => {
            counted(elements(cash[0]), batch.flows.len() + batch.income.len() + batch.actions.len() + left_out(&cash))
        }
        lost => lost,
    }
}

fn csv_files() -> Vec<Vec<u8>> {
    vec![std::fs::read(fixture("csv/fills.csv")).unwrap(), FILLS.into(), statements::table(6).into()]
}

const FILLS: &str = "Date/Time;Ticker;B/S;Qty;Fill;Fee;Ccy;exec_id;account\n27.01.2026 14:30:05;ABC;B;1.000;12,50;1,25;EUR;a1;\n\
                     27.01.2026 15:01:00;ABC;S;40;1.012,75;-1,00;EUR;a2;\n\n28.01.2026 09:00:10;XYZ;B;5;201,10;0;EUR;a3;\n";

fn csv_table(bytes: &[u8]) -> Outcome {
    let mapped = "[csv.columns]\ntime = \"Date/Time\"\nsymbol = \"Ticker\"\nside = \"B/S\"\nquantity = \"Qty\"\nprice = \"Fill\"\n\
                  commission = \"Fee\"\ncurrency = \"Ccy\"\n";
    let text = String::from_utf8_lossy(bytes);
    let config = config::parse(if text.contains("Ticker") { mapped } else { "" }, Path::new("config.toml")).unwrap();
    let settings = CsvSettings { import: &config.csv, account: None, base_currency: "EUR".parse().unwrap() };
    match csv::parse(Path::new("a.csv"), bytes, &settings) {
        Ok(batch) => table_rows(&text, &batch, batch.executions.len()),
        Err(_) => Outcome::Refused,
    }
}

/// Rows of a table: what follows its head, as long as no quotation mark lets a line go on.
fn table_rows(text: &str, batch: &Batch, made: usize) -> Outcome {
    if text.contains(['"', '\r', '\0']) {
        return Outcome::Read;
    }
    // A line with some of the names is no head yet: another one may follow with all of them.
    let heads: &[&[&str]] = match text.contains("Ticker") {
        true => &[&["Ticker", "Date/Time", "B/S", "Qty", "Fill"]],
        false => &[&["symbol", "time", "quantity", "price"], &["value"]],
    };
    let cells = |line: &str| line.split([',', ';', '\t']).map(|cell| cell.trim().to_lowercase()).collect::<Vec<_>>();
    let is_head =
        |line: &str| heads.iter().any(|names| names.iter().all(|name| cells(line).contains(&name.to_lowercase())));
    let has_cells = |line: &&str| !line.trim_matches([',', ';', '\t', ' ']).is_empty();
    // What stands above the head is no row: brokers write titles there.
    let rows = text.lines().skip_while(|line| !is_head(line)).skip(1).filter(has_cells).count();
    counted(rows, made + batch.skipped_rows())
}

const NET_VALUES: &str = "date,value,currency\n2026-01-27,105000.50,USD\n2026-01-28,105100.00,USD\n2026-01-29,104900.25,USD\n\
                          2026-01-30,106000,USD\n";

fn net_values(bytes: &[u8]) -> Outcome {
    let settings = NavSettings {
        columns: std::collections::BTreeMap::new(),
        delimiter: None,
        decimal_mark: None,
        order: None,
        account: None,
        base_currency: "USD".parse().unwrap(),
    };
    match nav::parse(Path::new("a.csv"), bytes, &settings) {
        Ok(batch) => table_rows(&String::from_utf8_lossy(bytes), &batch, batch.snapshots.len()),
        Err(_) => Outcome::Refused,
    }
}

fn yahoo_chart(bytes: &[u8]) -> Outcome {
    let asked = ["EURUSD=X", "EAST.JK", "NULL.DE", "0P0000TEST", "TIME", "PNCE.L", "SPLT"].map(PriceSymbol::new);
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    let is_read = asked.iter().any(|symbol| yahoo::bars(bytes, symbol, now).is_ok());
    if is_read { Outcome::Read } else { Outcome::Refused }
}

const CONFIG: &str = include_str!("../../config/config.example.toml");
const TOKENS: &str = "[site]\ntitle = \"A\"\nstatus = \"live\"\n[account]\nid = \"U7654321\"\n[flex]\ntoken = \"5551234567\"\nquery_id = \"77\"\n\
                      [ibkr]\nport = 7497\n[analysis]\nrisk_free = 0.02\nflow_timing = \"start\"\n[privacy]\nmode = \"relative\"\n";

fn configuration(bytes: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(bytes) else { return Outcome::Refused };
    match config::parse(text, Path::new("local.toml")) {
        Ok(_) => Outcome::Read,
        Err(error) => match without_secret(&format!("{error} {:?}", error.next_step()), &[TOKEN]) {
            Outcome::Read => Outcome::Refused,
            leaked => leaked,
        },
    }
}

const NOTE: &str = "+++\nid = \"a\"\nsymbol = \"SXLK\"\ncreated_at = 2026-01-27T14:30:00Z\norder = \"12\"\nexec_ids = [\"1\", \"2\"]\n[pre_trade]\n\
                    side = \"BUY\"\nthesis = \"Top **sector**\"\nintended_entry = 188.25\n[post_trade]\ncompleted_at = 2026-01-28T14:30:00Z\n\
                    outcome = \"Filled\"\nmatched_expectation = true\n+++\n# Why\n\nBecause.\n";
const POST: &str = "---\ntitle: \"A post\"\ndate: 2026-01-27\ntags: [a, \"b c\"]\nsummary: What it says\ndraft: false\n---\n# A post\n\nText.\n";
const MARKDOWN: &str = "# One\n\nText with `code`, *stress*, [a link](about.md#one), ![a picture](x.png) and {{ stat:sharpe }}.\n\n\
                        > [!NOTE]\n> Note.\n\n- [ ] open\n- [x] done\n\n| a | b |\n|--:|:--|\n| 1 | 2 |\n\nSaid[^1].\n\n[^1]: There.\n\n\
                        {{ chart:equity from=2025-06 }}\n\n```rust\nfn main() {}\n```\n\n<div>raw</div>\n\n1. one\n   - two\n     > three\n";

fn front_matter(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes);
    let note = content::annotation(&text, Path::new("content/trades/a.md"));
    let document = content::document(&text, Path::new("content/posts/a.md")).and_then(content::post);
    // A note that was read says the same when it is written and read again.
    if let Ok(note) = &note
        && let Ok(written) = content::written(note)
    {
        let again = content::annotation(&written, Path::new("content/trades/a.md"));
        let is_same = again.is_ok_and(|again| again.body == note.body && again.pre_trade == note.pre_trade);
        return if is_same { Outcome::Read } else { Outcome::Lost(1, 0) };
    }
    if document.is_ok() { Outcome::Read } else { Outcome::Refused }
}

/// What is published of the undisturbed record.
static PUBLICATION: LazyLock<Publication> = LazyLock::new(|| {
    let (record, config) = loaded(&fixture("schema-1"));
    redact(&record, &config).unwrap()
});

fn markdown(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes);
    let Ok(document) = content::document(&text, Path::new("content/about.md")) else { return Outcome::Refused };
    let publication = &*PUBLICATION;
    let page_of = PageOf::from([("about.md".to_owned(), "about/index.html".to_owned())]);
    let source = Source {
        text: &document.body,
        path: &document.path,
        first_line: document.body_line,
        page: "about/index.html",
        below: 1,
        lines: true,
        publication,
    };
    match render(&source, &page_of) {
        Ok(_) => Outcome::Read,
        Err(_) => Outcome::Refused,
    }
}

fn seed_folder(folder: &Path, file: &str) -> Outcome {
    let settings = SeedSettings { account: None, base_currency: "USD".parse().unwrap() };
    let Ok(batch) = seed::parse(folder, &settings) else { return Outcome::Refused };
    if !file.ends_with(".csv") {
        return Outcome::Read;
    }
    let text = String::from_utf8_lossy(&std::fs::read(folder.join(file)).unwrap()).into_owned();
    table_rows(&text, &batch, batch.executions.len())
}

fn today() -> NaiveDate {
    "2026-03-01".parse().unwrap()
}

fn loaded(root: &Path) -> (Record, Config) {
    let site = SiteDir::new(root);
    let config = config::load(&site, []).unwrap();
    (load::load(&site, &config, today()), config)
}

/// How many fills are stored, by their ids: rows of one id complete each other.
fn stored_fills(root: &Path) -> Option<usize> {
    let mut rows = std::collections::BTreeSet::new();
    for path in walk(&root.join("data/executions")) {
        let text = std::fs::read_to_string(path).ok().filter(|text| !text.contains(['"', '\r']))?;
        let ids = text.lines().skip(1).filter(|line| !line.trim().is_empty());
        rows.extend(ids.map(|line| line.split(',').next().unwrap_or_default().trim().to_owned()));
    }
    Some(rows.len())
}

/// How many fills the undisturbed record has, stored and read.
static UNDISTURBED: LazyLock<(usize, usize)> = LazyLock::new(|| {
    let (record, _) = loaded(&fixture("schema-1"));
    (stored_fills(&fixture("schema-1")).unwrap(), record.executions.len() + record.superseded.len())
});

/// Loads a site, looks at it and computes all that is published.
fn record(root: &Path, file: &str) -> Outcome {
    let made: Result<Outcome> = (|| {
        let site = SiteDir::new(root);
        let config = config::load(&site, [])?;
        let record = load::load(&site, &config, today());
        let findings = check(&record, &config);
        own_words::findings(root, &record, &config);
        let published = redact(&record, &config);
        let is_wrong = |finding: &Finding| finding.severity == Severity::Error;
        let Some(publication) = published.ok().filter(|_| !record.findings.iter().any(is_wrong)) else {
            return Ok(Outcome::Refused);
        };
        // Findings are for the owner alone; tables are for everybody.
        for table in tables::all(&publication) {
            let text = String::from_utf8_lossy(&table.csv()?).into_owned();
            if let Outcome::Leaked(words) = without_secret(&text, &["U7654321", "DU1234567"]) {
                return Ok(Outcome::Leaked(words));
            }
        }
        let is_of_rows = |kind: FindingKind| {
            matches!(
                kind,
                FindingKind::Conflict
                    | FindingKind::TwoAccounts
                    | FindingKind::Restated
                    | FindingKind::CancelsNothing
                    | FindingKind::Misplaced
            )
        };
        if findings.iter().any(|finding| is_of_rows(finding.kind)) {
            return Ok(Outcome::Read);
        }
        match file.contains("executions").then(|| stored_fills(root)).flatten() {
            // One fill may be stored twice under other names, so that only as many as before are as many afterwards.
            Some(rows) if rows == UNDISTURBED.0 => {
                Ok(counted(UNDISTURBED.1, record.executions.len() + record.superseded.len()))
            }
            _ => Ok(Outcome::Read),
        }
    })();
    made.unwrap_or(Outcome::Refused)
}
