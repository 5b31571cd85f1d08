//! A connection to TWS or Gateway that answers questions or says why it cannot.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use ibapi::prelude::{Notice, NoticeStream, StreamExt, SubscriptionItem};
use ibapi::{Client, RateLimiter};
use tokio::time::timeout;

use super::failure;
use crate::collect::progress::Progress;
use crate::config::Ibkr;
use crate::error::{Error, Result};

/// How many unread messages a stream may hold: more than any week of fills, so that none is dropped.
const CAPACITY: usize = 1 << 16;

/// Notices by which TWS says that it lost its own line to IBKR, got it back without the data, and with them.
const LINE_LOST: [i32; 2] = [1100, 2110];
const LINE_BACK: [i32; 2] = [1101, 1102];

/// An answer that is not complete after this many times the timeout counts as missing.
const LONGEST_ANSWER: u32 = 10;

/// An open connection. It only ever asks; no order can be sent through it.
pub struct Session<'a> {
    client: Client,
    line: Arc<Line>,
    settings: &'a Ibkr,
    progress: &'a dyn Progress,
}

/// Whether TWS itself is connected to IBKR.
#[derive(Debug, Default)]
struct Line {
    lost: AtomicBool,
    /// Counts losses, so that an answer given across one is noticed.
    losses: AtomicU64,
}

impl Line {
    fn hear(&self, notice: &Notice) {
        if LINE_LOST.contains(&notice.code) {
            self.losses.fetch_add(1, Ordering::AcqRel);
            self.lost.store(true, Ordering::Release);
        } else if LINE_BACK.contains(&notice.code) || notice.code == ibapi::TRANSPORT_RECONNECT_CODE {
            // A new connection says anew if the line is lost.
            self.lost.store(false, Ordering::Release);
        }
    }
}

/// The rows of a stream until it ended or fell silent.
#[derive(Debug)]
pub struct Answer<T> {
    /// Everything that came.
    pub rows: Vec<T>,
    /// Whether the gateway said that this is all.
    pub complete: bool,
}

impl<'a> Session<'a> {
    /// Connects, trying again with growing pauses up to `max_retries` times.
    ///
    /// # Errors
    /// What kept it from connecting, in words, with what to do.
    pub async fn connect(settings: &'a Ibkr, progress: &'a dyn Progress) -> Result<Self> {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(500))
            .with_factor(2.0)
            .without_max_delay()
            .with_max_times(usize::try_from(settings.max_retries.saturating_sub(1)).unwrap_or_default());
        progress.begin("connecting", 0);
        progress.wait_for(&format!("TWS or Gateway at {}:{}", settings.host, settings.port));
        let mut attempts = 0;
        let connected = (|| {
            attempts += 1;
            connect_once(settings)
        })
        .retry(pauses)
        .when(|refusal| !refusal.is_final())
        .notify(|refusal, pause| {
            progress.say(&format!("{refusal}; trying again in {:.1} s", pause.as_secs_f64()));
        })
        .await;
        progress.end();
        let (client, notices) = connected.map_err(|refusal| refusal.in_words(settings, attempts))?;
        let line = Arc::new(Line::default());
        tokio::spawn(listen(notices, Arc::clone(&line)));
        Ok(Self { client, line, settings, progress })
    }

    /// The connection itself, for asking.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Who hears how far it is.
    pub fn progress(&self) -> &dyn Progress {
        self.progress
    }

    /// How long an answer may take.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.settings.timeout_s)
    }

    /// Asks until the answer came over a connection that held from the question to the end of it. A connection that
    /// drops is waited for, and the question asked again.
    ///
    /// # Errors
    /// The gateway refuses the question, or the connection does not come back or does not hold.
    pub async fn ask<T>(&self, what: &str, question: impl AsyncFn(&Client) -> Result<T, ibapi::Error>) -> Result<T> {
        for _ in 0..=self.settings.max_retries {
            self.progress.wait_for(what);
            let losses = self.line.losses.load(Ordering::Acquire);
            let answer = question(&self.client).await;
            // What came with the answer is heard before the answer is believed.
            tokio::task::yield_now().await;
            match answer {
                Ok(answer) if self.held_since(losses) => return Ok(answer),
                Ok(_) => self.progress.say(&format!("TWS lost its line to IBKR; asking for {what} again")),
                Err(error) if error.is_connection_lost() || is_lag(&error) => {
                    self.progress.say(&format!("the connection dropped; asking for {what} again"));
                }
                Err(error) => return Err(failure::question(what, error, self.settings)),
            }
            self.wait_for_connection(what).await?;
        }
        Err(failure::does_not_hold(what, self.settings))
    }

    fn held_since(&self, losses: u64) -> bool {
        !self.line.lost.load(Ordering::Acquire) && self.line.losses.load(Ordering::Acquire) == losses
    }

    async fn wait_for_connection(&self, what: &str) -> Result<()> {
        let back = async {
            self.client.wait_connected().await?;
            while self.line.lost.load(Ordering::Acquire) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok::<(), ibapi::Error>(())
        };
        match timeout(self.patience(), back).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(failure::question(what, error, self.settings)),
            Err(_) => Err(failure::does_not_hold(what, self.settings)),
        }
    }
}

fn is_lag(error: &ibapi::Error) -> bool {
    matches!(error, ibapi::Error::Notice(notice) if notice.code == ibapi::SUBSCRIPTION_LAG_CODE)
}

async fn connect_once(settings: &Ibkr) -> Result<(Client, NoticeStream), failure::Refusal> {
    let builder = Client::builder()
        .address(format!("{}:{}", settings.host, settings.port))
        .client_id(settings.client_id)
        .max_reconnect_attempts(settings.max_retries)
        .rate_limiter(RateLimiter::default())
        .one_shot_timeout(Duration::from_secs(settings.timeout_s))
        .channel_capacity(CAPACITY)
        .connect_with_notice_stream();
    match timeout(Duration::from_secs(settings.timeout_s), builder).await {
        Ok(Ok(connected)) => Ok(connected),
        Ok(Err(error)) => Err(failure::Refusal::Said(error)),
        Err(_) => Err(failure::Refusal::Mute),
    }
}

async fn listen(mut notices: NoticeStream, line: Arc<Line>) {
    while let Some(notice) = notices.next().await {
        line.hear(&notice);
    }
}

/// Reads a stream until its end mark (which is left out), its end, or a silence of `patience`.
///
/// # Errors
/// What the gateway, or a lost connection, says in place of the next row.
pub async fn read<T, S>(
    mut stream: S,
    patience: Duration,
    is_end: impl Fn(&T) -> bool,
) -> Result<Answer<T>, ibapi::Error>
where
    S: StreamExt<Item = Result<SubscriptionItem<T>, ibapi::Error>> + Unpin,
{
    let mut rows = Vec::new();
    let last = tokio::time::Instant::now() + patience * LONGEST_ANSWER;
    loop {
        let until = last.min(tokio::time::Instant::now() + patience);
        match tokio::time::timeout_at(until, stream.next()).await {
            Ok(Some(Ok(SubscriptionItem::Data(row)))) if is_end(&row) => return Ok(Answer { rows, complete: true }),
            Ok(Some(Ok(SubscriptionItem::Data(row)))) => rows.push(row),
            Ok(Some(Ok(SubscriptionItem::Notice(notice)))) if notice.code == ibapi::SUBSCRIPTION_LAG_CODE => {
                return Err(ibapi::Error::Notice(notice));
            }
            Ok(Some(Ok(SubscriptionItem::Notice(_)))) => {}
            Ok(Some(Err(error))) => return Err(error),
            Ok(None) => return Ok(Answer { rows, complete: true }),
            Err(_) => return Ok(Answer { rows, complete: false }),
        }
    }
}

/// The account to read: the configured one, else the one that the record holds already, else the first that the
/// gateway manages.
///
/// # Errors
/// The account is not among those the gateway manages, or it manages none.
pub fn choose_account(managed: &[String], configured: Option<&str>, recorded: Option<&str>) -> Result<String> {
    let list = managed.join(", ");
    match (configured.or(recorded), managed.first()) {
        (_, None) => Err(Error::network("the gateway manages no account")
            .hint("log in to TWS or Gateway, wait until it shows the account, and run this again")),
        (None, Some(first)) => Ok(first.clone()),
        (Some(wanted), Some(_)) if managed.iter().any(|account| account == wanted) => Ok(wanted.to_owned()),
        (Some(wanted), Some(_)) => {
            Err(Error::configuration(format!("account {wanted} is not among those of this login: {list}"))
                .hint("correct `[account] id` in config/local.toml, or log in as the user who may see it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_the_one_asked_for_or_the_first() {
        let managed = ["DU1".to_owned(), "DU2".to_owned()];
        assert_eq!(choose_account(&managed, None, None).unwrap(), "DU1");
        assert_eq!(choose_account(&managed, None, Some("DU2")).unwrap(), "DU2");
        assert_eq!(choose_account(&managed, Some("DU2"), Some("DU1")).unwrap(), "DU2");
        assert!(choose_account(&managed, None, Some("DU9")).is_err());
        let error = choose_account(&managed, Some("DU3"), None).unwrap_err();
        assert_eq!(error.message(), "account DU3 is not among those of this login: DU1, DU2");
        assert!(choose_account(&[], None, None).is_err());
    }
}
