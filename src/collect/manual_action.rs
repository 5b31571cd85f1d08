//! Splits that the owner enters by hand, because no file of the broker tells them.

use chrono::NaiveDate;

use super::manual::{SOURCE, account_of};
use crate::analysis::instruments::same_ticker;
use crate::error::{Error, Result};
use crate::record::{ActionKind, AssetClass, CorporateAction, Currency, Ratio, Record, Ticker, action_rows};

/// A split, as it is entered.
#[derive(Debug, Clone)]
pub struct Split {
    /// The first day on which it traded in the new units.
    pub date: NaiveDate,
    /// The ticker, as the broker spells it.
    pub symbol: Ticker,
    /// New for old.
    pub ratio: Ratio,
    /// The currency it trades in, where the ticker alone could mean several instruments.
    pub currency: Option<Currency>,
}

/// The row of `data/actions.csv` for a split.
///
/// # Errors
/// A date after `today`, a ratio that changes nothing, a ticker that was never held or traded, or a split of that day that
/// is in the record already.
pub fn split(entry: &Split, record: &Record, account: Option<&str>, today: NaiveDate) -> Result<CorporateAction> {
    let Split { date, symbol, ratio, currency } = entry;
    if *date > today {
        return Err(Error::usage(format!("{date} has not come yet")).hint("correct the date"));
    }
    if ratio.new == ratio.old {
        return Err(Error::usage(format!("{ratio} changes nothing")).hint("write new for old, such as 4:1"));
    }
    let held = record.snapshots.iter().flat_map(|snapshot| snapshot.known_positions());
    let held = held.map(|position| (&position.symbol, position.currency));
    let traded = record.executions.iter().map(|fill| (&fill.symbol, fill.currency));
    let is_meant = |(ticker, of): &(&Ticker, Currency)| {
        same_ticker(ticker.as_str(), symbol.as_str()) && currency.is_none_or(|currency| currency == *of)
    };
    if !held.chain(traded).any(|instrument| is_meant(&instrument)) {
        return Err(Error::usage(format!("{symbol} was never held or traded in this record"))
            .hint("write the ticker as the broker does; `data/executions` has it"));
    }
    let known = action_rows::in_force(&record.actions).into_iter().find(|row| {
        row.kind.is_split() && row.date == *date && row.symbol == *symbol && row.source.as_str() == SOURCE
    });
    if known.is_some() {
        return Err(Error::usage(format!("the record has a split of {symbol} on {date} already, entered by hand"))
            .hint("`trackrecord action list` lists it; to correct it, edit data/actions.csv"));
    }
    let kind = if ratio.new > ratio.old { ActionKind::ForwardSplit } else { ActionKind::ReverseSplit };
    let id = format!("{SOURCE}:{date}:{symbol}:{ratio}");
    Ok(CorporateAction {
        event: id.clone(),
        id,
        date: *date,
        time: None,
        account: Some(account_of(record, account)?),
        kind,
        symbol: symbol.clone(),
        conid: None,
        asset_class: AssetClass::Stock,
        currency: *currency,
        quantity: None,
        ratio: Some(*ratio),
        proceeds: None,
        value: None,
        multiplier: None,
        cancels: None,
        source: SOURCE.into(),
        generated: None,
        text: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::testing::fill;

    fn entered(date: &str, symbol: &str, ratio: &str) -> Result<CorporateAction> {
        let record = Record { executions: vec![fill("a.b.01.01")], ..Record::default() };
        let entry = Split {
            date: date.parse().unwrap(),
            symbol: Ticker::new(symbol),
            ratio: ratio.parse().unwrap(),
            currency: None,
        };
        split(&entry, &record, None, "2026-02-01".parse().unwrap())
    }

    #[test]
    fn a_split_is_a_row_without_a_quantity_of_what_the_record_knows() {
        let row = entered("2026-01-28", "SXLK.L", "1:10").unwrap();
        assert_eq!(
            (row.kind, row.quantity, row.ratio.unwrap().to_string()),
            (ActionKind::ReverseSplit, None, "1:10".into())
        );
        assert_eq!(row.account.unwrap().private(), "U7654321");
        assert_eq!(entered("2026-01-28", "SXLK", "4:1").unwrap().kind, ActionKind::ForwardSplit);
        for (date, symbol, ratio) in
            [("2026-02-02", "SXLK", "4:1"), ("2026-01-28", "SXL", "4:1"), ("2026-01-28", "SXLK", "2:2")]
        {
            assert!(entered(date, symbol, ratio).is_err(), "{date} {symbol} {ratio}");
        }
    }
}
