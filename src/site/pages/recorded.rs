//! What the log says of the thesis of an order: whether it was recorded before the trade, and whether it was changed since.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Site;
use crate::proof::{Published, ToldThesis, duration};
use crate::publication::{NoteText, OrderView, Reads};

/// The thesis of an order as the log has it.
#[derive(Debug, Serialize)]
pub struct RecordedThesis<'a> {
    /// What is recorded; nothing where nothing is.
    entry: Option<&'a ToldThesis>,
    /// How long before the first fill: by the stamps of others where one is from before it, else by the author's clock; nothing where
    /// it was not before.
    before: Option<String>,
    /// How many authorities stamped it before the first fill.
    authorities: usize,
    /// Whether the note says something else now.
    edited: bool,
}

impl<'a> RecordedThesis<'a> {
    fn of(proof: &'a Published, note: &NoteText, first_fill: DateTime<Utc>) -> Self {
        let entry = proof.told.theses.get(&note.id);
        let stamp = entry.and_then(|entry| proof.first_stamp(entry)).filter(|time| *time < first_fill);
        let authorities = entry.map_or(0, |entry| proof.stamped_by(entry, first_fill));
        let by_clock = entry.map(|entry| entry.made_at).filter(|made| *made < first_fill);
        let before = stamp.or(by_clock).map(|time| duration(first_fill - time));
        let says = [&note.thesis, &note.position_size_rationale, &note.exit_plan];
        let edited = entry.is_some_and(|was| [&was.thesis, &was.position_size_rationale, &was.exit_plan] != says);
        Self { entry, before, authorities, edited }
    }
}

/// What is recorded of the note on an order, if it has one and the site records.
pub fn of_order<'a>(site: &Site<'a>, order: &OrderView, reads: &Reads) -> Option<RecordedThesis<'a>> {
    let note = site.publication.texts.note(&order.note.as_ref()?.path, reads)?;
    Some(RecordedThesis::of(site.proof?, note, order.first_fill))
}

/// How many theses there are of each kind: the good ones beside the others.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Theses {
    /// Orders with a note.
    noted: usize,
    /// Of them stamped by others before the first fill, recorded before it by the author's clock alone, later, and not at all.
    stamped: usize,
    before: usize,
    later: usize,
    missing: usize,
    /// Of them changed after they were recorded.
    edited: usize,
    /// Recorded theses of which no order is shown.
    without_order: usize,
}

/// The theses of all orders that are shown.
pub fn theses(site: &Site, proof: &Published, reads: &Reads) -> Theses {
    let publication = site.publication;
    let mut theses = Theses::default();
    let mut of_orders = std::collections::BTreeSet::new();
    for order in &publication.orders {
        let note = order.note.as_ref().and_then(|note| publication.texts.note(&note.path, reads));
        let Some(note) = note else { continue };
        of_orders.insert(note.id.as_str());
        let RecordedThesis { entry, before, authorities, edited } = RecordedThesis::of(proof, note, order.first_fill);
        theses.noted += 1;
        theses.edited += usize::from(edited);
        *match (entry, before, authorities) {
            (None, ..) => &mut theses.missing,
            (_, None, _) => &mut theses.later,
            (_, _, 0) => &mut theses.before,
            _ => &mut theses.stamped,
        } += 1;
    }
    theses.without_order = proof.told.theses.keys().filter(|id| !of_orders.contains(id.as_str())).count();
    theses
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::publication::testing;

    #[test]
    fn a_thesis_is_told_from_one_that_came_later_and_from_one_that_was_edited() {
        let publication = testing::publication();
        let order = publication.orders.iter().find(|order| order.note.is_some()).unwrap();
        let note = publication.texts.note(&order.note.as_ref().unwrap().path, &Reads::default()).unwrap();
        let mut proof = Published::default();
        let of = |proof: &Published| {
            let RecordedThesis { entry, before, authorities, edited } =
                RecordedThesis::of(proof, note, order.first_fill);
            (entry.is_some(), before, authorities, edited)
        };
        assert_eq!(of(&proof), (false, None, 0, false));
        let mut was = ToldThesis {
            seq: 3,
            file: "entries/000003-thesis-2022-07-01.json".to_owned(),
            made_at: order.first_fill - TimeDelta::minutes(192),
            thesis: note.thesis.clone(),
            position_size_rationale: note.position_size_rationale.clone(),
            exit_plan: note.exit_plan.clone(),
            item: None,
        };
        proof.told.theses.insert(note.id.clone(), was.clone());
        assert_eq!(of(&proof), (true, Some("3 h 12 min".to_owned()), 0, false));
        was.thesis = "Because it falls.".to_owned();
        proof.told.theses.insert(note.id.clone(), was.clone());
        assert_eq!(of(&proof), (true, Some("3 h 12 min".to_owned()), 0, true));
        was.made_at = order.first_fill;
        proof.told.theses.insert(note.id.clone(), was);
        assert_eq!(of(&proof), (true, None, 0, true));
    }
}
