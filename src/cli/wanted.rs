//! What is asked for by name, and what may have been meant where there is no such thing.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{anyhow, bail};

use cloudcorrect::diagnostic::{closest, meant_or_known};
use cloudcorrect::expression::glob;
use cloudcorrect::fetch::{FetchRequirement, FilterDecision};
use cloudcorrect::policy::{Account, Check, Group, GroupName, PolicySet};
use cloudcorrect::render::resources::name_of;
use cloudcorrect::resource::{
    AccountId, Inventory, Listing, Resource, Schema, Segment, TypeName, schemas,
};

/// How alike two names are, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.6;

/// Resources of a type, and properties of theirs.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Schema of the type that is meant.
    pub(super) schema: &'static Schema,
    /// The properties; none stands for all.
    pub(super) properties: Vec<&'static str>,
    /// An id or ARN, or a glob of it.
    id: Option<String>,
}

impl Wanted {
    /// Meaning of the words; an error says which of them means nothing.
    pub(super) fn read(
        type_name: &str,
        id: Option<&str>,
        properties: &[String],
    ) -> anyhow::Result<Self> {
        let Some(schema) = schemas().get(type_name) else {
            return Err(unknown_type(type_name));
        };
        let known = |name: &String| {
            let known = schema.properties.get_key_value(name.as_str());
            known.map(|(name, _)| name.as_ref()).ok_or_else(|| {
                let names: Vec<&str> = schema.properties.keys().map(AsRef::as_ref).collect();
                anyhow!("`{type_name}` has no property `{name}`{}", did_you_mean(name, &names))
            })
        };
        let properties = properties.iter().map(known).collect::<anyhow::Result<_>>()?;
        Ok(Self { schema, properties, id: id.map(str::to_owned) })
    }

    /// `true` where properties are shown, and not only which resources there are.
    pub(super) fn in_detail(&self) -> bool {
        self.id.is_some() || !self.properties.is_empty()
    }

    /// `true` where one resource is meant, by its whole id or ARN.
    pub(super) fn is_one(&self) -> bool {
        self.id.as_ref().is_some_and(|id| !id.contains(['*', '?']))
    }

    /// `true` of a resource with the id or ARN that was asked for.
    pub(super) fn is_meant(&self, resource: &Resource) -> bool {
        self.id.as_ref().is_none_or(|id| {
            glob(&resource.id, id) || resource.arn.as_ref().is_some_and(|arn| glob(arn, id))
        })
    }

    /// Segment of the type's list that holds what is meant, by what an id says before its first `*` or `?`.
    fn segment(&self) -> Option<Segment> {
        self.schema.listed_by.as_ref()?;
        let id = self.id.as_ref()?;
        let (value, rest) = id.split_once('/').filter(|(value, _)| !value.contains(['*', '?']))?;
        Segment::of(value, rest.split(['*', '?']).next().unwrap_or_default())
    }

    /// The requirement of live accounts, of which all but the list concerns only resources that are
    /// meant; `None` of a type that live accounts are not asked for.
    pub(super) fn required<'a>(
        &'a self,
        requirement: FetchRequirement<'a>,
    ) -> Option<FetchRequirement<'a>> {
        let decide = |resource: &Resource| {
            if self.is_meant(resource) { FilterDecision::Keep } else { FilterDecision::Drop }
        };
        let segment = self.segment();
        let is_asked =
            self.schema.is_live() && self.schema.listed_by.is_some() == segment.is_some();
        is_asked.then(|| requirement.within(segment).only([], decide))
    }

    /// An inventory in which a list that was read by segments is that of what is meant.
    pub(super) fn narrowed(&self, mut inventory: Inventory) -> Inventory {
        let segment = self.segment();
        for listing in inventory.listings.values_mut() {
            let Listing::Segments(resources, _) = &*listing else { continue };
            *listing = match (listing.failure_in(segment.as_ref()), resources.is_empty()) {
                (None, _) => Listing::Complete(resources.clone()),
                (Some(failure), true) => Listing::Failed(failure.clone()),
                (Some(failure), false) => Listing::Partial(resources.clone(), failure.clone()),
            };
        }
        inventory
    }

    /// Why nothing is known of the type.
    pub(super) fn not_collected(&self, live: bool) -> anyhow::Error {
        let name = &self.schema.type_name;
        if live && self.schema.listed_by.is_some() {
            anyhow!(
                "live accounts have too many `{name}` to list them all; say of which bucket, and how \
                 the keys begin, as in `'logs/2026/*'`"
            )
        } else if live {
            anyhow!("live accounts are not asked for `{name}` in this version; use `--inventory`")
        } else {
            anyhow!("the inventory does not hold `{name}`; it was not collected")
        }
    }
}

/// The groups that an account is asked for: all where it is `named`, else those that select it.
pub(super) fn groups<'a>(
    policies: &'a PolicySet,
    account: &Account,
    named: Option<&str>,
) -> Vec<&'a Group> {
    let is_asked = |group: &&Group| named.is_some() || group.accounts.selects(account);
    policies.groups().filter(is_asked).collect()
}

/// Why nothing is shown although the list is whole.
pub(super) fn nothing_found(wanted: &Wanted, all: &[&Resource]) -> anyhow::Error {
    let name = &wanted.schema.type_name;
    let Some(text) = &wanted.id else { return anyhow!("there is no `{name}`") };
    let named = all.iter().filter(|one| name_of(wanted.schema, one).as_ref() == Some(text));
    let named: Vec<String> = named.map(|one| format!("`{}`", one.id)).collect();
    if !named.is_empty() {
        let ids = named.join(", ");
        return anyhow!("no `{name}` has the id `{text}`; {ids} has the name");
    }
    let ids: Vec<&str> = all.iter().map(|one| one.id.as_ref()).collect();
    anyhow!("no `{name}` has the id `{text}`{}", did_you_mean(text, &ids))
}

/// The accounts that are meant: the named one, or the one of the inventory, or all.
pub(super) fn accounts(
    policies: &PolicySet,
    named: Option<&str>,
    recorded: Option<&AccountId>,
) -> anyhow::Result<Vec<Account>> {
    let known = || policies.accounts.values().map(|account| account.name.as_str());
    if let Some(wanted) = named
        && !known().any(|name| name == wanted)
    {
        return Err(none_such("account", wanted, known()));
    }
    let wanted = |account: &&Account| {
        let is_named = named.is_none_or(|name| account.name.as_str() == name);
        is_named && recorded.is_none_or(|recorded| *recorded == account.id)
    };
    let accounts: Vec<Account> = policies.accounts().filter(wanted).cloned().collect();
    match (named, recorded) {
        _ if !accounts.is_empty() => Ok(accounts),
        (Some(name), Some(recorded)) => {
            bail!("account `{name}` is not the account {recorded} of the inventory")
        }
        (None, Some(recorded)) => {
            bail!("no `Account` of the tree has the inventory's account id, {recorded}")
        }
        (_, None) => bail!("there is no `Account` in the tree"),
    }
}

/// Leaves only the groups and the checks that were asked for; where none were, all.
pub(super) fn narrow(
    policies: &mut PolicySet,
    groups: &[String],
    checks: &[String],
) -> anyhow::Result<()> {
    let is_one = |group: &Group| groups.is_empty() || groups.iter().any(|one| is_named(group, one));
    for wanted in groups {
        if !policies.groups.values().any(|group| is_named(group, wanted)) {
            return Err(none_such("group", wanted, policies.groups.keys().map(GroupName::as_str)));
        }
    }
    for wanted in checks {
        let has = |group: &&Group| group.checks.iter().any(|check| is_meant(group, check, wanted));
        let having: Vec<&Group> = policies.groups().filter(has).collect();
        if !having.iter().any(|group| is_one(group)) {
            return Err(no_check(policies, groups, wanted, &having));
        }
    }
    policies.groups = policies.groups.filter_map(|_, group| {
        if !is_one(group) || checks.is_empty() {
            return is_one(group).then(|| Arc::clone(group));
        }
        let mut kept = group.checks.clone();
        kept.retain(|check| checks.iter().any(|wanted| is_meant(group, check, wanted)));
        let narrowed = |checks| Arc::new(Group { checks, ..Group::clone(group) });
        (!kept.is_empty()).then(|| narrowed(kept))
    });
    Ok(())
}

fn is_named(group: &Group, wanted: &str) -> bool {
    group.name.as_str() == wanted
}

/// `true` of a check that is asked for by its id, or by its group and id.
fn is_meant(group: &Group, check: &Check, wanted: &str) -> bool {
    let id = check.id.as_str();
    id == wanted || wanted.split_once('/').is_some_and(|(of, one)| one == id && is_named(group, of))
}

/// Error that no group that is asked for has a check, with the groups that have it.
fn no_check(
    policies: &PolicySet,
    groups: &[String],
    wanted: &str,
    having: &[&Group],
) -> anyhow::Error {
    if !having.is_empty() {
        let names: Vec<_> = having.iter().map(|group| format!("`{}`", group.name)).collect();
        let names = names.join(", ");
        return anyhow!(
            "the groups that are asked for have no check `{wanted}`; it is one of {names}"
        );
    }
    let (of, id) = wanted.split_once('/').map_or((None, wanted), |(of, id)| (Some(of), id));
    let is_asked = |group: &&Group| match of {
        Some(of) => is_named(group, of),
        None => groups.is_empty() || groups.iter().any(|one| is_named(group, one)),
    };
    let groups: Vec<&Group> = policies.groups().filter(is_asked).collect();
    if let (Some(of), true) = (of, groups.is_empty()) {
        return none_such("group", of, policies.groups.keys().map(GroupName::as_str));
    }
    let known = groups.iter().flat_map(|group| &group.checks);
    none_such("check", id, known.map(|check| check.id.as_str()))
}

/// Error that there is no such group, check or account, with those that may have been meant.
pub(super) fn none_such<'a>(
    kind: &str,
    wanted: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> anyhow::Error {
    let known: BTreeSet<&str> = known.into_iter().collect();
    if known.is_empty() {
        return anyhow!("there is no {kind} `{wanted}`");
    }
    anyhow!("there is no {kind} `{wanted}`; {}", meant_or_known(wanted, known))
}

fn unknown_type(wanted: &str) -> anyhow::Error {
    let names: Vec<&str> = schemas().keys().map(TypeName::as_str).collect();
    let is_last = |name: &&&str| {
        name.rsplit("::").next().is_some_and(|last| last.eq_ignore_ascii_case(wanted))
    };
    let hint = match names.iter().find(is_last) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => did_you_mean(wanted, &names),
    };
    let hint = if hint.is_empty() { "; `get` without a type lists them" } else { &hint };
    anyhow!("there is no resource type `{wanted}`{hint}")
}

/// The known name that is meant by a wrong one: one that holds it, or the one most like it, if that
/// is like it at all.
fn did_you_mean(wrong: &str, known: &[&str]) -> String {
    let lower = wrong.to_lowercase();
    let holds = |name: &&str| lower.len() > 2 && name.to_lowercase().contains(&lower);
    let is_alike =
        |name: &&str| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &lower) >= ALIKE;
    let alike = closest(wrong, known.iter().copied(), 1).into_iter().find(is_alike);
    let meant = alike.or_else(|| known.iter().copied().find(holds));
    meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use cloudcorrect::policy::SourceFile;

    use super::*;

    /// Two groups, which have a check of the same id.
    fn policies() -> PolicySet {
        let group = |name: &str, checks: &[&str]| {
            let head = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata";
            let check = |id: &&str| {
                format!("    - {{ id: {id}, select: AWS::EC2::VPC, assert: resource.IsDefault }}\n")
            };
            let checks: String = checks.iter().map(check).collect();
            format!("{head}: {{ name: {name} }}\nspec:\n  checks:\n{checks}")
        };
        let text =
            [group("network", &["default", "named"]), group("storage", &["default"])].join("---\n");
        let reading = PolicySet::read(&[SourceFile::new("a.yaml", text.into_bytes())]);
        Arc::unwrap_or_clone(reading.policies)
    }

    /// What is left, or why nothing is.
    fn narrowed(groups: &[&str], checks: &[&str]) -> String {
        let [groups, checks] =
            [groups, checks].map(|all| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        let mut policies = policies();
        if let Err(error) = narrow(&mut policies, &groups, &checks) {
            return error.to_string();
        }
        let left = policies.groups.values().flat_map(|group| {
            group.checks.iter().map(move |check| format!("{}/{}", group.name, check.id))
        });
        left.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn groups_and_checks_are_asked_for_by_their_names() {
        let all = "network/default network/named storage/default";
        for (groups, checks, wanted) in [
            (&[][..], &[][..], all),
            (&["storage"], &[], "storage/default"),
            (&["storage", "network"], &[], all),
            (&[], &["default"], "network/default storage/default"),
            (&[], &["storage/default", "named"], "network/named storage/default"),
            (&["network"], &["default"], "network/default"),
            (
                &["storage"],
                &["named"],
                "the groups that are asked for have no check `named`; it is one of `network`",
            ),
            (
                &["network"],
                &["storage/default"],
                "the groups that are asked for have no check `storage/default`; it is one of `storage`",
            ),
            (&["stor-age"], &[], "there is no group `stor-age`; did you mean `storage`?"),
            (&[], &["def-ault"], "there is no check `def-ault`; did you mean `default`?"),
            (&["storage"], &["nothing"], "there is no check `nothing`; there are `default`"),
            (&[], &["storage/named"], "there is no check `named`; there are `default`"),
            (&[], &["stor-age/default"], "there is no group `stor-age`; did you mean `storage`?"),
        ] {
            assert_eq!(narrowed(groups, checks), wanted, "{groups:?} {checks:?}");
        }
    }
}
