//! The finished site of the demo.

use crate::support::Site;

#[test]
fn the_demo_is_the_same_on_every_run_and_in_every_place() {
    let (one, two) = (Site::demo(), Site::demo());
    one.ok(&["build"]);
    two.ok(&["build"]);
    let files = |site: &Site| {
        let mut files = site.files("");
        // It holds when and where files lie, and goes for one place only.
        files.remove(".cache/build.json").unwrap();
        files
    };
    assert_eq!(files(&one), files(&two));
}

#[test]
fn a_second_build_changes_nothing() {
    let site = Site::demo();
    site.ok(&["build"]);
    let said = site.ok(&["build"]);
    assert!(said.err.contains("0 new or changed, 0 removed"), "{}", said.err);
}

#[test]
fn nothing_is_asked_of_the_network_and_every_link_is_relative() {
    let site = Site::demo();
    site.ok(&["build"]);
    for (name, bytes) in site.files("public") {
        let text = String::from_utf8_lossy(&bytes);
        if !name.ends_with(".html") {
            continue;
        }
        for start in
            ["src=\"http", "src=\"//", "href=\"/", "url(http", "@import", "<link rel=\"stylesheet\" href=\"http"]
        {
            let allowed = name == "404.html" && start == "href=\"/";
            assert!(allowed || !text.contains(start), "{name} holds {start}");
        }
    }
}

#[test]
fn a_folder_that_is_not_ours_is_not_replaced() {
    let site = Site::demo().file("public/thesis.doc", "ten years of work");
    let said = site.refused(&["build"]);
    assert!(said.contains("public"), "{said}");
    assert_eq!(site.read("public/thesis.doc"), "ten years of work");
}

#[test]
fn a_template_of_the_owners_replaces_ours_and_its_mistakes_are_shown() {
    let site = Site::demo().file("templates/style.css", "body { color: teal }");
    site.ok(&["build"]);
    assert_eq!(site.read("public/style.css"), "body { color: teal }");
    let before = site.files("public");
    site.put("templates/about.html", "x");
    site.put("templates/index.html", "one\n{{ nothing.here }}\n");
    let said = site.refused(&["build"]);
    assert!(said.contains("index.html") && said.contains('2'), "{said}");
    assert_eq!(site.files("public"), before);
}

#[test]
fn a_link_that_leads_nowhere_names_the_markdown_file() {
    let site = Site::demo().file("content/about.md", "# About\n\nsee\n[here](nowhere.md)\n");
    let said = site.refused(&["build"]);
    assert!(said.contains("content/about.md:4") && said.contains("nowhere.md"), "{said}");
}

#[test]
fn a_page_is_linked_however_its_file_is_called() {
    let site = Site::demo().file("content/it's here/a'b.md", "# Nobody's page\n\n[about](../about.md)\n");
    site.ok(&["build", "--no-reports"]);
    assert!(site.read("public/it's here/a'b/index.html").contains("Nobody’s page"));
}

#[test]
fn the_words_of_the_first_page_stay_as_they_are() {
    let site = Site::demo();
    site.ok(&["build"]);
    insta::assert_snapshot!(text_of(&site.read("public/index.html")));
}

/// What a reader sees of a page: the text without tags, scripts and drawings.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text += before;
        let skip = ["svg", "script", "style"].iter().find(|name| tag.starts_with(*name));
        rest = match skip.and_then(|name| tag.split_once(&format!("</{name}>"))) {
            Some((_, after)) => after,
            None => tag.split_once('>').map_or("", |(_, after)| after),
        };
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}
