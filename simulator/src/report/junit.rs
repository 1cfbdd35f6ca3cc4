//! A report as CI systems read it: a test case for the command, and one for each check.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::{Outcome, Report};

/// The name of the suite, and of the class each case belongs to.
const SUITE: &str = "simtune exec";

/// The document.
pub fn xml(report: &Report) -> Result<String, String> {
    let mut suite = TestSuite::new(SUITE);
    let command = case("command", &command(report));
    suite.add_test_case(command);
    for check in &report.checks {
        let mut status = match report.outcome {
            Outcome::NotFound { .. } | Outcome::NotExecutable { .. } => TestCaseStatus::skipped(),
            _ if check.met.is_empty() => TestCaseStatus::success(),
            _ => TestCaseStatus::non_success(NonSuccessKind::Failure),
        };
        if !check.met.is_empty() {
            status.set_message(format!("{}: {} met", check.name, check.met.len()));
            status.set_description(check.met.join("\n"));
        }
        suite.add_test_case(case(check.name, &status));
    }
    suite.set_system_err(super::summary::text(report));
    let mut document = Document::new(SUITE);
    document.add_test_suite(suite);
    document.to_string().map_err(|error| error.to_string())
}

fn command(report: &Report) -> TestCaseStatus {
    let (kind, message) = match &report.outcome {
        Outcome::Exited { code: 0 } => return TestCaseStatus::success(),
        Outcome::Exited { code } => (NonSuccessKind::Failure, format!("{} ended with {code}", report.command)),
        Outcome::Signalled { signal } => {
            (NonSuccessKind::Failure, format!("{} was ended by signal {signal}", report.command))
        }
        Outcome::NotFound { reason } | Outcome::NotExecutable { reason } => {
            (NonSuccessKind::Error, format!("{} was not started: {reason}", report.command))
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    status
}

fn case(name: &str, status: &TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status.clone());
    case.set_classname(SUITE);
    case
}
