//! What is done to an answer on its way, step by step: a pure function of the answer and of what spoils it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::head::{Asked, Framing, head, interim, wrong};
use crate::exchange::{Answer, Delivery, Point};

/// How often a slow answer goes on, at most: as many pieces a second.
const PIECES_A_SECOND: u32 = 100;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Send these bytes, and hold none of them back.
    Send(Bytes),
    /// Wait. Waits follow each other, however long the sending between them takes.
    Wait(Duration),
}

/// What follows the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum End {
    /// The next request.
    GoesOn,
    /// The end of the connection, as it should be.
    Orderly,
    /// The end of the connection below TLS, which does not say goodbye.
    Cut,
    /// A reset of the connection.
    Reset,
}

/// What to do, made while it is done: an answer may be sent byte by byte.
pub(super) type Steps = Box<dyn Iterator<Item = Step> + Send>;

/// An answer as bytes on the wire.
struct Wire {
    bytes: Bytes,
    /// Bytes of the head.
    head: usize,
    /// Where the body is, without what frames it.
    body: Range<usize>,
}

impl Wire {
    /// An answer of HTTP/1.
    fn new(answer: &Answer, framing: Framing, connection: Option<&str>, asked: Asked) -> Self {
        let mut bytes = head(answer, framing, connection, asked);
        let head = bytes.len();
        if asked.head_only || framing == Framing::Bodiless {
            return Self { bytes: bytes.into(), head, body: head..head };
        }
        let chunked = framing == Framing::Chunked;
        let chunk = chunked && !answer.body.is_empty();
        if chunk {
            bytes.extend_from_slice(format!("{:X}\r\n", answer.body.len()).as_bytes());
        }
        let body = bytes.len()..bytes.len() + answer.body.len();
        bytes.extend_from_slice(&answer.body);
        if chunk {
            bytes.extend_from_slice(b"\r\n");
        }
        if chunked {
            bytes.extend_from_slice(LAST_CHUNK.as_bytes());
        }
        Self { bytes: bytes.into(), head, body }
    }

    /// A body as HTTP/2 carries it, in frames of its own.
    fn body_alone(bytes: Bytes) -> Self {
        Self { head: 0, body: 0..bytes.len(), bytes }
    }

    /// Where a point is. That a body is empty, or not there, makes its point the end of the head.
    fn place(&self, point: Point) -> usize {
        match point {
            Point::Start => 0,
            Point::Head => self.head / 2,
            Point::Body if self.body.is_empty() => self.head,
            Point::Body => self.body.start + self.body.len() / 2,
        }
    }

    /// All of it, with a wait at a point.
    fn stalled(&self, time: Duration, point: Point) -> Steps {
        let (first, rest) = (self.bytes.slice(..self.place(point)), self.bytes.slice(self.place(point)..));
        Box::new([Step::Send(first), Step::Wait(time), Step::Send(rest)].into_iter())
    }

    /// All of it, at so many bytes a second.
    fn slow(self, rate: NonZeroU32) -> Steps {
        let piece = (rate.get() / PIECES_A_SECOND).max(1);
        let wait = Duration::from_secs(1) * piece / rate.get();
        let pieces = pieces(self.bytes, usize::try_from(piece).unwrap_or(usize::MAX));
        Box::new(pieces.enumerate().flat_map(move |(number, piece)| {
            let wait = (number > 0).then_some(Step::Wait(wait));
            wait.into_iter().chain([Step::Send(piece)])
        }))
    }

    /// The body in pieces of so many bytes, each as a chunk of its own if there are chunks.
    fn chunked(self, size: NonZeroUsize, framing: Option<Framing>) -> Steps {
        let head = Step::Send(self.bytes.slice(..self.head));
        let pieces = pieces(self.bytes.slice(self.body), size.get());
        if framing != Some(Framing::Chunked) {
            return Box::new([head].into_iter().chain(pieces.map(Step::Send)));
        }
        let chunks = pieces.map(|piece| {
            let length = format!("{:X}\r\n", piece.len());
            Step::Send([length.as_bytes(), &piece, b"\r\n"].concat().into())
        });
        Box::new([head].into_iter().chain(chunks).chain([Step::Send(Bytes::from_static(LAST_CHUNK.as_bytes()))]))
    }
}

/// The end of a chunked body.
const LAST_CHUNK: &str = "0\r\n\r\n";

/// So much later; a time that no clock can show is a month away.
pub(super) fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).unwrap_or(from + Duration::from_hours(24 * 30))
}

/// Bytes in pieces of so many, the last one shorter.
fn pieces(mut bytes: Bytes, size: usize) -> impl Iterator<Item = Bytes> + Send {
    std::iter::from_fn(move || (!bytes.is_empty()).then(|| bytes.split_to(size.min(bytes.len()))))
}

/// What to do over HTTP/1.
pub(super) fn over_one(answer: &Answer, delivery: &Delivery, asked: Asked) -> (Steps, End) {
    let framing = Framing::of(answer, delivery, asked);
    let connection = match (asked.old, asked.keeps) {
        _ if *delivery == Delivery::Close => None,
        (false, false) => Some("close"),
        (true, true) => Some("keep-alive"),
        _ => None,
    };
    let wire = Wire::new(answer, framing, connection, asked);
    let goes_on = asked.keeps && framing != Framing::UntilClose;
    let end = match delivery {
        Delivery::Reset(_) => End::Reset,
        Delivery::Truncate(_) => End::Cut,
        Delivery::WrongLength(_) | Delivery::Close => End::Orderly,
        _ if goes_on => End::GoesOn,
        _ => End::Orderly,
    };
    let steps = match *delivery {
        Delivery::Informational(status) if !asked.old => {
            Box::new([Step::Send(interim(status, asked).into()), Step::Send(wire.bytes)].into_iter())
        }
        _ => steps(wire, delivery, Some(framing)),
    };
    (steps, end)
}

/// What to do with a body over HTTP/2, and whether the stream is reset behind it.
pub(super) fn over_two(body: Bytes, delivery: &Delivery) -> (Steps, bool) {
    let reset = matches!(delivery, Delivery::Reset(_) | Delivery::Truncate(_));
    (steps(Wire::body_alone(body), delivery, None), reset)
}

/// The length that is announced over HTTP/2, if it is not left to hyper.
pub(super) fn announced(length: usize, delivery: &Delivery) -> Option<usize> {
    match delivery {
        Delivery::WrongLength(by) => Some(wrong(length, *by)),
        _ => None,
    }
}

fn steps(wire: Wire, delivery: &Delivery, framing: Option<Framing>) -> Steps {
    let sent = |bytes| -> Steps { Box::new([Step::Send(bytes)].into_iter()) };
    match *delivery {
        Delivery::Reset(point) => sent(wire.bytes.slice(..wire.place(point))),
        Delivery::Truncate(bytes) => sent(wire.bytes.slice(..wire.body.start + bytes.min(wire.body.len()))),
        Delivery::Stall(time, point) => wire.stalled(time, point),
        Delivery::Slow(rate) => wire.slow(rate),
        Delivery::Chunk(size) => wire.chunked(size, framing),
        Delivery::WrongLength(_) | Delivery::Close | Delivery::Informational(_) => sent(wire.bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use hyper::{HeaderMap, StatusCode};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{End, Step, Steps, over_one, over_two};
    use crate::exchange::{Answer, Delivery, Point};
    use crate::server::delivery::Asked;
    use crate::wire::headers::Content;

    fn deliveries() -> impl Strategy<Value = Delivery> {
        let point = || prop::sample::select(vec![Point::Start, Point::Head, Point::Body]);
        prop_oneof![
            point().prop_map(Delivery::Reset),
            (0_usize..300).prop_map(Delivery::Truncate),
            (any::<Duration>(), point()).prop_map(|(time, at)| Delivery::Stall(time, at)),
            (1_u32..).prop_map(|rate| Delivery::Slow(rate.try_into().unwrap())),
            (1_usize..300).prop_map(|size| Delivery::Chunk(size.try_into().unwrap())),
            any::<i32>().prop_map(Delivery::WrongLength),
            Just(Delivery::Close),
            Just(Delivery::Informational(StatusCode::EARLY_HINTS)),
        ]
    }

    fn answers() -> impl Strategy<Value = Answer> {
        let kinds = prop::sample::select(vec![
            (StatusCode::OK, Content::Identity),
            (StatusCode::BAD_REQUEST, Content::Error),
            (StatusCode::NO_CONTENT, Content::Empty),
        ]);
        (kinds, prop::collection::vec(any::<u8>(), 0..200)).prop_map(|((status, content), body)| Answer {
            status,
            headers: HeaderMap::new(),
            content,
            body: if content == Content::Empty { Bytes::new() } else { body.into() },
            request_id: Uuid::nil(),
            delivery: None,
        })
    }

    fn asked() -> impl Strategy<Value = Asked> {
        any::<[bool; 3]>().prop_map(|[old, head_only, keeps]| Asked { old, head_only, keeps })
    }

    /// What is sent, and how long is waited.
    fn done(steps: Steps) -> (Vec<u8>, Duration) {
        steps.fold((Vec::new(), Duration::ZERO), |(mut sent, waited), step| match step {
            Step::Send(bytes) => {
                sent.extend_from_slice(&bytes);
                (sent, waited)
            }
            Step::Wait(time) => (sent, waited.saturating_add(time)),
        })
    }

    proptest! {
        #[test]
        fn an_answer_is_whole_or_breaks_off(answer in answers(), delivery in deliveries(), asked in asked()) {
            let plain = Delivery::Stall(Duration::ZERO, Point::Start);
            let (whole, _) = done(over_one(&answer, &plain, asked).0);
            let (steps, end) = over_one(&answer, &delivery, asked);
            let (sent, waited) = done(steps);
            match delivery {
                Delivery::Reset(_) => {
                    prop_assert!(whole.starts_with(&sent) && end == End::Reset);
                }
                Delivery::Truncate(_) if !asked.old => {
                    prop_assert!(whole.starts_with(&sent) && end == End::Cut);
                }
                // The length is announced here, which it is not otherwise.
                Delivery::Truncate(_) => prop_assert_eq!(end, End::Cut),
                Delivery::Stall(time, _) => prop_assert_eq!((sent, waited), (whole, time)),
                Delivery::Slow(rate) => {
                    prop_assert_eq!(&sent, &whole);
                    // Never faster, but for the first piece.
                    let first = (rate.get() / 100).max(1);
                    let least = (whole.len() as u64).saturating_sub(u64::from(first)) * 1_000 / u64::from(rate.get());
                    prop_assert!(waited >= Duration::from_millis(least.saturating_sub(1)), "{:?}", waited);
                }
                Delivery::Close | Delivery::WrongLength(_) => prop_assert_eq!(end, End::Orderly),
                _ => prop_assert!(sent.len() >= whole.len()),
            }
            if end == End::GoesOn {
                prop_assert!(asked.keeps);
            }
        }

        #[test]
        fn frames_carry_the_body_or_its_beginning(body in prop::collection::vec(any::<u8>(), 0..200), delivery in deliveries()) {
            let (steps, reset) = over_two(body.clone().into(), &delivery);
            let (sent, _) = done(steps);
            prop_assert!(body.starts_with(&sent));
            prop_assert!(reset || sent == body);
        }
    }
}
