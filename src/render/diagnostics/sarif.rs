//! Diagnostics as SARIF: each is a result, each code a rule.

use std::collections::BTreeSet;

use serde::Serialize;
use url::Url;

use crate::diagnostic::{Code, Diagnostic, Level};
use crate::render::explanation::explanation;
use crate::render::sarif::{PhysicalLocation, Text, location, log, rule_name};

/// A log of the category with one run. `docs` is the address of the page of diagnostics, if there is
/// one that everybody may read; each rule names its heading there.
pub fn sarif(diagnostics: &[Diagnostic], category: &str, docs: Option<&Url>) -> String {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|found| found.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let rules: Vec<Rule> = codes.iter().map(|code| Rule::new(*code, docs)).collect();
    let results: Vec<_> =
        diagnostics.iter().map(|found| DiagnosticResult::new(found, &codes)).collect();
    log(category, &rules, &results)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: Code,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<Url>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DiagnosticResult {
    rule_id: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: Level,
    message: Text,
    locations: [PhysicalLocation; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    related_locations: Option<[Related; 1]>,
}

/// Second place and what it has to do with a result.
#[derive(Serialize)]
struct Related {
    #[serde(flatten)]
    physical: PhysicalLocation,
    message: Text,
}

impl Rule {
    fn new(code: Code, docs: Option<&Url>) -> Self {
        let help_uri = docs.map(|page| {
            let mut address = page.clone();
            address.set_fragment(Some(code.as_str()));
            address
        });
        let summary = || Text { text: code.summary().to_owned() };
        Self {
            id: code,
            name: rule_name(code.as_str()),
            short_description: summary(),
            full_description: summary(),
            help: Text { text: explanation(code) },
            help_uri,
        }
    }
}

impl DiagnosticResult {
    fn new(found: &Diagnostic, rules: &[Code]) -> Self {
        let Diagnostic { place, level, code, message, help, related } = found;
        let text = match help {
            Some(help) => format!("{message}\n{help}"),
            None => message.clone(),
        };
        let related = related.as_ref().map(|(place, what)| {
            [Related { physical: location(place), message: Text { text: what.clone() } }]
        });
        Self {
            rule_id: *code,
            rule_index: rules.binary_search(code).ok(),
            level: *level,
            message: Text { text },
            locations: [location(place)],
            related_locations: related,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Location;
    use crate::render::sarif::testing::run;

    fn found() -> [Diagnostic; 2] {
        let place = Location {
            path: "policies/a b#1\n.yaml".into(),
            line: 3,
            column: 7,
            end_line: 3,
            end_column: 9,
        };
        let first =
            Diagnostic::error(place.clone(), Code::DuplicateName, "group `a` is there twice")
                .related(Location::point("b.yaml", 1, 1), "the second one is here");
        [first, Diagnostic::warning(place, Code::UnguardedNull, "may be null").help("guard it")]
    }

    #[test]
    fn a_log_is_of_the_standard_whatever_the_names() {
        for found in [&found()[..], &[]] {
            run(&sarif(found, "c", None));
        }
    }

    #[test]
    fn a_result_says_what_is_wrong_where_and_what_to_do() {
        let run = run(&sarif(&found(), "c/", None));
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str()).collect();
        assert_eq!(ids, [Some("duplicate-name"), Some("unguarded-null")]);
        let location =
            |place: &Location| serde_json::to_value(super::location(place)).expect("JSON");
        let place = location(&found()[0].place);
        let mut related = location(&Location::point("b.yaml", 1, 1));
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
        assert_eq!(run["results"], expected);
        assert_eq!(run["automationDetails"], json!({ "id": "c/" }));
    }

    #[test]
    fn a_rule_says_what_its_code_means_and_where_it_is_documented() {
        let docs = "https://docs.example/x/diagnostics.html".parse().expect("an address");
        let rule = |docs| {
            let run = run(&sarif(&found()[1..], "c", docs));
            run["tool"]["driver"]["rules"][0].clone()
        };
        let documented = rule(Some(&docs));
        assert_eq!(documented["helpUri"], "https://docs.example/x/diagnostics.html#unguarded-null");
        assert_eq!(documented["name"], "UnguardedNull");
        assert_eq!(documented["fullDescription"]["text"], Code::UnguardedNull.summary());
        assert_eq!(documented["shortDescription"]["text"], Code::UnguardedNull.summary());
        assert_eq!(documented["help"]["text"], explanation(Code::UnguardedNull));
        assert_eq!(rule(None).get("helpUri"), None);
    }
}
