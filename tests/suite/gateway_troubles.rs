//! What goes wrong between the scripted gateway and the real Rust client, and what the client makes of it.

use std::time::{Duration, Instant};

use ibapi::Error;
use ibapi::orders::ExecutionFilter;
use ibapi::prelude::StreamExt;

use crate::gateway::{Behaviour, Gateway, Incident, Kind, Request, ask};
use crate::rust_client::{
    PATIENCE, SILENCE, builder, connect, connect_as, day_of, is_silent, named, refusal, reported, talk,
};

#[test]
fn a_peer_refuses_in_four_ways() {
    assert!(is_silent(Gateway::new().behave(Behaviour::Mute)));
    assert!(is_silent(Gateway::new().behave(Behaviour::Ignore(ask::START_API))));
    let closes = refusal(Gateway::new().behave(Behaviour::CloseAtOnce));
    assert!(matches!(closes, Error::ConnectionRejected(_)), "{closes:?}");
    let in_use = refusal(Gateway::new().behave(Behaviour::ClientIdInUse));
    assert!(matches!(in_use, Error::ClientIdInUse { client_id: 1, .. }), "{in_use:?}");
    for version in [178, 212] {
        let old = refusal(Gateway::new().server_version(version));
        assert!(matches!(old, Error::ServerVersion(213, spoken, _) if spoken == version), "{old:?}");
    }
}

#[test]
fn a_client_id_is_held_by_one_client_until_it_goes() {
    let running = Gateway::new().start();
    talk(async {
        let first = connect(&running).await;
        assert!(matches!(connect_as(&running, 1).await.err(), Some(Error::ClientIdInUse { .. })));
        connect_as(&running, 2).await.expect("another id");
        first.disconnect().await;
        connect_as(&running, 1).await.expect("the id is free again");
    });
    assert_eq!(running.connections(), 4);
}

#[test]
fn a_connection_that_drops_is_accepted_again() {
    for incident in [Incident::Close, Incident::CutShort] {
        let dropping = Behaviour::At(Kind::Execution, 2, incident.clone());
        let running = day_of(&["a.01", "b.01", "c.01"]).behave_on(0..1, dropping).start();
        talk(async {
            let client = connect(&running).await;
            let first = reported(&client, ExecutionFilter::default()).await;
            assert!(first.is_err_and(|error| error.is_connection_lost()), "{incident:?}");
            tokio::time::timeout(PATIENCE, client.wait_connected()).await.expect("a new connection").unwrap();
            assert_eq!(reported(&client, ExecutionFilter::default()).await.unwrap().len(), 6);
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
    let first = talk(async { reported(&connect(&running).await, ExecutionFilter::default()).await });
    assert!(first.is_err_and(|error| error.is_connection_lost()));
}

/// A fill that cannot be decoded belongs to no request that the client knows: it is left out without an error, and so
/// is its commission. What is left looks complete; only the running quantity of the order can tell.
#[test]
fn a_fill_that_cannot_be_read_is_left_out_in_silence() {
    let spoilt = Behaviour::At(Kind::Execution, 2, Incident::BadBody);
    let running = day_of(&["a.01", "b.01", "c.01"]).behave(spoilt).start();
    let reported = talk(async { reported(&connect(&running).await, ExecutionFilter::default()).await });
    assert_eq!(reported.unwrap(), ["fill a.01", "fee a.01 1", "fill c.01", "fee c.01 1"]);
}

#[test]
fn notices_come_at_the_start_and_in_between() {
    let running = Gateway::normal_day()
        .notice(2158, "Sec-def data farm connection is OK:secdefnj")
        .behave(Behaviour::At(Kind::Execution, 2, Incident::Notice(1100, "Connectivity has been lost")))
        .behave(Behaviour::At(Kind::Execution, 3, Incident::Notice(1102, "Connectivity has been restored")))
        .start();
    let codes = talk(async {
        let (client, mut notices) = builder(&running, 1).connect_with_notice_stream().await.unwrap();
        assert_eq!(reported(&client, ExecutionFilter::default()).await.unwrap().len(), 8);
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
    let reported = talk(async { reported(&connect(&running).await, ExecutionFilter::default()).await.unwrap() });
    assert_eq!(reported.len(), 2);
    assert!(start.elapsed() >= SILENCE / 2);
}

fn many() -> Vec<String> {
    (0..10_000).map(|number| format!("0000e0d5.{number:08x}.01.01")).collect()
}

#[test]
fn ten_thousand_fills_arrive_in_order() {
    let ids = many();
    let running = day_of(&ids.iter().map(String::as_str).collect::<Vec<_>>()).start();
    let start = Instant::now();
    let reported = talk(async {
        let client = connect(&running).await;
        let mut stream = client.executions(ExecutionFilter::default()).await.unwrap();
        stream.collect_to_end_within(PATIENCE).await.unwrap()
    });
    eprintln!("10,000 fills with commissions: {:?}", start.elapsed());
    let expected = ids.iter().flat_map(|id| [format!("fill {id}"), format!("fee {id} 1")]);
    assert!(reported.into_iter().map(named).eq(expected));
}

/// The client keeps 1,024 messages of a request for whoever reads them late; what is lost then is an error, -6.
#[test]
fn a_reader_that_is_late_needs_room() {
    let ids = many();
    let running = day_of(&ids.iter().map(String::as_str).collect::<Vec<_>>()).start();
    let late = |room| {
        talk(async {
            let client = builder(&running, 1).channel_capacity(room).connect().await.unwrap();
            let mut stream = client.executions(ExecutionFilter::default()).await.unwrap();
            tokio::time::sleep(PATIENCE / 10).await;
            stream.collect_to_end_within(PATIENCE).await
        })
    };
    let lost = late(1 << 10);
    assert!(
        matches!(&lost, Err(Error::Notice(notice)) if notice.code == -6),
        "{:?}",
        lost.map(|reported| reported.len())
    );
    assert_eq!(late(1 << 16).map(|reported| reported.len()).ok(), Some(20_000));
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
