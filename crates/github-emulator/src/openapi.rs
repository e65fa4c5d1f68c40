//! GitHub's own description of its API, and what it says of a request, a response or a webhook.
//!
//! The document `openapi.json` is the part of `@octokit/openapi` that the emulator serves (see
//! `openapi.md`). It is read at the first call, so that an emulator that nobody asks costs nothing.

mod operation;
mod template;
mod translate;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

pub(crate) use operation::Operation;

/// Address that the document pretends to have, so that its schemas can refer to each other.
const BASE: &str = "https://api.github.com/openapi";

/// The description, ready to judge.
pub(crate) struct Description {
    operations: Vec<Operation>,
    /// Holds the document; the schemas in it are compiled one by one as they are needed.
    registry: Registry<'static>,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

/// An operation with the parameters that a path gives it.
pub(crate) struct Matched<'a> {
    /// Operation that the call is of.
    pub(crate) operation: &'a Operation,
    /// The decoded parameters of the path.
    pub(crate) path: BTreeMap<String, String>,
}

impl Description {
    /// Reads the embedded document, which takes a moment.
    #[expect(clippy::expect_used, reason = "the document is part of the program, read by a test")]
    pub(crate) fn load() -> Self {
        let source: Value =
            serde_json::from_str(include_str!("openapi.json")).expect("the description is JSON");
        let mut document = translate::nullable(source);
        close_requests(&mut document);
        let operations = operation::all(&document);
        let registry = Registry::new()
            .add(BASE, document)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .expect("the description refers to nothing outside");
        Self { operations, registry, compiled: Mutex::default() }
    }

    /// The operation that a call means.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Matched<'_>> {
        self.operations
            .iter()
            .filter(|operation| operation.method == method)
            .filter_map(|operation| {
                operation.template.matches(path).map(|path| Matched { operation, path })
            })
            .max_by_key(|matched| matched.operation.template.literals())
    }

    /// Problems of a request, as sentences; none if it is right.
    pub(crate) fn check_request(
        &self,
        operation: &Operation,
        path: &BTreeMap<String, String>,
        query: &[(String, String)],
        body: Option<&Value>,
    ) -> Vec<String> {
        let given = path.iter().map(|(name, value)| ("path", name, value));
        let asked = query.iter().map(|(name, value)| ("query", name, value));
        let mut problems: Vec<String> = given
            .chain(asked)
            .flat_map(|(place, name, text)| match operation.parameter(place, name) {
                Some(parameter) => {
                    self.check(&parameter.schema, &parameter.read(text), &format!("{place}/{name}"))
                }
                None => vec![format!("for '{place}/{name}', it is not a permitted key")],
            })
            .collect();
        match (&operation.body, body) {
            (Some(expected), Some(value)) => {
                problems.extend(self.check(&expected.schema, value, "body"));
            }
            (Some(expected), None) if expected.required => {
                problems.push("for 'body', it is missing".to_owned());
            }
            (None, Some(_)) => problems.push("for 'body', none is permitted".to_owned()),
            _ => {}
        }
        problems
    }

    /// Problems of a response. Refusals that the operation does not list are allowed:
    /// GitHub leaves out most.
    pub(crate) fn check_response(
        &self,
        operation: &Operation,
        status: u16,
        body: Option<&Value>,
    ) -> Vec<String> {
        match (operation.responses.get(&status), body) {
            (Some(Some(schema)), Some(body)) => self.check(schema, body, "response"),
            (Some(Some(_)), None) => vec![format!("the response {status} lacks its body")],
            (Some(None), Some(_)) if status < 400 => {
                vec![format!("the response {status} has no body")]
            }
            (None, _) if status < 400 => vec![format!("{status} is no response of the operation")],
            _ => Vec::new(),
        }
    }

    /// Problems of the payload of a webhook, such as `push` or `pull-request-opened`.
    pub(crate) fn check_webhook(&self, name: &str, payload: &Value) -> Vec<String> {
        let schema = format!("/webhooks/{name}/post/requestBody/content/application~1json/schema");
        self.check(&schema, payload, "payload")
    }

    /// Judges `value` by the schema at `pointer` of the document.
    fn check(&self, pointer: &str, value: &Value, place: &str) -> Vec<String> {
        match self.validator(pointer) {
            Ok(validator) => validator
                .iter_errors(value)
                .map(|error| format!("for '{place}{}', {}", error.instance_path(), error.masked()))
                .collect(),
            Err(problem) => vec![format!("no schema `{pointer}`: {problem}")],
        }
    }

    fn validator(&self, pointer: &str) -> Result<Arc<Validator>, String> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = compiled.get(pointer) {
            return Ok(Arc::clone(validator));
        }
        let validator = jsonschema::options()
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .build(&json!({ "$ref": format!("{BASE}#{pointer}") }))
            .map_err(|error| error.to_string())?;
        let validator = Arc::new(validator);
        compiled.insert(pointer.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

/// Closes the schema of every request's body.
fn close_requests(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let methods = paths.into_iter().flat_map(|paths| paths.values_mut());
    for operation in methods.filter_map(Value::as_object_mut).flat_map(|item| item.values_mut()) {
        if let Some(schema) = operation.pointer_mut("/requestBody/content/application~1json/schema")
        {
            *schema = translate::closed(schema.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "it reads better where it is called")]
    fn request(
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Vec<String> {
        let description = Description::load();
        let matched = description.find(method, path).expect("a known path");
        let query: Vec<_> =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        description.check_request(matched.operation, &matched.path, &query, body.as_ref())
    }

    #[test]
    fn every_schema_of_the_description_compiles() {
        let description = Description::load();
        assert!(description.operations.len() > 30);
        for operation in &description.operations {
            for pointer in operation.schemas() {
                description.validator(&pointer).map_or_else(
                    |problem| {
                        panic!("{}: {pointer}: {problem}", operation.id);
                    },
                    drop,
                );
            }
        }
        for name in ["push", "ping", "pull-request-opened", "pull-request-synchronize"] {
            let problems = description.check_webhook(name, &json!(7));
            assert!(problems.iter().all(|problem| !problem.contains("no schema")), "{problems:?}");
            assert!(!problems.is_empty());
        }
    }

    #[test]
    fn the_more_literal_template_wins() {
        let description = Description::load();
        let id = |method, path| description.find(method, path).map(|m| m.operation.id.clone());
        assert_eq!(
            id("GET", "/repos/a/b/commits/main/status").as_deref(),
            Some("repos/get-combined-status-for-ref")
        );
        assert_eq!(id("GET", "/repos/a/b/commits/x/y").as_deref(), Some("repos/get-commit"));
        assert_eq!(id("GET", "/nowhere"), None);
        assert_eq!(id("PUT", "/app"), None);
    }

    #[test]
    fn wrong_requests_are_told_in_words() {
        let runs = "/repos/acme/policies/check-runs";
        let sha = "0".repeat(40);
        let table = [
            (request("POST", runs, &[], Some(json!({ "name": "x", "head_sha": sha }))), vec![]),
            (
                request("POST", runs, &[], Some(json!({ "name": "x" }))),
                vec!["for 'body', \"head_sha\" is a required property"],
            ),
            (
                request("POST", runs, &[], Some(json!({ "name": 1, "head_sha": sha }))),
                vec!["for 'body/name', value is not of type \"string\""],
            ),
            (
                request(
                    "POST",
                    runs,
                    &[],
                    Some(json!({ "name": "x", "head_sha": sha, "sumary": 1 })),
                ),
                vec![
                    "for 'body', Unevaluated properties are not allowed ('sumary' was unexpected)",
                ],
            ),
            (request("POST", runs, &[], None), vec!["for 'body', it is missing"]),
            (
                request("GET", "/repos/a/b/pulls", &[("state", "opne"), ("pr_page", "2")], None),
                vec![
                    "for 'query/state', value is not one of \"open\", \"closed\" or \"all\"",
                    "for 'query/pr_page', it is not a permitted key",
                ],
            ),
            (
                request("GET", "/repos/a/b/pulls/seven", &[], None),
                vec!["for 'path/pull_number', value is not of type \"integer\""],
            ),
            (
                request("GET", "/repos/a/b/pulls/7", &[], Some(json!({}))),
                vec!["for 'body', none is permitted"],
            ),
        ];
        for (problems, expected) in table {
            assert_eq!(problems, expected);
        }
    }
}
