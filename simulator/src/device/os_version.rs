//! A version of an operating system, compared as a version and not as text.
//!
//! Devices report versions in the spelling of their platform: `17.6.1` on iPhones, `14.4.1 (23E224)` and
//! `27.0 (26A5378n)` on Macs, `10` or `8.1.0` on Android, `10.0.22631.4037` on Windows (observed: the captures behind
//! `osVersion` in Graph). All of them are up to four numbers, missing ones counting as zero, so `7` equals `7.0`.
//!
//! What follows in parentheses is a build or a rapid security response (`16.5.1 (c)`). It is kept for display and
//! ignored in comparisons: no edition of the support matrix asks about it, and Apple's build names do not sort as text.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// One version, such as `10.0.15063` or `14.4.1 (23E224)`.
#[derive(Debug, Clone)]
pub struct OsVersion {
    parts: [u32; 4],
    /// How many of `parts` were written, 1 to 4; display only.
    written: u8,
    /// The text as reported, where the numbers alone would not give it back (`14.4.1 (23E224)`, `22.04`).
    reported: Option<Box<str>>,
}

impl OsVersion {
    /// The version of these four numbers.
    pub const fn new(parts: [u32; 4]) -> Self {
        Self { parts, written: 4, reported: None }
    }

    /// Reads what a device reports; surrounding blanks are ignored.
    ///
    /// `None` means "not known": an empty text, anything but one to four numbers (each below 2³²) joined by dots, or
    /// something behind them that is not in parentheses. No platform was seen to report more than four numbers, so
    /// guessing which ones matter would be inventing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let numbers = match text.split_once('(') {
            None => text,
            Some((numbers, build)) if build.ends_with(')') => numbers.trim_end(),
            Some(_) => return None,
        };
        let mut parts = [0; 4];
        let mut written = 0;
        for number in numbers.split('.') {
            // `u32::from_str` would take a leading `+`.
            if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *parts.get_mut(usize::from(written))? = number.parse().ok()?;
            written += 1;
        }
        let mut version = Self { parts, written, reported: None };
        if version.to_string() != text {
            version.reported = Some(text.into());
        }
        Some(version)
    }

    /// The four numbers, missing ones as zero.
    pub const fn parts(&self) -> [u32; 4] {
        self.parts
    }

    /// What stood in parentheses, such as `23E224`.
    pub fn build(&self) -> Option<&str> {
        let (_, build) = self.reported.as_deref()?.split_once('(')?;
        build.strip_suffix(')').map(str::trim)
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reported) = &self.reported {
            return write!(f, "{reported}");
        }
        let [first, rest @ ..] = self.parts;
        write!(f, "{first}")?;
        for part in &rest[..usize::from(self.written) - 1] {
            write!(f, ".{part}")?;
        }
        Ok(())
    }
}

impl Ord for OsVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts)
    }
}

impl PartialOrd for OsVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for OsVersion {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for OsVersion {}

impl Hash for OsVersion {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::OsVersion;
    use proptest::prelude::*;

    fn version(text: &str) -> OsVersion {
        OsVersion::parse(text).expect("a version")
    }

    #[test]
    fn versions_are_compared_as_versions_and_not_as_text() {
        let ascending = [
            "4.4.2",
            "6.0.1",
            "7.0",
            "7.1.1",
            "8.0.10211",
            "8.1.0",
            "8.10.14219",
            "8.10.14219.341",
            "10",
            "10.0.14393",
            "10.0.15063",
            "10.0.15063.1",
            "14.4.1 (23E224)",
            "27.0 (26A5378n)",
        ];
        for pair in ascending.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn missing_numbers_count_as_zero_and_builds_count_for_nothing() {
        assert_eq!(version("7"), version("7.0"));
        assert_eq!(version(" 7.0.0.0 "), version("7"));
        assert_eq!(version("14.4.1 (23E224)"), version("14.4.1(23E999)"));
        assert_eq!(version("14.4.1 (23E224)").build(), Some("23E224"));
        assert_eq!(version("22.04"), version("22.4"));
    }

    #[test]
    fn a_version_is_shown_as_it_was_reported() {
        for text in ["7", "7.0", "22.04", "14.4.1 (23E224)", "10.0.15063.0"] {
            assert_eq!(version(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_not_a_version_is_not_known() {
        for text in [
            "",
            " ",
            ".",
            "7.",
            ".7",
            "7..0",
            "+7",
            "-7",
            "7.0a",
            "Nougat",
            "v7",
            "7.0 beta",
            "7 (x",
            "(x)",
            "1.2.3.4.5",
            "4294967296",
            "7,0",
            "７.0",
        ] {
            assert!(OsVersion::parse(text).is_none(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let _ = OsVersion::parse(&text);
        }

        #[test]
        fn a_version_survives_being_written_and_read(parts: [u32; 4]) {
            let written = OsVersion::new(parts);
            let read = version(&written.to_string());
            prop_assert_eq!(read.parts(), parts);
        }
    }
}
