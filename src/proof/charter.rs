//! What the first entry says: who records what, by which rules, and how finely. A field that changes later is an entry of its own.

use std::collections::BTreeMap;

use super::entry::{Fields, Value, fields};
use super::wanted::{level_name, named};
use crate::config::{Config, Member, PrivacyMode, Strategy};
use crate::publication::{Disclosure, Publication};
use crate::record::Record;

/// The charter of a record as it is now.
pub fn charter(record: &Record, publication: Option<&Publication>, config: &Config) -> Fields {
    let disclosure = Disclosure::new(&config.privacy);
    let inception = config.site.inception.or(record.begins());
    fields([
        ("author", config.site.author.as_str().into()),
        ("status", named(&config.site.status)),
        ("strategies", config.strategy.iter().map(strategy).collect::<Vec<_>>().into()),
        ("benchmark", config.benchmark.symbol.as_str().into()),
        ("base_currency", config.account.base_currency.to_string().into()),
        ("exchange", record.exchange.mic().into()),
        ("each_session", publication.is_some_and(|publication| publication.facts.is_daily).into()),
        ("start", inception.map(|date| date.to_string()).into()),
        ("precision", level_name(disclosure.level()).into()),
        ("amounts", (config.privacy.mode == PrivacyMode::Absolute).into()),
        ("delay_days", config.privacy.delay_days.into()),
        ("owner", stated(&config.disclosures.owner)),
        ("other_accounts", stated(&config.disclosures.other_accounts)),
        ("other_records", stated(&config.disclosures.other_records)),
        ("variants_tried", stated(&config.disclosures.variants_tried)),
    ])
}

/// The accounts, of which only commitments are published.
pub fn accounts(record: &Record, config: &Config) -> BTreeMap<&'static str, String> {
    let of_record = || record.snapshots.last().map(|snapshot| snapshot.account.private().to_owned());
    let account = config.account.id().map(str::to_owned).or_else(of_record);
    let mut all: Vec<String> = account.iter().cloned().chain(config.account.all().map(str::to_owned)).collect();
    all.sort();
    all.dedup();
    // Also where there is one alone, so that its presence tells nothing.
    let all = (!all.is_empty()).then(|| ("accounts", all.join("\n")));
    account.map(|account| ("account", account)).into_iter().chain(all).collect()
}

fn stated(text: &str) -> Value {
    if text.trim().is_empty() { "not stated".into() } else { text.trim().into() }
}

/// A rule with its parameters. What could be an amount of money, and which account or label it goes by, stays out.
fn strategy(strategy: &Strategy) -> Value {
    let weights: Fields =
        strategy.weights.iter().map(|(symbol, weight)| (symbol.clone(), weight.to_string().into())).collect();
    let member = |member: &Member| Value::from(member.symbol.as_str());
    fields([
        ("id", strategy.id.as_str().into()),
        ("rule", strategy.rule.as_str().into()),
        ("lookback_months", strategy.lookback_months.into()),
        ("skip_months", strategy.skip_months.into()),
        ("top_n", strategy.top_n.into()),
        ("min_momentum", strategy.min_momentum.map(|least| least.to_string()).into()),
        ("weights", weights.into()),
        ("min_threshold", strategy.min_threshold.to_string().into()),
        ("cash_buffer", strategy.cash_buffer.to_string().into()),
        ("sell_unknown", strategy.sell_unknown.into()),
        ("share", strategy.share.map(|share| share.to_string()).into()),
        ("universe", Value::List(strategy.universe.iter().map(member).collect())),
    ])
    .into()
}
