//! Short forms on paper: words, links, and pictures of charts.

use std::ops::Range;

use serde_json::json;

use super::Tree;
use crate::Result;
use crate::render::links::encoded;
use crate::render::short_forms::{Filled, Piece, Shown};

impl Tree<'_> {
    /// Running text, in which an order leads to its page where the site has an address.
    pub(super) fn piece(&mut self, piece: Piece) {
        let shown = match piece {
            Piece::Words(words) => return self.text(words),
            Piece::Form(shown) => shown,
        };
        match (shown, self.around.base_url) {
            (Shown::Trade(order), Some(base_url)) if self.nested(&["link"]) == 0 => {
                let to = format!("{base_url}trades/{}/index.html", encoded(&order.slug));
                self.add(json!({ "t": "link", "to": to, "c": [shown.in_words()] }));
            }
            _ => self.text(&shown.in_words()),
        }
    }

    pub(super) fn chart(&mut self, filled: &Filled, paragraph: &Range<usize>) -> Result<()> {
        let Some((_, chart)) = filled.chart(paragraph) else { return Ok(()) };
        let printed = chart.printed()?;
        let file = format!("charts/{}.svg", self.charts.len() + 1);
        let benchmark = chart.benchmark();
        self.add(
            json!({ "t": "chart", "file": file, "alt": printed.alt, "title": printed.title, "benchmark": benchmark }),
        );
        self.charts.push((file, printed.svg));
        Ok(())
    }
}
