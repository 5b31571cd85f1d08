use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> String {
    Entry::parse(text.as_bytes()).unwrap_err().message().to_owned()
}

#[test]
fn an_entry_is_one_line_with_sorted_keys() {
    let entry = Entry(fields([
        ("seq", 2usize.into()),
        ("kind", "day".into()),
        ("note", "a \"b\" \\ \u{1}\n\u{e9}\u{1f600}".into()),
        ("list", vec!["1.5", "-2"].into()),
        ("Z", Value::Null),
        ("more", fields([("b", true.into()), ("a", Value::Number(-7))]).into()),
    ]));
    let text = "{\"Z\":null,\"kind\":\"day\",\"list\":[\"1.5\",\"-2\"],\"more\":{\"a\":-7,\"b\":true},\
                \"note\":\"a \\\"b\\\" \\\\ \\u0001\\n\u{e9}\u{1f600}\",\"seq\":2}\n";
    assert_eq!(String::from_utf8(entry.to_bytes()).unwrap(), text);
    assert_eq!(Entry::parse(text.as_bytes()).unwrap(), entry);
}

#[test]
fn whatever_could_be_written_in_two_ways_is_refused() {
    for (text, why) in [
        ("{\"a\":1,\"a\":2}\n", "`a` stands twice"),
        ("{\"x\":{\"a\":1,\"a\":1}}\n", "`a` stands twice"),
        ("{\"b\":1,\"a\":2}\n", "in another way"),
        ("{\"a\": 1}\n", "in another way"),
        ("{\"a\":1} \n", "in another way"),
        ("{\"a\":\"\\u0041\"}\n", "in another way"),
        ("{\"a\":\"\\/\"}\n", "in another way"),
        ("{\"a\":-0}\n", "not JSON"),
        ("{\"a\":1.5}\n", "not JSON"),
        ("{\"a\":1e3}\n", "not JSON"),
        ("{\"a\":99999999999999999999}\n", "not JSON"),
        ("{\"a\":9223372036854775808}\n", "too large"),
        ("{\"a\":01}\n", "not JSON"),
        ("{\"a\":1}", "does not end its line"),
        ("{\"a\":1}\r\n", "in another way"),
        ("{\"a\":1}\n\n", "in another way"),
        ("{\"a\":1}{}\n", "not JSON"),
        ("[1]\n", "no JSON object"),
        ("\u{feff}{}\n", "not JSON"),
    ] {
        assert!(refused(text).contains(why), "{text:?}: {}", refused(text));
    }
    assert!(Entry::parse(b"{\"a\":\"\xff\"}\n").unwrap_err().message().contains("UTF-8"));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Number),
        ".*".prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::btree_map(".*", inner, 0..5).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read_back_the_same(fields in prop::collection::btree_map(".*", any_value(), 0..6)) {
        let entry = Entry(fields);
        prop_assert_eq!(Entry::parse(&entry.to_bytes()).unwrap(), entry);
    }

    /// Of all ways to change a byte, none gives the same entry in other bytes.
    #[test]
    fn no_other_bytes_are_the_same_entry(fields in prop::collection::btree_map("[a-c]{1,2}", any_value(), 1..4), at in any::<usize>(), byte in any::<u8>()) {
        let entry = Entry(fields);
        let mut bytes = entry.to_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert!(Entry::parse(&bytes).map_or(true, |read| read != entry));
    }
}
