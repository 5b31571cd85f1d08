//! How finely everything was that has been published from here, as `.cache/published`: `check` compares it with what would
//! be published now, and asks no network for that.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Place, Result};
use crate::record::store::write_atomically;
use crate::record::{Finding, FindingKind, Severity};
use crate::site::Files;
use crate::site::finer::{Fineness, is_table};
use crate::site_dir::SiteDir;

/// How finely the tables of a site are published, by path.
pub type Tables = BTreeMap<String, Fineness>;

/// What was published to a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OnBranch {
    /// The tables on it now.
    now: Tables,
    /// The finest of each in its history.
    ever: Tables,
}

/// What was published, by destination.
type Remembered = BTreeMap<String, OnBranch>;

fn path(site: &SiteDir) -> PathBuf {
    site.cache().join("published")
}

fn read(site: &SiteDir) -> Remembered {
    let text = std::fs::read_to_string(path(site)).ok();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// The tables of a site.
pub fn tables(files: &Files) -> Tables {
    let tables = files.iter().filter(|(path, _)| is_table(path));
    tables.filter_map(|(path, content)| Some((path.clone(), Fineness::of(content)?))).collect()
}

/// Remembers that these files are on a branch now, where tables were `before`.
///
/// # Errors
/// A file that cannot be written.
pub fn remember(site: &SiteDir, destination: &str, files: &Files, before: &Tables, afresh: bool) -> Result<()> {
    let mut all = read(site);
    let known = all.remove(destination).filter(|_| !afresh);
    let mut on = OnBranch { now: tables(files), ever: known.map(|known| known.ever).unwrap_or_default() };
    for (path, fineness) in before.iter().filter(|_| !afresh).chain(&on.now) {
        let ever = on.ever.remove(path).unwrap_or_default().with(fineness);
        on.ever.insert(path.clone(), ever);
    }
    all.insert(destination.to_owned(), on);
    let text =
        serde_json::to_string(&all).map_err(|error| Error::data(error.to_string()).at(Place::file(path(site))))?;
    let folder = site.cache();
    std::fs::create_dir_all(&folder).map_err(|cause| Error::io("make the folder", &folder, cause))?;
    write_atomically(&path(site), text.as_bytes(), false)
}

/// What of everything that was published from here is finer than these files, which would be published now.
pub fn findings(site: &SiteDir, files: &Files) -> Vec<Finding> {
    let new = tables(files);
    if new.is_empty() {
        return Vec::new();
    }
    let beyond = |old: &Tables| {
        let nothing = Fineness::default();
        let finer = old.iter().flat_map(|(path, fineness)| fineness.beyond(new.get(path).unwrap_or(&nothing), path));
        finer.collect::<Vec<_>>()
    };
    let finding = |(destination, on): (String, OnBranch)| {
        let (now, ever) = (beyond(&on.now), beyond(&on.ever));
        if let [first, more @ ..] = now.as_slice() {
            let message =
                format!("{destination} shows finer figures than this site does now: {}", listed(first, more));
            let next =
                "publish it: `trackrecord publish --fresh` also starts the branch anew, without the finer versions";
            return Some(Finding::new(Severity::Warning, FindingKind::FinerPublished, message, next));
        }
        let [first, more @ ..] = ever.as_slice() else { return None };
        let message =
            format!("the history of {destination} keeps finer figures than this site has: {}", listed(first, more));
        let next = "`trackrecord publish --fresh` starts the branch anew; copies that others have made remain";
        Some(Finding::new(Severity::Note, FindingKind::FinerPublished, message, next))
    };
    read(site).into_iter().filter_map(finding).collect()
}

/// How many figures are named.
const NAMED: usize = 5;

fn listed(first: &str, more: &[String]) -> String {
    let named = more.iter().take(NAMED - 1).map(String::as_str);
    let named = std::iter::once(first).chain(named).collect::<Vec<_>>().join(", ");
    match more.len().saturating_sub(NAMED - 1) {
        0 => named,
        left => format!("{named} and {left} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(rows: &[f64]) -> Files {
        let rows: Vec<String> = rows.iter().map(|value| format!(r#"{{"return":{value}}}"#)).collect();
        Files::from([("data/months.json".to_owned(), format!("[{}]", rows.join(",")).into_bytes().into())])
    }

    #[test]
    fn what_is_on_the_branch_is_a_warning_and_what_its_history_keeps_a_note() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        let (fine, coarse) = (files(&[0.011, 0.012, 0.013, 0.014]), files(&[0.01, 0.02, 0.03, 0.05, 0.07, 0.08]));
        let said = |files: &Files| {
            let found = findings(&site, files).into_iter();
            found.map(|finding| (finding.severity, finding.message)).collect::<Vec<_>>()
        };
        assert_eq!(said(&coarse), [], "nothing was published from here");
        remember(&site, "gh-pages of x", &fine, &Tables::new(), false).unwrap();
        assert_eq!(said(&fine), []);
        let steps = "`return` in data/months.json in steps of 0.001 instead of 0.01";
        let on_it =
            (Severity::Warning, format!("gh-pages of x shows finer figures than this site does now: {steps}"));
        assert_eq!(said(&coarse), [on_it]);
        remember(&site, "gh-pages of x", &coarse, &tables(&fine), false).unwrap();
        let kept =
            (Severity::Note, format!("the history of gh-pages of x keeps finer figures than this site has: {steps}"));
        assert_eq!(said(&coarse), std::slice::from_ref(&kept));
        remember(&site, "gh-pages of y", &coarse, &Tables::new(), false).unwrap();
        assert_eq!(said(&coarse), [kept], "another branch has nothing finer");
        remember(&site, "gh-pages of x", &coarse, &tables(&fine), true).unwrap();
        assert_eq!(said(&coarse), [], "the branch was started anew");
        assert_eq!(said(&Files::new()), [], "there is no site to compare with");
    }

    #[test]
    fn what_somebody_else_published_before_counts_too() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        let (fine, coarse) = (files(&[0.011, 0.012, 0.013, 0.014]), files(&[0.01, 0.02, 0.03, 0.05, 0.07, 0.08]));
        remember(&site, "gh-pages of x", &coarse, &tables(&fine), false).unwrap();
        assert_eq!(findings(&site, &coarse).len(), 1);
    }
}
