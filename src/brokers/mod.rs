//! What brokers' own names mean, one file a broker: which ids are versions of one fill, and where an instrument is listed.
//!
//! It is known here and not where files are read, because stored rows are read again without their files.

pub mod ibkr;

/// The fill that an id is a version of, and which version, where a broker numbers its corrections in the id.
pub fn version(exec_id: &str) -> Option<(&str, u32)> {
    ibkr::version(exec_id)
}

/// The market identifier code of a broker's exchange.
pub fn market_of(exchange: &str) -> Option<&'static str> {
    listing(exchange).map(|(_, mic, _)| *mic)
}

/// The ending of Yahoo's symbols on a broker's exchange.
pub fn yahoo_ending(exchange: &str) -> Option<&'static str> {
    listing(exchange).and_then(|(_, _, ending)| *ending)
}

fn listing(exchange: &str) -> Option<&'static (&'static str, &'static str, Option<&'static str>)> {
    ibkr::LISTINGS.iter().find(|(name, ..)| *name == exchange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Exchange;

    #[test]
    fn every_exchange_has_a_well_formed_code_and_one_name() {
        let mut names: Vec<&str> = ibkr::LISTINGS.iter().map(|(name, ..)| *name).collect();
        for (name, mic, _) in ibkr::LISTINGS {
            assert_eq!(market_of(name), Some(*mic));
            assert!(Exchange::from_mic(mic).is_some(), "{name}");
        }
        names.dedup();
        assert_eq!(names.len(), ibkr::LISTINGS.len());
    }
}
