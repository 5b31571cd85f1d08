use super::*;
use crate::config::{Privacy, PrivacyLevel};
use crate::publication::{Disclosure, testing};

fn data(publication: &Publication, month: &str) -> Value {
    let month = publication.months.iter().find(|known| known.month.to_string() == month).unwrap();
    let in_month = |order: &&OrderView| YearMonth::of(order.date) == month.month;
    let with_note = |order| MonthOrder { order, note: None };
    let orders = publication.orders.iter().rev().filter(in_month).map(with_note).collect();
    let end = &publication.month_ends[&month.month];
    MonthData { publication, month, end, orders, commentary: None }.data(Paper::A4, None)
}

#[test]
fn nothing_in_a_report_depends_on_a_later_day() {
    let whole = testing::publication();
    let mut then = whole.clone();
    let month: YearMonth = "2019-06".parse().unwrap();
    then.days.retain(|day| day.date <= month.last_day());
    then.months.retain(|known| known.month <= month);
    then.month_ends.retain(|known, _| *known <= month);
    then.orders.retain(|order| order.date <= month.last_day());
    then.years.retain(|year| year.year <= 2019);
    then.facts.as_of = month.last_day();
    then.facts.observations = 7;
    then.periods.clear();
    assert_eq!(data(&whole, "2019-06"), data(&then, "2019-06"));
}

#[test]
fn the_table_of_the_year_ends_with_the_month() {
    let publication = testing::publication();
    let data = data(&publication, "2019-03");
    let texts: Vec<&str> =
        data["year"]["account"].as_array().unwrap().iter().map(|cell| cell["text"].as_str().unwrap()).collect();
    assert_eq!(texts.len(), 13);
    assert!(texts[..3].iter().all(|text| !text.is_empty()));
    assert!(texts[3..12].iter().all(|text| text.is_empty()), "{texts:?}");
    let years: Vec<i64> =
        data["year"]["earlier"].as_array().unwrap().iter().map(|row| row["year"].as_i64().unwrap()).collect();
    assert_eq!(years, [2018, 2017, 2016, 2015]);
}

#[test]
fn figures_carry_their_sign_and_the_undefined_its_reason() {
    assert_eq!(percent(Some(-0.1134), 1), json!({ "text": "\u{2212}11.3%", "sign": "loss" }));
    assert_eq!(percent(Some(0.0004), 1), json!({ "text": "0.0%", "sign": "flat" }));
    assert_eq!(percent(None, 1), json!({ "text": "\u{2014}", "sign": "flat" }));
    let young = Period {
        period: UsualPeriod::OneYear,
        value: None,
        benchmark: Some(testing::fine().market(0.1)),
        annualized: false,
        undefined_because: Some("needs a year".into()),
    };
    let shown = period_row("1 year", &young);
    assert_eq!(
        (shown["why"].as_str(), shown["difference"]["text"].as_str()),
        (Some("needs a year"), Some("\u{2014}"))
    );
}

#[test]
fn a_difference_is_in_percentage_points() {
    let publication = testing::publication();
    let month = &publication.months[10];
    let shown = data(&publication, &month.month.to_string());
    let expected = (month.value.get() - month.benchmark.unwrap().get()) * 100.0;
    assert_eq!(
        shown["performance"]["returns"][0]["difference"]["text"],
        format::number(expected, 1, Sign::Both).as_str()
    );
}

#[test]
fn a_partial_month_says_which_part() {
    let publication = testing::publication();
    assert_eq!(data(&publication, "2022-12")["month"]["part"], "the month so far");
    assert_eq!(data(&publication, "2018-05")["month"]["part"], Value::Null);
    let mut young = publication.clone();
    young.month_ends.get_mut(&"2018-05".parse().unwrap()).unwrap().since = "2018-05-14".parse().unwrap();
    assert_eq!(data(&young, "2018-05")["month"]["part"], "the record's first month");
}

#[test]
fn a_return_of_many_times_the_money_fits_its_cell() {
    assert_eq!(tinted(Some(34.046))["text"], "+3,405");
    assert_eq!(tinted(Some(0.0504))["text"], "+5.0");
}

#[test]
fn a_year_that_is_not_whole_is_marked_whatever_comes_later() {
    let publication = testing::publication();
    let marked = |month: &str| {
        let year = data(&publication, month)["year"].clone();
        let earlier = year["earlier"].as_array().unwrap().iter().map(|row| row["partial"].as_bool().unwrap());
        std::iter::once(year["partial"].as_bool().unwrap()).chain(earlier).collect::<Vec<_>>()
    };
    assert_eq!(marked("2015-12"), [true], "it begins at the end of January");
    assert_eq!(marked("2017-11"), [true, false, true]);
    assert_eq!(marked("2017-12"), [false, false, true]);
    assert!(marked("2022-12")[0], "the month goes on");
}

#[test]
fn a_report_is_as_young_as_its_newest_record() {
    let publication = testing::publication();
    let month = publication.months.iter().find(|month| month.month.to_string() == "2019-07").unwrap();
    let end = &publication.month_ends[&month.month];
    let mut order = publication.orders.iter().find(|order| YearMonth::of(order.date) == month.month).unwrap().clone();
    let dated = |orders| MonthData { publication: &publication, month, end, orders, commentary: None }.date();
    assert_eq!(dated(Vec::new()).to_string(), "2019-08-01", "the signal of its end was saved on the next day");
    let mut note = publication.orders.iter().find_map(|order| order.note.clone()).unwrap();
    note.created_at = order.first_fill;
    order.note = Some(note);
    let text = NoteText { completed_at: "2019-09-03T09:00:00Z".parse().ok(), ..NoteText::default() };
    assert_eq!(dated(vec![MonthOrder { order: &order, note: Some(Cow::Borrowed(&text)) }]).to_string(), "2019-09-03");
}

#[test]
fn a_signal_says_when_it_was_saved_and_whether_that_was_too_late() {
    let mut publication = testing::publication();
    let saved = |publication: &Publication| {
        let data = data(publication, "2019-06");
        (
            data["next_signals"][0]["made_on"].clone(),
            data["next_signals"][0]["made_late"].clone(),
            data["date"].clone(),
        )
    };
    assert_eq!(saved(&publication), (json!("1 Jul 2019"), json!(false), json!("1 Jul 2019")));
    let signals = publication.strategies.list.iter_mut().flat_map(|strategy| &mut strategy.signals);
    let signal = signals.into_iter().find(|signal| signal.formation.to_string() == "2019-06").unwrap();
    (signal.made_on, signal.made_late) = ("2021-02-03".parse().ok(), true);
    // The report is then no older than its content.
    assert_eq!(saved(&publication), (json!("3 Feb 2021"), json!(true), json!("3 Feb 2021")));
}

#[test]
fn words_are_english_whatever_the_locale() {
    let mut publication = testing::publication();
    for (locale, region) in [("en-GB", json!("GB")), ("en-US", json!("US")), ("de-DE", json!(null))] {
        publication.facts.masthead.locale = locale.parse().unwrap();
        let found = data(&publication, "2019-06");
        assert_eq!((&found["lang"], &found["region"]), (&json!("en"), &region), "{locale}");
    }
}

/// The keys of all objects in a value.
fn keys(value: &Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, inner)| {
            found.insert(key.clone());
            keys(inner, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn every_key_for_templates_is_documented() {
    let page = include_str!("../../docs/report-data.md");
    let publication = testing::publication();
    let mut found = std::collections::BTreeSet::new();
    for month in &publication.months {
        keys(&data(&publication, &month.month.to_string()), &mut found);
    }
    let missing: Vec<&String> = found.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "docs/report-data.md does not explain {missing:?}");
    assert!(found.len() > 70, "{found:?}");
}

#[test]
fn what_is_sold_short_stands_below_zero_and_a_small_holding_is_not_nothing() {
    let mut publication = testing::at(PrivacyLevel::Daily, None);
    let weight = |weight| Disclosure::new(&Privacy::default()).held_weight(weight);
    let end = publication.month_ends.get_mut(&"2022-09".parse().unwrap()).unwrap();
    end.positions.truncate(2);
    end.positions[0].weight = Some(weight(-0.4));
    end.positions[1].weight = Some(weight(0.03));
    end.cash_weight = Some(weight(0.8));
    let positions = &data(&publication, "2022-09")["positions"];
    let row = |at: usize| [&positions["rows"][at]["weight"], &positions["rows"][at]["bar"]];
    assert_eq!(row(0), [&json!("\u{2212}40%"), &json!(-0.5)]);
    assert_eq!(row(1), [&json!("under 5%"), &json!(0.0)]);
    assert_eq!(positions["cash"], json!({ "weight": "80%", "bar": 1.0 }));
}
