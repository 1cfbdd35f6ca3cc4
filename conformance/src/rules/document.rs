//! `docs/rules.md`, made from the registry.

use std::fmt::Write;

use crate::rule::{Level, Profile, Rule, Watch};

/// The page.
pub fn document() -> String {
    let mut text = String::from(
        "# Rules for clients\n\n\
         <!-- Made from conformance/src/rules; `SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune-conformance` writes it anew. -->\n\n\
         What `simtune-conformance` holds a client to. A breach is a FAIL, a WARN or an INFO, by the profile that is chosen:\n\
         `graph` (the default), `sdk`, `rfc`, `odata`, or `strict`, under which every recommendation is a requirement. Where\n\
         profiles differ from `graph`, the level says so. Harm comes first: a breach that loses data, repeats an action or\n\
         leaks a secret is a FAIL even if a text only recommends.\n\n\
         A rule passes only if what it is about really happened. The last column names the defects of real clients for which\n\
         the rule is tested: each is built into the reference client, and must be convicted.\n\n",
    );
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| Rule | Requires | Level | Sources | Proved by |\n|---|---|---|---|---|");
    for rule in super::all().filter(|rule| rule.check().is_some()) {
        let proofs: Vec<&str> =
            rule.check().iter().flat_map(|check| check.convicts).map(|defect| defect.id()).collect();
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            rule.id,
            rule.summary,
            levels(rule),
            sources(rule),
            proofs.join(", ")
        );
    }
    text.push_str("\n## Not observable\n\nVersion 1.0 of the protocol cannot tell whether these are kept.\n\n");
    let _ = writeln!(text, "| Rule | Requires | Why not |\n|---|---|---|");
    for rule in super::all() {
        if let Watch::Not(reason) = rule.watch {
            let _ = writeln!(text, "| `{}` | {} | {reason} |", rule.id, rule.summary);
        }
    }
    text.push_str("\n## Defects\n\nWhat the faulty clients do wrong, and the rule that must say so.\n\n");
    let _ = writeln!(text, "| Defect | Does | Convicted by |\n|---|---|---|");
    for defect in crate::defect::Defect::ALL {
        let _ = writeln!(text, "| {} | {} | `{}` |", defect.id(), defect.summary(), defect.rule());
    }
    text
}

fn levels(rule: &Rule) -> String {
    let usual = rule.levels.of(Profile::Graph);
    let mut text = usual.name().to_owned();
    for (name, profile) in Profile::ALL {
        let level = rule.levels.of(profile);
        // Under `strict` a recommendation is a requirement: that is said once, above.
        if level != usual && (profile != Profile::Strict || (usual == Level::May && level != Level::May)) {
            let _ = write!(text, "; {name} {}", level.name());
        }
    }
    text
}

fn sources(rule: &Rule) -> String {
    rule.sources.iter().map(|source| format!("{} ({})", source.text, source.read)).collect::<Vec<_>>().join("; ")
}
