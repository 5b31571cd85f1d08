//! The name that was probably meant.

/// Of some names the one that most resembles a misspelt one, whatever the case, if it takes at most `edits` changes of a
/// letter to get there; the first of equally near ones.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>, edits: usize) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &wrong);
    let near = names.into_iter().map(|name| (distance(name), name)).filter(|(distance, _)| *distance <= edits);
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// How many changes a word of this length may need: one, and one more for every three letters.
pub fn usual_edits(wrong: &str) -> usize {
    1 + wrong.chars().count() / 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let names = ["price", "quantity", "Fill Price"];
        assert_eq!(nearest("pirce", names, 1), Some("price"));
        assert_eq!(nearest("FILPRICE", names, usual_edits("FILPRICE")), Some("Fill Price"));
        assert_eq!(nearest("date", names, usual_edits("date")), None);
        assert_eq!(nearest("b", ["a", "c"], 1), Some("a"));
        assert_eq!(nearest("a", [], 9), None);
    }
}
