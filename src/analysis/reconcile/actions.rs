//! Corporate actions that leave something open.

use super::actions_place;
use crate::analysis::actions::Event;
use crate::analysis::holdings::Holdings;
use crate::record::{Finding, FindingKind, Record, Severity, Subject};

/// Each corporate action after which the cost of something is not known; a transfer is a note, because its statement
/// never says it.
pub fn actions_without_cost(record: &Record) -> Vec<Finding> {
    let holdings = Holdings::of(record);
    holdings.events().filter(|event| !event.without_cost().is_empty()).map(finding).collect()
}

fn finding(event: &Event) -> Finding {
    let open = event.without_cost();
    let symbols: Vec<&str> =
        event.legs.iter().filter(|leg| open.contains(&leg.instrument)).map(|leg| leg.symbol.as_str()).collect();
    let severity =
        if *event.kind == crate::record::ActionKind::Transfer { Severity::Note } else { Severity::Warning };
    let message = format!("{}; results of what was open of {} are n/a", event.reason(), symbols.join(" and "));
    let next = "nothing to do; where the next holdings with average costs show how the cost of a spin-off is divided, it is taken from there";
    let mut finding =
        Finding::new(severity, FindingKind::CorporateAction, message, next).about(Subject::Date(event.date));
    for leg in &event.legs {
        finding = finding.about(Subject::Ticker(leg.symbol.clone()));
    }
    finding.at(actions_place())
}
