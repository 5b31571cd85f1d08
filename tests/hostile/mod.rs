//! Hostile inputs at scale: what every reader makes of files that were spoilt on purpose. `just hostile` tries a million.
//!
//! Of each input it is asked whether it panics, takes longer than [`LONGEST`], loses a row without a word, or gives a secret
//! away. Inputs depend on their number alone, so that one that fails can be tried again.

mod inputs;
mod kills;
mod mutation;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// No input of some kilobytes takes longer.
const LONGEST: Duration = Duration::from_secs(5);

/// How many inputs `cargo test` tries; `TRACKRECORD_HOSTILE` names another number.
const INPUTS: usize = 20_000;

/// Says what is wrong with what becomes of an input.
type Reader = Box<dyn Fn(&[u8]) -> Outcome + Send + Sync>;

/// A kind of input: files to begin with, and what is done with one.
struct Kind {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    /// How many of a hundred inputs are of this kind.
    share: usize,
    /// Reads an input, and says what is wrong with what became of it.
    read: Reader,
}

/// What became of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// It was refused with words.
    Refused,
    /// It was read.
    Read,
    /// Rows are gone of which nothing is said: so many were in it, and so many came out.
    Lost(usize, usize),
    /// Something secret stands in what is said.
    Leaked(String),
}

/// What was found wrong, by kind and number of the input.
#[derive(Debug, Default)]
struct Tally {
    tried: usize,
    read: BTreeMap<&'static str, (usize, usize)>,
    slowest: Duration,
    wrong: Vec<String>,
}

/// Counts a thread that has come to its end, however it did.
struct Ended<'a>(&'a AtomicUsize);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Tries so many inputs on every core.
fn tried(kinds: &[Kind], count: usize, longest: Duration) -> Tally {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(4);
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    let running: Vec<(AtomicUsize, AtomicU64)> = (0..threads).map(|_| Default::default()).collect();
    let begin = Instant::now();
    let ended = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (number_now, since) in &running {
            let (next, tally, ended) = (&next, &tally, &ended);
            scope.spawn(move || {
                let _ended = Ended(ended);
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= count {
                        break;
                    }
                    number_now.store(number, Ordering::SeqCst);
                    since.store(begin.elapsed().as_millis() as u64 + 1, Ordering::SeqCst);
                    let kind = kind_of(kinds, number);
                    let start = Instant::now();
                    let input = mutation::mutated(&kind.seeds, &mut ChaCha8Rng::seed_from_u64(number as u64));
                    let outcome = catch_unwind(AssertUnwindSafe(|| (kind.read)(&input)));
                    since.store(0, Ordering::SeqCst);
                    let mut tally = tally.lock().unwrap();
                    tally.add(kind.name, number, &outcome, start.elapsed(), &input);
                }
            });
        }
        scope.spawn(|| {
            // What hangs can only be named: a thread cannot be stopped from outside.
            let mut named = Vec::new();
            while ended.load(Ordering::SeqCst) < threads {
                std::thread::sleep(longest.min(Duration::from_millis(200)) / 4);
                for (number, since) in &running {
                    let (number, since) = (number.load(Ordering::SeqCst), since.load(Ordering::SeqCst));
                    let taken = (begin.elapsed().as_millis() as u64 + 1).saturating_sub(since);
                    if since > 0 && taken > longest.as_millis() as u64 && !named.contains(&number) {
                        named.push(number);
                        let line = format!("{} input {number} hangs", kind_of(kinds, number).name);
                        eprintln!("{line}");
                        tally.lock().unwrap().wrong.push(line);
                    }
                }
            }
        });
    });
    tally.into_inner().unwrap()
}

/// Kinds take turns by their shares.
fn kind_of(kinds: &[Kind], number: usize) -> &Kind {
    let all: usize = kinds.iter().map(|kind| kind.share).sum();
    let mut place = number % all;
    for kind in kinds {
        match place.checked_sub(kind.share) {
            Some(rest) => place = rest,
            None => return kind,
        }
    }
    unreachable!("the shares add up")
}

impl Tally {
    fn add(
        &mut self,
        kind: &'static str,
        number: usize,
        outcome: &std::thread::Result<Outcome>,
        taken: Duration,
        input: &[u8],
    ) {
        self.tried += 1;
        self.slowest = self.slowest.max(taken);
        let (read, refused) = self.read.entry(kind).or_default();
        let what = match outcome {
            Ok(Outcome::Read) => return *read += 1,
            Ok(Outcome::Refused) => return *refused += 1,
            Ok(Outcome::Lost(before, after)) => format!("loses rows: {before} in, {after} out"),
            Ok(Outcome::Leaked(words)) => format!("says a secret: {words}"),
            Err(_) => "panics".to_owned(),
        };
        self.wrong.push(format!("{kind} input {number} {what}"));
        if let Ok(folder) = std::env::var("TRACKRECORD_HOSTILE_KEEP") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{}-{number}", kind.replace('/', "-"))), input)
                .unwrap();
        }
    }

    fn in_words(&self) -> String {
        let read: usize = self.read.values().map(|(read, _)| read).sum();
        let of_kind: Vec<String> = self
            .read
            .iter()
            .map(|(kind, (read, refused))| format!("{kind} {read} read, {refused} refused"))
            .collect();
        format!(
            "{} inputs, {read} of them read, {} wrong, the slowest took {} ms\n{}",
            self.tried,
            self.wrong.len(),
            self.slowest.as_millis(),
            of_kind.join("\n")
        )
    }
}

/// The most memory that this process has had, in MB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().split(' ').next()?.parse::<u64>().ok()? / 1024)
}

/// A number from the environment.
fn wanted(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn no_input_breaks_a_reader() {
    let count = wanted("TRACKRECORD_HOSTILE", INPUTS);
    let tally = tried(&inputs::kinds(), count, LONGEST);
    eprintln!("{}; at most {} MB", tally.in_words(), peak().unwrap_or_default());
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    assert_eq!(tally.tried, count);
    let read: usize = tally.read.values().map(|(read, _)| read).sum();
    assert!(read * 10 > count, "hardly any input is read: {}", tally.in_words());
    if count > INPUTS {
        assert!(peak().is_none_or(|peak| peak < 500), "{:?} MB", peak());
    }
}

#[test]
fn a_planted_panic_hang_loss_and_leak_are_noticed() {
    let planted = |name: &'static str, read: fn(&[u8]) -> Outcome| Kind {
        name,
        seeds: vec![b"a,1\nb,2\nc,3\n".to_vec()],
        share: 1,
        read: Box::new(read),
    };
    let lines = |input: &[u8]| input.split(|byte| *byte == b'\n').count();
    fn panics(input: &[u8]) -> Outcome {
        assert!(input.len() % 7 != 3, "planted");
        Outcome::Read
    }
    fn hangs(input: &[u8]) -> Outcome {
        if input.len() % 7 == 3 {
            std::thread::sleep(Duration::from_millis(400));
        }
        Outcome::Read
    }
    fn loses(input: &[u8]) -> Outcome {
        let rows = input.split(|byte| *byte == b'\n').count();
        inputs::counted(rows, rows - usize::from(rows == 3))
    }
    fn leaks(input: &[u8]) -> Outcome {
        inputs::without_secret(&String::from_utf8_lossy(input), &["b,2"])
    }
    assert_eq!(lines(b"a\nb"), 2);
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let found = |kind: Kind| tried(&[kind], 60, Duration::from_millis(100)).wrong.join("\n");
    let all = [
        found(planted("one", panics)),
        found(planted("two", hangs)),
        found(planted("three", loses)),
        found(planted("four", leaks)),
    ];
    std::panic::set_hook(quiet);
    for (said, word) in all.iter().zip(["panics", "hangs", "loses rows", "says a secret"]) {
        assert!(said.contains(word), "{word}: {said}");
    }
    let fine = tried(&[planted("none", |_| Outcome::Read)], 60, Duration::from_millis(100));
    assert!(fine.wrong.is_empty() && fine.tried == 60, "{fine:?}");
}
