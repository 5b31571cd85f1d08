//! Ctrl-C while git runs: git has a group of its own, which the terminal's signal does not reach.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Folders that would outlive the program, whose end by a signal runs no destructors.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes a folder even if Ctrl-C ends the program.
pub fn remove_at_the_end(folder: &Path) {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).push(folder.to_path_buf());
    was_asked();
}

/// Whether the program was asked to stop. From the first call on it listens, and ends by itself if nobody looks in time.
pub fn was_asked() -> bool {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| drop(std::thread::spawn(listen)));
    ASKED.load(Ordering::Relaxed)
}

fn listen() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
        ASKED.store(true, Ordering::Relaxed);
        std::thread::sleep(Duration::from_secs(2));
        for folder in TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // What cannot be removed is readable by its owner alone.
            let _ = std::fs::remove_dir_all(folder);
        }
        std::process::exit(130);
    }
}
