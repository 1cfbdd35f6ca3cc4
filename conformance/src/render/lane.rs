//! A conviction as lanes, the client's and the simulator's: who did what when, a row for each step.

use crate::conviction::{Conviction, Kept};
use crate::trace::{Moment, Party};

/// Exchanges that are shown of the beginning, of the end, and of those between that prove the breach.
const SHOWN: usize = 8;
/// Letters of a text that are shown.
const LETTERS: usize = 160;
/// Microseconds from which on a pause is worth saying.
const PAUSE: u64 = 500_000;

/// A row.
pub(super) struct Row {
    /// Milliseconds since the scenario began; nothing where nothing happens at one time.
    pub(super) at: Option<String>,
    /// How long nothing had happened, if it was long.
    pub(super) pause: Option<String>,
    /// What happened.
    pub(super) step: Step,
}

/// What happens in a row.
pub(super) enum Step {
    /// The client is told what to do.
    Asked(String),
    /// The client says how it ended.
    Said(String),
    /// A request and its answer.
    Exchange(Box<Shown>),
    /// So many exchanges that are not shown.
    LeftOut(usize),
}

/// An exchange as it is shown.
pub(super) struct Shown {
    /// Verb and target.
    pub(super) request: String,
    /// Whether it went to somebody else's host.
    pub(super) foreign: bool,
    /// The status, or that there was none.
    pub(super) answer: String,
    /// `good`, `bad` or `calm`.
    pub(super) tone: &'static str,
    /// What of the answer matters for what follows.
    pub(super) details: Vec<String>,
    /// What the simulator did to it on purpose.
    pub(super) done: Vec<String>,
    /// Whether it proves the breach.
    pub(super) proves: bool,
    /// How long the answer took, if that can be seen.
    pub(super) took: Option<String>,
}

/// The rows of a conviction.
pub(super) fn rows(conviction: &Conviction) -> Vec<Row> {
    // At the same moment: an operation begins, sends, and ends before the next one begins.
    let mut steps: Vec<((Moment, usize, u8), Moment, Step)> = Vec::new();
    for performed in &conviction.operations {
        let asked = Step::Asked(shortened(&performed.asked));
        steps.push(((performed.began, performed.op, 0), performed.began, asked));
        let said = Step::Said(shortened(&performed.said));
        steps.push(((performed.ended, performed.op, 2), performed.ended, said));
    }
    for kept in chosen(&conviction.exchanges) {
        let op = kept.exchange.during.unwrap_or(usize::MAX);
        let shown = Step::Exchange(Box::new(Shown::of(kept)));
        steps.push(((kept.exchange.arrived, op, 1), kept.exchange.answered, shown));
    }
    steps.sort_by_key(|(key, _, _)| *key);

    let mut rows = Vec::new();
    let mut last: Option<Moment> = None;
    let mut known = 0;
    let mut numbers = chosen(&conviction.exchanges).map(|kept| kept.number);
    for ((at, _, _), until, step) in steps {
        if matches!(step, Step::Exchange(_)) {
            let number = numbers.next().unwrap_or(known);
            if number > known {
                rows.push(Row { at: None, pause: None, step: Step::LeftOut(number - known) });
                last = None;
            }
            known = number + 1;
        }
        let pause = last.map(|last| at.0.saturating_sub(last.0)).filter(|pause| *pause >= PAUSE);
        rows.push(Row { at: Some(millis(at.0)), pause: pause.map(millis), step });
        last = last.max(Some(until));
    }
    rows
}

/// The exchanges that are shown.
fn chosen(exchanges: &[Kept]) -> impl Iterator<Item = &Kept> {
    let end = exchanges.len().saturating_sub(SHOWN);
    let mut between = 0;
    exchanges.iter().enumerate().filter_map(move |(at, kept)| {
        let is_outside = at < SHOWN || at >= end;
        let is_proof = !is_outside && kept.proves && between < SHOWN;
        between += usize::from(is_proof);
        (is_outside || is_proof).then_some(kept)
    })
}

impl Shown {
    fn of(kept: &Kept) -> Self {
        let (request, response) = (&kept.exchange.request, &kept.exchange.response);
        let mut details = Vec::new();
        for name in ["retry-after", "location"] {
            details.extend(response.header(name).map(|value| shortened(&format!("{name}: {value}"))));
        }
        if let Some(devices) = response.items() {
            let counted = if devices == 1 { "1 device".to_owned() } else { format!("{devices} devices") };
            details.push(if response.next_link().is_some() { format!("{counted} and a link") } else { counted });
        }
        if response.status.is_some() && !response.whole {
            details.push("cut off".to_owned());
        }
        let took = kept.exchange.answered.0.saturating_sub(kept.exchange.arrived.0);
        Self {
            request: shortened(&format!("{} {}", request.method, request.target)),
            foreign: kept.exchange.party == Party::Foreign,
            answer: response.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string()),
            tone: match response.status {
                Some(200..=299) => "good",
                Some(300..=399) => "calm",
                _ => "bad",
            },
            details,
            done: kept.done.iter().map(|done| shortened(done)).collect(),
            proves: kept.proves,
            took: (took >= 1_000).then(|| millis(took)),
        }
    }
}

/// Milliseconds, with a space between thousands.
fn millis(micros: u64) -> String {
    let digits = (micros / 1_000).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text + "\u{a0}ms"
}

/// A text in one line that is not too long.
pub(super) fn shortened(text: &str) -> String {
    let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut short: String = letters.by_ref().take(LETTERS).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}
