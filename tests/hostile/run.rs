//! Tries inputs on every core, and notices which of them do not come to an end.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::tally::Tally;
use super::{Kind, clock, kind_of, mutation};

/// What an input may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time that its thread computes: what else the machine does adds nothing to it.
    pub computing: Duration,
    /// Time of the clock, for one that waits for something that never comes.
    pub waiting: Duration,
    /// Memory of the whole process in MB, where it does nothing else.
    pub memory: Option<u64>,
}

/// What threads share.
struct Shared {
    kinds: Arc<Vec<Kind>>,
    next: AtomicUsize,
    end: usize,
    tally: Mutex<Tally>,
}

/// A thread that tries one input after the other.
struct Worker {
    thread: JoinHandle<()>,
    doing: Arc<Mutex<Doing>>,
}

/// What a thread does just now.
#[derive(Debug)]
enum Doing {
    Nothing,
    Input {
        number: usize,
        since: Instant,
        /// Where the kernel counts the time of this thread, and what it had counted at the beginning.
        counter: Option<PathBuf>,
        computed: Duration,
    },
    /// It was named as one that hangs; nobody waits for it any more.
    GivenUp,
}

/// Tries the inputs of these numbers.
pub fn tried(kinds: &Arc<Vec<Kind>>, numbers: Range<usize>, limits: Limits) -> Tally {
    let shared = Arc::new(Shared {
        kinds: Arc::clone(kinds),
        next: AtomicUsize::new(numbers.start),
        end: numbers.end,
        tally: Mutex::default(),
    });
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(4);
    let mut workers: Vec<Worker> = (0..threads).map(|_| Worker::start(&shared)).collect();
    let pause = limits.computing.min(limits.waiting).min(Duration::from_millis(200)) / 4;
    while !workers.is_empty() {
        std::thread::sleep(pause);
        for worker in &mut workers {
            if let Some((number, how)) = worker.hangs(&limits) {
                let line = format!("{} input {number} {how}", kind_of(&shared.kinds, number).name);
                shared.tally.lock().unwrap().hangs(line);
                // A thread cannot be stopped from outside: it is left behind, and another one takes its place.
                *worker = Worker::start(&shared);
            }
        }
        // Those that have ended are weighed with the rest.
        let ended: Vec<bool> = workers.iter().map(|worker| worker.thread.is_finished()).collect();
        let under_way = workers.iter().filter_map(|worker| worker.doing.lock().unwrap().number());
        shared.tally.lock().unwrap().weigh(under_way, limits.memory);
        let mut ended = ended.into_iter();
        workers.retain(|_| !ended.next().unwrap_or_default());
    }
    std::mem::take(&mut *shared.tally.lock().unwrap())
}

impl Worker {
    fn start(shared: &Arc<Shared>) -> Self {
        let doing = Arc::new(Mutex::new(Doing::Nothing));
        let (shared, shown) = (Arc::clone(shared), Arc::clone(&doing));
        Self { thread: std::thread::spawn(move || shared.work(&shown)), doing }
    }

    /// The input that this thread does not come to an end with, if there is one. The thread is given up then.
    fn hangs(&self, limits: &Limits) -> Option<(usize, String)> {
        let mut doing = self.doing.lock().unwrap();
        let Doing::Input { number, since, counter, computed } = &*doing else { return None };
        let computing = counter.as_deref().and_then(clock::computed).map(|now| now.saturating_sub(*computed));
        let how = if computing.is_some_and(|time| time > limits.computing) {
            format!("hangs: it has computed for {} ms", computing.unwrap_or_default().as_millis())
        } else if since.elapsed() > limits.waiting {
            format!("hangs: it has waited for {} ms", since.elapsed().as_millis())
        } else {
            return None;
        };
        let number = *number;
        *doing = Doing::GivenUp;
        Some((number, how))
    }
}

impl Doing {
    fn number(&self) -> Option<usize> {
        match self {
            Self::Input { number, .. } => Some(*number),
            Self::Nothing | Self::GivenUp => None,
        }
    }
}

impl Shared {
    fn work(&self, doing: &Mutex<Doing>) {
        let counter = clock::counter();
        let computed = || counter.as_deref().and_then(clock::computed).unwrap_or_default();
        loop {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            if number >= self.end {
                return;
            }
            let (since, before) = (Instant::now(), computed());
            *doing.lock().unwrap() = Doing::Input { number, since, counter: counter.clone(), computed: before };
            let kind = kind_of(&self.kinds, number);
            let input = mutation::mutated(&kind.seeds, &mut ChaCha8Rng::seed_from_u64(number as u64));
            let outcome = catch_unwind(AssertUnwindSafe(|| (kind.read)(&input)));
            if let Doing::GivenUp = std::mem::replace(&mut *doing.lock().unwrap(), Doing::Nothing) {
                return;
            }
            let taken = if counter.is_some() { computed().saturating_sub(before) } else { since.elapsed() };
            self.tally.lock().unwrap().add(kind.name, number, &outcome, taken, &input);
        }
    }
}
