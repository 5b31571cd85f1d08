//! What is computed from a record, whatever words its author has for it.

use std::sync::Arc;

use super::refuse_errors;
use crate::Result;
use crate::analysis::reconcile::missing_flows;
use crate::config::Config;
use crate::publication::scan::Secrets;
use crate::publication::{Masthead, Publication, redact};
use crate::record::Record;
use crate::render::tables::{self, Table};

/// What is published of a record, and what must not be. Of the texts in it no figure takes more than what notes say
/// about their orders.
#[derive(Clone)]
pub struct Figures {
    /// What strangers may see.
    pub publication: Arc<Publication>,
    /// What they must not.
    pub secrets: Arc<Secrets>,
    /// The published tables.
    pub tables: Arc<Vec<Table>>,
}

impl Figures {
    /// Computes them.
    ///
    /// # Errors
    /// A record in which money came or went unrecorded, and the errors of [`redact`].
    pub fn of(record: &Record, config: &Config) -> Result<Self> {
        let missing = || record.snapshots.last().map(|last| missing_flows(record, last.base_currency));
        let settings = config.of_figures();
        let (publication, (secrets, missing)) =
            rayon::join(|| redact(record, &settings), || rayon::join(|| Secrets::of(record, &settings), missing));
        refuse_errors(&missing.unwrap_or_default())?;
        let publication = publication?;
        let tables = tables::all(&publication);
        let figures =
            Self { publication: Arc::new(publication), secrets: Arc::new(secrets), tables: Arc::new(tables) };
        Ok(figures.under(config))
    }

    /// The same under the masthead of a configuration.
    #[must_use]
    pub fn under(mut self, config: &Config) -> Self {
        let masthead = Masthead::from(&config.site);
        if self.publication.facts.masthead != masthead {
            Arc::make_mut(&mut self.publication).facts.masthead = masthead;
        }
        if !self.secrets.is_signed_by(&config.site.author) {
            Arc::make_mut(&mut self.secrets).sign(&config.site.author);
        }
        self
    }
}
