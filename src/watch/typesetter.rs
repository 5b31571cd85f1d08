//! The typesetter: a thread that makes reports, and pictures of them, while pages are made on another one.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use super::builder::Wake;
use super::caught::caught;
use super::desk::Desks;
use crate::build::typesetting::Typesetting;
use crate::{Error, Result};

/// Pixels a point in the picture of a report.
const SCALE: f64 = 1.6;

/// What there is to typeset.
pub enum Job {
    /// All reports that are not as before; the builder is woken with them.
    All(Box<Typesetting>),
    /// The pictures of those that somebody looks at.
    Pictures(Box<Typesetting>),
}

/// Starts the thread. It ends with the builder, which holds the sender.
///
/// # Errors
/// No thread to be had.
pub fn start(wake: Sender<Wake>, desks: Arc<Desks>) -> Result<Sender<Job>> {
    let (sender, jobs) = mpsc::channel();
    std::thread::Builder::new()
        .name("typesetter".into())
        .spawn(move || work(&jobs, &wake, &desks))
        .map_err(|cause| Error::internal("cannot start the typesetter").because(cause))?;
    Ok(sender)
}

fn work(jobs: &Receiver<Job>, wake: &Sender<Wake>, desks: &Desks) {
    while let Ok(job) = jobs.recv() {
        // Of what has piled up meanwhile only the newest of a kind is worth doing, and pictures come first.
        let (mut all, mut pictures) = (None, None);
        for job in std::iter::once(job).chain(jobs.try_iter()) {
            match job {
                Job::All(typesetting) => all = Some(typesetting),
                Job::Pictures(typesetting) => pictures = Some(typesetting),
            }
        }
        if let Some(typesetting) = pictures {
            for month in desks.wanted() {
                let picture = caught("the picture of a report", || typesetting.picture(month, SCALE)).flatten();
                desks.put(month, picture.map_err(|error| error.to_string()));
            }
        }
        if let Some(typesetting) = all {
            let reports = caught("the reports", || typesetting.run_in_background()).flatten();
            // Without a builder nobody waits for it.
            let _ = wake.send(Wake::Typeset(Box::new(reports)));
        }
    }
}
