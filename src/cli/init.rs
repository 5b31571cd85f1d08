use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::terminal::{Terminal, counted};
use crate::demo;
use crate::error::Result;
use crate::init::init;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// The new site directory
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Fill it with the demo's data and texts
    #[arg(long)]
    demo: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome> {
    let site = SiteDir::new(&arguments.dir);
    if arguments.demo {
        demo::write(&site)?;
    } else {
        let started = init(&site)?;
        started.written.iter().for_each(|path| terminal.detail(format!("  {}", path.display())));
        terminal.say(format!(
            "{} written, {} kept as they were",
            counted(started.written.len(), "file"),
            started.kept.len()
        ));
    }
    terminal.say("next: fill in config/config.toml, then bring data in with `trackrecord import`");
    terminal.result(site.root().display())?;
    Ok(Outcome::Fine)
}
