//! Whether a repository holds the record itself: pages are for everybody, the record is not.

use std::collections::BTreeSet;

use crate::site::output::MANIFEST;

/// Folders and files of `data/` that no published site has.
const PRIVATE: [&str; 11] = [
    "SCHEMA",
    "executions/",
    "snapshots/",
    "prices/",
    "signals/",
    "plans/",
    "raw/",
    "flows.csv",
    "income.csv",
    "statements.csv",
    "proof/",
];

/// Those of them that can stand in no folder of published tables.
const NEVER_PUBLISHED: &[&str] = &["SCHEMA", "executions/", "snapshots/", "raw/", "proof/"];

/// The first file of a record among these paths. A published site has a `data/` of its own, which is none.
pub fn first<'a>(paths: impl IntoIterator<Item = &'a String> + Clone) -> Option<&'a str> {
    let all: BTreeSet<&str> = paths.clone().into_iter().map(String::as_str).collect();
    let is_site = |root: &str| {
        let has = |name: &str| all.contains(format!("{root}{name}").as_str());
        has(MANIFEST) || (has("index.html") && has("data/index.html"))
    };
    paths.into_iter().map(String::as_str).find(|path| {
        if *path == "config/local.toml" || path.ends_with("/config/local.toml") {
            return true;
        }
        let below = path.strip_prefix("data/").map(|below| ("", below));
        let deeper = || path.find("/data/").and_then(|at| Some((path.get(..=at)?, path.get(at + "/data/".len()..)?)));
        below.or_else(deeper).is_some_and(|(root, below)| {
            let is_one_of = |names: &[&str]| names.iter().any(|start| below.starts_with(start));
            if is_site(root) { is_one_of(NEVER_PUBLISHED) } else { root.is_empty() || is_one_of(&PRIVATE) }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str]) -> Option<String> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        first(&paths).map(str::to_owned)
    }

    #[test]
    fn a_record_is_found_at_any_depth_and_a_site_is_none() {
        assert_eq!(
            found(&["README.md", "data/executions/2026-01-27.csv"]).unwrap(),
            "data/executions/2026-01-27.csv"
        );
        assert_eq!(found(&["data/anything"]).unwrap(), "data/anything");
        assert_eq!(found(&["record/data/flows.csv"]).unwrap(), "record/data/flows.csv");
        assert_eq!(found(&["x/config/local.toml"]).unwrap(), "x/config/local.toml");
        assert_eq!(found(&["config/config.toml", "src/data/table.rs", "content/about.md", "metadata/x"]), None);
        assert_eq!(found(&[".trackrecord-manifest", "data/daily.csv", "index.html"]), None);
        assert_eq!(found(&["data/daily.csv", "data/index.html", "index.html"]), None);
        assert_eq!(found(&["public/.trackrecord-manifest", "public/data/flows.csv"]), None);
        assert_eq!(
            found(&["public/.trackrecord-manifest", "public/data/daily.csv", "data/SCHEMA"]).unwrap(),
            "data/SCHEMA"
        );
        assert_eq!(found(&[".trackrecord-manifest", "data/raw/x.xml"]).unwrap(), "data/raw/x.xml");
        assert_eq!(
            found(&[".trackrecord-manifest", "proof/log", "data/proof/private/seed"]).unwrap(),
            "data/proof/private/seed"
        );
        assert_eq!(
            found(&["index.html", "data/index.html", "data/daily.csv", "config/local.toml"]).unwrap(),
            "config/local.toml"
        );
    }
}
