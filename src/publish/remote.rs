//! The repository of the pages, seen from a temporary one: the site's own repository, if there is one, is only asked for
//! the remote's address and how to log in there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::address::{is_address, pages_address, secrets, shown};
use super::commit::EMAIL;
use super::git::{Git, Ran};
use super::own_repository::{Asked, absolute, folder_of_that_name, not_a_repository};
use super::reasons::explained;
use super::settings::{self, Setting};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::site_dir::SiteDir;

/// The remote's name in the temporary repository.
pub const NAME: &str = "pages";

/// So many contents are asked for in one go: their names stand on one command line.
pub const MOST_AT_ONCE: usize = 500;

/// How long a remote that has just failed is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The repository that holds the pages, and the temporary one that talks to it.
pub struct Remote {
    folder: tempfile::TempDir,
    git: Git,
    address: String,
    completed: String,
    branch: String,
}

/// What stands on a branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tip {
    /// Object name of its newest commit, 40 or 64 hexadecimal digits.
    pub commit: String,
    /// Its files: the name of each content by path.
    pub files: BTreeMap<String, String>,
}

/// A commit somebody made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Who made it.
    pub name: String,
    /// Their address.
    pub email: String,
    /// When, as `2026-01-27 20:40 +0000`.
    pub time: String,
}

impl Remote {
    /// Finds the remote, by its name in the site's repository or by its address, and makes the temporary repository.
    ///
    /// # Errors
    /// No git, no such remote, or a site that lies in somebody else's repository.
    pub fn open(site: &SiteDir, remote: &str, is_given: bool, branch: &str) -> Result<Self> {
        let git = Git::default();
        let asked = Asked { git: &git, root: site.root() };
        let is_inside = asked.run(&["rev-parse", "--git-dir"])?;
        let address = if is_address(remote) {
            absolute(remote, if is_given { Path::new(".") } else { site.root() })?
        } else if !is_inside.success {
            folder_of_that_name(remote, site).ok_or_else(|| not_a_repository(site, remote, &is_inside.output))?
        } else {
            asked.address(remote, is_given)?
        };
        if address.chars().any(char::is_control) {
            return Err(Error::configuration("the remote's address holds a line break or another control character"));
        }
        let settings = if is_inside.success { asked.settings()? } else { Vec::new() };
        let completed = asked.completed(&address)?;
        let ssh = asked.run(&["config", "--get", "core.sshCommand"])?.success;
        // The address may hold a token: nobody else looks into the folder.
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder
            .prefix("trackrecord-publish-")
            .tempdir()
            .map_err(|cause| Error::io("make a temporary folder in", &std::env::temp_dir(), cause))?;
        interrupt::remove_at_the_end(folder.path());
        let git = prepared(git, folder.path(), [&address, &completed], ssh);
        let name = remote;
        let remote = Self { folder, git, address, completed, branch: branch.to_owned() };
        remote.init(&settings::of_transport(&settings, name))?;
        Ok(remote)
    }

    /// Makes the temporary repository, in which all these settings hold.
    fn init(&self, wanted: &[Setting]) -> Result<()> {
        let folder = self.repository();
        std::fs::create_dir(&folder).map_err(|cause| Error::io("make the folder", &folder, cause))?;
        self.run(&["init", "--bare", "--quiet", "--template="], b"")?.expected("make a temporary repository")?;
        // Written here rather than by git, so that no password appears in the list of running programs.
        let path = folder.join("config");
        let mut text = std::fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, cause))?;
        // Before 2.28, git took a list of files without their contents only from a remote that is known to keep them.
        for (name, value) in
            [("url", self.address.as_str()), ("promisor", "true"), ("partialclonefilter", "blob:none")]
        {
            text += &settings::line(&format!("remote.{NAME}.{name}"), value);
        }
        let listed = self.run(&["config", "--includes", "-z", "--list"], b"")?.expected("list its settings")?;
        let missing = settings::missing(wanted, &settings::listed(&listed.out));
        missing.iter().for_each(|(name, value)| text += &settings::line(name, value));
        std::fs::write(&path, text).map_err(|cause| Error::io("write", &path, cause))
    }

    /// The temporary repository.
    fn repository(&self) -> PathBuf {
        self.folder.path().join("git")
    }

    /// A file beside the temporary repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs git in the temporary repository.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Ran> {
        self.git.run(&self.repository(), arguments, input)
    }

    /// As [`Self::run`], with the temporary index and the commit's author and time.
    pub fn run_as(&self, now: i64, arguments: &[&str], input: &[u8]) -> Result<Ran> {
        let mut git = self.git.clone().with("GIT_INDEX_FILE", self.beside("index").to_string_lossy());
        // Whoever is logged in is not written into a public history.
        for role in ["AUTHOR", "COMMITTER"] {
            git = git
                .with(&format!("GIT_{role}_NAME"), "trackrecord")
                .with(&format!("GIT_{role}_EMAIL"), EMAIL)
                .with(&format!("GIT_{role}_DATE"), format!("{now} +0000"));
        }
        git.run(&self.repository(), arguments, input)
    }

    /// The address as it may be shown.
    pub fn redacted(&self) -> String {
        shown(&self.address)
    }

    /// Where GitHub shows the pages of this repository, if it is one of GitHub's.
    pub fn pages_address(&self) -> Option<String> {
        pages_address(&self.address).or_else(|| pages_address(&self.completed))
    }

    /// The branch's full name.
    pub fn full_branch(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// The branch's short name.
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// Brings the newest commit of every branch with its list of files, and none of their contents.
    ///
    /// # Errors
    /// A remote that cannot be reached, or is none.
    pub fn fetch(&self) -> Result<()> {
        let all = format!("+refs/heads/*:refs/remotes/{NAME}/*");
        let fetch = ["fetch", "--progress", "--depth", "1", "--filter=blob:none", "--no-tags", "--prune"];
        let ran = self.run(&[&fetch[..], &["--no-recurse-submodules", NAME, &all]].concat(), b"")?;
        if ran.success || self.is_empty(&ran)? {
            return Ok(());
        }
        Err(self.failed("look at", &ran.output).hint("nothing was published"))
    }

    /// Where the branch stands at this moment: the commit, or nothing if there is no such branch; `None` where the remote does
    /// not say.
    pub fn branch_now(&self) -> Option<Option<String>> {
        let git = self.git.clone().within(PATIENCE);
        let ran = git.run(&self.repository(), &["ls-remote", NAME, &self.full_branch()], b"").ok()?;
        ran.success.then(|| ran.text().split_whitespace().next().map(str::to_owned))
    }

    /// Whether git failed without a word because the remote has no branch at all.
    fn is_empty(&self, ran: &Ran) -> Result<bool> {
        if !ran.output.is_empty() {
            return Ok(false);
        }
        let listed = self.run(&["ls-remote", "--heads", NAME], b"")?;
        Ok(listed.success && listed.out.is_empty())
    }

    /// Every branch by name with its newest commit, as last fetched.
    pub fn branches(&self) -> Result<BTreeMap<String, String>> {
        let prefix = format!("refs/remotes/{NAME}/");
        let ran = self.run(&["for-each-ref", "--format=%(objectname) %(refname)", &prefix], b"")?;
        let text = ran.expected("list the branches")?.text();
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        let named = |(commit, name): (&str, &str)| Some((name.strip_prefix(&prefix)?.to_owned(), commit.to_owned()));
        Ok(lines.filter_map(named).collect())
    }

    /// The files of a commit.
    pub fn files(&self, commit: &str) -> Result<BTreeMap<String, String>> {
        let ran = self.run(&["ls-tree", "-r", "-z", "--full-tree", commit], b"")?.expected("list the files")?;
        let entries = ran.out.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let entry = |entry: std::borrow::Cow<str>| {
            let (about, path) = entry.split_once('\t')?;
            Some((path.to_owned(), about.rsplit(' ').next()?.to_owned()))
        };
        Ok(entries.filter_map(entry).collect())
    }

    /// The branch of the pages, as last fetched; nothing if there is none yet.
    pub fn tip(&self) -> Result<Option<Tip>> {
        let Some(commit) = self.branches()?.remove(&self.branch) else { return Ok(None) };
        Ok(Some(Tip { files: self.files(&commit)?, commit }))
    }

    /// Who made a commit, and when.
    pub fn author(&self, commit: &str) -> Result<Author> {
        let ran =
            self.run(&["log", "-1", "--no-show-signature", "--format=%cn%x00%ce%x00%cd", "--date=iso", commit], b"")?;
        let text = ran.expected("read a commit")?.text();
        let mut parts = text.split('\0').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        Ok(Author { name: part(), email: part(), time: part() })
    }

    /// Brings contents in one go. What does not come is asked for again one by one when it is read.
    pub fn bring(&self, contents: &BTreeSet<&String>) -> Result<()> {
        if contents.is_empty() {
            return Ok(());
        }
        let mut arguments =
            vec!["fetch", "--quiet", "--filter=blob:none", "--no-tags", "--no-recurse-submodules", NAME];
        arguments.extend(contents.iter().take(MOST_AT_ONCE).map(|content| content.as_str()));
        self.run(&arguments, b"").map(drop)
    }

    /// How many bytes contents have; nothing for those that do not come.
    pub fn sizes(&self, contents: &[&String]) -> Result<Vec<Option<u64>>> {
        let lines: String = contents.iter().map(|content| format!("{content}\n")).collect();
        let ran = self.run(&["cat-file", "--batch-check=%(objectsize)"], lines.as_bytes())?;
        let text = ran.text();
        let mut sizes = text.lines().map(|line| line.parse().ok());
        Ok(contents.iter().map(|_| sizes.next().flatten()).collect())
    }

    /// A content, by its name.
    pub fn read(&self, content: &str) -> Result<Vec<u8>> {
        Ok(self.run(&["cat-file", "blob", content], b"")?.expected("read a published file")?.out)
    }

    /// What kept git from talking to the remote, in our words with git's below.
    pub fn failed(&self, doing: &str, words: &str) -> Error {
        explained(doing, &self.redacted(), words)
    }
}

/// Git with all that the temporary repository needs.
fn prepared(git: Git, folder: &Path, addresses: [&str; 2], has_ssh_command: bool) -> Git {
    let git = git
        .set(format!("core.hooksPath={}", folder.join("no-hooks").display()))
        .with("GIT_DIR", folder.join("git").to_string_lossy())
        .with("GIT_DEFAULT_HASH", "sha1")
        .with("GIT_DEFAULT_REF_FORMAT", "files")
        .hiding(addresses.into_iter().flat_map(secrets).collect());
    let is_set = |name: &str| std::env::var_os(name).is_some();
    if has_ssh_command || is_set("GIT_SSH_COMMAND") || is_set("GIT_SSH") {
        return git;
    }
    git.with("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
}
