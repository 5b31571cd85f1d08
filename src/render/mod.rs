//! What the site and the monthly reports share: apostrophes, charts, tables, fonts, pictures, Markdown options, short forms and links.
//!
//! Everything here reads a [`Publication`](crate::publication::Publication) or the author's texts and depends neither on
//! `site` nor on `report`.

pub mod apostrophes;
pub mod charts;
pub mod embedded;
pub mod fonts;
pub mod links;
pub mod markdown;
pub mod own_templates;
pub mod pictures;
pub mod short_forms;
mod stripped;
pub mod tables;
