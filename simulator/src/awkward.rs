//! What broke real clients, fifty-five things by number, and what makes each of them happen again.
//!
//! Pure data: a row says who met it, which knob does it, and what a client asks to see it. `shell` spells that as
//! commands, `markdown` as `docs/awkward.md`; the test `awkward` does it over a socket.

pub mod markdown;
pub mod rows;
pub mod shell;

/// Something that broke a real client.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its number, from 1.
    pub number: u8,
    /// What it is.
    pub what: &'static str,
    /// Who met it.
    pub reports: &'static str,
    /// How to meet it here: at least one way.
    pub ways: &'static [Way],
}

/// One way to meet it.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// What has to be set; nothing, where the service is like that every day.
    pub knobs: &'static [Knob],
    /// What a client does then.
    pub asks: &'static [Ask],
    /// What it gets.
    pub seen: &'static str,
}

/// Something that can be set.
#[derive(Debug, Clone, Copy)]
pub enum Knob {
    /// A quirk: the value that shows it, and the one that does not.
    Quirk(&'static str, &'static str, &'static str),
    /// A fault, as the JSON members of a rule beside its id.
    Fault(&'static str),
    /// The budgets, enforced and multiplied by this factor.
    Throttle(&'static str),
    /// Properties of the device of that name, as a JSON object.
    Device(&'static str, &'static str),
    /// A further device, as a JSON object.
    NewDevice(&'static str),
    /// Flags of `simtune serve`.
    Flags(&'static str),
}

/// Something a client does. Targets and bodies may hold `{devices}`, the address of the inventory; `{graph}` and
/// `{beta}`, those of Graph; and `{id:NAME}`, the id of a device.
#[derive(Debug, Clone, Copy)]
pub enum Ask {
    /// A request: verb, target, headers, body.
    Send(&'static str, &'static str, &'static [&'static str], Option<&'static str>),
    /// A list, and the pages its links lead to; five at most.
    Walk(&'static str),
    /// Two GETs over one connection.
    Together(&'static str, &'static str),
    /// A token with the app's secret; what follows uses it.
    SignIn,
    /// A token with this in the place of the secret.
    SignInWith(&'static str),
    /// The tenant's clock moves.
    Advance(&'static str),
}

impl Way {
    /// What kind of thing brings it about.
    pub fn kind(&self) -> String {
        let mut kinds: Vec<&str> = Vec::new();
        for knob in self.knobs {
            let kind = match knob {
                Knob::Quirk(..) => "quirk",
                Knob::Fault(_) => "fault",
                Knob::Throttle(_) => "budget",
                Knob::Device(..) | Knob::NewDevice(_) => "device",
                Knob::Flags(_) => "option",
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if kinds.is_empty() { "every day".to_owned() } else { kinds.join(" and ") }
    }

    /// Whether the service is like that without being told to.
    pub fn is_normal(&self) -> bool {
        self.knobs.is_empty()
    }
}

/// A GET.
const fn get(target: &'static str) -> Ask {
    Ask::Send("GET", target, &[], None)
}

/// A POST without a body.
const fn post(target: &'static str) -> Ask {
    Ask::Send("POST", target, &[], Some(""))
}

/// A POST of JSON.
const fn post_json(target: &'static str, body: &'static str) -> Ask {
    Ask::Send("POST", target, &["Content-Type: application/json"], Some(body))
}

/// A PATCH.
const fn patch(target: &'static str, body: &'static str) -> Ask {
    Ask::Send("PATCH", target, &["Content-Type: application/json"], Some(body))
}

/// Every day.
const fn normal(asks: &'static [Ask], seen: &'static str) -> Way {
    Way { knobs: &[], asks, seen }
}

/// With something set.
const fn with(knobs: &'static [Knob], asks: &'static [Ask], seen: &'static str) -> Way {
    Way { knobs, asks, seen }
}

/// A row.
const fn row(number: u8, what: &'static str, reports: &'static str, ways: &'static [Way]) -> Row {
    Row { number, what, reports, ways }
}
