//! A day of an account that a collector should find nothing wrong with.

use super::lines::{Fill, Holding, Listing};
use super::script::Gateway;

impl Gateway {
    /// Friday 23 January 2026 in the account `DU1234567`, in US dollars: an order filled in two parts, a sale, a line in
    /// London in pounds, their commissions, and values that add up. With the pound at 1.25 dollars the line in London is
    /// worth 5,000.00 dollars, Apple 19,000.00, cash 20,000.00 dollars and 800.00 pounds (1,000.00): in all 45,000.00.
    pub fn normal_day() -> Self {
        let account = "DU1234567";
        let first = Fill { shares: "60", cum_qty: "60", ..Fill::default() };
        let second = Fill {
            exec_id: "0000e0d5.69dd7412.01.01",
            time: "20260123 10:05:32 US/Eastern",
            shares: "40",
            price: 188.3,
            cum_qty: "100",
            avg_price: 188.27,
            ..Fill::default()
        };
        let sale = Fill {
            exec_id: "00025b49.69dd7a02.01.01",
            time: "20260123 15:27:04 US/Eastern",
            symbol: "MSFT",
            conid: 272_093,
            side: "SLD",
            shares: "12.5",
            price: 410.11,
            perm_id: 1_412_345_679,
            order_id: 12,
            order_ref: "rebalance",
            ..Fill::default()
        };
        let london = Fill {
            exec_id: "0001f4e8.69dd6f01.01.01",
            time: "20260123 09:15:07 GB",
            symbol: "VOD",
            conid: 139_683_207,
            exchange: "LSE",
            primary_exchange: "LSE",
            currency: "GBP",
            shares: "500",
            price: 8.0,
            perm_id: 1_412_345_670,
            order_id: 0,
            client_id: 0,
            ..Fill::default()
        };
        Self::new()
            .executions([london, first, second, sale])
            .commission("0001f4e8.69dd6f01.01.01", 3.0, "GBP", None)
            .commission("0000e0d5.69dd7411.01.01", 0.62, "USD", None)
            .commission("0000e0d5.69dd7412.01.01", 0.38, "USD", None)
            .commission("00025b49.69dd7a02.01.01", 1.02, "USD", Some(512.35))
            .holding(Holding { average_cost: 188.27, unrealized_pnl: 173.0, ..Holding::default() })
            .holding(Holding {
                symbol: "VOD",
                conid: 139_683_207,
                primary_exchange: "LSE",
                currency: "GBP",
                position: "500",
                average_cost: 8.006,
                market_price: 8.0,
                market_value: 4_000.0,
                unrealized_pnl: -3.0,
                ..Holding::default()
            })
            .contract_details(Listing::default())
            .contract_details(Listing {
                conid: 139_683_207,
                symbol: "VOD",
                primary_exchange: "LSE",
                currency: "GBP",
                long_name: "VODAFONE GROUP PLC",
                min_tick: "0.02",
                price_magnifier: 100,
                valid_exchanges: "SMART,LSE",
                time_zone: "GB-Eire",
                trading_hours: "20260123:0800-20260123:1630;20260124:CLOSED",
                liquid_hours: "20260123:0800-20260123:1630;20260124:CLOSED",
                isin: "GB00BH4HKS39",
                ..Listing::default()
            })
            .contract_details(Listing {
                conid: 272_093,
                symbol: "MSFT",
                long_name: "MICROSOFT CORP",
                isin: "US5949181045",
                ..Listing::default()
            })
            .account_value("AccountType", "INDIVIDUAL", "", account)
            .account_value("NetLiquidation", "45000.00", "USD", account)
            .account_value("TotalCashBalance", "21000.00", "BASE", account)
            .account_value("CashBalance", "21000.00", "BASE", account)
            .account_value("CashBalance", "20000.00", "USD", account)
            .account_value("CashBalance", "800.00", "GBP", account)
            .account_value("StockMarketValue", "24000.00", "BASE", account)
            .account_value("StockMarketValue", "19000.00", "USD", account)
            .account_value("StockMarketValue", "4000.00", "GBP", account)
            .account_value("NetLiquidationByCurrency", "45000.00", "BASE", account)
            .account_value("NetLiquidationByCurrency", "39000.00", "USD", account)
            .account_value("NetLiquidationByCurrency", "4800.00", "GBP", account)
            .account_value("ExchangeRate", "1.00", "BASE", account)
            .account_value("ExchangeRate", "1.00", "USD", account)
            .account_value("ExchangeRate", "1.25", "GBP", account)
            .summary("NetLiquidation", "45000.00", "USD", account)
            .summary("TotalCashValue", "21000.00", "USD", account)
            .summary("ExchangeRate", "1.25", "GBP", account)
            .notice(2104, "Market data farm connection is OK:usfarm")
    }
}
