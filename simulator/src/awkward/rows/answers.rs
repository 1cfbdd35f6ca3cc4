//! 19 to 26: what actions answer, and enumerations that are none.

use super::super::Knob::{Fault, Quirk};
use super::super::{Ask, Row, get, normal, post, row, with};

const RESET: Ask = post("{devices}/{id:iPhone-1}/resetPasscode");

pub(super) static ROWS: &[Row] = &[
    row(
        19,
        "the passcode is looked for in the answer to the POST",
        "CIPP (Invoke-ExecDevicePasscodeAction.ps1), PIS#13",
        &[normal(
            &[
                post("{devices}/{id:Android-6}/resetPasscode"),
                Ask::Advance("PT1M"),
                get("{devices}/{id:Android-6}?$select=deviceActionResults"),
            ],
            "204 without a body. The passcode is in `deviceActionResults` once the device has obeyed.",
        )],
    ),
    row(
        20,
        "the name of an action is made up",
        "CIPP PR#5264",
        &[normal(
            &[post("{devices}/{id:iPhone-1}/removeDevicePasscode")],
            "400, `Resource not found for the segment 'removeDevicePasscode'`.",
        )],
    ),
    row(
        21,
        "an unknown member of an enumeration ends the reader",
        "sdk-dotnet#2735, sdk-php#1635, #1605, sdk-python#443, davidmoten/odata-client PR#299, kiota#1978",
        &[
            with(
                &[Quirk("unknown-enum-members", "emit", "prefer")],
                &[get("{devices}/{id:AOSP-user}?$select=managementAgent,deviceEnrollmentType")],
                "`intuneAosp`, which the schema of v1.0 lacks.",
            ),
            with(
                &[Fault(r#""match":{"method":"GET"},"act":{"body":{"kind":"unknownEnums"}}"#)],
                &[get("{devices}/{id:iPhone-1}?$select=managementAgent")],
                "a member that no schema has.",
            ),
        ],
    ),
    row(
        22,
        "null where an enumeration must not be",
        "beta-sdk-dotnet#293",
        &[with(
            &[Fault(r#""match":{"method":"GET"},"act":{"body":{"kind":"nullEnums"}}"#)],
            &[get("{devices}/{id:iPhone-1}?$select=managementAgent")],
            "`\"managementAgent\":null`.",
        )],
    ),
    row(
        23,
        "a number in quotes as a member of an enumeration, and the first member for what does not apply",
        "graph2otel (hardware fixture)",
        &[
            with(
                &[Fault(r#""match":{"method":"GET"},"act":{"body":{"kind":"numericEnums"}}"#)],
                &[get("{devices}/{id:iPhone-1}?$select=managementAgent")],
                "a number in the place of `mdm`.",
            ),
            normal(
                &[get("{beta}/deviceManagement/managedDevices/{id:Android-6}?$select=hardwareInformation")],
                "an Android that says `meetHardwareRequirements` of Windows' Device Guard.",
            ),
        ],
    ),
    row(
        24,
        "a 204 is read as JSON",
        "abraunegg/onedrive PR#3620, duplicati PR#6566, graph-rs-sdk#364, sdk-python#448, ms-365-mcp PR#94, contrib#8616",
        &[
            normal(&[RESET], "204 with neither body nor `Content-Length`."),
            with(
                &[Fault(
                    r#""match":{"operation":"resetPasscode"},"apply":"after","act":{"body":{"kind":"lengthAnnounced"}}"#,
                )],
                &[RESET],
                "204 with `Content-Length: 0`.",
            ),
        ],
    ),
    row(
        25,
        "a lost answer is asked for again, and the action done twice",
        "rocketride PR#2057, notapkgtool PR#97, sim PR#6041",
        &[with(
            &[Fault(
                r#""match":{"operation":"resetPasscode"},"times":1,"apply":"after","act":{"reset":{"at":"start"}}"#,
            )],
            &[RESET, RESET, get("{beta}/deviceManagement/remoteActionAudits?$select=action")],
            "the connection is reset (curl: 56), the second try is a 204, and there are two audits.",
        )],
    ),
    row(
        26,
        "a repeated POST loses its Content-Type",
        "sdk-dotnet#435",
        &[with(
            &[
                Fault(
                    r#""match":{"method":"POST","path":"/*/deviceManagement/*"},"times":1,"act":{"status":{"code":429,"retryAfter":1,"body":"throttled"}}"#,
                ),
                Quirk("missing-content-type", "415", "accept"),
            ],
            &[
                Ask::Send(
                    "POST",
                    "{devices}/{id:iPhone-1}/wipe",
                    &["Content-Type: application/json"],
                    Some(r#"{"keepEnrollmentData":false}"#),
                ),
                Ask::Send(
                    "POST",
                    "{devices}/{id:iPhone-1}/wipe",
                    &["Content-Type:"],
                    Some(r#"{"keepEnrollmentData":false}"#),
                ),
            ],
            "429 at first. The same again without its Content-Type is a 415.",
        )],
    ),
];
