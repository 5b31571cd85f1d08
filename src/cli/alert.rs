use chrono::Utc;
use clap::{Args, Subcommand};

use super::table::listing;
use super::terminal::Terminal;
use super::{Outcome, config};
use crate::alerts::{self, state};
use crate::error::{Error, Result};
use crate::site_dir::SiteDir;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Send a message of no consequence by every alert, or by one
    Test {
        /// The alert's name [default: all]
        name: Option<String>,
    },
    /// What was reported and lasts, and what is still to be sent
    List,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    match &arguments.command {
        Command::Test { name } => test(name.as_deref(), site, terminal),
        Command::List => list(site, terminal),
    }
}

fn test(name: Option<&str>, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    let config = config(site)?;
    let chosen: Vec<_> = config.alert.iter().filter(|alert| name.is_none_or(|name| alert.name == name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = config.alert.iter().map(|alert| alert.name.as_str()).collect();
        return Err(match name {
            Some(name) if !names.is_empty() => Error::usage(format!("there is no alert `{name}`"))
                .hint(format!("the alerts are: {}", names.join(", "))),
            _ => Error::configuration("no alert is configured")
                .hint("add one as `[[alert]]` to config/config.toml; docs/alerts.md shows how"),
        });
    }
    let mut outcome = Outcome::Fine;
    for alert in chosen {
        match alerts::test(alert, site, &config, Utc::now()) {
            Ok(()) => terminal.result(format!("{}: sent", alert.name))?,
            Err(error) => {
                terminal.error(&error, site.root());
                outcome = Outcome::Findings;
            }
        }
    }
    Ok(outcome)
}

fn list(site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    config(site)?;
    let mut rows = vec![["alert", "since", "what", "state"].map(str::to_owned).to_vec()];
    for row in state::read(site)?.iter().filter(|row| row.lasts || row.phase().is_some()) {
        let state = match row.phase() {
            None => "reported, and lasts",
            Some(state::Phase::Cleared) => "over; that is still to be sent",
            Some(_) => "still to be sent",
        };
        if !row.title.is_empty() {
            let since = row.since.format("%Y-%m-%d %H:%M UTC").to_string();
            rows.push(vec![row.alert.clone(), since, row.title.clone(), state.to_owned()]);
        }
    }
    if rows.len() == 1 {
        terminal.say("nothing was reported that lasts, and nothing waits to be sent");
        return Ok(Outcome::Fine);
    }
    terminal.told(listing(&rows, &[], terminal.columns()))?;
    Ok(Outcome::Fine)
}
