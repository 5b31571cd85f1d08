//! What a gateway has to tell and how it behaves, written down by a test.

use std::ops::Range;
use std::time::Duration;

use chrono::NaiveDate;

use super::lines::{Fill, Holding, Listing};
use super::message::Kind;
use super::proto::{
    AccountSummary, AccountValue, CommissionReport, ContractData, ExecutionDetails, PortfolioValue, Position,
};

/// A scripted gateway. Everything is chained; [`Gateway::start`](Gateway::start) opens the socket.
#[derive(Clone)]
pub struct Gateway {
    pub(super) server_version: i32,
    pub(super) greeting: String,
    pub(super) accounts: Vec<String>,
    pub(super) seconds: Option<i64>,
    pub(super) notices: Vec<(i32, String)>,
    pub(super) executions: Vec<(ExecutionDetails, usize)>,
    pub(super) commissions: Vec<(CommissionReport, When)>,
    pub(super) positions: Vec<Position>,
    pub(super) portfolio: Vec<PortfolioValue>,
    pub(super) values: Vec<AccountValue>,
    pub(super) summary: Vec<AccountSummary>,
    pub(super) listings: Vec<ContractData>,
    pub(super) window: Window,
    pub(super) behaviours: Vec<(Range<usize>, Behaviour)>,
}

/// When a commission report is sent. Requests for executions are counted from 1 over all connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// Right after its fill, whenever executions are asked for.
    WithFill,
    /// After the end marker of the first answer that has its fill; with the fill from then on.
    AfterEnd,
    /// With its fill, from this request on: before, nothing is known of it.
    FromRequest(usize),
}

/// Which executions a request gets, by the date its time begins with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Window {
    /// Everything that is scripted.
    Everything,
    /// Those of this day, unless the filter asks for days: `last_n_days` (this day is the first of them), `specific_dates`.
    Honoured(NaiveDate),
    /// Those of this day, whatever the filter asks for.
    Ignored(NaiveDate),
}

/// How a connection goes otherwise than well.
#[derive(Clone, Debug, PartialEq)]
pub enum Behaviour {
    /// Accepts and never says a word.
    Mute,
    /// Hears the greeting and closes, as a peer does that does not want this host.
    CloseAtOnce,
    /// Says 326 to whoever starts and closes.
    ClientIdInUse,
    /// Never answers requests with this id ([`ask`](super::ask)).
    Ignore(i32),
    /// Never sends messages of this kind.
    Withhold(Kind),
    /// Something happens when the n-th message (from 1) of a kind is due on a connection.
    At(Kind, usize, Incident),
}

/// What can happen when a message is due.
#[derive(Clone, Debug, PartialEq)]
pub enum Incident {
    /// The gateway closes instead.
    Close,
    /// The gateway closes after half of the frame.
    CutShort,
    /// A length that no frame has comes instead, and the connection stays open.
    BadLength,
    /// A frame of this kind comes instead, with a body that no decoder can read.
    BadBody,
    /// The message comes this much later.
    Delay(Duration),
    /// A notice (2104, 1100, 1102 ...) that belongs to no request comes before it.
    Notice(i32, &'static str),
}

impl Gateway {
    /// A gateway of the newest version with one account, `DU1234567`, and nothing in it.
    pub fn new() -> Self {
        Self {
            server_version: 226,
            greeting: "20260123 16:30:00 US/Eastern".to_owned(),
            accounts: vec!["DU1234567".to_owned()],
            seconds: None,
            notices: Vec::new(),
            executions: Vec::new(),
            commissions: Vec::new(),
            positions: Vec::new(),
            portfolio: Vec::new(),
            values: Vec::new(),
            summary: Vec::new(),
            listings: Vec::new(),
            window: Window::Everything,
            behaviours: Vec::new(),
        }
    }

    /// The newest version it speaks. A client that needs more is told so, as an old TWS does.
    pub fn server_version(self, server_version: i32) -> Self {
        Self { server_version, ..self }
    }

    /// The time of the connection as the greeting says it: `20260123 16:30:00 US/Eastern`.
    pub fn connection_time(self, greeting: &str) -> Self {
        Self { greeting: greeting.to_owned(), ..self }
    }

    /// What the current time is asked to be, in seconds since 1970; the clock of this machine where it is not set.
    pub fn current_time(self, seconds: i64) -> Self {
        Self { seconds: Some(seconds), ..self }
    }

    /// The managed accounts.
    pub fn accounts<'a>(self, accounts: impl IntoIterator<Item = &'a str>) -> Self {
        Self { accounts: accounts.into_iter().map(str::to_owned).collect(), ..self }
    }

    /// A notice sent to everyone who starts: 2104, 2158, 1100 ...
    pub fn notice(mut self, code: i32, text: &str) -> Self {
        self.notices.push((code, text.to_owned()));
        self
    }

    /// A fill, told whenever executions are asked for.
    pub fn execution(self, fill: Fill) -> Self {
        self.execution_from(1, fill)
    }

    /// A fill that is told from the n-th request for executions on: it happened in between.
    pub fn execution_from(mut self, request: usize, fill: Fill) -> Self {
        self.executions.push((fill.message(), request));
        self
    }

    /// Many fills.
    pub fn executions<'a>(self, fills: impl IntoIterator<Item = Fill<'a>>) -> Self {
        fills.into_iter().fold(self, Self::execution)
    }

    /// Changes the last fill as no field of [`Fill`] can: a price that is missing, a side that does not exist.
    pub fn amend(mut self, change: impl FnOnce(&mut ExecutionDetails)) -> Self {
        let (details, _) = self.executions.last_mut().expect("a fill to amend");
        change(details);
        self
    }

    /// A commission report right after its fill. Without a realized result the field carries the largest number, as
    /// the broker sends it for opening fills.
    pub fn commission(self, exec_id: &str, amount: f64, currency: &str, realized: Option<f64>) -> Self {
        self.late_commission(exec_id, amount, currency, realized, When::WithFill)
    }

    /// A commission report that comes when it comes.
    pub fn late_commission(
        mut self,
        exec_id: &str,
        amount: f64,
        currency: &str,
        realized: Option<f64>,
        when: When,
    ) -> Self {
        let report = CommissionReport {
            exec_id: Some(exec_id.to_owned()),
            commission: Some(amount),
            currency: Some(currency.to_owned()),
            realized_pnl: Some(realized.unwrap_or(f64::MAX)),
        };
        self.commissions.push((report, when));
        self
    }

    /// A commission report with nothing but the id of its fill.
    pub fn empty_commission(mut self, exec_id: &str) -> Self {
        let report = CommissionReport { exec_id: Some(exec_id.to_owned()), ..CommissionReport::default() };
        self.commissions.push((report, When::WithFill));
        self
    }

    /// A position, as told by the list of positions of all accounts.
    pub fn position(mut self, holding: Holding) -> Self {
        self.positions.push(holding.position());
        self
    }

    /// A line of the portfolio, as told by the updates of its account.
    pub fn portfolio_value(mut self, holding: Holding) -> Self {
        self.portfolio.push(holding.portfolio_value());
        self
    }

    /// A position and its line of the portfolio, which agree.
    pub fn holding(self, holding: Holding) -> Self {
        self.position(holding.clone()).portfolio_value(holding)
    }

    /// An account value. Key, currency and account together name it.
    pub fn account_value(mut self, key: &str, value: &str, currency: &str, account: &str) -> Self {
        self.values.push(AccountValue {
            key: Some(key.to_owned()),
            value: Some(value.to_owned()),
            currency: Some(currency.to_owned()),
            account: Some(account.to_owned()),
        });
        self
    }

    /// A line of the account summary.
    pub fn summary(mut self, tag: &str, value: &str, currency: &str, account: &str) -> Self {
        self.summary.push(AccountSummary {
            req_id: None,
            account: Some(account.to_owned()),
            tag: Some(tag.to_owned()),
            value: Some(value.to_owned()),
            currency: Some(currency.to_owned()),
        });
        self
    }

    /// What is told of a contract. Asked for one without a listing, the gateway says 200.
    pub fn contract_details(mut self, listing: Listing) -> Self {
        self.listings.push(listing.message());
        self
    }

    /// Which executions a request gets by its days.
    pub fn window(self, window: Window) -> Self {
        Self { window, ..self }
    }

    /// What every connection meets.
    pub fn behave(self, behaviour: Behaviour) -> Self {
        self.behave_on(0..usize::MAX, behaviour)
    }

    /// What some connections meet, counted from 0: `0..1` is the first one.
    pub fn behave_on(mut self, connections: Range<usize>, behaviour: Behaviour) -> Self {
        self.behaviours.push((connections, behaviour));
        self
    }

    /// What this connection meets.
    pub(super) fn behaviours_of(&self, connection: usize) -> Vec<Behaviour> {
        let met = self.behaviours.iter().filter(|(connections, _)| connections.contains(&connection));
        met.map(|(_, behaviour)| behaviour.clone()).collect()
    }
}
