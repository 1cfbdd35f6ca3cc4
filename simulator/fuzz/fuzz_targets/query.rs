//! Any text as the query of a URL, and as each of the options that are no expressions.

#![no_main]

use libfuzzer_sys::fuzz_target;
use simtune_fuzz::promises;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    promises::of_a_query(&text);
    promises::of_a_list(&text);
    promises::of_a_token(&text);
});
