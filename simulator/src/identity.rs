//! Microsoft's identity platform, as far as an app-only client of Graph meets it: tokens, their refusals, and where to ask.
//!
//! Everything here is a function of what it is given: the directory, the request, the time and a draw. In reading order:
//! [`directory`] is who may ask, [`token_endpoint`] decides, [`error`] is every refusal, [`access_token`] is what is
//! handed out and how Graph reads it back, [`discovery`] is how clients find all that.

pub mod access_token;
pub mod authority;
pub mod certificate;
mod client_assertion;
pub mod directory;
pub mod discovery;
pub mod error;
pub mod headers;
pub mod jwt;
pub mod keys;
mod pem;
mod scope;
pub mod token_endpoint;

#[cfg(test)]
mod tests;
