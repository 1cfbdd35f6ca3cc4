//! 42 to 46: values that do not fit.

use super::super::Knob::{Device, Fault};
use super::super::{Ask, Row, get, normal, row, with};

const DATES: Ask = get("{devices}/{id:iPhone-1}?$select=lastSyncDateTime,managementCertificateExpirationDate");
const STORAGE: Ask = get("{devices}/{id:iPhone-1}?$select=totalStorageSpaceInBytes,freeStorageSpaceInBytes");

pub(super) static ROWS: &[Row] = &[
    row(
        42,
        "dates of the year 1",
        "DeviceOffboardingManager#31, powerapps-tools#427, graph2otel",
        &[
            normal(
                &[get("{devices}/{id:iPhone-1}?$select=easActivationDateTime")],
                "`0001-01-01T00:00:00Z` for what never happened.",
            ),
            with(
                &[Device("iPhone-1", r#"{"lastSyncDateTime":"0001-01-01T00:00:00Z"}"#)],
                &[DATES],
                "the same where a date is expected.",
            ),
            with(
                &[Fault(r#""match":{"method":"GET"},"act":{"body":{"kind":"zeroDates"}}"#)],
                &[DATES],
                "all dates at once.",
            ),
        ],
    ),
    row(
        43,
        "dates of the year 9999, with seven digits",
        "rapid7 (sample), demisto (README), graph2otel#193",
        &[
            normal(
                &[
                    get("{devices}/{id:iPhone-1}?$select=enrolledDateTime"),
                    get("{devices}?$select=enrolledDateTime&$filter=deviceName%20eq%20'iPhone-1'"),
                ],
                "seven digits on a single device, whole seconds in a list.",
            ),
            with(
                &[Device("iPhone-1", r#"{"managementCertificateExpirationDate":"9999-12-31T23:59:59.9999999Z"}"#)],
                &[DATES],
                "the last instant there is.",
            ),
            with(
                &[Fault(r#""match":{"method":"GET"},"act":{"body":{"kind":"lastDates"}}"#)],
                &[DATES],
                "all dates at once.",
            ),
        ],
    ),
    row(
        44,
        "storage below zero, or beyond 32 bits",
        "demisto (README), IntuneManagement#112",
        &[
            normal(&[STORAGE], "more bytes than an Int32 counts."),
            with(
                &[Device("iPhone-1", r#"{"totalStorageSpaceInBytes":-1,"freeStorageSpaceInBytes":-2147483649}"#)],
                &[STORAGE],
                "fewer than none.",
            ),
        ],
    ),
    row(
        45,
        "a truth that is a text, and one that is null",
        "contrib#1391, and the samples of the documents",
        &[
            normal(
                &[get("{devices}?$select=jailBroken,azureADRegistered&$filter=deviceName%20eq%20'iPad%20(3)'")],
                "`jailBroken` is `\"False\"`, `azureADRegistered` null.",
            ),
            with(
                &[Device("iPhone-1", r#"{"jailBroken":"Unknown","azureADRegistered":null}"#)],
                &[get("{devices}/{id:iPhone-1}?$select=jailBroken,azureADRegistered")],
                "any device can be like that.",
            ),
        ],
    ),
    row(
        46,
        "an empty text, null, and nothing at all",
        "graph2otel (list fixture), rapid7 PR#553",
        &[
            normal(
                &[get("{devices}?$select=userPrincipalName,iccid&$filter=deviceName%20eq%20'iPad-shared'")],
                "`\"userPrincipalName\":\"\"` beside `\"iccid\":null`.",
            ),
            with(
                &[Fault(r#""match":{"method":"GET"},"act":{"body":{"kind":"missingMembers"}}"#)],
                &[get("{devices}?$select=userPrincipalName,iccid&$filter=deviceName%20eq%20'iPad-shared'")],
                "members that are null are absent.",
            ),
        ],
    ),
];
