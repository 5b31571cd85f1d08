//! The server: it listens on this computer only.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use super::builder::Wake;
use super::desk::Desks;
use super::generation::{Generation, Reports};
use super::{Notice, routes};
use crate::{Error, Result};

/// So many ports are tried.
const PORTS: u16 = 100;

/// What every request is answered from.
pub struct Shared {
    /// The site as it is now.
    pub current: watch::Receiver<Arc<Generation>>,
    /// The reports somebody looks at.
    pub desks: Arc<Desks>,
    /// Whether browsers go to the page that was edited.
    pub follow: bool,
    /// The site's folder.
    pub root: PathBuf,
    /// Tells this run of the program from others.
    pub session: String,
    wake: Mutex<Sender<Wake>>,
    notice: mpsc::UnboundedSender<Notice>,
}

impl Shared {
    /// What a server of this site shares.
    pub fn new(
        current: watch::Receiver<Arc<Generation>>,
        desks: Arc<Desks>,
        wake: Sender<Wake>,
        notice: mpsc::UnboundedSender<Notice>,
        follow: bool,
        root: PathBuf,
    ) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let session = format!("{:x}-{:x}", std::process::id(), now.as_nanos());
        Self { current, desks, follow, root, session, wake: Mutex::new(wake), notice }
    }

    /// The site, as soon as there has been a build.
    pub async fn generation(&self) -> Arc<Generation> {
        let mut current = self.current.clone();
        let built = current.wait_for(|generation| generation.number > 0).await;
        // Without a builder the last generation stays.
        built.map(|generation| generation.clone()).unwrap_or_else(|_| self.current.borrow().clone())
    }

    /// The site, as soon as its reports are typeset; if they cannot be, it is the one with those of before.
    pub async fn generation_with_reports(&self) -> Arc<Generation> {
        let mut current = self.current.clone();
        let is_ready = |now: &Arc<Generation>| now.number > 0 && now.reports != Reports::Coming;
        let built = current.wait_for(is_ready).await;
        built.map(|generation| generation.clone()).unwrap_or_else(|_| self.current.borrow().clone())
    }

    /// Asks the builder for something.
    pub fn wake(&self, wake: Wake) {
        // Without a builder nobody waits for it.
        let _ = self.wake.lock().unwrap_or_else(PoisonError::into_inner).send(wake);
    }

    /// Says something to the author.
    pub fn tell(&self, notice: Notice) {
        // The program is ending, and nobody listens.
        let _ = self.notice.send(notice);
    }
}

/// Listens on a port, or on the next one that is free.
///
/// # Errors
/// No port that is free, or allowed.
pub async fn listener(port: u16) -> Result<(TcpListener, u16)> {
    let failed = |cause| {
        Error::busy(format!("cannot listen on port {port} of this computer"))
            .because(cause)
            .hint("name another one with `--port`; 0 takes any that is free")
    };
    let mut taken = std::io::Error::from(ErrorKind::AddrInUse);
    for candidate in port..=port.saturating_add(PORTS) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)).await {
            Ok(listener) => {
                let port = listener.local_addr().map_err(failed)?.port();
                return Ok((listener, port));
            }
            Err(cause) if cause.kind() == ErrorKind::AddrInUse => taken = cause,
            Err(cause) => return Err(failed(cause)),
        }
    }
    Err(failed(taken))
}

/// Answers requests for as long as the program runs.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, most likely: some will be closed.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Small answers are not held back; if that cannot be had they are only slower.
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let shared = shared.clone();
                async move { Ok::<_, Infallible>(routes::respond(&request, &shared).await) }
            });
            // A browser that goes away in the middle is no failure.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
