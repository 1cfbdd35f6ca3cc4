//! What broke real clients, and the fault that does it again.

/// One breakage.
#[derive(Debug, Clone, Copy)]
pub struct Breakage {
    /// What went wrong.
    pub what: &'static str,
    /// Who met it.
    pub source: &'static str,
    /// `match`, `apply` and whatever else a rule has beside its id and its act, as JSON members.
    pub rule: &'static str,
    /// The act, as JSON.
    pub act: &'static str,
}

macro_rules! gallery {
    ($( $what:literal, $source:literal, $rule:literal => $act:literal; )*) => {
        /// Every breakage that a fault imitates.
        pub static GALLERY: &[Breakage] =
            &[ $( Breakage { what: $what, source: $source, rule: $rule, act: $act }, )* ];
    };
}

gallery! {
    "a link left over from the last page is followed again", "PIS#30",
        r#""match":{"operation":"listDevices"}"# => r#"{"page":{"kind":"nullLink"}}"#;
    "a walk never ends", "sdk-dotnet#2108, #54, docs#6754, #4897, sdk-javascript#1656, docs#21096, contrib#5311",
        r#""match":{"operation":"listDevices","page":2}"# => r#"{"page":{"kind":"loop"}}"#;
    "an empty page is taken for the last one", "beta-sdk-dotnet#681",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"page":{"kind":"empty"}}"#;
    "a link is escaped or taken apart by the client", "WindowsAutopilotInfo#11, graph-explorer-v4#1178, sdk-dotnet#1184",
        r#""match":{"operation":"listDevices"}"# => r#"{"page":{"kind":"escapedLink"}}"#;
    "a link without host is sent nowhere, or without the token", "vercel-labs/emulate PR#24",
        r#""match":{"operation":"listDevices"}"# => r#"{"page":{"kind":"relativeLink"}}"#;
    "the token goes to whatever host a link names", "galaxie-toolbox#1068, sim PR#5442",
        r#""match":{"operation":"listDevices"}"# => r#"{"page":{"kind":"otherHost"}}"#;
    "a walk ends early and nobody notices", "sdk-powershell#1819, docs#21658, #21659, graph2otel",
        r#""match":{"operation":"listDevices","page":2}"# => r#"{"page":{"kind":"noLink"}}"#;
    "a page fails and a part is taken for the whole", "sdk-powershell#2534, IPS#146, #56, #21",
        r#""match":{"operation":"listDevices","page":2}"# => r#"{"status":{"code":503,"body":"timedOut"}}"#;
    "the token expires in the middle of a walk", "sdk-powershell#451, M365Documentation#80, #58, AzADServicePrincipalInsights#11, wazuh PR#30377",
        r#""match":{"operation":"listDevices","page":2},"times":1"# => r#"{"token":{"defect":"expired"}}"#;
    "the same, for real: every token lives five seconds", "the same",
        r#""match":{"operation":"token"}"# => r#"{"token":{"defect":"short"}}"#;
    "an unknown member of an enumeration ends the reader", "sdk-dotnet#2735, sdk-php#1635, #1605, sdk-python#443, davidmoten/odata-client PR#299, kiota#1978",
        r#""match":{"method":"GET"}"# => r#"{"body":{"kind":"unknownEnums"}}"#;
    "null where an enumeration must not be", "beta-sdk-dotnet#293",
        r#""match":{"method":"GET"}"# => r#"{"body":{"kind":"nullEnums"}}"#;
    "a number in quotes as a member of an enumeration", "graph2otel",
        r#""match":{"method":"GET"}"# => r#"{"body":{"kind":"numericEnums"}}"#;
    "a 204 is read as JSON", "abraunegg/onedrive PR#3620, duplicati PR#6566, graph-rs-sdk#364, sdk-python#448, ms-365-mcp PR#94, contrib#8616",
        r#""match":{"operation":"resetPasscode"},"apply":"after""# => r#"{"body":{"kind":"lengthAnnounced"}}"#;
    "a lost answer is asked for again, and the action done twice", "rocketride PR#2057, notapkgtool PR#97, sim PR#6041",
        r#""match":{"operation":"resetPasscode"},"times":1,"apply":"after""# => r#"{"reset":{"at":"start"}}"#;
    "a repeated POST loses its Content-Type", "sdk-dotnet#435",
        r#""match":{"method":"POST","path":"/*/deviceManagement/*"},"times":1"# => r#"{"status":{"code":429,"retryAfter":1,"body":"throttled"}}"#;
    "504 is not tried again", "sdk-dotnet#476, msgraph-sdk-design PR#2",
        r#""match":{"method":"GET"},"times":1"# => r#"{"status":{"code":504,"body":"emptyMessage"}}"#;
    "no Retry-After: a crash, or a tight loop", "IntuneCD#217, learn Q&A 5784629, IntuneWin32App#203",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"status":{"code":429,"body":"throttledIntune"}}"#;
    "a decimal Retry-After", "docs#3877, concepts/throttling.md",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"status":{"code":429,"retryAfter":"2.128","body":"throttled"}}"#;
    "Retry-After is 1 for ever", "sdk-javascript#297",
        r#""match":{"operation":"listDevices"}"# => r#"{"status":{"code":429,"retryAfter":1}}"#;
    "Retry-After is a date", "rocketride PR#2057",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"status":{"code":429,"retryAfter":{"date":"imf","in":"PT2S"}}}"#;
    "throttling as a 500", "graph2otel (2026-07-27)",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"status":{"code":500,"body":"queryBroker"}}"#;
    "overload as a 400", "docs#8188",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"status":{"code":400,"body":"overload"}}"#;
    "HTML in place of JSON", "onedrive-api-docs#697, graph-explorer-v4#4022",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"status":{"code":503,"body":"html"}}"#;
    "an error without a word", "docs#2505",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"status":{"code":504,"body":"emptyMessage"}}"#;
    "200 without a body", "graph2otel",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"body":{"kind":"empty"}}"#;
    "200 with broken JSON", "graph-explorer-v4#3091",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"body":{"kind":"invalidJson"}}"#;
    "a 401 that no new token mends, and a client that fetches one again and again", "graph-explorer-v4#706, msal-js#7007, #7011, #1261, docs#11070",
        r#""match":{"path":"/*/deviceManagement/*"}"# => r#"{"status":{"code":401,"body":"noIntune"}}"#;
    "a sentence in the place of a code", "docs#7073, contrib#2323, sdk-powershell#2497",
        r#""match":{"operation":"getDevice"}"# => r#"{"status":{"code":400,"body":"sentenceAsCode"}}"#;
    "a 400 without a reason", "docs#10007, contrib#3433, #5404, IPS#61",
        r#""match":{"operation":"resetPasscode"}"# => r#"{"status":{"code":400,"body":"unsupported"}}"#;
    "a client's mistake called InternalError", "PIS#210, contrib#3797, IPS#107",
        r#""match":{"operation":"updateDevice"}"# => r#"{"status":{"code":400,"body":"internalError"}}"#;
    "JSON in a text in JSON, escaped more or less often", "contrib#3433, IPS#146",
        r#""match":{"method":"GET"}"# => r#"{"status":{"code":504,"body":"nestedTwice"}}"#;
    "dates of the year 1", "DeviceOffboardingManager#31, powerapps-tools#427, graph2otel",
        r#""match":{"method":"GET"}"# => r#"{"body":{"kind":"zeroDates"}}"#;
    "dates of the year 9999, with seven digits", "rapid7, demisto README, graph2otel#193",
        r#""match":{"method":"GET"}"# => r#"{"body":{"kind":"lastDates"}}"#;
    "absent in place of null", "rapid7 PR#553",
        r#""match":{"method":"GET"}"# => r#"{"body":{"kind":"missingMembers"}}"#;
    "a connection that was kept is gone", "sdk-java#313, #553, #2654, sdk-javascript#455",
        r#""match":{"nth":3}"# => r#"{"close":{}}"#;
    "the connection is reset inside a body", "the same",
        r#""match":{"operation":"listDevices"},"times":1"# => r#"{"reset":{"at":"body"}}"#;
    "a redirect without Location", "sdk-powershell#2163",
        r#""match":{"method":"GET"},"times":1"# => r#"{"redirect":{"code":302}}"#;
    "a relative Location", "abraunegg/onedrive#3167",
        r#""match":{"method":"GET"},"times":1"# => r#"{"redirect":{"code":308,"location":"relative"}}"#;
    "a redirect takes the token to another host", "sdk-dotnet-core#214, kiota-http-go#97",
        r#""match":{"method":"GET"},"times":1"# => r#"{"redirect":{"code":302,"location":"otherHost"}}"#;
    "gzip undone twice, or not at all", "sdk-dotnet#2205, #482, #2545, sdk-go-core#44",
        r#""match":{"method":"GET"},"times":1"# => r#"{"body":{"kind":"gzipUnannounced"}}"#;
    "a count that is not the number of rows", "graph2otel, beta-sdk-dotnet#681",
        r#""match":{"operation":"listDevices"}"# => r#"{"page":{"kind":"wrongCount"}}"#;
    "accepted, and nothing happens", "docs#12964, #12965, IDOCS#1350",
        r#""match":{"operation":"resetPasscode"},"apply":"not""# => r#"{"body":{"kind":"asIs"}}"#;
    "a secret's id in the place of the secret", "sap-automation#418, agents-toolkit#8621",
        r#""match":{"operation":"token"}"# => r#"{"status":{"code":401,"body":"entraSecret"}}"#;
}
