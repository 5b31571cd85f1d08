//! What becomes of any commentary there can be, typeset in memory.

use proptest::prelude::*;

use super::tests::*;
use super::*;

#[test]
fn every_character_there_is_can_stand_in_a_report() {
    let mut publication = short();
    let unicode = ('\u{20}'..='\u{1ffff}').collect::<Vec<char>>();
    let line = |letters: &[char]| {
        let escaped = letters
            .iter()
            .flat_map(|letter| letter.is_ascii_punctuation().then_some('\\').into_iter().chain([*letter]));
        escaped.collect::<String>()
    };
    let together = unicode.chunks(64).map(|letters| format!("x{}\n\n", line(letters)));
    let apart =
        unicode.chunks(64).map(|letters| letters.iter().map(|letter| line(&[*letter]) + " ").collect::<String>());
    let scripts = "لا إله بِسْمِ ٱللَّهِ ﷲ fi ffi e\u{301} a\u{30a}\u{301} क्षत्रिय ไทย 한국어";
    comment(
        &mut publication,
        &together.chain(apart.map(|line| format!("x {line}\n\n"))).chain([scripts.into()]).collect::<String>(),
    );
    pdf(&publication);
}

#[test]
fn every_construct_of_markdown_is_typeset() {
    let mut publication = short();
    comment(
        &mut publication,
        "# H\n\n### Deep\n\n*e* **s** ~~d~~ `c` [l](https://e.org) <https://e.org>\\\nb[^1] again[^1]\n\n- a\n  1. b\n     > q\n\n\
         - [x] t\n- [ ] u\n\n> [!NOTE]\n> n[^1]\n>\n> - a\n\n> [!TIP]\n> t\n\n> [!IMPORTANT]\n> i\n\n> [!WARNING]\n> > [!CAUTION]\n> > c\n\n```\ncode\n```\n\n---\n\n| a | b |\n|:-:|--:|\n| 1[^1] | *2* |\n\n\
         ||\n|-|\n\n<https://e.org/012345678901234567890123456789> `012345678901234567890123456789`\n\n[^1]: One.\n\n    Two.\n\n    - three\n",
    );
    pdf(&publication);
}

#[test]
fn short_forms_are_typeset_and_another_chart_is_another_report() {
    let mut publication = short();
    let slug = publication.orders[0].slug.clone();
    let set = |publication: &mut Publication, from: &str| {
        comment(
            publication,
            &format!(
                "A {{{{ stat:sharpe }}}} {{{{ trade:{slug} }}}}\n\n> {{{{ chart:equity from={from} }}}}\n\n{{{{ chart:drawdown }}}}\n"
            ),
        );
        pdf(publication)
    };
    assert!(set(&mut publication, "2022-01") != set(&mut publication, "2021-01"));
}

#[test]
fn a_head_that_leads_elsewhere_stands_above_a_table_of_many_pages() {
    let rows = "|---|\n".to_owned() + &"| 1 |\n".repeat(200);
    let notes = "again[^1]\n\n[^1]: One.\n";
    for (before, head) in
        [("", "[l](https://e.org)"), ("", "**[l](https://e.org)**"), ("", "n[^1]"), ("a[^1]\n\n", "n[^1]")]
    {
        let mut publication = short();
        comment(&mut publication, &format!("{before}| {head} |\n{rows}\n{notes}"));
        pdf(&publication);
    }
}

/// Notes in notes, more than the compiler follows.
fn chain_of_notes() -> String {
    (1..30).map(|at| format!("[^{at}]: N[^{}].\n\n", at + 1)).collect::<String>() + "[^30]: N.\n"
}

#[test]
fn commentary_that_cannot_be_typeset_is_named_with_its_line() {
    let mut publication = short();
    comment(&mut publication, &format!("One.\n\n- Two.\n\nThree[^1].\n\nFour.\n\n{}", chain_of_notes()));
    let line = publication.texts.commentary_mut(MONTH.parse().unwrap()).body_line + 4;
    let error = with(&publication, Paper::A4, None).err().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "content/months/2022-07.md:{line}: the commentary cannot be typeset in the report of July 2022: \
             maximum function call depth exceeded"
        )
    );
    assert!(!error.next_step().unwrap().contains("template"), "{error:?}");

    // In a site's own template both can be at fault, and both are named.
    let folder = tempfile::tempdir().unwrap();
    let own = "#set document(title: \"t\")\n= A\n#let data = json(\"/data.json\")\n\
               #if data.commentary.blocks.len() > 1 [#data.commentary.nothing]";
    std::fs::write(folder.path().join("report.typ"), own).unwrap();
    let error = with(&publication, Paper::A4, Some(folder.path())).err().unwrap();
    assert!(error.place().unwrap().to_string().contains("report.typ:4:"), "{error}");
    let hint = error.next_step().unwrap();
    assert!(hint.contains(&format!("content/months/2022-07.md:{}", line - 2)), "{hint}");
}

const TOKENS: [&str; 44] = [
    "#",
    "$",
    "\\",
    "`",
    "```\n",
    "*",
    "**",
    "_",
    "~~",
    "[",
    "](",
    "](x)",
    ")",
    "<b>",
    "<!--",
    "-->",
    "|",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "> ",
    "    ",
    "# ",
    "\n### ",
    "[^a]",
    "\n[^a]: ",
    "\n---\n",
    "\n\n| a | b |\n|---|---|\n| ",
    "@",
    "\\<label>",
    "![a](b.png)",
    "[l](https://e.org)",
    "\u{1f680}",
    "\u{5e9}\u{5dc}",
    "\u{645}\u{631}\u{62d}",
    "\t",
    " ",
    "word",
    "- [ ] ",
    "\n\n***\n\n",
    "&amp;",
    "<br>",
    "\u{200b}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_commentary_is_typeset_or_refused_with_its_line(
        parts in prop::collection::vec(
            prop_oneof![4 => prop::sample::select(&TOKENS[..]).prop_map(String::from), 1 => any::<char>().prop_map(String::from)],
            0..60,
        )
    ) {
        let mut publication = short();
        comment(&mut publication, &parts.concat());
        match with(&publication, Paper::A4, None) {
            Ok(reports) => prop_assert_eq!(besides_boxes(&reports), Vec::<&str>::new()),
            Err(error) => {
                let place = error.place().map(ToString::to_string).unwrap_or_default();
                prop_assert!(place.starts_with("content/months/2022-07.md:"), "{} {}", place, error);
            }
        }
    }
}
