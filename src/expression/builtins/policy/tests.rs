//! What policies say, as golden tables; the rule of AWS's documentation stands beside each case.

mod documents;
mod grants;
mod public;
mod transport;

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use crate::expression::{EvalBudget, notation};
use crate::resource::{Failure, Value};

/// Result of a function of a document.
fn call(
    name: &str,
    document: &Value,
    other: &Value,
    budget: &mut EvalBudget,
) -> Result<Option<Value>, Failure> {
    let function = super::FUNCTIONS.iter().find(|one| one.name == name).expect("a function");
    let arguments = [document, other, &Value::Null].map(Cow::Borrowed);
    Ok(function.call(&arguments, budget)?.map(Cow::into_owned))
}

/// Answer of a function about a document, or why it says nothing.
fn ask(name: &str, document: &Json, other: &str) -> String {
    let document = Value::from_json(document);
    let mut budget = EvalBudget::default();
    match call(name, &document, &Value::string(other), &mut budget) {
        Ok(Some(value)) => notation::value(&value),
        Ok(None) => "nothing".to_owned(),
        Err(failure) => failure.to_string(),
    }
}

/// A document with a statement that allows reading, changed by `with`; null takes an element away.
fn allow(with: Json) -> Json {
    let mut statement = json!({
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*",
    });
    let elements = statement.as_object_mut().expect("a map");
    let Json::Object(with) = with else { panic!("no map: {with}") };
    elements.extend(with);
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

/// Two documents as one.
fn both(one: &Json, other: &Json) -> Json {
    let statements = |of: &Json| of["Statement"].as_array().expect("a list").clone();
    let all = [statements(one), statements(other)].concat();
    json!({ "Statement": all })
}

/// Checks a table of a rule, a document and what a function says of it.
fn table(name: &str, other: &str, rows: &[(&str, Json, &str)]) {
    for (rule, document, wanted) in rows {
        assert_eq!(ask(name, document, other), *wanted, "{rule}: {document}");
    }
}
