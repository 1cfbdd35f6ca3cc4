//! The portal over real sockets: its files and their guards, its way to Graph, and the calls that its lists are made of.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value as Json, json};
use simtune::portal::assets::{CONTENT_SECURITY_POLICY, FILES, PAGES, version};

use crate::sockets::{Running, exchange};

const TENANT: &str = "/api/tenants/default";
/// Bytes of everything that is loaded before the first view is there, as gzip.
const FIRST_LOAD: usize = 100 * 1024;

fn ask(running: &Running, line: &str, headers: &str, body: &str) -> String {
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        running.control,
        body.len()
    );
    exchange(running.control, request.as_bytes())
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next()?;
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn status(answer: &str) -> u16 {
    answer[9..12].parse().expect("a status")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("portal")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn user_token(running: &Running, user: &str) -> String {
    let (_, token) = running.control("POST", &format!("{TENANT}/tokens"), &json!({ "user": user }).to_string());
    token["access_token"].as_str().expect("a token").to_owned()
}

fn device(running: &Running, name: &str) -> String {
    let (_, found) = running.control("GET", &format!("{TENANT}/search?text={name}"), "");
    found["value"][0]["id"].as_str().expect("such a device").to_owned()
}

#[test]
fn the_page_comes_in_the_browsers_language_and_with_every_guard() {
    let running = Running::start();
    for (accepted, language) in [("fr-FR,fr;q=0.9", "fr"), ("en", "en"), ("de", "en")] {
        let answer = ask(&running, "GET /", &format!("Accept-Language: {accepted}\r\n"), "");
        assert_eq!(status(&answer), 200);
        assert_eq!(header(&answer, "content-language"), Some(language));
        assert!(answer.contains(&format!("<html lang=\"{language}\">")), "{answer}");
        assert_eq!(header(&answer, "vary"), Some("accept-encoding, accept-language"));
    }
    for path in FILES.iter().map(|file| file.path).chain(["/"]) {
        let answer = ask(&running, &format!("GET {path}"), "", "");
        assert_eq!(status(&answer), 200, "{path}");
        assert_eq!(header(&answer, "content-security-policy"), Some(CONTENT_SECURITY_POLICY), "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(header(&answer, "referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(header(&answer, "cross-origin-resource-policy"), Some("same-origin"), "{path}");
        assert_eq!(header(&answer, "cache-control"), Some("no-cache"), "{path}");
    }
    let page = ask(&running, "GET /", "", "");
    for reference in page.split("\"/portal/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let answer = ask(&running, &format!("GET /portal/{reference}"), "", "");
        assert_eq!(status(&answer), 200, "{reference}");
        assert_eq!(header(&answer, "cache-control"), Some("max-age=31536000, immutable"), "{reference}");
        assert_eq!(header(&answer, "content-security-policy"), Some(CONTENT_SECURITY_POLICY), "{reference}");
        assert!(reference.starts_with(version()), "{reference}");
    }
    for directive in ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(CONTENT_SECURITY_POLICY.contains(directive), "{directive}");
    }
    assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
}

#[test]
fn what_is_known_is_not_sent_again_and_what_is_sent_is_small() {
    let running = Running::start();
    let mut stream = TcpStream::connect(running.control).expect("it listens");
    let request =
        "GET /portal/main.js HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut packed = Vec::new();
    stream.read_to_end(&mut packed).expect("an answer");
    let end = packed.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8_lossy(&packed[..end]).into_owned();
    assert_eq!(header(&head, "content-encoding"), Some("gzip"), "{head}");
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&packed[end..]).read_to_string(&mut plain).expect("gzip");
    assert_eq!(plain, fs::read_to_string(folder().join("main.js")).unwrap());

    let tag = header(&head, "etag").expect("a tag").to_owned();
    let again = ask(&running, "GET /portal/main.js", &format!("If-None-Match: \"other\", {tag}\r\n"), "");
    assert_eq!((status(&again), again.split("\r\n\r\n").nth(1)), (304, Some("")));
    let other = ask(&running, "GET /portal/main.js", "If-None-Match: \"other\"\r\n", "");
    assert_eq!(status(&other), 200);

    // Everything, with what is only fetched when the tester's side is opened.
    let total: usize = FILES.iter().chain([&PAGES[0]]).map(simtune::portal::assets::Asset::packed_size).sum();
    assert!(total <= FIRST_LOAD, "{total} bytes");
}

#[test]
fn every_file_of_the_folder_is_served_and_nothing_else() {
    let running = Running::start();
    let mut served: Vec<String> =
        FILES.iter().map(|file| file.path.trim_start_matches("/portal/").to_owned()).collect();
    let mut there: Vec<String> = files_below(&folder())
        .iter()
        .map(|path| path.strip_prefix(folder()).unwrap().to_string_lossy().replace('\\', "/"))
        .filter(|name| name != "index.html")
        .collect();
    served.sort();
    there.sort();
    assert_eq!(served, there);
    for path in [
        "/portal",
        "/portal/",
        "/portal/index.html",
        "/portal/../Cargo.toml",
        "/portal/%2e%2e/Cargo.toml",
        "/main.js",
        "/portal/another-version/main.js",
    ] {
        assert_eq!(status(&ask(&running, &format!("GET {path}"), "", "")), 404, "{path}");
    }
    for verb in ["POST", "PUT", "DELETE"] {
        let answer = ask(&running, &format!("{verb} /"), "", "");
        assert_eq!((status(&answer), header(&answer, "allow")), (405, Some("GET, HEAD")), "{verb}");
    }
}

/// Text becomes text: nothing on the pages reads markup, and nothing runs that is not in a file of its own.
#[test]
fn no_script_writes_markup_and_no_page_has_a_script_within() {
    for path in files_below(&folder()) {
        let text = fs::read_to_string(&path).expect("text");
        let name = path.display();
        for forbidden in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "DOMParser",
            "eval(",
            "new Function",
            "setHTML",
            "srcdoc",
            "javascript:",
            "cssText",
            ".style.",
            "https://graph.microsoft.com/v",
        ] {
            assert!(!text.contains(forbidden), "{name} has {forbidden}");
        }
        if path.extension().is_some_and(|extension| extension == "html") {
            assert!(
                text.split("<script").skip(1).all(|rest| rest.split('>').next().unwrap().contains("src=\"/portal/"))
            );
            assert!(!text.contains("style=") && !text.contains("<style") && !text.contains(" on"), "{name}");
        }
    }
}

/// Every label of the page is in both languages: a row of the table has two texts, and none is empty.
#[test]
fn every_word_is_in_both_languages() {
    let table = fs::read_to_string(folder().join("i18n.js")).unwrap();
    for (english, french) in [
        ("All services", "Tous les services"),
        ("Microsoft Intune", "Microsoft Intune"),
        ("Devices", "Appareils"),
        ("All devices", "Tous les appareils"),
        ("More", "Plus"),
        ("Remove passcode", "Supprimer le code secret"),
        ("Device actions", "Actions d'appareil"),
    ] {
        assert!(table.contains(&format!("[\"{english}\", \"{french}\"]")), "{english} is not {french}");
    }
    let mut words = Vec::new();
    for path in files_below(&folder()) {
        let text = fs::read_to_string(&path).expect("text");
        // `t("word")`, and no other function whose name ends so.
        for (at, _) in text.match_indices("t(\"") {
            let before = text[..at].chars().next_back();
            if !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.') {
                words.push(text[at + 3..].split('"').next().unwrap().to_owned());
            }
        }
    }
    assert!(words.len() > 100, "only {} words are asked for", words.len());
    for word in words {
        assert!(table.contains(&format!("  {word}: [")), "{word} is asked for and not in the table");
    }
}

#[test]
fn what_the_portal_asks_of_graph_is_an_ordinary_exchange_of_the_user() {
    let running = Running::start();
    let token = user_token(&running, "helpdesk@simtune.example");
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let id = device(&running, "iPhone-1");
    let path = format!("/portal/graph/beta/deviceManagement/managedDevices/{id}");
    let origin = format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", running.control);
    let answer = ask(&running, &format!("POST {path}/resetPasscode"), &format!("{bearer}{origin}Cookie: a=b\r\n"), "");
    assert_eq!(status(&answer), 204, "{answer}");
    let request_id = header(&answer, "request-id").expect("an id").to_owned();

    let (_, journal) = running.control("GET", &format!("{TENANT}/journal"), "");
    let entry = journal["value"].as_array().unwrap().last().unwrap();
    assert_eq!(entry["door"], "portal");
    assert_eq!(entry["user"], "helpdesk@simtune.example");
    assert_eq!(entry["requestId"], request_id);
    assert_eq!(entry["target"], format!("/beta/deviceManagement/managedDevices/{id}/resetPasscode"));
    let headers = entry["request"]["headers"].as_object().unwrap();
    assert!(!headers.contains_key("cookie") && !headers.contains_key("origin"), "{headers:?}");
    assert_eq!(headers["host"], running.client.to_string(), "links lead to the client port");
    let (_, why) = running.control("GET", &format!("{TENANT}/why/{request_id}"), "");
    assert_eq!(why["status"], 204);

    let audits = ask(&running, "GET /portal/graph/beta/deviceManagement/remoteActionAudits", &bearer, "");
    assert!(audits.contains("\"initiatedByUserPrincipalName\":\"helpdesk@simtune.example\""), "{audits}");
    assert!(audits.contains(&format!("http://{}/beta/$metadata", running.client)), "{audits}");

    let read_only = user_token(&running, "read.only@simtune.example");
    let refused =
        ask(&running, &format!("POST {path}/resetPasscode"), &format!("Authorization: Bearer {read_only}\r\n"), "");
    assert_eq!(status(&refused), 403, "{refused}");
    assert_eq!(status(&ask(&running, &format!("GET {path}"), "", "")), 401, "no token, no answer");
    for path in
        ["/portal/graph", "/portal/graph/", "/portal/graph/v2.0/users", "/portal/graph/organizations/oauth2/v2.0/token"]
    {
        assert_eq!(status(&ask(&running, &format!("GET {path}"), &bearer, "")), 404, "{path}");
    }
}

#[test]
fn faults_strike_the_portal_too() {
    let running = Running::start();
    let bearer = format!("Authorization: Bearer {}\r\n", user_token(&running, "helpdesk@simtune.example"));
    let asked = "GET /portal/graph/v1.0/deviceManagement/managedDevices?$top=1";
    for (act, expected) in [
        (json!({ "status": { "code": 503, "retryAfter": 7 } }), 503),
        (json!({ "reset": { "at": "body" } }), 502),
        (json!({ "truncate": { "bytes": 10 } }), 502),
        (json!({ "chunk": { "bytes": 10 } }), 200),
    ] {
        let rules = json!({ "value": [{ "id": "struck", "match": {}, "act": act }] });
        running.control("PUT", &format!("{TENANT}/faults"), &rules.to_string());
        let answer = ask(&running, asked, &bearer, "");
        assert_eq!(status(&answer), expected, "{act} {answer}");
        if expected == 502 {
            assert!(answer.contains("a fault cut the connection"), "{answer}");
        }
        let (_, faults) = running.control("GET", &format!("{TENANT}/faults"), "");
        assert_eq!(faults["value"][0]["hits"], 1);
    }
}

#[test]
fn pages_of_other_origins_can_neither_ask_nor_change() {
    let running = Running::start();
    let own = format!("http://{}", running.control);
    let before = running.control("GET", &format!("{TENANT}/clock"), "").1;
    let change =
        |headers: &str| status(&ask(&running, &format!("POST {TENANT}/clock/advance"), headers, "{\"by\":\"PT1H\"}"));
    for headers in [
        "Origin: http://evil.example\r\n".to_owned(),
        "Origin: null\r\n".to_owned(),
        // The client port, where the sign-in pages are, is another origin on the same host.
        format!("Origin: http://{}\r\n", running.client),
        // A browser that keeps its origin to itself still says whose page asks.
        "Sec-Fetch-Site: cross-site\r\n".to_owned(),
        "Sec-Fetch-Site: same-site\r\n".to_owned(),
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n".to_owned(),
        format!("Origin: {own}\r\nSec-Fetch-Site: cross-site\r\n"),
    ] {
        assert_eq!(change(&headers), 403, "{headers}");
    }
    assert_eq!(running.control("GET", &format!("{TENANT}/clock"), "").1, before, "nothing has happened");
    for headers in [
        String::new(),
        format!("Origin: {own}\r\nSec-Fetch-Site: same-origin\r\n"),
        "Sec-Fetch-Site: none\r\n".to_owned(),
    ] {
        assert_eq!(change(&headers), 200, "{headers}");
    }

    let get = |path: &str, headers: &str| status(&ask(&running, &format!("GET {path}"), headers, ""));
    let link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    assert_eq!(get("/", link), 200, "a link may lead to the portal");
    assert_eq!(get("/api/ready", link), 403, "and to nothing else");
    let script = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n";
    for path in ["/", "/api/ready", "/portal/main.js", "/portal/graph/v1.0/users"] {
        assert_eq!(get(path, script), 403, "{path}");
    }
    let foreign =
        format!("GET / HTTP/1.1\r\nHost: evil.example:{}\r\nConnection: close\r\n\r\n", running.control.port());
    assert_eq!(status(&exchange(running.control, foreign.as_bytes())), 403, "a name of somebody else's");
    assert_eq!(
        status(&exchange(
            running.client,
            b"GET /portal/main.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )),
        401,
        "on the client port it is a path of Graph's like any other"
    );
}

#[test]
fn a_search_finds_what_the_user_may_see() {
    let running = Running::start();
    let search = |query: &str| running.control("GET", &format!("{TENANT}/search?{query}"), "");
    let names = |(status, found): (u16, Json)| -> Vec<String> {
        assert_eq!(status, 200, "{found}");
        found["value"].as_array().unwrap().iter().map(|row| row["deviceName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(search("text=ipad-Q")), ["iPad-quote"]);
    assert_eq!(names(search("platform=linux&order=version&descending=true")), ["linux-2", "linux-1"]);
    assert_eq!(names(search("platform=linux&skip=1&top=1")), ["linux-2"]);
    assert_eq!(search("platform=linux&top=1").1["count"], 2);
    assert_eq!(search("user=helpdesk@simtune.example").1["count"], search("").1["count"]);

    let tagged = r#"{"userPrincipalName":"tagged@simtune.example","role":"helpDeskOperator","scopeTags":["7"]}"#;
    running.control("POST", &format!("{TENANT}/users"), tagged);
    assert_eq!(search("user=tagged@simtune.example").1["count"], 0);
    let id = device(&running, "linux-2");
    running.control("PATCH", &format!("{TENANT}/devices/{id}"), r#"{"roleScopeTagIds":["7"]}"#);
    assert_eq!(names(search("user=tagged@simtune.example")), ["linux-2"]);

    let (status, refused) = search("user=unlicensed@simtune.example");
    assert_eq!((status, &refused["error"]["code"]), (403, &Json::from("noIntuneAccess")));
    for wrong in
        ["platform=symbian", "order=size", "descending=maybe", "skip=-1", "top=0", "top=201", "texts=x", "compliance"]
    {
        let (status, answer) = search(wrong);
        assert_eq!(status, if wrong == "compliance" { 200 } else { 400 }, "{wrong} {answer}");
    }
    assert_eq!(search("user=nobody").0, 404);
}

/// What the portal offers is what the service accepts: for every device of the fleet, and whoever asks.
#[test]
fn an_offer_is_what_the_service_says_when_it_is_asked() {
    let running = Running::start();
    let (_, fleet) = running.control("GET", &format!("{TENANT}/search?top=200"), "");
    for user in ["helpdesk@simtune.example", "read.only@simtune.example", "intune.admin@simtune.example"] {
        let bearer = format!("Authorization: Bearer {}\r\n", user_token(&running, user));
        for row in fleet["value"].as_array().unwrap().iter().step_by(3) {
            let id = row["id"].as_str().unwrap();
            let (_, offers) = running.control("GET", &format!("{TENANT}/devices/{id}/actions?user={user}"), "");
            for action in ["resetPasscode", "remoteLock", "rebootNow"] {
                let offer = offers["value"].as_array().unwrap().iter().find(|offer| offer["action"] == action).unwrap();
                let path = format!("/portal/graph/beta/deviceManagement/managedDevices/{id}/{action}");
                let expected = match (&offer["right"]["allowed"], &offer["matrix"]["supported"]) {
                    (Json::Bool(false), _) => 403,
                    (_, Json::Bool(false)) => 400,
                    _ => 204,
                };
                let answer = ask(&running, &format!("POST {path}"), &bearer, "");
                assert_eq!(status(&answer), expected, "{user} {} {action} {offer}", row["deviceName"]);
            }
            running.control("POST", &format!("{TENANT}/reset"), "");
        }
    }
}

#[test]
fn an_offer_names_the_row_its_source_and_the_permission() {
    let running = Running::start();
    let offer = |name: &str, user: &str| {
        let id = device(&running, name);
        let (_, offers) =
            running.control("GET", &format!("{TENANT}/devices/{id}/actions?user={user}@simtune.example"), "");
        offers["value"].as_array().unwrap().iter().find(|offer| offer["action"] == "resetPasscode").unwrap().clone()
    };
    let phone = offer("Android-6", "helpdesk");
    assert_eq!(
        phone["matrix"]["outcome"],
        json!({ "kind": "temporary", "scope": "device", "characters": "letters-and-digits" })
    );
    assert_eq!(offer("iPhone-1", "helpdesk")["matrix"]["outcome"], json!({ "kind": "removed" }));
    let pc = offer("DESKTOP-1", "read.only");
    assert_eq!(pc["matrix"]["row"], "2018-03-08, windows-desktop");
    assert!(pc["matrix"]["source"].as_str().unwrap().contains("4bc4f7a2c"));
    assert_eq!(
        pc["right"],
        json!({ "allowed": false, "missing": "permission", "permission": "Remote tasks / Reset passcode" })
    );
    assert_eq!(offer("iPhone-1", "unlicensed")["right"]["missing"], "licence");
}

#[test]
fn editions_are_values_that_can_be_put_side_by_side() {
    let running = Running::start();
    let (_, editions) = running.control("GET", "/api/editions", "");
    let editions = editions["value"].as_array().unwrap();
    assert_eq!(editions.len(), simtune::support::EDITIONS.len());
    for edition in editions {
        let (status, shown) = running.control("GET", &format!("/api/editions/{}", edition["id"].as_str().unwrap()), "");
        assert_eq!((status, &shown["id"]), (200, &edition["id"]));
        assert!(!shown["rows"].as_array().unwrap().is_empty());
    }
    assert_eq!(running.control("GET", "/api/editions/latest", "").1["id"], editions.last().unwrap()["id"]);
    assert_eq!(running.control("GET", "/api/editions/1999-01-01", "").0, 404);
}

#[test]
fn whoever_listens_hears_of_the_world_too() {
    let running = Running::start();
    let id = device(&running, "iPhone-1");
    let mut stream = TcpStream::connect(running.control).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    write!(stream, "GET /api/events?world=true HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut heard = String::new();
    let mut until = |what: &str| {
        let mut buffer = [0; 4096];
        while !heard.contains(what) {
            let read = stream.read(&mut buffer).expect("an event in time");
            heard.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        std::mem::take(&mut heard)
    };
    let first = until("event: world\ndata: {");
    assert!(first.contains("text/event-stream"), "{first}");
    // Nobody asks Graph for anything: the device itself is changed, and the clock is moved.
    running.control("PATCH", &format!("{TENANT}/devices/{id}"), r#"{"deviceName":"renamed"}"#);
    until("event: world\ndata: {");
    running.control("POST", &format!("{TENANT}/clock/advance"), r#"{"by":"P1D"}"#);
    until("event: world\ndata: {");
    assert_eq!(running.control("GET", "/api/events?world=maybe", "").0, 400);
}

#[test]
fn the_first_users_are_those_with_a_role() {
    let running = Running::start();
    let (_, users) = running.control("GET", &format!("{TENANT}/users?top=5"), "");
    let users = users["value"].as_array().unwrap();
    assert_eq!(users.len(), 5);
    assert!(users.iter().all(|user| user["role"] != "none"));
    assert_eq!(running.control("GET", &format!("{TENANT}/users?top=0"), "").0, 400);
}
