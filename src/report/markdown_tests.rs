use super::*;
use crate::publication::testing::demo;

fn document(body: &str) -> Document {
    Document {
        slug: "2026-01".into(),
        title: "2026-01".into(),
        body: body.into(),
        body_line: 4,
        path: "content/months/2026-01.md".into(),
        ..Document::default()
    }
}

fn with(body: &str, base_url: Option<&str>) -> Result<Vec<Value>> {
    let page_of = PageOf::from([("about.md".into(), "about/index.html".into())]);
    let pictures = Pictures::default();
    let around = Surroundings { page_of: &page_of, base_url, pictures: &pictures, below: 2, publication: demo() };
    blocks(&document(body), around).map(|blocks| blocks.tree)
}

fn tree(body: &str) -> Value {
    Value::Array(with(body, None).unwrap())
}

fn refusal(body: &str) -> String {
    with(body, None).unwrap_err().to_string()
}

#[test]
fn marks_become_nodes_and_text_stays_text() {
    assert_eq!(
        tree("One *two* **three** ~~four~~ `#five` [six](https://e.org).\nSeven\\\neight"),
        json!([{ "t": "par", "c": [
            "One ", { "t": "emph", "c": ["two"] }, " ", { "t": "strong", "c": ["three"] }, " ",
            { "t": "strike", "c": ["four"] }, " ", { "t": "code", "s": "#five" }, " ",
            { "t": "link", "to": "https://e.org", "c": ["six"] }, ". Seven", { "t": "break" }, "eight"
        ]}])
    );
}

#[test]
fn what_is_code_elsewhere_is_a_string_here() {
    let hostile = "#panic() $x^2$ @cite \\<label> \\\\ // ~";
    assert_eq!(tree(hostile), json!([{ "t": "par", "c": ["#panic() $x^2$ @cite <label> \\ // ~"] }]));
}

#[test]
fn lists_quotes_code_and_tables_keep_their_shape() {
    assert_eq!(
        tree("- a\n- [x] b\n\n3. c\n\n> q\n\n```rs\nfn\n```\n\n---\n\n| h |\n|--:|\n| 1 |"),
        json!([
            { "t": "list", "start": null, "items": [["a"], [{ "t": "task", "done": true }, "b"]] },
            { "t": "list", "start": 3, "items": [["c"]] },
            { "t": "quote", "c": [{ "t": "par", "c": ["q"] }] },
            { "t": "block", "lang": "rs", "s": "fn" },
            { "t": "rule" },
            { "t": "table", "align": ["right"], "rows": [
                { "t": "row", "c": [{ "t": "cell", "c": ["h"] }] },
                { "t": "row", "c": [{ "t": "cell", "c": ["1"] }] }
            ]}
        ])
    );
}

#[test]
fn a_callout_has_its_kind_and_its_title() {
    assert_eq!(
        tree("> [!TIP]\n> q\n\n> r"),
        json!([
            { "t": "callout", "kind": "tip", "title": "Tip", "c": [{ "t": "par", "c": ["q"] }] },
            { "t": "quote", "c": [{ "t": "par", "c": ["r"] }] }
        ])
    );
    assert!(
        refusal(&(0..9).map(|level| format!("{0}> [!NOTE]\n{0}> x\n", "> ".repeat(level))).collect::<String>())
            .contains("nested")
    );
}

#[test]
fn headings_go_below_the_section_and_never_skip_a_level() {
    let levels = |body| -> Vec<u64> {
        let Value::Array(nodes) = tree(body) else { panic!("no list") };
        nodes.iter().filter_map(|node| node["level"].as_u64()).collect()
    };
    assert_eq!(levels("# A\n\n## B\n\n# C"), [3, 4, 3]);
    assert_eq!(levels("## A\n\n###### B\n\n### C\n\n## D"), [3, 4, 4, 3]);
    // One of nothing does not count, and those of notes are none.
    assert_eq!(levels("#\n\n### A[^n]\n\n##\n\n###### B\n\n[^n]: ## C"), [3, 4]);
}

#[test]
fn a_heading_of_nothing_is_none() {
    assert_eq!(
        tree("##\n\n# <!-- x -->\n\n# \u{200b}\n\na"),
        json!([
            { "t": "par", "c": ["\u{200b}"] }, { "t": "par", "c": ["a"] }
        ])
    );
}

#[test]
fn a_footnote_stands_where_it_is_first_referred_to() {
    assert_eq!(
        tree("a[^n] b[^n] c[^self]\n\n[^n]: Note.\n[^self]: See[^self].\n"),
        json!([{ "t": "par", "c": [
            "a", { "t": "note", "id": 1, "c": [{ "t": "par", "c": ["Note."] }] },
            " b", { "t": "again", "id": 1 },
            " c", { "t": "note", "id": 2, "c": [{ "t": "par", "c": ["See", "[self]", "."] }] }
        ]}])
    );
}

#[test]
fn a_link_into_the_site_needs_an_address_on_paper() {
    let to = |written: &str, base_url| -> Option<String> {
        let nodes = with(&format!("[w]({written})"), base_url).unwrap();
        nodes[0]["c"][0]["to"].as_str().map(Into::into)
    };
    let base = Some("https://name.github.io/record/");
    let about = "https://name.github.io/record/about/index.html#who";
    assert_eq!(to("../about.md#who", base).as_deref(), Some(about));
    assert_eq!(to("../about.md#who", None), None);
    assert_eq!(to("mailto:a@b.org", None).as_deref(), Some("mailto:a@b.org"));
    assert_eq!(to("javascript:alert(1)", base), None);
    assert_eq!(to("", base), None);
    assert_eq!(to(&format!("https://e.org/{}", "x".repeat(9_000)), base), None);
    assert_eq!(tree("[w](javascript:alert(1))"), json!([{ "t": "par", "c": ["w"] }]));
}

#[test]
fn comments_and_line_breaks_are_the_only_html() {
    let body = "a<br>b<!-- no -->c\n\n<!-- one\ntwo -->\n\nd";
    assert_eq!(tree(body), json!([{ "t": "par", "c": ["a", { "t": "break" }, "bc"] }, { "t": "par", "c": ["d"] }]));
    assert_eq!(refusal("one\n\ntwo <b>three</b>"), "content/months/2026-01.md:6: raw HTML cannot be typeset: `<b>`");
    assert!(refusal("<div>\n# x\n</div>").starts_with("content/months/2026-01.md:4: raw HTML"));
}

#[test]
fn a_picture_that_is_not_there_is_named_with_its_line() {
    assert_eq!(refusal("x\n\n![p](p.png)"), "content/months/2026-01.md:6: the picture `p.png` does not exist");
    assert!(refusal("![p](../../../etc/passwd.png)").contains("does not exist"));
    assert!(refusal("![p](https://e.org/p.png)").contains("from the web"));
}

#[test]
fn a_picture_has_its_path_and_its_words() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("months")).unwrap();
    std::fs::write(folder.path().join("months/p.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
    let pictures = Pictures::below(folder.path()).unwrap();
    let page_of = PageOf::new();
    let around =
        Surroundings { page_of: &page_of, base_url: None, pictures: &pictures, below: 2, publication: demo() };
    let found = blocks(&document("![the *words*](p.svg)"), around).unwrap();
    assert_eq!(
        Value::Array(found.tree),
        json!([{ "t": "par", "c": [{ "t": "picture", "file": "months/p.svg", "alt": "the words" }] }])
    );
    assert_eq!(found.pictures, [("months/p.svg".to_owned(), Place::line("content/months/2026-01.md", 4))]);
}

#[test]
fn lists_in_lists_without_end_are_refused() {
    let nested = |levels: usize| (0..levels).map(|level| format!("{}- x\n", "  ".repeat(level))).collect::<String>();
    assert!(with(&nested(DEEPEST), None).is_ok());
    let said = refusal(&nested(DEEPEST + 1));
    assert!(said.starts_with("content/months/2026-01.md:12: more than 8 lists"), "{said}");
    assert!(refusal(&"> ".repeat(500)).contains("are nested"));
}

#[test]
fn marks_in_marks_without_end_are_refused() {
    let nested = |levels: usize| "x\n\n".to_owned() + &"**a ".repeat(levels) + "x" + &" b**".repeat(levels);
    assert!(with(&nested(DEEPEST), None).is_ok());
    let said = refusal(&nested(DEEPEST + 1));
    assert_eq!(said, "content/months/2026-01.md:6: more than 8 marks of emphasis are nested");
}

#[test]
fn short_forms_are_words_and_charts_on_paper() {
    let figure = demo().figures.iter().flat_map(|group| &group.figures).find(|figure| figure.id == "risk.sharpe");
    let sharpe = figure.unwrap().written(demo().facts.digits).unwrap();
    assert_eq!(
        tree("a {{ stat:sharpe }}, `{{ stat:sharpe }}`"),
        json!([{ "t": "par", "c": [format!("a {sharpe}, "), { "t": "code", "s": "{{ stat:sharpe }}" }] }])
    );
    let slug = &demo().orders[0].slug;
    let trade = format!("{{{{ trade:{slug} }}}}");
    assert!(tree(&trade)[0]["c"][0].is_string());
    let linked = with(&trade, Some("https://e.org/")).unwrap();
    assert_eq!(linked[0]["c"][0]["to"], json!(format!("https://e.org/trades/{slug}/index.html")));
    let chart = tree("a\n\n{{ chart:equity from=2022-01 }}\n\nb");
    assert_eq!(
        (&chart[1]["t"], &chart[1]["file"], &chart[2]["c"]),
        (&json!("chart"), &json!("charts/1.svg"), &json!(["b"]))
    );
    assert!(
        refusal("one\n\n{{ stat:sharp }}").starts_with("content/months/2026-01.md:6:9: there is no figure `sharp`")
    );
}
