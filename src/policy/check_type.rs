//! Check types: checks with parameters, for checks that say `uses`.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Level, Place, meant};
use crate::expression::{Environment, Expression, Parameter};
use crate::resource::Value;

use super::account::parsed_at;
use super::named::Named;
use super::names::{BUILT_IN, CheckTypeName};
use super::notes::Notes;
use super::parameters::{self, Declaration, Declared};
use super::question::Question;
use super::title;
use super::words::Severity;
use super::written::CheckTypeDocument;
use crate::document::short;
use crate::document::{Entry, Node};

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
    /// Warnings of its text and of its defaults, which its uses are not to blame for.
    known_oddities: Vec<String>,
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
        let refused = Diagnostic::error(place.clone(), Code::UnknownCheckType, message);
        let near = meant(name, self.0.known.keys().map(CheckTypeName::as_str));
        let all = || "`cloudcorrect schema check-types` lists those that there are".to_owned();
        refused.help(near.unwrap_or_else(all))
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
        let declared = Declaration::read(spec, notes);
        title::check(spec, &declared, notes);
        let question = Question::read(spec, declared.environment(|_| None), notes);
        let question = question.filter(|_| declared.is_whole())?;
        note_unused(spec, &declared, &question, notes);
        let known_oddities = oddities_of_defaults(spec, &declared, &question, notes)?;
        let written = written?.spec;
        Some(Self {
            name: name?,
            description: written.description,
            parameters: declared.parameters,
            title: written.title,
            severity: written.severity,
            compliance: written.compliance.into_iter().flatten().collect(),
            remediation: written.remediation,
            question,
            place: node.place_of(&["metadata", "name"]),
            spec: spec.clone(),
            weight: spec.weight(),
            known_oddities,
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
            let refused = Diagnostic::error(uses.clone(), Code::TooManyUses, message);
            notes.push(refused.help("split the file"));
            return None;
        }
        let use_of = (self.name.as_str(), uses);
        let values = parameters::bind(&self.parameters, with, use_of, notes)?;
        let environment = Environment::empty().with_parameters(values);
        let (question, problems) = read_apart(&self.spec, environment, notes);
        for problem in problems {
            if is_of_values(&problem, &self.known_oddities) {
                notes.push(self.blamed(problem, with.map_or(uses, |with| &with.place)));
            }
        }
        question
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
        blamed(problem, at.clone(), message)
    }

    /// Its title for a use: the names of parameters in braces are replaced by their values.
    pub(super) fn title_for(&self, parameters: &[Parameter]) -> Option<String> {
        let value = |name: &str| {
            let value = parameters.iter().find(|one| *one.name == *name)?.value.as_ref()?;
            Some(match value {
                Value::String(text) => short(text),
                other => short(&other.to_json().to_string()),
            })
        };
        Some(title::filled(self.title.as_deref()?, value))
    }
}

/// The question of a `spec`, with what is wrong with it apart from what is noted already.
fn read_apart(
    spec: &Node,
    environment: Environment,
    notes: &mut Notes,
) -> (Option<Question>, Vec<Diagnostic>) {
    let mut found = Notes::default();
    found.start_file();
    std::mem::swap(&mut found.effort, &mut notes.effort);
    let question = Question::read(spec, environment, &mut found);
    std::mem::swap(&mut found.effort, &mut notes.effort);
    (question, found.into_sorted())
}

/// Whether a problem comes of the values of parameters, and not of the check type's own text.
fn is_of_values(problem: &Diagnostic, known: &[String]) -> bool {
    let is_new = || !known.contains(&problem.message);
    // That there is much to tell of the text is not what the values did.
    problem.is_error() && problem.code != Code::TooManyProblems
        || problem.code == Code::UndocumentedValue && is_new()
}

/// A problem of a text, told where the value that is to blame stands.
fn blamed(problem: Diagnostic, place: Place, message: String) -> Diagnostic {
    let used = problem.place.clone();
    Diagnostic { place, message, ..problem }.related(used, "used here")
}

/// The warnings of a text and of its defaults. What is wrong with a default is noted where it
/// stands; `None` where that is an error.
fn oddities_of_defaults(
    spec: &Node,
    declared: &Declaration,
    question: &Question,
    notes: &mut Notes,
) -> Option<Vec<String>> {
    let own = question.expressions().flat_map(Expression::warnings);
    let mut known: Vec<String> = own.map(|problem| problem.message.clone()).collect();
    let default = |one: &Declared| one.default.clone().filter(|value| *value != Value::Null);
    let weight = spec.weight();
    let odd = |environment: Environment, notes: &mut Notes| -> Vec<Diagnostic> {
        if !notes.effort.read(weight) {
            return Vec::new();
        }
        let (_, problems) = read_apart(spec, environment, notes);
        problems.into_iter().filter(|problem| is_of_values(problem, &known)).collect()
    };
    if declared.parameters.iter().all(|one| default(one).is_none())
        || odd(declared.environment(default), notes).is_empty()
    {
        return Some(known);
    }
    let mut found = Vec::new();
    for one in declared.parameters.iter().filter(|one| default(one).is_some()) {
        let alone = |other: &Declared| default(other).filter(|_| other.name == one.name);
        for problem in odd(declared.environment(alone), notes) {
            found.push((spec.place_of(&["parameters", &one.name, "default"]), one, problem));
        }
    }
    let is_right = !found.iter().any(|(.., problem)| problem.is_error());
    for (place, one, problem) in found {
        known.push(problem.message.clone());
        let message = format!("the default of `{}` does not fit: {}", one.name, problem.message);
        notes.push(blamed(problem, place, message));
    }
    is_right.then_some(known)
}

/// Warns about parameters that neither an expression nor the title uses.
fn note_unused(spec: &Node, declared: &Declaration, question: &Question, notes: &mut Notes) {
    let title = spec.get("title").and_then(Node::text).unwrap_or_default();
    for Entry { key, place, .. } in parameters::entries(spec.get("parameters")) {
        let is_named = title::names(title).any(|(_, name)| name == key);
        let is_asked = question.expressions().any(|expression| expression.uses_parameter(key));
        if declared.names().any(|name| name == key) && !is_named && !is_asked {
            let message = format!("the parameter `{}` is not used", short(key));
            let unused = Diagnostic::warning(place.clone(), Code::Unused, message);
            notes.push(unused.help(format!("name it as `params.{key}`, or remove it")));
        }
    }
}

fn is_reserved(name: &CheckTypeName, node: &Node, notes: &mut Notes) -> bool {
    let first = name.as_str().split('/').next();
    if first != Some(BUILT_IN) {
        return false;
    }
    let place = node.place_of(&["metadata", "name"]);
    let message = format!("`{BUILT_IN}/` is for check types that come with cloudcorrect");
    notes.push(
        Diagnostic::error(place, Code::ReservedName, message).help("use a prefix of your own"),
    );
    true
}
