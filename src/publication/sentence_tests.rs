use super::*;
use crate::config::PrivacyLevel::{Coarse, Fine, Monthly};
use crate::publication::testing::{at, fine, publication};

fn text(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

fn until(date: &str) -> Publication {
    at(Fine, Some(date))
}

/// Exchanges the return of a period for another one.
fn with(mut publication: Publication, total: f64, rate: Option<f64>) -> Publication {
    for period in &mut publication.periods {
        match period.period {
            UsualPeriod::SinceInception => period.value = Some(fine().period(total)),
            UsualPeriod::SinceInceptionAnnualized => period.value = rate.map(|rate| fine().period(rate)),
            _ => {}
        }
    }
    publication
}

#[test]
fn a_record_of_years_says_what_became_of_a_hundred() {
    let spans = of_record(&publication());
    assert_eq!(
        text(&spans),
        "100 put in on 30 January 2015 had become 209.7 by 28 December 2022: 9.8% a year after costs, against 8.4% for the \
         S&P\u{a0}500 without dividends. It is now 16.8% below its peak of 4 January 2022."
    );
    let stand_out: Vec<_> =
        spans.iter().filter(|span| span.tone != Tone::Plain).map(|span| (span.text.as_str(), span.tone)).collect();
    assert_eq!(stand_out, [("209.7", Tone::Figure), ("9.8% a year", Tone::Gain), ("16.8% below", Tone::Loss)]);
}

#[test]
fn what_a_record_lacks_its_sentence_leaves_out() {
    let mut bare = publication();
    bare.facts.benchmark = None;
    bare.facts.after_costs = false;
    assert!(text(&of_record(&bare)).contains(": 9.8% a year. It is now"), "{}", text(&of_record(&bare)));
    let mut fund = publication();
    (fund.facts.benchmark, fund.facts.without_dividends) = (Some("World Fund".into()), false);
    assert!(text(&of_record(&fund)).contains(", against 8.4% for World Fund. It"), "{}", text(&of_record(&fund)));
    bare.periods.clear();
    assert_eq!(of_record(&bare), []);
}

#[test]
fn a_record_at_its_peak_that_loses_that_was_emptied() {
    let peak = until("2022-01-04");
    assert!(text(&of_record(&peak)).ends_with(". It stands at its highest."), "{}", text(&of_record(&peak)));
    let losing = with(publication(), -0.169, Some(-0.042));
    assert!(text(&of_record(&losing)).contains("had become 83.1 by 28 December 2022: \u{2212}4.2% a year"));
    assert!(of_record(&losing).iter().any(|span| span.text.ends_with("a year") && span.tone == Tone::Loss));
    let mut emptied = with(publication(), 0.31, Some(0.044));
    emptied.facts.emptied = "2021-05-03".parse().ok();
    emptied.facts.benchmark = None;
    assert_eq!(
        text(&of_record(&emptied)),
        "100 put in on 30 January 2015 had become 131.0 when the account was emptied on 3 May 2021: 4.4% a year after costs."
    );
}

#[test]
fn the_end_of_a_month_is_said_as_it_was_then() {
    let whole = publication();
    let said = |month: &str| text(&of_record_until(&whole.month_ends[&month.parse().unwrap()], &whole));
    assert_eq!(said("2022-12"), text(&of_record(&whole)));
    assert_eq!(said("2019-06"), text(&of_record(&until("2019-06-28"))));
    assert_eq!(said("2015-02"), text(&of_record(&until("2015-02-27"))));
    let mut emptied = whole.clone();
    emptied.facts.emptied = "2022-12-28".parse().ok();
    let end = |month: &str| &emptied.month_ends[&month.parse().unwrap()];
    assert!(text(&of_record_until(end("2022-12"), &emptied)).contains(" when the account was emptied on "));
    assert_eq!(text(&of_record_until(end("2019-06"), &emptied)), said("2019-06"));
}

#[test]
fn a_record_of_less_than_a_year_is_not_annualized() {
    let young = until("2015-02-27");
    let said = text(&of_record(&young));
    assert!(said.starts_with("The account is up "), "{said}");
    assert!(said.contains("% since 30 January 2015, after costs; too young to annualize. It "), "{said}");
    let said = |total| text(&of_record(&with(until("2015-02-27"), total, None)));
    assert!(said(-0.014).starts_with("The account is down 1.4% since 30 January 2015"), "{}", said(-0.014));
    assert!(said(0.0004).starts_with("The account is where it began on 30 January 2015"), "{}", said(0.0004));
}

#[test]
fn where_no_day_is_published_none_is_named_as_a_peak() {
    for level in [Monthly, Coarse] {
        let said = text(&of_record(&at(level, None)));
        assert!(said.ends_with(" below its highest month-end, that of December 2021."), "{said}");
    }
}

#[test]
fn a_month_says_its_return_its_fall_and_its_orders() {
    let publication = publication();
    let month = |id: &str| publication.months.iter().find(|month| month.month.to_string() == id).unwrap();
    assert_eq!(
        text(&of_month(month("2020-03"), &publication.facts)),
        "\u{2212}11.3%, against \u{2212}12.5% for the S&P\u{a0}500 without dividends. Within the month the account \
         fell by up to 29.4%. There were no orders."
    );
    let mut part = month("2022-12").clone();
    (part.orders, part.max_drawdown, part.benchmark) = (Some(1), None, None);
    assert_eq!(text(&of_month(&part, &publication.facts)), "\u{2212}6.1%. There was one order.");
    part.orders = None;
    assert_eq!(text(&of_month(&part, &publication.facts)), "\u{2212}6.1%.");
}
