//! What goes to and fro, whatever the encoding.

use prost::Message as _;

use super::proto::{self, Contract, ExecutionFilter};

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident($body:ty) = $id:literal,)*) => {
        /// A message from the gateway.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Message { $($(#[$doc])* $name($body),)* }

        /// The kinds of messages from the gateway, with their ids.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $name = $id,)* }

        impl Message {
            pub fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind::$name,)* }
            }

            pub fn protobuf(&self) -> Vec<u8> {
                match self { $(Self::$name(body) => body.encode_to_vec(),)* }
            }
        }
    };
}

messages! {
    /// An error or a notice: 326, 200, 2104, 1100 ...
    Error(proto::ErrorMessage) = 4,
    AccountValue(proto::AccountValue) = 6,
    PortfolioValue(proto::PortfolioValue) = 7,
    AccountTime(proto::AccountUpdateTime) = 8,
    NextValidId(proto::NextValidId) = 9,
    ContractData(proto::ContractData) = 10,
    Execution(proto::ExecutionDetails) = 11,
    ManagedAccounts(proto::ManagedAccounts) = 15,
    CurrentTime(proto::CurrentTime) = 49,
    ContractDataEnd(proto::EndOf) = 52,
    OpenOrdersEnd(proto::Empty) = 53,
    AccountDataEnd(proto::AccountDataEnd) = 54,
    ExecutionsEnd(proto::EndOf) = 55,
    Commission(proto::CommissionReport) = 59,
    Position(proto::Position) = 61,
    PositionsEnd(proto::Empty) = 62,
    AccountSummary(proto::AccountSummary) = 63,
    AccountSummaryEnd(proto::EndOf) = 64,
    AccountMulti(proto::AccountUpdateMulti) = 73,
    AccountMultiEnd(proto::EndOf) = 74,
    CompletedOrdersEnd(proto::Empty) = 102,
}

impl Message {
    /// An error or a notice; `id` is the request it is about, or -1.
    pub fn error(id: i32, code: i32, text: &str) -> Self {
        Self::Error(proto::ErrorMessage {
            id: Some(id),
            time: Some(1_769_180_400_000),
            code: Some(code),
            text: Some(text.to_owned()),
        })
    }
}

/// What a client asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    StartApi {
        client_id: i32,
    },
    CurrentTime,
    ManagedAccounts,
    Executions {
        req_id: Option<i32>,
        filter: ExecutionFilter,
    },
    Positions,
    AccountSummary {
        req_id: Option<i32>,
        tags: String,
    },
    AccountUpdates {
        account: String,
    },
    AccountUpdatesMulti {
        req_id: Option<i32>,
        account: String,
    },
    ContractData {
        req_id: Option<i32>,
        contract: Contract,
    },
    OpenOrders,
    CompletedOrders,
    /// The end of a subscription, by the id of the request.
    Cancel(i32),
    /// Anything that would change the account: never answered, and no test passes that sent one.
    Order(i32),
    /// What the gateway does not know; it has no answer.
    Other(i32),
}

/// The ids of requests.
pub mod ask {
    use super::Request;

    pub const OPEN_ORDERS: i32 = 5;
    pub const ACCOUNT_UPDATES: i32 = 6;
    pub const EXECUTIONS: i32 = 7;
    pub const CONTRACT_DATA: i32 = 9;
    pub const ALL_OPEN_ORDERS: i32 = 16;
    pub const MANAGED_ACCOUNTS: i32 = 17;
    pub const CURRENT_TIME: i32 = 49;
    pub const POSITIONS: i32 = 61;
    pub const ACCOUNT_SUMMARY: i32 = 62;
    pub const START_API: i32 = 71;
    pub const ACCOUNT_UPDATES_MULTI: i32 = 76;
    pub const COMPLETED_ORDERS: i32 = 99;
    /// Summary, positions, updates of several accounts, contract data.
    const CANCELS: [i32; 4] = [63, 64, 77, 106];
    /// Place and cancel orders, replace allocations, exercise options, cancel everything.
    const ORDERS: [i32; 5] = [3, 4, 19, 21, 58];

    /// The requests that are told by their id alone.
    pub fn without_content(id: i32) -> Request {
        match id {
            OPEN_ORDERS | ALL_OPEN_ORDERS => Request::OpenOrders,
            COMPLETED_ORDERS => Request::CompletedOrders,
            id if CANCELS.contains(&id) => Request::Cancel(id),
            id if ORDERS.contains(&id) => Request::Order(id),
            id => Request::Other(id),
        }
    }
}

impl Request {
    /// The id on the wire.
    pub fn id(&self) -> i32 {
        match self {
            Self::StartApi { .. } => ask::START_API,
            Self::CurrentTime => ask::CURRENT_TIME,
            Self::ManagedAccounts => ask::MANAGED_ACCOUNTS,
            Self::Executions { .. } => ask::EXECUTIONS,
            Self::Positions => ask::POSITIONS,
            Self::AccountSummary { .. } => ask::ACCOUNT_SUMMARY,
            Self::AccountUpdates { .. } => ask::ACCOUNT_UPDATES,
            Self::AccountUpdatesMulti { .. } => ask::ACCOUNT_UPDATES_MULTI,
            Self::ContractData { .. } => ask::CONTRACT_DATA,
            Self::OpenOrders => ask::OPEN_ORDERS,
            Self::CompletedOrders => ask::COMPLETED_ORDERS,
            Self::Cancel(id) | Self::Order(id) | Self::Other(id) => *id,
        }
    }
}
