//! The protobuf messages of the TWS API that the gateway speaks, with the tags of the broker's `.proto` files.
//! Only the fields that are scripted or read are here; protobuf skips the rest on both sides.

use prost::Message as _;

use super::message::{Message, Request, ask};

/// Protobuf messages carry their id plus this.
const PROTOBUF: i32 = 200;

macro_rules! structs {
    ($($(#[$doc:meta])* $name:ident { $($tag:literal $field:ident: $kind:ident,)* })*) => {
        $($(#[$doc])*
        #[derive(Clone, PartialEq, prost::Message)]
        pub struct $name {
            $(#[prost($kind, optional, tag = $tag)]
            pub $field: Option<structs!(@$kind)>,)*
        })*
    };
    (@string) => { String };
    (@int32) => { i32 };
    (@int64) => { i64 };
    (@double) => { f64 };
    (@bool) => { bool };
}

structs! {
    /// A message without content.
    Empty {}
    /// The end of an answer, by the number of its request.
    EndOf { "1" req_id: int32, }
    Contract {
        "1" con_id: int32, "2" symbol: string, "3" sec_type: string, "4" last_trade_date: string, "5" strike: double,
        "6" right: string, "7" multiplier: double, "8" exchange: string, "9" primary_exch: string, "10" currency: string,
        "11" local_symbol: string, "12" trading_class: string,
    }
    Execution {
        "1" order_id: int32, "2" exec_id: string, "3" time: string, "4" acct_number: string, "5" exchange: string,
        "6" side: string, "7" shares: string, "8" price: double, "9" perm_id: int64, "10" client_id: int32,
        "11" is_liquidation: bool, "12" cum_qty: string, "13" avg_price: double, "14" order_ref: string,
        "17" model_code: string, "18" last_liquidity: int32, "19" is_price_revision_pending: bool,
    }
    CommissionReport {
        "1" exec_id: string, "2" commission: double, "3" currency: string, "4" realized_pnl: double,
    }
    AccountSummary {
        "1" req_id: int32, "2" account: string, "3" tag: string, "4" value: string, "5" currency: string,
    }
    AccountSummaryRequest { "1" req_id: int32, "2" group: string, "3" tags: string, }
    AccountValue { "1" key: string, "2" value: string, "3" currency: string, "4" account: string, }
    AccountUpdateTime { "1" time: string, }
    AccountDataEnd { "1" account: string, }
    AccountDataRequest { "1" subscribe: bool, "2" account: string, }
    AccountUpdateMulti {
        "1" req_id: int32, "2" account: string, "3" model_code: string, "4" key: string, "5" value: string,
        "6" currency: string,
    }
    AccountUpdatesMultiRequest { "1" req_id: int32, "2" account: string, }
    ErrorMessage { "1" id: int32, "2" time: int64, "3" code: int32, "4" text: string, }
    NextValidId { "1" order_id: int32, }
    ManagedAccounts { "1" list: string, }
    StartApiRequest { "1" client_id: int32, }
    CurrentTime { "1" seconds: int64, }
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ExecutionDetails {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(message, optional, tag = "3")]
    pub execution: Option<Execution>,
}

/// Which executions a client asks for.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ExecutionFilter {
    #[prost(int32, optional, tag = "1")]
    pub client_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub acct_code: Option<String>,
    /// Not before this time; recorded, not applied.
    #[prost(string, optional, tag = "3")]
    pub time: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub symbol: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub sec_type: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub exchange: Option<String>,
    /// `BUY` or `SELL`.
    #[prost(string, optional, tag = "7")]
    pub side: Option<String>,
    #[prost(int32, optional, tag = "8")]
    pub last_n_days: Option<i32>,
    /// Days as numbers: 20260123.
    #[prost(int32, repeated, tag = "9")]
    pub specific_dates: Vec<i32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ExecutionRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub filter: Option<ExecutionFilter>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Position {
    #[prost(string, optional, tag = "1")]
    pub account: Option<String>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(string, optional, tag = "3")]
    pub position: Option<String>,
    #[prost(double, optional, tag = "4")]
    pub avg_cost: Option<f64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct PortfolioValue {
    #[prost(message, optional, tag = "1")]
    pub contract: Option<Contract>,
    #[prost(string, optional, tag = "2")]
    pub position: Option<String>,
    #[prost(double, optional, tag = "3")]
    pub market_price: Option<f64>,
    #[prost(double, optional, tag = "4")]
    pub market_value: Option<f64>,
    #[prost(double, optional, tag = "5")]
    pub average_cost: Option<f64>,
    #[prost(double, optional, tag = "6")]
    pub unrealized_pnl: Option<f64>,
    #[prost(double, optional, tag = "7")]
    pub realized_pnl: Option<f64>,
    #[prost(string, optional, tag = "8")]
    pub account: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ContractDetails {
    #[prost(string, optional, tag = "1")]
    pub market_name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub min_tick: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub valid_exchanges: Option<String>,
    #[prost(int32, optional, tag = "5")]
    pub price_magnifier: Option<i32>,
    #[prost(string, optional, tag = "7")]
    pub long_name: Option<String>,
    #[prost(string, optional, tag = "12")]
    pub time_zone_id: Option<String>,
    #[prost(string, optional, tag = "13")]
    pub trading_hours: Option<String>,
    #[prost(string, optional, tag = "14")]
    pub liquid_hours: Option<String>,
    #[prost(btree_map = "string, string", tag = "17")]
    pub sec_id_list: std::collections::BTreeMap<String, String>,
    #[prost(string, optional, tag = "23")]
    pub stock_type: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ContractData {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(message, optional, tag = "3")]
    pub details: Option<ContractDetails>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ContractDataRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
}

/// The body of a frame that carries this message.
pub fn body(message: &Message) -> Vec<u8> {
    tagged(message.kind() as i32, &message.protobuf())
}

/// A body of any bytes under the id of a message.
pub fn tagged(id: i32, bytes: &[u8]) -> Vec<u8> {
    [&(id + PROTOBUF).to_be_bytes()[..], bytes].concat()
}

/// What the body of a client's frame asks for.
pub fn request(body: &[u8]) -> Request {
    let Some((id, bytes)) = body.split_first_chunk() else { return Request::Other(-1) };
    let id = i32::from_be_bytes(*id) - PROTOBUF;
    parsed(id, bytes).unwrap_or(Request::Other(id))
}

fn parsed(id: i32, bytes: &[u8]) -> Result<Request, prost::DecodeError> {
    Ok(match id {
        ask::START_API => {
            Request::StartApi { client_id: StartApiRequest::decode(bytes)?.client_id.unwrap_or_default() }
        }
        ask::CURRENT_TIME => Request::CurrentTime,
        ask::MANAGED_ACCOUNTS => Request::ManagedAccounts,
        ask::EXECUTIONS => {
            let asked = ExecutionRequest::decode(bytes)?;
            Request::Executions { req_id: asked.req_id, filter: asked.filter.unwrap_or_default() }
        }
        ask::POSITIONS => Request::Positions,
        ask::ACCOUNT_SUMMARY => {
            let asked = AccountSummaryRequest::decode(bytes)?;
            Request::AccountSummary { req_id: asked.req_id, tags: asked.tags.unwrap_or_default() }
        }
        ask::ACCOUNT_UPDATES => {
            let asked = AccountDataRequest::decode(bytes)?;
            let account = asked.account.unwrap_or_default();
            if asked.subscribe == Some(true) { Request::AccountUpdates { account } } else { Request::Cancel(id) }
        }
        ask::ACCOUNT_UPDATES_MULTI => {
            let asked = AccountUpdatesMultiRequest::decode(bytes)?;
            Request::AccountUpdatesMulti { req_id: asked.req_id, account: asked.account.unwrap_or_default() }
        }
        ask::CONTRACT_DATA => {
            let asked = ContractDataRequest::decode(bytes)?;
            Request::ContractData { req_id: asked.req_id, contract: asked.contract.unwrap_or_default() }
        }
        _ => ask::without_content(id),
    })
}
