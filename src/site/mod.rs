//! From a [`Publication`] to the files of a static site.
//!
//! [`render`] is a pure function into a sorted map; [`links`] proves that no link in it is broken;
//! [`output`] swaps it for the old site in one step. No page asks the network for anything, and every link is
//! relative and names a file, so that the site opens from disk and below any path.

mod anchors;
mod attributes;
mod build;
pub mod finer;
mod lines;
pub mod links;
pub mod markdown;
mod one_file;
pub mod output;
pub mod overrides;
mod pages;
mod raw_html;
pub mod theme;
mod turns;

pub use build::{Files, Held, Options, RenderedSite, render, render_again};
pub use pages::page_of_files;

#[cfg(doc)]
use crate::publication::Publication;
