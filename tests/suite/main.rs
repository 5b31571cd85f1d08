//! The program from outside: commands on real folders.

mod bad_input;
mod check;
mod import;
mod interruption;
mod privacy;
mod samples;
mod site;
mod support;
mod words;
