//! Checks: what must hold of the resources of a type.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Level, Place, closest};
use crate::expression::{Expression, Problem, Shape};
use crate::resource::{Schema, TypeName, schemas};

use super::account::parsed_at;
use super::names::CheckId;
use super::notes::Notes;
use super::shape::{nearest, short};
use super::words::{OnEmpty, Severity};
use super::written::CheckSpec;
use super::yaml::Node;

/// What must hold of the resources of a type.
#[derive(Debug, Clone)]
pub struct Check {
    /// Unique in its group.
    pub id: CheckId,
    /// One line for people.
    pub title: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// The schema of the type that it selects.
    pub schema: &'static Schema,
    /// Which resources of the type are judged; all without it.
    pub filter: Option<Expression>,
    /// What must hold of each of them.
    pub assertion: Expression,
    /// The outcome in an account where nothing is selected.
    pub on_empty: OnEmpty,
    /// Controls of frameworks.
    pub compliance: Vec<String>,
    /// What to do about a failure.
    pub remediation: Option<String>,
    /// Where its id stands.
    pub place: Place,
    /// SHA-256 of what decides the verdict: type, `where`, `assert`, `onEmpty`.
    pub digest: [u8; 32],
}

/// Checks are equal if they say the same; where they stand does not matter.
impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.title == other.title
            && self.severity == other.severity
            && self.digest == other.digest
            && self.compliance == other.compliance
            && self.remediation == other.remediation
    }
}

/// What a check asks, for people: its texts as the file has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The text of `assert`.
    pub assertion: String,
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
            resource_type: self.schema.type_name.to_string(),
            filter: self.filter.as_ref().map(|filter| filter.text().trim().to_owned()),
            assertion: self.assertion.text().trim().to_owned(),
            compliance: self.compliance.clone(),
            remediation: self.remediation.clone(),
            path: self.place.path.to_string(),
            line: self.place.line,
        }
    }

    /// The meaning of a check. What is wrong with it is noted, also where it does not fit its
    /// schema, so that there is nothing `written`.
    pub(super) fn read(written: Option<CheckSpec>, node: &Node, notes: &mut Notes) -> Option<Self> {
        let id: Option<CheckId> = parsed_at(node, &["id"], notes);
        let schema = resource_type(node, notes)?;
        let filter = node.get(Shape::Filter.field());
        let filter = filter.map(|node| compile(node, schema, Shape::Filter, notes));
        let assertion = node.get(Shape::Assert.field());
        let assertion = assertion.and_then(|node| compile(node, schema, Shape::Assert, notes));
        let filter = match filter {
            Some(None) => return None,
            Some(compiled) => compiled,
            None => None,
        };
        let (written, id, assertion) = (written?, id?, assertion?);
        let digest = digest(schema, filter.as_ref(), &assertion, written.on_empty);
        Some(Self {
            title: written.title.unwrap_or_else(|| id.to_string()),
            id,
            severity: written.severity,
            schema,
            filter,
            assertion,
            on_empty: written.on_empty,
            compliance: written.compliance.into_iter().flatten().collect(),
            remediation: written.remediation,
            place: node.place_of(&["id"]),
            digest,
        })
    }
}

fn resource_type(node: &Node, notes: &mut Notes) -> Option<&'static Schema> {
    let (name, place) = node.text_of(&["select"])?;
    if let Some(schema) = schemas().get(name) {
        return Some(schema);
    }
    let known = || schemas().keys().map(TypeName::as_str);
    let message = format!("there is no resource type `{}`", short(name));
    let help = match nearest(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => others(name),
    };
    notes.push(Diagnostic::error(place.clone(), "unknown-resource-type", message).help(help));
    None
}

/// How many resource types are named where none is near enough to be meant.
const SHOWN_TYPES: usize = 3;

/// The resource types that are most like a name, and where all are.
fn others(name: &str) -> String {
    let known = schemas();
    let close = closest(name, known.keys().map(TypeName::as_str), SHOWN_TYPES).join("`, `");
    let total = known.len();
    format!("the closest of {total} are `{close}`; `cloudcorrect schema Inventory` names them all")
}

/// What to do where an expression ends at a ` #`.
const COMMENT: &str = "YAML takes ` #` and what follows for a comment; quote the expression as a \
                       whole, or put it on its own lines after `>`";

fn compile(
    node: &Node,
    schema: &'static Schema,
    shape: Shape,
    notes: &mut Notes,
) -> Option<Expression> {
    let text = node.text()?;
    let (compiled, mut problems) = match Expression::compile(text, schema, shape) {
        Ok(compiled) => {
            let warnings = compiled.warnings().to_vec();
            (Some(compiled), warnings)
        }
        Err(problems) => (None, problems),
    };
    if compiled.is_none()
        && node.is_cut_by_comment()
        && let Some(problem) = problems.first_mut()
    {
        problem.help = Some(COMMENT.to_owned());
    }
    for problem in problems {
        notes.push(at(node, problem));
    }
    compiled
}

fn at(node: &Node, problem: Problem) -> Diagnostic {
    let place = node.place_in(problem.span);
    let diagnostic = match problem.level {
        Level::Error => Diagnostic::error(place, problem.code, problem.message),
        Level::Warning => Diagnostic::warning(place, problem.code, problem.message),
    };
    Diagnostic { help: problem.help, ..diagnostic }
}

fn digest(
    schema: &Schema,
    filter: Option<&Expression>,
    assertion: &Expression,
    on_empty: OnEmpty,
) -> [u8; 32] {
    let mut sha = Sha256::new();
    let filter = filter.map(Expression::text).unwrap_or_default();
    for text in [schema.type_name.as_str(), filter, assertion.text(), on_empty.as_str()] {
        let text = text.trim();
        sha.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        sha.update(text);
    }
    sha.finalize().into()
}
