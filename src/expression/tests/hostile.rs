//! Expressions that want more time or memory than they get, to be read or to be evaluated.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::builtins::Builtins;
use super::super::{
    Binding, CompileBudget, Environment, EvalBudget, EvalResult, Expression, ExpressionKind,
    Parameter, ParameterKind, ScalarKind,
};
use super::fixture::{compile, line, schema, verdict, with_subject};
use crate::resource::{Schema, Value, schemas};

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
    // So it is where all of it stands in the text.
    let text = chain("[['a']]", "[v, v]", "");
    let said = verdict(&format!("{text} == {text}"), &subject);
    assert!(said.starts_with(SPENT), "{said}");
}

/// What has no order is not sorted: the standard library panics where it finds none in one.
#[test]
fn constants_without_an_order_are_not_compared() {
    let shuffled = |seed: usize, count: usize, one: &dyn Fn(usize) -> String| {
        let mut items: Vec<String> = (0..count).map(one).collect();
        (1..count).for_each(|at| items.swap(at, (at * 7919 + seed * 104_729) % (at + 1)));
        items.join(", ")
    };
    let day = |at: usize| format!("timestamp('2026-01-{:02}T00:00:00Z')", at + 1);
    let later = |at: usize| format!("timestamp('2026-02-{:02}T00:00:00Z')", at + 1);
    let text = |at: usize| if at == 9 { "true".to_owned() } else { format!("'{at}'") };
    for seed in 0..40 {
        let (one, two) = (shuffled(seed, 11, &day), shuffled(seed + 1, 11, &later));
        compile(&format!(
            "!(resource.Created in [{one}]) && resource.Created < now - duration('1d') \
             && !(resource.Created in [{two}])"
        ));
        let mixed = shuffled(seed, 24, &text);
        compile(&format!("resource.Policy.Id in [{mixed}] && resource.Policy.Id != 'q'"));
        compile(&format!("resource.Policy.Id in [{mixed}] ? resource.Policy.Id == 'q' : true"));
    }
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
fn functions_pay_for_what_they_make() {
    let long = json!({
        "Name": "a".repeat(1 << 16),
        "Names": vec!["a".repeat(1 << 12); 64],
        "Ports": vec![json!({ "From": 1, "Cidr": "10.0.0.0/8", "Groups": ["g"] }); 200],
    });
    for text in [
        "resource.Name.replace('a', resource.Name) == ''",
        "resource.Name.replace('', resource.Name) == ''",
        "resource.Name.split('').map(c, resource.Name.split('')) == []",
        "resource.Names.map(n, resource.Names.join(n)) == []",
        "resource.Ports.map(p, resource.Names).flatten().join() == ''",
        "resource.Ports.map(p, resource.Name.lowerAscii() + resource.Name.trim()) == []",
        "resource.Ports.map(p, resource.Name.substring(0)).distinct() == []",
        "resource.Ports.map(p, json('[' + resource.Names.map(n, '[]').join(',') + ']')).flatten().map(l, resource.Ports).flatten() == []",
        "statements(resource.Ports.map(p, {'Effect': 'Allow', 'Action': resource.Names})).map(s, resource.Names.map(n, s.Action)).flatten().flatten() == []",
    ] {
        let said = verdict(text, &long);
        assert!(said.starts_with(SPENT), "{text}: {said}");
    }
}

#[test]
fn functions_pay_for_what_they_look_at() {
    let numbers: Vec<String> = (0..3_000).map(|n| format!("{}{n}", "x".repeat(500))).collect();
    let long = json!({
        "Name": "ab".repeat(1 << 15),
        "Names": numbers,
        "Ports": vec![json!({ "From": 1, "Cidr": "10.0.0.0/8", "Groups": ["g"] }); 1_000],
        "Policy": { "Statement": { "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*a*b*c*d".repeat(50) } },
    });
    for text in [
        "resource.Names.map(n, [n]).distinct() == []",
        "resource.Ports.all(p, resource.Names.sort() == [])",
        "resource.Ports.all(p, resource.Names.sort() != [])",
        "resource.Ports.all(p, resource.Names.max() != '')",
        "resource.Ports.all(p, resource.Names.indexOf('') == -1)",
        "resource.Ports.all(p, resource.Name.indexOf('aa') == -1)",
        "resource.Ports.all(p, !compare(resource.Names, 'CONTAINS', resource.Name))",
        "resource.Ports.all(p, !compare('x', 'IN_LIST', resource.Names))",
        "resource.Ports.all(p, resource.Ports.all(q, !deniesInsecureTransport(resource.Policy, resource.Name)))",
        "resource.Ports.all(p, !isPublic(resource.Names.map(n, {'Effect': 'Allow', 'Action': n})))",
    ] {
        let said = verdict(text, &long);
        assert!(said.starts_with(SPENT), "{text}: {said}");
    }
}

#[test]
fn what_is_refused_is_paid_for_as_well() {
    let long = json!({
        "Name": format!("arn:{}", "a".repeat(1 << 17)),
        "Ports": vec![json!({ "From": 1, "Cidr": "x", "Groups": [] }); 1_000],
    });
    for call in [
        "arn(resource.Name).account == ''",
        "cidrPrefixLength(resource.Name) == 0",
        "cidrContains('10.0.0.0/8', resource.Name)",
        "json(resource.Name) == null",
        "isPublic(resource.Name)",
        "resource.Name.substring(1, 1000000) == ''",
        "int(resource.Name) == 1",
    ] {
        let text = format!("resource.Ports.exists(p, {call})");
        let said = verdict(&text, &long);
        assert!(said.starts_with(SPENT), "{text}: {said}");
    }
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
        let mut budget = EvalBudget::new(20, 1 << 10);
        let costly = compile("resource.Ports.all(p, p.From >= 0)");
        assert!(matches!(costly.evaluate(subject, &mut budget), EvalResult::Unknown(_)));
        assert!(matches!(compile("true").evaluate(subject, &mut budget), EvalResult::Unknown(_)));
        assert!(costly.explain(subject, &mut budget).is_empty());
        assert_eq!(budget.steps(), 0);
    });
}

#[test]
fn an_ordinary_check_uses_little() {
    with_subject(&super::fixture::ordinary(), |subject| {
        let mut budget = EvalBudget::default();
        let before = budget.steps();
        let check = compile("resource.Block.Acls && resource.Block.Buckets");
        assert_eq!(check.evaluate(subject, &mut budget), EvalResult::False);
        assert_eq!(before - budget.steps(), 7);
        assert_eq!(budget.bytes(), EvalBudget::default().bytes());
    });
}

/// Values of every kind, at their ends too, and what functions look for in them.
fn value() -> impl Strategy<Value = Value> {
    let words = [
        "",
        "a",
        "é日",
        "%7B",
        "{}",
        "[1,",
        "arn:aws:s3:::b",
        "arn:::",
        "10.0.0.0/8",
        "::/0",
        "*",
        "?*",
        "EQUALS",
        "IN_LIST",
        "tcp",
        "-1",
        "99999999999999999999",
        "1e400",
        "NaN",
        "-90d",
        "Allow",
        "{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Principal\":\"*\"}}",
    ];
    let simple = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![Just(i64::MIN), Just(i64::MAX), -2..70_i64].prop_map(Value::Int),
        any::<f64>().prop_map(Value::Double),
        proptest::sample::select(words.to_vec()).prop_map(Value::string),
        "\\PC{0,20}".prop_map(Value::string),
        Just(Value::Timestamp(DateTime::UNIX_EPOCH)),
        prop_oneof![Just(TimeDelta::MAX), Just(TimeDelta::MIN)].prop_map(Value::Duration),
    ];
    let keys = proptest::sample::select(vec![
        "Statement",
        "Effect",
        "Action",
        "Principal",
        "AWS",
        "Condition",
        "Bool",
        "IpProtocol",
        "FromPort",
        "Key",
    ]);
    simple.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            proptest::collection::vec((keys.clone(), inner), 0..5).prop_map(Value::map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_arguments_get_an_answer(one in value(), two in value(), three in value()) {
        for function in Builtins::standard().functions() {
            let values = [&one, &two, &three].map(Cow::Borrowed);
            let mut budget = EvalBudget::new(10_000, 1 << 16);
            let _ = function.call(&values, &mut budget);
        }
    }
}

/// The problems of a text that shares an budget with others.
fn problems_within(text: &str, budget: &mut CompileBudget) -> Vec<String> {
    let environment = Environment::of(schema());
    match Expression::compile_within(text, &environment, ExpressionKind::Assert, budget) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| line(text, problem)).collect(),
    }
}

#[test]
fn places_are_looked_for_until_that_takes_too_long() {
    let mut budget = CompileBudget::default();
    let wrong = "resource.Enabled && nothing";
    let placed = "[nothing] unknown-name: `nothing` is not known here (there are `resource`, \
                  `account`, `region`, `now`; put text in quotes, as in `\"nothing\"`)";
    assert_eq!(problems_within(wrong, &mut budget), [placed]);
    let long = format!("{wrong}{}", " && resource.Enabled".repeat(190));
    for _ in 0..100 {
        assert_eq!(problems_within(&long, &mut budget).len(), 1);
    }
    let of_all = placed.replacen("[nothing]", &format!("[{wrong}]"), 1);
    assert_eq!(problems_within(wrong, &mut budget), [of_all]);
    assert_eq!(
        problems_within("1 +", &mut budget),
        ["[1 +] expression-syntax: the expression cannot be read: its syntax is wrong (mend \
             the problems above, and its place is told)"]
    );
    assert_eq!(problems_within("resource.Enabled", &mut budget), [] as [&str; 0]);
}

#[test]
fn patterns_of_a_file_are_bounded_together() {
    let mut budget = CompileBudget::default();
    let same = "resource.Name.matches('[a-z]{99}')";
    for _ in 0..10_000 {
        assert_eq!(problems_within(same, &mut budget), [] as [&str; 0]);
    }
    let refused = |n: u32| {
        let text = format!("resource.Name.matches('[a-z]{{99}}{n}')");
        problems_within(&text, &mut budget).pop()
    };
    let first = (0..10_000).find_map(refused).expect("no end of patterns");
    assert!(first.contains("the patterns of this file are too large together"), "{first}");
    assert_eq!(problems_within(same, &mut budget), [] as [&str; 0]);
}

#[test]
fn the_texts_of_a_file_are_bounded_together() {
    let mut budget = CompileBudget::default();
    let long = format!("true{}", " && true".repeat(1000));
    let read = (0..10_000).take_while(|_| problems_within(&long, &mut budget).is_empty()).count();
    assert_eq!(read, (4 << 20) / (long.len() + 12 * 2000));
    let problems = problems_within(&long, &mut budget);
    assert!(problems[0].contains("the expressions of this file are too long together"));
}

#[test]
fn names_in_words_are_few() {
    let binding =
        |n: u32| Binding { name: format!("thing{n}").into(), schema: schema(), is_list: false };
    let bindings: Vec<Binding> = (0..1000).map(binding).collect();
    let environment = Environment::empty().with_bindings(bindings.into());
    let problems =
        Expression::compile("abc", environment, ExpressionKind::Assert).expect_err("unknown");
    let help = problems[0].help.as_deref().expect("help");
    let few = "there are 1003; the closest are `account`, `thing0`, `thing1`, `thing2`, `thing3`; put \
               text in quotes, as in `\"abc\"`";
    assert_eq!(help, few);
}

/// What is deep, or has long chains, may be read less often.
#[test]
fn nested_texts_and_chains_of_calls_cost_more() {
    let read = |text: &str, most: usize| {
        let mut budget = CompileBudget::default();
        (0..most).take_while(|_| problems_within(text, &mut budget).is_empty()).count()
    };
    let deep = format!("size({}1{}) > 0", "[".repeat(60), "]".repeat(60));
    assert_eq!(read(&deep, 10_000), (4 << 20) / ((deep.len() + 12 * 123) * (1 + 61 * 61 / 16)));
    let chain = |links: usize| format!("resource.Name{} == ''", ".trim()".repeat(links));
    let many = |links: usize| vec![chain(links); 8].join(" || ");
    assert_eq!(read(&many(9), 500), 500);
    let few = read(&many(10), 500);
    assert!((1..100).contains(&few), "{few}");
}

/// Warnings of a text about a list of parameters of 2,000 values, of which one is another.
fn told_of_list(
    schema: &'static Schema,
    text: &str,
    kind: ScalarKind,
    value: impl Fn(bool) -> Value,
    odd: usize,
) -> usize {
    let values = (0..2_000).map(|at| value(at == odd));
    let parameter = Parameter {
        name: "of".into(),
        kind: ParameterKind::List(kind),
        value: Some(Value::list(values)),
    };
    let environment = Environment::of(schema).with_parameters(Arc::new([parameter]));
    let compiled = Expression::compile(text, environment, ExpressionKind::Assert);
    compiled.expect("an expression").warnings().len()
}

/// A list of parameters may be as long as a file.
#[test]
fn of_a_long_list_the_first_values_are_looked_at() {
    for text in [
        "resource.Mode in params.of",
        "params.of.exists(x, glob(resource.Mode, x))",
        "resource.Name.split('-')[0] in params.of",
        "resource.Name.split('-').exists(p, p in params.of)",
    ] {
        let value = |is_odd| Value::string(if is_odd { "clo-sd" } else { "open" });
        let found = |odd| told_of_list(schema(), text, ScalarKind::String, value, odd);
        assert_eq!((found(999), found(1_000)), (1, 0), "{text}");
    }
    let text = "!resource.SecurityGroupIngress.exists(r, r.FromPort in params.of)";
    let value = |is_odd| Value::Int(if is_odd { 70_000 } else { 22 });
    let groups = &schemas()["AWS::EC2::SecurityGroup"];
    let found = |odd| told_of_list(groups, text, ScalarKind::Integer, value, odd);
    assert_eq!((found(999), found(1_000)), (1, 0));
}
