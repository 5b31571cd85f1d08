//! The scripted gateway against the real Rust client: that its bytes are what a foreign decoder expects.

use chrono::NaiveDate;
use ibapi::Error;
use ibapi::accounts::types::{AccountGroup, AccountId};
use ibapi::accounts::{AccountSummaryResult, AccountUpdate, PositionUpdate};
use ibapi::contracts::Contract;
use ibapi::orders::{ExecutionFilter, ExecutionSide, Executions};

use crate::gateway::{Fill, Gateway, Holding, Listing, When, Window};
use crate::rust_client::{PATIENCE, connect, day_of, reported, talk};

#[test]
fn the_fields_of_a_day_arrive_where_the_client_expects_them() {
    let gateway = Gateway::normal_day().execution(Fill {
        exec_id: "0000.01",
        time: "20260123-15:27:04",
        symbol: "ES",
        conid: 9,
        sec_type: "FUT",
        local_symbol: "ESH6",
        multiplier: 50.0,
        shares: "0.5",
        avg_price: 6_900.5,
        price: 6_901.25,
        liquidation: true,
        ..Fill::default()
    });
    let running = gateway.start();
    let all = talk(async {
        let client = connect(&running).await;
        assert_eq!(client.server_version(), 226);
        assert_eq!(client.handshake_managed_accounts(), ["DU1234567"]);
        assert!(client.connection_time().is_some());
        client.executions(ExecutionFilter::default()).await.unwrap().collect_to_end_within(PATIENCE).await.unwrap()
    });
    assert_eq!(all.len(), 4 + 4 + 1);
    let [.., sale, fee, future] = &all[..] else { panic!("{all:?}") };
    let (Executions::ExecutionData(sale), Executions::CommissionReport(fee)) = (sale, fee) else { panic!("{all:?}") };
    let (contract, execution) = (&sale.contract, &sale.execution);
    assert_eq!((contract.contract_id, contract.symbol.to_string()), (272_093, "MSFT".to_owned()));
    assert_eq!(
        (contract.exchange.to_string(), contract.primary_exchange.to_string()),
        ("ISLAND".into(), "NASDAQ".into())
    );
    assert_eq!((contract.currency.to_string(), contract.multiplier.as_str()), ("USD".to_owned(), ""));
    assert_eq!(execution.execution_id, "00025b49.69dd7a02.01.01");
    assert_eq!(execution.time, "20260123 15:27:04 US/Eastern");
    assert_eq!((execution.side, execution.shares, execution.price), (ExecutionSide::Sold, 12.5, 410.11));
    assert_eq!((execution.perm_id, execution.order_id, execution.client_id), (1_412_345_679, 12, 1));
    assert_eq!((execution.cumulative_quantity, execution.average_price), (12.5, 410.11));
    assert_eq!((execution.account_number.as_str(), execution.order_reference.as_str()), ("DU1234567", "rebalance"));
    assert_eq!((fee.commission, fee.currency.as_str(), fee.realized_pnl), (1.02, "USD", Some(512.35)));
    let Executions::ExecutionData(future) = future else { panic!("{all:?}") };
    assert_eq!((future.contract.multiplier.as_str(), future.contract.local_symbol.as_str()), ("50", "ESH6"));
    assert_eq!((future.execution.average_price, future.execution.liquidation), (6_900.5, 1));
    let Executions::CommissionReport(opening) = &all[1] else { panic!("{all:?}") };
    assert_eq!(opening.realized_pnl, None, "an opening fill has no result");
}

#[test]
fn positions_and_the_portfolio_arrive_with_values_and_rates() {
    let running = Gateway::normal_day().start();
    let (positions, updates, summary) = talk(async {
        let client = connect(&running).await;
        let ended = |all: &[PositionUpdate]| matches!(all.last(), Some(PositionUpdate::PositionEnd));
        let positions = client.positions().await.unwrap().collect_until(PATIENCE, ended).await;
        let ended = |all: &[AccountUpdate]| matches!(all.last(), Some(AccountUpdate::End));
        let account = AccountId::from("DU1234567");
        let updates = client.account_updates(&account).await.unwrap().collect_until(PATIENCE, ended).await;
        let ended = |all: &[AccountSummaryResult]| matches!(all.last(), Some(AccountSummaryResult::End));
        let (all, tags) = (AccountGroup::from("All"), ["NetLiquidation", "$LEDGER:ALL"]);
        let summary = client.account_summary(&all, &tags).await.unwrap().collect_until(PATIENCE, ended).await;
        (positions, updates, summary)
    });
    let [PositionUpdate::Position(apple), PositionUpdate::Position(_), PositionUpdate::PositionEnd] = &positions[..]
    else {
        panic!("{positions:?}")
    };
    assert_eq!((apple.account.as_str(), apple.contract.contract_id), ("DU1234567", 265_598));
    assert_eq!((apple.position, apple.average_cost), (100.0, 188.27));
    let value = |wanted: (&str, &str)| {
        updates.iter().find_map(|update| match update {
            AccountUpdate::AccountValue(it) if (it.key.as_str(), it.currency.as_str()) == wanted => {
                Some(it.value.as_str())
            }
            _ => None,
        })
    };
    assert_eq!(value(("NetLiquidation", "USD")), Some("45000.00"));
    assert_eq!(value(("ExchangeRate", "GBP")), Some("1.25"));
    assert_eq!(value(("CashBalance", "GBP")), Some("800.00"));
    let lines: Vec<_> = updates
        .iter()
        .filter_map(|update| match update {
            AccountUpdate::PortfolioValue(line) => Some(line),
            _ => None,
        })
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[1].contract.currency.to_string(), lines[1].market_value), ("GBP".to_owned(), 4_000.0));
    assert_eq!((lines[1].market_price, lines[1].unrealized_pnl, lines[1].position), (8.0, -3.0, 500.0));
    assert!(matches!(updates[updates.len() - 2], AccountUpdate::UpdateTime(_)));
    let [AccountSummaryResult::Summary(net), AccountSummaryResult::Summary(rate), AccountSummaryResult::End] =
        &summary[..]
    else {
        panic!("{summary:?}")
    };
    assert_eq!((net.tag.as_str(), net.value.as_str(), net.currency.as_str()), ("NetLiquidation", "45000.00", "USD"));
    assert_eq!((rate.tag.as_str(), rate.value.as_str(), rate.currency.as_str()), ("ExchangeRate", "1.25", "GBP"));
}

#[test]
fn contracts_are_described_or_unknown() {
    let running =
        Gateway::normal_day().contract_details(Listing { conid: 3, symbol: "SXLK", ..Listing::default() }).start();
    let (vodafone, unknown, by_symbol, now) = talk(async {
        let client = connect(&running).await;
        let by_id = |contract_id| Contract { contract_id, ..Contract::default() };
        let vodafone = client.contract_details(&by_id(139_683_207)).await.unwrap();
        let unknown = client.contract_details(&by_id(7)).await.err();
        let by_symbol = client.contract_details(&Contract::stock("SXLK").build()).await.unwrap();
        (vodafone, unknown, by_symbol, client.server_time().await.unwrap())
    });
    let [details] = &vodafone[..] else { panic!("{vodafone:?}") };
    assert_eq!((details.price_magnifier, details.min_tick), (100, 0.02));
    assert_eq!((details.time_zone_id.as_str(), details.long_name.as_str()), ("GB-Eire", "VODAFONE GROUP PLC"));
    assert_eq!(details.contract.primary_exchange.to_string(), "LSE");
    assert_eq!(details.trading_hours, ["20260123:0800-20260123:1630", "20260124:CLOSED"]);
    assert_eq!(details.valid_exchanges, ["SMART", "LSE"]);
    assert_eq!(
        (details.sec_id_list[0].tag.as_str(), details.sec_id_list[0].value.as_str()),
        ("ISIN", "GB00BH4HKS39")
    );
    assert!(matches!(&unknown, Some(Error::Notice(notice)) if notice.code == 200), "{unknown:?}");
    assert_eq!(by_symbol[0].contract.contract_id, 3);
    assert!(now.unix_timestamp() > 1_700_000_000);
}

#[test]
fn several_accounts_are_told_apart() {
    let running = Gateway::new()
        .accounts(["DU1", "DU2"])
        .current_time(1_769_180_400)
        .execution(Fill { exec_id: "a.01", account: "DU1", ..Fill::default() })
        .execution(Fill { exec_id: "b.01", account: "DU2", ..Fill::default() })
        .account_value("NetLiquidation", "1.00", "USD", "DU1")
        .account_value("NetLiquidation", "2.00", "GBP", "DU2")
        .portfolio_value(Holding { account: "DU2", ..Holding::default() })
        .start();
    talk(async {
        let client = connect(&running).await;
        assert_eq!(client.managed_accounts().await.unwrap(), ["DU1", "DU2"]);
        assert_eq!(client.server_time().await.unwrap().unix_timestamp(), 1_769_180_400);
        let of_second = ExecutionFilter { account_code: "DU2".to_owned(), ..ExecutionFilter::default() };
        assert_eq!(reported(&client, of_second).await.unwrap(), ["fill b.01"]);
        let ended = |all: &[AccountUpdate]| matches!(all.last(), Some(AccountUpdate::End));
        let second = AccountId::from("DU2");
        let updates = client.account_updates(&second).await.unwrap().collect_until(PATIENCE, ended).await;
        assert_eq!(updates.len(), 4, "{updates:?}");
    });
}

#[test]
fn commissions_come_late_or_empty_or_never() {
    let running = day_of(&["a.01"])
        .execution(Fill { exec_id: "b.01", ..Fill::default() })
        .late_commission("b.01", 2.0, "USD", None, When::AfterEnd)
        .execution(Fill { exec_id: "c.01", ..Fill::default() })
        .late_commission("c.01", 3.0, "USD", None, When::FromRequest(3))
        .execution(Fill { exec_id: "d.01", ..Fill::default() })
        .empty_commission("d.01")
        .execution_from(2, Fill { exec_id: "e.01", ..Fill::default() })
        .amend(|details| details.execution.as_mut().unwrap().price = None)
        .start();
    let reported = talk(async {
        let client = connect(&running).await;
        let ask = || reported(&client, ExecutionFilter::default());
        [ask().await.unwrap(), ask().await.unwrap(), ask().await.unwrap()]
    });
    let (a, b, c) = (["fill a.01", "fee a.01 1"], "fill b.01", "fill c.01");
    assert_eq!(reported[0], [a[0], a[1], b, c, "fill d.01", "fee d.01 0"]);
    assert_eq!(reported[1], [a[0], a[1], b, "fee b.01 2", c, "fill d.01", "fee d.01 0", "fill e.01"]);
    assert_eq!(reported[2], [a[0], a[1], b, "fee b.01 2", c, "fee c.01 3", "fill d.01", "fee d.01 0", "fill e.01"]);
}

#[test]
fn days_are_honoured_or_not_and_filters_are_written_down() {
    let day = |number| NaiveDate::from_ymd_opt(2026, 1, number).unwrap();
    let days = ["20260116 10:00:00 US/Eastern", "20260122-10:00:00", "20260123 10:00:00 MET"];
    let ids = ["a.01", "b.01", "c.01"];
    let fills = || days.into_iter().zip(ids).map(|(time, exec_id)| Fill { time, exec_id, ..Fill::default() });
    let week = || ExecutionFilter { last_n_days: 7, ..ExecutionFilter::default() };
    let one = || ExecutionFilter { specific_dates: vec!["20260116".to_owned()], ..ExecutionFilter::default() };
    let other_client = || ExecutionFilter { client_id: Some(7), ..week() };
    let expected = [
        (Window::Everything, [3, 3, 3, 0]),
        (Window::Honoured(day(23)), [1, 2, 1, 0]),
        (Window::Ignored(day(23)), [1, 1, 1, 0]),
    ];
    for (window, counts) in expected {
        let running = Gateway::new().executions(fills()).window(window).start();
        let reported = talk(async {
            let client = connect(&running).await;
            let mut reported = Vec::new();
            for filter in [ExecutionFilter::default(), week(), one(), other_client()] {
                reported.push(crate::rust_client::reported(&client, filter).await.unwrap().len());
            }
            reported
        });
        assert_eq!(reported, counts, "{window:?}");
        let filters = running.execution_filters();
        assert_eq!(filters[1].last_n_days, Some(7));
        assert_eq!(filters[2].specific_dates, [20_260_116]);
        assert_eq!(filters[3].client_id, Some(7));
    }
}
