use proptest::prelude::*;

use super::*;

const HEADER: &str = "date,open,high,low,close,adj_close,volume,currency\n";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A site with one file of prices below the header.
fn site(rows: &str) -> (tempfile::TempDir, SiteDir) {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    std::fs::create_dir_all(site.prices()).unwrap();
    std::fs::write(site.prices().join("ABC.csv"), format!("{HEADER}{rows}")).unwrap();
    (folder, site)
}

fn ends(rows: &str, as_of: &str) -> Vec<String> {
    let (_folder, site) = site(rows);
    let prices = month_ends(&site, &[PriceSymbol::new("ABC")].into(), date(as_of), date("2026-12-31"));
    let bars = prices.values().flat_map(|series| series.bars().to_vec());
    bars.map(|bar| format!("{} {}", bar.date, bar.adjusted_close())).collect()
}

const THREE_MONTHS: &str = "2026-01-05,,,,10,,,USD\n2026-01-06,9,12,8.5,11,10.5,700,USD\n2026-01-30,,,,12,,,USD\n\
                            2026-02-02,,,,13,,,USD\n2026-02-10,,,,14,,,USD\n2026-02-27,,,,15,14.5,,USD\n\
                            2026-03-02,,,,16,,,USD\n2026-03-03,,,,17,,,USD\n";

#[test]
fn the_first_the_last_and_the_ends_of_months_stay() {
    let expected = ["2026-01-05 10", "2026-01-30 12", "2026-02-27 14.5", "2026-03-03 17"];
    assert_eq!(ends(THREE_MONTHS, "2026-03-31"), expected);
    let expected = ["2026-01-05 10", "2026-01-30 12", "2026-02-10 14", "2026-02-27 14.5", "2026-03-03 17"];
    assert_eq!(ends(THREE_MONTHS, "2026-02-15"), expected);
}

#[test]
fn pence_are_pounds_either_way() {
    let plain = "2026-01-30,,,,1250,1240,,GBp\n2026-02-27,,,,1300,,,GBp\n";
    assert_eq!(ends(plain, "2026-03-01"), ["2026-01-30 12.40", "2026-02-27 13"]);
    // A sign leaves it to the careful reader.
    assert_eq!(ends(&plain.replace(",1300,", ",+1300,"), "2026-03-01"), ["2026-01-30 12.40", "2026-02-27 13"]);
}

#[test]
fn what_is_not_believed_does_not_count_here_either() {
    assert!(ends("2026-01-30,,,,10,,,USD\n2026-02-27,,,,ten,,,USD\n", "2026-03-01").is_empty());
    assert_eq!(ends("2026-01-30,,,,10,,,USD\n2026-02-27,,,,0,,,USD\n", "2026-03-01"), ["2026-01-30 10"]);
    assert_eq!(ends("2026-01-30,,,,10,,,USD\n2027-02-26,,,,11,,,USD\n", "2027-03-01"), ["2026-01-30 10"]);
    assert!(ends("2026-01-30,,,,10,,,USD\n2026-02-27,,,,11,,,EUR\n", "2026-03-01").is_empty());
}

#[test]
fn only_the_symbols_asked_for_are_read() {
    let (_folder, site) = site(THREE_MONTHS);
    assert!(
        month_ends(&site, &[PriceSymbol::new("../ABC")].into(), date("2026-03-31"), date("2026-12-31")).is_empty()
    );
}

/// A price cell: mostly plain, sometimes one that only the careful reader takes, or none at all.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![20 => "[1-9][0-9]{0,3}(\\.[0-9]{1,6})?", 4 => "", 1 => "(0|0.00|-1|1e3|\\+5| 7|5\\.|\\.5|x|99999999999999999)"]
}

fn rows() -> impl Strategy<Value = String> {
    let date = prop_oneof![
        30 => (0..900_u64).prop_map(|day| (super::tests::date("2024-01-01") + chrono::Days::new(day)).to_string()),
        1 => "(2026-02-30|2026-1-05|)"
    ];
    let unit = prop_oneof![40 => Just("USD"), 1 => Just("GBp"), 1 => Just("")];
    let row = (date, [cell(), cell(), cell(), cell(), cell()], unit);
    proptest::collection::vec(row, 0..60).prop_map(|mut rows| {
        rows.sort();
        let line =
            |(date, prices, unit): &(String, [String; 5], &str)| format!("{date},{},,{unit}\n", prices.join(","));
        rows.iter().map(line).collect()
    })
}

proptest! {
    #[test]
    fn the_quick_reader_and_the_careful_one_agree(rows in rows(), day in 0..1000_u64) {
        let (_folder, site) = site(&rows);
        let (as_of, today) = (date("2023-12-01") + chrono::Days::new(day), date("2026-05-01"));
        let (all, _) = all(&site, today);
        let expected: Prices =
            all.into_iter().filter_map(|(symbol, series)| Some((symbol, thinned(&series, as_of)?))).collect();
        let found = month_ends(&site, &[PriceSymbol::new("ABC")].into(), as_of, today);
        let bars = |prices: &Prices| prices.values().flat_map(|series| series.bars().to_vec()).map(|bar| Bar { currency: String::new(), ..bar }).collect::<Vec<_>>();
        prop_assert_eq!(bars(&found), bars(&expected));
        prop_assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn plain_files_need_no_careful_reader(days in proptest::collection::btree_set(0..9000_u64, 1..80), close in 1..9_999_999_u32) {
        let day = |day: &u64| (date("2000-01-03") + chrono::Days::new(*day)).to_string();
        let row = |date: String| format!("{date},1.5,2,0.25,{close}.{close},{close},123456,GBp\n");
        let text: String = days.iter().map(day).map(row).collect();
        let found = plain::month_ends(format!("{HEADER}{text}").as_bytes(), date("2010-06-15"), date("2026-01-01"));
        prop_assert!(found.is_some());
    }
}
