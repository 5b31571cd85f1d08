//! Which code of the library is reached: the compiler counts it in one byte a place (`rustc-with-counters`), and says at the
//! start of the program where these bytes lie.

use std::sync::Mutex;

/// Where counters lie, from one address up to another.
static RANGES: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

/// Called by what the compiler adds, before `main`.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, end: *mut u8) {
    let range = (start as usize, end as usize);
    let mut ranges = RANGES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if range.0 < range.1 && !ranges.contains(&range) {
        ranges.push(range);
    }
}

/// What was reached so far, and how often in powers of two: each byte of `seen` has a bit for each of eight powers.
#[derive(Debug, Default)]
pub struct Reached {
    seen: Vec<u8>,
}

impl Reached {
    /// Takes in what has been counted since the last call, and sets all counters to zero. Gives how much of it is new.
    pub fn take(&mut self) -> usize {
        let (mut new, mut place) = (0, 0);
        for (start, end) in RANGES.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter() {
            self.seen.resize(self.seen.len().max(place + end - start), 0);
            for address in *start..*end {
                let counter = address as *mut u8;
                // SAFETY: the bytes between both addresses are the compiler's counters, which live as long as the program. Threads
                // of the library may count meanwhile; a count that is lost makes an input look less new, and nothing else.
                let count = unsafe { counter.replace(0) };
                if let (true, Some(seen)) = (count > 0, self.seen.get_mut(place)) {
                    let bit = 1_u8 << count.ilog2();
                    new += usize::from(*seen & bit == 0);
                    *seen |= bit;
                }
                place += 1;
            }
        }
        new
    }

    /// How many places were reached, and how many there are.
    pub fn places(&self) -> (usize, usize) {
        (self.seen.iter().filter(|seen| **seen != 0).count(), self.seen.len())
    }
}
