//! Monthly reports as files: what is in them, when they are made again, and what keeps them from being made.

use crate::support::{Site, pdf_attachments, pdf_text};

#[test]
fn the_words_of_three_months_stay_as_they_are() {
    let site = Site::demo();
    // The first month, one with commentary and a footnote, one with orders and notes.
    for month in ["2015-02", "2020-03", "2021-07"] {
        let out = site.path(&format!("{month}.pdf"));
        site.ok(&["report", month, "--out", out.to_str().unwrap()]);
        let Some(text) = pdf_text(&out) else { return };
        insta::assert_snapshot!(format!("the_words_of_{month}"), text);
    }
}

#[test]
fn a_build_has_a_report_for_each_month_and_its_page_leads_there() {
    let site = Site::demo();
    let said = site.ok(&["build"]);
    assert!(said.err.contains("95 monthly reports typeset"), "{}", said.err);
    let files = site.files("public/months");
    assert_eq!(files.keys().filter(|name| name.ends_with(".pdf")).count(), 95);
    assert!(site.read("public/months/2020-03/index.html").contains("href=\"../../months/2020-03.pdf\""));

    assert!(site.read("public/months/index.html").contains("href=\"../months/2020-03.pdf\""));

    // Nothing changed: nothing is typeset, and nothing written.
    let said = site.ok(&["build"]);
    assert!(!said.err.contains("typeset") && said.err.contains(" 0 new or changed"), "{}", said.err);

    // One month's commentary is one report, and that of no other month.
    site.put("content/months/2018-06.md", "Nothing much.");
    assert!(site.ok(&["build"]).err.contains("1 monthly report typeset"));
    let changed = site.files("public/months");
    let differ: Vec<&String> =
        files.iter().filter(|(name, pdf)| changed[*name] != **pdf).map(|(name, _)| name).collect();
    let pdfs: Vec<&&String> = differ.iter().filter(|name| name.ends_with(".pdf")).collect();
    assert_eq!(pdfs, [&"2018-06.pdf"]);

    // Without reports nothing leads to one; the next build has them again without typesetting any.
    let said = site.ok(&["build", "--no-reports"]);
    assert!(!said.err.contains("typeset"), "{}", said.err);
    assert!(!site.files("public/months").keys().any(|name| name.ends_with(".pdf")));
    for page in ["public/index.html", "public/months/index.html", "public/months/2020-03/index.html"] {
        assert!(!site.read(page).contains(".pdf\""), "{page}");
    }
    // The picture for links is no report.
    site.ok(&["build", "--no-reports", "--base-url", "https://example.org/record/"]);
    assert!(site.read("public/index.html").contains("https://example.org/record/og.png"));
    assert!(site.files("public").keys().any(|name| name == "og.png"));
    let said = site.ok(&["build"]);
    assert!(!said.err.contains("typeset"), "{}", said.err);
    assert_eq!(site.files("public/months"), changed);
}

#[test]
fn a_report_carries_the_rows_of_the_sites_data() {
    let site = Site::demo();
    site.ok(&["build"]);
    let Some(attached) = pdf_attachments(&site.path("public/months/2021-07.pdf")) else { return };
    for (name, table, rows) in [("daily-2021-07.csv", "daily", 21), ("orders-2021-07.csv", "orders", 2)] {
        let whole = site.read(&format!("public/data/{table}.csv"));
        let mut lines = whole.lines();
        let header = lines.next().unwrap();
        let month: Vec<&str> = lines.filter(|line| line.starts_with("2021-07-")).collect();
        assert_eq!(month.len(), rows, "{table}");
        assert_eq!(attached[name], format!("{header}\n{}\n", month.join("\n")));
    }
}

#[test]
fn a_report_is_the_same_from_either_command() {
    let site = Site::demo();
    site.ok(&["build"]);
    std::fs::remove_dir_all(site.path(".cache")).unwrap();
    let out = site.path("one.pdf");
    let said = site.ok(&["report", "2020-03", "--out", out.to_str().unwrap()]);
    assert_eq!(said.out, "SITE/one.pdf\n");
    assert!(std::fs::read(out).unwrap() == std::fs::read(site.path("public/months/2020-03.pdf")).unwrap());
}

#[test]
fn a_file_that_is_no_report_is_replaced_only_on_purpose() {
    let site = Site::demo();
    let out = site.path("2020-03.pdf");
    let path = out.to_str().unwrap();
    let report = |force: bool| {
        ["report", "2020-03", "--out", path].into_iter().chain(force.then_some("--force")).collect::<Vec<_>>()
    };
    site.put("2020-03.pdf", "%PDF-1.7 a statement of the broker");
    let said = site.refused(&report(false));
    assert!(said.contains("2020-03.pdf: this file was not made by") && said.contains("--force"), "{said}");
    assert_eq!(site.read("2020-03.pdf"), "%PDF-1.7 a statement of the broker");
    site.ok(&report(true));
    let first = std::fs::read(&out).unwrap();
    site.put("config/config.toml", site.read("config/config.toml") + "\n[report]\npaper = \"letter\"\n");
    site.ok(&report(false));
    assert!(std::fs::read(&out).unwrap() != first, "an earlier report gives way");
}

#[test]
fn a_cut_off_file_in_the_cache_is_made_again() {
    let site = Site::demo();
    site.ok(&["build"]);
    let cached = site.files(".cache/reports");
    let (name, _) = cached.iter().find(|(name, _)| name.starts_with("2019-05")).unwrap();
    site.put(&format!(".cache/reports/{name}"), b"%PDF-1.7");
    // Without the finished report and the memory of it the cache is all there is.
    std::fs::remove_dir_all(site.path("public")).unwrap();
    assert!(site.ok(&["build"]).err.contains("1 monthly report typeset"));
    assert!(site.files(".cache/reports") == cached);
}

#[test]
fn a_report_that_cannot_be_kept_is_made_all_the_same() {
    let site = Site::demo().file(".cache", "in the way");
    let out = site.path("one.pdf");
    let said = site.ok(&["report", "2020-03", "--out", out.to_str().unwrap()]);
    let words = "the next build does this work again, because SITE/.cache/reports: cannot keep reports: ";
    assert!(said.err.starts_with(words), "{}", said.err);
    assert!(out.exists());
}

#[test]
fn letters_are_for_america() {
    let site = Site::demo();
    let config = site.read("config/config.toml");
    let size = |paper: &str| {
        site.put("config/config.toml", format!("{config}\n[report]\npaper = \"{paper}\"\n"));
        let out = site.path(&format!("{paper}.pdf"));
        site.ok(&["report", "2020-03", "--out", out.to_str().unwrap()]);
        let output = std::process::Command::new("pdfinfo").arg(out).output().ok()?;
        let words = String::from_utf8(output.stdout).unwrap();
        Some(words.lines().find(|line| line.starts_with("Page size")).unwrap().to_owned())
    };
    let (Some(a4), Some(letter)) = (size("a4"), size("letter")) else { return };
    assert!(a4.contains("(A4)") && letter.contains("(letter)"), "{a4} {letter}");
}

#[test]
fn a_month_that_is_not_in_the_record_is_refused() {
    let site = Site::demo();
    let said = site.refused(&["report", "2014-01"]);
    assert!(said.contains("no report for January 2014") && said.contains("2015-02 to 2022-12"), "{said}");
    assert_eq!(site.run(&["report", "January"]).code, 2);
}

#[test]
fn a_mistake_in_a_template_leaves_the_last_good_site() {
    let site = Site::demo();
    site.ok(&["build"]);
    let good = site.files("public");
    site.put("templates/report.typ", "#let data = json(\"/data.json\")\n= Report\n#data.nothing\n");
    let said = site.refused(&["build"]);
    assert!(said.contains("templates/report.typ:3:7: the report of February 2015 cannot be typeset"), "{said}");
    assert!(said.contains("3 | #data.nothing") && said.contains("next: "), "{said}");
    assert!(site.files("public") == good);
}

#[test]
fn commentary_that_has_no_place_on_paper_is_named_with_its_line() {
    let site = Site::demo().file("content/months/2018-06.md", "+++\ntitle = \"t\"\n+++\nOne.\n\n![p](gone.png)\n");
    assert!(site.refused(&["build"]).contains("content/months/2018-06.md:6: the picture `gone.png` does not exist"));
    site.put("content/months/2018-06.md", "One.\n\nTwo <video>\n");
    assert!(site.refused(&["build"]).contains("content/months/2018-06.md:3: raw HTML cannot be typeset: `<video>`"));
    site.put("content/months/gone.png", b"no picture at all");
    assert!(site.refused(&["build"]).contains("months/gone.png: its name ends in .png, and it is no picture"));
    site.put("content/months/gone.png", b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82");
    site.put("content/months/2018-06.md", "One.\n\n![p](gone.png)\n");
    let said = site.refused(&["build"]);
    assert!(said.contains("content/months/2018-06.md:3: the picture `months/gone.png` cannot be typeset"), "{said}");
}

#[test]
fn a_picture_beside_the_commentary_is_on_the_page_and_in_the_report() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20'><rect width='40' height='20'/></svg>";
    let site = Site::demo()
        .file("content/months/square.svg", svg)
        .file("content/months/2018-06.md", "![A black square](square.svg)");
    site.ok(&["build"]);
    assert_eq!(site.read("public/months/square.svg"), svg);
    assert!(site.read("public/months/2018-06/index.html").contains("../../months/square.svg"));
    // Another picture under the same name is another report.
    site.put("content/months/square.svg", svg.replace("40", "60"));
    assert!(site.ok(&["build"]).err.contains("1 monthly report typeset"));
}

#[test]
fn a_table_of_ten_thousand_rows_is_long_but_no_trouble() {
    let rows: String = (0..10_000).map(|row| format!("| #{row} | $x$ |\n")).collect();
    let site = Site::demo().file("content/months/2018-06.md", format!("| a | b |\n|---|--:|\n{rows}"));
    let out = site.path("long.pdf");
    site.ok(&["report", "2018-06", "--out", out.to_str().unwrap()]);
    let Some(text) = pdf_text(&out) else { return };
    assert!(text.contains("#9999 $x$"), "{}", text.len());
    // The head stands on every page.
    let (pages, heads) = (text.matches('\u{c}').count(), text.matches("\u{c}a b\n").count());
    assert!(pages > 50 && heads >= pages - 2, "{pages} {heads}");
}

#[test]
fn a_long_comment_ends_in_two_columns_of_one_height_above_what_follows() {
    let words = "wording ".repeat(90);
    let comment: Vec<String> = (1..=20).map(|number| format!("Paragraph {number}. {words}")).collect();
    let site = Site::demo().file("content/months/2018-06.md", comment.join("\n\n"));
    let out = site.path("long.pdf");
    site.ok(&["report", "2018-06", "--out", out.to_str().unwrap()]);
    let Some(text) = pdf_text(&out) else { return };
    let last = text.trim_end_matches('\u{c}').rsplit('\u{c}').next().unwrap();
    assert!(last.contains("Paragraph 20. ") && last.contains("Key facts"), "{last}");
}
