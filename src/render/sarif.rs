//! The format SARIF 2.1.0, which code scanning services and editors read: the log around rules and
//! results, and places. What a rule and a result is, the files say that write them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};

use super::json;
use crate::diagnostic::{Location, visible_lines};

/// Characters that a path keeps in a URI, beside letters and digits.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Log with one run of these rules and results.
pub(super) fn log<R: Serialize, F: Serialize>(rules: &[R], results: &[F]) -> String {
    let driver =
        Driver { name: "cloudcorrect", semantic_version: env!("CARGO_PKG_VERSION"), rules };
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
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
    column_kind: &'static str,
    results: &'a [F],
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
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

/// Location of a place, from the repository's root.
pub(super) fn location(place: &Location) -> PhysicalLocation {
    let uri = utf8_percent_encode(&place.path, PATH).to_string();
    let region = Region {
        start_line: place.line,
        start_column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    };
    let artifact_location = Artifact { uri, uri_base_id: "%SRCROOT%" };
    PhysicalLocation { physical_location: InFile { artifact_location, region } }
}
