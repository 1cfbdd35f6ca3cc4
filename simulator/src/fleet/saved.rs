//! Answers of Graph as clients save them: where the devices are in them, and what each answer could show.
//!
//! Read are one page or many, in an array, after another or a line each; a single device, as Graph answers it or as a
//! program printed it; the answers of a `$batch`; and a browser's HAR file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::place::{Lines, reason};
use super::spelling::quoted;

/// One device as some answer told it.
#[derive(Debug)]
pub(super) struct Told {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    pub(super) by: Answer,
    pub(super) object: Map<String, Json>,
}

/// The kind of answer: some properties carry their value in some kinds only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// A page of a list.
    Page,
    /// The GET of one device, and what its `$select` named.
    Single(Vec<String>),
    /// An object that nothing says of where it comes from.
    Bare,
}

/// Everything in one file.
#[derive(Debug, Default)]
pub(super) struct Saved {
    pub(super) devices: Vec<Told>,
    /// Of each page that has one or could have one: the list it is of, and whether a page follows.
    pub(super) pages: Vec<(String, bool)>,
    /// Answers about something else in a HAR file or a batch.
    pub(super) others: usize,
}

/// Why a file cannot be read: on that line, for that reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) line: usize,
    pub(super) reason: String,
}

/// What PowerShell writes below the depth it was asked for.
pub(super) const CUT_OFF: &str = "PowerShell cut it off; save again with ConvertTo-Json -Depth 10";

/// The outside of an answer. A device has none of these members but the context.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "@odata.context", default)]
    context: Option<String>,
    #[serde(rename = "@odata.nextLink", default)]
    next_link: Option<String>,
    #[serde(borrow, alias = "Value", default)]
    value: Option<&'a RawValue>,
    #[serde(default)]
    log: Option<Log<'a>>,
    #[serde(borrow, default)]
    responses: Option<Vec<Part<'a>>>,
    #[serde(default)]
    error: Option<Json>,
}

/// The log of a HAR file.
#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry {
    response: EntryResponse,
}

#[derive(Deserialize)]
struct EntryResponse {
    content: Content,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    text: String,
    #[serde(default)]
    encoding: Option<String>,
}

/// One answer of a batch.
#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
}

/// Every device in `text`.
pub(super) fn read(text: &str) -> Result<Saved, Unreadable> {
    let mut reader = Reader { lines: Lines::of(text), within: None, saved: Saved::default() };
    reader.stream(text)?;
    Ok(reader.saved)
}

struct Reader<'a> {
    lines: Lines<'a>,
    /// The line of the answer, where the text is not the file itself but was quoted in it.
    within: Option<usize>,
    saved: Saved,
}

impl<'a> Reader<'a> {
    /// Values after one another, with or without line breaks between and within.
    fn stream(&mut self, text: &'a str) -> Result<(), Unreadable> {
        for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
            match value {
                Ok(value) => self.value(value.get())?,
                Err(error) => {
                    let line = self.within.unwrap_or(error.line().max(1));
                    return Err(Unreadable { line, reason: format!("column {}: {}", error.column(), reason(&error)) });
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, json: &'a str) -> Result<(), Unreadable> {
        if json.starts_with('[') {
            let items: Vec<&RawValue> = self.parse(json)?;
            return items.into_iter().try_for_each(|item| self.value(item.get()));
        }
        if !json.starts_with('{') {
            return Err(self.no_device(json));
        }
        let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(json) else {
            return self.device(json, Answer::Bare);
        };
        if let Some(log) = envelope.log {
            return log.entries.into_iter().try_for_each(|entry| self.entry(entry.get()));
        }
        if let Some(parts) = envelope.responses {
            let bodies = parts.into_iter().filter_map(|part| part.body);
            return bodies.into_iter().try_for_each(|body| self.if_of_devices(body.get()));
        }
        if let Some(error) = envelope.error {
            let code = error["code"].as_str().unwrap_or("without a code");
            return Err(self.wrong(json, format!("this is a refusal of Graph ({}), no device", quoted(code))));
        }
        let context = envelope.context.as_deref();
        if let Some(context) = context.filter(|context| !is_of_devices(context)) {
            let what = context.rsplit('#').next().unwrap_or_default();
            return Err(self.wrong(json, format!("this is an answer about {}, not managedDevices", quoted(what))));
        }
        match envelope.value {
            Some(value) => {
                let list = context.unwrap_or("a list").to_owned();
                self.saved.pages.push((list, envelope.next_link.is_some()));
                self.page(value.get())
            }
            None => self.device(json, context.map_or(Answer::Bare, single)),
        }
    }

    /// The items of a page. PowerShell unrolls an array of one item.
    fn page(&mut self, value: &'a str) -> Result<(), Unreadable> {
        if !value.starts_with('[') {
            return self.device(value, Answer::Page);
        }
        let items: Vec<&RawValue> = self.parse(value)?;
        items.into_iter().try_for_each(|item| self.device(item.get(), Answer::Page))
    }

    fn device(&mut self, json: &'a str, by: Answer) -> Result<(), Unreadable> {
        if !json.starts_with('{') {
            return Err(self.no_device(json));
        }
        let object = self.parse(json)?;
        let line = self.line_of(json);
        self.saved.devices.push(Told { line, by, object });
        Ok(())
    }

    /// An exchange in a HAR file. Most are about something else.
    fn entry(&mut self, json: &'a str) -> Result<(), Unreadable> {
        let Ok(entry) = serde_json::from_str::<Entry>(json) else {
            self.saved.others += 1;
            return Ok(());
        };
        let content = entry.response.content;
        let text = match content.encoding.as_deref() {
            Some("base64") => STANDARD.decode(&content.text).ok().and_then(|bytes| super::decode(bytes).ok()),
            _ => Some(content.text),
        };
        let line = self.line_of(json);
        match text {
            Some(text) => self.quoted(&text, line),
            None => self.saved.others += 1,
        }
        Ok(())
    }

    /// An answer of a batch. Others than about devices may be in it.
    fn if_of_devices(&mut self, json: &'a str) -> Result<(), Unreadable> {
        let line = self.line_of(json);
        self.quoted(json, line);
        Ok(())
    }

    /// Takes the devices of an answer quoted on `line`, if it is about devices.
    fn quoted(&mut self, text: &str, line: usize) {
        let mut reader = Reader { lines: Lines::of(text), within: Some(line), saved: Saved::default() };
        let context = serde_json::from_str::<Envelope<'_>>(text).ok().and_then(|envelope| envelope.context);
        if context.is_some_and(|context| is_of_devices(&context)) && reader.stream(text).is_ok() {
            self.saved.devices.append(&mut reader.saved.devices);
            self.saved.pages.append(&mut reader.saved.pages);
        } else {
            self.saved.others += 1;
        }
    }

    fn line_of(&mut self, json: &str) -> usize {
        self.within.unwrap_or_else(|| self.lines.line_of(json))
    }

    fn parse<T: Deserialize<'a>>(&mut self, json: &'a str) -> Result<T, Unreadable> {
        serde_json::from_str(json).map_err(|error| self.wrong(json, reason(&error)))
    }

    fn no_device(&mut self, json: &str) -> Unreadable {
        let cut = json.starts_with("\"@{") || json.starts_with("\"System.") || json.starts_with("\"Microsoft.");
        let reason = if cut {
            format!("a device was expected, and {} was found: {CUT_OFF}", quoted(json.trim_matches('"')))
        } else {
            format!("a device, a page of devices or an array of either was expected, not {}", quoted(json))
        };
        self.wrong(json, reason)
    }

    fn wrong(&mut self, json: &str, reason: String) -> Unreadable {
        Unreadable { line: self.line_of(json), reason }
    }
}

/// Whether an `@odata.context` is about managed devices, of the tenant, of a user or co-managed.
fn is_of_devices(context: &str) -> bool {
    context.to_ascii_lowercase().contains("manageddevices")
}

/// What the context of a single device says of its `$select` (observed: `…#deviceManagement/managedDevices(id,deviceName)/$entity`).
fn single(context: &str) -> Answer {
    let selected = context
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(")/$entity"))
        .filter(|names| !names.starts_with('\''))
        .map(|names| names.split(',').map(str::to_owned).collect());
    Answer::Single(selected.unwrap_or_default())
}
