//! The format SARIF 2.1.0, which code scanning services and editors read: the log around rules and
//! results, and places. What a rule and a result is, the files say that write them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};

use super::json;
use crate::diagnostic::{Location, visible_lines};

/// Characters that a path keeps in a URI, beside letters and digits.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Log with one run of these rules and results. A log of the same category takes the place of the one
/// before it where logs are uploaded.
pub(super) fn log<R: Serialize, F: Serialize>(
    category: &str,
    rules: &[R],
    results: &[F],
) -> String {
    let driver =
        Driver { name: "cloudcorrect", semantic_version: env!("CARGO_PKG_VERSION"), rules };
    // What is behind the last slash names one of several runs; there is none.
    let automation_details = Automation { id: format!("{}/", category.trim_end_matches('/')) };
    let column_kind = "unicodeCodePoints";
    let run = Run { tool: Tool { driver }, automation_details, column_kind, results };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    let log = Log { schema, version: "2.1.0", runs: [run] };
    json::document(&log)
}

#[derive(Serialize)]
struct Log<'a, R, F> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a, R, F>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a, R, F> {
    tool: Tool<'a, R>,
    automation_details: Automation,
    column_kind: &'static str,
    results: &'a [F],
}

#[derive(Serialize)]
struct Automation {
    #[serde(serialize_with = "visible")]
    id: String,
}

#[derive(Serialize)]
struct Tool<'a, R> {
    driver: Driver<'a, R>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a, R> {
    name: &'static str,
    semantic_version: &'static str,
    rules: &'a [R],
}

/// Name of a rule that has this id: its words in one, as `UnknownProperty` for `unknown-property`.
pub(super) fn rule_name(id: &str) -> String {
    let words = id.split(|c: char| !c.is_alphanumeric());
    let capitalised = words.map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    });
    capitalised.collect()
}

/// Text without formatting. It is shown as it is read, so that nothing in it may be hidden.
#[derive(Serialize)]
pub(super) struct Text {
    #[serde(serialize_with = "visible")]
    pub(super) text: String,
}

/// Writes a text that is shown to people, with U+FFFD in place of hidden characters.
pub(super) fn visible<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&visible_lines(text))
}

/// Place in a file of the repository.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    physical_location: InFile,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InFile {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

/// Location of a place: from the repository's root, or in the file system where it is in none.
pub(super) fn location(place: &Location) -> PhysicalLocation {
    let path = utf8_percent_encode(&place.path, PATH);
    let (uri, uri_base_id) = if place.path.starts_with('/') {
        (format!("file://{path}"), None)
    } else {
        (path.to_string(), Some("%SRCROOT%"))
    };
    let region = Region {
        start_line: place.line,
        start_column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    };
    let artifact_location = Artifact { uri, uri_base_id };
    PhysicalLocation { physical_location: InFile { artifact_location, region } }
}

#[cfg(test)]
pub(super) mod testing {
    use serde_json::Value as Json;

    /// The run of a log, which must hold to the standard.
    pub(in crate::render) fn run(log: &str) -> Json {
        let log: Json = serde_json::from_str(log).expect("JSON");
        let schema = include_str!("../../tests/schemas/sarif-2.1.0.json");
        let schema: Json = serde_json::from_str(schema).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let problems: Vec<_> = validator.iter_errors(&log).map(|it| it.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new());
        log["runs"][0].clone()
    }
}
