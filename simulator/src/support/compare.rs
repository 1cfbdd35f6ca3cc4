//! Two editions side by side: which devices changed their answer between them.
//!
//! Row names are no guide, because a row can be split or renamed without changing any answer. So the devices themselves
//! are compared: every possible combination of facts, with versions cut at every boundary of both editions.

use std::fmt::Write as _;

use super::edition::{DEFAULT_ROW, Decision, Edition};
use super::table::{WIDTH, outcome_words, write_row};
use super::when::{Set, VersionRange, When};
use crate::device::facts::{Enrolment, Facts, JoinState, Ownership};
use crate::device::os_version::OsVersion;
use crate::device::platform::{Named, Platform};

/// Devices that both editions describe by one row each, or by none.
#[derive(Debug, Clone)]
struct Group<'e> {
    old: Decision<'e>,
    new: Decision<'e>,
    when: When,
}

/// The two editions side by side; `*` marks the devices whose answer changed.
pub fn compare(old: &Edition, new: &Edition) -> String {
    let mut text = format!("resetPasscode, edition {} against {}; * marks what changed\n\n", old.id, new.id);
    let widths = [1, 35, 34, 34];
    let heads = ["", "who", &old.id, &new.id].map(str::to_owned);
    write_row(&mut text, &widths, &heads);
    let _ = writeln!(text, "{}", "-".repeat(WIDTH));
    let groups = groups(old, new);
    for group in &groups {
        let mark = if differs(group) { "*" } else { "" };
        let cells = [mark.to_owned(), group.when.to_string(), answer(&group.old), answer(&group.new)];
        write_row(&mut text, &widths, &cells);
    }
    let changed = groups.iter().filter(|group| differs(group)).count();
    let _ = writeln!(text, "\n{changed} of {} groups of devices changed", groups.len());
    text
}

fn answer(decision: &Decision<'_>) -> String {
    let mut words = outcome_words(decision.outcome);
    for need in decision.needs.iter() {
        let _ = write!(words, "; needs {}", need.name());
    }
    let _ = write!(words, " ({})", decision.row);
    words
}

fn differs(group: &Group<'_>) -> bool {
    (group.old.outcome, group.old.needs) != (group.new.outcome, group.new.needs)
}

/// Groups of devices by what decides about them, without those that neither edition lists.
///
/// Cells are joined along one fact at a time and only where everything else is equal, so a group never claims a device
/// that it does not stand for.
fn groups<'e>(old: &'e Edition, new: &'e Edition) -> Vec<Group<'e>> {
    let mut groups: Vec<Group<'e>> = Platform::ALL
        .iter()
        .flat_map(|platform| cells(*platform, old, new))
        .map(|(facts, os)| Group { old: old.decide(&facts), new: new.decide(&facts), when: cell(&facts, os) })
        .filter(|group| group.old.row != DEFAULT_ROW || group.new.row != DEFAULT_ROW)
        .collect();
    let along: [fn(&When, &When) -> Option<When>; 5] =
        [along_join, along_ownership, along_enrolment, along_versions, along_platform];
    for both in along {
        let mut joined: Vec<Group<'e>> = Vec::new();
        for group in groups {
            let grown = joined.iter_mut().find_map(|known| {
                let same = known.old == group.old && known.new == group.new;
                let when = same.then(|| both(&known.when, &group.when)).flatten()?;
                Some((known, when))
            });
            match grown {
                Some((known, when)) => known.when = when,
                None => joined.push(group),
            }
        }
        groups = joined;
    }
    groups
}

fn along_join(one: &When, two: &When) -> Option<When> {
    let join = one.join.or(two.join);
    let both = When { join, ..one.clone() };
    (both == When { join, ..two.clone() }).then_some(both)
}

fn along_ownership(one: &When, two: &When) -> Option<When> {
    let ownership = one.ownership.or(two.ownership);
    let both = When { ownership, ..one.clone() };
    (both == When { ownership, ..two.clone() }).then_some(both)
}

fn along_enrolment(one: &When, two: &When) -> Option<When> {
    let enrolment = one.enrolment.or(two.enrolment);
    let both = When { enrolment, ..one.clone() };
    (both == When { enrolment, ..two.clone() }).then_some(both)
}

/// Slices come in ascending order, so only the upper neighbour can follow.
fn along_versions(one: &When, two: &When) -> Option<When> {
    let (lower, upper) = (one.os.as_ref()?, two.os.as_ref()?);
    if lower.before() != upper.from() {
        return None;
    }
    let os = VersionRange::between(lower.from().cloned(), upper.before().cloned());
    let both = When { os: os.clone(), ..one.clone() };
    (both == When { os, ..two.clone() }).then_some(both)
}

/// Ways of enrolling that a platform does not have are no difference, as long as joining adds none that it has.
fn along_platform(one: &When, two: &When) -> Option<When> {
    let platform = one.platform.or(two.platform);
    let enrolment = one.enrolment.or(two.enrolment);
    let both = When { platform, enrolment, ..one.clone() };
    let same = both == When { platform, enrolment, ..two.clone() };
    let pairs = |when: &When| when.possible().count();
    (same && pairs(&both) == pairs(one) + pairs(two)).then_some(both)
}

/// One device for every combination of facts on a platform that the two editions could tell apart, with the range of
/// versions it stands for (`None`: no boundary anywhere).
///
/// Devices whose version is not known are left out: where a row asks for a version they fall to the default, which
/// would split every such group in two and tell nothing about the editions.
fn cells<'c>(
    platform: Platform,
    old: &'c Edition,
    new: &'c Edition,
) -> impl Iterator<Item = (Facts, Option<VersionRange>)> + 'c {
    let slices = slices(platform, old, new);
    let enrolments = Enrolment::ALL.iter().filter(move |enrolment| enrolment.possible_on(platform));
    enrolments.flat_map(move |enrolment| {
        let slices = slices.clone();
        Ownership::ALL.iter().flat_map(move |ownership| {
            let slices = slices.clone();
            JoinState::ALL.iter().flat_map(move |join| {
                slices.clone().into_iter().map(move |(os, range)| {
                    let facts =
                        Facts { platform, enrolment: *enrolment, ownership: *ownership, join: *join, os: Some(os) };
                    (facts, range)
                })
            })
        })
    })
}

/// The versions cut at every boundary that a row about this platform has: the first of each slice, and the slice.
fn slices(platform: Platform, old: &Edition, new: &Edition) -> Vec<(OsVersion, Option<VersionRange>)> {
    let mut cuts: Vec<OsVersion> = [old, new]
        .into_iter()
        .flat_map(|edition| &edition.rows)
        .filter(|row| row.when.platform.contains(platform))
        .filter_map(|row| row.when.os.as_ref())
        .flat_map(|range| [range.from(), range.before()])
        .flatten()
        .cloned()
        .collect();
    cuts.sort();
    cuts.dedup();
    let starts = std::iter::once(None).chain(cuts.iter().cloned().map(Some));
    let ends = cuts.iter().cloned().map(Some).chain(std::iter::once(None));
    starts
        .zip(ends)
        .map(|(from, before)| {
            let first = from.clone().unwrap_or(OsVersion::new([0; 4]));
            (first, VersionRange::between(from, before))
        })
        .collect()
}

fn cell(facts: &Facts, os: Option<VersionRange>) -> When {
    When {
        platform: Set::of([facts.platform]),
        enrolment: Set::of([facts.enrolment]),
        ownership: Set::of([facts.ownership]),
        join: Set::of([facts.join]),
        os,
    }
}

/// Fails unless the groups of two editions stand for every listed device exactly once.
#[cfg(test)]
pub(super) fn check_partition(old: &Edition, new: &Edition) {
    let groups = groups(old, new);
    for platform in Platform::ALL {
        for (facts, _) in cells(*platform, old, new) {
            let (old, new) = (old.decide(&facts), new.decide(&facts));
            let listed = old.row != DEFAULT_ROW || new.row != DEFAULT_ROW;
            let claims: Vec<_> = groups.iter().filter(|group| group.when.failed(&facts).is_empty()).collect();
            assert_eq!(claims.len(), usize::from(listed), "{facts:?}");
            for group in claims {
                assert_eq!((group.old, group.new), (old, new), "{facts:?}");
            }
        }
    }
}
