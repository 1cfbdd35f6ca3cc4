//! Defects of real clients, each of which the reference client can have.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! defects {
    ($( $name:ident $id:literal $rule:literal $summary:literal; )*) => {
        /// A defect, one for each row of the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum Defect { $( #[doc = $summary] $name, )* }

        impl Defect {
            /// All of them.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// Its number in the catalogue.
            pub const fn id(self) -> &'static str { match self { $( Self::$name => $id, )* } }

            /// The rule that it breaks.
            pub const fn rule(self) -> &'static str { match self { $( Self::$name => $rule, )* } }

            /// What is wrong, in a sentence.
            pub const fn summary(self) -> &'static str { match self { $( Self::$name => $summary, )* } }
        }
    };
}

defects! {
    // Throttling and retry.
    IgnoresRetryAfter "B01" "THR-01" "Waits as long as it likes, whatever `Retry-After` says.";
    SecondsOnly "B02" "THR-02" "Understands seconds alone; a date means its own back-off.";
    CapsRetryAfter "B03" "THR-09" "Shortens a long `Retry-After` to a maximum of its own.";
    GarbageMeansNow "B04" "THR-10" "Comes back at once when it cannot read `Retry-After`.";
    Milliseconds "B05" "THR-01" "Takes seconds for milliseconds.";
    FirstValueForAll "B06" "THR-08" "Waits after every refusal as long as the first one asked for.";
    RetryAfterOn429Only "B07" "THR-04" "Honours `Retry-After` with 429 and not with 503.";
    HotLoop "B08" "THR-05" "Comes back at once where there is no `Retry-After`.";
    ConstantDelay "B09" "THR-05" "Comes back ever at the same pace where there is no `Retry-After`.";
    RetriesForEver "B10" "THR-06" "Never gives up.";
    GivesUpSilently "B11" "PAG-10" "Gives an empty list when it gives up.";
    LosesBody "B12" "THR-14" "Sends no body when it repeats a request.";
    RetriesRefusals "B13" "THR-18" "Repeats what was refused for good.";
    HeaderCase "B14" "THR-12" "Looks for `Retry-After` in one spelling.";
    // Repeated or lost actions.
    RepeatsPostOn5xx "B17" "IDM-01" "Repeats a POST after 504.";
    RepeatsPostOnReset "B18" "IDM-01" "Repeats a POST whose connection was reset.";
    RepeatsPostOn204 "B19" "IDM-05" "Repeats a POST because its answer is empty.";
    ClaimsSuccess "B20" "IDM-03" "Says that a reset was accepted when it gave up.";
    NoContentLength "B21" "IDM-06" "Sends a POST without a length.";
    InventsBody "B22" "IDM-06" "Sends `null` where no body belongs.";
    RetriesWholeBatch "B23" "BAT-04" "Sends a whole batch again when one request of it was throttled.";
    // Paging.
    FirstPageOnly "B24" "PAG-01" "Reads only the first page.";
    StopsAtEmptyPage "B25" "PAG-03" "Stops at an empty page.";
    StopsAtShortPage "B26" "PAG-04" "Stops at a page that is shorter than the first.";
    OwnSkip "B27" "PAG-05" "Counts pages by a `$skip` of its own.";
    DecodesLink "B28" "PAG-02" "Decodes the link and encodes it anew, in another way.";
    AddsOptions "B29" "PAG-02" "Adds options of its own to the link.";
    ReordersLink "B30" "PAG-02" "Sorts the options of the link.";
    EndlessCycle "B31" "PAG-08" "Follows a link that leads to itself for ever.";
    TokenToForeignLink "B32" "PAG-07" "Sends its token wherever a link leads.";
    SwallowsPageError "B34" "PAG-10" "Gives the pages it has when the next one fails.";
    RestartsAtThrottledPage "B35" "PAG-11" "Begins anew at a page that was throttled, and keeps what it has.";
    TrustsCount "B36" "PAG-05" "Reads as many devices as the first page counted, no more and no less.";
    LinkBeforeValueOnly "B37" "PAR-02" "Finds the link only in front of the devices.";
    // Parsing.
    UnknownPropertyFatal "B38" "PAR-01" "Fails at a property it does not know.";
    UnknownEnumFatal "B39" "PAR-03" "Fails at an enumeration member it does not know.";
    FractionFatal "B40" "PAR-07" "Fails at dates with other than three digits of fractions.";
    YearOneFatal "B41" "PAR-07" "Fails at dates at the ends of the calendar.";
    Int32 "B42" "PAR-08" "Reads sizes as numbers of 32 bits.";
    Double "B43" "PAR-08" "Reads sizes as floating-point numbers.";
    NullFatal "B44" "PAR-05" "Fails at null.";
    SplitsCharacters "B45" "PAR-09" "Decodes each piece of a body for itself.";
    AcceptsTruncated "B46" "PAR-11" "Takes what it has of a truncated list for the whole.";
    ByteOrderMarkFatal "B48" "PAR-09" "Fails at a byte order mark.";
    EmptySuccessCrashes "B50" "PAR-12" "Panics at a 2xx without a body.";
    UnknownStatusIsSuccess "B51" "PAR-13" "Takes a status it does not know for success.";
    // Errors.
    HtmlHidesStatus "B52" "ERR-05" "Loses the status of an error whose body is no JSON.";
    InnerErrorFatal "B53" "ERR-04" "Hides an error with an unexpected date in it.";
    BranchesOnMessage "B54" "ERR-03" "Repeats or not by the words of a message.";
    NotFoundIsEmpty "B56" "ERR-07" "Takes 404 for an empty list.";
    LeaksSecret "B57" "ERR-09" "Puts its token into error messages.";
    // Redirects.
    TokenAcrossRedirect "B58" "RED-04" "Sends its token along a redirect to another host.";
    SeeOtherKeepsPost "B59" "RED-02" "Sends a POST again where 303 leads.";
    TemporaryRedirectBecomesGet "B60" "RED-02" "Turns a POST into a GET at 307 and 308.";
    RelativeLocationFatal "B61" "RED-03" "Fails at a `Location` without a host.";
    EndlessRedirects "B62" "RED-06" "Follows redirects for ever.";
    // Tokens.
    TokenPerCall "B63" "AUTH-02" "Gets a token for every request.";
    NeverRenews "B64" "AUTH-03" "Never gets another token.";
    RenewsForEver "B65" "AUTH-03" "Gets another token as often as it is refused.";
    IgnoresClaims "B66" "AUTH-04" "Gets another token without the claims that were asked for.";
    AssumesJwt "B67" "AUTH-01" "Fails at a token that is no JWT.";
    RetriesInvalidClient "B68" "AUTH-07" "Tries a wrong secret again.";
    // Batches and requests.
    OuterSuccess "B70" "BAT-03" "Takes the outer 200 for the success of all.";
    ByPosition "B71" "BAT-02" "Takes the answers of a batch by their position.";
    LargeBatch "B72" "BAT-01" "Puts more than 20 requests into a batch.";
    InnerRetryAfterIgnored "B73" "BAT-04" "Repeats a throttled part of a batch at once.";
    UnescapedFilter "B74" "ENC-02" "Writes values into a filter as they are.";
    NoDollar "B75" "ENC-01" "Writes query options without the dollar sign.";
    ConstantRequestId "B76" "COR-01" "Gives all its requests one id.";
    NoTimeout "B77" "TRN-02" "Waits for ever.";
    StuckPending "B79" "IDM-07" "Says that an action is done when it is pending.";
    // Beside the catalogue: what else can go wrong, so that no rule stands unproved.
    NewestDatesOnly "B80" "THR-03" "Understands one of HTTP's formats of dates.";
    GivesUpAtOnce "B81" "THR-07" "Claims to come again after 429, and does not.";
    RoundsDown "B82" "THR-11" "Cuts the decimals off a `Retry-After`.";
    HastyAtTokens "B83" "THR-23" "Comes back to the token endpoint at once.";
    TwiceFatal "B84" "PAG-09" "Fails at a device that is there twice.";
    ExpiredLinkIsEnd "B85" "PAG-12" "Takes a link that is refused for the end of the list.";
    RelativeLinkIsEnd "B86" "PAG-13" "Takes a link without a host for the end of the list.";
    ShortensLinks "B87" "PAG-14" "Keeps two kilobytes of a link.";
    FollowsNull "B88" "PAG-15" "Follows a link that is null.";
    OneOfEachName "B89" "PAG-18" "Keeps one device of each name.";
    SingleApostrophe "B90" "ENC-03" "Does not double apostrophes.";
    BodyOnGet "B91" "ENC-06" "Sends a body with every GET.";
    AnnotationsFatal "B92" "PAR-06" "Fails at annotations inside a device.";
    AsciiOnly "B93" "PAR-15" "Replaces letters that are not ASCII.";
    LosesStatus "B94" "ERR-01" "Gives errors without their status.";
    NestedFatal "B95" "ERR-06" "Fails at JSON inside a message.";
    NoValueIsEmpty "B96" "ERR-08" "Takes a page without `value` for an empty one.";
    RedirectIsData "B97" "RED-01" "Takes a redirect for an empty answer.";
    TokenInUrl "B98" "AUTH-06" "Puts its token into URLs.";
    TokenOnForbidden "B99" "AUTH-09" "Gets new tokens when it is forbidden something.";
    ResetIsFinal "B100" "TRN-04" "Gives up at the first connection that is reset.";
    UnwrapsErrors "B101" "RUN-01" "Panics at an error without a request-id.";
    CannotUnzip "B102" "PAR-10" "Asks for compressed answers and cannot read them.";
    InterimIsFinal "B103" "PAR-14" "Takes an interim answer that it does not know for the answer.";
    BodySentOnce "B104" "RED-07" "Has a body no more when it is redirected with it.";
    HeadersWithoutBody "B105" "RED-07" "Keeps the headers of a body that it leaves behind at a redirect.";
}

/// Which defects a client has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Defects(u128);

impl Defects {
    /// None.
    pub const NONE: Self = Self(0);

    /// One alone.
    pub const fn only(defect: Defect) -> Self {
        Self(1 << defect as u32)
    }

    /// Whether this is one of them.
    pub const fn has(self, defect: Defect) -> bool {
        self.0 >> defect as u32 & 1 == 1
    }
}

impl Defect {
    /// The defect with that name or number.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|defect| defect.id() == name || defect.to_string() == name)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
