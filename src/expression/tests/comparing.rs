//! `compare` and its operators.

use serde_json::json;

use super::fixture::{all_problems, ordinary, verdict, verdicts};

/// Left, operator, right and whether it holds.
const TABLE: &[(&str, &str, &str, bool)] = &[
    ("1", "EQUALS", "1", true),
    ("1", "EQUALS", "1.0", true),
    ("1", "EQUALS", "'1'", true),
    ("'2'", "EQUALS", "2", true),
    ("'01'", "EQUALS", "'1'", false),
    ("'a'", "EQUALS", "'a'", true),
    ("'a'", "EQUALS", "'A'", false),
    ("[1, 'a']", "EQUALS", "[1, 'a']", true),
    ("null", "EQUALS", "null", true),
    ("null", "EQUALS", "''", false),
    ("true", "EQUALS", "true", true),
    ("'a'", "NOT_EQUALS", "'b'", true),
    ("1", "NOT_EQUALS", "'1'", false),
    ("null", "NOT_EQUALS", "1", true),
    ("'web-1'", "CONTAINS", "'eb-'", true),
    ("'web-1'", "CONTAINS", "'EB'", false),
    ("['a', 'b']", "CONTAINS", "'b'", true),
    ("[1, 2]", "CONTAINS", "'2'", true),
    ("{'a': 1}", "CONTAINS", "'a'", true),
    ("null", "CONTAINS", "'a'", false),
    ("'web-1'", "NOT_CONTAINS", "'x'", true),
    ("['a']", "NOT_CONTAINS", "'a'", false),
    ("null", "NOT_CONTAINS", "'a'", true),
    ("3", "GREATER_THAN", "2", true),
    ("2", "GREATER_THAN", "2", false),
    ("10", "GREATER_THAN", "'9'", true),
    ("'10'", "GREATER_THAN", "'9'", false),
    ("2.5", "GREATER_THAN", "2", true),
    ("1", "LESS_THAN", "2", true),
    ("2", "LESS_THAN", "2", false),
    ("'a'", "LESS_THAN", "'b'", true),
    ("2", "GREATER_THAN_OR_EQUALS", "2", true),
    ("1", "GREATER_THAN_OR_EQUALS", "2", false),
    ("2", "LESS_THAN_OR_EQUALS", "2", true),
    ("3", "LESS_THAN_OR_EQUALS", "2", false),
    ("duration('2h')", "GREATER_THAN", "duration('90m')", true),
    ("'a'", "IN_LIST", "['a', 'b']", true),
    ("2", "IN_LIST", "['1', '2']", true),
    ("'c'", "IN_LIST", "['a', 'b']", false),
    ("'c'", "IN_LIST", "null", false),
    ("null", "IN_LIST", "['a']", false),
    ("'c'", "NOT_IN_LIST", "['a', 'b']", true),
    ("'a'", "NOT_IN_LIST", "['a', 'b']", false),
];

#[test]
fn operators_with_two_sides() {
    for (one, operator, other, holds) in TABLE {
        let text = format!("compare({one}, '{operator}', {other})");
        assert_eq!(verdict(&text, &json!({})), holds.to_string(), "{text}");
    }
}

#[test]
fn operators_with_one_side() {
    for (one, empty) in [
        ("null", true),
        ("''", true),
        ("[]", true),
        ("{}", true),
        ("' '", false),
        ("[null]", false),
        ("{'a': null}", false),
        ("0", false),
        ("false", false),
    ] {
        let says = |operator| verdict(&format!("compare({one}, '{operator}')"), &json!({}));
        assert_eq!(says("IS_EMPTY"), empty.to_string(), "{one}");
        assert_eq!(says("IS_NOT_EMPTY"), (!empty).to_string(), "{one}");
    }
}

#[test]
fn what_cannot_be_compared() {
    insta::assert_snapshot!(verdicts(&[
        "compare(resource.Name, 'GREATER_THAN', 1)",
        "compare(resource.Owner, 'LESS_THAN', 1)",
        "compare(resource.Size, 'CONTAINS', 1)",
        "compare(resource.Name, 'CONTAINS', 1)",
        "compare(resource.Name, 'IN_LIST', 'a,b')",
        "compare(resource.Size, resource.Name, 1)",
        "compare(resource.Size, resource.Owner, 1)",
    ], &ordinary()), @r#"
    compare(resource.Name, 'GREATER_THAN', 1)  =>  expression_error: `compare(resource.Name, "GREATER_THAN", 1)` has no value: `resource.Name` is `"web-1"`
    compare(resource.Owner, 'LESS_THAN', 1)  =>  expression_error: `compare(resource.Owner, "LESS_THAN", 1)` has no value: `resource.Owner` is `null`
    compare(resource.Size, 'CONTAINS', 1)  =>  expression_error: `compare(resource.Size, "CONTAINS", 1)` has no value: `resource.Size` is `8`
    compare(resource.Name, 'CONTAINS', 1)  =>  expression_error: `compare(resource.Name, "CONTAINS", 1)` has no value: `resource.Name` is `"web-1"`
    compare(resource.Name, 'IN_LIST', 'a,b')  =>  expression_error: `compare(resource.Name, "IN_LIST", "a,b")` has no value: `resource.Name` is `"web-1"`
    compare(resource.Size, resource.Name, 1)  =>  expression_error: `compare(resource.Size, resource.Name, 1)` has no value: there is no operator `"web-1"`, and there are `EQUALS`, `NOT_EQUALS`, `CONTAINS`, `NOT_CONTAINS`, `GREATER_THAN`, `LESS_THAN`, `GREATER_THAN_OR_EQUALS`, `LESS_THAN_OR_EQUALS`, `IN_LIST`, `NOT_IN_LIST`, `IS_EMPTY`, `IS_NOT_EMPTY`
    compare(resource.Size, resource.Owner, 1)  =>  expression_error: `resource.Owner` is null, and `compare` needs a value
    "#);
}

#[test]
fn operators_that_there_are_not() {
    insta::assert_snapshot!(all_problems(&[
        "compare(resource.Size, 'EQUAL', 1)",
        "compare(resource.Size, 'equals', 1)",
        "compare(resource.Size, 'GREATER_THEN', 1)",
        "compare(resource.Size, '>', 1)",
        "compare(resource.Size, 'EQUALS')",
        "compare(resource.Size, 'IS_EMPTY', 1)",
        "compare(resource.Size, 1, 1)",
        "compare(resource.Size)",
        "compare(resource.Size, 'LESS_THAN', 1) == 'true'",
    ]), @r#"
    compare(resource.Size, 'EQUAL', 1)
    ['EQUAL'] unknown-operator: there is no operator `EQUAL` (did you mean `EQUALS`?)
    compare(resource.Size, 'equals', 1)
    ['equals'] unknown-operator: there is no operator `equals` (did you mean `EQUALS`?)
    compare(resource.Size, 'GREATER_THEN', 1)
    ['GREATER_THEN'] unknown-operator: there is no operator `GREATER_THEN` (did you mean `GREATER_THAN`?)
    compare(resource.Size, '>', 1)
    ['>'] unknown-operator: there is no operator `>` (there are `EQUALS`, `NOT_EQUALS`, `CONTAINS`, `NOT_CONTAINS`, `GREATER_THAN`, `LESS_THAN`, `GREATER_THAN_OR_EQUALS`, `LESS_THAN_OR_EQUALS`, `IN_LIST`, `NOT_IN_LIST`, `IS_EMPTY`, `IS_NOT_EMPTY`)
    compare(resource.Size, 'EQUALS')
    ['EQUALS'] wrong-arguments: `EQUALS` compares with a value (write `compare(observed, "EQUALS", expected)`)
    compare(resource.Size, 'IS_EMPTY', 1)

    compare(resource.Size, 1, 1)
    [1] wrong-type: `compare` takes a string, and this is an integer
    compare(resource.Size)
    [compare] wrong-arguments: `compare` takes 2 or 3 arguments here (write `compare(observed, operator, expected)`)
    compare(resource.Size, 'LESS_THAN', 1) == 'true'
    [compare(resource.Size, 'LESS_THAN', 1) == 'true'] wrong-type: a boolean never equals a string, so `==` is always false (write `true` without quotes)
    "#);
}

#[test]
fn operators_that_hold_of_null_are_warned_of() {
    insta::assert_snapshot!(all_problems(&[
        "compare(resource.Owner, 'NOT_EQUALS', 'root')",
        "!compare(resource.Owner, 'CONTAINS', 'root')",
        "!compare(resource.Owner, 'NOT_IN_LIST', ['root'])",
        "compare(resource.Owner, 'EQUALS', 'root')",
        "compare(resource.Owner, 'NOT_EQUALS', null)",
        "resource.Owner != null && compare(resource.Owner, 'NOT_EQUALS', 'root')",
        "compare(resource.Name, 'NOT_EQUALS', 'root')",
        "!compare(resource.Count, 'GREATER_THAN', 3)",
    ]), @r#"
    compare(resource.Owner, 'NOT_EQUALS', 'root')
    [compare(resource.Owner, 'NOT_EQUALS', 'root')] warning: unguarded-null: `resource.Owner` may be null, and `compare(null, "NOT_EQUALS", ...)` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    !compare(resource.Owner, 'CONTAINS', 'root')
    [compare(resource.Owner, 'CONTAINS', 'root')] warning: unguarded-null: `resource.Owner` may be null, and `!compare(null, "CONTAINS", ...)` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    !compare(resource.Owner, 'NOT_IN_LIST', ['root'])

    compare(resource.Owner, 'EQUALS', 'root')

    compare(resource.Owner, 'NOT_EQUALS', null)

    resource.Owner != null && compare(resource.Owner, 'NOT_EQUALS', 'root')

    compare(resource.Name, 'NOT_EQUALS', 'root')

    !compare(resource.Count, 'GREATER_THAN', 3)
    [resource.Count] warning: unguarded-null: `resource.Count` may be null, and `compare` of null is unknown (begin with `resource.Count != null &&`, or `resource.Count == null ||` if that is fine)
    "#);
}
