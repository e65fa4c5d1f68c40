//! What is asked of which resources: the part that checks and check types share.

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Level, Location, closest, meant};
use crate::digest::Parts;
use crate::document::{Entries, Entry, Field, Located, Span, Text, short};
use crate::expression::{
    Binding, Environment, Expression, ExpressionKind, Parameter, Problem, is_taken,
};
use crate::resource::{Schema, TypeName, schemas};
use crate::schedule::Every;

use super::comment;
use super::context::FileContext;
use super::document::check::{Asked, LetSpec};
use super::hidden;
use super::parameters::{are_few, is_identifier};
use super::words::{AssertScope, OnEmpty, Pick};

/// Rule of a check: the resources it selects, and what must hold of them.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The schema of the type that it selects.
    pub schema: &'static Schema,
    /// Other resources of the account, by the names that the expressions give them.
    pub bindings: Vec<Let>,
    /// Which resources of the type are judged; all without it.
    pub filter: Option<Expression>,
    /// Assertion that must hold: of each of them, or of all together ([`ExpressionKind::AssertAll`]).
    pub assertion: Expression,
    /// Over which resources an `assertAll` speaks.
    pub span: AssertScope,
    /// The outcome where nothing is selected, if it is said.
    pub on_empty: Option<OnEmpty>,
    /// How old a report may be that spares calls; as old as one may be at all without it.
    pub max_age: Option<Every>,
    /// The values of the parameters, for a check that uses a check type.
    pub parameters: Arc<[Parameter]>,
}

/// Resources of the account that a name stands for.
#[derive(Debug, Clone)]
pub struct Let {
    /// Name that expressions call it by.
    pub name: Arc<str>,
    /// The schema of the type that it selects.
    pub schema: &'static Schema,
    /// Which resources of the type; all without it.
    pub filter: Option<Expression>,
    /// Resources that the name stands for: all, or the only one.
    pub pick: Pick,
}

/// Questions are equal if they ask the same.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl Rule {
    /// `true` where it is asked of all selected resources together.
    pub fn is_of_all(&self) -> bool {
        self.assertion.kind() == ExpressionKind::AssertAll
    }

    /// Expressions of the rule, those of `let` last.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let own = self.filter.iter().chain([&self.assertion]);
        own.chain(self.bindings.iter().filter_map(|binding| binding.filter.as_ref()))
    }

    /// The types that it selects, its own first.
    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> {
        self.selections().map(|(schema, _)| schema)
    }

    /// The types that it selects and which of their resources, its own first.
    pub fn selections(&self) -> impl Iterator<Item = (&'static Schema, Option<&Expression>)> {
        let others = self.bindings.iter().map(|one| (one.schema, one.filter.as_ref()));
        [(self.schema, self.filter.as_ref())].into_iter().chain(others)
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

    /// Question of the fields that ask it. What is wrong with it is reported.
    pub(super) fn resolve(
        asked: &Asked,
        environment: Environment,
        file: &mut FileContext,
    ) -> Option<Self> {
        let shape = shape(asked, file);
        let schema = resource_type(&asked.select, file);
        if asked.select.is_missing() {
            let message = "the check lacks `select`";
            let refused = file.error(asked.span, Code::MissingKey, message);
            file.report(refused.help("add `select`, a resource type such as `AWS::S3::Bucket`"));
        }
        let bindings = bindings(asked, &environment, file);
        let (shape, schema, bindings) = (shape?, schema?, bindings?);
        if let (ExpressionKind::Assert, Some(key)) = (shape, asked.scope.key()) {
            let message = "`scope` says nothing without `assertAll`";
            let odd = file.warning(key, Code::NoEffect, message);
            file.report(odd);
        }
        let known: Vec<Binding> = bindings.iter().map(Let::binding).collect();
        let environment = environment.over(schema).with_bindings(known.into());
        let filter = match &asked.filter {
            Field::Missing => Some(None),
            field => compile(field, &environment, ExpressionKind::Filter, file).map(Some),
        };
        if let Some(filter) = &filter {
            report_whole_list(
                (schema, filter.as_ref()),
                [asked.filter.get().map(|it| it.span), asked.select.get().map(|it| it.span)],
                file,
            );
        }
        let selected = match &filter {
            Some(Some(filter)) => environment.clone().with_filter(filter),
            _ => environment.clone(),
        };
        let assertion =
            if shape == ExpressionKind::Assert { &asked.assertion } else { &asked.assert_all };
        let assertion = compile(assertion, &selected, shape, file)?;
        let read = Self {
            schema,
            bindings,
            filter: filter?,
            assertion,
            span: asked.scope.value().copied().unwrap_or_default(),
            on_empty: asked.on_empty.value().copied(),
            max_age: None,
            parameters: environment.parameters(),
        };
        read.report_unused(asked, file);
        Some(read)
    }

    /// Warns about names of `let` that no expression uses.
    fn report_unused(&self, asked: &Asked, file: &mut FileContext) {
        for Entry { key, .. } in asked.bindings.value().into_iter().flat_map(Entries::iter) {
            if !self.expressions().any(|expression| expression.uses_binding(&key.value)) {
                let message = format!("`{}` of `let` is not used", short(&key.value));
                let unused = file.warning(key.span, Code::Unused, message);
                file.report(
                    unused.help("name it in `where`, `assert` or `assertAll`, or remove it"),
                );
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

/// Kind of expression that the fields give the assertion: `assert` or `assertAll`.
fn shape(asked: &Asked, file: &mut FileContext) -> Option<ExpressionKind> {
    match (asked.assertion.key(), asked.assert_all.key()) {
        (Some(_), None) => Some(ExpressionKind::Assert),
        (None, Some(_)) => Some(ExpressionKind::AssertAll),
        (Some(each), Some(all)) => {
            let message = "`assert` and `assertAll` exclude each other";
            let refused = file.error(all, Code::Conflict, message);
            let refused = refused.related(file.place(each), "`assert` is here");
            file.report(refused.help(
                "`assert` is judged of each resource, `assertAll` once of all; make two checks",
            ));
            None
        }
        (None, None) => {
            let message = "the check lacks `assert`";
            let refused = file.error(asked.span, Code::MissingKey, message);
            file.report(refused.help(
                "add `assert`, a CEL expression that must hold of each resource, or `assertAll` \
                 over `resources`",
            ));
            None
        }
    }
}

fn bindings(asked: &Asked, environment: &Environment, file: &mut FileContext) -> Option<Vec<Let>> {
    let entries = match &asked.bindings {
        Field::Given { value, .. } => &value.value,
        Field::Missing | Field::Invalid { .. } => return Some(Vec::new()),
    };
    if !are_few(entries, "let", file) {
        return None;
    }
    let read: Vec<_> = entries.iter().map(|entry| binding(entry, environment, file)).collect();
    read.into_iter().collect()
}

fn binding(
    entry: &Entry<LetSpec>,
    environment: &Environment,
    file: &mut FileContext,
) -> Option<Let> {
    let name = entry.key.value.as_str();
    let unusable = unusable(name);
    let is_fine = unusable.is_none();
    if let Some((code, message, help)) = unusable {
        let refused = file.error(entry.key.span, code, message);
        file.report(refused.help(help));
    }
    let LetSpec { select, filter: written, pick } = &entry.value.as_ref()?.value;
    let schema = resource_type(select, file)?;
    let filter = match written {
        Field::Missing => None,
        field => {
            Some(compile(field, &environment.clone().over(schema), ExpressionKind::Filter, file)?)
        }
    };
    let places = [written.get().map(|it| it.span), select.get().map(|it| it.span)];
    report_whole_list((schema, filter.as_ref()), places, file);
    let pick = pick.value().copied().unwrap_or_default();
    is_fine.then(|| Let { name: name.into(), schema, filter, pick })
}

/// Warns where all of a list is selected that live accounts are asked by segments.
fn report_whole_list(
    (schema, filter): (&Schema, Option<&Expression>),
    places: [Option<Span>; 2],
    file: &mut FileContext,
) {
    let Some(by) = &schema.listed_by else { return };
    if filter.is_some_and(|filter| filter.names_segment(by)) {
        return;
    }
    let Some(place) = places.into_iter().flatten().next() else { return };
    let property = &by.value;
    let message = format!("live accounts have too many {} to list them all", schema.type_name);
    let odd = file.warning(place, Code::WholeList, message);
    file.report(odd.help(format!(
        "say of which `{property}` in `where`, as in `resource.{property} == \"...\" && ...`"
    )));
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

fn resource_type(select: &Field<String>, file: &mut FileContext) -> Option<&'static Schema> {
    let name = select.get()?;
    type_named(&name.value, name.span, file)
}

/// Schema of a type; that there is no such type is reported.
pub(super) fn type_named(name: &str, at: Span, file: &mut FileContext) -> Option<&'static Schema> {
    if let Some(schema) = schemas().get(name) {
        return Some(schema);
    }
    let known = || schemas().keys().map(TypeName::as_str);
    let message = format!("there is no resource type `{}`", short(name));
    let help = meant(name, known()).unwrap_or_else(|| others(name));
    let refused = file.error(at, Code::UnknownResourceType, message);
    file.report(refused.help(help));
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
    field: &Field<Text>,
    environment: &Environment,
    shape: ExpressionKind,
    file: &mut FileContext,
) -> Option<Expression> {
    let expression = field.get()?;
    if file.is_full() {
        return None;
    }
    if let Some(refused) = comment::refused(expression, &file.source) {
        file.report(refused);
        return None;
    }
    let help = |escape: &str| format!("remove it, or write it as `{escape}`");
    hidden::report(expression.span, help, file);
    let text = expression.value.as_str();
    match Expression::compile_within(text, environment, shape, &mut file.effort) {
        Ok(compiled) => {
            report(expression, compiled.warnings(), file);
            Some(compiled)
        }
        Err(mut problems) => {
            if let Some(problem) = problems.first_mut()
                && expression.is_cut_by_comment(&file.source)
            {
                problem.help = Some(COMMENT.to_owned());
            }
            report(expression, &problems, file);
            None
        }
    }
}

/// Reports problems of an expression where their parts of it stand in the file.
fn report(expression: &Located<Text>, problems: &[Problem], file: &mut FileContext) {
    if problems.is_empty() {
        return;
    }
    let parts = expression.parts(&file.source);
    for problem in problems {
        if file.is_full() {
            break;
        }
        let part = parts.of(problem.span.clone());
        let mut found = at(file.source.place_of_part(part), problem.clone());
        let named = expression.value.as_str().get(problem.span.clone());
        if named == Some("#") && expression.joins_lines(&file.source) {
            found.help = Some(comment::HASH.to_owned());
        }
        file.report(found);
    }
}

fn at(place: Location, problem: Problem) -> Diagnostic {
    let diagnostic = match problem.level {
        Level::Error => Diagnostic::error(place, problem.code, problem.message),
        Level::Warning => Diagnostic::warning(place, problem.code, problem.message),
    };
    Diagnostic { help: problem.help, ..diagnostic }
}
