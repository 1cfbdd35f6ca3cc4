//! What convicts what: every defect before every rule.

use crate::defect::Defect;
use crate::generate;
use crate::judge::judge;
use crate::parallel;
use crate::rule::{Profile, Rule};
use crate::rules;

use super::faulty;

/// A defect, and the rules that convict it in the scenarios written by hand, in the order of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The defect.
    pub defect: Defect,
    /// The rules.
    pub convicting: Vec<&'static str>,
}

/// The rows of some defects.
pub fn rows(defects: &[Defect], threads: usize) -> Vec<Row> {
    let asked: Vec<&'static Rule> = rules::all().filter(|rule| rule.check().is_some()).collect();
    let scenarios = generate::smoke();
    parallel::map(threads, defects, |defect| {
        let drive = faulty(*defect);
        let judged = scenarios.iter().filter_map(|scenario| judge(&drive, scenario, &asked, Profile::Graph).ok());
        let opinions = judged.flat_map(|judgement| judgement.opinions);
        let against: Vec<&str> =
            opinions.filter(|opinion| opinion.breach.is_some()).map(|opinion| opinion.rule.id).collect();
        let convicting = asked.iter().map(|rule| rule.id).filter(|id| against.contains(id)).collect();
        Row { defect: *defect, convicting }
    })
}
