//! The budgets as a document: `docs/throttling.md`.

use std::fmt::Write;

use super::{APPS, BUDGETS, Budget, DAILY_CAPS, Limit, Requests, Scope, ledger};

/// The whole document.
pub fn document() -> String {
    let mut out = String::from(OPENING);
    out.push_str("| Budget | Counts | Limit | In | Shared by | Source |\n|---|---|---|---|---|---|\n");
    for budget in BUDGETS {
        let Budget { name, seconds, source, .. } = budget;
        let counts = match budget.requests {
            Requests::Any => budget.unit(),
            Requests::Writes => "POST, PUT, DELETE, PATCH",
        };
        let limit = match budget.limit {
            Limit::Fixed(limit) => grouped(limit),
            Limit::ByUsers(limits) => {
                let [small, medium, large] = limits.map(grouped);
                format!("{small} (under 50 users), {medium} (to 500), {large}")
            }
        };
        let shared = match budget.scope {
            Scope::Tenant => "all apps of the tenant",
            Scope::App => "nobody: each app has it",
        };
        let _ = writeln!(out, "| `{name}` | {counts} | {limit} | {seconds} s | {shared} | {source} |");
    }
    for cap in DAILY_CAPS {
        let (name, action, limit, source) = (cap.name, cap.action, grouped(cap.limit), cap.source);
        let _ = writeln!(
            out,
            "| `{name}` | devices that `{action}` is asked of | {limit} | a day | all apps of the tenant | {source} |"
        );
    }
    let rows = grouped(u32::try_from(ledger::ROWS).unwrap_or(u32::MAX));
    out.push_str(CLOSING);
    let _ = writeln!(
        out,
        "{APPS} apps are told apart at once, and {rows} rows and as many waits are kept; beyond that the oldest is forgotten."
    );
    out
}

/// 2000 → 2,000.
fn grouped(number: u32) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

const OPENING: &str = "\
# Throttling

<!-- Made from simulator/src/throttle/markdown.rs and table.rs; `SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune --test main fixtures::` writes it anew. -->

Graph and Intune refuse a client that asks too much. A client that never met that in a test meets it first in production,
and there it repeats itself without waiting, or gives up in the middle of an inventory.

| `--throttle` | A request over a budget |
|---|---|
| `report` (the default) | is answered; the journal (`wouldThrottle`), `/metrics`, `GET …/throttle` and the summary of `exec` say that Graph would have refused it |
| `enforce` | is refused |
| a factor from 0.0001 to 100 | is refused; every budget is multiplied by it, rounded, and at least 1 |
| `off` | is answered; nothing is counted |

The same as `SIMTUNE_THROTTLE`, as `throttle` in `simtune.toml`, and when a tenant is made (`POST /api/tenants` with
`{\"throttle\":\"enforce\"}` or `{\"throttle\":0.01}`). `PATCH /api/tenants/{tenant}/throttle` with `{\"mode\":\"enforce\"}` changes it
while it runs; counting begins anew, and the ledger stays. A `reset` takes everything back.

## An example

A hundredth of each budget: twenty requests for devices in twenty seconds, and the twenty-first is refused.

```sh
simtune serve --throttle 0.01 &
simtune wait
eval \"$(simtune env)\"
devices=\"$SIMTUNE_GRAPH_URL/deviceManagement/managedDevices\"
for number in $(seq 21); do
  curl -s -o /dev/null -w '%{http_code} %header{retry-after}\\n' -H \"Authorization: Bearer $SIMTUNE_TOKEN\" \"$devices?\\$top=1\"
done | uniq -c
curl -s \"$SIMTUNE_CONTROL_URL/api/tenants/default/throttle\"
```

```text
     20 200
      1 429 19
```

The number is what is left of the twenty seconds since the first request but one: the refused one counts as well.

## Who waits as it is told

Whatever answer says `Retry-After`, in seconds, with a fraction or as a date, be it from a budget or from a fault: when the
same request of the same app (or, where it names none, with the same token) comes again, `GET …/throttle` has a row for it
in `ledger`: `toldAt`, `cameAt`, both request ids, and `earlyByMs`, which is 0 if the client waited. Repeat the loop above and
one row is there. `simtune exec --throttle 0.01 --fail-on early-retry -- CMD` makes exit code 3 of a row that is not 0.

It is the tenant's clock that counts. Under a manual clock a client that really waits does not move it, so each of its
retries looks early; `clockNote` says so. Advance the clock while it waits, or let it run.

## What it is told

The quirk [`throttle-answer`](quirks.md#throttle-answer) chooses among the answers that were seen from Intune: four bodies of 429,
and throttling in the guise of a 500 or a 400. [`retry-after`](quirks.md#retry-after) chooses the form of the header, for the
answers that have one. Its value is the time until the budget has room again, rounded up: whoever keeps to it is let in,
unless others of the tenant were faster. The directory always answers as documented, with `x-ms-throttle-scope` and
`x-ms-throttle-information`; that it tells what each request costs (`x-ms-resource-unit`) is not emulated.

## The budgets

A request draws on every budget of its group once its token is good, before its role or its query is looked at. The group
is that of the type it is about: devices, their actions, apps and audits of actions; audit events; states of policies;
device categories; users and the organization. In the directory a list of users costs 2 resource units and all else 1,
one less with `$select` and with `$top` below 20, but never less than 1 (documented). Paths in the last column are those
of the repository `microsoft-graph-docs-contrib`.

";

const CLOSING: &str = "
The daily caps count what came from the portal, from `executeAction` and from Graph together, device by device; there is
none on the passcode reset.

## What is assumed

- Which 20 seconds: any. A sliding window says what the sentence says, and whoever keeps it keeps every other reading as well.
  It is exact to the microsecond. That refused requests count too is documented.
- The directory's token bucket (documented) is a sliding window as well.
- What is listed under no group (co-managed devices, functions, a device's users) belongs to devices.
- A path that leads nowhere, and a request whose token is refused, draw on nothing.
- Beyond a daily cap the answer is that of every other budget, and a call for many devices that would pass it is refused as
  a whole. The day begins at midnight of UTC.
- Requests without an app (`--auth relaxed`) share what an app has.

Not kept: the 130,000 requests in 10 seconds that an app may send to all tenants together, and limits of what is not
emulated. The real service also refuses below its limits when it is busy (observed); [quirks](quirks.md) and budgets do not.

";
