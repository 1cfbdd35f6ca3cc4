//! What people read: tables, comparisons, stories and the page in `docs`.

use super::{all, edition, every_device, facts};
use crate::device::facts::{Enrolment, JoinState};
use crate::device::platform::Platform;
use crate::support::DEFAULT_EDITION;
use crate::support::compare::{check_partition, compare};
use crate::support::explain::explain;
use crate::support::markdown::page;
use crate::support::table::{WIDTH, matrix};

fn narrow_enough(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn every_edition_reads_well_as_a_table() {
    for edition in all() {
        let text = matrix(edition);
        narrow_enough(&text);
        for row in &edition.rows {
            assert!(text.contains(&format!("\n{} ", row.id)), "{} is cut in two", row.id);
        }
        insta::assert_snapshot!(format!("matrix-{}", edition.id), text);
    }
}

#[test]
fn editions_are_compared_by_devices_and_not_by_row_names() {
    for (old, new) in [
        ("2018-03-08", "2018-03-30"),
        ("2018-03-08", "latest"),
        ("2018-09-18", "2019-06-25"),
        ("2023-08-01", "2025-09-22"),
    ] {
        let text = compare(&edition(old), &edition(new));
        narrow_enough(&text);
        insta::assert_snapshot!(format!("compare-{old}-{new}"), text);
    }
}

#[test]
fn a_comparison_counts_every_listed_device_once() {
    let editions = all();
    for pair in editions.windows(2) {
        check_partition(&pair[0], &pair[1]);
    }
    check_partition(&editions[0], &editions[14]);
}

#[test]
fn the_story_of_a_device_is_short_and_names_the_near_misses() {
    let stories = [
        facts(Platform::Android, Enrolment::DeviceAdministrator, JoinState::Unknown, "7.1.1"),
        facts(Platform::WindowsPhone, Enrolment::Standard, JoinState::AzureAdJoined, "10.0.14393"),
        facts(Platform::WindowsPhone, Enrolment::Standard, JoinState::Unknown, "8.0.10211"),
        facts(Platform::Ios, Enrolment::Standard, JoinState::Unknown, "11.2.6"),
        facts(Platform::Linux, Enrolment::Standard, JoinState::Unknown, "22.04"),
        facts(Platform::Android, Enrolment::DeviceAdministrator, JoinState::Unknown, ""),
    ]
    .map(|facts| explain(&edition(DEFAULT_EDITION), &facts));
    insta::assert_snapshot!("explain-2018-03-08", stories.join("\n"));
    let latest = edition("latest");
    for edition in all() {
        for facts in every_device(edition).iter().step_by(7) {
            let story = explain(edition, facts);
            assert!(story.lines().count() <= 12, "{story}");
        }
    }
    let work_profile = facts(Platform::Android, Enrolment::WorkProfile, JoinState::Unknown, "14");
    insta::assert_snapshot!("explain-latest", explain(&latest, &work_profile));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a generated page is rewritten only when a person asks for it")]
fn the_page_in_docs_is_what_the_editions_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/support-matrix.md");
    let expected = page(all());
    if std::env::var("SIMTUNE_UPDATE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).expect("the folder of the page");
        std::fs::write(path, &expected).expect("the page is written");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/support-matrix.md is not what the editions say; run SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune --lib support::"
    );
}
