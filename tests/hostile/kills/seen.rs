//! What of a site is compared.

use std::collections::BTreeMap;
use std::path::Path;

use super::Files;
use crate::repository::git;

/// What of a site is the owner's or the public's; not the cache, nor what is named as nobody's.
pub fn files(root: &Path) -> Files {
    let mut found = Files::new();
    let is_of_nobody = |name: &str| name == ".cache" || name == "lock" || name.starts_with(".lock");
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if is_of_nobody(&name) || name.starts_with(".public-") || name.ends_with(".tmp") {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(path, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

/// The repository of the pages, where a trial has one.
pub const PAGES: &str = "pages.git";

/// What jobs write down about themselves, which is another thing at each moment of a run.
pub const OF_JOBS: [&str; 3] = ["data/runs.csv", "data/alerts.csv", "logs/schedule.log"];

/// As [`files`], with the branch of the pages as one file, and of runs what does not depend on the clock.
pub fn published(root: &Path) -> Files {
    let mut found = files(root);
    found.retain(|path, _| !path.starts_with(PAGES) && !OF_JOBS.contains(&path.as_str()));
    let listed = git(&root.join(PAGES), &["for-each-ref", "--format=%(refname) %(tree)"]);
    found.insert(PAGES.to_owned(), listed.into_bytes());
    found
}

/// As [`files`], without what is random in the log of a proof.
pub fn begun(root: &Path) -> Files {
    let mut found = files(root);
    let random = found.iter_mut().filter(|(path, _)| path.starts_with("data/proof/") || *path == "data/.commit");
    random.for_each(|(_, content)| content.clear());
    found
}

/// As [`files`], without when notes and plans were written.
pub fn noted(root: &Path) -> Files {
    let mut found = files(root);
    let is_dated = |path: &str| ["content/trades/", "data/plans/"].iter().any(|folder| path.starts_with(folder));
    for (_, content) in found.iter_mut().filter(|(path, _)| is_dated(path)) {
        let text = String::from_utf8_lossy(content).into_owned();
        let is_time = |line: &str| line.starts_with("created_at = ") || line.starts_with("  \"made_at\": ");
        let kept = text.lines().filter(|line| !is_time(line));
        *content = kept.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes();
    }
    found
}

/// The rows of runs: job, result, and what was said of it.
pub fn runs(root: &Path) -> Vec<[String; 3]> {
    let Ok(mut reader) = csv::Reader::from_path(root.join(OF_JOBS[0])) else { return Vec::new() };
    reader.records().map(Result::unwrap).map(|row| [0, 4, 5].map(|column| row[column].to_owned())).collect()
}

/// The part of a site below a folder.
pub fn within<'a>(files: &'a Files, folder: &str) -> BTreeMap<&'a String, &'a Vec<u8>> {
    files.iter().filter(|(path, _)| path.starts_with(folder)).collect()
}
