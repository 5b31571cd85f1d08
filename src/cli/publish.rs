use std::time::Duration;

use chrono::Utc;
use clap::Args;

use super::finding::listed;
use super::progress::Shown;
use super::table::table;
use super::terminal::{Terminal, visible};
use super::{Outcome, config, proof, report, today};
use crate::collect::progress::Progress;
use crate::config::{BRANCH, is_branch_name};
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::format::size;
use crate::publish::live::{self, expected};
use crate::publish::{Change, Options, Prepared, Published, TableChange, prepare};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// List what would change, files and figures, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Wait until the live site shows this build, for no more than so many seconds
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "600",
          value_parser = clap::value_parser!(u64).range(1..=86_400), conflicts_with = "dry_run")]
    wait: Option<u64>,
    /// The repository of the pages: an address, a folder or the name of a remote [default: `[publish] remote`]
    #[arg(long, value_name = "REMOTE")]
    remote: Option<String>,
    /// The branch of the pages [default: `[publish] branch`]
    #[arg(long, value_name = "BRANCH", value_parser = branch)]
    branch: Option<String>,
    /// Publish the demo's made-up trades too
    #[arg(long)]
    demo: bool,
    /// Publish into a repository that holds the record as well
    #[arg(long)]
    same_repository: bool,
    /// Start the branch anew, without what was published before
    #[arg(long)]
    fresh: bool,
    /// Replace what others have put on the branch
    #[arg(long)]
    replace: bool,
}

fn branch(name: &str) -> std::result::Result<String, String> {
    if is_branch_name(name) { Ok(name.to_owned()) } else { Err(BRANCH.to_owned()) }
}

/// So many changed figures of a table are listed; the files themselves hold the rest.
const MOST_FIGURES: usize = 100;

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    // What is published is recorded before.
    let recorded = match arguments.dry_run {
        true => Outcome::Fine,
        false => {
            let before = proof::recorded(site, terminal)?.and(proof::renewed(site, terminal));
            before.and(proof::signed(site, terminal)).and(proof::stamped(site, terminal))
        }
    };
    let config = config(site)?;
    let options = Options {
        remote: arguments.remote.as_deref(),
        branch: arguments.branch.as_deref(),
        is_demo_meant: arguments.demo,
        is_same_repository_meant: arguments.same_repository,
        starts_afresh: arguments.fresh,
        replaces: arguments.replace,
        today: today(),
        is_dry: arguments.dry_run,
    };
    let progress = Shown::new(terminal);
    let prepared = prepare(site, &config, &options, &progress);
    progress.end();
    let mut prepared = prepared?;
    if let Some(reports) = &prepared.reports {
        report::oddities(terminal, &reports.warnings, reports.not_kept.as_ref());
    }
    listed(&prepared.warnings).iter().for_each(|line| terminal.say(line));
    if arguments.wait.is_some() && prepared.base_url.is_none() {
        return Err(Error::configuration(
            "the address of the live site is not known, so there is nothing to wait for",
        )
        .hint("set `[site] base_url`; nothing was published"));
    }
    if prepared.base_url.is_none() {
        terminal.say(
            "the address of the pages is not known, so links on 404.html may lead nowhere; set `[site] base_url`",
        );
    }
    if !prepared.finer_before.is_empty() && !arguments.fresh {
        terminal.say(format!(
            "the version on the branch has finer figures than this one, and the branch's history keeps them: {}\n  next: \
             `trackrecord publish --fresh` starts the branch anew; copies that others have made remain",
            visible(&prepared.finer_before.join(", "))
        ));
    }
    if arguments.dry_run {
        return planned(&prepared, terminal);
    }
    let what = prepared.in_words();
    progress.begin("pushing", 0);
    let published = prepared.publish(Utc::now());
    progress.end();
    let published = published?;
    if let Err(error) = prepared.remember(site) {
        terminal.say(format!("what was published could not be written down for `trackrecord check`: {error}"));
    }
    match &published {
        Published::Nothing => terminal.say(format!("nothing to publish: {} is up to date", prepared.destination())),
        Published::Handed => terminal.say(format!("{} handed to {}", files(&prepared), prepared.destination())),
        Published::Pushed { commit, is_new } => {
            let short = commit.get(..10).unwrap_or(commit);
            terminal.say(format!("published to {} as {short}: {what}", prepared.destination()));
            if *is_new {
                terminal.say(
                    "the branch is new: choose it once where the host asks which one to show, at GitHub under Settings > Pages > Deploy from a branch",
                );
            }
        }
    }
    if let (Some(seconds), Some(base_url)) = (arguments.wait, &prepared.base_url) {
        let expected = expected(&prepared.files, &prepared.changes);
        let took = live::wait(base_url, &expected, Duration::from_secs(seconds), &progress)?;
        terminal.say(format!("the live site shows it after {:.1} s", took.as_secs_f64()));
    }
    if let Some(base_url) = &prepared.base_url {
        terminal.result(base_url)?;
    }
    Ok(recorded)
}

fn files(prepared: &Prepared) -> String {
    let (count, bytes) = prepared.extent();
    format!("{}, {},", counted(count, "file"), size(bytes))
}

/// Lists what publishing would change.
fn planned(prepared: &Prepared, terminal: &Terminal) -> Result<Outcome> {
    if prepared.is_published() {
        terminal.say(format!("nothing to publish: {} is up to date", prepared.destination()));
        return Ok(Outcome::Fine);
    }
    let rows: Vec<Vec<String>> = prepared
        .changes
        .iter()
        .map(|file| {
            let size = file.size.map_or(String::new(), size);
            vec![file.change.word().to_owned(), size, visible(&file.path)]
        })
        .collect();
    if !rows.is_empty() {
        terminal.told(table(&rows, &[1]))?;
    }
    for table in &prepared.tables {
        terminal.told(figures(table))?;
    }
    let counted = |change| prepared.changes.iter().filter(|file| file.change == change).count();
    let known = if prepared.is_comparable() { "" } else { "; what is there now is not known here" };
    terminal.say(format!(
        "{} would go to {}: {} new, {} changed, {} removed{known}; nothing was written",
        files(prepared),
        prepared.destination(),
        counted(Change::New),
        counted(Change::Changed),
        counted(Change::Removed)
    ));
    Ok(Outcome::Fine)
}

/// What of a table's figures changes, old and new.
fn figures(change: &TableChange) -> String {
    let listed = |rows: &[String], word: &str| {
        let shown: Vec<String> = rows.iter().take(3).map(|row| visible(row)).collect();
        let more = if rows.len() > 3 { format!(" and {} more", rows.len() - 3) } else { String::new() };
        (!rows.is_empty()).then(|| format!("  {word}: {}{more}", shown.join(", ")))
    };
    let mut lines = vec![visible(&change.path)];
    lines.extend(listed(&change.added, "new rows"));
    lines.extend(listed(&change.removed, "rows that go"));
    let figures = change.changed.iter().take(MOST_FIGURES);
    lines.extend(figures.map(|figure| {
        let column = figure.column.as_ref().map(|column| format!("{column} ")).unwrap_or_default();
        format!("  {}: {column}{} -> {}", visible(&figure.row), visible(&figure.old), visible(&figure.new))
    }));
    if change.changed.len() > MOST_FIGURES {
        lines.push(format!("  and {} more figures", change.changed.len() - MOST_FIGURES));
    }
    lines.join("\n")
}
