//! Texts whose dates are no dates of today.

use super::*;

#[test]
fn a_text_waits_for_its_date_and_moves_nothing_before() {
    let desk = Desk::new()
        .with("content/months/2025-03.md", "+++\ndate = 2025-06-02\n+++\nLater MONTH.\n")
        .with("content/months/2025-07.md", "Later JULY.\n")
        .with("content/posts/2025-06-01-a.md", "Come TODAY.\n")
        .with("content/posts/2025-06-02-b.md", "Later POST.\n")
        .with("content/posts/c.md", "+++\ndate = 2062-01-01\ndraft = true\n+++\nLater DRAFT.\n");
    desk.configure("base_url = \"https://a.example\"\n");
    let files = desk.built();
    assert!(files.values().any(|text| text.contains("Come TODAY")));
    assert!(files.values().all(|text| !text.contains("Later ")));
    assert!(files["feed.xml"].contains("<updated>2025-06-01T00:00:00Z</updated>"), "{}", files["feed.xml"]);
    let said = |found: &Finding| (found.place.clone().unwrap().to_string(), found.severity, found.message.clone());
    let held_back = |path: &str, date: &str| {
        let message = format!("it is held back until {date}, its date, which has not come yet");
        (path.to_owned(), Severity::Warning, message)
    };
    assert_eq!(
        desk.findings(FindingKind::Future).iter().map(said).collect::<Vec<_>>(),
        [
            held_back("content/months/2025-03.md", "2025-06-02"),
            held_back("content/months/2025-07.md", "2025-07-01"),
            held_back("content/posts/2025-06-02-b.md", "2025-06-02"),
        ]
    );
    let drafts = Options { drafts: true, ..Options::default() };
    build(&desk.site(), &config::load(&desk.site(), []).unwrap(), today(), &drafts).unwrap();
    let post = std::fs::read_to_string(desk.site().public().join("posts/2025-06-02-b/index.html")).unwrap();
    assert!(post.contains("Later POST"));
}

#[test]
fn no_text_is_from_before_there_were_records_and_no_note_from_the_future() {
    let note =
        |created: &str, post: &str| format!("+++\nid = \"a\"\nsymbol = \"A\"\ncreated_at = {created}\n{post}+++\n");
    let late = note("2025-06-02T00:00:00Z", "");
    let completed = note("2025-03-04T00:00:00Z", "[post_trade]\ncompleted_at = 2205-03-05T00:00:00Z\n");
    for (path, text, said) in [
        (
            "content/posts/a.md",
            "+++\ndate = 0025-03-04\n+++\n",
            "it is dated 0025-03-04, before there were records such as this\ncorrect the date",
        ),
        (
            "content/posts/1066-10-14-a.md",
            "",
            "it is dated 1066-10-14, before there were records such as this\ncorrect the date",
        ),
        (
            "content/about.md",
            "+++\ndate = 1925-03-04\n+++\n",
            "it is dated 1925-03-04, before there were records such as this\ncorrect the date",
        ),
        (
            "content/months/0225-03.md",
            "",
            "it is dated 0225-03-01, before there were records such as this\ncorrect the date",
        ),
        (
            "content/trades/a.md",
            &late,
            "it is dated 2025-06-02, which has not come yet\ncorrect `created_at`, or this computer's clock",
        ),
        (
            "content/trades/a.md",
            &completed,
            "it is dated 2205-03-05, which has not come yet\ncorrect `completed_at`, or this computer's clock",
        ),
    ] {
        let refused = Desk::new().with(path, text).refused();
        assert!(refused.starts_with(&format!("{path}:1: {said}")), "{refused}");
    }
}

#[test]
fn commentary_on_a_month_without_a_page_is_named() {
    let desk = Desk::new();
    for month in ["2024-12", "2025-02", "2025-03", "2025-05", "2025-07"] {
        desk.put(&format!("content/months/{month}.md"), "Words.\n");
    }
    let found = desk.findings(FindingKind::NotShown);
    let places: Vec<_> = found.iter().map(|found| found.place.clone().unwrap().to_string()).collect();
    assert_eq!(places, ["content/months/2024-12.md", "content/months/2025-02.md", "content/months/2025-05.md"]);
    let message = "the record has no return in December 2024, so the month has no page to show this";
    assert_eq!((found[0].severity, &*found[0].message), (Severity::Warning, message));
}
