//! Where the devices are in a file: JSON Lines, an array, or saved responses of Graph.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::FleetError;
use super::spelling::quoted;

/// One device of a file.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
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
    // PowerShell's Out-File begins a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { file, text, entries: Vec::new() };
    if reader.is_one_value_a_line() {
        for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let value = serde_json::from_str(line).map_err(|error| reader.syntax(&error, place))?;
            reader.value(value)?;
        }
    } else {
        for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
            let value = value.map_err(|error| reader.syntax(&error, 0))?;
            reader.value(value)?;
        }
    }
    Ok(reader.entries)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    entries: Vec<Entry>,
}

impl<'a> Reader<'a> {
    /// Whether the first line is whole. A value spread over lines is read as a stream instead; line by line comes first
    /// because it blames the line that is broken and not the one after it.
    fn is_one_value_a_line(&self) -> bool {
        let first = self.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        !serde_json::from_str::<&RawValue>(first).is_err_and(|error| error.is_eof())
    }

    /// A device, or a page or an array of them.
    fn value(&mut self, value: &'a RawValue) -> Result<(), FleetError> {
        let json = value.get();
        if json.starts_with('[') {
            let items: Vec<&RawValue> = self.parse(json)?;
            return items.into_iter().try_for_each(|item| self.device(item));
        }
        let is_page = json.starts_with('{') && serde_json::from_str::<Page<'_>>(json).is_ok();
        if is_page {
            let page: Page<'_> = self.parse(json)?;
            return page.value.into_iter().try_for_each(|item| self.device(item));
        }
        self.device(value)
    }

    fn device(&mut self, value: &'a RawValue) -> Result<(), FleetError> {
        let json = value.get();
        let line = self.line_of(json);
        if !json.starts_with('{') {
            return Err(FleetError::NoObject { file: self.file.to_owned(), line, found: quoted(json) });
        }
        let object = self.parse(json)?;
        self.entries.push(Entry { line, object });
        Ok(())
    }

    /// Reads a part that is known to be JSON; what can still be wrong is its depth or a number.
    fn parse<T: Deserialize<'a>>(&self, json: &'a str) -> Result<T, FleetError> {
        serde_json::from_str(json).map_err(|error| self.syntax(&error, self.line_of(json) - 1))
    }

    /// The line on which a part of the text begins.
    fn line_of(&self, part: &str) -> usize {
        let offset = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        1 + self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
    }

    fn syntax(&self, error: &serde_json::Error, lines_before: usize) -> FleetError {
        let text = error.to_string();
        // serde_json repeats the place, counted in the part it saw.
        let reason = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]).to_owned();
        FleetError::Syntax {
            file: self.file.to_owned(),
            line: lines_before + error.line().max(1),
            column: error.column(),
            reason,
        }
    }
}
