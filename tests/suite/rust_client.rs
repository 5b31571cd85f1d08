//! The real Rust client, as the tests of the gateway hold it.

use std::future::Future;
use std::time::Duration;

use ibapi::orders::{ExecutionFilter, Executions};
use ibapi::{Client, ClientBuilder, Error};

use crate::gateway::{Fill, Gateway, Running};

/// Longer than any answer from this machine takes.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Long enough to see that nothing comes.
pub const SILENCE: Duration = Duration::from_millis(400);

/// Runs a conversation on a runtime of one thread, as the collector does.
pub fn talk<T>(conversation: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(conversation)
}

pub fn builder(running: &Running, client_id: i32) -> ClientBuilder {
    let address = format!("127.0.0.1:{}", running.port());
    Client::builder().address(address).client_id(client_id).max_reconnect_attempts(3)
}

/// Connects, or gives up in the end: the client itself waits for ever.
pub async fn connect_as(running: &Running, client_id: i32) -> Result<Client, Error> {
    tokio::time::timeout(PATIENCE, builder(running, client_id).connect()).await.unwrap_or(Err(Error::Timeout))
}

pub async fn connect(running: &Running) -> Client {
    connect_as(running, 1).await.unwrap()
}

/// How a gateway refuses.
pub fn refusal(gateway: Gateway) -> Error {
    talk(async { connect_as(&gateway.start(), 1).await.err().expect("a refusal") })
}

/// Whether a gateway says nothing at all for a while.
pub fn is_silent(gateway: Gateway) -> bool {
    let running = gateway.start();
    talk(async { tokio::time::timeout(SILENCE, builder(&running, 1).connect()).await.is_err() })
}

/// What comes until the end of the executions: `fill <id>` and `fee <id> <amount>`.
pub async fn reported(client: &Client, filter: ExecutionFilter) -> Result<Vec<String>, Error> {
    let executions = client.executions(filter).await?.collect_to_end_within(PATIENCE).await?;
    Ok(executions.into_iter().map(named).collect())
}

pub fn named(execution: Executions) -> String {
    match execution {
        Executions::ExecutionData(data) => format!("fill {}", data.execution.execution_id),
        Executions::CommissionReport(report) => format!("fee {} {}", report.execution_id, report.commission),
    }
}

/// A day with these fills, and a commission of 1 for each.
pub fn day_of(ids: &[&str]) -> Gateway {
    ids.iter().fold(Gateway::new(), |gateway, exec_id| {
        gateway.execution(Fill { exec_id, ..Fill::default() }).commission(exec_id, 1.0, "USD", None)
    })
}
