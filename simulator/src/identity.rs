//! Microsoft's identity platform, as far as a client of Graph meets it: sign-ins, tokens, their refusals, and where to ask.
//!
//! Everything here is a function of what it is given: the directory, the request, the time and a draw. In reading order:
//! [`directory`] is which apps may ask and [`user`] who stands behind them, [`authorize`] is where a browser comes,
//! [`token_endpoint`] decides, [`sessions`] is what is remembered in between, [`error`] is every refusal,
//! [`access_token`] is what is handed out and how Graph reads it back, [`discovery`] is how clients find all that.

pub mod access_token;
pub mod artifact;
pub mod authority;
mod authorization_code;
pub mod authorize;
mod bounded;
pub mod certificate;
mod client;
mod client_assertion;
pub mod defect;
pub mod delegated_scope;
mod delegation;
pub mod device_authorization;
pub mod device_code;
pub mod directory;
pub mod discovery;
pub mod error;
mod form;
pub mod headers;
pub mod id_token;
pub mod intune_role;
pub mod jwt;
pub mod keys;
mod pem;
mod pkce;
pub mod redirect_uri;
mod refresh_token;
mod scope;
pub mod sessions;
mod tenant_name;
pub mod token_endpoint;
pub mod user;
pub mod user_documents;
mod user_grants;

#[cfg(test)]
mod tests;
