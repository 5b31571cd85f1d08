//! The whole way of a record, from nothing to its published pages, with the broker, the price source and the host on this
//! computer: a deposit in December, a plan on Thursday 22 January 2026, and its trade on Friday.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use serde_json::Value;
use trackrecord::calendar::Exchange;

use crate::gateway::{Fill, Gateway, Holding, Listing as Contract, Running};
use crate::publish::live::{Files, Host, crawl};
use crate::repository::Repository;
use crate::schedule::{Ended, get};
use crate::support::{Site, pdf_text, without_digests};
use crate::yahoo::{FakeYahoo, Listing, Reply};

const ACCOUNT: &str = "DU1234567";
const TOKEN: &str = "81726354455463728190";
const EXEC_ID: &str = "0000e0d5.6a7b8c9d.01.01";
const PERM_ID: i64 = 1_412_345_678;
/// Before the deposit and after it.
const CASH: [&str; 2] = ["61234.56", "101234.77"];

const FIRST: &str = "2025-11-03";
const DEPOSIT: &str = "2025-12-15";
/// The last day of the statements.
const STATED: &str = "2026-01-21";
/// 17:00 in New York on Thursday 22 January, and a day later.
const EVENINGS: [i64; 2] = [1_769_119_200, 1_769_205_600];

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn sessions(from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    Exchange::from_mic("XNYS").unwrap().sessions(from..=to).collect()
}

/// The broker's statement of a period: cash alone, and a deposit.
fn statement(from: NaiveDate, to: NaiveDate) -> String {
    let deposit = date(DEPOSIT);
    let row = |day: &NaiveDate| {
        let total = CASH[usize::from(*day >= deposit)];
        let date = day.format("%Y%m%d");
        format!(
            "<EquitySummaryByReportDateInBase accountId=\"{ACCOUNT}\" reportDate=\"{date}\" cash=\"{total}\" stock=\"0\" total=\"{total}\"/>\n"
        )
    };
    let rows: String = sessions(from, to.min(date(STATED))).iter().map(row).collect();
    let on = deposit.format("%Y%m%d");
    let money = format!(
        "<CashTransaction accountId=\"{ACCOUNT}\" currency=\"USD\" fxRateToBase=\"1\" type=\"Deposits/Withdrawals\" amount=\"40000.21\" \
         dateTime=\"{on}\" reportDate=\"{on}\" transactionID=\"6001\" levelOfDetail=\"DETAIL\"/>\n"
    );
    let money = if (from..=to).contains(&deposit) { money } else { String::new() };
    let (from, to) = (from.format("%Y%m%d"), to.format("%Y%m%d"));
    format!(
        "<FlexQueryResponse queryName=\"record\" type=\"AF\"><FlexStatements count=\"1\">\n\
         <FlexStatement accountId=\"{ACCOUNT}\" fromDate=\"{from}\" toDate=\"{to}\" period=\"\" whenGenerated=\"{to};220000\">\n\
         <AccountInformation accountId=\"{ACCOUNT}\" currency=\"USD\"/>\n<EquitySummaryInBase>\n{rows}</EquitySummaryInBase>\n\
         <CashTransactions>\n{money}</CashTransactions>\n</FlexStatement>\n</FlexStatements></FlexQueryResponse>\n"
    )
}

/// The Flex web service, with a statement of whatever is asked for.
fn flex_service() -> FakeYahoo {
    FakeYahoo::scripted(|request, _| {
        if request.path.ends_with("SendRequest") {
            assert_eq!(request.query["t"], TOKEN);
            let period = format!("{}-{}", request.query["fd"], request.query["td"]);
            return Reply::ok(format!(
                "<FlexStatementResponse timestamp='x'><Status>Success</Status><ReferenceCode>{period}</ReferenceCode>\
                 <Url>https://example.invalid/GetStatement</Url></FlexStatementResponse>"
            ));
        }
        let (from, to) = request.query["q"].split_once('-').unwrap();
        let date = |text| NaiveDate::parse_from_str(text, "%Y%m%d").unwrap();
        Reply::ok(statement(date(from), date(to)))
    })
}

/// Three instruments up to today, of which Apple rises most.
fn price_service() -> FakeYahoo {
    let closed = Exchange::from_mic("XNYS").unwrap().last_closed(chrono::Utc::now());
    let days = sessions(date("2024-11-01"), closed);
    let listing = |symbol: &str, growth: f64| {
        let new = Listing::new(symbol, "USD").at(chrono_tz::America::New_York, "09:30", "16:00");
        let prices = days.iter().zip(0..).map(|(day, number)| (day.to_string(), 150.0 + growth * f64::from(number)));
        prices.fold(new, |listing, (day, price)| listing.close(&day, price))
    };
    FakeYahoo::of(vec![listing("AAPL", 0.1), listing("MSFT", 0.05), listing("SPY", 0.03)])
}

/// What TWS says of the account: so much in all, so much of it in cash.
fn gateway(net: &str, cash: &str) -> Gateway {
    Gateway::new()
        .account_value("NetLiquidation", net, "USD", ACCOUNT)
        .account_value("CashBalance", cash, "USD", ACCOUNT)
        .account_value("ExchangeRate", "1.00", "USD", ACCOUNT)
        .contract_details(Contract::default())
}

const STRATEGY: &str =
    "\n[[strategy]]\ntop_n = 1\nuniverse = [{ symbol = \"AAPL\", name = \"Apple\" }, { symbol = \"MSFT\" }]\n";

/// Carries out the only trade of the plan, at a little more than its price.
fn fill(site: &Site) -> (Gateway, String) {
    let plan = site.files("data/plans").into_values().next().unwrap();
    let plan: Value = serde_json::from_slice(&plan).unwrap();
    let trade = &plan["trades"][0];
    assert_eq!((&trade["ticker"], &trade["action"]), (&"AAPL".into(), &"BUY".into()), "{plan}");
    let shares = trade["shares"].as_i64().unwrap();
    let price = trade["reference_price"].as_f64().unwrap() + 0.25;
    let cents = |amount: f64| format!("{amount:.2}");
    let value = price * shares as f64;
    let net = CASH[1].parse::<f64>().unwrap() - 1.0;
    let shares = shares.to_string();
    let filled = gateway(&cents(net), &cents(net - value))
        .execution(Fill { exec_id: EXEC_ID, shares: &shares, price, perm_id: PERM_ID, ..Fill::default() })
        .commission(EXEC_ID, 1.0, "USD", None)
        .holding(Holding {
            position: &shares,
            average_cost: price,
            market_price: price,
            market_value: value,
            unrealized_pnl: 0.0,
            ..Holding::default()
        });
    (filled, shares)
}

/// Replaces the time behind these words in a file.
fn dated(site: &Site, path: &str, words: &str, time: &str) {
    let text = site.read(path);
    let (before, after) = text.split_once(words).unwrap_or_else(|| panic!("no {words} in {text}"));
    let end = &time[time.len() - 1..];
    site.put(path, format!("{before}{words}{time}{}", after.split_once(end).unwrap().1));
}

/// Waits until a page of the watched site says something.
fn shows(address: &str, path: &str, words: &str) {
    let begin = Instant::now();
    while !get(address, path).contains(words) {
        assert!(begin.elapsed() < Duration::from_secs(30), "{path} never says {words}: {}", get(address, path));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Edits a page and completes a note while the site is watched.
fn edit_while_watching(site: &Site, note: &str) {
    let command = &mut site.command(&["watch", "--port", "18411"]);
    let mut watch = Ended(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut address = String::new();
    BufReader::new(watch.0.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim();
    shows(address, "/about/", "Words.");
    let text = site.read("content/about.md");
    site.put("content/about.md", text.replacen("Words.", "I trade what rises.", 1));
    shows(address, "/about/", "I trade what rises.");
    let trades = get(address, "/trades/");
    let order = trades.split("href=\"").find(|part| part.contains("-aapl-buy/")).expect("a link to the order");
    let order = format!("/trades/{}/", order.split('/').find(|part| part.ends_with("-aapl-buy")).unwrap());
    assert!(!get(address, &order).contains("Patience paid."));
    site.ok(&["annotate", "complete", note, "--matched", "yes", "--lesson", "Patience paid."]);
    shows(address, &order, "Patience paid.");
}

/// No file says whose account it is, how large it is, or what the broker calls its orders.
fn assert_nothing_private(files: &Files, shares: &str) {
    let spelt = |amount: &&str| {
        let whole = amount.split('.').next().unwrap();
        let (thousands, rest) = whole.split_at(whole.len() - 3);
        [whole.to_owned(), format!("{thousands},{rest}")]
    };
    let mut private: Vec<String> = CASH.iter().flat_map(spelt).collect();
    private.extend([ACCOUNT, TOKEN, EXEC_ID, "40000.21", "40,000.21"].map(str::to_owned));
    private.extend([PERM_ID.to_string(), format!("{shares} shares"), format!(">{shares}<"), format!(",{shares},")]);
    for (path, bytes) in files {
        let text = without_digests(&String::from_utf8_lossy(bytes));
        for value in &private {
            assert!(!text.contains(value.as_str()), "{path} says {value}");
        }
    }
}

/// A site and those that it asks.
struct Desk {
    site: Site,
    host: Host,
    prices: FakeYahoo,
    flex: FakeYahoo,
}

impl Desk {
    /// What `init` makes, with the pages filled in.
    fn new() -> Self {
        let site = Site::nowhere();
        let root = site.path("").to_str().unwrap().to_owned();
        let given = ["--status", "paper", "--currency", "USD", "--exchange", "XNYS", "--account", ACCOUNT];
        site.ok(&[&["init", &root][..], &given].concat());
        let config = site.read("config/config.toml");
        let config = config.replace("# inception = 2024-01-02", &format!("inception = {FIRST}"));
        let (before_strategy, _) = config.split_once("[[strategy]]").unwrap();
        site.put("config/config.toml", before_strategy.replace("\"^GSPC\"", "\"SPY\"") + STRATEGY);
        for (path, bytes) in site.files("content").iter().filter(|(path, _)| path.ends_with(".md")) {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let mut parts = text.split("[Fill in");
            let begin = parts.next().unwrap().to_owned();
            let filled = parts.fold(begin, |text, part| text + "Words." + part.split_once(']').unwrap().1);
            site.put(&format!("content/{path}"), filled);
        }
        Self { site, host: Host::new(), prices: price_service(), flex: flex_service() }
    }

    /// Asks this gateway from now on.
    fn ask(&self, gateway: &Running) {
        let settings = format!(
            "[account]\nid = \"{ACCOUNT}\"\n[site]\nbase_url = \"{}\"\n[ibkr]\nport = {}\ntimeout_s = 2\n[yahoo]\nbase_url = \"{}\"\n\
             [flex]\nquery_id = \"77\"\ntoken = \"{TOKEN}\"\nbase_url = \"{}\"\n",
            self.host.base_url(),
            gateway.port(),
            self.prices.base_url(),
            self.flex.base_url()
        );
        self.site.put("config/local.toml", settings);
    }

    /// What the broker has said so far: a file of the first weeks, the service for the rest, and the account as it is now.
    fn collect_the_past(&self) {
        let gateway = gateway(CASH[1], CASH[1]).current_time(EVENINGS[0]).start();
        self.ask(&gateway);
        self.site.put("first.xml", statement(date(FIRST), date("2025-11-28")));
        self.site.ok(&["import", "flex", self.site.path("first.xml").to_str().unwrap()]);
        self.site.ok(&["collect"]);
        assert!(!self.flex.requests().is_empty() && !self.prices.asked("AAPL").is_empty());
    }

    /// What the rule says, what is to be traded, and why, as if it had been written down on that evening; the note's file.
    fn plan(&self) -> String {
        let (site, on) = (&self.site, ["--as-of", "2026-01-22"]);
        site.ok(&[&["signal"][..], &on].concat());
        assert_eq!(site.files("data/signals").len(), 1);
        site.ok(&[&["rebalance", "--save"][..], &on].concat());
        dated(site, "data/plans/2026-01-22.json", "\"made_at\": \"", "2026-01-22T22:30:00Z\"");
        let trade = ["--symbol", "AAPL", "--side", "buy"];
        let why = ["--thesis", "It rose most.", "--exit-plan", "When the rule says so."];
        let note = site.ok(&[&["annotate", "new"][..], &trade, &why].concat()).out.trim().to_owned();
        dated(site, &note, "created_at = ", "2026-01-22T22:45:00Z\n");
        note
    }

    /// The trade, made by hand elsewhere; how many shares.
    fn trade(&self) -> String {
        let (gateway, shares) = fill(&self.site);
        let gateway = gateway.current_time(EVENINGS[1]).start();
        self.ask(&gateway);
        self.site.ok(&["collect", "executions"]);
        self.site.ok(&["collect", "snapshot"]);
        assert_eq!(self.site.ok(&["annotate", "list", "--json"]).json()["notes"][0]["state"], "matched");
        assert_eq!(self.site.ok(&["slippage", "--json"]).json()["priced_orders"], 1);
        shares
    }

    fn report(&self) {
        let report = self.site.path("report.pdf");
        self.site.ok(&["report", "2026-01", "--out", report.to_str().unwrap()]);
        assert!(std::fs::read(&report).unwrap().starts_with(b"%PDF-"));
        if let Some(text) = pdf_text(&report) {
            assert!(text.contains("AAPL") && !text.contains(ACCOUNT), "{text}");
        }
    }

    /// The files of the branch.
    fn publish(&self) -> Files {
        let pages = Repository::new();
        self.site.ok(&["check"]);
        self.site.ok(&["publish", "--remote", &format!("http://{}", pages.serve(None))]);
        pages.files("gh-pages")
    }
}

#[test]
fn from_an_empty_folder_to_published_pages() {
    let desk = Desk::new();
    desk.collect_the_past();
    let note = desk.plan();
    let shares = desk.trade();
    edit_while_watching(&desk.site, note.trim_start_matches("content/trades/").trim_end_matches(".md"));
    desk.report();
    let published = desk.publish();
    let page = |end: &str| {
        let found = published.iter().find(|(path, _)| path.ends_with(end)).unwrap_or_else(|| panic!("no {end}"));
        String::from_utf8_lossy(found.1).into_owned()
    };
    assert!(page("about/index.html").contains("I trade what rises."));
    let order = page("-aapl-buy/index.html");
    assert!(order.contains("When the rule says so.") && order.contains("Patience paid."), "{order}");
    assert_nothing_private(&published, &shares);
    crawl(&desk.host, published);
}
