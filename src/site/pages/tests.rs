use super::*;
use crate::publication::testing;
use crate::render::embedded::embedded;
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
    publication.strategies.no_comparison = Some("prices are missing".into());
    let (theme, tables) = (theme::load(None).unwrap(), tables::all(&publication));
    let site = Site::new(&publication, &Options::default(), &theme, &tables).unwrap();
    let pages = list(&site);
    assert_eq!(site.sections().count(), SECTIONS.len());
    let kinds: BTreeSet<&str> = pages.iter().map(Page::template).collect();
    let others = ["month.html", "trade.html", "strategy.html", "page.html", "404.html"];
    assert_eq!(kinds, SECTIONS.iter().map(|section| section.template).chain(others).collect());
    pages.iter().for_each(|page| check(page, &site));
}

#[test]
fn no_page_receives_what_its_template_does_not_use() {
    with_each_page(|page, site| {
        let words = words(page.template());
        let own = page.context(site, &page.path(), &Reads::default()).unwrap().variables;
        for name in own.keys().chain(site.common.keys()) {
            assert!(words.contains(name), "{} does not use `{name}`", page.template());
        }
    });
}

#[test]
fn no_page_replaces_what_all_pages_have() {
    with_each_page(|page, site| {
        let own = page.context(site, &page.path(), &Reads::default()).unwrap().variables;
        let common = ["root", "path", "section", "page_title"];
        let replaced = own.keys().find(|name| site.common.contains_key(*name) || common.contains(&name.as_str()));
        assert_eq!(replaced, None, "{}", page.template());
    });
}
