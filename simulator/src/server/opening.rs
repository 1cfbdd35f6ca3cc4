//! What a connection is going to speak, told by its first bytes: they differ before anybody has to answer.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt as _;

use super::rewound::Socket;

/// What every HTTP/2 connection begins with (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The record type of a TLS handshake (RFC 8446, 5.1). No HTTP request begins with it.
const HANDSHAKE: u8 = 0x16;

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// TLS; what is inside is told in the same way.
    Tls,
    /// HTTP/2.
    Http2,
    /// HTTP/1, or nothing that is known; that is for the reader of HTTP/1 to say.
    Http1,
}

/// Tells by the first bytes; nothing if they are too few.
pub(super) fn tell(bytes: &[u8]) -> Option<Opening> {
    match bytes.first()? {
        &HANDSHAKE => Some(Opening::Tls),
        _ if bytes.starts_with(PREFACE) => Some(Opening::Http2),
        _ if PREFACE.starts_with(bytes) => None,
        _ => Some(Opening::Http1),
    }
}

/// Reads until it can be told. Returns that and what was read; nothing if the client left without a word.
pub(super) async fn read(stream: &mut impl Socket) -> io::Result<Option<(Opening, Bytes)>> {
    let mut seen = BytesMut::with_capacity(1024);
    loop {
        if stream.read_buf(&mut seen).await? == 0 {
            // A preface that breaks off is no HTTP/2.
            return Ok((!seen.is_empty()).then(|| (Opening::Http1, seen.freeze())));
        }
        if let Some(opening) = tell(&seen) {
            return Ok(Some((opening, seen.freeze())));
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::{HANDSHAKE, Opening, PREFACE, read, tell};
    use crate::server::rewound::Rewound;

    /// Writes `bytes` in pieces that end at `cuts`, lets them be told, and reads them again from the beginning.
    fn told(bytes: &[u8], cuts: &[usize]) -> Option<(Opening, Vec<u8>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            // As much room as the largest piece: the reader sees each by itself.
            let (mut client, mut server) = tokio::io::duplex(4096);
            let writer = async move {
                let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
                ends.push(bytes.len());
                ends.sort_unstable();
                let mut from = 0;
                for end in ends {
                    client.write_all(&bytes[from..end]).await.unwrap();
                    from = end;
                    tokio::task::yield_now().await;
                }
            };
            let reader = async move {
                let (opening, first) = read(&mut server).await.unwrap()?;
                let mut again = Vec::new();
                Rewound::new(first, server).read_to_end(&mut again).await.unwrap();
                Some((opening, again))
            };
            tokio::join!(writer, reader).1
        })
    }

    fn beginning() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(PREFACE.to_vec()),
            Just([&[HANDSHAKE, 3, 1], &[0; 40][..]].concat()),
            Just(b"GET /v1.0/users HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
            Just(b"PRI * HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
            Just(b"POST / HTTP/1.1\r\n\r\n".to_vec()),
            (0..PREFACE.len()).prop_map(|length| PREFACE[..length].to_vec()),
            prop::collection::vec(any::<u8>(), 0..64),
        ]
    }

    proptest! {
        #[test]
        fn it_is_told_alike_however_the_bytes_are_split(
            beginning in beginning(),
            rest in prop::collection::vec(any::<u8>(), 0..64),
            cuts in prop::collection::vec(any::<usize>(), 0..30),
        ) {
            let bytes = [beginning, rest].concat();
            let expected = tell(&bytes).or((!bytes.is_empty()).then_some(Opening::Http1));
            let found = told(&bytes, &cuts);
            prop_assert_eq!(found.as_ref().map(|(opening, _)| *opening), expected);
            prop_assert_eq!(found.map(|(_, again)| again).unwrap_or_default(), bytes, "nothing is lost or doubled");
        }

        #[test]
        fn more_bytes_do_not_change_what_was_told(bytes in beginning(), more in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(opening) = tell(&bytes) {
                prop_assert_eq!(tell(&[bytes, more].concat()), Some(opening));
            }
        }
    }

    #[test]
    fn the_three_are_told_apart() {
        assert_eq!(tell(b""), None);
        assert_eq!(tell(&[HANDSHAKE]), Some(Opening::Tls));
        assert_eq!(tell(b"PR"), None);
        assert_eq!(tell(b"PO"), Some(Opening::Http1));
        assert_eq!(tell(PREFACE), Some(Opening::Http2));
        assert_eq!(tell(b"PRI * HTTP/2.0\r\n\r\nXX"), Some(Opening::Http1));
    }

    #[test]
    fn a_rewound_stream_fits_into_small_buffers() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (client, server) = tokio::io::duplex(64);
        drop(client);
        let mut rewound = Rewound::new(Bytes::from_static(b"abcdef"), server);
        let mut buffer = [0; 4];
        assert_eq!(runtime.block_on(rewound.read(&mut buffer)).unwrap(), 4);
        assert_eq!(runtime.block_on(rewound.read(&mut buffer)).unwrap(), 2);
        assert_eq!(runtime.block_on(rewound.read(&mut buffer)).unwrap(), 0);
    }

    #[test]
    fn a_stream_can_be_rewound_again() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for first in [&b"def"[..], b""] {
            for again in [&b"abc"[..], b""] {
                let (client, server) = tokio::io::duplex(64);
                drop(client);
                let rewound = Rewound::new(Bytes::from_static(first), server);
                let mut found = Vec::new();
                runtime.block_on(rewound.again(Bytes::from_static(again)).read_to_end(&mut found)).unwrap();
                assert_eq!(found, [again, first].concat());
            }
        }
    }
}
