//! Which operation a path means: GitHub's path templates, matched segment by segment.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// Parameters that may hold slashes, as branches and compared ranges do.
const LONG: [&str; 3] = ["ref", "branch", "basehead"];

/// A path such as `/repos/{owner}/{repo}/commits/{ref}/status`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Segment>);

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    One(String),
    Many(String),
}

impl Template {
    /// Reads a path of the description.
    pub(super) fn new(path: &str) -> Self {
        Self(split(path).map(Segment::new).collect())
    }

    /// How many segments are fixed: of two templates that match, the one with more is meant.
    pub(super) fn literals(&self) -> usize {
        self.0.iter().filter(|segment| matches!(segment, Segment::Literal(_))).count()
    }

    /// The decoded values of the parameters, if `path` is one of this template.
    pub(super) fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let given: Vec<&str> = split(path).collect();
        let mut values = BTreeMap::new();
        fill(&self.0, &given, &mut values).then_some(values)
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if LONG.contains(&name) => Self::Many(name.to_owned()),
            Some(name) => Self::One(name.to_owned()),
            None => Self::Literal(text.to_owned()),
        }
    }
}

fn split(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}

fn fill(template: &[Segment], given: &[&str], values: &mut BTreeMap<String, String>) -> bool {
    let (Some((segment, rest)), Some((first, others))) =
        (template.split_first(), given.split_first())
    else {
        return template.is_empty() && given.is_empty();
    };
    match segment {
        Segment::Literal(text) => text == first && fill(rest, others, values),
        Segment::One(name) => {
            !first.is_empty() && fill(rest, others, values) && set(values, name, first)
        }
        Segment::Many(name) => (1..=given.len()).any(|taken| {
            let (value, left) = given.split_at(taken);
            fill(rest, left, values) && set(values, name, &value.join("/"))
        }),
    }
}

fn set(values: &mut BTreeMap<String, String>, name: &str, text: &str) -> bool {
    let decoded = percent_decode_str(text).decode_utf8_lossy().into_owned();
    let given = !decoded.is_empty();
    values.insert(name.to_owned(), decoded);
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_give_their_parameters() {
        let table = [
            ("/app", "/app", Some("")),
            ("/app", "/apps", None),
            ("/repos/{owner}/{repo}", "/repos/acme/policies", Some("owner=acme repo=policies")),
            ("/repos/{owner}/{repo}", "/repos/acme/", None),
            ("/c/{ref}/status", "/c/feature/x/status", Some("ref=feature/x")),
            ("/c/{ref}/status", "/c/feature%2Fx/status", Some("ref=feature/x")),
            ("/c/{ref}/status", "/c/status", None),
            ("/c/{ref}", "/c/feature/x/status", Some("ref=feature/x/status")),
        ];
        for (template, path, expected) in table {
            let found = Template::new(template).matches(path).map(|values| {
                let pairs: Vec<_> = values.iter().map(|(k, v)| format!("{k}={v}")).collect();
                pairs.join(" ")
            });
            assert_eq!(found.as_deref(), expected, "{template} {path}");
        }
    }
}
