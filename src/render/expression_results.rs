//! What an expression came to on resources, for whoever tries it.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::resource::{Failure, Value};

use super::words::unbroken;
use super::yaml;

/// An expression on one resource, on all of them, or on none.
#[derive(Debug)]
pub struct ExpressionResult {
    /// Id and region of the resource.
    pub resource: Option<(String, String)>,
    /// Value of the expression, or why it is unknown.
    pub value: Result<Value, Failure>,
    /// Parts that made it false, with what they saw.
    pub seen: Vec<String>,
}

/// All results of an expression.
#[derive(Debug)]
pub struct ExpressionResults<'a> {
    /// The type of the expression, in words.
    pub kind: &'a str,
    /// Values in the order of the resources.
    pub results: Vec<ExpressionResult>,
}

impl ExpressionResults<'_> {
    /// `true` where something could not be known.
    pub fn is_unknown(&self) -> bool {
        self.results.iter().any(|result| result.value.is_err())
    }

    /// `true` where it is false of some resource.
    pub fn is_false(&self) -> bool {
        self.results.iter().any(|result| result.value == Ok(Value::Bool(false)))
    }

    /// The type, and a value for each resource.
    pub fn text(&self) -> String {
        let mut text = format!("type: {}\n", self.kind);
        for result in &self.results {
            let of = result.resource.as_ref().map_or("value", |(id, _)| id);
            match &result.value {
                Ok(value) => text.push_str(&yaml::entry(of, value)),
                Err(failure) => {
                    let _ = writeln!(text, "{}: unknown # {failure}", yaml::string(of));
                }
            }
            for seen in &result.seen {
                let _ = writeln!(text, "  # {}", unbroken(seen));
            }
        }
        text
    }

    /// One JSON document: `type` and `values`.
    pub fn json(&self) -> Json {
        let values = self.results.iter().map(|result| {
            let (id, region) = result.resource.clone().unzip();
            json!({
                "resourceId": id,
                "region": region,
                "value": result.value.as_ref().ok().map(Value::to_json),
                "unknown": result.value.as_ref().err(),
                "observed": result.seen,
            })
        });
        json!({ "type": self.kind, "values": values.collect::<Vec<_>>() })
    }
}
