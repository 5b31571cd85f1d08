//! Being asked to stop while something runs: git has a group of its own, which the terminal's signal does not reach, and
//! nobody but this program passes on the end of a log-in or of the computer.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Folders that would outlive the program, whose end by a signal runs no destructors.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes a folder even if a signal ends the program.
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

/// Waits until the program is asked to stop.
pub async fn asked() {
    while !was_asked() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn listen() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let Some(signal) = runtime.block_on(signal()) else { return };
    ASKED.store(true, Ordering::Relaxed);
    std::thread::sleep(Duration::from_secs(2));
    for folder in TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // What cannot be removed is readable by its owner alone.
        let _ = std::fs::remove_dir_all(folder);
    }
    std::process::exit(128 + signal);
}

/// The number of the signal that asks to stop: Ctrl-C, the end of the terminal, or `kill`.
#[cfg(unix)]
async fn signal() -> Option<i32> {
    use tokio::signal::unix::SignalKind;
    let (hangup, interrupt, terminate) = (SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate());
    tokio::select! {
        () = next(hangup) => Some(hangup.as_raw_value()),
        () = next(interrupt) => Some(interrupt.as_raw_value()),
        () = next(terminate) => Some(terminate.as_raw_value()),
    }
}

/// Waits for a signal, unless it was to be ignored from the start, as `nohup` has it.
#[cfg(unix)]
async fn next(kind: tokio::signal::unix::SignalKind) {
    let signal = if is_ignored(kind.as_raw_value()) { None } else { tokio::signal::unix::signal(kind).ok() };
    match signal {
        Some(mut signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether whoever started the program has it ignore a signal, where the system says so.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

#[cfg(not(unix))]
async fn signal() -> Option<i32> {
    tokio::signal::ctrl_c().await.ok().map(|()| 2)
}
