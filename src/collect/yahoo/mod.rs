//! Daily prices from the chart service of Yahoo.
//!
//! `client` asks, `chart` reads an answer, `plan` decides from which date on, `suspicious` keeps aside what cannot be
//! believed, `merge` joins the rest with what is stored. Asking comes first, for all symbols at once; then everything
//! is written together.

mod chart;
mod client;
mod compare;
mod decimal;
mod document;
mod findings;
mod merge;
mod plan;
mod suspicious;
#[cfg(test)]
mod testing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::chart::Chart;
use self::client::Client;
use self::merge::Stored;
use self::plan::Span;
use super::progress::Progress;
use super::report::{Part, PartReport};
use crate::config;
use crate::error::{Error, Result};
use crate::record::price::quote_unit;
use crate::record::store::prices::{stored_prices, suspicious_prices};
use crate::record::store::{Changes, Store, SymbolPrices};
use crate::record::{ActionKind, AssetClass, Bar, CorporateAction, PriceSymbol, Ratio, Ticker};
use crate::site_dir::SiteDir;

/// The bars in an answer about a symbol that were finished at an instant.
///
/// # Errors
/// An answer that is no chart of this symbol.
pub fn bars(answer: &[u8], asked: &PriceSymbol, now: DateTime<Utc>) -> Result<Vec<Bar>> {
    Ok(chart::read(answer, asked, now)?.bars)
}

/// A symbol whose prices are wanted, and from which date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Yahoo's spelling.
    pub symbol: PriceSymbol,
    /// The first date that matters.
    pub from: NaiveDate,
}

/// Fetches what is missing of the wanted prices and stores it. A symbol that fails does not keep the others; the
/// report names it and the prices that are used instead.
///
/// It must run in a tokio runtime with time and network. `now` decides which bars are finished.
///
/// # Errors
/// An address that is none, confirmations that cannot be read, and as [`Store`]: another writer, or a disk that
/// refuses. What the service or a single symbol's file does wrong is in the report.
pub async fn collect(
    store: &mut Store,
    settings: &config::Yahoo,
    wanted: &[Wanted],
    now: DateTime<Utc>,
    progress: &dyn Progress,
) -> Result<PartReport> {
    let wanted = once_each(wanted, now.date_naive());
    let confirmed = settings.confirmations().map_err(Error::configuration)?;
    let asked = format!("daily prices of {} symbols from {}", wanted.len(), settings.base_url);
    let mut report = PartReport::new(Part::Prices, asked);
    if wanted.is_empty() {
        return Ok(report);
    }
    let client = Arc::new(Client::new(&settings.base_url, now)?);
    // A file that cannot be read is reported below, when it is read again.
    let question = |(symbol, from): (&PriceSymbol, &NaiveDate)| {
        let stored = stored_prices(store.site(), symbol).ok()?;
        Some(Question { symbol: symbol.clone(), from: *from, stored })
    };
    let mut answers = ask_all(&client, wanted.iter().filter_map(question).collect(), progress).await;

    let mut changes = Changes::default();
    for symbol in wanted.keys() {
        let stored = read(store.site(), symbol, confirmed.get(symbol).cloned().unwrap_or_default());
        let answer = answers.remove(symbol).unwrap_or_else(|| Err(Error::network("it was not asked for")));
        changes
            .actions
            .extend(answer.iter().flat_map(|answered| splits(symbol, &answered.chart, wanted.get(symbol), now)));
        match stored {
            Ok(stored) => changes.prices.push(settle(symbol, &stored, answer, now, &mut report)),
            Err(error) => report.findings.push(findings::failed(symbol, &error, &[])),
        }
    }
    store.commit(&changes)?;
    report.findings.sort();
    Ok(report)
}

/// The splits of a chart since a date, for everyone who holds the instrument.
fn splits(symbol: &PriceSymbol, chart: &Chart, from: Option<&NaiveDate>, now: DateTime<Utc>) -> Vec<CorporateAction> {
    let currency = quote_unit(&chart.currency).ok().map(|(currency, _)| currency);
    let wanted = chart.splits.iter().filter(|(date, _)| from.is_none_or(|from| *date >= from));
    let rows = wanted.filter_map(|(date, factor)| {
        let ratio = Ratio::near(*factor)?;
        Some(CorporateAction {
            id: format!("yahoo:{symbol}:{date}"),
            event: format!("yahoo:{symbol}:{date}"),
            date: *date,
            time: None,
            account: None,
            kind: if ratio.new > ratio.old { ActionKind::ForwardSplit } else { ActionKind::ReverseSplit },
            symbol: Ticker::new(symbol.as_str()),
            conid: None,
            asset_class: AssetClass::Unknown,
            currency,
            quantity: None,
            ratio: Some(ratio),
            of: None,
            proceeds: None,
            value: None,
            price: None,
            multiplier: None,
            cancels: None,
            source: "yahoo".into(),
            generated: Some(now.trunc_subsecs(0)),
            text: String::new(),
        })
    });
    rows.collect()
}

/// Every symbol once, from the earliest date that anyone wants.
fn once_each(wanted: &[Wanted], today: NaiveDate) -> BTreeMap<PriceSymbol, NaiveDate> {
    let mut each = BTreeMap::new();
    for Wanted { symbol, from } in wanted {
        each.entry(symbol.clone()).and_modify(|known: &mut NaiveDate| *known = (*known).min(*from)).or_insert(*from);
    }
    each.values_mut().for_each(|from| *from = (*from).min(today));
    each
}

/// What is stored of a symbol.
fn read(site: &SiteDir, symbol: &PriceSymbol, confirmed: BTreeSet<NaiveDate>) -> Result<Stored> {
    Ok(Stored { bars: stored_prices(site, symbol)?, held: suspicious_prices(site, symbol)?, confirmed })
}

/// A symbol that is to be asked about.
struct Question {
    symbol: PriceSymbol,
    from: NaiveDate,
    stored: Vec<Bar>,
}

/// What came back, and what had been asked for.
struct Answered {
    chart: Chart,
    span: Span,
}

/// The events of the requests in progress.
enum News {
    Words(String),
    Answer(PriceSymbol, Box<Result<Answered>>),
}

async fn ask_all(
    client: &Arc<Client>,
    questions: Vec<Question>,
    progress: &dyn Progress,
) -> BTreeMap<PriceSymbol, Result<Answered>> {
    progress.begin("prices", questions.len());
    let (teller, mut news) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    for question in questions {
        let (client, teller) = (Arc::clone(client), teller.clone());
        tasks.spawn(async move {
            let name = question.symbol.clone();
            let words = teller.clone();
            let say = move |text| drop(words.send(News::Words(format!("{name}: {text}"))));
            let answer = question.ask(&client, &say).await;
            drop(teller.send(News::Answer(question.symbol, Box::new(answer))));
        });
    }
    drop(teller);
    let mut answers = BTreeMap::new();
    while let Some(next) = news.recv().await {
        match next {
            News::Words(words) => progress.say(&words),
            News::Answer(symbol, answer) => {
                progress.step(symbol.as_str());
                answers.insert(symbol, *answer);
            }
        }
    }
    progress.end();
    answers
}

impl Question {
    /// The newest part where that is enough, else everything.
    async fn ask(&self, client: &Client, say: &client::Say) -> Result<Answered> {
        let span = plan::first(&self.stored, self.from);
        let chart = client.chart(&self.symbol, span, say).await?;
        if span.whole {
            return Ok(Answered { chart, span });
        }
        let Some(reason) = merge::needs_whole(&self.stored, &chart, self.from) else {
            return Ok(Answered { chart, span });
        };
        say(format!("{reason}; asking for the whole history"));
        let span = plan::whole(&self.stored, self.from);
        Ok(Answered { chart: client.chart(&self.symbol, span, say).await?, span })
    }
}

/// What becomes of the prices of a symbol, reported.
fn settle(
    symbol: &PriceSymbol,
    stored: &Stored,
    answer: Result<Answered>,
    now: DateTime<Utc>,
    report: &mut PartReport,
) -> SymbolPrices {
    let (settled, chart) = match &answer {
        Ok(Answered { chart, span }) => (merge::settle(stored, chart, *span), Some(chart)),
        Err(_) => (merge::without_answer(stored), None),
    };
    report.added.new += settled.new;
    report.added.known += settled.known;
    report.findings.extend(answer.as_ref().err().map(|error| findings::failed(symbol, error, &settled.bars)));
    report.findings.extend(findings::settled(symbol, &settled, chart, now));
    report.findings.extend(findings::idle_confirmations(symbol, stored, &settled));
    SymbolPrices { symbol: symbol.clone(), bars: settled.bars, suspicious: settled.held }
}
