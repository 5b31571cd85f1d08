//! Hostile inputs at scale: what every reader makes of files that were spoilt on purpose. `just hostile` tries a million.
//!
//! Of each input it is asked whether it panics, comes to no end, loses a row without a word, gives a secret away, or takes more
//! memory than [`ALONE`] allows. Inputs depend on their number alone, so that one that fails can be tried again.

mod clock;
mod inputs;
mod kills;
mod kind;
mod mutation;
mod planted;
mod run;
mod tally;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use kind::{Kind, Outcome};
use run::{Limits, tried};
use tally::{Tally, part};

/// What an input of some kilobytes may take where other tests run beside it.
const BESIDE_OTHERS: Limits =
    Limits { computing: Duration::from_secs(5), waiting: Duration::from_secs(60), memory: None };

/// What it may take in a process of its own.
const ALONE: Limits = Limits { memory: Some(500), ..BESIDE_OTHERS };

/// How many inputs `cargo test` tries; `TRACKRECORD_HOSTILE` names another number.
const INPUTS: usize = 20_000;

/// A long run is kept in parts of so many.
const PART: usize = 5_000;

/// Kinds take turns by their shares.
fn kind_of(kinds: &[Kind], number: usize) -> &Kind {
    let all: usize = kinds.iter().map(|kind| kind.share).sum();
    let mut place = number % all;
    for kind in kinds {
        match place.checked_sub(kind.share) {
            Some(rest) => place = rest,
            None => return kind,
        }
    }
    unreachable!("the shares add up")
}

/// A number from the environment.
fn wanted(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// This very program: what another one found says nothing of it.
fn program() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata).unwrap();
    let changed = file.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    format!("{} bytes of {}", file.len(), changed.as_nanos())
}

#[test]
fn no_input_breaks_a_reader() {
    let first = wanted("TRACKRECORD_HOSTILE_FIRST", 0);
    let count = wanted("TRACKRECORD_HOSTILE", INPUTS);
    let is_alone = std::env::var_os("TRACKRECORD_HOSTILE").is_some();
    let limits = if is_alone { ALONE } else { BESIDE_OTHERS };
    let kept_in = std::env::var_os("TRACKRECORD_HOSTILE_PARTS").map(PathBuf::from);
    let mut kinds = inputs::kinds();
    kinds.extend(planted::from_environment());
    let (kinds, program) = (Arc::new(kinds), program());
    let mut tally = Tally::default();
    for start in (first..first + count).step_by(PART) {
        let numbers = start..(start + PART).min(first + count);
        let file = kept_in.as_ref().map(|folder| folder.join(format!("{}-{}.json", numbers.start, numbers.end)));
        let make = || tried(&kinds, numbers.clone(), limits);
        tally.join(match &file {
            Some(file) => part(file, &program, make),
            None => make(),
        });
    }
    eprintln!("{}", tally.in_words());
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    assert_eq!(tally.tried, count);
    assert!(count < 100 || tally.of_them_read() * 10 > count, "hardly any input is read: {}", tally.in_words());
}
