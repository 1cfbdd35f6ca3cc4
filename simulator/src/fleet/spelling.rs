//! Which known names somebody may have meant who wrote an unknown one.

/// At most three of `known`, the nearest first; none when nothing is near.
pub(super) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const LONGEST: usize = 64;
    let given: Vec<char> = given.chars().take(LONGEST + 1).map(|letter| letter.to_ascii_lowercase()).collect();
    if given.len() > LONGEST {
        return Vec::new();
    }
    // A quarter of the letters wrong is a typing slip, more is another word.
    let tolerance = (given.len() / 4).max(2);
    let mut near: Vec<(usize, &str)> = known
        .map(|name| (distance(&given, name), name))
        .filter(|(distance, name)| *distance <= tolerance && *distance < name.len())
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// `text` fit for a sentence: quoted, escaped and never longer than a line.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// The number of letters to change, add or leave out, ignoring case (Levenshtein).
fn distance(given: &[char], name: &str) -> usize {
    let mut row: Vec<usize> = (0..=given.len()).collect();
    for (above, letter) in name.chars().map(|letter| letter.to_ascii_lowercase()).enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (column, &other) in given.iter().enumerate() {
            let change = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[given.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, quoted};

    const NAMES: [&str; 4] = ["deviceName", "deviceType", "osVersion", "imei"];

    #[test]
    fn a_slip_of_the_pen_finds_its_word() {
        assert_eq!(nearest("devicename_", NAMES.into_iter()), ["deviceName"]);
        assert_eq!(nearest("deviceTpye", NAMES.into_iter()), ["deviceType"]);
        assert_eq!(nearest("osVerison", NAMES.into_iter()), ["osVersion"]);
    }

    #[test]
    fn another_word_finds_nothing() {
        assert!(nearest("colour", NAMES.into_iter()).is_empty());
        assert!(nearest("", NAMES.into_iter()).is_empty());
        assert!(nearest(&"x".repeat(100_000), NAMES.into_iter()).is_empty());
    }

    #[test]
    fn a_long_text_is_cut_at_a_letter_not_inside_one() {
        assert_eq!(quoted(&"ü".repeat(61)).chars().count(), 63);
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
    }
}
