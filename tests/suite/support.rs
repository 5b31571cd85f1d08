//! A site in a temporary folder, and commands on it that can be chained.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The path of a fixture.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// What a reader of PDFs finds in one, in the order in which it is read; `None` without poppler's tools.
pub fn pdf_text(path: &Path) -> Option<String> {
    let output = match Command::new("pdftotext").arg("-raw").arg(path).arg("-").output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: pdftotext cannot be run: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A text without its digests, in which any digits may occur.
pub fn without_digests(text: &str) -> String {
    let is_end = |letter: char| !letter.is_ascii_alphanumeric();
    text.split_inclusive(is_end).filter(|word| word.trim_end_matches(is_end).len() < 32).collect()
}

/// The files attached to a PDF by name; `None` without poppler's tools.
pub fn pdf_attachments(path: &Path) -> Option<BTreeMap<String, String>> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("pdfdetach");
    if let Err(error) = command.args(["-saveall", "-o"]).arg(folder.path()).arg(path).output() {
        eprintln!("skipped: pdfdetach cannot be run: {error}");
        return None;
    }
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
    };
    Some(files.map(named).collect())
}

/// A site in a temporary folder.
pub struct Site {
    folder: tempfile::TempDir,
}

/// What a command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Both streams as a reader sees them, for snapshots.
    pub fn shown(&self) -> String {
        format!("exit: {}\n--- stdout\n{}--- stderr\n{}", self.code, self.out, self.err)
    }
}

impl Site {
    /// An empty folder with a configuration.
    pub fn new(config: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        site.file("config/config.toml", config)
    }

    /// An empty folder.
    pub fn nowhere() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The default site: no benchmark, so that nothing is said about its prices.
    pub fn plain() -> Self {
        Self::new("[site]\nstatus = \"live\"\n[account]\nbase_currency = \"USD\"\n[benchmark]\nsymbol = \"\"\n")
    }

    /// The default site after these statements, each imported by itself.
    pub fn after(statements: &[String]) -> Self {
        let site = Self::plain();
        for (number, text) in statements.iter().enumerate() {
            let name = format!("{number}.xml");
            site.put(&name, text);
            site.ok(&["import", "flex", site.path(&name).to_str().unwrap()]);
        }
        site
    }

    /// The demo, not built.
    pub fn demo() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        trackrecord::demo::write(&trackrecord::SiteDir::new(site.path(""))).unwrap();
        site
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes a file.
    pub fn file(self, below: &str, content: impl AsRef<[u8]>) -> Self {
        self.put(below, content);
        self
    }

    pub fn put(&self, below: &str, content: impl AsRef<[u8]>) {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        #[cfg(unix)]
        if below == "config/local.toml" {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    pub fn read(&self, below: &str) -> String {
        std::fs::read_to_string(self.path(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
    }

    /// The program on this site, ready to run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trackrecord"));
        command.arg("--root").arg(self.folder.path()).args(arguments);
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
        // Words are compared with all their letters, whatever the locale of who runs the tests.
        command.env("LC_ALL", "C.UTF-8");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRACKRECORD_")) {
            command.env_remove(name);
        }
        command
    }

    /// Runs a command; the site's own path is replaced by `SITE`.
    pub fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().unwrap();
        let words =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&self.folder.path().display().to_string(), "SITE");
        Said { code: output.status.code().unwrap_or(-1), out: words(&output.stdout), err: words(&output.stderr) }
    }

    /// Runs a command that must succeed.
    pub fn ok(&self, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}\n{}", said.shown());
        said
    }

    /// Runs a command that must fail; what it says on standard error.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 1, "{arguments:?}\n{}", said.shown());
        said.err
    }

    /// What `stats` prints for machines.
    pub fn figures(&self) -> Value {
        self.ok(&["stats", "--json"]).json()
    }

    /// All files below a folder, by path.
    pub fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(below);
        let mut found = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().display().to_string();
                    found.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
        found
    }
}

#[test]
fn digits_of_a_digest_say_nothing() {
    let digest = "4f61234b9c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9061";
    assert_eq!(
        without_digests(&format!("{digest} index.html \u{e9}{digest}.\n>USD61234.56<{digest}")),
        "index.html \u{e9}\n>USD61234.56<"
    );
}
