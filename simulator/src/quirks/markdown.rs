//! The table of quirks as a document: `docs/quirks.md`.

use std::fmt::Write;

use super::{Profile, QUIRKS};

/// The whole document.
pub fn document() -> String {
    let mut out = String::from(OPENING);
    out.push_str("| Quirk |");
    for (name, _) in Profile::ALL {
        let _ = write!(out, " {name} |");
    }
    out.push_str(" Mark | Newest source |\n|---|---|---|---|---|---|\n");
    for quirk in QUIRKS {
        let _ = write!(out, "| [`{0}`](#{0}) |", quirk.name);
        for value in quirk.defaults {
            let _ = write!(out, " `{value}` |");
        }
        let _ = writeln!(out, " {} | {} |", quirk.confidence, quirk.date);
    }
    for quirk in QUIRKS {
        let _ = write!(out, "\n## {}\n\n{}\n\n", quirk.name, quirk.about.trim());
        for (value, meaning) in quirk.values {
            let chosen: Vec<&str> = Profile::ALL
                .iter()
                .zip(quirk.defaults)
                .filter(|(_, default)| default == value)
                .map(|((profile, _), _)| *profile)
                .collect();
            let chosen = if chosen.is_empty() { String::new() } else { format!(" ({})", chosen.join(", ")) };
            let _ = writeln!(out, "- `{value}`{chosen}: {}", meaning.trim());
        }
        let _ = writeln!(out, "\n{}, {}: {}.", capital(&quirk.confidence.to_string()), quirk.date, quirk.source);
    }
    out
}

fn capital(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}

const OPENING: &str = "\
# Quirks

<!-- Made from simulator/src/quirks/table.rs; `SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune --test main fixtures::` writes it anew. -->

Where the service is doubtful, differs from its documents, or changed with time, a quirk decides. A profile chooses for
all of them: `documented` what the documents promise, `realistic` (the default) what was seen, the newest observation where
years conflict, `awkward` what was seen at its worst. A single quirk goes over the profile:

```sh
simtune serve --quirks awkward --quirk filter-ne=ne --quirk page-size=10
```

The same as `quirks` and `quirk` in `simtune.toml`, when a tenant is made (`POST /api/tenants` with
`{\"quirks\":\"awkward\",\"quirk\":{\"filter-ne\":\"ne\"}}`), and while it runs (`PATCH /api/tenants/{tenant}/quirks` with
`{\"filter-ne\":\"eq\"}`). `simtune quirks` prints this table for a profile.

What a client sent and a quirk made the service disregard is in the journal as `ignored`; the answer says nothing, as in
reality.

The mark says how sure the realistic choice is: *documented* by Microsoft, *observed* by users of the real service, or
*assumed*, because nobody outside knows. The date is that of the newest source.

";
