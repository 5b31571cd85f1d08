use std::path::PathBuf;

use clap::Args;

use super::terminal::Terminal;
use super::{Outcome, today};
use crate::build::{Options, build};
use crate::config;
use crate::counted::counted;
use crate::demo;
use crate::error::Result;
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    /// The folder to write
    #[arg(value_name = "DIR", default_value = "demo")]
    dir: PathBuf,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome> {
    let site = SiteDir::new(&arguments.dir);
    demo::write(&site)?;
    // The demo is the same everywhere: the environment has no say in it.
    let config = config::load(&site, [])?;
    let built = build(&site, &config, today(), &Options::default())?;
    terminal
        .say(format!("a simulated account on real prices: {} built; open this page:", counted(built.files, "file")));
    terminal.result(site.public().join("index.html").display())?;
    Ok(Outcome::Fine)
}
