use std::path::PathBuf;

use clap::Args;

use super::terminal::Terminal;
use super::{Outcome, config, report, today};
use crate::build::{Options, Typeset, build};
use crate::counted::counted;
use crate::error::Result;
use crate::secrecy::kept;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// Write the site here instead of public/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The address it will be published at
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Show pages that are marked as drafts
    #[arg(long)]
    drafts: bool,
    /// Leave the monthly PDFs out, and the links to them
    #[arg(long)]
    no_reports: bool,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let config = config(site)?;
    let (out, base_url) = (arguments.out.as_deref(), arguments.base_url.as_deref());
    let options = Options { out, base_url, drafts: arguments.drafts, without_reports: arguments.no_reports };
    let built = build(site, &config, today(), &options)?;
    terminal.say(format!(
        "{} built, {} new or changed, {} removed",
        counted(built.files, "file"),
        built.summary.written,
        built.summary.removed
    ));
    if let [finer, more @ ..] = built.finer_before.as_slice() {
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        terminal.say(format!(
            "the site that was here had finer figures, and is rewritten as `[privacy] precision` says now: {finer}{more}\n  next: \
             what is published already stays finer until you publish this; `trackrecord publish` says what its history keeps"
        ));
    }
    let Typeset { count, warnings, not_kept } = &built.reports;
    if *count > 0 {
        terminal.say(format!("{} typeset", counted(*count, "monthly report")));
    }
    report::oddities(terminal, warnings, not_kept.as_ref());
    if built.warnings > 0 {
        terminal.say(format!("{}; `trackrecord check` lists them", counted(built.warnings, "warning")));
    }
    if let Some(answer) = kept::read(site, &config) {
        terminal.say(answer.in_words());
    }
    if config.site.base_url.is_none() && arguments.base_url.is_none() {
        terminal.say(
            "without the site's address (`[site] base_url`) it has no feed, no sitemap and no picture for links, and the links \
             of 404.html lead home only from the top folder",
        );
    }
    let index = arguments.out.clone().unwrap_or_else(|| site.public()).join("index.html");
    terminal.result(index.display())?;
    Ok(Outcome::Fine)
}
