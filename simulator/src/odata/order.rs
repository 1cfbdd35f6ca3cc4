//! `$orderby`: by what rows are sorted, and which of two comes first.
//!
//! Nulls come first, and last when descending (documented: OData 4.01, `$orderby`). Texts are sorted by code
//! point and enumerations by the spelling of their members, because the service's own orders are not known (assumed).

use std::cmp::Ordering;
use std::fmt;

use super::evaluate::{Operand, Scalar, Scope, bind_operand};
use super::filter::{Clause, ClauseError, Parser};
use super::schema::{Entity, Field, Schema};

/// The keys of a sort, most significant first.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderBy {
    /// At least one.
    pub keys: Vec<OrderKey>,
}

/// One key of a sort.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderKey {
    /// Mostly a field.
    pub operand: Operand,
    /// `asc` unless the client said otherwise.
    pub direction: Direction,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `asc`: nulls and small values first.
    Ascending,
    /// `desc`: large values first, nulls last.
    Descending,
}

impl OrderBy {
    /// Reads `a desc,b`, escapes of the URL already undone, and binds the names to `schema`.
    pub fn parse(text: &str, schema: &dyn Schema) -> Result<Self, ClauseError> {
        let mut parser = Parser::new(Clause::OrderBy, text)?;
        let mut keys = Vec::new();
        loop {
            let expr = parser.expression()?;
            let operand = bind_operand(Clause::OrderBy, &expr, schema)?;
            let direction = if parser.take_word("desc")? {
                Direction::Descending
            } else {
                parser.take_word("asc")?;
                Direction::Ascending
            };
            keys.push(OrderKey { operand, direction });
            if !parser.take_comma()? {
                break;
            }
        }
        parser.expect_end("'asc', 'desc', ',' or the end")?;
        Ok(Self { keys })
    }

    /// The fields of the row that the keys read.
    pub fn fields(&self) -> Vec<Field> {
        self.keys.iter().flat_map(|key| key.operand.fields()).collect()
    }

    /// Which row comes first. Rows that no key tells apart are equal: sort stably, or add a key.
    pub fn compare(&self, left: &dyn Entity, right: &dyn Entity) -> Ordering {
        let by_key = |key: &OrderKey| {
            let left = key.operand.scalar(Scope::of(left));
            let right = key.operand.scalar(Scope::of(right));
            let ordering = total_order(&left, &right);
            match key.direction {
                Direction::Ascending => ordering,
                Direction::Descending => ordering.reverse(),
            }
        };
        let mut orderings = self.keys.iter().map(by_key);
        orderings.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// As a client would write it, names in the schema's spelling.
impl fmt::Display for OrderBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, OrderKey { operand, direction }) in self.keys.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let word = if *direction == Direction::Descending { " desc" } else { "" };
            write!(f, "{comma}{operand}{word}")?;
        }
        Ok(())
    }
}

/// An order in which every two values have a place, as sorting needs.
fn total_order(left: &Scalar<'_>, right: &Scalar<'_>) -> Ordering {
    if let (Scalar::Enum(left), Scalar::Enum(right)) = (left, right) {
        return left.cmp(right);
    }
    left.partial_order(right).unwrap_or_else(|| rank(left).cmp(&rank(right)))
}

/// Values that cannot be compared are sorted by what they are; NaN comes before all numbers.
fn rank(scalar: &Scalar<'_>) -> u8 {
    match scalar {
        Scalar::Null => 0,
        Scalar::Boolean(_) => 1,
        Scalar::Double(number) if number.is_nan() => 2,
        Scalar::Int(_) | Scalar::Double(_) => 3,
        Scalar::Text(_) => 4,
        Scalar::Enum(_) => 5,
        Scalar::DateTime(_) => 6,
        Scalar::Date(_) => 7,
        Scalar::TimeOfDay(_) => 8,
        Scalar::Guid(_) => 9,
        Scalar::Structured => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::OrderBy;
    use crate::odata::sample::{Row, TYPE, any_row};
    use proptest::prelude::*;
    use std::cmp::Ordering;

    fn sorted(order: &str, names: &[Option<&str>]) -> Vec<Option<String>> {
        let order = OrderBy::parse(order, &TYPE).unwrap();
        let mut rows: Vec<Row> = names
            .iter()
            .enumerate()
            .map(|(position, name)| Row {
                name: name.map(str::to_owned),
                size: Some(i64::try_from(position).unwrap()),
                ..Row::default()
            })
            .collect();
        rows.sort_by(|left, right| order.compare(left, right));
        rows.into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn nulls_come_first_and_last_when_descending() {
        let names = [Some("b"), None, Some("a"), Some("B")];
        let ascending = [None, Some("B"), Some("a"), Some("b")];
        assert_eq!(sorted("name", &names), ascending.map(|name| name.map(str::to_owned)));
        let descending = [Some("b"), Some("a"), Some("B"), None];
        assert_eq!(sorted("NAME DESC", &names), descending.map(|name| name.map(str::to_owned)));
    }

    #[test]
    fn later_keys_decide_between_equals() {
        let names = [Some("a"), Some("B"), Some("b"), Some("A")];
        let wanted = [Some("A"), Some("a"), Some("b"), Some("B")];
        assert_eq!(sorted("tolower(name) asc , size desc", &names), wanted.map(|name| name.map(str::to_owned)));
    }

    #[test]
    fn an_order_is_printed_and_read_back() {
        for (text, wanted) in [
            ("NAME", "name"),
            ("name asc , size DESC", "name,size desc"),
            ("tolower(Name) desc,features/inventory", "tolower(name) desc,features/inventory"),
            ("size eq 1 or flag desc", "size eq 1 or flag desc"),
        ] {
            let order = OrderBy::parse(text, &TYPE).unwrap();
            assert_eq!(order.to_string(), wanted);
            assert_eq!(OrderBy::parse(wanted, &TYPE), Ok(order));
        }
    }

    #[test]
    fn refusals() {
        let refusals =
            ["", "name,", "nome", "name down", "name desc size", "features", "results", "name desc,length(size)"].map(
                |text| match OrderBy::parse(text, &TYPE) {
                    Ok(order) => panic!("{text}: {order:?}"),
                    Err(error) => format!("{text:?}\n    {error}"),
                },
            );
        insta::assert_snapshot!(refusals.join("\n"));
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in any_row(), b in any_row(), c in any_row()) {
            let order = OrderBy::parse("state,name desc,ratio,seen desc,key,flag,size", &TYPE).unwrap();
            prop_assert_eq!(order.compare(&a, &b), order.compare(&b, &a).reverse());
            if order.compare(&a, &b) != Ordering::Greater && order.compare(&b, &c) != Ordering::Greater {
                prop_assert_ne!(order.compare(&a, &c), Ordering::Greater);
            }
        }
    }
}
