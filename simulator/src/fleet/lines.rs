//! Where the devices are in a file: JSON Lines, an array, or saved responses of Graph.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::FleetError;
use super::place::{Lines, reason};
use super::spelling::quoted;

/// One device of a file.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    /// On a page, as Graph answers, and not on a line of its own.
    pub(super) is_answer: bool,
    pub(super) object: Map<String, Json>,
}

/// A saved response, or one page of it. (What else it has, links and counts, says nothing about devices.)
#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
}

/// Every device in `text`, in order.
pub(super) fn entries(file: &str, text: &str) -> Result<Vec<Entry>, FleetError> {
    let (objects, mut errors) = objects(file, text);
    if !errors.is_empty() {
        return Err(errors.swap_remove(0));
    }
    let mut lines = Lines::of(text);
    let entry = |Object { json, is_answer }: Object<'_>| {
        let line = lines.line_of(json);
        // What can still be wrong is its depth or a number.
        let object = serde_json::from_str(json).map_err(|error| syntax(file, &error, line - 1))?;
        Ok(Entry { line, is_answer, object })
    };
    objects.into_iter().map(entry).collect()
}

/// A device that is not read yet.
pub(super) struct Object<'a> {
    pub(super) json: &'a str,
    is_answer: bool,
}

/// The JSON of every device in `text`, in order, and what else is there. After [`ENOUGH`] errors it gives up.
pub(super) fn objects<'a>(file: &'a str, text: &'a str) -> (Vec<Object<'a>>, Vec<FleetError>) {
    // PowerShell's Out-File begins a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { file, lines: Lines::of(text), objects: Vec::new(), errors: Vec::new() };
    if is_one_value_a_line(text) {
        for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<&RawValue>(line) {
                Ok(value) => reader.value(value.get()),
                Err(error) => reader.errors.push(syntax(file, &error, place)),
            }
            if reader.errors.len() >= ENOUGH {
                break;
            }
        }
    } else {
        for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
            match value {
                Ok(value) => reader.value(value.get()),
                // Where the next value begins is not known.
                Err(error) => reader.errors.push(syntax(file, &error, 0)),
            }
        }
    }
    (reader.objects, reader.errors)
}

/// Nobody mends more at once.
pub(super) const ENOUGH: usize = 1_000;

/// Whether the first line is whole. A value spread over lines is read as a stream instead; line by line comes first
/// because it blames the line that is broken and not the one after it.
fn is_one_value_a_line(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    !serde_json::from_str::<&RawValue>(first).is_err_and(|error| error.is_eof())
}

struct Reader<'a> {
    file: &'a str,
    lines: Lines<'a>,
    objects: Vec<Object<'a>>,
    errors: Vec<FleetError>,
}

impl<'a> Reader<'a> {
    /// A device, or a page or an array of them.
    fn value(&mut self, json: &'a str) {
        let page = |json| serde_json::from_str::<Page<'_>>(json).ok().map(|page| page.value);
        let (items, is_answer) = match json.as_bytes().first() {
            Some(b'[') => (serde_json::from_str(json).ok(), false),
            Some(b'{') => (page(json), true),
            _ => (None, false),
        };
        match items {
            Some(items) => items.into_iter().for_each(|item: &RawValue| self.device(item.get(), is_answer)),
            None => self.device(json, json.contains("\"@odata.context\"")),
        }
    }

    fn device(&mut self, json: &'a str, is_answer: bool) {
        if json.starts_with('{') {
            self.objects.push(Object { json, is_answer });
        } else {
            let line = self.lines.line_of(json);
            self.errors.push(FleetError::NoObject { file: self.file.to_owned(), line, found: quoted(json) });
        }
    }
}

fn syntax(file: &str, error: &serde_json::Error, lines_before: usize) -> FleetError {
    FleetError::Syntax {
        file: file.to_owned(),
        line: lines_before + error.line().max(1),
        column: error.column(),
        reason: reason(error),
    }
}
