//! Cash flows that the owner enters by hand, because they are in no file of the broker.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::record::flow::{AGAIN, DAYS_APART};
use crate::record::{AccountId, CashFlow, Currency, FlowKind, Record};

/// Where such rows come from, as their `source` says.
pub const SOURCE: &str = "manual";

/// Days after which a snapshot's exchange rate no longer stands for that of a date.
const OLDEST_RATE: i64 = 7;

/// A movement of money across the account's border, as it is entered.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The date on which it entered the net liquidation value.
    pub date: NaiveDate,
    /// Above zero into the account, below zero out of it.
    pub amount: Decimal,
    /// Its currency; the base currency where none is named.
    pub currency: Option<Currency>,
    /// What it was; by its sign where nothing is said.
    pub kind: Option<FlowKind>,
    /// What one unit of its currency was worth in the base currency; by the snapshots where nothing is said.
    pub rate: Option<Decimal>,
    /// Whether it is meant beside an equal one that the record has.
    pub again: bool,
}

/// The row of `data/flows.csv` for an entry.
///
/// # Errors
/// An amount of zero, or one whose sign contradicts the kind; a date after `today`; an equal row of the same day, or of the
/// broker's within three days, unless it is meant beside it; a currency without a rate; a record whose account is not known.
pub fn flow(
    entry: &Entry,
    record: &Record,
    account: Option<&str>,
    base: Currency,
    today: NaiveDate,
) -> Result<CashFlow> {
    let kind = kind(entry)?;
    if entry.date > today {
        return Err(Error::usage(format!("{} has not come yet", entry.date)).hint("correct the date"));
    }
    let currency = entry.currency.unwrap_or(base);
    if let Some(known) = record.flows.iter().find(|flow| is_entered(flow, entry, currency)).filter(|_| !entry.again) {
        let CashFlow { date, source, .. } = known;
        return Err(Error::usage(format!("the record has this flow already: on {date}, from `{source}`"))
            .hint("nothing to do; if money moved twice, add `--again`"));
    }
    let fx_to_base = if currency == base { None } else { Some(rate(entry, record, currency, base)?) };
    let amount = entry.amount.normalize();
    let digest =
        |number: usize| sha256(format!("{}|{currency}|{amount}|{kind:?}|{number}", entry.date).as_bytes(), 16);
    let mut id = format!("{SOURCE}:{}", digest(0));
    if entry.again {
        let is_free = |id: &String| record.flows.iter().all(|flow| flow.id != *id);
        let free = (1..=record.flows.len() + 1).map(|number| format!("{AGAIN}{}", digest(number))).find(is_free);
        id = free.unwrap_or(id);
    }
    Ok(CashFlow {
        symbol: None,
        conid: None,
        label: None,
        generated: None,
        id,
        date: entry.date,
        account: account_of(record, account)?,
        currency,
        amount,
        fx_to_base,
        kind,
        source: SOURCE.into(),
    })
}

/// Whether a flow of the record may be the entry's money.
fn is_entered(flow: &CashFlow, entry: &Entry, currency: Currency) -> bool {
    let days = if flow.source.is_by_hand() { 0 } else { DAYS_APART };
    (flow.currency, flow.amount) == (currency, entry.amount) && (flow.date - entry.date).num_days().abs() <= days
}

fn kind(entry: &Entry) -> Result<FlowKind> {
    let by_sign = if entry.amount > Decimal::ZERO { FlowKind::Deposit } else { FlowKind::Withdrawal };
    match entry.kind {
        _ if entry.amount.is_zero() => {
            Err(Error::usage("the amount is zero").hint("write it above zero into the account, below zero out of it"))
        }
        None => Ok(by_sign),
        Some(FlowKind::Deposit | FlowKind::Withdrawal) if entry.kind != Some(by_sign) => {
            Err(Error::usage(format!("{} contradicts the kind", entry.amount))
                .hint("a deposit is above zero, a withdrawal below: for instance `-- -1000`"))
        }
        Some(kind) => Ok(kind),
    }
}

/// The rate that was named, else that of the last snapshot on or before the date.
fn rate(entry: &Entry, record: &Record, currency: Currency, base: Currency) -> Result<Decimal> {
    let named = match entry.rate {
        Some(rate) if rate <= Decimal::ZERO => {
            return Err(Error::usage(format!("a rate of {rate} is not above zero")).hint("correct `--rate`"));
        }
        named => named,
    };
    let recent = record
        .snapshots
        .iter()
        .rev()
        .filter(|snapshot| snapshot.date <= entry.date && (entry.date - snapshot.date).num_days() <= OLDEST_RATE);
    named.or_else(|| recent.filter_map(|snapshot| snapshot.fx_to_base(currency)).next()).ok_or_else(|| {
        Error::usage(format!("what 1 {currency} was worth in {base} on {} is not known", entry.date))
            .hint(format!("add `--rate`, for instance `--rate 1.09` if 1 {currency} was 1.09 {base}"))
    })
}

/// The account of the configuration, else the one of the record's rows.
pub(super) fn account_of(record: &Record, account: Option<&str>) -> Result<AccountId> {
    let snapshots = record.snapshots.iter().map(|snapshot| &snapshot.account);
    let fills = record.executions.iter().map(|fill| &fill.account);
    account.map(AccountId::new).or_else(|| snapshots.chain(fills).next_back().cloned()).ok_or_else(|| {
        Error::configuration("the record does not say which account it is of")
            .hint("set `[account] id` in config/local.toml, or import a statement first")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Snapshot;

    fn record() -> Record {
        let snapshot: Snapshot = serde_json::from_str(
            r#"{"schema": 1, "date": "2026-01-26", "as_of": "2026-01-26T21:00:00Z", "account": "U1", "base_currency": "USD",
                "net_liquidation": "1000", "fx": {"EUR": "1.08"}, "source": "tws"}"#,
        )
        .unwrap();
        Record { snapshots: vec![snapshot], ..Record::default() }
    }

    fn entry(date: &str, amount: &str) -> Entry {
        let (date, amount) = (date.parse().unwrap(), amount.parse().unwrap());
        Entry { date, amount, currency: None, kind: None, rate: None, again: false }
    }

    fn made(entry: &Entry, record: &Record) -> Result<CashFlow> {
        flow(entry, record, None, "USD".parse().unwrap(), "2026-02-01".parse().unwrap())
    }

    #[test]
    fn the_sign_says_what_it_was_and_a_foreign_amount_takes_the_rate_of_its_day() {
        let deposit = made(&entry("2026-01-27", "500.00"), &record()).unwrap();
        assert_eq!((deposit.kind, deposit.account.private()), (FlowKind::Deposit, "U1"));
        assert_eq!((deposit.amount.to_string(), deposit.fx_to_base), ("500".to_owned(), None));
        assert_eq!(made(&entry("2026-01-27", "-3"), &record()).unwrap().kind, FlowKind::Withdrawal);
        let euro = Entry { currency: Some("EUR".parse().unwrap()), ..entry("2026-01-27", "100") };
        // 100 EUR at 1.08 are 108 USD.
        assert_eq!(made(&euro, &record()).unwrap().in_base("USD".parse().unwrap()), Some(108.into()));
        let late = Entry { date: "2026-02-03".parse().unwrap(), ..euro };
        assert!(
            flow(&late, &record(), None, "USD".parse().unwrap(), late.date).unwrap_err().message().contains("1 EUR")
        );
    }

    #[test]
    fn an_equal_flow_of_the_day_is_added_only_on_purpose() {
        let mut record = record();
        let first = made(&entry("2026-01-27", "500"), &record).unwrap();
        record.flows.push(first.clone());
        assert!(made(&entry("2026-01-27", "500"), &record).unwrap_err().message().contains("already"));
        let second = made(&Entry { again: true, ..entry("2026-01-27", "500") }, &record).unwrap();
        assert_ne!(second.id, first.id);
        record.flows.push(second.clone());
        let third = made(&Entry { again: true, ..entry("2026-01-27", "500") }, &record).unwrap();
        assert!(third.id != second.id && third.id.starts_with(AGAIN), "{}", third.id);
        assert!(made(&entry("2026-01-28", "500"), &record).is_ok(), "one of another day by hand is another one");
    }

    #[test]
    fn what_the_broker_has_stated_is_refused_for_three_days_around() {
        let mut record = record();
        let stated = made(&entry("2026-01-27", "500"), &record).unwrap();
        record.flows.push(CashFlow { id: "cash:1".into(), source: "flex".into(), ..stated });
        for date in ["2026-01-24", "2026-01-27", "2026-01-30"] {
            let error = made(&entry(date, "500.00"), &record).unwrap_err();
            assert!(error.message().contains("on 2026-01-27, from `flex`"), "{error}");
            assert!(error.next_step().is_some_and(|next| next.contains("--again")));
            assert!(made(&Entry { again: true, ..entry(date, "500") }, &record).unwrap().id.starts_with(AGAIN));
        }
        for (date, amount) in [("2026-01-23", "500"), ("2026-01-31", "500"), ("2026-01-27", "501")] {
            assert!(made(&entry(date, amount), &record).is_ok(), "{date} {amount}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (date, amount, kind) in [
            ("2026-01-27", "0", None),
            ("2026-02-02", "5", None),
            ("2026-01-27", "5", Some(FlowKind::Withdrawal)),
            ("2026-01-27", "-5", Some(FlowKind::Deposit)),
        ] {
            assert!(made(&Entry { kind, ..entry(date, amount) }, &record()).is_err(), "{date} {amount}");
        }
        assert!(made(&entry("2026-01-27", "5"), &Record::default()).unwrap_err().message().contains("account"));
    }
}
