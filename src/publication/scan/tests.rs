use super::*;

fn secrets() -> Secrets {
    let mut secrets = Secrets::default();
    secrets.accounts.push("u7654321".into());
    secrets.name("0000E0D5.69dd7411.01.01", "an execution id");
    secrets.amount("123456.78".parse().unwrap(), "an amount");
    secrets.amount("54321".parse().unwrap(), "a share count");
    secrets
}

fn leaks(text: &str) -> Vec<(&'static str, String)> {
    let files = BTreeMap::from([("a.html".to_owned(), text.as_bytes().into())]);
    secrets().search(&files).into_iter().map(|leak| (leak.what, leak.text)).collect()
}

#[test]
fn an_amount_is_found_in_every_usual_spelling() {
    for spelling in [
        "123456.78",
        "123,456.78",
        "123.456,78",
        "123 456.78",
        "123\u{a0}456,78",
        "123\u{202f}456.8",
        "123'456",
        "123457",
        "123,457",
        "$123,456.78",
        "1,123456.78,3",
        "<td>123456.8</td>",
        "a=\"123456.78\"",
        "123_456",
        "123.457",
    ] {
        assert!(!leaks(spelling).is_empty(), "{spelling}");
    }
}

#[test]
fn half_a_unit_is_found_rounded_either_way() {
    let mut secrets = Secrets::default();
    secrets.amount("168902.50".parse().unwrap(), "an amount");
    for written in ["168,903", "168'902", "168902.5"] {
        let files = BTreeMap::from([("a.html".to_owned(), written.as_bytes().into())]);
        assert_eq!(secrets.search(&files).len(), 1, "{written}");
    }
}

#[test]
fn a_share_count_is_found_where_it_is_written_as_one() {
    assert!(!leaks("54,321 shares").is_empty());
    assert!(leaks("width 54321").is_empty(), "five digits alone are too common");
}

#[test]
fn other_numbers_are_left_alone() {
    for text in [
        "223456.78",
        "1234567.8",
        "2016-12-34",
        "0.12345678",
        "12345.678",
        "54.321",
        "<path d=\"M1,123457\"/>",
        "<svg data-plot=\"123 457 9080 3160\">",
    ] {
        assert_eq!(leaks(text), [], "{text}");
    }
}

#[test]
fn drawings_are_skipped_and_what_follows_is_not() {
    assert_eq!(leaks("<path class=\"x\" d=\"M0 1L2 123457 3 4\"/><text>5</text>"), []);
    assert_eq!(leaks("<path d=\"M0 1L2 3\"/><text>123457</text>").len(), 1);
}

#[test]
fn names_are_found_whatever_their_case() {
    assert_eq!(leaks("x0000e0d5.69DD7411.01.01y z").len(), 1, "inside another word");
    assert_eq!(leaks("id 0000e0d5.69DD7411.01.01."), [("an execution id", "0000e0d5.69dd7411.01.01".to_owned())]);
    assert_eq!(leaks("see/U7654321.csv"), [("an account id", "u7654321".to_owned())]);
    assert_eq!(leaks("prefixU7654321suffix").len(), 1);
}

#[test]
fn a_leak_is_refused_with_its_place() {
    let files = BTreeMap::from([("months/a.html".to_owned(), b"one\ntwo 123,457\n"[..].into())]);
    let error = refuse_leaks(&secrets().search(&files)).unwrap_err();
    assert!(error.to_string().contains("public/months/a.html:2 shows an amount (123,457)"), "{error}");
    assert!(refuse_leaks(&[]).is_ok());
}
