//! What a site says only where its address is known: the feed, the map of its pages, what links to it show.

use super::tests::{page, site};
use super::*;
use crate::publication::testing;

#[test]
fn the_address_is_used_only_where_it_must_be() {
    let options = Options { base_url: Some("https://example.org/record"), ..Options::default() };
    let files = render(&testing::publication(), &options).unwrap();
    let lost = page(&files, "404.html");
    assert!(lost.contains("href=\"https://example.org/record/index.html\""));
    assert!(lost.contains("<style>") && !lost.contains("rel=\"stylesheet\""));
    assert!(page(&files, "sitemap.xml").contains("<loc>https://example.org/record/trades/</loc>"));
    assert!(page(&files, "robots.txt").contains("Sitemap: https://example.org/record/sitemap.xml"));
    assert!(page(&files, "sitemap.xml").contains("/months/2020-03/</loc><lastmod>2020-03-31</lastmod>"));
    let front = page(&files, "index.html");
    let visible = front.split_once("<body>").unwrap().1;
    assert_eq!(visible.matches("https://").count(), 0, "links are relative");
}

/// The elements of a feed in their order, after a look at whether it is well-formed: each with its text.
fn elements(xml: &str) -> Vec<(String, String)> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut found, mut open): (Vec<(String, String)>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                open.push(found.len());
                found.push((tag.name().as_ref().to_owned(), String::new()));
            }
            Event::End(_) => drop(open.pop().unwrap()),
            Event::Text(text) => {
                if let Some(at) = open.last() {
                    found[*at].1.push_str(&text.xml10_content());
                }
            }
            // Two of them side by side are where a text closes one.
            Event::CData(text) => found[*open.last().unwrap()].1.push_str(&text.xml10_content()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    found
}

#[test]
fn the_feed_has_months_that_are_over_and_the_authors_words_newest_first() {
    let mut publication = testing::publication();
    publication.facts.masthead.author = "A <b> & Co.".into();
    let month = "2022-06".parse().unwrap();
    publication.texts.commentary_mut(month).body =
        "Bad\u{1} \u{0}month, see [July](2022-07.md).\n\n## A & B\n\n<i title=\"]]>\">x</i>".into();
    let options = Options { base_url: Some("https://example.org/record/"), ..Options::default() };
    let files = render(&publication, &options).unwrap();
    let feed = elements(page(&files, "feed.xml"));
    let all =
        |name: &str| feed.iter().filter(|(tag, _)| tag == name).map(|(_, text)| text.as_str()).collect::<Vec<_>>();
    assert_eq!(all("id")[0], "tag:example.org,2015:/record");
    assert!(all("id").contains(&"tag:example.org,2015:/record/months/2022-11/"), "{:?}", all("id"));
    assert!(!all("id").iter().any(|id| id.ends_with("2022-12/")), "December goes on after the 28th: {:?}", all("id"));
    let ids: BTreeSet<&str> = all("id").into_iter().collect();
    assert_eq!(ids.len(), all("id").len(), "no two entries of one name");
    assert!(all("entry").len() == 40 && all("title").len() == 41 && all("updated").len() == 41);
    let times = &all("updated")[1..];
    assert!(times.is_sorted_by(|one, other| one >= other), "{times:?}");
    assert_eq!(all("updated")[0], times[0]);
    assert!(times.iter().all(|time| *time <= "2022-12-29"), "{times:?}");
    let content = all("content").join("\n");
    assert!(!content.contains(['\u{1}', '\u{0}']));
    assert!(
        content.contains("<h3") && content.contains("]]>") && page(&files, "feed.xml").contains("]]]]><![CDATA[>"),
        "{content}"
    );
    assert!(page(&files, "feed.xml").contains("A &lt;b&gt; &amp; Co."));
    let front = page(&files, "index.html");
    assert!(
        front.contains("type=\"application/atom+xml\"")
            && front.contains("content=\"https://example.org/record/og.png\"")
    );
    let data =
        front.split_once("<script type=\"application/ld+json\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["temporalCoverage"], "2015-01-30/2022-12-28");
    assert_eq!(data["creator"]["name"], "A <b> & Co.");
    let without = site();
    assert!(!without.contains_key("feed.xml") && !page(&without, "index.html").contains("og:image"));
}

#[test]
fn a_site_with_a_host_of_its_own_names_feed_and_entries_without_an_empty_folder() {
    let options = Options { base_url: Some("HTTPS://A.Example"), ..Options::default() };
    let files = render(&testing::publication(), &options).unwrap();
    let feed = page(&files, "feed.xml");
    for expected in ["<id>tag:a.example,2015:</id>", "<id>tag:a.example,2015:/months/2022-11/</id>"] {
        assert!(feed.contains(expected), "{expected}: {feed}");
    }
    assert!(feed.contains("href=\"https://a.example/months/2022-11/\"") && !feed.contains("A.Example"), "{feed}");
}

#[test]
fn the_owner_can_keep_the_name_of_the_feed_when_the_site_moves() {
    let mut publication = testing::publication();
    publication.facts.masthead.feed_id = Some("tag:old.example,2015:".into());
    let options = Options { base_url: Some("https://new.example/"), ..Options::default() };
    let files = render(&publication, &options).unwrap();
    let feed = page(&files, "feed.xml");
    assert!(
        feed.contains("<id>tag:old.example,2015:</id>")
            && feed.contains("<id>tag:old.example,2015:/months/2022-11/</id>")
    );
    assert!(feed.contains("href=\"https://new.example/months/2022-11/\""));
}
