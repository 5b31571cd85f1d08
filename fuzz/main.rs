//! Hostile inputs that are steered by what code of the program they reach: each that reaches something new is kept, and further
//! inputs are made from those. Kinds, readers and changes are those of `tests/hostile`.
//!
//! `fuzz KIND SECONDS FOLDER` goes on from what the folder holds; `fuzz` alone lists the kinds. Ends with 1 at the first input
//! that panics, hangs, loses a row, says a secret or takes more than 500 MB, and leaves it in the folder.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

#[path = "../tests/hostile/clock.rs"]
mod clock;
mod counters;
#[path = "../tests/hostile/inputs.rs"]
mod inputs;
#[path = "../tests/hostile/kind.rs"]
mod kind;
#[path = "../tests/hostile/mutation.rs"]
mod mutation;
#[path = "../tests/support/statements.rs"]
mod statements;

use counters::Reached;
use kind::{Kind, Outcome};

/// What the kinds ask of the tests.
mod support {
    use std::path::{Path, PathBuf};

    pub fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name)
    }
}

/// The time that an input may compute.
const COMPUTING: Duration = Duration::from_secs(5);
/// The time by the clock, for one that waits for ever.
const WAITING: Duration = Duration::from_secs(60);
/// The memory of the whole process, in MB.
const MEMORY: u64 = 500;
/// No input is longer, so that there are many.
const LONGEST: usize = 1 << 16;

/// The input that is read just now, and since when.
static NOW: Mutex<Option<(Instant, Vec<u8>)>> = Mutex::new(None);

fn main() -> ExitCode {
    let kinds = inputs::kinds();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wanted, seconds, folder] = &arguments[..] else {
        kinds.iter().for_each(|kind| println!("{}", kind.name));
        return ExitCode::SUCCESS;
    };
    let Some(kind) = kinds.into_iter().find(|kind| kind.name == wanted) else {
        eprintln!("there is no kind `{wanted}`");
        return ExitCode::from(2);
    };
    let seconds = seconds.parse().expect("a number of seconds");
    let run = Run { kind, folder: folder.into(), reached: Reached::default(), kept: Vec::new(), counter: clock::counter() };
    run.go(Duration::from_secs(seconds))
}

struct Run {
    kind: Kind,
    folder: PathBuf,
    reached: Reached,
    kept: Vec<Vec<u8>>,
    /// Where the kernel counts what the thread that reads has computed.
    counter: Option<PathBuf>,
}

impl Run {
    fn go(mut self, time: Duration) -> ExitCode {
        std::fs::create_dir_all(&self.folder).expect("the folder can be made");
        notice_waiting(self.folder.clone());
        let begin = Instant::now();
        let mut first = self.kind.seeds.clone();
        first.extend(earlier(&self.folder));
        for input in first {
            if let Some(wrong) = self.tried(input) {
                println!("{wrong}");
                return ExitCode::FAILURE;
            }
        }
        let (at_first, _) = self.reached.places();
        let mut random = ChaCha8Rng::seed_from_u64(u64::from(std::process::id()));
        let mut tried = 0;
        while begin.elapsed() < time {
            // Half of them go on from what reached something new last.
            let newest = self.kept.len().saturating_sub(8);
            let from = if random.next_u32() % 2 == 0 { newest } else { 0 };
            let mut input = mutation::mutated(&self.kept[from..], &mut random);
            input.truncate(LONGEST);
            tried += 1;
            if let Some(wrong) = self.tried(input) {
                println!("{wrong}");
                return ExitCode::FAILURE;
            }
        }
        let (reached, places) = self.reached.places();
        println!(
            "{}: {tried} inputs, {reached} of {places} places reached, {at_first} of them at the beginning; {} inputs kept, at most {} MB",
            self.kind.name,
            self.kept.len(),
            clock::peak().unwrap_or_default()
        );
        ExitCode::SUCCESS
    }

    /// Reads an input, and keeps it where it reaches something new. Gives what is wrong with what becomes of it.
    fn tried(&mut self, input: Vec<u8>) -> Option<String> {
        *NOW.lock().unwrap() = Some((Instant::now(), input.clone()));
        let computed = |counter: &Option<PathBuf>| counter.as_deref().and_then(clock::computed).unwrap_or_default();
        let before = computed(&self.counter);
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.kind.read)(&input)));
        let taken = computed(&self.counter).saturating_sub(before);
        *NOW.lock().unwrap() = None;
        let memory = clock::peak().unwrap_or_default();
        let wrong = match outcome.map(|outcome| outcome.wrong()) {
            Err(_) => "panics".to_owned(),
            Ok(Some(wrong)) => wrong,
            Ok(None) if taken > COMPUTING => format!("hangs: {} ms", taken.as_millis()),
            Ok(None) if memory > MEMORY => format!("takes {memory} MB"),
            Ok(None) => {
                if self.reached.take() > 0 {
                    keep(&self.folder, "kept", &input);
                    self.kept.push(input);
                }
                return None;
            }
        };
        let file = keep(&self.folder, "wrong", &input);
        Some(format!("{}: {} {wrong}", self.kind.name, file.display()))
    }
}

/// What earlier runs kept.
fn earlier(folder: &Path) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder).expect("the folder can be read").map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|file| file.to_string_lossy().contains("kept-")).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Writes an input under a name that its content has.
fn keep(folder: &Path, what: &str, input: &[u8]) -> PathBuf {
    let digest = input
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    let file = folder.join(format!("{what}-{digest:016x}"));
    std::fs::write(&file, input).expect("the folder can be written");
    file
}

/// Ends the process where an input waits for ever: its thread cannot be stopped from outside.
fn notice_waiting(folder: PathBuf) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            if let Some((since, input)) = &*NOW.lock().unwrap()
                && since.elapsed() > WAITING
            {
                println!(
                    "{} hangs: it has waited for {} s",
                    keep(&folder, "wrong", input).display(),
                    WAITING.as_secs()
                );
                std::process::exit(1);
            }
        }
    });
}
