//! Fills, holdings and listings as tests write them, with what is usual where a test says nothing.

use super::proto::{Contract, ContractData, ContractDetails, Execution, ExecutionDetails, PortfolioValue, Position};

/// One execution. Strings go to the client as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Fill<'a> {
    pub exec_id: &'a str,
    /// In any of the broker's forms.
    pub time: &'a str,
    pub account: &'a str,
    pub symbol: &'a str,
    pub conid: i32,
    pub sec_type: &'a str,
    /// Where it was executed.
    pub exchange: &'a str,
    pub primary_exchange: &'a str,
    pub currency: &'a str,
    /// The symbol where empty.
    pub local_symbol: &'a str,
    /// None where 0.
    pub multiplier: f64,
    /// `BOT` or `SLD`.
    pub side: &'a str,
    pub shares: &'a str,
    pub price: f64,
    pub perm_id: i64,
    pub order_id: i32,
    pub client_id: i32,
    /// The shares where empty.
    pub cum_qty: &'a str,
    /// The price where 0.
    pub avg_price: f64,
    pub order_ref: &'a str,
    pub liquidation: bool,
}

impl Default for Fill<'_> {
    fn default() -> Self {
        Self {
            exec_id: "0000e0d5.69dd7411.01.01",
            time: "20260123 10:05:31 US/Eastern",
            account: "DU1234567",
            symbol: "AAPL",
            conid: 265_598,
            sec_type: "STK",
            exchange: "ISLAND",
            primary_exchange: "NASDAQ",
            currency: "USD",
            local_symbol: "",
            multiplier: 0.0,
            side: "BOT",
            shares: "100",
            price: 188.25,
            perm_id: 1_412_345_678,
            order_id: 11,
            client_id: 1,
            cum_qty: "",
            avg_price: 0.0,
            order_ref: "",
            liquidation: false,
        }
    }
}

impl Fill<'_> {
    pub(super) fn message(&self) -> ExecutionDetails {
        let contract = Contract {
            exchange: some(self.exchange),
            ..contract(self.conid, self.symbol, self.sec_type, self.primary_exchange, self.currency)
        };
        ExecutionDetails {
            req_id: None,
            contract: Some(refined(contract, self.local_symbol, self.multiplier)),
            execution: Some(Execution {
                order_id: Some(self.order_id),
                exec_id: some(self.exec_id),
                time: some(self.time),
                acct_number: some(self.account),
                exchange: some(self.exchange),
                side: some(self.side),
                shares: some(self.shares),
                price: Some(self.price),
                perm_id: Some(self.perm_id),
                client_id: Some(self.client_id),
                is_liquidation: Some(self.liquidation),
                cum_qty: some(self.cum_qty).or(some(self.shares)),
                avg_price: Some(if self.avg_price == 0.0 { self.price } else { self.avg_price }),
                order_ref: some(self.order_ref),
                model_code: None,
                last_liquidity: Some(1),
                is_price_revision_pending: Some(false),
            }),
        }
    }
}

/// A position and what it is worth, in the currency of the contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding<'a> {
    pub account: &'a str,
    pub symbol: &'a str,
    pub conid: i32,
    pub sec_type: &'a str,
    pub primary_exchange: &'a str,
    pub currency: &'a str,
    /// The symbol where empty.
    pub local_symbol: &'a str,
    /// None where 0.
    pub multiplier: f64,
    pub position: &'a str,
    pub average_cost: f64,
    pub market_price: f64,
    pub market_value: f64,
    pub unrealized_pnl: f64,
    pub realized_pnl: f64,
}

impl Default for Holding<'_> {
    fn default() -> Self {
        Self {
            account: "DU1234567",
            symbol: "AAPL",
            conid: 265_598,
            sec_type: "STK",
            primary_exchange: "NASDAQ",
            currency: "USD",
            local_symbol: "",
            multiplier: 0.0,
            position: "100",
            average_cost: 188.25,
            market_price: 190.0,
            market_value: 19_000.0,
            unrealized_pnl: 175.0,
            realized_pnl: 0.0,
        }
    }
}

impl Holding<'_> {
    fn contract(&self) -> Contract {
        let contract = contract(self.conid, self.symbol, self.sec_type, self.primary_exchange, self.currency);
        refined(contract, self.local_symbol, self.multiplier)
    }

    /// The list of positions leaves the primary exchange out, as the broker does.
    pub(super) fn position(&self) -> Position {
        Position {
            account: some(self.account),
            contract: Some(Contract { primary_exch: None, ..self.contract() }),
            position: some(self.position),
            avg_cost: Some(self.average_cost),
        }
    }

    pub(super) fn portfolio_value(&self) -> PortfolioValue {
        PortfolioValue {
            contract: Some(self.contract()),
            position: some(self.position),
            market_price: Some(self.market_price),
            market_value: Some(self.market_value),
            average_cost: Some(self.average_cost),
            unrealized_pnl: Some(self.unrealized_pnl),
            realized_pnl: Some(self.realized_pnl),
            account: some(self.account),
        }
    }
}

/// What the broker tells of a contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing<'a> {
    pub conid: i32,
    pub symbol: &'a str,
    pub sec_type: &'a str,
    pub exchange: &'a str,
    pub primary_exchange: &'a str,
    pub currency: &'a str,
    /// The symbol where empty.
    pub local_symbol: &'a str,
    /// None where 0.
    pub multiplier: f64,
    pub long_name: &'a str,
    pub min_tick: &'a str,
    /// 100 where quotes are in pence and positions in pounds.
    pub price_magnifier: i32,
    pub valid_exchanges: &'a str,
    pub time_zone: &'a str,
    pub trading_hours: &'a str,
    pub liquid_hours: &'a str,
    /// `COMMON`, `ETF`, `ETC` ...
    pub stock_type: &'a str,
    /// Empty where it has none.
    pub isin: &'a str,
}

impl Default for Listing<'_> {
    fn default() -> Self {
        Self {
            conid: 265_598,
            symbol: "AAPL",
            sec_type: "STK",
            exchange: "SMART",
            primary_exchange: "NASDAQ",
            currency: "USD",
            local_symbol: "",
            multiplier: 0.0,
            long_name: "APPLE INC",
            min_tick: "0.01",
            price_magnifier: 1,
            valid_exchanges: "SMART,NYSE,NASDAQ",
            time_zone: "US/Eastern",
            trading_hours: "20260123:0400-20260123:2000;20260124:CLOSED",
            liquid_hours: "20260123:0930-20260123:1600;20260124:CLOSED",
            stock_type: "COMMON",
            isin: "US0378331005",
        }
    }
}

impl Listing<'_> {
    pub(super) fn message(&self) -> ContractData {
        let contract = Contract {
            exchange: some(self.exchange),
            ..contract(self.conid, self.symbol, self.sec_type, self.primary_exchange, self.currency)
        };
        ContractData {
            req_id: None,
            contract: Some(refined(contract, self.local_symbol, self.multiplier)),
            details: Some(ContractDetails {
                market_name: some(self.symbol),
                min_tick: some(self.min_tick),
                valid_exchanges: some(self.valid_exchanges),
                price_magnifier: Some(self.price_magnifier),
                long_name: some(self.long_name),
                time_zone_id: some(self.time_zone),
                trading_hours: some(self.trading_hours),
                liquid_hours: some(self.liquid_hours),
                sec_id_list: some(self.isin).map(|isin| ("ISIN".to_owned(), isin)).into_iter().collect(),
                stock_type: some(self.stock_type),
            }),
        }
    }
}

/// A string that is left out where it is empty.
fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn contract(conid: i32, symbol: &str, sec_type: &str, primary_exchange: &str, currency: &str) -> Contract {
    Contract {
        con_id: Some(conid),
        symbol: some(symbol),
        sec_type: some(sec_type),
        primary_exch: some(primary_exchange),
        currency: some(currency),
        trading_class: some(symbol),
        ..Contract::default()
    }
}

fn refined(contract: Contract, local_symbol: &str, multiplier: f64) -> Contract {
    Contract {
        local_symbol: some(local_symbol).or(contract.symbol.clone()),
        multiplier: Some(multiplier).filter(|multiplier| *multiplier != 0.0),
        ..contract
    }
}
