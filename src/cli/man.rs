use clap::Args;

use super::terminal::Terminal;
use super::{Outcome, examples};
use crate::error::{Error, Result};

#[derive(Args)]
pub struct Arguments {
    /// The page of this command [default: that of the program]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// A manual page in roff, as `man` reads it.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome> {
    let mut program = examples::command();
    program.build();
    let page = match &arguments.command {
        None => program,
        Some(name) => program
            .get_subcommands()
            .find(|command| command.get_name() == name)
            .cloned()
            .ok_or_else(|| {
                Error::usage(format!("there is no command `{name}`")).hint("`trackrecord --help` lists them")
            })?
            .display_name(format!("trackrecord-{name}")),
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut roff)
        .map_err(|cause| Error::internal("cannot write the manual page").because(cause))?;
    terminal.result(String::from_utf8_lossy(&roff).trim_end())?;
    Ok(Outcome::Fine)
}
