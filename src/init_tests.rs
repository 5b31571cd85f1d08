use super::*;

#[test]
fn a_new_site_is_empty_and_keeps_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path().join("deep/site"));
    fs::create_dir_all(site.content()).unwrap();
    fs::write(site.content().join("about.md"), "me").unwrap();
    let started = init(&site).unwrap();
    assert_eq!(started.kept, [PathBuf::from("content/about.md")]);
    assert_eq!(
        started.written,
        [".gitignore", "config/config.toml", "content/disclosures.md", "content/methodology.md", "data/SCHEMA"]
            .map(PathBuf::from)
    );
    assert_eq!(fs::read_to_string(site.content().join("about.md")).unwrap(), "me");
    assert!(site.data().is_dir() && site.public().is_dir() && site.annotations().is_dir());
    assert_eq!(init(&site).unwrap().written, Vec::<PathBuf>::new());
}

#[test]
fn the_pages_of_a_new_site_say_what_is_to_be_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    init(&site).unwrap();
    for page in ["about", "methodology", "disclosures"] {
        let text = fs::read_to_string(site.content().join(format!("{page}.md"))).unwrap();
        assert!(text.starts_with("+++\ntitle = \"") && text.contains("**[Fill in"), "{page}");
    }
}
