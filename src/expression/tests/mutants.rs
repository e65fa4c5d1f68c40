//! Which mutants there are of an expression.

use insta::assert_snapshot;

use super::super::{EvalBudget, EvalResult, Expression, ExpressionKind};
use super::fixture::{compile, ordinary, schema, with_subject};

fn mutants(text: &str) -> String {
    let mutants = compile(text).mutants(None);
    mutants.iter().map(|one| one.text().to_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_part_is_changed_once() {
    assert_snapshot!(mutants("resource.Enabled && (resource.Size >= 8 || resource.Name != \"\")"), @r#"
    true
    false
    resource.Size >= 8 || resource.Name != ""
    resource.Enabled
    resource.Enabled || (resource.Size >= 8 || resource.Name != "")
    !resource.Enabled && (resource.Size >= 8 || resource.Name != "")
    resource.Enabled && resource.Name != ""
    resource.Enabled && resource.Size >= 8
    resource.Enabled && (resource.Size >= 8 && resource.Name != "")
    resource.Enabled && (resource.Size > 8 || resource.Name != "")
    resource.Enabled && (resource.Size < 8 || resource.Name != "")
    resource.Enabled && (resource.Size >= 9 || resource.Name != "")
    resource.Enabled && (resource.Size >= 7 || resource.Name != "")
    resource.Enabled && (resource.Size >= 8 || resource.Name == "")
    resource.Enabled && (resource.Size >= 8 || resource.Name != "x")
    "#);
    assert_snapshot!(mutants("!(resource.Name in [\"a\", \"b\"])"), @r#"
    true
    false
    resource.Name in ["a", "b"]
    !(!(resource.Name in ["a", "b"]))
    !(resource.Name in ["b"])
    !(resource.Name in ["a"])
    "#);
    assert_snapshot!(mutants("resource.Ports.all(p, p.From == 22 ? p.Cidr.startsWith(\"10.\") : p.Cidr == resource.Name)"), @r#"
    true
    false
    resource.Ports.exists(p, p.From == 22 ? p.Cidr.startsWith("10.") : p.Cidr == resource.Name)
    resource.Ports.all(p, p.From == 22 ? p.Cidr == resource.Name : p.Cidr.startsWith("10."))
    resource.Ports.all(p, p.From != 22 ? p.Cidr.startsWith("10.") : p.Cidr == resource.Name)
    resource.Ports.all(p, p.From == 23 ? p.Cidr.startsWith("10.") : p.Cidr == resource.Name)
    resource.Ports.all(p, p.From == 21 ? p.Cidr.startsWith("10.") : p.Cidr == resource.Name)
    resource.Ports.all(p, p.From == 22 ? p.Cidr.startsWith("10.-x") : p.Cidr == resource.Name)
    resource.Ports.all(p, p.From == 22 ? p.Cidr.startsWith("10.") : p.Cidr != resource.Name)
    "#);
    assert_snapshot!(mutants("size(resource.Ports.filter(p, p.From > 1)) + 1 < 3"), @r"
    true
    false
    size(resource.Ports.filter(p, p.From > 1)) + 1 <= 3
    size(resource.Ports.filter(p, p.From > 1)) + 1 >= 3
    size(resource.Ports.filter(p, p.From > 1)) - 1 < 3
    size(resource.Ports) + 1 < 3
    size(resource.Ports.filter(p, p.From >= 1)) + 1 < 3
    size(resource.Ports.filter(p, p.From <= 1)) + 1 < 3
    size(resource.Ports.filter(p, p.From > 2)) + 1 < 3
    size(resource.Ports.filter(p, p.From > 0)) + 1 < 3
    size(resource.Ports.filter(p, p.From > 1)) + 2 < 3
    size(resource.Ports.filter(p, p.From > 1)) + 0 < 3
    size(resource.Ports.filter(p, p.From > 1)) + 1 < 4
    size(resource.Ports.filter(p, p.From > 1)) + 1 < 2
    ");
}

#[test]
fn mutants_are_judged_as_their_text_says() {
    let original = compile("resource.Enabled && resource.Size >= 8");
    let verdicts: Vec<_> = original
        .mutants(None)
        .iter()
        .map(|mutant| {
            let mutated = mutant.over(&original).expect("it is right");
            let verdict = with_subject(&ordinary(), |subject| {
                mutated.evaluate(subject, &mut EvalBudget::default())
            });
            format!("{} => {}", mutant.text(), verdict == EvalResult::True)
        })
        .collect();
    assert_snapshot!(verdicts.join("\n"), @r"
    true => true
    false => false
    resource.Size >= 8 => true
    resource.Enabled => true
    resource.Enabled || resource.Size >= 8 => true
    !resource.Enabled && resource.Size >= 8 => false
    resource.Enabled && resource.Size > 8 => false
    resource.Enabled && resource.Size < 8 => false
    resource.Enabled && resource.Size >= 9 => false
    resource.Enabled && resource.Size >= 7 => true
    ");
    assert_eq!(
        original.mutants(None)[2].change(),
        "`resource.Enabled && resource.Size >= 8` becomes `resource.Size >= 8`"
    );
}

/// The values of parameters decide some parts: no resource can tell how these are changed.
#[test]
fn what_constants_decide_is_not_changed() {
    assert_snapshot!(
        mutants("resource.Enabled && (\"prod\" == null || resource.Name == \"prod\") && \"a\" != \"\""),
        @r#"
    true
    false
    resource.Name == "prod"
    resource.Enabled
    resource.Enabled || resource.Name == "prod"
    !resource.Enabled && resource.Name == "prod"
    resource.Enabled && resource.Name != "prod"
    resource.Enabled && resource.Name == "prod-x"
    "#
    );
    assert_snapshot!(mutants("1 > 2 ? resource.Enabled : resource.Name == \"a\""), @r#"
    true
    false
    resource.Name != "a"
    resource.Name == "a-x"
    "#);
}

/// The static check asks for these guards, and without them nothing has another outcome.
#[test]
fn guards_that_must_stay_are_no_mutants() {
    for (text, without) in [
        ("resource.Owner == null || resource.Owner != \"x\"", "resource.Owner != \"x\""),
        ("tag(\"a\") == null || !(tag(\"a\") in [\"x\"])", "!(tag(\"a\") in [\"x\"])"),
        ("!has(resource.Public) || !resource.Public", "!resource.Public"),
        ("resource.Block == null || !resource.Block.Acls", "!resource.Block.Acls"),
        (
            "resource.Size > 1 && (resource.Owner == null || resource.Owner != \"x\")",
            "resource.Size > 1 && resource.Owner != \"x\"",
        ),
        ("!(resource.Owner != null && resource.Owner == \"x\")", "!(resource.Owner == \"x\")"),
        (
            "resource.Names == null || resource.Names.all(n, n != \"x\")",
            "resource.Names.all(n, n != \"x\")",
        ),
        (
            "resource.Names == null || !resource.Names.filter(n, n != \"y\").exists(n, n == \"x\")",
            "!resource.Names.filter(n, n != \"y\").exists(n, n == \"x\")",
        ),
    ] {
        let all = mutants(text);
        assert!(all.lines().all(|one| one != without), "{text}\n{all}");
        assert!(all.lines().count() > 3, "{text}\n{all}");
    }
}

/// A resource without the property tells these from the original, or the guard is one too many.
#[test]
fn guards_that_decide_or_are_not_needed_are_mutants() {
    for (text, without) in [
        ("resource.Owner != null && resource.Owner != \"x\"", "resource.Owner != \"x\""),
        ("has(resource.Public) && !resource.Public", "!resource.Public"),
        ("resource.Owner == null || resource.Owner == \"x\"", "resource.Owner == \"x\""),
        ("resource.Count == null || resource.Count > 5", "resource.Count > 5"),
        ("resource.Count != null && resource.Count > 5", "resource.Count > 5"),
        ("has(resource.Owner) && resource.Owner == \"x\"", "resource.Owner == \"x\""),
        (
            "resource.Ports.all(p, p.From == null || p.From != 22 && p.From != resource.Count)",
            "resource.Ports.all(p, p.From != 22 && p.From != resource.Count)",
        ),
        (
            "!resource.Ports.exists(p, has(p.From) && p.From == 22)",
            "!resource.Ports.exists(p, p.From == 22)",
        ),
        (
            "resource.Owner == null || tag(\"a\") != null && tag(\"a\") != \"x\"",
            "tag(\"a\") != null && tag(\"a\") != \"x\"",
        ),
    ] {
        let all = mutants(text);
        assert!(all.lines().any(|one| one == without), "{text}\n{all}");
    }
}

/// What `where` shows to be there needs no guard, so that one is told.
#[test]
fn guards_of_what_is_selected_are_mutants() {
    let filter = Expression::compile("has(resource.Owner)", schema(), ExpressionKind::Filter);
    let filter = filter.expect("it is right");
    let original = compile("resource.Owner == null || resource.Owner != \"x\"");
    let is_there = |selection| {
        let all = original.mutants(selection);
        all.iter().any(|one| one.text() == "resource.Owner != \"x\"")
    };
    assert!(is_there(Some(&filter)));
    assert!(!is_there(None));
}
