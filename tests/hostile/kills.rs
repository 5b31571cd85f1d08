//! Commands that are killed, or whose disk fails, at any moment: what they leave is what was there before or what they were to
//! make, and the next run makes it whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tempfile::TempDir;

use super::wanted;
use crate::support::fixture;

/// How many kills and failures of the disk `cargo test` tries; `TRACKRECORD_KILLS` and `TRACKRECORD_FAULTS` name other numbers.
const KILLS: usize = 50;
const FAULTS: usize = 30;

/// The contents of a folder by path.
type Files = BTreeMap<String, Vec<u8>>;

/// A command on a site.
struct Trial {
    name: &'static str,
    before: TempDir,
    arguments: Vec<String>,
    /// Whether running it once more changes nothing.
    settles: bool,
    /// The site before it, after it, and after it has run twice.
    states: [Files; 3],
    takes: Duration,
}

/// The program on a site, in the folder of the fixtures; `ROOT` in its arguments is the site.
fn program(root: &Path, arguments: &[String]) -> Command {
    let binary = std::env::var_os("TRACKRECORD_BINARY").unwrap_or(env!("CARGO_BIN_EXE_trackrecord").into());
    let mut command = Command::new(binary);
    command.args(["--root".as_ref(), root.as_os_str()]).current_dir(fixture(""));
    command.args(arguments.iter().map(|argument| argument.replace("ROOT", root.to_str().unwrap())));
    command
}

fn run(root: &Path, arguments: &[String]) -> Output {
    program(root, arguments).output().unwrap()
}

/// What of a site is the owner's or the public's; not the cache, nor what is named as nobody's.
fn files(root: &Path) -> Files {
    let mut found = Files::new();
    let is_of_nobody = |name: &str| name == ".cache" || name == "lock" || name.starts_with(".lock");
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if is_of_nobody(&name) || name.starts_with(".public-") || name.ends_with(".tmp") {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(path, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

/// The part of a site below a folder.
fn within<'a>(files: &'a Files, folder: &str) -> BTreeMap<&'a String, &'a Vec<u8>> {
    files.iter().filter(|(path, _)| path.starts_with(folder)).collect()
}

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
        let before = tempfile::tempdir().unwrap();
        prepare(before.path());
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let first = files(before.path());
        let site = tempfile::tempdir().unwrap();
        copy(before.path(), site.path());
        let start = Instant::now();
        let output = run(site.path(), &arguments);
        let takes = start.elapsed();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let once = files(site.path());
        run(site.path(), &arguments);
        let twice = files(site.path());
        assert!(first != once, "{name} changes nothing");
        assert!(!settles || once == twice, "{name} is not the same twice");
        Self { name, before, arguments, settles, states: [first, once, twice], takes }
    }

    fn copied(&self) -> TempDir {
        let site = tempfile::tempdir().unwrap();
        copy(self.before.path(), site.path());
        site
    }

    /// What is wrong with a site whose command did not come to its end.
    fn wrong(&self, root: &Path) -> Option<String> {
        let [before, once, twice] = &self.states;
        let now = files(root);
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
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Some(format!("{}: the next run fails: {said}", self.name));
        }
        let after = files(root);
        if after != *once && (self.settles || after != *twice) {
            let differ = |path: &&String| after.get(*path) != once.get(*path);
            let path = after.keys().chain(once.keys()).find(differ);
            return Some(format!("{}: after the next run {path:?} differs", self.name));
        }
        None
    }
}

fn write(root: &Path, below: &str, text: &str) {
    let path = root.join(below);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

const CONFIG: &str =
    "[site]\nstatus = \"live\"\ntitle = \"One\"\n[account]\nbase_currency = \"USD\"\n[benchmark]\nsymbol = \"\"\n";

/// A site with a few days in it.
fn short(root: &Path) {
    write(root, "config/config.toml", CONFIG);
    let said = run(root, &["import", "flex", "flex/activity.xml"].map(str::to_owned));
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

fn built(root: &Path) {
    short(root);
    let said = run(root, &["build".to_owned()]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    write(root, "config/config.toml", &CONFIG.replace("One", "Two"));
    write(root, "content/about.md", "# About\n\nWords.\n");
}

fn trials() -> Vec<Trial> {
    let empty = |root: &Path| write(root, "config/config.toml", CONFIG);
    let mapped = |root: &Path| {
        let columns = "[csv.columns]\ntime = \"Date/Time\"\nsymbol = \"Ticker\"\nside = \"B/S\"\nquantity = \"Qty\"\nprice = \"Fill\"\n\
                       commission = \"Fee\"\ncurrency = \"Ccy\"\n";
        write(root, "config/config.toml", &format!("{CONFIG}{columns}"));
    };
    vec![
        Trial::new("import flex", true, &["import", "flex", "flex/year.xml", "flex/activity.xml"], empty),
        Trial::new("import flex again", true, &["import", "flex", "flex/year.xml"], short),
        Trial::new("import csv", true, &["import", "csv", "csv/fills.csv"], mapped),
        Trial::new("import seed", true, &["import", "seed", "seed"], empty),
        Trial::new("flow add", false, &["flow", "add", "2025-06-05", "1000", "--again"], short),
        Trial::new("build", true, &["build"], built),
        Trial::new("build anew", true, &["build"], |root| {
            built(root);
            std::fs::remove_dir_all(root.join("public")).unwrap();
            std::fs::remove_dir_all(root.join(".cache")).unwrap();
        }),
        Trial::new("report", true, &["report", "2025-06", "--out", "ROOT/june.pdf"], short),
        Trial::new("init", true, &["init", "ROOT/new", "--account", "U7654321"], empty),
    ]
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
                            let was_ended = end(trial, site.path(), &mut random);
                            wrong.extend(trial.wrong(site.path()).map(|words| format!("{number}: {words}")));
                            if was_ended {
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
    is_running
}

/// Lets no file grow beyond a few kilobytes. Whether the command failed with words.
#[cfg(unix)]
fn out_of_room(trial: &Trial, root: &Path, random: &mut ChaCha8Rng) -> bool {
    let largest = [0, 1, 2, 3, 5, 8, 13, 21, 40, 80, 160][random.next_u32() as usize % 11];
    let command = program(root, &trial.arguments);
    let output = Command::new("bash")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {largest}; exec \"$@\""), "bash"])
        .arg(command.get_program())
        .args(command.get_args())
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
