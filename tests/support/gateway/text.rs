//! The text encoding, for clients that end at version 178: fields that each end in a NUL, the id first.
//! The order of the fields is that of `ib_async` 2.1.0, `decoder.py` and `client.py`.

use std::fmt::Display;

use super::message::{Message, Request, ask};
use super::proto::{Contract, ContractData, Execution, ExecutionDetails, ExecutionFilter, PortfolioValue, Position};

/// The first version that tells whether a price may still be revised.
const PENDING_PRICE_REVISION: i32 = 178;

/// Fields on their way out. What is not set is an empty field.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn put(mut self, value: impl Display) -> Self {
        self.0.extend(value.to_string().bytes());
        self.0.push(0);
        self
    }

    fn some<T: Display>(self, value: &Option<T>) -> Self {
        match value {
            Some(value) => self.put(value),
            None => self.put(""),
        }
    }

    /// A number; the largest one stands for "none" and has its own spelling.
    fn number(self, value: Option<f64>) -> Self {
        match value {
            Some(f64::MAX) => self.put("1.7976931348623157E308"),
            value => self.some(&value),
        }
    }

    fn flag(self, value: Option<bool>) -> Self {
        self.put(i32::from(value.unwrap_or_default()))
    }

    /// The contract as executions, positions and portfolio lines begin with it; they differ in the exchange.
    fn contract(self, contract: &Contract, exchange: &Option<String>) -> Self {
        self.some(&contract.con_id)
            .some(&contract.symbol)
            .some(&contract.sec_type)
            .some(&contract.last_trade_date)
            .number(Some(contract.strike.unwrap_or_default()))
            .some(&contract.right)
            .number(contract.multiplier)
            .some(exchange)
            .some(&contract.currency)
            .some(&contract.local_symbol)
            .some(&contract.trading_class)
    }
}

/// The body of a frame that carries this message.
pub fn body(message: &Message, version: i32) -> Vec<u8> {
    let start = Fields::default().put(message.kind() as i32);
    let fields = match message {
        Message::Error(it) => start.put(2).some(&it.id).some(&it.code).some(&it.text).put(""),
        Message::AccountValue(it) => start.put(2).some(&it.key).some(&it.value).some(&it.currency).some(&it.account),
        Message::PortfolioValue(it) => portfolio(start, it),
        Message::AccountTime(it) => start.put(1).some(&it.time),
        Message::NextValidId(it) => start.put(1).some(&it.order_id),
        Message::ContractData(it) => contract_data(start, it),
        Message::Execution(it) => execution(start, it, version),
        Message::ManagedAccounts(it) => start.put(1).some(&it.list),
        Message::CurrentTime(it) => start.put(1).some(&it.seconds),
        Message::AccountDataEnd(it) => start.put(1).some(&it.account),
        Message::Commission(it) => start
            .put(1)
            .some(&it.exec_id)
            .number(it.commission)
            .some(&it.currency)
            .number(it.realized_pnl)
            .put("")
            .put(""),
        Message::Position(it) => position(start, it),
        Message::AccountSummary(it) => {
            start.put(1).some(&it.req_id).some(&it.account).some(&it.tag).some(&it.value).some(&it.currency)
        }
        Message::AccountMulti(it) => {
            let head = start.put(1).some(&it.req_id).some(&it.account).some(&it.model_code);
            head.some(&it.key).some(&it.value).some(&it.currency)
        }
        Message::ContractDataEnd(it)
        | Message::ExecutionsEnd(it)
        | Message::AccountSummaryEnd(it)
        | Message::AccountMultiEnd(it) => start.put(1).some(&it.req_id),
        Message::OpenOrdersEnd(_) | Message::PositionsEnd(_) => start.put(1),
        Message::CompletedOrdersEnd(_) => start,
    };
    fields.0
}

fn execution(start: Fields, details: &ExecutionDetails, version: i32) -> Fields {
    let contract = details.contract.clone().unwrap_or_default();
    let it: Execution = details.execution.clone().unwrap_or_default();
    let head = start.some(&details.req_id).some(&it.order_id).contract(&contract, &contract.exchange);
    let what = head.some(&it.exec_id).some(&it.time).some(&it.acct_number).some(&it.exchange).some(&it.side);
    let whose = what.some(&it.shares).number(it.price).some(&it.perm_id).some(&it.client_id).flag(it.is_liquidation);
    let order = whose.some(&it.cum_qty).number(it.avg_price).some(&it.order_ref).put("").put("");
    let tail = order.some(&it.model_code).some(&it.last_liquidity);
    if version >= PENDING_PRICE_REVISION { tail.flag(it.is_price_revision_pending) } else { tail }
}

fn position(start: Fields, it: &Position) -> Fields {
    let contract = it.contract.clone().unwrap_or_default();
    let head = start.put(3).some(&it.account).contract(&contract, &contract.exchange);
    head.some(&it.position).number(it.avg_cost)
}

fn portfolio(start: Fields, it: &PortfolioValue) -> Fields {
    let contract = it.contract.clone().unwrap_or_default();
    let head = start.put(8).contract(&contract, &contract.primary_exch).some(&it.position);
    let value = head.number(it.market_price).number(it.market_value).number(it.average_cost);
    value.number(it.unrealized_pnl).number(it.realized_pnl).some(&it.account)
}

fn contract_data(start: Fields, data: &ContractData) -> Fields {
    let contract = data.contract.clone().unwrap_or_default();
    let it = data.details.clone().unwrap_or_default();
    let head =
        start.some(&data.req_id).some(&contract.symbol).some(&contract.sec_type).some(&contract.last_trade_date);
    let deal = head.number(Some(contract.strike.unwrap_or_default())).some(&contract.right).some(&contract.exchange);
    let name = deal.some(&contract.currency).some(&contract.local_symbol).some(&it.market_name);
    let tick =
        name.some(&contract.trading_class).some(&contract.con_id).some(&it.min_tick).number(contract.multiplier);
    let order_types = "";
    let trade = tick.put(order_types).some(&it.valid_exchanges).some(&it.price_magnifier).put(0).some(&it.long_name);
    let (month, industry, category, subcategory) = ("", "", "", "");
    let kind = trade.some(&contract.primary_exch).put(month).put(industry).put(category).put(subcategory);
    let hours = kind.some(&it.time_zone_id).some(&it.trading_hours).some(&it.liquid_hours);
    let (ev_rule, ev_multiplier) = ("", "");
    let ids = hours.put(ev_rule).put(ev_multiplier).put(it.sec_id_list.len());
    let ids = it.sec_id_list.iter().fold(ids, |fields, (kind, id)| fields.put(kind).put(id));
    let (group, under_symbol, under_type, rules, expiration) = (1, "", "", "", "");
    let under = ids.put(group).put(under_symbol).put(under_type).put(rules).put(expiration).some(&it.stock_type);
    let (min_size, increment, suggested) = ("0.0001", "0.0001", "100");
    under.put(min_size).put(increment).put(suggested)
}

/// A body that no decoder can read under the id of a message.
pub fn spoilt(id: i32) -> Vec<u8> {
    Fields::default().put(id).put("not").put("what was agreed").0
}

/// What the body of a client's frame asks for.
pub fn request(body: &[u8]) -> Request {
    let text = String::from_utf8_lossy(body);
    let fields: Vec<&str> = text.split('\0').collect();
    let at = |position: usize| fields.get(position).copied().unwrap_or_default();
    let number = |position: usize| at(position).parse().ok();
    let some = |position: usize| Some(at(position).to_owned()).filter(|text| !text.is_empty());
    match number(0).unwrap_or(-1) {
        ask::START_API => Request::StartApi { client_id: number(2).unwrap_or_default() },
        ask::CURRENT_TIME => Request::CurrentTime,
        ask::MANAGED_ACCOUNTS => Request::ManagedAccounts,
        ask::EXECUTIONS => Request::Executions {
            req_id: number(2),
            filter: ExecutionFilter {
                // In text, 0 is "any".
                client_id: number(3).filter(|id| *id != 0),
                acct_code: some(4),
                time: some(5),
                symbol: some(6),
                sec_type: some(7),
                exchange: some(8),
                side: some(9),
                ..ExecutionFilter::default()
            },
        },
        ask::POSITIONS => Request::Positions,
        ask::ACCOUNT_SUMMARY => Request::AccountSummary { req_id: number(2), tags: at(4).to_owned() },
        ask::ACCOUNT_UPDATES if at(2) == "1" => Request::AccountUpdates { account: at(3).to_owned() },
        ask::ACCOUNT_UPDATES => Request::Cancel(ask::ACCOUNT_UPDATES),
        ask::ACCOUNT_UPDATES_MULTI => Request::AccountUpdatesMulti { req_id: number(2), account: at(3).to_owned() },
        ask::CONTRACT_DATA => Request::ContractData {
            req_id: number(2),
            contract: Contract {
                con_id: number(3),
                symbol: some(4),
                sec_type: some(5),
                exchange: some(10),
                primary_exch: some(11),
                currency: some(12),
                ..Contract::default()
            },
        },
        id => ask::without_content(id),
    }
}
