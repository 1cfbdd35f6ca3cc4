//! Heads of HTTP/1 answers, spelled as hyper spells them.

use bytes::Bytes;
use hyper::header::{self, HeaderMap};
use hyper::{Method, StatusCode, Version};

use crate::exchange::{Answer, Delivery};
use crate::outgoing::Outgoing;
use crate::server::http;

/// What of a request decides how its answer is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) struct Asked {
    /// Whether the client speaks HTTP/1.0, which has no chunked coding.
    pub old: bool,
    /// Whether the method is HEAD.
    pub head_only: bool,
    /// Whether the client wants to go on with the connection.
    pub keeps: bool,
}

impl Asked {
    /// Reads a request's head.
    pub(in crate::server) fn by<B>(request: &hyper::Request<B>) -> Self {
        let old = request.version() < Version::HTTP_11;
        let (mut closes, mut keeps) = (false, !old);
        // A walk over a request's few headers is cheaper than to look one up.
        for (_, value) in request.headers().iter().filter(|(name, _)| **name == header::CONNECTION) {
            for said in value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                closes |= said.eq_ignore_ascii_case(b"close");
                keeps |= said.eq_ignore_ascii_case(b"keep-alive");
            }
        }
        Self { old, head_only: request.method() == Method::HEAD, keeps: keeps && !closes }
    }
}

/// How a client knows where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is none, nor a word about it.
    Bodiless,
    /// By a length that is announced, true or not.
    Length(usize),
    /// By the last chunk.
    Chunked,
    /// By the end of the connection: all that HTTP/1.0 has for a body of unknown length.
    UntilClose,
}

impl Framing {
    /// The framing of an answer. It is what hyper would choose, unless what spoils the answer needs another: a wrong
    /// length must be announced, and over HTTP/1.0 a missing end is seen by a length alone.
    pub(super) fn of(answer: &Answer, delivery: &Delivery, asked: Asked) -> Self {
        let without_body = matches!(answer.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let chunked = matches!(http::outgoing(answer.content, Bytes::new()), Outgoing::Chunked(_));
        match *delivery {
            Delivery::WrongLength(by) => Self::Length(wrong(answer.body.len(), by)),
            _ if without_body => Self::Bodiless,
            Delivery::Chunk(_) if !asked.old && !asked.head_only && !answer.body.is_empty() => Self::Chunked,
            Delivery::Truncate(_) if asked.old && chunked => Self::Length(answer.body.len()),
            _ if !chunked => Self::Length(answer.body.len()),
            _ if asked.head_only => Self::Bodiless,
            _ if asked.old => Self::UntilClose,
            _ => Self::Chunked,
        }
    }
}

/// A length that is wrong by so much; none is below zero.
pub(super) fn wrong(length: usize, by: i32) -> usize {
    length.saturating_add_signed(isize::try_from(by).unwrap_or(0))
}

/// The head of an answer.
pub(super) fn head(answer: &Answer, framing: Framing, connection: Option<&str>, asked: Asked) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    push_status(&mut out, asked, answer.status);
    push_headers(&mut out, &answer.headers);
    if let Some(connection) = connection {
        out.extend_from_slice(format!("connection: {connection}\r\n").as_bytes());
    }
    match framing {
        Framing::Length(length) => out.extend_from_slice(format!("content-length: {length}\r\n").as_bytes()),
        Framing::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
        Framing::Bodiless | Framing::UntilClose => {}
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// The head of an interim answer; there is no more to it.
pub(super) fn interim(status: StatusCode, asked: Asked) -> Vec<u8> {
    let mut out = Vec::new();
    push_status(&mut out, asked, status);
    out.extend_from_slice(b"\r\n");
    out
}

fn push_status(out: &mut Vec<u8>, asked: Asked, status: StatusCode) {
    let version = if asked.old { "1.0" } else { "1.1" };
    let reason = status.canonical_reason().unwrap_or("<none>");
    out.extend_from_slice(format!("HTTP/{version} {} {reason}\r\n", status.as_str()).as_bytes());
}

/// Headers as lines.
pub(in crate::server) fn push_headers(out: &mut Vec<u8>, headers: &HeaderMap) {
    for (name, value) in headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}
