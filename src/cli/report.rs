use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::Terminal;
use super::{Outcome, record};
use crate::build::{self, Options};
use crate::calendar::YearMonth;
use crate::error::{Error, Place, Result};
use crate::record::store::write_atomically;
use crate::report::is_own;
use crate::site::output::set_mode;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// The month, such as 2026-01
    #[arg(value_name = "MONTH")]
    month: YearMonth,
    /// The file to write [default: ./MONTH.pdf]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The address the site will be published at, to which links in the commentary lead
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Use commentary that is marked as a draft
    #[arg(long)]
    drafts: bool,
    /// Replace a file that is no report
    #[arg(long)]
    force: bool,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.pdf", arguments.month)));
    // A bare name has no folder of its own to be written in.
    let out = if out.is_relative() { PathBuf::from(".").join(out) } else { out };
    if !arguments.force {
        keep_other_files(&out)?;
    }
    let (config, record) = record(site)?;
    let base_url = arguments.base_url.as_deref();
    let options = Options { base_url, drafts: arguments.drafts, ..Options::default() };
    let reports = build::report(site, &record, &config, arguments.month, &options)?;
    for pdf in reports.files.values() {
        write_atomically(&out, pdf, true)?;
        // It is there to be passed on, unlike the files of the record.
        set_mode(&out, 0o644)?;
    }
    oddities(terminal, &reports.warnings, reports.not_kept.as_ref());
    terminal.result(out.display())?;
    Ok(Outcome::Fine)
}

/// Refuses to replace a file that is no earlier report.
fn keep_other_files(out: &Path) -> Result<()> {
    let is_new = out.symlink_metadata().is_err() || out.is_dir();
    if is_new || std::fs::read(out).is_ok_and(|file| is_own(&file)) {
        return Ok(());
    }
    Err(Error::refused("this file was not made by `trackrecord report`, and would be replaced")
        .at(Place::file(out))
        .hint("name another file with `--out FILE`, or replace this one with `--force`"))
}

/// Says what was odd about reports.
pub fn oddities(terminal: &Terminal, warnings: &[String], not_kept: Option<&Error>) {
    for warning in warnings {
        terminal.say(format!("warning: {warning}"));
    }
    if let Some(reason) = not_kept {
        let cause = reason.causes().first().map(|cause| format!(": {cause}")).unwrap_or_default();
        terminal.say(format!("the next build does this work again, because {reason}{cause}"));
    }
}
