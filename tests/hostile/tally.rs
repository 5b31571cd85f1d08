//! What was found, and what of it is kept: a run of many inputs is made in parts, so that an interruption loses none that is done.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Outcome, clock};

/// What was found wrong, by kind and number of the input.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub tried: usize,
    /// How many of each kind were read, and how many were refused.
    pub read: BTreeMap<String, (usize, usize)>,
    /// The longest time that an input computed.
    pub slowest: Duration,
    /// The most memory in MB that the process had.
    pub memory: u64,
    pub wrong: Vec<String>,
}

impl Tally {
    pub fn add(
        &mut self,
        kind: &str,
        number: usize,
        outcome: &std::thread::Result<Outcome>,
        taken: Duration,
        input: &[u8],
    ) {
        self.tried += 1;
        self.slowest = self.slowest.max(taken);
        let (read, refused) = self.read.entry(kind.to_owned()).or_default();
        let what = match outcome {
            Ok(Outcome::Read) => return *read += 1,
            Ok(Outcome::Refused) => return *refused += 1,
            Ok(other) => other.wrong().unwrap_or_default(),
            Err(_) => "panics".to_owned(),
        };
        self.wrong.push(format!("{kind} input {number} {what}"));
        if let Ok(folder) = std::env::var("TRACKRECORD_HOSTILE_KEEP") {
            std::fs::write(Path::new(&folder).join(format!("{}-{number}", kind.replace('/', "-"))), input).unwrap();
        }
    }

    /// An input without end counts as tried.
    pub fn hangs(&mut self, line: String) {
        eprintln!("{line}");
        self.tried += 1;
        self.wrong.push(line);
    }

    /// Notes how much memory the process has had; of too much it says once which inputs were under way.
    pub fn weigh(&mut self, under_way: impl Iterator<Item = usize>, limit: Option<u64>) {
        let before = std::mem::replace(&mut self.memory, clock::peak().unwrap_or_default());
        if let Some(limit) = limit.filter(|limit| before <= *limit && self.memory > *limit) {
            let numbers: Vec<_> = under_way.map(|number| number.to_string()).collect();
            self.wrong.push(format!(
                "{} MB of memory, more than {limit}, with or before inputs {}",
                self.memory,
                numbers.join(", ")
            ));
        }
    }

    pub fn join(&mut self, other: Self) {
        self.tried += other.tried;
        self.slowest = self.slowest.max(other.slowest);
        self.memory = self.memory.max(other.memory);
        self.wrong.extend(other.wrong);
        for (kind, (read, refused)) in other.read {
            let sum = self.read.entry(kind).or_default();
            *sum = (sum.0 + read, sum.1 + refused);
        }
    }

    /// How many were read.
    pub fn of_them_read(&self) -> usize {
        self.read.values().map(|(read, _)| read).sum()
    }

    pub fn in_words(&self) -> String {
        let of_kind: Vec<String> = self
            .read
            .iter()
            .map(|(kind, (read, refused))| format!("{kind} {read} read, {refused} refused"))
            .collect();
        format!(
            "{} inputs, {} of them read, {} wrong, the slowest computed for {} ms, at most {} MB\n{}",
            self.tried,
            self.of_them_read(),
            self.wrong.len(),
            self.slowest.as_millis(),
            self.memory,
            of_kind.join("\n")
        )
    }
}

/// A part of a run as it lies in a file; it counts for the program that made it.
#[derive(Serialize, Deserialize)]
struct Part {
    program: String,
    tally: Tally,
}

/// The part that this file holds, or else makes and keeps it.
pub fn part(file: &Path, program: &str, make: impl FnOnce() -> Tally) -> Tally {
    let kept = std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice::<Part>(&bytes).ok());
    if let Some(part) = kept.filter(|part| part.program == program) {
        return part.tally;
    }
    let part = Part { program: program.to_owned(), tally: make() };
    let whole = file.with_extension("new");
    std::fs::write(&whole, serde_json::to_vec(&part).unwrap()).unwrap();
    std::fs::rename(whole, file).unwrap();
    part.tally
}
