//! When the files are to be looked at, and which of them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A file that is still being written is looked at after this time, and every other one once more.
const AGAIN: Duration = Duration::from_millis(20);

/// After this time what happened in a new folder before it was watched is found, and reports are typeset.
const LATE: Duration = Duration::from_millis(100);

/// The looks that are planned.
#[derive(Debug, Default)]
pub struct Looks {
    now: Option<Instant>,
    again: Option<Instant>,
    late: Option<Instant>,
    /// What the events since the last look were about.
    paths: BTreeSet<PathBuf>,
}

/// A look that is due.
#[derive(Debug, PartialEq, Eq)]
pub struct Look {
    /// The files and folders to look at; `None` for all of them.
    pub paths: Option<BTreeSet<PathBuf>>,
    /// Whether it is the last one that was planned.
    pub is_late: bool,
}

impl Looks {
    /// Plans the looks after an event. Those that are planned are not put off, so that events without end delay none.
    pub fn plan(&mut self, now: Instant, paths: impl IntoIterator<Item = PathBuf>, at_once: bool) {
        self.paths.extend(paths);
        if at_once {
            self.now.get_or_insert(now);
        }
        self.plan_again(now);
    }

    /// Plans to look at everything once more.
    pub fn plan_again(&mut self, now: Instant) {
        self.again.get_or_insert(now + AGAIN);
        self.late = Some(now + LATE);
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<Instant> {
        [self.now, self.again, self.late].into_iter().flatten().min()
    }

    /// Takes those away that are due. The first after an event is at what the event was about; the later ones are at everything,
    /// because systems do not say all that happens.
    pub fn take(&mut self, now: Instant) -> Look {
        let is_first = self.now.take_if(|at| *at <= now).is_some();
        let is_again = self.again.take_if(|at| *at <= now).is_some();
        let is_late = self.late.take_if(|at| *at <= now).is_some();
        let paths = std::mem::take(&mut self.paths);
        Look { paths: (is_first && !is_again && !is_late).then_some(paths), is_late }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_is_looked_at_now_and_everything_again() {
        let start = Instant::now();
        let mut looks = Looks::default();
        looks.plan(start, [PathBuf::from("content/a.md")], true);
        let mut found = Vec::new();
        while let Some(next) = looks.next() {
            let Look { paths, is_late } = looks.take(next);
            found.push((next - start, paths.map(|paths| paths.len()), is_late));
        }
        assert_eq!(found, [(Duration::ZERO, Some(1), false), (AGAIN, None, false), (LATE, None, true)]);
    }

    #[test]
    fn events_without_end_put_no_look_off() {
        let start = Instant::now();
        let mut looks = Looks::default();
        for millisecond in 0..15 {
            looks.plan(start + Duration::from_millis(millisecond), [], false);
        }
        assert_eq!(looks.next(), Some(start + AGAIN));
    }
}
