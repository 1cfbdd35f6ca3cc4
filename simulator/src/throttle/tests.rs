//! Who shares what, and until when.

use super::{APPS, BUDGETS, Charge, DAILY_CAPS, Group, Mode, Throttle};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_520_496_000, 0).unwrap()
}

fn app(number: u128) -> Option<Uuid> {
    Some(Uuid::from_u128(number))
}

const READ: Charge = Charge { group: Group::Devices, writes: false, units: 1 };
const WRITE: Charge = Charge { writes: true, ..READ };
const DIRECTORY: Charge = Charge { group: Group::Directory, writes: false, units: 2 };

fn enforce(factor: f64) -> Throttle {
    Throttle::new(Mode::Enforce { factor })
}

fn row(name: &str) -> usize {
    BUDGETS.iter().position(|budget| budget.name == name).unwrap()
}

#[test]
fn names_are_unique_and_every_source_says_what_kind_it_is() {
    let names = BUDGETS.iter().map(|budget| budget.name).chain(DAILY_CAPS.iter().map(|cap| cap.name));
    let sources = BUDGETS.iter().map(|budget| budget.source).chain(DAILY_CAPS.iter().map(|cap| cap.source));
    assert_eq!(names.collect::<BTreeSet<_>>().len(), BUDGETS.len() + DAILY_CAPS.len());
    for source in sources {
        assert!(["documented: ", "observed: ", "assumed: "].iter().any(|kind| source.starts_with(kind)), "{source}");
    }
}

#[test]
fn an_app_is_refused_by_its_own_budget_and_by_the_one_all_share() {
    // 2 writes per app, 4 per tenant.
    let mut throttle = enforce(0.01);
    let mut ask = |number| throttle.admit(app(number), WRITE, start()).map_err(|exceeded| exceeded.budget);
    assert_eq!([ask(1), ask(1), ask(2), ask(2)], [Ok(()); 4]);
    assert_eq!(ask(3), Err("intune-devices-writes-per-tenant"));
    assert_eq!(throttle.refused(), 1);

    let mut throttle = enforce(0.01);
    let mut ask = |charge| throttle.admit(app(1), charge, start()).map_err(|exceeded| exceeded.budget);
    assert_eq!([ask(WRITE), ask(WRITE)], [Ok(()); 2]);
    assert_eq!(ask(WRITE), Err("intune-devices-writes-per-app"));
    assert_eq!(ask(READ), Ok(()), "reading is another budget");
}

#[test]
fn of_several_budgets_the_one_that_lasts_longest_is_told() {
    // 40 requests and 4 writes per tenant, 20 and 2 per app: the app's reads are used up, then its writes.
    let mut throttle = enforce(0.01);
    for _ in 0..20 {
        throttle.admit(app(1), READ, start()).unwrap();
    }
    let later = start() + TimeDelta::seconds(5);
    let first = throttle.admit(app(1), WRITE, later).unwrap_err();
    assert_eq!((first.budget, first.wait), ("intune-devices-per-app", TimeDelta::seconds(15)));
    throttle.admit(app(1), WRITE, later).unwrap_err();
    let third = throttle.admit(app(1), WRITE, later).unwrap_err();
    assert_eq!((third.budget, third.wait), ("intune-devices-writes-per-app", TimeDelta::seconds(20)));
    assert_eq!((first.number, third.number, throttle.refused()), (0, 2, 3));
    assert_eq!(throttle.usage(row("intune-devices-writes-per-app"), later).0.over, 1);
}

#[test]
fn groups_do_not_share() {
    let mut throttle = enforce(0.0001);
    for group in [Group::Devices, Group::Auditing, Group::Configuration, Group::Enrollment, Group::Directory] {
        let charge = Charge { group, ..READ };
        assert!(throttle.admit(app(1), charge, start()).is_ok(), "{group:?}");
        assert!(throttle.admit(app(1), charge, start()).is_err(), "{group:?}");
    }
}

#[test]
fn a_report_tells_and_does_not_refuse_and_off_counts_nothing() {
    let mut report = Throttle::new(Mode::Report);
    for _ in 0..200 {
        report.admit(app(1), WRITE, start()).unwrap();
        assert_eq!(report.take_exceeded(), None);
    }
    report.admit(app(1), WRITE, start()).unwrap();
    assert_eq!(report.take_exceeded().unwrap().budget, "intune-devices-writes-per-app");
    assert_eq!(report.take_exceeded(), None, "told once");
    assert_eq!((report.refused(), report.would_refuse()), (0, 1));

    let mut off = Throttle::new(Mode::Off);
    for _ in 0..5_000 {
        off.admit(app(1), WRITE, start()).unwrap();
        off.count_device("wipe", start());
    }
    off.admit_devices("wipe", 1, start()).unwrap();
    assert_eq!(off.take_exceeded(), None);
    assert_eq!(off.usage(row("intune-devices-per-tenant"), start()).0.used, 0);
}

#[test]
fn the_directory_counts_what_a_request_costs_by_how_large_the_tenant_is() {
    for (users, limit) in [(49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)] {
        let mut throttle = enforce(1.0);
        throttle.admit(app(1), READ, start()).unwrap();
        throttle.set_users(users);
        for _ in 0..limit / 2 {
            throttle.admit(app(1), DIRECTORY, start()).unwrap();
        }
        let exceeded = throttle.admit(app(1), DIRECTORY, start()).unwrap_err();
        assert!(exceeded.is_directory && exceeded.wait == TimeDelta::seconds(10), "{exceeded:?}");
        let (usage, apps) = throttle.usage(row("directory-resource-units-per-app"), start());
        assert_eq!((usage.limit, usage.used, apps), (limit, limit, vec![(app(1).unwrap(), limit)]));
    }
}

#[test]
fn of_too_many_apps_the_one_that_asked_longest_ago_is_forgotten() {
    let mut throttle = enforce(0.01);
    let at = |number: usize| start() + TimeDelta::milliseconds(i64::try_from(number).unwrap());
    let ask = |throttle: &mut Throttle, number: usize, time: usize| {
        throttle.admit(app(number as u128), Charge { group: Group::Auditing, ..READ }, at(time)).is_ok()
    };
    // 10 per app, 20 per tenant: the tenant's are soon used up, and every request still draws on the app's.
    for number in 0..APPS {
        ask(&mut throttle, number, number);
    }
    for _ in 0..10 {
        ask(&mut throttle, 0, APPS);
    }
    ask(&mut throttle, APPS, APPS + 1);
    assert_eq!(throttle.apps.len(), APPS);
    let (_, apps) = throttle.usage(row("intune-auditing-per-app"), at(APPS + 1));
    assert!(apps.contains(&(app(0).unwrap(), 10)), "it asked just now");
    assert!(!apps.iter().any(|(id, _)| Some(*id) == app(1)), "it asked longest ago");
}

#[test]
fn a_daily_cap_counts_devices_until_midnight_of_utc() {
    // One wipe, two retires and two deletes.
    let mut throttle = enforce(0.002);
    assert!(throttle.admit_devices("delete", 3, start()).is_err(), "together they are too many");
    throttle.admit_devices("delete", 2, start()).unwrap();
    throttle.count_device("delete", start());
    throttle.count_device("delete", start());
    let exceeded = throttle.admit_devices("delete", 1, start()).unwrap_err();
    assert_eq!((exceeded.budget, exceeded.wait), ("deletes-per-day", TimeDelta::hours(16)));
    throttle.admit_devices("wipe", 1, start()).unwrap();
    throttle.admit_devices("resetPasscode", 1_000_000, start()).unwrap();
    let midnight = start() + exceeded.wait;
    assert!(throttle.admit_devices("delete", 1, midnight - TimeDelta::microseconds(1)).is_err());
    throttle.admit_devices("delete", 2, midnight).unwrap();
    assert_eq!(throttle.usage_of_cap(2, midnight).used, 0);
}
