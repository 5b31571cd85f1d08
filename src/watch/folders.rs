//! Which folders are watched, and which of what happens in them is worth a look.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::builder::Wake;
use crate::{Error, Place, Result};

/// The folders a site is made from.
pub const FOLDERS: [&str; 5] = ["config", "content", "data", "static", "templates"];

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
            Err(_) => Some(Wake::Changed { at_once: true, folders: true }),
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
    for name in FOLDERS {
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
        for name in FOLDERS {
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
        | EventKind::Modify(ModifyKind::Name(_))
        | EventKind::Remove(_) => true,
        // That a file is read says nothing: the build reads all of them.
        EventKind::Access(_) => false,
        _ => false,
    };
    if !at_once && matches!(event.kind, EventKind::Access(_)) {
        return None;
    }
    if event.need_rescan() || event.paths.is_empty() {
        return Some(Wake::Changed { at_once: true, folders: true });
    }
    let below = |path: &PathBuf| path.strip_prefix(root).map(Path::to_path_buf).ok();
    let paths: Vec<PathBuf> = event.paths.iter().filter_map(below).filter(|path| is_watched(path)).collect();
    let folders = paths.iter().any(|path| path.components().count() == 1);
    (!paths.is_empty()).then_some(Wake::Changed { at_once, folders })
}

/// Whether a file, by its path below the root, is of one of the folders and no hidden or editor's file.
pub fn is_watched(path: &Path) -> bool {
    let mut parts = path.components().map(|part| part.as_os_str().to_string_lossy());
    let folder = parts.next();
    folder.is_some_and(|folder| FOLDERS.contains(&folder.as_ref())) && !parts.any(|part| is_litter(&part))
}

/// Whether an editor or the system made a file of this name for itself. `.well-known` is for the web.
pub fn is_litter(name: &str) -> bool {
    let is_hidden = name.starts_with('.') && name != "." && name != ".well-known";
    let is_backup = name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    // By this name vim tries whether it can write to the folder.
    let is_trial = name == "4913";
    let is_swap =
        ["___jb_tmp___", "___jb_old___", ".swp", ".swx", ".tmp"].iter().any(|ending| name.ends_with(ending));
    is_hidden || is_backup || is_trial || is_swap
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, RemoveKind, RenameMode};

    use super::*;

    fn woken(kind: EventKind, path: &str) -> Option<(bool, bool)> {
        let event = Event::new(kind).add_path(Path::new("/site").join(path));
        match wakes(Path::new("/site"), &event)? {
            Wake::Changed { at_once, folders } => Some((at_once, folders)),
            _ => None,
        }
    }

    #[test]
    fn a_closed_renamed_or_removed_file_is_acted_on_at_once() {
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        for kind in [written, renamed, EventKind::Remove(RemoveKind::File)] {
            assert_eq!(woken(kind, "content/about.md"), Some((true, false)), "{kind:?}");
        }
        let data = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert_eq!(woken(data, "content/about.md"), Some((false, false)));
        assert_eq!(woken(EventKind::Access(AccessKind::Open(AccessMode::Any)), "content/about.md"), None);
    }

    #[test]
    fn a_folder_that_comes_or_goes_is_watched_anew() {
        assert_eq!(woken(EventKind::Create(CreateKind::Folder), "templates"), Some((false, true)));
        assert_eq!(woken(EventKind::Create(CreateKind::Folder), "public"), None);
    }

    #[test]
    fn what_editors_leave_is_no_change() {
        let left = ["content/.about.md.swp", "content/4913", "content/about.md~", "content/#about.md#", "data/.lock"];
        let others = ["content/.git/HEAD", "content/about.md___jb_tmp___", "public/index.html", ".cache/build.json"];
        for path in left.into_iter().chain(others) {
            assert!(!is_watched(Path::new(path)), "{path}");
        }
        for path in ["content/months/2026-01.md", "config/local.toml", "static/.well-known/security.txt", "templates"]
        {
            assert!(is_watched(Path::new(path)), "{path}");
        }
    }
}
