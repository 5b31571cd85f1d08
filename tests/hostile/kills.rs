//! Commands that are killed, or whose disk fails, at any moment: what they leave is what was there before or what they were to
//! make, and the next run makes it whole.

mod peers;
mod proofs;
mod seen;
mod trials;

use std::any::Any;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tempfile::TempDir;

use super::wanted;
use crate::support::fixture;
use seen::{PAGES, files, runs, within};
use trials::{built, short, trials, write};

/// How many kills and failures of the disk `cargo test` tries; `TRACKRECORD_KILLS` and `TRACKRECORD_FAULTS` name other numbers.
const KILLS: usize = 100;
const FAULTS: usize = 75;

/// The contents of a folder by path.
type Files = BTreeMap<String, Vec<u8>>;

/// A command on a site.
struct Trial {
    name: &'static str,
    before: TempDir,
    arguments: Vec<String>,
    /// What of the site is compared.
    seen: fn(&Path) -> Files,
    /// Whether running it once more changes nothing.
    settles: bool,
    /// The site before it, after it, and after it has run twice.
    states: [Files; 3],
    takes: Duration,
    /// Who is asked by it.
    _peers: Box<dyn Any + Send + Sync>,
}

/// The program on a site, in the folder of the fixtures; `ROOT` in its arguments is the site.
fn program(root: &Path, arguments: &[String]) -> Command {
    let binary = std::env::var_os("TRACKRECORD_BINARY").unwrap_or(env!("CARGO_BIN_EXE_trackrecord").into());
    let mut command = Command::new(binary);
    command.args(["--root".as_ref(), root.as_os_str()]).current_dir(fixture(""));
    command.args(arguments.iter().map(|argument| argument.replace("ROOT", root.to_str().unwrap())));
    command.env("TRACKRECORD_PUBLISH_REMOTE", format!("file://{}", root.join(PAGES).display()));
    // A gateway knows its clients by number, and two may ask it at a time.
    static CLIENTS: AtomicU32 = AtomicU32::new(1);
    command.env("TRACKRECORD_IBKR_CLIENT_ID", CLIENTS.fetch_add(1, Ordering::Relaxed).to_string());
    command
}

fn run(root: &Path, arguments: &[String]) -> Output {
    program(root, arguments).output().unwrap()
}

/// What is refused a second time because it was done the first time.
const IS_DONE: [&str; 4] = [
    "its log is begun only once",
    "already, entered by hand",
    "the log has a key already",
    "there is no contradiction",
];

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Trial {
    fn new(name: &'static str, settles: bool, arguments: &[&str], prepare: impl FnOnce(&Path)) -> Self {
        Self::seen(name, files, settles, arguments, prepare)
    }

    fn seen(
        name: &'static str,
        seen: fn(&Path) -> Files,
        settles: bool,
        arguments: &[&str],
        prepare: impl FnOnce(&Path),
    ) -> Self {
        let trial = Self::made(name, seen, settles, arguments, prepare);
        let [first, once, twice] = &trial.states;
        assert!(first != once, "{name} changes nothing");
        let differs = twice.keys().find(|path| once.get(*path) != twice.get(*path));
        assert!(!settles || once == twice, "{name} is not the same twice: {differs:?}");
        trial
    }

    /// A command that changes nothing.
    fn idle(name: &'static str, arguments: &[&str], prepare: impl FnOnce(&Path)) -> Self {
        let trial = Self::made(name, files, true, arguments, prepare);
        assert!(trial.states[0] == trial.states[2], "{name} changes something");
        trial
    }

    fn made(
        name: &'static str,
        seen: fn(&Path) -> Files,
        settles: bool,
        arguments: &[&str],
        prepare: impl FnOnce(&Path),
    ) -> Self {
        let before = tempfile::tempdir().unwrap();
        prepare(before.path());
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let first = seen(before.path());
        let site = tempfile::tempdir().unwrap();
        copy(before.path(), site.path());
        let start = Instant::now();
        let output = run(site.path(), &arguments);
        let takes = start.elapsed();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success(), "{name}: {said}");
        let once = seen(site.path());
        run(site.path(), &arguments);
        let twice = seen(site.path());
        Self { name, before, arguments, seen, settles, states: [first, once, twice], takes, _peers: Box::new(()) }
    }

    /// With those who are there until it ends.
    fn beside(self, peers: impl Any + Send + Sync) -> Self {
        Self { _peers: Box::new(peers), ..self }
    }

    /// The size of the largest file that it changes.
    fn largest_file(&self) -> usize {
        let [before, once, _] = &self.states;
        let changed = once.iter().filter(|(path, content)| before.get(*path) != Some(content));
        changed.map(|(_, content)| content.len()).max().unwrap_or_default()
    }

    fn copied(&self) -> TempDir {
        let site = tempfile::tempdir().unwrap();
        copy(self.before.path(), site.path());
        site
    }

    /// What is wrong with a site whose command did not come to its end.
    fn wrong(&self, root: &Path) -> Option<String> {
        let [before, once, twice] = &self.states;
        let now = (self.seen)(root);
        let public = within(&now, "public/");
        if public != within(before, "public/") && public != within(once, "public/") {
            return Some(format!("{}: public/ is neither the old site nor the new one", self.name));
        }
        let lost = before.iter().find(|(path, _)| !now.contains_key(*path) && once.contains_key(*path));
        if let Some((path, _)) = lost {
            return Some(format!("{}: {path} is gone", self.name));
        }
        let is_whole = |(path, content): &(&String, &Vec<u8>)| {
            [before, once].iter().any(|state| state.get(*path) == Some(content))
        };
        // What is finished by the next run is written down beside it.
        let is_begun = now.keys().any(|path| path == "data/.commit");
        if let Some((path, _)) =
            now.iter().find(|entry| !is_whole(entry) && !is_begun && !entry.0.starts_with("data/."))
        {
            return Some(format!("{}: {path} is half-written", self.name));
        }
        let output = run(root, &self.arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() && !IS_DONE.iter().any(|words| said.contains(words)) {
            return Some(format!("{}: the next run fails: {said}", self.name));
        }
        match runs(root).as_slice() {
            [] => {}
            [[_, result, _]] if result == "done" => {}
            // A job that failed is not tried again before it comes again; its owner can.
            [[_, result, said]] if result == "failed" && said.contains("too large") => {
                assert!(run(root, &["publish".to_owned()]).status.success());
            }
            other => return Some(format!("{}: the runs are {other:?}", self.name)),
        }
        let after = (self.seen)(root);
        if after != *once && (self.settles || after != *twice) {
            let differ = |path: &&String| after.get(*path) != once.get(*path);
            let path = after.keys().chain(once.keys()).find(differ);
            return Some(format!("{}: after the next run {path:?} differs", self.name));
        }
        self.unproven(root)
    }

    /// What a stranger finds wrong with a proof.
    fn unproven(&self, root: &Path) -> Option<String> {
        if !self.name.starts_with("proof") {
            return None;
        }
        let failed = [["build", "-q"], ["verify", "-q"]].into_iter().find_map(|arguments| {
            let said = run(root, &arguments.map(str::to_owned));
            (!said.status.success())
                .then(|| String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned())
        });
        failed.map(|said| format!("{}: the log does not hold: {said}", self.name))
    }
}

/// Tries until so many have been killed or failed; those that end before do not count.
fn tried(count: usize, seed: u64, end: impl Fn(&Trial, &Path, &mut ChaCha8Rng) -> bool + Sync) -> Vec<String> {
    let trials = trials();
    let numbers: Vec<usize> = (0..count).collect();
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(4);
    let (trials, end) = (&trials, &end);
    std::thread::scope(|scope| {
        let parts: Vec<_> = numbers
            .chunks(count.div_ceil(threads).max(1))
            .map(|part| {
                scope.spawn(move || {
                    let mut wrong = Vec::new();
                    for number in part {
                        let mut random = ChaCha8Rng::seed_from_u64(seed + *number as u64);
                        let trial = &trials[number % trials.len()];
                        // Now and then the command is faster than its end.
                        for _ in 0..50 {
                            let site = trial.copied();
                            if end(trial, site.path(), &mut random) {
                                wrong.extend(trial.wrong(site.path()).map(|words| format!("{number}: {words}")));
                                break;
                            }
                        }
                    }
                    wrong
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

/// Kills a command after a moment. Whether it was still running.
fn killed(trial: &Trial, root: &Path, random: &mut ChaCha8Rng) -> bool {
    let takes = trial.takes.as_micros() as u64;
    let moment = Duration::from_micros(takes / 20 + random.next_u64() % (takes + takes / 5));
    let mut child = program(root, &trial.arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    let is_running = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    let begin = Instant::now();
    while has_git(root) && begin.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    is_running
}

/// Whether git is still at work for a site: it outlives a program that was killed, until it notices.
fn has_git(root: &Path) -> bool {
    if !root.join(PAGES).exists() {
        return false;
    }
    let listed = Command::new("ps").args(["-A", "-o", "args="]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    listed.lines().any(|line| line.contains("git") && line.contains(root.to_str().unwrap()))
}

/// Lets no file grow beyond a few kilobytes. Whether the command failed with words.
#[cfg(unix)]
fn out_of_room(trial: &Trial, root: &Path, random: &mut ChaCha8Rng) -> bool {
    // In most of these there is no room for what it writes; in the others it comes to its end.
    let wanted = trial.largest_file() / 1024;
    let sizes: Vec<usize> =
        [0, 1, 2, 3, 5, 8, 13, 21, 40, 80, 160].into_iter().filter(|size| *size <= wanted).collect();
    let largest = sizes[random.next_u32() as usize % sizes.len()];
    let command = program(root, &trial.arguments);
    let output = Command::new("bash")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {largest}; exec \"$@\""), "bash"])
        .arg(command.get_program())
        .args(command.get_args())
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(fixture(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {:?} {said}", trial.name, output.status);
    assert!(output.status.success() || said.contains("error"), "{}: {said}", trial.name);
    !output.status.success()
}

#[test]
fn killed_at_any_moment_nothing_is_mixed_or_lost() {
    let wrong = tried(wanted("TRACKRECORD_KILLS", KILLS), 1_000_000, killed);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[cfg(unix)]
fn out_of_room_at_any_file_nothing_is_mixed_or_lost() {
    let wrong = tried(wanted("TRACKRECORD_FAULTS", FAULTS), 2_000_000, out_of_room);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planted_half_file_and_a_lost_one_are_noticed() {
    let trial = Trial::new("flow add", false, &["flow", "add", "2025-06-05", "1000", "--again"], short);
    let spoilt = |spoil: fn(PathBuf)| {
        let site = trial.copied();
        spoil(site.path().to_path_buf());
        trial.wrong(site.path()).unwrap_or_default()
    };
    let half = spoilt(|root| {
        let path = root.join("data/executions/2025-06-02.csv");
        let text = std::fs::read(&path).unwrap();
        std::fs::write(path, &text[..text.len() / 2]).unwrap();
    });
    assert!(half.contains("half-written"), "{half}");
    let lost = spoilt(|root| std::fs::remove_file(root.join("data/executions/2025-06-02.csv")).unwrap());
    assert!(lost.contains("is gone"), "{lost}");
    let mixed = spoilt(|root| write(&root, "public/index.html", "another"));
    assert!(mixed.contains("neither"), "{mixed}");
}

#[test]
fn an_alert_that_is_tried_and_killed_or_has_no_room_writes_nothing() {
    let trial = peers::alert();
    for number in 0..6 {
        let site = trial.copied();
        killed(&trial, site.path(), &mut ChaCha8Rng::seed_from_u64(3_000_000 + number));
        assert!(files(site.path()) == trial.states[0]);
        #[cfg(unix)]
        assert!(!out_of_room(&trial, site.path(), &mut ChaCha8Rng::seed_from_u64(number)), "nothing is written");
        assert_eq!(trial.wrong(site.path()), None);
    }
}

/// It never comes to an end by itself, and writes nothing.
#[test]
fn watching_that_is_killed_leaves_the_site_as_it_was() {
    let trial = Trial::new("build", true, &["build"], built);
    for wait in [50, 400, 1200, 2500] {
        let site = trial.copied();
        let arguments = ["watch", "--port", "0"].map(str::to_owned);
        let mut command = program(site.path(), &arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(files(site.path()) == trial.states[0], "after {wait} ms something was written");
        assert_eq!(trial.wrong(site.path()), None, "after {wait} ms");
    }
}
