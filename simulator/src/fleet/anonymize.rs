//! A fleet in which nobody can be found, with every quirk of its values.
//!
//! Each identifying value is replaced by one of the same shape: length, case, separators, apostrophes, quotes, scripts,
//! `""`, null, zeros, and what equals what. A word, a number or an id is replaced in the same way wherever it stands, so
//! the user's name in a device's name is still the user's name.
//!
//! What a replacement is depends on the seed, on the shape and on how many came before, never on what it replaces: two
//! fleets that differ in names alone become the same text. So nobody who has the result can try out guesses, not even
//! with the seed. What is kept is listed in `rules`; every date is.

mod codes;
mod names;
mod nested;
mod rules;
pub(super) mod vocabulary;
pub(super) mod words;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value as Json;

use self::rules::{Rule, rule};
use super::import::{self, Device, ImportError, LeftOut, count};
use super::lint;
use crate::device::physical::Physical;
use crate::device::record::PROPERTIES;
use crate::random::Draw;

/// What came of an anonymization.
#[derive(Debug)]
pub struct Anonymized {
    /// The fleet file.
    pub text: String,
    /// What its owner should know, a sentence each.
    pub notes: Vec<String>,
}

/// Why nothing was anonymized.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnonymizeError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ImportError),
    /// The lint found something that could still be somebody's.
    #[error("{file}, line {line}: {complaint}, even after it was replaced; nothing was written")]
    Unproven {
        /// The file's name.
        file: String,
        /// From 1.
        line: usize,
        /// What the lint says, without the value.
        complaint: String,
    },
}

/// Replaces whatever could tell whose devices these are, and proves it; `name` is what messages call the text.
pub fn anonymize(name: &str, text: &str, seed: u64) -> Result<Anonymized, AnonymizeError> {
    let (mut devices, left_out) = import::devices(name, text)?;
    let mut replacer = Replacer::new(Draw::from_seed(seed).at("anonymize"));
    for (_, device) in &devices {
        replacer.learn(device);
    }
    let mut dropped = BTreeMap::new();
    for (line, device) in &mut devices {
        replacer.device(device, &mut dropped);
        if let Some(complaint) = replacer.complaint(device) {
            return Err(AnonymizeError::Unproven { file: name.to_owned(), line: *line, complaint });
        }
    }
    let text = devices.iter().map(|(_, device)| device.line()).collect();
    Ok(Anonymized { text, notes: notes(devices.len(), &left_out, &dropped) })
}

fn notes(devices: usize, left_out: &LeftOut, dropped: &BTreeMap<String, usize>) -> Vec<String> {
    let mut notes = vec![format!(
        "{} anonymized, proven by the lint; kept are dates, versions, models, sizes and enumerations, which can still \
         single a device out",
        count(devices, "device")
    )];
    notes.extend(left_out.notes());
    for (name, times) in dropped {
        notes.push(format!(
            "warning: {name} of {} dropped: no rule says whether it identifies",
            count(*times, "device")
        ));
    }
    notes
}

/// What has been replaced by what.
struct Replacer {
    draw: Draw,
    /// By class: the replacement of each value.
    known: HashMap<&'static str, HashMap<String, String>>,
    used: HashSet<String>,
    /// Words and whole values of the source that name people, organizations and devices, in lower case.
    secrets: HashSet<String>,
    /// The words in the names of devices, which can be products too.
    device_words: HashSet<String>,
}

impl Replacer {
    fn new(draw: Draw) -> Self {
        Self {
            draw,
            known: HashMap::new(),
            used: HashSet::new(),
            secrets: HashSet::new(),
            device_words: HashSet::new(),
        }
    }

    /// Notes what must not be left of a device.
    fn learn(&mut self, device: &Device) {
        for (place, member) in &device.members {
            let Some(text) = member.value.as_str().filter(|text| !vocabulary::is_placeholder(text)) else { continue };
            match rule(*place) {
                Some(Rule::Plain | Rule::Public | Rule::Computed) | None => {}
                Some(Rule::DeviceName | Rule::ManagedName | Rule::Text) => {
                    self.device_words.extend(words::runs(text).map(words::fold));
                }
                Some(Rule::Person | Rule::Address) => self.secrets.extend(words::runs(text).map(words::fold)),
                // What is nobody's already is no secret, and from a range too small to avoid it.
                Some(rule) if rule != Rule::Guid && lint::complaint(PROPERTIES[*place].name, text, None).is_none() => {}
                Some(_) => {
                    self.secrets.insert(codes::canonical(text));
                }
            }
        }
    }

    fn device(&mut self, device: &mut Device, dropped: &mut BTreeMap<String, usize>) {
        device.members.retain(|place, member| {
            let name = PROPERTIES[*place].name;
            let rule = rule(*place);
            if let Some(rule) = rule {
                self.value(rule, &mut member.value, &mut |nested| {
                    *dropped.entry(format!("{name}/{nested}")).or_default() += 1;
                });
            } else {
                *dropped.entry(name.to_owned()).or_default() += 1;
            }
            rule.is_some()
        });
        if let Some(physical) = device.physical.take() {
            if Physical::deserialize(&physical).is_ok() {
                device.physical = Some(self.physical(physical));
            } else {
                *dropped.entry("physical".to_owned()).or_default() += 1;
            }
        }
    }

    /// All of it is settings but the version.
    fn physical(&mut self, mut physical: Json) -> Json {
        if let Some(Json::String(version)) = physical.get_mut("actualOsVersion") {
            *version = self.public(version);
        }
        physical
    }

    fn value(&mut self, rule: Rule, value: &mut Json, dropped: &mut dyn FnMut(&str)) {
        match value {
            Json::String(text) => *text = self.text(rule, text),
            Json::Array(_) | Json::Object(_) => self.nested(value, dropped),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// The replacement of one text.
    fn text(&mut self, rule: Rule, text: &str) -> String {
        match rule {
            Rule::Plain if vocabulary::is_plain(text) => text.to_owned(),
            Rule::Public => self.public(text),
            _ if vocabulary::is_placeholder(text) => text.to_owned(),
            Rule::Person => self.words(text),
            Rule::Plain | Rule::Text | Rule::Computed => self.free(text),
            Rule::Guid => self.guid(text),
            Rule::Address => self.address(text),
            Rule::DeviceName => self.device_name(text),
            Rule::ManagedName => self.managed_name(text),
            Rule::Serial | Rule::Code => self.serial(text),
            Rule::Imei => self.imei(text),
            Rule::Meid => self.meid(text),
            Rule::Iccid => self.iccid(text),
            Rule::Udid => self.udid(text),
            Rule::Mac => self.mac(text),
            Rule::Phone => self.phone(text),
            Rule::ExchangeId => self.exchange_id(text),
        }
    }

    /// The replacement of `key` in its class: made once, and made of nothing but the number of those before it.
    fn replacement(&mut self, class: &'static str, key: String, make: impl Fn(Draw) -> String) -> String {
        const ATTEMPTS: u64 = 100;
        let known = self.known.entry(class).or_default();
        if let Some(replacement) = known.get(&key) {
            return replacement.clone();
        }
        let draw = self.draw.at(class).nth(known.len() as u64);
        // Short words run out; then two of them share a replacement.
        let mut fresh = String::new();
        for attempt in 0..ATTEMPTS {
            fresh = make(draw.nth(attempt));
            if !self.used.contains(&fresh) && !self.secrets.contains(&fresh) && !self.device_words.contains(&fresh) {
                break;
            }
        }
        self.used.insert(fresh.clone());
        known.insert(key, fresh.clone());
        fresh
    }

    /// What of an anonymized device could still be somebody's.
    fn complaint(&self, device: &Device) -> Option<String> {
        device.members.iter().find_map(|(place, member)| {
            let name = PROPERTIES[*place].name;
            let text = member.value.as_str().filter(|text| !vocabulary::is_placeholder(text))?;
            let is_left = match rule(*place)? {
                Rule::Plain | Rule::Public | Rule::Computed => false,
                Rule::Person | Rule::Address | Rule::Text | Rule::DeviceName | Rule::ManagedName => {
                    words::names(text).into_iter().any(|word| self.is_left(word))
                }
                _ => {
                    let code = codes::canonical(text);
                    code.len() >= 6 && self.secrets.contains(&code)
                }
            };
            let complaint = lint::complaint(name, text, None).map(|_| ());
            (is_left || complaint.is_some()).then(|| format!("{name} could be real"))
        })
    }

    /// Whether a word is neither everybody's nor one of ours, or still one of the source.
    fn is_left(&self, word: &str) -> bool {
        if word.chars().count() < 3 || vocabulary::is_kept(word) || names::is_of_an_address(word) {
            return false;
        }
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        !words::is_synthetic(word) || (!is_number && self.secrets.contains(&words::fold(word)))
    }
}
