//! How the time of the commands grows with what they are given: twice the record, twice the time. Fails where it grows
//! faster than [`ALLOWED`]. It runs the program itself on records that it makes up. Time is what the program computes, where the
//! system says so: what else the machine does adds little to it.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};

/// The largest exponent that is still called linear: 1 is exactly linear, 2 quadratic.
const ALLOWED: f64 = 1.2;
/// How much longer the long run's input is.
const FACTOR: usize = 4;
/// Of so many runs the fastest counts: what else the machine does can only add.
const RUNS: usize = 3;

/// Something that a record can have more of.
struct Growth {
    name: &'static str,
    /// The size of the short run; the long one has [`FACTOR`] times as much.
    size: usize,
    /// Fills an empty folder with so much of it.
    fill: fn(&Path, usize),
    /// The command whose time is taken.
    command: &'static [&'static str],
}

const GROWTHS: [Growth; 12] = [
    Growth { name: "fills imported", size: 10_000, fill: trades, command: &["import", "flex", "statement.xml"] },
    Growth { name: "rows left out", size: 10_000, fill: twice, command: &["import", "flex", "statement.xml"] },
    Growth {
        name: "lines of a table again",
        size: 20_000,
        fill: table_again,
        command: &["import", "csv", "fills.csv"],
    },
    Growth {
        name: "dividends imported",
        size: 5_000,
        fill: dividends,
        command: &["import", "flex", "statement.xml"],
    },
    Growth { name: "notes on as many fills", size: 1_000, fill: notes, command: &["check"] },
    Growth { name: "headings of a page", size: 8_000, fill: headings, command: &["build"] },
    Growth {
        name: "symbols ranked",
        size: 100,
        fill: symbols,
        command: &["signal", "--as-of", "2020-12-31", "--json"],
    },
    Growth { name: "years of snapshots", size: 8, fill: years, command: &["stats"] },
    Growth { name: "years built", size: 2, fill: years, command: &["build"] },
    Growth { name: "years recorded", size: 8, fill: years, command: &["proof", "init"] },
    Growth { name: "years verified", size: 8, fill: recorded, command: &["verify", "public"] },
    Growth { name: "strategies", size: 5, fill: strategies, command: &["backtest", "--json"] },
];

fn main() -> ExitCode {
    let mut failed = false;
    println!("{:<24} {:>16} {:>16} {:>9}", "", "short", "long", "exponent");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part));
    for growth in GROWTHS.iter().filter(|growth| is_wanted(growth.name)) {
        let (short, long) = (growth.time(growth.size), growth.time(growth.size * FACTOR));
        let exponent = (long.as_secs_f64() / short.as_secs_f64()).ln() / (FACTOR as f64).ln();
        let cell = |size: usize, time: Duration| format!("{size}: {:.0} ms", time.as_secs_f64() * 1e3);
        let (short, long) = (cell(growth.size, short), cell(growth.size * FACTOR, long));
        let verdict = if exponent > ALLOWED { "  grows too fast" } else { "" };
        println!("{:<24} {short:>16} {long:>16} {exponent:>9.2}{verdict}", growth.name);
        failed |= exponent > ALLOWED;
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

impl Growth {
    /// The fastest run of the command at this size, each in a new folder.
    fn time(&self, size: usize) -> Duration {
        (0..RUNS).map(|_| self.run(size)).min().unwrap()
    }

    fn run(&self, size: usize) -> Duration {
        let folder = tempfile::tempdir().unwrap();
        (self.fill)(folder.path(), size);
        let (start, before) = (Instant::now(), computed());
        run(folder.path(), self.command);
        computed().zip(before).map_or_else(|| start.elapsed(), |(after, before)| after - before)
    }
}

/// How long all programs have computed that this one has waited for, in hundredths of a second.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let of_children = fields.split_whitespace().skip(13).take(2).map(str::parse::<u64>);
    Some(Duration::from_millis(10 * of_children.sum::<Result<u64, _>>().ok()?))
}

fn run(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackrecord"));
    command.current_dir(folder).args(["--root", "."]).args(arguments).stdout(Stdio::null());
    let output = command.stderr(Stdio::piped()).output().unwrap();
    // Findings are no failure here.
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() || arguments == ["check"], "{}", String::from_utf8_lossy(&output.stderr));
}

fn write(path: impl AsRef<Path>, text: &str) {
    std::fs::create_dir_all(path.as_ref().parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Weekdays from the start of 1990 on.
fn weekdays(count: usize) -> impl Iterator<Item = NaiveDate> {
    let first: NaiveDate = "1990-01-01".parse().unwrap();
    first.iter_days().filter(|day| trackrecord::calendar::is_weekday(*day)).take(count)
}

fn config(folder: &Path, more: &str) {
    write(
        folder.join("config/config.toml"),
        &format!("[site]\nstatus = \"live\"\n[benchmark]\nsymbol = \"\"\n{more}"),
    );
}

/// A statement of one account with these rows in it.
fn statement(folder: &Path, rows: &str) {
    config(folder, "");
    let head = "<FlexQueryResponse queryName=\"q\" type=\"AF\">\n<FlexStatements count=\"1\">\n<FlexStatement accountId=\"U7654321\" \
                fromDate=\"19900101\" toDate=\"20241231\" period=\"\" whenGenerated=\"20250102;031500\">\n\
                <AccountInformation accountId=\"U7654321\" currency=\"USD\" />\n";
    write(
        folder.join("statement.xml"),
        &format!("{head}{rows}</FlexStatement>\n</FlexStatements>\n</FlexQueryResponse>\n"),
    );
}

/// Fills over 250 days, however many there are.
fn trade_rows(count: usize) -> String {
    let dates: Vec<_> = weekdays(250).map(|date| date.format("%Y%m%d").to_string()).collect();
    (0..count).zip(dates.iter().cycle()).fold(String::new(), |mut rows, (number, date)| {
        let (side, sign) = if number / 250 % 2 == 0 { ("BUY", "") } else { ("SELL", "-") };
        writeln!(
            rows,
            "<Trade accountId=\"U7654321\" currency=\"USD\" fxRateToBase=\"1\" assetCategory=\"STK\" symbol=\"S{symbol}\" conid=\"{symbol}\" \
             listingExchange=\"NYSE\" multiplier=\"1\" tradeID=\"{number}\" ibExecID=\"00{number:06x}.11111111.01.01\" ibOrderID=\"7{number:06}\" \
             dateTime=\"{date};103059\" tradeDate=\"{date}\" transactionType=\"ExchTrade\" exchange=\"NYSE\" quantity=\"{sign}{quantity}\" \
             tradePrice=\"50.25\" ibCommission=\"-1\" ibCommissionCurrency=\"USD\" buySell=\"{side}\" levelOfDetail=\"EXECUTION\" />",
            symbol = 100 + number % 50,
            quantity = 1 + number % 9,
        )
        .unwrap();
        rows
    })
}

fn trades(folder: &Path, count: usize) {
    statement(folder, &format!("<Trades>\n{}</Trades>\n", trade_rows(count)));
}

/// Half of the rows are the other half again.
fn twice(folder: &Path, count: usize) {
    let rows = trade_rows(count / 2);
    statement(folder, &format!("<Trades>\n{rows}{rows}</Trades>\n"));
}

/// Half of the lines are one fill again and again.
fn table_again(folder: &Path, count: usize) {
    config(folder, "");
    let dates: Vec<_> = weekdays(250).collect();
    let head = "exec_id,time,symbol,side,quantity,price,commission\n".to_owned();
    let lines = (0..count).zip(dates.iter().cycle()).fold(head, |mut lines, (number, date)| {
        let (number, date) = if number % 2 == 0 { (number, date) } else { (0, dates.first().unwrap()) };
        writeln!(lines, "x{number},{date}T15:30:00Z,ABCD,BUY,100,12.5,1").unwrap();
        lines
    });
    write(folder.join("fills.csv"), &lines);
}

fn dividends(folder: &Path, count: usize) {
    let dates: Vec<_> = weekdays(250).map(|date| date.format("%Y%m%d").to_string()).collect();
    let rows = (0..count).zip(dates.iter().cycle()).fold(String::new(), |mut rows, (number, date)| {
        writeln!(
            rows,
            "<CashTransaction accountId=\"U7654321\" currency=\"USD\" fxRateToBase=\"1\" type=\"Dividends\" amount=\"{}.25\" \
             dateTime=\"{date};202000\" reportDate=\"{date}\" transactionID=\"6{number:06}\" levelOfDetail=\"DETAIL\" />",
            1 + number % 40
        )
        .unwrap();
        rows
    });
    statement(folder, &format!("<CashTransactions>\n{rows}</CashTransactions>\n"));
}

/// As many fills as notes, each note on another order.
fn notes(folder: &Path, count: usize) {
    trades(folder, count);
    run(folder, &["import", "flex", "statement.xml"]);
    let dates: Vec<_> = weekdays(250).collect();
    for (number, date) in (0..count).zip(dates.iter().cycle()) {
        let note = format!(
            "+++\nid = \"n{number}\"\nsymbol = \"S{}\"\ncreated_at = {date}T10:00:00Z\n[pre_trade]\nside = \"BUY\"\nthesis = \"t\"\n+++\n",
            100 + number % 50
        );
        write(folder.join(format!("content/trades/n{number}.md")), &note);
    }
}

/// A page with so many headings of the same few words, and a link to each.
fn headings(folder: &Path, count: usize) {
    years(folder, 1);
    let anchor = |number: usize| {
        if number < 7 { format!("#part-{number}") } else { format!("#part-{}-{}", number % 7, number / 7 + 1) }
    };
    let text = (0..count).fold("+++\ntitle = \"Parts\"\n+++\n".to_owned(), |mut text, number| {
        write!(text, "## Part {}\n\nSee [this]({}).\n\n", number % 7, anchor(number)).unwrap();
        text
    });
    write(folder.join("content/parts.md"), &text);
}

fn prices(folder: &Path, symbol: usize, days: usize) {
    let header = "date,open,high,low,close,adj_close,volume,currency\n".to_owned();
    let last: NaiveDate = "2020-12-31".parse().unwrap();
    let first = last - Days::new(days as u64 * 7 / 5);
    let dates =
        first.iter_days().filter(|day| trackrecord::calendar::is_weekday(*day)).take_while(|day| *day <= last);
    let rows = dates.zip(0_usize..).fold(header, |mut rows, (date, day)| {
        let cents = 5_000 + (day * (7 + symbol % 13)) % 3_000;
        let price = format!("{}.{:02}", cents / 100, cents % 100);
        writeln!(rows, "{date},{price},{price},{price},{price},{price},1000000,USD").unwrap();
        rows
    });
    write(folder.join(format!("data/prices/S{symbol:04}.csv")), &rows);
}

fn strategy(id: &str, symbols: std::ops::Range<usize>) -> String {
    let members: Vec<_> = symbols.map(|symbol| format!("{{ symbol = \"S{symbol:04}\" }}")).collect();
    format!(
        "[[strategy]]\nid = \"{id}\"\nname = \"{id}\"\nrule = \"momentum\"\ntop_n = 3\nuniverse = [{}]\n",
        members.join(", ")
    )
}

fn symbols(folder: &Path, count: usize) {
    config(folder, &strategy("all", 0..count));
    (0..count).for_each(|symbol| prices(folder, symbol, 10 * 261));
}

fn strategies(folder: &Path, count: usize) {
    let all: Vec<_> = (0..count).map(|number| strategy(&format!("s{number}"), number * 5..number * 5 + 5)).collect();
    config(folder, &all.concat());
    (0..count * 5).for_each(|symbol| prices(folder, symbol, 10 * 261));
}

/// An account with a net value for every weekday of these years, and nothing else.
fn years(folder: &Path, count: usize) {
    let rows = weekdays(count * 261).zip(0_usize..).fold(String::new(), |mut rows, (date, day)| {
        let value = 100_000 + day * 20 + (day * 37) % 900;
        let date = date.format("%Y%m%d");
        writeln!(
            rows,
            "<EquitySummaryByReportDateInBase accountId=\"U7654321\" reportDate=\"{date}\" cash=\"{value}\" stock=\"0\" total=\"{value}\" />"
        )
        .unwrap();
        rows
    });
    statement(folder, &format!("<EquitySummaryInBase>\n{rows}</EquitySummaryInBase>\n"));
    run(folder, &["import", "flex", "statement.xml"]);
}

/// The same with a log of all that is published, and built.
fn recorded(folder: &Path, count: usize) {
    years(folder, count);
    run(folder, &["proof", "init"]);
    run(folder, &["build"]);
}
