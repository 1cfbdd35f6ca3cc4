//! What each refusal is about: who decides it, why, and the way out. Its source stands where it is spelled, in `wire::error`.

/// What a refusal is about.
#[derive(Debug)]
pub(super) struct Cause {
    /// The refusal's name in the journal.
    pub(super) refusal: &'static str,
    /// Who decides it, in the order of [`crate::service`].
    pub(super) by: &'static str,
    /// Why, and the way out.
    pub(super) text: &'static str,
    /// The quirks that decide it, where any do.
    pub(super) quirks: &'static [&'static str],
}

/// The cause of the refusal called `name`.
pub(super) fn cause(name: &str) -> Option<&'static Cause> {
    CAUSES.iter().find(|cause| cause.refusal == name)
}

macro_rules! causes {
    ($($refusal:literal $by:literal [$($quirk:literal)*] $text:literal)*) => {
        &[$(Cause { refusal: $refusal, by: $by, text: $text, quirks: &[$($quirk),*] }),*]
    };
}

/// The table. A refusal without a row fails a test.
pub(super) const CAUSES: &[Cause] = causes! {
    "lengthRequired" "web server" ["post-without-length"]
        "A POST over HTTP/1.1 came with neither Content-Length nor Transfer-Encoding. Send Content-Length: 0 where there is no body."
    "bodyTooLarge" "web server" [] "The body is larger than simtune reads."
    "targetTooLong" "web server" [] "The URL is longer than simtune reads."
    "unreadable" "web server" [] "What came is no HTTP request that can be read, or its head is too large."
    "elsewhere" "proxy" []
        "The proxy was asked for a host that simtune does not answer for; nothing leaves this machine. Put the host into NO_PROXY."
    "noTunnel" "proxy" [] "A tunnel was asked for over HTTP/2 or inside another tunnel."
    "tokenEmpty" "token" [] "There is no Authorization header, or nothing behind Bearer. The JavaScript SDK sends none over plain http."
    "tokenMalformed" "token" [] "What stands behind Bearer is no JWT for Graph. Send the access token, not the id token."
    "tokenSignature" "token" [] "Somebody else signed the token: it comes from another run, or from the real Entra. Get one from this simulator."
    "tokenAudience" "token" [] "The token is for another resource. Ask for the scope https://graph.microsoft.com/.default, or for this simulator's own name."
    "tokenStranger" "token" [] "The token's tenant is not known here. A tenant that was deleted, or another seed, makes another tenant."
    "tokenExpired" "token" [] "By the tenant's clock the token's time is over. Get another; a clock moved by hand ages tokens too."
    "tokenNotYetValid" "token" [] "By the tenant's clock the token's time has not begun. Was the clock set back by a new tenant or a reset?"
    "sessionRevoked" "token" []
        "The user's sessions were revoked after the token was made. The user has to sign in again; WWW-Authenticate carries the claims to ask with, for clients that said they understand them."
    "throttled" "throttle" ["throttle-answer" "retry-after"]
        "The request is beyond a budget, and budgets are enforced. Wait as Retry-After says, or as long as the budget's window where there is none."
    "noRoute" "route" ["count-segment-v1" "detected-app-get"] "There is something at that path, but not for that verb, or not in that version."
    "noSegment" "route" [] "A segment of the path is not known: it is misspelt, or not emulated (docs/contract.md lists what is)."
    "noVersion" "route" [] "The path begins with neither v1.0 nor beta."
    "noSignedInUser" "role" [] "The path begins with /me, and the token is an app's own: nobody is signed in."
    "missingScope" "role" []
        "The token carries none of the permissions that the answer lists. A token minted before a grant lacks it: get another."
    "directoryDenied" "role" [] "The token carries no permission to read the directory. Graph's directory words this otherwise than Intune does."
    "roleDenied" "role" [] "The token would do, but the signed-in user's Intune role does not have the permission."
    "noIntuneAccess" "role" [] "The signed-in user has no Intune licence or no part in Intune. The 401 means forbidden: another token does not help."
    "badQuery" "query" ["filter-unsupported" "filter-id" "search" "skip" "top-above-page"] "A query option or an argument cannot be used; the answer's message says which and where."
    "badBody" "query" [] "The body is not the JSON object that the operation reads."
    "unsupportedAction" "operation" ["unsupported-action"]
        "The support matrix does not have the action for this device, or its arguments do not fit the device. The service says no more than this 400."
    "unknownDevice" "operation" ["unknown-id"] "No device has that id: it is misspelt, was deleted, retired or wiped, or is outside the user's scope tags."
    "malformedId" "operation" [] "The device's id is no GUID."
    "readOnlyProperty" "operation" [] "A PATCH names a property that looks as if it could be written and cannot."
    "unknownDirectoryObject" "operation" [] "No user has that id or sign-in name."
    "batchFormat" "batch" [] "The body is no batch: an object with the list requests, whose items have an id, a method and a relative URL."
    "batchTooLarge" "batch" ["batch-limit"] "The batch holds more requests than a batch may."
    "batchDuplicateId" "batch" [] "Two requests of the batch have the same id; ids differ by more than case."
    "batchNoBody" "batch" [] "A request of the batch that writes has no body. Send {} where there is nothing to say."
    "batchNoContentType" "batch" ["batch-content-type"] "A request of the batch has a body and no Content-Type of its own."
    "batchDependency" "batch" ["batch-dependencies"] "A request of the batch depends on one that is not there, not listed before, or depends on it in turn."
    "batchMixed" "batch" ["batch-dependencies"] "The requests of the batch depend on each other in a pattern that the service does not take."
    "batchVerb" "batch" [] "A batch is a POST."
    "failedDependency" "batch" [] "A request that this one depends on failed, so it was not asked."
};

#[cfg(test)]
mod tests {
    use super::{CAUSES, cause};
    use crate::quirks::QUIRKS;

    #[test]
    fn causes_name_real_quirks_and_no_refusal_twice() {
        for (index, cause) in CAUSES.iter().enumerate() {
            assert!(CAUSES[..index].iter().all(|other| other.refusal != cause.refusal), "{}", cause.refusal);
            for quirk in cause.quirks {
                assert!(QUIRKS.iter().any(|known| known.name == *quirk), "{quirk}");
            }
        }
        assert!(cause("throttled").is_some());
    }
}
