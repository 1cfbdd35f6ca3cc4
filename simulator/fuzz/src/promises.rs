//! What holds for every text: each function panics when it does not.

use std::cmp::Ordering;

use crate::odata::escape;
use crate::odata::evaluate::Predicate;
use crate::odata::filter::{ClauseError, Expr, ExprKind, MAX_DEPTH, MAX_LENGTH, Problem};
use crate::odata::options::QueryOptions;
use crate::odata::order::OrderBy;
use crate::odata::select::{Expand, Select};
use crate::odata::skip_token::{SkipToken, next_link_query};
use crate::sample::{Row, TYPE};

/// A text as `$filter`.
pub fn of_a_filter(text: &str) {
    let expr = match Expr::parse(text) {
        Ok(expr) => expr,
        Err(error) => return is_told_well(&error, text),
    };
    assert!(text.len() <= MAX_LENGTH);
    // Between two levels of nesting lie at most the ranks of `or`, `and`, `eq` and `gt`.
    assert!(depth(&expr) <= 5 * (MAX_DEPTH + 1), "{} levels", depth(&expr));
    let printed = expr.to_string();
    assert!(printed.len() <= 6 * text.len() + 8, "{} bytes became {}", text.len(), printed.len());
    match Expr::parse(&printed) {
        Ok(again) => {
            assert!(again == expr || printed.contains("NaN"), "{printed}");
            assert_eq!(again.to_string(), printed);
        }
        Err(error) => assert!(matches!(error.problem, Problem::TooLong(_)), "{error}: {printed}"),
    }
    match Predicate::bind(&expr, &TYPE) {
        Ok(predicate) => is_evaluated_well(&predicate, text),
        Err(error) => is_told_well(&error, text),
    }
}

fn is_evaluated_well(predicate: &Predicate, text: &str) {
    let printed = predicate.to_string();
    let again = Predicate::parse(&printed, &TYPE);
    if let Ok(again) = &again {
        assert!(again == predicate || printed.contains("NaN"), "{printed}");
    } else {
        assert!(printed.len() > MAX_LENGTH, "{printed}: {again:?}");
    }
    let opposite = Predicate::Not(Box::new(predicate.clone()));
    let twice = Predicate::And(vec![predicate.clone(), predicate.clone()]);
    for row in &Row::samples() {
        let matches = predicate.matches(row);
        let reads = row.take_reads();
        // Two parts of two parts: what stands in both lambdas is asked four times.
        assert!(reads <= 8 * text.len() + 8, "{reads} reads for {} bytes", text.len());
        assert!(!(matches && opposite.matches(row)));
        assert_eq!(matches, twice.matches(row));
        if let Ok(again) = &again {
            assert_eq!(matches, again.matches(row), "{printed}");
        }
    }
}

/// A text as `$orderby`.
pub fn of_an_order(text: &str) {
    let order = match OrderBy::parse(text, &TYPE) {
        Ok(order) => order,
        Err(error) => return is_told_well(&error, text),
    };
    let printed = order.to_string();
    match OrderBy::parse(&printed, &TYPE) {
        Ok(again) => assert!(again == order || printed.contains("NaN"), "{printed}"),
        Err(error) => assert!(matches!(error.problem, Problem::TooLong(_)), "{error}: {printed}"),
    }
    let [full, empty] = Row::samples();
    assert_eq!(order.compare(&full, &empty), order.compare(&empty, &full).reverse());
    assert_eq!(order.compare(&full, &full), Ordering::Equal);
}

/// A text as `$select` and as `$expand`.
pub fn of_a_list(text: &str) {
    if let Ok(select) = Select::parse(text) {
        assert_eq!(Select::parse(&select.names.join(",")), Ok(select.clone()));
        let _ = select.resolve(&TYPE);
    }
    if let Ok(expand) = Expand::parse(text) {
        let items = expand.items.iter().map(|item| match &item.options {
            Some(options) => format!("{}({options})", item.name),
            None => item.name.clone(),
        });
        assert_eq!(Expand::parse(&items.collect::<Vec<_>>().join(",")), Ok(expand.clone()));
    }
}

/// A text as `$skiptoken`, and as a value in a URL.
pub fn of_a_token(text: &str) {
    if let Ok(token) = SkipToken::parse(text) {
        assert_eq!(token.to_string(), text);
        assert_eq!(SkipToken::decode(&token.encode()), Ok(token));
    }
    assert_eq!(escape::decode(&escape::encode(text)).as_deref(), Ok(text));
}

/// A text as the whole query of a URL.
pub fn of_a_query(query: &str) {
    let Ok(options) = QueryOptions::parse(query) else { return };
    if let Some(filter) = &options.filter {
        of_a_filter(filter);
    }
    if let Some(order) = &options.order_by {
        of_an_order(order);
    }
    // The next page is asked for with the same options, whatever they were.
    let token = SkipToken::new([("K", "it's & 'x'")]);
    let link = next_link_query(query, &token);
    let next = QueryOptions::parse(&link).unwrap_or_else(|error| panic!("{link}: {error}"));
    assert_eq!(next.skip_token.as_deref(), Some(token.to_string().as_str()));
    assert_eq!(next.skip, None);
    let expected = QueryOptions { skip_token: next.skip_token.clone(), skip: None, ..options };
    assert_eq!(next, expected);
}

/// A refusal points into the text and is short enough to be read.
fn is_told_well(error: &ClauseError, text: &str) {
    let is_inside = text.is_char_boundary(error.at) || matches!(error.problem, Problem::TooLong(_));
    assert!(is_inside, "{error}");
    assert!(error.to_string().len() < 600, "{error}");
}

fn depth(expr: &Expr) -> usize {
    let deepest = |list: &[Expr]| list.iter().map(depth).max().unwrap_or(0);
    1 + match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Path(_) => 0,
        ExprKind::And(list) | ExprKind::Or(list) | ExprKind::Call { arguments: list, .. } => deepest(list),
        ExprKind::Not(inner) | ExprKind::In { item: inner, .. } => depth(inner),
        ExprKind::Compare { left, right, .. } => depth(left).max(depth(right)),
        ExprKind::Quantified { body, .. } => body.as_ref().map_or(0, |body| depth(&body.condition)),
    }
}
