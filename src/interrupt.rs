//! Being asked to stop: by Ctrl-C, the end of the log-in, or `kill`. Programs in groups of their own, such as git, do not hear
//! the terminal's signal, and nobody but this program passes the others on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether whoever listens ends the program, however long that takes.
static ENDS_BY_ITSELF: AtomicBool = AtomicBool::new(false);

/// Folders that would outlive the program, whose end by a signal runs no destructors.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// How long the program goes on where nobody has promised to end it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Listens from now on instead of ending at once. The caller looks at [`is_asked`] and ends the program.
pub fn listen() {
    ENDS_BY_ITSELF.store(true, Ordering::Relaxed);
    begin();
}

/// Listens from now on. Who looks at [`is_asked`] has two seconds to come to an end; then the program ends, unless
/// somebody listens who ends it.
pub fn listen_for_a_moment() {
    begin();
}

/// Whether the program was asked to stop since somebody listens.
pub fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Waits until the program is asked to stop.
pub async fn asked() {
    while !is_asked() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Listens, and removes a folder even if a signal ends the program.
pub fn remove_at_the_end(folder: &Path) {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).push(folder.to_path_buf());
    listen_for_a_moment();
}

/// Ends the program, of which nothing temporary stays.
pub fn exit(code: i32) -> ! {
    for folder in TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // What cannot be removed is readable by its owner alone.
        let _ = std::fs::remove_dir_all(folder);
    }
    std::process::exit(code)
}

fn begin() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| drop(std::thread::spawn(wait)));
}

fn wait() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let Some(signal) = runtime.block_on(signal()) else { return };
    ASKED.store(true, Ordering::Relaxed);
    std::thread::sleep(PATIENCE);
    if !ENDS_BY_ITSELF.load(Ordering::Relaxed) {
        exit(128 + signal);
    }
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
