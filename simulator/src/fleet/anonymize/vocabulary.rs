//! Words that belong to everybody: products, kinds, and what stands where there is no value.

use super::words::{self, fold};

/// What a property holds that has no value (observed: `"Unknown"`, `"0"`; the others are what firmware is shipped with).
const PLACEHOLDERS: [&str; 20] = [
    "",
    "0",
    "-",
    "none",
    "null",
    "n/a",
    "na",
    "unknown",
    "undefined",
    "invalid",
    "not available",
    "not applicable",
    "not specified",
    "default string",
    "system serial number",
    "chassis serial number",
    "to be filled by o.e.m.",
    "020000000000",
    "02:00:00:00:00:00",
    "ffffffffffff",
];

/// Whole words that stay in the names of devices, and pieces of longer ones where they have four letters or more.
const WORDS: [&str; 104] = [
    "air",
    "all",
    "android",
    "androidenterprise",
    "androidforwork",
    "aosp",
    "apple",
    "book",
    "business",
    "cellular",
    "chromebook",
    "chromeos",
    "cloud",
    "company",
    "corporate",
    "cpc",
    "de",
    "dedicated",
    "desktop",
    "device",
    "dynamics",
    "edge",
    "enterprise",
    "fold",
    "galaxy",
    "gen",
    "generation",
    "go",
    "google",
    "hololens",
    "hub",
    "hybrid",
    "imac",
    "inch",
    "intel",
    "ios",
    "ipad",
    "ipados",
    "iphone",
    "ipod",
    "joined",
    "kiosk",
    "laptop",
    "linux",
    "lite",
    "lumia",
    "mac",
    "macbook",
    "macmdm",
    "macmini",
    "macos",
    "max",
    "microsoft",
    "mini",
    "mobile",
    "moto",
    "motorola",
    "msi",
    "note",
    "notebook",
    "oneplus",
    "pad",
    "pc",
    "personal",
    "phone",
    "pixel",
    "plus",
    "pro",
    "qemu",
    "redmi",
    "registered",
    "retina",
    "s",
    "samsung",
    "se",
    "server",
    "shared",
    "standard",
    "station",
    "studio",
    "surface",
    "surfacehub",
    "tablet",
    "thinkpad",
    "touch",
    "tv",
    "tvos",
    "ubuntu",
    "ultra",
    "unknown",
    "virtual",
    "virtualmac",
    "vision",
    "visionos",
    "watch",
    "wifi",
    "win",
    "windows",
    "windowsphone",
    "winsrv",
    "workstation",
    "xiaomi",
    "xperia",
    "xr",
];

/// Whether a text says that there is nothing to say. Zeros in any form are nobody's id.
pub(in crate::fleet) fn is_placeholder(text: &str) -> bool {
    let folded = text.trim().to_lowercase();
    let zeros = folded.chars().all(|letter| matches!(letter, '0' | '-' | ':' | '{' | '}'));
    zeros || PLACEHOLDERS.contains(&folded.as_str())
}

/// Whether a word stays where products are named.
pub(in crate::fleet) fn is_kept(word: &str) -> bool {
    WORDS.binary_search(&fold(word).as_str()).is_ok()
}

/// The first known word of four letters or more inside `word`: where it begins and ends, in bytes.
pub(super) fn within(word: &str) -> Option<(usize, usize)> {
    if !word.is_ascii() {
        return None;
    }
    let folded = fold(word);
    let found =
        WORDS.iter().filter(|known| known.len() >= 4).filter_map(|known| Some((folded.find(known)?, known.len())));
    // The leftmost, and of those the longest.
    found.min_by_key(|(start, length)| (*start, usize::MAX - length)).map(|(start, length)| (start, start + length))
}

/// A date, a number, or what can be a member of an enumeration, known or not (several are joined by commas).
pub(super) fn is_plain(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
        || text
            .split([',', ' '])
            .all(|word| word.len() <= 64 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
            && words::runs(text).count() <= 1 + text.matches(',').count()
}

#[cfg(test)]
mod tests {
    use super::{WORDS, is_placeholder, is_plain, within};

    #[test]
    fn the_words_are_in_order_for_the_search() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn nothing_said_is_told_from_something() {
        for nothing in
            ["", "0", "Unknown", "00000000-0000-0000-0000-000000000000", "00:00:00:00:00:00", "To Be Filled By O.E.M."]
        {
            assert!(is_placeholder(nothing), "{nothing}");
        }
        assert!(!is_placeholder("C0"));
    }

    #[test]
    fn members_of_enumerations_are_plain_and_sentences_are_not() {
        assert!(
            ["mdm", "appleACMEBasicBYOD", "none", "a, b", "2026-01-31T08:00:00.1234567Z"]
                .iter()
                .all(|text| is_plain(text))
        );
        assert!(!["Erika Muster", "erika@fabrikam.com", "Zoë"].iter().any(|text| is_plain(text)));
    }

    #[test]
    fn a_product_is_found_inside_a_word() {
        assert_eq!(within("ErikasiPhone12"), Some((6, 12)));
        assert_eq!(within("MACBOOK7"), Some((0, 7)));
        assert_eq!(within("Erika"), None);
    }
}
