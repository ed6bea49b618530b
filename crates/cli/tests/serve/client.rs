//! A client of few lines, on plain sockets: what goes over the wire is what a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Whether a header has this value.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.head.lines().any(|line| line.eq_ignore_ascii_case(&format!("{name}: {value}")))
    }
}

/// A connection that is kept open.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: &str) -> Self {
        Self::on(TcpStream::connect(address).unwrap())
    }

    pub fn on(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    /// Sends, if the other side still takes it.
    pub fn sent(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    /// Says that there is no more to come, and listens on.
    pub fn close_sending(&mut self) {
        self.stream.get_mut().shutdown(Shutdown::Write).unwrap();
    }

    /// The next answer; `None` where the other side closes instead.
    pub fn answer(&mut self) -> Option<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).unwrap_or(0) == 0 {
                return None;
            }
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.stream.read_exact(&mut body).unwrap();
        let status = head[9..12].parse().unwrap();
        Some(Answer { status, head, body: String::from_utf8(body).unwrap() })
    }

    pub fn ask(&mut self, request: &[u8]) -> Answer {
        self.send(request);
        self.answer().unwrap()
    }

    /// Whether the other side closed it, waiting for that.
    pub fn is_closed(&mut self) -> bool {
        matches!(self.stream.read(&mut [0]), Ok(0) | Err(_))
    }
}

/// A request for predictions, in bytes.
pub fn post(kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub const JSON: &str = "application/json";

/// What is answered to rows as JSON.
pub fn predict(address: &str, rows: &Value) -> Answer {
    Connection::open(address).ask(&post(JSON, rows.to_string().as_bytes()))
}

/// What is answered to a text.
pub fn predict_text(address: &str, kind: &str, text: &str) -> Answer {
    Connection::open(address).ask(&post(kind, text.as_bytes()))
}

/// What is at a path.
pub fn get(address: &str, path: &str) -> Answer {
    get_with(address, path, "host: localhost\r\n")
}

pub fn get_with(address: &str, path: &str, headers: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\n{headers}\r\n");
    Connection::open(address).ask(request.as_bytes())
}
