//! How long a thread has computed, which no other program on the machine makes longer, and how much memory the process has had.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the kernel counts the time of this thread, if it does.
pub fn counter() -> Option<PathBuf> {
    let own = std::fs::read_link("/proc/thread-self").ok()?;
    let file = Path::new("/proc").join(own).join("schedstat");
    file.exists().then_some(file)
}

/// How long the thread of this counter has computed so far: the file says so in nanoseconds.
pub fn computed(counter: &Path) -> Option<Duration> {
    let text = std::fs::read_to_string(counter).ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// The most memory that this process has had, in MB.
pub fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().split(' ').next()?.parse::<u64>().ok()? / 1024)
}
