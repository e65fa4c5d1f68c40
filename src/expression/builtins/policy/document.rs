//! From a policy document, however it is written, to statements of one form.
//!
//! The grammar is that of the IAM User Guide ("Grammar of the IAM JSON policy language"): one
//! statement or a list of them, one value or a list, `"Principal": "*"` or a map, conditions by
//! operator and key. IAM's API gives documents as percent-encoded JSON, S3's as plain JSON. What
//! [`super::normal`] makes of statements is read as well, so that each can be asked on its own.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use smallvec::SmallVec;

use super::super::json;
use crate::expression::EvalBudget;
use crate::expression::notation;
use crate::expression::operate::no_value;
use crate::resource::{Failure, Mapping, PRINCIPAL_KINDS, Value};

/// Text of a statement, as its document holds it.
pub(super) type Text<'v> = Cow<'v, Arc<str>>;

/// Texts of a statement, in their order. Most are one.
pub(super) type Texts<'v> = SmallVec<[Text<'v>; 1]>;

/// A statement.
#[derive(Debug)]
pub(super) struct Statement<'v> {
    /// Its place in the list of statements, where it stands in one.
    pub(super) index: Option<usize>,
    pub(super) sid: Option<&'v Arc<str>>,
    pub(super) effect: Effect,
    pub(super) principal: Option<Principals<'v>>,
    pub(super) not_principal: Option<Principals<'v>>,
    pub(super) action: Option<Texts<'v>>,
    pub(super) not_action: Option<Texts<'v>>,
    pub(super) resource: Option<Texts<'v>>,
    pub(super) not_resource: Option<Texts<'v>>,
    pub(super) conditions: Vec<Condition<'v>>,
    /// `${` and `}` stand for themselves: its document is of another version than `2012-10-17` (IAM
    /// User Guide, "IAM policy elements: Variables and tags", November 2026). Of a statement
    /// without a document they may be a variable.
    pub(super) is_without_variables: bool,
}

/// Effect of a statement: it allows or it denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// Key by which a statement without its document says that it has no variables: policies have no
/// such element, and expressions do not see it.
pub(super) const WITHOUT_VARIABLES: &str = "WithoutVariables";

/// Principals by their kind, which is one of [`PRINCIPAL_KINDS`].
#[derive(Debug)]
pub(super) struct Principals<'v> {
    /// `true` where it was written as `"*"`, which means the same as `{"AWS": "*"}`.
    pub(super) is_bare: bool,
    /// Each kind once, with its principals.
    pub(super) of: SmallVec<[(Text<'v>, Texts<'v>); 1]>,
}

impl<'v> Principals<'v> {
    /// Principals of a kind.
    pub(super) fn of_kind(&self, kind: &str) -> &[Text<'v>] {
        let of = self.of.iter().find(|(known, _)| ***known == *kind);
        of.map(|(_, principals)| principals.as_slice()).unwrap_or_default()
    }
}

/// One key of one operator of a statement's conditions.
#[derive(Debug)]
pub(super) struct Condition<'v> {
    pub(super) operator: &'v Arc<str>,
    /// In lower case: the case of keys does not matter.
    pub(super) key: Text<'v>,
    pub(super) values: Texts<'v>,
}

impl<'v> Statement<'v> {
    /// `true` where its principal is everybody: `*`, alone or among those of AWS. What allows all
    /// but a few allows everybody else, anonymous as well (IAM User Guide, "AWS JSON policy
    /// elements: `NotPrincipal`", November 2026).
    pub(super) fn is_for_all(&self) -> bool {
        self.aws_principals().iter().any(|principal| ***principal == *"*")
            || self.effect == Effect::Allow && self.not_principal.is_some()
    }

    /// Its name in messages: its `Sid`, or its place.
    pub(super) fn name(&self) -> String {
        match (self.sid, self.index) {
            (Some(sid), _) if !sid.is_empty() => format!("statement {}", quoted(sid)),
            (_, Some(index)) => place(index),
            _ => "the statement".to_owned(),
        }
    }

    /// Its principals that belong to an account: all but services and identity providers.
    pub(super) fn principals_of_accounts(&self) -> impl Iterator<Item = &Text<'v>> {
        let of = self.principal.iter().flat_map(|principals| &principals.of);
        of.filter(|(kind, _)| !matches!(&***kind, "Service" | "Federated"))
            .flat_map(|(_, principals)| principals)
    }

    /// Its principals of the kind `AWS`.
    pub(super) fn aws_principals(&self) -> &[Text<'v>] {
        self.principal.as_ref().map(|principals| principals.of_kind("AWS")).unwrap_or_default()
    }
}

/// A statement's place in its document, as expressions write it.
fn place(index: usize) -> String {
    format!("`Statement[{index}]`")
}

/// A text of a document in a message.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", notation::value(&Value::string(text)))
}

/// The statements of a document, of a list of statements, or of one. Null has none. A document that
/// is given as text is kept in `parsed`.
pub(super) fn read<'v>(
    policy: &'v Value,
    parsed: &'v mut Value,
    budget: &mut EvalBudget,
) -> Result<Vec<Statement<'v>>, Failure> {
    match policy {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => {
            *parsed = parse(text, budget)?;
            match parsed {
                // Statements come as a list from expressions alone: a cloud gives whole documents.
                Value::List(_) => {
                    Err(no_value("a policy document must be a map, and this is a list"))
                }
                document => statements(document, budget),
            }
        }
        value => statements(value, budget),
    }
}

fn parse(text: &str, budget: &mut EvalBudget) -> Result<Value, Failure> {
    budget.scan(text.len())?;
    let parsed = if text.trim_start().starts_with('%') {
        budget.allocate(text.len())?;
        match percent_decode_str(text.trim()).decode_utf8() {
            Ok(text) => json::parse(&text, budget)?,
            Err(_) => None,
        }
    } else {
        json::parse(text, budget)?
    };
    parsed.ok_or_else(|| {
        no_value(format!("a policy document must be JSON, and this is {}", quoted(text)))
    })
}

fn statements<'v>(
    value: &'v Value,
    budget: &mut EvalBudget,
) -> Result<Vec<Statement<'v>>, Failure> {
    let document = match value {
        Value::Map(entries) => entries.get("Statement"),
        _ => None,
    };
    let mut all = listed(document.unwrap_or(value), budget)?;
    // Without a version a document is of the first, `2008-10-17`.
    if document.is_some() && value.get("Version").and_then(Value::as_str) != Some("2012-10-17") {
        for one in &mut all {
            one.is_without_variables = true;
        }
    }
    Ok(all)
}

fn listed<'v>(written: &'v Value, budget: &mut EvalBudget) -> Result<Vec<Statement<'v>>, Failure> {
    match written {
        Value::Map(entries) if entries.contains_key("Effect") => {
            Ok(vec![statement(written, None, budget)?])
        }
        Value::List(items) => {
            let each = items.iter().enumerate();
            each.map(|(at, item)| statement(item, Some(at), budget)).collect()
        }
        _ => Err(no_value("a policy document needs a `Statement`, one or a list of them")),
    }
}

/// A statement, from its place in the list where it stands in one.
fn statement<'v>(
    value: &'v Value,
    index: Option<usize>,
    budget: &mut EvalBudget,
) -> Result<Statement<'v>, Failure> {
    budget.allocate(size_of::<Statement<'_>>())?;
    let mut reader = Reader { index, budget };
    let Value::Map(entries) = value else { return Err(reader.wrong("must be a map")) };
    let elements = Elements::of(entries);
    let effect = match elements.effect.and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err(reader.wrong("needs an `Effect`, `Allow` or `Deny`")),
    };
    let Elements { principal, action, resource, .. } = elements;
    let principal = [("Principal", principal), ("NotPrincipal", elements.not_principal)];
    let action = [("Action", action), ("NotAction", elements.not_action)];
    let resource = [("Resource", resource), ("NotResource", elements.not_resource)];
    for pair in [principal, action, resource] {
        if let [(one, Some(_)), (other, Some(_))] = pair {
            return Err(reader.wrong(&format!("has both `{one}` and `{other}`")));
        }
    }
    if let [(_, None), (_, None)] = action {
        return Err(reader.wrong("needs an `Action` or a `NotAction`"));
    }
    let is_bare = elements.any_principal == Some(&Value::Bool(true));
    let [principals, not_principals] = principal;
    let [actions, not_actions] = action;
    let [resources, not_resources] = resource;
    Ok(Statement {
        index,
        sid: elements.sid.and_then(string),
        effect,
        principal: reader.principals(principals, is_bare)?,
        not_principal: reader.principals(not_principals, is_bare)?,
        action: reader.texts(actions)?,
        not_action: reader.texts(not_actions)?,
        resource: reader.texts(resources)?,
        not_resource: reader.texts(not_resources)?,
        conditions: reader.conditions(elements.condition)?,
        is_without_variables: elements.without_variables == Some(&Value::Bool(true)),
    })
}

/// Entries of a statement that are looked at one after another; among more each element is sought, so
/// that what is no element costs nothing.
const FEW: usize = 16;

/// Names of the elements of a statement, and of those that a statement in one form has besides.
const ELEMENTS: [&str; 11] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "AnyPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    WITHOUT_VARIABLES,
];

/// Elements of a statement that are there and not null.
#[derive(Default)]
struct Elements<'v> {
    sid: Option<&'v Value>,
    effect: Option<&'v Value>,
    principal: Option<&'v Value>,
    not_principal: Option<&'v Value>,
    any_principal: Option<&'v Value>,
    action: Option<&'v Value>,
    not_action: Option<&'v Value>,
    resource: Option<&'v Value>,
    not_resource: Option<&'v Value>,
    condition: Option<&'v Value>,
    without_variables: Option<&'v Value>,
}

impl<'v> Elements<'v> {
    fn of(entries: &'v Mapping) -> Self {
        let mut found = Self::default();
        if entries.len() <= FEW {
            entries.iter().for_each(|(name, value)| found.set(name, value));
        } else {
            let sought = ELEMENTS.iter().filter_map(|name| Some((name, entries.get(name)?)));
            sought.for_each(|(name, value)| found.set(name, value));
        }
        found
    }

    fn set(&mut self, name: &str, value: &'v Value) {
        let place = match name {
            "Sid" => &mut self.sid,
            "Effect" => &mut self.effect,
            "Principal" => &mut self.principal,
            "NotPrincipal" => &mut self.not_principal,
            "AnyPrincipal" => &mut self.any_principal,
            "Action" => &mut self.action,
            "NotAction" => &mut self.not_action,
            "Resource" => &mut self.resource,
            "NotResource" => &mut self.not_resource,
            "Condition" => &mut self.condition,
            WITHOUT_VARIABLES => &mut self.without_variables,
            _ => return,
        };
        *place = Some(value).filter(|value| !value.is_null());
    }
}

/// An element of a statement by its name, where it is there.
type Element<'v> = (&'static str, Option<&'v Value>);

type AsText = for<'v> fn(&'v Value) -> Option<Text<'v>>;

fn string(value: &Value) -> Option<&Arc<str>> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn text(value: &Value) -> Option<Text<'_>> {
    string(value).map(Cow::Borrowed)
}

/// A value of a condition, where booleans and numbers may stand without quotes.
fn scalar(value: &Value) -> Option<Text<'_>> {
    let written = match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        other => return text(other),
    };
    Some(Cow::Owned(written.into()))
}

struct Reader<'b> {
    index: Option<usize>,
    budget: &'b mut EvalBudget,
}

impl<'v> Reader<'_> {
    fn wrong(&self, what: &str) -> Failure {
        let name = self.index.map_or_else(|| "the statement".to_owned(), place);
        no_value(format!("{name} of the policy document {what}"))
    }

    fn texts(&mut self, (name, value): Element<'v>) -> Result<Option<Texts<'v>>, Failure> {
        value.map(|value| self.list(value, name, text)).transpose()
    }

    /// A value or a list of them, each as text.
    fn list(
        &mut self,
        value: &'v Value,
        element: &str,
        text: AsText,
    ) -> Result<Texts<'v>, Failure> {
        let items = match value {
            Value::List(items) => items,
            other => std::slice::from_ref(other),
        };
        let mut texts = Texts::new();
        for item in items {
            self.budget.element()?;
            let text = text(item);
            texts.push(text.ok_or_else(|| self.wrong(&format!("has no text in `{element}`")))?);
        }
        Ok(texts)
    }

    /// Principals, which were written as `"*"` by that or, in one form, by what stands beside them.
    fn principals(
        &mut self,
        (element, value): Element<'v>,
        is_bare: bool,
    ) -> Result<Option<Principals<'v>>, Failure> {
        let entries = match value {
            None => return Ok(None),
            Some(Value::String(all)) if &**all == "*" => {
                let of = [(Cow::Owned("AWS".into()), [Cow::Borrowed(all)].into())];
                return Ok(Some(Principals { is_bare: true, of: of.into() }));
            }
            Some(Value::Map(entries)) => entries,
            Some(_) => return Err(self.wrong(&format!("needs `*` or a map in `{element}`"))),
        };
        let mut of = SmallVec::new();
        for (kind, value) in entries.iter() {
            if !PRINCIPAL_KINDS.contains(&&**kind) {
                let (kind, known) = (quoted(kind), PRINCIPAL_KINDS.join("`, `"));
                return Err(self.wrong(&format!(
                    "has the kind {kind} in `{element}`, and there are `{known}`"
                )));
            }
            self.budget.allocate(2 * size_of::<Value>())?;
            of.push((Cow::Borrowed(kind), self.list(value, element, text)?));
        }
        Ok(Some(Principals { is_bare, of }))
    }

    fn conditions(&mut self, value: Option<&'v Value>) -> Result<Vec<Condition<'v>>, Failure> {
        let mut conditions = Vec::new();
        match value {
            None => {}
            Some(Value::Map(operators)) => {
                for (operator, keys) in operators.iter() {
                    let Value::Map(keys) = keys else {
                        return Err(self.wrong(&format!("has no map of keys in `{operator}`")));
                    };
                    for (key, values) in keys.iter() {
                        conditions.push(self.condition(operator, key, values)?);
                    }
                }
            }
            Some(Value::List(normal)) => {
                for one in normal.iter() {
                    let text = |name| one.get(name).and_then(string);
                    let (Some(operator), Some(key), Some(values)) =
                        (text("Operator"), text("Key"), one.get("Values"))
                    else {
                        return Err(self.wrong("has a condition without operator, key or values"));
                    };
                    conditions.push(self.condition(operator, key, values)?);
                }
            }
            Some(_) => return Err(self.wrong("needs a map in `Condition`")),
        }
        Ok(conditions)
    }

    fn condition(
        &mut self,
        operator: &'v Arc<str>,
        key: &'v Arc<str>,
        values: &'v Value,
    ) -> Result<Condition<'v>, Failure> {
        self.budget.allocate(size_of::<Condition<'_>>() + operator.len() + key.len())?;
        let values = self.list(values, key, scalar)?;
        let has_capitals = key.bytes().any(|sign| sign.is_ascii_uppercase());
        let key = if has_capitals {
            Cow::Owned(key.to_ascii_lowercase().into())
        } else {
            Cow::Borrowed(key)
        };
        Ok(Condition { operator, key, values })
    }
}
