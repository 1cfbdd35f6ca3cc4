//! The tables of faults as a document: `docs/faults.md`.

use std::fmt::Write;

use super::act::Act;
use super::body::BODIES;
use super::named::Named;
use super::operation::{Known, Of};
use super::page::PAGE_KINDS;
use super::profile::PROFILES;
use super::redirect::Location;
use super::spoil::BODY_KINDS;
use super::token::TokenDefect;

/// The whole document.
pub fn document() -> String {
    let mut out = String::from(OPENING);
    out.push_str("## Profiles\n\n| Profile | Faults | Is |\n|---|---|---|\n");
    for profile in PROFILES {
        let _ = writeln!(out, "| `{}` | {} | {} |", profile.name, profile.rules().len(), profile.about);
    }
    out.push_str(RULES);
    out.push_str("## Acts\n\n| Act | Members | Does |\n|---|---|---|\n");
    for (name, members, about) in Act::ALL {
        let _ = writeln!(out, "| `{name}` | {members} | {about} |");
    }
    out.push_str(STATUS);
    out.push_str("| Body | Seen with | Is | Mark | Source |\n|---|---|---|---|---|\n");
    for body in BODIES {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            body.name, body.status, body.about, body.confidence, body.source
        );
    }
    out.push_str(REDIRECT);
    out.push_str("| Location | Leads to |\n|---|---|\n");
    for (name, about) in Location::ALL {
        let _ = writeln!(out, "| `{name}` | {about} |");
    }
    out.push_str(TOKEN);
    out.push_str("| Defect | Graph answers | The token endpoint issues |\n|---|---|---|\n");
    for (_, name, sent, issued) in TokenDefect::ALL {
        let _ = writeln!(out, "| `{name}` | {sent} | {issued} |");
    }
    out.push_str(PAGE);
    out.push_str("| Kind of page | Does | Mark | Source |\n|---|---|---|---|\n");
    for kind in PAGE_KINDS {
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", kind.name, kind.about, kind.confidence, kind.source);
    }
    out.push_str(BODY);
    out.push_str("| Kind of body | Does | Mark | Source |\n|---|---|---|---|\n");
    for kind in BODY_KINDS {
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", kind.name, kind.about, kind.confidence, kind.source);
    }
    out.push_str(OPERATIONS);
    for (title, of) in [
        ("Lists of Graph", Of::Listing),
        ("Everything else of Graph", Of::Graph),
        ("The identity platform", Of::SignIn),
    ] {
        let names: Vec<String> = Known::table()
            .iter()
            .filter(|operation| operation.of == of)
            .map(|operation| format!("`{}`", operation.name))
            .collect();
        let _ = writeln!(out, "- {title}: {}.", names.join(", "));
    }
    out.push_str(BREAKAGES);
    out
}

const OPENING: &str = "\
# Faults

<!-- Made from simulator/src/faults; `SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune --test main fixtures::` writes it anew. -->

A fault spoils answers on purpose: it says which requests it is for, how often it strikes, what becomes of their effect,
and what it does to the answer. Faults are asked before everything else, the token included. A tenant has none unless it is
told to.

A client that is worth its name waits when it is told to, and then gets its page. In a shell with the variables of `simtune
env`:

```sh
faults=\"$SIMTUNE_CONTROL_URL/api/tenants/default/faults\"
devices=\"$SIMTUNE_GRAPH_URL/deviceManagement/managedDevices?\\$top=1&\\$select=deviceName\"
curl -s -w '\\n' -X PUT \"$faults\" -d '{\"value\":[{\"id\":\"once\",\"match\":{\"operation\":\"listDevices\"},\"times\":1,
  \"act\":{\"status\":{\"code\":429,\"retryAfter\":\"2.128\",\"body\":\"throttled\"}}}]}'
curl -si -H \"Authorization: Bearer $SIMTUNE_TOKEN\" \"$devices\"     # 429 with Retry-After: 2.128
curl -si -H \"Authorization: Bearer $SIMTUNE_TOKEN\" \"$devices\"     # 200
curl -s -w '\\n' \"$faults\"                                           # \"hits\":1
curl -s -X DELETE \"$faults\"
```

The same rules stand in a file, TOML or JSON, for `--faults FILE` (`SIMTUNE_FAULTS`, `faults` in `simtune.toml`):

```toml
[[fault]]
id = \"once\"
match = { operation = \"listDevices\" }
times = 1
act = { status = { code = 429, retryAfter = \"2.128\", body = \"throttled\" } }
```

`PUT …/faults` also takes `{\"profile\":\"hostile\"}`, and `POST /api/tenants` a member `faults`: a profile's name or a list.
`reset` brings back those that the tenant began with. The journal's entries say in `injected` which fault struck.

";

const RULES: &str = "
## Rules

| Member | Says | If absent |
|---|---|---|
| `id` | what the journal calls it: letters, digits, `.`, `_`, `-` | (required) |
| `match.operation` | an [operation](#operations), as the journal calls it | any |
| `match.method` | the verb | any |
| `match.path` | the path without its query; `*` stands for any text, case does not matter | any |
| `match.page` | the page of a list, from 1; told by the links that were given | any |
| `match.nth` | the only one that it strikes of the requests that match, counted from 1 | all of them |
| `times` | how often it strikes | always |
| `rate` | how likely it strikes each of them, above 0 and at most 1 | 1 |
| `apply` | `before`, `after` or `not` | `before` |
| `act` | exactly one [act](#acts) | (required) |

The first rule that strikes a request wins. Every rule counts each request that matches it, whoever wins, and its chance is
drawn from the tenant's seed, its id and that count: a rule more or less changes nothing for the others, and nothing else
that is drawn. A rule whose act cannot be done to an answer (a page that is no list, a token that is not issued there) does
not match it.

| `apply` | The request | Its effect |
|---|---|---|
| `before` | is not processed by `status`, `redirect` and `token`; for the other acts its answer is worked out | none |
| `after` | is processed | stays; only the answer is spoiled |
| `not` | is answered as if done, refusals included | none |

A `$batch` is no single change. Under `before` its requests are not asked if the act replaces the answer (`status`, `redirect`,
`token`); otherwise, and under `not`, they are asked and their effects stay: only the envelope is spoiled. Each request in it is
matched by the rules itself, with its own operation.

`hits` counts what a rule struck. `hitsHttp2` counts those over HTTP/2 whose act is one on the wire (`reset`, `truncate`,
`stall`, `slow`, `chunk`, `close`, `informational`, and lengths): HTTP/2 cannot say all of that, and the nearest thing was done.

";

const STATUS: &str = "
`retryAfter` is a number (`5`, `2.128`, `-1`), a text (`\"5\"`, `\"soon\"`), or a date by the tenant's clock: `{\"date\": \"imf\",
\"in\": \"PT4S\"}`, where the date is `imf`, `rfc850` or `asctime` and a minus before the length means the past. `body` is one of
these names, `{\"json\": …}`, or `{\"text\": …, \"contentType\": …}`; without one, an error has the body `graph`, at the
identity platform `entra`, and anything else has none.

";

const REDIRECT: &str = "
`redirect` takes a status from 300 to 399. Without `location` there is no such header; otherwise it is an address as it
is, or one of these:

";

const TOKEN: &str = "
`token` at Graph refuses whatever token was sent; at the token endpoint it issues one with the defect, for good unless the
rule says `apply: not`.

";

const PAGE: &str = "
`page` spoils a page of a list.

";

const BODY: &str = "
`body` spoils the bytes of whatever is answered.

";

const OPERATIONS: &str = "
## Operations

";

const BREAKAGES: &str = "
## What broke real clients

Fifty-five things that were reported, each with the rule, quirk or property that does it again, as commands to paste:
[awkward.md](awkward.md).
";
