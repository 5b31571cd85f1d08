//! The final search, tried on many accounts: an honest site is never refused, and a value that was planted is always found.
//!
//! `TRACKRECORD_ACCOUNTS` is how many accounts are made (200), `TRACKRECORD_PLANTED` how many values are planted (500), and
//! `TRACKRECORD_FIRST` the number of the first of either (0), so that many can be tried in slices; `just private-values`
//! tries ten thousand of each.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use rust_decimal::Decimal;

use crate::analysis::reconcile::missing_flows;
use crate::calendar::Exchange;
use crate::config::Config;
use crate::publication::redact;
use crate::publication::scan::{Leak, Secrets};
use crate::record::{
    AccountId, CashFlow, ExecId, Execution, FlowKind, Position, Record, Side, Snapshot, Ticker, Trade,
};
use crate::render::own_templates::OwnTemplates;
use crate::render::tables;
use crate::site::{self, Files, Options, theme};

fn how_many(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |number| number.parse().unwrap())
}

/// The numbers of what is tried: so many from the first on.
fn slice(variable: &str, otherwise: u64) -> std::ops::Range<u64> {
    let first = how_many("TRACKRECORD_FIRST", 0);
    first..first + how_many(variable, otherwise)
}

/// Chance that is the same every time.
struct Dice(ChaCha8Rng);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end
    }

    fn unit(&mut self) -> f64 {
        self.below(1 << 53) as f64 / (1u64 << 53) as f64
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn digits(&mut self, most: u64) -> String {
        let length = 1 + self.below(most) as u32;
        (10u64.pow(length - 1) + self.below(9 * 10u64.pow(length - 1))).to_string()
    }
}

/// Small accounts and large, flat ones and some that grow a hundredfold, with ids of every kind.
fn account(seed: u64) -> (Record, Config) {
    let mut dice = Dice::new(seed);
    let level = dice.pick(&["fine", "daily", "monthly", "coarse"]);
    let config = format!(
        "[site]\ntitle = 'Mine'\nstatus = 'live'\n[benchmark]\nsymbol = ''\n[privacy]\nprecision = '{level}'\n[account]\nid = 'U{}'",
        1_000_000 + dice.below(9_000_000)
    );
    let account = ["U7654321", "account", "DU1234567", "31415"][dice.below(4) as usize];
    let mut maker = Maker { account: AccountId::new(account), record: Record::default(), dice };
    maker.fill_record();
    (maker.record, toml::from_str(&config).unwrap())
}

struct Maker {
    account: AccountId,
    record: Record,
    dice: Dice,
}

fn money(value: f64) -> Decimal {
    Decimal::try_from(value).unwrap().round_dp(2)
}

impl Maker {
    fn fill_record(&mut self) {
        let days = 25 + self.dice.below(100);
        let start = match self.dice.below(3) {
            0 => self.dice.pick(&[1_000.0, 10_000.0, 25_000.0, 50_000.0, 100_000.0, 1_000_000.0]),
            _ => 900.0 * 3000f64.powf(self.dice.unit()),
        };
        let growth = self.dice.pick(&[0.8, 1.0, 1.1, 1.5, 10.0, 12.0, 150.0]);
        let drift = f64::powf(growth, 1.0 / days as f64) - 1.0;
        let mut date = NaiveDate::from_ymd_opt(2020, 1, 2).unwrap() + Days::new(self.dice.below(1000));
        let (mut cash, mut shares, mut price) = (start, 0.0, 5.0 + 300.0 * self.dice.unit());
        for day in 0..days {
            date = Exchange::default().session_on_or_before(date);
            let moved = 1.0 + drift + 0.02 * (self.dice.unit() - 0.5);
            price = (price * moved * 100.0).round() / 100.0;
            if day > 0 && self.dice.below(9) == 0 {
                let paid = (start * (0.02 + 0.05 * self.dice.unit()) * 100.0).round() / 100.0;
                cash += paid;
                self.flow(date, paid);
            }
            if day == 1 || self.dice.below(12) == 0 {
                let bought = (cash * (0.3 + 0.6 * self.dice.unit()) / price).floor();
                if bought >= 1.0 {
                    cash -= bought * price + 1.0;
                    shares += bought;
                    self.fill(date, bought, price);
                }
            }
            self.snapshot(date, cash, shares, price);
            date = date + Days::new(if date.format("%u").to_string() == "5" { 3 } else { 1 });
        }
        self.record.snapshots.dedup_by_key(|snapshot| snapshot.date);
    }

    fn flow(&mut self, date: NaiveDate, amount: f64) {
        let number = self.dice.digits(9);
        let id =
            [String::from("initial"), "account".into(), "deposit-1".into(), number.clone(), format!("cash:{number}")]
                [self.dice.below(5) as usize]
                .clone();
        self.record.flows.push(CashFlow {
            label: None,
            conid: None,
            symbol: None,
            generated: None,
            id,
            date,
            account: self.account.clone(),
            currency: "USD".parse().unwrap(),
            amount: money(amount),
            fx_to_base: None,
            kind: FlowKind::Deposit,
            source: "test".into(),
        });
    }

    fn fill(&mut self, date: NaiveDate, shares: f64, price: f64) {
        let (order, perm) = (self.dice.digits(6), self.dice.digits(9));
        let id = [format!("0000e0d5.{:08x}.01.01", self.dice.below(1 << 32)), self.dice.digits(6), "initial".into()]
            [self.dice.below(3) as usize]
            .clone();
        self.record.executions.push(Execution {
            order_id: Some(order),
            perm_id: Some(perm),
            commission: Some(1.into()),
            commission_currency: Some("USD".parse().unwrap()),
            ..Execution::from(Trade {
                exec_id: ExecId::new(id),
                time: date.and_hms_opt(15, 0, 0).unwrap().and_utc(),
                account: self.account.clone(),
                symbol: Ticker::new("ABCD"),
                currency: "USD".parse().unwrap(),
                side: Side::Buy,
                quantity: money(shares),
                price: money(price),
                source: "test".into(),
            })
        });
    }

    fn snapshot(&mut self, date: NaiveDate, cash: f64, shares: f64, price: f64) {
        let held = Position {
            symbol: Ticker::new("ABCD"),
            conid: None,
            exchange: String::new(),
            currency: "USD".parse().unwrap(),
            quantity: money(shares),
            average_cost: None,
            market_price: Some(money(price)),
            market_value: money(shares * price),
            unrealized_pnl: None,
            realized_pnl: None,
        };
        self.record.snapshots.push(Snapshot {
            schema: 2,
            date,
            dated: None,
            as_of: date.and_hms_opt(21, 0, 0).unwrap().and_utc(),
            generated: None,
            account: self.account.clone(),
            base_currency: "USD".parse().unwrap(),
            net_liquidation: money(cash + shares * price),
            cash: BTreeMap::from([("USD".parse().unwrap(), money(cash))]),
            fx: BTreeMap::new(),
            accruals: BTreeMap::new(),
            positions: Some(if shares > 0.0 { vec![held] } else { Vec::new() }),
            doubts: Vec::new(),
            source: "test".into(),
        });
    }
}

/// The pages and tables of a record, without its reports; nothing where there is nothing to publish yet.
fn pages(record: &Record, config: &Config, theme: &theme::Theme) -> Option<Files> {
    let publication = redact(record, config).ok()?;
    let tables = tables::all(&publication);
    let rendered = site::render_again(&publication, theme, &tables, &Options::default(), &site::Held::default());
    Some(Files::clone(&rendered.unwrap().files))
}

fn described(leaks: &[Leak], files: &Files) -> Vec<String> {
    let line = |leak: &Leak| {
        let text = String::from_utf8_lossy(&files[&leak.file]).into_owned();
        let line = text.lines().nth(leak.line - 1).unwrap_or_default().to_lowercase();
        let at = line.find(&leak.text).unwrap_or_default();
        line.chars().skip(at.saturating_sub(80)).take(160).collect::<String>()
    };
    leaks.iter().map(|leak| format!("{leak:?} in {}", line(leak))).collect()
}

#[test]
fn no_honest_account_is_refused() {
    let theme = theme::load(&OwnTemplates::none()).unwrap();
    // Rendering is parallel itself.
    let wrong: Vec<String> = slice("TRACKRECORD_ACCOUNTS", 200)
        .flat_map(|seed| {
            let (record, config) = account(seed);
            let Some(files) = pages(&record, &config, &theme) else { return Vec::new() };
            let leaks = Secrets::of(&record, &config).search(&files);
            described(&leaks, &files).into_iter().map(|leak| format!("account {seed}: {leak}")).collect()
        })
        .collect();
    assert!(wrong.is_empty(), "{} false alarms\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

/// A value of the record and what it is.
fn private_value(record: &Record, dice: &mut Dice) -> Decimal {
    let snapshot = &record.snapshots[dice.below(record.snapshots.len() as u64) as usize];
    let position = snapshot.positions.iter().flatten().next();
    match dice.below(4) {
        0 if !record.flows.is_empty() => record.flows[dice.below(record.flows.len() as u64) as usize].amount,
        1 => snapshot.cash.values().next().copied().unwrap(),
        2 if position.is_some() => position.unwrap().market_value,
        _ => snapshot.net_liquidation,
    }
}

/// A value as somebody could write it, rounded or not.
fn notation(value: Decimal, dice: &mut Dice) -> String {
    let rounded =
        value.round_dp_with_strategy(dice.pick(&[0, 1, 2]), rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    let text = rounded.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let groups: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    let (separator, point) = dice.pick(&[
        ("", "."),
        (",", "."),
        (".", ","),
        (" ", "."),
        (" ", ","),
        ("'", "."),
        ("\u{2019}", "."),
        ("_", "."),
        ("\u{a0}", ","),
        ("\u{202f}", ","),
        ("\u{2009}", "."),
        ("&nbsp;", "."),
        ("&thinsp;", ","),
        ("&#8239;", ","),
        ("&#39;", "."),
    ]);
    let mut written = groups.join(separator);
    if !fraction.is_empty() {
        written = format!("{written}{point}{fraction}");
    }
    if dice.below(20) == 0 {
        let wide =
            |letter: char| letter.to_digit(10).and_then(|digit| char::from_u32(0xff10 + digit)).unwrap_or(letter);
        written = written.chars().map(wide).collect();
    }
    // What has few digits is an amount where it is written as one.
    let digits = rounded.mantissa().to_string().len();
    let is_clear = digits >= 6 || (groups.len() > 2 && digits >= 5);
    match dice.below(6) {
        _ if !is_clear => format!("{}{written}", dice.pick(&["$", "USD ", "\u{20ac} ", "\u{a3}"])),
        0 => format!("${written}"),
        1 => format!("USD{written}"),
        2 => format!("{written} USD"),
        3 => format!("{written}\u{20ac}"),
        _ => written,
    }
}

/// Puts words into a file of a site where an author's words could be; says where.
fn plant(files: &Files, words: &str, dice: &mut Dice) -> (String, Vec<u8>) {
    let pages: Vec<&String> = files.keys().filter(|name| name.ends_with(".html")).collect();
    let name = dice.pick(&pages).clone();
    let page = String::from_utf8(files[&name].to_vec()).unwrap();
    let behind = |mark: &str, before: &str, after: &str, dice: &mut Dice| {
        let places: Vec<usize> = page.match_indices(mark).map(|(at, _)| at + mark.len()).collect();
        let at = dice.pick(&places);
        format!("{}{before}{words}{after}{}", &page[..at], &page[at..])
    };
    let content = match dice.below(10) {
        0 => behind("<main", " data-x=\"", "\"", dice),
        1 => behind("</header>", "<!-- ", " -->", dice),
        2 => behind("</header>", "<p>I had ", " in it.</p>", dice),
        3 => behind("</header>", "<img alt=\"", "\" src=\"a.png\">", dice),
        4 => behind("</li>", "<li>", "</li>", dice),
        5 => behind("</header>", "<svg><text>", "</text></svg>", dice),
        6 => return ("files/notes.txt".into(), format!("one\n{words}\nthree").into_bytes()),
        7 => return ("files/notes.csv".into(), format!("a,b\n\"{words}\",2\n").into_bytes()),
        8 => return ("files/notes.json".into(), format!("{{\"note\":\"it was {words} then\"}}").into_bytes()),
        _ => return ("style.css".into(), format!("/* {words} */ a {{ color: #123456; }}").into_bytes()),
    };
    (name, content.into_bytes())
}

#[test]
fn every_planted_value_is_found() {
    let theme = theme::load(&OwnTemplates::none()).unwrap();
    let sites: Vec<_> = (0..24u64)
        .filter_map(|seed| {
            let (record, config) = account(seed);
            let files = pages(&record, &config, &theme)?;
            assert!(missing_flows(&record, "USD".parse().unwrap()).len() < 1000);
            Some((Secrets::of(&record, &config), record, files))
        })
        .collect();
    assert!(sites.len() > 12, "{}", sites.len());
    let missed: Vec<String> = slice("TRACKRECORD_PLANTED", 500)
        .into_par_iter()
        .filter_map(|seed| {
            let mut dice = Dice::new(1_000_000 + seed);
            let (secrets, record, files) = &sites[dice.below(sites.len() as u64) as usize];
            let value = private_value(record, &mut dice).abs();
            if value < Decimal::ONE_HUNDRED {
                return None;
            }
            let words = notation(value, &mut dice);
            let (name, content) = plant(files, &words, &mut dice);
            let planted = Files::from([(name.clone(), content.into())]);
            secrets.search(&planted).is_empty().then(|| format!("{value} as {words} in {name}"))
        })
        .collect();
    assert!(missed.is_empty(), "{} missed\n{}", missed.len(), missed[..missed.len().min(20)].join("\n"));
}
