//! From saved answers to a fleet: one line a device, whatever the number of answers that told of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime, SecondsFormat};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::draft::{RELATIONS, guid, shown, writable};
use super::saved::{self, Answer, Told};
use super::spelling::quoted;
use crate::device::record::{PROPERTIES, Property, Record, Shown, Source};
use crate::odata::value::Edm;

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// The fleet file.
    pub text: String,
    /// How many devices are in it.
    pub devices: usize,
    /// What its owner should know, a sentence each.
    pub notes: Vec<String>,
}

/// Why there is nothing to import.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// A file that cannot be read.
    #[error("{file}, line {line}: {reason}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// From 1.
        line: usize,
        /// What was expected, or found.
        reason: String,
    },
    /// Files without a device.
    #[error(
        "{files} holds no managed device; expected are saved answers of GET …/deviceManagement/managedDevices: \
         pages, single devices, or a HAR file of a browser"
    )]
    Nothing {
        /// Their names.
        files: String,
    },
}

/// Puts together what the files tell. Each is a name for messages and its text.
pub fn import(files: &[(String, String)]) -> Result<Imported, ImportError> {
    let mut import = Import::default();
    for (name, text) in files {
        let unreadable = |line, reason| ImportError::Unreadable { file: name.clone(), line, reason };
        let saved = saved::read(text).map_err(|error| unreadable(error.line, error.reason))?;
        for told in saved.devices {
            let line = told.line;
            import.device(told).map_err(|reason| unreadable(line, reason))?;
        }
        for (list, continues) in saved.pages {
            *import.lists.entry(list).or_insert(true) &= continues;
        }
        import.others += saved.others;
    }
    if import.devices.is_empty() {
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        return Err(ImportError::Nothing { files: names.join(", ") });
    }
    Ok(Imported { text: import.text(), devices: import.devices.len(), notes: import.notes(files.len()) })
}

/// The devices of a text with their lines, and what was left out of them. What several answers tell of one device is
/// merged; the lines of a fleet file are left as they are.
pub(super) fn devices(file: &str, text: &str) -> Result<(Vec<(usize, Device)>, LeftOut), ImportError> {
    let unreadable = |line, reason| ImportError::Unreadable { file: file.to_owned(), line, reason };
    let saved = saved::read(text).map_err(|error| unreadable(error.line, error.reason))?;
    let mut left_out = LeftOut::default();
    let mut devices = Vec::with_capacity(saved.devices.len());
    let mut by_id = HashMap::new();
    for told in saved.devices {
        // Where a fleet file says null it means null.
        let is_line = told.by == Answer::Bare;
        let device = Device::of(&told.object, &told.by, is_line, &mut left_out);
        let device = device.map_err(|reason| unreadable(told.line, reason))?;
        let place = *device.id.and_then(|id| by_id.get(&id)).unwrap_or(&devices.len());
        match devices.get_mut(place) {
            Some((_, known)) if !is_line => {
                Device::merge(known, device);
            }
            _ => {
                by_id.extend(device.id.map(|id| (id, devices.len())));
                devices.push((told.line, device));
            }
        }
    }
    if devices.is_empty() {
        return Err(ImportError::Nothing { files: file.to_owned() });
    }
    Ok((devices, left_out))
}

/// One device, as far as it has been told.
#[derive(Debug, Default)]
pub(super) struct Device {
    /// By the places of the property table.
    pub(super) members: BTreeMap<usize, Member>,
    pub(super) physical: Option<Json>,
    id: Option<Uuid>,
}

/// A value, and how much the answer that told it counts.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) value: Json,
    rank: u8,
}

/// What answers tell and a fleet file does not say, with the number of times.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    pub(super) unknown: BTreeSet<String>,
    pub(super) results: usize,
    cut_off: BTreeMap<&'static str, usize>,
}

#[derive(Default)]
struct Import {
    devices: Vec<Device>,
    by_id: HashMap<Uuid, usize>,
    merged: usize,
    differing: usize,
    /// Whether each page of a list says that another follows.
    lists: BTreeMap<String, bool>,
    others: usize,
    left_out: LeftOut,
    singles: BTreeSet<usize>,
}

impl Import {
    fn device(&mut self, told: Told) -> Result<(), String> {
        let device = Device::of(&told.object, &told.by, false, &mut self.left_out)?;
        let known = device.id.and_then(|id| self.by_id.get(&id).copied());
        let place = known.unwrap_or(self.devices.len());
        if matches!(told.by, Answer::Single(_)) {
            self.singles.insert(place);
        }
        if known.is_some() {
            self.merged += 1;
            self.differing += self.devices[place].merge(device);
        } else {
            if let Some(id) = device.id {
                self.by_id.insert(id, place);
            }
            self.devices.push(device);
        }
        Ok(())
    }

    fn text(&self) -> String {
        self.devices.iter().map(Device::line).collect()
    }

    fn notes(&self, files: usize) -> Vec<String> {
        let mut notes = Vec::new();
        let merged = match self.merged {
            0 => String::new(),
            merged => format!("; {} told again of one seen before and merged", count(merged, "record")),
        };
        notes.push(format!("{} from {}{merged}", count(self.devices.len(), "device"), count(files, "file")));
        for (list, continues) in &self.lists {
            if *continues {
                let list = list.rsplit('/').next().unwrap_or(list);
                notes.push(format!(
                    "warning: every page of {} has an @odata.nextLink, so the last page was not saved and devices are missing",
                    quoted(list)
                ));
            }
        }
        if self.differing > 0 {
            notes.push(format!(
                "warning: {} differ between answers about one device; that of the single GET was kept, else the later one",
                count(self.differing, "value")
            ));
        }
        let listed = self.devices.len() - self.singles.len();
        if listed > 0 {
            notes.push(format!(
                "{} from lists only, which do not show notes, iccid, udid and the like; what is empty there is left to be made up",
                count(listed, "device")
            ));
        }
        if self.others > 0 {
            notes.push(format!("{} about something else passed over", count(self.others, "answer")));
        }
        notes.extend(self.left_out.notes());
        notes
    }
}

impl LeftOut {
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.results > 0 {
            notes.push(format!(
                "deviceActionResults of {} left out: a fleet file says how devices are, not what they were asked",
                count(self.results, "device")
            ));
        }
        for (name, times) in &self.cut_off {
            notes.push(format!(
                "warning: {name} of {} is not what Graph sends and was left out: {}",
                count(*times, "device"),
                saved::CUT_OFF
            ));
        }
        if !self.unknown.is_empty() {
            const SHOWN: usize = 20;
            let names: Vec<String> = self.unknown.iter().take(SHOWN).map(|name| quoted(name)).collect();
            let more = if self.unknown.len() > SHOWN { ", …" } else { "" };
            notes.push(format!(
                "warning: {} that this version does not know ignored: {}{more}",
                count(self.unknown.len(), "member"),
                names.join(", ")
            ));
        }
        notes
    }
}

impl Device {
    fn of(object: &Map<String, Json>, by: &Answer, keep_empty: bool, left_out: &mut LeftOut) -> Result<Self, String> {
        let mut device = Self::default();
        device.take(object, by, keep_empty, left_out)?;
        Ok(device)
    }

    fn take(
        &mut self,
        object: &Map<String, Json>,
        by: &Answer,
        keep_empty: bool,
        left_out: &mut LeftOut,
    ) -> Result<(), String> {
        for (name, value) in object {
            match (name.as_str(), value) {
                // The SDK for PowerShell keeps here what its classes have no place for.
                (bag, Json::Object(more)) if bag.eq_ignore_ascii_case("AdditionalProperties") => {
                    self.take(more, by, keep_empty, left_out)?;
                }
                ("physical", Json::Object(_)) if *by == Answer::Bare => self.physical = Some(value.clone()),
                (name, _) if is_outside(name) => {}
                (name, value) => match place_of(name) {
                    Some(place) => self.member(place, value, by, keep_empty, left_out)?,
                    None => {
                        left_out.unknown.insert(name.to_owned());
                    }
                },
            }
        }
        Ok(())
    }

    fn member(
        &mut self,
        place: usize,
        value: &Json,
        by: &Answer,
        keep_empty: bool,
        left_out: &mut LeftOut,
    ) -> Result<(), String> {
        let property = &PROPERTIES[place];
        let Some(write) = property.write else {
            let is_empty = is_empty(value) || matches!(property.source, Source::HardwareInformation);
            left_out.results += usize::from(!is_empty);
            return Ok(());
        };
        let Some(value) = normal(property, value) else {
            *left_out.cut_off.entry(property.name).or_default() += 1;
            return Ok(());
        };
        if property.name == "id" && !value.is_null() {
            self.id = Some(guid(&value).map_err(|error| error.to_string())?);
        }
        let fits = write(&mut Record::default(), &value);
        if value.is_null() && fits.is_err() {
            // A program's way to say that it does not know.
            return Ok(());
        }
        fits.map_err(|expected| format!("{} must be {expected}, not {}", property.name, shown(&value)))?;
        if !keep_empty && is_empty(&value) && !is_shown(property, by) {
            return Ok(());
        }
        let rank = match by {
            Answer::Single(_) => 2,
            Answer::Page | Answer::Bare => 1,
        };
        // Of a property told under both its names, the one that says something.
        if self.members.get(&place).is_none_or(|member| member.value.is_null()) {
            self.members.insert(place, Member { value, rank });
        }
        Ok(())
    }

    /// Takes what another answer tells of the same device; how many values differ.
    fn merge(&mut self, other: Self) -> usize {
        let mut differing = 0;
        for (place, member) in other.members {
            let Some(known) = self.members.get_mut(&place) else {
                self.members.insert(place, member);
                continue;
            };
            // v1.0 hides members of an enumeration that beta names.
            let says_more = known.value == "unknownFutureValue" || known.value.is_null();
            let says_less = member.value == "unknownFutureValue" || member.value.is_null();
            if says_less && !says_more {
                continue;
            }
            differing += usize::from(!says_more && !is_same(&known.value, &member.value));
            if says_more || member.rank >= known.rank {
                *known = member;
            }
        }
        self.physical = self.physical.take().or(other.physical);
        differing
    }

    /// The device as a line of a fleet file.
    pub(super) fn line(&self) -> String {
        let mut object = Map::with_capacity(self.members.len() + 1);
        for (place, member) in &self.members {
            object.insert(PROPERTIES[*place].name.to_owned(), member.value.clone());
        }
        if let Some(physical) = &self.physical {
            object.insert("physical".to_owned(), physical.clone());
        }
        format!("{}\n", Json::Object(object))
    }
}

/// The place of a property in the table. Most answers spell names as the table does.
fn place_of(name: &str) -> Option<usize> {
    static EXACT: LazyLock<HashMap<&str, usize>> =
        LazyLock::new(|| PROPERTIES.iter().filter_map(|row| Some((row.name, search(row.name)?))).collect());
    EXACT.get(name).copied().or_else(|| search(name))
}

fn search(name: &str) -> Option<usize> {
    let property = writable(name)?;
    PROPERTIES.iter().position(|row| std::ptr::eq(row, property))
}

/// Annotations, and relations that an answer holds where the query had `$expand`.
fn is_outside(name: &str) -> bool {
    name.contains('@') || RELATIONS.iter().any(|relation| relation.eq_ignore_ascii_case(name))
}

/// Whether that kind of answer carries the property's value.
fn is_shown(property: &Property, by: &Answer) -> bool {
    match (property.shown, by) {
        (Shown::Always, _) => true,
        (_, Answer::Page | Answer::Bare) => false,
        (shown, Answer::Single(selected)) => {
            selected.iter().any(|name| name.eq_ignore_ascii_case(property.name))
                || (shown == Shown::OnSingleGet && selected.is_empty())
        }
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(truth) => !truth,
        Json::Number(number) => number.as_i64() == Some(0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
    }
}

/// Equal, or the same moment to the second: lists have whole seconds.
fn is_same(one: &Json, other: &Json) -> bool {
    let to_the_second = |value: &Json| {
        let date = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        date.map(|date| date.timestamp())
    };
    one == other || to_the_second(one).is_some_and(|second| to_the_second(other) == Some(second))
}

/// The value as Graph sends it, from what programs make of it; none if there is nothing left to read.
fn normal(property: &Property, value: &Json) -> Option<Json> {
    let text = value.as_str();
    Some(match property.edm {
        Edm::DateTimeOffset => date(value).unwrap_or_else(|| value.clone()),
        Edm::Boolean => match text {
            Some(text) if text.eq_ignore_ascii_case("true") => true.into(),
            Some(text) if text.eq_ignore_ascii_case("false") => false.into(),
            _ => value.clone(),
        },
        Edm::Int32 | Edm::Int64 => {
            text.and_then(|text| text.parse::<i64>().ok()).map_or_else(|| value.clone(), Json::from)
        }
        Edm::Complex(_) | Edm::ComplexCollection(_) | Edm::StringCollection if text == Some("") => Json::Null,
        Edm::Complex(_) | Edm::ComplexCollection(_) | Edm::StringCollection if text.is_some() => return None,
        // PowerShell unrolls an array of one item.
        Edm::ComplexCollection(_) if value.is_object() => Json::Array(vec![value.clone()]),
        _ => value.clone(),
    })
}

/// A date of Windows PowerShell (`/Date(1591969946000)/`, or that in an object), or one without an offset, which is
/// taken for UTC.
fn date(value: &Json) -> Option<Json> {
    let text = match value {
        Json::Object(members) => members.get("value").and_then(Json::as_str)?,
        value => value.as_str()?,
    };
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // An offset behind it says how the date was shown, not when it was.
        let end = inner.char_indices().skip(1).find(|(_, letter)| matches!(letter, '+' | '-'));
        let milliseconds = inner[..end.map_or(inner.len(), |(place, _)| place)].parse().ok()?;
        let date = DateTime::from_timestamp_millis(milliseconds)?;
        return Some(date.to_rfc3339_opts(SecondsFormat::AutoSi, true).into());
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    Some(local.and_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true).into())
}

/// `1 device`, `2 devices`.
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
