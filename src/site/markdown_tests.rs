use super::*;
use crate::publication::testing::demo;
use crate::site::anchors::settle;

fn source(text: &str) -> Source<'_> {
    Source {
        text,
        path: Path::new("content/months/2026-01.md"),
        first_line: 4,
        page: "months/2026-01/index.html",
        below: 1,
        lines: false,
        publication: demo(),
    }
}

fn html(text: &str) -> String {
    settle(render(&source(text), &PageOf::new()).unwrap().html)
}

#[test]
fn headings_get_anchors_and_go_below_the_pages_own() {
    assert_eq!(
        html("# A & B\n\n## A `B`!\n\n## Ä"),
        "<h2 id=\"a-b\">A &amp; B</h2>\n<h3 id=\"a-b-2\">A <code>B</code>!</h3>\n<h3 id=\"ä\">Ä</h3>\n"
    );
    assert_eq!(html("## Only"), "<h2 id=\"only\">Only</h2>\n");
    assert_eq!(html("# Own {#mine}"), "<h2 id=\"mine\">Own</h2>\n");
    assert_eq!(html("# ?"), "<h2 id=\"section\">?</h2>\n");
}

#[test]
fn links_to_markdown_files_lead_to_their_pages() {
    let page_of = PageOf::from([("about.md".into(), "about/index.html".into())]);
    let text = "one\ntwo [a](../about.md#who) [b](../trades/) [c](https://x.org/a.md) [d](#here) ![e](p.png)";
    let mut rendered = render(&source(text), &page_of).unwrap();
    rendered.html = settle(rendered.html);
    for part in [
        "../../about/index.html#who",
        "../../trades/index.html",
        "https://x.org/a.md",
        "\"#here\"",
        "../../months/p.png",
    ] {
        assert!(rendered.html.contains(part), "{part} in {}", rendered.html);
    }
    let targets: Vec<_> = rendered.links.iter().map(|link| (link.path.as_str(), link.fragment.as_str())).collect();
    assert_eq!(targets, [("about/index.html", "who"), ("trades/index.html", ""), ("", "here"), ("months/p.png", "")]);
    assert_eq!(rendered.links[0].place, Place::line("content/months/2026-01.md", 5));
}

#[test]
fn names_with_other_letters_are_spelt_in_per_cent() {
    let page_of = PageOf::from([("months/über mich.md".into(), "über mich/index.html".into())]);
    let text = "## Übersicht\n\n[a](#übersicht) [b](#%C3%BCbersicht) ![c](<my chart.png>) ![c](my%20chart.png) \
                [d](größe@2.png?v=1) [e](%C3%BCber%20mich.md#wer)";
    let mut rendered = render(&source(text), &page_of).unwrap();
    rendered.html = settle(rendered.html);
    let links: Vec<_> = rendered.html.split(['"']).filter(|part| part.starts_with(['#', '.'])).collect();
    assert_eq!(
        links,
        [
            "#%C3%BCbersicht",
            "#%C3%BCbersicht",
            "../../months/my%20chart.png",
            "../../months/my%20chart.png",
            "../../months/gr%C3%B6%C3%9Fe%402.png?v=1",
            "../../%C3%BCber%20mich/index.html#wer",
        ],
        "{}",
        rendered.html
    );
    let paths: Vec<_> = rendered.links.iter().map(|link| (link.path.as_str(), link.fragment.as_str())).collect();
    assert_eq!(
        paths,
        [
            ("", "übersicht"),
            ("", "übersicht"),
            ("months/my chart.png", ""),
            ("months/my chart.png", ""),
            ("months/größe@2.png", ""),
            ("über mich/index.html", "wer"),
        ]
    );
}

#[test]
fn links_of_raw_html_lead_where_those_of_markdown_do() {
    let page_of = PageOf::from([("about.md".into(), "about/index.html".into())]);
    let text = "one\n\n<figure id=fig>\n<img\n src='p 1.png' srcset=\"p.png 1x, q.png 2x\">\n</figure>\n\n\
                see <a href=\"../about.md#who\">a</a> <a href=\"https://x.org/a.md\">b</a> <a href=#fig>c</a>";
    let mut rendered = render(&source(text), &page_of).unwrap();
    rendered.html = settle(rendered.html);
    for part in [
        "<figure id=fig>",
        " src='../../months/p%201.png' srcset=\"../../months/p.png 1x, ../../months/q.png 2x\"",
        "<a href=\"../../about/index.html#who\">",
        "<a href=\"https://x.org/a.md\">",
        "<a href=#fig>",
    ] {
        assert!(rendered.html.contains(part), "{part} in {}", rendered.html);
    }
    let places: Vec<_> = rendered.links.iter().map(|link| link.place.line.unwrap_or_default()).collect();
    assert_eq!(places, [8, 8, 8, 11, 11]);
}

#[test]
fn many_equal_headings_each_have_an_anchor() {
    let text = "## Part\n\n".repeat(3_000);
    let html = html(&text);
    assert!(html.contains("id=\"part\"") && html.contains("id=\"part-3000\""));
}

#[test]
fn tables_footnotes_tasks_and_raw_html_are_kept() {
    let text = "| a |\n|--:|\n| 1 |\n\n~~no~~ <b class=x>raw</b>[^1]\n\n- [x] done\n\n[^1]: Note.";
    let html = html(text);
    for part in
        ["<div class=\"scroll\"", "<table>", "<del>no</del>", "<b class=x>raw</b>", "aria-label=\"done\"", "footnote"]
    {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn callouts_say_what_they_are_and_quotes_stay_quotes() {
    assert_eq!(
        html("> [!WARNING]\n> Old **news**.\n\n> Said."),
        "<div class=\"callout warning\" role=\"note\"><p class=\"kind\">Warning</p>\n<p>Old <strong>news</strong>.</p>\n</div>\n\
         <blockquote>\n<p>Said.</p>\n</blockquote>\n"
    );
    assert!(html("> [!OTHER]\n> a").contains("<blockquote>\n<p>[!OTHER]"));
}

#[test]
fn a_link_that_would_run_a_script_is_refused() {
    let said = |text: &str| render(&source(text), &PageOf::new()).unwrap_err().to_string();
    for link in ["javascript:alert(1)", "JavaScript:alert(1)", "&#106;avascript:alert(1)", "vbscript:x"] {
        assert!(said(&format!("a\n\n[b]({link})")).starts_with("content/months/2026-01.md:6: the link `"), "{link}");
    }
    assert!(said("<javascript:alert(1)>").contains("runs a script"));
    assert!(said("in words <a href=\"JavaScript:alert(1)\">x</a>").contains("runs a script"));
    for html in [
        "<svg><a xlink:href='javascript:x'>a</a></svg>",
        "<form action=javascript:x></form>",
        "<p><button formaction='java&Tab;script&colon;x'>a</button></p>",
        "<object data=' javascript:x'></object>",
        "<meta http-equiv=refresh content='0;url=javascript:x'>",
        "<iframe src='data:text/html,<script>x</script>'></iframe>",
        "<a href='data: Text/HTML;base64,AA=='>a</a>",
    ] {
        assert!(said(html).contains("runs a script"), "{html}");
    }
    assert!(render(&source("<img src='data:image/png;base64,AA==' alt='x'>"), &PageOf::new()).is_ok());
    assert!(said("<p>a block with\n<a href='&#106;avascript:alert(1)'>x</a></p>").contains("runs a script"));
    // What browsers might still read as one is no more than a name here.
    for link in ["java&Tab;script:alert(1)", "&#1;javascript:alert(1)"] {
        assert!(said(&format!("[b]({link})")).contains("runs a script"), "{link}");
    }
}

#[test]
fn an_excerpt_is_the_first_paragraph_without_marks() {
    assert_eq!(excerpt("# Title\n\nFirst *words*\nhere.\n\nSecond.", 100), "First words here.");
    assert_eq!(excerpt("One two, three four", 12), "One two\u{2026}");
    assert_eq!(excerpt("", 12), "");
}

#[test]
fn short_forms_lead_to_what_they_show() {
    let figure = demo().figures.iter().flat_map(|group| &group.figures).find(|figure| figure.id == "risk.sharpe");
    let sharpe = figure.unwrap().written(demo().facts.digits).unwrap();
    let link = format!("<a href=\"../../methodology/index.html#risk.sharpe\">{sharpe}</a>");
    assert_eq!(
        html("**{{ stat:sharpe }}**, `{{ stat:sharpe }}`"),
        format!("<p><strong>{link}</strong>, <code>{{{{ stat:sharpe }}}}</code></p>\n")
    );
    assert_eq!(html("## Sharpe {{ stat:sharpe }}"), format!("<h2 id=\"sharpe\">Sharpe {link}</h2>\n"));
    assert_eq!(html("\\{{ stat:sharpe }}"), "<p>{{ stat:sharpe }}</p>\n");
    // A link in a link is none.
    assert_eq!(
        html("[a {{ stat:sharpe }}](https://e.org)"),
        format!("<p><a href=\"https://e.org\">a {sharpe}</a></p>\n")
    );
    assert!(html("![a {{ stat:sharpe }}](p.png)").contains(&format!("alt=\"a {sharpe}\"")));
    let slug = &demo().orders[0].slug;
    assert!(
        html(&format!("{{{{ trade:{slug} }}}}")).contains(&format!("<a href=\"../../trades/{slug}/index.html\">"))
    );
}

#[test]
fn a_chart_has_a_name_of_its_own_on_its_page() {
    let html = html("One\n\n{{ chart:equity from=2022-01 }}\n\n{{ chart:drawdown }}\n\nTwo\n");
    for part in
        ["<p>One</p>\n<figure class=\"plain\"><div class=\"chart", "</div></figure>\n", "<p>Two</p>", "end bench"]
    {
        assert!(html.contains(part), "{part} in {html}");
    }
    for number in [1, 2] {
        assert_eq!(html.matches(&format!("id=\"chart-months-2026-01-md-{number}-t\"")).count(), 1);
    }
    assert!(!html.contains("xx"), "{html}");
    let lines = Source { lines: true, ..source("a\n\n{{ chart:drawdown }}") };
    assert!(
        render(&lines, &PageOf::new())
            .unwrap()
            .html
            .contains("<figure class=\"plain\" data-line=\"months/2026-01.md:6\"><div class=\"chart")
    );
}
