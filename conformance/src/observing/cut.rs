//! Pages of which the journal keeps only the beginning.

/// Bytes of a body that the journal keeps.
const KEPT: u64 = 64 * 1024;

/// Whether the journal keeps only the beginning of a body of this length.
pub(super) fn is_cut(bytes: u64) -> bool {
    bytes > KEPT
}

/// A page that ends somewhere in its list, without the item that is cut: what stands before the list, the link above all, can
/// be read then. Nothing, if it does not end in a list of objects.
pub(super) fn mended(beginning: &str) -> Option<String> {
    let (mut open, mut in_text, mut escaped, mut end) = (Vec::new(), false, false, None);
    for (at, byte) in beginning.bytes().enumerate() {
        if in_text {
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => {
                open.push(byte);
                if open == b"{[" {
                    end = Some(at + 1);
                }
            }
            b'}' | b']' => {
                open.pop();
                match open.as_slice() {
                    b"{[" => end = Some(at + 1),
                    // That list is whole: it is not the one in which it ends.
                    b"{" => end = None,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    Some(format!("{}]}}", &beginning[..end?]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::mended;

    proptest! {
        #[test]
        fn what_is_left_of_a_page_is_a_page(items in proptest::collection::vec("[a-z\"\\\\\\[\\]{}é]{0,6}", 0..5), cut in 0.0..1.0) {
            let value: Vec<Json> = items.iter().map(|name| json!({ "name": name, "tags": [name, { "of": name }] })).collect();
            let page = json!({ "@odata.nextLink": "https://localhost/?$skip=\"{[", "value": value });
            let whole = page.to_string();
            let list = whole.find("\"value\":[").expect("a list") + "\"value\":[".len();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
            let mut at = list + ((whole.len() - 2 - list) as f64 * cut) as usize;
            while !whole.is_char_boundary(at) {
                at -= 1;
            }
            let mended: Json = serde_json::from_str(&mended(&whole[..at]).expect("a page")).expect("JSON");
            prop_assert_eq!(&mended["@odata.nextLink"], &page["@odata.nextLink"]);
            let left = mended["value"].as_array().expect("a list");
            prop_assert!(left.len() <= value.len() && left.iter().zip(&value).all(|(left, all)| left == all));
        }
    }

    #[test]
    fn what_does_not_end_in_a_list_is_left_alone() {
        for text in ["", "{", "{\"value\":[]", "{\"a\":[1],\"b\":\"x", "<html>"] {
            assert_eq!(mended(text), None, "{text}");
        }
    }
}
