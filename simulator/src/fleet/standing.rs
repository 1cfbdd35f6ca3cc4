//! How a device stands to its tenant: channel, enrolment, owner and join, which must not contradict each other.

use super::kind::Kind;
use super::known::{Known, Registered};
use super::people::UserHint;
use crate::random::Draw;

/// The four, and what follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing<'a> {
    /// `managementAgent`.
    pub(super) agent: &'a str,
    /// `deviceEnrollmentType`.
    pub(super) enrollment: &'a str,
    /// `managedDeviceOwnerType`.
    pub(super) owner: &'a str,
    /// `joinType`.
    pub(super) join: &'a str,
    /// `azureADRegistered`; null for a device enrolled by a device enrolment manager (observed, contrib#1391).
    pub(super) registered: Option<bool>,
    /// Macs say true (observed), Apple's mobiles when the company bought them.
    pub(super) supervised: bool,
    /// Whether somebody is its primary user.
    pub(super) has_user: bool,
    /// Apple's User Enrolment keeps serial number, IMEI and the like from the management (documented by Apple).
    pub(super) hides_hardware: bool,
}

impl<'a> Standing<'a> {
    /// What agrees with everything known of the device.
    pub(super) fn of(kind: Kind, known: &Known<'a>, draw: Draw) -> Self {
        let agent = known.agent.unwrap_or(kind.profile().agent.text());
        let userless = known.user == UserHint::Nobody;
        let watched = is_only_watched(agent);
        let enrollment = known.enrollment.unwrap_or_else(|| match agent {
            _ if watched => "unknown",
            "configurationManagerClientMdm" => "windowsCoManagement",
            _ => enrollment(kind, known, userless, draw.at("enrolment")),
        });
        let owner = known.owner.unwrap_or(if agent == "msSense" { "company" } else { owner(kind, enrollment) });
        let join = known.join.unwrap_or(if watched { "unknown" } else { join(kind, known, enrollment, owner) });
        Self {
            agent,
            enrollment,
            owner,
            join,
            registered: match known.registered {
                Registered::Said(registered) => registered,
                Registered::Unsaid if enrollment == "deviceEnrollmentManager" => None,
                Registered::Unsaid => Some(join != "unknown"),
            },
            supervised: known
                .supervised
                .unwrap_or(kind == Kind::Mac || kind.is_apple_mobile() && enrollment.starts_with("appleBulk")),
            has_user: match known.user {
                UserHint::Nobody => false,
                UserHint::Known { .. } => true,
                UserHint::Open => agent != "msSense" && kind != Kind::SurfaceHub && !is_userless(enrollment),
            },
            hides_hardware: kind.is_apple() && is_user_enrollment(enrollment),
        }
    }
}

impl Standing<'_> {
    /// Whether the directory knows it.
    pub(super) fn is_in_directory(&self) -> bool {
        self.join != "unknown" || self.registered == Some(true)
    }
}

/// Seen through Exchange or Defender and not enrolled.
pub(super) fn is_only_watched(agent: &str) -> bool {
    matches!(agent, "eas" | "msSense")
}

/// Enrolments nobody signs in to.
fn is_userless(enrollment: &str) -> bool {
    matches!(
        enrollment,
        "appleBulkWithoutUser"
            | "windowsBulkUserless"
            | "androidEnterpriseDedicatedDevice"
            | "androidAOSPUserlessDeviceEnrollment"
    )
}

/// Apple's User Enrolment in its several spellings, those outside the schema included (observed, sdk-php#1605).
fn is_user_enrollment(enrollment: &str) -> bool {
    matches!(
        enrollment,
        "appleUserEnrollment"
            | "appleUserEnrollmentWithServiceAccount"
            | "appleAccountDrivenUserEnrollment"
            | "appleACMEBasicBYOD"
    )
}

fn enrollment(kind: Kind, known: &Known<'_>, userless: bool, draw: Draw) -> &'static str {
    match kind {
        Kind::AndroidAdministrator | Kind::AndroidWorkProfile | Kind::Linux => "userEnrollment",
        Kind::AndroidEnterprise if userless => "androidEnterpriseDedicatedDevice",
        Kind::AndroidEnterprise => "androidEnterpriseFullyManaged",
        Kind::AndroidAosp if userless => "androidAOSPUserlessDeviceEnrollment",
        Kind::AndroidAosp => "androidAOSPUserOwnedDeviceEnrollment",
        Kind::ChromeOs | Kind::Other => "unknown",
        _ if kind.is_apple() => match known.owner {
            _ if userless || kind == Kind::AppleTv => "appleBulkWithoutUser",
            Some("personal") => "userEnrollment",
            Some("company") => "appleBulkWithUser",
            _ if known.supervised == Some(true) && kind != Kind::Mac => "appleBulkWithUser",
            _ if draw.chance(600) => "appleBulkWithUser",
            _ => "userEnrollment",
        },
        _ => match (known.join, known.owner) {
            (Some("azureADJoined"), _) => "windowsAzureADJoin",
            (Some("hybridAzureADJoined"), _) => "windowsAutoEnrollment",
            (Some(_), _) | (None, Some("personal")) => "userEnrollment",
            _ if kind.is_windows_phone() => "userEnrollment",
            _ if userless => "windowsBulkAzureDomainJoin",
            _ => "windowsAzureADJoin",
        },
    }
}

fn owner(kind: Kind, enrollment: &str) -> &'static str {
    if is_user_enrollment(enrollment) || enrollment == "userEnrollment" {
        "personal"
    } else if enrollment == "unknown" && kind != Kind::ChromeOs {
        "unknown"
    } else {
        "company"
    }
}

fn join(kind: Kind, known: &Known<'_>, enrollment: &str, owner: &str) -> &'static str {
    match enrollment {
        "windowsAutoEnrollment" | "windowsCoManagement" => return "hybridAzureADJoined",
        "deviceEnrollmentManager" if known.registered != Registered::Said(Some(true)) => {
            return "unknown";
        }
        _ if enrollment.starts_with("windowsAzureADJoin")
            || enrollment.starts_with("azureAdJoin")
            || enrollment == "windowsBulkAzureDomainJoin" =>
        {
            return "azureADJoined";
        }
        _ => {}
    }
    match known.registered {
        Registered::Said(Some(true)) if kind.is_windows() && owner == "company" => "azureADJoined",
        Registered::Said(Some(true)) => "azureADRegistered",
        Registered::Said(_) => "unknown",
        Registered::Unsaid if matches!(kind, Kind::Linux | Kind::ChromeOs | Kind::AppleTv | Kind::Other) => "unknown",
        Registered::Unsaid if is_userless(enrollment) => "unknown",
        Registered::Unsaid => "azureADRegistered",
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;
    use crate::fleet::{
        kind::Kind,
        known::{Known, NOTHING, Registered},
        people::UserHint,
    };
    use crate::random::Draw;

    fn standing<'a>(kind: Kind, known: &Known<'a>) -> Standing<'a> {
        Standing::of(kind, known, Draw::from_seed(1))
    }

    #[test]
    fn join_and_enrolment_of_windows_explain_each_other() {
        for (join, enrollment) in [
            ("azureADJoined", "windowsAzureADJoin"),
            ("hybridAzureADJoined", "windowsAutoEnrollment"),
            ("azureADRegistered", "userEnrollment"),
        ] {
            let by_join = standing(Kind::Windows, &Known { join: Some(join), ..NOTHING });
            let by_enrollment = standing(Kind::Windows, &Known { enrollment: Some(enrollment), ..NOTHING });
            assert_eq!(by_join, by_enrollment);
            assert_eq!(by_join.registered, Some(true));
        }
    }

    #[test]
    fn an_unjoined_phone_is_not_registered() {
        let phone = standing(Kind::WindowsPhone, &Known { registered: Registered::Said(Some(false)), ..NOTHING });
        assert_eq!((phone.join, phone.enrollment, phone.registered), ("unknown", "userEnrollment", Some(false)));
    }

    #[test]
    fn a_device_without_user_was_enrolled_without_one() {
        let nobody = Known { user: UserHint::Nobody, ..NOTHING };
        assert_eq!(standing(Kind::IPad, &nobody).enrollment, "appleBulkWithoutUser");
        assert_eq!(standing(Kind::AndroidEnterprise, &nobody).enrollment, "androidEnterpriseDedicatedDevice");
        let dedicated = Known { enrollment: Some("androidEnterpriseDedicatedDevice"), ..NOTHING };
        assert!(!standing(Kind::AndroidEnterprise, &dedicated).has_user);
    }

    #[test]
    fn what_defender_or_exchange_alone_see_is_not_enrolled() {
        for agent in ["msSense", "eas"] {
            let standing = standing(Kind::Windows, &Known { agent: Some(agent), ..NOTHING });
            assert_eq!((standing.enrollment, standing.join, standing.registered), ("unknown", "unknown", Some(false)));
        }
    }
}
