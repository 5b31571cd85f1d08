use super::*;
use crate::proof::{ToldThesis, Twice};
use crate::publication::{Reads, testing};
use crate::render::embedded::embedded;
use crate::render::own_templates::OwnTemplates;
use crate::render::tables;
use crate::site::theme;

/// The words within the tags of a template and of those that it extends and includes.
fn words(template: &str) -> BTreeSet<String> {
    let text = std::str::from_utf8(embedded(template).unwrap()).unwrap();
    let mut words = BTreeSet::new();
    let tags = |open, close| text.split(open).skip(1).filter_map(move |rest: &str| rest.split_once(close));
    for (tag, _) in tags("{{", "}}").chain(tags("{%", "%}")) {
        if tag.contains(" extends ") || tag.contains(" include ") {
            words.extend(tag.split('"').skip(1).step_by(2).flat_map(self::words));
        }
        words.extend(tag.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned));
    }
    words
}

/// Every page of a publication with one of each kind.
fn with_each_page(check: impl Fn(&Page, &Site)) {
    let mut publication = testing::publication();
    publication.strategies.several = true;
    for number in 0..20 {
        publication.texts.set_page(&format!("page-{number}"));
    }
    let noted = publication.orders.iter().find(|order| order.note.is_some()).unwrap().clone();
    publication.orders.extend((0..300).map(|number| OrderView { slug: format!("order-{number}"), ..noted.clone() }));
    publication.strategies.no_comparison = Some("prices are missing".into());
    let (theme, tables) = (theme::load(&OwnTemplates::none()).unwrap(), tables::all(&publication));
    let mut proof =
        Published { entries: 5, held_back: 1, head: "5e".repeat(32), signed: Some(4), ..Published::default() };
    let twice = Twice { first: 1.02, now: Some(1.01) };
    proof.told.index = publication.days.iter().map(|day| (day.date, twice)).collect();
    let note = publication.texts.note(&noted.note.as_ref().unwrap().path, &Reads::default()).unwrap();
    let thesis = ToldThesis {
        seq: 3,
        file: "entries/000003-thesis-2022-07-01.json".to_owned(),
        made_at: noted.first_fill - chrono::TimeDelta::hours(3),
        thesis: "Because.".to_owned(),
        position_size_rationale: String::new(),
        exit_plan: String::new(),
        item: None,
    };
    proof.told.theses.insert(note.id.clone(), thesis);
    let options = Options { base_url: Some("https://example.org/"), proof: Some(&proof), ..Options::default() };
    let site = Site::new(&publication, &options, &theme, &tables, Arc::default()).unwrap();
    let pages = list(&site);
    assert_eq!(site.sections().count(), SECTIONS.len());
    let kinds: BTreeSet<&str> = pages.iter().map(Page::template).collect();
    let others = [
        "month.html",
        "trade.html",
        "strategy.html",
        "journal_year.html",
        "trades_year.html",
        "orders.js",
        "page.html",
        "pages.html",
        "post.html",
        "tag.html",
        "verify.html",
        "404.html",
        "feed.xml",
    ];
    assert_eq!(kinds, SECTIONS.iter().map(|section| section.template).chain(others).collect());
    pages.iter().for_each(|page| check(page, &site));
}

#[test]
fn no_page_receives_what_its_template_does_not_use() {
    with_each_page(|page, site| {
        let words = words(page.template());
        let own = page.context(site, &page.path(), &Reads::default()).unwrap().variables;
        // The feed and the list for the script have no navigation.
        let common = site.common.keys().filter(|_| page.template().ends_with(".html"));
        for name in own.keys().chain(common) {
            assert!(words.contains(name), "{} does not use `{name}`", page.template());
        }
    });
}

#[test]
fn no_page_replaces_what_all_pages_have() {
    with_each_page(|page, site| {
        let own = page.context(site, &page.path(), &Reads::default()).unwrap().variables;
        let common = ["root", "path", "section", "page_title", "description"];
        let replaced = own.keys().find(|name| site.common.contains_key(*name) || common.contains(&name.as_str()));
        assert_eq!(replaced, None, "{}", page.template());
    });
}

/// The keys of a value and of what is inside it, as `facts.title` and `orders[].symbol`.
fn names(name: &str, value: &tera::Value, found: &mut BTreeSet<String>) {
    found.insert(name.to_owned());
    if let Some(list) = value.as_array() {
        list.iter().for_each(|item| names(&format!("{name}[]"), item, found));
    } else if let Some(map) = value.as_map() {
        map.iter().for_each(|(key, inner)| names(&format!("{name}.{key}"), inner, found));
    }
}

/// `TRACKRECORD_WRITE_DOCS=1 cargo test every_variable_is_documented` writes the page anew.
#[test]
fn every_variable_is_documented() {
    let all = std::cell::RefCell::new(BTreeMap::<String, BTreeSet<String>>::new());
    with_each_page(|page, site| {
        let own = page.context(site, &page.path(), &Reads::default()).unwrap().variables;
        let mut all = all.borrow_mut();
        for (template, variables) in [("every template", &site.common), (page.template(), &own)] {
            let found = all.entry(template.to_owned()).or_default();
            variables.iter().for_each(|(name, value)| names(name, value, found));
        }
    });
    let mut text = String::from(
        "# Variables of templates\n\nA file `templates/NAME.html` of a site replaces the built-in one of that name. Its language is \
         [Tera](https://keats.github.io/tera/);\nbesides Tera's own filters there are those that the built-in templates use. Each template \
         receives what every template does,\nand what stands under its name: `orders[].symbol` is the `symbol` of each of the `orders`. A \
         variable that is not known or does not\napply is `none`. Ratios are fractions: 0.05 is 5 %. What is not in the demo, such as amounts \
         of money, is not listed; its names are those\nof the columns on the data page.\n\nEvery template has four more: `root`, the way up to the \
         site's root; `path`, its own path; `section`, the path of its entry in the\nnavigation; and `page_title`.\n",
    );
    for (template, found) in all.into_inner() {
        let list: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
        let title = if template.contains('.') { format!("`{template}`") } else { "Every template".to_owned() };
        let list = if list.is_empty() { "nothing of its own".to_owned() } else { list.join(", ") };
        text += &format!("\n## {title}\n{list}\n");
    }
    crate::testing::assert_documented("templates.md", &text);
}
