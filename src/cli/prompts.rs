//! Questions on a terminal. They are asked on standard error, so that results stay alone on standard output.

use std::io::IsTerminal;

use dialoguer::{Confirm, Editor, Input, Select};
use rust_decimal::Decimal;

use crate::annotate::{Listed, Proposal};
use crate::error::{Error, Result};
use crate::record::Side;

fn unanswered(error: dialoguer::Error) -> Error {
    Error::usage("the question was not answered, and nothing was written").because(error)
}

/// A line of words; an empty answer is allowed where `optional`.
pub fn text(prompt: &str, proposed: &str, optional: bool) -> Result<String> {
    let mut input = Input::<String>::new().with_prompt(prompt).allow_empty(optional);
    if !proposed.is_empty() {
        input = input.default(proposed.to_owned());
    }
    input.interact_text().map(|answer| answer.trim().to_owned()).map_err(unanswered)
}

/// A price above zero, or none.
pub fn price(prompt: &str, proposed: Option<Decimal>) -> Result<Option<Decimal>> {
    let check = |answer: &String| match answer.trim().parse::<Decimal>() {
        _ if answer.trim().is_empty() => Ok(()),
        Ok(price) if price > Decimal::ZERO => Ok(()),
        _ => Err("write a price above zero, such as 188.25, or nothing"),
    };
    let mut input = Input::<String>::new().with_prompt(prompt).allow_empty(true).validate_with(check);
    if let Some(proposed) = proposed {
        input = input.default(proposed.to_string());
    }
    let answer = input.interact_text().map_err(unanswered)?;
    Ok(answer.trim().parse().ok())
}

/// Buy or sell.
pub fn side() -> Result<Side> {
    let chosen =
        Select::new().with_prompt("Side").items(["Buy", "Sell"]).default(0).interact().map_err(unanswered)?;
    Ok(if chosen == 0 { Side::Buy } else { Side::Sell })
}

/// Whether someone is there to answer.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// A line of words of a certain form.
pub fn checked_text(prompt: &str, proposed: &str, is_valid: impl Fn(&str) -> bool) -> Result<String> {
    let check = |answer: &String| if is_valid(answer.trim()) { Ok(()) } else { Err("that is not one") };
    let mut input = Input::<String>::new().with_prompt(prompt).allow_empty(true).validate_with(check);
    if !proposed.is_empty() {
        input = input.default(proposed.to_owned());
    }
    input.interact_text().map(|answer| answer.trim().to_owned()).map_err(unanswered)
}

/// Whose money an account holds, or nothing where that is decided later.
pub fn money() -> Result<Option<&'static str>> {
    let items = ["real money", "a broker's simulated account", "to be said later"];
    let chosen =
        Select::new().with_prompt("The account is").items(items).default(2).interact().map_err(unanswered)?;
    Ok(["live", "paper"].get(chosen).copied())
}

/// How finely a site is published.
pub fn precision() -> Result<&'static str> {
    let items = [
        "days in steps of 0.3 %: who knows your rule can work out most sizes",
        "months in steps of 0.1 %, the curve 2 %: hides most from 100,000 on",
        "months in steps of 0.5 %, the curve 5 %: hides those from 50,000 on",
        "days to six decimals: anybody can work out the size to the dollar",
    ];
    let prompt = "What readers see, and how far it hides the account's size";
    let chosen = Select::new().with_prompt(prompt).items(items).default(0).interact().map_err(unanswered)?;
    Ok(["daily", "monthly", "coarse", "fine"].get(chosen).copied().unwrap_or("daily"))
}

/// Yes or no.
pub fn yes(prompt: &str, proposed: bool) -> Result<bool> {
    Confirm::new().with_prompt(prompt).default(proposed).interact().map_err(unanswered)
}

/// One of the planned trades, or none of them; nothing is asked where there is no plan.
pub fn proposal(proposed: &[Proposal]) -> Result<Option<Proposal>> {
    if proposed.is_empty() {
        return Ok(None);
    }
    let name = |proposal: &Proposal| format!("{} {} (plan of {})", proposal.side, proposal.symbol, proposal.planned);
    let items: Vec<String> = proposed.iter().map(name).chain(["something else".to_owned()]).collect();
    let chosen = Select::new().with_prompt("Which trade").items(&items).default(0).interact().map_err(unanswered)?;
    Ok(proposed.get(chosen).cloned())
}

/// One of the notes.
pub fn note<'a>(open: &[&'a Listed]) -> Result<&'a Listed> {
    let items: Vec<String> = open.iter().map(|note| format!("{} ({})", note.id, note.state.in_words())).collect();
    let chosen = Select::new().with_prompt("Which note").items(&items).default(0).interact().map_err(unanswered)?;
    open.get(chosen).copied().ok_or_else(|| Error::usage("there is no such note"))
}

/// A text from `$VISUAL` or `$EDITOR`; nothing where it was closed without saving.
pub fn editor() -> Result<String> {
    let edited = Editor::new().extension(".md").edit("").map_err(unanswered)?;
    Ok(edited.map(|text| text.trim_end().to_owned() + "\n").filter(|text| text != "\n").unwrap_or_default())
}
