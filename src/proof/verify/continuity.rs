//! Whether the days of a record follow each other, and every session is one of them or said to be missing.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::super::entry::{Value, dates};
use super::super::log::Kind;
use super::super::state::{Held, State};
use super::{Broken, Verified, broken, of_charter};
use crate::calendar::Exchange;
use crate::counted::counted;

/// Each day names the one before it; where the charter says that there is a valuation of each session, a session without one stands in
/// a `gap`.
pub fn check(verified: &mut Verified, state: &State) -> Result<(), Broken> {
    let mut days: Vec<&Held> = state.held().map(|(_, held)| held).filter(|held| held.kind == Kind::Day).collect();
    days.sort_by_key(|day| day.date);
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        verified.unchecked.push("whether a day was left out: none is recorded yet".to_owned());
        return Ok(());
    };
    verified.days = Some((first.date, last.date));
    if verified.held_back > 0 {
        verified
            .unchecked
            .push("whether a day was left out: days may be among the entries that are held back".to_owned());
        return Ok(());
    }
    let since = |day: &Held| day.fields.get("since").and_then(Value::as_text).map(str::to_owned);
    if since(first).is_some() {
        return Err(broken(
            first.seq,
            format!("{} is the first day, and says that there was one before it", first.date),
        ));
    }
    for (before, day) in days.iter().zip(days.iter().skip(1)) {
        if since(day) != Some(before.date.to_string()) {
            let said = since(day).unwrap_or_else(|| "nothing".to_owned());
            let what = format!("the day before {} is {} here, and its entry says {said}", day.date, before.date);
            return Err(broken(day.seq, what));
        }
    }
    verified.checked.push(format!(
        "{} from {} to {}, each of which names the one before it",
        counted(days.len(), "day"),
        first.date,
        last.date
    ));
    sessions(verified, state, &days)
}

fn sessions(verified: &mut Verified, state: &State, days: &[&Held]) -> Result<(), Broken> {
    let exchange = of_charter(state, "exchange").and_then(Value::as_text).and_then(Exchange::from_mic);
    let Some(exchange) = exchange.filter(|_| of_charter(state, "each_session") == Some(&Value::Bool(true))) else {
        verified.unchecked.push(
            "whether a session of the exchange was left out: the charter does not promise a valuation of each"
                .to_owned(),
        );
        return Ok(());
    };
    let gaps = state.held().map(|(_, held)| held).filter(|held| held.kind == Kind::Gap);
    let missing: BTreeSet<NaiveDate> = gaps.flat_map(|gap| dates(&gap.fields, "days")).collect();
    let mut count = 0;
    for (before, day) in days.iter().zip(days.iter().skip(1)) {
        for session in exchange.sessions_between(before.date, day.date) {
            if !missing.contains(&session) {
                let what = format!("{session} was a session of {}, and has neither a day nor a gap", exchange.name());
                return Err(broken(day.seq, what));
            }
            count += 1;
        }
    }
    verified.gaps = count;
    let whose = if exchange.has_calendar() { exchange.name().to_owned() } else { "weekdays".to_owned() };
    verified.checked.push(match count {
        0 => format!("no session between them is missing ({whose})"),
        1 => format!("1 session between them ({whose}) has no entry, and a gap names it"),
        _ => format!("{count} sessions between them ({whose}) have no entry, and gaps name all of them"),
    });
    Ok(())
}
