//! The harness itself is tried: faults planted on purpose are noticed, and a busy machine is none.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::run::{Limits, tried};
use super::tally::{Tally, part};
use super::{BESIDE_OTHERS, Kind, Outcome, clock, inputs};

const INPUTS: usize = 60;

const SHORT: Duration = Duration::from_millis(100);

fn planted(read: fn(&[u8]) -> Outcome) -> Kind {
    Kind { name: "planted", seeds: vec![b"a,1\nb,2\nc,3\n".to_vec()], share: 1, read: Box::new(read) }
}

fn found(read: fn(&[u8]) -> Outcome, limits: Limits) -> Tally {
    tried(&Arc::new(vec![planted(read)]), 0..INPUTS, limits)
}

fn is_chosen(input: &[u8]) -> bool {
    input.len() % 7 == 3
}

/// Computes until the kernel has counted four times what is allowed; by the clock where it counts nothing.
fn computes(input: &[u8]) -> Outcome {
    let (counter, start) = (clock::counter(), Instant::now());
    let computed = || counter.as_deref().and_then(clock::computed);
    let begin = computed();
    let taken = || computed().zip(begin).map_or_else(|| start.elapsed(), |(now, begin)| now - begin);
    while is_chosen(input) && taken() < 4 * SHORT {}
    Outcome::Read
}

fn sleeps(input: &[u8]) -> Outcome {
    if is_chosen(input) {
        std::thread::sleep(4 * SHORT);
    }
    Outcome::Read
}

fn never_ends(input: &[u8]) -> Outcome {
    while is_chosen(input) {
        std::thread::park();
    }
    Outcome::Read
}

fn panics(input: &[u8]) -> Outcome {
    assert!(!is_chosen(input), "planted");
    Outcome::Read
}

fn loses(input: &[u8]) -> Outcome {
    let rows = input.split(|byte| *byte == b'\n').count();
    inputs::counted(rows, rows - usize::from(rows == 3))
}

fn leaks(input: &[u8]) -> Outcome {
    inputs::without_secret(&String::from_utf8_lossy(input), &["b,2"])
}

fn takes_memory(_: &[u8]) -> Outcome {
    let much = vec![1_u8; 600 << 20];
    if much.iter().step_by(4096).all(|byte| *byte == 1) { Outcome::Read } else { Outcome::Refused }
}

#[test]
fn a_planted_panic_loss_and_leak_are_noticed() {
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let all = [found(panics, BESIDE_OTHERS), found(loses, BESIDE_OTHERS), found(leaks, BESIDE_OTHERS)];
    std::panic::set_hook(quiet);
    for (found, word) in all.iter().zip(["panics", "loses rows", "says a secret"]) {
        assert!(found.wrong.iter().any(|line| line.contains(word)), "{word}: {found:?}");
        assert_eq!(found.tried, INPUTS);
    }
    let fine = found(|_| Outcome::Read, BESIDE_OTHERS);
    assert!(fine.wrong.is_empty() && fine.tried == INPUTS, "{fine:?}");
}

#[test]
fn what_computes_too_long_is_noticed() {
    let found = found(computes, Limits { computing: SHORT, ..BESIDE_OTHERS });
    let is_named = found.wrong.iter().any(|line| line.contains("it has computed for"));
    // Where the kernel counts no time of threads, only the clock is left.
    assert_eq!(is_named, cfg!(target_os = "linux"), "{found:?}");
    assert_eq!(found.tried, INPUTS);
}

#[test]
fn what_waits_for_ever_is_noticed_and_left_behind() {
    for read in [sleeps, never_ends] {
        let found = found(read, Limits { waiting: SHORT, ..BESIDE_OTHERS });
        assert!(found.wrong.iter().any(|line| line.contains("it has waited for")), "{found:?}");
        assert_eq!(found.tried, INPUTS);
    }
}

#[test]
fn time_that_others_take_is_no_hang() {
    let found = found(sleeps, Limits { computing: SHORT, ..BESIDE_OTHERS });
    assert!(found.wrong.is_empty() && found.tried == INPUTS, "{found:?}");
}

/// What a run in a process of its own is given beside the others, so that it is seen to fail.
pub fn from_environment() -> Option<Kind> {
    std::env::var_os("TRACKRECORD_HOSTILE_PLANTED").map(|_| planted(takes_memory))
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_noticed() {
    let run = |planted: bool| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "hostile::no_input_breaks_a_reader"]).env("TRACKRECORD_HOSTILE", "240");
        command.env_remove("TRACKRECORD_HOSTILE_PARTS").env_remove("TRACKRECORD_HOSTILE_FIRST");
        if planted {
            command.env("TRACKRECORD_HOSTILE_PLANTED", "1");
        }
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (passes, words) = run(true);
    assert!(!passes && words.contains("MB of memory, more than 500"), "{words}");
    let (passes, words) = run(false);
    assert!(passes, "{words}");
}

#[test]
fn a_part_is_made_once_for_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("0-60.json");
    let made = part(&file, "one", || found(loses, BESIDE_OTHERS));
    assert_eq!(part(&file, "one", || unreachable!("it was kept")), made);
    let of_another = part(&file, "two", || found(|_| Outcome::Read, BESIDE_OTHERS));
    assert!(of_another.wrong.is_empty() && !made.wrong.is_empty());
}
