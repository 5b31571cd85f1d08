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
        "123&nbsp;456.78",
        "123&#8239;456,78",
        "123%2c456",
        "\u{ff11}\u{ff12}\u{ff13},456.78",
        "123\u{200b},45\u{ad}6.78",
        "usd123456.78",
        "#x $54321",
        "54321.0",
        "54,321 dollars",
    ] {
        assert!(!leaks(spelling).is_empty(), "{spelling}");
    }
}

#[test]
fn an_amount_is_found_in_the_marks_of_the_pages_and_a_fraction_is_none() {
    let found = |locale: &str, text: &str| {
        let config = toml::from_str(&format!("[site]\nlocale = '{locale}'")).unwrap();
        let mut secrets = Secrets::default();
        secrets.amount("13997".parse().unwrap(), "an amount");
        secrets.amount("123456.78".parse().unwrap(), "an amount");
        secrets.configure(&config);
        let files = BTreeMap::from([("a.html".to_owned(), text.as_bytes().into())]);
        secrets.search(&files).len()
    };
    for (locale, texts) in [
        ("en-GB", ["13,997", "123,456.78"]),
        ("en-US", ["13,997", "123,457"]),
        ("de-DE", ["13.997", "123.456,78"]),
        ("de-CH", ["13\u{2019}997", "123\u{2019}456.78"]),
        ("fr-FR", ["13\u{202f}997", "123\u{202f}456,8"]),
    ] {
        for text in texts {
            assert_eq!(found(locale, text), 1, "{locale}: {text}");
        }
    }
    assert_eq!(found("en-GB", "13.997"), 0, "a price to three decimals");
    assert_eq!(found("de-DE", "13,997"), 0, "a price to three decimals");
    assert_eq!(found("de-DE", "13,997 \u{20ac} or 13.997"), 2, "money is money in any marks");
    let data = "<script type=\"application/json\">{\"index\":[13.997]}</script>";
    assert_eq!(found("de-DE", data), 0, "data has points");
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
        "color: #123457;",
        "123,457%",
        "e3b0123457c1c149afbf4c89",
        "url(data:font/woff;base64,ab/123457+cd==)",
        "<script type=\"application/json\" id=\"series\">{\"i\":[123457,54321]}</script>",
        "<b class=\"y\" style=\"top:1%\">123,457</b>",
        "<tr><th scope=\"row\"><a href=\"methodology/index.html#a.b\">A</a></th>\n<td class=\"num\">123,457</td></tr>",
        "0.123457",
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
fn ids_that_are_words_or_in_numbers_are_left_alone() {
    let mut secrets = Secrets::default();
    for id in ["initial", "account", "52341", "700010001"] {
        secrets.name(id, "an order id");
    }
    let found = |text: &str| {
        let files = BTreeMap::from([("a.html".to_owned(), text.as_bytes().into())]);
        secrets.search(&files).into_iter().map(|leak| leak.text).collect::<Vec<_>>()
    };
    for text in ["the initial account", "0.52341", "52341.5", "a52341b", "<path d=\"M52341 1\"/>"] {
        assert_eq!(found(text), Vec::<String>::new(), "{text}");
    }
    for text in ["order 52341.", "1,52341,2", "#52341", "\"52341\"", "52341, and"] {
        assert_eq!(found(text), ["52341"], "{text}");
    }
    assert_eq!(found("order-700010001.csv"), ["700010001"]);
}

#[test]
fn what_the_owner_says_is_there_by_chance_is_let_through_but_never_an_account() {
    let config: crate::config::Config =
        toml::from_str("[account]\nid = 'U7654321'\n[privacy]\nallow = ['123,457', 'u7654321']").unwrap();
    let mut secrets = secrets();
    secrets.configure(&config);
    let files = BTreeMap::from([("a.html".to_owned(), b"123,457 and 123457 of U7654321"[..].into())]);
    let found: Vec<_> = secrets.search(&files).into_iter().map(|leak| leak.text).collect();
    assert_eq!(found, ["u7654321", "123457"]);
}

#[test]
fn the_hint_names_the_generated_file_and_how_to_let_a_coincidence_through() {
    let leak = |what| Leak { file: "months/a.html".into(), line: 1, what, text: "123,457".into() };
    let said = |what| refuse_leaks(&[leak(what)]).unwrap_err().to_string();
    assert!(hint(&leak("an amount")).contains("public/months/a.html is made from"));
    assert!(hint(&leak("an amount")).contains("allow = [\"123,457\"]"), "{}", said("an amount"));
    assert!(!hint(&leak(secrets::ACCOUNT)).contains("allow"));
}

#[test]
fn a_leak_is_refused_with_its_place() {
    let files = BTreeMap::from([("months/a.html".to_owned(), b"one\ntwo 123,457\n"[..].into())]);
    let error = refuse_leaks(&secrets().search(&files)).unwrap_err();
    assert!(error.to_string().contains("public/months/a.html:2 shows an amount (123,457)"), "{error}");
    assert!(refuse_leaks(&[]).is_ok());
}

#[test]
fn what_goes_on_behind_markup_is_one_word_or_number() {
    for (text, what) in [
        ("it was <b>123</b>,456.78", "an amount"),
        ("<text><tspan>12</tspan><tspan>3456.78</tspan></text>", "an amount"),
        ("&#x31;23456.78", "an amount"),
        ("<b>u76</b>54321", "an account id"),
        ("&#117;7654321", "an account id"),
        ("u 7654321", "an account id"),
        ("?a=%557654321", "an account id"),
        ("0000e0d5.<i>69dd</i>7411.01.01", "an execution id"),
        ("<img src=\"data:image/svg+xml,%3Ctext%3E123,456.78\">", "an amount"),
    ] {
        assert!(leaks(text).iter().any(|(found, _)| *found == what), "{text}: {:?}", leaks(text));
    }
    for text in [
        "<td>123</td><td>456</td>",
        "<b>123</b> <b>456.78</b>",
        "<b class=\"y\">123</b><b class=\"y\">456.78</b>",
        "<i>1</i>234567<br>8",
        "<b>123457%</b>x",
    ] {
        assert_eq!(leaks(text), Vec::new(), "{text}");
    }
}

#[test]
fn a_place_that_is_the_programs_own_stays_its_own_beside_markup() {
    assert_eq!(
        leaks("<div class=\"chart a\"><b class=\"y\" style=\"\">123,457</b><b class=\"y\" style=\"\">x</b></div>"),
        Vec::new()
    );
}

#[test]
fn who_holds_the_account_is_found_however_the_name_is_set() {
    let mut secrets = secrets();
    secrets.people = vec!["erika musterfrau".into(), "lindenweg 12".into()];
    for name in ["erika-musterfrau.png", "a.html"] {
        for text in
            ["Erika\nMusterfrau", "Musterfrau, Erika", "Lindenweg&nbsp;12", "Er<i>ika</i> Musterfrau", "nothing"]
        {
            let files = BTreeMap::from([(name.to_owned(), text.as_bytes().into())]);
            let found = secrets.search(&files).len();
            assert_eq!(found, usize::from(text != "nothing") + usize::from(name != "a.html"), "{name} {text}");
        }
    }
}
