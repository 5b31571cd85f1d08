use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::token::Answer;
use super::*;
use crate::proof::testing::now;

/// An authority on this computer, which answers what a test tells it.
pub struct Peer {
    pub address: String,
    asked: Arc<AtomicUsize>,
}

impl Peer {
    /// One that answers each request, of which it gets digest and nonce, with these bytes of HTTP; with none it says nothing.
    pub fn new(says: impl Fn(Digest, &[u8]) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = Vec::new();
                let end = loop {
                    let mut part = [0; 4096];
                    let read = stream.read(&mut part).unwrap();
                    assert!(read > 0);
                    request.extend_from_slice(&part[..read]);
                    let end = request.windows(4).position(|four| four == b"\r\n\r\n");
                    if let Some(end) = end.filter(|end| request.len() >= end + 4 + 69) {
                        break end + 4;
                    }
                };
                let head = String::from_utf8(request[..end].to_vec()).unwrap().to_lowercase();
                assert!(head.starts_with("post / ") && head.contains("application/timestamp-query"), "{head}");
                assert!(head.contains("content-length: 69"), "{head}");
                count.fetch_add(1, Ordering::SeqCst);
                let body = &request[end..];
                let answer = says(Digest::from_bytes(body[24..56].try_into().unwrap()), &body[58..66]);
                match answer.is_empty() {
                    true => silent.push(stream),
                    false => stream.write_all(&answer).unwrap(),
                }
            }
        });
        Self { address, asked }
    }

    /// One that stamps at this time.
    pub fn honest(authority: &'static str, time: DateTime<Utc>) -> Self {
        Self::new(move |digest, nonce| http(&good(digest, nonce, authority, time)))
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

pub fn good(digest: Digest, nonce: &[u8], authority: &str, time: DateTime<Utc>) -> Vec<u8> {
    let time = time.format("%Y%m%d%H%M%SZ").to_string();
    Answer { status: 0, digest, nonce, time: &time, authority }.bytes()
}

/// An answer over HTTP.
pub fn http(body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

pub const QUICK: Manners = Manners { limit: Duration::from_millis(300), pause: Duration::from_secs(15) };

fn asked(peer: &Peer) -> Result<(Vec<u8>, Token), String> {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    std::fs::create_dir_all(site.proof_private()).unwrap();
    ask(&site, &[(0, &peer.address)], Digest::of(b"log"), now(), QUICK).unwrap().pop().unwrap().answer
}

fn why(says: impl Fn(Digest, &[u8]) -> Vec<u8> + Send + 'static) -> String {
    asked(&Peer::new(says)).unwrap_err()
}

#[test]
fn an_honest_answer_is_kept_as_it_came() {
    let peer = Peer::honest("A", now());
    let (bytes, token) = asked(&peer).unwrap();
    assert_eq!(Token::parse(&bytes).unwrap(), token);
    assert_eq!((token.imprint, token.time, peer.asked()), (Digest::of(b"log"), now(), 1));
}

#[test]
fn a_lie_is_discarded_and_named() {
    let other = why(|_, nonce| http(&good(Digest::of(b"other"), nonce, "A", now())));
    assert!(other.contains("discarded") && other.contains("another digest"), "{other}");
    assert!(why(|digest, _| http(&good(digest, &[0x41; 8], "A", now()))).contains("nonce"));
    for off in [-3600, 3600] {
        let old = why(move |digest, nonce| http(&good(digest, nonce, "A", now() + TimeDelta::seconds(off))));
        assert!(old.contains("this computer's clock says 2026-01-28T09:00"), "{old}");
    }
    let cut = why(|digest, nonce| http(&good(digest, nonce, "A", now())[..100]));
    assert!(cut.contains("cut off"), "{cut}");
    assert!(why(|_, _| http(b"<html>come back later</html>")).contains("discarded"));
    assert!(why(|_, _| http(&[0x30; LARGEST + 1])).contains("larger than any real one"));
}

#[test]
fn an_authority_that_hangs_refuses_or_is_gone_is_named() {
    assert_eq!(why(|_, _| Vec::new()), "no answer in time");
    assert_eq!(why(|_, _| b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_vec()), "it answered with status 503");
    let away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(why(move |_, _| away.to_vec()), "it answered with status 302");
    let gone = Peer { address: "http://127.0.0.1:1".to_owned(), asked: Arc::default() };
    assert!(asked(&gone).unwrap_err().starts_with("no connection"), "{:?}", asked(&gone).unwrap_err());
}

#[test]
fn a_host_is_left_alone_for_a_while_in_the_next_command_too() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    std::fs::create_dir_all(site.proof_private()).unwrap();
    let mut last = Last::read(&site);
    last.0.insert("tsa.example".to_owned(), now());
    last.write(&site).unwrap();
    let read = Last::read(&site);
    let wait = |host: &str, after: i64| read.wait(host, now() + TimeDelta::seconds(after), QUICK.pause).as_secs();
    assert_eq!((wait("tsa.example", 0), wait("tsa.example", 4), wait("tsa.example", 15)), (15, 11, 0));
    assert_eq!((wait("other.example", 0), wait("tsa.example", -3600)), (0, 15));
}
