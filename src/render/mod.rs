//! What the site and the monthly reports are both made with: charts, tables, fonts, pictures, and how Markdown is read.
//!
//! Everything here reads a [`Publication`](crate::publication::Publication) or what the author wrote, and knows
//! nothing of pages or of paper.

pub mod charts;
pub mod embedded;
pub mod fonts;
pub mod links;
pub mod markdown;
pub mod pictures;
pub mod tables;
