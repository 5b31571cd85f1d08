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

#[test]
fn a_site_with_pages_commits_public_and_never_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path().join("new"));
    let started = init_with_pages(&site).unwrap();
    assert!(started.written.contains(&PathBuf::from(".github/workflows/pages.yml")) && started.kept.is_empty());
    assert!(!ignores_public(&site));
    let ignored = fs::read_to_string(site.root().join(".gitignore")).unwrap();
    let ignores = |line: &str| ignored.lines().any(|other| other == line);
    assert!(ignores("/config/local.toml") && ignores("/data/"), "{ignored}");
    assert!(!ignores("data/"), "the tables of the site lie in public/data: {ignored}");

    let old = SiteDir::new(folder.path().join("old"));
    init(&old).unwrap();
    let started = init_with_pages(&old).unwrap();
    assert_eq!(started.written, [PathBuf::from(".github/workflows/pages.yml")]);
    assert!(ignores_public(&old));
}

#[test]
fn the_workflow_is_pinned_limited_and_may_do_no_more_than_deploy() {
    let uses: Vec<&str> =
        WORKFLOW.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, action)| action).collect();
    assert_eq!(uses.len(), 4);
    for action in uses {
        let (name, rest) = action.split_once('@').unwrap();
        let (commit, version) = rest.split_once(" # v").unwrap();
        assert!(name.starts_with("actions/") && commit.len() == 40 && !version.is_empty(), "{action}");
        assert!(commit.bytes().all(|letter| letter.is_ascii_hexdigit()), "{action}");
    }
    for wanted in [
        "concurrency:",
        "timeout-minutes:",
        "workflow_dispatch:",
        "\npermissions: {}\n",
        "persist-credentials: false",
    ] {
        assert!(WORKFLOW.contains(wanted), "{wanted}");
    }
    let writes: Vec<&str> = WORKFLOW.lines().map(str::trim).filter(|line| line.ends_with(": write")).collect();
    assert_eq!(writes, ["pages: write", "id-token: write"]);
}
