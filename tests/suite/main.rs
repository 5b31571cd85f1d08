//! The program from outside: commands on real folders.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that meets what it did not expect has failed"
)]

mod actions;
mod alerts;
mod annotate;
#[path = "../support/authority.rs"]
mod authority;
mod bad_input;
mod boxes;
mod broker;
mod calendar;
mod check;
mod doctor;
mod documented_commands;
mod documents;
mod end_to_end;
mod first_import;
mod flex_service;
mod flows;
mod foreign_clients;
#[path = "../support/gateway/mod.rs"]
mod gateway;
mod gateway_bytes;
mod gateway_troubles;
mod growth;
mod held_back;
#[path = "../hostile/mod.rs"]
mod hostile;
mod import;
mod importers;
mod interruption;
mod others_statements;
mod precision;
mod prices;
mod privacy;
mod proof;
mod proof_auditor;
mod proof_losses;
mod proof_url;
mod publish;
mod release;
mod reports;
#[path = "../support/repository.rs"]
mod repository;
mod restatements;
mod rust_client;
mod samples;
mod schedule;
mod schema;
mod site;
mod stamps;
#[path = "../support/statements.rs"]
mod statements;
mod strategy;
mod support;
mod words;
#[path = "../support/yahoo/mod.rs"]
mod yahoo;
