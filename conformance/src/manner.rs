//! Ways to behave that are as lawful as the reference client's own: no rule may fail them.

use std::fmt;

macro_rules! manners {
    ($( $name:ident $summary:literal; )*) => {
        /// A manner of a client.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Manner { $( #[doc = $summary] $name, )* }

        impl Manner {
            /// All of them.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// What is different, in a sentence.
            pub const fn summary(self) -> &'static str { match self { $( Self::$name => $summary, )* } }
        }
    };
}

manners! {
    // Coming again.
    NeverRetries "Gives every refusal back, and comes again after none.";
    WaitsLonger "Waits three times as long as it is asked to.";
    HeavyJitter "Adds to every wait, by chance, up to twice as much.";
    Impatient "Gives the error back when it is asked to wait for more than three seconds.";
    Persistent "Tries ten times.";
    ServerErrorsAreFinal "Comes again after 429 and 503, and gives every other failure of the server back.";
    NeverRepeatsPost "Sends no POST again, but with a new token.";
    FollowsNoRedirects "Gives redirects back as errors.";
    // What a request looks like.
    NoRequestId "Sends no id of its own with its requests.";
    SameRequestId "Sends the same id when it sends the same request again.";
    ClosesConnections "Closes the connection after each answer, and says so.";
    LoudHeaders "Spells the names of headers in capitals.";
    AcceptsAnything "Accepts whatever there is.";
    Chunked "Sends bodies in chunks, without their length.";
    PlusForSpace "Writes spaces of queries as plus signs.";
    KeysInParentheses "Names a device by OData's key in parentheses.";
    SelectsNothing "Asks for all properties, whichever are wanted.";
    // Lists.
    LargePages "Asks for pages of 999 devices.";
    SmallPages "Asks for pages of two devices.";
    ReordersLinks "Puts the options of a link into another order.";
    Prefetches "Asks for the next page before it looks at this one.";
    Deduplicates "Keeps a device once, however often it comes.";
    // Actions.
    LooksFirst "Reads a device before it resets its passcode.";
    OneByOne "Puts one request into each batch.";
    BatchesEverything "Resets a passcode by a batch of one request.";
    // Tokens.
    RenewsEarly "Gets a new token when the one it has is five seconds old.";
    TokenPerService "Keeps a token for v1.0 and another for beta.";
    TwoInTurn "Is two clients, each with its own token, that work in turn.";
    // Time.
    SlowStart "Takes twenty seconds before its first request.";
    ReadsSlowly "Takes a millisecond for each byte of an answer.";
    FarTimeZone "Gives dates in a time zone fourteen hours ahead.";
}

impl Manner {
    /// The capability that it does without.
    pub const fn lacks(self) -> Option<&'static str> {
        match self {
            Self::NeverRetries => Some("retry.auto"),
            Self::FollowsNoRedirects => Some("redirect.follow"),
            _ => None,
        }
    }

    /// The manner with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|manner| manner.to_string() == name)
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

macro_rules! habits {
    ($( $name:ident $summary:literal; )*) => {
        /// A manner that only real sockets know.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum OnSockets { $( #[doc = $summary] $name, )* }

        impl OnSockets {
            /// All of them.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// What is different, in a sentence.
            pub const fn summary(self) -> &'static str { match self { $( Self::$name => $summary, )* } }
        }
    };
}

habits! {
    Http2 "Speaks HTTP/2, agreed upon in TLS, and without TLS from the first byte.";
    ByteByByte "Takes answers from the socket one byte at a time.";
    TwoAtOnce "Sends two batches at the same time, each with a token of its own.";
}

impl OnSockets {
    /// The manner with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|manner| manner.to_string() == name)
    }
}

impl fmt::Display for OnSockets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
