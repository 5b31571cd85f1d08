use super::*;
use crate::Place;
use crate::publication::{StrategiesView, Texts, UsualPeriod, testing};

pub(super) fn site() -> Files {
    render(&testing::publication(), &Options::default()).unwrap()
}

pub(super) fn page<'a>(files: &'a Files, path: &str) -> &'a str {
    std::str::from_utf8(&files[path]).unwrap()
}

#[test]
fn every_page_of_the_design_is_there() {
    let files = site();
    for path in [
        "index.html",
        "performance/index.html",
        "months/index.html",
        "months/2015-02/index.html",
        "months/2022-12/index.html",
        "trades/index.html",
        "trades/2022-07-01-vlue-buy/index.html",
        "execution/index.html",
        "journal/index.html",
        "methodology/index.html",
        "about/index.html",
        "disclosures/index.html",
        "data/index.html",
        "data/daily.csv",
        "data/daily.json",
        "data/orders.csv",
        "404.html",
        ".nojekyll",
        "robots.txt",
        "style.css",
        "site.js",
        "favicon.svg",
    ] {
        assert!(files.contains_key(path), "{path}");
    }
    assert!(!files.contains_key("sitemap.xml"));
}

/// The numbers with a fraction or with thousands on a page, as readers see them.
fn numbers(html: &str) -> BTreeSet<String> {
    let words = html.split('<').filter_map(|part| part.split_once('>').map(|(_, words)| words));
    let is_of_number = |letter: char| letter.is_ascii_digit() || ",.\u{202f}".contains(letter);
    let numbers = words.flat_map(|words| words.split(|letter| !is_of_number(letter)));
    let numbers = numbers.map(|number| number.trim_matches(|letter: char| !letter.is_ascii_digit()));
    numbers.filter(|number| number.contains([',', '.', '\u{202f}'])).map(str::to_owned).collect()
}

#[test]
fn every_figure_is_written_as_in_the_locale() {
    // Of pages without words of the author's, whose numbers are his.
    const PAGES: [&str; 6] = ["performance", "luck", "costs", "signals", "doing-nothing", "backtest"];
    let british = site();
    for (locale, thousands, decimal) in [("de-DE", '.', ','), ("fr-FR", '\u{202f}', ','), ("en-US", ',', '.')] {
        let files = render(&testing::in_locale(locale), &Options::default()).unwrap();
        let in_locale = |number: &String| -> String {
            let mark = |mark| match mark {
                ',' => thousands,
                '.' => decimal,
                digit => digit,
            };
            number.chars().map(mark).collect()
        };
        for name in PAGES {
            let path = &format!("{name}/index.html");
            let wanted: BTreeSet<String> = numbers(page(&british, path)).iter().map(in_locale).collect();
            assert!(wanted.len() > 3, "{path}");
            assert_eq!(numbers(page(&files, path)), wanted, "{locale}: {path}");
            assert!(page(&files, path).contains("<html lang=\"en\""), "{locale}: {path}");
        }
    }
    let american = render(&testing::in_locale("en-US"), &Options::default()).unwrap();
    let front = page(&american, "index.html");
    assert!(front.contains("January 30, 2015") && front.contains("Dec 28, 2022"), "{front}");
    assert!(!front.contains("28 Dec 2022") && !front.contains("28 December 2022"), "{front}");
}

#[test]
fn the_front_says_what_a_visitor_asks_first() {
    let mut publication = testing::publication();
    let young = publication.periods.iter_mut().find(|period| period.period == UsualPeriod::FiveYears).unwrap();
    (young.value, young.undefined_because) = (None, Some("needs five years, has two".into()));
    let files = render(&publication, &Options::default()).unwrap();
    let front = page(&files, "index.html");
    for part in [
        "DEMO",
        "30 Jan 2015",
        "28 Dec 2022",
        "Return per year",
        "href=\"methodology/index.html#drawdown.max\"",
        "not a reliable indicator",
        "class=\"ours\"",
        "class=\"bench\"",
        "Minimum volatility",
    ] {
        assert!(front.contains(part), "{part}");
    }
    assert!(page(&files, "months/index.html").contains("n/a: needs five years, has two"));
    for path in ["index.html", "months/index.html", "performance/index.html"] {
        let count = page(&files, path).matches("not a reliable indicator").count();
        assert_eq!(count, 1, "the warning stands once on {path}");
    }
}

#[test]
fn no_page_asks_the_network_for_anything() {
    for (path, content) in &site() {
        if path.ends_with(".html") || path.ends_with(".css") || path.ends_with(".js") {
            let text = std::str::from_utf8(content).unwrap().replace("http://www.w3.org/2000/svg", "");
            let text = text.replace("\"@context\":\"https://schema.org\"", "");
            assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("@import"), "{path}");
        }
    }
}

#[test]
fn what_came_from_a_broker_or_a_form_is_escaped() {
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let mut publication = testing::publication();
    publication.facts.masthead.title = hostile.into();
    publication.facts.benchmark = Some(hostile.into());
    publication.facts.masthead.description = hostile.into();
    publication.positions[0].symbol = hostile.into();
    publication.positions[0].name = hostile.into();
    publication.data_quality = vec![hostile.into()];
    publication.slippage.by_symbol[0].key = hostile.into();
    publication.slippage.by_month[0].key = hostile.into();
    publication.round_trips[0].symbol = hostile.into();
    let order = publication.orders.iter_mut().find(|order| order.note.is_some()).unwrap();
    order.symbol = hostile.into();
    order.currency = hostile.into();
    let note = publication.texts.note_mut(&order.note.as_ref().unwrap().path);
    for words in [&mut note.thesis, &mut note.exit_plan, &mut note.outcome, &mut note.lesson] {
        *words = hostile.into();
    }
    note.position_size_rationale = hostile.into();
    let mut escaped = 0;
    for (path, content) in &render(&publication, &Options::default()).unwrap() {
        if path.ends_with(".html") {
            let text = std::str::from_utf8(content).unwrap();
            assert!(!text.contains("<script>alert"), "{path}");
            assert!(!text.contains("<img src=x"), "{path}");
            escaped += text.matches("&lt;script&gt;alert(1)&lt;").count();
        }
    }
    assert!(escaped > 30, "the hostile words are on the pages only {escaped} times");
}

#[test]
fn the_authors_own_html_and_links_stay() {
    let mut publication = testing::publication();
    let about = publication.texts.page_mut("about");
    about.body = "<mark>mine</mark> [out](https://example.org/a.md)".into();
    let files = render(&publication, &Options::default()).unwrap();
    let html = page(&files, "about/index.html");
    assert!(html.contains("<mark>mine</mark>") && html.contains("https://example.org/a.md"));
}

#[test]
fn a_broken_link_in_markdown_fails_the_build_at_its_line() {
    let mut publication = testing::publication();
    let about = publication.texts.page_mut("about");
    about.body = "one\n\n[gone](nowhere.md)".into();
    about.body_line = 3;
    let error = render(&publication, &Options::default()).unwrap_err();
    assert_eq!(error.place(), Some(&Place::line("content/about.md", 5)));
    assert!(error.message().contains("nowhere.md"));
}

#[test]
fn the_foot_lists_a_dozen_pages_and_another_page_all_of_them() {
    let mut publication = testing::publication();
    let foot = |files: &Files| {
        let (_, foot) = page(files, "trades/index.html").split_once("<footer").unwrap();
        foot.to_owned()
    };
    // With the one of the demo there are as many as the foot has room for.
    (0..11).for_each(|number| publication.texts.set_page(&format!("notes/{number:02}")));
    let files = render(&publication, &Options::default()).unwrap();
    assert_eq!(foot(&files).matches("The page notes/").count(), 11);
    assert!(!files.contains_key("pages/index.html") && !foot(&files).contains("All pages"));

    // One more, and one that has the address of the list.
    publication.texts.set_page("zebra");
    publication.texts.set_page("pages");
    publication.texts.page_mut("pages").body = "[The first](notes/00.md), [this one](pages.md)\n".into();
    let files = render(&publication, &Options::default()).unwrap();
    let (list, foot) = (page(&files, "pages/index.html"), foot(&files));
    assert!(foot.contains("href=\"../pages/index.html\">All pages</a>"));
    // Those that lie in no folder come first: there is room for ten others.
    assert!(["About", "Disclosures", "The page zebra"].iter().all(|name| foot.contains(name)), "{foot}");
    assert_eq!(foot.matches("The page notes/").count(), 10);
    let (list, _) = list.split_once("<footer").unwrap();
    assert!(list.contains("href=\"../notes/00/index.html\">The first</a>"));
    assert_eq!((list.matches("The page notes/").count(), list.matches("The page zebra").count()), (11, 1));
    assert!(!list.contains("The page pages"), "the list does not list itself");
    assert!(files.contains_key("notes/09/index.html"));
}

#[test]
fn many_notes_have_a_page_for_each_year() {
    let mut publication = testing::publication();
    let mut noted: Vec<_> = publication.orders.iter().filter(|order| order.note.is_some()).cloned().collect();
    noted.iter_mut().for_each(|order| order.date = "2022-12-28".parse().unwrap());
    let earlier = publication.orders.iter().filter(|order| order.note.is_some()).count();
    let more = (earlier..200).map(|number| crate::publication::OrderView {
        slug: format!("more-{number}"),
        ..noted[number % noted.len()].clone()
    });
    let more: Vec<_> = more.collect();
    publication.orders.splice(0..0, more);
    let notes = |files: &Files, path: &str| {
        let (_, list) = page(files, path).split_once("<ul class=\"notes\">").unwrap();
        list.matches("<li><p class=\"meta\">").count()
    };
    let files = render(&publication, &Options::default()).unwrap();
    assert_eq!(notes(&files, "journal/index.html"), 200);
    assert!(!files.contains_key("journal/2022/index.html"));

    publication.orders.insert(0, crate::publication::OrderView { slug: "last".into(), ..noted[0].clone() });
    publication.texts.set_page("journal/2021");
    let files = render(&publication, &Options::default()).unwrap();
    let years: Vec<&String> = files.keys().filter(|path| path.starts_with("journal/2")).collect();
    assert_eq!(years.iter().map(|path| notes(&files, path)).sum::<usize>(), 201);
    let journal = page(&files, "journal/index.html");
    assert_eq!(notes(&files, "journal/index.html"), 50);
    assert!(years.iter().all(|path| journal.contains(&format!("href=\"../{path}\""))), "{years:?}");
    // What the author wrote under the name of a year stands above its notes.
    let year = page(&files, "journal/2021/index.html");
    assert!(year.contains("Words.") && year.contains("href=\"../../journal/2022/index.html\">2022&nbsp;→</a>"));
    assert!(!page(&files, "journal/2022/index.html").contains("rel=\"next\""));
}

#[test]
fn drafts_are_shown_only_on_request() {
    let mut publication = testing::publication();
    publication.texts.page_mut("about").draft = true;
    let hidden = render(&publication, &Options::default()).unwrap();
    assert!(!hidden.contains_key("about/index.html"));
    let shown = render(&publication, &Options { drafts: true, ..Options::default() }).unwrap();
    assert!(shown.contains_key("about/index.html"));
}

#[test]
fn the_script_stays_small() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, &site()["site.js"]).unwrap();
    assert!(packed.finish().unwrap().len() < 10 * 1024);
}

#[test]
fn two_builds_are_the_same_to_the_byte() {
    assert_eq!(site(), site());
}

#[test]
fn an_empty_record_still_makes_a_site() {
    let mut publication = testing::publication();
    publication.days.truncate(1);
    publication.months.clear();
    publication.years.clear();
    publication.periods.clear();
    publication.orders.clear();
    publication.round_trips.clear();
    publication.positions.clear();
    publication.drawdowns.clear();
    publication.rolling.clear();
    publication.texts = Texts::default();
    publication.slippage.by_month.clear();
    publication.slippage.by_symbol.clear();
    publication.slippage.outliers.clear();
    publication.strategies = StrategiesView::default();
    publication.cash_weight = None;
    publication.facts.benchmark = None;
    let files = render(&publication, &Options::default()).unwrap();
    assert!(page(&files, "trades/index.html").contains("No orders are recorded"));
}

/// The most points of a line in a file, and the most days in the numbers behind its charts.
fn longest_series(content: &[u8]) -> usize {
    let Ok(text) = std::str::from_utf8(content) else { return 0 };
    let numbers = |part: &str| part.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).count();
    let quoted = |rest: &str, end: char| rest.split_once(end).map_or(0, |(part, _)| numbers(part));
    let lines = text.split(" d=\"").skip(1).map(|rest| quoted(rest, '"') / 2);
    let polygons = text.split(" points=\"").skip(1).map(|rest| quoted(rest, '"') / 2);
    let series = text.split("\"d\":[").skip(1).map(|rest| quoted(rest, ']'));
    lines.chain(polygons).chain(series).max().unwrap_or_default()
}

#[test]
fn where_months_are_published_no_file_holds_a_daily_series() {
    let by_month = testing::at(crate::config::PrivacyLevel::Monthly, None);
    let files = render(&by_month, &Options::default()).unwrap();
    assert!(files.contains_key("data/month_ends.csv") && !files.contains_key("data/daily.csv"));
    // A cone of simulations has at most 120 dates, and both of its edges are one shape.
    let longest = files.iter().map(|(path, content)| (longest_series(content), path)).max().unwrap();
    assert!(longest.0 < 260, "{longest:?}");
    for (path, content) in files.iter().filter(|(path, _)| path.ends_with(".csv")) {
        let rows = content.iter().filter(|byte| **byte == b'\n').count();
        // Not by date alone: a row for each order, or for each holding in each month.
        let several = ["orders", "round_trips", "signals", "plans", "contributions_by_month"];
        assert!(several.iter().any(|name| path.contains(name)) || rows <= by_month.months.len() + 2, "{path} {rows}");
    }
    let front = page(&files, "index.html");
    assert!(front.contains("month_ends.csv") && !front.contains("daily.csv"));
    let by_day = render(&testing::publication(), &Options::default()).unwrap();
    assert!(longest_series(&by_day["index.html"]) > 1_000);
}
