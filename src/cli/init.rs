use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::terminal::{Terminal, counted};
use crate::demo;
use crate::error::Result;
use crate::init::{ignores_public, init, init_with_pages};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// The new site directory
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Fill it with the demo's data and texts
    #[arg(long)]
    demo: bool,
    /// Also write a workflow with which GitHub shows a committed public/ as pages
    #[arg(long, conflicts_with = "demo")]
    pages: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome> {
    let site = SiteDir::new(&arguments.dir);
    if arguments.demo {
        demo::write(&site)?;
    } else {
        let started = if arguments.pages { init_with_pages(&site)? } else { init(&site)? };
        started.written.iter().for_each(|path| terminal.detail(format!("  {}", path.display())));
        terminal.say(format!(
            "{} written, {} kept as they were",
            counted(started.written.len(), "file"),
            started.kept.len()
        ));
    }
    terminal.say("next: fill in config/config.toml, then bring data in with `trackrecord import`");
    if arguments.pages {
        if ignores_public(&site) {
            terminal.say("next: take `public/` out of .gitignore, so that it is committed");
        }
        terminal.say("this repository is as public as its pages: never commit data/ or config/local.toml");
    } else {
        terminal
            .say("keep this folder private; `trackrecord publish` puts the pages into another, public repository");
    }
    terminal.result(site.root().display())?;
    Ok(Outcome::Fine)
}
