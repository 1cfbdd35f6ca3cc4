//! Keeps web pages out: a browser that was led here by a foreign name or page gets 403.
//!
//! `Host` must be localhost or an address: a name that a stranger's DNS points at this machine is neither. `Origin`,
//! where there is one, must be this port itself. A browser that says whose page asks (`Sec-Fetch-Site`) is believed where
//! it says that it is another's; only a link may lead here from elsewhere, to the portal's page.

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
    check_site(request)?;
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

/// Refuses what a page of another origin lets a browser send, even without `Origin`: an image, a script, a form.
fn check_site(request: &Request) -> Result<(), ApiError> {
    let said = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
    let Some(site @ ("cross-site" | "same-site")) = said("sec-fetch-site") else { return Ok(()) };
    let is_link = said("sec-fetch-mode") == Some("navigate") && said("sec-fetch-dest") == Some("document");
    if is_link && super::is_safe(&request.method) && request.uri.path() == "/" {
        return Ok(());
    }
    Err(foreign(format!(
        "a page of another origin asked for this ({site}); only the control port's own pages and programs may use it"
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
