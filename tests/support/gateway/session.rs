//! One connection, from the greeting to its end.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::message::{Kind, Message, Request};
use super::running::{Asked, Shared};
use super::script::{Behaviour, Incident};
use super::wire::{self, Encoding};

/// How long a client id may still be held by a client that is just going.
const LINGERING: Duration = Duration::from_millis(500);

/// Serves one client until either side has had enough. Errors of the socket end the connection and nothing else.
pub(super) fn serve(stream: &TcpStream, connection: usize, shared: &Shared) {
    let behaviours = shared.script.behaviours_of(connection);
    let _ = Session { stream, connection, shared, behaviours }.run();
    part(stream);
}

/// Closes so that the client reads what was sent before it sees the end.
fn part(mut stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let _ = io::copy(&mut stream, &mut io::sink());
}

struct Session<'a> {
    stream: &'a TcpStream,
    connection: usize,
    shared: &'a Shared,
    behaviours: Vec<Behaviour>,
}

impl Session<'_> {
    fn run(&self) -> io::Result<()> {
        let mut input = self.stream;
        let range = wire::greeting(&mut input)?;
        if self.behaviours.contains(&Behaviour::CloseAtOnce) {
            return Ok(());
        }
        if self.behaviours.contains(&Behaviour::Mute) {
            return io::copy(&mut input, &mut io::sink()).map(drop);
        }
        let (version, encoding) = wire::agree(self.shared.script.server_version, range);
        input.write_all(&wire::framed(format!("{version}\0{}\0", self.shared.script.greeting).as_bytes()))?;
        let out = BufWriter::with_capacity(1 << 16, self.stream);
        let mut line = Line { out, encoding, behaviours: &self.behaviours, due: HashMap::new() };
        let mut held = None;
        let ended = self.converse(&mut line, &mut held);
        let flushed = line.out.flush();
        if let Some(client_id) = held {
            self.shared.release(client_id);
        }
        ended.and(flushed)
    }

    /// Answers requests one after the other.
    fn converse(&self, line: &mut Line, held: &mut Option<i32>) -> io::Result<()> {
        let mut input = self.stream;
        while let Some(body) = wire::frame(&mut input)? {
            let request = line.encoding.request(&body);
            let asked =
                self.shared.note(Asked { connection: self.connection, at: Instant::now(), request: request.clone() });
            if line.encoding == Encoding::Neither || self.behaviours.contains(&Behaviour::Ignore(request.id())) {
                continue;
            }
            if let Request::StartApi { client_id } = request {
                let refused = self.behaviours.contains(&Behaviour::ClientIdInUse);
                if refused || !self.shared.hold(client_id, LINGERING) {
                    return line.send(&Message::error(-1, 326, IN_USE));
                }
                *held = Some(client_id);
            }
            for message in self.shared.script.answer(&request, asked) {
                line.send(&message)?;
            }
            line.out.flush()?;
        }
        Ok(())
    }
}

const IN_USE: &str = "Unable to connect as the client id is already in use. Retry with a unique client id.";

/// The way out to a client, where things happen to messages.
struct Line<'a> {
    out: BufWriter<&'a TcpStream>,
    encoding: Encoding,
    behaviours: &'a [Behaviour],
    /// How many messages of a kind were due.
    due: HashMap<Kind, usize>,
}

impl Line<'_> {
    fn send(&mut self, message: &Message) -> io::Result<()> {
        let kind = message.kind();
        let due = self.due.entry(kind).or_default();
        *due += 1;
        let now = *due;
        for behaviour in self.behaviours {
            let instead = match behaviour {
                Behaviour::Withhold(withheld) => *withheld == kind,
                Behaviour::At(at, nth, incident) if *at == kind && *nth == now => self.happens(incident, message)?,
                _ => false,
            };
            if instead {
                return Ok(());
            }
        }
        self.out.write_all(&wire::framed(&self.encoding.body(message)))
    }

    /// Lets an incident happen; whether it took the place of the message.
    fn happens(&mut self, incident: &Incident, message: &Message) -> io::Result<bool> {
        let frame = wire::framed(&self.encoding.body(message));
        match incident {
            Incident::Close => return Err(io::ErrorKind::ConnectionAborted.into()),
            Incident::CutShort => {
                self.out.write_all(&frame[..frame.len() / 2])?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            Incident::BadLength => self.out.write_all(&[0xff; 8])?,
            Incident::BadBody => self.out.write_all(&wire::framed(&self.encoding.spoilt(message)))?,
            Incident::Delay(time) => {
                self.out.flush()?;
                sleep(*time);
                return Ok(false);
            }
            Incident::Notice(code, text) => {
                let notice = Message::error(-1, *code, text);
                self.out.write_all(&wire::framed(&self.encoding.body(&notice)))?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}
