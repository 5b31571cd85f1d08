//! `[[strategy]]`: universe, rule, sizing and assumed costs.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Config;
use crate::record::{Currency, PriceSymbol, Rule, Ticker};
use crate::toml_value;

/// All strategies of the account. Where none is configured there is one, the default; `strategy = []` says that there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Strategies(Vec<Strategy>);

impl Default for Strategies {
    fn default() -> Self {
        Self(vec![Strategy::default()])
    }
}

impl std::ops::Deref for Strategies {
    type Target = [Strategy];
    fn deref(&self) -> &[Strategy] {
        &self.0
    }
}

/// One `[[strategy]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Strategy {
    /// Its short name in files and addresses: letters, digits, `-` and `_`.
    pub id: String,
    /// Its name on pages.
    pub name: String,
    /// Which rule decides.
    pub rule: Rule,
    /// `momentum`: how many months before the signal the measured return starts.
    pub lookback_months: u32,
    /// `momentum`: how many of the newest months are left out of it.
    pub skip_months: u32,
    /// `momentum`: how many instruments are held, each with the weight `1 / top_n`.
    pub top_n: u32,
    /// `momentum`: instruments with a lower return are not held; by default any return qualifies, negative ones too.
    pub min_momentum: Option<f64>,
    /// `fixed_weights`, `buy_and_hold`: share of the strategy by symbol; none for equal weights.
    #[serde(deserialize_with = "toml_value::decimals")]
    pub weights: BTreeMap<String, Decimal>,
    /// Deviations from a target weight of at most this share of the account are not traded.
    #[serde(deserialize_with = "toml_value::exact")]
    pub min_threshold: Decimal,
    /// Share of the account that stays in cash.
    #[serde(deserialize_with = "toml_value::exact")]
    pub cash_buffer: Decimal,
    /// Whether positions outside the universe are sold.
    pub sell_unknown: bool,
    /// Shares are bought in multiples of this.
    #[serde(deserialize_with = "toml_value::exact")]
    pub lot_size: Decimal,
    /// Assumed commission for one share, in the instrument's currency.
    #[serde(deserialize_with = "toml_value::exact")]
    pub commission_per_share: Decimal,
    /// Assumed commission in basis points of notional, on top of it.
    #[serde(deserialize_with = "toml_value::exact")]
    pub commission_bps: Decimal,
    /// Assumed minimum commission of an order, in the instrument's currency.
    #[serde(deserialize_with = "toml_value::exact")]
    pub commission_min: Decimal,
    /// Assumed slippage in basis points, always unfavourable.
    #[serde(deserialize_with = "toml_value::exact")]
    pub slippage_bps: Decimal,
    /// Initial capital of a backtest, in base currency.
    #[serde(deserialize_with = "toml_value::exact")]
    pub capital: Decimal,
    /// With several strategies: the share of the account this one manages; without it, equal shares.
    #[serde(deserialize_with = "toml_value::decimal", skip_serializing_if = "Option::is_none")]
    pub share: Option<Decimal>,
    /// With several strategies: fills and positions of this account are its own.
    pub account: String,
    /// With several strategies: fills whose `order_ref` starts with this are its own.
    pub order_ref: String,
    /// With several strategies: fills and positions of these tickers are its own; none for its universe.
    pub symbols: Vec<String>,
    /// What it chooses from.
    pub universe: Vec<Member>,
}

/// One instrument of a universe.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Member {
    /// Yahoo's symbol, under which its prices are stored.
    pub symbol: String,
    /// What pages call it.
    pub name: String,
    /// The broker's ticker; without it, the symbol up to its exchange: `SXLK` of `SXLK.L`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ibkr: String,
    /// The currency it is quoted in, needed where that is not the account's: its rate is then collected too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

impl Member {
    /// Yahoo's symbol.
    pub fn yahoo(&self) -> PriceSymbol {
        PriceSymbol::new(&self.symbol)
    }

    /// The broker's ticker.
    pub fn ticker(&self) -> Ticker {
        if !self.ibkr.is_empty() {
            return Ticker::new(&self.ibkr);
        }
        Ticker::new(self.symbol.split_once('.').map_or(self.symbol.as_str(), |(ticker, _)| ticker))
    }

    /// Whether a fill or position under this ticker is of this instrument.
    pub fn is(&self, ticker: &Ticker) -> bool {
        self.symbol == ticker.as_str() || self.ticker() == *ticker
    }
}

/// The nine S&P US sector ETFs of the London exchange.
const SECTORS: [(&str, &str); 9] = [
    ("SXLK", "Technology"),
    ("SXLF", "Financials"),
    ("SXLE", "Energy"),
    ("SXLV", "Health Care"),
    ("SXLY", "Consumer Discretionary"),
    ("SXLP", "Consumer Staples"),
    ("SXLI", "Industrials"),
    ("SXLB", "Materials"),
    ("SXLU", "Utilities"),
];

impl Default for Strategy {
    fn default() -> Self {
        let sector = |(ticker, name): (&str, &str)| Member {
            symbol: format!("{ticker}.L"),
            name: name.into(),
            ibkr: ticker.into(),
            currency: None,
        };
        Self {
            id: "momentum".into(),
            name: "12-1 momentum".into(),
            rule: Rule::Momentum,
            lookback_months: 12,
            skip_months: 1,
            top_n: 3,
            min_momentum: None,
            weights: BTreeMap::new(),
            min_threshold: Decimal::new(2, 2),
            cash_buffer: Decimal::new(5, 3),
            sell_unknown: false,
            lot_size: Decimal::ONE,
            commission_per_share: Decimal::ZERO,
            commission_bps: Decimal::from(5),
            commission_min: Decimal::from(4),
            slippage_bps: Decimal::from(5),
            capital: Decimal::from(100_000),
            share: None,
            account: String::new(),
            order_ref: String::new(),
            symbols: Vec::new(),
            universe: SECTORS.into_iter().map(sector).collect(),
        }
    }
}

impl Strategy {
    /// The instrument that the broker calls by this ticker, if it is in the universe.
    pub fn member(&self, ticker: &Ticker) -> Option<&Member> {
        self.universe.iter().find(|member| member.is(ticker))
    }

    /// The first key whose value has the right type and still cannot be, and what is wrong.
    fn impossible(&self) -> Option<(&'static str, String)> {
        let fraction = |value: Decimal| value >= Decimal::ZERO && value < Decimal::ONE;
        let id_fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let negative = |value: Decimal| value < Decimal::ZERO;
        let total: Decimal = self.weights.values().sum();
        let stranger =
            self.weights.keys().find(|symbol| !self.universe.iter().any(|member| member.symbol == **symbol));
        let checks = [
            (
                "id",
                self.id.is_empty() || !self.id.chars().all(id_fits),
                "it is made of letters, digits, - and _".to_owned(),
            ),
            (
                "lookback_months",
                !(1..=120).contains(&self.lookback_months),
                "it is between 1 and 120 months".to_owned(),
            ),
            ("skip_months", self.skip_months >= self.lookback_months, "it is less than `lookback_months`".to_owned()),
            ("top_n", self.top_n == 0 || self.top_n > 1000, "at least one instrument is held".to_owned()),
            ("min_momentum", self.min_momentum.is_some_and(|least| !least.is_finite()), "it is a number".to_owned()),
            (
                "weights",
                self.weights.values().any(|weight| *weight <= Decimal::ZERO),
                "a weight is above zero".to_owned(),
            ),
            ("weights", total > Decimal::ONE, format!("they add up to {total}, and nothing is borrowed: at most 1")),
            (
                "weights",
                stranger.is_some(),
                format!("`{}` is not in the universe", stranger.map_or("", String::as_str)),
            ),
            ("min_threshold", !fraction(self.min_threshold), "it is a share from 0 up to 1; 2 % is 0.02".to_owned()),
            (
                "cash_buffer",
                !fraction(self.cash_buffer),
                "it is a share from 0 up to 1; half a percent is 0.005".to_owned(),
            ),
            ("lot_size", self.lot_size <= Decimal::ZERO, "it is above zero; 1 for whole shares".to_owned()),
            ("commission_per_share", negative(self.commission_per_share), "it is not below zero".to_owned()),
            ("commission_bps", negative(self.commission_bps), "it is not below zero".to_owned()),
            ("commission_min", negative(self.commission_min), "it is not below zero".to_owned()),
            (
                "slippage_bps",
                self.slippage_bps < Decimal::ZERO || self.slippage_bps > Decimal::ONE_THOUSAND,
                "it is between 0 and 1000 basis points".to_owned(),
            ),
            (
                "capital",
                self.capital <= Decimal::ZERO || self.capital > Decimal::from(1_000_000_000_000u64),
                "it is above zero".to_owned(),
            ),
            (
                "share",
                self.share.is_some_and(|share| share <= Decimal::ZERO || share > Decimal::ONE),
                "it is a share above 0, at most 1".to_owned(),
            ),
            ("universe", self.universe.is_empty(), "a strategy needs something to choose from".to_owned()),
        ];
        let found = checks.into_iter().find(|(_, wrong, _)| *wrong).map(|(key, _, message)| (key, message));
        found.or_else(|| self.odd_member().map(|message| ("universe", message)))
    }

    /// What is wrong with a member of the universe.
    fn odd_member(&self) -> Option<String> {
        let mut symbols = BTreeSet::new();
        let mut tickers = BTreeSet::new();
        self.universe.iter().find_map(|member| {
            let symbol = &member.symbol;
            let is_name = !symbol.is_empty() && !symbol.starts_with('.') && !symbol.contains(['/', '\\', '\0']);
            if !is_name {
                Some(format!("`{symbol}` cannot name a file of prices"))
            } else if !symbols.insert(symbol) {
                Some(format!("`{symbol}` stands there twice"))
            } else if !tickers.insert(member.ticker()) {
                Some(format!("two symbols have the ticker `{}`", member.ticker()))
            } else {
                None
            }
        })
    }
}

impl Config {
    /// What pages call an instrument: as `[names]` says, else as a universe does, else nothing.
    pub fn name_of(&self, ticker: &Ticker) -> Option<&str> {
        let of_universe =
            || self.strategy.iter().find_map(|strategy| strategy.member(ticker)).map(|member| &member.name);
        self.names.get(ticker.as_str()).or_else(of_universe).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The first strategy that cannot be, as a key such as `strategy.0.top_n`, and what is wrong.
    pub(super) fn impossible_strategy(&self) -> Option<(String, String)> {
        let mut ids = BTreeSet::new();
        for (place, strategy) in self.strategy.iter().enumerate() {
            let twice = || {
                (!ids.insert(&strategy.id))
                    .then(|| ("id", format!("`{}` is taken by an earlier strategy", strategy.id)))
            };
            if let Some((key, message)) = strategy.impossible().or_else(twice) {
                return Some((format!("strategy.{place}.{key}"), message));
            }
        }
        let shares: Decimal = self.strategy.iter().filter_map(|strategy| strategy.share).sum();
        (shares > Decimal::ONE).then(|| {
            (
                "strategy.0.share".into(),
                format!("the shares of all strategies add up to {shares}, more than the account"),
            )
        })
    }
}

#[cfg(test)]
#[path = "strategy_tests.rs"]
mod tests;
