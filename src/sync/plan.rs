//! Deciding what to make of a commit: a value, which [`super::apply`] carries out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::db::checks::Renaming;
use crate::db::groups::GroupUpsert;
use crate::db::policies::{FileChange, InForce};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::digest::Digest;
use crate::evaluation::new_only;
use crate::git::{Commit, CommitId};
use crate::policy::{Check, CheckId, Group, LoadOutcome, PolicySet, RuleText, Waiver};
use crate::proposal::Policies;
use crate::render::compliance::unit;
use crate::resource::Region;

use super::checkout::Revision;

/// Plan for a commit: what is kept of it, and whether it comes into force.
#[derive(Debug)]
pub(super) struct SyncPlan {
    pub(super) commit: Commit,
    /// Meaning of its policies, with what is wrong with them and odd about the commit.
    pub(super) reading: LoadOutcome,
    pub(super) decision: Decision,
}

/// Decision whether a commit comes into force.
#[derive(Debug, PartialEq)]
pub(super) enum Decision {
    /// It has errors: what is in force stays.
    Refuse,
    /// It comes into force, whole.
    Apply(Application),
}

/// Changes that bring a commit into force.
#[derive(Debug, PartialEq, Default)]
pub(super) struct Application {
    /// Files whose text differs from what is in force.
    pub(super) files: Vec<FileChange>,
    /// All groups; those whose definition is the same are left alone.
    pub(super) groups: Vec<GroupUpsert>,
    /// Rules of the checks of each of them.
    pub(super) checks: Vec<(String, Vec<RuleText>)>,
    /// Checks that had other ids, as far as their groups say.
    pub(super) renamed: Vec<Renaming>,
    /// The waivers that concern each of them.
    pub(super) waivers: Vec<(String, Arc<Waiver>)>,
    /// Groups in force that the commit no longer has.
    pub(super) retired: Vec<String>,
}

/// State in force when a commit is looked at.
#[derive(Debug, Default)]
pub(super) struct CurrentState {
    /// Commit in force; `None` before the first.
    pub(super) revision: Option<CommitId>,
    /// Policy files of that commit.
    pub(super) policies: InForce,
    /// The names of the groups.
    pub(super) groups: BTreeSet<String>,
}

impl SyncPlan {
    /// Decides what to make of a commit. All or nothing: one error refuses it.
    pub(super) fn decide(revision: Revision, current: &CurrentState) -> Self {
        let Revision { commit, follows, mut policies } = revision;
        if !policies.reading.is_clean() {
            return Self { commit, reading: policies.reading, decision: Decision::Refuse };
        }
        let application = application(&policies, current);
        // GitHub shows annotations at files only, so what is odd about the whole stands at the
        // start of the first one.
        let start = policies.files.first().map_or_else(String::new, |file| file.path.clone());
        let dropped = current.revision.filter(|_| !follows);
        let odd = [
            dropped.map(|commit| (Code::HistoryRewritten, history_rewritten(commit))),
            most_groups_removed(&application, current)
                .map(|words| (Code::MostGroupsRemoved, words)),
        ];
        let odd = odd.into_iter().flatten();
        policies.reading.diagnostics.extend(
            odd.map(|(code, words)| {
                Diagnostic::warning(Location::file(start.as_str()), code, words)
            }),
        );
        Self { commit, reading: policies.reading, decision: Decision::Apply(application) }
    }
}

/// Warning of a branch that was rewritten by a forced push.
fn history_rewritten(dropped: CommitId) -> String {
    format!(
        "the branch was rewritten: commit `{dropped}`, which was in force, is no longer part of it"
    )
}

/// Seldom what was meant, such as after a directory was renamed.
fn most_groups_removed(application: &Application, current: &CurrentState) -> Option<String> {
    let (removed, of) = (application.retired.len(), current.groups.len());
    (removed * 2 > of)
        .then(|| format!("{removed} of {of} groups are removed; their history is kept"))
}

fn application(policies: &Policies, current: &CurrentState) -> Application {
    let set = &policies.reading.policies;
    let is_gone = |name: &&String| !set.groups.contains_key(name.as_str());
    Application {
        files: file_changes(policies, &current.policies),
        groups: set.groups.values().map(|group| upsert(set, group)).collect(),
        checks: set.groups.values().map(rules).collect(),
        renamed: set.groups.values().flat_map(renamings).collect(),
        waivers: set.groups.values().flat_map(|group| waivers(set, group)).collect(),
        retired: current.groups.iter().filter(is_gone).cloned().collect(),
    }
}

fn file_changes(policies: &Policies, in_force: &InForce) -> Vec<FileChange> {
    let mut old: BTreeMap<_, _> =
        in_force.files.iter().map(|file| (file.path.as_str(), file.body.as_slice())).collect();
    let mut changes = Vec::new();
    for file in &policies.files {
        if old.remove(file.path.as_str()) != Some(file.bytes.as_slice()) {
            let body = Some(file.bytes.clone());
            changes.push(FileChange { path: file.path.clone(), body });
        }
    }
    changes.extend(old.into_keys().map(|path| FileChange { path: path.to_owned(), body: None }));
    changes
}

fn upsert(policies: &PolicySet, group: &Group) -> GroupUpsert {
    GroupUpsert {
        name: group.name.to_string(),
        digest: definition(policies, group),
        mode: group.mode,
        new_only: new_only(group),
        suspended: group.suspend,
        schedule: group.schedule.clone(),
        owner: group.owner.clone(),
        description: group.description.clone(),
        unit: unit(group),
    }
}

fn renamings(group: &Group) -> Vec<Renaming> {
    let renaming = |check: &Check, from: &CheckId| Renaming {
        group: group.name.to_string(),
        from: from.to_string(),
        to: check.id.to_string(),
    };
    let checks = group.checks.iter();
    checks.flat_map(|check| check.formerly.iter().map(|from| renaming(check, from))).collect()
}

fn rules(group: &Group) -> (String, Vec<RuleText>) {
    (group.name.to_string(), group.checks.iter().map(|check| check.rule_text()).collect())
}

fn waivers<'a>(
    policies: &'a PolicySet,
    group: &'a Group,
) -> impl Iterator<Item = (String, Arc<Waiver>)> {
    policies.waivers_of(group).map(|waiver| (group.name.to_string(), Arc::clone(waiver)))
}

/// The digest of all that a group's results depend on: what it says, the accounts that it selects as
/// they describe themselves, and the waivers that concern it.
fn definition(policies: &PolicySet, group: &Group) -> Digest {
    let mut text = group.digest().to_vec();
    for account in policies.accounts_of(group) {
        let regions = account.regions.iter().map(Region::as_str);
        let parts = [account.name.as_str(), account.id.as_str()].into_iter().chain(regions);
        // None of these contains a line break.
        text.extend(parts.flat_map(|part| [part, "\n"]).flat_map(str::bytes));
        text.push(b'\n');
    }
    policies.waivers_of(group).for_each(|waiver| text.extend(waiver.digest()));
    Digest::of(&text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{account, commit, group};
    use super::*;
    use crate::db::policies::PolicyFile;
    use crate::policy::SourceFile;

    fn revision(files: &[(&str, String)]) -> Revision {
        let sources: Vec<_> =
            files.iter().map(|(path, text)| SourceFile::new(*path, text.as_bytes())).collect();
        let files = files
            .iter()
            .map(|(path, text)| crate::git::PolicyFile {
                path: (*path).to_owned(),
                blob: "00".repeat(20).parse().unwrap(),
                bytes: text.as_bytes().to_vec(),
            })
            .collect();
        let policies = Policies { files, reading: PolicySet::read(&sources), settings: None };
        Revision { commit: commit(2), follows: true, policies }
    }

    fn current(files: &[(&str, String)], groups: &[&str]) -> CurrentState {
        let files = files.iter().map(|(path, text)| PolicyFile {
            path: (*path).to_owned(),
            body: text.as_bytes().to_vec(),
            since_commit: commit(1).id.to_string(),
        });
        CurrentState {
            revision: Some(commit(1).id),
            policies: InForce { revision: None, files: files.collect() },
            groups: groups.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn application(plan: SyncPlan) -> Application {
        match plan.decision {
            Decision::Apply(application) => application,
            Decision::Refuse => panic!("refused: {:?}", plan.reading.diagnostics),
        }
    }

    fn digests(application: &Application) -> BTreeMap<&str, Digest> {
        application.groups.iter().map(|group| (group.name.as_str(), group.digest)).collect()
    }

    #[test]
    fn only_what_differs_is_written() {
        let old = [
            ("a.yaml", account("prod", "env: prod")),
            ("b.yaml", group("storage", "15m")),
            ("c.yaml", group("network", "15m")),
            ("d.yaml", String::from("# nothing")),
        ];
        let new = [
            ("a.yaml", account("prod", "env: prod")),
            ("b.yaml", group("storage", "5m")),
            ("e.yaml", group("users", "15m")),
            ("d.yaml", String::from("# nothing")),
        ];
        let current = current(&old, &["storage", "network"]);
        let plan = application(SyncPlan::decide(revision(&new), &current));
        let files: Vec<_> =
            plan.files.iter().map(|change| (change.path.as_str(), change.body.is_some())).collect();
        assert_eq!(files, [("b.yaml", true), ("e.yaml", true), ("c.yaml", false)]);
        assert_eq!(plan.retired, ["network"]);
        let names: Vec<_> = plan.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["storage", "users"]);
    }

    #[test]
    fn one_error_refuses_all_of_it() {
        let files = [
            ("a.yaml", account("prod", "env: prod")),
            ("b.yaml", group("storage", "15m")),
            ("c.yaml", group("network", "15m").replace("assert", "asert")),
        ];
        let plan = SyncPlan::decide(revision(&files), &current(&[], &["storage"]));
        assert_eq!(plan.decision, Decision::Refuse);
        assert!(plan.reading.diagnostics.iter().any(Diagnostic::is_error));
    }

    #[test]
    fn a_definition_is_all_that_its_results_depend_on() {
        let at = |account: String, group: String| {
            let files = [("a.yaml", account), ("b.yaml", group)];
            let plan = application(SyncPlan::decide(revision(&files), &CurrentState::default()));
            digests(&plan)["storage"]
        };
        let prod = || account("prod", "env: prod");
        let base = at(prod(), group("storage", "15m"));
        assert_eq!(at(prod(), format!("# moved\n{}", group("storage", "15m"))), base);
        assert_eq!(at(account("prod", "env: prod, x: y"), group("storage", "15m")), base);
        for other in [
            at(prod(), group("storage", "5m")),
            at(account("production", "env: prod"), group("storage", "15m")),
            at(prod().replace("us-east-1", "eu-west-1"), group("storage", "15m")),
            at(prod().replace("123456789012", "123456789013"), group("storage", "15m")),
            at(
                format!("{}---\n{}", prod(), account("more", "env: prod").replace("12\"", "13\"")),
                group("storage", "15m"),
            ),
        ] {
            assert_ne!(other, base);
        }
    }

    #[test]
    fn what_is_odd_is_said_and_still_applied() {
        let files = [("a.yaml", account("prod", "env: prod")), ("b.yaml", group("storage", "15m"))];
        let odd = |follows: bool, groups: &[&str]| {
            let revision = Revision { follows, ..revision(&files) };
            let plan = SyncPlan::decide(revision, &current(&[], groups));
            assert!(matches!(plan.decision, Decision::Apply(_)));
            let messages = plan.reading.diagnostics.iter().map(ToString::to_string);
            messages.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(odd(true, &["storage", "network"]), "", "a half is not most");
        insta::assert_snapshot!(odd(true, &["storage", "network", "users"]), @"a.yaml:1:1: warning: 2 of 3 groups are removed; their history is kept");
        insta::assert_snapshot!(odd(false, &["storage"]), @"a.yaml:1:1: warning: the branch was rewritten: commit `0101010101010101010101010101010101010101`, which was in force, is no longer part of it");
    }

    #[test]
    fn the_first_revision_rewrites_nothing() {
        let files = [("a.yaml", account("prod", "env: prod"))];
        let plan = SyncPlan::decide(revision(&files), &CurrentState::default());
        assert_eq!(plan.reading.diagnostics, []);
        assert_eq!(application(plan).files.len(), 1);
    }
}
