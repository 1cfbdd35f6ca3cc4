//! What is made of results: the page, the exchanges of failures, the badge, and shards that become one run.

use serde_json::{Value as Json, json};
use simtune_conformance::client_log::{Answer, ClientError, End};
use simtune_conformance::conviction::{BODY, Conviction, KEPT_AT_EITHER_END};
use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::drive::Drive as _;
use simtune_conformance::failure_file::FailureFile;
use simtune_conformance::finding::Finding;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::matrix::{Outcome, ROWS};
use simtune_conformance::operation::{DeviceRef, Op};
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::render::{self, Beside};
use simtune_conformance::results::{CRASH, HARNESS, Line, Results, RuleLine, Run, Summary, Waived};
use simtune_conformance::rule::{Profile, Rule};
use simtune_conformance::rules;
use simtune_conformance::runner::{self, Plan};
use simtune_conformance::scenario::{Device, Scenario};
use simtune_conformance::shards::{self, Shard, Source};
use simtune_conformance::shrink::Budget;
use simtune_conformance::story::Told;
use simtune_conformance::tempo::Tempo;
use simtune_conformance::verdict::{RuleReport, Verdict};

/// A run of the reference client with a defect, as `check` writes it down.
fn results(defect: Option<Defect>, plan: &Plan) -> Results {
    let drive = InProcess::new(&CAPABILITIES, move |surroundings| {
        ReferenceClient::with(surroundings, defect.map(Defects::only).unwrap_or_default())
    });
    let report = runner::check(&drive, plan);
    let mut lines: Vec<RuleLine> = report.rules.iter().map(RuleLine::of).collect();
    for failure in &report.failures {
        let told = Told {
            rule: failure.rule,
            profile: plan.profile,
            scenario: &failure.smallest.scenario,
            evidence: &failure.smallest.evidence,
            text: &failure.smallest.text,
            witness: &failure.smallest.witness,
            replay: Some("simtune-conformance replay results/failures/X.json -- client"),
        };
        let line = lines.iter_mut().find(|line| line.report.rule == failure.rule.id).expect("its line");
        line.story = told.lines();
        line.conviction = Some(Box::new(Conviction::of(&told, failure.verdict)));
        line.file = Some(format!("failures/{}-{}.json", failure.rule.id, failure.smallest.scenario.id()));
    }
    let (share, shares) = plan.shard;
    let run = Run {
        version: "0.1.0".into(),
        seed: plan.seed,
        client: "reference 1.0".into(),
        profile: "graph".into(),
        shard: Shard { share, shares },
        cases: plan.cases,
        ..Run::default()
    };
    let summary = Summary::of(&lines, &report.findings, report.scenarios);
    Results { run: Some(run), findings: report.findings, rules: lines, summary: Some(summary) }
}

fn plan(rules: &str, cases: u64) -> Plan {
    let only = if rules.is_empty() { Vec::new() } else { vec![rules.to_owned()] };
    Plan { cases, only, budget: Budget { evaluations: 12, threads: 2 }, ..Plan::default() }
}

/// A client that reads only the first page.
fn first_page_only() -> Results {
    results(Some(Defect::FirstPageOnly), &plan("PAG-*", 0))
}

fn verdicts(results: &Results) -> Vec<(String, Verdict, u32, u32, u32)> {
    let all = results.rules.iter().map(|line| &line.report);
    all.map(|rule| (rule.rule.clone(), rule.verdict, rule.triggered, rule.consumed, rule.scenarios)).collect()
}

#[test]
fn eight_shards_come_to_what_one_run_comes_to() {
    for defect in [None, Some(Defect::FirstPageOnly)] {
        let quick = Budget { evaluations: 1, threads: 2 };
        let of = |shard| Plan { shard, budget: quick, ..plan("PAG-0*", 8) };
        let whole = results(defect, &of((1, 1)));
        let share = |share: u64| of((share, 8));
        // As they come from a file, and in no order.
        let sources = [3, 1, 8, 2, 7, 5, 4, 6].map(|number| {
            let results = results(defect, &share(number));
            let lines = results.run.into_iter().map(Line::Run).chain(results.findings.into_iter().map(Line::Finding));
            let lines = lines.chain(results.rules.into_iter().map(Line::Rule));
            let lines = lines.chain(results.summary.into_iter().map(Line::Summary));
            let text: String = lines.map(|line| line.text()).collect();
            Source { name: format!("{number}.ndjson"), results: Results::read(&text).expect("results") }
        });
        let [merged] = shards::runs(sources.to_vec()).expect("one run").try_into().expect("one run");
        assert_eq!(verdicts(&merged), verdicts(&whole), "{defect:?}");
        assert_eq!(merged.summary, whole.summary, "{defect:?}");
        let told = |results: &Results| -> Vec<String> {
            let all = results.rules.iter().filter(|line| line.conviction.is_some());
            all.map(|line| line.report.rule.clone()).collect()
        };
        assert_eq!(told(&merged), told(&whole), "{defect:?}");
        let sorted = |results: &Results| {
            let mut found: Vec<_> =
                results.findings.iter().map(|found| (&found.rule, &found.scenario, found.verdict)).collect();
            found.sort();
            found.into_iter().map(|found| format!("{found:?}")).collect::<Vec<_>>()
        };
        assert_eq!(sorted(&merged), sorted(&whole), "{defect:?}");
    }
}

/// The page without what would be run or loaded.
fn is_closed(page: &str) {
    let policy = "content=\"default-src 'none'; style-src 'sha256-";
    assert!(page.contains(policy), "its policy allows nothing but its style sheet");
    for forbidden in [
        "<script",
        "<img",
        "<iframe",
        "<link",
        "<object",
        " onclick",
        " onload",
        " onerror",
        "javascript:",
        "url(",
        "@import",
        " style=",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn nothing_that_a_client_says_becomes_part_of_the_page() {
    const EVIL: &str = "<script>alert('1')</script>\"><img src=x onerror=alert(1)>";
    let mut results = first_page_only();
    results.run.as_mut().expect("a run").client = EVIL.to_owned();
    results.run.as_mut().expect("a run").command = format!("-- {EVIL}");
    results.findings.push(Finding {
        rule: CRASH.into(),
        verdict: Verdict::Crash,
        scenario: EVIL.into(),
        tier: "wall".into(),
        text: EVIL.into(),
        witness: vec![],
        story: Vec::new(),
    });
    for line in &mut results.rules {
        line.reason = Some(EVIL.to_owned());
        line.waiver =
            Some(Waived { reason: EVIL.into(), expires: EVIL.into(), issue: Some(format!("javascript:{EVIL}")) });
        line.story.push(format!("so        {EVIL}"));
        line.story.push(format!("asked     {EVIL}"));
        line.file = line.file.as_ref().map(|_| format!("failures/{EVIL}.json"));
        if line.report.verdict == Verdict::Inconclusive {
            line.report.verdict = Verdict::ExpectedFail;
        }
        let Some(conviction) = &mut line.conviction else { continue };
        conviction.text = EVIL.to_owned();
        for device in &mut conviction.scenario.tenant.devices {
            device.name = EVIL.to_owned();
        }
        for operation in &mut conviction.operations {
            operation.asked = EVIL.to_owned();
            operation.said = EVIL.to_owned();
        }
        for kept in &mut conviction.exchanges {
            kept.done = vec![EVIL.to_owned()];
            kept.exchange.request.method = EVIL.to_owned();
            kept.exchange.request.target = format!("/{EVIL}");
            kept.exchange.response.headers.push(("location".to_owned(), EVIL.to_owned()));
        }
    }
    for page in [
        render::page(std::slice::from_ref(&results), Beside::Failures),
        render::page(&[results.clone(), results.clone()], Beside::Nothing),
    ] {
        assert!(page.matches("&#60;script&#62;").count() > 10, "it is shown as it is");
        let page = page.replace("javascript:&#60;script", "an issue that is no address");
        assert!(!page.contains("href=\"javascript"));
        is_closed(&page.replace(" onerror=alert", ""));
        assert!(!page.contains("<img"));
    }
}

#[test]
fn the_page_tells_what_each_rule_came_to_and_how() {
    let bad = first_page_only();
    let good = results(None, &plan("PAG-*", 0));
    let page = render::page(std::slice::from_ref(&bad), Beside::Failures);
    is_closed(&page);
    for expected in [
        "requirements are broken",
        "PAG-01",
        "not reached",
        "simtune-conformance replay results/failures/X.json -- client",
        "GET /v1.0/deviceManagement/managedDevices",
        "1 device and a link",
        "proves it",
        "href=\"failures/PAG-01-",
        ".har\"",
        "href=\"#A-PAG-01\"",
        "id=\"A-PAG-01\"",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    let both = render::page(&[bad, good], Beside::Nothing);
    is_closed(&both);
    assert!(both.contains("2 clients") && both.contains("where clients differ") && !both.contains("href=\"failures/"));
}

/// Every family that can be met has words for its letters.
#[test]
fn families_of_rules_have_titles() {
    let report = |rule: &Rule| RuleReport {
        rule: rule.id.to_owned(),
        verdict: Verdict::Pass,
        triggered: 1,
        consumed: 1,
        scenarios: 1,
        minimal: None,
    };
    let met = rules::all().filter(|rule| rule.check().is_some());
    let rules: Vec<RuleLine> = met.map(|rule| RuleLine::of(&report(rule))).collect();
    let page = render::page(&[Results { rules, ..Results::default() }], Beside::Nothing);
    let titles: Vec<&str> =
        page.split("scope=\"rowgroup\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert!(titles.len() > 8, "{titles:?}");
    for title in titles {
        assert!(title.contains(char::is_lowercase), "{title}");
    }
}

#[test]
fn the_page_stays_small_whatever_a_client_does() {
    let mut results = first_page_only();
    let worst = results.rules.iter().find(|line| line.conviction.is_some()).expect("a failure").clone();
    let mut worst = worst;
    let conviction = worst.conviction.as_mut().expect("a conviction");
    let mut kept = conviction.exchanges[0].clone();
    kept.proves = true;
    kept.exchange.request.target = "/x".repeat(500);
    kept.done = vec!["y".repeat(500); 4];
    conviction.exchanges = (0..2 * KEPT_AT_EITHER_END)
        .map(|number| {
            let mut kept = kept.clone();
            kept.number = number;
            kept
        })
        .collect();
    for line in &mut results.rules {
        let report = line.report.clone();
        *line = worst.clone();
        line.report = RuleReport { verdict: Verdict::Fail, ..report };
    }
    let many: Vec<Results> = std::iter::repeat_n(results, 4).collect();
    let page = render::page(&many, Beside::Nothing);
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    // What is not told whole is told.
    assert_eq!(page.matches("<h3>Replay</h3>").count(), many.iter().map(|run| run.rules.len()).sum::<usize>());
}

#[test]
fn what_is_kept_of_a_failure_is_bounded() {
    let drive = InProcess::new(&CAPABILITIES, |surroundings| {
        ReferenceClient::with(surroundings, Defects::only(Defect::FirstPageOnly))
    });
    let report = runner::check(&drive, &plan("PAG-01", 0));
    let failure = &report.failures[0];
    let mut evidence = failure.smallest.evidence.clone();
    let mut exchange = evidence.trace.exchanges[0].clone();
    exchange.response.body = "é".repeat(BODY);
    exchange.request.headers.push(("x-long".into(), "z".repeat(100_000)));
    evidence.trace.exchanges = vec![exchange; 1_000];
    let told = Told {
        rule: failure.rule,
        profile: Profile::Graph,
        scenario: &failure.smallest.scenario,
        evidence: &evidence,
        text: "",
        witness: &[999],
        replay: None,
    };
    let conviction = Conviction::of(&told, failure.verdict);
    assert_eq!(
        (conviction.exchanges.len(), conviction.left_out),
        (2 * KEPT_AT_EITHER_END, 1_000 - 2 * KEPT_AT_EITHER_END)
    );
    assert!(conviction.exchanges.last().is_some_and(|last| last.proves && last.number == 999));
    assert_eq!(conviction.exchanges[0].response_bytes, 2 * BODY);
    let text = serde_json::to_string(&conviction).expect("JSON");
    assert!(text.len() < 2 * KEPT_AT_EITHER_END * (BODY + 12_000), "{}", text.len());
}

/// A client that tells its token in its error is shown, and its token is not.
#[test]
fn what_a_client_says_is_masked_before_it_is_cut() {
    let drive = InProcess::new(&CAPABILITIES, |surroundings| {
        ReferenceClient::with(surroundings, Defects::only(Defect::FirstPageOnly))
    });
    let report = runner::check(&drive, &plan("PAG-01", 0));
    let failure = &report.failures[0];
    let secret = format!("eyJ{}", "0".repeat(300));
    let mut evidence = failure.smallest.evidence.clone();
    evidence.end.secrets.push(secret.clone());
    let error = ClientError { message: Some(format!("refused: {secret}")), ..ClientError::default() };
    evidence.log.operations[0].end = End::Answered(Box::new(Answer::failed(error)));
    let told = Told {
        rule: failure.rule,
        profile: Profile::Graph,
        scenario: &failure.smallest.scenario,
        evidence: &evidence,
        text: "",
        witness: &failure.smallest.witness,
        replay: None,
    };
    let said = told.lines().join("\n") + &Conviction::of(&told, failure.verdict).operations[0].said;
    assert_eq!(said.matches("refused: #").count(), 2, "{said}");
    assert!(!said.contains("eyJ"), "{said}");
}

/// A passcode that went over the wire is not kept, nor the token that fetched it.
#[test]
fn passcodes_are_not_kept() {
    let device = DeviceRef::At(0);
    let mut scenario = Scenario::new(1);
    let row = ROWS.iter().find(|row| row.outcome == Outcome::TemporaryPasscode).expect("a row with passcodes");
    scenario.tenant.devices = vec![Device::of_row(&row.id, "Phone")];
    let (reset, read) = (Op::ResetPasscode { device }, Op::GetActionResult { device });
    scenario.program = vec![reset, Op::Pause { seconds: 60 }, read];
    let drive = InProcess::new(&CAPABILITIES, |surroundings| ReferenceClient::with(surroundings, Defects::default()));
    let evidence = drive.run(&scenario).expect("it runs");
    let passcode = evidence.log.answer(2).and_then(|answer| answer.passcode.clone()).expect("a passcode");
    let told = Told {
        rule: rules::rule("IDM-07").expect("a rule"),
        profile: Profile::Graph,
        scenario: &scenario,
        evidence: &evidence,
        text: "",
        witness: &[],
        replay: None,
    };
    let kept = serde_json::to_string(&Conviction::of(&told, Verdict::Warn)).expect("JSON") + &told.lines().join("\n");
    assert!(evidence.end.secrets.len() >= 3 && evidence.end.secrets.contains(&passcode));
    for secret in &evidence.end.secrets {
        assert!(!kept.contains(secret.as_str()), "{secret} is in {kept}");
    }
}

/// The shape of HAR 1.2, as far as members are required.
fn is_har(har: &Json) {
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    assert!(log["creator"]["name"].is_string() && log["creator"]["version"].is_string());
    let is_time = |value: &Json| value.as_str().is_some_and(|time| chrono::DateTime::parse_from_rfc3339(time).is_ok());
    let pages: Vec<&str> = log["pages"]
        .as_array()
        .expect("pages")
        .iter()
        .map(|page| {
            assert!(is_time(&page["startedDateTime"]) && page["title"].is_string() && page["pageTimings"].is_object());
            page["id"].as_str().expect("an id")
        })
        .collect();
    for entry in log["entries"].as_array().expect("entries") {
        assert!(pages.contains(&entry["pageref"].as_str().expect("a page")));
        assert!(is_time(&entry["startedDateTime"]) && entry["cache"].is_object(), "{entry}");
        let timings = &entry["timings"];
        let sum: f64 = ["send", "wait", "receive"].iter().map(|name| timings[name].as_f64().expect("a time")).sum();
        assert!((entry["time"].as_f64().expect("a time") - sum).abs() < 1e-6);
        for (side, strings, arrays, numbers) in [
            (
                "request",
                &["method", "url", "httpVersion"][..],
                &["cookies", "headers", "queryString"][..],
                &["headersSize", "bodySize"][..],
            ),
            (
                "response",
                &["statusText", "httpVersion", "redirectURL"],
                &["cookies", "headers"],
                &["status", "headersSize", "bodySize"],
            ),
        ] {
            let side = &entry[side];
            assert!(strings.iter().all(|name| side[name].is_string()), "{side}");
            assert!(numbers.iter().all(|name| side[name].is_i64()), "{side}");
            for name in arrays {
                let pairs = side[name].as_array().expect("an array");
                assert!(pairs.iter().all(|pair| pair["name"].is_string() && pair["value"].is_string()), "{side}");
            }
        }
        assert!(
            entry["request"]["url"]
                .as_str()
                .expect("a URL")
                .parse::<hyper::Uri>()
                .is_ok_and(|url| url.host().is_some())
        );
        let content = &entry["response"]["content"];
        assert!(content["size"].is_u64() && content["mimeType"].is_string());
    }
}

#[test]
fn the_exchanges_of_a_failure_are_a_har_file() {
    for (defect, rules) in [(Defect::FirstPageOnly, "PAG-0*"), (Defect::UnescapedFilter, "ENC-*")] {
        let results = results(Some(defect), &plan(rules, 0));
        let run = results.run.as_ref().expect("a run");
        let mut files = 0;
        for line in &results.rules {
            let har = render::har(line, run);
            assert_eq!(har.is_some(), line.conviction.is_some());
            let (Some(har), Some(conviction)) = (har, &line.conviction) else { continue };
            let har: Json = serde_json::from_str(&har).expect("JSON");
            is_har(&har);
            assert_eq!(har["log"]["entries"].as_array().map(Vec::len), Some(conviction.exchanges.len()));
            files += 1;
        }
        assert!(files > 0, "{defect:?}");
    }
}

/// What a failure's file says is in the results too.
#[test]
fn a_failure_that_can_be_replayed_is_made_of_the_results_alone() {
    let results = first_page_only();
    let run = results.run.as_ref().expect("a run");
    let failures: Vec<FailureFile> = results.rules.iter().filter_map(|line| FailureFile::of(line, run)).collect();
    assert!(!failures.is_empty());
    for failure in failures {
        assert_eq!(FailureFile::read(&failure.text()).expect("a failure"), failure);
        let line = results.rules.iter().find(|line| line.report.rule == failure.rule).expect("its line");
        assert_eq!(line.file, Some(format!("failures/{}", failure.name())));
    }
}

#[test]
fn the_badge_says_how_a_run_ended() {
    let finding = |verdict, rule: &str| Finding {
        rule: rule.into(),
        verdict,
        scenario: "x".into(),
        tier: "wall".into(),
        text: String::new(),
        witness: vec![],
        story: Vec::new(),
    };
    let badge = |verdict: Verdict, findings: Vec<Finding>| {
        let mut rules = results(None, &plan("PAG-01", 0)).rules;
        rules[0].report.verdict = verdict;
        let summary = Some(Summary::of(&rules, &findings, 1));
        let badge: Json =
            serde_json::from_str(&render::badge(&Results { run: None, findings, rules, summary })).expect("JSON");
        assert_eq!((&badge["schemaVersion"], badge["label"].as_str()), (&json!(1), Some("graph-client")));
        (
            badge["color"].as_str().unwrap_or_default().to_owned(),
            badge["message"].as_str().unwrap_or_default().to_owned(),
            badge["isError"] == true,
        )
    };
    let said = |color: &str, message: &str, error| (color.to_owned(), message.to_owned(), error);
    assert_eq!(badge(Verdict::Pass, vec![]), said("brightgreen", "1/1 rules, 0 must-fail", false));
    assert_eq!(badge(Verdict::Warn, vec![]), said("green", "0/1 rules, 0 must-fail", false));
    assert_eq!(badge(Verdict::ExpectedFail, vec![]), said("green", "0/1 rules, 0 must-fail", false));
    assert_eq!(badge(Verdict::Flaky, vec![]), said("yellow", "0/1 rules, 0 must-fail", false));
    assert_eq!(badge(Verdict::Fail, vec![]), said("red", "0/1 rules, 1 must-fail", false));
    assert_eq!(badge(Verdict::Pass, vec![finding(Verdict::Crash, CRASH)]).0, "red");
    assert_eq!(
        badge(Verdict::Pass, vec![finding(Verdict::HarnessError, HARNESS)]),
        said("lightgrey", "could not be tested", true)
    );
}

#[test]
fn how_time_was_kept_is_shown_where_it_was_not_the_walls() {
    let mut results = first_page_only();
    let shown = |results: &Results| {
        [render::terminal(results, None), render::page(std::slice::from_ref(results), Beside::Nothing)]
    };
    let (terminal, page) = ("time: warp x10", "warp x10");
    let [by_wall, wall_page] = shown(&results);
    assert!(!by_wall.contains("warp") && !wall_page.contains(page));
    results.run.as_mut().expect("a run").time = Tempo::FAST;
    let line = Line::Run(results.run.clone().expect("a run")).text();
    assert!(line.contains(r#""time":"warp x10""#), "{line}");
    assert_eq!(Results::read(&line).expect("it is read back").run, results.run);
    let [warped, warped_page] = shown(&results);
    assert!(warped.contains(terminal), "{warped}");
    assert!(warped_page.contains(page));
    // What older programs wrote was by the wall.
    let older = line.replace(r#""time":"warp x10","#, "").replace(r#","time":"warp x10""#, "");
    assert_eq!(Results::read(&older).expect("it is read").run.expect("a run").time, Tempo::Wall);
}
