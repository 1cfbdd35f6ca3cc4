//! Any text as `$filter` and as `$orderby`: read or refused, printed and read back, evaluated within bounds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use simtune_fuzz::promises;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    promises::of_a_filter(&text);
    promises::of_an_order(&text);
});
