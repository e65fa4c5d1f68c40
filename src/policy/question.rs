//! What is asked of which resources: the part that checks and check types share.

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Level, Place, closest, meant};
use crate::digest::Parts;
use crate::expression::{
    Binding, Environment, Expression, ExpressionKind, Parameter, Problem, is_taken,
};
use crate::resource::{Schema, TypeName, schemas};

use super::comment;
use super::notes::Notes;
use super::parameters::{are_few, entries, is_identifier};
use super::words::{OnEmpty, Pick, Span};
use crate::document::short;
use crate::document::{Entry, Node, Tree};

/// What is asked of which resources.
#[derive(Debug, Clone)]
pub struct Question {
    /// The schema of the type that it selects.
    pub schema: &'static Schema,
    /// Other resources of the account, by the names that the expressions give them.
    pub bindings: Vec<Let>,
    /// Which resources of the type are judged; all without it.
    pub filter: Option<Expression>,
    /// What must hold: of each of them, or of all together ([`ExpressionKind::AssertAll`]).
    pub assertion: Expression,
    /// Over which resources an `assertAll` speaks.
    pub span: Span,
    /// The outcome where nothing is selected, if it is said.
    pub on_empty: Option<OnEmpty>,
    /// The values of the parameters, for a check that uses a check type.
    pub parameters: Arc<[Parameter]>,
}

/// Resources of the account that a name stands for.
#[derive(Debug, Clone)]
pub struct Let {
    /// The name.
    pub name: Arc<str>,
    /// The schema of the type that it selects.
    pub schema: &'static Schema,
    /// Which resources of the type; all without it.
    pub filter: Option<Expression>,
    /// What the name stands for.
    pub pick: Pick,
}

/// Questions are equal if they ask the same.
impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl Question {
    /// Whether it is asked of all selected resources together.
    pub fn is_of_all(&self) -> bool {
        self.assertion.kind() == ExpressionKind::AssertAll
    }

    /// All its expressions.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let own = self.filter.iter().chain([&self.assertion]);
        own.chain(self.bindings.iter().filter_map(|binding| binding.filter.as_ref()))
    }

    /// The types that it selects, its own first.
    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> {
        [self.schema].into_iter().chain(self.bindings.iter().map(|binding| binding.schema))
    }

    /// SHA-256 of what decides the verdict: type, `let`, `where`, `assert`, scope, `onEmpty` and
    /// the values of parameters.
    pub fn digest(&self) -> [u8; 32] {
        let mut parts = Parts::default();
        let mut add = |text: &str| {
            parts.add(text.trim());
        };
        let filter = self.filter.as_ref().map(Expression::text).unwrap_or_default();
        add(self.schema.type_name.as_str());
        add(filter);
        add(self.assertion.text());
        add(self.on_empty.unwrap_or_default().as_str());
        if self.is_of_all() {
            add(self.span.as_str());
            add(self.on_empty.map_or("", OnEmpty::as_str));
        }
        for binding in &self.bindings {
            add(&binding.name);
            add(binding.schema.type_name.as_str());
            add(binding.filter.as_ref().map(Expression::text).unwrap_or_default());
            add(binding.pick.as_str());
        }
        for parameter in self.parameters.iter() {
            add(&parameter.name);
            let value = parameter.value.as_ref();
            add(&value.map(|value| value.to_json().to_string()).unwrap_or_default());
        }
        parts.digest().0
    }

    /// The question in a mapping with `select`, `where`, `assert` and so on. What is wrong with it
    /// is noted.
    pub(super) fn read(node: &Node, environment: Environment, notes: &mut Notes) -> Option<Self> {
        let shape = shape(node, notes);
        let schema = resource_type(node, notes);
        if node.entry("select").is_none() {
            let message = "the check lacks `select`";
            let refused = Diagnostic::error(node.place.clone(), Code::MissingKey, message);
            notes.push(refused.help("add `select`, a resource type such as `AWS::S3::Bucket`"));
        }
        let bindings = bindings(node, &environment, notes);
        let span = word::<Span>(node, "scope");
        let (shape, schema, bindings) = (shape?, schema?, bindings?);
        if let (ExpressionKind::Assert, Some(entry)) = (shape, node.entry("scope")) {
            let message = "`scope` says nothing without `assertAll`";
            notes.push(Diagnostic::warning(entry.place.clone(), Code::NoEffect, message));
        }
        let known: Vec<Binding> = bindings.iter().map(Let::binding).collect();
        let environment = environment.over(schema).with_bindings(known.into());
        let mut compiled = |shape: ExpressionKind, environment: &Environment| {
            node.get(shape.field()).map(|node| compile(node, environment, shape, notes))
        };
        let filter = compiled(ExpressionKind::Filter, &environment);
        let selected = match &filter {
            Some(Some(filter)) => environment.clone().with_filter(filter),
            _ => environment.clone(),
        };
        let assertion = compiled(shape, &selected)??;
        let filter = match filter {
            Some(None) => return None,
            Some(compiled) => compiled,
            None => None,
        };
        let read = Self {
            schema,
            bindings,
            filter,
            assertion,
            span: span.unwrap_or_default(),
            on_empty: word::<OnEmpty>(node, "onEmpty"),
            parameters: environment.parameters(),
        };
        read.note_unused(node, notes);
        Some(read)
    }

    /// Warns about names of `let` that no expression uses.
    fn note_unused(&self, node: &Node, notes: &mut Notes) {
        for Entry { key, place, .. } in entries(node.get("let")) {
            if !self.expressions().any(|expression| expression.uses_binding(key)) {
                let message = format!("`{}` of `let` is not used", short(key));
                let unused = Diagnostic::warning(place.clone(), Code::Unused, message);
                notes
                    .push(unused.help("name it in `where`, `assert` or `assertAll`, or remove it"));
            }
        }
    }
}

impl Let {
    fn binding(&self) -> Binding {
        let is_list = self.pick == Pick::All;
        Binding { name: Arc::clone(&self.name), schema: self.schema, is_list }
    }
}

/// A name of `let` in one line, such as `web = one AWS::EC2::SecurityGroup where ...`.
impl fmt::Display for Let {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} = {} {}", self.name, self.pick, self.schema.type_name)?;
        match &self.filter {
            Some(filter) => write!(out, " where {}", filter.text().trim()),
            None => Ok(()),
        }
    }
}

/// A word of a field; what is none of its words is noted by the schema.
fn word<T: std::str::FromStr>(node: &Node, key: &str) -> Option<T> {
    node.get(key)?.text()?.parse().ok()
}

/// Whether it says `assert` or `assertAll`.
fn shape(node: &Node, notes: &mut Notes) -> Option<ExpressionKind> {
    let each = node.entry(ExpressionKind::Assert.field());
    match (each, node.entry(ExpressionKind::AssertAll.field())) {
        (Some(_), None) => Some(ExpressionKind::Assert),
        (None, Some(_)) => Some(ExpressionKind::AssertAll),
        (Some(each), Some(all)) => {
            let message = "`assert` and `assertAll` exclude each other";
            let refused = Diagnostic::error(all.place.clone(), Code::Conflict, message);
            let refused = refused.related(each.place.clone(), "`assert` is here");
            notes.push(refused.help(
                "`assert` is judged of each resource, `assertAll` once of all; make two checks",
            ));
            None
        }
        (None, None) => {
            let message = "the check lacks `assert`";
            let refused = Diagnostic::error(node.place.clone(), Code::MissingKey, message);
            notes.push(refused.help(
                "add `assert`, a CEL expression that must hold of each resource, or `assertAll` \
                 over `resources`",
            ));
            None
        }
    }
}

fn bindings(node: &Node, environment: &Environment, notes: &mut Notes) -> Option<Vec<Let>> {
    let Some(Tree::Map(entries)) = node.get("let").map(|node| &node.tree) else {
        return Some(Vec::new());
    };
    if !are_few(entries, "let", notes) {
        return None;
    }
    let read: Vec<_> = entries.iter().map(|entry| binding(entry, environment, notes)).collect();
    read.into_iter().collect()
}

fn binding(entry: &Entry, environment: &Environment, notes: &mut Notes) -> Option<Let> {
    let name = entry.key.as_str();
    let refused = unusable(name).map(|(code, message, help)| {
        Diagnostic::error(entry.place.clone(), code, message).help(help)
    });
    let is_fine = refused.is_none();
    if let Some(refused) = refused {
        notes.push(refused);
    }
    let node = &entry.value;
    let schema = resource_type(node, notes)?;
    let filter = match node.get(ExpressionKind::Filter.field()) {
        Some(node) => {
            Some(compile(node, &environment.clone().over(schema), ExpressionKind::Filter, notes)?)
        }
        None => None,
    };
    let pick = word(node, "pick").unwrap_or_default();
    is_fine.then(|| Let { name: name.into(), schema, filter, pick })
}

/// Why a name cannot be one of `let`: code, message and what to do.
fn unusable(name: &str) -> Option<(Code, String, &'static str)> {
    if !is_identifier(name) {
        let message = format!("`{}` cannot be a name in expressions", short(name));
        Some((Code::InvalidValue, message, "use a-z, A-Z, 0-9 and `_`, and begin with a letter"))
    } else if is_taken(name) {
        let message = format!("`{name}` has a meaning in expressions already");
        Some((Code::ReservedName, message, "give it another name"))
    } else {
        None
    }
}

fn resource_type(node: &Node, notes: &mut Notes) -> Option<&'static Schema> {
    let (name, place) = node.text_of(&["select"])?;
    type_named(name, place, notes)
}

/// The schema of a type; that there is no such type is noted.
pub(super) fn type_named(name: &str, place: &Place, notes: &mut Notes) -> Option<&'static Schema> {
    if let Some(schema) = schemas().get(name) {
        return Some(schema);
    }
    let known = || schemas().keys().map(TypeName::as_str);
    let message = format!("there is no resource type `{}`", short(name));
    let help = meant(name, known()).unwrap_or_else(|| others(name));
    notes.push(Diagnostic::error(place.clone(), Code::UnknownResourceType, message).help(help));
    None
}

/// How many resource types are named where none is near enough to be meant.
const SHOWN_TYPES: usize = 3;

/// The resource types that are most like a name, and where all are.
fn others(name: &str) -> String {
    let known = schemas();
    let close = closest(name, known.keys().map(TypeName::as_str), SHOWN_TYPES).join("`, `");
    let total = known.len();
    format!("the closest of {total} are `{close}`; the reference has them all")
}

/// What to do where an expression ends at a ` #`.
const COMMENT: &str = "YAML takes ` #` and what follows for a comment; quote the expression as a \
                       whole, or put it on its own lines after `>`";

fn compile(
    node: &Node,
    environment: &Environment,
    shape: ExpressionKind,
    notes: &mut Notes,
) -> Option<Expression> {
    let text = node.text()?;
    if notes.is_full() {
        return None;
    }
    if let Some(refused) = comment::refused(node) {
        notes.push(refused);
        return None;
    }
    let compiled = Expression::compile_within(text, environment, shape, &mut notes.effort);
    let (compiled, mut problems) = match compiled {
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
    for mut problem in problems {
        if notes.is_full() {
            break;
        }
        if text.get(problem.span.clone()) == Some("#") && node.joined_lines().is_some() {
            problem.help = Some(comment::HELP.to_owned());
        }
        notes.push(at(node.place_in(problem.span.clone()), problem));
    }
    compiled
}

fn at(place: Place, problem: Problem) -> Diagnostic {
    let diagnostic = match problem.level {
        Level::Error => Diagnostic::error(place, problem.code, problem.message),
        Level::Warning => Diagnostic::warning(place, problem.code, problem.message),
    };
    Diagnostic { help: problem.help, ..diagnostic }
}
