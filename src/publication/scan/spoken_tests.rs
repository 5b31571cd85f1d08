use super::*;

fn sizes() -> Sizes {
    let all = [
        ("105074.08", "a net liquidation value"),
        ("1250000", "a net liquidation value"),
        ("541", "a share count"),
        ("1400", "a share count"),
        ("60", "a share count"),
        ("500", "a share count"),
        ("34892.10", "a position's value"),
    ];
    Sizes::new(all.into_iter().map(|(size, what)| (size.parse().unwrap(), what)), ["MTUM", "QUAL"].into_iter())
}

fn said(line: &str) -> Vec<String> {
    sizes().in_line(line).into_iter().map(|spoken| format!("{} ({})", spoken.text, spoken.what)).collect()
}

#[test]
fn share_counts_beside_the_word_or_the_ticker() {
    for line in [
        "Bought 541 shares.",
        "**541** shares",
        "541 MTUM",
        "541 x MTUM",
        "541\u{d7}QUAL",
        "541 MTUM shares",
        "MTUM: 541",
        "Shares: 541",
        "1,400 units",
        "1400 Stück",
        "1.400 Aktien",
        "60 shares",
        "position_size_rationale = \"541 shares\"",
        "five hundred shares of it",
        "541-share lots",
        "541 of MTUM",
    ] {
        assert!(said(line).iter().any(|text| text.ends_with("(a share count)")), "{line}: {:?}", said(line));
    }
    assert_eq!(said("Then 541 shares were mine."), ["541 shares (a share count)"]);
}

#[test]
fn amounts_in_thousands_rounded_and_in_words() {
    for line in [
        "105k",
        "105.1k",
        "$105 thousand",
        "105,100",
        "about 105 100",
        "0.105 million",
        "100k",
        "a hundred thousand dollars",
        "one hundred and five thousand euros",
        "$100,000",
        "35k in it",
        "USD 35k",
        "1.25 million",
        "$1.25m",
        "1,25 Mio",
        "105K\u{a0}USD",
        "105 Tsd",
    ] {
        assert_eq!(said(line).len(), 1, "{line}: {:?}", said(line));
    }
    assert_eq!(said("I began with 105k then."), ["105k (a net liquidation value)"]);
}

#[test]
fn numbers_of_something_else_are_left_alone() {
    for line in [
        "541 days",
        "In 1400 there was no exchange",
        "541",
        "42 shares",
        "my 401k",
        "106k users",
        "a hundred thousand shuffles",
        "10,000 shuffles",
        "https://example.org/a/105k",
        "id = \"105k2\"",
        "$90,000",
        "ran 5k",
        "105 m of rope",
        "1,250,000 orders",
        "2015-02-02 and 2016",
        "the S&P 500",
        "version 1.4.00",
        "#541 shares",
        "",
    ] {
        assert_eq!(said(line), Vec::<String>::new(), "{line}");
    }
}
