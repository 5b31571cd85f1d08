//! The scripted gateway against the real Rust client: that its bytes are what a foreign decoder expects.

use std::future::Future;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use ibapi::accounts::types::{AccountGroup, AccountId};
use ibapi::accounts::{AccountSummaryResult, AccountUpdate, PositionUpdate};
use ibapi::contracts::Contract;
use ibapi::orders::{ExecutionFilter, ExecutionSide, Executions};
use ibapi::prelude::StreamExt;
use ibapi::{Client, Error};

use crate::gateway::{
    Behaviour, Fill, Gateway, Holding, Incident, Kind, Listing, Request, Running, When, Window, ask,
};

/// Longer than any answer from this machine takes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Long enough to see that nothing comes.
const SILENCE: Duration = Duration::from_millis(400);

/// Runs a conversation on a runtime of one thread, as the collector does.
fn talk<T>(conversation: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(conversation)
}

async fn connect_as(running: &Running, client_id: i32) -> Result<Client, Error> {
    let address = format!("127.0.0.1:{}", running.port());
    let connecting = Client::builder().address(address).client_id(client_id).max_reconnect_attempts(3).connect();
    tokio::time::timeout(SILENCE, connecting).await.unwrap_or(Err(Error::Timeout))
}

async fn connect(running: &Running) -> Client {
    connect_as(running, 1).await.unwrap()
}

fn refusal(gateway: Gateway) -> Error {
    talk(async { connect_as(&gateway.start(), 1).await.err().expect("a refusal") })
}

/// What comes until the end of the executions: `fill <id>` and `fee <id> <amount>`.
async fn told(client: &Client, filter: ExecutionFilter) -> Result<Vec<String>, Error> {
    let executions = client.executions(filter).await?.collect_to_end_within(SILENCE).await?;
    Ok(executions.into_iter().map(named).collect())
}

fn named(execution: Executions) -> String {
    match execution {
        Executions::ExecutionData(data) => format!("fill {}", data.execution.execution_id),
        Executions::CommissionReport(report) => format!("fee {} {}", report.execution_id, report.commission),
    }
}

/// A day with these fills, and a commission of 1 for each.
fn day_of(ids: &[&str]) -> Gateway {
    ids.iter().fold(Gateway::new(), |gateway, exec_id| {
        gateway.execution(Fill { exec_id, ..Fill::default() }).commission(exec_id, 1.0, "USD", None)
    })
}

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
        assert_eq!(told(&client, of_second).await.unwrap(), ["fill b.01"]);
        let ended = |all: &[AccountUpdate]| matches!(all.last(), Some(AccountUpdate::End));
        let second = AccountId::from("DU2");
        let updates = client.account_updates(&second).await.unwrap().collect_until(PATIENCE, ended).await;
        assert_eq!(updates.len(), 4, "{updates:?}");
    });
}

#[test]
fn a_peer_refuses_in_four_ways() {
    let mute = refusal(Gateway::new().behave(Behaviour::Mute));
    assert!(matches!(mute, Error::Timeout), "{mute:?}");
    let closes = refusal(Gateway::new().behave(Behaviour::CloseAtOnce));
    assert!(matches!(closes, Error::ConnectionRejected(_)), "{closes:?}");
    let in_use = refusal(Gateway::new().behave(Behaviour::ClientIdInUse));
    assert!(matches!(in_use, Error::ClientIdInUse { client_id: 1, .. }), "{in_use:?}");
    for version in [178, 212] {
        let old = refusal(Gateway::new().server_version(version));
        assert!(matches!(old, Error::ServerVersion(213, spoken, _) if spoken == version), "{old:?}");
    }
    let silent = refusal(Gateway::new().behave(Behaviour::Ignore(ask::START_API)));
    assert!(matches!(silent, Error::Timeout), "{silent:?}");
}

#[test]
fn a_client_id_is_held_by_one_client_until_it_goes() {
    let running = Gateway::new().start();
    talk(async {
        let first = connect(&running).await;
        let address = format!("127.0.0.1:{}", running.port());
        let second = tokio::time::timeout(PATIENCE, Client::connect(&address, 1)).await.expect("an answer");
        assert!(matches!(second.err(), Some(Error::ClientIdInUse { .. })));
        connect_as(&running, 2).await.expect("another id");
        first.disconnect().await;
        connect_as(&running, 1).await.expect("the id is free again");
    });
    assert_eq!(running.connections(), 4);
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
    let told = talk(async {
        let client = connect(&running).await;
        let ask = || told(&client, ExecutionFilter::default());
        [ask().await.unwrap(), ask().await.unwrap(), ask().await.unwrap()]
    });
    let (a, b, c) = (["fill a.01", "fee a.01 1"], "fill b.01", "fill c.01");
    assert_eq!(told[0], [a[0], a[1], b, c, "fill d.01", "fee d.01 0"]);
    assert_eq!(told[1], [a[0], a[1], b, "fee b.01 2", c, "fill d.01", "fee d.01 0", "fill e.01"]);
    assert_eq!(told[2], [a[0], a[1], b, "fee b.01 2", c, "fee c.01 3", "fill d.01", "fee d.01 0", "fill e.01"]);
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
        let told = talk(async {
            let client = connect(&running).await;
            let mut told = Vec::new();
            for filter in [ExecutionFilter::default(), week(), one(), other_client()] {
                told.push(self::told(&client, filter).await.unwrap().len());
            }
            told
        });
        assert_eq!(told, counts, "{window:?}");
        let filters = running.execution_filters();
        assert_eq!(filters[1].last_n_days, Some(7));
        assert_eq!(filters[2].specific_dates, [20_260_116]);
        assert_eq!(filters[3].client_id, Some(7));
    }
}

#[test]
fn a_connection_that_drops_is_accepted_again() {
    for incident in [Incident::Close, Incident::CutShort] {
        let dropping = Behaviour::At(Kind::Execution, 2, incident.clone());
        let running = day_of(&["a.01", "b.01", "c.01"]).behave_on(0..1, dropping).start();
        talk(async {
            let client = connect(&running).await;
            let first = told(&client, ExecutionFilter::default()).await;
            assert!(first.is_err_and(|error| error.is_connection_lost()), "{incident:?}");
            tokio::time::timeout(PATIENCE, client.wait_connected()).await.expect("a new connection").unwrap();
            assert_eq!(told(&client, ExecutionFilter::default()).await.unwrap().len(), 6);
        });
        assert_eq!(running.connections(), 2);
        let starts =
            running.asked().iter().filter(|asked| asked.request == Request::StartApi { client_id: 1 }).count();
        assert_eq!(starts, 2);
        assert!(running.asked().last().is_some_and(|asked| asked.connection == 1));
    }
}

#[test]
fn a_test_can_cut_the_wire_itself() {
    let running = day_of(&["a.01"]).behave(Behaviour::Withhold(Kind::ExecutionsEnd)).start();
    talk(async {
        let client = connect(&running).await;
        let mut stream = client.executions(ExecutionFilter::default()).await.unwrap();
        let unended = stream.collect_to_end_within(SILENCE).await;
        assert!(matches!(unended, Err(Error::Timeout)), "without an end marker the answer does not end");
        running.cut();
        let lost = tokio::time::timeout(PATIENCE, stream.next()).await.expect("the end of the stream");
        assert!(matches!(&lost, Some(Err(error)) if error.is_connection_lost()), "{lost:?}");
    });
}

#[test]
fn garbage_is_seen_by_the_client() {
    let bad_length = Behaviour::At(Kind::Execution, 2, Incident::BadLength);
    let running = day_of(&["a.01", "b.01"]).behave_on(0..1, bad_length).start();
    let first = talk(async { told(&connect(&running).await, ExecutionFilter::default()).await });
    assert!(first.is_err_and(|error| error.is_connection_lost()));
}

/// A fill that cannot be decoded belongs to no request that the client knows: it is left out without an error, and so
/// is its commission. What is left looks complete; only the running quantity of the order can tell.
#[test]
fn a_fill_that_cannot_be_read_is_left_out_in_silence() {
    let spoilt = Behaviour::At(Kind::Execution, 2, Incident::BadBody);
    let running = day_of(&["a.01", "b.01", "c.01"]).behave(spoilt).start();
    let told = talk(async { told(&connect(&running).await, ExecutionFilter::default()).await });
    assert_eq!(told.unwrap(), ["fill a.01", "fee a.01 1", "fill c.01", "fee c.01 1"]);
}

#[test]
fn notices_come_at_the_start_and_in_between() {
    let running = Gateway::normal_day()
        .notice(2158, "Sec-def data farm connection is OK:secdefnj")
        .behave(Behaviour::At(Kind::Execution, 2, Incident::Notice(1100, "Connectivity has been lost")))
        .behave(Behaviour::At(Kind::Execution, 3, Incident::Notice(1102, "Connectivity has been restored")))
        .start();
    let codes = talk(async {
        let address = format!("127.0.0.1:{}", running.port());
        let (client, mut notices) =
            Client::builder().address(address).client_id(1).connect_with_notice_stream().await.unwrap();
        assert_eq!(told(&client, ExecutionFilter::default()).await.unwrap().len(), 8);
        let mut codes = Vec::new();
        while let Ok(Some(notice)) = tokio::time::timeout(SILENCE, notices.next()).await {
            codes.push(notice.code);
        }
        codes
    });
    assert_eq!(codes, [2104, 2158, 1100, 1102]);
}

#[test]
fn a_message_can_be_slow() {
    let slow = Behaviour::At(Kind::ExecutionsEnd, 1, Incident::Delay(SILENCE / 2));
    let running = day_of(&["a.01"]).connection_time("20260123 21:30:00 UTC").behave(slow).start();
    let start = Instant::now();
    let told = talk(async { told(&connect(&running).await, ExecutionFilter::default()).await.unwrap() });
    assert_eq!(told.len(), 2);
    assert!(start.elapsed() >= SILENCE / 2);
}

#[test]
fn ten_thousand_fills_arrive_in_order() {
    let ids: Vec<String> = (0..10_000).map(|number| format!("0000e0d5.{number:08x}.01.01")).collect();
    let running = day_of(&ids.iter().map(String::as_str).collect::<Vec<_>>()).start();
    let start = Instant::now();
    let told = talk(async {
        let client = connect(&running).await;
        let mut stream = client.executions(ExecutionFilter::default()).await.unwrap();
        stream.collect_to_end_within(PATIENCE).await.unwrap()
    });
    eprintln!("10,000 fills with commissions: {:?}", start.elapsed());
    let expected = ids.iter().flat_map(|id| [format!("fill {id}"), format!("fee {id} 1")]);
    assert!(told.into_iter().map(named).eq(expected));
}

#[test]
fn a_client_that_trades_fails_its_test() {
    let running = Gateway::new().start();
    talk(async { connect(&running).await.global_cancel().await.unwrap() });
    while !running.requests().iter().any(|request| matches!(request, Request::Order(58))) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(running)));
    let words = dropped.expect_err("a test that trades").downcast::<String>().unwrap();
    assert!(words.contains("tried to trade"), "{words}");
}
