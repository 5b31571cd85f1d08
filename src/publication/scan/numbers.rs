//! Numbers to be looked up, each with what it is.

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::number::{BYTES, Number};
use crate::static_text::StaticText;

/// The bytes of a row: a number, and which of the meanings it has.
const ROW: usize = BYTES + 1;

/// Numbers with what they are.
#[derive(Clone, Default)]
pub struct Numbers {
    added: FxHashMap<Number, StaticText>,
    /// What those in rows can be.
    meanings: Vec<StaticText>,
    /// Those that were kept: a row for each in the order of their bytes.
    rows: Vec<u8>,
}

impl Numbers {
    /// None, with room for so many.
    pub fn with_room_for(count: usize) -> Self {
        let added = FxHashMap::with_capacity_and_hasher(count, FxBuildHasher);
        Self { added, ..Self::default() }
    }

    /// Those that were kept as these rows.
    pub fn kept(meanings: Vec<StaticText>, rows: Vec<u8>) -> Self {
        Self { added: FxHashMap::default(), meanings, rows }
    }

    /// Adds a number. What it was first is what it stays.
    pub fn add(&mut self, number: Number, meaning: StaticText) {
        self.added.entry(number).or_insert(meaning);
    }

    /// Takes those out that others have too.
    pub fn remove(&mut self, others: &Self) {
        self.added.retain(|number, _| others.get(*number).is_none());
    }

    /// What a number is.
    pub fn get(&self, number: Number) -> Option<StaticText> {
        self.added.get(&number).copied().or_else(|| self.in_rows(number))
    }

    fn in_rows(&self, number: Number) -> Option<StaticText> {
        let (rows, _) = self.rows.as_chunks::<ROW>();
        let wanted = number.key()?.to_be_bytes();
        let wanted: &[u8; BYTES] = wanted.last_chunk()?;
        let found = rows.binary_search_by(|row| row.split_at(BYTES).0.cmp(wanted)).ok()?;
        let [.., meaning] = rows.get(found)?;
        self.meanings.get(usize::from(*meaning)).copied()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.rows.is_empty()
    }

    /// What they can be, and a row for each. `None` where one does not fit into a row, and of those that were kept before.
    pub fn in_order(&self) -> Option<(Vec<StaticText>, Vec<u8>)> {
        if !self.rows.is_empty() {
            return None;
        }
        let mut meanings: Vec<StaticText> = self.added.values().copied().collect();
        meanings.sort_unstable();
        meanings.dedup();
        let row = |(number, meaning): (&Number, &StaticText)| {
            let meaning = u8::try_from(meanings.binary_search(meaning).ok()?).ok()?;
            Some(number.key()? << 8 | u128::from(meaning))
        };
        let mut rows: Vec<u128> = self.added.iter().map(row).collect::<Option<_>>()?;
        rows.sort_unstable();
        let mut bytes = Vec::with_capacity(rows.len() * ROW);
        rows.iter()
            .filter_map(|row| row.to_be_bytes().last_chunk::<ROW>().copied())
            .for_each(|row| bytes.extend(row));
        Some((meanings, bytes))
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn numbers_that_were_kept_are_the_same_numbers() {
        let number = |text: &str| Number::from(text.parse::<Decimal>().unwrap());
        let all = [("1234.5", "a"), ("12345", "b"), ("79228162514264337593543950335", "c"), ("100", "b")];
        let mut added = Numbers::default();
        all.iter().for_each(|(text, what)| added.add(number(text), what));
        added.add(number("100"), "c");
        let (meanings, rows) = added.in_order().unwrap();
        let kept = Numbers::kept(meanings, rows);
        for (text, what) in all {
            assert_eq!((kept.get(number(text)), added.get(number(text))), (Some(what), Some(what)), "{text}");
        }
        for other in ["1234", "1234.50001", "12345.6", "0", "101", "79228162514264337593543950334"] {
            assert_eq!(kept.get(number(other)), None, "{other}");
        }
        assert_eq!(kept.get(number("1234.500")), Some("a"), "however it is written");
        assert!(!kept.is_empty() && Numbers::default().is_empty());
    }
}
