//! Jobs that run without being asked: what is due runs once, and what goes wrong is said.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Site;
use crate::yahoo::{FakeYahoo, Reply};

/// Due since New Year, whenever this runs.
const YEARLY: &str = "cron = \"0 0 1 1 *\"\nzone = \"UTC\"\n";

/// A site of a year with these jobs.
fn with(jobs: &str) -> Site {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/year.xml"]);
    let config = site.read("config/config.toml");
    site.put("config/config.toml", format!("{config}{jobs}"));
    site
}

fn job(name: &str, steps: &str, more: &str) -> String {
    format!("[[job]]\nname = \"{name}\"\n{YEARLY}run = [{steps}]\n{more}\n")
}

/// The rows of `data/runs.csv`: job, result and detail.
fn runs(site: &Site) -> Vec<[String; 3]> {
    let bytes = std::fs::read(site.path("data/runs.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    assert_eq!(reader.headers().unwrap(), vec!["job", "scheduled", "started", "ended", "result", "detail"]);
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| [0, 4, 5].map(|column| row[column].to_owned())).collect()
}

#[test]
fn what_is_due_runs_once_and_is_written_down() {
    let site = with(&job("check", "\"check\", \"build\"", ""));
    let listed = site.ok(&["schedule", "list", "--json"]).json();
    assert_eq!((&listed["schema"], &listed["jobs"][0]["state"]), (&Value::from(1), &Value::from("due")));
    let first = site.ok(&["schedule", "due"]);
    assert!(first.err.contains("check of ") && first.err.contains(" done: check: 0 errors"), "{}", first.err);
    assert!(site.path("public/index.html").exists());
    let before = site.read("data/runs.csv");
    let second = site.ok(&["schedule", "due"]);
    assert_eq!((second.out.as_str(), second.err.as_str()), ("", "nothing is due\n"));
    assert_eq!(site.read("data/runs.csv"), before);
    let listed = site.ok(&["schedule", "list"]);
    assert!(listed.out.contains("0 0 1 1 * UTC") && listed.out.contains("done"), "{}", listed.out);
    let log = site.read("logs/schedule.log");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<(&str, &str)> =
        lines.iter().map(|line| (line["step"].as_str().unwrap(), line["event"].as_str().unwrap())).collect();
    let expected = [
        ("job", "begin"),
        ("check", "begin"),
        ("check", "done"),
        ("build", "begin"),
        ("build", "done"),
        ("job", "done"),
    ];
    assert_eq!(events, expected);
}

#[test]
fn quiet_prints_nothing_as_long_as_all_is_well() {
    let site = with(&job("check", "\"check\"", ""));
    for _ in 0..2 {
        let said = site.ok(&["--quiet", "schedule", "due"]);
        assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    }
}

#[test]
fn what_failed_is_said_even_quietly_and_is_not_tried_again() {
    let site = with(&job("pages", "\"publish\", \"build\"", ""));
    let said = site.run(&["--quiet", "schedule", "due"]);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert!(said.err.contains("pages of ") && said.err.contains("failed: publish: "), "{}", said.err);
    assert_eq!(runs(&site)[0][1], "failed");
    assert!(!site.path("public/index.html").exists(), "the steps after an error are not done");
    assert_eq!(site.ok(&["schedule", "due"]).err, "nothing is due\n");
}

/// A site of a paper account whose gateway is not there.
fn without_gateway(more: &str) -> Site {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let universe = "[[strategy]]\nrule = \"buy_and_hold\"\nuniverse = [{ symbol = \"A\" }]\n";
    let ibkr = format!(
        "[ibkr]\nport = {port}\ntimeout_s = 1\nmax_retries = 1\n[yahoo]\nbase_url = \"http://127.0.0.1:{port}\"\n"
    );
    Site::new(&format!(
        "[site]\nstatus = \"paper\"\n[account]\nexchange = \"XNYS\"\n[benchmark]\nsymbol = \"\"\n{ibkr}{universe}{more}"
    ))
}

#[test]
fn a_gateway_that_is_down_is_waited_for_in_words_that_help() {
    let daily = "[[job]]\nname = \"daily\"\nat = \"XNYS close + 20m\"\nrun = [\"collect\"]\n";
    let site = without_gateway(daily);
    let said = site.ok(&["schedule", "due"]);
    assert!(said.err.contains("daily of ") && said.err.contains(" waiting: log in to Gateway"), "{}", said.err);
    assert_eq!(runs(&site).len(), 1);
    assert_eq!(site.ok(&["--quiet", "schedule", "due"]).err, "", "it is not asked again at once");
    let listed = site.ok(&["schedule", "list", "--json"]).json();
    // While a session is open the wait is over, and the next close will bring the day.
    assert!(["waiting", "settled"].contains(&listed["jobs"][0]["state"].as_str().unwrap()), "{listed}");
}

#[test]
fn two_processes_do_not_run_the_jobs_of_one_site() {
    let site = with(&job("check", "\"check\"", ""));
    let file = std::fs::File::create(site.path("data/.schedule")).unwrap();
    file.lock().unwrap();
    let said = site.ok(&["schedule", "due"]);
    assert_eq!(said.err, "another trackrecord runs the jobs of this site now\n");
    assert!(!site.path("data/runs.csv").exists());
    drop(file);
    assert!(site.ok(&["schedule", "due"]).err.contains("done"));
}

/// A price source that takes questions and never answers.
fn mute() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    (listener, address)
}

fn with_prices_from(address: &str, more: &str) -> Site {
    let site = with(&job("prices", "\"prices\"", more));
    site.put("config/local.toml", format!("[yahoo]\nbase_url = \"{address}\"\n"));
    site
}

#[test]
fn a_job_that_hangs_is_ended_and_named() {
    let (_listener, address) = mute();
    let site = with_prices_from(&address, "limit = \"1s\"");
    let begin = Instant::now();
    let said = site.run(&["schedule", "due"]);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert!(said.err.contains("`prices` had not ended after 1s") && said.err.contains("`limit`"), "{}", said.err);
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert_eq!(runs(&site)[0][1], "failed");
    // The record is intact, and the lock is free again.
    site.ok(&["check"]);
    assert_eq!(site.ok(&["schedule", "due"]).err, "nothing is due\n");
}

#[cfg(unix)]
#[test]
fn who_is_asked_to_stop_stops_soon_and_begins_again() {
    let (_listener, address) = mute();
    let site = with_prices_from(&address, "limit = \"20s\"");
    for command in ["due", "run"] {
        let mut process =
            site.command(&["schedule", command]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begin = Instant::now();
        while !std::fs::read_to_string(site.path("logs/schedule.log"))
            .is_ok_and(|log| log.ends_with("\"detail\":\"\"}\n"))
        {
            assert!(begin.elapsed() < Duration::from_secs(20), "it never begins");
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(200));
        let asked = Instant::now();
        Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap();
        let status = process.wait().unwrap();
        assert_eq!(status.code(), Some(143), "{command}");
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        assert_eq!(runs(&site).len(), 1);
        assert_eq!(runs(&site)[0][1], "stopped", "{command}");
    }
}

#[test]
fn the_end_of_the_log_in_ends_the_schedule_unless_it_is_to_be_ignored() {
    let site = with(&job("check", "\"check\"", ""));
    for (before, survives) in [("", false), ("trap '' HUP;", true)] {
        let inner = site.command(&["schedule", "run"]);
        let words = std::iter::once(inner.get_program()).chain(inner.get_args());
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{before} exec \"$@\""), "sh"]).args(words).stderr(Stdio::piped());
        let mut process = Ended(command.spawn().unwrap());
        let mut said = BufReader::new(process.0.stderr.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("Ctrl-C ends it")));
        let signal = |name: &str, id: u32| Command::new("kill").args([name, &id.to_string()]).status().unwrap();
        signal("-HUP", process.0.id());
        std::thread::sleep(Duration::from_secs(1));
        let running = process.0.try_wait().unwrap().is_none();
        assert_eq!(running, survives, "{before}");
        if running {
            signal("-TERM", process.0.id());
        }
        // By itself, whether idle or in a job, and not by the signal.
        let status = process.0.wait().unwrap();
        assert!([Some(0), Some(143)].contains(&status.code()), "{before} {status}");
    }
}

#[test]
fn a_process_that_is_killed_leaves_a_run_that_is_made_again() {
    let (_listener, address) = mute();
    let site = with_prices_from(&address, "limit = \"20s\"");
    let mut process = site.command(&["schedule", "due"]).stderr(Stdio::null()).spawn().unwrap();
    while !site.path("data/runs.csv").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(runs(&site)[0][1], "running");
    let listed = site.ok(&["schedule", "list", "--json"]).json();
    assert_eq!(listed["jobs"][0]["state"], "due", "{listed}");
}

#[test]
fn what_is_wrong_with_a_job_is_said_with_its_line() {
    let wrong = |job: &str, place: &str, words: &str| {
        let site = Site::new(&format!("[site]\nstatus = \"paper\"\n{job}"));
        let said = site.refused(&["schedule", "list"]);
        assert!(said.contains(&format!("config/config.toml:{place}")), "expected {place} in\n{said}");
        assert!(said.contains(words), "expected {words:?} in\n{said}");
        assert!(said.contains("next: "), "{said}");
    };
    let at = |at: &str| format!("[[job]]\nname = \"a\"\nat = \"{at}\"\nrun = [\"build\"]\n");
    let cron = |cron: &str, zone: &str| {
        format!("[[job]]\nname = \"a\"\ncron = \"{cron}\"\nzone = \"{zone}\"\nrun = [\"build\"]\n")
    };
    wrong(&at("XLNO close + 20m"), "5:6", "did you mean XLON?");
    wrong(&at("XHKG close"), "5:6", "the hours of XHKG are not known");
    wrong(&cron("0 35 16 * * 1-5", "UTC"), "5:8", "6 fields and not five");
    wrong(&cron("0 8 31 2 *", "UTC"), "5:8", "never comes");
    wrong(&cron("61 8 * * *", "UTC"), "5:8", "`61` is no minute (0 to 59)");
    wrong(&cron("0 8 * * mo-fri", "UTC"), "5:8", "`mo-fri` is no weekday");
    wrong(&cron("0 8 * * *", "Europe/Londn"), "6:8", "did you mean Europe/London?");
    let twice = at("XLON close") + &at("XNYS close");
    wrong(&twice, "8:8", "`a` is the name of an earlier job");
    wrong("[[job]]\nname = \"a\"\nrun = [\"build\"]\n", "3:1", "nothing says when the job runs");
    wrong("[[job]]\nname = \"a\"\nat = \"XLON close\"\n", "3:1", "the job does nothing");
    wrong("[[job]]\nname = \"a\"\ncron = \"0 8 * * *\"\nrun = [\"build\"]\n", "5:8", "needs a time zone");
    wrong("[[job]]\nname = \"a b\"\nat = \"XLON close\"\nrun = [\"build\"]\n", "4:8", "a job needs a name");
    wrong("[[job]]\nname = \"a\"\nat = \"XLON close\"\nrun = [\"buld\"]\n", "6:8", "buld");
    wrong(&(at("XLON close") + "deadline = \"soon\"\n"), "7:12", "not a length of time");
}

#[test]
fn an_account_without_a_rule_has_no_signal() {
    let site = Site::new("strategy = []\n[site]\nstatus = \"live\"\n[benchmark]\nsymbol = \"\"\n");
    site.ok(&["import", "flex", "flex/year.xml"]);
    let listed = site.ok(&["schedule", "list", "--json"]).json();
    let names: Vec<_> = listed["jobs"].as_array().unwrap().iter().map(|job| &job["name"]).collect();
    assert_eq!(names, ["daily"]);
    for command in ["signal", "rebalance", "backtest"] {
        assert!(site.refused(&[command]).contains("there is no strategy"), "{command}");
    }
    site.ok(&["build"]);
    assert!(!site.path("public/strategies").exists() && !site.path("public/backtest").exists());
    let config = site.read("config/config.toml");
    site.put("config/config.toml", config + &job("month", "\"list\"", ""));
    assert!(site.refused(&["schedule", "list"]).contains("`list` needs a rule"));
}

#[test]
fn a_torn_list_of_runs_is_named_and_nothing_runs() {
    let site = with(&job("check", "\"check\"", ""));
    site.put("data/runs.csv", "job,scheduled,started,ended,result,detail\ncheck,2026-01-01T00:00:00Z,20");
    let said = site.refused(&["schedule", "due"]);
    assert!(said.contains("data/runs.csv:2: the last line is cut off"), "{said}");
}

#[test]
fn what_is_installed_calls_due_and_is_explained() {
    let site = with("");
    for (system, words) in [
        ("systemd", "OnCalendar=*:0/5"),
        ("launchd", "<key>StartInterval</key>"),
        ("cron", "*/5 * * * * "),
        ("windows", "<Interval>PT5M</Interval>"),
    ] {
        let said = site.ok(&["schedule", "install", "--print", "--system", system]);
        assert!(said.out.contains(words) && said.out.contains("schedule"), "{}", said.shown());
        assert!(said.out.contains("due") && said.err.contains("due"), "{}", said.shown());
    }
    let home = tempfile::tempdir().unwrap();
    let mut command = site.command(&["schedule", "install", "--system", "systemd"]);
    let output = command.env("HOME", home.path()).output().unwrap();
    assert!(output.status.success());
    let folder = home.path().join(".config/systemd/user");
    let names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

/// What a system reads itself is looked at by its own reader, where this computer has it.
#[test]
fn what_is_installed_is_read_by_those_who_are_to_read_it() {
    let site = with("").file("a % \"b\" $c/config/config.toml", "");
    let root = site.path("a % \"b\" $c");
    let home = tempfile::tempdir().unwrap();
    for system in ["systemd", "launchd"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trackrecord"));
        command.arg("--root").arg(&root).args(["schedule", "install", "--system", system]);
        let said = command.env("HOME", home.path()).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }
    let in_folder = |folder: &str| {
        let files = std::fs::read_dir(home.path().join(folder)).unwrap();
        files.map(|file| file.unwrap().path()).collect::<Vec<_>>()
    };
    let units = in_folder(".config/systemd/user");
    let verify = |units: &[PathBuf]| {
        let mut command = Command::new("systemd-analyze");
        let said =
            command.args(["verify", "--user", "--man=no"]).args(units).env("XDG_RUNTIME_DIR", home.path()).output();
        let Ok(said) = said else { return None };
        Some((said.status.success(), String::from_utf8_lossy(&said.stderr).into_owned()))
    };
    match verify(&units) {
        Some(verdict) => assert_eq!(verdict, (true, String::new())),
        None => eprintln!("skipped: there is no systemd-analyze here"),
    }
    let Some(python) = std::env::var_os("TRACKRECORD_PYTHON") else { return };
    let agents = in_folder("Library/LaunchAgents");
    let script =
        "import plistlib, sys; print('|'.join(plistlib.load(open(sys.argv[1], 'rb'))['ProgramArguments'][1:]))";
    let said = Command::new(python).args(["-c", script]).args(&agents).output().unwrap();
    let expected = format!("--root|{}|--quiet|schedule|due\n", root.display());
    assert_eq!(String::from_utf8_lossy(&said.stdout), expected, "{}", String::from_utf8_lossy(&said.stderr));
}

/// A Flex service whose statement has one fill, of the last days of the year before.
fn flex_service() -> FakeYahoo {
    FakeYahoo::scripted(|request, _| {
        if request.path.ends_with("SendRequest") {
            let period = format!("{}-{}", request.query["fd"], request.query["td"]);
            return Reply::ok(format!(
                "<FlexStatementResponse timestamp='x'><Status>Success</Status><ReferenceCode>{period}</ReferenceCode>\
                 <Url>https://example.invalid/GetStatement</Url></FlexStatementResponse>"
            ));
        }
        let (from, to) = request.query["q"].split_once('-').unwrap();
        Reply::ok(format!(
            r#"<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1">
<FlexStatement accountId="U7654321" fromDate="{from}" toDate="{to}" period="" whenGenerated="{to};220000">
<AccountInformation accountId="U7654321" currency="USD"/>
<Trades><Trade accountId="U7654321" currency="USD" fxRateToBase="1" assetCategory="STK" symbol="ZYXW" conid="4711"
 multiplier="1" tradeID="{to}" transactionID="9{to}" ibExecID="00.{to}.01.01" dateTime="20241230;100531" tradeDate="20241230"
 transactionType="ExchTrade" quantity="6" tradePrice="18.25" ibCommission="-0.62" ibCommissionCurrency="USD"
 buySell="BUY" levelOfDetail="EXECUTION"/></Trades></FlexStatement></FlexStatements></FlexQueryResponse>"#
        ))
    })
}

pub fn get(address: &str, path: &str) -> String {
    let host = address.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Ends a process when a test ends, however it does.
pub struct Ended(pub std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_a_job_collects_appears_in_the_site_that_is_being_watched() {
    let service = flex_service();
    let flex = format!("[flex]\nquery_id = \"77\"\nbase_url = \"{}\"\n", service.base_url());
    let site = with(&(flex + &job("flex", "\"flex\"", "")));
    let mut watch = Ended(
        site.command(&["watch", "--port", "18311"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap(),
    );
    let mut address = String::new();
    BufReader::new(watch.0.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim().to_owned();
    assert!(!get(&address, "/trades/").contains("ZYXW"));
    let host = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut events = TcpStream::connect(&host).unwrap();
    events.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(events, "GET /-/events HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let said = site.command(&["schedule", "due"]).env("TRACKRECORD_FLEX_TOKEN", "1234567890").output().unwrap();
    let rows = site.files("data/executions");
    assert!(
        rows.values().any(|file| String::from_utf8_lossy(file).contains("ZYXW")),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let begin = Instant::now();
    while !get(&address, "/trades/").contains("ZYXW") {
        assert!(begin.elapsed() < Duration::from_secs(60), "the new fill is in no page");
        std::thread::sleep(Duration::from_millis(100));
    }
    // The open page hears of it: how it was when it asked, and then the change.
    let mut heard = String::new();
    let mut reader = BufReader::new(events);
    while heard.matches("data:").count() < 2 {
        assert!(reader.read_line(&mut heard).unwrap() > 0, "{heard}");
    }
}
