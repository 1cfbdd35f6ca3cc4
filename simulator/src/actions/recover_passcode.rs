//! `recoverPasscode`: the Passport PIN of a Windows phone (documented: beta types). Where the PIN would be read is not
//! known.

use super::RemoteAction;

/// `POST …/recoverPasscode`.
#[derive(Debug)]
pub struct RecoverPasscode;

impl RemoteAction for RecoverPasscode {
    fn name(&self) -> &'static str {
        "recoverPasscode"
    }
}
