//! `JUnit`, which CI systems read: a suite for each family of rules, a case for each rule.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::results::{HARNESS, Results, RuleLine};
use crate::verdict::Verdict;

/// `junit.xml`.
pub fn junit(results: &Results) -> Result<String, quick_junit::SerializeError> {
    let mut report = Report::new("simtune-conformance");
    let mut suites: Vec<TestSuite> = Vec::new();
    for rule in &results.rules {
        let family = rule.report.rule.split('-').next().unwrap_or_default().to_owned();
        if suites.last().is_none_or(|suite| suite.name.as_str() != family) {
            suites.push(TestSuite::new(family));
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_case(case(rule));
        }
    }
    let broken: Vec<_> = results.findings.iter().filter(|finding| finding.verdict >= Verdict::Crash).collect();
    if !broken.is_empty() {
        let mut suite = TestSuite::new(HARNESS);
        for finding in broken {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(finding.text.clone());
            suite.add_test_case(TestCase::new(format!("{} {}", finding.verdict.name(), finding.scenario), status));
        }
        suites.push(suite);
    }
    report.add_test_suites(suites);
    report.to_string()
}

fn case(rule: &RuleLine) -> TestCase {
    let verdict = rule.report.verdict;
    let status = match verdict {
        Verdict::Fail | Verdict::UnexpectedPass | Verdict::Crash => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(verdict.name()).set_message(rule.summary.clone());
            status.set_description(rule.reason.iter().chain(&rule.story).cloned().collect::<Vec<_>>().join("\n"));
            status
        }
        Verdict::HarnessError => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Unsupported | Verdict::Inconclusive | Verdict::Flaky | Verdict::ExpectedFail => {
            let mut status = TestCaseStatus::skipped();
            let reason = rule.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            status.set_message(format!("{}{reason}", verdict.name()));
            status
        }
        Verdict::Pass | Verdict::Info | Verdict::Warn => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(rule.report.rule.clone(), status);
    if verdict == Verdict::Warn {
        case.set_system_out(rule.story.join("\n"));
    }
    case
}
