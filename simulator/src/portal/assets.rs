//! The portal's files, compiled in: what each is, how it is sent, and that nothing else may run on its pages.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::exchange::Request;
use crate::gzip;
use crate::outgoing::Outgoing;

/// What a page of the portal may load: its own files, and nothing from anywhere else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What goes with every file, beside what is said of the file itself.
const GUARDS: [(&str, &str); 5] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Asked for anew each time: another simulator may be on this port tomorrow. What is unchanged is a 304.
const CHECKED: &str = "no-cache";
/// Under a path that names the version of all files, a file is always the same.
const FOREVER: &str = "max-age=31536000, immutable";

/// Where the files are served.
const BELOW: &str = "/portal/";
const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// One file of the portal.
#[derive(Debug)]
pub struct Asset {
    /// Where it is served.
    pub path: &'static str,
    /// What it is.
    pub media_type: &'static str,
    /// The language written into it, where it has one.
    language: Option<&'static str>,
    text: &'static str,
    /// Its bytes as they are sent, made when it is first asked for: a start pays nothing for them.
    made: OnceLock<Made>,
}

#[derive(Debug)]
struct Made {
    tag: HeaderValue,
    plain: Bytes,
    packed: Bytes,
}

macro_rules! asset {
    ($path:expr, $media_type:expr, $language:expr, $file:literal) => {
        Asset {
            path: $path,
            media_type: $media_type,
            language: $language,
            text: include_str!(concat!("../../portal/", $file)),
            made: OnceLock::new(),
        }
    };
}

macro_rules! scripts {
    ($( $file:literal )*) => {
        /// Every file but the page itself.
        pub static FILES: [Asset; [$( $file ),*].len() + 2] = [
            asset!("/portal/portal.css", "text/css; charset=utf-8", None, "portal.css"),
            asset!("/portal/icon.svg", "image/svg+xml", None, "icon.svg"),
            $( asset!(concat!("/portal/", $file), SCRIPT, None, $file), )*
        ];
    };
}

scripts! {
    "theme.js" "main.js" "dom.js" "i18n.js" "api.js" "state.js" "router.js" "live.js" "format.js" "shell.js"
    "sign-in.js" "services.js" "intune.js" "devices.js" "device.js" "commands.js" "dialog.js" "actions.js"
    "tester/dock.js" "tester/journal.js" "tester/faults.js" "tester/clock.js" "tester/quirks.js" "tester/matrix.js"
    "tester/physical.js" "tester/tenants.js" "tester/budgets.js" "tester/connect.js"
}

/// The page, in each language. The first is for whoever prefers neither.
pub static PAGES: [Asset; 2] =
    [asset!("/", HTML, Some("en"), "index.html"), asset!("/", HTML, Some("fr"), "index.html")];

/// The answer to a request for a file of the portal; nothing where no file has that path.
pub fn answer(request: &Request) -> Option<Response<Outgoing>> {
    let path = request.uri.path();
    if path == "/" {
        let page = page(request.header(header::ACCEPT_LANGUAGE).unwrap_or_default());
        return Some(page.response(request, CHECKED));
    }
    let find = |name: &str| FILES.iter().find(|file| file.name() == name);
    let name = path.strip_prefix(BELOW)?;
    if let Some(file) = find(name) {
        return Some(file.response(request, CHECKED));
    }
    let (first, rest) = name.split_once('/')?;
    find(rest).filter(|_| first == version()).map(|file| file.response(request, FOREVER))
}

/// What all files together are called, so that a browser asks for none of them twice.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
        for file in &FILES {
            digest.update(file.text.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(&digest.finish().as_ref()[..9])
    })
}

/// The page in the language that a browser prefers.
fn page(accepted: &str) -> &'static Asset {
    let mut best: (f32, &Asset) = (0.0, &PAGES[0]);
    for offer in accepted.split(',') {
        let (range, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        let primary = range.trim().split('-').next().unwrap_or_default();
        let known = PAGES.iter().find(|page| page.language.is_some_and(|known| known.eq_ignore_ascii_case(primary)));
        if let Some(page) = known.filter(|_| weight > best.0) {
            best = (weight, page);
        }
    }
    best.1
}

impl Asset {
    fn made(&self) -> &Made {
        self.made.get_or_init(|| {
            let plain = match self.language {
                Some(language) => Bytes::from(self.text.replace("{lang}", language).replace("{version}", version())),
                None => Bytes::from_static(self.text.as_bytes()),
            };
            let digest = ring::digest::digest(&ring::digest::SHA256, &plain);
            let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12]));
            Made {
                tag: HeaderValue::try_from(tag).expect("base64 in quotes is a header's value"),
                packed: gzip::compress_well(&plain),
                plain,
            }
        })
    }

    /// Its path below the folder of the portal.
    pub fn name(&self) -> &'static str {
        self.path.strip_prefix(BELOW).unwrap_or(self.path)
    }

    /// Bytes of it on the wire, as gzip.
    pub fn packed_size(&self) -> usize {
        self.made().packed.len()
    }

    fn response(&self, request: &Request, caching: &'static str) -> Response<Outgoing> {
        let made = self.made();
        let known = request.header(header::IF_NONE_MATCH);
        let unchanged =
            known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().as_bytes() == made.tag.as_bytes()));
        let packed = request.accepts_gzip();
        let body = if packed { &made.packed } else { &made.plain };
        let mut response = Response::new(Outgoing::Sized((!unchanged).then(|| body.clone())));
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, made.tag.clone());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        let vary = if self.language.is_some() { "accept-encoding, accept-language" } else { "accept-encoding" };
        headers.insert(header::VARY, HeaderValue::from_static(vary));
        if let Some(language) = self.language {
            headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        if packed && !unchanged {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        for (name, value) in GUARDS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn the_browser_decides_about_the_language() {
        for (accepted, language) in [
            ("", "en"),
            ("de", "en"),
            ("fr", "fr"),
            ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
            ("en-GB,en;q=0.9,fr;q=0.8", "en"),
            ("de,fr;q=0.5", "fr"),
            ("en;q=0.2, FR;q=0.7", "fr"),
            ("fr;q=0", "en"),
            ("fr;q=x", "en"),
        ] {
            assert_eq!(page(accepted).language, Some(language), "{accepted}");
        }
    }
}
