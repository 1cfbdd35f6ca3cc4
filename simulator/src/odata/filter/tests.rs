use std::iter::repeat_n;

use proptest::prelude::*;

use super::{
    Clause, Expr, ExprKind, Function, Lambda, Literal, MAX_DEPTH, MAX_LENGTH, Operator, Parser, Problem, Quantifier,
};
use crate::odata::sample::any_instant;

fn canonical(text: &str) -> String {
    Expr::parse(text).map_or_else(|error| error.to_string(), |expr| expr.to_string())
}

/// Every pair of parentheses made visible.
fn tree(expr: &Expr) -> String {
    let all = |clauses: &[Expr]| clauses.iter().map(tree).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::And(clauses) => format!("(and {})", all(clauses)),
        ExprKind::Or(clauses) => format!("(or {})", all(clauses)),
        ExprKind::Not(inner) => format!("(not {})", tree(inner)),
        ExprKind::Compare { operator, left, right } => {
            format!("({} {} {})", operator.as_str(), tree(left), tree(right))
        }
        _ => expr.to_string(),
    }
}

#[test]
fn precedence_is_that_of_odata() {
    for (text, wanted) in [
        ("a eq 1 and b eq 2 or c eq 3", "(or (and (eq a 1) (eq b 2)) (eq c 3))"),
        ("a eq 1 or b eq 2 and c eq 3", "(or (eq a 1) (and (eq b 2) (eq c 3)))"),
        ("a eq 1 and (b eq 2 or c eq 3)", "(and (eq a 1) (or (eq b 2) (eq c 3)))"),
        ("a and b and c and d", "(and a b c d)"),
        ("(a and b) and c", "(and (and a b) c)"),
        ("not a and b", "(and (not a) b)"),
        ("not a eq b", "(eq (not a) b)"),
        ("not (a eq b)", "(not (eq a b))"),
        ("not not a", "(not (not a))"),
        ("true eq a gt 1", "(eq true (gt a 1))"),
        ("a gt 1 eq true", "(eq (gt a 1) true)"),
        ("((a))", "a"),
    ] {
        assert_eq!(tree(&Expr::parse(text).unwrap()), wanted, "{text}");
    }
}

#[test]
fn every_spelling_has_one_canonical_form() {
    for (text, wanted) in [
        ("  deviceName   EQ 'O''Brien'  ", "deviceName eq 'O''Brien'"),
        ("startsWith( a ,'x' )", "startswith(a,'x')"),
        ("(a eq 1)and(b eq 2)", "a eq 1 and b eq 2"),
        ("a in('x' , 'y',NULL)", "a in ('x','y',null)"),
        ("a in ()", "a in ()"),
        ("a eq TRUE or a eq False", "a eq true or a eq false"),
        ("a lt -9223372036854775808", "a lt -9223372036854775808"),
        ("a eq -0.50 or a eq 1E3 or a eq 1e-7", "a eq -0.5 or a eq 1000.0 or a eq 1e-7"),
        ("a eq +5 or a eq +1.50", "a eq 5 or a eq 1.5"),
        ("a lt 9223372036854775808", "a lt 9.223372036854776e18"),
        ("a gt -99999999999999999999", "a gt -1e20"),
        ("a gt 08:30 or a lt 08:30:00.5", "a gt 08:30:00 or a lt 08:30:00.500"),
        ("a eq MinDateTime( )", "a eq mindatetime()"),
        ("a eq INF or a eq -INF", "a eq INF or a eq -INF"),
        ("a eq NaN", "a eq NaN"),
        ("a ge 2026-01-31T08:30:00.1234567+02:00", "a ge 2026-01-31T06:30:00.123456700Z"),
        ("a ge 2026-01-31t08:30z", "a ge 2026-01-31T08:30:00Z"),
        ("a ge 0001-01-01T00:00:00.000000000000Z", "a ge 0001-01-01T00:00:00Z"),
        ("date(a) eq 2024-02-29", "date(a) eq 2024-02-29"),
        ("a eq A515D4EF-2551-456f-a975-e772ffefe6a0", "a eq a515d4ef-2551-456f-a975-e772ffefe6a0"),
        ("a has microsoft.graph.complianceState'compliant'", "a has microsoft.graph.complianceState'compliant'"),
        ("x/ANY( r : r/state eq 'failed' )", "x/any(r: r/state eq 'failed')"),
        ("x/any()", "x/any()"),
        ("any/all/y eq 1", "any/all/y eq 1"),
        ("größe eq '中文 🙂'", "größe eq '中文 🙂'"),
        ("contains(a,'x') eq true", "contains(a,'x') eq true"),
        ("(a eq 1 or b eq 2) eq true", "(a eq 1 or b eq 2) eq true"),
    ] {
        assert_eq!(canonical(text), wanted, "{text}");
    }
}

#[test]
fn positions_are_those_of_the_text() {
    let expr = Expr::parse("  é eq 'x' and  not b").unwrap();
    let ExprKind::And(clauses) = &expr.kind else {
        panic!("{expr:?}");
    };
    let positions: Vec<_> = clauses.iter().map(|clause| clause.at).collect();
    assert_eq!(positions, [5, 17]);
}

#[test]
fn refusals() {
    let deep = format!("{}a{}", "(".repeat(MAX_DEPTH + 1), ")".repeat(MAX_DEPTH + 1));
    let long = format!("a eq '{}'", "x".repeat(MAX_LENGTH));
    let refusals = [
        "",
        "   ",
        "a eq",
        "eq 1",
        "a = 1",
        "a eq 1 b",
        "a eq 1 and",
        "a eq 1 and or b eq 2",
        "a eq 'x",
        "a eq 'O'Brien'",
        "a eq \"x\"",
        "a eq ‘x’",
        "(a eq 1",
        "a eq 1)",
        "()",
        "a eq 1e999",
        "a eq +b",
        "a eq 1+2",
        "a eq 1.",
        "a eq 12abc",
        "a eq 0x10",
        "a gt 2026-02-30T00:00:00Z",
        "a gt 2026-01-01T00:00:00",
        "a gt 2026-01-01T00:00:00 02:00",
        "a gt 2026-01-01T24:00:00Z",
        "a gt 2026-01-01T00:00:00.Z",
        "a gt 2026-1-1",
        "a gt 9999-12-31T23:59:59-14:00",
        "a gt 2026-01-01T00:00:00+15:00",
        "a gt 2026-01-01T00:00.5Z",
        "a gt 24:30:00",
        "a gt 12:30:00Z",
        "a eq duration'PT1H'",
        "a gt datetime'2026-01-01T00:00:00'",
        "a eq guid'5515d4ef-2551-456f-a975-e772ffefe6a0'",
        "a eq state'x'",
        "a eq -b",
        "a add 1 eq 2",
        "now() gt a",
        "substringof('x',a)",
        "matchesPattern(a,'x')",
        "isof(a,Edm.String)",
        "cast(a,Edm.String) eq 'x'",
        "totaloffsetminutes(a) eq 0",
        "mindatetime(a) eq b",
        "any(a: true)",
        "lenght(a) eq 1",
        "contains(a)",
        "substring(a,1,2,3) eq 'x'",
        "length() eq 0",
        "contains(a,'x'",
        "a in 1",
        "a in (1,b)",
        "a in (1 2)",
        "a eq b eq c",
        "a lt 1 lt 2",
        "a in (1) in (2)",
        "$it eq 1",
        "$it/a eq 1",
        "$root/a eq 1",
        "a eq @p",
        "@odata.type eq 'x'",
        "a/$count gt 1",
        "a/ eq 1",
        "a//b eq 1",
        "x/all()",
        "x/any(r)",
        "x/any(1: true)",
        "not",
        "a eq 1; drop",
        "a eq 5515d4ef-2551-456f-a975-e772ffefe6a",
        &deep,
        &"not ".repeat(MAX_DEPTH + 2),
        &long,
    ]
    .map(|text| match Expr::parse(text) {
        Ok(expr) => panic!("{text} was read as {expr}"),
        Err(error) => format!("{:?}\n    {error}", Problem::shown(text)),
    });
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    for (open, inner, close) in [("(", "a", ")"), ("not ", "a", ""), ("trim(", "a", ")")] {
        let text = |levels: usize| format!("{}{inner}{}", open.repeat(levels), close.repeat(levels));
        assert!(Expr::parse(&text(MAX_DEPTH)).is_ok(), "{open}");
        let error = Expr::parse(&text(MAX_DEPTH + 1)).unwrap_err();
        assert_eq!(error.problem, Problem::TooDeep, "{open}");
    }
}

#[test]
fn only_what_is_open_counts_as_nesting() {
    for clause in ["(a)", "not a", "length(a) eq 1", "a/any(b: b)", "a/any()", "a in (1)"] {
        let text = vec![clause; MAX_DEPTH + 1].join(" or ");
        assert!(Expr::parse(&text).is_ok(), "{clause}");
    }
}

#[test]
fn chains_are_flat_however_long() {
    let clauses = vec!["a"; 1000];
    for word in [" and ", " or "] {
        let expr = Expr::parse(&clauses.join(word)).unwrap();
        match expr.kind {
            ExprKind::And(clauses) | ExprKind::Or(clauses) => assert_eq!(clauses.len(), 1000),
            kind => panic!("{kind:?}"),
        }
    }
}

/// Every step takes a token or descends one rank, and no token is read twice: the number of steps is bounded by a
/// multiple of the length, for texts that make backtracking parsers explode.
#[test]
fn work_grows_with_the_length_and_no_faster() {
    let patterns: [&[&str]; 12] = [
        &["("],
        &["not "],
        &["a eq 1 and "],
        &["a or "],
        &["'", "''"],
        &["a in (", "1,"],
        &["a/"],
        &["a/any(b:"],
        &["contains("],
        &["5515d4ef-2551-456f-"],
        &["1.e-+:"],
        &["a.b'x' eq "],
    ];
    for pattern in patterns {
        for length in [64, 512, 4096, MAX_LENGTH] {
            let (first, rest) = pattern.split_first().unwrap();
            let mut text = (*first).to_owned();
            for part in rest.iter().chain(repeat_n(first, 1)).cycle() {
                if text.len() + part.len() > length {
                    break;
                }
                text.push_str(part);
            }
            let Ok(mut parser) = Parser::new(Clause::Filter, &text) else {
                continue;
            };
            let _ = parser.expression();
            assert!(
                parser.steps <= 6 * (text.len() + 1),
                "{} steps for {} bytes of {pattern:?}",
                parser.steps,
                text.len()
            );
        }
    }
}

fn any_name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["a", "deviceName", "größe", "b_2", "any", "In1", "x.y"]).prop_map(str::to_owned)
}

fn any_path() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(any_name(), 1..3)
}

pub(super) fn any_literal() -> impl Strategy<Value = Literal> {
    let finite = any::<f64>().prop_filter("NaN equals nothing", |number| !number.is_nan());
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(Literal::Int),
        finite.prop_map(Literal::Double),
        any::<String>().prop_map(Literal::String),
        any::<String>().prop_map(|member| Literal::Enum { type_name: "microsoft.graph.state".to_owned(), member }),
        any_instant().prop_map(Literal::DateTime),
        any_instant().prop_map(|instant| Literal::Date(instant.date_naive())),
        any_instant().prop_map(|instant| Literal::TimeOfDay(instant.time())),
        any::<u128>().prop_map(|bits| Literal::Guid(uuid::Uuid::from_u128(bits))),
    ]
}

fn any_operator() -> impl Strategy<Value = Operator> {
    proptest::sample::select(Operator::ALL.to_vec())
}

fn any_expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![any_literal().prop_map(ExprKind::Literal), any_path().prop_map(ExprKind::Path),]
        .prop_map(Expr::from);
    leaf.prop_recursive(6, 48, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let literals = any_literal().prop_map(|literal| Expr::from(ExprKind::Literal(literal)));
        let call = (proptest::sample::select(Function::ALL.to_vec()), proptest::collection::vec(inner.clone(), 3));
        let lambda = proptest::option::of((any_name(), inner.clone()));
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(ExprKind::And),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(ExprKind::Or),
            boxed.clone().prop_map(ExprKind::Not),
            (any_operator(), boxed.clone(), boxed.clone())
                .prop_map(|(operator, left, right)| { ExprKind::Compare { operator, left, right } }),
            (boxed, proptest::collection::vec(literals, 0..3)).prop_map(|(item, list)| ExprKind::In { item, list }),
            call.prop_map(|(function, mut arguments)| {
                arguments.truncate(function.arity().1);
                ExprKind::Call { function, arguments }
            }),
            (any_path(), lambda).prop_map(|(collection, lambda)| ExprKind::Quantified {
                quantifier: match &lambda {
                    Some((name, _)) if name.len() > 1 => Quantifier::All,
                    _ => Quantifier::Any,
                },
                collection,
                body: lambda.map(|(variable, condition)| Box::new(Lambda { variable, condition })),
            }),
        ]
        .prop_map(Expr::from)
    })
}

/// Pieces of the language in any order reach deeper into the grammar than characters in any order.
fn almost_a_filter() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        " ",
        "eq",
        "and",
        "or",
        "not",
        "in",
        "has",
        "(",
        ")",
        ",",
        "/",
        ":",
        "'",
        "''",
        "'x'",
        "1",
        "-",
        "1.5",
        "any(",
        "contains(",
        "null",
        "true",
        "2026-01-01T00:00:00Z",
        "é",
        "\u{0}",
        "INF",
        "a.b'",
        "T",
        "+",
        "e9",
        "5515d4ef-2551-456f-a975-e772ffefe6a0",
        "\"",
        "$",
        "@",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(expr in any_expr()) {
        let text = expr.to_string();
        match Expr::parse(&text) {
            Ok(read) => prop_assert_eq!(read, expr),
            Err(error) => prop_assert!(matches!(error.problem, Problem::TooLong(_)), "{error}: {text}"),
        }
    }

    #[test]
    fn any_text_is_read_or_refused_inside_itself(text in prop_oneof![any::<String>(), almost_a_filter()]) {
        match Expr::parse(&text) {
            Ok(expr) => {
                let printed = expr.to_string();
                prop_assert_eq!(&Expr::parse(&printed).unwrap().to_string(), &printed);
            }
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.at), "{error}");
                prop_assert!(error.to_string().len() < 400, "{error}");
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = Expr::parse(&String::from_utf8_lossy(&bytes));
    }
}
