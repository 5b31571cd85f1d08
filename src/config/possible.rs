//! Values that have the right type and are impossible all the same.

use rust_decimal::Decimal;

use super::Config;
use super::addresses::{ADDRESS, is_base_url, is_feed_id, is_secure};

/// The first value of the right type that is still invalid: its key and what is wrong.
pub(super) fn impossible(config: &Config) -> Option<(&'static str, String)> {
    let analysis = &config.analysis;
    let unconfirmed = config.yahoo.confirmations().err();
    let checks = [
        ("site.title", config.site.title.trim().is_empty(), "a site needs a title".to_owned()),
        ("site.base_url", config.site.base_url.as_deref().is_some_and(|url| !is_base_url(url)), ADDRESS.to_owned()),
        (
            "site.feed_id",
            config.site.feed_id.as_deref().is_some_and(|id| !is_feed_id(id)),
            "it must be a tag URI without blanks, such as tag:example.org,2026:record".to_owned(),
        ),
        (
            "analysis.risk_free",
            !(-0.2..=1.0).contains(&analysis.risk_free),
            format!("{} is not a rate a year between -0.2 and 1; 3 % is 0.03", analysis.risk_free),
        ),
        (
            "analysis.periods_per_year",
            !(1..=366).contains(&analysis.periods_per_year),
            format!("{} is not a number of trading days between 1 and 366", analysis.periods_per_year),
        ),
        (
            "analysis.outlier_bps",
            !(0.0..=10_000.0).contains(&analysis.outlier_bps),
            format!("{} is not between 0 and 10000 basis points", analysis.outlier_bps),
        ),
        ("analysis.trials", analysis.trials == Some(0), "at least this one strategy was tried".to_owned()),
        (
            "analysis.trials_sharpe_sd",
            analysis.trials_sharpe_sd.is_some_and(|sd| !(sd > 0.0 && sd.is_finite())),
            "a standard deviation is above zero".to_owned(),
        ),
        (
            "analysis.trials",
            analysis.trials.is_some_and(|trials| trials > 1) && analysis.trials_sharpe_sd.is_none(),
            "more than one trial needs `trials_sharpe_sd` beside it".to_owned(),
        ),
        (
            "privacy.delay_days",
            config.privacy.delay_days > 3650,
            format!("{} days is more than ten years", config.privacy.delay_days),
        ),
        (
            "ibkr.timeout_s",
            !(1..=600).contains(&config.ibkr.timeout_s),
            format!("{} is not between 1 and 600 seconds", config.ibkr.timeout_s),
        ),
        (
            "ibkr.max_retries",
            !(1..=20).contains(&config.ibkr.max_retries),
            format!("{} is not between 1 and 20 attempts", config.ibkr.max_retries),
        ),
        ("ibkr.host", config.ibkr.host.trim().is_empty(), "it is a name or an address, such as 127.0.0.1".to_owned()),
        ("ibkr.client_id", config.ibkr.client_id < 0, "it is a whole number, 0 or more".to_owned()),
        ("yahoo.base_url", !is_base_url(&config.yahoo.base_url), ADDRESS.to_owned()),
        ("yahoo.confirmed", unconfirmed.is_some(), unconfirmed.unwrap_or_default()),
        ("flex.base_url", !is_base_url(&config.flex.base_url), ADDRESS.to_owned()),
        (
            "flex.base_url",
            !is_secure(&config.flex.base_url),
            "the token is sent there, so it must start with https://".to_owned(),
        ),
        ("csv.multiplier", config.csv.multiplier <= Decimal::ZERO, "it is above zero; 1 for shares".to_owned()),
        (
            "csv.delimiter",
            config.csv.delimiter.is_some_and(|letter| !letter.is_ascii()),
            "it must be one ASCII character".to_owned(),
        ),
        (
            "csv.decimal_mark",
            config.csv.decimal_mark.is_some_and(|mark| !matches!(mark, '.' | ',')),
            "it must be `.` or `,`".to_owned(),
        ),
    ];
    let publish = config.publish.impossible();
    let proof = config.proof.impossible();
    checks
        .into_iter()
        .chain(publish)
        .chain(proof)
        .find(|(_, wrong, _)| *wrong)
        .map(|(key, _, message)| (key, message))
}
