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
    /// What was looked at and is to be looked at again.
    seen: BTreeSet<PathBuf>,
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

    /// Plans to look once more, and then at everything.
    pub fn plan_again(&mut self, now: Instant) {
        self.again.get_or_insert(now + AGAIN);
        self.late = Some(now + LATE);
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<Instant> {
        [self.now, self.again, self.late].into_iter().flatten().min()
    }

    /// Takes those away that are due. The first two after an event are at what the event was about; the last one is at everything,
    /// because systems do not say all that happens.
    pub fn take(&mut self, now: Instant) -> Look {
        let is_due = |at: &mut Instant| *at <= now;
        self.now.take_if(is_due);
        let is_again = self.again.take_if(is_due).is_some();
        let is_late = self.late.take_if(is_due).is_some();
        let mut paths = std::mem::take(&mut self.paths);
        if is_again {
            paths.append(&mut self.seen);
        } else {
            self.seen.extend(paths.iter().cloned());
        }
        let is_whole = is_late || paths.is_empty();
        Look { paths: (!is_whole).then_some(paths), is_late }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_is_looked_at_now_and_again_and_then_everything() {
        let start = Instant::now();
        let mut looks = Looks::default();
        looks.plan(start, [PathBuf::from("content/a.md")], true);
        let mut found = Vec::new();
        while let Some(next) = looks.next() {
            let Look { paths, is_late } = looks.take(next);
            found.push((next - start, paths.map(|paths| paths.len()), is_late));
        }
        assert_eq!(found, [(Duration::ZERO, Some(1), false), (AGAIN, Some(1), false), (LATE, None, true)]);
    }

    #[test]
    fn a_second_look_is_at_what_happened_since_the_first_too_and_without_events_at_everything() {
        let start = Instant::now();
        let mut looks = Looks::default();
        let path = |name: &str| PathBuf::from(format!("content/{name}.md"));
        looks.plan(start, [path("a")], true);
        looks.take(start);
        looks.plan(start + AGAIN / 2, [path("b")], false);
        assert_eq!(looks.take(start + AGAIN).paths, Some(BTreeSet::from([path("a"), path("b")])));
        looks.take(start + LATE * 2);
        looks.plan_again(start);
        assert_eq!(looks.take(start + AGAIN), Look { paths: None, is_late: false });
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
