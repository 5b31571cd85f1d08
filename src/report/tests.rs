//! What must hold of every report, typeset in memory.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::publication::{NoteText, NoteView, Published, testing};

pub const MONTH: &str = "2022-07";

pub fn options<'a>(cache: &'a Cache, pictures: &'a Pictures) -> Options<'a> {
    static NO_PAGES: PageOf = PageOf::new();
    static NO_WITNESSES: BTreeMap<YearMonth, Witness> = BTreeMap::new();
    static NO_TEMPLATES: OwnTemplates = OwnTemplates::none();
    Options {
        base_url: None,
        drafts: false,
        templates: &NO_TEMPLATES,
        paper: Paper::A4,
        fonts: &[],
        root: Path::new("no such site"),
        page_of: &NO_PAGES,
        pictures,
        witnesses: &NO_WITNESSES,
        cache,
        kept: None,
        is_wanted: &|| true,
    }
}

pub fn with(publication: &Publication, paper: Paper, template_dir: Option<&Path>) -> Result<Reports> {
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let own = template_dir.map(OwnTemplates::read).transpose()?.unwrap_or_default();
    let options = Options { paper, templates: &own, ..options(&cache, &pictures) };
    one(publication, MONTH.parse().unwrap(), &options)
}

pub fn pdf(publication: &Publication) -> FileContent {
    let reports = with(publication, Paper::A4, None).unwrap();
    assert_eq!(besides_boxes(&reports), Vec::<&str>::new());
    reports.files[&path_of(MONTH.parse().unwrap())].clone()
}

/// What was odd, but for characters that are in no font.
pub fn besides_boxes(reports: &Reports) -> Vec<&str> {
    reports.warnings.iter().map(String::as_str).filter(|warning| !warning.ends_with("shown as \u{25a1}")).collect()
}

/// A publication of its last few months, with the commentary of June in July, in which there are orders too.
pub fn short() -> Publication {
    let mut publication = testing::publication();
    publication.months.retain(|month| month.month.to_string().as_str() >= "2022-06");
    let june: YearMonth = "2022-06".parse().unwrap();
    let mut commentary = publication.texts.commentary_mut(june).clone();
    (commentary.slug, commentary.path) = (MONTH.into(), format!("content/months/{MONTH}.md").into());
    publication.texts.set_commentary(june, None);
    publication.texts.set_commentary(MONTH.parse().unwrap(), Some(commentary));
    publication
}

pub fn comment(publication: &mut Publication, body: &str) {
    let month = MONTH.parse().unwrap();
    publication.texts.commentary_mut(month).body = body.into();
}

#[test]
fn the_picture_for_links_is_drawn_where_the_site_has_an_address() {
    let publication = testing::publication();
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let mut publication = Publication { months: Vec::new(), ..publication };
    let drawn = |publication: &Publication, base_url| {
        all(publication, &Options { base_url, ..options(&cache, &pictures) }).unwrap()
    };
    assert!(!drawn(&publication, None).files.contains_key(CARD_PATH));
    let reports = drawn(&publication, Some("https://example.org/record/"));
    let picture = &reports.files[CARD_PATH];
    assert!(picture.starts_with(b"\x89PNG"));
    let size = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    assert_eq!((size(16), size(20)), (1200, 630));
    assert!(String::from_utf8_lossy(&reports.words["og.png/card.json"]).contains("had become "));
    let again = drawn(&publication, Some("https://example.org/record/"));
    assert_eq!(again.files[CARD_PATH], *picture);
    publication.facts.masthead.title = "Another".into();
    assert_ne!(drawn(&publication, Some("https://example.org/record/")).files[CARD_PATH], *picture);
}

#[test]
fn a_report_is_a_pdf_with_the_same_bytes_on_any_run_and_any_number_of_threads() {
    let publication = short();
    let on_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (cache, pictures) = (Cache::in_memory(), Pictures::default());
        pool.install(|| all(&publication, &options(&cache, &pictures))).unwrap().files
    };
    let (one, two) = (on_threads(1), on_threads(2));
    assert_eq!(one.len(), 7);
    assert!(one.values().all(|pdf| pdf.starts_with(b"%PDF-1.7")));
    assert!(one == two && two == on_threads(2));
}

#[test]
fn only_what_changed_is_typeset_again() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = Pictures::default();
    let typeset = |publication: &Publication| {
        let cache = Cache::at(folder.path().into());
        all(publication, &options(&cache, &pictures)).unwrap().typeset
    };
    let mut publication = short();
    assert_eq!(typeset(&publication), 7);
    assert_eq!(typeset(&publication), 0);
    comment(&mut publication, "Another thought.");
    assert_eq!(typeset(&publication), 1);
    // A day in September is in that report and in all that follow.
    let day = publication.days.iter_mut().find(|day| day.date.to_string() == "2022-09-15").unwrap();
    day.index = testing::fine().index(day.index.get() + 0.001);
    assert_eq!(typeset(&publication), 4);
}

#[test]
fn a_report_is_made_again_when_only_its_attachments_changed() {
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let mut publication = short();
    all(&publication, &options(&cache, &pictures)).unwrap();
    // MonthData in orders.csv and nowhere on the page.
    let order = publication.orders.iter_mut().find(|order| YearMonth::of(order.date).to_string() == MONTH).unwrap();
    order.slug.push_str("-2");
    assert_eq!(all(&publication, &options(&cache, &pictures)).unwrap().typeset, 1);
}

#[test]
fn the_date_of_the_record_moves_no_report() {
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let mut publication = short();
    all(&publication, &options(&cache, &pictures)).unwrap();
    publication.facts.as_of = "2023-05-01".parse().unwrap();
    publication.facts.observations += 80;
    assert_eq!(all(&publication, &options(&cache, &pictures)).unwrap().typeset, 0);
}

#[test]
fn many_holdings_leave_no_page_to_the_method() {
    let mut publication = short();
    publication.texts.set_commentary(MONTH.parse().unwrap(), None);
    let position = publication.month_ends[&MONTH.parse().unwrap()].positions[0].clone();
    let pages = |publication: &Publication| {
        let pdf = pdf(publication);
        String::from_utf8_lossy(&pdf).matches("/Type/Page/").count()
    };
    publication.orders.retain(|order| YearMonth::of(order.date).to_string() != MONTH);
    publication.strategies.list.iter_mut().for_each(|strategy| strategy.signals.clear());
    let few = pages(&publication);
    let named = |number: usize| crate::publication::PositionView { symbol: format!("T{number}"), ..position.clone() };
    let end = publication.month_ends.get_mut(&MONTH.parse().unwrap()).unwrap();
    end.positions = (0..30).map(named).collect();
    assert_eq!((few, pages(&publication)), (2, 2));
}

#[test]
fn a_report_is_known_for_one_and_nothing_else_is() {
    let own = pdf(&short());
    assert!(is_own(&own));
    let another = String::from_utf8_lossy(&own).replace("/Creator(trackrecord)", "/Creator(Writer)");
    for other in [another.as_bytes(), b"%PDF-1.7\n", b"a note on /Creator(trackrecord)", b""] {
        assert!(!is_own(other));
    }
}

#[test]
fn another_paper_is_another_report() {
    let publication = short();
    let letter = with(&publication, Paper::Letter, None).unwrap();
    assert_ne!(pdf(&publication), letter.files[&path_of(MONTH.parse().unwrap())]);
}

#[test]
fn hostile_text_in_every_field_is_only_text() {
    let words = "#panic(\"x\") \\#eval $x^2$ `raw` @ref <label> // /* \u{5d0} \u{645}\u{631} \u{1f680}\u{200d}\u{fe0f} \u{0}\u{7}\u{e000}\u{ffff}\n= h\n*b*";
    let mut publication = short();
    let facts = &mut publication.facts;
    for field in [
        &mut facts.masthead.title,
        &mut facts.masthead.author,
        &mut facts.masthead.description,
        &mut facts.flow_timing,
    ] {
        *field = words.into();
    }
    facts.benchmark = Some(words.into());
    facts.base_currency = words.into();
    for order in &mut publication.orders {
        for field in [&mut order.symbol, &mut order.currency, &mut order.price] {
            *field = words.into();
        }
        order.reference_price = Some(words.into());
        let note = NoteView { created_at: order.first_fill, before_trade: true, path: order.slug.clone().into() };
        let (thesis, lesson, outcome) = (words.into(), words.into(), words.into());
        publication.texts.set_note(NoteText {
            thesis,
            lesson,
            outcome,
            path: note.path.clone(),
            ..NoteText::default()
        });
        order.note = Some(note);
    }
    for end in publication.month_ends.values_mut() {
        end.data_quality = vec![words.into()];
        for position in &mut end.positions {
            (position.symbol, position.name, position.currency) = (words.into(), words.into(), words.into());
        }
    }
    for strategy in &mut publication.strategies.list {
        strategy.name = words.into();
        for row in strategy.signals.iter_mut().flat_map(|signal| &mut signal.ranking) {
            (row.symbol, row.name) = (words.into(), words.into());
        }
    }
    comment(&mut publication, &words.replace('<', "\\<"));
    publication.texts.commentary_mut(MONTH.parse().unwrap()).title = words.into();
    pdf(&publication);
}

#[test]
fn a_month_of_which_little_is_known_says_so() {
    let mut publication = short();
    publication.facts.benchmark = None;
    publication.facts.masthead.title = "\u{200b} ".into();
    publication.facts.masthead.author.clear();
    publication.facts.masthead.description.clear();
    publication.orders.clear();
    publication.texts.set_commentary(MONTH.parse().unwrap(), None);
    publication.strategies.list.clear();
    for day in &mut publication.days {
        day.benchmark_index = None;
    }
    for month in &mut publication.months {
        (month.benchmark, month.max_drawdown) = (None, None);
    }
    for end in publication.month_ends.values_mut() {
        (end.volatility, end.sharpe, end.max_drawdown, end.drawdown) = (None, None, None, None);
        (end.positions_as_of, end.cash_weight) = (None, None);
        end.positions.clear();
        end.periods.clear();
    }
    pdf(&publication);
}

#[test]
fn a_record_of_two_days_has_a_report() {
    let mut publication = short();
    let at = publication.days.partition_point(|day| day.date.to_string().as_str() < MONTH);
    publication.days = publication.days[at..at + 2].to_vec();
    pdf(&publication);
}

#[test]
fn a_month_without_returns_has_no_report() {
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let error = one(&short(), "1999-01".parse().unwrap(), &options(&cache, &pictures)).err().unwrap();
    assert_eq!(error.message(), "there is no report for January 1999: no daily return is dated in it");
    assert_eq!(error.next_step().as_deref(), Some("the record has 2022-06 to 2022-12"));
}

#[test]
fn characters_without_a_glyph_are_said_once_for_all_reports() {
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let mut publication = short();
    publication.facts.masthead.description = "Up \u{1f680}".into();
    let heard = |publication: &Publication| all(publication, &options(&cache, &pictures)).unwrap().warnings;
    let said = "no font of the reports has \u{1f680} (U+1F680); a font file in `[report] fonts` can bring it, until then it is \
                shown as \u{25a1}";
    assert_eq!(heard(&publication), [format!("the report of June 2022: {said}")]);
    // Also by reports that were made before.
    assert_eq!(heard(&publication).len(), 1);

    publication.facts.masthead.description.clear();
    comment(&mut publication, "One.\n\nTwo \u{5d0}\u{5d1}.");
    let line = publication.texts.commentary_mut(MONTH.parse().unwrap()).body_line + 2;
    let said = "no font of the reports has \u{5d0} (U+05D0) and \u{5d1} (U+05D1); a font file in `[report] fonts` can bring \
                them, until then they are shown as \u{25a1}";
    assert_eq!(heard(&publication), [format!("content/months/2022-07.md:{line}: {said}")]);
}

fn with_template(name: &str, text: &str) -> Result<Reports> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    with(&short(), Paper::A4, Some(folder.path()))
}

#[test]
fn a_mistake_in_a_template_is_shown_with_its_line() {
    let error = with_template("report.typ", "one\n#let x = 1\nTwo #nothing(x)").err().unwrap();
    assert!(error.place().unwrap().to_string().ends_with("report.typ:3:6"), "{error}");
    assert_eq!(
        error.message(),
        "the report of July 2022 cannot be typeset: unknown variable: nothing\n  3 | Two #nothing(x)\n    |      ^^^^^^^"
    );
    assert!(error.next_step().unwrap().contains("delete the file"));
}

#[test]
fn a_mistake_in_the_use_of_the_built_in_template_is_shown_where_it_is_used() {
    let own = "#import \"default/report.typ\": *\n#show: styled\n#figured((sign: 1))";
    let error = with_template("report.typ", own).err().unwrap();
    assert!(error.place().unwrap().to_string().ends_with("/report.typ:3:2"), "{error}");
    assert!(error.message().ends_with("\n  3 | #figured((sign: 1))\n    |  ^^^^^^^^^^^^^^^^^^"), "{error}");
}

#[test]
fn a_mistake_found_only_in_the_document_is_shown_too() {
    let error = with_template("report.typ", "= A\n#set document(title: \"t\")\n\n=== C").err().unwrap();
    assert!(error.message().contains("heading") || error.message().contains("PDF/UA"), "{error}");
    assert!(error.place().is_some(), "{error}");
}

#[test]
fn a_template_sees_neither_disk_nor_network_nor_clock() {
    for (reach, said) in [
        ("#read(\"/etc/passwd\")", "not found"),
        ("#read(\"../../../etc/passwd\")", "escape"),
        ("#import \"@preview/cetz:0.3.0\": *", "packages are not fetched"),
    ] {
        let error = with_template("report.typ", reach).err().unwrap();
        assert!(error.message().contains(said), "{error}");
    }
    // The only day it knows is the record's newest of the month: its last signal was saved on 1 August.
    let day = "#set document(title: \"t\")\n#assert.eq(datetime.today().display(), \"2022-08-01\")\n= A";
    with_template("report.typ", day).unwrap();
}

#[test]
fn a_sites_template_can_start_from_the_built_in_one() {
    let own = "#import \"default/report.typ\": *\n#show: styled\n#masthead()\n#image(\"logo.svg\", alt: \"Logo\")\n\
               #orders()\n#include \"part.typ\"";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("logo.svg"), "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
        .unwrap();
    std::fs::write(folder.path().join("report.typ"), own).unwrap();
    std::fs::write(folder.path().join("part.typ"), "== Own part").unwrap();
    let reports = with(&short(), Paper::A4, Some(folder.path())).unwrap();
    assert!(reports.words.contains_key("months/*.pdf/part.typ"));
    std::fs::write(folder.path().join("part.typ"), "== Own #part").unwrap();
    let error = with(&short(), Paper::A4, Some(folder.path())).err().unwrap();
    assert!(error.place().unwrap().to_string().ends_with("part.typ:1:9"), "{error}");
}

#[test]
fn an_odd_template_is_heard_every_time() {
    let odd = "#set document(title: \"t\")\n#set text(font: \"No Such Font\")\n= A";
    let reports = with_template("report.typ", odd).unwrap();
    assert!(
        reports.warnings[0].contains("report.typ:2:17") && reports.warnings[0].contains("no such font"),
        "{reports:?}"
    );
}

#[test]
fn a_report_of_months_alone_attaches_no_day() {
    let publication = testing::at(crate::config::PrivacyLevel::Monthly, None);
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let options = options(&cache, &pictures);
    let month: YearMonth = MONTH.parse().unwrap();
    let attached = Typesetter::new(&publication, &options).unwrap().attachments(month).unwrap();
    assert_eq!(attached.keys().collect::<Vec<_>>(), ["orders-2022-07.csv"]);
    let reports = one(&publication, month, &options).unwrap();
    assert_eq!(besides_boxes(&reports), Vec::<&str>::new());
    let words = &reports.words[&format!("{}/data.json", path_of(month))];
    let data: serde_json::Value = serde_json::from_slice(words).unwrap();
    assert_eq!((&data["by_day"], &data["commissions"]), (&json!(false), &json!(false)));
    assert!(data["orders"].as_array().unwrap().iter().all(|order| order["commission"]["text"] == "\u{2014}"));
}
