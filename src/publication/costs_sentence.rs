//! What trading cost, in a sentence.

use super::costs::CostYear;
use super::disclosure::Published;
use super::sentence::{Sentence, Span};
use super::view::Publication;
use crate::format::{Sign, number, percent, with_marks};

/// What the account would have returned before commissions and fees, or what these came to at most, or that it is not shown.
pub fn of_costs(publication: &Publication) -> Vec<Span> {
    let mut sentence = Sentence::default();
    let costs = &publication.trading_costs;
    let digits = publication.facts.digits.returns;
    let net = publication.value("returns.total");
    match costs.gross.map(Published::get).zip(net) {
        Some((gross, net)) if publication.facts.after_costs => {
            sentence
                .plain("Before commissions and fees the account would have returned ")
                .figure(percent(gross, digits, Sign::Both))
                .plain(" since inception instead of ")
                .figure(percent(net, digits, Sign::Both))
                .plain(".");
        }
        _ => match widest(&costs.years) {
            Some(band) => {
                let every = band.starts_with("under");
                sentence
                    .plain(if every {
                        "In every year that has ended commissions came to "
                    } else {
                        "In one year commissions came to "
                    })
                    .figure(with_marks(&band).replace(" %", "%"))
                    .plain(" of the account.");
            }
            None if publication.facts.after_costs => {
                sentence.plain("What trading cost is not published here; returns are after costs all the same.");
            }
            None => {
                sentence.plain("The record lists no commission and no fee.");
            }
        },
    }
    // Where the record lists no fills, what was traded is not known.
    let has_fills = publication.value("trades.executions") != Some(0.0);
    if let Some(turnover) = publication.value("trades.turnover").filter(|_| has_fills) {
        sentence
            .plain(" Turnover was ")
            .figure(format!("{}%", number(turnover * 100.0, 0, Sign::Minus)))
            .plain(" a year.");
    }
    sentence.into_spans()
}

/// The widest band of commissions.
fn widest(years: &[CostYear]) -> Option<String> {
    let end = |band: &&String| {
        let number = band.trim_start_matches("under ").trim_end_matches(" %");
        number.parse().unwrap_or(f64::INFINITY)
    };
    let bands = years.iter().filter_map(|year| year.commissions.band.as_ref());
    bands.max_by(|one, other| end(one).total_cmp(&end(other))).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::catalogue::Unit;
    use crate::config::{Privacy, PrivacyLevel};
    use crate::publication::{Disclosure, sentence, testing};

    #[test]
    fn each_level_has_its_sentence() {
        let words = |publication: &Publication| sentence::in_words(&of_costs(publication));
        let fine = words(&testing::publication());
        assert!(fine.starts_with("Before commissions and fees the account would have returned +1"), "{fine}");
        assert!(fine.contains("Turnover was ") && fine.ends_with("% a year."), "{fine}");
        let daily = words(&testing::at(PrivacyLevel::Daily, None));
        assert!(
            daily.starts_with("In every year that has ended commissions came to under 0.05% of the account."),
            "{daily}"
        );
        let monthly = words(&testing::at(PrivacyLevel::Monthly, None));
        assert!(monthly.starts_with("What trading cost is not published here"), "{monthly}");
    }

    #[test]
    fn of_a_record_of_net_values_alone_neither_costs_nor_turnover_are_claimed() {
        let mut publication = testing::publication();
        publication.facts.after_costs = false;
        let none = Disclosure::new(&Privacy::default()).figure(0.0, Unit::Count);
        let figures = publication.figures.iter_mut().flat_map(|group| &mut group.figures);
        figures.filter(|figure| figure.id == "trades.executions").for_each(|figure| figure.value = Some(none));
        let words = sentence::in_words(&of_costs(&publication));
        assert_eq!(words, "The record lists no commission and no fee.");
    }
}
