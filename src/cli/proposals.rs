//! What the first statement says about an account and the configuration does not.

use super::prompts;
use super::terminal::Terminal;
use crate::brokers::ibkr;
use crate::collect::Batch;
use crate::config::{self, Config, Setting, Status};
use crate::error::Result;
use crate::site_dir::SiteDir;

/// What a statement could set.
pub fn proposals(site: &SiteDir, config: &Config, batch: &Batch) -> Vec<Setting> {
    let account = batch.account.as_deref().filter(|account| ibkr::is_number(account));
    let status = account.filter(|_| config.site.status == Status::Unset);
    let status = status.map(|account| if ibkr::is_paper(account) { "paper" } else { "live" });
    let mut currencies = batch.snapshots.iter().map(|snapshot| snapshot.base_currency);
    let currency = currencies.next().filter(|first| currencies.all(|other| other == *first));
    let currency = currency.filter(|_| !config::is_said(site, "account", "base_currency"));
    let mut proposed: Vec<Setting> =
        status.map(|status| Setting::new("site", "status", status)).into_iter().collect();
    proposed.extend(currency.map(|currency| Setting::new("account", "base_currency", currency.to_string())));
    // Where there is only one account its number is not needed, so it alone is not worth a question.
    let account = account.filter(|_| config.account.id().is_none() && !proposed.is_empty());
    proposed.extend(account.map(|account| Setting::new("account", "id", account)));
    proposed
}

/// Writes proposals into the configuration if that is wanted, else says what they are.
pub fn propose(proposed: &[Setting], yes: bool, site: &SiteDir, terminal: &Terminal) -> Result<()> {
    if proposed.is_empty() {
        return Ok(());
    }
    let said: Vec<String> =
        proposed.iter().map(|Setting { section, key, value }| format!("[{section}] {key} = \"{value}\"")).collect();
    terminal.say(format!("the statement says what the configuration does not: {}", said.join(", ")));
    if yes || (prompts::can_ask() && prompts::yes("Write this into the configuration?", true)?) {
        config::set(site, proposed)?;
        terminal.say("written into config/config.toml and, what is private, config/local.toml");
    } else {
        terminal.say("next: `--yes` writes it there, or set it yourself");
    }
    Ok(())
}
