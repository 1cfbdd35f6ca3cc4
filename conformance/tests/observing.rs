//! Programs that know nothing of it, judged by their traffic alone.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;
use simtune_conformance::defect::Defects;
use simtune_conformance::drive::Drive;
use simtune_conformance::generate;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::manner::Manner;
use simtune_conformance::operation::Call;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::{Profile, Rule};
use simtune_conformance::rules;
use simtune_conformance::scenario::Scenario;
use simtune_conformance::traffic;
use simtune_conformance::transport::Surroundings;
use simtune_conformance::verdict::Verdict;

/// What the rules say of a scenario's traffic: breaches as verdicts.
fn said(drive: &dyn Drive, scenario: &Scenario) -> Vec<(&'static str, Verdict)> {
    let evidence = drive.run(scenario).expect("it runs");
    let (shown, evidence) = traffic::seen(scenario, evidence);
    let opinions = traffic::judge(&evidence.case(&shown), Profile::Graph);
    opinions.into_iter().map(|opinion| (opinion.rule.id, opinion.verdict)).collect()
}

fn with(defects: Defects, manner: Option<Manner>) -> impl Drive {
    InProcess::new(&CAPABILITIES, move |surroundings: Surroundings| {
        let client = ReferenceClient::with(surroundings, defects);
        let mut client = match manner {
            Some(manner) => client.in_manner(manner),
            None => client,
        };
        move |call: &Call| client.perform(call)
    })
}

/// Whether a rule convicts all its defects by what goes over the wire.
fn convicts_by_traffic(rule: &Rule) -> bool {
    let Some(check) = rule.check() else { return false };
    !check.convicts.is_empty()
        && check.convicts.iter().all(|defect| {
            let drive = with(Defects::only(*defect), None);
            check.minimal.iter().any(|minimal| {
                let scenario = minimal();
                let Ok(evidence) = drive.run(&scenario) else { return false };
                let (shown, evidence) = traffic::seen(&scenario, evidence);
                let case = evidence.case(&shown);
                (check.met)(&case) && (check.judge)(&case).iter().any(|breach| breach.control.is_none())
            })
        })
}

/// Does something with each of many, on all cores.
fn with_each<T: Sync>(all: &[T], act: impl Fn(usize, &T) + Sync) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for core in 0..cores {
            let act = &act;
            scope.spawn(move || {
                all.iter().enumerate().skip(core).step_by(cores).for_each(|(number, one)| act(number, one));
            });
        }
    });
}

#[test]
fn whoever_could_be_convicted_by_traffic_is_judged_by_it_or_it_is_said_why_not() {
    let named = |rule: &Rule| traffic::is_judged(rule) || traffic::LEFT_OUT.iter().any(|(id, _)| *id == rule.id);
    let all: Vec<&Rule> = rules::all().collect();
    with_each(&all, |_, rule| {
        assert_eq!(
            convicts_by_traffic(rule),
            named(rule),
            "{}: rules that convict all their defects by traffic belong in `traffic::JUDGED` or `traffic::LEFT_OUT`, and \
             no others",
            rule.id
        );
        assert_eq!(traffic::why_not(rule).is_none(), traffic::is_judged(rule), "{}", rule.id);
    });
}

#[test]
fn who_keeps_every_rule_is_not_even_warned_for_its_traffic() {
    let reference = with(Defects::NONE, None);
    with_each(&generate::smoke(), |_, scenario| {
        let breaches = said(&reference, scenario).into_iter().filter(|(_, verdict)| *verdict > Verdict::Pass);
        assert_eq!(breaches.collect::<Vec<_>>(), [], "{scenario:?}");
    });
}

/// Programs that do one thing: of the others nobody knows what they want. Here each manner meets a share of them; all of
/// them meet all, and drawn ones, with `--example observed`.
#[test]
fn nobody_who_is_lawful_is_convicted_by_traffic() {
    let alone: Vec<Scenario> = generate::smoke().into_iter().filter(|scenario| scenario.program.len() == 1).collect();
    with_each(Manner::ALL, |number, manner| {
        let drive = with(Defects::NONE, Some(*manner));
        for scenario in alone.iter().skip(number).step_by(24) {
            let failed = said(&drive, scenario).into_iter().filter(|(_, verdict)| *verdict >= Verdict::Fail);
            assert_eq!(failed.collect::<Vec<_>>(), [], "{manner:?} {scenario:?}");
        }
    });
}

const KIT: &str = env!("CARGO_BIN_EXE_simtune-conformance");
const LATER: &str = r#"[[fault]]
id = "later"
match = { operation = "listDevices" }
times = 1
act = { status = { code = 429, retryAfter = 1 } }
"#;
const ABROAD: &str = r#"[[fault]]
id = "abroad"
match = { operation = "listDevices" }
times = 1
act = { page = { kind = "foreignLink" } }
"#;
/// The reference client where `exec` and `observe` lead programs.
const LEADS: &str = r#"export GRAPH_BASE_URL="$SIMTUNE_GRAPH_TLS_URL" GRAPH_BETA_URL="$SIMTUNE_GRAPH_BETA_URL" \
  GRAPH_TOKEN_URL="$SIMTUNE_AUTHORITY_TLS_URL/$SIMTUNE_TENANT_ID/oauth2/v2.0/token" \
  GRAPH_AUTHORITY="$SIMTUNE_AUTHORITY_TLS_URL" GRAPH_TENANT_ID="$SIMTUNE_TENANT_ID" GRAPH_CLIENT_ID="$SIMTUNE_CLIENT_ID" \
  GRAPH_CLIENT_SECRET="$SIMTUNE_CLIENT_SECRET" GRAPH_SCOPE=https://graph.microsoft.com/.default \
  GRAPH_CA_FILE="$SIMTUNE_CA_FILE" OP=list_devices OP_ARGS='{}'
"#;

fn observe(folder: &Path, faults: &str, script: &str) -> Output {
    let file = folder.join("faults.toml");
    std::fs::write(&file, faults).expect("written");
    let mut command = Command::new(KIT);
    command.args(["observe", "--fleet", "one-of-each", "--faults"]).arg(&file).arg("--out").arg(folder.join("out"));
    command.args(["--", "sh", "-c"]).arg(format!("{LEADS}{script}")).output().expect("it runs")
}

/// The verdicts of the rules that came to something, by their ids.
fn verdicts(folder: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(folder.join("out/results.ndjson")).expect("results");
    let lines = text.lines().map(|line| serde_json::from_str::<Json>(line).expect("JSON"));
    let rules = lines.filter(|line| line["event"] == "rule");
    let told = rules.map(|line| {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        (text("rule"), text("verdict"))
    });
    told.filter(|(_, verdict)| !["UNSUPPORTED", "INCONCLUSIVE", "PASS"].contains(&verdict.as_str())).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn pair(rule: &str, verdict: &str) -> (String, String) {
    (rule.to_owned(), verdict.to_owned())
}

#[test]
fn a_program_that_behaves_is_not_convicted_and_keeps_its_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!("{} --quiet; echo mine; echo 'mine too' >&2", env!("CARGO_BIN_EXE_reference-command"));
    let run = observe(folder.path(), LATER, &script);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    assert_eq!(text(&run.stdout), "mine\n");
    let said = text(&run.stderr);
    assert!(said.starts_with("mine too\n"), "{said}");
    assert!(said.contains("not to be told from traffic alone: ") && said.contains("not reached: "), "{said}");
    assert!(said.ends_with("the program: it ended with exit code 0, after 3 requests\n"), "{said}");
    assert_eq!(verdicts(folder.path()), []);
}

#[test]
fn a_program_with_a_defect_is_convicted_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let command = env!("CARGO_BIN_EXE_reference-command");
    let run = observe(folder.path(), LATER, &format!("{command} --quiet --defect B05"));
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    let found = verdicts(folder.path());
    assert!(found.contains(&pair("THR-01", "FAIL")), "{found:?}");
    let said = text(&run.stderr);
    let again =
        format!("again     simtune-conformance observe --faults {}", folder.path().join("faults.toml").display());
    assert!(said.contains("FAIL THR-01  ") && said.contains(&again), "{said}");

    let run = observe(folder.path(), ABROAD, &format!("{command} --quiet --defect B32"));
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    assert!(verdicts(folder.path()).contains(&pair("PAG-07", "FAIL")), "{}", text(&run.stderr));
    let junit = std::fs::read_to_string(folder.path().join("out/junit.xml")).expect("JUnit");
    assert!(junit.contains("<failure"), "{junit}");
}

/// As test suites do it between tests. Both ask at once for what the other was told to wait for.
#[test]
fn a_tenant_that_is_taken_back_begins_a_new_chapter() {
    let folder = tempfile::tempdir().expect("a folder");
    let ask = r#"ask() { curl -s -o /dev/null -H "Authorization: Bearer $SIMTUNE_TOKEN" "$SIMTUNE_GRAPH_URL/deviceManagement/managedDevices"; }
reset() { curl -s -o /dev/null -X POST -d '' "$SIMTUNE_CONTROL_URL/api/tenants/default/reset"; }
"#;
    let run = observe(folder.path(), LATER, &format!("{ask}ask; ask"));
    assert!(verdicts(folder.path()).contains(&pair("THR-01", "FAIL")), "{}", text(&run.stderr));
    let run = observe(folder.path(), LATER, &format!("{ask}ask; reset; ask"));
    assert!(!verdicts(folder.path()).contains(&pair("THR-01", "FAIL")), "{}", text(&run.stderr));
    let said = text(&run.stderr);
    assert!(said.contains("after 2 requests in 2 stretches between resets of the tenant\n"), "{said}");
}

#[test]
fn how_it_ends_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let ends = |arguments: &[&str]| Command::new(KIT).arg("observe").args(arguments).output().expect("it runs");
    let silent = observe(folder.path(), "", "true");
    assert_eq!(silent.status.code(), Some(2), "{}", text(&silent.stderr));
    let killed = observe(folder.path(), "", "kill -KILL $$");
    assert_eq!(killed.status.code(), Some(1));
    assert!(text(&killed.stderr).contains("signal 9 ended it"), "{}", text(&killed.stderr));
    // It behaves, and fails: what it would have done later is not known.
    let command = env!("CARGO_BIN_EXE_reference-command");
    let failed = observe(folder.path(), "", &format!("{command} --quiet; exit 3"));
    assert_eq!(failed.status.code(), Some(2), "{}", text(&failed.stderr));
    assert!(text(&failed.stderr).contains("it ended with exit code 3, after 2 requests"), "{}", text(&failed.stderr));
    for (arguments, why) in [
        (&["--faults", "none", "--", "/no/such/program"][..], "cannot run '/no/such/program'"),
        (&["--faults", "nope", "--", "true"], "'nope' is neither a profile"),
        (&["--fleet", "nope", "--", "true"], "nope"),
        (&["--only", "XYZ-*", "--", "true"], "no rule matches"),
    ] {
        let refused = ends(arguments);
        assert_eq!(refused.status.code(), Some(64), "{arguments:?}");
        assert!(text(&refused.stderr).contains(why), "{}", text(&refused.stderr));
    }
}
