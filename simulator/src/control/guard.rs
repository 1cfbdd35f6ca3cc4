//! Keeps web pages out: a browser that was led here by a foreign name or page gets 403.
//!
//! `Host` must be localhost or an address: a name that a stranger's DNS points at this machine is neither. `Origin`,
//! where there is one, must be this port itself.

use hyper::StatusCode;
use hyper::header;

use super::reply::ApiError;
use crate::exchange::Request;

/// Refuses a foreign `Host` or `Origin`.
pub(super) fn check(request: &Request) -> Result<(), ApiError> {
    let Some(authority) = request.authority() else {
        return Err(foreign("the request names no host; send Host: localhost".to_owned()));
    };
    if !is_local(host_of(authority)) {
        return Err(foreign(format!(
            "the control port is not called '{authority}'; use localhost or an IP address, so that no web page can reach it by a name of its own"
        )));
    }
    let Some(origin) = request.headers.get(header::ORIGIN) else { return Ok(()) };
    let own = origin
        .to_str()
        .is_ok_and(|origin| origin.split_once("://").is_some_and(|(_, theirs)| theirs.eq_ignore_ascii_case(authority)));
    if own {
        return Ok(());
    }
    Err(foreign(format!(
        "pages of '{}' may not use the control port; only its own pages and programs may",
        String::from_utf8_lossy(origin.as_bytes())
    )))
}

fn host_of(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    authority.split(':').next().unwrap_or_default()
}

fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok()
}

fn foreign(message: String) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "foreign", message)
}
