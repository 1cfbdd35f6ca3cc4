use super::{Signals, Warning};
use crate::device::facts::{Enrolment, Facts, JoinState, Ownership};
use crate::device::platform::Platform;
use proptest::prelude::*;

fn check(signals: Signals<'_>, platform: Platform, enrolment: Enrolment, warning: Option<Warning>) {
    let (facts, warned) = Facts::derive(&signals);
    assert_eq!((facts.platform, facts.enrolment, warned), (platform, enrolment, warning), "{signals:?}");
}

fn join(signals: Signals<'_>) -> JoinState {
    Facts::derive(&signals).0.join
}

const NOTHING: Signals<'static> = Signals {
    device_type: None,
    operating_system: None,
    os_version: None,
    join_type: None,
    azure_ad_registered: None,
    management_agent: None,
    device_enrollment_type: None,
    managed_device_owner_type: None,
    managed_device_name: None,
    model: None,
};

#[test]
fn the_device_type_decides_whatever_else_is_said() {
    for (device_type, platform, enrolment) in [
        ("iPhone", Platform::Ios, Enrolment::Standard),
        ("iPod", Platform::Ios, Enrolment::Standard),
        ("iPad", Platform::IpadOs, Enrolment::Standard),
        ("ANDROID", Platform::Android, Enrolment::DeviceAdministrator),
        ("androidForWork", Platform::Android, Enrolment::WorkProfile),
        ("windowsPhone", Platform::WindowsPhone, Enrolment::Standard),
        ("winMO6", Platform::WindowsPhone, Enrolment::Standard),
        ("desktop", Platform::Windows, Enrolment::Standard),
        ("windowsRT", Platform::Windows, Enrolment::Standard),
        ("holoLens", Platform::Windows, Enrolment::Standard),
        ("surfaceHub", Platform::Windows, Enrolment::Standard),
        ("macMDM", Platform::MacOs, Enrolment::Standard),
        ("linux", Platform::Linux, Enrolment::Standard),
        ("chromeOS", Platform::ChromeOs, Enrolment::Standard),
        ("visionOS", Platform::VisionOs, Enrolment::Standard),
        ("tvOS", Platform::TvOs, Enrolment::Standard),
        ("blackberry", Platform::Unknown, Enrolment::Standard),
        ("unknown", Platform::Unknown, Enrolment::Standard),
    ] {
        let signals = Signals {
            device_type: Some(device_type),
            operating_system: Some("Linux"),
            model: Some("iPad"),
            managed_device_name: Some("ada_AndroidForWork_1/2/2018_3:04 PM"),
            ..NOTHING
        };
        check(signals, platform, enrolment, None);
    }
    let undocumented = Signals { device_type: Some("refrigerator"), ..NOTHING };
    check(undocumented, Platform::Unknown, Enrolment::Standard, Some(Warning::UndocumentedDeviceType));
}

#[test]
fn an_android_enterprise_device_is_told_apart_by_its_enrolment_type() {
    for (enrollment_type, enrolment) in [
        ("androidEnterpriseFullyManaged", Enrolment::FullyManaged),
        ("androidEnterpriseDedicatedDevice", Enrolment::Dedicated),
        ("androidenterprisecorporateworkprofile", Enrolment::CorporateWorkProfile),
    ] {
        let beta = Signals {
            device_type: Some("androidEnterprise"),
            device_enrollment_type: Some(enrollment_type),
            ..NOTHING
        };
        check(beta, Platform::Android, enrolment, None);
        let v1 = Signals {
            device_type: None,
            operating_system: Some("Android"),
            management_agent: Some("googleCloudDevicePolicyController"),
            ..beta
        };
        check(v1, Platform::Android, enrolment, None);
    }
    let untold = Signals { device_type: Some("androidEnterprise"), ..NOTHING };
    check(untold, Platform::Android, Enrolment::FullyManaged, Some(Warning::AmbiguousAndroidEnterprise));
}

#[test]
fn an_ambiguous_android_is_a_device_administrator_with_a_warning() {
    let android = Signals {
        operating_system: Some("Android"),
        management_agent: Some("mdm"),
        device_enrollment_type: Some("userEnrollment"),
        ..NOTHING
    };
    check(android, Platform::Android, Enrolment::DeviceAdministrator, Some(Warning::AmbiguousAndroid));
    let work_profile = Signals { managed_device_name: Some("ada_AndroidForWork_10/6/2024 11:27 PM"), ..android };
    check(work_profile, Platform::Android, Enrolment::WorkProfile, None);
    let aosp = Signals {
        management_agent: Some("intuneAosp"),
        device_enrollment_type: Some("androidAOSPUserlessDeviceEnrollment"),
        ..android
    };
    check(aosp, Platform::Android, Enrolment::AospUserless, None);
    let aosp_untold = Signals { management_agent: Some("intuneAosp"), ..android };
    check(aosp_untold, Platform::Android, Enrolment::AospUserAssociated, Some(Warning::AmbiguousAosp));
}

#[test]
fn apple_devices_are_told_apart_without_a_device_type() {
    let ios = Signals { operating_system: Some("iOS"), ..NOTHING };
    check(ios, Platform::Ios, Enrolment::Standard, None);
    let ipad = Signals { model: Some("iPad Pro (12.9\")(5th generation)"), ..ios };
    check(ipad, Platform::IpadOs, Enrolment::Standard, None);
    let by_user = Signals { device_enrollment_type: Some("appleUserEnrollment"), ..ios };
    check(by_user, Platform::Ios, Enrolment::AppleUserEnrollment, None);
    let model_only = Signals { operating_system: Some(""), model: Some("iPhone 8"), ..NOTHING };
    check(model_only, Platform::Ios, Enrolment::Standard, None);
}

#[test]
fn a_device_seen_through_exchange_or_defender_alone_is_only_monitored() {
    for agent in ["eas", "msSense"] {
        for operating_system in ["Android", "iOS", "Windows", "Linux"] {
            let signals =
                Signals { operating_system: Some(operating_system), management_agent: Some(agent), ..NOTHING };
            assert_eq!(Facts::derive(&signals).0.enrolment, Enrolment::MonitoredOnly);
            assert_eq!(Facts::derive(&signals).1, None);
        }
    }
}

#[test]
fn a_device_that_nothing_describes_is_unknown_and_says_so() {
    check(NOTHING, Platform::Unknown, Enrolment::Standard, Some(Warning::PlatformUnknown));
    let facts = Facts::derive(&NOTHING).0;
    assert_eq!((facts.ownership, facts.join, facts.os), (Ownership::Unknown, JoinState::Unknown, None));
}

#[test]
fn the_join_type_decides_and_is_inferred_only_without_one() {
    let typed = |join_type| {
        join(Signals {
            join_type: Some(join_type),
            azure_ad_registered: Some(true),
            device_enrollment_type: Some("windowsAzureADJoin"),
            ..NOTHING
        })
    };
    assert_eq!(typed("azureADJoined"), JoinState::AzureAdJoined);
    assert_eq!(typed("azureadregistered"), JoinState::AzureAdRegistered);
    assert_eq!(typed("hybridAzureADJoined"), JoinState::HybridAzureAdJoined);
    assert_eq!(typed("unknown"), JoinState::Unknown);

    let inferred = |azure_ad_registered, enrollment_type| {
        join(Signals { azure_ad_registered, device_enrollment_type: Some(enrollment_type), ..NOTHING })
    };
    assert_eq!(inferred(Some(true), "windowsAzureADJoin"), JoinState::AzureAdJoined);
    assert_eq!(inferred(Some(true), "windowsAutoEnrollment"), JoinState::HybridAzureAdJoined);
    assert_eq!(inferred(Some(true), "userEnrollment"), JoinState::AzureAdRegistered);
    assert_eq!(inferred(Some(false), "windowsAzureADJoin"), JoinState::Unknown);
    assert_eq!(inferred(None, "windowsAzureADJoin"), JoinState::AzureAdJoined);
    assert_eq!(inferred(None, "userEnrollment"), JoinState::Unknown);
}

#[test]
fn a_phone_said_to_run_8_1_runs_8_10() {
    let phone = |os_version| {
        Facts::derive(&Signals { device_type: Some("windowsPhone"), os_version: Some(os_version), ..NOTHING })
    };
    let (facts, warning) = phone("8.1");
    assert_eq!(facts.os.expect("a version").parts(), [8, 10, 0, 0]);
    assert_eq!(warning, Some(Warning::PhoneVersionSpelling));
    let (facts, warning) = phone("8.10.14219.341");
    assert_eq!(facts.os.expect("a version").parts(), [8, 10, 14219, 341]);
    assert_eq!(warning, None);
}

#[test]
fn warnings_read_well() {
    let all = [
        Warning::AmbiguousAndroid,
        Warning::AmbiguousAndroidEnterprise,
        Warning::AmbiguousAosp,
        Warning::UndocumentedDeviceType,
        Warning::PlatformUnknown,
        Warning::PhoneVersionSpelling,
    ];
    let text = all.map(|warning| warning.to_string()).join("\n");
    insta::assert_snapshot!(text);
}

fn arbitrary_word() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(prop_oneof![
        Just("android".to_owned()),
        Just("androidEnterprise".to_owned()),
        Just("iOS".to_owned()),
        Just("eas".to_owned()),
        Just("intuneAosp".to_owned()),
        Just("appleUserEnrollment".to_owned()),
        Just("windowsPhone".to_owned()),
        any::<String>(),
    ])
}

proptest! {
    #[test]
    fn whatever_is_said_the_enrolment_is_possible_on_the_platform(
        words in proptest::collection::vec(arbitrary_word(), 9),
        azure_ad_registered: Option<bool>,
    ) {
        let signals = Signals {
            device_type: words[0].as_deref(),
            operating_system: words[1].as_deref(),
            os_version: words[2].as_deref(),
            join_type: words[3].as_deref(),
            azure_ad_registered,
            management_agent: words[4].as_deref(),
            device_enrollment_type: words[5].as_deref(),
            managed_device_owner_type: words[6].as_deref(),
            managed_device_name: words[7].as_deref(),
            model: words[8].as_deref(),
        };
        let (facts, _) = Facts::derive(&signals);
        prop_assert!(facts.enrolment.possible_on(facts.platform));
    }
}
