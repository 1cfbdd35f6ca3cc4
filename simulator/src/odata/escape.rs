//! Percent escapes of a URL's query, read strictly and written in lower case as the service writes them.

use std::borrow::Cow;

/// Why a part of a query could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EscapeError {
    /// A `%` that two hexadecimal digits do not follow.
    #[error("the '%' at position {0} is not followed by two hexadecimal digits; a literal '%' is sent as '%25'")]
    Malformed(usize),
    /// The bytes are not text.
    #[error("the escapes do not form UTF-8 text")]
    NotUtf8,
}

/// Undoes the escapes of one name or value: `%20` and `+` are spaces (observed: `+` is accepted for a space).
pub fn decode(raw: &str) -> Result<Cow<'_, str>, EscapeError> {
    if let Some(position) = malformed_escape(raw.as_bytes()) {
        return Err(EscapeError::Malformed(position));
    }
    if raw.contains('+') {
        let spaced = raw.replace('+', " ");
        let text = percent_encoding::percent_decode_str(&spaced).decode_utf8().map_err(|_| EscapeError::NotUtf8)?;
        return Ok(Cow::Owned(text.into_owned()));
    }
    percent_encoding::percent_decode_str(raw).decode_utf8().map_err(|_| EscapeError::NotUtf8)
}

/// Escapes everything but unreserved characters, with lower-case digits as the service's own links have them
/// (`%3d`, `%27`, `%2c`; observed: `Intune-PowerShell-SDK#146`).
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                encoded.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
    }
    encoded
}

fn malformed_escape(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len()).find(|&position| {
        bytes[position] == b'%'
            && !bytes.get(position + 1..position + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::{EscapeError, decode, encode};
    use proptest::prelude::*;

    #[test]
    fn plus_and_percent_twenty_are_spaces() {
        assert_eq!(decode("a+b%20c%2Bd%2bE").as_deref(), Ok("a b c+d+E"));
    }

    #[test]
    fn broken_escapes_are_refused_with_their_position() {
        for (raw, position) in [("%", 0), ("a%2", 1), ("ab%zz", 2), ("%41%4", 3), ("%€", 0)] {
            assert_eq!(decode(raw), Err(EscapeError::Malformed(position)), "{raw}");
        }
        assert_eq!(decode("%ff"), Err(EscapeError::NotUtf8));
        assert_eq!(decode("a+%c3%28"), Err(EscapeError::NotUtf8));
    }

    #[test]
    fn escapes_are_written_in_lower_case() {
        assert_eq!(encode("a='é',b"), "a%3d%27%c3%a9%27%2cb");
    }

    proptest! {
        #[test]
        fn whatever_is_escaped_is_read_back(text: String) {
            let encoded = encode(&text);
            prop_assert_eq!(decode(&encoded), Ok(text.as_str().into()));
        }

        #[test]
        fn reading_never_panics(raw: String) {
            let _ = decode(&raw);
        }
    }
}
