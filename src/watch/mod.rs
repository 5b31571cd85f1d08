//! The site while it is being written: served from memory, made again after every save, and morphed in the browser instead
//! of loaded again.
//!
//! ```text
//! folders (what may have changed) --> builder (what has, and the site of it) --> Generation --> server --> browser
//! ```
//!
//! A build that fails leaves the last good pages where they are, with the error over them. Nothing is written, but for the
//! cache of reports.

mod builder;
mod caught;
mod desk;
mod edits;
mod events;
mod failure;
mod folders;
mod generation;
mod looks;
mod places;
mod routes;
mod server;
mod typesetter;

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use chrono::NaiveDate;
use tokio::sync::{mpsc as notices, watch};

pub use failure::{Excerpt, Failure};

use crate::site_dir::SiteDir;
use crate::{Error, Result};
use builder::Builder;
use caught::caught;
use desk::Desks;
use generation::Generation;
use server::Shared;
use typesetter::Typesetter;

/// How a site is watched.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The port to listen on, or the next one that is free.
    pub port: u16,
    /// Whether the browser goes to the page that was edited.
    pub follow: bool,
    /// Whether folders are looked at again and again, where their file system does not say what changes.
    pub poll: bool,
}

/// What a site is made from beside the files in its folder.
#[derive(Debug, Clone)]
pub struct Sources {
    /// What the configuration takes from the environment.
    pub environment: Vec<(String, String)>,
    /// The last date that anything can have, whenever it is asked.
    pub today: fn() -> NaiveDate,
}

/// What happens while a site is watched.
#[derive(Debug)]
pub enum Notice {
    /// The site can be opened.
    Serving {
        /// Its address.
        address: String,
        /// The port that was asked for, where it was taken.
        taken: Option<u16>,
    },
    /// The site was made.
    Built {
        /// How many of its files are new, other than before, or gone.
        changed: usize,
        /// How long it took.
        took: Duration,
    },
    /// Reports were typeset that are not as before.
    Typeset(usize),
    /// The site cannot be made; the last good pages stay.
    Failed(Failure),
    /// What failed can be made again, and nothing else is new.
    Mended,
    /// The author asked where a block of a page was written.
    Place(String),
    /// Something beside the site went wrong.
    Trouble(Error),
}

/// Serves a site and makes it again after every change, until the program is asked to end.
///
/// # Errors
/// No port to listen on, a folder that cannot be watched.
pub fn run(site: &SiteDir, options: &Options, sources: Sources, tell: &mut dyn FnMut(Notice)) -> Result<()> {
    let failed = |cause| Error::internal("cannot start the server").because(cause);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let done = runtime.block_on(serve(site, options, sources, tell));
    // A build that is going on is not waited for: it writes nothing but whole files of the cache.
    runtime.shutdown_background();
    done
}

async fn serve(site: &SiteDir, options: &Options, sources: Sources, tell: &mut dyn FnMut(Notice)) -> Result<()> {
    let (listener, port) = server::listener(options.port).await?;
    let (wake, woken) = mpsc::channel();
    let root = root(site)?;
    let site = SiteDir::new(&root);
    // Before anything is read, so that no change falls in between.
    let watched = folders::watch(&root, options.poll, wake.clone())?;
    let (notice, mut noticed) = notices::unbounded_channel();
    let (generations, current) = watch::channel(Arc::new(Generation::default()));
    let desks = Arc::new(Desks::default());
    let typesetter = Typesetter::start(wake.clone(), desks.clone())?;
    let trouble = notice.clone();
    let builder = Builder::new(site, sources, generations, notice.clone(), desks.clone(), watched, typesetter);
    std::thread::Builder::new()
        .name("builder".into())
        .spawn(move || {
            if let Err(error) = caught("the site", || builder.run(&woken)) {
                // The program is ending, if nobody listens.
                let _ = trouble.send(Notice::Trouble(error.hint("start `trackrecord watch` again")));
            }
        })
        .map_err(|cause| Error::internal("cannot start the builder").because(cause))?;
    tell(Notice::Serving {
        address: format!("http://127.0.0.1:{port}/"),
        taken: (options.port != 0 && port != options.port).then_some(options.port),
    });
    let shared = Arc::new(Shared::new(current, desks, wake, notice, options.follow, root));
    let mut ended = std::pin::pin!(ended());
    let mut serving = std::pin::pin!(server::serve(listener, shared));
    loop {
        tokio::select! {
            Some(notice) = noticed.recv() => tell(notice),
            () = &mut serving => return Ok(()),
            result = &mut ended => return result,
        }
    }
}

/// The site's folder without links in its path: what systems say of a file has none.
fn root(site: &SiteDir) -> Result<PathBuf> {
    site.root().canonicalize().map_err(|cause| Error::io("open the folder", site.root(), cause))
}

/// Waits until the program is asked to end.
async fn ended() -> Result<()> {
    let failed = |cause| Error::internal("cannot wait for signals").because(cause);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(failed),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(failed)
}
