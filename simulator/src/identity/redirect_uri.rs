//! Where an answer may be sent: the addresses an app registered, and those every app has.

use uuid::Uuid;

use super::authority::{Address, CLOUDS, is_loopback_host};

/// Whether `uri` may receive the codes of the app `client_id` that registered `registered`.
///
/// Everywhere: a loopback address with any port and path (documented: the port of a loopback redirect is ignored; that
/// the path is, too, is this simulator's kindness), the native client's page of each cloud, and `msal{client id}://auth`.
pub(super) fn is_registered(uri: &str, client_id: Uuid, registered: &[String]) -> bool {
    if !uri.is_ascii() || uri.contains('#') || uri.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return false;
    }
    if registered.iter().any(|known| known == uri) || uri == format!("msal{client_id}://auth") {
        return true;
    }
    let Some(address) = Address::parse(uri) else { return false };
    if is_loopback_host(address.host) {
        // Only digits behind the colon: what else a browser makes of it is not for us to guess.
        return address.host.rsplit(':').next().is_some_and(|port| {
            port.len() == address.host.len() || port.ends_with(']') || port.bytes().all(|byte| byte.is_ascii_digit())
        });
    }
    address.path == "/common/oauth2/nativeclient"
        && address.scheme == "https"
        && CLOUDS.iter().any(|cloud| cloud.aliases.contains(&address.host))
}

/// Whether an app may register `uri`: absolute, without a fragment, and nothing a browser would run.
pub fn may_be_registered(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let harmful = ["javascript", "data", "vbscript", "blob", "file", "about"];
    named
        && !rest.is_empty()
        && !harmful.iter().any(|known| known.eq_ignore_ascii_case(scheme))
        && uri.is_ascii()
        && !uri.contains(|c: char| {
            c.is_control() || c.is_whitespace() || matches!(c, '#' | '"' | '\'' | ';' | ',' | '<' | '>')
        })
}

/// What a content security policy calls the place that `uri` leads to.
pub fn csp_source(uri: &str) -> Option<String> {
    match Address::parse(uri) {
        Some(address) => {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
            address.host.bytes().all(plain).then(|| format!("{}://{}", address.scheme, address.host))
        }
        None => uri.split_once(':').map(|(scheme, _)| format!("{scheme}:")),
    }
}

#[cfg(test)]
mod tests {
    use super::{csp_source, is_registered, may_be_registered};
    use uuid::Uuid;

    #[test]
    fn a_code_goes_to_registered_places_only() {
        let registered = ["https://app.example/callback".to_owned()];
        let own = format!("msal{}://auth", Uuid::nil());
        for uri in [
            "http://localhost",
            "http://localhost:8400/",
            "http://127.0.0.1:1/any/path?x=1",
            "http://[::1]:9/",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
            "https://app.example/callback",
            &own,
        ] {
            assert!(is_registered(uri, Uuid::nil(), &registered), "{uri}");
        }
        for uri in [
            "",
            "https://app.example/callback/",
            "https://app.example/other",
            "https://localhost.evil.example/",
            "http://localhost@evil.example/",
            "http://127.0.0.1.evil.example/",
            "//localhost/",
            "javascript:alert(1)",
            "http://localhost:80.evil.example/",
            "http://localhost:80\\.evil.example/",
            "http://localhost\\@evil.example/",
            "http://localhost/#x",
            "http://localhost/\r\nx",
            "https://login.microsoftonline.com/common/oauth2/nativeclient/x",
            "msal11111111-2222-4333-8444-555555555555://auth",
        ] {
            assert!(!is_registered(uri, Uuid::nil(), &registered), "{uri}");
        }
    }

    #[test]
    fn what_a_browser_would_run_is_not_registered() {
        assert!(may_be_registered("https://app.example/cb"));
        assert!(may_be_registered("com.example.app://auth"));
        for uri in
            ["", "app", "JavaScript:alert(1)", "data:text/html,x", "https://a.example/#x", "https://a.example/; x"]
        {
            assert!(!may_be_registered(uri), "{uri}");
        }
    }

    #[test]
    fn policies_name_places_without_their_paths() {
        assert_eq!(csp_source("http://localhost:8400/a/b").as_deref(), Some("http://localhost:8400"));
        assert_eq!(csp_source("msalx://auth").as_deref(), Some("msalx:"));
        assert_eq!(csp_source("https://a;b/"), None);
    }
}
