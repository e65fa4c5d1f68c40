//! Check types: checks with parameters, for checks that say `uses`.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Level, Place, UNDOCUMENTED, nearest};
use crate::expression::{Expression, Parameter};
use crate::resource::Value;

use super::account::parsed_at;
use super::named::Named;
use super::names::{BUILT_IN, CheckTypeName};
use super::notes::Notes;
use super::parameters::{self, Declared};
use super::question::Question;
use super::shape::short;
use super::words::Severity;
use super::written::CheckTypeDocument;
use super::yaml::{Entry, Node};

/// A check with parameters.
#[derive(Debug, Clone)]
pub struct CheckType {
    /// What it is called.
    pub name: CheckTypeName,
    /// One or two sentences for people who look for it.
    pub description: Option<String>,
    /// What a check that uses it may or must say.
    pub parameters: Vec<Declared>,
    /// The title of checks that have none of their own.
    pub title: Option<String>,
    /// How much a failure matters.
    pub severity: Severity,
    /// Controls of frameworks.
    pub compliance: Vec<String>,
    /// What to do about a failure.
    pub remediation: Option<String>,
    /// What it asks, with parameters of which only the type is known.
    pub question: Question,
    /// Where its name stands.
    pub place: Place,
    /// The `spec`, which is compiled anew for every use.
    spec: Node,
    /// What one use costs at least, bytes.
    weight: usize,
}

/// Check types are equal if they ask the same; where they stand does not matter.
impl PartialEq for CheckType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.description == other.description
            && self.parameters == other.parameters
            && self.title == other.title
            && self.severity == other.severity
            && self.compliance == other.compliance
            && self.remediation == other.remediation
            && self.question.digest() == other.question.digest()
    }
}

/// The check types that checks may use.
#[derive(Debug, Clone, Default)]
pub struct CheckTypes(Named<CheckTypeName, CheckType>);

impl CheckTypes {
    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &CheckType> {
        self.0.known.values().map(Arc::as_ref)
    }

    /// The one of a name.
    pub fn get(&self, name: &CheckTypeName) -> Option<&CheckType> {
        self.0.get(name.as_str())
    }

    /// Takes up those of a document, if it is a `CheckType`.
    pub(super) fn add(&mut self, document: &Node, read: Option<CheckType>) {
        self.0.add(document, read.map(|read| (read.name.clone(), read)));
    }

    /// Takes up others. Of two with one name the first counts.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }

    /// The check type that a check uses; that there is none is noted.
    pub(super) fn find(&self, name: &str, place: &Place, notes: &mut Notes) -> Option<&CheckType> {
        if self.0.lacks(name) {
            notes.push(self.unknown(name, place));
        }
        self.0.get(name)
    }

    fn unknown(&self, name: &str, place: &Place) -> Diagnostic {
        let message = format!("there is no check type `{}`", short(name));
        let refused = Diagnostic::error(place.clone(), "unknown-check-type", message);
        match nearest(name, self.0.known.keys().map(CheckTypeName::as_str)) {
            Some(near) => refused.help(format!("did you mean `{near}`?")),
            None => refused.help("`cloudcorrect schema check-types` lists those that there are"),
        }
    }
}

impl CheckType {
    /// The meaning of a document. What is wrong with it is noted, also where it does not fit its
    /// schema, so that there is nothing `written`. Names that begin with `aws/` are for those that
    /// come with cloudcorrect.
    pub(super) fn read(
        written: Option<CheckTypeDocument>,
        node: &Node,
        is_built_in: bool,
        notes: &mut Notes,
    ) -> Option<Self> {
        let name: Option<CheckTypeName> = parsed_at(node, &["metadata", "name"], notes);
        let name = name.filter(|name| is_built_in || !is_reserved(name, node, notes));
        let spec = node.get("spec")?;
        let parameters = parameters::read(spec, notes);
        let known = parameters.iter().flatten().map(|declared| Parameter {
            name: Arc::clone(&declared.name),
            kind: declared.kind,
            value: None,
        });
        let question = Question::read(spec, Some(known.collect()), notes);
        let written = written?.spec;
        Some(Self {
            name: name?,
            description: written.description,
            parameters: parameters?,
            title: written.title,
            severity: written.severity,
            compliance: written.compliance.into_iter().flatten().collect(),
            remediation: written.remediation,
            question: question?,
            place: node.place_of(&["metadata", "name"]),
            spec: spec.clone(),
            weight: spec.weight(),
        })
    }

    /// What it asks with the parameters of a use, which stands at `uses`.
    pub(super) fn ask(
        &self,
        with: Option<&Entry>,
        uses: &Place,
        notes: &mut Notes,
    ) -> Option<Question> {
        if !notes.effort.read(self.weight) {
            let message = "the checks of this file and the check types that they use are too much";
            let refused = Diagnostic::error(uses.clone(), "too-many-uses", message);
            notes.push(refused.help("split the file"));
            return None;
        }
        let use_of = (self.name.as_str(), uses);
        let values = parameters::bind(&self.parameters, with, use_of, notes)?;
        let mut found = Notes::default();
        found.start_file();
        std::mem::swap(&mut found.effort, &mut notes.effort);
        let question = Question::read(&self.spec, Some(values), &mut found);
        std::mem::swap(&mut found.effort, &mut notes.effort);
        for problem in found.into_sorted() {
            if problem.is_error() || self.is_of_parameters(&problem) {
                notes.push(self.blamed(problem, with.map_or(uses, |with| &with.place)));
            }
        }
        question
    }

    /// Whether a warning comes of the values of parameters, and not of the check type's own text.
    fn is_of_parameters(&self, warning: &Diagnostic) -> bool {
        let mut own = self.question.expressions().flat_map(Expression::warnings);
        warning.code == UNDOCUMENTED && !own.any(|problem| problem.message == warning.message)
    }

    /// A problem of its text, at the use whose parameters are to blame.
    fn blamed(&self, problem: Diagnostic, at: &Place) -> Diagnostic {
        let message = match problem.level {
            Level::Error => {
                format!("`{}` cannot have these parameters: {}", self.name, problem.message)
            }
            Level::Warning => {
                format!("of `{}` with these parameters, {}", self.name, problem.message)
            }
        };
        let blamed = Diagnostic { place: at.clone(), message, related: None, ..problem.clone() };
        blamed.related(problem.place, "used here")
    }

    /// Its title for a use: the names of parameters in braces are replaced by their values.
    pub(super) fn title_for(&self, parameters: &[Parameter]) -> Option<String> {
        let mut title = self.title.clone()?;
        for parameter in parameters {
            let value = match &parameter.value {
                Some(Value::String(text)) => text.to_string(),
                Some(value) => value.to_json().to_string(),
                None => continue,
            };
            title = title.replace(&format!("{{{}}}", parameter.name), &short(&value));
        }
        Some(title)
    }
}

fn is_reserved(name: &CheckTypeName, node: &Node, notes: &mut Notes) -> bool {
    let first = name.as_str().split('/').next();
    if first != Some(BUILT_IN) {
        return false;
    }
    let place = node.place_of(&["metadata", "name"]);
    let message = format!("`{BUILT_IN}/` is for check types that come with cloudcorrect");
    notes.push(Diagnostic::error(place, "reserved-name", message).help("use a prefix of your own"));
    true
}
