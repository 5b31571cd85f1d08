use std::fs;

use super::testing::TestSite;
use super::*;

fn today() -> NaiveDate {
    "2100-01-01".parse().unwrap()
}

fn build_with(site: &TestSite, today: NaiveDate, options: &Options) -> Built {
    build(&site.dir(), &site.config(), today, options).unwrap()
}

fn built(site: &TestSite) -> Built {
    build_with(site, today(), &Options::default())
}

/// Whether the next build would look no further than at the files' stamps and digests.
fn is_unchanged(site: &TestSite) -> bool {
    let (dir, public) = (site.dir(), site.path("public"));
    let memory = Memory::open(&dir, &site.config(), today(), &Options::default(), &public);
    memory.unwrap().unchanged().is_some()
}

#[test]
fn a_second_build_does_nothing_and_says_the_same() {
    let site = TestSite::new();
    site.write("content/trades/odd.md", "+++\nid = 'odd'\nsymbol = 'NONE'\ncreated_at = 2022-07-01\n+++\n\u{1f680}");
    site.write("content/months/2022-07.md", "\u{1f680} up");
    let first = built(&site);
    assert!(!first.reports.warnings.is_empty());
    assert!(is_unchanged(&site));
    let second = built(&site);
    assert_eq!(second.summary, Summary { written: 0, unchanged: first.files, removed: 0 });
    assert_eq!((second.files, second.warnings), (first.files, first.warnings));
    assert_eq!(second.reports.warnings, first.reports.warnings);
    assert_eq!(second.reports.count, 0);
}

#[test]
fn a_site_that_becomes_coarser_says_so_once() {
    let site = TestSite::new();
    let precise = |level: &str| {
        site.replace(
            "config/config.toml",
            "mode = \"relative\"",
            &format!("mode = \"relative\"\nprecision = \"{level}\""),
        );
        let said = built(&site).finer_before;
        site.replace("config/config.toml", &format!("\nprecision = \"{level}\""), "");
        said
    };
    assert_eq!(precise("fine"), Vec::<String>::new());
    let said = precise("daily");
    let weights = "`weight` in data/orders.json in steps of 0.0001 instead of 0.01";
    assert!(said.iter().any(|what| what == weights), "{said:?}");
    assert_eq!(precise("daily"), Vec::<String>::new());
    assert!(precise("monthly").iter().any(|what| what == "every day in data/daily.json"));
    assert_eq!(precise("fine"), Vec::<String>::new());
}

#[test]
fn whatever_a_build_is_made_from_makes_another_one() {
    let site = TestSite::new();
    let changes: [(&str, &dyn Fn()); 9] = [
        ("commentary", &|| site.write("content/months/2022-07.md", "Other words.")),
        ("a page", &|| site.write("content/new.md", "# New")),
        ("a picture", &|| site.write("content/dot.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")),
        ("a template", &|| site.write("templates/foot.html", "<footer>foot</footer>")),
        ("a removed template", &|| fs::remove_file(site.path("templates/foot.html")).unwrap()),
        ("settings", &|| site.replace("config/config.toml", "status = \"demo\"", "status = \"paper\"")),
        ("local settings", &|| site.write("config/local.toml", "[flex]\ntoken = \"123456789012\"\n")),
        ("a snapshot", &|| fs::remove_file(site.path("data/snapshots/2022-07-29.json")).unwrap()),
        ("a renamed page", &|| fs::rename(site.path("content/new.md"), site.path("content/old.md")).unwrap()),
    ];
    built(&site);
    for (what, change) in changes {
        assert!(is_unchanged(&site), "before {what}");
        change();
        assert!(!is_unchanged(&site), "{what}");
        built(&site);
    }
}

#[test]
fn links_find_files_however_their_accents_are_written() {
    // As macOS names files, and as keyboards write.
    for (name, written) in
        [("e\u{301}", "\u{e9}"), ("\u{e9}", "e\u{301}"), ("e\u{301}", "%C3%A9"), ("\u{e9}", "e%CC%81")]
    {
        let site = TestSite::new();
        site.write(&format!("content/{name}/{name}.md"), &format!("## {name}\n\n<b id=b{name}>b</b>\n"));
        site.write(&format!("content/{name}/{name}.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        site.write(&format!("content/{name}/{name}.pdf"), "%PDF");
        site.write(&format!("static/{name}.txt"), "x");
        let e = written;
        let links = format!(
            "[a]({e}/{e}.md#{e}) [b]({e}/{e}.md#b{e}) ![c]({e}/{e}.svg) <a href='{e}/{e}.pdf'>d</a> [e]({e}.txt)"
        );
        site.write("content/about.md", &links);
        site.write("content/months/2022-07.md", &format!("![c](../{e}/{e}.svg)"));
        let built = built(&site);
        assert!(built.reports.warnings.is_empty(), "{name} {written}");
        for file in ["\u{e9}/\u{e9}/index.html", "\u{e9}/\u{e9}.svg", "\u{e9}/\u{e9}.pdf", "\u{e9}.txt"] {
            assert!(site.path("public").join(file).is_file(), "{name} {written}: {file}");
        }
        let about = site.read("public/about/index.html");
        assert!(about.contains("href=\"../%C3%A9/%C3%A9/index.html#b%C3%A9\""), "{about}");
    }
}

#[test]
fn files_that_no_build_reads_make_no_other_one() {
    let site = TestSite::new();
    built(&site);
    site.write("data/raw/statement.xml", "<x/>");
    site.write("data/.lock", "");
    site.write("notes.txt", "");
    assert!(is_unchanged(&site));
}

#[test]
fn another_day_and_other_options_make_another_build() {
    let site = TestSite::new();
    built(&site);
    site.write("content/draft.md", "+++\ndraft = true\n+++\n# Draft\n");
    built(&site);
    let drafts = Options { drafts: true, ..Options::default() };
    build_with(&site, today(), &drafts);
    assert!(site.path("public/draft/index.html").exists());
    built(&site);
    assert!(!site.path("public/draft/index.html").exists());
    let url = Options { base_url: Some("https://example.org/x/"), ..Options::default() };
    build_with(&site, today(), &url);
    assert!(site.read("public/robots.txt").contains("example.org"));
    // Nothing of this record is in the future of either day, but that is not for the memory to know.
    let (dir, public) = (site.dir(), site.path("public"));
    let later = Memory::open(&dir, &site.config(), "2100-01-02".parse().unwrap(), &url, &public);
    assert!(later.is_some_and(|mut later| later.unchanged().is_none()));
}

#[test]
fn a_site_that_was_tampered_with_is_put_right() {
    let site = TestSite::new();
    built(&site);
    let changes: [(&str, &dyn Fn()); 3] = [
        ("an edit", &|| site.write("public/index.html", "hey")),
        ("a lost page", &|| fs::remove_file(site.path("public/months/index.html")).unwrap()),
        ("a lost folder", &|| fs::remove_dir_all(site.path("public")).unwrap()),
    ];
    let expected = site.read("public/index.html");
    for (what, change) in changes {
        change();
        assert!(!is_unchanged(&site), "{what}");
        built(&site);
        assert_eq!(site.read("public/index.html"), expected, "{what}");
        assert!(site.path("public/months/index.html").exists(), "{what}");
    }
}

#[cfg(unix)]
#[test]
fn permissions_are_part_of_a_site() {
    use std::os::unix::fs::PermissionsExt;
    let site = TestSite::new();
    built(&site);
    let page = site.path("public/index.html");
    fs::set_permissions(&page, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!is_unchanged(&site));
    built(&site);
    assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn a_damaged_memory_or_that_of_another_program_proves_nothing() {
    let site = TestSite::new();
    built(&site);
    let whole = site.read(".cache/build.json");
    let cut: String = whole.chars().take(whole.len() / 2).collect();
    let other_program = {
        let (_, rest) = whole.split_once('\n').unwrap();
        let key = rest.split('"').nth(3).unwrap();
        let rest = rest.replace(key, &"0".repeat(64));
        format!("{}\n{rest}", crate::digest::Digest::of(rest.as_bytes()))
    };
    let edited = whole.replace("\"warnings\":", "\"warnings\": ");
    for (what, text) in
        [("cut", cut), ("empty", String::new()), ("another program", other_program), ("edited", edited)]
    {
        site.write(".cache/build.json", &text);
        assert!(!is_unchanged(&site), "{what}");
    }
    site.write(".cache/build.json", &whole);
    assert!(is_unchanged(&site));
}

#[test]
fn where_nothing_can_be_remembered_a_site_is_built_all_the_same() {
    let site = TestSite::new();
    site.write(".cache", "a file");
    assert!(built(&site).summary.written > 0);
    assert!(built(&site).summary.written == 0);
}

#[test]
fn a_build_in_two_steps_gives_what_stands_in_the_folder_whether_it_was_made_now_or_before() {
    let site = TestSite::new();
    let (dir, config) = (site.dir(), site.config());
    let whole = || Begun::begin(&dir, &config, today()).finish(&Options::default()).unwrap();
    let (first, is_kept) = (whole().files, is_unchanged(&site));
    assert!(is_kept && first.contains_key(output::MANIFEST) && first.len() > 20);
    for (path, content) in &first {
        assert_eq!(fs::read(site.path("public").join(path)).unwrap(), **content, "{path}");
    }
    let second = whole();
    assert_eq!((second.built.summary.written, &second.files), (0, &first));
    drop(second);
    site.write("content/months/2022-07.md", "Other words.");
    let third = whole().files;
    assert_ne!(third["months/2022-07/index.html"], first["months/2022-07/index.html"]);
    assert_eq!(third["style.css"], first["style.css"]);
}
