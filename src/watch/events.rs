//! Server-sent events: a stream that starts with how things are, and goes on with every change.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame};
use tokio::sync::{mpsc, watch};

/// A line that means nothing is sent this often, so that a browser that is gone is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What is left of a stream goes to the browser as it comes.
pub struct EventStream(mpsc::Receiver<Bytes>);

impl Body for EventStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|event| event.map(|event| Ok(Frame::data(event))))
    }
}

/// A stream of what `event` makes of each value that `current` comes to have. A reader that is slow misses values, but never
/// the last one. `held` is let go of when the reader is gone.
pub fn stream<T, F, H>(mut current: watch::Receiver<T>, event: F, held: H) -> EventStream
where
    T: Send + Sync + 'static,
    F: Fn(&T) -> Option<String> + Send + 'static,
    H: Send + 'static,
{
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let _held = held;
        loop {
            let next = event(&current.borrow_and_update());
            if let Some(next) = next
                && sender.send(next.into()).await.is_err()
            {
                return;
            }
            loop {
                tokio::select! {
                    changed = current.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                    () = sender.closed() => return,
                    () = tokio::time::sleep(HEARTBEAT) => {
                        if sender.send(Bytes::from_static(b": still here\n\n")).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    });
    EventStream(receiver)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    async fn next(stream: &mut EventStream) -> Option<Bytes> {
        stream.0.recv().await
    }

    #[test]
    fn a_stream_starts_with_what_is_and_ends_with_its_reader() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (sender, receiver) = watch::channel(1);
            let held = Arc::new(());
            let mut stream = stream(receiver, |number| Some(number.to_string()), held.clone());
            assert_eq!(next(&mut stream).await.unwrap(), "1");
            // Nobody reads in between: the last value comes all the same.
            tokio::task::yield_now().await;
            (2..=9).for_each(|number| sender.send(number).unwrap());
            let mut last = Bytes::new();
            while last != "9" {
                last = next(&mut stream).await.unwrap();
            }
            drop(stream);
            sender.closed().await;
            assert_eq!(Arc::strong_count(&held), 1);
        });
    }
}
