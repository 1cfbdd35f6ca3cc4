//! What is not an edition is refused, with its place and what is known.

use crate::support::{EDITIONS, Edition};
use proptest::prelude::*;

const MINIMAL: &str = r#"edition = "2030-01-01"
title = "t"
source = "s"
note = "n"
[default]
text = "not listed"
origin = "implied"
source = "s"
"#;

fn row(id: &str, when: &str, rest: &str) -> String {
    format!(
        "[[row]]\nid = \"{id}\"\nwhen = {{ {when} }}\n{rest}\norigin = \"stated\"\nsource = \"s\"\nread = \"2030-01-01\"\ntext = \"t\"\n"
    )
}

fn refused(name: &str, text: &str) -> String {
    Edition::parse(name, text).expect_err("a file to refuse").to_string()
}

const NO: &str = "outcome = \"not-supported\"";
const TEMPORARY: &str = "outcome = \"temporary-passcode\"\nscope = \"device\"\npasscode = \"digits\"";

#[test]
fn overlapping_rows_are_refused_with_what_both_claim() {
    let texts = [
        [row("a", "platform = [\"linux\"]", NO), row("b", "platform = [\"linux\", \"chromeos\"]", NO)],
        [
            row("a", "platform = [\"android\"], os = \"<7.0.1\"", NO),
            row("b", "platform = [\"android\"], enrolment = [\"dedicated\"], os = \">=7\"", NO),
        ],
        [row("a", "platform = [\"ios\"]", NO), row("b", "enrolment = [\"monitored-only\"]", NO)],
        [row("a", "os = \"<7.0\"", NO), row("b", "join = [\"azure-ad-joined\"]", NO)],
        [row("a", "platform = [\"ios\"]", NO), row("a", "platform = [\"tvos\"]", NO)],
    ]
    .map(|rows| refused("2030-01-01.toml", &format!("{MINIMAL}{}", rows.concat())))
    .join("\n");
    insta::assert_snapshot!(texts);
}

#[test]
fn rows_that_only_touch_do_not_overlap() {
    for [one, two] in [
        ["platform = [\"android\"], os = \"<7.0\"", "platform = [\"android\"], os = \">=7\""],
        ["platform = [\"ios\"]", "platform = [\"ipados\"]"],
        ["join = [\"unknown\"]", "join = [\"azure-ad-joined\"]"],
        // Sets may meet where no device can be.
        [
            "platform = [\"ios\", \"android\"], enrolment = [\"standard\", \"dedicated\"]",
            "platform = [\"ios\", \"android\"], enrolment = [\"apple-user-enrollment\", \"fully-managed\"]",
        ],
    ] {
        let text = format!("{MINIMAL}{}{}", row("a", one, NO), row("b", two, NO));
        assert!(Edition::parse("2030-01-01.toml", &text).is_ok(), "{one} and {two}");
    }
}

#[test]
fn files_that_say_something_unknown_are_refused_with_what_is_known() {
    let texts = [
        row("a", "platform = [\"symbian\"]", NO),
        row("a", "platform = [\"android\"], colour = [\"red\"]", NO),
        row("a", "platform = [\"android\"]", "outcome = \"exploded\""),
        row("a", "platform = [\"android\"]", "outcome = \"not-supported\"\nsize = 4"),
        row("a", "platform = \"android\"", NO),
        row("a", "platform = []", NO),
        row("a", "platform = [\"windows\"], enrolment = [\"standard\", \"dedicated\"]", NO),
        row("a", "platform = [\"windows\", \"android\"], enrolment = [\"dedicated\"]", NO),
        row("a", "os = \"7.0\"", NO),
        row("a", "os = \">=7.0, >=8.0\"", NO),
        row("a", "os = \">=7.0, <7\"", NO),
        row("a", "os = \"<0\"", NO),
        row("a", "os = \">=seven\"", NO),
        row("a", "", "outcome = \"temporary-passcode\""),
        row("a", "", "outcome = \"passcode-removed\"\npasscode = \"digits\""),
        row("a", "", "outcome = \"not-supported\"\nneeds = [\"unlock-token\"]"),
        row("a", "", &format!("{TEMPORARY}\ndigits-before = \"ten\"")),
        row("a", "", &format!("{TEMPORARY}\nneeds = [\"luck\"]")),
        row("a", "", NO).replace("2030-01-01", "yesterday"),
        row("a", "", NO).replace("text = \"t\"", ""),
        row("a", "", "outcome = "),
    ]
    .map(|row| refused("2030-01-01.toml", &format!("{MINIMAL}{row}")))
    .join("\n");
    insta::assert_snapshot!(texts);
}

#[test]
fn files_that_are_not_named_as_their_edition_are_refused() {
    let whole = format!("{MINIMAL}{}", row("a", "", NO));
    let texts = [
        refused("2030-01-02.toml", &whole),
        refused("2030-01-01", &whole),
        refused("spring.toml", &whole.replace("2030-01-01", "spring")),
        refused("2030-01-01.toml", &whole.replace("title = \"t\"\n", "")),
        refused("2030-01-01.toml", &whole.replace("implied", "rumour")),
        refused("2030-01-01.toml", ""),
    ]
    .join("\n");
    insta::assert_snapshot!(texts);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text: String, cut in 0_usize..4000) {
        let _ = Edition::parse("2030-01-01.toml", &text);
        let whole = EDITIONS[2].text;
        let cut = whole.floor_char_boundary(cut);
        let _ = Edition::parse("2018-03-08.toml", &format!("{}{text}", &whole[..cut]));
    }
}
