//! A device as a line of a fleet file.

use super::Draft;
use crate::device::physical::Physical;
use crate::device::record::{PROPERTIES, Source};
use crate::wire::json::{self, DatePrecision};

/// Appends a whole device as one line of JSON, every property said. A simulator that reads it back has the same device,
/// whatever its seed.
pub fn write_line(out: &mut Vec<u8>, draft: &Draft) {
    out.push(b'{');
    for property in PROPERTIES {
        if let (Source::Field(read), Some(_)) = (property.source, property.write) {
            out.extend_from_slice(property.json_key.as_bytes());
            json::value(out, read(&draft.record), DatePrecision::Ticks, false);
            out.push(b',');
        }
    }
    if draft.physical == Physical::default() {
        out.pop();
    } else {
        out.extend_from_slice(b"\"physical\":");
        serde_json::to_writer(&mut *out, &draft.physical).expect("our own values become JSON");
    }
    out.extend_from_slice(b"}\n");
}
