//! Checks: what must hold of the resources of a type.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::{Field, List, Located, short};
use crate::expression::Environment;

use super::check_type::{CheckType, CheckTypes};
use super::compliance;
use super::context::FileContext;
use super::document::check::CheckSpec;
use super::document::text_of;
use super::names::{CheckId, CheckTypeName, PackName};
use super::rule::Rule;
use super::symbols::Symbols;
use super::words::Severity;

/// Check of a group: a rule that must hold of the resources of a type.
#[derive(Debug, Clone)]
pub struct Check {
    /// Id, unique in its group.
    pub id: CheckId,
    /// Ids that it had before, whose history it continues.
    pub formerly: Vec<CheckId>,
    /// Title, one line for people.
    pub title: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// The check type that says what it asks, if it uses one.
    pub uses: Option<CheckTypeName>,
    /// Rule: which resources are selected, and what must hold of them.
    pub rule: Rule,
    /// Controls of compliance frameworks that the check is evidence for.
    pub compliance: Vec<String>,
    /// Advice for people, on what to do about a failure.
    pub remediation: Option<String>,
    /// The pack that it comes with.
    pub pack: Option<PackName>,
    /// Location of its id in the file.
    pub place: Location,
    digest: OnceLock<[u8; 32]>,
}

impl Check {
    /// SHA-256 of what decides the verdict, computed where it is first asked for: reading a tree to
    /// say whether it is good does not need it.
    pub fn digest(&self) -> [u8; 32] {
        *self.digest.get_or_init(|| self.rule.digest())
    }
}

/// Checks are equal if they say the same; where they stand does not matter.
impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.title == other.title
            && self.severity == other.severity
            && self.digest() == other.digest()
            && self.uses == other.uses
            && self.compliance == other.compliance
            && self.remediation == other.remediation
            && self.rule.max_age == other.rule.max_age
    }
}

/// Rule of a check for people: its texts as the file has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleText {
    /// Id, unique in its group.
    pub id: String,
    /// Title, one line for people.
    pub title: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// The type that it selects.
    pub resource_type: String,
    /// Text of `where`, if there is one.
    pub filter: Option<String>,
    /// The text of `assert`, or of `assertAll`.
    pub assertion: String,
    /// `true` where the assertion is `assertAll`.
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
    /// Controls of compliance frameworks that the check is evidence for.
    pub compliance: Vec<String>,
    /// Advice for people, on what to do about a failure.
    pub remediation: Option<String>,
    /// The file, from the repository's root.
    pub path: String,
    /// The line of its id, from 1.
    pub line: u32,
}

impl Check {
    /// Rule for people, with the texts as the file has them.
    pub fn rule_text(&self) -> RuleText {
        RuleText {
            id: self.id.to_string(),
            title: self.title.clone(),
            severity: self.severity,
            resource_type: self.rule.schema.type_name.to_string(),
            filter: self.rule.filter.as_ref().map(|filter| filter.text().trim().to_owned()),
            assertion: self.rule.assertion.text().trim().to_owned(),
            is_of_all: self.rule.is_of_all(),
            bindings: self.rule.bindings.iter().map(ToString::to_string).collect(),
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
        let parameters = self.rule.parameters.iter();
        parameters
            .filter_map(|one| Some((one.name.to_string(), one.value.as_ref()?.to_json())))
            .collect()
    }

    /// Checks of a list, if all of them have a meaning. What is wrong with one is reported.
    pub(super) fn resolve_all(
        list: List<CheckSpec>,
        types: &CheckTypes,
        file: &mut FileContext,
    ) -> Option<Vec<Self>> {
        // Collecting would keep the room of the specs, which take some times that of the checks.
        let mut all = Vec::with_capacity(list.all().len());
        let mut are_whole = true;
        for spec in list.into_all() {
            let check = spec.filter(|_| !file.is_full());
            let check = check.and_then(|spec| Self::resolve(spec, types, file));
            are_whole &= check.is_some();
            all.extend(check);
        }
        are_whole.then_some(all)
    }

    fn resolve(
        Located { value: mut spec, span }: Located<CheckSpec>,
        types: &CheckTypes,
        file: &mut FileContext,
    ) -> Option<Self> {
        let id: Option<CheckId> = file.parse(&spec.id);
        compliance::report_blank(&spec.compliance, file);
        let (used, rule) = match &spec.uses {
            Field::Missing => {
                if let Some(key) = spec.with.key() {
                    let odd =
                        file.warning(key, Code::NoEffect, "`with` says nothing without `uses`");
                    file.report(odd.help("name a check type in `uses`, or remove it"));
                }
                (None, Rule::resolve(&spec.take_asked(span), Environment::empty(), file))
            }
            Field::Invalid { .. } => (None, None),
            Field::Given { value: name, .. } => {
                alone(&spec, file);
                let used = types.find(&name.value, name.span, file)?;
                let mut rule = used.ask(&spec.with, name.span, file);
                if let (Some(rule), Some(on_empty)) = (&mut rule, spec.on_empty.value()) {
                    rule.on_empty = Some(*on_empty);
                }
                (Some(used), rule)
            }
        };
        let formerly = spec.formerly.value().into_iter().flat_map(List::iter);
        let formerly = formerly.filter_map(|id| file.parse_text(&id.value, id.span)).collect();
        let place = file.place(spec.id.get()?.span);
        let max_age = spec.max_age.get().map(|it| file.parse_text(&it.value, it.span));
        let (id, mut rule) = (id?, rule?);
        rule.max_age = max_age.flatten();
        if let (Some(key), None) = (spec.max_age.key(), &rule.schema.summary) {
            let name = &rule.schema.type_name;
            let message = format!("`maxAge` says nothing of `{name}`");
            let odd = file.warning(key, Code::NoEffect, message);
            file.report(
                odd.help("what is read of it is never older than the evaluation; remove it"),
            );
        }
        let title = || used.and_then(|used| used.title_for(&rule.parameters));
        let compliance = spec.compliance.into_value().map(List::into_values).unwrap_or_default();
        let severity = spec.severity.into_value().or(used.map(|used| used.severity));
        let remediation = spec.remediation.into_value();
        Some(Self {
            title: spec.title.into_value().or_else(title).unwrap_or_else(|| id.to_string()),
            id,
            severity: severity.unwrap_or_default(),
            compliance: match used {
                Some(used) if compliance.is_empty() => used.compliance.clone(),
                _ => compliance,
            },
            remediation: remediation.or_else(|| used?.remediation.clone()),
            uses: used.map(|used: &CheckType| used.name.clone()),
            pack: None,
            place,
            formerly,
            digest: OnceLock::new(),
            rule,
        })
    }
}

/// Reports what says again, or otherwise, what the check type says.
fn alone(spec: &CheckSpec, file: &mut FileContext) {
    let said = [
        ("select", spec.select.key()),
        ("let", spec.bindings.key()),
        ("where", spec.filter.key()),
        ("assert", spec.assertion.key()),
        ("assertAll", spec.assert_all.key()),
        ("scope", spec.scope.key()),
    ];
    for (name, key) in said {
        let Some(key) = key else { continue };
        let message = format!("`{name}` and `uses` exclude each other");
        let mut refused = file.error(key, Code::Conflict, message);
        if let Some(uses) = spec.uses.key() {
            refused = refused.related(file.place(uses), "`uses` is here");
        }
        file.report(refused.help("the check type says what is checked; remove one of them"));
    }
}

/// Reports, at each of its places, an id that several checks have.
pub(super) fn unique_ids(checks: &List<CheckSpec>, file: &mut FileContext) {
    let named = || checks.iter().filter_map(|check| text_of(&check.value.id));
    let mut seen = BTreeSet::new();
    let is_clear = named().all(|(id, _)| seen.insert(id));
    if is_clear && checks.iter().all(|check| check.value.formerly.is_missing()) {
        return;
    }
    let mut ids = Symbols::default();
    for (id, at) in named() {
        ids.add("check", id, file.place(at));
    }
    ids.report(&mut file.sink);
    former_ids(checks, &ids, file);
}

/// Reports, at both places, a former id that a check still has, or that several checks claim.
fn former_ids(checks: &List<CheckSpec>, present: &Symbols<'_>, file: &mut FileContext) {
    let mut former = Symbols::default();
    let lists = checks.iter().filter_map(|check| check.value.formerly.value());
    for Located { value: id, span } in lists.flat_map(List::iter) {
        let here = file.place(*span);
        former.add("former id", id, here.clone());
        let Some(other) = present.place("check", id) else { continue };
        let message = format!("check `{}` is still there", short(id));
        let refused = file.error(*span, Code::Conflict, message);
        let refused = refused.related(other.clone(), "it is here");
        file.report(refused.help("a former id is one that no check has any more"));
        let message = format!("`{}` is a former id as well", short(id));
        let refused = Diagnostic::error(other.clone(), Code::Conflict, message);
        file.report(refused.related(here, "`formerly` is here"));
    }
    former.report(&mut file.sink);
}
