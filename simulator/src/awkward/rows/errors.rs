//! 33 to 41: errors that are hard to recognize.

use super::super::Knob::{Fault, Quirk};
use super::super::{Ask, Row, get, normal, patch, post, post_json, row, with};

const LIST: Ask = get("{devices}?$top=1&$select=deviceName");
const ONE: Ask = get("{devices}/{id:iPhone-1}?$select=deviceName");
const BATCH: Ask = post_json(
    "{graph}/$batch",
    r#"{"requests":[{"id":"1","method":"GET","url":"/deviceManagement/managedDevices?$top=1&$select=deviceName"},{"id":"2","method":"GET","url":"/deviceManagement/nothing"},{"id":"3","method":"GET","url":"/users?$top=1&$select=id"}]}"#,
);

pub(super) static ROWS: &[Row] = &[
    row(
        33,
        "a batch that succeeds hides what failed in it",
        "contrib#8883, sdk-dotnet#1759, sdk-dotnet-core#621, docs#4366, docs#12951 = contrib#3435, sdk-dotnet#2661",
        &[
            normal(&[BATCH], "200, and a 400 inside."),
            with(
                &[Quirk("batch-order", "reversed", "request")],
                &[BATCH],
                "the answers in another order than the requests: only `id` says which is which.",
            ),
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":429,"retryAfter":1,"body":"throttled"}}"#,
                )],
                &[BATCH, BATCH],
                "200 with a 429 inside, whose `Retry-After` is among the headers of that one answer. Only that request \
                 has to be sent again.",
            ),
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":503,"body":"html"}}"#,
                )],
                &[BATCH],
                "200 with a page of HTML inside.",
            ),
        ],
    ),
    row(
        34,
        "HTML in place of JSON",
        "onedrive-api-docs#697, graph-explorer-v4#4022",
        &[
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":503,"body":"html"}}"#,
                )],
                &[LIST],
                "503 with the page of a web server.",
            ),
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":403,"body":"htmlEdge"}}"#,
                )],
                &[LIST],
                "403 with the page of an edge.",
            ),
        ],
    ),
    row(
        35,
        "an error without a word, 200 without a body, 200 with broken JSON",
        "docs#2505, graph2otel, graph-explorer-v4#3091",
        &[
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":504,"body":"emptyMessage"}}"#,
                )],
                &[LIST],
                "an envelope that says nothing.",
            ),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"times":1,"act":{"body":{"kind":"empty"}}"#)],
                &[LIST],
                "200, `application/json`, and no byte.",
            ),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"times":1,"act":{"body":{"kind":"invalidJson"}}"#)],
                &[LIST],
                "200 with a comma too many.",
            ),
        ],
    ),
    row(
        36,
        "a 401 that means forbidden, or no Intune",
        "graph-explorer-v4#706, msal-js#7007, #7011, #1261, docs#11070",
        &[with(
            &[Fault(r#""match":{"path":"/*/deviceManagement/*"},"act":{"status":{"code":401,"body":"noIntune"}}"#)],
            &[LIST],
            "401 `UnknownError`. A user without a licence meets it every day: [sign-in.md](sign-in.md).",
        )],
    ),
    row(
        37,
        "a client fetches token after token because of that 401",
        "what follows from 36",
        &[with(
            &[Fault(r#""match":{"path":"/*/deviceManagement/*"},"act":{"status":{"code":401,"body":"noIntune"}}"#)],
            &[LIST, Ask::SignIn, LIST],
            "401 with the token at hand, and with a new one.",
        )],
    ),
    row(
        38,
        "a sentence in the place of a code",
        "docs#7073, contrib#2323, sdk-powershell#2497",
        &[
            with(
                &[Fault(r#""match":{"operation":"getDevice"},"act":{"status":{"code":400,"body":"sentenceAsCode"}}"#)],
                &[ONE],
                "a `code` with blanks in it.",
            ),
            with(
                &[Quirk("count-segment-v1", "refuse", "honour")],
                &[get("{devices}/$count")],
                "the code `No method match route template`.",
            ),
        ],
    ),
    row(
        39,
        "a 400 that does not say that the platform lacks the action",
        "docs#10007, contrib#3433, contrib#5404, IPS#61",
        &[
            with(
                &[Quirk("unsupported-action", "refuse", "accept")],
                &[post("{devices}/{id:MacBook-1}/resetPasscode")],
                "400 `BadRequest` with nothing but ids in its message.",
            ),
            with(
                &[Fault(r#""match":{"operation":"resetPasscode"},"act":{"status":{"code":400,"body":"unsupported"}}"#)],
                &[post("{devices}/{id:iPhone-1}/resetPasscode")],
                "the same for a device that could.",
            ),
        ],
    ),
    row(
        40,
        "a client's mistake called InternalError",
        "PIS#210, contrib#3797, IPS#107",
        &[
            normal(
                &[patch("{devices}/{id:iPhone-1}", r#"{"serialNumber":"1"}"#)],
                "400 `InternalError`, for a property that cannot be written.",
            ),
            with(
                &[Fault(
                    r#""match":{"operation":"updateDevice"},"act":{"status":{"code":400,"body":"internalError"}}"#,
                )],
                &[patch("{devices}/{id:iPhone-1}", r#"{"notes":"seen"}"#)],
                "the same, for one that can.",
            ),
        ],
    ),
    row(
        41,
        "JSON in a text in JSON, escaped more or less often",
        "contrib#3433, IPS#146",
        &[
            normal(&[post("{devices}/{id:MacBook-1}/resetPasscode")], "a `message` that is JSON itself: escaped once."),
            with(
                &[Fault(r#""match":{"method":"GET"},"act":{"status":{"code":504,"body":"nestedTwice"}}"#)],
                &[LIST],
                "a `message` that is JSON whose `Message` is JSON: escaped twice.",
            ),
        ],
    ),
];
