//! From the bytes of a file to text, in the encodings in which clients save answers.

/// The text of a file in UTF-8 or UTF-16, without its byte order mark. (PowerShell's `>` and `Out-File` write UTF-16 with
/// a mark, version 7 writes UTF-8.) `Err` says what was found instead.
pub fn decode(bytes: Vec<u8>) -> Result<String, String> {
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, text @ ..] => utf8(text.to_vec()),
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        // JSON begins with an ASCII character, so a zero beside it tells the width and the order.
        [first, 0, ..] if *first != 0 => utf16(&bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => utf16(&bytes, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let bad = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..bad].split(|byte| *byte == b'\n').count();
        format!("line {line}: this is neither UTF-8 nor UTF-16; save it again, with -Encoding utf8 in PowerShell")
    })
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err("line 1: this begins as UTF-16 and is none; the file is damaged or cut off".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decode;

    proptest! {
        #[test]
        fn every_encoding_gives_the_same_text(text in "[\\{\\[ a-z]\\PC{0,20}") {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let with = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
            let saved = [
                text.clone().into_bytes(),
                with(&[0xef, 0xbb, 0xbf], text.as_bytes()),
                with(&[0xff, 0xfe], &little),
                with(&[0xfe, 0xff], &big),
                little,
                big,
            ];
            for bytes in saved {
                prop_assert_eq!(decode(bytes).unwrap(), text.clone());
            }
        }

        #[test]
        fn no_bytes_are_a_trap(bytes: Vec<u8>) {
            let _ = decode(bytes);
        }
    }

    #[test]
    fn another_encoding_is_refused_with_the_line() {
        let error = decode(b"{\"deviceName\":\"A\"}\n{\"deviceName\":\"Zo\xeb\"}".to_vec()).unwrap_err();
        assert!(error.starts_with("line 2: ") && error.contains("-Encoding utf8"), "{error}");
    }
}
