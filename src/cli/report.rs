use std::path::PathBuf;

use clap::Args;

use super::terminal::Terminal;
use super::{Outcome, record};
use crate::build::{self, Options};
use crate::calendar::YearMonth;
use crate::error::Result;
use crate::record::store::write_atomically;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// The month, such as 2026-01
    #[arg(value_name = "MONTH")]
    month: YearMonth,
    /// The file to write [default: MONTH.pdf]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The address the site will be published at, to which links in the commentary lead
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Use commentary that is marked as a draft
    #[arg(long)]
    drafts: bool,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let (config, record) = record(site)?;
    let options = Options { out: None, base_url: arguments.base_url.as_deref(), drafts: arguments.drafts };
    let pdf = build::report(site, &record, &config, arguments.month, &options)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.pdf", arguments.month)));
    write_atomically(&out, &pdf, true)?;
    terminal.result(out.display())?;
    Ok(Outcome::Fine)
}
