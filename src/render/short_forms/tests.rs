use proptest::prelude::*;

use super::*;
use crate::analysis::catalogue::Unit;
use crate::config::PrivacyLevel;
use crate::publication::Published;
use crate::publication::testing::{self, demo};

fn source(text: &str) -> Text<'_> {
    Text { text, path: Path::new("content/months/2022-07.md"), first_line: 4 }
}

fn words(text: &str) -> String {
    in_words(source(text), demo()).unwrap().into_owned()
}

fn said_of(text: &str, publication: &Publication) -> String {
    let error = filled(source(text), publication).unwrap_err();
    format!("{error}; {}", error.next_step().unwrap())
}

fn said(text: &str) -> String {
    said_of(text, demo())
}

/// A figure as the table of all figures has it.
fn figure(id: &str) -> String {
    let mut figures = demo().figures.iter().flat_map(|group| &group.figures);
    figures.find(|figure| figure.id == id).unwrap().written(demo().facts.digits).unwrap()
}

fn month(month: &str) -> f64 {
    demo().months.iter().find(|row| row.month.to_string() == month).unwrap().value.get()
}

#[test]
fn a_figure_is_what_the_site_says_under_each_of_its_names() {
    let sharpe = figure("risk.sharpe");
    assert_eq!(words("a {{ stat:sharpe }} b {{stat:risk.sharpe}}"), format!("a {sharpe} b {sharpe}"));
    for (name, id) in [
        ("total_return", "returns.total"),
        ("max_drawdown", "drawdown.max"),
        ("worst_month", "returns.worst_month"),
        ("round_trips", "trades.round_trips"),
        ("benchmark.total", "benchmark.total"),
    ] {
        assert_eq!(words(&format!("{{{{ stat:{name} }}}}")), figure(id), "{name}");
    }
}

#[test]
fn every_figure_that_has_a_value_can_be_named_by_its_id() {
    let publication = testing::at(PrivacyLevel::Coarse, None);
    for figure in publication.figures.iter().flat_map(|group| &group.figures) {
        let text = format!("{{{{ stat:{} }}}}", figure.id);
        match figure.written(publication.facts.digits) {
            Some(written) => assert_eq!(in_words(source(&text), &publication).unwrap(), written),
            None => assert!(said_of(&text, &publication).contains("is undefined: "), "{text}"),
        }
    }
}

#[test]
fn a_total_return_of_months_is_that_of_the_table() {
    let grown = (1.0 + month("2022-02")) * (1.0 + month("2022-03")) - 1.0;
    assert_eq!(words("{{ stat:total_return from=2022-02 to=2022-03 }}"), crate::format::figure(grown, Unit::Percent));
    let one = crate::format::figure(month("2022-03"), Unit::Percent);
    assert_eq!(words("{{ stat:total_return to=2022-03 from=2022-03 }}"), one);
    assert_eq!(words("{{ stat:total_return from=2015-01 }}"), figure("returns.total"));
}

#[test]
fn a_trade_is_named_by_its_page() {
    let order = &demo().orders[3];
    let side = if order.side == crate::record::Side::Buy { "Bought" } else { "Sold" };
    let expected = format!("{side} {} on {}", order.symbol, crate::format::day(order.date));
    assert_eq!(words(&format!("{{{{ trade:{} }}}}", order.slug)), expected);
}

#[test]
fn what_is_no_short_form_stays_as_it_is() {
    for text in [
        "`{{ stat:sharpe }}`",
        "```\n{{ stat:nothing }}\n```\n",
        "    {{ stat:nothing }}\n",
        "\\{{ stat:nothing }}",
        "{{1, 2}, {3, 4}} and {{ x }} and {{ site.url }} and {{ x | y }}",
        "{ { stat:nothing }} &#123;{ stat:nothing }}",
        "<!-- {{ stat:nothing }} -->",
        "{{ nothing: unclosed\n",
        "{{",
    ] {
        assert_eq!(words(text), text);
        assert_eq!(filled(source(text), demo()).unwrap().text, text);
    }
}

#[test]
fn a_wrong_short_form_is_named_with_its_place_and_the_nearest_name() {
    let place = "content/months/2022-07.md";
    assert_eq!(
        said("One\n\ntwo {{ stat:sharp }}"),
        format!("{place}:6:13: there is no figure `sharp`; did you mean `sharpe`?")
    );
    assert_eq!(
        said("{{ stt:sharpe }}"),
        format!(
            "{place}:4:4: there is no short form `stt:`; did you mean `stat`?; braces that are meant as such are written \
             `\\{{{{`"
        )
    );
    assert_eq!(said("{{ chart:equty }}"), format!("{place}:4:10: there is no chart `equty`; did you mean `equity`?"));
    let slug = &demo().orders[0].slug;
    let wrong = slug.replace("-2022", "").replace("2022-", "2022-x");
    assert_eq!(
        said(&format!("{{{{ trade:{wrong} }}}}")),
        format!("{place}:4:10: no order on this site has the page `{wrong}`; did you mean `{slug}`?")
    );
    assert!(
        said("{{ stat:total_return form=2022-01 }}")
            .ends_with(":4:22: there is no setting `form`; did you mean `from`?")
    );
    assert!(
        said("{{ stat:total_return from=2012-01 }}")
            .contains(":4:27: 2012-01 is outside the record; the record goes")
    );
    assert!(said("{{ stat:total_return from=2022-04 to=2022-03 }}").contains(":4:22: 2022-04 is after 2022-03"));
    assert!(said("{{ stat:total_return 2022-04 }}").contains("`2022-04` is no setting"));
    assert!(said("{{ stat:total_return from=2022-04 from=2022-04 }}").contains(":4:35: `from` is there twice"));
    assert!(said("{{ stat:sharpe from=2022-01 }}").contains(":4:16: `sharpe` is of the whole record"));
    assert!(said("{{ stat:total }}").contains("`total` may be returns.total or benchmark.total"));
    assert!(said("{{ stat:sharpe }").contains(":4:1: the short form does not end on its line"));
    assert!(said("{{ stat:\n}}").contains("does not end"));
    assert!(said("{{ stat: }}").contains("followed by no name"));
    assert!(said("{{ sharpe }}").contains("write it as {{ stat:sharpe }}"));
    assert!(said("{{ stat sharpe }}").contains("it has no colon"));
}

#[test]
fn a_short_form_with_marks_of_markdown_in_it_is_said_to_be_unknown() {
    assert!(
        said("{{ stat:max\\_drawdown }}")
            .ends_with("there is no figure `max\\_drawdown`; did you mean `max_drawdown`?")
    );
    assert!(said("{{ stat:*sharpe* }}").ends_with(":4:9: there is no figure `*sharpe*`; did you mean `sharpe`?"));
    assert!(said("a {{ stat:<script> }}").contains(":4:11: there is no figure `<script>`"));
    assert!(said("{{ stat:sharpe *a* }}").contains("is of the whole record"));
    assert!(said("{{ stat:sharpe *a*\n}}").contains("does not end on its line"));
}

#[test]
fn an_address_takes_no_short_form() {
    let column = |text: &str| {
        let said = said(text);
        let (place, words) = said.split_once(": ").unwrap();
        assert!(
            words.starts_with("a short form cannot stand in an address or in the title of a link; "),
            "{text}: {said}"
        );
        place.strip_prefix("content/months/2022-07.md:").unwrap().to_owned()
    };
    assert_eq!(column("<https://a.b/{{stat:sharpe}}>"), "4:14");
    assert_eq!(column("{{ stat:sharpe }}\n[{{ stat:sharpe }}]({{ stat:sharpe }})"), "5:21");
    assert_eq!(column("[x](https://a.b/{{stat:sharpe}})"), "4:17");
    assert_eq!(column("![x](y.png \"{{ stat:sharpe }}\")"), "4:13");
    assert_eq!(column("[x](%7B%7Bstat:sharpe%7D%7D)"), "4:1");
    assert_eq!(column("[x][r]\n\n[r]: {{ stat:sharpe }}"), "6:6");
    assert_eq!(words("[{{ stat:sharpe }}](b.md)"), format!("[{}](b.md)", figure("risk.sharpe")));
}

#[test]
fn what_is_not_published_cannot_be_named() {
    let monthly = testing::at(PrivacyLevel::Monthly, None);
    assert!(said_of("{{ stat:best_day }}", &monthly).contains("`best_day` is not on this site: single days are not"));
    assert!(said_of("{{ stat:commissions_bps }}", &monthly).contains("commissions are not published"));
    assert!(said("{{ stat:trades.commissions }}").contains("amounts of money are not published"));
    assert!(said_of("{{ chart:equity from=2022-03-01 }}", &monthly).contains("name the month: 2022-03"));
    let mut young = testing::publication();
    for figure in
        young.figures.iter_mut().flat_map(|group| &mut group.figures).filter(|figure| figure.id == "risk.sharpe")
    {
        (figure.value, figure.undefined_because) = (None, Some("needs 63 returns, has 12".into()));
    }
    assert!(said_of("{{ stat:sharpe }}", &young).contains("`sharpe` is undefined: needs 63 returns, has 12"));
    young.facts.delay_days = 30;
    assert!(said_of("{{ trade:nothing-like-it }}", &young).contains("are held back"));
}

#[test]
fn a_chart_is_a_paragraph_of_its_own() {
    for text in ["{{ chart:equity }}", "a\n\n{{ chart:drawdown from=2022-01 }}\n\nb", "> {{ chart:equity }}\n\nb"] {
        let filled = filled(source(text), demo()).unwrap();
        let start = text.find("{{").unwrap();
        assert!(filled.chart(&(start..text.len())).is_some(), "{text}");
    }
    for text in ["a {{ chart:equity }}", "# {{ chart:equity }}", "- {{ chart:equity }}", "{{ chart:equity }}\nb"] {
        assert!(said(text).contains("a chart is a paragraph of its own"), "{text}");
    }
}

#[test]
fn raw_html_takes_no_short_form() {
    assert!(said("<p>\n{{ stat:sharpe }}\n</p>").contains(":5:1: a short form in raw HTML"));
    assert_eq!(
        words("<b>{{ stat:sharpe }}</b>"),
        format!("<b>{}</b>", figure("risk.sharpe")),
        "in a line it is Markdown"
    );
}

#[test]
fn the_braces_at_the_end_of_a_heading_are_a_short_form_and_its_attributes_stay() {
    let text = "## Sharpe {{ stat:sharpe }} {#own}\n\n## {{ stat:sharpe }}\n";
    let filled = filled(source(text), demo()).unwrap();
    assert_eq!((filled.forms.len(), filled.text.len()), (2, text.len()));
    assert!(filled.text.contains(" {#own}"));
}

/// What the pieces of running text say.
fn read(text: &str) -> Option<String> {
    let filled = filled(source(text), demo()).ok()?;
    let mut read = String::new();
    for (event, range) in Parser::new_ext(&filled.text, options()).into_offset_iter() {
        match event {
            Event::Text(words) => {
                for piece in filled.pieces(&words, &range) {
                    match piece {
                        Piece::Words(words) => read.push_str(words),
                        Piece::Form(shown) => read.push_str(&shown.in_words()),
                    }
                }
            }
            Event::Code(code) => read.push_str(&code),
            Event::SoftBreak | Event::HardBreak => read.push('\n'),
            _ => {}
        }
    }
    Some(read)
}

/// Dots become ellipses, and blanks at the ends of lines go.
fn dotless(text: &str) -> String {
    text.chars().filter(|letter| !" .…\n".contains(*letter)).collect()
}

proptest! {
    #[test]
    fn any_text_around_short_forms_is_read_as_it_was(before in "[a-z *_`{}\\\\<>#&\\[\\]()!|.:\n-]{0,24}", after in "[a-z *_`{}\\\\<>#&\\[\\]()!|.:\n-]{0,24}", name in "sharpe|total_return|sharp|volatility from=2022-01") {
        let text = format!("{before}{{{{ stat:{name} }}}}{after}{{{{ stat:volatility }}}}");
        if let Ok(filled) = filled(source(&text), demo()) {
            prop_assert_eq!(filled.text.len(), text.len());
            let _ = in_words(source(&text), demo()).unwrap();
            let _ = read(&text);
        }
    }

    #[test]
    fn any_text_at_all_is_no_reason_to_stop(text in "\\PC{0,60}|(\\{\\{ ?(stat|chart|trade|x)?:?[a-z_=0-9 -]{0,12}\\}?\\}?\n?){0,4}") {
        let _ = filled(source(&text), demo());
        let _ = read(&text);
    }

    #[test]
    fn plain_words_are_unchanged_and_every_short_form_is_found(before in "[a-zé ,.]{0,20}", between in "[a-zé ,.]{0,20}") {
        let text = format!("x{before}{{{{ stat:sharpe }}}}{between}{{{{stat:beta}}}}");
        let plain = format!("x{before}{}{between}{}", figure("risk.sharpe"), figure("benchmark.beta"));
        prop_assert_eq!(dotless(&read(&text).unwrap()), dotless(&plain));
        prop_assert_eq!(in_words(source(&text), demo()).unwrap(), plain);
    }
}

fn note(front: &str) -> NoteText {
    let text = format!("+++\nid = \"a\"\nsymbol = \"MTUM\"\ncreated_at = 2020-01-27T14:30:00Z\n{front}+++\n");
    NoteText::from(&crate::record::content::annotation(&text, Path::new("content/trades/a.md")).unwrap())
}

#[test]
fn what_a_note_says_in_its_front_matter_has_short_forms_too() {
    let sharpe = figure("risk.sharpe");
    let order = demo().orders.iter().find(|order| order.note.is_some()).unwrap();
    let written = note(&format!(
        "[pre_trade]\nthesis = \"A ratio of {{{{ stat:sharpe }}}}, \\\\{{{{ stat:sharpe }}}} and `{{{{ other }}}}`.\"\n\
         [post_trade]\noutcome = \"As {{{{ trade:{} }}}}.\"\n",
        order.slug
    ));
    let read = front_in_words(&written, demo()).unwrap();
    assert_eq!(read.thesis, format!("A ratio of {sharpe}, {{{{ stat:sharpe }}}} and `{{{{ other }}}}`."));
    let words = format!("As {} {} on {}.", order.side_in_words(), order.symbol, crate::format::day(order.date));
    assert_eq!(read.outcome, words);
    let plain = note("[pre_trade]\nthesis = \"Cheap.\"\n");
    assert!(matches!(front_in_words(&plain, demo()), Ok(Cow::Borrowed(_))));
}

#[test]
fn a_short_form_in_front_matter_that_stands_for_nothing_is_named_with_its_place() {
    let said = |front: &str| {
        let error = front_in_words(&note(front), demo()).unwrap_err();
        format!("{error}; {}", error.next_step().unwrap())
    };
    let unknown = said("[pre_trade]\nthesis = \"A ratio of {{ stat:sharp }}.\"\n");
    assert!(unknown.starts_with("content/trades/a.md:6:30: ") && unknown.contains("sharpe"), "{unknown}");
    let chart = said("[post_trade]\nlesson = \"{{ chart:equity }}\"\n");
    assert_eq!(
        chart,
        "content/trades/a.md:6:11: a chart has no place in the front matter; put it below, as a paragraph of its own"
    );
}
