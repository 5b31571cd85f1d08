//! What the gateway says about contracts: ticker, class, unit, and where they are listed.

use std::collections::BTreeMap;
use std::time::Duration;

use ibapi::contracts::{Contract, ContractDetails, SecurityType};
use rust_decimal::Decimal;

use super::session::{Session, read};
use crate::error::Result;
use crate::record::{AssetClass, Currency, Finding, FindingKind, Severity, Ticker};

/// What is known of a contract beyond the row it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The exchange it is listed on, such as `LSEETF`.
    pub exchange: String,
    /// In what part of the currency it is quoted: 100 for pence.
    pub magnifier: Decimal,
    /// Units that one contract stands for.
    pub multiplier: Decimal,
}

/// The listings of these contracts, by number. One that the gateway does not know is left out. Where it gives no answer, nobody
/// waits for the rest, and a warning is returned beside what is known: what was to be collected does not depend on it.
pub async fn listings(session: &Session<'_>, contracts: &[&Contract]) -> (BTreeMap<i32, Listing>, Option<Finding>) {
    let mut known = BTreeMap::new();
    let problem = ask(session, contracts, &mut known).await.err().map(|error| {
        let mut finding = Finding::from_error(FindingKind::NoListings, &error);
        finding.severity = Severity::Warning;
        finding.message = format!("{}; where it is listed is left open, and all else is stored", finding.message);
        finding.next_step = "nothing to do: the next collection asks again".to_owned();
        finding
    });
    (known, problem)
}

async fn ask(session: &Session<'_>, contracts: &[&Contract], known: &mut BTreeMap<i32, Listing>) -> Result<()> {
    let distinct: BTreeMap<i32, &Contract> = contracts
        .iter()
        .map(|contract| (contract.contract_id, *contract))
        .filter(|(number, _)| *number != 0)
        .collect();
    for contract in distinct.into_values() {
        let question = Contract { contract_id: contract.contract_id, ..Contract::default() };
        let what = format!("contract {}", contract.contract_id);
        let details = session
            .ask(&what, async |client| match details(client, &question, session.patience()).await {
                // The gateway does not know this contract any more; what the row itself says has to do.
                Err(ibapi::Error::Notice(notice)) if notice.code == 200 => Ok(Vec::new()),
                other => other,
            })
            .await?;
        if let Some(found) = details.iter().find(|found| found.contract.contract_id == contract.contract_id) {
            known.insert(contract.contract_id, listing(found));
        }
        session.progress().step(contract.symbol.as_str());
    }
    Ok(())
}

async fn details(
    client: &ibapi::Client,
    question: &Contract,
    patience: Duration,
) -> Result<Vec<ContractDetails>, ibapi::Error> {
    let stream = client.contract_details_stream(question).subscribe().await?;
    let reported = read(stream, patience, |_| false).await?;
    if reported.complete { Ok(reported.rows) } else { Err(ibapi::Error::Timeout) }
}

fn listing(details: &ContractDetails) -> Listing {
    let primary = details.contract.primary_exchange.as_str();
    let exchange = if primary.is_empty() { details.contract.exchange.as_str() } else { primary };
    Listing {
        exchange: exchange.to_owned(),
        magnifier: Decimal::from(details.price_magnifier.max(1)),
        multiplier: multiplier(&details.contract).unwrap_or(Decimal::ONE),
    }
}

/// The listing exchange: what the details say, else the contract's own, unless that is only a router.
pub fn exchange(contract: &Contract, listing: Option<&Listing>) -> String {
    let own = [contract.primary_exchange.as_str(), contract.exchange.as_str()];
    let known = listing.map(|listing| listing.exchange.as_str());
    let named = known.into_iter().chain(own).find(|name| !matches!(*name, "" | "SMART" | "IBKRATS"));
    named.unwrap_or_default().to_owned()
}

/// The ticker as statements spell it: the plain symbol of shares, the full name of anything with an expiry or a pair.
pub fn ticker(contract: &Contract) -> Ticker {
    let plain =
        matches!(contract.security_type, SecurityType::Stock | SecurityType::MutualFund | SecurityType::Crypto);
    let name = if plain || contract.local_symbol.is_empty() {
        contract.symbol.to_string()
    } else {
        contract.local_symbol.clone()
    };
    Ticker::new(name)
}

/// The asset class.
pub fn asset_class(contract: &Contract) -> AssetClass {
    match &contract.security_type {
        SecurityType::Stock => AssetClass::Stock,
        SecurityType::Option => AssetClass::Option,
        SecurityType::Future | SecurityType::ContinuousFuture => AssetClass::Future,
        SecurityType::Index => AssetClass::Index,
        SecurityType::FuturesOption => AssetClass::FutureOption,
        SecurityType::ForexPair => AssetClass::Forex,
        SecurityType::Spread => AssetClass::Combination,
        SecurityType::Warrant => AssetClass::Warrant,
        SecurityType::Bond => AssetClass::Bond,
        SecurityType::Commodity => AssetClass::Commodity,
        SecurityType::News => AssetClass::Other("NEWS".into()),
        SecurityType::MutualFund => AssetClass::Fund,
        SecurityType::Crypto => AssetClass::Crypto,
        SecurityType::CFD => AssetClass::Cfd,
        SecurityType::Other(name) => name.as_str().into(),
    }
}

/// Units one contract stands for.
///
/// # Errors
/// A multiplier that is no number above zero.
pub fn multiplier(contract: &Contract) -> Result<Decimal, String> {
    let text = contract.multiplier.trim();
    if text.is_empty() {
        return Ok(Decimal::ONE);
    }
    let number = text.parse::<Decimal>().ok().filter(|number| *number > Decimal::ZERO);
    number.map(|number| number.normalize()).ok_or_else(|| format!("multiplier `{text}` is no number above zero"))
}

/// The currency of a contract.
///
/// # Errors
/// A code that is none.
pub fn currency(contract: &Contract) -> Result<Currency, String> {
    contract.currency.as_str().parse()
}

/// A number of the wire as the shortest decimal that stands for it. `None` for the marks of "not available".
pub fn decimal(number: f64) -> Option<Decimal> {
    if !number.is_finite() || number.abs() > 1e18 {
        return None;
    }
    let text = number.to_string();
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_they_were_sent_with() {
        assert_eq!(decimal(188.25).unwrap().to_string(), "188.25");
        assert_eq!(decimal(0.1).unwrap().to_string(), "0.1");
        assert_eq!(decimal(100.0).unwrap().to_string(), "100");
        assert_eq!(decimal(-1.00523).unwrap().to_string(), "-1.00523");
        for none in [f64::MAX, f64::NAN, f64::INFINITY] {
            assert_eq!(decimal(none), None);
        }
    }

    #[test]
    fn shares_go_by_symbol_and_options_by_their_full_name() {
        let mut contract =
            Contract { symbol: "AAPL".into(), local_symbol: "AAPL  260116C00200000".into(), ..Contract::default() };
        assert_eq!(ticker(&contract).as_str(), "AAPL");
        contract.security_type = SecurityType::Option;
        assert_eq!(ticker(&contract).as_str(), "AAPL  260116C00200000");
        assert_eq!(asset_class(&contract), AssetClass::Option);
    }

    #[test]
    fn a_router_is_no_listing_exchange() {
        let contract = Contract { exchange: "SMART".into(), ..Contract::default() };
        assert_eq!(exchange(&contract, None), "");
        let listing = Listing { exchange: "LSEETF".into(), magnifier: Decimal::ONE, multiplier: Decimal::ONE };
        assert_eq!(exchange(&contract, Some(&listing)), "LSEETF");
        let contract = Contract { exchange: "ARCA".into(), ..Contract::default() };
        assert_eq!(exchange(&contract, None), "ARCA");
    }

    #[test]
    fn a_multiplier_is_a_number_above_zero() {
        let with = |text: &str| multiplier(&Contract { multiplier: text.into(), ..Contract::default() });
        assert_eq!(with("").unwrap(), Decimal::ONE);
        assert_eq!(with("100.0").unwrap().to_string(), "100");
        assert!(with("0").is_err() && with("x").is_err());
    }
}
