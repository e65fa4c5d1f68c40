//! Checks: what must hold of the resources of a type.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::expression::Environment;

use super::account::{parsed, parsed_at};
use super::check_type::{CheckType, CheckTypes};
use super::declared::Declared;
use super::names::{CheckId, CheckTypeName, PackName};
use super::notes::Notes;
use super::question::Question;
use super::words::Severity;
use super::written::CheckSpec;
use crate::document::Node;
use crate::document::short;

/// What must hold of the resources of a type.
#[derive(Debug, Clone)]
pub struct Check {
    /// Unique in its group.
    pub id: CheckId,
    /// Ids that it had before, whose history it continues.
    pub formerly: Vec<CheckId>,
    /// One line for people.
    pub title: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// The check type that says what it asks, if it uses one.
    pub uses: Option<CheckTypeName>,
    /// What it asks of which resources.
    pub question: Question,
    /// Controls of frameworks.
    pub compliance: Vec<String>,
    /// What to do about a failure.
    pub remediation: Option<String>,
    /// The pack that it comes with.
    pub pack: Option<PackName>,
    /// Where its id stands.
    pub place: Place,
    /// SHA-256 of what decides the verdict.
    pub digest: [u8; 32],
}

/// Checks are equal if they say the same; where they stand does not matter.
impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.title == other.title
            && self.severity == other.severity
            && self.digest == other.digest
            && self.uses == other.uses
            && self.compliance == other.compliance
            && self.remediation == other.remediation
    }
}

/// What a check asks, for people: its texts as the file has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Unique in its group.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// The type that it selects.
    pub resource_type: String,
    /// The text of `where`.
    pub filter: Option<String>,
    /// The text of `assert`, or of `assertAll`.
    pub assertion: String,
    /// Whether it is `assertAll`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_of_all: bool,
    /// What `let` names, a line each, such as `web = one AWS::EC2::SecurityGroup where ...`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<String>,
    /// The check type that it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<String>,
    /// The parameters of the check type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Json>,
    /// The pack that it comes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// Controls of frameworks.
    pub compliance: Vec<String>,
    /// What to do about a failure.
    pub remediation: Option<String>,
    /// The file, from the repository's root.
    pub path: String,
    /// The line of its id, from 1.
    pub line: u32,
}

impl Check {
    /// What it asks, for people.
    pub fn rule(&self) -> Rule {
        Rule {
            id: self.id.to_string(),
            title: self.title.clone(),
            severity: self.severity,
            resource_type: self.question.schema.type_name.to_string(),
            filter: self.question.filter.as_ref().map(|filter| filter.text().trim().to_owned()),
            assertion: self.question.assertion.text().trim().to_owned(),
            is_of_all: self.question.is_of_all(),
            bindings: self.question.bindings.iter().map(ToString::to_string).collect(),
            uses: self.uses.as_ref().map(ToString::to_string),
            with: self.with(),
            pack: self.pack.as_ref().map(ToString::to_string),
            compliance: self.compliance.clone(),
            remediation: self.remediation.clone(),
            path: self.place.path.to_string(),
            line: self.place.line,
        }
    }

    /// The parameters of the check type that it uses, by name.
    pub fn with(&self) -> BTreeMap<String, Json> {
        let parameters = self.question.parameters.iter();
        parameters
            .filter_map(|one| Some((one.name.to_string(), one.value.as_ref()?.to_json())))
            .collect()
    }

    /// The checks of a list, if all of them have a meaning.
    pub(super) fn read_all(
        written: Vec<Option<CheckSpec>>,
        list: &[Node],
        types: &CheckTypes,
        notes: &mut Notes,
    ) -> Option<Vec<Self>> {
        let written = written.into_iter().chain(std::iter::repeat_with(|| None));
        let read = |(written, node)| {
            if notes.is_full() { None } else { Self::read(written, node, types, notes) }
        };
        let all: Vec<_> = written.zip(list).map(read).collect();
        all.into_iter().collect()
    }

    /// The meaning of a check. What is wrong with it is noted, also where it does not fit its
    /// schema, so that there is nothing `written`.
    fn read(
        written: Option<CheckSpec>,
        node: &Node,
        types: &CheckTypes,
        notes: &mut Notes,
    ) -> Option<Self> {
        let id: Option<CheckId> = parsed_at(node, &["id"], notes);
        let (used, question) = match node.text_of(&["uses"]) {
            None => (None, Question::read(node, Environment::empty(), notes)),
            Some((name, place)) => {
                alone(node, notes);
                let used = types.find(name, place, notes)?;
                let mut question = used.ask(node.entry("with"), place, notes);
                let on_empty = node.text_of(&["onEmpty"]).and_then(|(word, _)| word.parse().ok());
                if let (Some(question), Some(on_empty)) = (&mut question, on_empty) {
                    question.on_empty = Some(on_empty);
                }
                (Some(used), question)
            }
        };
        let formerly = node.get("formerly").map(Node::items).unwrap_or_default().iter();
        let formerly: Vec<_> =
            formerly.filter_map(|item| parsed(item.text()?, &item.place, notes)).collect();
        let (written, id, question) = (written?, id?, question?);
        let title = || used.and_then(|used| used.title_for(&question.parameters));
        let said = node.get("severity").map(|_| written.severity);
        let compliance: Vec<String> = written.compliance.into_iter().flatten().collect();
        Some(Self {
            title: written.title.or_else(title).unwrap_or_else(|| id.to_string()),
            id,
            severity: said.or(used.map(|used| used.severity)).unwrap_or_default(),
            compliance: match used {
                Some(used) if compliance.is_empty() => used.compliance.clone(),
                _ => compliance,
            },
            remediation: written.remediation.or_else(|| used?.remediation.clone()),
            uses: used.map(|used: &CheckType| used.name.clone()),
            pack: None,
            place: node.place_of(&["id"]),
            formerly,
            digest: question.digest(),
            question,
        })
    }
}

/// Notes what says again, or otherwise, what the check type says.
fn alone(node: &Node, notes: &mut Notes) {
    for key in ["select", "let", "where", "assert", "assertAll", "scope"] {
        let Some(entry) = node.entry(key) else { continue };
        let message = format!("`{key}` and `uses` exclude each other");
        let mut refused = Diagnostic::error(entry.place.clone(), Code::Conflict, message);
        if let Some(uses) = node.entry("uses") {
            refused = refused.related(uses.place.clone(), "`uses` is here");
        }
        notes.push(refused.help("the check type says what is checked; remove one of them"));
    }
}

/// Notes, at each of its places, an id that several checks have.
pub(super) fn unique_ids(checks: &[Node], notes: &mut Notes) {
    let mut seen = BTreeSet::new();
    let mut named = checks.iter().filter_map(|check| check.text_of(&["id"]));
    let is_clear = named.all(|(id, _)| seen.insert(id));
    if is_clear && checks.iter().all(|check| check.get("formerly").is_none()) {
        return;
    }
    let mut ids = Declared::default();
    for check in checks {
        if let Some((id, place)) = check.text_of(&["id"]) {
            ids.add("check", id, place);
        }
    }
    ids.note(Code::DuplicateName, notes);
    former_ids(checks, &ids, notes);
}

/// Notes, at both places, a former id that a check still has, or that several checks claim.
fn former_ids(checks: &[Node], present: &Declared, notes: &mut Notes) {
    let mut former = Declared::default();
    for item in checks.iter().filter_map(|check| check.get("formerly")).flat_map(Node::items) {
        let Some(id) = item.text() else { continue };
        former.add("former id", id, &item.place);
        let Some(other) = present.place("check", id) else { continue };
        let message = format!("check `{}` is still there", short(id));
        let refused = Diagnostic::error(item.place.clone(), Code::Conflict, message);
        let refused = refused.related(other.clone(), "it is here");
        notes.push(refused.help("a former id is one that no check has any more"));
        let message = format!("`{}` is a former id as well", short(id));
        let refused = Diagnostic::error(other.clone(), Code::Conflict, message);
        notes.push(refused.related(item.place.clone(), "`formerly` is here"));
    }
    former.note(Code::DuplicateName, notes);
}
