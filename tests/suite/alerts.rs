//! Alerts to fakes on this computer: a receiver that hangs, refuses and asks for patience, and a mail server with and without TLS.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Site;

/// What a receiver got: path, header fields and content.
#[derive(Debug, Clone)]
struct Got {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver whose answers, status line and header fields, come from a script by the number of the request.
pub struct Receiver {
    pub address: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    pub fn answering(script: impl Fn(usize) -> &'static str + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let got = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&got);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(request) = read(&stream) else { continue };
                let number = {
                    let mut heard = heard.lock().unwrap();
                    heard.push(request);
                    heard.len() - 1
                };
                let answer = script(number);
                if answer.is_empty() {
                    // It takes the message and says nothing.
                    std::mem::forget(stream);
                    continue;
                }
                let _ = write!(&stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        });
        Self { address, got }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Got> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Got { path, headers, body: String::from_utf8(body).ok()? })
}

/// A site of a year with this alert, and its secrets.
fn site(alert: &str, secrets: &str) -> Site {
    let site = Site::plain();
    site.ok(&["import", "flex", "flex/year.xml"]);
    let config = site.read("config/config.toml");
    let yearly = "cron = \"0 0 1 1 *\"\nzone = \"UTC\"\n";
    let jobs = format!("[[job]]\nname = \"check\"\n{yearly}run = [\"check\"]\n");
    site.put("config/config.toml", format!("{config}\n{jobs}[[alert]]\n{alert}\n"));
    site.put("config/local.toml", format!("[secrets]\n{secrets}\n"));
    site
}

const FINE: &str = "200 OK";

#[test]
fn a_trial_arrives_by_each_service() {
    let receiver = Receiver::answering(|_| FINE);
    let at = |path: &str| format!("{}/{path}", receiver.address);
    for (service, secrets, more) in [
        ("ntfy", format!("a = \"{}\"", at("topic")), String::new()),
        ("discord", format!("a = \"{}\"", at("discord")), String::new()),
        ("slack", format!("a = \"{}\"", at("slack")), String::new()),
        ("webhook", format!("a = \"{}\"\na-key = \"k\"", at("hook")), String::new()),
        ("telegram", "a = \"1:bot\"".to_owned(), format!("chat = \"7\"\nserver = \"{}\"\n", receiver.address)),
        ("pushover", "a = \"app\"\na-user = \"user\"".to_owned(), format!("server = \"{}\"\n", receiver.address)),
    ] {
        let site = site(&format!("name = \"a\"\nto = \"{service}\"\n{more}"), &secrets);
        assert_eq!(site.ok(&["alert", "test"]).out, "a: sent\n", "{service}");
    }
    let paths: Vec<String> = receiver.got().into_iter().map(|got| got.path).collect();
    assert_eq!(paths, ["/topic", "/discord", "/slack", "/hook", "/bot1:bot/sendMessage", "/1/messages.json"]);
    let got = receiver.got();
    assert!(got[0].header("title").unwrap().ends_with("a trial"));
    assert!(got[3].header("x-trackrecord-signature").unwrap().starts_with("sha256="));
    assert_eq!((got[3].json()["schema"].as_u64(), got[3].json()["state"].as_str()), (Some(1), Some("test")));
}

#[test]
fn an_event_is_reported_once_until_it_clears_across_processes() {
    let receiver = Receiver::answering(|_| FINE);
    let alert = "name = \"hook\"\nto = \"webhook\"\ndrawdown = 0.00001\nrules = [\"drawdown\", \"snapshot\"]\nsnapshot_by = \"23:00 UTC\"\n";
    let site = site(alert, &format!("hook = \"{}/x\"", receiver.address));
    site.ok(&["schedule", "due"]);
    // The last snapshot is years old, so that one is missing.
    let first: Vec<Value> = receiver.got().iter().map(Got::json).collect();
    assert!(first.iter().any(|message| message["rule"] == "snapshot" && message["state"] == "problem"), "{first:?}");
    let count = receiver.got().len();
    for _ in 0..3 {
        site.ok(&["schedule", "due"]);
    }
    assert_eq!(receiver.got().len(), count, "it was said already");
    assert!(site.ok(&["alert", "list"]).out.contains("reported, and lasts"));
    // A snapshot of a day far ahead clears it, as far as names of files say.
    site.put("data/snapshots/2999-01-01.json", "{}");
    site.ok(&["schedule", "due"]);
    let last = receiver.got().last().unwrap().json();
    assert_eq!((last["rule"].as_str(), last["state"].as_str()), (Some("snapshot"), Some("cleared")));
    assert!(last["title"].as_str().unwrap().starts_with("Cleared: No snapshot of "));
    let count = receiver.got().len();
    site.ok(&["schedule", "due"]);
    assert_eq!(receiver.got().len(), count);
}

const SNAPSHOT: &str = "name = \"hook\"\nto = \"webhook\"\nrules = [\"snapshot\"]\nsnapshot_by = \"23:00 UTC\"\n";

#[test]
fn an_alert_that_cannot_be_sent_fails_no_job_and_its_address_is_nowhere() {
    for (answer, tries, words) in [
        ("404 Not Found", 1, "does not know the address"),
        ("500 Error", 3, "the service answered 500"),
        ("302 Found\r\nLocation: http://127.0.0.1:1/", 1, "not followed"),
        ("429 Slow\r\nRetry-After: 3600", 1, "asked too often"),
    ] {
        let receiver = Receiver::answering(move |_| answer);
        let site = site(SNAPSHOT, &format!("hook = \"{}/secret-4711\"", receiver.address));
        let said = site.ok(&["schedule", "due"]);
        assert!(said.err.contains("an alert was not sent") && said.err.contains(words), "{answer}: {}", said.err);
        assert_eq!(receiver.got().len(), tries, "{answer}");
        assert!(site.read("data/runs.csv").contains(",done,"), "{answer}");
        // It is left alone for a while.
        site.ok(&["schedule", "due"]);
        assert_eq!(receiver.got().len(), tries, "{answer}");
        for (path, content) in site.files("").into_iter().filter(|(path, _)| path != "config/local.toml") {
            assert!(!String::from_utf8_lossy(&content).contains("secret-4711"), "{path}");
        }
        assert!(!said.shown().contains("secret-4711"), "{}", said.shown());
    }
}

#[test]
fn a_receiver_that_is_not_there_fails_no_job() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let site = site(SNAPSHOT, &format!("hook = \"http://127.0.0.1:{port}/secret-4711\""));
    let said = site.ok(&["schedule", "due"]);
    assert!(said.err.contains("an alert was not sent") && !said.shown().contains("secret-4711"), "{}", said.shown());
    assert!(site.read("data/runs.csv").contains(",done,"));
    assert!(site.ok(&["alert", "list"]).out.contains("to be sent"));
}

#[test]
fn patience_that_is_asked_for_is_kept_and_then_it_arrives() {
    let receiver = Receiver::answering(|number| if number == 0 { "429 Slow\r\nRetry-After: 1" } else { FINE });
    let site = site(SNAPSHOT, &format!("hook = \"{}/x\"", receiver.address));
    let begin = Instant::now();
    site.ok(&["schedule", "due"]);
    assert!(begin.elapsed() >= Duration::from_secs(1));
    assert_eq!(receiver.got().len(), 2);
}

#[test]
fn a_receiver_that_hangs_is_given_up() {
    let receiver = Receiver::answering(|_| "");
    let site = site(SNAPSHOT, &format!("hook = \"{}/x\"", receiver.address));
    let begin = Instant::now();
    let said = site.ok(&["schedule", "due"]);
    assert!(said.err.contains("no answer in time"), "{}", said.err);
    let took = begin.elapsed();
    assert!(
        (Duration::from_secs(29)..Duration::from_secs(90)).contains(&took),
        "three tries of ten seconds: {took:?}"
    );
}

#[test]
fn the_heartbeat_is_asked_after_good_runs_and_bad_ones() {
    let receiver = Receiver::answering(|_| FINE);
    let site = site(
        "name = \"a\"\nto = \"slack\"\nrules = [\"failed\"]\n",
        &format!("heartbeat = \"{}/ping/uuid\"", receiver.address),
    );
    site.ok(&["schedule", "due"]);
    let config = site.read("config/config.toml");
    let yearly = "cron = \"0 0 1 1 *\"\nzone = \"UTC\"\n";
    site.put("config/config.toml", format!("{config}[[job]]\nname = \"bad\"\n{yearly}run = [\"publish\"]\n"));
    assert_eq!(site.run(&["schedule", "due"]).code, 1);
    let paths: Vec<String> = receiver.got().into_iter().map(|got| got.path).collect();
    assert_eq!(paths, ["/ping/uuid", "/ping/uuid/fail"]);
}

#[test]
fn what_is_wrong_with_an_alert_is_said_with_its_line() {
    let wrong = |alert: &str, place: &str, words: &str| {
        let site = Site::new(&format!("[site]\nstatus = \"paper\"\n[[alert]]\n{alert}"));
        let said = site.refused(&["alert", "list"]);
        assert!(said.contains(&format!("config/config.toml:{place}")), "expected {place} in\n{said}");
        assert!(said.contains(words) && said.contains("next: "), "expected {words:?} in\n{said}");
    };
    wrong("name = \"a\"\n", "3:1", "an alert goes to");
    wrong("name = \"a\"\nto = \"fax\"\n", "5:6", "fax");
    wrong("name = \"A b\"\nto = \"ntfy\"\n", "4:8", "lower-case letters");
    wrong("name = \"a\"\nto = \"ntfy\"\nquiet = \"nights\"\n", "6:9", "quiet hours");
    wrong("name = \"a\"\nto = \"ntfy\"\nrules = [\"drawdown\"]\n", "3:1", "`drawdown = 0.1`");
    wrong("name = \"a\"\nto = \"ntfy\"\ndrawdown = 10\n", "6:12", "10 % is 0.1");
    wrong("name = \"a\"\nto = \"telegram\"\n", "3:1", "the number of the chat");
    wrong("name = \"a\"\nto = \"email\"\n", "3:1", "the name of the mail server");
    wrong("name = \"a\"\nto = \"ntfy\"\n[[alert]]\nname = \"a\"\nto = \"slack\"\n", "7:8", "an earlier alert");
}

#[test]
fn a_secret_in_the_file_that_is_committed_is_refused_and_not_repeated() {
    let site = Site::new("[site]\nstatus = \"paper\"\n[secrets]\nphone = \"https://ntfy.sh/4711-topic\"\n");
    let said = site.refused(&["alert", "list"]);
    assert!(said.contains("config/config.toml:3") && said.contains("config/local.toml"), "{said}");
    assert!(!said.contains("4711-topic"), "{said}");
}

#[test]
fn a_secret_may_come_from_the_environment() {
    let receiver = Receiver::answering(|_| FINE);
    let site = site("name = \"my-phone\"\nto = \"ntfy\"\n", "");
    let said = site.run(&["alert", "test"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("TRACKRECORD_SECRETS_MY_PHONE"), "{}", said.err);
    let mut command = site.command(&["alert", "test"]);
    let address = format!("{}/topic", receiver.address);
    assert!(command.env("TRACKRECORD_SECRETS_MY_PHONE", address).status().unwrap().success());
    assert_eq!(receiver.got().len(), 1);
}

/// A mail server that speaks no TLS.
fn plain_mail_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut writer = stream.try_clone().unwrap();
            let _ = writer.write_all(b"220 plain\r\n");
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let answer = match line.get(..4) {
                    Some("EHLO") => "250-plain\r\n250 8BITMIME\r\n",
                    Some("QUIT") => "221 bye\r\n",
                    _ => "250 ok\r\n",
                };
                assert!(!line.starts_with("MAIL") && !line.starts_with("AUTH"), "nothing may be sent openly: {line}");
                let _ = writer.write_all(answer.as_bytes());
            }
        }
    });
    port
}

#[test]
fn a_mail_server_without_tls_gets_nothing() {
    let port = plain_mail_server();
    let alert = format!(
        "name = \"post\"\nto = \"email\"\nserver = \"127.0.0.1\"\nport = {port}\nuser = \"me\"\nfrom = \"a@example.org\"\nrecipients = [\"b@example.org\"]\n"
    );
    let site = site(&alert, "post = \"pass-4711\"");
    let said = site.run(&["alert", "test"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("offers no STARTTLS") && said.err.contains("465"), "{}", said.err);
    assert!(!said.err.contains("pass-4711"));
}

/// A mail server with STARTTLS that no one here wrote, and the port it listens at; nothing without a Python that has it.
struct MailServer {
    process: std::process::Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    port: u16,
}

impl MailServer {
    fn start(mode: &str) -> Option<Self> {
        let Some(python) = std::env::var_os("TRACKRECORD_PYTHON") else {
            eprintln!("skipped: TRACKRECORD_PYTHON names no Python that has aiosmtpd");
            return None;
        };
        let fixture = |name: &str| crate::support::fixture("mail").join(name);
        let mut process = std::process::Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/mail_server.py"))
            .args([fixture("certificate.pem"), fixture("key.pem")])
            .arg(mode)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            // It says more of a client that hangs up than a test wants to hear.
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().expect("aiosmtpd is in tests/oracle/requirements.txt").unwrap().parse().unwrap();
        Some(Self { process, lines, port })
    }

    /// A site that sends its alerts there, with this password and perhaps the server's certificate.
    fn site(&self, password: &str, knows_certificate: bool, more: &str) -> Site {
        let certificate = if knows_certificate { "certificate = \"config/mail.pem\"\n" } else { "" };
        let alert = format!(
            "name = \"post\"\nto = \"email\"\nserver = \"localhost\"\nport = {}\nuser = \"me\"\nfrom = \"Record <a@example.org>\"\n\
             recipients = [\"b@example.org\", \"c@example.org\"]\n{certificate}{more}",
            self.port
        );
        let site = site(&alert, &format!("post = \"{password}\""));
        let pem = std::fs::read(crate::support::fixture("mail/certificate.pem")).unwrap();
        site.put("config/mail.pem", pem);
        site
    }

    fn taken(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn mail_goes_over_tls_to_a_server_that_no_one_here_wrote() {
    let Some(mut server) = MailServer::start("take") else { return };
    let site = server.site("pass-4711", true, "rules = [\"month\"]\n");
    site.ok(&["alert", "test"]);
    let mail = server.taken();
    assert_eq!((&mail["encrypted"], &mail["from"]), (&Value::Bool(true), &Value::from("a@example.org")));
    assert_eq!(mail["to"], serde_json::json!(["b@example.org", "c@example.org"]));
    assert!(mail["subject"].as_str().unwrap().ends_with(": a trial"), "{mail}");
    // A month that the alert does not know yet, and its report.
    site.put("public/months/2024-11.pdf", b"%PDF-1.7 a report");
    site.ok(&["schedule", "due"]);
    let rows = site.read("data/alerts.csv");
    let kept: Vec<&str> = rows.lines().filter(|line| !line.contains("month:2024-11")).collect();
    assert_eq!(kept.len() + 1, rows.lines().count(), "{rows}");
    site.put("data/alerts.csv", kept.join("\n") + "\n");
    let runs = site.read("data/runs.csv");
    site.put("data/runs.csv", runs.lines().next().unwrap().to_owned() + "\n");
    let said = site.ok(&["schedule", "due"]);
    assert!(!said.err.contains("not sent"), "{}", said.err);
    let mail = server.taken();
    assert!(mail["subject"].as_str().unwrap().starts_with("November 2024 is closed: "), "{mail}");
    assert_eq!(mail["files"]["months-2024-11.pdf"], "%PDF-");
}

#[test]
fn on_port_465_tls_begins_with_the_first_byte() {
    let Some(mut server) = MailServer::start("wrapped") else { return };
    if server.port == 0 {
        eprintln!("skipped: port 465 is taken, or not for this user");
        return;
    }
    let site = server.site("pass-4711", true, "rules = [\"month\"]\n");
    site.ok(&["alert", "test"]);
    let mail = server.taken();
    assert!(mail["subject"].as_str().unwrap().ends_with(": a trial"), "{mail}");
    assert_eq!((&mail["encrypted"], &mail["from"]), (&Value::Bool(true), &Value::from("a@example.org")));
    let stranger = server.site("pass-4711", false, "").run(&["alert", "test"]);
    assert!(stranger.code == 1 && stranger.err.contains("cannot prove who it is"), "{}", stranger.shown());
}

#[test]
fn a_mail_server_that_says_no_is_understood() {
    let cases = [
        ("take", "wrong-4712", true, "does not take the mail"),
        ("take", "pass-4711", false, "cannot prove who it is"),
        ("refuse", "pass-4711", true, "no such user here"),
        ("busy", "pass-4711", true, "try again later"),
    ];
    for (mode, password, knows_certificate, words) in cases {
        let Some(server) = MailServer::start(mode) else { return };
        let said = server.site(password, knows_certificate, "").run(&["alert", "test"]);
        assert_eq!(said.code, 1, "{mode}: {}", said.shown());
        assert!(said.err.contains(words), "{mode}: expected {words:?} in {}", said.err);
        assert!(!said.err.contains("4712") && !said.err.contains("4711"), "{}", said.err);
    }
}

#[test]
fn a_mail_server_that_hangs_is_given_up() {
    let Some(server) = MailServer::start("hang") else { return };
    let begin = Instant::now();
    let said = server.site("pass-4711", true, "").run(&["alert", "test"]);
    assert_eq!(said.code, 1, "{}", said.shown());
    assert!(said.err.contains("no answer in time"), "{}", said.err);
    assert!(begin.elapsed() < Duration::from_secs(90), "{:?}", begin.elapsed());
}
