//! The typesetter: threads that make reports, and pictures of them, while pages are made on another one.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use super::builder::Wake;
use super::caught::caught;
use super::desk::Desks;
use crate::build::typesetting::Typesetting;
use crate::{Error, Result};

/// Pixels a point in the picture of a report.
const SCALE: f64 = 1.6;

/// What the threads are asked for. They end with whoever holds this.
pub struct Typesetter {
    reports: Sender<Box<Typesetting>>,
    pictures: Sender<Box<Typesetting>>,
}

impl Typesetter {
    /// Starts the threads. Somebody waits for a picture, so that they are not made behind all reports.
    ///
    /// # Errors
    /// No thread to be had.
    pub fn start(wake: Sender<Wake>, desks: Arc<Desks>) -> Result<Self> {
        let (reports, asked) = mpsc::channel();
        thread("typesetter", move || typeset(&asked, &wake))?;
        let (pictures, asked) = mpsc::channel();
        thread("draughtsman", move || draw(&asked, &desks))?;
        Ok(Self { reports, pictures })
    }

    /// Has all reports typeset that are not as before; the builder is woken with them.
    pub fn typeset(&self, typesetting: Typesetting) {
        // The thread ends with this.
        let _ = self.reports.send(Box::new(typesetting));
    }

    /// Has pictures made of the reports that somebody looks at.
    pub fn draw(&self, typesetting: Typesetting) {
        let _ = self.pictures.send(Box::new(typesetting));
    }

    /// One that does nothing but pass on what it is asked for.
    #[cfg(test)]
    pub fn idle() -> (Self, Receiver<Box<Typesetting>>) {
        let (reports, asked) = mpsc::channel();
        (Self { reports, pictures: mpsc::channel().0 }, asked)
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let started = std::thread::Builder::new().name(name.into()).spawn(work);
    started.map(drop).map_err(|cause| Error::internal("cannot start the typesetter").because(cause))
}

/// Of what has piled up meanwhile only the newest is worth doing.
fn newest(asked: &Receiver<Box<Typesetting>>) -> Option<Box<Typesetting>> {
    let first = asked.recv().ok()?;
    Some(asked.try_iter().last().unwrap_or(first))
}

fn typeset(asked: &Receiver<Box<Typesetting>>, wake: &Sender<Wake>) {
    while let Some(typesetting) = newest(asked) {
        let reports = caught("the reports", || typesetting.run_in_background()).flatten();
        // Without a builder nobody waits for it.
        let _ = wake.send(Wake::Typeset(Box::new(reports)));
    }
}

fn draw(asked: &Receiver<Box<Typesetting>>, desks: &Desks) {
    while let Some(typesetting) = newest(asked) {
        for month in desks.wanted() {
            let picture = caught("the picture of a report", || typesetting.picture(month, SCALE)).flatten();
            desks.put(month, picture.map_err(|error| error.to_string()));
        }
    }
}
