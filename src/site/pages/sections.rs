//! The pages that every site has, or every site with something to put on them: one row each.

use super::context::PageContext;
use super::{
    Site, backtest, costs, data, disclosures, equal_parts, execution, front, journal, luck, methodology, months,
    performance,
};
use super::{restatements, signals, strategies, trades};
use crate::Result;
use crate::publication::{Publication, Reads};

/// A page that every site has, or every site with something to put on it.
pub struct Section {
    /// Its folder in the site; empty for the front.
    pub slug: &'static str,
    /// Its name in the navigation, and its title.
    pub name: &'static str,
    /// The entry of the navigation it belongs to.
    pub entry: &'static str,
    /// Its template.
    pub template: &'static str,
    /// Whether there is anything to put on it.
    pub applies: fn(&Publication) -> bool,
    /// What its template receives.
    pub context: fn(&Site, &Reads) -> Result<PageContext>,
}

/// In the order of the navigation. An entry of it leads to the first page that belongs to it, and that one to the others.
#[rustfmt::skip]
pub static SECTIONS: [Section; 16] = [
    Section { slug: "", name: "Record", entry: "Record", template: "index.html", applies: always, context: front::context },
    Section { slug: "months", name: "Months", entry: "Months", template: "months.html", applies: always, context: months::context },
    Section { slug: "performance", name: "Performance", entry: "Months", template: "performance.html", applies: always, context: performance::context },
    Section { slug: "luck", name: "Is it luck?", entry: "Months", template: "luck.html", applies: always, context: luck::context },
    Section { slug: "trades", name: "Trades", entry: "Trades", template: "trades.html", applies: always, context: trades::context },
    Section { slug: "execution", name: "Execution", entry: "Trades", template: "execution.html", applies: always, context: execution::context },
    Section { slug: "costs", name: "Costs and exposure", entry: "Trades", template: "costs.html", applies: always, context: costs::context },
    Section { slug: "strategies", name: "Strategies", entry: "Strategy", template: "strategies.html", applies: strategies::applies, context: strategies::context },
    Section { slug: "signals", name: "Signals", entry: "Strategy", template: "signals.html", applies: signals::applies, context: signals::context },
    Section { slug: "backtest", name: "Backtest", entry: "Strategy", template: "backtest.html", applies: backtest::applies, context: backtest::context },
    Section { slug: "doing-nothing", name: "Doing nothing", entry: "Strategy", template: "equal_parts.html", applies: equal_parts::applies, context: equal_parts::context },
    Section { slug: "journal", name: "Journal", entry: "Journal", template: "journal.html", applies: always, context: journal::context },
    Section { slug: "methodology", name: "Method", entry: "Method", template: "methodology.html", applies: always, context: methodology::context },
    Section { slug: "disclosures", name: "Disclosures", entry: "Method", template: "disclosures.html", applies: always, context: disclosures::context },
    Section { slug: "restatements", name: "Restatements", entry: "Method", template: "restatements.html", applies: always, context: restatements::context },
    Section { slug: "data", name: "Data", entry: "Method", template: "data.html", applies: always, context: data::context },
];

fn always(_: &Publication) -> bool {
    true
}

impl Section {
    /// Its path in the site.
    pub fn path(&self) -> String {
        super::page_at(self.slug)
    }

    /// The name of the author's text on it: `index` on the front.
    pub fn text(&self) -> &'static str {
        if self.slug.is_empty() { "index" } else { self.slug }
    }
}
