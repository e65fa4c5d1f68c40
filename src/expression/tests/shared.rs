//! Equal texts of several files: one tree, and the answers and costs of each by itself.

use std::sync::Arc;

use super::super::{
    CompileBudget, Environment, Expression, ExpressionKind, Problem, SharedExpressions,
};
use super::fixture::schema;

/// Files that share expressions, each with a budget of its own.
#[derive(Default)]
struct Files(Arc<SharedExpressions>);

impl Files {
    fn compile(
        &self,
        text: &str,
        environment: &Environment,
        kind: ExpressionKind,
    ) -> (Result<Expression, Vec<Problem>>, CompileBudget) {
        let mut budget = CompileBudget::default();
        budget.share(&self.0);
        (Expression::compile_within(text, environment, kind, &mut budget), budget)
    }

    fn assertion(&self, text: &str, environment: &Environment) -> Expression {
        self.compile(text, environment, ExpressionKind::Assert).0.expect("an expression")
    }
}

fn alone(text: &str, environment: &Environment, kind: ExpressionKind) -> Expression {
    Expression::compile(text, environment.clone(), kind).expect("an expression")
}

fn is_same(one: &Expression, other: &Expression) -> bool {
    Arc::ptr_eq(&one.0, &other.0)
}

#[test]
fn equal_texts_have_one_tree() {
    let (files, things) = (Files::default(), Environment::of(schema()));
    let one = files.assertion("resource.Size > 1", &things);
    assert!(is_same(&one, &files.assertion("resource.Size > 1", &things)));
    assert!(!is_same(&one, &files.assertion("resource.Size > 2", &things)));
    assert!(!is_same(&one, &Files::default().assertion("resource.Size > 1", &things)));
    let (filter, _) = files.compile("resource.Size > 1", &things, ExpressionKind::Filter);
    assert!(!is_same(&one, &filter.expect("an expression")));
    // Of patterns each file has so many, whichever file is read first.
    let text = "resource.Name.matches('^a')";
    assert!(!is_same(&files.assertion(text, &things), &files.assertion(text, &things)));
}

#[test]
fn names_of_one_check_are_no_others() {
    let (files, things) = (Files::default(), Environment::of(schema()));
    let one = files.assertion("resource.Size > 1", &things);
    let broken = things.clone().with_broken_parameters(["x".into()].into());
    for other in [things.clone().with_parameters(Arc::default()), broken] {
        assert!(!is_same(&one, &files.assertion("resource.Size > 1", &other)));
    }
    let (resources, _) = files.compile("resource.Size > 1", &things, ExpressionKind::AssertAll);
    assert!(resources.is_err());
}

#[test]
fn what_is_odd_is_told_where_nothing_guards_it() {
    let (files, things) = (Files::default(), Environment::of(schema()));
    let text = "resource.Owner != 'root'";
    let guard = alone("has(resource.Owner)", &things, ExpressionKind::Filter);
    let guarded = things.clone().with_filter(&guard);
    let fine = files.assertion(text, &guarded);
    assert_eq!(fine.warnings(), []);
    let odd = files.assertion(text, &things);
    let expected = alone(text, &things, ExpressionKind::Assert);
    assert_eq!(odd.warnings(), expected.warnings());
    assert!(!odd.warnings().is_empty() && !is_same(&odd, &fine));
    assert!(is_same(&fine, &files.assertion(text, &guarded)));
}

#[test]
fn a_file_pays_for_what_it_shares() {
    let (files, things) = (Files::default(), Environment::of(schema()));
    let text = format!("resource.Size > 1{}", " && resource.Size > 1".repeat(60));
    let room = |shared: Option<&Files>| {
        let mut budget = CompileBudget::default();
        if let Some(files) = shared {
            budget.share(&files.0);
        }
        let kind = ExpressionKind::Assert;
        let compile =
            |_: &usize| Expression::compile_within(&text, &things, kind, &mut budget).is_ok();
        (0..2_000).take_while(compile).count()
    };
    let alone = room(None);
    assert!((100..2_000).contains(&alone), "{alone}");
    assert_eq!([room(Some(&files)), room(Some(&files))], [alone, alone]);
}
