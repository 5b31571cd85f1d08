use super::*;

fn found(names: &[&str]) -> ContentFiles {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    for name in names {
        let path = site.content().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let mut files = ContentFiles::of(&site);
    let lists = [&mut files.annotations, &mut files.commentary, &mut files.pages, &mut files.left_out];
    for path in lists.into_iter().flatten() {
        *path = path.strip_prefix(site.content()).unwrap().to_path_buf();
    }
    files
}

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

#[test]
fn markdown_is_found_in_every_folder_and_with_every_ending() {
    let files = found(&[
        "about.md",
        "Notes.MD",
        "research/idea.markdown",
        "research/deep/er.md",
        "months/2025/2025-03.md",
        "trades/a.md",
        "trades/2025/b.Markdown",
    ]);
    assert_eq!(files.pages, paths(&["Notes.MD", "about.md", "research/deep/er.md", "research/idea.markdown"]));
    assert_eq!(files.commentary, paths(&["months/2025/2025-03.md"]));
    assert_eq!(files.annotations, paths(&["trades/2025/b.Markdown", "trades/a.md"]));
}

#[test]
fn what_is_no_page_is_named_and_hidden_files_are_not() {
    let files = found(&["a.mdx", "b.rst", "c.txt", "d.png", ".e.md", ".git/f.md", "g.md~"]);
    assert!(files.pages.is_empty());
    assert_eq!(files.left_out, paths(&["a.mdx", "b.rst"]));
    assert_eq!(files.findings(Path::new("")).len(), 2);
    let files = found(&["_drafts/a.md", "months/_later/2025-03.md", "research/_b.md"]);
    assert_eq!((files.pages.len(), files.commentary.len(), files.kept_back.len()), (1, 0, 2));
    assert!(files.findings(Path::new(""))[0].message.contains("begins with `_`"));
}

#[test]
fn of_two_files_for_one_page_the_first_counts_and_the_other_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    for (name, text) in [
        ("research.md", "one"),
        ("research/index.md", "two"),
        ("posts/2025-03-01-cash.md", "one"),
        ("posts/2025-03-01-cash/index.md", "two"),
        ("months/2025-03.md", "one"),
        ("months/2025-03.markdown", "two"),
    ] {
        let path = site.content().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut record = Record::default();
    let mut said: Vec<_> = read(&site, NaiveDate::MAX)
        .put_into(&mut record)
        .into_iter()
        .map(|finding| (finding.place.unwrap().to_string(), finding.message))
        .collect();
    said.sort();
    assert_eq!(
        said,
        [
            ("content/months/2025-03.md".into(), "content/months/2025-03.markdown is on the same month".into()),
            (
                "content/posts/2025-03-01-cash.md".into(),
                "content/posts/2025-03-01-cash/index.md would be the same page".to_owned(),
            ),
            ("content/research.md".into(), "content/research/index.md would be the same page".to_owned()),
        ]
    );
    assert_eq!(record.pages["research"].body, "two");
}

#[test]
fn files_whose_pages_differ_in_case_or_in_how_an_accent_is_written_are_one_page() {
    let page = |path: &str| {
        (
            Place::file(path),
            page("+++\ndate = 2026-01-01\n+++\nx", Path::new(path), NaiveDate::MAX).map_err(|_| unreachable!()),
        )
    };
    let texts =
        ["posts/a.md", "posts/A.md", "posts/e\u{301}.md", "posts/\u{c9}.md", "posts/\u{e9}.markdown", "posts/b.md"];
    let texts = texts.map(|path| page(&format!("content/{path}"))).to_vec();
    let mut record = Record::default();
    let found = Content { texts, findings: Vec::new() }.put_into(&mut record);
    let said: Vec<_> =
        found.iter().map(|found| (found.place.clone().unwrap().to_string(), found.message.as_str())).collect();
    let other = |name: &str, why: &str| format!("content/posts/{name}.md would be the same page{why}");
    let case = " on computers and hosts that do not tell capitals from small letters";
    assert_eq!(
        said.iter().map(|(place, message)| (place.as_str(), (*message).to_owned())).collect::<Vec<_>>(),
        [
            ("content/posts/A.md", other("a", case)),
            ("content/posts/\u{c9}.md", other("e\u{301}", case)),
            ("content/posts/\u{e9}.markdown", other("e\u{301}", "")),
        ]
    );
    assert_eq!(record.pages.keys().collect::<Vec<_>>(), ["posts/a", "posts/b", "posts/\u{e9}"]);
}

#[test]
fn a_page_is_named_by_its_path_and_an_index_by_its_folder() {
    let slug = |path: &str| page_slug(Path::new(path));
    assert_eq!(slug("content/about.md"), "about");
    assert_eq!(slug("content/a\u{202e}b.md"), "ab");
    assert_eq!(slug("content/research/idea.v2.markdown"), "research/idea.v2");
    assert_eq!(slug("content/research/index.md"), "research");
    assert_eq!(slug("content/index.md"), "index", "the text of the front page");
}
