//! What was once said of published clients and was not true is not said again: each case keeps a lawful course, taken from
//! the wire, and beside it the breach that the rule is for.

use simtune_conformance::client_log::{Answer, ClientError, ClientLog, End, ErrorKind, Performed};
use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::drive::Drive;
use simtune_conformance::evidence::Evidence;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::judge::judge;
use simtune_conformance::manner::Manner;
use simtune_conformance::operation::{DeviceRef, FindBy, Op};
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::{Profile, Watch};
use simtune_conformance::rules;
use simtune_conformance::scenario::{Device, Scenario};
use simtune_conformance::stimulus::{
    Act, BodyKind, Destination, Endpoint, ErrorBody, PageKind, RetryAfter, Stimulus, TokenDefect,
};
use simtune_conformance::trace::{Exchange, Given, Moment, Party, Sent, Trace};

/// So many devices, one on a page, listed, while this happens to the first request.
fn listing(devices: usize, act: Act) -> Scenario {
    let mut scenario = Scenario::new(1);
    scenario.tenant.page = 1;
    scenario.tenant.devices = (0..devices).map(|place| Device::of_row("ios", &format!("Device {place}"))).collect();
    scenario.program = vec![Op::ListDevices { filter: None, select: vec![] }];
    scenario.stimuli = vec![Stimulus::once(Endpoint::List, 1, act)];
    scenario
}

fn exchange(at: u64, request: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
    let (method, target) = request.split_once(' ').unwrap();
    let request = Sent { method: method.into(), target: target.into(), headers: Vec::new(), body: String::new() };
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Exchange {
        arrived: Moment(at * 1_000),
        answered: Moment(at * 1_000),
        during: Some(0),
        party: Party::Service,
        connection: None,
        endpoint: request.endpoint(),
        page: None,
        request,
        response: Given { status: Some(status), headers, body: body.to_owned(), whole: true },
        stimuli: Vec::new(),
    }
}

fn evidence(exchanges: Vec<Exchange>, end: End) -> Evidence {
    let operations = vec![Performed { op: 0, began: Moment(0), ended: Moment(60_000_000), end }];
    Evidence {
        trace: Trace { exchanges },
        log: ClientLog { operations, text: String::new() },
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        ..Evidence::default()
    }
}

fn failed(kind: ErrorKind, status: Option<u16>) -> End {
    let error = ClientError { kind, status, ..ClientError::default() };
    End::Answered(Box::new(Answer { error: Some(error), ..Answer::default() }))
}

/// What a rule says of evidence.
fn says(rule: &str, scenario: &Scenario, evidence: &Evidence) -> Vec<String> {
    let check = rules::rule(rule).unwrap().check().unwrap();
    (check.judge)(&evidence.case(scenario)).into_iter().map(|breach| breach.text).collect()
}

const LIST: &str = "GET /v1.0/deviceManagement/managedDevices";

/// `@azure/identity` puts an id of its own into the address of each token request.
#[test]
fn other_ids_in_token_requests_are_no_other_course() {
    let scenario = listing(1, Act::status(400));
    let course = |id: &str, lists: u64| {
        let mut exchanges =
            vec![exchange(0, &format!("POST /t/oauth2/v2.0/token?client-request-id={id}"), 200, &[], "")];
        exchanges.extend((1..=lists).map(|at| exchange(at, LIST, 400, &[], "")));
        evidence(exchanges, failed(ErrorKind::Http, Some(400)))
    };
    let Watch::Twins(_, twin) = &rules::rule("ERR-03").unwrap().watch else { panic!("ERR-03 compares twins") };
    let differ = |one: &Evidence, other: &Evidence| (twin.differ)(&one.case(&scenario), &other.case(&scenario)).len();
    assert_eq!(differ(&course("a", 1), &course("b", 1)), 0);
    assert_eq!(differ(&course("a", 2), &course("b", 1)), 1, "it came again because of the words");
}

/// Whoever reads a date as local time waits for hours, which no text forbids.
#[test]
fn who_still_waits_may_come_again() {
    let scenario = listing(1, Act::come_again(429, RetryAfter::Seconds(1)));
    let throttled = |end: End| {
        let mut exchanges = vec![exchange(0, LIST, 429, &[("retry-after", "1")], "")];
        exchanges[0].stimuli = vec![0];
        evidence(exchanges, end)
    };
    for end in [End::NotAwaited, End::Hung] {
        assert_eq!(says("THR-07", &scenario, &throttled(end)), [""; 0]);
    }
    assert_eq!(says("RUN-01", &scenario, &throttled(End::NotAwaited)), [""; 0]);
    assert_eq!(says("THR-07", &scenario, &throttled(failed(ErrorKind::Http, Some(429)))).len(), 1);
}

/// A filter that was not escaped is refused, and the refusal is compressed like everything.
#[test]
fn compression_is_not_blamed_for_what_was_asked_wrongly() {
    let mut scenario = listing(1, Act::status(429));
    scenario.stimuli.clear();
    let gzip = [("content-encoding", "gzip")];
    let refused = evidence(vec![exchange(0, LIST, 400, &gzip, "{}")], failed(ErrorKind::Http, Some(400)));
    assert_eq!(says("PAR-10", &scenario, &refused), [""; 0]);
    let given = evidence(vec![exchange(0, LIST, 200, &gzip, "{\"value\":[]}")], failed(ErrorKind::Parse, None));
    assert_eq!(says("PAR-10", &scenario, &given).len(), 1);
}

/// Following a redirect is asking for the same thing.
#[test]
fn an_id_is_kept_along_a_redirect() {
    let scenario = listing(1, Act::Redirect { code: 302, location: Destination::Itself });
    let with_id = |mut exchange: Exchange| {
        let id = "7a6f3f9e-0c0e-4c0e-9d0a-2f6d8a1b3c4d".to_owned();
        exchange.request.headers.push(("client-request-id".to_owned(), id));
        exchange
    };
    let course = |first: u16| {
        let elsewhere = "GET /v1.0/deviceManagement/managedDevices?elsewhere";
        let exchanges = vec![exchange(0, LIST, first, &[], ""), exchange(1, elsewhere, 200, &[], "{\"value\":[]}")];
        evidence(exchanges.into_iter().map(with_id).collect(), failed(ErrorKind::Parse, None))
    };
    assert_eq!(says("COR-01", &scenario, &course(302)), [""; 0]);
    assert_eq!(says("COR-01", &scenario, &course(200)).len(), 1);
}

/// Graph sends absolute links, and what becomes of relative ones is PAG-13's to say.
#[test]
fn a_relative_link_is_not_said_to_be_respelled() {
    let scenario = listing(2, Act::Page { kind: PageKind::RelativeLink });
    let course = |link: &str| {
        let body = format!("{{\"@odata.nextLink\":\"{link}\",\"value\":[]}}");
        let followed = "GET /v1.0/v1.0/deviceManagement/managedDevices?$skiptoken=a";
        evidence(
            vec![exchange(0, LIST, 200, &[], &body), exchange(1, followed, 400, &[], "{}")],
            failed(ErrorKind::Http, Some(400)),
        )
    };
    let path = "/v1.0/deviceManagement/managedDevices?$skiptoken=a";
    assert_eq!(says("PAG-02", &scenario, &course(path)), [""; 0]);
    // Its path ends in the collection's name all the same.
    assert_eq!(says("PAG-02", &scenario, &course(&format!("https://localhost{path}"))).len(), 1);
}

/// Coming again at once a single time is hasty; the rule forbids the loop.
#[test]
fn once_at_once_is_no_hot_loop() {
    let scenario = listing(1, Act::come_again(429, RetryAfter::Raw("soon".to_owned())));
    let course = |times: u64| {
        let mut exchanges: Vec<Exchange> =
            (0..times).map(|at| exchange(at, LIST, 429, &[("retry-after", "soon")], "")).collect();
        exchanges.push(exchange(times, LIST, 200, &[], "{\"value\":[]}"));
        evidence(exchanges, failed(ErrorKind::Parse, None))
    };
    let gravest = |times| {
        let check = rules::rule("THR-10").unwrap().check().unwrap();
        let evidence = course(times);
        (check.judge)(&evidence.case(&scenario)).iter().map(|breach| breach.lesser).min()
    };
    assert_eq!(gravest(1), Some(true));
    assert_eq!(gravest(2), Some(false));
}

/// What a client with one defect is told by a rule, in this process.
fn told(defect: Defect, rule: &str, scenario: &Scenario) -> Option<String> {
    let drive =
        InProcess::new(&CAPABILITIES, move |surroundings| ReferenceClient::with(surroundings, Defects::only(defect)));
    let judged = judge(&drive, scenario, &[rules::rule(rule).unwrap()], Profile::Strict).unwrap();
    judged.opinions.into_iter().find_map(|opinion| opinion.breach).map(|breach| breach.text)
}

/// A rule that says "this made a difference" has looked whether the client does better without it.
#[test]
fn what_made_no_difference_is_not_blamed() {
    let marked = listing(3, Act::Body { kind: BodyKind::Bom });
    assert_eq!(told(Defect::FirstPageOnly, "PAR-09", &marked), None);
    assert!(told(Defect::ByteOrderMarkFatal, "PAR-09", &marked).is_some());

    let mut sought = listing(1, Act::Body { kind: BodyKind::ExtraMembers });
    "A + B & C #1".clone_into(&mut sought.tenant.devices[0].name);
    sought.program = vec![Op::FindDevice { by: FindBy::DeviceName, device: DeviceRef::At(0) }];
    assert_eq!(told(Defect::UnescapedFilter, "PAR-01", &sought), None);
    assert!(told(Defect::UnknownPropertyFatal, "PAR-01", &sought).is_some());
    sought.stimuli.clear();
    assert!(told(Defect::UnescapedFilter, "ENC-02", &sought).is_some());
    assert_eq!(told(Defect::YearOneFatal, "ENC-02", &sought), None);
    // Somebody who finds nothing whatever it is called has another defect.
    "9999-12-31T23:59:59.9999999Z".clone_into(&mut sought.tenant.devices[0].last_sync);
    assert_eq!(told(Defect::YearOneFatal, "ENC-02", &sought), None);
    assert!(told(Defect::YearOneFatal, "PAR-07", &sought).is_some());
}

/// Words decide nothing for a client that does not read them, and much for one that does.
#[test]
fn only_who_heeds_words_is_said_to() {
    let mut scenario = listing(1, Act::status(400));
    scenario.stimuli[0] = scenario.stimuli[0].clone().with_body(ErrorBody::Overload);
    assert_eq!(told(Defect::UnescapedFilter, "ERR-03", &scenario), None);
    assert!(told(Defect::BranchesOnMessage, "ERR-03", &scenario).is_some());
}

/// Whoever reads no decimals waits as if nothing had been said.
#[test]
fn decimals_are_rounded_down_or_not_read() {
    let scenario = listing(1, Act::come_again(429, RetryAfter::Raw("9.5".to_owned())));
    let lesser = |waited: u64| {
        let course = vec![
            exchange(0, LIST, 429, &[("retry-after", "9.5")], ""),
            exchange(waited, LIST, 200, &[], "{\"value\":[]}"),
        ];
        let check = rules::rule("THR-11").unwrap().check().unwrap();
        let breaches = (check.judge)(&evidence(course, failed(ErrorKind::Parse, None)).case(&scenario));
        breaches.first().map(|breach| breach.lesser)
    };
    assert_eq!(lesser(9_500), None);
    assert_eq!(lesser(9_000), Some(false));
    assert_eq!(lesser(3_900), Some(true));
}

/// Waits of 3.9, 4.1 and 4.7 s grow, although a random part hides it.
#[test]
fn waits_that_grow_a_little_are_not_constant() {
    let scenario = listing(1, Act::status(429));
    let breaches = |moments: [u64; 4]| {
        let course = moments.map(|at| exchange(at, LIST, 429, &[], "")).to_vec();
        says("THR-05", &scenario, &evidence(course, failed(ErrorKind::Http, Some(429))))
    };
    assert_eq!(breaches([0, 3_900, 8_000, 12_700]), [""; 0]);
    assert_eq!(breaches([0, 3_000, 6_010, 9_005]).len(), 1);
}

/// Of a refusal that ends too early the status need not be believed.
#[test]
fn half_a_refusal_may_be_no_answer() {
    let scenario = listing(1, Act::Truncate { bytes: 40 });
    let course = |whole: bool| {
        let mut exchanges = vec![exchange(0, LIST, 403, &[], "{\"error\"")];
        exchanges[0].response.whole = whole;
        says("ERR-01", &scenario, &evidence(exchanges, failed(ErrorKind::Network, None)))
    };
    assert_eq!(course(false), [""; 0]);
    assert_eq!(course(true).len(), 1);
}

/// What was not selected is null in a client whose devices have a place for every property.
#[test]
fn what_was_not_asked_for_may_be_null() {
    let mut scenario = listing(1, Act::status(429));
    scenario.stimuli.clear();
    let id = scenario.device_id(0).to_string();
    let device = serde_json::json!({ "id": id, "totalStorageSpaceInBytes": null });
    let answer = serde_json::json!({ "ok": true, "devices": [device], "complete": true });
    let end = End::Answered(serde_json::from_value(answer).unwrap());
    let seen = evidence(vec![exchange(0, LIST, 200, &[], "{\"value\":[]}")], end);
    assert_eq!(says("PAR-08", &scenario, &seen).len(), 1);
    scenario.program = vec![Op::ListDevices { filter: None, select: vec!["id".to_owned()] }];
    assert_eq!(says("PAR-08", &scenario, &seen), [""; 0]);
}

/// Nor is an old form of dates, which many read as local time, one that every client understands.
#[test]
fn only_usual_forms_must_bring_a_client_back() {
    let scenario = listing(1, Act::status(429));
    let given_up = |value: &str| {
        let headers = [("retry-after", value), ("date", "Thu, 26 Nov 2026 10:07:00 GMT")];
        let mut exchanges = vec![exchange(0, LIST, 429, &headers, "")];
        exchanges[0].stimuli = vec![0];
        says("THR-07", &scenario, &evidence(exchanges, failed(ErrorKind::Http, Some(429))))
    };
    assert_eq!(given_up("Thu Nov 26 10:07:09 2026"), [""; 0]);
    assert_eq!(given_up("Thu, 26 Nov 2026 10:07:09 GMT").len(), 1);
}

/// OData's clients ask for numbers as texts; whoever is given them unasked may read nothing.
#[test]
fn numbers_as_texts_need_not_be_read_by_who_did_not_ask() {
    let mut scenario = listing(1, Act::Body { kind: BodyKind::NumbersAsStrings });
    let id = scenario.device_id(0).to_string();
    let gravest = |scenario: &Scenario, met: bool| {
        let device = serde_json::json!({ "id": id, "totalStorageSpaceInBytes": null });
        let answer = serde_json::json!({ "ok": true, "devices": [device], "complete": true });
        let mut exchanges = vec![exchange(0, LIST, 200, &[], "{\"value\":[]}")];
        exchanges[0].stimuli.extend(met.then_some(0));
        let seen = evidence(exchanges, End::Answered(serde_json::from_value(answer).unwrap()));
        let check = rules::rule("PAR-08").unwrap().check().unwrap();
        (check.judge)(&seen.case(scenario)).iter().map(|breach| breach.lesser).min()
    };
    assert_eq!(gravest(&scenario, true), Some(true));
    scenario.stimuli.clear();
    assert_eq!(gravest(&scenario, false), Some(false));
}

/// Whoever goes in a circle until nobody waits any more breaks one rule and not two.
#[test]
fn a_circle_is_no_hang_as_well() {
    let mut scenario = listing(1, Act::Page { kind: PageKind::Loop });
    scenario.stimuli[0].times = 1_000;
    let course = |times: u64| {
        let mut exchanges: Vec<Exchange> = (0..times).map(|at| exchange(at, LIST, 200, &[], "{}")).collect();
        for exchange in &mut exchanges {
            exchange.stimuli.push(0);
        }
        evidence(exchanges, End::Hung)
    };
    assert_eq!(says("RUN-01", &scenario, &course(600)), [""; 0]);
    assert_eq!(says("PAG-08", &scenario, &course(600)).len(), 1);
    assert_eq!(says("RUN-01", &scenario, &course(2)).len(), 1);
}

/// Whoever asks for the next page before looking at this one hears of the next one first, and fails at this one.
#[test]
fn what_was_heard_last_need_not_be_what_went_wrong() {
    let mut scenario = listing(2, Act::Page { kind: PageKind::NoValue });
    scenario.stimuli.push(Stimulus::once(Endpoint::List, 2, Act::status(404)));
    let course = |spoiled: bool, end: End| {
        let mut exchanges =
            vec![exchange(0, LIST, 200, &[], "{}"), exchange(1, &format!("{LIST}?$skiptoken=b"), 404, &[], "{}")];
        exchanges[0].stimuli.extend(spoiled.then_some(0));
        exchanges[1].stimuli.push(1);
        says("ERR-01", &scenario, &evidence(exchanges, end))
    };
    assert_eq!(course(true, failed(ErrorKind::Parse, None)), [""; 0]);
    assert_eq!(course(false, failed(ErrorKind::Parse, None)).len(), 1);
    assert_eq!(course(true, failed(ErrorKind::Http, Some(500))).len(), 1, "nobody said 500");
}

/// Whoever gives up at a redirect and goes on with the next batch sends a POST after it.
#[test]
fn the_next_batch_does_not_follow_a_redirect() {
    let mut scenario = listing(2, Act::Redirect { code: 303, location: Destination::Itself });
    scenario.program = vec![Op::BatchReset { devices: vec![DeviceRef::At(0), DeviceRef::At(1)] }];
    let batch = |at: u64, status: u16, body: &str| {
        let mut exchange = exchange(at, "POST /v1.0/$batch", status, &[], "");
        body.clone_into(&mut exchange.request.body);
        exchange
    };
    let course = |rule: &str, second: Exchange| {
        let mut exchanges = vec![batch(0, 303, "first"), second];
        exchanges[0].stimuli.push(0);
        says(rule, &scenario, &evidence(exchanges, failed(ErrorKind::Redirect, Some(303))))
    };
    assert_eq!(course("RED-02", batch(1, 200, "second")), [""; 0]);
    assert_eq!(course("RED-02", batch(1, 200, "first")).len(), 1);
    let got = |headers: &[(&str, &str)]| {
        let mut got = exchange(1, "GET /v1.0/$batch", 404, &[], "");
        got.request.headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        got
    };
    assert_eq!(course("RED-07", got(&[("content-length", "0")])), [""; 0]);
    assert_eq!(course("RED-07", got(&[("content-type", "application/json")])).len(), 1);
    assert_eq!(course("RED-07", batch(1, 200, "")).len(), 1, "the body was lost");
}

/// What is refused inside a batch is not refused to whoever signs requests.
#[test]
fn a_challenge_inside_a_batch_asks_nobody_for_claims() {
    let mut scenario = listing(1, Act::Token { defect: TokenDefect::ClaimsChallenge });
    scenario.program = vec![Op::BatchReset { devices: vec![DeviceRef::At(0)] }];
    let course = |status: u16| {
        let mut exchanges = vec![
            exchange(0, "POST /v1.0/$batch", status, &[], "{}"),
            exchange(7, "POST /t/oauth2/v2.0/token", 200, &[], "{}"),
        ];
        exchanges[0].stimuli.push(0);
        says("AUTH-04", &scenario, &evidence(exchanges, failed(ErrorKind::Auth, Some(401))))
    };
    assert_eq!(course(200), [""; 0]);
    assert_eq!(course(401).len(), 1);
}

/// Whoever was told to wait for a token does not ask for one again because there is another batch to send.
#[test]
fn no_batch_goes_on_without_a_token() {
    let mut scenario = listing(2, Act::status(429));
    scenario.program = vec![Op::BatchReset { devices: vec![DeviceRef::At(0), DeviceRef::At(1)] }];
    scenario.stimuli =
        vec![Stimulus::once(Endpoint::Token, 1, Act::come_again(429, RetryAfter::Seconds(600))).times(1_000)];
    let drive =
        InProcess::new(&CAPABILITIES, |surroundings| ReferenceClient::new(surroundings).in_manner(Manner::OneByOne));
    let evidence = drive.run(&scenario).unwrap();
    assert_eq!(evidence.trace.at(Endpoint::Token).count(), 1);
    let answer = evidence.log.answer(0).unwrap();
    assert_eq!(answer.results.as_ref().map(Vec::len), Some(2), "{answer:?}");
    assert_eq!(says("THR-09", &scenario, &evidence), [""; 0]);
}

/// Whoever has several batches to send tries each of them with a new token, and no one of them for ever.
#[test]
fn several_refusals_need_not_be_of_one_request() {
    let mut scenario = listing(2, Act::Token { defect: TokenDefect::Expired });
    scenario.program = vec![Op::BatchReset { devices: vec![DeviceRef::At(0), DeviceRef::At(1)] }];
    let course = |bodies: [&str; 4]| {
        let mut exchanges = Vec::new();
        for (at, body) in (0..).zip(bodies) {
            let mut refused = exchange(2 * at, "POST /v1.0/$batch", 401, &[], "{}");
            body.clone_into(&mut refused.request.body);
            refused.stimuli.push(0);
            exchanges.extend([refused, exchange(2 * at + 1, "POST /t/oauth2/v2.0/token", 200, &[], "{}")]);
        }
        says("AUTH-03", &scenario, &evidence(exchanges, failed(ErrorKind::Auth, Some(401))))
    };
    assert_eq!(course(["one", "one", "two", "two"]), [""; 0]);
    assert_eq!(course(["one"; 4]).len(), 1);
}

/// On a machine with too much to do an answer may be there and its client not.
#[test]
fn an_answer_that_was_sent_need_not_have_come_in_time() {
    let mut scenario = listing(1, Act::status(429));
    scenario.stimuli.clear();
    scenario.program = vec![Op::ResetPasscode { device: DeviceRef::At(0) }];
    let course = |kind: ErrorKind| {
        let reset = exchange(0, "POST /v1.0/deviceManagement/managedDevices/1/resetPasscode", 204, &[], "");
        says("IDM-05", &scenario, &evidence(vec![reset], failed(kind, None)))
    };
    assert_eq!(course(ErrorKind::Timeout), [""; 0]);
    assert_eq!(course(ErrorKind::Parse).len(), 1);
}

/// Who is refused a token, or gives up waiting for it, asks for another and is not wasteful.
#[test]
fn a_token_that_was_not_given_is_not_one_too_many() {
    let mut scenario = listing(1, Act::status(400));
    scenario.stimuli.clear();
    scenario.program.push(Op::ListDevices { filter: None, select: vec![] });
    let course = |first: u16| {
        let token = |at, status| exchange(at, "POST /t/oauth2/v2.0/token", status, &[], "");
        evidence(vec![token(0, first), token(1, 200), exchange(2, LIST, 200, &[], "")], failed(ErrorKind::Http, None))
    };
    assert_eq!(says("AUTH-02", &scenario, &course(429)), [""; 0]);
    assert_eq!(says("AUTH-02", &scenario, &course(200)), ["2 tokens were asked for where one would have done"]);
}
