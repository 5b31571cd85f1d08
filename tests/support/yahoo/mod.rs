//! A chart service on this computer, scripted by each test: real sockets, one thread a connection.

mod listing;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub use listing::Listing;

/// A question as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub at: Instant,
}

impl Request {
    /// The symbol a chart is asked of.
    pub fn symbol(&self) -> Option<&str> {
        self.path.strip_prefix("/v8/finance/chart/")
    }

    /// A time in the query, in seconds since 1970.
    pub fn seconds(&self, name: &str) -> Option<i64> {
        self.query.get(name).map(|seconds| seconds.parse().unwrap())
    }
}

/// What is sent back.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    cut: Option<usize>,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), delay: Duration::ZERO, cut: None }
    }

    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends nothing for a while.
    pub fn slow(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Promises the whole content and breaks the connection after so many bytes of it.
    pub fn cut(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    fn send(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        std::thread::sleep(self.delay);
        let mut text = format!("HTTP/1.1 {} Answer\r\nContent-Length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (text + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body[..self.cut.unwrap_or(self.body.len())]);
        stream.write_all(&bytes)?;
        stream.flush()
    }
}

/// The service. It answers until the test ends.
pub struct FakeYahoo {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FakeYahoo {
    /// Answers each question as the script says; it also gets the number of earlier questions with the same path.
    pub fn scripted(script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (script, heard) = (Arc::new(script), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, heard) = (Arc::clone(&script), Arc::clone(&heard));
                std::thread::spawn(move || drop(converse(stream, &*script, &heard)));
            }
        });
        Self { address, requests }
    }

    /// Answers with these listings, and with Yahoo's error document for any other symbol.
    pub fn of(listings: Vec<Listing>) -> Self {
        Self::scripted(move |request, _| answer(&listings, request))
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The questions about one symbol.
    pub fn asked(&self, symbol: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.symbol() == Some(symbol)).collect()
    }
}

/// What Yahoo would say: about one of the listings, or as it hands out cookies and crumbs.
pub fn answer(listings: &[Listing], request: &Request) -> Reply {
    match request.path.as_str() {
        "/" => return Reply::new(404, "").header("Set-Cookie", "A3=d=AQABBK; Path=/"),
        "/v1/test/getcrumb" => return Reply::ok("6tNlY./xQ"),
        _ => {}
    }
    let listing = listings.iter().find(|listing| Some(listing.symbol()) == request.symbol());
    match listing {
        Some(listing) => Reply::ok(listing.chart(request)),
        None => unknown(),
    }
}

/// Yahoo's answer about a symbol it does not know.
pub fn unknown() -> Reply {
    let error = r#"{"code":"Not Found","description":"No data found, symbol may be delisted"}"#;
    Reply::new(404, format!(r#"{{"chart":{{"result":null,"error":{error}}}}}"#))
}

fn converse(
    stream: TcpStream,
    script: &(dyn Fn(&Request, usize) -> Reply + Send + Sync),
    heard: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    while let Some(request) = read_request(&mut reader)? {
        let earlier = {
            let mut heard = heard.lock().unwrap();
            let earlier = heard.iter().filter(|known| known.path == request.path).count();
            heard.push(request.clone());
            earlier
        };
        let reply = script(&request, earlier);
        reply.send(&mut stream)?;
        if reply.cut.is_some() {
            break;
        }
    }
    Ok(())
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = query.map(|(name, value)| (decoded(name), decoded(value))).collect();
    Ok(Some(Request { path: decoded(path), query, headers, at: Instant::now() }))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if let (b'%', Some(digits)) = (first, tail.get(..2)) {
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
        }
    }
    String::from_utf8(bytes).unwrap()
}
