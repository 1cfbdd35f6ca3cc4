//! How much work a filter makes, counted and not timed: names looked up in the schema and values read from a row, which
//! are the only two things the engine asks of anybody.

use std::cell::Cell;

use crate::odata::evaluate::Predicate;
use crate::odata::filter::{MAX_DEPTH, MAX_LENGTH};
use crate::odata::order::OrderBy;
use crate::odata::sample::TYPE;
use crate::odata::schema::{Entity, Field, Items, Schema};
use crate::odata::value::Value;

/// Counts what it is asked, its complex types too.
#[derive(Default)]
struct Counted {
    lookups: Cell<usize>,
    reads: Cell<usize>,
}

/// How many items each collection has.
const ITEMS: usize = 3;

impl Schema for Counted {
    fn type_name(&self) -> &str {
        TYPE.type_name()
    }

    fn resolve(&self, name: &str) -> Option<Field> {
        self.lookups.set(self.lookups.get() + 1);
        TYPE.resolve(name)
    }

    fn complex(&self, type_name: &str) -> Option<&dyn Schema> {
        TYPE.complex(type_name)
    }
}

impl Entity for Counted {
    fn value(&self, index: u16) -> Value<'_> {
        self.reads.set(self.reads.get() + 1);
        match index {
            0 => Value::String("Surface"),
            2 => Value::Int(42),
            4 => Value::Boolean(false),
            9 => Value::Items(self),
            _ => Value::Null,
        }
    }
}

/// The items are the row once more, asked for by the indexes of their own type.
impl Items for Counted {
    fn count(&self) -> usize {
        ITEMS
    }

    fn item(&self, _position: usize) -> Value<'_> {
        Value::Entity(self)
    }
}

/// What is repeated, and what stands before and behind all of it.
const PATTERNS: &[(&str, &str, &str)] = &[
    ("", "flag or ", "flag"),
    ("", "not flag and ", "flag"),
    ("", "size eq 1 or ", "flag"),
    ("", "contains(name,'x') or ", "flag"),
    ("", "name eq 'it''s' or ", "flag"),
    ("", "results/any(a:a/actionName eq 'x') or ", "flag"),
    ("", "size in (1,2,3,4) or ", "flag"),
    ("size in (", "1,", "1)"),
    ("name in (", "'x',", "'x')"),
    ("results/any(a:", "a/actionName eq 'x' or ", "flag)"),
    ("contains(name,'", "xy''", "')"),
    ("name eq '", "x", "'"),
    ("size eq ", "", "1"),
    ("flag or  ", " ", "flag"),
];

fn text(pattern: (&str, &str, &str), length: usize) -> String {
    let (before, part, behind) = pattern;
    let room = length.saturating_sub(before.len() + behind.len());
    let parts = room.checked_div(part.len()).unwrap_or(0);
    format!("{before}{}{behind}", part.repeat(parts))
}

#[test]
fn lookups_and_reads_grow_with_the_length_and_no_faster() {
    for &pattern in PATTERNS {
        for length in [64, 512, 4096, MAX_LENGTH] {
            let text = text(pattern, length);
            let counted = Counted::default();
            let predicate = Predicate::parse(&text, &counted).unwrap_or_else(|error| panic!("{text}: {error}"));
            predicate.matches(&counted);
            let (lookups, reads) = (counted.lookups.get(), counted.reads.get());
            // The shortest name has four letters; inside a lambda it is read once for each item.
            assert!(lookups <= text.len() / 4, "{lookups} lookups for {} bytes of {pattern:?}", text.len());
            assert!(reads <= ITEMS * text.len() / 4, "{reads} reads for {} bytes of {pattern:?}", text.len());
            assert!(predicate.to_string().len() <= 2 * text.len(), "{pattern:?}");
        }
    }
}

#[test]
fn the_keys_of_an_order_are_read_once_for_each_row() {
    let text = vec!["tolower(name) desc"; MAX_LENGTH / 19].join(",");
    let counted = Counted::default();
    let order = OrderBy::parse(&text, &counted).unwrap();
    assert!(order.compare(&counted, &counted).is_eq());
    assert_eq!(counted.lookups.get(), order.keys.len());
    assert_eq!(counted.reads.get(), 2 * order.keys.len());
}

/// A lambda may only walk a collection of the item outside it, so what is read is bounded by what the row holds:
/// nowhere do the items of one row multiply with themselves.
#[test]
fn lambdas_inside_lambdas_never_walk_the_same_items_again() {
    for outer in ["results/any(a:", "tags/any(a:"] {
        for inner in ["results/any(b:true))", "tags/any(b:true))"] {
            assert!(Predicate::parse(&format!("{outer}{inner}"), &TYPE).is_err());
        }
    }
    let deepest = (0..MAX_DEPTH - 1)
        .fold("results/any(v0:".to_owned(), |text, level| format!("{text}v{level}/nested/any(v{}:", level + 1));
    let text = format!("{deepest}true{}", ")".repeat(MAX_DEPTH));
    let row = crate::odata::sample::Row::default();
    assert!(!Predicate::parse(&text, &TYPE).unwrap().matches(&row));
}
