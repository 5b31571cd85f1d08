//! A record of the record, in which nothing can be changed later unnoticed: what was published is written down once, each entry in a
//! file of its own, and the log names the files by their digests.
//!
//! `data/proof/log` only grows. Each entry holds the digest of all lines before its own, so that one copy of an entry, kept by
//! anybody, fixes all before it. Whatever an entry says of the account comes from [`publication`](crate::publication), at the
//! level of the site; what is private stands in it as a commitment, which can be opened to one reader. `docs/proof.md` has the
//! formats, and what they prove and what not.
//!
//! Authorities stamp the log: [`Stamps::first`] says when an entry was stamped first, [`Stamps::by`] how many authorities had stamped
//! it before an instant, and [`Timings`] which entries were in time. [`Published`] has both for the pages.

mod charter;
mod commitment;
mod entry;
mod fetch;
mod folder;
mod followed;
mod item_stamps;
mod known;
mod log;
mod opening;
mod private;
mod private_values;
mod recording;
mod renewing;
mod rotating;
mod sealed;
mod signing;
#[cfg(test)]
mod speed_tests;
mod stamping;
mod stamps;
mod state;
mod statements;
mod status;
#[cfg(test)]
mod testing;
mod timing;
mod told;
mod verify;
mod wanted;

pub use commitment::{Salt, commitment};
pub use entry::{Entry, Value};
pub use fetch::{Fetched, fetch};
pub use folder::{Published, files_to_publish, witness};
pub use followed::Followed;
pub use log::{Kind, Line, Log, file_name};
pub use opening::{NAMES, Opened, Wish, open};
pub use private::Seed;
pub use recording::{Recorded, init, init_with, record, record_with};
pub use renewing::renew;
pub use rotating::{Why, rotate};
pub use signing::{begin_signing, sign};
pub use stamping::{Stamped, stamp};
pub use stamps::{Stamp, Stamps};
pub use status::{Started, status};
pub use timing::{Counts, DATED, Dated, Stretch, Timing, Timings, duration};
pub use told::{Told, ToldThesis, Twice, Witness, order_row, rows_of_one_only, witnesses};
pub use verify::{Broken, Options, Verified, verify};
