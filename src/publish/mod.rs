//! Publishing: the site is checked, built, and put on the branch of a repository that a host shows as pages, or handed to
//! a program of the owner's.
//!
//! Everything git does happens in a temporary repository: work tree, index, hooks and branches of the site's own one, if
//! there is one, stay as they are.

mod address;
mod changes;
mod command;
mod commit;
mod domain;
mod figures;
mod gate;
mod git;
pub mod live;
mod made;
mod own_repository;
mod page_figures;
mod reach;
mod reasons;
mod record_files;
mod remembered;
mod remote;
mod settings;
mod strangers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};

use crate::build::{Lock, Typeset};
use crate::check::{check, own_words};
use crate::collect::progress::Progress;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::record::Finding;
use crate::site::finer::{self, Fineness};
use crate::site::{Files, overrides};
use crate::site_dir::SiteDir;

pub use changes::{Change, ChangedFile};
use domain::CNAME;
pub use figures::{Figure, TableChange};
use made::{Loaded, Made};
pub use reach::{Reached, is_ignored, reached};
use remembered::Tables;
pub use remembered::findings;
use remote::{MOST_AT_ONCE, Remote, Tip};

/// How to publish.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The remote, instead of the configured one.
    pub remote: Option<&'a str>,
    /// The branch, instead of the configured one.
    pub branch: Option<&'a str>,
    /// Whether the demo's trades may be published.
    pub is_demo_meant: bool,
    /// Whether the repository may hold the record too.
    pub is_same_repository_meant: bool,
    /// Whether the branch starts without its history.
    pub starts_afresh: bool,
    /// Whether files and commits of others on the branch may go.
    pub replaces: bool,
    /// Nothing can be dated after it.
    pub today: NaiveDate,
    /// Whether nothing is to be written.
    pub is_dry: bool,
}

/// A site that is ready to be published, and what that would change.
pub struct Prepared {
    /// The monthly reports; nothing in a dry run, which writes nothing.
    pub reports: Option<Typeset>,
    /// What the author's texts may give away.
    pub warnings: Vec<Finding>,
    /// Every file of the site.
    pub files: Files,
    /// The files that are new, changed or removed; all are new where the old ones are not known.
    pub changes: Vec<ChangedFile>,
    /// The figures that change, in a dry run.
    pub tables: Vec<TableChange>,
    /// What was published more finely than now, and stays in the branch's history.
    pub finer_before: Vec<String>,
    /// The address of the pages, where it is known.
    pub base_url: Option<String>,
    /// The last date of the record.
    pub as_of: NaiveDate,
    way: Way,
}

/// How the site leaves this computer.
enum Way {
    Git(Box<OnBranch>),
    /// The folder stays as it is as long as the lock is held.
    Command {
        command: Vec<String>,
        root: PathBuf,
        public: PathBuf,
        lock: Option<Lock>,
    },
}

struct OnBranch {
    remote: Remote,
    tip: Option<Tip>,
    tree: String,
    is_same: bool,
    starts_afresh: bool,
    /// The tables on the branch that change, as they are there.
    tables: Tables,
}

/// What became of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The branch holds exactly this site already.
    Nothing,
    /// It was pushed as this commit; whether the branch is new.
    Pushed {
        /// The commit's number.
        commit: String,
        /// Whether the branch was made now.
        is_new: bool,
    },
    /// The program of the owner's has taken it.
    Handed,
}

impl Prepared {
    /// Where it goes, in words.
    pub fn destination(&self) -> String {
        match &self.way {
            Way::Git(on) => format!("{} of {}", on.remote.branch(), on.remote.redacted()),
            Way::Command { command, .. } => format!("`{}`", command.first().map_or("", String::as_str)),
        }
    }

    /// Whether the branch holds exactly this site already.
    pub fn is_published(&self) -> bool {
        matches!(&self.way, Way::Git(on) if on.is_same && !on.starts_afresh)
    }

    /// Whether it is known what is published now.
    pub fn is_comparable(&self) -> bool {
        matches!(self.way, Way::Git(_))
    }

    /// How many files a reader can see, and their size in bytes.
    pub fn extent(&self) -> (usize, u64) {
        let seen = self.files.iter().filter(|(path, _)| !changes::is_ours(path));
        seen.fold((0, 0), |(count, bytes), (_, content)| (count + 1, bytes + content.len() as u64))
    }

    /// What publishing changes, in a few words.
    pub fn in_words(&self) -> String {
        match &self.way {
            Way::Git(on) if on.starts_afresh => "started anew".to_owned(),
            _ => changes::in_words(&self.changes),
        }
    }

    /// Writes down how finely it is published, now that it is, so that `check` can compare it with later settings.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn remember(&self, site: &SiteDir) -> Result<()> {
        match &self.way {
            Way::Git(on) => {
                remembered::remember(site, &self.destination(), &self.files, &on.tables, on.starts_afresh)
            }
            Way::Command { .. } => Ok(()),
        }
    }

    /// Publishes it.
    ///
    /// # Errors
    /// The remote does not take it, or has moved since it was looked at; the program of the owner's fails.
    pub fn publish(&mut self, now: DateTime<Utc>) -> Result<Published> {
        if self.is_published() {
            return Ok(Published::Nothing);
        }
        let message = format!("Record to {}: {}\n", self.as_of, self.in_words());
        let on = match &mut self.way {
            Way::Command { command, root, public, lock } => {
                command::run(command, public, root)?;
                *lock = None;
                return Ok(Published::Handed);
            }
            Way::Git(on) => on,
        };
        let parent = on.tip.as_ref().filter(|_| !on.starts_afresh).map(|tip| tip.commit.as_str());
        let commit = commit::commit(&on.remote, &on.tree, parent, &message, now)?;
        commit::push(&on.remote, &commit, on.tip.as_ref())?;
        Ok(Published::Pushed { commit, is_new: on.tip.is_none() })
    }
}

/// Checks and builds the site, and finds out what publishing it would change. A dry run writes nothing but temporary files.
///
/// # Errors
/// Whatever keeps the site from being built or published, each with the next step.
pub fn prepare(site: &SiteDir, config: &Config, options: &Options, progress: &dyn Progress) -> Result<Prepared> {
    let begin = |stage: &str| {
        progress.end();
        progress.begin(stage, 0);
    };
    begin("checking");
    let loaded = Loaded::load(site, config, options);
    let record = loaded.record();
    let mut findings = check(record, config);
    findings.extend(overrides::findings(&site.templates()));
    findings.sort();
    gate::record(record, &findings, config, options.is_demo_meant)?;
    let warnings = own_words::findings(site.root(), record, config);
    let as_of = record.snapshots.last().map_or(options.today, |last| last.date);
    let is_command = options.remote.is_none() && options.branch.is_none() && !config.publish.command.is_empty();
    if is_command {
        return Ok(Prepared { warnings, ..by_command(site, config, loaded, as_of)? });
    }
    let branch = options.branch.unwrap_or(&config.publish.branch);
    let remote =
        Remote::open(site, options.remote.unwrap_or(&config.publish.remote), options.remote.is_some(), branch)?;
    begin("looking");
    progress.step(&remote.redacted());
    remote.fetch()?;
    refuse_record(&remote, options)?;
    let tip = remote.tip()?;
    if let Some(tip) = tip.as_ref().filter(|_| !options.replaces) {
        strangers::refuse(&remote, tip, options.starts_afresh)?;
    }
    let kept = domain::kept(&remote, tip.as_ref())?;
    let base_url = domain::base_url(site, config, &remote, kept.as_deref())?;
    begin("building");
    let mut made = loaded.made(base_url.as_deref())?;
    if let Some(domain) = domain::file(site, config, kept.as_deref(), made.files.get(CNAME).map(|file| &**file))? {
        made.files.insert(CNAME.to_owned(), domain.into());
    }
    made.refuse_leaks(config)?;
    let Made { files, reports, .. } = made;
    gate::files(&files)?;
    gate::unsearched(&files, &config.publish.unsearched)?;
    begin("comparing");
    let contents = commit::store(&remote, &files)?;
    let tree = commit::tree(&remote, &contents)?;
    let old = tip.as_ref().map(|tip| tip.files.clone()).unwrap_or_default();
    let is_same = match &tip {
        Some(tip) => commit::tree_of(&remote, &tip.commit)? == tree,
        None => false,
    };
    let mut changes = changes::between(&old, &contents);
    sizes(&mut changes, &files);
    if options.is_dry {
        sizes_of_removed(&remote, &mut changes, &old)?;
    }
    let Compared { figures, finer_before, before } = compared(&remote, &old, &changes, &files, options)?;
    let on = OnBranch { remote, tip, tree, is_same, starts_afresh: options.starts_afresh, tables: before };
    let base_url = base_url.or_else(|| config.site.base_url.clone());
    let way = Way::Git(Box::new(on));
    Ok(Prepared { reports, warnings, files, changes, tables: figures, finer_before, base_url, as_of, way })
}

fn by_command(site: &SiteDir, config: &Config, loaded: Loaded, as_of: NaiveDate) -> Result<Prepared> {
    let domain = config.publish.cname.as_deref().map(|name| format!("https://{name}/"));
    let base_url = config.site.base_url.clone().or(domain);
    let made = loaded.made(base_url.as_deref())?;
    made.refuse_leaks(config)?;
    let Made { files, reports, lock, .. } = made;
    gate::files(&files)?;
    gate::unsearched(&files, &config.publish.unsearched)?;
    let contents = files.keys().map(|path| (path.clone(), String::new())).collect();
    let mut changes = changes::between(&BTreeMap::new(), &contents);
    sizes(&mut changes, &files);
    let command = config.publish.command.clone();
    let way = Way::Command { command, root: site.root().to_path_buf(), public: site.public(), lock };
    let (warnings, tables, finer_before) = (Vec::new(), Vec::new(), Vec::new());
    Ok(Prepared { reports, warnings, files, changes, tables, finer_before, base_url, as_of, way })
}

/// Refuses a repository in which the record itself would be, or is, public.
fn refuse_record(remote: &Remote, options: &Options) -> Result<()> {
    for (branch, commit) in remote.branches()? {
        let files = remote.files(&commit)?;
        let Some(path) = record_files::first(files.keys()) else { continue };
        let what = format!("{} holds the record itself: branch {branch} has {path}", remote.redacted());
        if branch == remote.branch() {
            return Err(Error::refused(what)
                .hint("publish to a branch for pages alone: `--branch gh-pages`; this one would lose its files"));
        }
        if !options.is_same_repository_meant {
            return Err(Error::refused(what)
                .hint("publish the pages to another, public repository and keep this one private: `--remote`")
                .hint("if both are meant to be in one, and it is private, say so with `--same-repository`"));
        }
    }
    Ok(())
}

fn sizes(changes: &mut [ChangedFile], files: &Files) {
    for file in changes {
        file.size = files.get(&file.path).map(|content| content.len() as u64);
    }
}

fn sizes_of_removed(remote: &Remote, changes: &mut [ChangedFile], old: &BTreeMap<String, String>) -> Result<()> {
    let removed = changes.iter_mut().filter(|file| file.change == Change::Removed);
    let (mut removed, contents): (Vec<_>, Vec<_>) =
        removed.filter_map(|file| old.get(&file.path).map(|content| (file, content))).take(MOST_AT_ONCE).unzip();
    if contents.is_empty() {
        return Ok(());
    }
    remote.bring(&contents.iter().copied().collect())?;
    let sizes = remote.sizes(&contents)?;
    removed.iter_mut().zip(sizes).for_each(|(file, size)| file.size = size);
    Ok(())
}

/// What a comparison with the branch has found.
#[derive(Default)]
struct Compared {
    /// The figures that change.
    figures: Vec<TableChange>,
    /// Those that were published more finely before.
    finer_before: Vec<String>,
    /// How finely the tables that change were published.
    before: Tables,
}

fn compared(
    remote: &Remote,
    old: &BTreeMap<String, String>,
    changes: &[ChangedFile],
    files: &Files,
    options: &Options,
) -> Result<Compared> {
    let is_read = |path: &str| finer::is_table(path) || (options.is_dry && path == page_figures::PAGE);
    let read: Vec<(&String, &String)> = changes
        .iter()
        .filter(|file| file.change != Change::New && is_read(&file.path))
        .filter_map(|file| old.get_key_value(&file.path))
        .collect();
    remote.bring(&read.iter().map(|(_, content)| *content).collect::<BTreeSet<_>>())?;
    let mut found = Compared::default();
    for (path, content) in read {
        let before = remote.read(content)?;
        let now: &[u8] = files.get(path).map_or(b"{\"rows\":[]}", |file| file);
        if !finer::is_table(path) {
            found.figures.extend(page_figures::between(&before, now));
            continue;
        }
        if options.is_dry {
            found.figures.extend(figures::between(path, &before, now));
        }
        found.finer_before.extend(finer::finer_before(path, &before, now));
        found.before.extend(Fineness::of(&before).map(|fineness| (path.clone(), fineness)));
    }
    Ok(found)
}
