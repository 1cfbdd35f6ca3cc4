//! 12 to 18: queries that do not do what they say, and lists that do not show what there is.

use super::super::Knob::Quirk;
use super::super::{Ask, Row, get, normal, post, row, with};

pub(super) static ROWS: &[Row] = &[
    row(
        12,
        "a filter is ignored, and the action goes to the wrong device or to all of them",
        "graph-explorer-v4#3125, docs#19890, contrib#2416, docs#19909",
        &[
            with(
                &[Quirk("filter-unsupported", "ignore", "refuse")],
                &[get("{devices}?$count=true&$select=deviceName&$filter=wiFiMacAddress%20eq%20'none'")],
                "every device, and no word of it. The journal says `ignored`.",
            ),
            with(
                &[Quirk("filter-id", "ignore", "honour")],
                &[get("{devices}?$count=true&$select=deviceName&$filter=id%20eq%20'{id:iPhone-1}'")],
                "the same for the id of a device.",
            ),
        ],
    ),
    row(
        13,
        "a comparison with an empty text gives everything",
        "contrib#1391",
        &[with(
            &[Quirk("filter-empty", "all", "exact")],
            &[get("{devices}?$count=true&$select=deviceName&$filter=userPrincipalName%20eq%20''")],
            "every device, with and without a user.",
        )],
    ),
    row(
        14,
        "not equal means equal",
        "docs#9953, IPS#114",
        &[with(
            &[Quirk("filter-ne", "eq", "ne")],
            &[get("{devices}?$count=true&$select=operatingSystem&$top=3&$filter=operatingSystem%20ne%20'iOS'")],
            "devices with iOS, and no other.",
        )],
    ),
    row(
        15,
        "of several clauses only the first counts",
        "PIS#188",
        &[with(
            &[Quirk("filter-or", "first", "all")],
            &[get("{devices}?$select=deviceName&$filter=deviceName%20eq%20'iPhone-1'%20or%20serialNumber%20eq%20'0'")],
            "`iPhone-1` alone; those with the serial number `0` are missing.",
        )],
    ),
    row(
        16,
        "`$orderby` has no effect",
        "sdk-dotnet#1322",
        &[with(
            &[Quirk("orderby", "ignore", "honour")],
            &[get("{devices}?$top=1&$select=deviceName&$orderby=deviceName%20desc")],
            "the first device of the alphabet.",
        )],
    ),
    row(
        17,
        "null in a list is taken for no value",
        "contrib#1639 = docs#19107, PIS#242, msgraph-metadata#664, IPS#49, #75, #118, contrib#3369, memdocs#4318",
        &[with(
            &[Quirk("list-single-get-only", "null", "fill")],
            &[
                get("{devices}?$top=1&$select=deviceName,notes,physicalMemoryInBytes"),
                get("{devices}/{id:AOSP-user}?$select=deviceName,notes"),
            ],
            "`notes` is null in the list; the GET of the device has it.",
        )],
    ),
    row(
        18,
        "a list shows no action",
        "PIS#13, #35, #161",
        &[normal(
            &[
                post("{devices}/{id:Android-6}/resetPasscode"),
                Ask::Advance("PT1M"),
                get("{devices}?$select=deviceName,deviceActionResults&$filter=deviceName%20eq%20'Android-6'"),
                get("{devices}/{id:Android-6}?$select=deviceName,deviceActionResults"),
            ],
            "`deviceActionResults` is empty in the list; the GET of the device has the entry.",
        )],
    ),
];
