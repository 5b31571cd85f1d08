use super::*;
use crate::publication::testing;

fn drawn(publication: &Publication, month: &str) -> RecordChart {
    record(publication, &publication.month_ends[&month.parse().unwrap()]).unwrap()
}

#[test]
fn both_curves_are_named_at_their_ends_and_the_index_is_dashed() {
    let chart = drawn(&testing::publication(), "2022-12");
    for part in [
        ">Account 209.7</text>",
        ">S&amp;P\u{a0}500 189.6</text>",
        ">without dividends</text>",
        ">\u{2212}33.5%</text>",
        ">180 days</text>",
        ">358 days, so far</text>",
        "\u{2212}16.8% now",
        ">2015</text>",
        ">100</text>",
        "path.bench{stroke-dasharray:",
        "<path class=\"bench\"",
    ] {
        assert!(chart.svg.contains(part), "{part}");
    }
    assert!(chart.alt.starts_with("Growth of 100. 100 invested on 30 Jan 2015 had become 209.7"), "{}", chart.alt);
}

#[test]
fn the_chart_ends_with_its_month() {
    let whole = testing::publication();
    let mut then = whole.clone();
    then.days.retain(|day| day.date <= "2019-06-30".parse().unwrap());
    then.months.retain(|month| month.month <= "2019-06".parse().unwrap());
    then.drawdowns.clear();
    assert_eq!(drawn(&whole, "2019-06"), drawn(&then, "2019-06"));
}

#[test]
fn a_young_record_shows_each_valuation() {
    let chart = drawn(&testing::publication(), "2015-02").svg;
    let valuations = testing::publication().days_until("2015-02-28".parse().unwrap()).len();
    assert_eq!(chart.matches("<circle").count(), valuations + 2);
    assert!(chart.contains("Each day") && chart.contains(">30 Jan 2015</text>") && !chart.contains(" days</text>"));
}

#[test]
fn a_record_of_any_length_draws() {
    for days in [1, 2, 31, 200] {
        let mut publication = testing::publication();
        publication.days.truncate(days);
        publication.facts.benchmark = None;
        publication.days.iter_mut().for_each(|day| day.benchmark_index = None);
        let chart = drawn(&publication, "2022-12").svg;
        assert!(!chart.contains("NaN") && !chart.contains("inf") && !chart.contains("S&amp;P"), "{chart}");
    }
}

#[test]
fn a_long_name_of_the_index_is_cut_below_its_value() {
    let mut publication = testing::publication();
    publication.facts.benchmark = Some("A very long name of an index, total return".into());
    publication.facts.without_dividends = false;
    let chart = drawn(&publication, "2022-12").svg;
    assert!(chart.contains(">Index 189.6</text>") && chart.contains(">A very long name of…</text>"), "{chart}");
}
