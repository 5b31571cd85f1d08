//! Sites that record, and what of them a stranger has, for tests.

use std::process::Command;

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::{begin_signing, files_to_publish, init, sign};
use crate::build::testing::TestSite;
use crate::record::store::crash;

/// When tests record.
pub fn now() -> DateTime<Utc> {
    "2026-01-28T09:00:00Z".parse().unwrap()
}

/// A site whose log has begun.
pub fn begun() -> TestSite {
    let site = TestSite::new();
    init(&site.dir(), &site.config(), now()).unwrap();
    site
}

/// A signed one, as far as there is a program that signs.
pub fn signed() -> Option<TestSite> {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        return None;
    }
    let site = begun();
    begin_signing(&site.dir(), &site.config(), None, now()).unwrap();
    assert!(sign(&site.dir()).unwrap());
    Some(site)
}

/// What is published of its proof, in a folder of its own.
pub fn published(site: &TestSite) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files_to_publish(&site.dir(), &site.config()).unwrap().unwrap().files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &*content).unwrap();
    }
    folder
}

/// Has the named test die at each point of writing in turn, in a site of its own each time, the last time at none. `look` takes what is left,
/// and the point. How often it died.
pub fn deaths(test: &str, site: impl Fn() -> TestSite, look: impl Fn(&TestSite, usize)) -> usize {
    let mut point = 0;
    loop {
        let site = site();
        let died = crash::died(test, site.dir().root(), point);
        look(&site, point);
        if !died {
            return point;
        }
        point += 1;
    }
}
