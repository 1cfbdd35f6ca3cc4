//! A connection that is kept open, and the barest of clients on it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::measure;

/// A kept connection with a token to send.
pub(crate) struct Connection {
    stream: TcpStream,
    authorization: String,
    host: SocketAddr,
}

impl Connection {
    /// To `address`, sending `token` with each request.
    pub(crate) fn open(address: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, authorization: format!("Authorization: Bearer {token}\r\n"), host: address }
    }

    /// The body of a successful answer, and how long it took.
    pub(crate) fn get(&mut self, target: &str) -> (String, Duration) {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{}\r\n", self.host, self.authorization);
        let started = measure::now();
        self.stream.write_all(request.as_bytes()).expect("it reads");
        let answer = self.read();
        let took = started.elapsed();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
        assert!(head.starts_with("HTTP/1.1 200"), "{target}: {head}\n{body:.300}");
        (body.to_owned(), took)
    }

    /// Reads one answer; chunks come back with their sizes.
    fn read(&mut self) -> String {
        let mut answer = Vec::with_capacity(64 * 1024);
        let mut piece = vec![0; 256 * 1024];
        let mut whole = None;
        loop {
            let read = self.stream.read(&mut piece).expect("it answers");
            assert!(read > 0, "the connection ended inside an answer");
            answer.extend_from_slice(&piece[..read]);
            if whole.is_none()
                && let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
                let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
                whole = Some(length.map(|length: usize| end + 4 + length));
            }
            let ended = match whole {
                Some(Some(length)) => answer.len() >= length,
                Some(None) => answer.ends_with(b"\r\n0\r\n\r\n"),
                None => false,
            };
            if ended {
                return String::from_utf8(answer).expect("it answers text");
            }
        }
    }
}
