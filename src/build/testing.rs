//! Two months of the demo, small enough to be built again and again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::config::{self, Config};
use crate::{SiteDir, demo};

const MONTHS: [&str; 2] = ["2022-06", "2022-07"];

static SMALL_DEMO: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    demo::write(&SiteDir::new(folder.path())).unwrap();
    for below in
        ["data/executions", "data/snapshots", "data/signals", "data/plans", "content/months", "content/trades"]
    {
        for entry in fs::read_dir(folder.path().join(below)).unwrap() {
            let entry = entry.unwrap();
            if !MONTHS.iter().any(|month| entry.file_name().to_str().unwrap().starts_with(month)) {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }
    folder
});

/// A site of one's own with June and July 2022.
pub struct TestSite {
    folder: TempDir,
}

impl TestSite {
    pub fn new() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        copy(SMALL_DEMO.path(), site.folder.path());
        site
    }

    /// Another one with the same files.
    pub fn copied(&self) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        copy(self.folder.path(), site.folder.path());
        site
    }

    pub fn dir(&self) -> SiteDir {
        SiteDir::new(self.folder.path())
    }

    pub fn config(&self) -> Config {
        config::load(&self.dir(), []).unwrap()
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap()
    }

    pub fn write(&self, below: &str, content: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        if below == "config/local.toml" {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    pub fn replace(&self, below: &str, from: &str, to: &str) {
        let text = self.read(below);
        assert!(text.contains(from), "{below} has no {from}");
        self.write(below, &text.replace(from, to));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
