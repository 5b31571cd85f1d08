//! A gateway at work: its socket, its connections, and what it was asked.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use super::message::Request;
use super::proto::ExecutionFilter;
use super::script::Gateway;
use super::session;

/// A request, when it came, and on which connection (from 0).
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub connection: usize,
    pub at: Instant,
    pub request: Request,
}

/// What the connections of a gateway share.
pub(super) struct Shared {
    pub script: Gateway,
    asked: Mutex<Vec<Asked>>,
    client_ids: Mutex<HashSet<i32>>,
    sockets: Mutex<Vec<TcpStream>>,
    stopped: AtomicBool,
}

/// A gateway that listens on a port of this machine, until it is dropped.
pub struct Running {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

impl Gateway {
    /// Opens the socket.
    pub fn start(self) -> Running {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: self,
            asked: Mutex::default(),
            client_ids: Mutex::default(),
            sockets: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        Running { address, shared, listener: Some(spawn(move || accept(&listener, &accepting))) }
    }
}

/// Gives every connection a thread of its own.
fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut sessions = Vec::new();
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        if shared.stopped.load(Ordering::SeqCst) {
            break;
        }
        stream.set_nodelay(true).unwrap();
        let connection = {
            let mut sockets = shared.sockets.lock().unwrap();
            sockets.push(stream.try_clone().unwrap());
            sockets.len() - 1
        };
        let shared = Arc::clone(shared);
        sessions.push(spawn(move || session::serve(&stream, connection, &shared)));
    }
    for session in sessions {
        session.join().unwrap();
    }
}

impl Shared {
    /// Writes a request down; how many requests for executions there are now.
    pub fn note(&self, asked: Asked) -> usize {
        let mut all = self.asked.lock().unwrap();
        all.push(asked);
        all.iter().filter(|asked| matches!(asked.request, Request::Executions { .. })).count()
    }

    /// Takes a client id, waiting a while for one that goes; whether it is free.
    pub fn hold(&self, client_id: i32, patience: Duration) -> bool {
        let start = Instant::now();
        loop {
            if self.client_ids.lock().unwrap().insert(client_id) {
                return true;
            }
            if start.elapsed() > patience || self.stopped.load(Ordering::SeqCst) {
                return false;
            }
            sleep(Duration::from_millis(5));
        }
    }

    pub fn release(&self, client_id: i32) {
        self.client_ids.lock().unwrap().remove(&client_id);
    }
}

impl Running {
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.sockets.lock().unwrap().len()
    }

    /// All requests in the order they came.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// What clients asked, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.asked().into_iter().map(|asked| asked.request).collect()
    }

    /// The filters of the requests for executions, in order.
    pub fn execution_filters(&self) -> Vec<ExecutionFilter> {
        let filter = |request| match request {
            Request::Executions { filter, .. } => Some(filter),
            _ => None,
        };
        self.requests().into_iter().filter_map(filter).collect()
    }

    /// Cuts every open connection; new ones are welcome.
    pub fn cut(&self) {
        for socket in self.shared.sockets.lock().unwrap().iter() {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Running {
    /// Stops. No test passes in which a client tried to trade.
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        self.cut();
        let ended = self.listener.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(matches!(ended, Some(Ok(()))), "the gateway failed: {ended:?}");
            let orders: Vec<_> =
                self.requests().into_iter().filter(|request| matches!(request, Request::Order(_))).collect();
            assert!(orders.is_empty(), "a client tried to trade: {orders:?}");
        }
    }
}
