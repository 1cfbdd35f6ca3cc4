//! The bytes inside a PEM file, which is all that keys and certificates need of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The first block called `label`, decoded; whatever stands around it is ignored, as OpenSSL does.
pub(super) fn block(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, after) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (inside, _) = after.split_once(&format!("-----END {label}-----"))?;
    let compact: String = inside.split_ascii_whitespace().collect();
    STANDARD.decode(compact).ok()
}
