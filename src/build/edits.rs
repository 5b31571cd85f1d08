//! What an author may do to a site, for tests of what is kept.

use std::fs;

use super::testing::TestSite;

/// How many kinds of edits there are.
pub const KINDS: u8 = 33;

/// Puts a file there, or takes it away if it is there already.
fn toggle(site: &TestSite, path: &str, content: &str) {
    if site.path(path).exists() {
        fs::remove_file(site.path(path)).unwrap();
    } else {
        site.write(path, content);
    }
}

/// Adds words to a file, which need not exist.
pub fn append(site: &TestSite, path: &str, words: &str) {
    let text = fs::read_to_string(site.path(path)).unwrap_or_default();
    site.write(path, &(text + words));
}

pub fn last_file(site: &TestSite, folder: &str) -> Option<String> {
    let mut names: Vec<_> = fs::read_dir(site.path(folder)).ok()?.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names.last().map(|name| format!("{folder}/{}", name.to_str().unwrap()))
}

/// Makes one of the edits of this kind.
pub fn edit(site: &TestSite, kind: u8, which: u8) {
    let word = format!("\nWord {which}.\n");
    match kind {
        0 => append(site, "content/months/2022-07.md", &word),
        1 => append(site, "content/months/2022-06.md", &format!("\n## {which}\n\n[me](../about.md)\n")),
        2 => append(site, &last_file(site, "content/trades").unwrap(), &word),
        3 => append(site, "content/about.md", &word),
        4 => fs::rename(site.path("content/about.md"), site.path("content/me.md"))
            .or_else(|_| fs::rename(site.path("content/me.md"), site.path("content/about.md")))
            .unwrap(),
        5 => toggle(site, "templates/foot.html", &format!("<footer>{which} {{{{ facts.title }}}}</footer>")),
        6 => toggle(site, "templates/style.css", &format!("b {{ margin: {which}px }}")),
        7 => site.write("config/local.toml", &format!("[site]\ntitle = \"Title {which}\"\n")),
        8 => fs::remove_file(site.path(&last_file(site, "data/snapshots").unwrap())).unwrap(),
        9 => toggle(
            site,
            "content/months/dot.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"/>",
        ),
        10 => append(site, "content/months/2022-07.md", "\n![a dot](dot.svg)\n"),
        11 => toggle(site, "content/months/2022-07.md", "Anew.\n"),
        12 => toggle(
            site,
            "content/extra.md",
            &format!("+++\ntitle = \"Extra {which}\"\n+++\n[x](months/2022-06.md#{which})\n"),
        ),
        13 => toggle(site, "static/.well-known/security.txt", &format!("Contact: {which}")),
        14 => site.write("static/robots.txt", &format!("# {which}")),
        15 => toggle(site, "content/paper.csv", &format!("a,b\n{which},2\n")),
        16 => append(site, "content/about.md", "\n[A table](paper.csv), [June](months/2022-06.pdf)\n"),
        17 => site.write("config/local.toml", &format!("[site]\ninception = 2022-06-{}\n", 14 + which)),
        18 => toggle(
            site,
            "content/trades/another.md",
            &format!(
                "+++\nid = \"x{which}\"\nsymbol = \"MTUM\"\ncreated_at = 2022-06-0{}T09:00:00Z\n+++\nSo.\n",
                which + 1
            ),
        ),
        19 => site.write("config/local.toml", &format!("[privacy]\ndelay_days = {}\n", which * 9)),
        20 => {
            let (from, to) = (site.path("content/months/2022-06.md"), site.path("content/months/2022-06.markdown"));
            fs::rename(&from, &to).or_else(|_| fs::rename(&to, &from)).unwrap_or_default();
        }
        21 => site.write(
            "config/local.toml",
            &format!(
                "[site]\nauthor = \"A{which}\"\ndescription = \"D\"\nlocale = \"de\"\nbase_url = \"https://x{which}.org/\"\n"
            ),
        ),
        22 => site.write("config/local.toml", &format!("[analysis]\nrisk_free = 0.0{which}\n[names]\nMTUM = \"M{which}\"\n")),
        23 => toggle(site, "config/local.toml", &format!("# {which}\n[report]\npaper = \"letter\"\n[ibkr]\nport = 1{which}\n")),
        24 => toggle(site, "content/methodology.md", &format!("+++\ndraft = {}\n+++\n# D\n", which.is_multiple_of(2))),
        25 => append(
            site,
            ["content/months/2022-07.md", "content/about.md"][usize::from(which) % 2],
            "\n{{ stat:total_return }} {{ stat:turnover }} {{ stat:total_return from=2022-07 }}\n\n{{ chart:equity }}\n",
        ),
        26 => append(site, "content/about.md", "\n{{ trade:2022-06-01-none-buy }} \n\n{{ chart:drawdown from=2022-07 }}\n"),
        27 => toggle(
            site,
            &format!("content/posts/2022-07-1{which}-on-it.md"),
            &format!("+++\ntitle = \"On {which}\"\ntags = [\"statistics\", \"T{which}\"]\n+++\nWords.\n"),
        ),
        28 => append(site, &last_file(site, "content/posts").unwrap(), &word),
        29 => site.write("content/posts/moves.md", &format!("+++\ndate = 202{which}-07-01\n+++\n[it](../about.md)\n")),
        30 => (0..11).for_each(|number| toggle(site, &format!("content/many/{number}.md"), &format!("# Page {which}\n"))),
        31 => toggle(site, "content/pages.md", &format!("[One of many](many/{which}.md)\n")),
        _ => toggle(site, "content/draft.md", &format!("+++\ndraft = {}\n+++\n# D\n", which.is_multiple_of(2))),
    }
}
