//! The round trips that each order opened and closed: found once, for as many orders as there are.

use std::collections::HashMap;

use super::view::{OrderView, Publication, RoundTripView};

/// Round trips by the orders at their ends.
pub struct TripsByOrder<'a> {
    orders: HashMap<&'a str, &'a OrderView>,
    opened: HashMap<&'a str, Vec<&'a RoundTripView>>,
    closed: HashMap<&'a str, Vec<&'a RoundTripView>>,
}

impl<'a> TripsByOrder<'a> {
    /// Those of a publication.
    pub fn of(publication: &'a Publication) -> Self {
        let Publication { orders, round_trips: trips, .. } = publication;
        let by = |end: fn(&RoundTripView) -> &str| {
            let mut found: HashMap<&str, Vec<&RoundTripView>> = HashMap::new();
            trips.iter().for_each(|trip| found.entry(end(trip)).or_default().push(trip));
            found
        };
        Self {
            orders: orders.iter().map(|order| (order.slug.as_str(), order)).collect(),
            opened: by(|trip| &trip.opening),
            closed: by(|trip| &trip.closing),
        }
    }

    /// Those that an order opened, in the order in which they are listed.
    pub fn opened_by(&self, order: &OrderView) -> &[&'a RoundTripView] {
        self.opened.get(order.slug.as_str()).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those that it closed, wholly or in part.
    pub fn closed_by(&self, order: &OrderView) -> &[&'a RoundTripView] {
        self.closed.get(order.slug.as_str()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The order that opened a round trip, where it is listed.
    pub fn opening(&self, trip: &RoundTripView) -> Option<&'a OrderView> {
        self.orders.get(trip.opening.as_str()).copied()
    }

    /// The order that closed one, where it is listed.
    pub fn closing(&self, trip: &RoundTripView) -> Option<&'a OrderView> {
        self.orders.get(trip.closing.as_str()).copied()
    }
}
