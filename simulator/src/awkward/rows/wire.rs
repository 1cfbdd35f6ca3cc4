//! 47 to 49: connections, redirects, compression.

use super::super::Knob::Fault;
use super::super::{Ask, Row, get, normal, row, with};

const LIST: Ask = get("{devices}?$top=1&$select=deviceName");

pub(super) static ROWS: &[Row] = &[
    row(
        47,
        "a connection that was kept is gone, or is reset inside a body",
        "sdk-java#313, #553, #2654, sdk-javascript#455",
        &[
            with(
                &[Fault(r#""match":{"nth":1},"act":{"close":{}}"#)],
                &[Ask::Together("{devices}?$top=1&$select=deviceName", "{devices}?$top=2&$select=deviceName")],
                "the connection ends behind the first answer, which does not say so. curl opens another one; a pool of \
                 connections may not.",
            ),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"times":1,"act":{"reset":{"at":"body"}}"#)],
                &[LIST],
                "half an answer, and a reset.",
            ),
        ],
    ),
    row(
        48,
        "a redirect without Location, with a relative one, or to another host",
        "sdk-powershell#2163, abraunegg/onedrive#3167, sdk-dotnet-core#214, kiota-http-go#97",
        &[
            with(
                &[Fault(r#""match":{"method":"GET"},"times":1,"act":{"redirect":{"code":302}}"#)],
                &[LIST],
                "302, and no `Location`.",
            ),
            with(
                &[Fault(r#""match":{"method":"GET"},"times":1,"act":{"redirect":{"code":308,"location":"relative"}}"#)],
                &[LIST],
                "308 to a path.",
            ),
            with(
                &[Fault(
                    r#""match":{"method":"GET"},"times":1,"act":{"redirect":{"code":302,"location":"otherHost"}}"#,
                )],
                &[LIST],
                "302 to another name of this simulator; the journal shows whether the token went along.",
            ),
        ],
    ),
    row(
        49,
        "gzip undone twice, or not at all; compressed errors",
        "sdk-dotnet#2205, #482, #2545, sdk-go-core#44",
        &[
            normal(
                &[Ask::Send("GET", "{graph}/nothing", &["Accept-Encoding: gzip"], None)],
                "a 400 whose body is gzip, because the client takes it.",
            ),
            with(
                &[Fault(r#""match":{"method":"GET"},"times":1,"act":{"body":{"kind":"gzipUnannounced"}}"#)],
                &[LIST],
                "gzip that no header announces.",
            ),
            with(
                &[Fault(r#""match":{"method":"GET"},"times":1,"act":{"body":{"kind":"gzipTwice"}}"#)],
                &[Ask::Send("GET", "{devices}?$top=1&$select=deviceName", &["Accept-Encoding: gzip"], None)],
                "gzip in gzip, announced once.",
            ),
        ],
    ),
];
