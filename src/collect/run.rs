//! A whole collection: fills and account, statements, prices, one after the other. What one part lacks does not keep
//! the others from being asked.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, NaiveDate, Utc};

use super::flex::service::{self, Pace};
use super::ibkr::{self, AccountKind};
use super::progress::Progress;
use super::report::{Part, PartReport};
use super::work::Work;
use super::yahoo::{self, Wanted};
use crate::config::{Config, rate_symbol};
use crate::error::{Error, Result};
use crate::record::{
    AssetClass, Currency, Finding, FindingKind, Instruments, PriceSymbol, Record, Severity, Subject, Ticker,
};
use crate::site_dir::SiteDir;

/// Months of prices before the record begins: what a 12-1 signal on its first day looks back on, and one to spare.
const MONTHS_BEFORE: u32 = 14;

/// What to collect, and how.
pub struct Options<'a> {
    /// The parts, in order.
    pub parts: &'a [Part],
    /// Whose money it must be.
    pub kind: AccountKind,
    /// How patiently the Flex service is asked.
    pub pace: Pace,
    /// The moment of the collection.
    pub now: DateTime<Utc>,
    /// Who hears how far it is.
    pub progress: &'a dyn Progress,
}

/// What became of each part: its report, or what kept it from having one.
pub type Outcomes = Vec<(Part, Result<PartReport>)>;

/// Collects the parts of `options` into a site.
///
/// # Errors
/// Another collection is under way, or there is no way to wait for sockets. What goes wrong within a part is in its
/// outcome.
pub fn run(site: &SiteDir, config: &Config, options: &Options) -> Result<Outcomes> {
    let mut work = Work::begin(site, config, options.now)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::internal("cannot wait for sockets").because(error))?;
    Ok(runtime.block_on(all(&mut work, options)))
}

async fn all(work: &mut Work<'_>, options: &Options<'_>) -> Outcomes {
    let asked = |part: &&Part| matches!(part, Part::Executions | Part::Snapshot);
    let broker: Vec<Part> = options.parts.iter().filter(asked).copied().collect();
    let mut outcomes = Outcomes::new();
    if !broker.is_empty() {
        outcomes.extend(ibkr::collect(work, &broker, options.kind, options.progress).await);
    }
    if options.parts.contains(&Part::Flex) {
        let fetched = service::collect(work, options.pace, options.progress).await;
        outcomes.push((Part::Flex, fetched));
    }
    if options.parts.contains(&Part::Prices) {
        outcomes.push((Part::Prices, prices(work, options.progress).await));
    }
    outcomes
}

async fn prices(work: &mut Work<'_>, progress: &dyn Progress) -> Result<PartReport> {
    let (config, now) = (work.config, work.now);
    let (first, unnamed) = wanted(work.record(), config, now.date_naive());
    let mut report = yahoo::collect(work.store(), &config.yahoo, &first, now, progress).await?;
    // Only now is it known which currencies the benchmark and the universe are quoted in.
    let (mut more, _) = wanted(work.read_again(), config, now.date_naive());
    more.retain(|wanted| first.iter().all(|known| known.symbol != wanted.symbol));
    if !more.is_empty() {
        let pairs = yahoo::collect(work.store(), &config.yahoo, &more, now, progress).await?;
        report.added = report.added.and(pairs.added);
        report.findings.extend(pairs.findings);
    }
    report.findings.extend(unnamed);
    Ok(report)
}

/// The symbols whose prices are needed: the universe of every strategy, the benchmark, everything that was traded or
/// held, and each currency of theirs against the base, so far as it is known. Beside them, what could not be given a symbol of Yahoo's.
fn wanted(record: &Record, config: &Config, today: NaiveDate) -> (Vec<Wanted>, Vec<Finding>) {
    let first = record.snapshots.first().map(|snapshot| snapshot.date);
    let start = config.site.inception.or(first).unwrap_or(today).min(today);
    let from = start.checked_sub_months(Months::new(MONTHS_BEFORE)).unwrap_or(start);
    let mut symbols = config.universe_symbols();
    if !config.benchmark.symbol.is_empty() {
        symbols.insert(PriceSymbol::new(config.benchmark.symbol.as_str()));
    }
    let mut unnamed = BTreeSet::new();
    for (ticker, conid, exchange) in instruments(record) {
        match config.price_symbol(ticker, conid, exchange) {
            Ok(symbol) => symbols.extend(symbol),
            Err(problem) => drop(unnamed.insert((ticker.clone(), problem))),
        }
    }
    for fill in &record.executions {
        let AssetClass::Other(word) = &fill.asset_class else { continue };
        match config.price_symbol(&fill.symbol, fill.conid, "") {
            Ok(symbol) => symbols.extend(symbol),
            Err(_) => {
                let problem =
                    format!("{} is of the unknown asset class `{word}`: it may have no prices", fill.symbol);
                unnamed.insert((fill.symbol.clone(), problem));
            }
        }
    }
    let base = config.account.base_currency;
    let traded = record.executions.iter().map(|fill| fill.currency);
    let held = record.snapshots.iter().flat_map(|snapshot| snapshot.fx.keys().copied());
    let quoted: Vec<Currency> =
        symbols.iter().filter_map(|symbol| record.prices.get(symbol)).map(|series| series.currency).collect();
    let currencies = traded.chain(held).chain(quoted).filter(|currency| *currency != base);
    symbols.extend(currencies.map(|currency| rate_symbol(currency, base)));
    let findings = unnamed.into_iter().map(|(ticker, problem)| {
        let next = format!(
            "say under `[yahoo.symbols]` what it is called there: {ticker} = \"...\"; \"\" if it has no prices there"
        );
        Finding::new(Severity::Error, FindingKind::NoYahooSymbol, problem, next).about(Subject::Ticker(ticker))
    });
    (symbols.into_iter().map(|symbol| Wanted { symbol, from }).collect(), findings.collect())
}

/// Ticker, contract number and listing exchange of all shares and funds that were traded or held.
fn instruments(record: &Record) -> impl Iterator<Item = (&Ticker, Option<u64>, &str)> {
    let known = Instruments::of(&record.executions);
    let fills = record.executions.iter().filter(|fill| known.is_share(fill));
    let fills = fills.map(|fill| (&fill.symbol, fill.conid, fill.exchange.as_str()));
    let positions = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let positions = positions.filter(|position| known.is_share_position(position));
    let positions = positions.map(|position| (&position.symbol, position.conid, position.exchange.as_str()));
    // A row that does not know the exchange has nothing to say where another row knows it.
    let all: BTreeSet<_> = fills.chain(positions).collect();
    let known: BTreeSet<_> =
        all.iter().filter(|(.., exchange)| !exchange.is_empty()).map(|(ticker, ..)| *ticker).collect();
    all.into_iter().filter(move |(ticker, _, exchange)| !exchange.is_empty() || !known.contains(ticker))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Execution;
    use crate::record::testing::fill;

    #[test]
    fn prices_are_wanted_for_what_was_traded_its_currency_and_the_benchmark() {
        let own = |symbol: &str, exchange: &str, currency: &str, class: &str| Execution {
            symbol: Ticker::new(symbol),
            exchange: exchange.into(),
            currency: currency.parse().unwrap(),
            asset_class: class.into(),
            ..fill(symbol)
        };
        let executions = vec![
            own("SXLK", "LSEETF", "USD", "STK"),
            own("VOD", "LSE", "GBP", "STK"),
            own("VOD", "", "GBP", "STK"),
            own("SAP", "IBIS", "USD", "Equity"),
            own("MSFT", "NASDAQ", "USD", "stk"),
            own("CERT", "NASDAQ", "USD", "Odd Lot"),
            own("ODD", "MOON", "USD", "STK"),
            own("AAPL  260116C00200000", "CBOE", "USD", "OPT"),
        ];
        let mut config = Config::default();
        let record = Record { executions, ..Record::default() };
        let today = "2026-01-27".parse().unwrap();
        let (symbols, unnamed) = wanted(&record, &config, today);
        let universe = config.universe_symbols();
        let beyond = symbols.iter().filter(|wanted| !universe.contains(&wanted.symbol));
        let names: Vec<_> = beyond.map(|wanted| wanted.symbol.as_str()).collect();
        assert_eq!(names, ["GBPUSD=X", "MSFT", "SAP.DE", "VOD.L", "^GSPC"]);
        assert_eq!(symbols.len(), universe.len() + 5, "the universe, of which SXLK.L is one, and the rest");
        assert_eq!(symbols[0].from.to_string(), "2024-11-27");
        assert_eq!(unnamed.len(), 2);
        assert!(unnamed[0].message.contains("unknown asset class `Odd Lot`"), "{}", unnamed[0].message);
        assert!(unnamed[1].next_step.contains("ODD = "));
        // A record in euros needs what the benchmark is quoted in, once that is known.
        config.account.base_currency = "EUR".parse().unwrap();
        let priced = crate::analysis::testing::prices("^GSPC", &[(today, 1.into())]);
        let mut other = Record::default();
        let has_pair = |record: &Record, config: &Config| {
            wanted(record, config, today).0.iter().any(|wanted| wanted.symbol.as_str() == "USDEUR=X")
        };
        assert!(!has_pair(&other, &config));
        other.prices.insert(priced.symbol.clone(), priced);
        assert!(has_pair(&other, &config));
        config.account.base_currency = "USD".parse().unwrap();
        config.yahoo.symbols.extend([("ODD".into(), String::new()), ("CERT".into(), "CERT.DE".into())]);
        assert!(wanted(&record, &config, today).1.is_empty());
    }
}
