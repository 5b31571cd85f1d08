//! The `git` program: run without questions, with a limit, and never showing a password.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::address::without_passwords;
use crate::error::{Error, Result};
use crate::interrupt;

/// How long git may give no sign of life.
const LIMIT: Duration = Duration::from_secs(120);

/// What git would take for its own from a hook or an alias that runs this program, or print beside its words.
const REMOVED: [&str; 16] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_QUARANTINE_PATH",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_PACKET",
    "GIT_CURL_VERBOSE",
];

/// Settings that would change what is stored or sent, or would run something besides.
const SETTINGS: [&str; 12] = [
    "protocol.version=2",
    "core.ignorecase=false",
    "core.precomposeunicode=false",
    "core.quotepath=false",
    "core.fsmonitor=false",
    "core.logallrefupdates=false",
    "advice.detachedhead=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.writecommitgraph=false",
    "i18n.commitencoding=utf-8",
    "color.ui=false",
];

/// The program, and what it is always given.
#[derive(Debug, Clone)]
pub struct Git {
    program: String,
    limit: Duration,
    environment: Vec<(String, String)>,
    settings: Vec<String>,
    secrets: Vec<String>,
}

/// What a run of git came to.
#[derive(Debug)]
pub struct Ran {
    /// Whether it ended with 0.
    pub success: bool,
    /// What it wrote.
    pub out: Vec<u8>,
    /// What it said, without progress and without passwords.
    pub output: String,
}

impl Ran {
    /// What it wrote, as text without the last line's end.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).trim_end().to_owned()
    }

    /// What it wrote if it succeeded; an error of ours otherwise, as nothing from outside can make this step fail.
    pub fn expected(self, doing: &str) -> Result<Self> {
        if self.success {
            return Ok(self);
        }
        Err(Error::internal(format!("git could not {doing}")).because(self.output))
    }
}

impl Default for Git {
    fn default() -> Self {
        Self::new("git", LIMIT)
    }
}

impl Git {
    fn new(program: &str, limit: Duration) -> Self {
        let settings = SETTINGS.iter().map(|setting| (*setting).to_owned()).collect();
        Self { program: program.into(), limit, environment: Vec::new(), settings, secrets: Vec::new() }
    }

    /// The same with a variable of the environment.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// The same with a setting, as `git -c` takes it.
    pub fn set(mut self, setting: impl Into<String>) -> Self {
        self.settings.push(setting.into());
        self
    }

    /// The same, given up after so long without a sign of life.
    pub fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The same, not showing these words anywhere.
    pub fn hiding(mut self, secrets: Vec<String>) -> Self {
        self.secrets.extend(secrets);
        self
    }

    /// Runs git in a folder.
    ///
    /// # Errors
    /// There is no git, or it was stopped because it gave no sign of life.
    pub fn run<A: AsRef<OsStr>>(&self, folder: &Path, arguments: &[A], input: &[u8]) -> Result<Ran> {
        let mut command = Command::new(&self.program);
        for name in REMOVED {
            command.env_remove(name);
        }
        command
            .current_dir(folder)
            .args(self.settings.iter().flat_map(|setting| ["-c", setting]))
            .args(arguments)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        in_its_own_group(&mut command);
        let verb = arguments.first().map(|verb| verb.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
        let mut child = command.spawn().map_err(|cause| not_started(&self.program, cause))?;
        let read = Arc::new(AtomicU64::new(0));
        let out = reader(child.stdout.take(), &read);
        let words = reader(child.stderr.take(), &read);
        if let Some(mut pipe) = child.stdin.take() {
            let input = input.to_vec();
            // A git that ends early says why; that it did not read on is no news.
            std::thread::spawn(move || drop(pipe.write_all(&input)));
        }
        let status = self.wait(&mut child, &read, &verb)?;
        // What git wrote has come by now. The words may never end: ssh leaves a program behind that keeps its connection
        // (ControlPersist) and the stream with it.
        let said = String::from_utf8_lossy(&received(&words, Duration::from_millis(500))).into_owned();
        Ok(Ran {
            success: status,
            out: received(&out, Duration::from_secs(10)),
            output: without_passwords(&without_progress(&said), &self.secrets),
        })
    }

    /// Waits for the end, as long as there are signs of life.
    fn wait(&self, child: &mut Child, read: &AtomicU64, verb: &str) -> Result<bool> {
        let failed = |cause| Error::internal("cannot wait for git").because(cause);
        interrupt::listen_for_a_moment();
        let (mut last, mut since, mut pause) = (0, Instant::now(), Duration::from_millis(1));
        loop {
            if let Some(status) = child.try_wait().map_err(failed)? {
                return Ok(status.success());
            }
            let now = read.load(Ordering::Relaxed);
            if now != last {
                (last, since) = (now, Instant::now());
            }
            if interrupt::is_asked() {
                kill_group(child);
                child.wait().map_err(failed)?;
                return Err(Error::internal(format!("git {verb} was stopped, as asked"))
                    .hint("`trackrecord publish --dry-run` shows what is published and what is not"));
            }
            if since.elapsed() >= self.limit {
                kill_group(child);
                child.wait().map_err(failed)?;
                return Err(Error::network(format!(
                    "git {verb} gave no sign of life for {} seconds and was stopped",
                    self.limit.as_secs()
                ))
                .hint("look at the network and the address, and whether git waits for a log-in in a window; then publish again"));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}

fn not_started(program: &str, cause: std::io::Error) -> Error {
    if cause.kind() == std::io::ErrorKind::NotFound {
        return Error::configuration(format!("there is no program `{program}` here"))
            .hint("install git (package git, or https://git-scm.com), or publish with a program of your own: `[publish] command`");
    }
    Error::internal(format!("cannot start {program}")).because(cause)
}

/// All that a stream brings until it ends, or brings nothing more for so long.
fn received(from: &Receiver<Vec<u8>>, silence: Duration) -> Vec<u8> {
    std::iter::from_fn(|| from.recv_timeout(silence).ok()).flatten().collect()
}

/// Reads a stream to its end, in a thread of its own, and hands on each part of it.
fn reader(stream: Option<impl Read + Send + 'static>, read: &Arc<AtomicU64>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    let read = Arc::clone(read);
    std::thread::spawn(move || {
        let Some(mut stream) = stream else { return };
        let mut part = [0; 8192];
        while let Ok(count @ 1..) = stream.read(&mut part) {
            read.fetch_add(count as u64, Ordering::Relaxed);
            if sender.send(part.iter().take(count).copied().collect()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// What git says to a person who reads it afterwards: each line as it stood last, without the counting.
fn without_progress(words: &str) -> String {
    let is_counting = |line: &str| {
        let counts = ["objects:", "deltas:", "Delta compression", "Total ", "files:"];
        counts.iter().any(|count| line.trim_start_matches("remote:").trim_start().contains(count))
            && !line.contains("error")
            && !line.contains("fatal")
    };
    let last = |line: &str| line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default().trim_end().to_owned();
    let lines = words.lines().map(last).filter(|line| !line.is_empty() && !is_counting(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Puts git at the head of a group, so that what it starts can be stopped with it.
#[cfg(unix)]
fn in_its_own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn in_its_own_group(_: &mut Command) {}

/// Stops git and all that it has started: the program that talks to the remote would go on without it.
fn kill_group(child: &mut Child) {
    let group = child.id().to_string();
    let mut command = if cfg!(windows) {
        let mut command = Command::new("taskkill");
        command.args(["/T", "/F", "/PID", &group]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", "kill -KILL -\"$0\"", &group]);
        command
    };
    // If there is nothing to stop them with, git alone goes.
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let _ = child.kill();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_that_is_not_there_is_named_with_what_to_do() {
        let error = Git::new("git-of-nowhere", LIMIT).run(Path::new("."), &["fetch"], b"").unwrap_err();
        assert!(error.message().contains("git-of-nowhere") && error.next_step().unwrap().contains("install git"));
    }

    #[test]
    fn what_is_asked_comes_back_and_input_of_any_size_is_read() {
        let input = "line\n".repeat(200_000);
        let ran = Git::default().run(Path::new("."), &["stripspace"], input.as_bytes()).unwrap();
        assert!(ran.success && ran.out.len() == input.len());
        let ran = Git::default().run(Path::new("."), &["no-such-verb"], b"").unwrap();
        assert!(!ran.success && ran.output.contains("no-such-verb"), "{ran:?}");
    }

    #[test]
    fn counting_is_left_out_and_passwords_are_hidden() {
        let words = "Counting objects:  50% (1/2)\rCounting objects: 100% (2/2), done.\nremote: Compressing objects: 3\n\
                     remote: GH006: Protected branch\r\nfatal: unable to access 'https://me:pw@host/x': no\n";
        let words = without_passwords(&without_progress(words), &[]);
        assert_eq!(words, "remote: GH006: Protected branch\nfatal: unable to access 'https://…@host/x': no");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_outlives_git_and_keeps_its_streams_is_not_waited_for() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("git");
        let script = "#!/bin/sh\necho answer\necho words >&2\nsleep 30 >/dev/null &\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let start = Instant::now();
        let ran = Git::new(program.to_str().unwrap(), LIMIT).run(folder.path(), &["fetch"], b"").unwrap();
        assert_eq!((ran.success, &ran.out[..], &ran.output[..]), (true, &b"answer\n"[..], "words"));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }

    #[cfg(unix)]
    #[test]
    fn a_silent_git_is_stopped_with_all_it_has_started() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (program, alive) = (folder.path().join("git"), folder.path().join("alive"));
        let script = format!("#!/bin/sh\n(sleep 3; touch {}) &\nsleep 30\n", alive.display());
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let start = Instant::now();
        let git = Git::new(program.to_str().unwrap(), Duration::from_millis(300));
        let error = git.run(folder.path(), &["push"], b"").unwrap_err();
        assert!(error.message().starts_with("git push gave no sign of life"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_secs(4));
        assert!(!alive.exists(), "what git had started went on");
    }
}
