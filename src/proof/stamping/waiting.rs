//! What is held back is stamped before it is sealed: each thesis and plan by its own digest, so that it proves its hour when it is
//! opened.

use chrono::{DateTime, Utc};

use super::asking::Manners;
use super::{Stamped, answers};
use crate::config::Config;
use crate::error::Result;
use crate::proof::item_stamps::file_of;
use crate::proof::sealed::waiting;
use crate::site_dir::SiteDir;

/// Has each thesis and plan that waits stamped by those who have not stamped it yet.
pub(super) fn stamp(
    site: &SiteDir,
    config: &Config,
    now: DateTime<Utc>,
    manners: Manners,
    stamped: &mut Stamped,
) -> Result<()> {
    if config.proof.authorities.is_empty() {
        return Ok(());
    }
    for item in waiting(site)?.iter().filter(|item| item.kind.precedes_fills()) {
        let path = |authority: usize| site.proof_item_stamps().join(file_of(item.digest(), authority));
        let by = answers(site, config, (item.digest(), "what is held back"), path, (now, manners), stamped)?;
        stamped.held_back.extend(by);
    }
    Ok(())
}
