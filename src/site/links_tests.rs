use super::*;

fn check(files: &Files, markdown: &[MarkdownLink], base_url: Option<&str>) -> Result<Index> {
    Index::of(files, base_url, &Index::default()).check(files, &BTreeSet::new(), true, markdown.iter())
}

fn missing(files: &Files, base_url: Option<&str>) -> BTreeSet<String> {
    Index::of(files, base_url, &Index::default()).missing(files, true)
}

fn files(pages: &[(&str, &str)]) -> Files {
    pages.iter().map(|(path, html)| ((*path).to_string(), html.as_bytes().into())).collect()
}

#[test]
fn a_sound_site_passes() {
    let site = files(&[
        ("index.html", "<a href=\"a/index.html#here\">a</a><a href=\"#top\" id=top></a><img src='x.svg'>"),
        ("a/index.html", "<p id=here><a href=\"../index.html\">up</a><a href=\"https://example.org/none\">out</a>"),
        ("x.svg", ""),
    ]);
    assert!(check(&site, &[], None).is_ok());
}

#[test]
fn every_broken_link_is_listed_with_its_page() {
    let site = files(&[
        ("index.html", "<a href=\"gone.html\">a</a><a href=\"b/index.html#none\">b</a><a href=\"../../etc\">c</a>"),
        ("b/index.html", "<a href=\"index\">d</a>"),
    ]);
    let message = check(&site, &[], None).unwrap_err().to_string();
    assert!(message.starts_with("4 links"), "{message}");
    for part in ["`gone.html`", "`#none`", "leads out of the site", "b/index.html: `index`"] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[test]
fn names_may_be_spelt_in_per_cent_and_entities() {
    let site = files(&[
        ("index.html", "<a href='a%20b.html#%C3%BC'><a href=\"a b.html#ü\"><img src=\"a&amp;b.png\"><a href='#top'>"),
        ("a b.html", "<p id=ü>"),
        ("a&b.png", ""),
    ]);
    check(&site, &[], None).unwrap();
    check(&site, &[], Some("https://x.org/")).unwrap();
    let site = files(&[("404.html", "<a href='https://x.org/a%20b.html#x'>"), ("a b.html", "<p id=x>")]);
    check(&site, &[], Some("https://x.org/")).unwrap();
}

#[test]
fn what_is_missing_is_listed_once_by_its_path() {
    let site = files(&[
        ("a/index.html", "<a href='../my%20paper.pdf'><a href='../my paper.pdf#page=2'><a href='https://x.org/y'>"),
        ("b/index.html", "<img src='c.png'><a href='../../../etc/passwd'><a href='../a/index.html'>"),
    ]);
    assert_eq!(missing(&site, None), BTreeSet::from(["b/c.png".to_owned(), "my paper.pdf".into()]));
}

#[test]
fn absolute_links_below_the_base_are_internal() {
    let site = files(&[("404.html", "<a href=\"https://x.org/t/index.html\">a</a>"), ("index.html", "")]);
    assert!(check(&site, &[], Some("https://x.org/t/")).is_ok());
    let site = files(&[("404.html", "<a href=\"https://x.org/t/gone.html\">a</a>")]);
    let message = check(&site, &[], Some("https://x.org/t/")).unwrap_err().to_string();
    assert!(message.contains("`https://x.org/t/gone.html`"), "{message}");
    // Without an address of the site, and below another one, it is someone else's page.
    assert!(check(&site, &[], None).is_ok() && check(&site, &[], Some("https://x.org/other/")).is_ok());
}

#[test]
fn what_is_known_of_pages_counts_only_for_the_same_pages_below_the_same_address() {
    let before = files(&[("a.html", "<p id=x><a href=\"b.html#y\">"), ("b.html", "<p id=y>")]);
    let index = Index::of(&before, None, &Index::default());
    let after = files(&[("a.html", "<p id=x><a href=\"b.html#y\">"), ("b.html", "<p id=z>")]);
    let again = Index::of(&after, None, &index);
    assert!(Arc::ptr_eq(&index.pages["a.html"], &again.pages["a.html"]));
    assert!(again.check(&after, &BTreeSet::new(), true, [].iter()).is_err());
    let elsewhere = Index::of(&after, Some("https://x.org/"), &index);
    assert!(!Arc::ptr_eq(&index.pages["a.html"], &elsewhere.pages["a.html"]));
}

/// What is said of the links of these files; nothing if they are sound.
fn said(index: Index, files: &Files) -> Option<String> {
    index.check(files, &BTreeSet::new(), true, [].iter()).err().map(|error| error.to_string())
}

#[test]
fn after_a_sound_site_the_new_pages_are_enough_unless_something_is_gone() {
    let numbers = 0..20;
    let page =
        |number: usize| (format!("{number:02}.html"), format!("<p id=x><a href='{:02}.html#x'>", (number + 1) % 20));
    let sound: Files = numbers.map(page).map(|(path, html)| (path, html.into())).collect();
    let before = check(&sound, &[], None).unwrap();
    let other = |html: &str| {
        let mut files = sound.clone();
        files.insert("07.html".into(), html.as_bytes().into());
        files
    };
    let again = |files: &Files| {
        let index = Index::of(files, None, &before);
        let looked_at = index.doubtful(false).count();
        (looked_at, index.check(files, &BTreeSet::new(), false, [].iter()).err().map(|error| error.to_string()))
    };
    assert_eq!(again(&other("<p id=x>Words <a href='09.html'><a href='11.html'>")), (2, None));
    // A link of the page itself, and an anchor that another page leads to.
    for html in ["<p id=x><a href='nowhere.html'>", "<p id=y>"] {
        let files = other(html);
        let expected = said(Index::of(&files, None, &Index::default()), &files);
        assert!(expected.is_some());
        assert_eq!(again(&files).1, expected);
    }
    let mut files = sound.clone();
    files.remove("07.html");
    assert_eq!(again(&files).1, said(Index::of(&files, None, &Index::default()), &files));
    // What was not found sound proves nothing: the links of all other pages are looked at.
    let unsound = other("<p id=y>");
    let index = Index::of(&unsound, None, &Index::default());
    assert_eq!(Index::of(&unsound, None, &index).doubtful(false).count(), 19);
}

#[test]
fn what_links_lead_to_is_counted_from_change_to_change_as_from_nothing() {
    let sites = [
        files(&[("a.html", "<a href=\"b.html#y\"><a href=\"b.html\">"), ("b.html", "<p id=y><a href=\"c.html\">")]),
        files(&[("a.html", "<a href=\"b.html\">"), ("b.html", "<p id=y><a href=\"c.html\">"), ("c.html", "")]),
        files(&[("b.html", "<a href=\"../out\">"), ("c.html", "<a href=\"b.html\"><a href=\"./b.html\">")]),
        files(&[("c.html", "<a href=\"c.html\">")]),
        files(&[]),
    ];
    for (first, second) in sites.iter().flat_map(|first| sites.iter().map(move |second| (first, second))) {
        let counted = Index::of(second, None, &Index::of(first, None, &Index::default()));
        let anew = Index::of(second, None, &Index::default());
        assert_eq!(counted.destinations, anew.destinations);
        assert_eq!(counted.missing(second, true), anew.missing(second, true));
        assert_eq!(said(counted, second), said(anew, second));
    }
    assert!(check(&sites[1], &[], None).is_ok() && check(&sites[2], &[], None).is_err());
}

#[test]
fn a_promised_file_may_be_linked_to_and_is_not_missing_for_long() {
    let site = files(&[("a.html", "<a href=\"b.pdf\"><a href=\"c.pdf\">")]);
    let index = Index::of(&site, None, &Index::default());
    let message = index.check(&site, &BTreeSet::from(["b.pdf".into()]), true, [].iter()).unwrap_err().to_string();
    assert!(message.contains("c.pdf") && !message.contains("b.pdf"), "{message}");
}

#[test]
fn a_broken_link_from_markdown_names_the_authors_file() {
    let link = MarkdownLink {
        written: "nope.md".into(),
        path: "nope.md".into(),
        fragment: String::new(),
        page: "about/index.html".into(),
        place: Place::line("content/about.md", 7),
    };
    let error = check(&files(&[("about/index.html", "")]), &[link], None).unwrap_err();
    assert_eq!(error.place(), Some(&Place::line("content/about.md", 7)));
    assert!(error.message().contains("nope.md"));
}
