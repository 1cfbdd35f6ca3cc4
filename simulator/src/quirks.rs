//! Quirks: where the service is doubtful, differs from its documents, or changed with time, a switch with a name.
//!
//! A quirk is one row of the table below. The row says what each profile chooses, who says so, and how sure that is;
//! code asks for the value by the field the row declares.

use std::fmt;

/// How sure a fact about the real service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Published by Microsoft.
    Documented,
    /// Captured or reported by users of the real service.
    Observed,
    /// Nobody outside knows; the reason for the choice is in the source.
    Assumed,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Assumed => "assumed",
        })
    }
}

/// A whole set of choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// What the documents promise.
    Documented,
    /// What was seen, the newest observation where years conflict.
    #[default]
    Realistic,
    /// What was seen at its worst.
    Awkward,
}

impl Profile {
    /// Every profile by name.
    pub const ALL: [(&'static str, Self); 3] =
        [("documented", Self::Documented), ("realistic", Self::Realistic), ("awkward", Self::Awkward)];

    /// The profile called `name`, or a sentence that lists them.
    pub fn named(name: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, profile)| *profile).ok_or_else(|| {
            format!("there is no quirks profile '{name}'; there are {}", Self::ALL.map(|(known, _)| known).join(", "))
        })
    }
}

/// One row of the table, for listings and for setting by name.
pub struct Quirk {
    /// Its name.
    pub name: &'static str,
    /// Its values, each with what it does.
    pub values: &'static [(&'static str, &'static str)],
    /// What the profiles choose: documented, realistic, awkward.
    pub defaults: [&'static str; 3],
    /// How sure the realistic choice is.
    pub confidence: Confidence,
    /// Who says so.
    pub source: &'static str,
    get: fn(&Quirks) -> &'static str,
    set: fn(&mut Quirks, &str) -> bool,
}

impl Quirk {
    /// The value chosen in `quirks`.
    pub fn value(&self, quirks: &Quirks) -> &'static str {
        (self.get)(quirks)
    }
}

macro_rules! quirks {
    ($( $(#[doc = $doc:literal])+ $field:ident: $kind:ident = $name:literal {
            $( $(#[doc = $value_doc:literal])+ $value:ident = $spelling:literal, )+
        } $documented:ident / $realistic:ident / $awkward:ident, $confidence:ident, $source:literal; )+) => {
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
            values: &[ $( ($spelling, concat!($($value_doc),+)), )+ ],
            defaults: [$kind::$documented.name(), $kind::$realistic.name(), $kind::$awkward.name()],
            confidence: Confidence::$confidence,
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
    } Refuse / Refuse / Refuse, Assumed,
      "400 observed for remoteLock, shutDown and wipe (docs#10007, contrib#3433, IPS#61); for resetPasscode inferred from those";
    /// The answer for a device id that is well formed but unknown.
    unknown_id: UnknownId = "unknown-id" {
        /// 404 ResourceNotFound.
        NotFound = "404",
        /// 400 BadRequest.
        BadRequest = "400",
    } NotFound / NotFound / NotFound, Assumed,
      "no capture for managedDevices; the same backend answered 404 for siblings (IntuneDocumentation#39)";
    /// What lists show of properties that only the GET of a single device carries.
    list_single_get_only: ListSingleGetOnly = "list-single-get-only" {
        /// null, 0 or an empty collection.
        Null = "null",
        /// Their values.
        Fill = "fill",
    } Null / Null / Null, Observed, "contrib#1639, docs#19107, PIS#242, sdk-powershell#2832";
    /// A POST over HTTP/1.1 with neither Content-Length nor Transfer-Encoding.
    post_without_length: PostWithoutLength = "post-without-length" {
        /// Taken as an empty body.
        Accept = "accept",
        /// 411 with the front end's HTML page.
        Refuse = "411",
    } Accept / Refuse / Refuse, Observed, "docs PR#2262 (2018), graph-rs-sdk#466 (2024), #524 (2026-01)";
    /// `managedDevices/$count` on v1.0; on beta it works.
    count_segment_v1: CountSegmentV1 = "count-segment-v1" {
        /// The number as text.
        Honour = "honour",
        /// 400 No method match route template.
        Refuse = "refuse",
    } Honour / Refuse / Refuse, Observed, "live 2026-07 (graph2otel); beta: beta-sdk-dotnet#681";
    /// A `$filter` on a property that the service cannot filter by.
    filter_unsupported: FilterUnsupported = "filter-unsupported" {
        /// 400.
        Refuse = "refuse",
        /// That clause counts as true for every device, and nothing says so.
        Ignore = "ignore",
        /// Filters all the same.
        Honour = "honour",
    } Refuse / Ignore / Ignore, Observed, "graph-explorer-v4#3125, contrib#2416, docs#19909";
    /// `ne` in a `$filter`.
    filter_ne: FilterNe = "filter-ne" {
        /// Not equal.
        NotEqual = "ne",
        /// Behaves as eq.
        Equal = "eq",
    } NotEqual / NotEqual / Equal, Observed, "docs#9953, IPS#114: behaved as eq; whether it still does is not known";
    /// `or` between clauses on different properties.
    filter_or: FilterOr = "filter-or" {
        /// Every clause counts.
        All = "all",
        /// Only the first clause counts.
        First = "first",
    } All / All / First, Observed, "PIS#188";
    /// `eq ''` in a `$filter`.
    filter_empty: FilterEmpty = "filter-empty" {
        /// Only devices whose value is empty.
        Exact = "exact",
        /// Every device.
        All = "all",
    } Exact / Exact / All, Observed, "contrib#1391";
    /// `id eq '…'` in a `$filter`.
    filter_id: FilterId = "filter-id" {
        /// That device.
        Honour = "honour",
        /// 400.
        Refuse = "refuse",
        /// Every device.
        Ignore = "ignore",
    } Honour / Refuse / Ignore, Observed, "docs#19890 (2023): ignored; beta, 2026: 400 (graph2otel)";
    /// `$orderby`.
    orderby: OrderBy = "orderby" {
        /// Sorts.
        Honour = "honour",
        /// The order stays by name and id.
        Ignore = "ignore",
    } Honour / Ignore / Ignore, Observed, "sdk-dotnet#1322";
    /// `$skip`.
    skip: Skip = "skip" {
        /// Skips.
        Honour = "honour",
        /// An empty page with a nextLink.
        EmptyWithLink = "empty-with-link",
    } Honour / Honour / EmptyWithLink, Observed, "beta-sdk-dotnet#681";
    /// One detected app by its id.
    detected_app_get: DetectedAppGet = "detected-app-get" {
        /// As in the list.
        Full = "full",
        /// Hollow: no name, no version, no devices counted; only $expand=managedDevices works.
        Hollow = "hollow",
    } Full / Hollow / Hollow, Observed, "contrib#3193 (2021)";
    /// The number of characters of a temporary passcode.
    passcode_length: PasscodeLength = "passcode-length" {
        /// Six.
        Six = "6",
        /// Eight.
        Eight = "8",
        /// Sixteen.
        Sixteen = "16",
    } Eight / Eight / Sixteen, Assumed, "undocumented, and no public sample was found";
}

impl Default for Quirks {
    fn default() -> Self {
        Self::of(Profile::default())
    }
}

impl Quirks {
    /// Sets the quirk `name`; the error lists the known names or values.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let quirk = QUIRKS.iter().find(|quirk| quirk.name == name).ok_or_else(|| {
            let known: Vec<_> = QUIRKS.iter().map(|quirk| quirk.name).collect();
            format!("there is no quirk '{name}'; there are {}", known.join(", "))
        })?;
        if (quirk.set)(self, value) {
            return Ok(());
        }
        let known: Vec<_> = quirk.values.iter().map(|(value, _)| *value).collect();
        Err(format!("quirk '{name}' cannot be '{value}'; it can be {}", known.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::{Profile, QUIRKS, Quirks};

    #[test]
    fn every_quirk_can_be_set_to_each_of_its_values_and_to_no_other() {
        for quirk in QUIRKS {
            for (value, meaning) in quirk.values {
                let mut quirks = Quirks::default();
                quirks.set(quirk.name, value).unwrap();
                assert_eq!(quirk.value(&quirks), *value);
                assert!(!meaning.is_empty());
            }
            assert!(Quirks::default().set(quirk.name, "elsewise").is_err());
            for (index, (_, profile)) in Profile::ALL.iter().enumerate() {
                assert_eq!(quirk.value(&Quirks::of(*profile)), quirk.defaults[index]);
            }
        }
    }

    #[test]
    fn an_unknown_quirk_names_the_known_ones() {
        insta::assert_snapshot!(Quirks::default().set("filter", "ne").unwrap_err());
        insta::assert_snapshot!(Quirks::default().set("filter-ne", "maybe").unwrap_err());
        insta::assert_snapshot!(Profile::named("lenient").unwrap_err());
    }
}
