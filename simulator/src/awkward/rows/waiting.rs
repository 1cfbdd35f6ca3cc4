//! 27 to 32: being told to wait, in every dress.

use super::super::Knob::{Fault, Quirk, Throttle};
use super::super::{Ask, Row, get, row, with};

const LIST: Ask = get("{devices}?$top=1&$select=deviceName");

pub(super) static ROWS: &[Row] = &[
    row(
        27,
        "504 is not tried again",
        "sdk-dotnet#476, msgraph-sdk-design PR#2",
        &[with(
            &[Fault(r#""match":{"method":"GET"},"times":1,"act":{"status":{"code":504,"body":"emptyMessage"}}"#)],
            &[LIST, LIST],
            "504 without `Retry-After`, then the list.",
        )],
    ),
    row(
        28,
        "no `Retry-After`: a crash, or a tight loop",
        "IntuneCD#217, learn Q&A 5784629, IntuneWin32App#203",
        &[
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":429,"body":"throttledIntune"}}"#,
                )],
                &[LIST, LIST],
                "429 without `Retry-After`, then the list.",
            ),
            with(
                &[Quirk("retry-after", "absent", "integer"), Throttle("0.0001")],
                &[LIST, LIST],
                "the list; then a budget is used up.",
            ),
        ],
    ),
    row(
        29,
        "a decimal `Retry-After`",
        "docs#3877, concepts/throttling.md",
        &[
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":429,"retryAfter":"2.128","body":"throttled"}}"#,
                )],
                &[LIST],
                "`Retry-After: 2.128`.",
            ),
            with(
                &[Quirk("retry-after", "decimal", "integer"), Throttle("0.0001")],
                &[LIST, LIST],
                "the list; then the true wait, with three decimals.",
            ),
        ],
    ),
    row(
        30,
        "`Retry-After` is 1 for ever, or a date",
        "sdk-javascript#297, rocketride PR#2057",
        &[
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"act":{"status":{"code":429,"retryAfter":1}}"#)],
                &[LIST, Ask::Advance("PT1S"), LIST, Ask::Advance("PT1S"), LIST],
                "`Retry-After: 1`, however long one waits.",
            ),
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":429,"retryAfter":{"date":"imf","in":"PT2S"}}}"#,
                )],
                &[LIST],
                "a date of HTTP, two seconds ahead.",
            ),
        ],
    ),
    row(
        31,
        "throttling as a 500",
        "graph2otel (2026-07-27)",
        &[
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":500,"body":"queryBroker"}}"#,
                )],
                &[LIST],
                "500 that tells of a query broker, without `Retry-After`.",
            ),
            with(
                &[Quirk("throttle-answer", "query-broker", "short"), Throttle("0.0001")],
                &[LIST, LIST],
                "the list; then the same 500, because a budget is used up.",
            ),
        ],
    ),
    row(
        32,
        "overload as a 400",
        "docs#8188",
        &[with(
            &[Fault(
                r#""match":{"operation":"listDevices"},"times":1,"act":{"status":{"code":400,"body":"overload"}}"#,
            )],
            &[LIST, LIST],
            "400, then the list. That it happens was observed; its words are assumed.",
        )],
    ),
];
