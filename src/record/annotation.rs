//! The trader's own words: why an order was placed, what came of it, and how a month went.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::execution::Side;
use super::name::{ExecId, Ticker};

/// A note waits this many calendar days for its order.
pub const DAYS_TO_WAIT: i64 = 5;

/// A note on one order: a file `content/trades/*.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// The note's own identity.
    pub id: String,
    /// The ticker of the order it belongs to.
    pub symbol: Ticker,
    /// When it was written; it belongs to the first order at or after this.
    pub created_at: DateTime<Utc>,
    /// Before the trade.
    pub pre_trade: PreTrade,
    /// After the trade, once that part is written.
    pub post_trade: Option<PostTrade>,
    /// The order it names, where it names one.
    pub order: Option<String>,
    /// The fills it names, where it names any.
    pub exec_ids: Vec<ExecId>,
    /// The free text below the front matter, in Markdown.
    pub body: String,
    /// The line of the file on which the body starts.
    pub body_line: usize,
    /// Its front matter, where there are double braces in it.
    pub front: Option<Front>,
    /// The file, relative to the site's root.
    pub path: PathBuf,
}

/// Front matter as it is written, to say where in the file something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    /// The TOML.
    pub text: String,
    /// The line of the file on which it starts.
    pub line: usize,
}

impl Annotation {
    /// What it says about its order beside words.
    pub(super) fn without_words(&self) -> Self {
        let Self { pre_trade, post_trade, .. } = self.clone();
        let (thesis, position_size_rationale, exit_plan) = Default::default();
        let post_trade = post_trade.map(|post| PostTrade { completed_at: post.completed_at, ..PostTrade::default() });
        Self {
            pre_trade: PreTrade { thesis, position_size_rationale, exit_plan, ..pre_trade },
            post_trade,
            body: String::new(),
            body_line: 0,
            front: None,
            ..self.clone()
        }
    }

    /// Whether it says which order it is about; otherwise the first one after it is meant.
    pub fn names_its_order(&self) -> bool {
        !self.exec_ids.is_empty() || self.order.is_some()
    }
}

/// What was written before the trade.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PreTrade {
    /// The side meant, if one is named.
    pub side: Option<Side>,
    /// Why.
    pub thesis: String,
    /// The price meant to be traded at, in the instrument's currency.
    pub intended_entry: Option<Decimal>,
    /// Why this size.
    pub position_size_rationale: String,
    /// When to get out.
    pub exit_plan: String,
}

/// What was written after the trade.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PostTrade {
    /// When this part was written.
    pub completed_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub outcome: String,
    /// Whether it went as expected.
    pub matched_expectation: Option<bool>,
    /// What to take from it.
    pub lesson: String,
}

/// A Markdown page of `content/`: commentary on a month, a post, or a page such as `about.md`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Document {
    /// The file's name without `.md`.
    pub slug: String,
    /// The title from the front matter, else the first heading, else the slug.
    pub title: String,
    /// Whether the title is from the front matter.
    pub is_titled: bool,
    /// What it is about, in the author's order.
    pub tags: Vec<String>,
    /// What it says, in a sentence or two; may be empty.
    pub summary: String,
    /// Whether its front matter holds it back.
    pub draft: bool,
    /// The date from which on it is published, where that has not come yet.
    pub not_before: Option<chrono::NaiveDate>,
    /// The date, where the front matter names one.
    pub date: Option<chrono::NaiveDate>,
    /// The text below the front matter, in Markdown.
    pub body: String,
    /// The line of the file on which the body starts.
    pub body_line: usize,
    /// The file, relative to the site's root.
    pub path: PathBuf,
}

impl Document {
    /// Whether only `--drafts` shows it.
    pub fn is_held_back(&self) -> bool {
        self.draft || self.not_before.is_some()
    }
}
