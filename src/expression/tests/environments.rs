//! The names beside `resource`: `params`, `resources`, and what `let` binds.

use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::json;

use super::super::{
    Binding, Environment, EvalBudget, EvalResult, Expression, ExpressionKind, Parameter,
    ParameterKind, ScalarKind, Subject,
};
use super::fixture::{line, now, ordinary, schema, thing};
use crate::resource::{Cause, Failure, Value};

fn parameter(name: &str, kind: ParameterKind, value: Option<Value>) -> Parameter {
    Parameter { name: name.into(), kind, value }
}

/// `params.owner`, `params.least`, `params.names`, with values or without.
fn parameters(has_values: bool) -> Arc<[Parameter]> {
    let value = |value: Value| has_values.then_some(value);
    Arc::new([
        parameter("owner", ParameterKind::Scalar(ScalarKind::String), value(Value::Null)),
        parameter("least", ParameterKind::Scalar(ScalarKind::Integer), value(Value::Int(2))),
        parameter(
            "names",
            ParameterKind::List(ScalarKind::String),
            value(Value::list([Value::string("web-1"), Value::string("web-2")])),
        ),
    ])
}

fn environment(has_values: bool) -> Environment {
    let binding = |name: &str, is_list| Binding { name: name.into(), schema: schema(), is_list };
    Environment::of(schema())
        .with_parameters(parameters(has_values))
        .with_bindings(Arc::new([binding("main", false), binding("others", true)]))
}

/// What an expression says of two things, `main` being the first and `others` both; without
/// `found`, both names are ambiguous.
fn judge(text: &str, kind: ExpressionKind, found: bool) -> String {
    let expression = match Expression::compile(text, environment(true), kind) {
        Ok(expression) => expression,
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(|problem| line(text, problem)).collect();
            return lines.join("; ");
        }
    };
    let mut small = ordinary();
    small["Name"] = json!("db-1");
    small["Size"] = json!(1);
    small["Owner"] = json!("core");
    small["Block"] = json!("denied");
    let things = [thing(&ordinary()), thing(&small)].map(Arc::new);
    let list = Value::list(things.iter().cloned().map(Value::Resource));
    let bound = if found {
        [Ok(Value::Resource(things[0].clone())), Ok(list.clone())]
    } else {
        let failure = || Failure::new(Cause::Ambiguous, "there are two");
        [Err(failure()), Err(failure())]
    };
    let account = "123456789012".parse().expect("an account");
    let single = kind != ExpressionKind::AssertAll;
    let subject = Subject {
        resource: single.then_some(&*things[1]),
        resources: (!single).then_some(&list),
        bound: &bound,
        ..Subject::of(&things[1], &account, now())
    };
    match expression.evaluate(&subject, &mut EvalBudget::default()) {
        EvalResult::True => "true".to_owned(),
        EvalResult::Unknown(failure) => failure.to_string(),
        EvalResult::False => {
            let seen = expression.explain(&subject, &mut EvalBudget::default());
            format!("false: {}", seen.join("; "))
        }
    }
}

fn all(texts: &[&str], kind: ExpressionKind) -> String {
    let lines = texts.iter().map(|text| format!("{text}  =>  {}", judge(text, kind, true)));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn parameters_are_constants_of_their_type() {
    assert_snapshot!(all(&[
        "resource.Size >= params.least",
        "resource.Name in params.names",
        "params.owner == null || resource.Owner == params.owner",
        "resource.Size == params.names",
        "resource.Size >= params.lest",
        "resource.Size >= params.xyz",
        "params == null",
    ], ExpressionKind::Assert), @r#"
    resource.Size >= params.least  =>  false: resource.Size = 1
    resource.Name in params.names  =>  false: resource.Name = "db-1"
    params.owner == null || resource.Owner == params.owner  =>  true
    resource.Size == params.names  =>  [resource.Size == params.names] wrong-type: an integer never equals a list, so `==` is always false (ask the list's elements with `in`, `exists` or `all`)
    resource.Size >= params.lest  =>  [lest] unknown-parameter: there is no parameter `lest` (did you mean `least`?)
    resource.Size >= params.xyz  =>  [xyz] unknown-parameter: there is no parameter `xyz` (there are `owner`, `least`, `names`)
    params == null  =>  [params] whole-resource: `params` is no value of its own (name a parameter, as in `params.name`)
    "#);
}

#[test]
fn parameters_without_values_are_checked_and_not_computed() {
    let compile = |text| Expression::compile(text, environment(false), ExpressionKind::Assert);
    let expression = compile("resource.Size >= params.least").expect("it is right");
    let account = "123456789012".parse().expect("an account");
    let resource = thing(&ordinary());
    let subject = Subject::of(&resource, &account, now());
    assert_eq!(
        expression.evaluate(&subject, &mut EvalBudget::default()),
        EvalResult::Unknown(Failure::new(
            Cause::ExpressionError,
            "`params.least` has no value here"
        ))
    );
    let problems = compile("resource.Name >= params.least").expect_err("a string and an integer");
    assert_eq!(problems.len(), 1);
}

#[test]
fn names_of_let_stand_for_resources() {
    let texts = [
        "main.Size > resource.Size",
        "main.Name == resource.Name",
        "main.tag(\"env\") == \"prod\"",
        "main.Tgas == null",
        "main.Size == \"x\"",
        "others.exists(o, o.Name == resource.Name && o.Owner == \"core\")",
        "others.all(o, o.tag(\"env\") == \"test\")",
        "others.filter(o, o.Size > 1)[0].State.Code == 17",
        "others[0] == main && main in others && others[1] != main",
        "size(others) == 2",
        "others.all(o, o.Block.Acls)",
        "others.Name == \"x\"",
        "main",
        "mian.Name == \"x\"",
        "resources.all(r, r.Enabled)",
        "resource.tag(\"env\") == \"x\"",
        "others.tag(\"env\") == \"x\"",
        "resource.Name.tag(\"env\") == \"x\"",
    ];
    assert_snapshot!(all(&texts, ExpressionKind::Assert), @r#"
    main.Size > resource.Size  =>  true
    main.Name == resource.Name  =>  false: main.Name = "web-1", resource.Name = "db-1"
    main.tag("env") == "prod"  =>  true
    main.Tgas == null  =>  [Tgas] unknown-property: `Test::Thing` has no property `Tgas` (did you mean `Tags`?)
    main.Size == "x"  =>  [main.Size == "x"] wrong-type: an integer never equals a string, so `==` is always false (write a number, without quotes)
    others.exists(o, o.Name == resource.Name && o.Owner == "core")  =>  true
    others.all(o, o.tag("env") == "test")  =>  false: others["thing"].tag("env") = "prod"
    others.filter(o, o.Size > 1)[0].State.Code == 17  =>  false: others.filter(o, o.Size > 1)[0].State.Code = 16
    others[0] == main && main in others && others[1] != main  =>  false: others[1] = <Test::Thing thing>, main = <Test::Thing thing>
    size(others) == 2  =>  true
    others.all(o, o.Block.Acls)  =>  access_denied: t: denied
    others.Name == "x"  =>  [Name] wrong-type: `others` is a list, which has no `Name` (ask its elements, as in `others.exists(x, x.Name == ...)`)
    main  =>  [main] not-boolean: `assert` must be true or false, and this is a resource (ask one of its properties)
    mian.Name == "x"  =>  [mian] unknown-name: `mian` is not known here (did you mean `main`?)
    resources.all(r, r.Enabled)  =>  [resources] unknown-name: `resources` is not known here (of all of them together, use `assertAll`)
    resource.tag("env") == "x"  =>  false: tag("env") = "prod"
    others.tag("env") == "x"  =>  [others] wrong-type: `others` is a list, and only resources have tags (ask each of them, as in `others.exists(x, x.tag(...) == ...)`)
    resource.Name.tag("env") == "x"  =>  [resource.Name] wrong-type: `resource.Name` is a string, and only resources have tags (of `resource` write `tag(key)`)
    "#);
    assert_eq!(
        judge("main.Name == \"x\"", ExpressionKind::Assert, false),
        "ambiguous: there are two"
    );
    assert_eq!(
        judge("resource.Size == 1 || size(others) == 0", ExpressionKind::Assert, false),
        "true"
    );
}

#[test]
fn resources_are_seen_together() {
    assert_snapshot!(all(&[
        "size(resources) <= 1",
        "resources.exists_one(r, r.Owner == \"core\")",
        "resources.all(r, r.Size >= params.least)",
        "resources.map(r, r.Name) == params.names",
        "resources.all(r, r.Block.Acls)",
        "resources.exists(r, r.Block.Acls)",
        "resources.all(r, r.Sise > 0)",
        "resource.Size > 1",
        "tag(\"env\") == \"prod\"",
        "resources",
        "resources.all(r, main.Size >= r.Size)",
        "resources.filter(r, r.Size > 0).all(r, r.tag(\"env\") == \"prod\")",
    ], ExpressionKind::AssertAll), @r#"
    size(resources) <= 1  =>  false: size(resources) = 2
    resources.exists_one(r, r.Owner == "core")  =>  true
    resources.all(r, r.Size >= params.least)  =>  false: resources["thing"].Size = 1
    resources.map(r, r.Name) == params.names  =>  false: resources.map(r, r.Name) = ["web-1", "db-1"]
    resources.all(r, r.Block.Acls)  =>  access_denied: t: denied
    resources.exists(r, r.Block.Acls)  =>  true
    resources.all(r, r.Sise > 0)  =>  [Sise] unknown-property: `Test::Thing` has no property `Sise` (did you mean `Size`?)
    resource.Size > 1  =>  [resource] unknown-name: `resource` is not known here (`assertAll` sees the list `resources`; of each of them, use `assert`)
    tag("env") == "prod"  =>  [tag("env")] unknown-name: there is no single resource here; write `r.tag(...)` of one of them
    resources  =>  [resources] not-boolean: `assertAll` must be true or false, and this is a list (write `size(resources) > 0`, or ask its elements, as in `resources.exists(x, ...)`)
    resources.all(r, main.Size >= r.Size)  =>  true
    resources.filter(r, r.Size > 0).all(r, r.tag("env") == "prod")  =>  true
    "#);
}

#[test]
fn what_is_read_is_known_by_type() {
    let reads = |text, kind| {
        let expression = Expression::compile(text, environment(true), kind).expect("it is right");
        let reads = expression.reads().into_iter().map(|(of, reads)| {
            let operations: Vec<_> = reads.operations.iter().map(ToString::to_string).collect();
            format!(
                "{of}: {} from {}",
                reads.properties.iter().cloned().collect::<Vec<_>>().join(" "),
                operations.join(" ")
            )
        });
        reads.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        reads(
            "main.Block.Acls && others.all(o, o.tag(\"x\") == resource.Name)",
            ExpressionKind::Assert
        ),
        "Test::Thing: Block Name Tags from t:List t:More t:Tags"
    );
    assert_eq!(reads("size(resources) > 1", ExpressionKind::AssertAll), "");
}

#[test]
fn expressions_have_a_value_and_a_type() {
    let look = |text: &str| {
        let expression =
            Expression::compile(text, schema(), ExpressionKind::Value).expect("it is right");
        let account = "123456789012".parse().expect("an account");
        let resource = thing(&ordinary());
        let subject = Subject::of(&resource, &account, now());
        let value = expression.value(&subject, &mut EvalBudget::default());
        format!("{}: {:?}", expression.value_type(), value.map(|value| value.to_json().to_string()))
    };
    assert_snapshot!(["resource.Size * 2", "resource.Ports.map(p, p.From)", "resource.Owner", "now", "age(resource.Created)"].map(look).join("\n"), @r#"
    an integer: Ok("16")
    a list: Ok("[22,443]")
    a string: Ok("null")
    a timestamp: Ok("\"2026-06-30T00:00:00Z\"")
    a duration: Ok("\"15552000s\"")
    "#);
}

#[test]
fn an_expression_is_another_in_another_environment() {
    let compile = |environment| {
        Expression::compile("resource.Size > 1", environment, ExpressionKind::Assert)
            .expect("it is right")
    };
    assert_eq!(compile(environment(true)), compile(environment(true)));
    assert_ne!(compile(environment(true)), compile(environment(false)));
    assert_ne!(compile(environment(true)), compile(Environment::of(schema())));
}
