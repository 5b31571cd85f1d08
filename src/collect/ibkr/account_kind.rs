//! Paper or live: what the port, the account's number and the configuration say must agree.

use crate::brokers::ibkr::is_paper;
use crate::config::{Config, Status};
use crate::error::{Error, Result};

/// Whose money an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// The broker's simulation.
    Paper,
    /// Real money.
    Live,
}

impl AccountKind {
    /// What a site of this status publishes.
    ///
    /// # Errors
    /// A demo, which has no account at a broker.
    pub fn of_status(status: Status) -> Result<Self> {
        match status {
            Status::Live => Ok(Self::Live),
            Status::Paper => Ok(Self::Paper),
            Status::Unset => Err(Error::configuration("`[site] status` does not say whether this is real money")
                .hint("set it to \"paper\" or \"live\", or say `--paper` or `--live`")),
            Status::Demo => Err(Error::configuration("this site is a demo, and a broker's data do not belong in it")
                .hint("set `[site] status` to \"paper\" or \"live\", or make a site with `trackrecord init DIR`")),
        }
    }

    /// What a port is for where nobody changed it: TWS 7496 and Gateway 4001 are live, 7497 and 4002 paper.
    pub fn of_port(port: u16) -> Option<Self> {
        match port {
            7496 | 4001 => Some(Self::Live),
            7497 | 4002 => Some(Self::Paper),
            _ => None,
        }
    }

    /// What a site publishes; where its status is not said yet, what the port is for. The account is held against it.
    ///
    /// # Errors
    /// As [`of_status`](Self::of_status).
    pub fn of_site(config: &Config) -> Result<Self> {
        match config.site.status {
            Status::Unset => Self::of_port(config.ibkr.port).map_or_else(|| Self::of_status(Status::Unset), Ok),
            status => Self::of_status(status),
        }
    }

    /// What an account's number says.
    pub fn of_account(account: &str) -> Self {
        if is_paper(account) { Self::Paper } else { Self::Live }
    }

    /// The kind itself, if it is the one that was asked for.
    ///
    /// # Errors
    /// The site publishes the other kind.
    pub fn must_be(self, asked: Self) -> Result<Self> {
        if self == asked {
            return Ok(self);
        }
        let (asked, own) = (asked.name(), self.name());
        Err(Error::usage(format!("--{asked} was asked for, and this site's record is {own}; nothing was asked"))
            .hint("a site publishes one account: collect into the other site, or correct `[site] status`"))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }
}

/// Refuses a port that is for the other kind of account.
///
/// # Errors
/// The port's usual kind is not the wanted one.
pub fn agree_on_port(port: u16, wanted: AccountKind) -> Result<()> {
    match AccountKind::of_port(port) {
        Some(found) if found != wanted => Err(disagreement(format!("port {port}"), found, wanted)),
        _ => Ok(()),
    }
}

/// Refuses an account of the other kind.
///
/// # Errors
/// The account's number says another kind than the wanted one.
pub fn agree_on_account(account: &str, wanted: AccountKind) -> Result<()> {
    match AccountKind::of_account(account) {
        found if found != wanted => Err(disagreement(format!("account {account}"), found, wanted)),
        _ => Ok(()),
    }
}

fn disagreement(what: String, found: AccountKind, wanted: AccountKind) -> Error {
    let (found, wanted) = (found.name(), wanted.name());
    Error::configuration(format!("{what} is {found}, and this site's record is {wanted}; nothing was asked"))
        .hint("correct `[account] id` or `[ibkr] port` in config/local.toml, or `[site] status` if this site publishes the other account")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_account_does_not_become_a_live_record() {
        assert!(agree_on_port(7497, AccountKind::Live).is_err());
        assert!(agree_on_port(4001, AccountKind::Paper).is_err());
        assert!(agree_on_port(12345, AccountKind::Live).is_ok());
        assert!(agree_on_account("DU1234567", AccountKind::Live).is_err());
        assert!(agree_on_account("U1234567", AccountKind::Paper).is_err());
        assert!(agree_on_account("DU1234567", AccountKind::Paper).is_ok());
        assert!(AccountKind::of_status(Status::Demo).is_err());
    }

    #[test]
    fn a_refusal_says_both_and_what_to_do() {
        let error = agree_on_port(7496, AccountKind::Paper).unwrap_err();
        assert_eq!(error.message(), "port 7496 is live, and this site's record is paper; nothing was asked");
        assert!(
            AccountKind::Live.must_be(AccountKind::Live).is_ok()
                && AccountKind::Live.must_be(AccountKind::Paper).is_err()
        );
    }
}
