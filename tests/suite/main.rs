//! The program from outside: commands on real folders.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that meets what it did not expect has failed"
)]

mod bad_input;
mod check;
mod import;
mod interruption;
mod privacy;
mod reports;
mod samples;
mod site;
mod support;
mod words;
