//! What a log says by now: its entries, with everything that later ones have corrected.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::commitment::{Salt, commitment};
use super::entry::{Entry, Fields, Value};
use super::log::{Kind, Line};
use super::private::Seed;
use super::wanted::{Wanted, key};

/// What every entry has beside what it says.
const ENVELOPE: [&str; 8] = ["v", "seq", "kind", "date", "made_at", "nonce", "prev", "private"];

/// An entry as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// What it is of.
    pub kind: Kind,
    /// Its date.
    pub date: NaiveDate,
    /// Its line.
    pub seq: usize,
    /// What it says.
    pub fields: Fields,
    /// Its commitments, each with the file that it stands in.
    private: BTreeMap<String, (String, String)>,
}

/// How an entry differs from what it should say.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The fields as they are recorded.
    pub old: Fields,
    /// The same as they should be.
    pub new: Fields,
    /// Whose commitments are to other values.
    pub private: BTreeMap<&'static str, String>,
}

impl Held {
    /// What is to be corrected; `None` where nothing is. Figures of two levels of precision are not compared.
    pub fn difference(&self, wanted: &Wanted, seed: &Seed) -> Option<Difference> {
        let mut difference =
            Difference { old: Fields::new(), new: Fields::new(), private: self.other_values(wanted, seed) };
        if self.fields.get("level") == wanted.fields.get("level") {
            let value = |fields: &Fields, name: &String| fields.get(name).cloned().unwrap_or(Value::Null);
            for name in self.fields.keys().chain(wanted.fields.keys()) {
                let (old, new) = (value(&self.fields, name), value(&wanted.fields, name));
                if old != new {
                    difference.old.insert(name.clone(), old);
                    difference.new.insert(name.clone(), new);
                }
            }
        }
        (!difference.new.is_empty() || !difference.private.is_empty()).then_some(difference)
    }

    /// The private values to which the commitments are not. A value that was not committed to is none of them.
    fn other_values(&self, wanted: &Wanted, seed: &Seed) -> BTreeMap<&'static str, String> {
        let is_other = |(name, value): &(&&'static str, &String)| {
            let Some((file, stands)) = self.private.get(**name) else { return false };
            commitment(&Salt::of(seed, file, name), name, value) != *stands
        };
        wanted.private.iter().filter(is_other).map(|(name, value)| (*name, value.clone())).collect()
    }
}

/// Every entry as it stands now, by what it is known by.
#[derive(Debug, Clone, Default)]
pub struct State {
    held: BTreeMap<String, Held>,
    keys: BTreeMap<usize, String>,
}

/// What an entry says beside what every entry has.
pub fn said(entry: &Entry) -> Fields {
    let mut fields = entry.0.clone();
    fields.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
    fields
}

impl State {
    /// What some entries say in their order.
    pub fn of<'a>(entries: impl Iterator<Item = (&'a Line, &'a Entry)>) -> Self {
        let mut state = Self::default();
        entries.for_each(|(line, entry)| state.add(line, entry));
        state
    }

    /// Takes in the next entry.
    pub fn add(&mut self, line: &Line, entry: &Entry) {
        let file = line.file_name();
        let private = |entry: &Entry| -> BTreeMap<String, (String, String)> {
            let stands = entry.private().into_iter();
            stands.map(|(name, digits)| (name.to_owned(), (file.clone(), digits.to_owned()))).collect()
        };
        match line.kind {
            Kind::Correction => self.correct(entry, private(entry)),
            Kind::Amend => self.amend(entry, private(entry)),
            kind => {
                let fields = said(entry);
                let key = key(kind, line.date, &fields);
                self.keys.insert(line.seq, key.clone());
                let (date, seq, private) = (line.date, line.seq, private(entry));
                self.held.insert(key, Held { kind, date, seq, fields, private });
            }
        }
    }

    fn correct(&mut self, entry: &Entry, private: BTreeMap<String, (String, String)>) {
        let Some(key) = entry.corrects().and_then(|seq| self.keys.get(&seq)) else { return };
        let Some(Value::Map(new)) = entry.0.get("new") else {
            // It is not in the record any more.
            self.held.remove(key);
            return;
        };
        if let Some(held) = self.held.get_mut(key) {
            held.fields.extend(new.clone());
            held.private.extend(private);
        }
    }

    fn amend(&mut self, entry: &Entry, private: BTreeMap<String, (String, String)>) {
        let charter = self.held.values_mut().find(|held| held.kind == Kind::Charter);
        let Some(charter) = charter else { return };
        if let (Some(name), Some(new)) = (entry.text("field"), entry.0.get("new")) {
            charter.fields.insert(name.to_owned(), new.clone());
        }
        charter.private.extend(private);
    }

    /// Whether an entry is of something that stands already.
    pub fn has(&self, line: &Line, entry: &Entry) -> bool {
        self.held.contains_key(&key(line.kind, line.date, &entry.0))
    }

    /// Whether the entry of a line can be corrected: the charter is amended, and what is gone stays so.
    pub fn can_be_corrected(&self, seq: usize) -> bool {
        self.corrected_by(seq).is_some_and(|held| held.kind != Kind::Charter && held.seq == seq)
    }

    fn corrected_by(&self, seq: usize) -> Option<&Held> {
        self.held.get(self.keys.get(&seq)?)
    }

    /// The first field of which a correction or an amendment says that it was something else than what stands.
    pub fn differs_from_old(&self, line: &Line, entry: &Entry) -> Option<String> {
        if line.kind == Kind::Amend {
            let (field, old) = (entry.text("field")?, entry.0.get("old")?);
            let charter = self.held.values().find(|held| held.kind == Kind::Charter)?;
            return (charter.fields.get(field).unwrap_or(&Value::Null) != old).then(|| field.to_owned());
        }
        let (held, old) = (self.corrected_by(entry.corrects()?)?, entry.0.get("old")?.as_map()?);
        let differs = |(name, value): &(&String, &Value)| held.fields.get(*name).unwrap_or(&Value::Null) != *value;
        old.iter().find(differs).map(|(name, _)| name.clone())
    }

    /// What it does not say yet, and what stands in it that should say something else.
    pub fn lacks<'a>(
        &'a self,
        wanted: &'a [Wanted],
        seed: &Seed,
    ) -> Vec<(&'a Wanted, Option<(&'a Held, Difference)>)> {
        let lacks = |wanted: &'a Wanted| match self.get(&wanted.key()) {
            None => Some((wanted, None)),
            Some(held) => Some((wanted, Some((held, held.difference(wanted, seed)?)))),
        };
        wanted.iter().filter_map(lacks).collect()
    }

    /// The entry that is known by this.
    pub fn get(&self, key: &str) -> Option<&Held> {
        self.held.get(key)
    }

    /// Every entry that still stands.
    pub fn held(&self) -> impl Iterator<Item = (&String, &Held)> {
        self.held.iter()
    }
}
