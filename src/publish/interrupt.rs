//! Ctrl-C while git runs: git has a group of its own, which the terminal's signal does not reach.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

static ASKED: AtomicBool = AtomicBool::new(false);

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
        std::process::exit(130);
    }
}
