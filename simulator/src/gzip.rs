//! Bodies as gzip.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Compresses `body`; quickly rather than well, because nothing crosses a network.
pub fn compress(body: &[u8]) -> Bytes {
    at(body, Compression::fast())
}

/// Compresses `body` as well as gzip can, for what is compressed once and sent often.
pub fn compress_well(body: &[u8]) -> Bytes {
    at(body, Compression::best())
}

fn at(body: &[u8], level: Compression) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4 + 64), level);
    encoder.write_all(body).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail").into()
}
