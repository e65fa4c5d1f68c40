//! One operation of the description: how it is called and where its schemas stand.

use std::collections::BTreeMap;

use serde_json::Value;

use super::template::Template;

/// An operation. Schemas are given as JSON pointers into the document.
pub(crate) struct Operation {
    /// GitHub's name of it, such as `checks/create`.
    pub(crate) id: String,
    /// HTTP method, in capitals.
    pub(super) method: String,
    pub(super) template: Template,
    parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    /// The listed responses by status, with the schema of those that have a body.
    pub(super) responses: BTreeMap<u16, Option<String>>,
}

/// A parameter of path or query.
pub(super) struct Parameter {
    place: String,
    name: String,
    pub(super) schema: String,
    kind: Kind,
}

/// How the text of a parameter is read before its schema judges it.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Scalar,
    List,
}

/// Body that a request may have or must have.
pub(super) struct Body {
    pub(super) schema: String,
    pub(super) required: bool,
}

impl Operation {
    /// The parameter of that name in `path` or `query`.
    pub(super) fn parameter(&self, place: &str, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.place == place && parameter.name == name)
    }

    /// All schemas of the operation.
    #[cfg(test)]
    pub(super) fn schemas(&self) -> Vec<String> {
        let parameters = self.parameters.iter().map(|parameter| parameter.schema.clone());
        let body = self.body.iter().map(|body| body.schema.clone());
        parameters.chain(body).chain(self.responses.values().flatten().cloned()).collect()
    }
}

impl Parameter {
    /// The value that `text` stands for; text that is not what it should be stays text, which the
    /// schema then refuses.
    pub(super) fn read(&self, text: &str) -> Value {
        let scalar = |text: &str| {
            serde_json::from_str(text)
                .ok()
                .filter(|value: &Value| value.is_i64() || value.is_u64() || value.is_boolean())
        };
        match self.kind {
            Kind::Text => None,
            Kind::Scalar => scalar(text),
            Kind::List => Some(text.split(',').map(Value::from).collect()),
        }
        .unwrap_or_else(|| Value::from(text))
    }
}

/// Every operation of the document.
pub(super) fn all(document: &Value) -> Vec<Operation> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut operations = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let pointer = format!("/paths/{}/{method}", escaped(path));
            operations.push(Operation {
                id: text(operation, "operationId"),
                method: method.to_uppercase(),
                template: Template::new(path),
                parameters: parameters(document, operation, &pointer),
                body: body(operation, &pointer),
                responses: responses(document, operation, &pointer),
            });
        }
    }
    operations
}

fn parameters(document: &Value, operation: &Value, pointer: &str) -> Vec<Parameter> {
    let listed = operation.get("parameters").and_then(Value::as_array);
    let read = |(index, parameter): (usize, &Value)| {
        let (place, parameter) =
            resolved(document, parameter, format!("{pointer}/parameters/{index}"))?;
        let kind = match parameter.pointer("/schema/type").and_then(Value::as_str) {
            Some("integer" | "boolean") => Kind::Scalar,
            Some("array") => Kind::List,
            _ => Kind::Text,
        };
        Some(Parameter {
            place: text(parameter, "in"),
            name: text(parameter, "name"),
            schema: format!("{place}/schema"),
            kind,
        })
    };
    listed.into_iter().flatten().enumerate().filter_map(read).collect()
}

fn body(operation: &Value, pointer: &str) -> Option<Body> {
    let body = operation.get("requestBody")?;
    Some(Body {
        schema: format!("{pointer}/requestBody/content/application~1json/schema"),
        required: body.get("required").and_then(Value::as_bool).unwrap_or(false),
    })
}

fn responses(document: &Value, operation: &Value, pointer: &str) -> BTreeMap<u16, Option<String>> {
    let listed = operation.get("responses").and_then(Value::as_object);
    let read = |(status, response): (&String, &Value)| {
        let number = status.parse().ok()?;
        let (place, response) =
            resolved(document, response, format!("{pointer}/responses/{status}"))?;
        let schema = response
            .pointer("/content/application~1json/schema")
            .map(|_| format!("{place}/content/application~1json/schema"));
        Some((number, schema))
    };
    listed.into_iter().flatten().filter_map(read).collect()
}

/// Value at `pointer`, or where a reference there leads, with its pointer.
fn resolved<'a>(
    document: &'a Value,
    value: &'a Value,
    pointer: String,
) -> Option<(String, &'a Value)> {
    match value.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#')) {
        Some(target) => Some((target.to_owned(), document.pointer(target)?)),
        None => Some((pointer, value)),
    }
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A key as one step of a JSON pointer inside a URI, where braces are not allowed bare.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D")
}
