//! Check types: checks with parameters, for checks that say `uses`.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Level, Location, meant};
use crate::document::{
    DiagnosticSink, Entries, Entry, Field, List, LocatedValue, SourceText, Span, Text,
    Value as Given, short,
};
use crate::expression::{Environment, Expression, Parameter};
use crate::resource::Value;

use super::compliance;
use super::context::FileContext;
use super::document::check::Asked;
use super::document::check_type::{CheckTypeDocument, CheckTypeSpec, ParameterSpec};
use super::document::is_identified;
use super::names::{BUILT_IN, CheckTypeName};
use super::parameters::{self, Declaration, Declared};
use super::registry::Registry;
use super::rule::Rule;
use super::title;
use super::words::Severity;

/// Check with parameters, which checks of groups use by its name.
#[derive(Debug, Clone)]
pub struct CheckType {
    /// Name, unique among the check types.
    pub name: CheckTypeName,
    /// One or two sentences for people who look for it.
    pub description: Option<String>,
    /// Parameters that a check that uses it may or must set.
    pub parameters: Vec<Declared>,
    /// The title of checks that have none of their own.
    pub title: Option<String>,
    /// How much a failure matters.
    pub severity: Severity,
    /// Controls of compliance frameworks that its checks are evidence for.
    pub compliance: Vec<String>,
    /// Advice for people, on what to do about a failure.
    pub remediation: Option<String>,
    /// Rule, with parameters of which only the type is known.
    pub rule: Rule,
    /// Location of its name in the file.
    pub place: Location,
    /// Text of the file that it stands in.
    source: Arc<SourceText>,
    /// Fields of what it asks, which are compiled anew for every use.
    asked: Asked,
    /// Bytes that one use costs at least.
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
            && self.rule.digest() == other.rule.digest()
    }
}

/// The check types that checks may use.
#[derive(Debug, Clone, Default)]
pub struct CheckTypes(Registry<CheckTypeName, CheckType>);

impl CheckTypes {
    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &CheckType> {
        self.0.known.values().map(Arc::as_ref)
    }

    /// The one of a name.
    pub fn get(&self, name: &CheckTypeName) -> Option<&CheckType> {
        self.0.get(name.as_str())
    }

    /// Takes up the one of a document, which says such a name.
    pub(super) fn add(&mut self, name: Option<&str>, resolved: Option<CheckType>) {
        self.0.add(name, resolved.map(|resolved| (resolved.name.clone(), resolved)));
    }

    /// Takes up others. Of two with one name the first counts.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }

    /// Check type that a check uses; that there is none is reported.
    pub(super) fn find(&self, name: &str, at: Span, file: &mut FileContext) -> Option<&CheckType> {
        if self.0.lacks(name) {
            let message = format!("there is no check type `{}`", short(name));
            let refused = file.error(at, Code::UnknownCheckType, message);
            let near = meant(name, self.0.known.keys().map(CheckTypeName::as_str));
            let all = || "`cloudcorrect schema check-types` lists those that there are".to_owned();
            file.report_unfound(refused.help(near.unwrap_or_else(all)));
        }
        self.0.get(name)
    }
}

impl CheckType {
    /// Meaning of a document. What is wrong with it is reported. Names that begin with `aws/` are
    /// for those that come with cloudcorrect.
    pub(super) fn resolve(
        document: CheckTypeDocument,
        is_built_in: bool,
        file: &mut FileContext,
    ) -> Option<Self> {
        let CheckTypeDocument { api_version, kind, metadata, spec } = document;
        let is_identified = is_identified(&api_version, &kind);
        let metadata = metadata.into_value();
        let named = metadata.as_ref().and_then(|it| it.name.get());
        let name: Option<CheckTypeName> = named.and_then(|it| file.parse_text(&it.value, it.span));
        let place = named.map(|it| file.place(it.span));
        let name = name.filter(|name| is_built_in || !is_reserved(name, place.as_ref(), file));
        let Field::Given { value: spec, .. } = spec else { return None };
        let (mut spec, at) = (spec.value, spec.span);
        let asked = spec.take_asked(at);
        let declared = Declaration::resolve(&spec.parameters, file);
        if let Some(title) = spec.title.get() {
            title::check(title, &declared, file);
        }
        let rule = Rule::resolve(&asked, declared.environment(|_| None), file);
        let rule = rule.filter(|_| declared.is_whole())?;
        report_unused(&spec, &declared, &rule, file);
        compliance::report_blank(&spec.compliance, file);
        let weight = weight(&asked, &declared.parameters);
        let known_oddities = Defaults { spec: &spec, asked: &asked, declared: &declared, weight }
            .oddities(&rule, file)?;
        let name = name.filter(|_| is_identified)?;
        Some(Self {
            name,
            description: spec.description.into_value(),
            parameters: declared.parameters,
            title: spec.title.value().map(|title| title.trimmed().to_owned()),
            severity: spec.severity.into_value().unwrap_or_default(),
            compliance: spec.compliance.into_value().map(List::into_values).unwrap_or_default(),
            remediation: spec.remediation.into_value(),
            rule,
            place: place?,
            source: Arc::clone(&file.source),
            asked,
            weight,
            known_oddities,
        })
    }

    /// Question that it asks with the parameters of a use, which stands at `uses`.
    pub(super) fn ask(
        &self,
        with: &Field<Entries<Given>>,
        uses: Span,
        file: &mut FileContext,
    ) -> Option<Rule> {
        if !file.effort.read(self.weight) {
            let message = "the checks of this file and the check types that they use are too much";
            let refused = file.error(uses, Code::TooManyUses, message);
            file.report(refused.help("split the file"));
            return None;
        }
        let use_of = (self.name.as_str(), uses);
        let values = parameters::bind(&self.parameters, with, use_of, file)?;
        let environment = Environment::empty().with_parameters(Arc::clone(&values));
        let (rule, mut problems) = ask_apart(&self.asked, environment, &self.source, file);
        problems.retain(|problem| is_of_values(problem, &self.known_oddities));
        if !problems.is_empty() {
            let apart = self.apart(&values, with, file);
            for problem in problems {
                let of_it = apart.iter().find(|one| one.messages.contains(&problem.message));
                let at = of_it.map(|one| one.named(&problem.message));
                let place = file.place(at.or(with.key()).unwrap_or(uses));
                file.report(self.blamed(problem, place));
            }
        }
        rule
    }

    /// Problems that each value of a use has by itself.
    fn apart<'w>(
        &self,
        values: &[Parameter],
        with: &'w Field<Entries<Given>>,
        file: &mut FileContext,
    ) -> Vec<Apart<'w>> {
        let mut found = Vec::new();
        for Entry { key, value } in with.value().into_iter().flat_map(Entries::iter) {
            let Some(value) = value.as_ref().filter(|_| file.effort.read(self.weight)) else {
                continue;
            };
            let alone = values.iter().map(|one| Parameter {
                value: one.value.clone().filter(|_| *one.name == *key.value),
                ..one.clone()
            });
            let environment = Environment::empty().with_parameters(alone.collect());
            let (_, problems) = ask_apart(&self.asked, environment, &self.source, file);
            let messages = problems.into_iter().map(|it| it.message).collect();
            found.push(Apart::new(messages, value));
        }
        found
    }

    /// A problem of its text, at the use whose parameters are to blame.
    fn blamed(&self, problem: Diagnostic, at: Location) -> Diagnostic {
        let message = match problem.level {
            Level::Error => {
                format!("`{}` cannot have these parameters: {}", self.name, problem.message)
            }
            Level::Warning => {
                format!("with these parameters of `{}`, {}", self.name, problem.message)
            }
        };
        blamed(problem, at, message)
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

/// Value of a use, with what is told where it is the only one.
struct Apart<'w> {
    messages: Vec<String>,
    value: &'w LocatedValue,
    items: Vec<Item<'w>>,
}

/// Text of an item of a value.
struct Item<'w> {
    text: &'w str,
    /// As a sentence names it.
    quoted: [String; 2],
    at: Span,
}

/// How many items of a value are looked at for what a problem names.
const MOST_NAMED: usize = 1_000;

impl<'w> Apart<'w> {
    fn new(messages: Vec<String>, value: &'w LocatedValue) -> Self {
        let mut items = Vec::new();
        if let Some(longest) = messages.iter().map(String::len).max() {
            gather(value, longest, &mut items);
        }
        Self { messages, value, items }
    }

    /// Place of the item that a problem names; of the value where it names none. What stands in
    /// quotes is one; a number is no word of the sentence either, and others may be.
    fn named(&self, message: &str) -> Span {
        let is_quoted = |item: &&Item<'_>| item.quoted.iter().any(|text| message.contains(text));
        let is_word = |item: &&Item<'_>| has_word(message, item.text);
        let is_number = |item: &&Item<'_>| item.text.bytes().all(|it| it.is_ascii_digit());
        let found = longest(self.items.iter().filter(is_quoted))
            .or_else(|| longest(self.items.iter().filter(is_number).filter(is_word)))
            .or_else(|| longest(self.items.iter().filter(is_word)));
        found.map_or(self.value.span, |item| item.at)
    }
}

/// First of the longest: of two that a sentence names the longer one has the other in it.
fn longest<'i, 'w>(items: impl Iterator<Item = &'i Item<'w>>) -> Option<&'i Item<'w>> {
    items.reduce(|one, other| if other.text.len() > one.text.len() { other } else { one })
}

/// `true` where a text stands in a sentence as a word does.
fn has_word(message: &str, text: &str) -> bool {
    let is_apart = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_alphanumeric());
    message.match_indices(text).any(|(at, _)| {
        let (before, behind) = (message.get(..at), message.get(at + text.len()..));
        is_apart(before.and_then(|it| it.chars().next_back()))
            && is_apart(behind.and_then(|it| it.chars().next()))
    })
}

/// Items of a list, and values of their keys, that are no longer than a sentence.
fn gather<'v>(value: &'v LocatedValue, longest: usize, items: &mut Vec<Item<'v>>) {
    if items.len() >= MOST_NAMED {
        return;
    }
    match &value.value {
        Given::Text(text) => {
            let (text, at) = (text.as_str(), value.span);
            if (1..=longest).contains(&text.len()) {
                let in_quotes = Value::string(text).to_json().to_string();
                items.push(Item { text, quoted: [in_quotes, format!("`{text}`")], at });
            }
        }
        Given::List(list) => list.iter().for_each(|item| gather(item, longest, items)),
        Given::Map(entries) => {
            let values = entries.iter().filter_map(|it| it.value.as_ref());
            values.for_each(|value| gather(value, longest, items));
        }
    }
}

/// Question of fields in a file, with what is wrong with it apart from what is reported already.
fn ask_apart(
    asked: &Asked,
    environment: Environment,
    source: &Arc<SourceText>,
    file: &mut FileContext,
) -> (Option<Rule>, Vec<Diagnostic>) {
    let mut apart = FileContext::new(Arc::clone(source), DiagnosticSink::of_file());
    std::mem::swap(&mut apart.effort, &mut file.effort);
    let rule = Rule::resolve(asked, environment, &mut apart);
    std::mem::swap(&mut apart.effort, &mut file.effort);
    (rule, apart.sink.into_sorted())
}

/// Bytes that it takes to go over fields once: their texts, and something for each.
fn weight(asked: &Asked, parameters: &[Declared]) -> usize {
    const FIELD: usize = 64;
    let length = |field: &Field<Text>| field.value().map_or(0, |text| FIELD + text.as_str().len());
    let bindings = asked.bindings.value().into_iter().flat_map(Entries::iter);
    let bindings = bindings.filter_map(|entry| Some(&entry.value.as_ref()?.value));
    let filters: usize = bindings.map(|binding| 2 * FIELD + length(&binding.filter)).sum();
    let own = [&asked.filter, &asked.assertion, &asked.assert_all].map(length);
    let defaults = parameters.iter().filter_map(|one| one.default.as_ref());
    let defaults: usize = defaults.map(length_of).sum();
    4 * FIELD + own.iter().sum::<usize>() + filters + parameters.len() * FIELD + defaults
}

/// Bytes of the texts of a parameter's value, and something for each item.
fn length_of(value: &Value) -> usize {
    const ITEM: usize = 32;
    ITEM + match value {
        Value::String(text) => text.len(),
        Value::List(items) => items.iter().map(length_of).sum(),
        _ => 0,
    }
}

/// `true` where a problem comes of the values of parameters, and not of the check type's own text.
fn is_of_values(problem: &Diagnostic, known: &[String]) -> bool {
    let is_new = || !known.contains(&problem.message);
    // That there is much to tell of the text is not what the values did.
    problem.is_error() && problem.code != Code::TooManyProblems
        || matches!(problem.code, Code::UndocumentedValue | Code::FixedComparison) && is_new()
}

/// A problem of a text, told where the value that is to blame stands.
fn blamed(problem: Diagnostic, place: Location, message: String) -> Diagnostic {
    let used = problem.place.clone();
    Diagnostic { place, message, ..problem }.related(used, "used here")
}

/// Check type whose defaults are held to what it asks.
struct Defaults<'d> {
    spec: &'d CheckTypeSpec,
    asked: &'d Asked,
    declared: &'d Declaration,
    weight: usize,
}

impl Defaults<'_> {
    /// Warnings of the text and of its defaults. What is wrong with a default is reported where it
    /// stands; `None` where that is an error.
    fn oddities(&self, rule: &Rule, file: &mut FileContext) -> Option<Vec<String>> {
        let own = rule.expressions().flat_map(Expression::warnings);
        let mut known: Vec<String> = own.map(|problem| problem.message.clone()).collect();
        let default = |one: &Declared| one.default.clone().filter(|value| *value != Value::Null);
        let parameters = &self.declared.parameters;
        if parameters.iter().all(|one| default(one).is_none())
            || self.odd(self.declared.environment(default), &known, file).is_empty()
        {
            return Some(known);
        }
        let mut found = Vec::new();
        for one in parameters.iter().filter(|one| default(one).is_some()) {
            let alone = |other: &Declared| default(other).filter(|_| other.name == one.name);
            for problem in self.odd(self.declared.environment(alone), &known, file) {
                found.push((one, problem));
            }
        }
        let is_right = !found.iter().any(|(_, problem)| problem.is_error());
        for (one, problem) in found {
            known.push(problem.message.clone());
            let place = file.place(self.default_of(&one.name));
            let message =
                format!("the default of `{}` does not fit: {}", one.name, problem.message);
            file.report(blamed(problem, place, message));
        }
        is_right.then_some(known)
    }

    /// Problems that come of the values of an environment.
    fn odd(
        &self,
        environment: Environment,
        known: &[String],
        file: &mut FileContext,
    ) -> Vec<Diagnostic> {
        if !file.effort.read(self.weight) {
            return Vec::new();
        }
        let source = Arc::clone(&file.source);
        let (_, problems) = ask_apart(self.asked, environment, &source, file);
        problems.into_iter().filter(|problem| is_of_values(problem, known)).collect()
    }

    /// Place of the default of a parameter.
    fn default_of(&self, name: &str) -> Span {
        let entry = self.spec.parameters.value().and_then(|entries| entries.entry(name));
        let parameter = entry.and_then(|entry| Some(&entry.value.as_ref()?.value));
        let default = parameter.and_then(|it: &ParameterSpec| it.default.get());
        default.map(|default| default.span).unwrap_or_default()
    }
}

/// Warns about parameters that neither an expression nor the title uses.
fn report_unused(
    spec: &CheckTypeSpec,
    declared: &Declaration,
    rule: &Rule,
    file: &mut FileContext,
) {
    let title = spec.title.value().map(Text::as_str).unwrap_or_default();
    for Entry { key, .. } in spec.parameters.value().into_iter().flat_map(Entries::iter) {
        let name = key.value.as_str();
        let is_named = title::names(title).any(|(_, named)| named == name);
        let is_asked = rule.expressions().any(|expression| expression.uses_parameter(name));
        if declared.names().any(|declared| declared == name) && !is_named && !is_asked {
            let message = format!("the parameter `{}` is not used", short(name));
            let unused = file.warning(key.span, Code::Unused, message);
            file.report(unused.help(format!("name it as `params.{name}`, or remove it")));
        }
    }
}

fn is_reserved(name: &CheckTypeName, place: Option<&Location>, file: &mut FileContext) -> bool {
    let first = name.as_str().split('/').next();
    let Some(place) = place.filter(|_| first == Some(BUILT_IN)) else { return false };
    let message = format!("`{BUILT_IN}/` is for check types that come with cloudcorrect");
    let refused = Diagnostic::error(place.clone(), Code::ReservedName, message);
    file.report(refused.help("use a prefix of your own"));
    true
}
