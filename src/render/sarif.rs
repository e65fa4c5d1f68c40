//! Diagnostics as SARIF 2.1.0, which code scanning services and editors read.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::diagnostic::{Diagnostic, Level, Place};

/// What a path keeps as it is in a URI.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A log with one run: each diagnostic is a result, each code a rule.
pub fn sarif(diagnostics: &[Diagnostic]) -> String {
    let codes: BTreeSet<&str> = diagnostics.iter().map(|found| found.code.as_str()).collect();
    let rules: Vec<&str> = codes.into_iter().collect();
    let results: Vec<Json> = diagnostics.iter().map(|found| result(found, &rules)).collect();
    let rules: Vec<Json> = rules.iter().map(|code| json!({ "id": code })).collect();
    log(&rules, &results)
}

/// A log with one run of these rules and results.
pub(super) fn log(rules: &impl Serialize, results: &impl Serialize) -> String {
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cloudcorrect",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn result(found: &Diagnostic, rules: &[&str]) -> Json {
    let Diagnostic { place, level, code, message, help, related } = found;
    let words = match help {
        Some(help) => format!("{message}\n{help}"),
        None => message.clone(),
    };
    let mut result = json!({
        "ruleId": code,
        "ruleIndex": rules.binary_search(&code.as_str()).ok(),
        "level": match level {
            Level::Error => "error",
            Level::Warning => "warning",
        },
        "message": { "text": words },
        "locations": [location(place)],
    });
    if let (Some((place, what)), Json::Object(result)) = (related, &mut result) {
        let mut related = location(place);
        if let Json::Object(related) = &mut related {
            related.insert("message".to_owned(), json!({ "text": what }));
        }
        result.insert("relatedLocations".to_owned(), json!([related]));
    }
    result
}

/// A place in a file, from the repository's root.
pub(super) fn location(place: &Place) -> Json {
    json!({ "physicalLocation": {
        "artifactLocation": {
            "uri": utf8_percent_encode(&place.path, PATH).to_string(),
            "uriBaseId": "%SRCROOT%",
        },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn found() -> [Diagnostic; 2] {
        let place = Place {
            path: "policies/a b#1\n.yaml".into(),
            line: 3,
            column: 7,
            end_line: 3,
            end_column: 9,
        };
        let first =
            Diagnostic::error(place.clone(), Code::DuplicateName, "group `a` is there twice")
                .related(Place::point("b.yaml", 1, 1), "the second one is here");
        [first, Diagnostic::warning(place, Code::UnguardedNull, "may be null").help("guard it")]
    }

    #[test]
    fn a_log_is_of_the_standard_whatever_the_names() {
        let schema = include_str!("../../tests/schemas/sarif-2.1.0.json");
        let schema: Json = serde_json::from_str(schema).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        for found in [&found()[..], &[]] {
            let log: Json = serde_json::from_str(&sarif(found)).expect("JSON");
            let problems: Vec<_> = validator.iter_errors(&log).map(|it| it.to_string()).collect();
            assert_eq!(problems, Vec::<String>::new());
        }
    }

    #[test]
    fn a_result_says_what_is_wrong_where_and_what_to_do() {
        let log: Json = serde_json::from_str(&sarif(&found())).expect("JSON");
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        assert_eq!(*rules, json!([{ "id": "duplicate-name" }, { "id": "unguarded-null" }]));
        let place = location(&found()[0].place);
        let mut related = location(&Place::point("b.yaml", 1, 1));
        related["message"] = json!({ "text": "the second one is here" });
        assert_eq!(
            place["physicalLocation"],
            json!({
                "artifactLocation": {
                    "uri": "policies/a%20b%231%0A.yaml", "uriBaseId": "%SRCROOT%"
                },
                "region": { "startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 9 },
            })
        );
        let expected = json!([
            {
                "ruleId": "duplicate-name", "ruleIndex": 0, "level": "error",
                "message": { "text": "group `a` is there twice" },
                "locations": [place], "relatedLocations": [related],
            },
            {
                "ruleId": "unguarded-null", "ruleIndex": 1, "level": "warning",
                "message": { "text": "may be null\nguard it" }, "locations": [place],
            },
        ]);
        assert_eq!(log["runs"][0]["results"], expected);
    }
}
