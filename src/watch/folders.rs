//! Which folders are watched, and which of what happens in them is worth a look.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::builder::Wake;
use crate::site_dir::{INPUT_FOLDERS, is_input};
use crate::{Error, Place, Result};

/// How long polling waits from one round to the next.
const ROUND: Duration = Duration::from_millis(300);

/// A watch over the folders of a site.
pub struct Watched {
    watcher: Box<dyn Watcher + Send>,
    root: PathBuf,
}

/// Starts to watch.
///
/// # Errors
/// A system that has no watches left.
pub fn watch(root: &Path, poll: bool, wake: Sender<Wake>) -> Result<Watched> {
    let folder = root.to_path_buf();
    let handler = move |event: notify::Result<Event>| {
        let wakes = match event {
            Ok(event) => wakes(&folder, &event),
            // What was missed is not known, so everything is looked at.
            Err(_) => Some(everything()),
        };
        if let Some(wakes) = wakes {
            // Without a builder nobody waits for it.
            let _ = wake.send(wakes);
        }
    };
    let watcher: notify::Result<Box<dyn Watcher + Send>> = if poll {
        let config = Config::default().with_poll_interval(ROUND);
        PollWatcher::new(handler, config).map(|watcher| Box::new(watcher) as _)
    } else {
        RecommendedWatcher::new(handler, Config::default()).map(|watcher| Box::new(watcher) as _)
    };
    let mut watched = Watched { watcher: watcher.map_err(|cause| failed(root, cause))?, root: root.to_path_buf() };
    watched.watcher.watch(root, RecursiveMode::NonRecursive).map_err(|cause| failed(root, cause))?;
    for name in INPUT_FOLDERS {
        watched.add(name)?;
    }
    Ok(watched)
}

impl Watched {
    /// Watches the folders that are there now, which may be others than before under the same names.
    ///
    /// # Errors
    /// A system that has no watches left.
    pub fn renew(&mut self) -> Result<()> {
        for name in INPUT_FOLDERS {
            // It may not be watched, or not be there.
            let _ = self.watcher.unwatch(&self.root.join(name));
            self.add(name)?;
        }
        Ok(())
    }

    fn add(&mut self, name: &str) -> Result<()> {
        let folder = self.root.join(name);
        if !folder.is_dir() {
            return Ok(());
        }
        match self.watcher.watch(&folder, RecursiveMode::Recursive) {
            Err(_) if !folder.is_dir() => Ok(()),
            other => other.map_err(|cause| failed(&folder, cause)),
        }
    }
}

fn failed(folder: &Path, cause: notify::Error) -> Error {
    Error::internal("cannot watch the folder")
        .at(Place::file(folder))
        .because(cause)
        .hint("`trackrecord watch --poll` looks at the files again and again instead")
}

/// What an event asks the builder to do, if it is worth a look.
fn wakes(root: &Path, event: &Event) -> Option<Wake> {
    let at_once = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Any)) => true,
        // That a file is read says nothing: the build reads all of them.
        EventKind::Access(_) => return None,
        // A file that is gone may be about to come again: some editors move the old one away before they write the new one.
        _ => false,
    };
    if event.need_rescan() || event.paths.is_empty() {
        return Some(everything());
    }
    let below = |path: &PathBuf| path.strip_prefix(root).map(Path::to_path_buf).ok();
    let paths: Vec<PathBuf> = event.paths.iter().filter_map(below).filter(|path| is_input(path)).collect();
    let folders = paths.iter().any(|path| path.components().count() == 1);
    (!paths.is_empty()).then_some(Wake::Changed { paths, at_once, folders })
}

fn everything() -> Wake {
    Wake::Changed { paths: INPUT_FOLDERS.map(PathBuf::from).into(), at_once: true, folders: true }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, RemoveKind};

    use super::*;

    fn woken(kind: EventKind, path: &str) -> Option<(bool, bool)> {
        let event = Event::new(kind).add_path(Path::new("/site").join(path));
        match wakes(Path::new("/site"), &event)? {
            Wake::Changed { at_once, folders, .. } => Some((at_once, folders)),
            _ => None,
        }
    }

    #[test]
    fn a_file_that_was_closed_or_moved_there_is_acted_on_at_once_and_others_are_waited_for() {
        let renamed = |mode| EventKind::Modify(ModifyKind::Name(mode));
        for kind in [EventKind::Access(AccessKind::Close(AccessMode::Write)), renamed(RenameMode::To)] {
            assert_eq!(woken(kind, "content/about.md"), Some((true, false)), "{kind:?}");
        }
        let data = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        for kind in [data, renamed(RenameMode::From), EventKind::Remove(RemoveKind::File)] {
            assert_eq!(woken(kind, "content/about.md"), Some((false, false)), "{kind:?}");
        }
        assert_eq!(woken(EventKind::Access(AccessKind::Open(AccessMode::Any)), "content/about.md"), None);
    }

    #[test]
    fn a_folder_that_comes_or_goes_is_watched_anew() {
        assert_eq!(woken(EventKind::Create(CreateKind::Folder), "templates"), Some((false, true)));
        assert_eq!(woken(EventKind::Create(CreateKind::Folder), "public"), None);
    }
}
