//! A publication as a text that one program writes and the same one reads again, without what the author wrote.
//!
//! It is JSON, but fractions are written as their bits: a reader of JSON may miss their last digit.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::ser::{Formatter, Serializer};

use super::{PlanItemView, Publication, Texts};

/// A publication, and the files it names, which are no part of it where it is published.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    publication: Cow<'a, Publication>,
    /// Of the note on each order, where there is one.
    orders: Vec<Option<Cow<'a, Path>>>,
    /// Of the notes on the planned trades of orders, and on all planned trades.
    planned: Vec<Option<Cow<'a, Path>>>,
    /// Of all notes on orders.
    notes: Vec<Cow<'a, Path>>,
}

struct Bits;

impl Formatter for Bits {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        self.write_u64(writer, value.to_bits())
    }
}

/// Reads a number from its bits.
///
/// # Errors
/// Something else.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    u64::deserialize(deserializer).map(f64::from_bits)
}

/// Reads a number from its bits, or that there is none.
///
/// # Errors
/// Something else.
pub(super) fn maybe_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    Ok(Option::<u64>::deserialize(deserializer)?.map(f64::from_bits))
}

/// The publication as a text in one line; `None` where it would not come back the same.
pub fn written(publication: &Publication) -> Option<String> {
    let orders = publication.orders.iter().map(|order| Some(order.note.as_ref()?.path.as_path().into()));
    let carried_out = publication.orders.iter().filter_map(|order| order.plan.as_ref());
    let planned = carried_out.chain(&publication.strategies.planned).map(|item| Some(item.note.as_deref()?.into()));
    let kept = Kept {
        orders: orders.collect(),
        planned: planned.collect(),
        notes: publication.texts.note_paths().into_iter().map(Cow::from).collect(),
        publication: Cow::Borrowed(publication),
    };
    let mut text = Vec::new();
    kept.serialize(&mut Serializer::with_formatter(&mut text, Bits)).ok()?;
    let text = String::from_utf8(text).ok()?;
    let mut back = read(&text)?;
    back.texts = publication.texts.clone();
    (back == *publication).then_some(text)
}

/// The publication that was written as this text. Its texts are still to be read.
pub fn read(text: &str) -> Option<Publication> {
    let Kept { publication, orders, planned, notes } = serde_json::from_str(text).ok()?;
    let mut publication = publication.into_owned();
    if orders.len() != publication.orders.len() {
        return None;
    }
    for (order, path) in publication.orders.iter_mut().zip(orders) {
        if let Some((note, path)) = order.note.as_mut().zip(path) {
            note.path = path.into_owned();
        }
    }
    let Publication { orders, strategies, .. } = &mut publication;
    let carried_out = orders.iter_mut().filter_map(|order| order.plan.as_mut());
    let items: Vec<&mut PlanItemView> = carried_out.chain(&mut strategies.planned).collect();
    if planned.len() != items.len() {
        return None;
    }
    for (item, path) in items.into_iter().zip(planned) {
        item.note = path.map(Cow::into_owned);
    }
    publication.texts = Texts::unread(notes.into_iter().map(Cow::into_owned));
    Some(publication)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::testing::publication;

    #[test]
    fn a_publication_comes_back_as_it_was() {
        let mut publication = publication();
        publication.facts.risk_free = 0.1 + 0.2;
        let text = written(&publication).unwrap();
        assert!(!text.contains('\n'));
        let back = read(&text).unwrap();
        assert!(back != publication, "what the author wrote is not kept");
        let all = |publication: &Publication| {
            format!("{:?}", Publication { texts: Texts::default(), ..publication.clone() })
        };
        assert_eq!(all(&back), all(&publication));
    }

    #[test]
    fn what_would_come_back_as_another_number_is_not_kept() {
        let mut publication = publication();
        publication.facts.risk_free = f64::NAN;
        assert_eq!(written(&publication), None);
        publication.facts.risk_free = f64::INFINITY;
        assert_eq!(written(&publication), None);
    }
}
