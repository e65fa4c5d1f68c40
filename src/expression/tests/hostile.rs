//! Expressions that want more time or memory than they get, to be read or to be evaluated.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::super::{Binding, Budget, Effort, Environment, Expression, Shape, Verdict};
use super::fixture::{compile, line, schema, verdict, with_subject};

fn numbers(count: usize) -> Json {
    let ports: Vec<Json> =
        (0..count).map(|n| json!({ "From": n, "Cidr": "x", "Groups": ["g"] })).collect();
    json!({ "Ports": ports, "Name": "a".repeat(1000) })
}

const SPENT: &str = "budget: the expression needs more";

#[test]
fn loops_in_loops_end() {
    let three = "resource.Ports.all(a, resource.Ports.all(b, resource.Ports.all(c, a.From + b.From + c.From >= 0)))";
    assert_eq!(verdict(three, &numbers(20)), "true");
    assert!(verdict(three, &numbers(200)).starts_with(SPENT));
}

#[test]
fn doubling_lists_and_texts_end() {
    let chain = |start: &str, step: &str, end: &str| {
        let mut text = start.to_owned();
        for _ in 0..40 {
            write!(text, ".map(v, {step})").unwrap();
        }
        text + end
    };
    let subject = numbers(1);
    for text in [
        chain("[resource.Name]", "v + v", ".all(v, v == '')"),
        chain("[[resource.Name]]", "v + v", ".all(v, v == [])"),
    ] {
        let said = verdict(&text, &subject);
        assert!(said.starts_with(SPENT), "{said}");
    }
    // A list of itself is cheap to build and expensive to look at.
    let text = chain("[[resource.Name]]", "[v, v]", "");
    let said = verdict(&format!("{text} == {text}"), &subject);
    assert!(said.starts_with(SPENT), "{said}");
}

#[test]
fn patterns_pay_for_their_size() {
    let subject = json!({ "Name": "a".repeat(1 << 20) });
    assert_eq!(verdict("resource.Name.matches('^a')", &json!({ "Name": "abc" })), "true");
    let heavy = "resource.Name.matches('(a?){100}b|(x+x+)+y|[a-z]{1,80}$')";
    assert!(verdict(heavy, &subject).starts_with(SPENT));
    let stars = format!("glob(resource.Name, '*{}b')", "a".repeat(500));
    assert!(verdict(&stars, &subject).starts_with(SPENT));
}

#[test]
fn nothing_is_evaluated_after_the_budget_is_spent() {
    let subject = numbers(200);
    let costly = "resource.Ports.all(a, resource.Ports.all(b, resource.Ports.all(c, a.From + b.From + c.From >= 0)))";
    for text in [
        format!("{costly} || true"),
        format!("!({costly}) || true"),
        format!("({costly}) && false"),
        format!("[1, 2].exists(x, {costly} || x == 2)"),
    ] {
        assert!(verdict(&text, &subject).starts_with(SPENT), "{text}");
    }
}

#[test]
fn a_spent_budget_stays_spent() {
    let subject = numbers(10);
    with_subject(&subject, |subject| {
        let mut budget = Budget::new(20, 1 << 10);
        let costly = compile("resource.Ports.all(p, p.From >= 0)");
        assert!(matches!(costly.evaluate(subject, &mut budget), Verdict::Unknown(_)));
        assert!(matches!(compile("true").evaluate(subject, &mut budget), Verdict::Unknown(_)));
        assert_eq!(costly.explain(subject, &mut budget), []);
        assert_eq!(budget.steps(), 0);
    });
}

#[test]
fn an_ordinary_check_uses_little() {
    with_subject(&super::fixture::ordinary(), |subject| {
        let mut budget = Budget::default();
        let before = budget.steps();
        let check = compile("resource.Block.Acls && resource.Block.Buckets");
        assert_eq!(check.evaluate(subject, &mut budget), Verdict::False);
        assert_eq!(before - budget.steps(), 7);
        assert_eq!(budget.bytes(), Budget::default().bytes());
    });
}

/// The problems of a text that shares an effort with others.
fn problems_within(text: &str, effort: &mut Effort) -> Vec<String> {
    let environment = Environment::of(schema());
    match Expression::compile_within(text, &environment, Shape::Assert, effort) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| line(text, problem)).collect(),
    }
}

#[test]
fn places_are_looked_for_until_that_takes_too_long() {
    let mut effort = Effort::default();
    let wrong = "resource.Enabled && nothing";
    let placed = "[nothing] unknown-name: `nothing` is not known here (there are `resource`, \
                  `account`, `region`, `now`)";
    assert_eq!(problems_within(wrong, &mut effort), [placed]);
    let long = format!("{wrong}{}", " && resource.Enabled".repeat(190));
    for _ in 0..100 {
        assert_eq!(problems_within(&long, &mut effort).len(), 1);
    }
    let of_all = placed.replacen("[nothing]", &format!("[{wrong}]"), 1);
    assert_eq!(problems_within(wrong, &mut effort), [of_all]);
    assert_eq!(
        problems_within("1 +", &mut effort),
        ["[1 +] expression-syntax: the expression cannot be read: its syntax is wrong (mend \
             the problems above, and its place is told)"]
    );
    assert_eq!(problems_within("resource.Enabled", &mut effort), [] as [&str; 0]);
}

#[test]
fn patterns_of_a_file_are_bounded_together() {
    let mut effort = Effort::default();
    let same = "resource.Name.matches('[a-z]{99}')";
    for _ in 0..10_000 {
        assert_eq!(problems_within(same, &mut effort), [] as [&str; 0]);
    }
    let refused = |n: u32| {
        let text = format!("resource.Name.matches('[a-z]{{99}}{n}')");
        problems_within(&text, &mut effort).pop()
    };
    let first = (0..10_000).find_map(refused).expect("no end of patterns");
    assert!(first.contains("the patterns of this file are too large together"), "{first}");
    assert_eq!(problems_within(same, &mut effort), [] as [&str; 0]);
}

#[test]
fn the_texts_of_a_file_are_bounded_together() {
    let mut effort = Effort::default();
    let long = format!("true{}", " && true".repeat(1000));
    let read = (0..10_000).take_while(|_| problems_within(&long, &mut effort).is_empty()).count();
    assert_eq!(read, (6 << 20) / long.len());
    let problems = problems_within(&long, &mut effort);
    assert!(problems[0].contains("the expressions of this file are too long together"));
}

#[test]
fn names_in_words_are_few() {
    let binding =
        |n: u32| Binding { name: format!("thing{n}").into(), schema: schema(), is_list: false };
    let bindings: Vec<Binding> = (0..1000).map(binding).collect();
    let environment = Environment::empty().with_bindings(bindings.into());
    let problems = Expression::compile("abc", environment, Shape::Assert).expect_err("unknown");
    let help = problems[0].help.as_deref().expect("help");
    assert!(help.ends_with("`thing19`, and 983 more"), "{help}");
}

/// What is deep, or has long chains, may be read less often.
#[test]
fn nested_texts_and_chains_of_calls_cost_more() {
    let read = |text: &str, most: usize| {
        let mut effort = Effort::default();
        (0..most).take_while(|_| problems_within(text, &mut effort).is_empty()).count()
    };
    let deep = format!("size({}1{}) > 0", "[".repeat(60), "]".repeat(60));
    assert_eq!(read(&deep, 10_000), (6 << 20) / (deep.len() * (1 + 61 * 61 / 64)));
    let chain = |links: usize| format!("resource.Name{} == ''", ".trim()".repeat(links));
    let many = |links: usize| vec![chain(links); 8].join(" || ");
    assert_eq!(read(&many(9), 500), 500);
    let few = read(&many(10), 500);
    assert!((1..100).contains(&few), "{few}");
}
