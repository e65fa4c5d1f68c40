//! Checks: what must hold of the resources of a type.

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Level, Place};
use crate::expression::{Expression, Problem, Shape};
use crate::resource::{Schema, schemas};

use super::account::parsed;
use super::names::CheckId;
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

impl Check {
    /// The meaning of a check as written; what is wrong with it is noted.
    pub(super) fn read(
        written: CheckSpec,
        node: &Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let place = node.place_of(&["id"]);
        let id: Option<CheckId> = parsed(&written.id, &place, diagnostics);
        let schema = resource_type(&written.select, node, diagnostics)?;
        let mut compile = |text: &str, shape: Shape| {
            let node = node.get(shape.field()).unwrap_or(node);
            compile(text, schema, shape, node, diagnostics)
        };
        let filter = written.filter.as_deref().map(|text| compile(text, Shape::Filter));
        let assertion = compile(&written.assertion, Shape::Assert);
        let filter = match filter {
            Some(None) => return None,
            Some(compiled) => compiled,
            None => None,
        };
        let (id, assertion) = (id?, assertion?);
        let digest = digest(schema, filter.as_ref(), &assertion, written.on_empty);
        Some(Self {
            title: written.title.unwrap_or_else(|| id.to_string()),
            id,
            severity: written.severity,
            schema,
            filter,
            assertion,
            on_empty: written.on_empty,
            compliance: written.compliance,
            remediation: written.remediation,
            place,
            digest,
        })
    }
}

fn resource_type(
    name: &str,
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'static Schema> {
    if let Some(schema) = schemas().get(name) {
        return Some(schema);
    }
    let place = node.place_of(&["select"]);
    let known = || schemas().keys().map(crate::resource::TypeName::as_str);
    let message = format!("there is no resource type `{}`", short(name));
    let help = match nearest(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("this version knows `{}`", known().collect::<Vec<_>>().join("`, `")),
    };
    diagnostics.push(Diagnostic::error(place, "unknown-resource-type", message).help(help));
    None
}

fn compile(
    text: &str,
    schema: &'static Schema,
    shape: Shape,
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Expression> {
    let (compiled, problems) = match Expression::compile(text, schema, shape) {
        Ok(compiled) => {
            let warnings = compiled.warnings().to_vec();
            (Some(compiled), warnings)
        }
        Err(problems) => (None, problems),
    };
    diagnostics.extend(problems.into_iter().map(|problem| at(node, problem)));
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
