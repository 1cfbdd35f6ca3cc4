//! 1 to 11: pages and their links.

use super::super::Knob::{Fault, Flags, Quirk};
use super::super::{Ask, Row, get, normal, row, with};

const LIST: &[Ask] = &[Ask::Walk("{devices}?$top=20&$select=deviceName")];

pub(super) static ROWS: &[Row] = &[
    row(
        1,
        "a first page is taken for the inventory",
        "PIS#2, #30, #49, #87, IPS#78, packetfence PR#6135",
        &[with(
            &[Quirk("page-size", "10", "1000")],
            &[get("{devices}?$select=deviceName")],
            "ten devices and an `@odata.nextLink`. The service's own page has a thousand: `simtune serve --fleet 2500` \
             does the same at full size.",
        )],
    ),
    row(
        2,
        "a link left over from the last run is followed again",
        "PIS#30",
        &[
            normal(
                &[Ask::Walk("{devices}?$top=40&$select=deviceName")],
                "the last page has no `@odata.nextLink` at all: whoever keeps the variable keeps the old link.",
            ),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"act":{"page":{"kind":"nullLink"}}"#)],
                &[Ask::Walk("{devices}?$top=40&$select=deviceName")],
                "the last page has a link that is `null`.",
            ),
        ],
    ),
    row(
        3,
        "a walk never ends",
        "sdk-dotnet#2108, #54, docs#6754 = contrib#6059, docs#4897 = contrib#7004, sdk-javascript#1656, \
         docs#21096 = contrib#1239, contrib#5311",
        &[with(
            &[Fault(r#""match":{"operation":"listDevices","page":2},"act":{"page":{"kind":"loop"}}"#)],
            LIST,
            "page two leads to page two, again and again.",
        )],
    ),
    row(
        4,
        "an empty page is taken for the last one",
        "beta-sdk-dotnet#681",
        &[
            with(
                &[Quirk("skip", "empty-with-link", "honour")],
                &[get("{devices}?$skip=1&$top=2&$select=deviceName")],
                "`$skip` gives no device, and a link.",
            ),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"times":1,"act":{"page":{"kind":"empty"}}"#)],
                &[Ask::Walk("{devices}?$top=40&$select=deviceName")],
                "a first page without devices; the link behind it leads on.",
            ),
        ],
    ),
    row(
        5,
        "a link is escaped, or taken apart and put together again",
        "WindowsAutopilotInfo#11, graph-explorer-v4#1178, sdk-dotnet#1184",
        &[
            normal(
                &[get("{devices}?$top=1&$select=deviceName"), get("{devices}%3F%24skiptoken=x")],
                "a `$skiptoken` with escaped reserved characters, `%3d`, `%27`, `%2c`; and what becomes of a client \
                 that escapes `?` and `$`: 400, `Resource not found for the segment 'managedDevices?$skiptoken=x'`.",
            ),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"act":{"page":{"kind":"escapedLink"}}"#)],
                &[get("{devices}?$top=1&$select=deviceName")],
                "a link with `%24skiptoken`.",
            ),
        ],
    ),
    row(
        6,
        "a link is cut by the length of the base URL",
        "sdk-php PR#488",
        &[with(
            &[Flags("--next-link graph")],
            &[get("{devices}?$top=1&$select=deviceName")],
            "a link that starts with `https://graph.microsoft.com`, which is longer than the address that was asked.",
        )],
    ),
    row(
        7,
        "a link without host is sent nowhere, or without the token",
        "vercel-labs/emulate PR#24",
        &[
            with(
                &[Flags("--next-link relative")],
                &[get("{devices}?$top=1&$select=deviceName")],
                "every link begins with the path. The default is the address the client used, `graph` the real Graph's.",
            ),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"act":{"page":{"kind":"relativeLink"}}"#)],
                &[get("{devices}?$top=1&$select=deviceName")],
                "the same, while it runs.",
            ),
        ],
    ),
    row(
        8,
        "the token goes to whatever host a link names",
        "galaxie-toolbox#1068, sim PR#5442",
        &[
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"act":{"page":{"kind":"otherHost"}}"#)],
                LIST,
                "a link to `localhost` in the place of `127.0.0.1`. The journal has `host` and `authorization` of every \
                 request.",
            ),
            with(
                &[Fault(r#""match":{"operation":"listDevices"},"act":{"page":{"kind":"foreignLink"}}"#)],
                &[get("{devices}?$top=1&$select=deviceName")],
                "a link to a host that is nobody's.",
            ),
        ],
    ),
    row(
        9,
        "a walk ends early and nobody notices",
        "sdk-powershell#1819, docs#21658, #21659, graph2otel",
        &[with(
            &[Fault(r#""match":{"operation":"listDevices","page":2},"act":{"page":{"kind":"noLink"}}"#)],
            LIST,
            "page two has no link, although `@odata.count` on page one said there is more.",
        )],
    ),
    row(
        10,
        "a page fails and a part is taken for the whole",
        "sdk-powershell#2534, IPS#146, #56, #21",
        &[with(
            &[Fault(r#""match":{"operation":"listDevices","page":2},"act":{"status":{"code":503,"body":"timedOut"}}"#)],
            LIST,
            "page two is a 503.",
        )],
    ),
    row(
        11,
        "the token expires in the middle of a walk",
        "sdk-powershell#451, M365Documentation#80, #58, AzADServicePrincipalInsights#11, wazuh PR#30377",
        &[
            with(
                &[Fault(
                    r#""match":{"operation":"listDevices","page":2},"times":1,"act":{"token":{"defect":"expired"}}"#,
                )],
                LIST,
                "page two is a 401 for an expired token; asked again with a new one, it comes.",
            ),
            with(
                &[Fault(r#""match":{"operation":"token"},"act":{"token":{"defect":"short"}}"#)],
                &[Ask::SignIn, Ask::Advance("PT10S"), get("{devices}?$top=1&$select=deviceName")],
                "the same for real: every token lives five seconds.",
            ),
        ],
    ),
];
