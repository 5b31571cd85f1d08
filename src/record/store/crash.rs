//! Death at a counted point of writing, for tests alone: a test starts itself again with the point's number and looks
//! at what the dead process left behind.

use std::fs::File;
use std::io::Write;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Names the point to die at, counted from 0.
const POINT: &str = "TRACKRECORD_TEST_CRASH_POINT";
/// Names the folder that the process which dies works in.
const FOLDER: &str = "TRACKRECORD_TEST_CRASH_FOLDER";
/// How a process ends at its point.
const DIED: i32 = 86;

/// Ends the process here if it is the turn of this point: no destructor runs and nothing is cleaned up.
pub fn point() {
    static PASSED: AtomicUsize = AtomicUsize::new(0);
    let Some(wanted) = std::env::var(POINT).ok().and_then(|text| text.parse::<usize>().ok()) else { return };
    if PASSED.fetch_add(1, Ordering::SeqCst) == wanted {
        std::process::exit(DIED);
    }
}

/// The points before and within the writing of a file's content.
pub fn writing(mut file: &File, bytes: &[u8]) {
    point();
    if std::env::var_os(POINT).is_some() {
        // What is written here is written again by whoever lives on.
        file.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default()).unwrap();
        point();
        std::io::Seek::rewind(&mut file).unwrap();
    }
}

/// The folder to work in, in a process that was started by [`died`].
pub fn folder() -> Option<std::path::PathBuf> {
    std::env::var_os(FOLDER).map(Into::into)
}

/// Runs the named test in a process of its own, which works in `folder` and dies at a point. Whether it did;
/// otherwise it came to its end.
pub fn died(test: &str, folder: &std::path::Path, point: usize) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--quiet"]).env(POINT, point.to_string()).env(FOLDER, folder);
    let output = command.output().unwrap();
    let status: ExitStatus = output.status;
    let said = [output.stdout, output.stderr].concat();
    assert!(status.success() || status.code() == Some(DIED), "{}", String::from_utf8_lossy(&said));
    !status.success()
}
