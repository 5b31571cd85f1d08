//! Hostile inputs that are steered by what code of the program they reach: libFuzzer keeps each one that reaches something new,
//! and goes on from there. `TRACKRECORD_FUZZ` names the kind of input, `TRACKRECORD_FUZZ_CORPUS` the folder of what is kept.
//!
//! Kinds, readers and what is asked of them are those of `tests/hostile`.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

#[path = "../tests/hostile/clock.rs"]
mod clock;
#[path = "../tests/hostile/inputs.rs"]
mod inputs;
#[path = "../tests/hostile/kind.rs"]
mod kind;
#[path = "../tests/hostile/mutation.rs"]
mod mutation;
#[path = "../tests/support/statements.rs"]
mod statements;

use kind::{Kind, Outcome};

/// What the kinds ask of the tests.
mod support {
    use std::path::{Path, PathBuf};

    pub fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name)
    }
}

/// The time that an input may compute.
const LONGEST: Duration = Duration::from_secs(5);

static KIND: LazyLock<Kind> = LazyLock::new(|| {
    let wanted = std::env::var("TRACKRECORD_FUZZ").unwrap_or_default();
    let mut kinds = inputs::kinds();
    if let Some(place) = kinds.iter().position(|kind| kind.name == wanted) {
        return kinds.swap_remove(place);
    }
    // Asked for what there is: libFuzzer knows no other way to end here.
    kinds.iter().for_each(|kind| println!("{}", kind.name));
    std::process::exit(i32::from(!wanted.is_empty()) * 2)
});

/// Libfuzzer begins with what the folder holds.
fn prepare() {
    let folder = std::env::var_os("TRACKRECORD_FUZZ_CORPUS").map(PathBuf::from);
    let seeds = KIND.seeds.iter().enumerate();
    for (folder, (number, seed)) in folder.iter().flat_map(|folder| seeds.clone().map(move |seed| (folder, seed))) {
        std::fs::write(folder.join(format!("seed-{number}")), seed).expect("the folder of what is kept can be written");
    }
}

fuzz_target!(init: prepare(), |bytes: &[u8]| {
    let counter = clock::counter();
    let computed = || counter.as_deref().and_then(clock::computed).unwrap_or_default();
    let before = computed();
    match (KIND.read)(bytes) {
        Outcome::Refused | Outcome::Read => {}
        Outcome::Lost(before, after) => panic!("loses rows: {before} in, {after} out"),
        Outcome::Leaked(words) => panic!("says a secret: {words}"),
    }
    let taken = computed().saturating_sub(before);
    assert!(taken < LONGEST, "hangs: it has computed for {} ms", taken.as_millis());
});

// Half of all inputs are spoilt as the million are, numbers and dates above all; the others as libFuzzer does.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 2 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed.into());
    let spoilt = mutation::mutated(&[data[..size].to_vec()], &mut random);
    let size = spoilt.len().min(max_size);
    data[..size].copy_from_slice(&spoilt[..size]);
    size
});
