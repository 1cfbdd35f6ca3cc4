//! What reading, binding and applying a filter costs by its length: `cargo bench -p simtune --bench filters`.
//!
//! Each pattern is one that makes some parser explode. If the work is linear, a byte costs the same at 1 KiB as at the
//! limit of 8 KiB; the last column is the ratio of the two. What is timed, is timed in turns over all lengths, so that
//! whatever else the machine does hits each alike; figures are medians.

use std::hint::black_box;
use std::time::{Duration, Instant};

use simtune::odata::evaluate::Predicate;
use simtune::odata::filter::{Expr, MAX_DEPTH, MAX_LENGTH};
use simtune::odata::order::OrderBy;
use simtune::odata::schema::{Entity, Field, Schema};
use simtune::odata::value::{Edm, Value};

/// Lengths in bytes.
const LENGTHS: [usize; 4] = [1024, 2048, 4096, MAX_LENGTH];
/// Turns; odd, so that there is a middle one.
const TURNS: usize = 41;
/// How long one measurement lasts at least.
const TURN: Duration = Duration::from_millis(4);

/// A row of three fields.
struct Row;

const FIELDS: [(&str, Edm); 3] = [("name", Edm::String), ("size", Edm::Int64), ("flag", Edm::Boolean)];

impl Schema for Row {
    fn type_name(&self) -> &'static str {
        "sample.row"
    }

    fn resolve(&self, name: &str) -> Option<Field> {
        let mut fields = (0..).zip(FIELDS);
        fields.find_map(|(index, (known, edm))| {
            known.eq_ignore_ascii_case(name).then_some(Field { index, name: known, edm })
        })
    }
}

impl Entity for Row {
    fn value(&self, index: u16) -> Value<'_> {
        match index {
            0 => Value::String("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            1 => Value::Int(42),
            2 => Value::Boolean(false),
            _ => Value::Null,
        }
    }
}

/// One shape of text.
struct Pattern {
    what: &'static str,
    before: &'static str,
    part: &'static str,
    behind: &'static str,
    run: fn(&str),
}

const PATTERNS: &[Pattern] = &[
    Pattern { what: "or", before: "", part: "size eq 1 or ", behind: "flag", run: apply },
    Pattern { what: "and", before: "", part: "size eq 42 and ", behind: "flag", run: apply },
    Pattern { what: "not", before: "", part: "not not flag or ", behind: "flag", run: apply },
    Pattern { what: "functions", before: "", part: "contains(tolower(name),'b') or ", behind: "flag", run: apply },
    Pattern { what: "a list", before: "size in (", part: "1,", behind: "1)", run: apply },
    Pattern { what: "doubled quotes", before: "name eq '", part: "''", behind: "'", run: apply },
    Pattern { what: "almost inside", before: "contains(name,'", part: "a", behind: "b')", run: apply },
    Pattern { what: "white space", before: "flag or", part: " ", behind: " flag", run: apply },
    Pattern { what: "keys of an order", before: "", part: "name desc,", behind: "size", run: sort },
    Pattern { what: "an open quote", before: "name eq '", part: "''a", behind: "", run: refuse },
    Pattern { what: "half a GUID", before: "", part: "5515d4ef-2551-456f-", behind: "", run: refuse },
    Pattern { what: "parentheses", before: "", part: "(", behind: "", run: refuse },
    Pattern { what: "a long number", before: "size eq ", part: "9", behind: "", run: refuse },
    Pattern { what: "a long path", before: "a", part: "/a", behind: "//", run: refuse },
    Pattern { what: "wrong at the end", before: "", part: "size eq 1 or ", behind: "size eq", run: refuse },
];

fn apply(text: &str) {
    let predicate = Predicate::parse(text, &Row).expect("a filter");
    black_box(predicate.matches(&Row));
}

fn sort(text: &str) {
    let order = OrderBy::parse(text, &Row).expect("an order");
    black_box(order.compare(&Row, &Row));
}

fn refuse(text: &str) {
    black_box(Expr::parse(text).expect_err("a refusal").to_string());
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}

impl Pattern {
    fn text(&self, length: usize) -> String {
        let parts = (length - self.before.len() - self.behind.len()) / self.part.len();
        format!("{}{}{}", self.before, self.part.repeat(parts), self.behind)
    }

    /// Nanoseconds for one run.
    fn time(&self, text: &str) -> f64 {
        let start = now();
        let mut runs = 0_u32;
        while start.elapsed() < TURN {
            (self.run)(black_box(text));
            runs += 1;
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(runs)
    }
}

fn main() {
    println!("ns for each byte, medians of {TURNS} turns; at most {MAX_DEPTH} levels, {MAX_LENGTH} bytes");
    print!("{:<18}", "");
    for length in LENGTHS {
        print!("{length:>9} B");
    }
    println!("{:>10}", "last/first");
    for pattern in PATTERNS {
        let texts = LENGTHS.map(|length| pattern.text(length));
        let mut times: [Vec<f64>; LENGTHS.len()] = Default::default();
        for _ in 0..TURNS {
            for (text, times) in texts.iter().zip(&mut times) {
                #[expect(clippy::cast_precision_loss, reason = "a few thousand bytes")]
                times.push(pattern.time(text) / text.len() as f64);
            }
        }
        let medians = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[TURNS / 2]
        });
        print!("{:<18}", pattern.what);
        for median in medians {
            print!("{median:>11.2}");
        }
        println!("{:>10.2}", medians[LENGTHS.len() - 1] / medians[0]);
    }
}
