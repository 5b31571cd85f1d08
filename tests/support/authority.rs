//! A time-stamping authority of one's own: `openssl ts` behind HTTP on this computer, which can also hang, refuse and lie.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As the standard says.
    Honest,
    /// Not at all.
    Hangs,
    /// With a status of HTTP.
    Refuses,
    /// With a token over other bytes.
    OtherBytes,
    /// With the answer to somebody else's request.
    OtherNonce,
    /// With a web page.
    Garbage,
}

/// Its keys and certificates, and the address at which it listens.
pub struct Authority {
    folder: Arc<TempDir>,
    pub address: String,
    mood: Arc<Mutex<Mood>>,
}

const CONFIGURATION: &str = include_str!("authority.cnf");

impl Authority {
    /// One that goes by this name. `None` where there is no openssl.
    pub fn new(name: &str) -> Option<Self> {
        let long = "20991231235959Z";
        Self::until(name, long)
    }

    /// One whose certificate for stamping ends at a time such as `20991231235959Z`.
    pub fn until(name: &str, end: &str) -> Option<Self> {
        Command::new("openssl").arg("version").output().ok()?;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("openssl.cnf"), CONFIGURATION).unwrap();
        std::fs::write(path("serial"), "01\n").unwrap();
        std::fs::write(path("number"), "01\n").unwrap();
        std::fs::write(path("index"), "").unwrap();
        let openssl = |arguments: &str| run(folder.path(), arguments, b"");
        let key = "-newkey rsa:2048 -nodes";
        openssl(&format!(
            "req -x509 {key} -keyout root.key -out root.pem -days 9999 -config openssl.cnf -extensions root -subj /CN={name}"
        ));
        openssl(&format!("req {key} -keyout key -out request -config openssl.cnf -subj /CN=stamps.{name}"));
        openssl(&format!(
            "ca -batch -notext -config openssl.cnf -cert root.pem -keyfile root.key -in request -out signer.pem \
             -startdate 20200101000000Z -enddate {end} -extensions signer"
        ));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/tsa", listener.local_addr().unwrap());
        let authority = Self { folder: Arc::new(folder), address, mood: Arc::new(Mutex::new(Mood::Honest)) };
        let (folder, mood) = (Arc::clone(&authority.folder), Arc::clone(&authority.mood));
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let mood = *mood.lock().unwrap();
                held.extend(serve(stream, folder.path(), mood));
            }
        });
        Some(authority)
    }

    /// Answers so from now on.
    pub fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// The certificate that vouches for it.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// Its answer to a request.
    pub fn reply(&self, request: &[u8]) -> Vec<u8> {
        reply(self.folder.path(), request)
    }
}

fn run(folder: &Path, arguments: &str, input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.args(arguments.split_whitespace()).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(input).unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn reply(folder: &Path, request: &[u8]) -> Vec<u8> {
    run(folder, "ts -reply -config openssl.cnf -queryfile /dev/stdin -signer signer.pem -inkey key", request)
}

/// Answers one request. What is not answered is held open.
fn serve(mut stream: TcpStream, folder: &Path, mood: Mood) -> Option<TcpStream> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    let body = loop {
        let read = stream.read(&mut part).ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&part[..read]);
        let end = request.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(body) = end.and_then(|end| request.get(end + 4..end + 4 + 69)) {
            break body.to_vec();
        }
    };
    let with = |at: usize| {
        let mut other = body.clone();
        other[at] ^= 1;
        reply(folder, &other)
    };
    let (status, answer) = match mood {
        Mood::Hangs => return Some(stream),
        Mood::Refuses => ("503 Service Unavailable", Vec::new()),
        Mood::Garbage => ("200 OK", b"<html>come back later</html>".to_vec()),
        Mood::Honest => ("200 OK", reply(folder, &body)),
        // The digest begins at the 25th byte, the nonce at the 59th.
        Mood::OtherBytes => ("200 OK", with(30)),
        Mood::OtherNonce => ("200 OK", with(62)),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    stream.write_all(&[head.as_bytes(), &answer].concat()).ok()?;
    None
}
