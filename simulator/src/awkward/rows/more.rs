//! 50 to 55: the rest.

use super::super::Knob::{Device, Fault, NewDevice, Quirk};
use super::super::{Ask, Row, get, normal, patch, post, row, with};

pub(super) static ROWS: &[Row] = &[
    row(
        50,
        "`$count` is refused, is a text, or is wrong",
        "graph2otel, beta-sdk-dotnet#681",
        &[
            with(&[Quirk("count-segment-v1", "refuse", "honour")], &[get("{devices}/$count")], "400 on v1.0."),
            normal(&[get("{beta}/deviceManagement/managedDevices/$count")], "a number as `text/plain` on beta."),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"act":{"page":{"kind":"wrongCount"}}"#)],
                &[get("{devices}?$top=1&$select=deviceName")],
                "an `@odata.count` that is off by seven.",
            ),
        ],
    ),
    row(
        51,
        "a property that looks as if it could be written cannot",
        "contrib#4791, #4157, #4603, docs#18036",
        &[normal(
            &[
                patch("{devices}/{id:iPhone-1}", r#"{"deviceName":"Renamed"}"#),
                get("{devices}/{id:iPhone-1}?$select=deviceName"),
            ],
            "400, and the old name.",
        )],
    ),
    row(
        52,
        "records of one device that was enrolled again and again",
        "microsoft/zerotrustassessment#567",
        &[with(
            &[
                NewDevice(
                    r#"{"deviceName":"iPhone-1","deviceType":"iPhone","osVersion":"15.1","lastSyncDateTime":"2024-01-01T00:00:00Z","serialNumber":"SIM-TWICE"}"#,
                ),
                NewDevice(
                    r#"{"deviceName":"iPhone-1","deviceType":"iPhone","osVersion":"16.2","lastSyncDateTime":"2025-01-01T00:00:00Z","serialNumber":"SIM-TWICE"}"#,
                ),
            ],
            &[get("{devices}?$select=deviceName,lastSyncDateTime&$filter=deviceName%20eq%20'iPhone-1'")],
            "three records of one name. `lastSyncDateTime` tells which of them is real.",
        )],
    ),
    row(
        53,
        "names beyond ASCII, quotes inside a model",
        "public captures, graph2otel",
        &[
            normal(
                &[
                    get("{devices}?$select=deviceName&$filter=startswith(deviceName,'Sam')"),
                    get("{devices}?$select=model&$filter=deviceName%20eq%20'iPad-quote'"),
                ],
                "`Sam’s iPhone` with a typographic apostrophe, and a model that has an escaped quote.",
            ),
            with(
                &[Device("iPhone-1", r#"{"deviceName":"Zoë “7” 電話 📱"}"#)],
                &[get("{devices}?$select=deviceName&$filter=startswith(deviceName,'Zo')")],
                "any name that you like.",
            ),
        ],
    ),
    row(
        54,
        "accepted, and nothing happens",
        "docs#12964, #12965, IDOCS#1350",
        &[
            with(
                &[Device("iPhone-1", r#"{"physical":{"outcome":"never"}}"#)],
                &[
                    post("{devices}/{id:iPhone-1}/resetPasscode"),
                    Ask::Advance("PT30M"),
                    get("{devices}/{id:iPhone-1}?$select=deviceActionResults"),
                ],
                "204, and `pending` for ever.",
            ),
            with(
                &[Fault(r#""match":{"operation":"resetPasscode"},"apply":"not","act":{"body":{"kind":"asIs"}}"#)],
                &[
                    post("{devices}/{id:iPhone-1}/resetPasscode"),
                    Ask::Advance("PT30M"),
                    get("{devices}/{id:iPhone-1}?$select=deviceActionResults"),
                ],
                "204, and no trace.",
            ),
        ],
    ),
    row(
        55,
        "a secret's id in the place of the secret",
        "sap-automation#418, agents-toolkit#8621",
        &[
            normal(
                &[Ask::SignInWith("5c6cbd4d-31b5-4e3f-9a0c-6d2f1f6e9d11")],
                "401 `AADSTS7000215`, whose sentence speaks of secret ids.",
            ),
            with(
                &[Fault(r#""match":{"operation":"token"},"act":{"status":{"code":401,"body":"entraSecret"}}"#)],
                &[Ask::SignIn],
                "the same, with the right secret.",
            ),
        ],
    ),
];
