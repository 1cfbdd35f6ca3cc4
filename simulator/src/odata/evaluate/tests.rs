use proptest::prelude::*;

use super::{Literal, Operand, Operator, Predicate};
use crate::odata::filter::{Expr, MAX_DEPTH};
use crate::odata::sample::{ActionResult, Features, List, Row, TYPE, any_row};

mod naive;
mod work;

fn row() -> Row {
    Row {
        name: Some("Surface Bé🙂".to_owned()),
        note: None,
        size: Some(42),
        ratio: Some(0.5),
        flag: Some(true),
        state: Some("nonCompliant"),
        seen: Some("2026-01-31T23:59:58.1234567Z".parse().unwrap()),
        key: Some("5515D4EF-2551-456f-a975-e772ffefe6a0"),
        features: Some(Features { inventory: true }),
        results: List(vec![
            ActionResult { name: "resetPasscode", state: "failed", codes: List(vec!["7".to_owned()]) },
            ActionResult { name: "rebootNow", state: "done", codes: List(vec![]) },
        ]),
        tags: List(vec!["loan".to_owned(), "Berlin".to_owned()]),
    }
}

fn check(cases: &[(&str, bool)]) {
    let row = row();
    for &(text, wanted) in cases {
        let predicate = Predicate::parse(text, &TYPE).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(predicate.matches(&row), wanted, "{text}");
        let printed = predicate.to_string();
        let again = Predicate::parse(&printed, &TYPE).map(|again| again.to_string());
        assert_eq!(again, Ok(printed), "{text}");
    }
}

#[test]
fn comparisons() {
    check(&[
        ("name eq 'Surface Bé🙂'", true),
        ("NAME eq 'surface Bé🙂'", false),
        ("'Surface' lt name", true),
        ("size eq 42", true),
        ("size ne 42", false),
        ("size gt 41.5", true),
        ("size ge 42.5", false),
        ("size lt 9223372036854775807", true),
        ("size lt 9223372036854775808", true),
        ("size gt -99999999999999999999", true),
        ("size eq +42", true),
        ("size le 42", true),
        ("size gt -INF", true),
        ("ratio eq 0.5", true),
        ("ratio lt 1", true),
        ("ratio ne NaN", true),
        ("ratio eq NaN", false),
        ("flag", true),
        ("flag eq true", true),
        ("flag ne false", true),
        ("flag gt false", true),
        ("not flag", false),
        ("state eq 'noncompliant'", true),
        ("state eq microsoft.graph.STATE'nonCompliant'", true),
        ("state ne 'compliant'", true),
        ("state has 'NonCompliant'", true),
        ("seen gt 2026-01-31T23:59:58Z", true),
        ("seen eq 2026-02-01T01:59:58.1234567+02:00", true),
        ("seen lt 2026-02-01", true),
        ("seen lt 2026-01-31", false),
        ("key eq 5515d4ef-2551-456f-a975-e772ffefe6a0", true),
        ("key eq '5515d4ef-2551-456F-a975-e772ffefe6a0'", true),
        ("key eq 00000000-0000-0000-0000-000000000000", false),
        ("name in ('x','Surface Bé🙂')", true),
        ("state in ('NONCOMPLIANT')", true),
        ("size in (1,42.0,null)", true),
        ("size in ()", false),
        ("not (size in ())", true),
        ("features/inventory eq true", true),
        ("features/inventory", true),
        ("features ne null", true),
    ]);
}

#[test]
fn precedence_decides() {
    check(&[
        ("size eq 1 and size eq 2 or size eq 42", true),
        ("size eq 1 and (size eq 2 or size eq 42)", false),
        ("size eq 42 or size eq 1 and size eq 2", true),
        ("not flag or flag", true),
        ("not (flag or flag)", false),
        ("flag eq (size eq 42)", true),
        ("size gt 1 eq flag", true),
    ]);
}

#[test]
fn null_is_a_value_for_eq_and_unknown_for_logic() {
    check(&[
        ("note eq null", true),
        ("note ne null", false),
        ("name ne null", true),
        ("null eq null", true),
        ("note eq ''", false),
        ("note ne 'x'", true),
        ("note gt 'a'", false),
        ("note le 'a'", false),
        ("not (note gt 'a')", true),
        ("null ge null", true),
        ("null gt null", false),
        ("note le null", true),
        ("contains(note,'x')", false),
        ("not contains(note,'x')", false),
        ("contains(note,'x') eq null", true),
        ("contains(note,'x') or flag", true),
        ("contains(note,'x') and not flag", false),
        ("not (contains(note,'x') and not flag)", true),
        ("not (contains(note,'x') and flag)", false),
        ("length(note) eq null", true),
        ("concat(note,'x') eq null", true),
        ("null", false),
        ("not null", false),
        ("note in ('a',null)", true),
        ("note in ('a')", false),
        ("state has null", false),
        ("blob/inventory eq null", true),
    ]);
}

#[test]
fn functions() {
    check(&[
        ("contains(name,'face')", true),
        ("contains(name,'FACE')", false),
        ("contains(tolower(name),'face b')", true),
        ("startsWith(name,'Surf')", true),
        ("startswith(name,'urf')", false),
        ("endswith(name,'🙂')", true),
        ("tolower(name) eq 'surface bé🙂'", true),
        ("toupper(name) eq 'SURFACE BÉ🙂'", true),
        ("trim('  a b ') eq 'a b'", true),
        ("length(name) eq 11", true),
        ("length('') eq 0", true),
        ("indexof(name,'é') eq 9", true),
        ("indexof(name,'x') eq -1", true),
        ("substring(name,8) eq 'Bé🙂'", true),
        ("substring(name,8,2) eq 'Bé'", true),
        ("substring(name,100) eq ''", true),
        ("substring(name,-2) eq 'é🙂'", true),
        ("substring(name,-100,1) eq 'S'", true),
        ("substring(name,0,indexof(name,' ')) eq 'Surface'", true),
        ("substring(name,0,indexof(name,'x')) eq null", true),
        ("concat(concat(name,' '),'x') eq 'Surface Bé🙂 x'", true),
        ("year(seen) eq 2026", true),
        ("month(seen) eq 1 and day(seen) eq 31", true),
        ("hour(seen) eq 23 and minute(seen) eq 59", true),
        ("second(seen) eq 58", true),
        ("date(seen) eq 2026-01-31", true),
        ("date(seen) lt 2026-01-31", false),
        ("day(date(seen)) eq 31", true),
        ("fractionalseconds(seen) eq 0.1234567", true),
        ("time(seen) gt 23:59", true),
        ("time(seen) eq 23:59:58.1234567", true),
        ("hour(12:30) eq 12 and minute(time(seen)) eq 59 and second(12:30) eq 0", true),
        ("seen gt mindatetime() and seen lt maxdatetime()", true),
        ("9999-12-31T23:59:59.9999999Z eq maxdatetime()", true),
    ]);
}

#[test]
fn collections_are_asked_item_by_item() {
    check(&[
        ("results/any(a: a/actionState eq 'failed')", true),
        ("results/any(a: a/actionState eq 'pending')", false),
        ("results/all(a: a/actionName ne 'wipe')", true),
        ("results/all(a: a/actionState eq 'done')", false),
        ("results/any()", true),
        ("tags/any(name: NAME eq 'Berlin')", true),
        ("tags/any(t: t eq 'Berlin')", true),
        ("tags/all(t: length(t) gt 4)", false),
        ("results/any(a: a/codes/any(c: c eq '7' and a/actionState eq 'failed'))", true),
        ("results/any(a: a/codes/any(c: c eq '7' and a/actionState eq 'done'))", false),
        ("results/any(a: size eq 42 and a/actionName eq 'rebootNow')", true),
    ]);
    let empty = Row::default();
    for (text, wanted) in [("tags/all(t: false)", true), ("tags/any()", false), ("results/any(a: true)", false)] {
        assert_eq!(Predicate::parse(text, &TYPE).unwrap().matches(&empty), wanted, "{text}");
    }
}

#[test]
fn flags_are_asked_by_name() {
    let row = Row { state: Some("read, write"), ..Row::default() };
    for (text, wanted) in [("state has 'WRITE'", true), ("state has 'write,read'", true), ("state has 'own'", false)] {
        assert_eq!(Predicate::parse(text, &TYPE).unwrap().matches(&row), wanted, "{text}");
    }
}

#[test]
fn refusals() {
    let refusals = [
        "nome eq 'x'",
        "size eq 1 and Nome eq 'x'",
        "name eq Surface",
        "name eq 5",
        "name eq true",
        "size eq '5'",
        "flag eq 'true'",
        "flag eq 1",
        "seen gt '2026-01-01T00:00:00Z'",
        "date(seen) eq 2026-01-01T00:00:00Z",
        "key eq 'no guid'",
        "key gt 'x'",
        "name gt 5515d4ef-2551-456f-a975-e772ffefe6a0",
        "state gt 'compliant'",
        "state eq 1",
        "state eq microsoft.graph.other'x'",
        "state eq name",
        "name has 'x'",
        "name eq microsoft.graph.state'x'",
        "name in ('x',5)",
        "features in ('x')",
        "name",
        "'x'",
        "length(name)",
        "not name eq 'x'",
        "size eq 1 or name",
        "contains(size,'4')",
        "contains(name,4)",
        "substring(name,'1') eq 'x'",
        "substring(name,1,-1) eq 'x'",
        "hour(date(seen)) eq 1",
        "year(name) eq 1",
        "time(date(seen)) eq 12:30",
        "seen gt 12:30",
        "name/x eq 1",
        "features eq 'x'",
        "features/x eq 1",
        "features/inventory/x eq 1",
        "results eq 'x'",
        "results/actionState eq 'x'",
        "tags/x eq 1",
        "name/any(a: a eq 'x')",
        "nome/any()",
        "results/any(a: a/x eq 1)",
        "results/any(a: a eq 1)",
        "tags/any(t: t/x eq 1)",
        "tags/any(t: u eq 1)",
        "results/any(a: a/codes/any(a: true))",
        "tags/any(t: true) and t eq 'x'",
        "results/any(a: tags/any(t: t eq a/actionName))",
        "results/any(a: a/nested/any(b: a/nested/any(c: true)))",
    ]
    .map(|text| match Predicate::parse(text, &TYPE) {
        Ok(predicate) => panic!("{text} was read as {predicate}"),
        Err(error) => format!("{text}\n    {error}"),
    });
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn a_caller_can_see_what_a_clause_compares() {
    let text = "5 lt SIZE and contains(name,'x') and (note eq null or results/any(a: a/actionName eq name))";
    let predicate = Predicate::parse(text, &TYPE).unwrap();
    let Predicate::And(clauses) = &predicate else {
        panic!("{predicate:?}");
    };
    let comparison = clauses[0].comparison().unwrap();
    assert_eq!(comparison.field.name, "size");
    assert_eq!(comparison.operator, Operator::Greater);
    assert_eq!(comparison.literal, &Literal::Int(5));
    assert_eq!(clauses[1].comparison(), None);
    let names: Vec<_> = predicate.fields().iter().map(|field| field.name).collect();
    assert_eq!(names, ["size", "name", "note", "results"]);
}

/// What the simulator's quirks do: `ne` taken for `eq`, only the first clause of `or`, a clause dropped.
#[test]
fn a_caller_can_rewrite_clauses() {
    let text = "(name ne 'a' or size eq 1) and note eq '' and tags/any(t: t ne 'x')";
    let rewritten = Predicate::parse(text, &TYPE).unwrap().map(&mut |predicate| match predicate {
        Predicate::Or(mut clauses) if !clauses.is_empty() => clauses.swap_remove(0),
        Predicate::Compare { operator: Operator::NotEqual, left, right } => {
            Predicate::Compare { operator: Operator::Equal, left, right }
        }
        clause if clause.comparison().is_some_and(|clause| clause.field.name == "note") => Predicate::constant(true),
        clause => clause,
    });
    assert_eq!(rewritten.to_string(), "name eq 'a' and true and tags/any(t: t eq 'x')");
    assert!(!Predicate::constant(false).matches(&row()));
    assert_eq!(Predicate::And(vec![]).to_string(), "true");
    assert!(Predicate::And(vec![]).matches(&row()));
    assert!(!Predicate::Or(vec![]).matches(&row()));
}

#[test]
fn the_longest_filter_of_every_kind_is_bound_and_evaluated() {
    let deep = MAX_DEPTH;
    let texts = [
        format!("{}flag{}", "(".repeat(deep), ")".repeat(deep)),
        format!("{}flag", "not ".repeat(deep)),
        format!("{}name{} eq 'x'", "trim(".repeat(deep), ")".repeat(deep)),
        vec!["size eq 1"; 600].join(" or "),
    ];
    for text in texts {
        let predicate = Predicate::parse(&text, &TYPE).unwrap();
        predicate.matches(&row());
        let again = Predicate::parse(&predicate.to_string(), &TYPE).unwrap();
        assert_eq!(again, predicate);
    }
}

/// Every rank of precedence on every level, on a thread with half of the room that worker threads have.
#[test]
fn the_deepest_filter_fits_a_small_stack() {
    let level = "flag or flag and flag eq flag gt ";
    let lambda = |number| format!("{level}v{}/nested/any(v{number}:", number - 1);
    let lambdas = (1..MAX_DEPTH).map(lambda).collect::<Vec<_>>().concat();
    for (opening, levels) in [
        (format!("{level}(").repeat(MAX_DEPTH), MAX_DEPTH),
        (format!("{level}not (").repeat(MAX_DEPTH / 2), MAX_DEPTH / 2),
        (format!("{level}results/any(v0:{lambdas}"), MAX_DEPTH),
    ] {
        let text = format!("{opening}flag{}", ")".repeat(levels));
        let work = move || {
            let predicate = Predicate::parse(&text, &TYPE)?;
            predicate.matches(&row());
            let copy = predicate.clone().map(&mut |clause| clause);
            Predicate::parse(&copy.to_string(), &TYPE).map(|again| again == predicate)
        };
        let thread = std::thread::Builder::new().stack_size(1024 * 1024);
        assert_eq!(thread.spawn(work).unwrap().join().unwrap(), Ok(true));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn evaluation_agrees_with_the_naive_evaluator(expr in naive::any_condition(), rows in proptest::collection::vec(any_row(), 4)) {
        let predicate = Predicate::bind(&expr, &TYPE);
        prop_assert!(predicate.is_ok(), "{} {:?}", expr, predicate);
        let predicate = predicate.unwrap();
        for row in &rows {
            prop_assert_eq!(predicate.matches(row), naive::matches(&expr, row), "{}", expr);
        }
    }

    #[test]
    fn what_is_bound_can_be_printed_and_bound_again(expr in naive::any_condition()) {
        let predicate = Predicate::bind(&expr, &TYPE).unwrap();
        let text = predicate.to_string();
        let again = Predicate::parse(&text, &TYPE);
        prop_assert!(again.is_ok(), "{} {:?}", text, again);
        prop_assert_eq!(again.unwrap(), predicate);
    }

    #[test]
    fn a_text_either_binds_or_is_refused(expr in any::<String>()) {
        if let Ok(expr) = Expr::parse(&expr) {
            let _ = Predicate::bind(&expr, &TYPE);
        }
        let _ = Operand::Literal(Literal::String(expr)).fields();
    }
}
