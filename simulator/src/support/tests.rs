use super::edition::{DEFAULT_ROW, Effect, Outcome, PasscodeKind, Scope};
use super::when::{Set, VersionRange};
use super::*;
use crate::device::facts::{Enrolment, Facts, JoinState, Ownership};
use crate::device::os_version::OsVersion;
use crate::device::platform::{Named, Platform};
use proptest::prelude::*;
use std::sync::LazyLock;

mod reading;
mod refusing;

fn edition(id: &str) -> Edition {
    edition_at(id).expect("a known edition").parse()
}

fn all() -> &'static [Edition] {
    static ALL: LazyLock<Vec<Edition>> = LazyLock::new(|| EDITIONS.iter().map(Embedded::parse).collect());
    &ALL
}

fn facts(platform: Platform, enrolment: Enrolment, join: JoinState, os: &str) -> Facts {
    Facts { platform, enrolment, ownership: Ownership::Unknown, join, os: OsVersion::parse(os) }
}

// Each edition against its own rows.

/// Versions around the ends of a range, with whether they are inside; without a range, any and none.
fn versions(range: Option<&VersionRange>) -> Vec<(Option<OsVersion>, bool)> {
    let Some(range) = range else {
        return ["0", "7.0", "10.0.15063", "4294967295.4294967295.4294967295.4294967295", ""]
            .map(|text| (OsVersion::parse(text), true))
            .to_vec();
    };
    let mut versions = vec![(None, false)];
    if let Some(from) = range.from() {
        versions.push((Some(step(from, -1)), false));
        versions.push((Some(from.clone()), true));
        versions.push((Some(step(from, 1)), true));
    } else {
        versions.push((OsVersion::parse("0"), true));
    }
    if let Some(before) = range.before() {
        versions.push((Some(step(before, -1)), true));
        versions.push((Some(before.clone()), false));
        versions.push((Some(step(before, 1)), false));
    } else {
        versions.push((OsVersion::parse("4294967295"), true));
    }
    versions
}

fn step(version: &OsVersion, by: i128) -> OsVersion {
    let number = version.parts().iter().fold(0_i128, |number, part| (number << 32) | i128::from(*part));
    let part = |shift: u32| u32::try_from(((number + by) >> shift) & 0xffff_ffff).expect("32 bits");
    OsVersion::new([part(96), part(64), part(32), part(0)])
}

fn one_of<F: Named + std::fmt::Debug>(set: Set<F>) -> impl Strategy<Value = F> {
    proptest::sample::select(set.iter().collect::<Vec<_>>())
}

/// A device made from a row, and whether the row must decide about it: only the version can be beside the row.
fn device_of_a_row() -> impl Strategy<Value = (usize, usize, Facts, bool)> {
    let rows: Vec<_> = all()
        .iter()
        .enumerate()
        .flat_map(|(edition, parsed)| (0..parsed.rows.len()).map(move |row| (edition, row)))
        .collect();
    proptest::sample::select(rows).prop_flat_map(move |(edition, index)| {
        let when = all()[edition].rows[index].when.clone();
        let pairs: Vec<_> = when
            .platform
            .iter()
            .flat_map(|platform| when.enrolment.iter().map(move |enrolment| (platform, enrolment)))
            .filter(|(platform, enrolment)| enrolment.possible_on(*platform))
            .collect();
        (
            Just((edition, index)),
            proptest::sample::select(pairs),
            one_of(when.ownership),
            one_of(when.join),
            proptest::sample::select(versions(when.os.as_ref())),
        )
            .prop_map(|((edition, row), (platform, enrolment), ownership, join, (os, inside))| {
                let facts = Facts { platform, enrolment, ownership, join, os };
                (edition, row, facts, inside)
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_device_made_from_a_row_is_decided_by_that_row((edition, row, facts, inside) in device_of_a_row()) {
        let edition = &all()[edition];
        let row = &edition.rows[row];
        let decision = edition.decide(&facts);
        prop_assert_eq!(decision.row == &*row.id, inside, "{:?} under {}", facts, row.id);
        if inside {
            let expected = match &row.effect {
                Effect::NotSupported => Outcome::NotSupported,
                Effect::PasscodeRemoved => Outcome::PasscodeRemoved,
                Effect::TemporaryPasscode { scope, passcode, digits_before } => {
                    let digits = digits_before.as_ref().is_some_and(|before| facts.os.as_ref() < Some(before));
                    let passcode = if digits { PasscodeKind::Digits } else { *passcode };
                    Outcome::TemporaryPasscode { scope: *scope, passcode }
                }
            };
            prop_assert_eq!(decision.outcome, expected);
            prop_assert_eq!(decision.needs, row.needs);
        }
    }
}

/// Every combination of facts, with a version on either side of every boundary of the edition.
fn every_device(edition: &Edition) -> Vec<Facts> {
    let mut versions = vec![None, OsVersion::parse("0"), OsVersion::parse("4294967295")];
    for range in edition.rows.iter().filter_map(|row| row.when.os.as_ref()) {
        for end in [range.from(), range.before()].into_iter().flatten() {
            versions.extend([Some(step(end, -1)), Some(end.clone())]);
        }
    }
    let mut devices = Vec::new();
    for platform in Platform::ALL {
        for enrolment in Enrolment::ALL.iter().filter(|enrolment| enrolment.possible_on(*platform)) {
            for ownership in Ownership::ALL {
                for join in JoinState::ALL {
                    for os in &versions {
                        devices.push(Facts {
                            platform: *platform,
                            enrolment: *enrolment,
                            ownership: *ownership,
                            join: *join,
                            os: os.clone(),
                        });
                    }
                }
            }
        }
    }
    devices
}

#[test]
fn no_device_is_claimed_by_two_rows_and_every_row_decides_about_some() {
    for edition in all() {
        let mut deciding = std::collections::BTreeSet::new();
        for facts in every_device(edition) {
            let claims = edition.rows.iter().filter(|row| row.when.failed(&facts).is_empty()).count();
            assert!(claims <= 1, "{}: {facts:?}", edition.id);
            let decision = edition.decide(&facts);
            assert_eq!(decision.row == DEFAULT_ROW, claims == 0, "{}: {facts:?}", edition.id);
            deciding.insert(decision.row.to_owned());
        }
        for row in &edition.rows {
            assert!(deciding.contains(&*row.id), "{}: {}", edition.id, row.id);
        }
    }
}

#[test]
fn editions_are_named_as_their_files_and_in_order() {
    for embedded in EDITIONS {
        let parsed = Edition::parse(&format!("{}.toml", embedded.id), embedded.text);
        assert_eq!(&*parsed.expect(embedded.id).id, embedded.id);
    }
    assert!(EDITIONS.is_sorted_by(|one, two| one.id < two.id));
    assert!(EDITIONS.iter().any(|embedded| embedded.id == DEFAULT_EDITION));
}

#[test]
fn every_file_of_the_folder_is_an_edition() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/support-matrix/reset-passcode");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of editions")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    files.sort();
    let known: Vec<_> = EDITIONS.iter().map(|embedded| format!("{}.toml", embedded.id)).collect();
    assert_eq!(files, known);
}

// The default edition, spelled out.

const DEFAULT_CASES: &[(Platform, Enrolment, JoinState, &str, &str)] = {
    use Enrolment as E;
    use JoinState as J;
    use Platform as P;
    &[
        (P::WindowsPhone, E::Standard, J::Unknown, "8.10.14219.341", "windows-phone-not-joined"),
        (P::WindowsPhone, E::Standard, J::AzureAdRegistered, "10.0.14393", "windows-phone-not-joined"),
        (P::WindowsPhone, E::Standard, J::AzureAdJoined, "10.0.14393", "windows-phone-joined"),
        (P::WindowsPhone, E::Standard, J::HybridAzureAdJoined, "8.10", "windows-phone-joined"),
        (P::WindowsPhone, E::Standard, J::Unknown, "10.0.15063.0", "windows-mobile-creators-update"),
        (P::WindowsPhone, E::Standard, J::AzureAdJoined, "10.0.15254.603", "windows-mobile-creators-update"),
        (P::WindowsPhone, E::Standard, J::Unknown, "8.0.10211", "default"),
        (P::WindowsPhone, E::Standard, J::Unknown, "", "default"),
        (P::Windows, E::Standard, J::AzureAdJoined, "10.0.15063", "windows-desktop"),
        (P::Windows, E::MonitoredOnly, J::Unknown, "10.0.22631", "monitored-only"),
        (P::Ios, E::Standard, J::Unknown, "11.2.6", "ios"),
        (P::IpadOs, E::Standard, J::Unknown, "", "ios"),
        (P::Android, E::DeviceAdministrator, J::Unknown, "6.0.1", "android-before-7"),
        (P::Android, E::DeviceAdministrator, J::Unknown, "7", "android-7-and-later"),
        (P::Android, E::DeviceAdministrator, J::Unknown, "10", "android-7-and-later"),
        (P::Android, E::DeviceAdministrator, J::Unknown, "", "default"),
        (P::Android, E::WorkProfile, J::Unknown, "8.0", "android-for-work"),
        (P::Android, E::FullyManaged, J::Unknown, "", "android-for-work"),
        (P::Android, E::AospUserless, J::Unknown, "10", "default"),
        (P::Android, E::MonitoredOnly, J::Unknown, "6.0", "monitored-only"),
        (P::MacOs, E::Standard, J::Unknown, "10.13.3", "macos"),
        (P::Linux, E::Standard, J::Unknown, "22.04", "default"),
        (P::ChromeOs, E::Standard, J::Unknown, "126", "default"),
        (P::VisionOs, E::Standard, J::Unknown, "2.0", "default"),
        (P::Unknown, E::Standard, J::Unknown, "", "default"),
    ]
};

#[test]
fn the_default_edition_decides_as_the_article_says() {
    let edition = edition(DEFAULT_EDITION);
    for (platform, enrolment, join, os, row) in DEFAULT_CASES {
        let facts = facts(*platform, *enrolment, *join, os);
        assert_eq!(edition.decide(&facts).row, *row, "{facts:?}");
    }
}

#[test]
fn a_phone_of_version_8_gets_digits_and_one_of_version_10_letters_too() {
    let edition = edition(DEFAULT_EDITION);
    let passcode = |os| {
        let facts = facts(Platform::WindowsPhone, Enrolment::Standard, JoinState::Unknown, os);
        match edition.decide(&facts).outcome {
            Outcome::TemporaryPasscode { scope: Scope::Device, passcode } => passcode,
            other => panic!("{os}: {other:?}"),
        }
    };
    assert_eq!(passcode("8.10.14219"), PasscodeKind::Digits);
    assert_eq!(passcode("10.0"), PasscodeKind::LettersAndDigits);
    assert_eq!(passcode("10.0.15063"), PasscodeKind::LettersAndDigits);
}

#[test]
fn a_device_whose_version_is_not_known_is_refused_for_that_reason() {
    let edition = edition(DEFAULT_EDITION);
    let android = facts(Platform::Android, Enrolment::DeviceAdministrator, JoinState::Unknown, "");
    let decision = edition.decide(&android);
    assert_eq!((decision.row, decision.outcome), (DEFAULT_ROW, Outcome::NotSupported));
    assert_eq!(decision.origin, Origin::Assumed);
    assert!(decision.text.contains("has not reported one"), "{}", decision.text);
    let linux = facts(Platform::Linux, Enrolment::Standard, JoinState::Unknown, "");
    assert_eq!(edition.decide(&linux).text, &*edition.default.text);
}

#[test]
fn android_passcodes_need_a_policy_from_2023_on() {
    for edition in all() {
        let from_2023 = &*edition.id >= "2023-08-01";
        for row in &edition.rows {
            let android = row.when.platform == Set::of([Platform::Android]);
            let makes = matches!(row.effect, Effect::TemporaryPasscode { .. });
            assert_eq!(
                row.needs.contains(Need::PasscodePolicy),
                android && makes && from_2023,
                "{}: {}",
                edition.id,
                row.id
            );
            let removes = row.effect == Effect::PasscodeRemoved;
            assert_eq!(row.needs.contains(Need::UnlockToken), removes, "{}: {}", edition.id, row.id);
        }
    }
}

// Choosing an edition.

#[test]
fn a_day_picks_the_edition_then_in_force() {
    for (asked, id) in [
        ("2017-04-14", "2017-04-14"),
        ("2018-03-07", "2017-08-09"),
        ("2018-03-08", "2018-03-08"),
        ("2018-05-01", "2018-03-30"),
        ("2021-12-31", "2020-01-06"),
        ("2026-08-18", "2026-04-21"),
        ("2026-08-19", "2026-08-19"),
        ("9999-12-31", "2026-08-19"),
        ("latest", "2026-08-19"),
    ] {
        assert_eq!(edition_at(asked).expect(asked).id, id, "{asked}");
    }
}

#[test]
fn what_is_no_edition_is_refused_with_the_known_ones() {
    let texts = ["2017-04-13", "1", "", "Latest", "2018-3-8", "2018-13-01", "2018-03-08T00:00:00Z", "２018-03-08"]
        .map(|asked| edition_at(asked).expect_err(asked).to_string())
        .join("\n");
    insta::assert_snapshot!(texts);
}

proptest! {
    #[test]
    fn ranges_intersect_as_their_versions_do(
        one in "(>=[0-3](\\.[0-3])?|<[1-4](\\.[0-3])?|>=[0-2](\\.[0-3])?, <[3-4])",
        two in "(>=[0-3](\\.[0-3])?|<[1-4](\\.[0-3])?|>=[0-2](\\.[0-3])?, <[3-4])",
    ) {
        let one = VersionRange::parse(&one).expect("a range");
        let two = VersionRange::parse(&two).expect("a range");
        let both = one.intersection(&two);
        for major in 0..5 {
            for minor in 0..5 {
                let version = OsVersion::new([major, minor, 0, 0]);
                let inside = one.contains(&version) && two.contains(&version);
                prop_assert_eq!(both.as_ref().is_some_and(|both| both.contains(&version)), inside);
            }
        }
    }
}
