use super::*;
use crate::config::PrivacyLevel;
use crate::publication::testing;

#[test]
fn the_demo_has_its_ends_its_falls_and_its_years() {
    let chart = record(&testing::publication()).unwrap().with_marks(|_| None);
    for part in [
        "role=\"img\"",
        "aria-labelledby=\"record-t record-d\"",
        ">Account <span>209.7</span></b>",
        ">S&amp;P\u{a0}500 <span>189.6</span><small>without dividends</small></b>",
        "\u{2212}33.5%<small>180 days</small>",
        "\u{2212}16.8% now",
        ">2015</b>",
        ">100</b>",
        "63 of 95 months were above zero",
    ] {
        assert!(chart.contains(part), "{part}");
    }
    assert!(!chart.contains("<text") && chart.len() < 80_000, "{}", chart.len());
}

#[test]
fn a_month_with_a_comment_is_a_link_over_the_drawing_and_a_large_flow_a_triangle_in_it() {
    let mut publication = testing::publication();
    let flow = |date: &str| LargeFlow { date: date.parse().unwrap() };
    publication.large_flows = vec![flow("2018-03-05"), flow("2018-03-20"), flow("2020-06-01")];
    let march = YearMonth::of("2020-03-02".parse().unwrap());
    let chart = record(&publication).unwrap();
    let html = chart.with_marks(|month| (month == march).then(|| format!("months/{month}/index.html")));
    let (drawing, links) = html.split_once("<div class=\"marks\">").unwrap();
    assert!(links.starts_with("<a href=\"months/2020-03/index.html\" data-month=\"2020-03\""), "{links}");
    assert_eq!((links.matches("<a ").count(), drawing.matches("class=\"flow").count()), (1, 3));
    // The second flow is too near to the first for words.
    assert_eq!(drawing.matches("<span>large flow</span>").count(), 2);
    // Where the curves cross the line there are no words.
    publication.large_flows = vec![flow("2015-09-01")];
    let chart = record(&publication).unwrap().with_marks(|_| None);
    assert!(chart.contains("class=\"flow\"") && !chart.contains("large flow"), "{chart}");
}

#[test]
fn a_young_record_shows_each_valuation() {
    let mut publication = testing::publication();
    publication.days.truncate(9);
    publication.months.truncate(1);
    publication.periods.clear();
    let chart = record(&publication).unwrap().with_marks(|_| None);
    assert_eq!(chart.matches("class=\"point open ours\"").count(), 8);
    for part in ["9 valuations", "Each day", ">30 Jan 2015</b>", ">100"] {
        assert!(chart.contains(part), "{part} in {chart}");
    }
    assert!(!chart.contains("class=\"fall"), "{chart}");
}

#[test]
fn bars_of_days_are_of_one_width_and_stand_side_by_side() {
    let days = testing::publication().days;
    let days = days.get(..9).unwrap();
    let panel = each_return(days, true, time_span(days), MONTHS);
    let [Layer::Bars(bars, ..)] = &panel.layers[..] else { panic!("bars alone") };
    assert_eq!(bars.len(), 8);
    assert!(bars.iter().all(|(left, right, _)| (right - left - 0.76).abs() < 1e-9), "{bars:?}");
    assert!(bars.windows(2).all(|pair| pair[0].1 < pair[1].0), "{bars:?}");
    assert!(bars.last().unwrap().1 < x_of(days.last().unwrap().date));
}

#[test]
fn bars_of_longer_returns_are_as_wide_as_their_time() {
    let weekly: Vec<Day> = testing::publication().days.into_iter().step_by(5).take(4).collect();
    let panel = each_return(&weekly, false, time_span(&weekly), MONTHS);
    assert_eq!(panel.heading.as_ref().map(|heading| heading.0), Some("Each return"));
    let [Layer::Bars(bars, ..)] = &panel.layers[..] else { panic!("bars alone") };
    let lengths: Vec<f64> = weekly.windows(2).map(|pair| x_of(pair[1].date) - x_of(pair[0].date)).collect();
    assert_eq!(bars.len(), 3);
    assert!(bars.iter().zip(&lengths).all(|((left, right, _), days)| (right - left - 0.76 * days).abs() < 1e-9));
}

#[test]
fn an_account_that_was_emptied_is_not_below_its_peak_now() {
    let mut publication = testing::publication();
    let last = publication.days.last().unwrap().date;
    publication.facts.emptied = Some(last);
    let chart = record(&publication).unwrap().with_marks(|_| None);
    assert!(chart.contains("% <small>at the end</small></b>") && !chart.contains("% now</b>"), "{chart}");
}

#[test]
fn words_of_a_late_flow_stand_before_its_mark() {
    let mut publication = testing::publication();
    let last = publication.days.last().unwrap().date;
    publication.large_flows.truncate(1);
    publication.large_flows[0].date = last;
    let chart = record(&publication).unwrap().with_marks(|_| None);
    assert!(chart.contains("class=\"flow before\""), "{chart}");
}

#[test]
fn a_first_day_is_a_point_on_the_line_of_100() {
    let mut publication = testing::publication();
    publication.days.clear();
    publication.next_sessions = vec!["2015-02-02".parse().unwrap()];
    let chart = record(&publication).unwrap().with_marks(|_| None);
    for part in [
        "one valuation so far, and the next sessions",
        ">2 Feb</b>",
        "class=\"point ours\"",
        "Account <span>100</span>",
        ">30 Jan 2015</b>",
        ">100</b>",
    ] {
        assert!(chart.contains(part), "{part} in {chart}");
    }
    assert!(!chart.contains("Below the last peak") && !chart.contains("NaN"), "{chart}");
}

#[test]
fn a_record_of_any_length_draws() {
    for days in [2, 31, 200] {
        let mut publication = testing::publication();
        publication.days.truncate(days);
        publication.drawdowns.clear();
        publication.facts.benchmark = None;
        publication.days.iter_mut().for_each(|day| day.benchmark_index = None);
        let chart = record(&publication).unwrap().with_marks(|_| None);
        assert!(!chart.contains("NaN") && !chart.contains("inf") && !chart.contains("end bench"), "{chart}");
        assert!(chart.contains("no index is set"), "{chart}");
    }
}

#[test]
fn only_months_are_drawn_where_only_months_are_published() {
    let chart = record(&testing::at(PrivacyLevel::Monthly, None)).unwrap().with_marks(|_| None);
    let line = chart.split("<path class=\"ours\"").nth(1).unwrap().split("/>").next().unwrap();
    let numbers = line.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    assert!(numbers < 96 * 2 + 8, "{numbers}");
    assert!(chart.contains("at month-ends"));
}
