//! The privacy boundary: record and figures in, what strangers may see out.

mod view;

pub use view::*;
