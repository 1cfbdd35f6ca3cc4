//! The quirks, one row each.

use super::{Confidence, Profile, Quirk};

macro_rules! quirks {
    ($( $(#[doc = $doc:literal])+ $field:ident: $kind:ident = $name:literal {
            $( $(#[doc = $value_doc:literal])+ $value:ident = $spelling:literal, )+
        } $documented:ident / $realistic:ident / $awkward:ident, $confidence:ident, $date:literal, $source:literal; )+) => {
        $( $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $kind { $( $(#[doc = $value_doc])+ $value, )+ } )+

        /// The choice made for every quirk.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Quirks { $( $(#[doc = $doc])+ pub $field: $kind, )+ }

        impl Quirks {
            /// What `profile` chooses.
            pub const fn of(profile: Profile) -> Self {
                match profile {
                    Profile::Documented => Self { $( $field: $kind::$documented, )+ },
                    Profile::Realistic => Self { $( $field: $kind::$realistic, )+ },
                    Profile::Awkward => Self { $( $field: $kind::$awkward, )+ },
                }
            }
        }

        $( impl $kind {
            /// Its spelling.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$value => $spelling, )+ }
            }
        } )+

        /// Every quirk.
        pub static QUIRKS: &[Quirk] = &[ $( Quirk {
            name: $name,
            about: concat!($($doc),+),
            values: &[ $( ($spelling, concat!($($value_doc),+)), )+ ],
            defaults: [$kind::$documented.name(), $kind::$realistic.name(), $kind::$awkward.name()],
            confidence: Confidence::$confidence,
            date: $date,
            source: $source,
            get: |quirks| quirks.$field.name(),
            set: |quirks, value| match value {
                $( $spelling => { quirks.$field = $kind::$value; true } )+
                _ => false,
            },
        }, )+ ];
    };
}

quirks! {
    /// The answer to an action that the device's platform does not support.
    unsupported_action: UnsupportedAction = "unsupported-action" {
        /// 400 at once, with Intune's opaque body and no trace.
        Refuse = "refuse",
        /// 204, and the action ends as notSupported.
        Accept = "accept",
    } Refuse / Refuse / Refuse, Assumed, "2021-06-02",
      "400 observed for remoteLock, shutDown and wipe (docs#10007, contrib#3433, IPS#61); for resetPasscode inferred from those";
    /// The answer for a device id that is well formed but unknown.
    unknown_id: UnknownId = "unknown-id" {
        /// 404 ResourceNotFound.
        NotFound = "404",
        /// 400 BadRequest.
        BadRequest = "400",
    } NotFound / NotFound / NotFound, Assumed, "2020-09-25",
      "no capture for managedDevices; the same backend answered 404 for siblings (IntuneDocumentation#39)";
    /// What lists show of properties that only the GET of a single device carries.
    list_single_get_only: ListSingleGetOnly = "list-single-get-only" {
        /// null, 0 or an empty collection.
        Null = "null",
        /// Their values.
        Fill = "fill",
    } Null / Null / Null, Observed, "2024", "contrib#1639, docs#19107, PIS#242, sdk-powershell#2832";
    /// A POST over HTTP/1.1 with neither Content-Length nor Transfer-Encoding.
    post_without_length: PostWithoutLength = "post-without-length" {
        /// Taken as an empty body.
        Accept = "accept",
        /// 411 with the front end's HTML page.
        Refuse = "411",
    } Accept / Refuse / Refuse, Observed, "2026-01", "docs PR#2262 (2018), graph-rs-sdk#466 (2024), #524 (2026-01)";
    /// A POST or PATCH that has a body and does not say of which type.
    missing_content_type: MissingContentType = "missing-content-type" {
        /// Read as JSON.
        Accept = "accept",
        /// 415 `RequestBodyRead`.
        Refuse = "415",
    } Accept / Accept / Refuse, Assumed, "2019-04-12", "other parts of Graph answer 415 (sdk-dotnet#435), some 400 (contrib#6337); not known for managedDevices";
    /// `managedDevices/$count` on v1.0; on beta it works.
    count_segment_v1: CountSegmentV1 = "count-segment-v1" {
        /// The number as text.
        Honour = "honour",
        /// 400 No method match route template.
        Refuse = "refuse",
    } Honour / Refuse / Refuse, Observed, "2026-07", "live 2026-07 (graph2otel); beta: beta-sdk-dotnet#681";
    /// A `$filter` on a property that the service cannot filter by.
    filter_unsupported: FilterUnsupported = "filter-unsupported" {
        /// 400.
        Refuse = "refuse",
        /// That clause counts as true for every device, and nothing says so.
        Ignore = "ignore",
        /// Filters all the same.
        Honour = "honour",
    } Refuse / Ignore / Ignore, Observed, "2024-04-30", "graph-explorer-v4#3125, contrib#2416, docs#19909";
    /// `ne` in a `$filter`.
    filter_ne: FilterNe = "filter-ne" {
        /// Not equal.
        NotEqual = "ne",
        /// Behaves as eq.
        Equal = "eq",
    } NotEqual / NotEqual / Equal, Observed, "2022-11-15", "docs#9953, docs#15693, IPS#114: behaved as eq; whether it still does is not known";
    /// `or` between clauses on different properties.
    filter_or: FilterOr = "filter-or" {
        /// Every clause counts.
        All = "all",
        /// Only the first clause counts.
        First = "first",
        /// Every clause must hold, as with `and`.
        And = "and",
    } All / All / First, Observed, "2021-10-14", "PIS#188: first (2021-10-14); IPS#109: and (2021-06-10)";
    /// `or` between clauses on `azureADDeviceId`.
    filter_or_device_id: FilterOrDeviceId = "filter-or-azure-ad-device-id" {
        /// Every clause counts.
        All = "all",
        /// Only the first clause counts.
        First = "first",
    } All / First / First, Observed, "2026-09-16", "beta-sdk-dotnet#1156";
    /// `eq` on `userPrincipalName` in a `$filter`.
    filter_upn: FilterUpn = "filter-user-principal-name" {
        /// The whole name must be equal.
        Exact = "exact",
        /// Every name that contains the text passes.
        Contains = "contains",
    } Exact / Exact / Contains, Observed, "2022-09-06", "IPS#39: devices were wiped because of it; whether it still does is not known";
    /// Comparisons of dates in a `$filter`.
    filter_date: FilterDate = "filter-date" {
        /// Compares.
        Exact = "exact",
        /// No device passes.
        Empty = "empty",
    } Exact / Exact / Empty, Observed, "2017", "PIS#11: lastSyncDateTime ge and gt returned nothing; documented to work since";
    /// `operatingSystem` in a `$filter`.
    filter_operating_system: FilterOperatingSystem = "filter-operating-system" {
        /// Filters.
        Honour = "honour",
        /// That clause counts as true for every device, and nothing says so.
        Ignore = "ignore",
    } Honour / Honour / Ignore, Observed, "2026-07", "reports of 2026 conflict: a tool of Microsoft's relies on it (zerotrustassessment), graph2otel calls it not filterable";
    /// `eq ''` in a `$filter`.
    filter_empty: FilterEmpty = "filter-empty" {
        /// Only devices whose value is empty.
        Exact = "exact",
        /// Every device.
        All = "all",
    } Exact / Exact / All, Observed, "2023-02", "contrib#1391";
    /// `id eq '…'` in a `$filter`.
    filter_id: FilterId = "filter-id" {
        /// That device.
        Honour = "honour",
        /// 400.
        Refuse = "refuse",
        /// Every device.
        Ignore = "ignore",
    } Honour / Refuse / Ignore, Observed, "2026-07", "docs#19890 (2023): ignored; beta, 2026: 400 (graph2otel)";
    /// `$orderby`.
    orderby: OrderBy = "orderby" {
        /// Sorts.
        Honour = "honour",
        /// The order stays by name and id.
        Ignore = "ignore",
    } Honour / Ignore / Ignore, Observed, "2022-04-25", "sdk-dotnet#1322";
    /// `$skip`.
    skip: Skip = "skip" {
        /// Skips.
        Honour = "honour",
        /// An empty page with a nextLink.
        EmptyWithLink = "empty-with-link",
    } Honour / Honour / EmptyWithLink, Observed, "2023", "beta-sdk-dotnet#681";
    /// `$search`.
    search: Search = "search" {
        /// 400.
        Refuse = "refuse",
        /// Nothing is searched, and nothing says so.
        Ignore = "ignore",
    } Refuse / Ignore / Ignore, Assumed, "2026-08-20", "annotations of the schema say it is not supported; no capture of what happens";
    /// `@odata.count` on the first page of devices.
    count_unasked: CountUnasked = "count-unasked" {
        /// Only with $count=true.
        Asked = "asked",
        /// Unless $count=false.
        Always = "always",
    } Asked / Always / Always, Observed, "2023-02-15", "contrib#1391, sdk-powershell#1819, IPS#78";
    /// Devices on a page unless `$top` says less. The smaller sizes are for a small fleet to have pages.
    page_size: PageSize = "page-size" {
        /// A thousand, as the service.
        Thousand = "1000",
        /// A hundred.
        Hundred = "100",
        /// Ten.
        Ten = "10",
        /// One.
        One = "1",
    } Thousand / Thousand / Thousand, Observed, "2021", "PIS#2 (Microsoft: default limit of 1000), docs#6356, packetfence PR#6135";
    /// `$top` above the size of a page.
    top_above_page: TopAbovePage = "top-above-page" {
        /// Pages of the usual size.
        Cap = "cap",
        /// 400.
        Refuse = "refuse",
    } Cap / Cap / Refuse, Assumed, "2026-07", "not known for managedDevices; other collections of Graph answer 400 (graph2otel)";
    /// `Prefer: odata.maxpagesize`.
    max_page_size: MaxPageSize = "maxpagesize" {
        /// Pages are no larger.
        Honour = "honour",
        /// It has no effect.
        Ignore = "ignore",
    } Honour / Honour / Ignore, Assumed, "2026-07", "accepted on every list (graph2otel sends 999); whether pages shrink is not known";
    /// One detected app by its id.
    detected_app_get: DetectedAppGet = "detected-app-get" {
        /// As in the list.
        Full = "full",
        /// Hollow: no name, no version, no devices counted; only $expand=managedDevices works.
        Hollow = "hollow",
    } Full / Hollow / Hollow, Observed, "2021", "contrib#3193";
    /// Members of enumerations that the published schema does not have.
    unknown_enum_members: UnknownEnumMembers = "unknown-enum-members" {
        /// Only with `Prefer: include-unknown-enum-members`; else unknownFutureValue, or unknown where there is none.
        Prefer = "prefer",
        /// As they are.
        Emit = "emit",
    } Prefer / Emit / Emit, Observed, "2025-01-10", "sdk-php#1635, sdk-dotnet#2735, sdk-php#1605, sdk-python#443, docs#18926";
    /// The order of the answers in a batch whose requests do not depend on each other.
    batch_order: BatchOrder = "batch-order" {
        /// As the requests.
        Request = "request",
        /// The last request first.
        Reversed = "reversed",
        /// By chance, from the seed.
        Shuffled = "shuffled",
    } Request / Reversed / Shuffled, Observed, "2026-07", "documented: in any order; seen: 2, 1, 0 (graph2otel, Intune on beta)";
    /// The requests that a batch may hold.
    batch_limit: BatchLimit = "batch-limit" {
        /// Twenty, as documented.
        Twenty = "20",
        /// Fifteen.
        Fifteen = "15",
    } Twenty / Twenty / Fifteen, Documented, "2025-02-21", "json-batching; docs#4366 (2019): more than 15 failed, which does not say how";
    /// Which requests of a batch may depend on which.
    batch_dependencies: BatchDependencies = "batch-dependencies" {
        /// Any on any, without a circle.
        Any = "any",
        /// On requests that are listed before.
        Earlier = "earlier",
        /// The same, and either each on the one before it, or all on the same one.
        Uniform = "uniform",
    } Any / Uniform / Uniform, Observed, "2024-08-20", "sdk-dotnet-core#891 (2024): listed before; docs#16280 (2022): fully sequential or fully parallel, since then a tip in json-batching";
    /// An absolute URL of a request in a batch.
    batch_absolute_url: BatchAbsoluteUrl = "batch-absolute-url" {
        /// Read as if it were relative: 400 for that request, which names a segment that is not known.
        Relative = "relative",
        /// 400 for the whole batch.
        Refuse = "refuse",
    } Refuse / Relative / Refuse, Observed, "2024-12-09", "sdk-python#1015 (2024), whose client sends it as it is (sdk-python-core#1116); contrib#8576 (2023) and sdk-javascript#1451 (2024) report the whole batch refused, through a client that rewrites URLs";
    /// How the Content-Type of a request in a batch has to be spelled.
    batch_content_type: BatchContentType = "batch-content-type" {
        /// In any case.
        AnyCase = "any-case",
        /// With capitals; else 400.
        Exact = "exact",
    } AnyCase / AnyCase / Exact, Observed, "2017-11-20", "contrib#8032 (2017): with capitals only; whether it still is so is not known";
    /// `Retry-After` of an answer that throttles and has one. Its value is the time until there is room again.
    retry_after: RetryAfter = "retry-after" {
        /// Whole seconds.
        Integer = "integer",
        /// Absent, decimal and date in turn.
        Mixed = "mixed",
        /// There is none.
        Absent = "absent",
        /// Seconds with three decimals.
        Decimal = "decimal",
        /// A date of HTTP.
        Date = "date",
    } Integer / Integer / Mixed, Observed, "2026-02-23",
      "integer: IntuneCD#65 (10 and 1 second, 2022); absent: msendpointmgr.com/?p=25866, IntuneCD#217, learn Q&A 5784629 (2026-02-23); decimal: concepts/throttling.md, docs#3877; date: rocketride PR#2057";
    /// The answer to a request of Intune's over a budget. The directory's is always the documented one.
    throttle_answer: ThrottleAnswer = "throttle-answer" {
        /// 429 as in the documents, with Retry-After.
        Documented = "documented",
        /// 429 "Too many requests." with Retry-After.
        Short = "short",
        /// 429 with empty details and no Retry-After.
        Details = "details",
        /// 429 with Intune's nested message and no Retry-After.
        Nested = "nested",
        /// 500 that tells of a query broker, without Retry-After.
        QueryBroker = "query-broker",
        /// 400 without Retry-After; its body is assumed.
        Overload = "overload",
        /// Each of these in turn.
        Mixed = "mixed",
    } Documented / Short / Mixed, Observed, "2026-07-27",
      "short: IntuneCD#64, PR#65 (2022); details: msendpointmgr.com/?p=25866 (2025-10-26); nested: IntuneCD#217 (2025-03-25); query-broker: graph2otel (2026-07-27); overload: docs#8188 (2020). Which comes when is not known; realistic has the one observed with Retry-After";
    /// The number of characters of a temporary passcode.
    passcode_length: PasscodeLength = "passcode-length" {
        /// Six.
        Six = "6",
        /// Eight.
        Eight = "8",
        /// Sixteen.
        Sixteen = "16",
    } Eight / Eight / Sixteen, Assumed, "2026-11-22", "undocumented, and no public sample was found";
}
