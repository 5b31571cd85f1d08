use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::terminal::Terminal;
use super::{Outcome, prompts};
use crate::calendar::Exchange;
use crate::config::{self, Setting};
use crate::counted::counted;
use crate::demo;
use crate::error::{Error, Result};
use crate::init::{ignores_public, init, init_with_pages};
use crate::record::Currency;
use crate::site::overrides;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// The new site directory
    #[arg(value_name = "DIR", required_unless_present = "template")]
    dir: Option<PathBuf>,
    /// Only copy this built-in template into templates/, to change it there: index.html, style.css, report.typ, ...
    #[arg(long, value_name = "NAME", conflicts_with_all = ["demo", "pages"])]
    template: Option<String>,
    /// Fill it with the demo's data and texts
    #[arg(long)]
    demo: bool,
    /// Who publishes the record
    #[arg(long, conflicts_with = "demo")]
    name: Option<String>,
    /// Whether the account is one of real money
    #[arg(long, value_enum, conflicts_with = "demo")]
    status: Option<Money>,
    /// The currency in which the account is valued, such as EUR
    #[arg(long, value_name = "CCY", conflicts_with = "demo")]
    currency: Option<Currency>,
    /// The exchange by whose trading days the record goes, as a market identifier code
    #[arg(long, value_name = "MIC", conflicts_with = "demo")]
    exchange: Option<String>,
    /// What the record is compared with, such as ^GSPC or SPY; "" for nothing
    #[arg(long, value_name = "SYMBOL", conflicts_with = "demo")]
    benchmark: Option<String>,
    /// Whether the benchmark is an index without its dividends, or has them
    #[arg(long, value_parser = ["price", "total"], value_name = "KIND", conflicts_with = "demo")]
    benchmark_kind: Option<String>,
    /// The account that is published, as the broker numbers it; it is written into config/local.toml
    #[arg(long, value_name = "ID", conflicts_with = "demo")]
    account: Option<String>,
    /// How finely the site is published: the finer, the easier the account's size is worked out
    #[arg(long, value_parser = ["fine", "daily", "monthly", "coarse"], value_name = "LEVEL", conflicts_with = "demo")]
    precision: Option<String>,
    /// Where `publish` puts the pages: an address, or the name of a remote
    #[arg(long, value_name = "REMOTE", conflicts_with = "demo")]
    publish_to: Option<String>,
    /// Also write a workflow with which GitHub shows a committed public/ as pages
    #[arg(long, conflicts_with = "demo")]
    pages: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Money {
    Live,
    Paper,
}

impl Money {
    fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paper => "paper",
        }
    }
}

/// What was said about the account, on the command line or, on a terminal, when asked. The rest stays open.
fn settings(arguments: &Arguments, is_new: bool) -> Result<Vec<Setting>> {
    let exchange = arguments.exchange.clone();
    let unknown = exchange.as_deref().filter(|mic| Exchange::from_mic(mic).is_none());
    if let Some(mic) = unknown {
        return Err(Error::usage(format!("`{mic}` is no market identifier code"))
            .hint("name one such as XNYS, XLON, XETR or XPAR"));
    }
    let given = [
        ("site", "author", arguments.name.clone()),
        ("site", "status", arguments.status.map(|money| money.name().to_owned())),
        ("account", "base_currency", arguments.currency.map(|currency| currency.to_string())),
        ("account", "exchange", exchange),
        ("benchmark", "symbol", arguments.benchmark.clone()),
        ("account", "id", arguments.account.clone()),
        ("privacy", "precision", arguments.precision.clone()),
        ("publish", "remote", arguments.publish_to.clone()),
    ];
    let ask = is_new && prompts::can_ask();
    let mut settings = Vec::new();
    for (section, key, value) in given {
        let value = match value {
            None if ask => ask_for(key)?,
            value => value,
        };
        settings.extend(value.map(|value| Setting::new(section, key, value)));
    }
    settings.extend(of_benchmark(arguments, &settings));
    Ok(settings)
}

/// What goes with a benchmark: its kind, and the name that the pages call it by, which is that of another one in a new configuration.
fn of_benchmark(arguments: &Arguments, settings: &[Setting]) -> Vec<Setting> {
    let chosen = settings.iter().find(|setting| setting.section == "benchmark").map(|setting| setting.value.as_str());
    let name = chosen.filter(|symbol| !symbol.is_empty() && *symbol != BENCHMARK);
    let kind = arguments.benchmark_kind.as_deref();
    let set = |key, value: Option<&str>| value.map(|value| Setting::new("benchmark", key, value));
    [set("name", name), set("kind", kind)].into_iter().flatten().collect()
}

/// The benchmark of a new configuration.
const BENCHMARK: &str = "^GSPC";

fn ask_for(key: &str) -> Result<Option<String>> {
    let answer = match key {
        "author" => prompts::text("Your name, or the one you publish under (nothing: said later)", "", true)?,
        "symbol" => {
            let prompt = "Benchmark, as Yahoo calls it (- for none)";
            let symbol = prompts::checked_text(prompt, BENCHMARK, |text| !text.is_empty())?;
            return Ok(Some(if symbol == "-" { String::new() } else { symbol }));
        }
        "remote" => prompts::text("Address of the public repository for the pages (nothing: said later)", "", true)?,
        "status" => return prompts::money().map(|money| money.map(str::to_owned)),
        "precision" => return prompts::precision().map(|level| Some(level.to_owned())),
        "base_currency" => {
            prompts::checked_text("Currency of the account (nothing: what the first statement says)", "", |text| {
                text.is_empty() || text.parse::<Currency>().is_ok()
            })?
        }
        "exchange" => {
            prompts::checked_text("Exchange, such as XNYS (nothing: the one that is traded most)", "", |text| {
                text.is_empty() || Exchange::from_mic(text).is_some()
            })?
        }
        _ => prompts::text("Account number, kept out of the repository (nothing: the only one)", "", true)?,
    };
    Ok(Some(answer).filter(|answer| !answer.is_empty()))
}

/// What to do with a new site.
const NEXT: &str = "\
next, in that folder:
  `trackrecord import flex FILE` (or `import csv`, `import nav`) brings data in; `trackrecord collect` asks the broker for it
  fill in the pages in content/ and what is still open in config/config.toml: `trackrecord check` lists it
  `trackrecord build`, then open public/index.html";

/// And with the demo's.
const NEXT_OF_DEMO: &str = "next, in that folder: `trackrecord build`, then open public/index.html";

pub fn run(arguments: &Arguments, root: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let site = arguments.dir.as_ref().map_or_else(|| root.clone(), SiteDir::new);
    if let Some(name) = &arguments.template {
        super::must_be_site(&site)?;
        let path = overrides::copy(name, &site.templates())?;
        terminal.say("it replaces the built-in one from now on; `trackrecord check` says when that changes");
        terminal.result(path.display())?;
        return Ok(Outcome::Fine);
    }
    if arguments.demo {
        demo::write(&site)?;
    } else {
        let settings = settings(arguments, !site.config().exists())?;
        let started = if arguments.pages { init_with_pages(&site)? } else { init(&site)? };
        config::set(&site, &settings)?;
        started.written.iter().for_each(|path| terminal.detail(format!("  {}", path.display())));
        terminal.say(format!(
            "{} written, {} kept as they were",
            counted(started.written.len(), "file"),
            started.kept.len()
        ));
    }
    terminal.say(if arguments.demo { NEXT_OF_DEMO } else { NEXT });
    if arguments.pages {
        if ignores_public(&site) {
            terminal.say("next: take `public/` out of .gitignore, so that it is committed");
        }
        terminal.say("this repository is as public as its pages: never commit data/ or config/local.toml");
    } else {
        terminal
            .say("keep this folder private; `trackrecord publish` puts the pages into another, public repository");
    }
    terminal.result(site.root().display())?;
    Ok(Outcome::Fine)
}
