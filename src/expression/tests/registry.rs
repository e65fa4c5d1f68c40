//! A function is declared in one place: one more is handed in, and all that knows functions knows it.

use std::sync::LazyLock;

use super::super::builtins::{Body, Builtins, Doc, Form, Function, Gives, Group, TEXT};
use super::super::{Environment, EvalBudget, Expression, ExpressionKind, Mutant, Problem, Subject};
use super::fixture::{line, ordinary, schema, with_subject};
use crate::resource::Value;

static ONE_MORE: [Function; 1] = [Function::new(
    (Form::Method, "isShouted"),
    &[TEXT],
    Gives::Bool,
    Body::Value(|[text, ..], budget| {
        let Some(text) = text.as_str() else { return Ok(None) };
        budget.scan(text.len())?;
        Ok(Some(Value::Bool(text.ends_with('!'))))
    }),
    Doc {
        usage: "text.isShouted()",
        description: "Whether a text is shouted.",
        example: ("'stop!'.isShouted()", "true"),
    },
)];

static BUILTINS: LazyLock<Builtins> =
    LazyLock::new(|| Builtins::standard().with(Group { title: "manners", functions: &ONE_MORE }));

fn compile(text: &str) -> Result<Expression, Vec<Problem>> {
    let environment = Environment::of(schema()).with_builtins(&BUILTINS);
    Expression::compile(text, environment, ExpressionKind::Assert)
}

#[test]
fn a_function_more_is_declared_in_one_place() {
    let said = |text: &str| match compile(text) {
        Err(problems) => problems.iter().map(|one| line(text, one)).collect(),
        Ok(check) => with_subject(&ordinary(), |subject: &Subject<'_>| {
            let value = check.value(subject, &mut EvalBudget::default());
            let value =
                value.map_or_else(|failure| failure.to_string(), |it| it.to_json().to_string());
            let warnings = check.warnings().iter().map(|one| line(text, one));
            let observed = check.explain_parts(subject, &mut EvalBudget::default());
            let observed = observed.into_iter().map(|(part, seen)| format!("{part}: {seen}"));
            [value].into_iter().chain(warnings).chain(observed).collect::<Vec<_>>().join("\n  ")
        }),
    };
    let texts = [
        "resource.Name.isShouted()",
        "(resource.Name + '!').isShouted()",
        "'x!'.isShouted() && resource.Enabled",
        "resource.Size.isShouted()",
        "isShouted(resource.Name)",
        "resource.Name.isShouted('a')",
        "resource.Name.isShoutd()",
        "resource.Owner.isShouted()",
        "resource.Owner.isShouted() && resource.Owner != 'x'",
    ];
    let all = texts.map(|text| format!("{text}\n  {}", said(text)));
    insta::assert_snapshot!(all.join("\n"), @r#"
    resource.Name.isShouted()
      false
      resource.Name.isShouted(): resource.Name = "web-1"
    (resource.Name + '!').isShouted()
      true
    'x!'.isShouted() && resource.Enabled
      true
    resource.Size.isShouted()
      [resource.Size] wrong-type: `isShouted` takes a string, and this is an integer
    isShouted(resource.Name)
      [isShouted] wrong-arguments: `isShouted` is not called this way (write `text.isShouted()`)
    resource.Name.isShouted('a')
      [isShouted] wrong-arguments: `isShouted` takes no argument here (write `text.isShouted()`)
    resource.Name.isShoutd()
      [isShoutd] unknown-function: there is no function `isShoutd` (did you mean `isShouted`?)
    resource.Owner.isShouted()
      expression_error: `resource.Owner` is null, and `isShouted` needs a value
      [resource.Owner] warning: unguarded-null: `resource.Owner` may be null, and `isShouted` of null is unknown (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    resource.Owner.isShouted() && resource.Owner != 'x'
      expression_error: `resource.Owner` is null, and `isShouted` needs a value
      [resource.Owner] warning: unguarded-null: `resource.Owner` may be null, and `isShouted` of null is unknown (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    "#);
}

#[test]
fn a_function_more_is_in_the_reference_and_among_mutants() {
    let last = BUILTINS.docs().find(|doc| doc.group == "manners").expect("a group of its own");
    assert_eq!((last.name, last.usage), ("isShouted", "text.isShouted()"));
    let mutants = compile("resource.Name.isShouted()").expect("it is right").mutants(None);
    let texts: Vec<&str> = mutants.iter().map(Mutant::text).collect();
    assert_eq!(texts, ["true", "false", "!resource.Name.isShouted()"]);
    assert!(Expression::compile("'a'.isShouted()", schema(), ExpressionKind::Assert).is_err());
}
