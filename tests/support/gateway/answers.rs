//! What the script answers to a request, message by message.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Datelike, Days, NaiveDate};

use super::message::{Message, Request};
use super::proto::{
    AccountDataEnd, AccountSummary, AccountUpdateMulti, AccountUpdateTime, CommissionReport, Contract, ContractData,
    CurrentTime, Empty, EndOf, ExecutionDetails, ExecutionFilter, ManagedAccounts, NextValidId,
};
use super::script::{Gateway, When, Window};

/// The tags that `$LEDGER` stands for, once a currency.
const LEDGER: [&str; 8] = [
    "CashBalance",
    "TotalCashBalance",
    "ExchangeRate",
    "NetLiquidationByCurrency",
    "StockMarketValue",
    "RealizedPnL",
    "UnrealizedPnL",
    "AccruedCash",
];

impl Gateway {
    /// The answer to a request; `asked` counts the requests for executions so far, this one included.
    pub(super) fn answer(&self, request: &Request, asked: usize) -> Vec<Message> {
        match request {
            Request::StartApi { .. } => self.welcome(),
            Request::CurrentTime => vec![Message::CurrentTime(CurrentTime { seconds: Some(self.now()) })],
            Request::ManagedAccounts => vec![self.managed()],
            Request::Executions { req_id, filter } => self.told_executions(*req_id, filter, asked),
            Request::Positions => {
                let all = self.positions.iter().cloned().map(Message::Position);
                all.chain([Message::PositionsEnd(Empty {})]).collect()
            }
            Request::AccountSummary { req_id, tags } => self.told_summary(*req_id, tags),
            Request::AccountUpdates { account } => self.told_account(account),
            Request::AccountUpdatesMulti { req_id, account } => self.told_values(*req_id, account),
            Request::ContractData { req_id, contract } => self.told_listings(*req_id, contract),
            Request::OpenOrders => vec![Message::OpenOrdersEnd(Empty {})],
            Request::CompletedOrders => vec![Message::CompletedOrdersEnd(Empty {})],
            Request::Cancel(_) | Request::Order(_) | Request::Other(_) => Vec::new(),
        }
    }

    fn welcome(&self) -> Vec<Message> {
        let first = [self.managed(), Message::NextValidId(NextValidId { order_id: Some(1) })];
        let notices = self.notices.iter().map(|(code, text)| Message::error(-1, *code, text));
        first.into_iter().chain(notices).collect()
    }

    fn managed(&self) -> Message {
        Message::ManagedAccounts(ManagedAccounts { list: Some(self.accounts.join(",")) })
    }

    fn now(&self) -> i64 {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs();
        self.seconds.unwrap_or_else(|| clock() as i64)
    }

    /// Each fill with its commission reports after it, the end, and the reports that come later than that.
    fn told_executions(&self, req_id: Option<i32>, filter: &ExecutionFilter, asked: usize) -> Vec<Message> {
        let mut reports: HashMap<&str, Vec<(&CommissionReport, When)>> = HashMap::new();
        for (report, when) in &self.commissions {
            reports.entry(report.exec_id.as_deref().unwrap_or_default()).or_default().push((report, *when));
        }
        let mut reported = Vec::new();
        let mut late = Vec::new();
        for (details, from) in &self.executions {
            if *from > asked || !self.wanted(details, filter) {
                continue;
            }
            let id =
                details.execution.as_ref().and_then(|execution| execution.exec_id.as_deref()).unwrap_or_default();
            reported.push(Message::Execution(ExecutionDetails { req_id, ..details.clone() }));
            for (report, when) in reports.get(id).into_iter().flatten() {
                let report = Message::Commission((*report).clone());
                match when {
                    When::AfterEnd if *from == asked => late.push(report),
                    When::FromRequest(request) if *request > asked => {}
                    _ => reported.push(report),
                }
            }
        }
        reported.push(Message::ExecutionsEnd(EndOf { req_id }));
        reported.extend(late);
        reported
    }

    fn wanted(&self, details: &ExecutionDetails, filter: &ExecutionFilter) -> bool {
        let contract = details.contract.clone().unwrap_or_default();
        let execution = details.execution.clone().unwrap_or_default();
        let side = filter.side.as_deref().map(|side| if side.starts_with('S') { "SLD" } else { "BOT" });
        let fits = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
        fits(&filter.acct_code, &execution.acct_number)
            && fits(&filter.symbol, &contract.symbol)
            && fits(&filter.sec_type, &contract.sec_type)
            && fits(&filter.exchange, &execution.exchange)
            && (side.is_none() || side == execution.side.as_deref())
            && (filter.client_id.is_none() || filter.client_id == execution.client_id)
            && self.in_window(execution.time.as_deref().unwrap_or_default(), filter)
    }

    fn in_window(&self, time: &str, filter: &ExecutionFilter) -> bool {
        let date = time.get(..8).and_then(|date| NaiveDate::parse_from_str(date, "%Y%m%d").ok());
        let as_number = |date: NaiveDate| date.year() * 10_000 + date.month() as i32 * 100 + date.day() as i32;
        match (self.window, date, filter.last_n_days) {
            (Window::Everything, ..) => true,
            (_, None, _) => false,
            (Window::Honoured(today), Some(date), Some(days)) => {
                date <= today && date > today - Days::new(days.unsigned_abs().into())
            }
            (Window::Honoured(_), Some(date), None) if !filter.specific_dates.is_empty() => {
                filter.specific_dates.contains(&as_number(date))
            }
            (Window::Honoured(today) | Window::Ignored(today), Some(date), _) => date == today,
        }
    }

    fn told_summary(&self, req_id: Option<i32>, tags: &str) -> Vec<Message> {
        let wanted = |line: &&AccountSummary| {
            let tag = line.tag.as_deref().unwrap_or_default();
            tags.split(',').map(str::trim).any(|asked| match asked.strip_prefix("$LEDGER") {
                None => asked == tag,
                Some("" | ":ALL") => LEDGER.contains(&tag),
                Some(currency) => LEDGER.contains(&tag) && currency.strip_prefix(':') == line.currency.as_deref(),
            })
        };
        let lines = self.summary.iter().filter(wanted);
        let reported = lines.map(|line| Message::AccountSummary(AccountSummary { req_id, ..line.clone() }));
        reported.chain([Message::AccountSummaryEnd(EndOf { req_id })]).collect()
    }

    /// Values, lines of the portfolio, the time and the end. No account asked for is the first one.
    fn told_account(&self, account: &str) -> Vec<Message> {
        let account = if account.is_empty() { self.accounts.first().cloned() } else { Some(account.to_owned()) };
        if !account.as_ref().is_some_and(|account| self.accounts.contains(account)) {
            return vec![Message::error(-1, 321, "Error validating request: invalid account code")];
        }
        let values = self.values.iter().filter(|value| value.account == account).cloned().map(Message::AccountValue);
        let lines =
            self.portfolio.iter().filter(|line| line.account == account).cloned().map(Message::PortfolioValue);
        let time = Message::AccountTime(AccountUpdateTime { time: Some("16:30".to_owned()) });
        let end = Message::AccountDataEnd(AccountDataEnd { account: account.clone() });
        values.chain(lines).chain([time, end]).collect()
    }

    fn told_values(&self, req_id: Option<i32>, account: &str) -> Vec<Message> {
        let values = self.values.iter().filter(|it| account.is_empty() || it.account.as_deref() == Some(account));
        let reported = values.cloned().map(|value| {
            Message::AccountMulti(AccountUpdateMulti {
                req_id,
                account: value.account,
                model_code: None,
                key: value.key,
                value: value.value,
                currency: value.currency,
            })
        });
        reported.chain([Message::AccountMultiEnd(EndOf { req_id })]).collect()
    }

    /// The listings that agree with all that the client says of the contract.
    fn told_listings(&self, req_id: Option<i32>, asked: &Contract) -> Vec<Message> {
        let fits = |wanted: &Option<String>, is: &Option<String>| {
            wanted.as_deref().is_none_or(str::is_empty) || wanted == is
        };
        let known = |data: &&ContractData| {
            let contract = data.contract.clone().unwrap_or_default();
            match asked.con_id.filter(|conid| *conid != 0) {
                Some(conid) => contract.con_id == Some(conid),
                None => fits(&asked.symbol, &contract.symbol) && fits(&asked.currency, &contract.currency),
            }
        };
        let found: Vec<&ContractData> = self.listings.iter().filter(known).collect();
        if found.is_empty() {
            let text = "No security definition has been found for the request";
            return vec![Message::error(req_id.unwrap_or(-1), 200, text)];
        }
        let reported = found.into_iter().map(|data| Message::ContractData(ContractData { req_id, ..data.clone() }));
        reported.chain([Message::ContractDataEnd(EndOf { req_id })]).collect()
    }
}
