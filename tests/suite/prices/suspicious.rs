//! Bars that are kept out of figures until they are confirmed.

use super::*;

const CLOSES: [f64; 11] = [72.0, 72.4, 71.8, 72.2, 72.6, 72.5, 72.7, 72.9, 73.1, 73.0, 72.8];

/// Pence, from Monday 12 to Monday 26 January 2026.
fn vodafone() -> Listing {
    Listing::new("VOD.L", "GBp").closes("2026-01-12", CLOSES)
}

/// What is held of this listing, and what is said.
fn first_look(listing: Listing) -> (Desk, PartReport) {
    let desk = Desk::new(&FakeYahoo::of(vec![listing]));
    let report = desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    (desk, report)
}

/// What is held when this comes after ten quiet days have been stored.
fn later_look(listing: Listing) -> (Desk, PartReport) {
    let desk = Desk::new(&FakeYahoo::of(vec![vodafone()]));
    desk.collect_from(&["VOD.L"], "2026-01-12", FRIDAY);
    let desk = desk.moved_to(&FakeYahoo::of(vec![listing]));
    let report = desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    (desk, report)
}

/// A second collection changes no file.
fn stands(desk: &Desk) {
    let files = desk.files();
    desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    assert_eq!(desk.files(), files);
}

fn reasons(desk: &Desk) -> Vec<String> {
    let reason = |row: String| row.split_once("GBp,").unwrap().1.trim_matches('"').to_owned();
    desk.held("VOD.L").into_iter().map(reason).collect()
}

#[test]
fn a_bar_a_hundred_times_off_is_kept_out_and_the_next_one_counts() {
    for (close, words) in [(7220.0, "100 times"), (0.722, "a hundredth of")] {
        let (desk, report) = first_look(vodafone().close("2026-01-15", close));
        let reason = format!("its close is {words} that of 2026-01-14: pounds and pence mixed up?");
        assert_eq!(reasons(&desk), std::slice::from_ref(&reason));
        assert_eq!(desk.rows("VOD.L").len(), 10);
        assert!(!desk.dates("VOD.L").contains(&"2026-01-15".to_owned()));
        assert_eq!(said(&report), format!("warning VOD.L: 2026-01-15 is kept out of all figures: {reason}"));
        stands(&desk);
    }
}

#[test]
fn the_first_bar_can_be_the_wrong_one() {
    let (desk, _) = first_look(vodafone().close("2026-01-12", 7200.0));
    assert_eq!(reasons(&desk), ["its close is 100 times those after it"]);
    assert_eq!(desk.rows("VOD.L").len(), 10);
}

#[test]
fn check_lists_what_is_kept_out_and_how_to_bring_it_in() {
    let (desk, _) = first_look(vodafone().low("2026-01-20", 0.0));
    let checked = desk.site.run(&["check", "--json"]).json();
    let finding =
        checked["findings"].as_array().unwrap().iter().find(|finding| finding["kind"] == "suspicious-price");
    let finding = finding.unwrap_or_else(|| panic!("{checked}"));
    assert_eq!(finding["message"], "VOD.L: 2026-01-20 is kept out of all figures: its low is 0");
    assert!(finding.to_string().contains("data/prices/suspicious/VOD.L.csv"), "{finding}");
    assert!(finding.to_string().contains("VOD.L 2026-01-20"), "{finding}");
    let desk = desk.confirming("VOD.L 2026-01-20");
    let report = desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    assert!(report.findings.is_empty(), "{}", said(&report));
    assert_eq!(desk.rows("VOD.L").len(), 11);
    assert!(desk.rows("VOD.L")[6].starts_with("2026-01-20,72.3365,73.427,0,72.7,"), "{:?}", desk.rows("VOD.L"));
    assert!(!desk.site.path("data/prices/suspicious/VOD.L.csv").exists());
    let checked = desk.site.run(&["check", "--json"]).json();
    assert!(!checked.to_string().contains("suspicious-price"), "{checked}");
}

#[test]
fn a_confirmation_counts_without_a_network() {
    let (desk, _) = first_look(vodafone().low("2026-01-20", 0.0));
    let nowhere = FakeYahoo::scripted(|_, _| crate::yahoo::Reply::new(404, ""));
    let desk = desk.moved_to(&nowhere).confirming("VOD.L 2026-01-20").confirming("VOD.L 2026-01-25");
    let report = desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    assert_eq!((report.added.new, desk.rows("VOD.L").len(), desk.held("VOD.L").len()), (1, 11, 0));
    let idle = "note VOD.L: `[yahoo] confirmed` names days without a bar: 2026-01-25";
    assert!(said(&report).contains(idle), "{}", said(&report));
}

#[test]
fn a_new_level_waits_until_its_first_day_is_confirmed() {
    let jump: Vec<f64> =
        CLOSES.iter().enumerate().map(|(day, close)| if day < 8 { *close } else { close * 1.6 }).collect();
    let (desk, report) = first_look(Listing::new("VOD.L", "GBp").closes("2026-01-12", jump));
    let expected = "error VOD.L: 2026-01-22 is kept out of all figures: its close is +60.4 % from that of 2026-01-21, \
                    and no split is known; so are 2 more bars until 2026-01-26; using prices up to 2026-01-21";
    assert_eq!(said(&report), expected);
    assert!(!report.is_complete());
    stands(&desk);
    let desk = desk.confirming("VOD.L 2026-01-22");
    let report = desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    assert!(report.is_complete(), "{}", said(&report));
    assert_eq!((desk.rows("VOD.L").len(), desk.held("VOD.L").len()), (11, 0));
    stands(&desk);
}

#[test]
fn a_bar_that_yahoo_mends_counts() {
    let (desk, _) = first_look(vodafone().close("2026-01-15", 7220.0));
    let desk = desk.moved_to(&FakeYahoo::of(vec![vodafone()]));
    let report = desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    assert!(report.findings.is_empty(), "{}", said(&report));
    assert_eq!((report.added.new, desk.rows("VOD.L").len(), desk.held("VOD.L").len()), (1, 11, 0));
    let raw = desk.files().into_iter().find(|(name, _)| name.starts_with("raw/")).unwrap();
    assert!(String::from_utf8(raw.1).unwrap().contains("7220"), "the bar as it was is not lost");
}

#[test]
fn a_stored_bar_outlives_a_later_error_of_yahoo() {
    let (desk, report) = later_look(vodafone().close("2026-01-15", 7220.0));
    let expected = "warning VOD.L: 2026-01-15: Yahoo's new prices are not believed, and the stored ones stay: \
                    its close is 100 times that of 2026-01-14: pounds and pence mixed up?";
    assert_eq!(said(&report), expected);
    assert_eq!((desk.rows("VOD.L").len(), desk.held("VOD.L").len()), (11, 0));
    assert_eq!(desk.closes("VOD.L")[3].1, "72.2");
    stands(&desk);
}

#[test]
fn a_dividend_in_the_wrong_unit_is_kept_out() {
    // 4.5 pence as 450: more than the share was worth.
    let (desk, report) = later_look(vodafone().dividend("2026-01-26", 450.0));
    assert!(has(&report, Severity::Error, "prices-refused"), "{}", said(&report));
    assert_eq!(desk.dates("VOD.L").last().unwrap(), "2026-01-23");
    assert_eq!(reasons(&desk).len(), 1);
    stands(&desk);
    // 36 pence where 0.36 was meant: half of what the share is worth.
    let (desk, _) = first_look(vodafone().dividend("2026-01-20", 36.0));
    assert_eq!(desk.dates("VOD.L").last().unwrap(), "2026-01-19");
    let expected = "the dividend of 2026-01-20 is 36 GBp, 50 % of the price: pounds and pence mixed up?";
    assert_eq!(reasons(&desk)[0], expected);
    // Pounds where pence were meant.
    let (desk, report) = first_look(vodafone().dividend("2026-01-20", 0.02));
    let expected = "the dividend of 2026-01-20 is 0.02 GBp, 0.0276 % of the price: pounds taken for pence?";
    assert_eq!(reasons(&desk)[0], expected);
    assert!(said(&report).ends_with("so are 4 more bars until 2026-01-26; using prices up to 2026-01-19"));
    let (desk, _) = first_look(vodafone().dividend("2026-01-14", 2.25).dividend("2026-01-20", 0.0225));
    assert!(reasons(&desk)[0].starts_with("the dividend of 2026-01-20 is 0.0225 GBp"), "{:?}", reasons(&desk));
}

#[test]
fn a_dividend_of_usual_size_is_none_of_these() {
    for listing in [vodafone().dividend("2026-01-20", 2.25), vodafone().dividend("2026-01-20", 0.05)] {
        let (desk, report) = first_look(listing.clone());
        assert!(report.findings.is_empty(), "{}", said(&report));
        assert_eq!(desk.rows("VOD.L").len(), 11);
        let (desk, report) = later_look(listing);
        assert!(report.is_complete(), "{}", said(&report));
        assert_eq!(desk.rows("VOD.L").len(), 11);
    }
}

#[test]
fn a_split_that_earlier_prices_do_not_know_is_kept_out_until_they_do() {
    let halved: Vec<f64> =
        CLOSES.iter().enumerate().map(|(day, close)| if day < 10 { *close } else { close / 4.0 }).collect();
    let listing = Listing::new("VOD.L", "GBp").closes("2026-01-12", halved).split("2026-01-26", 4.0, 1.0);
    let (desk, report) = later_look(listing.clone().unadjusted());
    assert!(
        reasons(&desk)[0].ends_with("Yahoo names the split of 2026-01-26 and has not adjusted earlier prices"),
        "{:?}",
        reasons(&desk)
    );
    assert!(!report.is_complete());
    let desk = desk.moved_to(&FakeYahoo::of(vec![listing]));
    let report = desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    assert!(report.is_complete(), "{}", said(&report));
    assert_eq!((desk.rows("VOD.L").len(), desk.held("VOD.L").len()), (11, 0));
    assert_eq!(desk.closes("VOD.L")[0].1, "18");
}

#[test]
fn a_split_that_never_was_does_not_rewrite_history() {
    let (desk, report) = later_look(vodafone().split("2026-01-21", 100.0, 1.0));
    let reason = "a split on 2026-01-21, 100 for 1";
    assert!(
        said(&report).contains(&format!("is not believed: {reason}; using prices up to 2026-01-23")),
        "{}",
        said(&report)
    );
    assert_eq!(desk.closes("VOD.L")[0].1, "72");
    assert_eq!(desk.dates("VOD.L").last().unwrap(), "2026-01-23");
    stands(&desk);
    let desk = desk.moved_to(&FakeYahoo::of(vec![vodafone()]));
    let report = desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    assert!(report.is_complete(), "{}", said(&report));
    assert_eq!((desk.rows("VOD.L").len(), desk.held("VOD.L").len()), (11, 0));
}

#[test]
fn bars_with_a_crooked_shape_are_kept_out() {
    let (desk, _) = first_look(vodafone().low("2026-01-20", 727.0));
    assert_eq!(reasons(&desk), ["its low of 727 is above its high of 73.427"]);
    let (desk, _) = first_look(vodafone().low("2026-01-20", 0.727));
    assert_eq!(reasons(&desk), ["its low of 0.727 and its close of 72.7 are too far apart"]);
    let (desk, _) = first_look(vodafone().close("2026-01-20", 0.0));
    assert_eq!(reasons(&desk), ["its close is 0"]);
    let desk = desk.confirming("VOD.L 2026-01-20");
    desk.collect_from(&["VOD.L"], "2026-01-12", MONDAY);
    assert_eq!(reasons(&desk), ["its close is 0"], "no confirmation makes that a price");
}

#[test]
fn pounds_and_pence_may_change_places_when_the_unit_says_so() {
    let (desk, report) =
        later_look(Listing::new("VOD.L", "GBP").closes("2026-01-12", CLOSES.map(|close| close / 100.0)));
    assert!(report.findings.is_empty(), "{}", said(&report));
    assert_eq!(desk.rows("VOD.L").last().unwrap(), "2026-01-26,0.72436,0.73528,0.72072,0.728,0.728,1000,GBP");
    let dollars = Listing::new("VOD.L", "USD").closes("2026-01-12", CLOSES.map(|close| close * 0.0134));
    let (desk, report) = later_look(dollars);
    assert!(said(&report).contains("the currency is no longer GBp but USD"), "{}", said(&report));
    assert!(!report.is_complete() && desk.rows("VOD.L").iter().all(|row| row.ends_with("GBp")));
}

#[test]
fn a_whole_history_in_the_wrong_unit_replaces_nothing() {
    for listing in [
        Listing::new("VOD.L", "GBP").closes("2026-01-12", CLOSES),
        Listing::new("VOD.L", "GBp").closes("2026-01-12", CLOSES.map(|close| close * 100.0)),
        Listing::new("VOD.L", "GBp").closes("2026-01-12", CLOSES.map(|close| close / 100.0)),
    ] {
        let (desk, report) = later_look(listing);
        assert!(said(&report).contains("and no split says why"), "{}", said(&report));
        assert!(!report.is_complete());
        assert!(desk.rows("VOD.L").last().unwrap().contains(",72"), "{:?}", desk.rows("VOD.L"));
    }
}

#[test]
fn a_confirmation_that_cannot_be_read_is_refused() {
    let site = Site::new("[yahoo]\nconfirmed = [\"SXLK.L 2026-01-27\", \"SXLK.L\"]\n");
    let words = site.refused(&["check"]);
    assert!(words.contains("config.toml:2:13: `yahoo.confirmed`: `SXLK.L` is not a symbol and a date"), "{words}");
}
