//! Words of letters that no name is made of, in the length, case and script of what they replace.

use super::Replacer;
use super::vocabulary::{is_kept, within};
use crate::random::Draw;

/// Letters and digits between what is neither.
pub(in crate::fleet) fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|run| !run.is_empty())
}

/// The same without GUIDs.
pub(in crate::fleet) fn names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        rest = &rest[start..];
        let guid = guid_at(rest).map(str::len);
        let end = guid.or_else(|| rest.find(|letter: char| !letter.is_alphanumeric())).unwrap_or(rest.len());
        if guid.is_none() {
            names.push(&rest[..end]);
        }
        rest = &rest[end..];
    }
    names
}

/// For comparison: every letter in lower case, by itself.
pub(in crate::fleet) fn fold(text: &str) -> String {
    text.chars().map(lower).collect()
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

type IsOf = fn(char) -> bool;

/// For each script the letters that replacements are made of. No name and hardly a word consists of them alone.
const SCRIPTS: [(IsOf, &[char]); 13] = [
    (|letter| letter.is_ascii_lowercase(), &['j', 'k', 'q', 'u', 'v', 'w', 'x', 'y', 'z']),
    (|letter| letter.is_ascii_digit(), &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']),
    (|letter| ('\u{c0}'..='\u{24f}').contains(&letter), &['ü', 'ý', 'ž', 'ű']),
    (|letter| ('\u{370}'..='\u{3ff}').contains(&letter), &['ξ', 'ψ', 'ζ']),
    (|letter| ('\u{400}'..='\u{52f}').contains(&letter), &['ж', 'ы', 'ю', 'ъ']),
    (|letter| ('\u{590}'..='\u{5ff}').contains(&letter), &['ק', 'ץ']),
    (|letter| ('\u{600}'..='\u{6ff}').contains(&letter), &['ظ', 'ض']),
    (|letter| ('\u{3040}'..='\u{30ff}').contains(&letter), &['ヌ', 'ヲ']),
    // What "A, B, C, D" are in Chinese.
    (|letter| ('\u{3400}'..='\u{9fff}').contains(&letter), &['甲', '乙', '丙', '丁']),
    (|letter| ('\u{ac00}'..='\u{d7af}').contains(&letter), &['뷁', '뷃']),
    (|letter| letter.len_utf8() == 2, &['ժ', 'ճ']),
    (|letter| letter.len_utf8() == 3, &['ጀ', 'ጅ']),
    (|_| true, &['𐎀', '𐎁']),
];

fn script(letter: char) -> &'static [char] {
    SCRIPTS.iter().find(|(is_of, _)| is_of(letter)).map_or(&['0'], |(_, letters)| letters)
}

/// Digits in a row from which on they could be a number of something.
const LONG: usize = 6;

/// Whether a word can be one of ours: only letters that replacements are made of, and a long number begins with zeros.
pub(in crate::fleet) fn is_synthetic(word: &str) -> bool {
    let letters = word.chars().map(lower).all(|letter| script(letter).contains(&letter));
    let is_long = word.len() >= LONG && word.bytes().all(|byte| byte.is_ascii_digit());
    letters && (!is_long || word.starts_with("00")) || is_kept_pieces(word) || is_hex_id(word)
}

/// Known words with ours around them.
fn is_kept_pieces(word: &str) -> bool {
    within(word).is_some_and(|(start, end)| {
        [&word[..start], &word[end..]].into_iter().all(|piece| piece.is_empty() || is_synthetic(piece))
    })
}

/// A GUID without hyphens.
pub(super) fn is_hex_id(word: &str) -> bool {
    word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Replacer {
    /// Replaces every word and number of a text.
    pub(super) fn words(&mut self, text: &str) -> String {
        self.each_word(text, Self::word)
    }

    /// A text with each of its words put through `replace`, and each GUID replaced.
    pub(super) fn each_word(&mut self, text: &str, replace: impl Fn(&mut Self, &str) -> String) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(char::is_alphanumeric) {
            replaced.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = if let Some(guid) = guid_at(rest) {
                replaced.push_str(&self.guid(guid));
                guid.len()
            } else {
                let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
                replaced.push_str(&replace(self, &rest[..end]));
                end
            };
            rest = &rest[end..];
        }
        replaced + rest
    }

    /// Replaces one word, the same wherever it stands.
    pub(super) fn word(&mut self, word: &str) -> String {
        if is_hex_id(word) {
            return self.guid(word);
        }
        let folded = fold(word);
        let made = self.replacement("word", folded.clone(), |draw| invented(&folded, draw));
        let upper = |letter: char| letter.to_uppercase().next().unwrap_or(letter);
        word.chars().zip(made.chars()).map(|(old, new)| if old.is_uppercase() { upper(new) } else { new }).collect()
    }

    /// A word in the name of a device: products stay, even as a part of it.
    pub(super) fn device_word(&mut self, word: &str) -> String {
        let is_secret = self.secrets.contains(&fold(word));
        if is_kept(word) && !is_secret {
            return word.to_owned();
        }
        match within(word).filter(|_| !is_secret) {
            None => self.word(word),
            Some((start, end)) => {
                let mut replaced = String::with_capacity(word.len());
                if start > 0 {
                    replaced.push_str(&self.word(&word[..start]));
                }
                replaced.push_str(&word[start..end]);
                if end < word.len() {
                    replaced.push_str(&self.device_word(&word[end..]));
                }
                replaced
            }
        }
    }
}

/// A word in the scripts of `folded`; a long number begins with zeros.
fn invented(folded: &str, draw: Draw) -> String {
    let is_long = folded.len() >= LONG && folded.bytes().all(|byte| byte.is_ascii_digit());
    let letters = folded.chars().enumerate();
    let letters = letters.map(|(place, letter)| match place {
        0 | 1 if is_long => '0',
        _ => *draw.nth(place as u64).pick(script(letter)),
    });
    letters.collect()
}

/// The GUID with hyphens with which a text begins.
fn guid_at(text: &str) -> Option<&str> {
    let guid = text.get(..36)?;
    let ends = !text[36..].starts_with(char::is_alphanumeric);
    (ends && guid.as_bytes()[8] == b'-' && uuid::Uuid::try_parse(guid).is_ok()).then_some(guid)
}
