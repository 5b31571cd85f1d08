//! So many of a thing, in words.

/// A noun behind a number: `entry` behind 1, `entries` behind any other.
pub fn noun(count: usize, one: &str) -> String {
    let stem = one.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    match (count, stem) {
        (1, _) => one.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{one}s"),
    }
}

/// `1 entry`, `12 entries`.
pub fn counted(count: usize, one: &str) -> String {
    format!("{count} {}", noun(count, one))
}

/// One of what is named in the plural: `pair of returns` of `pairs of returns`, `full month in a row`.
pub fn one_of(many: &str) -> String {
    let end = [" of ", " in "].into_iter().filter_map(|word| many.find(word)).min().unwrap_or(many.len());
    let (noun, rest) = many.split_at(end);
    format!("{}{rest}", noun.strip_suffix('s').unwrap_or(noun))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_thing_is_one() {
        for (count, one, said) in [
            (1, "entry", "1 entry"),
            (0, "entry", "0 entries"),
            (12, "day", "12 days"),
            (2, "time stamp", "2 time stamps"),
        ] {
            assert_eq!(counted(count, one), said);
        }
        assert_eq!(
            ["round trips", "pairs of returns", "full months in a row"].map(one_of),
            ["round trip", "pair of returns", "full month in a row"]
        );
    }
}
