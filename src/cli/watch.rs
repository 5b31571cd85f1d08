use std::process::{Command, Stdio};

use clap::Args;

use super::terminal::{Terminal, painted, visible};
use super::{Outcome, today};
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::site_dir::SiteDir;
use crate::watch::{self, Excerpt, Notice, Options, Sources};

#[derive(Args)]
pub struct Arguments {
    /// The port to listen on; where it is taken, the next one that is free
    #[arg(long, default_value_t = 1111)]
    port: u16,
    /// Open the site in the browser
    #[arg(long)]
    open: bool,
    /// Let the browser go to the page that was edited
    #[arg(long)]
    follow: bool,
    /// Look at the files again and again: for folders on a network drive
    #[arg(long)]
    poll: bool,
}

pub fn run(arguments: &Arguments, site: &SiteDir, terminal: &Terminal) -> Result<Outcome> {
    super::must_be_site(site)?;
    let options = Options { port: arguments.port, follow: arguments.follow, poll: arguments.poll };
    let root = site.root().canonicalize().unwrap_or_else(|_| site.root().to_path_buf());
    let mut tell = |notice| match notice {
        Notice::Serving { address, taken } => {
            if let Some(port) = taken {
                terminal.say(format!("port {port} is taken: this is the next one that is free"));
            }
            if let Err(error) = terminal.result(&address) {
                terminal.error(&error, &root);
            }
            terminal.say("Ctrl-C ends it");
            if arguments.open
                && let Err(error) = open(&address)
            {
                terminal.error(&error, &root);
            }
        }
        Notice::Built { changed, took } => {
            terminal.say(format!("{} new or changed in {} ms", counted(changed, "file"), took.as_millis()));
        }
        Notice::Typeset(reports) => terminal.say(format!("{} typeset", counted(reports, "monthly report"))),
        Notice::Failed(failure) => {
            terminal.error(&failure.error, &root);
            if let Some(excerpt) = &failure.excerpt {
                terminal.always(in_words(excerpt));
            }
        }
        Notice::Mended => terminal.say("mended"),
        Notice::Place(place) => {
            if let Err(error) = terminal.result(visible(&place)) {
                terminal.error(&error, &root);
            }
        }
        Notice::Trouble(error) => terminal.error(&error, &root),
    };
    watch::run(site, &options, Sources { environment: super::environment().collect(), today }, &mut tell)?;
    Ok(Outcome::Fine)
}

fn in_words(excerpt: &Excerpt) -> String {
    let line = |(number, line, is_wrong): (usize, &str, bool)| {
        let line = format!("{number:>5} │ {}", visible(line));
        if is_wrong { painted(&line, "33") } else { line }
    };
    excerpt.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Opens an address in the browser of whoever runs this.
fn open(address: &str) -> Result<()> {
    let command: &[&str] = match std::env::consts::OS {
        "macos" => &["open"],
        "windows" => &["rundll32", "url.dll,FileProtocolHandler"],
        _ => &["xdg-open"],
    };
    let failed = || Error::usage("there is no program to open the browser with").hint(format!("open {address}"));
    let (program, arguments) = command.split_first().ok_or_else(failed)?;
    let mut browser = Command::new(program);
    browser.args(arguments).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut browser = browser.spawn().map_err(|cause| failed().because(cause))?;
    std::thread::spawn(move || browser.wait());
    Ok(())
}
